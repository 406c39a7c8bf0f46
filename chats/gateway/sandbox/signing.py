"""Signatures of thoughts and sealed texts that only their model can have made, so that a forged one is told apart."""

import base64
import hashlib
import hmac
from binascii import Error as NotBase64

KEY = b"what a sandbox thought, only a sandbox can tell"
MARK = b"sandbox\x01"
NONCE_BYTES = 8
MAC_BYTES = 24
ID_CHARACTERS = 16


def sign(model: str, text: str, hidden: str = "") -> str:
    """For a thought that `model` shows as `text`; `hidden` is what it thought where nothing is shown."""
    nonce = hashlib.sha256((hidden or text).encode("utf-8", "surrogatepass")).digest()[:NONCE_BYTES]
    return base64.b64encode(MARK + nonce + _mac(nonce, model, text)).decode()


def is_signed(model: str, text: str, signature: str) -> bool:
    raw = _decoded(signature)
    nonce, mac = raw[len(MARK) : len(MARK) + NONCE_BYTES], raw[len(MARK) + NONCE_BYTES :]
    return raw.startswith(MARK) and hmac.compare_digest(mac, _mac(nonce, model, text))


def seal(owner: str, text: str) -> str:
    """`text` unreadable to whoever carries it; `owner` is a model, or whoever else may open it."""
    plain = text.encode("utf-8", "surrogatepass")
    nonce = hashlib.sha256(plain).digest()[:NONCE_BYTES]
    return base64.b64encode(MARK + nonce + _mac(nonce, owner, text) + _veiled(plain, nonce)).decode()


def opened(owner: str, sealed: str) -> str | None:
    """The text again, or None for one that this owner did not seal."""
    raw = _decoded(sealed)
    if not raw.startswith(MARK):
        return None
    nonce, rest = raw[len(MARK) : len(MARK) + NONCE_BYTES], raw[len(MARK) + NONCE_BYTES :]
    text = _veiled(rest[MAC_BYTES:], nonce).decode("utf-8", "replace")
    return text if hmac.compare_digest(rest[:MAC_BYTES], _mac(nonce, owner, text)) else None


def call_id(start: str, seed: str, model: str, has_thought: bool) -> str:
    """The name of a call; that a thought went before it is told by its end, to nobody else."""
    body = hashlib.sha256(seed.encode("utf-8", "replace")).hexdigest()[:ID_CHARACTERS]
    return f"{start}{body}{_ending(body, model, has_thought)}"


def has_thought(name: str, start: str, model: str) -> bool:
    """Whether this very model made the call after a thought."""
    body, ending = name[len(start) : len(start) + ID_CHARACTERS], name[len(start) + ID_CHARACTERS :]
    return name.startswith(start) and ending == _ending(body, model, True)


def _ending(body: str, model: str, has_thought: bool) -> str:
    return _mac(body.encode("utf-8", "replace"), model, f"thought {has_thought}").hex()[:8]


def _mac(nonce: bytes, owner: str, text: str) -> bytes:
    told = nonce + owner.encode("utf-8", "replace") + b"\x00" + text.encode("utf-8", "surrogatepass")
    return hmac.new(KEY, told, hashlib.sha256).digest()[:MAC_BYTES]


def _veiled(content: bytes, nonce: bytes) -> bytes:
    stream = hashlib.shake_256(KEY + nonce).digest(len(content))
    return bytes(a ^ b for a, b in zip(content, stream, strict=True))


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (NotBase64, ValueError):
        return b""
