"""Named points at which the daemon can be made to die: for the tests of its promise.

With ``INETFETCH_FAULT=before-rename:3`` in the environment the process kills itself
with SIGKILL when it passes the point ``before-rename`` for the third time; without
``:N`` at the first.  Several are separated by commas.  Nothing is cleaned up, no
handler runs: it is what a power cut or the kernel's out-of-memory killer do, as far
as the process is concerned.  In the order in which a job passes them:

``after-add``
    a new job is on the disk, its client has not been answered
``after-claim``
    the job is claimed, nothing has been done for it
``after-part``
    its empty part file exists
``after-write``
    a piece of the body was written to the part file
``before-fsync``, ``after-fsync``
    round the writing of the part file to the disk
``after-publishing``
    the final name, the size and the digest are recorded
``before-rename``, ``after-rename``
    round the step to the final name
``before-done``, ``after-done``
    round the last record; ``before-done`` comes after the folder was written to
    the disk

The daemon's own tests and anybody's acceptance test use it; it costs one look into
an empty dict where it is not set.
"""

from __future__ import annotations

import os
import signal
import threading

#: Every point, in order.
POINTS = (
    "after-add",
    "after-claim",
    "after-part",
    "after-write",
    "before-fsync",
    "after-fsync",
    "after-publishing",
    "before-rename",
    "after-rename",
    "before-done",
    "after-done",
)


class Faults:
    """The points that are armed, and how often they may still be passed.

    :param text: as in the environment variable.
    :raises ValueError: a point that does not exist, or a count that is no number.
    """

    def __init__(self, text: str = "") -> None:
        self._left: dict[str, int] = {}
        self._lock = threading.Lock()
        for word in filter(None, (part.strip() for part in text.split(","))):
            point, colon, count = word.partition(":")
            if point not in POINTS:
                raise ValueError(
                    f"INETFETCH_FAULT: there is no point {point!r}; "
                    f"there are {', '.join(POINTS)}"
                )
            if colon and not (count.isdecimal() and int(count) > 0):
                raise ValueError(
                    f"INETFETCH_FAULT: {word!r} should end in a number of at least 1"
                )
            self._left[point] = int(count) if colon else 1

    def passing(self, point: str) -> None:
        """Die here, if it is this point's turn.  Any thread may call it."""
        if not self._left:
            return
        with self._lock:
            if point in self._left:
                self._left[point] -= 1
                if self._left[point] == 0:
                    os.kill(os.getpid(), signal.SIGKILL)
