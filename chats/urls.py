"""Addresses of chats; nouns only."""

from django.urls import path

app_name = "chats"
urlpatterns: list = []
