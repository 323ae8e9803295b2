"""The FTP upload handle: a file on a server that is being written.

Theory of operation.  It is one operation on its connection, which lasts until the
server has said that it has stored the file::

    opening --150--> written --finish() or close()--> the last reply --> over
                        '--close() in a write, abandon(), an error--> ABOR

``close`` alone ends the file well, as on Windows; what the server says of it is then
told to nobody.  ``finish`` tells.  A block of ``async with`` finishes, and abandons
when it is left by an exception: half a file must not look whole.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twisted.internet.defer import Deferred, fail, succeed

from twinet._ftp.storage import Storage
from twinet._handles.ftp_leaf import FtpFileLeaf
from twinet.errors import (
    IncorrectHandleState,
    InternetError,
    InvalidParameter,
    RequestPending,
)
from twinet.status import RequestSent, SendingRequest

if TYPE_CHECKING:
    from types import TracebackType

    from twinet._ftp.operation import Operation

__all__ = ["FtpUpload"]


class FtpUpload(FtpFileLeaf):
    """A file on an FTP server, open for writing.

    Until it is finished or closed, no other call on its connection is possible (12110).
    """

    _storage: Storage | None = None
    #: the bytes of the piece that a full connection has yet to take.
    _piece = 0
    _ending = False
    #: the last reply has come, or whatever else was the end.
    _over = False
    _broken: InternetError | None = None

    # -- what users ask

    def write(self, data: bytes | bytearray | memoryview) -> Deferred[int]:
        """Hand over a piece; fires with its length, when it can go out.

        It fires at once unless the connection is full.

        :raises InvalidHandle: 6, the handle is closed.
        :raises InvalidParameter: 87, what is handed over is no bytes.
        :raises IncorrectHandleState: 12019, the file has been finished.
        :raises RequestPending: 12026, a call on this handle is pending.
        :raises InternetError: what has become of the transfer meanwhile.
        :source: InternetWriteFile.
        """
        try:
            if not isinstance(data, bytes | bytearray | memoryview):
                kind = type(data).__name__
                msg = f"a file is bytes, not {kind}; encode a text first"
                raise InvalidParameter(msg)
            storage = self._writable()
            voice = self._voice
            if voice.heard:
                voice.emit(SendingRequest)
                if self._dead:
                    raise self._was_cancelled()
                # A listener may have written, or finished, in there.
                storage = self._writable()
            size = len(data)
            room = storage.write(bytes(data))
        except InternetError as error:
            return fail(error)
        if room is not None:
            self._piece = size
            pending = self._begin()
            room.addCallbacks(self._has_room, lambda _: None)
            return pending
        if voice.heard:
            voice.emit(RequestSent, size)
        return succeed(size)

    def finish(self) -> Deferred[None]:
        """End the file; fires when the server says that it has stored all of it.

        Then the session is free; the handle is still to be closed.

        :raises InternetError: it says something else, or nothing; as :meth:`write`.
        :source: our own; InternetCloseHandle does it without saying how it ended.
        """
        try:
            storage = self._writable()
        except InternetError as error:
            return fail(error)
        pending = self._begin()
        self._ending = True
        storage.end()
        return pending

    def abandon(self) -> Deferred[None]:
        """Give the file up and close the handle; the server has been told so (ABOR)."""
        if self._storage is not None and not self._ending:
            self._broken = self._broken or self._was_cancelled()
        return self.close()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if kind is not None:
            await self.abandon()
            return
        try:
            if self.alive and not self._ending:
                await self.finish()
        finally:
            await self.close()

    # -- birth

    def _opened(self, _: Any, error: InternetError | None) -> None:
        self._over = error is not None
        super()._opened(_, error)

    # -- the operation

    async def _serve(self, operation: Operation) -> None:
        login = self._its_login()
        await login.set_type(operation, "A" if self._text else "I")
        storage = Storage(login, self._command, text=self._text)
        await storage.begin(operation, self._offset)
        storage.connect()
        self._storage = storage
        operation.answer()
        error: InternetError | None = None
        try:
            await storage.carry_on(operation)
        except InternetError as fault:
            error = fault
        self._ended(error)

    def _ended(self, error: InternetError | None) -> None:
        self._over = True
        operation = self._operation
        assert operation is not None
        # What the program does when it hears of the end need not wait for it.
        operation.lasting = False
        if error is not None:
            self._broken = self._broken or error
            if operation.stopped is None:
                self.session.tracer.failed(self, error)
        if self._pending is not None and error is not None:
            self._fail(error)
        elif self._pending is not None and self._ending:
            self._finish(None)
        self._leave_when_ready()

    def _has_room(self, _: object) -> None:
        """End the write that waited until the connection had room."""
        piece, self._piece = self._piece, 0
        if self._voice.heard:
            self._voice.emit(RequestSent, piece)
        self._finish(piece)

    def _writable(self) -> Storage:
        self._check_alive()
        self._check_thread()
        if self._pending is not None:
            msg = f"another call on {self} is pending; wait for it, or close the handle"
            raise RequestPending(msg)
        if self._broken is not None:
            raise self._broken
        if self._storage is None or self._ending:
            msg = f"{self} cannot be written: it is not open, or was finished"
            raise IncorrectHandleState(msg)
        return self._storage

    # -- death

    def _stop(self) -> None:
        operation, storage = self._operation, self._storage
        if operation is None:
            self._over = True
        elif (
            storage is not None
            and self._broken is None
            and not self._over
            and self._pending is None
            and self._parent.alive
        ):
            # As on Windows, the file is complete when its handle is closed.
            operation.lasting = False
            storage.end()
        else:
            self._over = True
            self._stop_operation()

    def _may_leave(self) -> bool:
        return self._over

    def __str__(self) -> str:
        return f"FtpUpload {self._path}"
