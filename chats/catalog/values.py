"""What fit() is told and what it answers."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.conf import settings

from . import formats
from .reasons import Reason
from .spec import ModelSpec

FRAMES = "frames"  # the container of a film that was sampled to pictures


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What is known of a file; an attachment gives its own. `kind` is image, video, audio or file.

    A film sampled to pictures keeps the kind video; its container is FRAMES and `frames`, if known, counts them.
    """

    kind: str
    content_type: str = ""
    container: str = ""
    codecs: tuple[str, ...] = ()
    size_bytes: int = 0
    duration_s: float | None = None
    width: int | None = None
    height: int | None = None
    is_remote_url: bool = False
    frames: int | None = None
    pages: int | None = None

    @property
    def format(self) -> str:
        return formats.format_of(self.content_type, self.container)

    @property
    def is_text(self) -> bool:
        return formats.is_text(self.content_type)

    @property
    def is_document(self) -> bool:
        return self.kind == "file" and formats.is_document(self.content_type)

    @property
    def is_frames(self) -> bool:
        return self.container == FRAMES or self.frames is not None


@dataclass(frozen=True, slots=True)
class Fit:
    """Whether a file goes to a model, and how: `form` is data, url, frames or text.

    A remote file with form "data" has to be fetched first: its vendor takes no address.
    `repairs`, the best first: transcode shrink trim extract_audio sample_frames as_text choose_model:<id>.
    """

    is_accepted: bool
    form: str = ""
    reason: Reason | None = None
    repairs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Delivery:
    """How files may leave here: whether vendors can reach us by address, and our own cap on inline bytes."""

    has_public_url: bool = False
    max_inline_bytes: int = 45 * 1024**2

    @classmethod
    def of_site(cls) -> "Delivery":
        return cls(bool(settings.PUBLIC_URL), settings.MAX_INLINE_BYTES)


@dataclass(frozen=True, slots=True)
class Company:
    """The models that may be offered instead, and which of them the person likes."""

    models: Sequence[ModelSpec]
    favourites: Collection[str] = ()
