"""The functions of FTP sessions.

Names have slashes or backslashes, and are sent with slashes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twinet._handles.ftp_calls import checked_name
from twinet._handles.ftp_connection import FtpConnection
from twinet._handles.ftp_file import FtpFile
from twinet.errors import ExtendedError, InvalidParameter
from twinet.flags import Access, FtpTransferType
from twinet.wininet.door import immediate, waiting
from twinet.wininet.finding import next_entry

if TYPE_CHECKING:
    from twisted.internet.defer import Deferred

    from twinet._handles.ftp_find import FtpFind
    from twinet._handles.ftp_upload import FtpUpload
    from twinet.records import DirectoryEntry

__all__ = [
    "FtpCommand",
    "FtpCreateDirectory",
    "FtpDeleteFile",
    "FtpFindFirstFile",
    "FtpGetCurrentDirectory",
    "FtpGetFile",
    "FtpGetFileSize",
    "FtpOpenFile",
    "FtpPutFile",
    "FtpRemoveDirectory",
    "FtpRenameFile",
    "FtpSetCurrentDirectory",
]

#: FTP_TRANSFER_TYPE_MASK.
_TYPE = 3
_MODES = {Access.READ: "r", Access.WRITE: "w"}


@waiting(FtpConnection)
def FtpCreateDirectory(connection: FtpConnection, directory: str) -> Deferred[bool]:
    """Make a directory.

    :raises InternetError: as :meth:`twinet.FtpConnection.make_directory`.
    :source: FtpCreateDirectory.
    """
    return connection.make_directory(_slashes(directory)).addCallback(_true)


@waiting(FtpConnection)
def FtpRemoveDirectory(connection: FtpConnection, directory: str) -> Deferred[bool]:
    """Remove a directory.

    :raises InternetError: as :meth:`twinet.FtpConnection.remove_directory`.
    :source: FtpRemoveDirectory.
    """
    return connection.remove_directory(_slashes(directory)).addCallback(_true)


@waiting(FtpConnection)
def FtpSetCurrentDirectory(connection: FtpConnection, directory: str) -> Deferred[bool]:
    """Go to another directory.

    :raises InternetError: as :meth:`twinet.FtpConnection.change_directory`.
    :source: FtpSetCurrentDirectory.
    """
    return connection.change_directory(_slashes(directory)).addCallback(_true)


@waiting(FtpConnection)
def FtpGetCurrentDirectory(connection: FtpConnection) -> Deferred[str]:
    """Give the path of the current directory.

    :raises InternetError: as :meth:`twinet.FtpConnection.current_directory`.
    :source: FtpGetCurrentDirectory.
    """
    return connection.current_directory()


@waiting(FtpConnection)
def FtpDeleteFile(connection: FtpConnection, file: str) -> Deferred[bool]:
    """Delete a file.

    :raises InternetError: as :meth:`twinet.FtpConnection.delete`.
    :source: FtpDeleteFile.
    """
    return connection.delete(_slashes(file)).addCallback(_true)


@waiting(FtpConnection)
def FtpRenameFile(connection: FtpConnection, existing: str, new: str) -> Deferred[bool]:
    """Rename a file, or move it.

    :raises InternetError: as :meth:`twinet.FtpConnection.rename`.
    :source: FtpRenameFile.
    """
    return connection.rename(_slashes(existing), _slashes(new)).addCallback(_true)


@waiting(FtpConnection)
def FtpFindFirstFile(
    connection: FtpConnection,
    pattern: str | None = None,
    flags: int = 0,
    context: Any = 0,
) -> Deferred[tuple[FtpFind, DirectoryEntry]]:
    """List a directory; gives a find handle and the first entry.

    :param pattern: a path, whose last component may have ``*`` and ``?``; nothing is
        all of the current directory.
    :param flags: INTERNET_FLAG_*, which have no effect: nothing is cached.
    :param context: carried by the notifications; 0 silences.
    :raises NoMoreFiles: 18, nothing is matched.
    :raises InternetError: as :meth:`twinet.FtpConnection.find`.
    :source: FtpFindFirstFile.
    """

    def first(find: FtpFind) -> Deferred[tuple[FtpFind, DirectoryEntry]]:
        return next_entry(find).addCallback(lambda entry: (find, entry))

    return connection._find(  # noqa: SLF001  as on Windows, nothing is an error
        _slashes(pattern or ""), needs_entry=True, context=context or None
    ).addCallback(first)


@waiting(FtpConnection)
def FtpOpenFile(
    connection: FtpConnection,
    file: str,
    access: int,
    flags: int = FtpTransferType.BINARY,
    context: Any = 0,
) -> Deferred[FtpFile | FtpUpload]:
    """Open a file of the server's; gives its handle, which is read or written.

    It holds the session until it is closed; what was written is stored then.

    :param access: GENERIC_READ or GENERIC_WRITE.
    :param flags: FTP_TRANSFER_TYPE_*.
    :param context: carried by the notifications; 0 silences.
    :raises InternetError: as :meth:`twinet.FtpConnection.open_file`.
    :source: FtpOpenFile.
    """
    mode: Any = _MODES.get(access)  # type: ignore[call-overload]  # an int as well
    if mode is None:
        msg = f"a file is opened with GENERIC_READ or GENERIC_WRITE, not {access!r}"
        raise InvalidParameter(msg)
    opened: Deferred[FtpFile | FtpUpload] = connection.open_file(
        _slashes(file), mode, text=_is_text(flags), context=context or None
    )
    return opened


@waiting(FtpConnection)
def FtpGetFile(
    connection: FtpConnection,
    remote: str,
    local: str,
    fail_if_exists: bool = False,
    attributes: int = 0,
    flags: int = FtpTransferType.BINARY,
    context: Any = 0,
) -> Deferred[bool]:
    """Fetch a file to the disk.

    A failure leaves the file that was there before; Windows deletes it.

    :param local: its name here.
    :param fail_if_exists: do not take the place of a file of that name.
    :param attributes: FILE_ATTRIBUTE_*, which have no effect.
    :param flags: FTP_TRANSFER_TYPE_*.
    :param context: carried by the notifications; 0 silences.
    :raises InternetError: as :meth:`twinet.FtpConnection.get_file`.
    :source: FtpGetFile.
    """
    checked_name(local, "a file of this machine")
    return connection.get_file(
        _slashes(checked_name(remote, "a file")),
        local,
        overwrite=not fail_if_exists,
        text=_is_text(flags),
        context=context or None,
    ).addCallback(_true)


@waiting(FtpConnection)
def FtpPutFile(
    connection: FtpConnection,
    local: str,
    remote: str,
    flags: int = FtpTransferType.BINARY,
    context: Any = 0,
) -> Deferred[bool]:
    """Store a file of the disk on the server.

    :param remote: its name there.
    :param flags: FTP_TRANSFER_TYPE_*.
    :param context: carried by the notifications; 0 silences.
    :raises InternetError: as :meth:`twinet.FtpConnection.put_file`.
    :source: FtpPutFile.
    """
    checked_name(local, "a file of this machine")
    return connection.put_file(
        local,
        _slashes(checked_name(remote, "a file")),
        text=_is_text(flags),
        context=context or None,
    ).addCallback(_true)


@waiting(FtpConnection)
def FtpCommand(
    connection: FtpConnection,
    expect_response: bool,
    flags: int,
    command: str,
    context: Any = 0,
) -> Deferred[Any]:
    """Send a command as it is.

    :param expect_response: it has a data connection, whose handle is given; else the
        result is ``True``, and ``connection.last_response`` the server's answer.
    :param flags: FTP_TRANSFER_TYPE_*, which has no effect: send TYPE.
    :param context: carried by the notifications of the handle; 0 silences.
    :raises InternetError: as :meth:`twinet.FtpConnection.command`.
    :source: FtpCommand.
    """
    if expect_response:
        return connection.open_command(command, context=context or None)
    return connection.command(command).addCallback(_true)


@immediate(FtpFile)
def FtpGetFileSize(file: FtpFile) -> int:
    """Give the size of an open file (bytes), of any length: there is no high part.

    :raises ExtendedError: 12003, the server does not say.
    :source: FtpGetFileSize.
    """
    if file.size is None:
        msg = f"the server does not say how long {file.path} is"
        raise ExtendedError(msg)
    return file.size


def _slashes(name: str) -> str:
    """Return a name with slashes; what is none is refused further on."""
    return name.replace("\\", "/") if isinstance(name, str) else name


def _is_text(flags: int) -> bool:
    """Tell whether a transfer is to be ASCII.

    :raises InvalidParameter: 87, there is no such type.
    """
    kind = flags & _TYPE
    if kind == _TYPE:
        msg = "a transfer is FTP_TRANSFER_TYPE_ASCII or _BINARY, not both"
        raise InvalidParameter(msg)
    return kind == FtpTransferType.ASCII


def _true(_: object) -> bool:
    return True
