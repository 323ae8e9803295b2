"""The part of a session that speaks Gopher, which is loaded with the first call."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any, Unpack

from twinet._handles.url_calls import HowToAsk, UrlCalls
from twinet.errors import InvalidParameter
from twinet.status import SELF

if TYPE_CHECKING:
    from twisted.internet.defer import Deferred

    from twinet._gopher.engine import Engine
    from twinet._handles.gopher_connection import GopherConnection
    from twinet._handles.resource import Resource
    from twinet._net.dispatch import Listener
    from twinet.records import Limits

__all__ = ["GopherCalls", "is_gopher"]

_SCHEMES = ("gopher:", "gophers:")


def is_gopher(url: object) -> bool:
    """Tell whether a URL is one of Gopher."""
    return isinstance(url, str) and url[:8].lower().startswith(_SCHEMES)


class GopherCalls(UrlCalls):
    """A session's way to Gopher servers."""

    @property
    @abstractmethod
    def _gopher_engine(self) -> Engine:
        """What the Gopher of a session shares."""

    def gopher(
        self,
        host: str,
        port: int | None = None,
        *,
        tls: bool = False,
        needs_farewell: bool = True,
        context: Any = SELF,
        on_status: Listener | None = None,
        limits: Limits | None = None,
    ) -> GopherConnection:
        """Make a connection handle for a Gopher server; nothing is sent.

        :param port: 70 when left out.
        :param tls: speak TLS with it from the beginning, and verify it as HTTPS does;
            there is no standard, but some servers offer it.
        :param needs_farewell: whether an answer in TLS that has neither a length nor
            an end of its own must end with TLS's farewell (close_notify).  Some servers
            never say it; without it nobody knows whether an answer was cut on its way.
        :returns: the handle; dead, if it was closed inside ``HANDLE_CREATED``.
        :raises InvalidHandle: 6, the session is closed.
        :raises InvalidParameter: 87, there is no host.
        :raises InvalidUrl: 12005, the host or the port cannot be.
        :source: InternetConnect with INTERNET_SERVICE_GOPHER.
        """
        # Late, as the module says.
        from twinet._handles.gopher_connection import GopherConnection  # noqa: PLC0415
        from twinet._wire.gopher_url import gopher_place  # noqa: PLC0415

        self._check_usable()
        if not host:
            msg = "name a host to connect to"
            raise InvalidParameter(msg)
        place = gopher_place(host, 70 if port is None else port, tls=tls)
        connection = GopherConnection(
            self,
            self._gopher_engine,
            place,
            needs_farewell=needs_farewell,
            context=context,
            on_status=on_status,
            limits=limits,
        )
        connection._announce()
        return connection

    def open_url(self, url: str, **how: Unpack[HowToAsk]) -> Deferred[Resource]:
        """Open what a URL names; see :meth:`UrlCalls.open_url`."""
        if is_gopher(url):
            # Late, as the module says.
            from twinet._handles.gopher_opening import open_url  # noqa: PLC0415

            return open_url(self, url, **how)
        return super().open_url(url, **how)

    open_url.__doc__ = UrlCalls.open_url.__doc__
