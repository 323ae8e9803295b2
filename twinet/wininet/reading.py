"""The functions that read: the same for every handle that has data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twinet._handles.resource import Resource
from twinet.flags import FindMethod, Irf
from twinet.wininet.door import waiting

if TYPE_CHECKING:
    from twisted.internet.defer import Deferred

__all__ = [
    "InternetQueryDataAvailable",
    "InternetReadFile",
    "InternetReadFileEx",
    "InternetSetFilePointer",
]


@waiting(Resource)
def InternetReadFile(file: Resource, size: int) -> Deferred[bytes]:
    """Read ``size`` bytes, fewer only at the end of the data; empty is the end.

    :raises InternetError: as :meth:`twinet.Resource.read`.
    :source: InternetReadFile.
    """
    return file.read(size)


@waiting(Resource)
def InternetReadFileEx(
    file: Resource, size: int, flags: int = 0, context: Any = 0
) -> Deferred[bytes]:
    """Read as InternetReadFile does, or with IRF_NO_WAIT whatever comes first.

    :param context: has no effect, as on Windows: the handle's own is told.
    :raises InternetError: as :meth:`twinet.Resource.read`.
    :source: InternetReadFileEx; on Windows a pending read with IRF_NO_WAIT gives no
        data and is made again.
    """
    return file.read_some(size) if flags & Irf.NO_WAIT else file.read(size)


@waiting(Resource)
def InternetQueryDataAvailable(
    file: Resource, flags: int = 0, context: Any = 0
) -> Deferred[int]:
    """Say how many bytes can be read without waiting; 0 is the end of the data.

    :param flags: must be 0, and so must ``context``; neither has a meaning.
    :raises InternetError: as :meth:`twinet.Resource.available`.
    :source: InternetQueryDataAvailable.
    """
    return file.available()


@waiting(Resource)
def InternetSetFilePointer(
    file: Resource, distance: int, method: int = FindMethod.BEGIN
) -> Deferred[int]:
    """Move to another place of the data; gives the new position.

    The call is pending when the server has to be asked for the place; on Windows the
    next read waits for that.

    :param distance: bytes, of any size and sign: there is no high part.
    :param method: FILE_BEGIN, FILE_CURRENT or FILE_END.
    :raises InternetError: as :meth:`twinet.Resource.seek`.
    :source: InternetSetFilePointer.
    """
    return file.seek(distance, method)
