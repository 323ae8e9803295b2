"""The storage: data to the server, from the command to the last reply.

Theory of operation.  A piece is handed to the transport as fast as that takes it; who
hands it over learns when there is room again.  The end of the file is the end of the
data connection; the server's last reply says whether it has stored all of it::

    asked -- 150 --> flowing -- end() --> the last reply --> stored, or an error
                        |-- the server closes, or refuses --> an error
                        '-- cancel() --> ABOR --------------> nothing is told

What is given up must not look whole: its connection is reset, not closed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IPushProducer
from zope.interface import implementer

from twinet._ftp.refusal import refusal
from twinet._ftp.transfer import abandon, begin
from twinet._wire.ftp_command import shown_command
from twinet._wire.ftp_text import TextToWire
from twinet.errors import ConnectionAborted, InternetError, Timeout

if TYPE_CHECKING:
    from collections.abc import Callable

    from twinet._ftp.data_line import DataLine
    from twinet._ftp.login import Login
    from twinet._ftp.operation import Operation

__all__ = ["Storage"]

#: What is written at a time (bytes): what a transport takes before it holds back.
PIECE = 65536


@implementer(IPushProducer)
class Storage:
    """One transfer to the server.

    :param line: the command: STOR, APPE, or one of the program's.
    :param text: it goes in type A: our line ends become those of the wire.
    :ivar over: nothing more goes out.
    :ivar count: what the transport was given (bytes).
    """

    def __init__(self, login: Login, line: bytes, *, text: bool = False) -> None:
        self.over = False
        self.count = 0
        self._login = login
        self._command = line
        self._text = TextToWire() if text else None
        self._line: DataLine | None = None
        self._waiting = memoryview(b"")
        self._room: Deferred[None] | None = None
        self._full = False
        self._writing = False
        self._registered = False
        self._ending = False
        #: what went wrong with the data connection.
        self.fault: InternetError | None = None
        #: called when nothing more can go out, by who feeds the socket past us.
        self.lost: Callable[[InternetError], None] | None = None
        self._data_over: Deferred[None] = Deferred()

    # -- what the operation does

    async def begin(self, operation: Operation, offset: int = 0) -> None:
        """Have the server begin to take; returns when it has said so.

        :param offset: where in its file the data begin.
        :raises InternetError: it does not.
        """
        line, _ = await begin(self._login, operation, self._command, offset)
        self._line = line
        self._login.control.watcher = self._replied
        line.deliver(self)
        line.rest()
        self._replied()

    @property
    def data(self) -> DataLine:
        """The data connection."""
        assert self._line is not None, "it has begun"
        return self._line

    async def carry_on(self, operation: Operation) -> None:
        """See it to its end, which :meth:`end` or the server brings.

        :raises InternetError: the file was not stored, or not whole.
        """
        control = self._login.control
        try:
            await operation.wait(self._data_over)
            if isinstance(self.fault, Timeout):
                raise self.fault  # noqa: TRY301  ABOR is sent below
            reply = await control.final_answer(operation)
        except Exception as error:
            self.cancel()
            await abandon(self._login)
            operation.check()
            if self.fault is not None and isinstance(error, InternetError):
                raise self.fault from error
            raise
        finally:
            control.watcher = None
            self.over = True
        if not reply.completed:
            raise refusal(shown_command(self._command), reply)
        if not self._ending:
            raise self.fault or ConnectionAborted(
                "the server closed the data connection before the end of the file",
            )

    # -- for who has the data

    def connect(self) -> None:
        """Let the transport hold us back; who feeds the socket past us does not."""
        if not self._registered:
            self._registered = True
            self.data.transport.registerProducer(self, True)

    def write(self, data: bytes | memoryview) -> Deferred[None] | None:
        """Hand over a piece; when it cannot go out at once, fires when it could.

        One piece at a time.

        :raises InternetError: the server takes nothing any more; what its last reply
            says is what :meth:`carry_on` ends with.
        """
        if self.over or self.fault is not None:
            raise self.fault or ConnectionAborted("nothing more can be written")
        if self._text is not None:
            data = self._text.feed(bytes(data))
        self._waiting = memoryview(data)
        self.connect()
        self._write()
        if not self._waiting and not self._full:
            return None
        self.data.watch_sending()
        self._room = Deferred(self._not_waiting)
        return self._room

    def took(self, size: int) -> None:
        """Take note of bytes that the transport, or the socket, has been given."""
        self.count += size
        self.data.count_sent(size)

    def end(self) -> None:
        """End the file: what was handed over goes out, and nothing else."""
        if self._ending or self.over:
            return
        self._ending = True
        if self._line is not None and not self._data_over.called:
            if self._registered:
                self._line.transport.unregisterProducer()
            self._line.watch_sending()
            self._line.close()

    def cancel(self) -> None:
        """Give it up: the server must not take it for whole."""
        self.over = True
        self._drop_waiting()
        if self._line is not None:
            self._line.forget()

    # -- the transport calls these: IPushProducer

    def pauseProducing(self) -> None:  # noqa: N802
        """Hold back."""
        self._full = True

    def resumeProducing(self) -> None:  # noqa: N802
        """Go on."""
        self._full = False
        self._write()
        if self._waiting or self._full:
            self.data.watch_sending()
        else:
            self.data.rest()
            self._tell_room(None)

    def stopProducing(self) -> None:  # noqa: N802
        """Take note that the connection is gone; the line tells why."""

    # -- the data connection tells these

    def data_came(self, data: bytes) -> None:
        """Pass over what a server sends that was to take."""

    def data_over(self, error: InternetError | None, *, orderly: bool) -> None:
        """Take note that the connection is closed, by whomever."""
        if error is not None or not (orderly and self._ending):
            self.fault = (
                self.fault
                or error
                or ConnectionAborted(
                    "the server closed the data connection before the end of the file"
                )
            )
        self._drop_waiting()
        if not self._data_over.called:
            self._data_over.callback(None)

    # -- inside

    def _write(self) -> None:
        if self._writing:
            return
        self._writing = True
        line = self.data
        # The transport may pause from inside write().
        while self._waiting and not self._full and not self.over:
            piece, self._waiting = self._waiting[:PIECE], self._waiting[PIECE:]
            self.took(len(piece))
            line.transport.write(bytes(piece))
        self._writing = False

    def _not_waiting(self, _: object) -> None:
        self._room = None

    def _drop_waiting(self) -> None:
        self._waiting = memoryview(b"")
        error = self.fault or ConnectionAborted("the transfer was given up")
        if self.lost is not None:
            self.lost(error)
        self._tell_room(error)

    def _tell_room(self, error: InternetError | None) -> None:
        room, self._room = self._room, None
        if room is None or room.called:
            return
        if error is None:
            room.callback(None)
        else:
            room.errback(error)

    def _replied(self) -> None:
        """End the data when the server has said that it failed, or nothing more."""
        control, line = self._login.control, self._line
        if line is None or self.over or self._data_over.called:
            return
        if control.over is not None:
            line.cut(control.over)
        elif (reply := control.refused) is not None:
            line.cut(refusal(shown_command(self._command), reply))
