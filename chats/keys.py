"""With which key a team calls the gateway, and how a team's own key is kept: encrypted, written, never shown."""

import base64
from functools import partial

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import transaction
from django.views.decorators.debug import sensitive_variables

from . import broadcasts
from .gateway import breaker
from .gateway.client import Credentials, call
from .gateway.errors import GatewayError
from .models import Team

HINT_CHARACTERS = 4


def credentials(team: Team | None) -> Credentials:
    """The team's own key, else the site's, else the sandbox."""
    if team is not None and team.has_gateway_key:
        return _gateway(_key_of(team))
    if settings.GATEWAY_API_KEY:
        return _gateway(settings.GATEWAY_API_KEY)
    return Credentials(base_url=settings.SANDBOX_URL, key=settings.SANDBOX_KEY)


def is_sandbox(team: Team | None) -> bool:
    return not settings.GATEWAY_API_KEY and not (team is not None and team.has_gateway_key)


@sensitive_variables("key")
def check(key: str) -> None:
    """Asks the gateway once whether it takes `key`; raises its GatewayError if not."""
    credentials = _gateway(key)
    breaker.clear(credentials)  # it may have been refused before, and be right now
    call(credentials, "GET", "/v1/models")


@sensitive_variables("key")
def store(team: Team, key: str) -> None:
    team.encrypted_gateway_key = seal(key)
    team.gateway_key_hint = key[-HINT_CHARACTERS:] if len(key) >= 4 * HINT_CHARACTERS else ""
    _save(team)


def remove(team: Team) -> None:
    team.encrypted_gateway_key = team.gateway_key_hint = ""
    _save(team)


def rotate() -> int:
    """Encrypts every stored key anew with the first encryption key, so that the old ones may go; how many."""
    teams = Team.objects.exclude(encrypted_gateway_key="")
    for team in teams:
        old = team.encrypted_gateway_key
        renewed = _fernet().rotate(old.encode()).decode()
        Team.objects.filter(pk=team.pk, encrypted_gateway_key=old).update(encrypted_gateway_key=renewed)
    return len(teams)


def seal(text: str) -> str:
    return _fernet().encrypt(text.encode()).decode()


def unseal(token: str) -> str:
    """Raises InvalidToken if none of the site's secrets made it."""
    return _fernet().decrypt(token.encode()).decode()


def _key_of(team: Team) -> str:
    try:
        return unseal(team.encrypted_gateway_key)
    except InvalidToken as error:
        told = "The stored key cannot be decrypted with this site's encryption keys. Enter it again."
        raise GatewayError("auth", code="key_unreadable", message=told) from error


def _save(team: Team) -> None:
    with transaction.atomic():
        team.save(update_fields=["encrypted_gateway_key", "gateway_key_hint"])
        transaction.on_commit(partial(broadcasts.models_changed, team))


def _gateway(key: str) -> Credentials:
    return Credentials(base_url=settings.GATEWAY_BASE_URL, key=key, extra_headers=_extra_headers())


def _extra_headers() -> dict[str, str]:
    """Some accounts answer 403 without them, so the site may set them; none by default."""
    headers = {"uid": settings.GATEWAY_UID, "X-Project": settings.GATEWAY_PROJECT}
    return {name: value for name, value in headers.items() if value}


def _fernet() -> MultiFernet:
    """Encrypts with the first secret and reads with any of them."""
    secrets = settings.FIELD_ENCRYPTION_KEYS or [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([_from_secret(secret) for secret in secrets])


def _from_secret(secret: str) -> Fernet:
    derived = HKDF(hashes.SHA256(), length=32, salt=None, info=b"chats.keys").derive(secret.encode())
    return Fernet(base64.urlsafe_b64encode(derived))
