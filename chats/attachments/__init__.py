"""The verbs of files: begin and receive an upload, look into it, mend it for a model, keep what a model made."""

from .arriving import Rejected, begin, begin_remote, cancel, purge, receive
from .examining import examine, forgotten, probe
from .keeping import keep
from .mending import make_repair, repair

__all__ = [
    "Rejected",
    "begin",
    "begin_remote",
    "cancel",
    "examine",
    "forgotten",
    "keep",
    "make_repair",
    "probe",
    "purge",
    "receive",
    "repair",
]
