"""The FTP file handle: a file on a server that is being read.

Theory of operation.  The file is one operation on its connection, which lasts until the
handle is closed: the session is busy with it.  A move to another place ends the present
transfer, and another one begins there (REST), within the same operation::

    opening --150--> flowing --the last reply--> at its end --close--> over
                        |  ^                          |
                        '--'----------- seek ---------'

What the server was still sending when the handle is closed is ended with ABOR; calls on
the connection wait for that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from twisted.internet.defer import Deferred

from twinet._ftp.retrieval import Retrieval, told_size
from twinet._handles.ftp_leaf import FtpFileLeaf
from twinet._handles.resource import Resource
from twinet._net.inbox import Inbox
from twinet.errors import InternetError, InvalidOperation

if TYPE_CHECKING:
    from twinet._ftp.operation import Operation
    from twinet._handles.ftp_connection import FtpConnection

__all__ = ["FtpFile"]


class FtpFile(FtpFileLeaf, Resource):
    """A file on an FTP server, open for reading.

    As long as it is open, no other call on its connection is possible (12110).
    """

    def __init__(
        self,
        parent: FtpConnection,
        path: str,
        line: bytes,
        **kwargs: Any,
    ) -> None:
        super().__init__(parent, path, line, **kwargs)
        self._size: int | None = None
        #: a file, and not what a command of the program's brings.
        self._seekable = line.startswith(b"RETR ")
        #: fires with the place where the next transfer is to begin.
        self._wish: Deferred[int] = Deferred()

    # -- what users ask

    @property
    def size(self) -> int | None:
        """How long the server says the file is (bytes); ``None`` when it does not.

        :source: FtpGetFileSize; SIZE, or the number in the reply to RETR.
        """
        return None if self._text else self._size

    # -- birth

    def _prepare(self) -> tuple[Deferred[Self], Operation]:
        self._inbox = Inbox()
        self._inbox.taken = self._offset
        return super()._prepare()

    # -- the operation

    async def _serve(self, operation: Operation) -> None:
        """Transfer from one place after the other, until the handle is closed."""
        login = self._its_login()
        await login.set_type(operation, "A" if self._text else "I")
        place = self._offset
        path = self._path if self._seekable else None
        if path is not None and not self._text and (place or not login.announces):
            # Later it is too late: nothing can be asked while data flow.
            self._size = await told_size(login, operation, path)
        while True:
            retrieval = Retrieval(
                login, self._command, self, path=path, text=self._text
            )
            retrieval.expected = self._size
            self._source = retrieval
            try:
                await retrieval.begin(operation, place)
            except InternetError as error:
                if not operation.answered:
                    raise
                operation.check()
                self._not_moved(error)
            else:
                self._began(operation, retrieval, place)
                await retrieval.carry_on(operation)
            if operation.stopped is not None:
                return
            place = await operation.wait(self._wish)
            self._wish = Deferred()

    def _began(self, operation: Operation, retrieval: Retrieval, place: int) -> None:
        if not operation.answered:
            if not (place or self._text):
                self._its_login().compare_sizes(self._size, retrieval.hint)
                if self._size is None:
                    self._size = retrieval.hint
            operation.answer()
        else:
            self._finish(place)

    # -- moving (InternetSetFilePointer, by REST)

    def _length(self) -> int | None:
        length = super()._length()
        return self.size if length is None else length

    def _why_not_asked(self) -> InternetError | None:
        if self._text:
            # The server counts the bytes of its file, and we those of the text.
            return InvalidOperation(f"places in {self}, a text, cannot be asked for")
        if not self._seekable:
            return InvalidOperation(f"{self} is no file; its data come in their order")
        return None

    def _ask(self, place: int) -> None:
        # The present transfer ends first, and what the server owes is waited for.
        self._reset()
        self._inbox.taken = place
        self._wish.callback(place)

    def _not_moved(self, error: InternetError) -> None:
        """End a move to a place that cannot be reached."""
        self._source = None
        self._broken = error
        self._fail(error)

    # -- death

    def _spend(self) -> None:
        """Stay in the tree: an open file holds the session."""

    def _stop(self) -> None:
        super()._stop()
        self._stop_operation()

    def __str__(self) -> str:
        return f"FtpFile {self._path}"
