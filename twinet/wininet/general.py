"""The functions of all kinds of handles: open, connect, close, options."""

from __future__ import annotations

from typing import Any

from twisted.internet.defer import Deferred, succeed

from twinet._handles.gopher_calls import is_gopher
from twinet._handles.handle import Handle
from twinet._handles.request_flags import certificate_flags
from twinet._handles.session import Session
from twinet._handles.url_connection import UrlConnection
from twinet._net.caller_delivery import CallerDelivery
from twinet._wire.field_text import field_pairs
from twinet._wire.ftp_url import is_ftp
from twinet.errors import InvalidParameter
from twinet.flags import Flag, OpenType, Service
from twinet.urls import crack_http
from twinet.wininet.cookies import JAR
from twinet.wininet.door import on_reactor, waiting
from twinet.wininet.http import own_fields
from twinet.wininet.proxies import PROCESS, settings_of

__all__ = [
    "InternetCloseHandle",
    "InternetConnect",
    "InternetOpen",
    "InternetOpenUrl",
]


def InternetOpen(
    agent: str = "",
    access_type: int = OpenType.DIRECT,
    proxy: str | None = None,
    proxy_bypass: str | None = None,
    flags: int = 0,
    *,
    reactor: Any = None,
    **options: Any,
) -> Session:
    """Open a session.

    With INTERNET_FLAG_ASYNC, calls that have to wait are pending.  Without it they
    block, and may be made in any thread but the reactor's; the callbacks run on the
    blocked thread.  If no reactor runs at the first of them, a thread is started for
    it, and ``reactor.run()`` is barred from then on.  With INTERNET_FLAG_OFFLINE no
    request uses the network: each fails with 2, because there is no cache.

    :param agent: the User-Agent; empty sends none.
    :param access_type: INTERNET_OPEN_TYPE_DIRECT, _PROXY, or _PRECONFIG for what was
        set with INTERNET_OPTION_PROXY and no handle, else what the environment says.
    :param proxy: with _PROXY, the proxy list; empty is none.
    :param proxy_bypass: with _PROXY, the bypass list; empty is none.
    :param options: more for ``twinet.Session``: ``delivery``, ``limits`` …
    :raises InvalidParameter: 87, an argument cannot be used; the text says which.
    :source: InternetOpen.
    """
    proxies = settings_of(access_type, proxy, proxy_bypass)
    if reactor is None:
        # Late, because importing it installs it.
        from twisted.internet import reactor  # noqa: PLC0415
    options.setdefault("cookies", JAR)
    if not flags & Flag.ASYNC:
        options["delivery"] = CallerDelivery()
    settings = PROCESS.settings() if proxies is None else proxies
    session: Session = on_reactor(
        reactor, lambda: Session(reactor, agent=agent, proxy=settings, **options)
    )
    PROCESS.take(session)
    if proxies is None:
        session.set_proxy()
    session.offline = bool(flags & Flag.OFFLINE)
    return session


@waiting(Session)
def InternetConnect(
    session: Session,
    host: str,
    port: int = 0,
    username: str | None = None,
    password: str | None = None,
    service: int = Service.HTTP,
    flags: int = 0,
    context: Any = 0,
) -> Deferred[Any]:
    """Make a connection handle; only for FTP is anything sent: it is logged in.

    :param port: 0 is the service's own.
    :param username: answers a challenge of the server, with ``password``; nobody is
        anonymous with FTP.
    :param flags: INTERNET_FLAG_SECURE for TLS, which an FTP server is asked for;
        INTERNET_FLAG_IGNORE_CERT_CN_INVALID and _DATE_INVALID with it, for FTP;
        INTERNET_FLAG_PASSIVE for data connections that this side makes, and not the
        FTP server.
    :param context: carried by the notifications; 0 silences.
    :raises InvalidParameter: 87, there is no host, or the service is unknown.
    :raises InternetError: as :meth:`twinet.Session.ftp`.
    :source: InternetConnect.
    """
    if service == Service.FTP:
        secure = bool(flags & Flag.SECURE)
        return session.ftp(
            host,
            port or None,
            username=username,
            password=password,
            tls="explicit" if secure else None,
            security_flags=certificate_flags(flags if secure else 0),
            passive=bool(flags & Flag.PASSIVE),
            context=context or None,
        )
    if service == Service.GOPHER:
        return succeed(
            session.gopher(
                host,
                port or None,
                tls=bool(flags & Flag.SECURE),
                context=context or None,
            )
        )
    if service != Service.HTTP:
        msg = (
            f"the service {service!r} is not spoken; use INTERNET_SERVICE_HTTP, "
            "INTERNET_SERVICE_FTP or INTERNET_SERVICE_GOPHER"
        )
        raise InvalidParameter(msg)
    return succeed(
        session.http(
            host,
            port or None,
            tls=bool(flags & Flag.SECURE),
            username=username,
            password=password,
            context=context or None,
        )
    )


@waiting(Session)
def InternetOpenUrl(
    session: Session,
    url: str,
    headers: str | bytes | None = None,
    flags: int = 0,
    context: Any = 0,
) -> Deferred[Any]:
    """Open what a URL names; gives its handle when the data can be read.

    For HTTP that is when the answer's head is there.  For FTP it is the handle of a
    file, or of a listing, with a login of its own.

    :param url: an absolute URL; its user name and password answer a challenge.  An ftp
        URL may be asked of an HTTP proxy; that of a Gopher menu gives a page, or with
        INTERNET_FLAG_RAW_DATA a find handle.
    :param headers: lines of the form ``Name: value``; an FTP server has none, nor has
        one of Gopher.
    :param flags: INTERNET_FLAG_*.
    :param context: carried by the notifications; 0 silences.
    :raises UnrecognizedScheme: 12006, the scheme is not spoken.
    :raises InvalidParameter: 87, there is no URL.
    :raises InternetError: as :meth:`twinet.HttpRequest.send`.
    :source: InternetOpenUrl.
    """
    if not url:
        msg = "name a URL to open"
        raise InvalidParameter(msg)
    how: Any = {
        "headers": [*own_fields(None, ("*/*",)), *field_pairs(headers)],
        "flags": Flag(flags),
        "context": context or None,
    }
    if is_ftp(url) or is_gopher(url):
        return session.open_url(url, **how)
    return UrlConnection.open(session, crack_http(url), **how)


@waiting(Handle)
def InternetCloseHandle(handle: Handle) -> Deferred[bool]:
    """Close a handle and everything below it.

    All of them are dead when this returns, and what is pending ends with 12017.

    :returns: ``True``; pending only while sockets of a session are being closed.
    :source: InternetCloseHandle.
    """
    closed = handle.close()
    # Of other handles nothing is left to wait for but their own last words.
    last = closed if isinstance(handle, Session) else succeed(None)
    return last.addCallback(lambda _: True)
