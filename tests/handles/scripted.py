"""A tree of handles without a network: the source does what the test says."""

from __future__ import annotations

from typing import Any

from twisted.internet.task import Clock

from twinet._handles.handle import Handle
from twinet._handles.resource import Resource
from twinet._net.deadlines import Deadlines
from twinet._net.trace import UNTRACED
from twinet.flags import HandleType
from twinet.status import SendingRequest


class Root(Handle):
    """A root whose release of its sockets can be held back."""

    handle_type = HandleType.INTERNET

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(None, **kwargs)
        self.clock = Clock()
        self.deadlines = Deadlines(self.clock)
        self.tracer = UNTRACED
        self.released = True

    def _may_leave(self) -> bool:
        return self.released


class Branch(Handle):
    """A handle in the middle."""

    handle_type = HandleType.CONNECT_HTTP


class ScriptedSource:
    """A speaker that a test plays."""

    def __init__(self) -> None:
        self.over = False
        self.calls: list[str] = []

    def pause(self) -> None:
        self.calls.append("pause")

    def resume(self) -> None:
        self.calls.append("resume")

    def want(self, wanted: bool) -> None:
        self.calls.append("want" if wanted else "enough")

    def cancel(self) -> None:
        self.calls.append("cancel")


class Leaf(Resource):
    """A resource over a scripted source."""

    handle_type = HandleType.HTTP_REQUEST

    def open(self):
        """Begin a call that waits, and tell so."""
        self._check_alive()
        pending = self._begin()
        self.source = self._source = ScriptedSource()
        if self._voice.heard:
            self._voice.emit(SendingRequest)
        return pending

    def opened(self) -> None:
        """End that call."""
        self._finish(self)


def grow(parent: Handle | None, kind: Any, **kwargs: Any) -> Any:
    """Make a handle and announce it, as the calls that make handles do."""
    handle = kind(parent, **kwargs) if parent is not None else kind(**kwargs)
    handle._announce()
    return handle
