"""The thread of a reactor: which one it is, and one for programs that run none."""

from __future__ import annotations

import os
import sys
import threading
from typing import Any

from twisted.internet.error import ReactorNotRestartable
from twisted.logger import Logger
from twisted.python import threadable

from twinet.errors import IncorrectHandleState, InternalError

__all__ = ["check_not_forked", "ready_to_block", "run_in_thread", "runs_elsewhere"]

_log = Logger()
_lock = threading.Lock()
_thread: threading.Thread | None = None
#: in a process that was forked: the reactor that it has in common with the other one,
#: and whether that ran in a thread which this one does not have.
_inherited: Any = None
_left_behind = False

#: How long the reactor may take to come up, in seconds.
_STARTING = 10.0


def ready_to_block(reactor: Any, otherwise: str) -> None:
    """See that a call can block in this thread: that the reactor runs in another one.

    :param otherwise: what to use in the reactor's thread.
    :raises IncorrectHandleState: 12019, this is the reactor's thread.
    :raises InternalError: as :func:`run_in_thread`.
    """
    if _left_behind or not reactor.running:
        run_in_thread(reactor)
    if not runs_elsewhere(reactor):
        msg = (
            "this is a call that blocks, and it cannot be made in the reactor's "
            f"thread, for which it waits; make it in another thread, or {otherwise}"
        )
        raise IncorrectHandleState(msg)


def runs_elsewhere(reactor: Any) -> bool:
    """Tell whether the reactor runs, and in another thread than this one.

    Twisted knows one thread, that of its own reactor; one beside it says which one is
    its (``io_thread``, of :class:`~twinet.aio.loop_reactor.LoopReactor`).
    """
    if not getattr(reactor, "running", False):
        return False
    thread = getattr(reactor, "io_thread", None)
    return (
        not threadable.isInIOThread()
        if thread is None
        else bool(thread != threading.get_ident())
    )


def run_in_thread(reactor: Any) -> None:
    """See that the reactor runs: in a daemon thread, unless it runs already.

    A reactor can be run once in a process, so a later ``reactor.run()`` is barred
    from then on; the log says so.

    :raises InternalError: (12004) it has run and was stopped, or does not come up; or
        it is that of the process from which this one was forked.
    """
    global _thread  # noqa: PLW0603  one reactor in a process, and one thread for it
    check_not_forked(reactor)
    with _lock:
        if reactor.running:
            return
        if reactor is _inherited:
            msg = (
                "this process was forked when its reactor existed already, and both "
                "processes share what that waits with; make the first session, or "
                "import twisted.internet.reactor, after the fork"
            )
            raise InternalError(msg)
        if _thread is None:
            up = threading.Event()
            reactor.callWhenRunning(up.set)
            _thread = threading.Thread(
                target=_run, args=(reactor, up), name="twinet-reactor", daemon=True
            )
            _thread.start()
            if up.wait(_STARTING) and reactor.running:
                _log.info(
                    "the reactor runs in a thread of its own now, because a blocking "
                    "call was made before reactor.run(), which this process can not "
                    "use any more"
                )
                return
        msg = "the reactor does not run any more, and cannot be started again"
        raise InternalError(msg)


def _run(reactor: Any, up: threading.Event) -> None:
    try:
        reactor.run(installSignalHandlers=False)
    except ReactorNotRestartable:
        # The program has run it, and it has ended.
        up.set()


def check_not_forked(reactor: Any) -> None:
    """Refuse the reactor of another process.

    :raises InternalError: (12004) it ran in a thread that the fork has left behind.
    """
    if _left_behind and reactor is _inherited:
        msg = (
            "this process was forked from one whose reactor ran in another thread, and "
            "has none that runs; fork before the first call that blocks, or start the "
            "process anew (multiprocessing.get_context('spawn'))"
        )
        raise InternalError(msg)


def _note_fork() -> None:
    """Take note that this is another process now, with this thread alone."""
    global _inherited, _left_behind, _lock, _thread  # noqa: PLW0603  as above
    # Another thread may have held it.
    _lock = threading.Lock()
    _thread = None
    _inherited = sys.modules.get("twisted.internet.reactor")
    _left_behind = bool(
        getattr(_inherited, "running", False)
        and threadable.ioThread != threading.get_ident()
    )


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_note_fork)
