"""Addresses of sockets."""

from django.urls import path

from .consumers.conversation import ConversationConsumer

websocket_urlpatterns = [path("ws/", ConversationConsumer.as_asgi())]
