"""The HTTP connection handle: a host, a port, and how to speak to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twinet._handles.handle import Handle
from twinet._handles.http_request import HttpRequest
from twinet._handles.request_flags import check_flags
from twinet._wire.http_origin import at_target, http_origin
from twinet._wire.url_charset import UTF_8, charset_of, recoded
from twinet.flags import Flag, HandleType
from twinet.status import SELF

if TYPE_CHECKING:
    from twinet._handles.http_request import HeadersArgument
    from twinet._net.dispatch import Listener
    from twinet.records import Credentials, Limits
    from twinet.urls import HttpUrl

__all__ = ["HttpConnection"]


class HttpConnection(Handle):
    """A server that requests can be opened to.

    The handle makes no traffic: sockets are opened when a request is sent, and kept
    in the session's pool.
    """

    handle_type = HandleType.CONNECT_HTTP
    #: what a target's path and its query are encoded in.
    code_pages = (UTF_8, UTF_8)

    def __init__(
        self,
        parent: Handle,
        origin: HttpUrl,
        *,
        credentials: Credentials | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(parent, **kwargs)
        self._origin = origin
        self._credentials = credentials
        self._decoding = parent._decoding
        self._error_mask = parent._error_mask

    @property
    def host(self) -> str:
        """The server's name or address, as it is connected to."""
        return self._origin.host

    @property
    def port(self) -> int:
        """The server's port."""
        return self._origin.port

    @property
    def tls(self) -> bool:
        """Whether requests go over TLS."""
        return self._origin.scheme == "https"

    def open_request(
        self,
        verb: str = "GET",
        target: str = "/",
        *,
        headers: HeadersArgument = (),
        flags: Flag = Flag(0),
        context: Any = SELF,
        on_status: Listener | None = None,
        limits: Limits | None = None,
    ) -> HttpRequest:
        """Make a request handle; nothing is sent yet.

        :param verb: sent exactly as given; CONNECT is refused.
        :param target: path and query; what must not stand in a request line is
            percent-encoded, the rest is sent as given, and a fragment is not sent.
            ``*`` is the server itself when the verb is OPTIONS.
        :param headers: a mapping or pairs of header fields, sent in this order.
        :param flags: how the request behaves (``twinet.flags.Flag``).
        :param context: carried by the request's notifications; ``None`` silences.
        :param on_status: a callback for this request alone.
        :returns: the handle; dead, if it was closed inside ``HANDLE_CREATED``.
        :raises InvalidHandle: 6, the connection handle is closed.
        :raises InvalidParameter: 87, the verb or a header field cannot be sent, or the
            flags are none.
        :raises InvalidUrl: 12005, the target holds a control character, or one that
            the character set of ``Option.CODEPAGE_PATH`` or ``_EXTRA`` does not have.
        :source: HttpOpenRequest.
        """
        self._check_alive()
        self._check_thread()
        origin = self._origin
        if flags and check_flags(flags) & Flag.SECURE and origin.scheme != "https":
            # The port stays, as on Windows.
            origin = http_origin("https", origin.host, origin.port)
        if self.code_pages != (UTF_8, UTF_8) and not str(target).isascii():
            target = recoded(target, *map(charset_of, self.code_pages))
        request = HttpRequest(
            self,
            verb,
            at_target(origin, target, asterisk=verb == "OPTIONS"),
            headers=headers,
            flags=flags,
            context=context,
            on_status=on_status,
            limits=limits,
        )
        request._announce()
        return request

    def __str__(self) -> str:
        return f"HttpConnection {self._origin.host}:{self._origin.port}"
