"""The verbs of files: begin and receive an upload, look into it, mend it for a model, keep what a model made."""

from .arriving import Rejected, begin, begin_remote, cancel, purge, receive
from .examining import examine, forgotten, probe
from .keeping import keep, keep_text
from .mending import make_repair, repair
from .naming import download_name

__all__ = [
    "Rejected",
    "begin",
    "begin_remote",
    "cancel",
    "download_name",
    "examine",
    "forgotten",
    "keep",
    "keep_text",
    "make_repair",
    "probe",
    "purge",
    "receive",
    "repair",
]
