"""The HTTP connection handle: a host, a port, and how to speak to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twinet._handles.handle import Handle
from twinet._handles.http_request import HttpRequest
from twinet._wire.http_origin import at_target
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
        :raises InvalidParameter: 87, the verb or a header field cannot be sent.
        :raises InvalidUrl: 12005, the target holds a control character.
        :source: HttpOpenRequest.
        """
        self._check_alive()
        request = HttpRequest(
            self,
            verb,
            at_target(self._origin, target, asterisk=verb == "OPTIONS"),
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
