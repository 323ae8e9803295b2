"""A start that cannot be: one sentence and an exit code, never a traceback."""

from __future__ import annotations

import os
import sys

from twisted.logger import Logger

_log = Logger(namespace="inetfetch")


class StartRefused(SystemExit, Exception):  # noqa: N818  says what has happened
    """The daemon cannot start.

    As an ``Exception`` it lets twistd remove its pid file and tell the process that
    waits in the foreground; as a ``SystemExit`` it ends the process with 1 and
    without a traceback.  The text is written to standard error when it is made,
    because twistd has replaced ``sys.stderr`` by then.
    """

    def __init__(self, text: str) -> None:
        super().__init__(1)
        self.text = text
        if sys.__stderr__ is not None:
            sys.__stderr__.write(f"inetfetch: {text}\n")
            sys.__stderr__.flush()
        if _unheard():
            _log.critical("{text}", text=text)

    def __str__(self) -> str:
        return self.text


def _unheard() -> bool:
    """Tell whether standard error goes nowhere, as in a process in the background."""
    try:
        return os.path.samestat(os.fstat(2), os.stat(os.devnull))  # noqa: PTH116  a number and a device, no paths
    except OSError:
        return True
