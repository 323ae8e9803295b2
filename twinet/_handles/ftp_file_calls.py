"""The calls of an FTP connection that transfer files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, overload

from twisted.internet.defer import Deferred, fail

from twinet._ftp.copies import fetch_file, resume_file, store_file
from twinet._handles.ftp_calls import FtpCalls, checked_name
from twinet._handles.ftp_file import FtpFile
from twinet._handles.ftp_find import FtpFind
from twinet._handles.ftp_upload import FtpUpload
from twinet._net.disk import path_of
from twinet._wire.ftp_command import command_line
from twinet._wire.wildcard import Wildcard
from twinet.errors import InternetError, InvalidParameter
from twinet.status import SELF

if TYPE_CHECKING:
    from os import PathLike
    from pathlib import Path

    from twinet._ftp.login import Login, Work
    from twinet._ftp.operation import Operation
    from twinet._handles.ftp_leaf import FtpLeaf
    from twinet._net.dispatch import Listener
    from twinet.records import Limits

__all__ = ["FtpFileCalls"]

#: The command of each mode, and the kind of handle.
_COMMANDS = {"r": "RETR", "w": "STOR", "a": "APPE"}
_KINDS: dict[str, type[FtpLeaf]] = {"r": FtpFile, "w": FtpUpload, "a": FtpUpload}


class FtpFileCalls(FtpCalls):
    """Open, find, get, put."""

    @overload
    def open_file(
        self,
        path: str,
        mode: Literal["r"] = "r",
        *,
        offset: int = 0,
        text: bool = False,
        context: Any = SELF,
        on_status: Listener | None = None,
        limits: Limits | None = None,
    ) -> Deferred[FtpFile]: ...
    @overload
    def open_file(
        self,
        path: str,
        mode: Literal["w", "a"],
        *,
        offset: int = 0,
        text: bool = False,
        context: Any = SELF,
        on_status: Listener | None = None,
        limits: Limits | None = None,
    ) -> Deferred[FtpUpload]: ...
    def open_file(
        self,
        path: str,
        mode: str = "r",
        *,
        offset: int = 0,
        text: bool = False,
        context: Any = SELF,
        on_status: Listener | None = None,
        limits: Limits | None = None,
    ) -> Deferred[FtpFile] | Deferred[FtpUpload]:
        """Open a file on the server; fires with its handle when data can flow.

        The file holds the session until it is closed.

        :param mode: ``"r"`` reads, ``"w"`` writes it anew, ``"a"`` appends to it.
        :param offset: from which byte on, by REST; when the server refuses that,
            nothing is transferred.
        :param text: have it transferred as text (TYPE A): its line ends are line feeds
            here.
        :param context: carried by the notifications of the file.
        :raises InvalidParameter: 87, there is no such mode, or the offset is none, or
            not one for this mode.
        :raises InternetError: as :meth:`change_directory`.
        :source: FtpOpenFile (RETR, STOR, APPE).
        """
        try:
            login = self._usable_login()
            verb = _COMMANDS.get(mode)
            if verb is None:
                msg = f"a file is opened with 'r', 'w' or 'a', not {mode!r}"
                raise InvalidParameter(msg)
            line = login.line(verb, checked_name(path, "a file"))
            _check_offset(offset, mode, text=text)
            how = {"offset": offset, "text": text, "context": context}
            how.update(on_status=on_status, limits=limits)
            return self._open_leaf(login, _KINDS[mode], path, line, **how)
        except InternetError as error:
            return fail(error)

    @overload
    def open_command(
        self,
        text: str,
        mode: Literal["r"] = "r",
        *,
        context: Any = SELF,
        on_status: Listener | None = None,
        limits: Limits | None = None,
    ) -> Deferred[FtpFile]: ...
    @overload
    def open_command(
        self,
        text: str,
        mode: Literal["w"],
        *,
        context: Any = SELF,
        on_status: Listener | None = None,
        limits: Limits | None = None,
    ) -> Deferred[FtpUpload]: ...
    def open_command(
        self,
        text: str,
        mode: str = "r",
        *,
        context: Any = SELF,
        on_status: Listener | None = None,
        limits: Limits | None = None,
    ) -> Deferred[FtpFile] | Deferred[FtpUpload]:
        """Send a command that has a data connection; fires with its handle.

        For what there is no call for, such as ``LIST -R`` or ``STOU``.  It is
        transferred in binary, and holds the session until it is closed.

        :param text: the command and what it is given, without a line end.
        :param mode: ``"r"`` when the server sends, ``"w"`` when it takes.
        :raises InvalidParameter: 87, it cannot be a command, or there is no such mode.
        :raises InternetError: as :meth:`change_directory`.
        :source: FtpCommand with a data connection.
        """
        try:
            login = self._usable_login()
            line = command_line(checked_name(text, "a command"), login.site.encoding)
            if mode not in ("r", "w"):
                msg = f"a command's data are read ('r') or written ('w'), not {mode!r}"
                raise InvalidParameter(msg)
            how = {"context": context, "on_status": on_status, "limits": limits}
            return self._open_leaf(login, _KINDS[mode], text, line, **how)
        except InternetError as error:
            return fail(error)

    def find(
        self,
        pattern: str = "",
        *,
        context: Any = SELF,
        on_status: Listener | None = None,
        limits: Limits | None = None,
    ) -> Deferred[FtpFind]:
        """List a directory; fires with a handle that gives its entries.

        A small listing is whole then.  The session is free for other calls when the
        server has sent all of it, whether or not the entries have been read.

        :param pattern: a path whose last component may have ``*`` and ``?``; empty is
            everything in the current directory, and one that ends with a slash,
            everything in that one.
        :param context: carried by the notifications of the listing.
        :raises InvalidParameter: 87, a directory of the path has ``*`` or ``?``.
        :raises ExtendedError: 12003, there is no such directory; or no such entry, when
            the pattern is the name of one.
        :raises InternetError: as :meth:`change_directory`.
        :source: FtpFindFirstFile (MLSD, LIST).
        """
        return self._find(pattern, context=context, on_status=on_status, limits=limits)

    def _find(
        self, pattern: str, *, needs_entry: bool = False, **kwargs: Any
    ) -> Deferred[FtpFind]:
        """List a directory, as :meth:`find`.

        :param needs_entry: none is an error with a wildcard too, as on Windows.
        :raises NoMoreFiles: 18, there is none.
        """
        try:
            login = self._usable_login()
            wanted = Wildcard(_checked_pattern(pattern))
            login.line("LIST", wanted.directory)
            return self._open_leaf(
                login, FtpFind, wanted, needs_entry=needs_entry, **kwargs
            )
        except InternetError as error:
            return fail(error)

    def _open_leaf(
        self, login: Login, kind: type[FtpLeaf], *args: Any, **kwargs: Any
    ) -> Deferred[Any]:
        """Make a handle below the connection, and have it opened.

        :raises InvalidParameter: 87, the limits or the callback are none.
        """
        leaf = kind(self, *args, **kwargs)
        leaf._announce()
        if leaf._dead:
            return fail(leaf._was_cancelled())
        return leaf._open(login)

    def get_file(
        self,
        path: str,
        to: str | PathLike[str],
        *,
        overwrite: bool = False,
        resume: bool = False,
        text: bool = False,
        context: Any = SELF,
        on_status: Listener | None = None,
        limits: Limits | None = None,
    ) -> Deferred[Path]:
        """Fetch a file to the disk; fires with its path.

        It has a temporary name beside the final one until it is whole and synced.
        After a failure nothing of it is left, and what was there before is as it was.

        :param overwrite: take the place of another file of that name.
        :param resume: go on with what an earlier attempt has left, and leave what came
            if this one fails, as ``name.part``: when the server tells size and time of
            the file, and neither has changed (SIZE, MDTM, REST).
        :param text: have it sent as text (TYPE A): its line ends become line feeds.
        :param context: carried by the notifications of this call; that of the
            connection, when left out.
        :raises FileExists: 80, there is a file of that name; nothing was asked for.
        :raises InvalidParameter: 87, one of the two is no name of a file, or a text is
            to be resumed.
        :raises Truncated: 12152, the server did not send all of it.
        :raises InternetError: as :meth:`change_directory`; ``AccessDenied`` (5),
            ``FileNotFound`` (2) or ``UnableToCacheFile`` (12158) when the disk refuses.
        :source: FtpGetFile (RETR).
        """

        def prepare(login: Login) -> Work:
            login.line("RETR", checked_name(path, "a file"))
            target = path_of(to)
            if resume and text:
                raise _no_text_in_parts()

            async def work(operation: Operation) -> Path:
                if resume:
                    return await resume_file(
                        login, operation, path, target, replaces=overwrite
                    )
                return await fetch_file(
                    login, operation, path, target, text=text, replaces=overwrite
                )

            return work

        voice = self._voice_of(context, on_status)
        return self._call(f"fetching {path}", prepare, voice=voice, limits=limits)

    def put_file(
        self,
        path: str | PathLike[str],
        to: str,
        *,
        resume: bool = False,
        text: bool = False,
        context: Any = SELF,
        on_status: Listener | None = None,
        limits: Limits | None = None,
    ) -> Deferred[int]:
        """Store a file of the disk on the server; fires with the bytes that were sent.

        :param to: its name there.
        :param resume: do not send again what the server has of it (SIZE, APPE).
        :param text: have it stored as text (TYPE A).
        :param context: carried by the notifications of this call; that of the
            connection, when left out.
        :raises FileNotFound: 2, there is no such file here.
        :raises InvalidParameter: 87, one of the two is no name of a file, or a text is
            to be resumed.
        :raises InvalidOperation: 12016, it cannot be resumed.
        :raises InternetError: as :meth:`change_directory`.
        :source: FtpPutFile (STOR).
        """

        def prepare(login: Login) -> Work:
            login.line("STOR", checked_name(to, "a file"))
            source = path_of(path)
            if resume and text:
                raise _no_text_in_parts()

            async def work(operation: Operation) -> int:
                return await store_file(
                    login, operation, source, to, text=text, resume=resume
                )

            return work

        voice = self._voice_of(context, on_status)
        return self._call(f"storing {to}", prepare, voice=voice, limits=limits)


def _checked_pattern(pattern: object) -> str:
    """Return what is looked for.

    :raises InvalidParameter: 87, it is no text.
    """
    if not isinstance(pattern, str):
        msg = f"what is looked for is a text, such as '*.csv'; not {pattern!r}"
        raise InvalidParameter(msg)
    return pattern


def _no_text_in_parts() -> InvalidParameter:
    return InvalidParameter(
        "a text cannot be resumed: the server counts the bytes of its own line ends"
    )


def _check_offset(offset: object, mode: str, *, text: bool) -> None:
    """Refuse a place from which no transfer can begin.

    :raises InvalidParameter: 87.
    """
    if type(offset) is not int or offset < 0:
        msg = f"an offset is a number of bytes, 0 or more; not {offset!r}"
        raise InvalidParameter(msg)
    if offset and text:
        msg = "a text cannot begin at an offset: the server counts its own bytes"
        raise InvalidParameter(msg)
    if offset and mode == "a":
        msg = "what is appended begins at the end; leave the offset out"
        raise InvalidParameter(msg)
