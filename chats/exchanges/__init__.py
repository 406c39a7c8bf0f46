"""Exchanges with the gateway as they were: kept beside the reply they made, read again by the wire panel."""

from .keeping import begin, keep
from .reading import Gone, body, chunks, document, file_bytes, of_message
from .signing import signed_path, unsigned

__all__ = [
    "Gone",
    "begin",
    "body",
    "chunks",
    "document",
    "file_bytes",
    "keep",
    "of_message",
    "signed_path",
    "unsigned",
]
