"""Named places between two steps at which a test may kill this process; free where nobody asked for it.

`FAULT_POINT=submit:sent/3` in the environment: the third time this process reaches it, it dies as by kill -9.
"""

import os
import signal
from itertools import count

_WANTED, _, _NTH = os.environ.get("FAULT_POINT", "").partition("/")
_reached = count(1)

POINTS = (
    "claim:taken",
    "submit:prepared",
    "submit:sent",
    "submit:answered",
    "submit:saved",
    "poll:sent",
    "poll:answered",
    "poll:saved",
    "collect:begun",
    "collect:fetched",
    "collect:written",
    "collect:stored",
    "collect:linked",
    "end:saved",
    "end:told",
)


def reach(point: str) -> None:
    if point == _WANTED and next(_reached) == int(_NTH or 1):
        os.kill(os.getpid(), signal.SIGKILL)
