"""Addresses of results: signed, with a life, served by the sandbox itself without a key."""

import hashlib
import hmac
import time

LENGTH = 24


def path(file: str, name: str, secret: str, life_s: float) -> str:
    """`name` has the ending of the file, as vendors' links do."""
    expires = int(time.time() + life_s)
    return f"/sandbox/files/{file}/{name}?expires={expires}&signature={_signature(file, expires, secret)}"


def is_good(file: str, expires: str, signature: str, secret: str) -> bool:
    if not expires.isdigit() or int(expires) <= time.time():
        return False
    return hmac.compare_digest(signature.encode(), _signature(file, int(expires), secret).encode())


def _signature(file: str, expires: int, secret: str) -> str:
    """Of the folder, not of one file in it: a page must be able to name its pictures."""
    return hmac.new(f"links {secret}".encode(), f"{file} {expires}".encode(), hashlib.sha256).hexdigest()[:LENGTH]
