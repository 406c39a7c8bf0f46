"""Addresses under which the gateway may fetch one file for a while; only where the world can reach this site."""

from urllib.parse import quote

from django.conf import settings
from django.core import signing

_SALT = "chats.media.links"


def signed(attachment_id: int, name: str, is_preview: bool = False) -> str:
    """A full address that works for SIGNED_URL_AGE_S seconds; vendors look at the suffix of the name at its end."""
    token = signing.dumps({"a": attachment_id, "p": int(is_preview)}, salt=_SALT)
    return f"{settings.PUBLIC_URL}/media/{token}/{quote(name, safe='')}"


def read(token: str) -> tuple[int, bool] | None:
    """The attachment a token stands for, and whether its preview is meant; None for a forged or old one."""
    if not settings.PUBLIC_URL:
        return None
    try:
        said = signing.loads(token, salt=_SALT, max_age=settings.SIGNED_URL_AGE_S)
    except signing.BadSignature:
        return None
    return said["a"], bool(said["p"])
