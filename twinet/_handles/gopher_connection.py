"""The Gopher connection handle: a server whose items can be asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twisted.internet.defer import Deferred, fail

from twinet._handles.gopher_gathering import Gathering
from twinet._handles.gopher_opening import Asked, open_file, open_find, open_page
from twinet._handles.handle import Handle
from twinet._wire import gopher_caps
from twinet._wire.gopher_answer import Answer
from twinet._wire.gopher_attributes import read_items
from twinet._wire.gopher_item import read_locator
from twinet._wire.gopher_question import Question
from twinet._wire.gopher_type import TEXT_TYPES
from twinet._wire.gopher_url import gopher_place
from twinet._wire.wildcard import Wildcard
from twinet.errors import (
    GopherIncorrectLocatorType,
    GopherInvalidLocator,
    GopherNotFile,
    GopherNotGopherPlus,
    InternetError,
    InvalidParameter,
    InvalidUrl,
)
from twinet.flags import HandleType
from twinet.gopher import GopherEntry, GopherType
from twinet.status import SELF

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from twinet._gopher.engine import Engine
    from twinet._gopher.order import Order
    from twinet._handles.gopher_file import GopherFile, GopherPage
    from twinet._handles.gopher_find import GopherFind
    from twinet._net.dispatch import Listener
    from twinet._wire.http_url import HttpUrl
    from twinet.gopher import GopherCaps, GopherItem
    from twinet.records import Limits

    #: What says which item is meant.
    Locator = str | GopherEntry

__all__ = ["GopherConnection"]

_MENUS = GopherType.DIRECTORY | GopherType.INDEX_SERVER
#: What is found at another server may be of any type.
_ANY = GopherType.REDUNDANT


class GopherConnection(Handle):
    """A Gopher server.

    The handle makes no traffic: each call below has a connection of its own, which
    lasts until its answer has come.  A locator of another server leads there; when
    this one is spoken to in TLS, so is that.
    """

    handle_type = HandleType.CONNECT_GOPHER

    def __init__(
        self,
        parent: Handle,
        engine: Engine,
        place: HttpUrl,
        *,
        needs_farewell: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(parent, **kwargs)
        self._engine = engine
        self._place = place
        self._needs_farewell = needs_farewell
        #: the calls that are pending and have no handle.
        self._gatherings: set[Gathering] = set()

    # -- what users ask

    @property
    def host(self) -> str:
        """The server's name or address, as it is connected to."""
        return self._place.host

    @property
    def port(self) -> int:
        """The server's port."""
        return self._place.port

    @property
    def tls(self) -> bool:
        """Whether it is spoken to in TLS."""
        return self._place.scheme == "gophers"

    @property
    def url(self) -> str:
        """The server as a URL."""
        return self._place.url

    def find(
        self,
        locator: Locator = "",
        *,
        search: str | None = None,
        pattern: str = "*",
        form: Sequence[str] | None = None,
        context: Any = SELF,
        on_status: Listener | None = None,
        limits: Limits | None = None,
    ) -> Deferred[GopherFind]:
        """Ask for a menu; fires with its handle when all of it has come.

        :param locator: of a menu or a search: an entry of another menu, or its
            ``locator``; empty is the server's top menu.
        :param search: the words for a search.
        :param pattern: gives only entries whose words, or whose selector's last part,
            match: ``*`` is any number of characters, ``?`` is one, case does not
            count.
        :param form: the answers to an item's form (``ASK``).
        :raises InvalidHandle: 6, the connection handle is closed.
        :raises GopherInvalidLocator: 12134, it is no locator.
        :raises GopherIncorrectLocatorType: 12135, it is none of a menu.
        :raises GopherProtocolError: 12130, the answer is no menu.
        :raises GopherDataError: 12132, the server has no such item (``server_text``),
            the connection broke, or the menu is longer than ``limits.menu_bytes``.
        :raises InvalidParameter: 87, something else cannot be sent.
        :raises Timeout: 12002, a limit ran out.
        :raises InternetError: as of any connection: 12007, 12029, what is wrong with a
            certificate, 12017 when the handle is closed meanwhile.
        :source: GopherFindFirstFile.
        """
        try:
            asked = self._asked(self._menu_of(locator), context, on_status, limits)
            asked.search, asked.form = search, form
            asked.plus = None if form is None else "+"
            return open_find(asked, _wildcard(pattern))
        except InternetError as error:
            return fail(error)

    def page(
        self,
        locator: Locator = "",
        *,
        search: str | None = None,
        context: Any = SELF,
        on_status: Listener | None = None,
        limits: Limits | None = None,
    ) -> Deferred[GopherPage]:
        """Ask for a menu as HTML; fires with a handle whose data can be read.

        :param locator: and the rest: as for :meth:`find`.
        :raises InternetError: as :meth:`find`.
        :source: InternetOpenUrl of a menu, without INTERNET_FLAG_RAW_DATA.
        """
        try:
            asked = self._asked(self._menu_of(locator), context, on_status, limits)
            asked.search = search
            return open_page(asked)
        except InternetError as error:
            return fail(error)

    def open_file(
        self,
        locator: Locator,
        view: str | None = None,
        *,
        search: str | None = None,
        form: Sequence[str] | None = None,
        context: Any = SELF,
        on_status: Listener | None = None,
        limits: Limits | None = None,
    ) -> Deferred[GopherFile]:
        """Ask for a file; fires with its handle when it is known that there is one.

        :param locator: an entry of a menu, or its ``locator``.
        :param view: which form of an item of Gopher+ is wanted, as ``text/plain
            En_US``; empty is the usual one, in Gopher+, which tells the length.
        :param search: words that the item is made from.
        :param form: the answers to an item's form (``ASK``).
        :raises InvalidHandle: 6, the connection handle is closed.
        :raises GopherInvalidLocator: 12134, it is no locator.
        :raises GopherNotFile: 12131, it is none of a file.
        :raises GopherNotGopherPlus: 12136, a view or a form, and the server does not
            speak Gopher+.
        :raises GopherDataError: 12132, the server has no such item (``server_text``).
        :raises InternetError: as :meth:`find`.
        :source: GopherOpenFile.
        """
        try:
            self._check()
            entry = self._entry_of(locator)
            if not (entry.is_file or entry.type & _ANY):
                msg = (
                    f"{_words(entry)} is no file; find() reads menus, and what is "
                    "neither has a protocol of its own"
                )
                raise GopherNotFile(msg)
            asked = self._asked(entry, context, on_status, limits)
            asked.search, asked.form = search, form
            if view is not None or form is not None:
                asked.plus = f"+{view or ''}"
            return open_file(asked, text=bool(entry.type & TEXT_TYPES))
        except InternetError as error:
            return fail(error)

    def attributes(self, locator: Locator, *names: str) -> Deferred[GopherItem]:
        """Ask what the server tells of an item of Gopher+.

        :param names: of blocks (``+ADMIN``) or of attributes in them (``Mod-Date``);
            without any, all that there are.
        :raises GopherNotGopherPlus: 12136, the item is none of Gopher+, or its server
            does not speak it.
        :raises GopherAttributeNotFound: 12137, it has no attribute of one of the names.
        :raises InternetError: as :meth:`find`.
        :source: GopherGetAttribute.
        """
        try:
            self._check()
            entry = self._entry_of(locator)
            if not entry.is_gopher_plus:
                msg = f"{_words(entry)} is no item of Gopher+, and has no attributes"
                raise GopherNotGopherPlus(msg)
            question = Question(names)
            asked = self._asked(entry)
            asked.plus = f"!{question.blocks}"
            order = asked.order(Answer(plus=True))
        except InternetError as error:
            return fail(error)
        return self._gather(order, lambda data: question.answer(read_items(data)))

    def menu_attributes(
        self, locator: Locator = "", *names: str
    ) -> Deferred[list[GopherItem]]:
        """Ask what the server tells of all items of a menu, in one question.

        :param locator: as for :meth:`find`.
        :param names: of blocks; without any, all that there are.
        :raises InternetError: as :meth:`attributes`; what an item does not have is
            no error.
        :source: Gopher+, section 2.8 (``$``); WinINet asks so for sizes and times.
        """
        try:
            entry = self._menu_of(locator)
            question = Question(names)
            asked = self._asked(entry)
            asked.plus = f"${question.blocks}"
            order = asked.order(Answer(plus=True))
        except InternetError as error:
            return fail(error)
        return self._gather(order, read_items)

    def caps(self) -> Deferred[GopherCaps]:
        """Ask what the server says of itself (``caps.txt``).

        :raises GopherProtocolError: 12130, it has no such file, but another one.
        :raises GopherDataError: 12132, it has none.
        :raises InternetError: as :meth:`find`.
        :source: our own.
        """
        try:
            self._check()
            entry = self._own_entry("0", gopher_caps.SELECTOR)
            order = self._asked(entry).order(Answer(text=True))
        except InternetError as error:
            return fail(error)
        return self._gather(order, gopher_caps.read_caps)

    # -- inside

    def _check(self) -> None:
        self._check_alive()
        self._check_thread()

    def _entry_of(self, locator: Locator) -> GopherEntry:
        entry = locator if isinstance(locator, GopherEntry) else read_locator(locator)
        if entry.type & (GopherType.ERROR | GopherType.INLINE):
            msg = f"{_words(entry)} is words to be read; there is nothing behind it"
            raise GopherNotFile(msg)
        return entry

    def _menu_of(self, locator: Locator) -> GopherEntry:
        self._check()
        if isinstance(locator, str) and not locator:
            return self._own_entry("1", "")
        entry = self._entry_of(locator)
        if not entry.type & (_MENUS | _ANY):
            msg = f"{_words(entry)} is no menu; open_file() reads files"
            raise GopherIncorrectLocatorType(msg)
        return entry

    def _own_entry(self, sign: str, selector: str) -> GopherEntry:
        return read_locator(f"{sign}\t{selector}\t{self.host}\t{self.port}")

    def _place_of(self, entry: GopherEntry) -> HttpUrl:
        try:
            return gopher_place(
                entry.host,
                entry.port,
                tls=self.tls,
                sign=entry.sign,
                selector=entry.selector,
            )
        except InvalidUrl as error:
            msg = f"the locator leads nowhere: {error.message}"
            raise GopherInvalidLocator(msg) from error

    def _asked(
        self,
        entry: GopherEntry,
        context: Any = SELF,
        on_status: Listener | None = None,
        limits: Limits | None = None,
    ) -> Asked:
        return Asked(
            self,
            self._engine,
            self._place_of(entry),
            entry.selector,
            {"context": context, "on_status": on_status, "limits": limits},
            needs_farewell=self._needs_farewell,
        )

    def _gather(self, order: Order, make: Callable[[bytes], Any]) -> Deferred[Any]:
        gathering = Gathering(
            self._engine, order, self._voice, make, self._gatherings.discard
        )
        self._gatherings.add(gathering)
        gathering.start()
        return gathering.call

    # -- death

    def _stop(self) -> None:
        for gathering in list(self._gatherings):
            gathering.stop(self._was_cancelled())

    def __str__(self) -> str:
        return f"GopherConnection {self.host}:{self.port}"


def _words(entry: GopherEntry) -> str:
    name = entry.display_string or entry.selector
    return f"{name!r:.80} (type {entry.sign})"


def _wildcard(pattern: object) -> Wildcard:
    if not isinstance(pattern, str):
        msg = f"a pattern is text, such as '*.txt'; not {pattern!r:.80}"
        raise InvalidParameter(msg)
    wanted = Wildcard(pattern)
    if wanted.directory:
        msg = f"the pattern {pattern!r:.80} has a slash; it is for the names of a menu"
        raise InvalidParameter(msg)
    return wanted
