"""The retrieval: data from the server, from the command to the last reply.

Theory of operation.  Data and replies come on two connections, in any order.  A
transfer has succeeded when all of these are true::

    the data connection ended in order     (a FIN; with TLS a close_notify)
    the last reply says so                 (226, 250)
    as many bytes came as there were to be (by the 150, or by SIZE)

A connection that did not end in order is forgiven when all bytes came, by what the
server says.  A refusal that comes while data flow ends them, and so does the end of the
control connection.

What is given up is ended with ABOR: the data connection is closed, and all that the
server still owes is awaited for some seconds; then the session is over::

    asked -- 150 --> flowing -- data over --> the last reply --> whole, or an error
                        '-- cancel() --> ABOR ----------------> nothing is told
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from twisted.internet.defer import Deferred

from twinet._ftp.refusal import refusal, unknown
from twinet._ftp.transfer import abandon, begin
from twinet._wire.ftp_answers import read_size, read_size_hint
from twinet._wire.ftp_command import shown_command
from twinet._wire.ftp_text import TextFromWire
from twinet.errors import ConnectionReset, InternetError, Timeout, Truncated

if TYPE_CHECKING:
    from twinet._ftp.data_line import DataLine
    from twinet._ftp.login import Login
    from twinet._ftp.operation import Operation
    from twinet.ftp import FtpReply

__all__ = ["Reader", "Retrieval", "told_size"]


class Reader(Protocol):
    """Who gets the data: as of a transfer of HTTP."""

    def take_data(self, data: bytes, wire: int) -> None:
        """Take data."""

    def tell_data(self) -> None:
        """Tell of them."""

    def take_end(self, trailers: tuple[()], error: InternetError | None) -> None:
        """Take note that nothing more comes."""

    def tell_end(self) -> None:
        """Tell of the end."""


class Retrieval:
    """One transfer to this side: the source of a resource.

    :param line: the command: RETR, LIST, MLSD, or one of the program's.
    :param path: the file whose size may be asked for (SIZE), where it is one.
    :param text: it comes in type A: line ends become ours.
    :ivar over: nothing more comes, or is told.
    :ivar hint: how long the server said the file is, in its 150 (bytes).
    :ivar expected: how long it said so before (bytes).
    """

    def __init__(
        self,
        login: Login,
        line: bytes,
        reader: Reader,
        *,
        path: str | None = None,
        text: bool = False,
    ) -> None:
        self.over = False
        self.hint: int | None = None
        self.expected: int | None = None
        self._login = login
        self._command = line
        self._reader = reader
        self._path = path
        self._offset = 0
        self._text = TextFromWire() if text else None
        self._count = 0
        self._line: DataLine | None = None
        self._held = False
        #: fires when the data connection is closed.
        self._data_over: Deferred[None] = Deferred()
        self._fault: InternetError | None = None
        #: the reply to the command, when it was the last one already.
        self._last: FtpReply | None = None

    # -- what the operation does

    async def begin(self, operation: Operation, offset: int = 0) -> None:
        """Have the server begin to send; returns when it has said so.

        :param offset: from which byte on.
        :raises InternetError: it does not; nothing comes then.
        """
        self._offset = offset
        self._line, reply = await begin(self._login, operation, self._command, offset)
        if reply.preliminary:
            self.hint = read_size_hint(reply.text)
        else:
            self._last = reply

    async def carry_on(self, operation: Operation) -> None:
        """See it to its end, which the reader is told; or to that of a cancel.

        The server owes nothing when this returns.
        """
        try:
            error = await self._flow(operation)
        except InternetError as reason:
            # The operation was stopped: by who reads, or by a limit of its own.
            told, self.over = self.over, False
            self.cancel()
            if not told:
                self._tell_end(reason)
            await abandon(self._login)
            raise
        finally:
            self._login.control.watcher = None
        if not self.over:
            self.over = True
            self._tell_end(error)
        if not self._login.control.settled:
            await abandon(self._login)

    def _tell_end(self, error: InternetError | None) -> None:
        self._reader.take_end((), error)
        self._reader.tell_end()

    async def _flow(self, operation: Operation) -> InternetError | None:
        """Let the data come; return what was wrong with them."""
        control, line = self._login.control, self._line
        assert line is not None
        control.watcher = self._replied
        if self._held:
            line.pause()
        size = self.expected or self.hint or 0
        if self._offset or self._text is not None:
            # What comes is shorter, or longer; by how much may not be known.
            size = self.hint or 0
        if size:
            line.expect(size)
        line.deliver(self)
        self._replied()
        if not self._data_over.called:
            await operation.wait(self._data_over)
        operation.check()
        if self.over or isinstance(self._fault, Timeout):
            # Given up on this side: the server may have no reason to say a word.
            return self._fault
        # The last reply follows the end of the data closely, or has overtaken it.
        control.look()
        try:
            reply = self._last or await control.final_answer(operation)
        except InternetError as error:
            operation.check()
            return self._fault or error
        if not reply.completed:
            return refusal(shown_command(self._command), reply)
        return await self._verdict(operation)

    async def _verdict(self, operation: Operation) -> InternetError | None:
        """Judge what came, as the server says that it is all."""
        came, hint, fault = self._count, self.hint, self._fault
        if self._text is not None:
            # It has another length as a text, which nobody knows.
            hint = None
        whole = self._offset + came
        if hint is not None and hint in (came, whole):
            return None
        if self._text is None and self.expected == whole:
            return None
        # Whatever it is: from now on a size is asked for again.
        self._login.announces = False
        what = shown_command(self._command)
        size = hint = None if self._offset else hint
        if self._path is not None and self._text is None:
            size = await told_size(self._login, operation, self._path)
        if size is None:
            size = hint if hint is not None and came < hint else None
        elif size == whole:
            return None
        if size is not None:
            return Truncated(
                f"{what} brought {came} bytes from byte {self._offset} on, and the "
                f"server says that this is all; by its own word there are {size}"
            )
        if fault is not None:
            return Truncated(
                f"{what} ended after {came} bytes, not in order: {fault.message}"
            )
        return None

    # -- the source of a resource

    def pause(self) -> None:
        """Take nothing more from the socket."""
        self._held = True
        if self._line is not None:
            self._line.pause()

    def resume(self) -> None:
        """Take from the socket again."""
        self._held = False
        if self._line is not None:
            self._line.resume()

    def want(self, wanted: bool) -> None:
        """Know whether somebody waits for data."""

    def cancel(self) -> None:
        """Stop; nothing more is told.  What the server owes is seen to behind it."""
        if self.over:
            return
        self.over = True
        if self._line is not None:
            self._line.forget()
        if not self._data_over.called:
            self._data_over.callback(None)

    # -- the data connection tells these

    def data_came(self, data: bytes) -> None:
        """Hand data on."""
        wire = len(data)
        self._count += wire
        if self._text is not None:
            data = self._text.feed(data)
        reader = self._reader
        reader.take_data(data, wire)
        reader.tell_data()

    def data_over(self, error: InternetError | None, *, orderly: bool) -> None:
        """Take note that no more data come."""
        rest = b"" if self._text is None else self._text.end()
        if rest:
            self._reader.take_data(rest, 0)
        if not orderly:
            self._fault = error or ConnectionReset("the data connection was cut")
        if not self._data_over.called:
            self._data_over.callback(None)

    # -- the control connection tells this

    def _replied(self) -> None:
        """End the data when the server has said that it failed, or nothing more."""
        control, line = self._login.control, self._line
        if line is None or self.over:
            return
        if control.over is not None:
            line.cut(control.over)
        elif (reply := control.refused) is not None:
            line.cut(refusal(shown_command(self._command), reply))


async def told_size(login: Login, operation: Operation, path: str) -> int | None:
    """Return the size of a file (bytes), if the server tells it (SIZE)."""
    if not login.knows("SIZE"):
        return None
    reply = await login.ask(operation, login.line("SIZE", path))
    if unknown(reply):
        login.forget("SIZE")
    return read_size(reply.text) if reply.completed else None
