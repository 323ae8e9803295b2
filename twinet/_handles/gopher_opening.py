"""The opening: from what is asked of a server to the handle that it is read from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from twisted.internet.defer import Deferred, fail

from twinet._gopher.order import Order
from twinet._handles.gopher_file import GopherFile, GopherPage
from twinet._handles.gopher_find import GopherFind
from twinet._handles.request_flags import check_flags
from twinet._wire.gopher_answer import Answer
from twinet._wire.gopher_content import MenuContent, PageContent
from twinet._wire.gopher_menu import Menu
from twinet._wire.gopher_request import request
from twinet._wire.gopher_type import TEXT_SIGNS
from twinet._wire.gopher_url import read_gopher_url
from twinet._wire.http_url import crack_gopher
from twinet._wire.wildcard import Wildcard
from twinet.errors import GopherNotFile, InternetError, InvalidParameter
from twinet.flags import Flag
from twinet.status import SELF

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twinet._gopher.engine import Engine
    from twinet._gopher.order import Content
    from twinet._handles.gopher_calls import GopherCalls
    from twinet._handles.handle import Handle
    from twinet._net.dispatch import Listener
    from twinet._wire.http_url import HttpUrl
    from twinet.records import Limits

__all__ = ["Asked", "open_file", "open_find", "open_page", "open_url"]

_EVERYTHING = Wildcard("*")


@dataclass(slots=True)
class Asked:
    """What is asked of a server.

    :ivar parent: under whom the handle is made; its limits count unless the handle is
        given some.
    :ivar place: the item's URL.
    :ivar plus: makes it a request of Gopher+.
    :ivar how: context, callback and limits of the handle.
    """

    parent: Handle
    engine: Engine
    place: HttpUrl
    selector: str
    how: dict[str, Any]
    search: str | None = None
    plus: str | None = None
    form: Sequence[str] | None = None
    needs_farewell: bool = True

    def order(self, content: Content, *, tells_all: bool = False) -> Order:
        """Return the order.

        :raises InternetError: it cannot be sent.
        """
        line = request(self.selector, self.search, self.plus, self.form)
        limits = self.how.get("limits") or self.parent._limits
        return Order(
            self.place,
            line,
            content,
            limits,
            tells_all=tells_all,
            needs_farewell=self.needs_farewell,
        )

    def menu(self) -> Menu:
        """Return what a menu comes into."""
        limits = self.how.get("limits") or self.parent._limits
        return Menu(limits.head_bytes, limits.menu_bytes)


def open_url(
    session: GopherCalls,
    url: str,
    *,
    flags: Flag = Flag(0),
    context: Any = SELF,
    on_status: Listener | None = None,
    limits: Limits | None = None,
    **rest: Any,
) -> Deferred[Any]:
    """Open what a URL names, at its server or by an HTTP proxy.

    A program sees the one handle that it is given.
    """
    how = {"context": context, "on_status": on_status, "limits": limits}
    try:
        session._check_usable()
        wanted = read_gopher_url(url)
        place = wanted.place
        if _by_http_proxy(session, place):
            return session._ask_proxy(url, crack_gopher, flags=flags, **how, **rest)
        if rest.get("params"):
            msg = "params are for http URLs; gopher URLs have no query"
            raise InvalidParameter(msg)
        asked = Asked(
            session,
            session._gopher_engine,
            place,
            wanted.selector,
            how,
            wanted.search,
            wanted.plus,
        )
        raw = flags and check_flags(flags) & Flag.RAW_DATA
        if wanted.is_menu:
            return open_find(asked) if raw else open_page(asked)
        if wanted.is_file:
            return open_file(asked, text=wanted.sign in TEXT_SIGNS)
        msg = (
            f"{place.url} names nothing that can be read: type {wanted.sign} is "
            "words, or has a protocol of its own"
        )
        raise GopherNotFile(msg)
    except InternetError as error:
        return fail(error)


def _by_http_proxy(session: GopherCalls, place: HttpUrl) -> bool:
    proxies = session.engine.proxies
    if proxies is None or place.scheme == "gophers":
        return False
    proxy = proxies.proxy_for(place)
    return proxy is not None and not proxy.tunnels("gopher")


def open_file(asked: Asked, *, text: bool) -> Deferred[GopherFile]:
    """Open a file.

    :param text: it is one of the types that come as text.
    """
    content = Answer(text=text, plus=asked.plus is not None)
    order = asked.order(content)
    return _opened(GopherFile(asked.parent, asked.engine, order, **asked.how))


def open_page(asked: Asked) -> Deferred[GopherPage]:
    """Open a menu as HTML."""
    order = asked.order(PageContent(asked.menu(), asked.place.url))
    return _opened(GopherPage(asked.parent, asked.engine, order, **asked.how))


def open_find(asked: Asked, wanted: Wildcard = _EVERYTHING) -> Deferred[GopherFind]:
    """Open a menu."""
    menu = asked.menu()
    content = MenuContent(menu, plus=asked.plus is not None)
    order = asked.order(content, tells_all=True)
    return _opened(
        GopherFind(asked.parent, asked.engine, order, menu, wanted, **asked.how)
    )


def _opened(handle: Any) -> Deferred[Any]:
    """Announce a new handle, which may be closed in there, and open it."""
    handle._announce()
    if handle._dead:
        return fail(handle._was_cancelled())
    opened: Deferred[Any] = handle._open()
    return opened
