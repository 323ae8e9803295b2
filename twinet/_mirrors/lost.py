"""What a call has brought, and nobody will know of."""

from __future__ import annotations

from twinet._handles.ftp_find import FtpFind
from twinet._handles.gopher_find import GopherFind
from twinet._handles.handle import Handle
from twinet._handles.resource import Resource

__all__ = ["give_up"]

#: What is read, one piece after the other.
_READ = (Resource, FtpFind, GopherFind)


def give_up(handle: Handle | None, result: object) -> None:
    """Give up what a call on a handle has brought, because nobody waited any more."""
    if isinstance(result, Handle):
        # Nobody was given it.
        result.close()
    elif isinstance(handle, _READ):
        # What was read has gone: what follows must not look as if it had not.
        handle.close()
