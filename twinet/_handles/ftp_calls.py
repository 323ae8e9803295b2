"""The calls of an FTP connection: how each becomes an operation, and ends."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from twisted.internet.defer import Deferred, fail

from twinet._ftp.operation import Operation
from twinet._handles.handle import Handle, PendingCall
from twinet._net.dispatch import Voice
from twinet.errors import FtpDropped, InternetError, InvalidParameter
from twinet.status import SELF

if TYPE_CHECKING:
    from collections.abc import Callable

    from twinet._ftp.login import Login, Work
    from twinet._handles.session import Session
    from twinet._net.dispatch import Listener
    from twinet.records import Limits

    #: Checks what a call was given, and returns what is to be done.
    Preparation = Callable[[Login], Work]

__all__ = ["FtpCalls", "checked_name"]


class FtpCalls(Handle):
    """A handle on which several calls may be pending: they take turns."""

    _login: Login | None = None

    def __init__(self, parent: Handle, **kwargs: Any) -> None:
        super().__init__(parent, **kwargs)
        #: the operations whose work has not ended.
        self._operations: dict[Operation, None] = {}

    @property
    def session(self) -> Session:
        """The session to which the handle belongs."""
        return self._parent  # type: ignore[return-value]  # it is made by a session

    @property
    def doing(self) -> str:
        """What goes on, in words, such as ``fetching a.csv``; empty if nothing does.

        :source: our own.
        """
        holder = None if self._login is None else self._login.turns.holder
        return "" if holder is None else holder.name

    def _usable_login(self) -> Login:
        """Return the login on which a call is made.

        :raises InvalidHandle: 6, the handle is closed.
        :raises InvalidParameter: 87, this is not the reactor's thread.
        :raises FtpDropped: 12111, there is no login yet, or no more.
        :raises FtpTransferInProgress: 12110, an open file is in the way.
        """
        self._check_alive()
        self._check_thread()
        if self._login is None:
            msg = f"{self} is not logged in yet; wait for the call that opens it"
            raise FtpDropped(msg)
        self._login.check()
        return self._login

    def _call(
        self,
        name: str,
        prepare: Preparation,
        *,
        voice: Voice | None = None,
        limits: Limits | None = None,
    ) -> Deferred[Any]:
        """Make an operation of a call; its Deferred fires with what the work gives.

        Cancelling it stops the work; the session goes on.
        """
        try:
            login = self._usable_login()
            work = prepare(login)
        except InternetError as error:
            return fail(error)
        call, operation = self._operation(name, voice or self._voice, limits)
        self._start(login, operation, work)
        return call

    def _operation(
        self, name: str, voice: Voice, limits: Limits | None = None
    ) -> tuple[Deferred[Any], Operation]:
        """Return a Deferred and the operation whose answer it fires with."""

        def cancelled(call: Deferred[Any]) -> None:
            error = self._was_cancelled()
            operation.stop(error)
            if not call.called:
                # Inside a notification: what is still to be told comes when that
                # callback has returned, but cancel() must end here.
                call.errback(error)

        call = PendingCall(cancelled)
        answer = partial(_end_call, call, voice)
        operation = Operation(name, voice, limits or self._limits, answer)
        return call, operation

    def _start(self, login: Login, operation: Operation, work: Work) -> None:
        self._operations[operation] = None
        login.run(operation, work, self._operations.pop)

    def _voice_of(self, context: Any, on_status: Listener | None) -> Voice:
        """Return who tells of a call that has a context of its own."""
        if context is SELF and on_status is None:
            return self._voice
        listener = on_status or self._voice.listener
        if self._status_delivery is None:
            return Voice(self, context, listener)
        return self._status_delivery.voice(self, context, listener)

    def _child_closing(self) -> None:
        """Take note that a file or a listing is being closed."""

    def _stop_operations(self) -> None:
        for operation in list(self._operations):
            if operation.voice is not self._voice:
                operation.voice.hush()
            operation.stop(self._was_cancelled())


def _end_call(
    call: Deferred[Any], voice: Voice, result: Any, error: InternetError | None
) -> None:
    """Announce the end of a call, then fire its Deferred."""
    if error is None:
        voice.complete(call, result)
        return

    def fire() -> None:
        if not call.called:
            call.errback(error)

    voice.settle(fire, None, error)


def checked_name(name: object, what: str = "a file or directory") -> str:
    """Return a name on the server.

    :raises InvalidParameter: 87, it is none.
    """
    if not isinstance(name, str) or not name:
        msg = f"name {what}, as text that is not empty; not {name!r}"
        raise InvalidParameter(msg)
    return name
