"""The thread of a reactor: which one it is, and one for programs that run none."""

from __future__ import annotations

import threading
from typing import Any

from twisted.logger import Logger
from twisted.python.threadable import isInIOThread

from twinet.errors import InternalError

__all__ = ["run_in_thread", "runs_elsewhere"]

_log = Logger()
_lock = threading.Lock()
_thread: threading.Thread | None = None

#: How long the reactor may take to come up, in seconds.
_STARTING = 10.0


def runs_elsewhere(reactor: Any) -> bool:
    """Tell whether the reactor runs, and in another thread than this one.

    Twisted knows one thread, that of its own reactor; one beside it says which one is
    its (``io_thread``, of :class:`~twinet.aio.loop_reactor.LoopReactor`).
    """
    if not getattr(reactor, "running", False):
        return False
    thread = getattr(reactor, "io_thread", None)
    return (
        not isInIOThread() if thread is None else bool(thread != threading.get_ident())
    )


def run_in_thread(reactor: Any) -> None:
    """See that the reactor runs: in a daemon thread, unless it runs already.

    A reactor can be run once in a process, so a later ``reactor.run()`` is barred
    from then on; the log says so.

    :raises InternalError: (12004) it has run and was stopped, or does not come up.
    """
    global _thread  # noqa: PLW0603  one reactor in a process, and one thread for it
    with _lock:
        if reactor.running:
            return
        if _thread is None:
            up = threading.Event()
            reactor.callWhenRunning(up.set)
            _thread = threading.Thread(
                target=reactor.run,
                kwargs={"installSignalHandlers": False},
                name="twinet-reactor",
                daemon=True,
            )
            _thread.start()
            _log.info(
                "the reactor runs in a thread of its own now, because a blocking call "
                "was made before reactor.run(), which this process can not use any more"
            )
            if up.wait(_STARTING):
                return
        msg = "the reactor does not run any more, and cannot be started again"
        raise InternalError(msg)
