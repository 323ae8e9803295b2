"""The calls that most people need first: one URL, no handles to care for.

Each makes a session of its own and leaves nothing behind when its Deferred has
fired: no socket, no timer, no thread.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from twisted.internet.defer import Deferred

from twinet._handles.fetched_request import MAX_SIZE
from twinet._handles.session import Session

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from os import PathLike
    from pathlib import Path

    from twinet._handles.http_request import HeadersArgument
    from twinet._net.dispatch import Listener
    from twinet._net.lanes import StatusDelivery
    from twinet._net.netrc_file import GivenNetrc
    from twinet._net.proxy_settings import GivenProxy
    from twinet._net.trust import GivenRoots
    from twinet.records import DirectoryEntry, Limits, Response

__all__ = ["download", "fetch", "listing"]

T = TypeVar("T")


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
    delivery: StatusDelivery | None = None,
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
    :param delivery: where ``on_status`` is called, as for :class:`twinet.Session`.
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
        delivery=delivery,
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
    delivery: StatusDelivery | None = None,
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

    def use(session: Session) -> Deferred[Path]:
        return session.download(url, to, headers=headers, on_status=on_status)

    return _alone(
        use,
        reactor,
        decoding=decoding,
        limits=limits,
        trust_roots=trust_roots,
        proxy=proxy,
        netrc=netrc,
        delivery=delivery,
    )


def listing(
    url: str,
    *,
    on_status: Listener | None = None,
    limits: Limits | None = None,
    trust_roots: GivenRoots | None = None,
    proxy: GivenProxy | None = None,
    netrc: GivenNetrc | None = None,
    delivery: StatusDelivery | None = None,
    reactor: Any = None,
) -> Deferred[list[DirectoryEntry]]:
    """Fire with the entries of a directory on an FTP server.

    :param url: such as ``ftp://user:password@host/folder/``.
    :param on_status: told each step, as a handle's status callback.
    :raises UnrecognizedScheme: 12006, it is no URL of FTP.
    :raises InternetError: as :meth:`twinet.Session.open_url`.
    :source: our own.
    """

    def use(session: Session) -> Deferred[list[DirectoryEntry]]:
        return session.listing(url, on_status=on_status)

    return _alone(
        use,
        reactor,
        limits=limits,
        trust_roots=trust_roots,
        proxy=proxy,
        netrc=netrc,
        delivery=delivery,
    )


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
