"""What a result is made from: small enough to keep, enough to make the same bytes again at any time."""

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Recipe:
    """`kind` picture, film or world. Names of pictures are those of the shelf they lie on; `mask` too.

    `salt` keeps two tiny results apart, whose pictures say nothing.
    """

    kind: str
    words: str
    seed: int
    width: int
    height: int
    form: str = "png"
    inputs: tuple[str, ...] = ()
    mask: str = ""
    is_transparent: bool = False
    is_marked: bool = False
    quality: int = 90
    seconds: float = 0.0
    fps: int = 12
    first: str = ""
    last: str = ""
    is_heard: bool = False
    is_tiny: bool = False
    is_full: bool = False
    salt: str = ""

    @classmethod
    def read(cls, stored: dict[str, Any]) -> "Recipe":
        return cls(**stored | {"inputs": tuple(stored["inputs"])})

    @property
    def digest(self) -> str:
        text = json.dumps(asdict(self), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def seed_of(*facts: object) -> int:
    """A seed nobody named, the same for the same facts."""
    text = json.dumps(facts, sort_keys=True, ensure_ascii=False, default=str)
    return int.from_bytes(hashlib.sha256(text.encode("utf-8", "replace")).digest()[:4], "big") % 2**31
