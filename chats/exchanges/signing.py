"""Addresses of an exact body that work for an hour without signing in, so that a copied command can fetch it."""

from django.core import signing

from chats.models import Exchange

AGE_S = 3600
_signer = signing.TimestampSigner(salt="chats.exchanges")


def signed_path(exchange: Exchange) -> str:
    return f"/exchanges/signed/{_signer.sign(str(exchange.pk))}/"


def unsigned(token: str) -> int | None:
    """The exchange a token names; None where it is forged or too old."""
    try:
        return int(_signer.unsign(token, max_age=AGE_S))
    except (signing.BadSignature, ValueError):
        return None
