"""The functions of all kinds of handles: open, connect, close, options."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twisted.internet.defer import Deferred, succeed

from twinet._handles.handle import Handle
from twinet._handles.session import Session
from twinet._handles.url_connection import UrlConnection
from twinet._net.deliveries import CallerDelivery
from twinet._wire.field_text import field_pairs
from twinet.errors import InvalidParameter
from twinet.flags import Flag, OpenType, Service
from twinet.options import OPTIONS, Option, OptionType, Unit
from twinet.urls import crack_http
from twinet.wininet.cookies import JAR
from twinet.wininet.door import immediate, on_reactor, waiting
from twinet.wininet.http import own_fields

if TYPE_CHECKING:
    from twinet._handles.http_connection import HttpConnection
    from twinet._handles.http_request import HttpRequest

__all__ = [
    "InternetCloseHandle",
    "InternetConnect",
    "InternetOpen",
    "InternetOpenUrl",
    "InternetQueryOption",
    "InternetSetOption",
]

#: What Windows knows as no limit, in milliseconds.
_NO_LIMIT = 0xFFFFFFFF
#: The options that are milliseconds here and seconds below.
_TIMES = frozenset(
    option for option, row in OPTIONS.items() if row.unit is Unit.SECONDS
)
#: Those whose absence is a number on Windows, the largest.
_LIMITS = _TIMES | {Option.CONNECT_RETRIES}
#: Those whose truth is a number on Windows.
_BOOLEANS = frozenset(
    option for option, row in OPTIONS.items() if row.type is OptionType.BOOL
)


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
    :param access_type: INTERNET_OPEN_TYPE_DIRECT or _PRECONFIG.
    :param proxy: refused, and so is ``proxy_bypass``: proxies are not spoken yet.
    :param options: more for ``twinet.Session``: ``delivery``, ``limits`` …
    :raises InvalidParameter: 87, an argument cannot be used; the text says which.
    :source: InternetOpen.
    """
    if access_type == OpenType.PROXY or proxy or proxy_bypass:
        msg = "proxies are not supported; open with INTERNET_OPEN_TYPE_DIRECT"
        raise InvalidParameter(msg)
    if reactor is None:
        # Late, because importing it installs it.
        from twisted.internet import reactor  # noqa: PLC0415
    options.setdefault("cookies", JAR)
    if not flags & Flag.ASYNC:
        options["delivery"] = CallerDelivery()
    session: Session = on_reactor(
        reactor, lambda: Session(reactor, agent=agent, **options)
    )
    session.offline = bool(flags & Flag.OFFLINE)
    return session


@immediate(Session)
def InternetConnect(
    session: Session,
    host: str,
    port: int = 0,
    username: str | None = None,
    password: str | None = None,
    service: int = Service.HTTP,
    flags: int = 0,
    context: Any = 0,
) -> HttpConnection:
    """Make a connection handle; for HTTP nothing is sent.

    :param port: 0 is the service's own.
    :param username: answers a challenge of the server, with ``password``.
    :param flags: INTERNET_FLAG_SECURE for TLS.
    :param context: carried by the notifications; 0 silences.
    :raises InvalidParameter: 87, there is no host, or the service is unknown.
    :source: InternetConnect.
    """
    if service != Service.HTTP:
        msg = f"the service {service!r} is not spoken; use INTERNET_SERVICE_HTTP"
        raise InvalidParameter(msg)
    return session.http(
        host,
        port or None,
        tls=bool(flags & Flag.SECURE),
        username=username,
        password=password,
        context=context or None,
    )


@waiting(Session)
def InternetOpenUrl(
    session: Session,
    url: str,
    headers: str | bytes | None = None,
    flags: int = 0,
    context: Any = 0,
) -> Deferred[HttpRequest]:
    """Send a GET for a URL; gives the request handle when the answer's head is there.

    :param url: an absolute URL; its user name and password answer a challenge.
    :param headers: lines of the form ``Name: value``.
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
    return UrlConnection.open(
        session,
        crack_http(url),
        headers=[*own_fields(None, ("*/*",)), *field_pairs(headers)],
        flags=Flag(flags),
        context=context or None,
    )


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


@immediate(Handle)
def InternetQueryOption(handle: Handle, option: int) -> Any:
    """Read an option.

    :param option: INTERNET_OPTION_*; times are milliseconds here.
    :raises InternetError: as ``handle.options`` (12009, 12018).
    :source: InternetQueryOption.
    """
    value = handle.options[option]
    if value is None and option in _LIMITS:
        return _NO_LIMIT
    if option in _TIMES:
        return round(value * 1000)
    return 0 if value is None and option == Option.CONTEXT_VALUE else value


@immediate(Handle)
def InternetSetOption(handle: Handle, option: int, value: Any) -> bool:
    """Set an option, for this handle and those made under it later.

    :param option: INTERNET_OPTION_*; times are milliseconds here.
    :raises InternetError: as ``handle.options`` (12009, 12011, 12018, 87, 160).
    :source: InternetSetOption.
    """
    if option in _LIMITS and value == _NO_LIMIT:
        value = None
    elif option in _TIMES:
        # What is no number is refused below, in words.
        number = isinstance(value, int | float) and not isinstance(value, bool)
        value = value / 1000 if number else value
    elif option in _BOOLEANS:
        value = bool(value)
    elif option == Option.CONTEXT_VALUE:
        value = value or None
    handle.options[option] = value
    return True
