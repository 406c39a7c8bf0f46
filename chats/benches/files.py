"""The long lists of a run: one gzip JSON file in the storage, with vectors as little-endian float32 in base64."""

import base64
import gzip
import json
import sys
import uuid
from array import array
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from chats.media import stored

LARGEST_BYTES = 64_000_000  # 500 texts and two models make 10 MB


def save(team_id: int, content: Mapping[str, Any]) -> str:
    """Its name in the storage."""
    packed = gzip.compress(json.dumps(content, separators=(",", ":")).encode(), 4, mtime=0)
    return default_storage.save(f"benches/{team_id}/{uuid.uuid4().hex}.json.gz", ContentFile(packed))


def packed(name: str) -> bytes:
    """As it is stored; raises FileNotFoundError, or what the storage raises."""
    return stored.read(name, LARGEST_BYTES)


def load(name: str) -> dict[str, Any]:
    return json.loads(gzip.decompress(packed(name)))


def pack(vector: Iterable[float]) -> str:
    numbers = array("f", vector)
    if sys.byteorder == "big":
        numbers.byteswap()
    return base64.b64encode(numbers.tobytes()).decode()


def unpack(text: str) -> array:
    numbers = array("f", base64.b64decode(text))
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers
