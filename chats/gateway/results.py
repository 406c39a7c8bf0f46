"""Results of generations by address, fetched once they are there; called in a thread."""

from typing import BinaryIO

from chats.media import fetch

from .values import Credentials


def download(url: str, credentials: Credentials, target: BinaryIO, limit_bytes: int) -> fetch.Remote:
    """Writes the file to `target`; raises media.MediaError and GatewayError."""
    return fetch.download(url, target, limit_bytes)
