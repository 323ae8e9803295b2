"""What files and listings of FTP share: each is one operation on its connection."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar, Self

from twinet._ftp.operation import Operation
from twinet._handles.handle import Handle
from twinet.flags import HandleType

if TYPE_CHECKING:
    from twisted.internet.defer import Deferred

    from twinet._ftp.login import Login
    from twinet._handles.ftp_connection import FtpConnection
    from twinet._handles.session import Session
    from twinet.errors import InternetError

__all__ = ["FtpFileLeaf", "FtpLeaf"]


class FtpLeaf(Handle):
    """A handle below an FTP connection."""

    #: whether its operation ends only when the program ends it.
    lasting: ClassVar[bool]
    _parent: FtpConnection
    _operation: Operation | None = None

    @property
    def session(self) -> Session:
        """The session to which the handle belongs."""
        return self._parent.session

    @property
    def url(self) -> str:
        """Its URL, without user name and password."""
        return self._parent._site.url_of(self._named())

    @abstractmethod
    def _named(self) -> str:
        """Return what of the server it is, as it was asked for."""

    # -- birth

    def _open(self, login: Login) -> Deferred[Self]:
        """Have it opened; fires with this handle when data can flow."""
        pending, operation = self._prepare()
        self._parent._start(login, operation, self._serve)
        return pending

    def _prepare(self) -> tuple[Deferred[Self], Operation]:
        """Make the pending call and the operation that will answer it."""
        pending = self._begin()
        operation = Operation(
            str(self), self._voice, self._limits, self._opened, lasting=self.lasting
        )
        self._operation = operation
        return pending, operation

    @abstractmethod
    async def _serve(self, operation: Operation) -> None:
        """Do the operation's work."""

    def _its_login(self) -> Login:
        """Return the login on which the operation has its turn."""
        login = self._parent._login
        assert login is not None, "there is one as long as an operation works"
        return login

    def _opened(self, _: Any, error: InternetError | None) -> None:
        """Take the operation's answer: the end of the call that opens."""
        if error is None:
            self._finish(self)
        elif not self._dead:
            self.session.tracer.failed(self, error)
            self._fail_and_close(error)

    # -- death

    def _stop_operation(self) -> None:
        """Stop the operation, and tell the connection."""
        if self._operation is not None:
            self._operation.stop(self._was_cancelled())
            self._parent._child_closing()


class FtpFileLeaf(FtpLeaf):
    """A file on an FTP server that is open; nothing else goes on meanwhile.

    :param line: the command that opens it.
    :param offset: the place in it where that begins (bytes).
    :param text: it is transferred in type A.
    """

    handle_type = HandleType.FTP_FILE
    lasting = True

    def __init__(
        self,
        parent: FtpConnection,
        path: str,
        line: bytes,
        *,
        offset: int = 0,
        text: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(parent, **kwargs)
        self._path = path
        self._command = line
        self._offset = offset
        self._text = text

    @property
    def path(self) -> str:
        """The file's name on the server, as it was given."""
        return self._path

    def _named(self) -> str:
        return self._path
