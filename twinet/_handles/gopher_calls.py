"""The part of a session that speaks Gopher, which is loaded with the first call."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any, Unpack

from twisted.internet.defer import Deferred, fail

from twinet._handles.request_flags import check_flags
from twinet._handles.url_calls import HowToAsk, UrlCalls
from twinet._wire.http_url import crack_gopher
from twinet.errors import GopherNotFile, InternetError, InvalidParameter
from twinet.flags import Flag
from twinet.status import SELF

if TYPE_CHECKING:
    from twinet._gopher.engine import Engine
    from twinet._handles.gopher_connection import GopherConnection
    from twinet._handles.resource import Resource
    from twinet._net.dispatch import Listener
    from twinet._wire.gopher_url import GopherUrl
    from twinet.records import Limits

__all__ = ["GopherCalls", "is_gopher"]


def is_gopher(url: object) -> bool:
    """Tell whether a URL is one of Gopher."""
    scheme = url.partition(":")[0].lower() if isinstance(url, str) else ""
    return scheme in ("gopher", "gophers")


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
            return self._open_gopher(url, **how)
        return super().open_url(url, **how)

    open_url.__doc__ = UrlCalls.open_url.__doc__

    # -- inside

    def _open_gopher(
        self,
        url: str,
        *,
        flags: Flag = Flag(0),
        context: Any = SELF,
        on_status: Listener | None = None,
        limits: Limits | None = None,
        **rest: Any,
    ) -> Deferred[Any]:
        """Open what a gopher URL names, at its server or by an HTTP proxy."""
        from twinet._wire.gopher_url import read_gopher_url  # noqa: PLC0415  as above

        try:
            self._check_usable()
            asked = read_gopher_url(url)
            if self._by_http_proxy(asked):
                return self._ask_proxy(
                    url,
                    crack_gopher,
                    flags=flags,
                    context=context,
                    on_status=on_status,
                    limits=limits,
                    **rest,
                )
            if rest.get("params"):
                msg = "params are for http URLs; gopher URLs have no query"
                raise InvalidParameter(msg)
            return self._ask_server(
                asked,
                raw=bool(flags and check_flags(flags) & Flag.RAW_DATA),
                how={"context": context, "on_status": on_status, "limits": limits},
            )
        except InternetError as error:
            return fail(error)

    def _ask_server(
        self, url: GopherUrl, *, raw: bool, how: dict[str, Any]
    ) -> Deferred[Any]:
        """Open what a URL names; a program sees the one handle that it is given."""
        # Late, as the module says.
        from twinet._handles.gopher_opening import (  # noqa: PLC0415
            Asked,
            open_file,
            open_find,
            open_page,
        )
        from twinet._wire.gopher_type import TEXT_SIGNS  # noqa: PLC0415

        asked = Asked(
            self,
            self._gopher_engine,
            url.place,
            url.selector,
            how,
            url.search,
            url.plus,
        )
        if url.is_menu:
            return open_find(asked) if raw else open_page(asked)
        if url.is_file:
            return open_file(asked, text=url.sign in TEXT_SIGNS)
        msg = (
            f"{url.place.url} names nothing that can be read: type {url.sign} is "
            "words, or has a protocol of its own"
        )
        raise GopherNotFile(msg)

    def _by_http_proxy(self, asked: GopherUrl) -> bool:
        proxies = self.engine.proxies
        if proxies is None or asked.tls:
            return False
        proxy = proxies.proxy_for(asked.place)
        return proxy is not None and not proxy.tunnels("gopher")
