"""The opening: from what is asked of a server to the handle that it is read from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from twisted.internet.defer import Deferred, fail

from twinet._gopher.order import Order
from twinet._handles.gopher_file import GopherFile, GopherPage
from twinet._handles.gopher_find import GopherFind
from twinet._wire.gopher_answer import Answer
from twinet._wire.gopher_content import MenuContent, PageContent
from twinet._wire.gopher_menu import Menu
from twinet._wire.gopher_request import request
from twinet._wire.wildcard import Wildcard

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twinet._gopher.engine import Engine
    from twinet._gopher.order import Content
    from twinet._handles.handle import Handle
    from twinet._wire.http_url import HttpUrl

__all__ = ["Asked", "open_file", "open_find", "open_page"]

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
