"""What every page of ours needs to know; called by Django for each rendered template."""

from django.conf import settings


def page(request) -> dict:
    return {"is_sandbox": settings.IS_SANDBOX}
