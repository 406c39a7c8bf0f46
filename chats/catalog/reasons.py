"""Why a model does not take a file, as a code with figures that becomes a sentence where it is read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

if TYPE_CHECKING:
    from .spec import ModelSpec

SENTENCES = {
    "no_image": gettext_lazy("%(model)s does not see pictures."),
    "no_video": gettext_lazy("%(model)s does not watch films."),
    "no_audio": gettext_lazy("%(model)s does not hear sound."),
    "no_file": gettext_lazy("%(model)s does not read documents."),
    "no_document": gettext_lazy("%(model)s does not read %(format)s files as they are."),
    "unreadable": gettext_lazy("No model reads files of this type."),
    "format": gettext_lazy("%(model)s does not take %(format)s."),
    "too_long": gettext_lazy("%(duration)s is longer than the %(most_duration)s that %(model)s takes."),
    "too_big": gettext_lazy("%(size)s is more than the %(most_size)s that %(model)s takes."),
    "together_too_big": gettext_lazy("Together %(size)s is more than the %(most_size)s that %(model)s takes."),
    "too_small": gettext_lazy("%(model)s needs at least %(least)s pixels a side."),
    "too_narrow": gettext_lazy("%(model)s takes no picture longer than %(most)s times its width."),
    "many_pages": gettext_lazy("%(model)s reads at most %(most)s pages."),
    "many_frames": gettext_lazy("%(model)s takes at most %(most)s pictures of a film."),
    "few_frames": gettext_lazy("%(model)s needs at least %(least)s pictures of a film."),
    "too_many": gettext_lazy("%(model)s takes at most %(most)s of this kind in one message."),
    "one_kind": gettext_lazy("%(model)s takes one kind of media in one message."),
    "address_only": gettext_lazy("%(model)s takes this only by a public address, and this site has none."),
}


@dataclass(frozen=True, slots=True)
class Reason:
    code: str
    params: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of_kind(cls, kind: str, spec: "ModelSpec") -> "Reason":
        return cls(f"no_{kind}", {"model": spec.label})

    def __str__(self) -> str:
        """The sentence in the language that is active now."""
        return str(SENTENCES[self.code]) % {**self.params, **dict(self._figures())}

    def _figures(self):
        for key, write in (("size_bytes", written_size), ("duration_s", written_duration)):
            if key in self.params:
                yield key.rpartition("_")[0], write(self.params[key])
        if "most_bytes" in self.params:
            yield "most_size", written_size(self.params["most_bytes"])
        if "most_s" in self.params:
            yield "most_duration", written_duration(self.params["most_s"])


def written_size(size_bytes: float) -> str:
    for unit, scale in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if size_bytes >= scale:
            return f"{size_bytes / scale:.1f}".removesuffix(".0") + f" {unit}"
    return f"{size_bytes:.0f} B"


def written_duration(duration_s: float) -> str:
    minutes, seconds = divmod(round(duration_s), 60)
    if minutes >= 60:
        hours, minutes = divmod(minutes, 60)
        return _("%(hours)s h %(minutes)s min") % {"hours": hours, "minutes": minutes}
    if minutes:
        return _("%(minutes)s min %(seconds)s s") % {"minutes": minutes, "seconds": seconds}
    return _("%(seconds)s s") % {"seconds": seconds}
