"""Addresses of the site: accounts, the admin, and everything of chats."""

from django.contrib import admin
from django.urls import include, path

from playground.health import urlpatterns as health

urlpatterns = [
    path("accounts/", include("playground.account_urls")),
    path("admin/", admin.site.urls),
    *health,
    path("", include("chats.urls")),
]
