"""The FTP connection handle: somebody who is logged in on a server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from twisted.internet.defer import Deferred, fail

from twinet._ftp.entrance import enter
from twinet._ftp.operation import Operation
from twinet._ftp.refusal import refusal, words_of
from twinet._handles.ftp_calls import checked_name
from twinet._handles.ftp_file_calls import FtpFileCalls
from twinet._wire.ftp_answers import read_path, read_size, read_time
from twinet._wire.ftp_command import command, command_line
from twinet.errors import ExtendedError, InternetError
from twinet.flags import HandleType

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from twinet._ftp.engine import Engine
    from twinet._ftp.login import Login, Work
    from twinet._ftp.site import Site
    from twinet._handles.handle import Handle
    from twinet.ftp import FtpReply
    from twinet.tls import TlsInfo

__all__ = ["FtpConnection"]

T = TypeVar("T")

#: The answer that names a path.
_PATHNAME = 257
#: From this code on a reply is a refusal (RFC 959, section 4.2.1).
_REFUSED = 400


class FtpConnection(FtpFileCalls):
    """A login on an FTP server; it has one control connection.

    Calls take turns: each one waits behind those that were made before it.  Behind an
    open file, which only the program can end, they fail at once with 12110.
    """

    handle_type = HandleType.CONNECT_FTP

    def __init__(
        self, parent: Handle, engine: Engine, site: Site, **kwargs: Any
    ) -> None:
        super().__init__(parent, **kwargs)
        self._engine = engine
        self._site = site

    # -- what users ask

    @property
    def host(self) -> str:
        """The server's name or address, as it is connected to."""
        return self._site.host

    @property
    def port(self) -> int:
        """The port of the control connection."""
        return self._site.port

    @property
    def url(self) -> str:
        """The server as a URL, without user name and password."""
        return self._site.url

    @property
    def username(self) -> str:
        """Who is logged in."""
        return self._site.username

    @property
    def tls(self) -> TlsInfo | None:
        """The TLS of the control connection; ``None`` without TLS."""
        login = self._login
        creator = None if login is None else login.control.tls_creator
        facts = None if creator is None else creator.facts
        return None if facts is None else facts.info()

    @property
    def last_response(self) -> str:
        """What the server said last, in its own words; empty before it said anything.

        :source: InternetGetLastResponseInfo.
        """
        last = None if self._login is None else self._login.control.last
        return "" if last is None else words_of(last)

    # -- directories and names

    def current_directory(self) -> Deferred[str]:
        """Fire with the path of the current directory.

        :raises InvalidHandle: 6, the handle is closed.
        :raises FtpTransferInProgress: 12110, an open file holds the session.
        :raises FtpDropped: 12111, the session has ended.
        :raises Timeout: 12002, the server did not answer in time.
        :raises ExtendedError: 12003, the server refuses, or names no path;
            ``server_text`` has its words.
        :source: FtpGetCurrentDirectory (PWD).
        """

        def prepare(login: Login) -> Work:
            line = login.line("PWD")

            async def work(operation: Operation) -> str:
                reply = await login.require(operation, line)
                path = read_path(reply, self._site.encoding)
                if reply.code != _PATHNAME or path is None:
                    msg = "the server's answer to PWD names no path"
                    raise ExtendedError(msg, server_text=words_of(reply))
                return path

            return work

        return self._call("asking for the current directory", prepare)

    def change_directory(self, path: str) -> Deferred[None]:
        """Go to another directory.

        :raises InvalidParameter: 87, the path is empty, or cannot be said in FTP.
        :raises InternetError: as :meth:`current_directory`.
        :source: FtpSetCurrentDirectory (CWD).
        """

        def prepare(login: Login) -> Work:
            line = login.line("CWD", checked_name(path))

            async def work(operation: Operation) -> None:
                await login.require(operation, line)
                if self._site.reconnect:
                    # Where a session that is begun again has to go back to.
                    reply = await login.require(operation, login.line("PWD"))
                    login.directory = read_path(reply, self._site.encoding)

            return work

        return self._call("changing the directory", prepare)

    def make_directory(self, path: str) -> Deferred[None]:
        """Make a directory.

        :raises InternetError: as :meth:`change_directory`.
        :source: FtpCreateDirectory (MKD).
        """
        return self._command("making a directory", "MKD", path)

    def remove_directory(self, path: str) -> Deferred[None]:
        """Remove a directory, which has to be empty with most servers.

        :raises InternetError: as :meth:`change_directory`.
        :source: FtpRemoveDirectory (RMD).
        """
        return self._command("removing a directory", "RMD", path)

    def delete(self, path: str) -> Deferred[None]:
        """Delete a file.

        :raises InternetError: as :meth:`change_directory`.
        :source: FtpDeleteFile (DELE).
        """
        return self._command("deleting a file", "DELE", path)

    def rename(self, path: str, new_path: str) -> Deferred[None]:
        """Rename a file or directory, or move it where the server can.

        Many servers put it in the place of another file of that name.

        :raises InternetError: as :meth:`change_directory`.
        :source: FtpRenameFile (RNFR, RNTO).
        """

        def prepare(login: Login) -> Work:
            first = login.line("RNFR", checked_name(path))
            second = login.line("RNTO", checked_name(new_path))

            async def work(operation: Operation) -> None:
                await login.require(operation, first, more=True)
                await login.require(operation, second)

            return work

        return self._call("renaming a file", prepare)

    def size(self, path: str) -> Deferred[int]:
        """Fire with the size of a file (bytes), as it is transferred in binary.

        :raises InternetError: as :meth:`change_directory`.
        :source: FtpGetFileSize (SIZE, RFC 3659 section 4).
        """

        def prepare(login: Login) -> Work:
            line = login.line("SIZE", checked_name(path, "a file"))

            async def work(operation: Operation) -> int:
                await login.set_type(operation, "I")
                return await self._asked(login, operation, line, read_size)

            return work

        return self._call("asking for a size", prepare)

    def modified(self, path: str) -> Deferred[datetime]:
        """Fire with the time of a file's last change, in UTC.

        :raises InternetError: as :meth:`change_directory`.
        :source: MDTM (RFC 3659 section 3).
        """

        def prepare(login: Login) -> Work:
            line = login.line("MDTM", checked_name(path, "a file"))
            return lambda operation: self._asked(login, operation, line, read_time)

        return self._call("asking for a time", prepare)

    # -- other commands

    def command(self, text: str) -> Deferred[FtpReply]:
        """Send a command as it is; fires with the server's last reply to it.

        For what there is no call for, such as ``SITE CHMOD 644 x``.  What it changes
        behind the other calls' backs is the program's risk.

        :param text: the command and what it is given, without a line end.
        :raises InvalidParameter: 87, it cannot be a command.
        :raises InternetError: as :meth:`current_directory`; a reply of 400 and more is
            a refusal.
        :source: FtpCommand without a data connection.
        """

        def prepare(login: Login) -> Work:
            line = command_line(checked_name(text, "a command"), self._site.encoding)

            async def work(operation: Operation) -> FtpReply:
                login.forget_type()
                reply = await login.ask(operation, line)
                if reply.code >= _REFUSED:
                    raise refusal(text.partition(" ")[0], reply)
                return reply

            return work

        return self._call("a command", prepare)

    def quit(self) -> Deferred[None]:
        """Take leave of the server, then close the handle; fires when it is closed.

        :raises InternetError: as :meth:`current_directory`; the handle is closed all
            the same when the server answers wrongly, or not in time.
        :source: QUIT (RFC 959 section 4.1.1); our own.
        """

        def prepare(login: Login) -> Work:
            line = login.line("QUIT")

            async def work(operation: Operation) -> None:
                await login.ask(operation, line)

            return work

        def close(result: object) -> Deferred[object]:
            return self.close().addCallback(lambda _: result)

        left = self._call("taking leave", prepare)
        if not self._dead and self._login is not None and not left.called:
            left.addBoth(close)
        return left

    # -- inside

    def _line(self, verb: str, argument: str) -> bytes:
        """Return a command as it will be sent.

        :raises InvalidParameter: 87, it cannot be said in one line.
        """
        return command(verb, argument, self._site.encoding)

    def _command(self, name: str, verb: str, path: str) -> Deferred[None]:
        """Send a command that is given a path, and has to succeed."""

        def prepare(login: Login) -> Work:
            line = login.line(verb, checked_name(path))

            async def work(operation: Operation) -> None:
                await login.require(operation, line)

            return work

        return self._call(name, prepare)

    async def _asked(
        self,
        login: Login,
        operation: Operation,
        line: bytes,
        read: Callable[[str], T | None],
    ) -> T:
        """Ask for something that stands in the text of a reply."""
        reply = await login.require(operation, line)
        value = read(reply.text)
        if value is None:
            verb = line.split(b" ")[0].decode()
            msg = f"the server's answer to {verb} cannot be read"
            raise ExtendedError(msg, server_text=words_of(reply))
        return value

    # -- birth

    def _enter(self) -> Deferred[FtpConnection]:
        """Connect and log in; fires with this handle."""
        if self._dead:
            return fail(self._was_cancelled())
        pending = self._begin()
        operation = Operation("the login", self._voice, self._limits, self._entered)
        self._operations[operation] = None
        entering = Deferred.fromCoroutine(
            enter(self._engine, self._site, operation, self._ended)
        )

        def entered(login: Login) -> None:
            self._operations.pop(operation, None)
            self._login = login
            operation.end()
            operation.answer(self)

        def refused(failure: Any) -> None:
            self._operations.pop(operation, None)
            failure.trap(InternetError)
            operation.end()
            operation.answer(error=failure.value)

        entering.addCallbacks(entered, refused)
        return pending

    def _entered(self, result: Any, error: InternetError | None) -> None:
        if error is None:
            self._finish(result)
        elif not self._dead:
            self.session.tracer.failed(self, error)
            self._fail_and_close(error)

    def _ended(self, _: InternetError) -> None:
        """Take note that the control connection is over."""
        self._voice.tell_closed()

    # -- death

    def _stop(self) -> None:
        self._stop_operations()
        if self._login is not None:
            self._login.close()

    def __str__(self) -> str:
        return f"FtpConnection {self._site.host}:{self._site.port}"
