"""The part of a session that fetches whole files and whole listings in one call."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from twisted.internet.defer import Deferred, fail

from twinet._handles.gopher_calls import GopherCalls, is_gopher
from twinet._handles.http_request import HttpRequest
from twinet._handles.request_flags import check_flags
from twinet._net.disk import path_of
from twinet._wire.ftp_url import is_ftp, read_ftp_url
from twinet.errors import (
    InternetError,
    InvalidParameter,
    UnexpectedStatus,
)
from twinet.flags import Flag
from twinet.status import SELF

if TYPE_CHECKING:
    from os import PathLike
    from pathlib import Path

    from twinet._handles.http_request import HeadersArgument
    from twinet._net.dispatch import Listener
    from twinet.records import DirectoryEntry, Limits, Response

__all__ = ["FileCalls", "file_name"]

#: Successes that bring no file: nothing, or a part that was not asked for.
_NO_FILE = frozenset((204, 205, 206))


class FileCalls(GopherCalls):
    """A session's files and listings, without a handle to care for."""

    def download(
        self,
        url: str,
        to: str | PathLike[str],
        *,
        headers: HeadersArgument = (),
        flags: Flag = Flag(0),
        context: Any = SELF,
        on_status: Listener | None = None,
        limits: Limits | None = None,
    ) -> Deferred[Path]:
        """Fetch a URL, of HTTP, FTP or Gopher, into a new file; fires with its path.

        The file has its name only when it is complete, of the announced length, and
        synced; until then it has a temporary name beside it.  No file is ever replaced,
        and after a failure nothing is left.  The handle is closed when this fires.

        Many files of one server share connections: those of HTTP as all requests do,
        and those of FTP share logins, ``connections_per_host`` of them at a time.

        :param url: an absolute URL of a file.
        :param to: the file; or an existing folder, and the name is then the URL's last
            path segment.
        :param headers: to ``limits``: as for :meth:`get`.
        :raises FileExists: 80, there is a file of that name.
        :raises InvalidParameter: 87, the path cannot be one, or the URL is one of a
            directory or a menu.
        :raises UnexpectedStatus: 12003, the server answered 4xx or 5xx (or another
            status that brings no file).
        :raises InternetError: as :meth:`open_url` and ``save``.
        :source: our own.
        """
        try:
            self._check_usable()
            path = path_of(to)
            _check_file(url)
            flags = check_flags(flags)
        except InternetError as error:
            return fail(error)

        async def save() -> Path:
            opened: Any = await self.open_url(
                url,
                headers=headers,
                flags=flags | Flag.EXISTING_CONNECT if is_ftp(url) else flags,
                context=context,
                on_status=on_status,
                limits=limits,
            )
            async with opened:
                if isinstance(opened, HttpRequest):
                    # Also for an ftp or gopher URL that a proxy is asked for.
                    _check_status(opened.response)
                target = path
                if os.path.isdir(path):  # noqa: ASYNC240, PTH112  local and brief
                    target = path / file_name(url)
                return await opened.save(target)  # type: ignore[no-any-return]

        return Deferred.fromCoroutine(save())

    def listing(
        self,
        url: str,
        *,
        flags: Flag = Flag(0),
        context: Any = SELF,
        on_status: Listener | None = None,
        limits: Limits | None = None,
    ) -> Deferred[list[DirectoryEntry]]:
        """Fire with the entries of a directory on an FTP server.

        An HTTP proxy is asked for a tunnel, as by :meth:`ftp`: what it would make of a
        directory is a page for people.

        :param url: such as ``ftp://user:password@host/folder/``.
        :param flags: to ``limits``: as for :meth:`get`.
        :raises UnrecognizedScheme: 12006, it is no URL of FTP.
        :raises InternetError: as :meth:`open_url`.
        :source: our own.
        """
        try:
            self._check_usable()
            wanted = read_ftp_url(url)
            flags = check_flags(flags)
        except InternetError as error:
            return fail(error)

        async def read() -> list[DirectoryEntry]:
            find = await self._open_ftp(
                replace(wanted, kind="d"),
                flags=flags | Flag.EXISTING_CONNECT,
                context=context,
                on_status=on_status,
                limits=limits,
            )
            async with find:
                return [entry async for entry in find]

        return Deferred.fromCoroutine(read())


def _check_status(response: Response) -> None:
    """Refuse an answer that brings no file.

    :raises UnexpectedStatus: 12003.
    """
    status = response.status_code
    if status in _NO_FILE or not 200 <= status < 300:  # noqa: PLR2004  RFC 9110
        msg = (
            f"{response.url} answered {status} {response.reason}, "
            "so there is no file to save"
        )
        raise UnexpectedStatus(msg, status_code=status)


def _check_file(url: str) -> None:
    """Refuse an ftp or gopher URL that names no file.

    :raises InvalidParameter: 87, it is one of a directory, a menu or a search.
    """
    if is_ftp(url) and read_ftp_url(url).directory:
        msg = "the URL names a directory, and there is no file to save; see listing"
        raise InvalidParameter(msg)
    if is_gopher(url):
        from twinet.urls import crack_gopher  # noqa: PLC0415  loaded when it is spoken

        if crack_gopher(url).is_menu:
            msg = "the URL names a menu, and there is no file to save; see open_url"
            raise InvalidParameter(msg)


def file_name(url: str) -> str:
    """Return the last segment of the URL's path as the name of a file here."""
    if is_gopher(url):
        from twinet.urls import crack_gopher  # noqa: PLC0415  as above

        path = crack_gopher(url).selector
    else:
        # What FTP takes literally may be a query's or a fragment's beginning in HTTP.
        path = read_ftp_url(url).path if is_ftp(url) else unquote(urlsplit(url).path)
    name = PurePosixPath(path).name
    # What would mean a folder, or nothing at all, on some system.
    if name.strip(". ") == "" or any(c in name for c in '/\\:\0<>"|?*'):
        msg = f"{url} does not end in a file name; give the file's name in 'to'"
        raise InvalidParameter(msg)
    return name
