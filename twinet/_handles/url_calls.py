"""The part of a session that sends a request to a URL in one call."""

from __future__ import annotations

from threading import get_ident
from typing import TYPE_CHECKING, Any, TypedDict, Unpack

from twisted.internet.defer import Deferred, fail
from twisted.python import threadable

from twinet._handles.fetched_request import MAX_SIZE, FetchedRequest, at_most
from twinet._handles.ftp_logins import FtpLogins
from twinet._handles.http_request import HttpRequest
from twinet._handles.request_flags import check_flags
from twinet._http.content import content_of
from twinet._wire.credentials import check_credentials
from twinet._wire.ftp_url import is_ftp, read_ftp_url
from twinet._wire.http_url import crack_ftp, crack_http
from twinet.errors import InternetError, InvalidParameter
from twinet.flags import Flag
from twinet.status import SELF

if TYPE_CHECKING:
    from collections.abc import Callable

    from twinet._handles.http_request import HeadersArgument
    from twinet._handles.resource import Resource
    from twinet._handles.treq_client import TreqClient
    from twinet._http.body import GivenBody
    from twinet._http.content import Content, FieldsArgument, FilesArgument
    from twinet._http.cookies import CookieJar
    from twinet._http.engine import Engine
    from twinet._net.disk import Disk
    from twinet._net.dispatch import Listener
    from twinet.records import Limits, Response
    from twinet.urls import HttpUrl

__all__ = ["UrlCalls"]

#: How many URLs are remembered in parts, and how long one may be (our own choice).
_CACHED_URLS = 256
_CACHED_LENGTH = 1024


class HowToAsk(TypedDict, total=False):
    """What a request may be given besides its URL."""

    params: FieldsArgument | None
    headers: HeadersArgument
    flags: Flag
    context: Any
    on_status: Listener | None
    limits: Limits | None


class HowToSend(HowToAsk, total=False):
    """What a request with a body may be given besides that."""

    form: FieldsArgument | None
    files: FilesArgument | None
    json: Any


