"""The calls that most people need first: one URL, no handles to care for.

Each makes a session of its own and leaves nothing behind when its Deferred has
fired: no socket, no timer, no thread.
"""

from __future__ import annotations

import os
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import unquote, urlsplit

from twisted.internet.defer import Deferred, fail

from twinet._handles.fetched_request import MAX_SIZE
from twinet._handles.ftp_find import FtpFind
from twinet._handles.gopher_calls import is_gopher
from twinet._handles.http_request import HttpRequest
from twinet._handles.session import Session
from twinet._net.disk import path_of
from twinet._wire.ftp_url import is_ftp, read_ftp_url
from twinet.errors import (
    InternetError,
    InvalidParameter,
    NotProxyRequest,
    UnexpectedStatus,
)
from twinet.urls import crack_gopher

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from os import PathLike
    from pathlib import Path

    from twinet._handles.http_request import HeadersArgument
    from twinet._net.dispatch import Listener
    from twinet._net.netrc_file import GivenNetrc
    from twinet._net.proxy_settings import GivenProxy
    from twinet._net.trust import GivenRoots
    from twinet.records import DirectoryEntry, Limits, Response

__all__ = ["download", "fetch", "listing"]

T = TypeVar("T")

#: Successes that bring no file: nothing, or a part that was not asked for.
_NO_FILE = frozenset((204, 205, 206))


def fetch(
    url: str,
    *,
    max_size: int = MAX_SIZE,
    headers: HeadersArgument = (),
    decoding: bool = False,
    on_status: Listener | None = None,
    limits: Limits | None = None,
    trust_roots: GivenRoots | None = None,
    proxy: GivenProxy | None = None,
    netrc: GivenNetrc | None = None,
    reactor: Any = None,
) -> Deferred[Response]:
    """Fire with the answer to a GET, its ``body`` in memory.

    A 4xx or 5xx answer is an answer: look at ``status_code``.

    :param max_size: the longest body that is taken (bytes, decoded).
    :param headers: a mapping or pairs of header fields.
    :param decoding: ask for a compressed body and decode it, as
        :class:`twinet.Session` does; ``response.decoded`` says what was undone.
    :param on_status: told each step, as a handle's status callback.
    :param trust_roots: as for :class:`twinet.Session`, and so are ``proxy`` and
        ``netrc``.
    :param reactor: the running one when left out.
    :raises InvalidOperation: 12016, the body is longer than ``max_size``.
    :raises InvalidParameter: 87, ``max_size`` is no number of bytes.
    :raises InternetError: as :meth:`twinet.Session.get` and ``read``.
    :source: our own.
    """

    def use(session: Session) -> Deferred[Response]:
        return session.fetch(
            url, max_size=max_size, headers=headers, on_status=on_status
        )

    return _alone(
        use,
        reactor,
        decoding=decoding,
        limits=limits,
        trust_roots=trust_roots,
        proxy=proxy,
        netrc=netrc,
    )


def download(
    url: str,
    to: str | PathLike[str],
    *,
    headers: HeadersArgument = (),
    decoding: bool = False,
    on_status: Listener | None = None,
    limits: Limits | None = None,
    trust_roots: GivenRoots | None = None,
    proxy: GivenProxy | None = None,
    netrc: GivenNetrc | None = None,
    reactor: Any = None,
) -> Deferred[Path]:
    """Fetch a URL, of HTTP, FTP or Gopher, into a new file; fires with its path.

    The file has its name only when it is complete, of the announced length, and
    synced; until then it has a temporary name beside it.  No file is ever replaced,
    and after a failure nothing is left.

    :param to: the file; or an existing folder, and the name is then the URL's last
        path segment.
    :param decoding: ask for a compressed body and decode it into the file, as
        :class:`twinet.Session` does.  (Servers that name the coding of an archive, so
        that ``x.tar.gz`` comes as ``Content-Encoding: gzip``, give you ``x.tar``.)
    :param on_status: told each step, as a handle's status callback.
    :raises FileExists: 80, there is a file of that name.
    :raises InvalidParameter: 87, the path cannot be one, or the URL is one of a
        directory or a menu.
    :raises UnexpectedStatus: 12003, the server answered 4xx or 5xx (or another
        status that brings no file).
    :raises InternetError: as :meth:`twinet.Session.open_url` and ``save``.
    :source: our own.
    """
    try:
        path = path_of(to)
    except InvalidParameter as error:
        return fail(error)

    async def save(session: Session) -> Path:
        _check_file(url)
        request: Any = await session.open_url(url, headers=headers, on_status=on_status)
        if isinstance(request, HttpRequest):
            # Also for an ftp or gopher URL that a proxy is asked for.
            _check_status(request.response)
        if os.path.isdir(path):  # noqa: ASYNC240, PTH112  local and brief
            return await request.save(path / _file_name(url))  # type: ignore[no-any-return]
        return await request.save(path)  # type: ignore[no-any-return]

    return _alone(
        save,
        reactor,
        decoding=decoding,
        limits=limits,
        trust_roots=trust_roots,
        proxy=proxy,
        netrc=netrc,
    )


def listing(
    url: str,
    *,
    on_status: Listener | None = None,
    limits: Limits | None = None,
    trust_roots: GivenRoots | None = None,
    proxy: GivenProxy | None = None,
    reactor: Any = None,
) -> Deferred[list[DirectoryEntry]]:
    """Fire with the entries of a directory on an FTP server.

    :param url: such as ``ftp://user:password@host/folder/``.
    :param on_status: told each step, as a handle's status callback.
    :raises UnrecognizedScheme: 12006, it is no URL of FTP.
    :raises NotProxyRequest: 12020, an HTTP proxy was named for FTP.
    :raises InternetError: as :meth:`twinet.Session.open_url`.
    :source: our own.
    """
    try:
        wanted = read_ftp_url(url)
    except InternetError as error:
        return fail(error)
    if not wanted.directory:
        url = f"{url.partition(';type=')[0]}/"

    async def read(session: Session) -> list[DirectoryEntry]:
        find: Any = await session.open_url(url, on_status=on_status)
        if not isinstance(find, FtpFind):
            msg = "an HTTP proxy gives a page for a directory; see Session.open_url"
            raise NotProxyRequest(msg)
        return [entry async for entry in find]

    return _alone(read, reactor, limits=limits, trust_roots=trust_roots, proxy=proxy)


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
    if is_gopher(url) and crack_gopher(url).is_menu:
        msg = "the URL names a menu, and there is no file to save; see open_url"
        raise InvalidParameter(msg)


def _alone(
    use: Callable[[Session], Awaitable[T]], reactor: Any, **options: Any
) -> Deferred[T]:
    """Use a session of its own, then close it and wait for that."""

    async def run() -> T:
        session = Session(reactor, **options)
        try:
            return await use(session)
        finally:
            await session.close()

    return Deferred.fromCoroutine(run())


def _file_name(url: str) -> str:
    """Return the last segment of the URL's path as the name of a file here."""
    if is_gopher(url):
        path = crack_gopher(url).selector
    else:
        path = urlsplit(url).path
        if is_ftp(url):
            path = path.partition(";type=")[0]
        path = unquote(path)
    name = PurePosixPath(path).name
    # What would mean a folder, or nothing at all, on some system.
    if name.strip(". ") == "" or any(c in name for c in '/\\:\0<>"|?*'):
        msg = f"{url} does not end in a file name; give the file's name in 'to'"
        raise InvalidParameter(msg)
    return name
