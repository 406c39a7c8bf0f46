"""One call to the gateway as text to run elsewhere: cURL, Python, JavaScript; called by views/exchanges.py.

The key never stands in it: it is read from the environment variable that `KEY` names.
"""

from collections.abc import Callable

from .call import INLINE_BYTES, KEY, Call, File
from .curl import curl
from .exchanged import call_of
from .javascript import javascript
from .python import python

__all__ = ["INLINE_BYTES", "KEY", "LANGUAGES", "Call", "File", "call_of", "written"]

LANGUAGES: dict[str, Callable[[Call], str]] = {"curl": curl, "python": python, "javascript": javascript}


def written(call: Call, language: str) -> str:
    return LANGUAGES[language](call)