class UrlCalls(FtpLogins):
    """A session's requests by their URL, without a connection handle."""

    reactor: Any
    disk: Disk
    cookies: CookieJar
    engine: Engine

    def __init__(self, *, limits: Limits | None) -> None:
        # A root has no context (InternetOpen takes none) and so says nothing itself.
        super().__init__(None, context=None, limits=limits)
        #: what some URLs without user name mean; they need no second look.
        self._cracked: dict[str, HttpUrl] = {}

    def get(
        self,
        url: str,
        *,
        params: FieldsArgument | None = None,
        headers: HeadersArgument = (),
        flags: Flag = Flag(0),
        context: Any = SELF,
        on_status: Listener | None = None,
        limits: Limits | None = None,
    ) -> Deferred[HttpRequest]:
        """Send a GET; fires with the request handle when the answer's head is there.

        The handle is the caller's to close.  When the call fails, it is closed
        already.

        :param url: an absolute ``http:`` or ``https:`` URL; its user name and password
            answer a challenge of this server and are not sent before it.
        :param params: fields that are added to the URL's query, after what is there.
        :param headers: a mapping or pairs of header fields, sent in this order.
        :param flags: how the request behaves (``twinet.flags.Flag``).
        :param context: carried by the notifications; ``None`` silences.
        :param on_status: a callback for this request alone.
        :raises UnrecognizedScheme: 12006, the URL is not of HTTP.
        :raises InvalidUrl: 12005, what is wrong with the URL is said.
        :raises InternetError: as :meth:`HttpRequest.send`.
        :source: InternetOpenUrl.
        """
        if params:
            return self.request(
                "GET",
                url,
                params=params,
                headers=headers,
                flags=flags,
                context=context,
                on_status=on_status,
                limits=limits,
            )
        return self._send_to(
            url,
            "GET",
            None,
            headers=headers,
            flags=flags,
            context=context,
            on_status=on_status,
            limits=limits,
        )

    def fetch(
        self,
        url: str,
        *,
        max_size: int = MAX_SIZE,
        headers: HeadersArgument = (),
        flags: Flag = Flag(0),
        context: Any = SELF,
        on_status: Listener | None = None,
        limits: Limits | None = None,
    ) -> Deferred[Response]:
        """Send a GET; fires with the answer when its ``body`` is in memory.

        It is :meth:`get`, :meth:`~twinet.HttpRequest.read` to the end and
        :meth:`~twinet.HttpRequest.close` in one call.

        :param url: and ``headers`` to ``limits``: as for :meth:`get`.
        :param max_size: the longest body that is taken (bytes, decoded).
        :raises InvalidOperation: 12016, the body is longer than ``max_size``.
        :raises InvalidParameter: 87, ``max_size`` is no number of bytes.
        :raises InternetError: as :meth:`get` and :meth:`~twinet.HttpRequest.read`.
        :source: our own.
        """
        kind: Any = FetchedRequest
        if max_size != MAX_SIZE:
            if type(max_size) is not int or max_size < 0:
                msg = f"max_size is a number of bytes, from 0 on; not {max_size!r}"
                return fail(InvalidParameter(msg))
            kind = at_most(max_size)
        return self._send_to(  # type: ignore[return-value]  # what that kind gives
            url,
            "GET",
            None,
            headers=headers,
            flags=flags,
            context=context,
            on_status=on_status,
            limits=limits,
            kind=kind,
        )

    def request(
        self,
        verb: str,
        url: str,
        body: GivenBody = None,
        *,
        params: FieldsArgument | None = None,
        form: FieldsArgument | None = None,
        files: FilesArgument | None = None,
        json: Any = ...,
        headers: HeadersArgument = (),
        flags: Flag = Flag(0),
        context: Any = SELF,
        on_status: Listener | None = None,
        limits: Limits | None = None,
    ) -> Deferred[HttpRequest]:
        """Send a request; fires with its handle when the answer's head is there.

        The handle is the caller's to close.  When the call fails, it is closed
        already.

        :param verb: sent exactly as given.
        :param url: and ``headers`` to ``limits``: as for :meth:`get`.
        :param body: and ``params`` to ``json``: as for :meth:`HttpRequest.send`.
        :raises InternetError: as :meth:`get` and :meth:`HttpRequest.send`.
        :source: HttpOpenRequest and HttpSendRequest in one.
        """
        try:
            self._check_usable()
            content = content_of(
                body, self.disk.run, params=params, form=form, files=files, json=json
            )
        except InternetError as error:
            return fail(error)
        return self._send_to(
            url,
            verb,
            content,
            headers=headers,
            flags=flags,
            context=context,
            on_status=on_status,
            limits=limits,
        )

    def head(self, url: str, **how: Unpack[HowToAsk]) -> Deferred[HttpRequest]:
        """Send a HEAD: as :meth:`get`, and the answer has no body."""
        return self.request("HEAD", url, **how)

    def post(
        self, url: str, body: GivenBody = None, **how: Unpack[HowToSend]
    ) -> Deferred[HttpRequest]:
        """Send a POST: as :meth:`request`."""
        return self.request("POST", url, body, **how)

    def put(
        self, url: str, body: GivenBody = None, **how: Unpack[HowToSend]
    ) -> Deferred[HttpRequest]:
        """Send a PUT: as :meth:`request`."""
        return self.request("PUT", url, body, **how)

    def patch(
        self, url: str, body: GivenBody = None, **how: Unpack[HowToSend]
    ) -> Deferred[HttpRequest]:
        """Send a PATCH: as :meth:`request`."""
        return self.request("PATCH", url, body, **how)

    def delete(
        self, url: str, body: GivenBody = None, **how: Unpack[HowToSend]
    ) -> Deferred[HttpRequest]:
        """Send a DELETE: as :meth:`request`."""
        return self.request("DELETE", url, body, **how)

    def open_url(self, url: str, **how: Unpack[HowToAsk]) -> Deferred[Resource]:
        """Open what a URL names; fires with a handle that can be read.

        That of an FTP file is an :class:`~twinet.FtpFile`, that of a directory
        (``ftp://host/folder/``, or ``;type=d``) an :class:`~twinet.FtpFind`; both have
        a login of their own, with the user name and the password of the URL.

        A gopher URL of a menu or a search gives it as HTML, or, with
        ``Flag.RAW_DATA``, a :class:`~twinet.GopherFind`; that of a file is a
        :class:`~twinet.GopherFile`.

        An ftp or gopher URL is asked of the HTTP proxy that is chosen for it, which
        speaks that protocol with the server; the user name and the password of an ftp
        URL are sent along at once, and no cookies.  For an ftps URL it is asked for a
        tunnel.

        :param url: an absolute URL of a scheme that is spoken here.
        :param how: as for :meth:`get`; header fields are for an HTTP proxy, as FTP and
            Gopher have none.
        :raises UnrecognizedScheme: 12006, the scheme is not spoken.
        :raises InternetError: as :meth:`get`; as :meth:`~twinet.Session.ftp` and
            :meth:`~twinet.Session.gopher`, and as ``open_file`` and ``find`` there.
        :source: InternetOpenUrl.
        """
        if not is_ftp(url):
            return self.get(url, **how)  # type: ignore[return-value]  # invariant type
        try:
            self._check_usable()
            wanted = read_ftp_url(url)
            proxy = self._ftp_engine.proxy_for(wanted.host, wanted.port)
            if proxy is not None and not proxy.tunnels(wanted.scheme):
                # The proxy speaks FTP, and HTTP with us.
                return self._ask_proxy(url, **how)  # type: ignore[return-value]
            return self._open_ftp(wanted, **how)
        except InternetError as error:
            return fail(error)

    def treq(
        self,
        *,
        flags: Flag = Flag(0),
        context: Any = SELF,
        on_status: Listener | None = None,
        limits: Limits | None = None,
    ) -> TreqClient:
        """Return a ``treq.client.HTTPClient`` whose requests are this session's.

        Redirects, cookies, decoding, limits, connections, TLS and notifications are
        the session's.  Cookies that a call brings go with that call alone.  Cancelling
        a call, or the reading of its answer, closes the connection.

        :param flags: and the rest: as for :meth:`get`, for each of its requests.
        :source: our own.
        """
        # Late, as it loads treq.
        from twinet._handles.treq_client import TreqClient  # noqa: PLC0415

        return TreqClient(
            self,
            {
                "flags": flags,
                "context": context,
                "on_status": on_status,
                "limits": limits,
            },
        )

    # -- inside

    def _send_to(
        self,
        url: str,
        verb: str,
        content: Content | None,
        *,
        headers: HeadersArgument,
        flags: Flag,
        context: Any = SELF,
        on_status: Listener | None = None,
        limits: Limits | None = None,
        kind: type[HttpRequest] = HttpRequest,
    ) -> Deferred[HttpRequest]:
        """Make a request handle for a URL and send it, as all these calls do."""
        try:
            # As _check_usable() does, whose two calls each request would pay for.
            if self._dead or threadable.ioThread != get_ident():
                self._check_usable()
            cracked = self._cracked.get(url) if type(url) is str else None
            if cracked is None:
                cracked = self._crack(url)
            credentials = None
            if cracked.username is not None:
                secret = cracked.password or ""
                credentials = check_credentials(cracked.username, secret)
            # By position: names cost a dict on the way through a class.
            request = kind(
                self, verb, cracked, headers, flags, context, on_status, limits
            )
            if credentials is not None:
                request._credentials = credentials
        except InternetError as error:
            return fail(error)
        request._close_when_failed = True
        request._announce()
        if request._dead:
            return fail(request._was_cancelled())
        return request._send(content, self)  # type: ignore[arg-type]  # a session

    def _ask_proxy(
        self,
        url: str,
        crack: Callable[[str], HttpUrl] = crack_ftp,
        *,
        params: FieldsArgument | None = None,
        flags: Flag = Flag(0),
        **how: Any,
    ) -> Deferred[HttpRequest]:
        """Send a GET for an ftp or gopher URL to the proxy for such URLs."""
        try:
            self._check_usable()
            cracked = crack(url)
            if params:
                msg = f"params are for http URLs; {cracked.scheme} URLs have no query"
                raise InvalidParameter(msg)
            credentials = None
            if cracked.scheme == "ftp":
                # Gopher has no users, and what a URL says of one goes nowhere.
                credentials = check_credentials(
                    cracked.username or "", cracked.password or ""
                )
            # There is no challenge in FTP: who logs in says so at once.
            flags = check_flags(flags) | Flag.NO_COOKIES | Flag.PRE_AUTH
            request = HttpRequest(self, "GET", cracked, flags=flags, **how)
            request._credentials = credentials
        except InternetError as error:
            return fail(error)
        request._close_when_failed = True
        request._announce()
        if request._dead:
            return fail(request._was_cancelled())
        return request._send(None, self)  # type: ignore[arg-type]  # a session

    def _crack(self, url: str) -> HttpUrl:
        cracked = crack_http(url)
        # Who asks for the same URL again saves 1.9 µs, above 1 % of a small request.
        # (Not with a password: what is remembered lives longer than the request.)
        if len(url) <= _CACHED_LENGTH and cracked.username is None:
            if len(self._cracked) >= _CACHED_URLS:
                self._cracked.clear()
            self._cracked[url] = cracked
        return cracked
