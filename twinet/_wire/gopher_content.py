"""What is made of an answer while it comes: a menu, or a page of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinet._wire import gopher_html
from twinet._wire.gopher_answer import Answer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from twinet._wire.gopher_menu import Menu
    from twinet.gopher import GopherEntry

__all__ = ["MenuContent", "PageContent"]


class MenuContent:
    """A menu, whose entries are read when it has come whole.

    :param plus: it has a head of Gopher+.
    """

    begun = held = False

    def __init__(self, menu: Menu, *, plus: bool = False) -> None:
        self.menu = menu
        #: the head of Gopher+; a menu's own end is what counts then as well.
        self._answer = Answer(plus=True) if plus else None

    @property
    def over(self) -> bool:
        """Whether all has come."""
        return self.menu.over or (self._answer is not None and self._answer.over)

    def feed(self, data: bytes) -> bytes:
        """Take a piece; there is no content but the menu."""
        self.menu.feed(data if self._answer is None else self._answer.feed(data))
        if self._answer is not None and self._answer.over:
            self.menu.end()
        return b""

    def end(self) -> bytes:
        """Take note of the end."""
        if self._answer is not None:
            self.menu.feed(self._answer.end())
        self.menu.end()
        return b""


class PageContent:
    """A page, row by row.

    :param title: what stands above.
    """

    held = False

    def __init__(self, menu: Menu, title: str) -> None:
        self._menu = menu
        self._title = title
        self.begun = False

    @property
    def over(self) -> bool:
        """Whether all has come."""
        return self._menu.over

    def feed(self, data: bytes) -> bytes:
        """Take a piece; return the rows that it makes."""
        self._menu.feed(data)
        page = self._rows()
        return page + gopher_html.FOOT if self._menu.over else page

    def end(self) -> bytes:
        """Take note of the end; return the rest of the page."""
        self._menu.end()
        return self._rows() + gopher_html.FOOT

    def _rows(self) -> bytes:
        page = gopher_html.rows(self._entries())
        if self.begun or not (page or self._menu.over):
            return page
        self.begun = True
        return gopher_html.head(self._title) + page

    def _entries(self) -> Iterator[GopherEntry]:
        while (entry := self._menu.next_entry()) is not None:
            yield entry
