"""What is tried outside of conversations: embeddings, ranks, searches and sets of functions."""

from .asked import AGES, MOST_CHARACTERS, MOST_TEXTS, Asked, Refused, read
from .exporting import as_csv, as_json
from .functions import Checked, check, remove, replies_with, save
from .listing import address_of, delete, listed, of_kind, purge, restore, shown
from .running import begin, look, start
from .tables import Column, columns

__all__ = [
    "AGES",
    "MOST_CHARACTERS",
    "MOST_TEXTS",
    "Asked",
    "Checked",
    "Column",
    "Refused",
    "address_of",
    "as_csv",
    "as_json",
    "begin",
    "check",
    "columns",
    "delete",
    "listed",
    "look",
    "of_kind",
    "purge",
    "read",
    "remove",
    "replies_with",
    "restore",
    "save",
    "shown",
    "start",
]
