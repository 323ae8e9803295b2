"""The blocking handles of FTP."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, overload

from twinet._handles.ftp_connection import FtpConnection as _FtpConnection
from twinet._handles.ftp_file import FtpFile as _FtpFile
from twinet._handles.ftp_find import FtpFind as _FtpFind
from twinet._handles.ftp_upload import FtpUpload as _FtpUpload
from twinet._mirrors.members import Shows, shows_handle
from twinet._mirrors.retold import FOR_THREADS, told_as
from twinet.blocking.find import Find
from twinet.blocking.handle import Handle
from twinet.blocking.resource import Resource
from twinet.blocking.way import opens, waits
from twinet.records import DirectoryEntry
from twinet.status import SELF

if TYPE_CHECKING:
    from types import TracebackType

    from twinet._net.dispatch import Listener
    from twinet.blocking.session import Session
    from twinet.records import Limits
    from twinet.tls import TlsInfo

__all__ = ["FtpConnection", "FtpFile", "FtpFind", "FtpUpload"]


class FtpFile(Resource, of=_FtpFile):
    """As ``twinet.FtpFile``, for threads."""

    __slots__ = ()

    url: Shows[str] = Shows(_FtpFile.url)
    path: Shows[str] = Shows(_FtpFile.path)
    size: Shows[int | None] = Shows(_FtpFile.size)


class FtpUpload(Handle, of=_FtpUpload):
    """As ``twinet.FtpUpload``, for threads.

    A block of ``with`` finishes it, and abandons it when it is left by an exception.
    """

    __slots__ = ()

    url: Shows[str] = Shows(_FtpUpload.url)
    path: Shows[str] = Shows(_FtpUpload.path)
    session: Shows[Session] = shows_handle(_FtpUpload.session)
    write = waits(_FtpUpload.write)
    finish = waits(_FtpUpload.finish)
    abandon = waits(_FtpUpload.abandon)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        handle = self._handle
        if kind is not None:
            self.abandon()
            return
        try:
            if handle.alive and not handle._ending:
                self.finish()
        finally:
            self.close()


class FtpFind(Find[DirectoryEntry], of=_FtpFind):
    """As ``twinet.FtpFind``, for threads; iterate over it with ``for``."""

    __slots__ = ()

    url: Shows[str] = Shows(_FtpFind.url)
    session: Shows[Session] = shows_handle(_FtpFind.session)
    unknown_lines: Shows[int] = Shows(_FtpFind.unknown_lines)


class FtpConnection(Handle, of=_FtpConnection):
    """As ``twinet.FtpConnection``, for threads."""

    __slots__ = ()

    host: Shows[str] = Shows(_FtpConnection.host)
    port: Shows[int] = Shows(_FtpConnection.port)
    url: Shows[str] = Shows(_FtpConnection.url)
    username: Shows[str] = Shows(_FtpConnection.username)
    tls: Shows[TlsInfo | None] = Shows(_FtpConnection.tls)
    last_response: Shows[str] = Shows(_FtpConnection.last_response)
    doing: Shows[str] = Shows(_FtpConnection.doing)
    session: Shows[Session] = shows_handle(_FtpConnection.session)

    current_directory = waits(_FtpConnection.current_directory)
    change_directory = waits(_FtpConnection.change_directory)
    make_directory = waits(_FtpConnection.make_directory)
    remove_directory = waits(_FtpConnection.remove_directory)
    delete = waits(_FtpConnection.delete)
    rename = waits(_FtpConnection.rename)
    size = waits(_FtpConnection.size)
    modified = waits(_FtpConnection.modified)
    command = waits(_FtpConnection.command)
    quit = waits(_FtpConnection.quit)
    find = opens(_FtpConnection.find, FtpFind)
    get_file = waits(_FtpConnection.get_file)
    put_file = waits(_FtpConnection.put_file)

    @overload
    def open_file(
        self,
        path: str,
        mode: Literal["r"] = "r",
        *,
        offset: int = 0,
        text: bool = False,
        context: Any = SELF,
        on_status: Listener | None = None,
        limits: Limits | None = None,
    ) -> FtpFile: ...
    @overload
    def open_file(
        self,
        path: str,
        mode: Literal["w", "a"],
        *,
        offset: int = 0,
        text: bool = False,
        context: Any = SELF,
        on_status: Listener | None = None,
        limits: Limits | None = None,
    ) -> FtpUpload: ...
    @told_as(_FtpConnection.open_file, also=FOR_THREADS)
    def open_file(self, path: str, mode: Any = "r", **how: Any) -> FtpFile | FtpUpload:
        """As that of the handle."""
        handle, glass = self._handle, self._glass
        file: FtpFile | FtpUpload = glass.call(
            handle, handle.open_file, path, mode, **how
        )
        return file

    @overload
    def open_command(
        self,
        text: str,
        mode: Literal["r"] = "r",
        *,
        context: Any = SELF,
        on_status: Listener | None = None,
        limits: Limits | None = None,
    ) -> FtpFile: ...
    @overload
    def open_command(
        self,
        text: str,
        mode: Literal["w"],
        *,
        context: Any = SELF,
        on_status: Listener | None = None,
        limits: Limits | None = None,
    ) -> FtpUpload: ...
    @told_as(_FtpConnection.open_command, also=FOR_THREADS)
    def open_command(
        self, text: str, mode: Any = "r", **how: Any
    ) -> FtpFile | FtpUpload:
        """As that of the handle."""
        handle, glass = self._handle, self._glass
        file: FtpFile | FtpUpload = glass.call(
            handle, handle.open_command, text, mode, **how
        )
        return file
