"""The function of all find handles: a listing of FTP, a menu of Gopher."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, overload

from twinet._handles.ftp_find import FtpFind
from twinet._handles.gopher_find import GopherFind
from twinet.errors import NoMoreFiles
from twinet.wininet.door import waiting

if TYPE_CHECKING:
    from twisted.internet.defer import Deferred

    from twinet.gopher import GopherEntry
    from twinet.records import DirectoryEntry

__all__ = ["InternetFindNextFile", "next_entry"]


@waiting(FtpFind, GopherFind)
def InternetFindNextFile(find: FtpFind | GopherFind) -> Deferred[Any]:
    """Give the next entry: a ``DirectoryEntry`` of FTP, a ``GopherEntry`` of Gopher.

    :raises NoMoreFiles: 18, that was the last one.
    :raises InternetError: as :meth:`twinet.FtpFind.next_entry`, or
        :meth:`twinet.GopherFind.next_entry`.
    :source: InternetFindNextFile.
    """
    return next_entry(find)


@overload
def next_entry(find: FtpFind) -> Deferred[DirectoryEntry]: ...
@overload
def next_entry(find: GopherFind) -> Deferred[GopherEntry]: ...
def next_entry(find: FtpFind | GopherFind) -> Deferred[Any]:
    """Fire with the next entry; its end is an error here.

    :raises NoMoreFiles: 18, that was the last one.
    """

    def checked(entry: DirectoryEntry | GopherEntry | None) -> Any:
        if entry is None:
            msg = f"{find.url} has no further entry"
            raise NoMoreFiles(msg)
        return entry

    return find.next_entry().addCallback(checked)
