"""The language of a socket: as for a page, the cookie first, then what the browser asks for."""

from typing import Any

from django.conf import settings
from django.utils.translation import get_supported_language_variant
from django.utils.translation.trans_real import parse_accept_lang_header


def of(scope: dict[str, Any]) -> str:
    asked = dict(scope["headers"]).get(b"accept-language", b"").decode("latin-1").lower()
    for code in (scope["cookies"].get(settings.LANGUAGE_COOKIE_NAME), *(c for c, _ in parse_accept_lang_header(asked))):
        try:
            return get_supported_language_variant(code or "")
        except LookupError:
            continue
    return settings.LANGUAGE_CODE
