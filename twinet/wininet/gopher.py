"""The functions of Gopher."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twinet._handles.gopher_connection import GopherConnection
from twinet.urls import gopher_locator, read_gopher_locator
from twinet.wininet.door import noted, waiting
from twinet.wininet.finding import next_entry

if TYPE_CHECKING:
    from collections.abc import Callable

    from twisted.internet.defer import Deferred

    from twinet._handles.gopher_file import GopherFile
    from twinet._handles.gopher_find import GopherFind
    from twinet.gopher import GopherAttribute, GopherEntry, GopherItem, GopherType

__all__ = [
    "GopherCreateLocator",
    "GopherFindFirstFile",
    "GopherGetAttribute",
    "GopherGetLocatorType",
    "GopherOpenFile",
]


def GopherCreateLocator(
    host: str,
    port: int = 0,
    display_string: str | None = None,
    selector: str | None = None,
    gopher_type: int = 0,
) -> str:
    """Make a locator.

    :param port: 0 is 70.
    :param gopher_type: GOPHER_TYPE_*; 0 is a menu.
    :raises InternetError: as :func:`twinet.urls.gopher_locator` (87, 12138).
    :source: GopherCreateLocator.
    """
    made: str = noted(
        lambda: gopher_locator(
            host, port, display_string or "", selector or "", gopher_type
        )
    )
    return made


def GopherGetLocatorType(locator: str) -> GopherType:
    """Tell what a locator leads to: GOPHER_TYPE_* bits.

    :raises GopherInvalidLocator: 12134, it is none.
    :source: GopherGetLocatorType.
    """
    kind: GopherType = noted(lambda: read_gopher_locator(locator).type)
    return kind


@waiting(GopherConnection)
def GopherFindFirstFile(
    connection: GopherConnection,
    locator: str | None = None,
    search: str | None = None,
    flags: int = 0,
    context: Any = 0,
) -> Deferred[tuple[GopherFind, GopherEntry]]:
    """Read a menu; gives a find handle and the first entry.

    :param locator: of a menu or a search; nothing is the server's top menu.
    :param search: the words for a search.
    :param flags: INTERNET_FLAG_*, which have no effect: nothing is cached.
    :param context: carried by the notifications; 0 silences.
    :raises NoMoreFiles: 18, the menu is empty.
    :raises InternetError: as :meth:`twinet.GopherConnection.find`.
    :source: GopherFindFirstFile.
    """

    def first(find: GopherFind) -> Deferred[tuple[GopherFind, GopherEntry]]:
        def failed(failure: Any) -> Any:
            # Nobody was given the handle.
            find.close()
            return failure

        return next_entry(find).addCallbacks(lambda entry: (find, entry), failed)

    return connection.find(
        locator or "", search=search, context=context or None
    ).addCallback(first)


@waiting(GopherConnection)
def GopherOpenFile(
    connection: GopherConnection,
    locator: str,
    view: str | None = None,
    flags: int = 0,
    context: Any = 0,
) -> Deferred[GopherFile]:
    """Open a file of the server's; gives its handle, which is read.

    :param view: which form of an item of Gopher+ is wanted; nothing is the usual one.
    :param flags: INTERNET_FLAG_*, which have no effect: nothing is cached.
    :param context: carried by the notifications; 0 silences.
    :raises InternetError: as :meth:`twinet.GopherConnection.open_file`.
    :source: GopherOpenFile.
    """
    return connection.open_file(locator, view or None, context=context or None)


@waiting(GopherConnection)
def GopherGetAttribute(
    connection: GopherConnection,
    locator: str,
    names: str | None = None,
    enumerator: Callable[[GopherAttribute, int], object] | None = None,
    context: Any = 0,
) -> Deferred[Any]:
    """Ask for attributes of an item; gives their text, or True.

    :param names: of blocks or attributes, with blanks between; nothing is all.
    :param enumerator: called with each attribute and 0, until it gives something
        false; the call gives True then.
    :param context: has no effect: the connection's own is told.
    :raises InternetError: as :meth:`twinet.GopherConnection.attributes`.
    :source: GopherGetAttribute.
    """

    def give(item: GopherItem) -> Any:
        if enumerator is None:
            return item.text
        for attribute in item.attributes:
            if not enumerator(attribute, 0):
                break
        return True

    return connection.attributes(locator, *(names or "").split()).addCallback(give)
