"""Records: what OpenSSL makes of the bytes of one connection.

Theory of operation.  pyOpenSSL's methods make a buffer for each call, and raise where
there is nothing to read: once for each answer.  :class:`QuickRecords` calls the
functions of OpenSSL that those methods call, with one buffer (:class:`Scratch`) for all
connections of a session, whose reactor has one thread.  They are there for pyOpenSSL
itself; where one of them is missing, or a layer has no buffer, :class:`Records` does
the same by the methods.  The handshake is always theirs.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from OpenSSL import SSL

if TYPE_CHECKING:
    from twinet._net.tls import GuardedConnection

__all__ = ["RECORD", "QuickRecords", "Records", "Scratch", "records_for"]

#: The most that a record holds (bytes; RFC 8446, section 5.1).
RECORD: Final = 16384
#: What is taken out of OpenSSL at a time (bytes): more than a record with its framing.
PIECE: Final = 32768

_lib: Any = getattr(SSL, "_lib", None)
_ffi: Any = getattr(SSL, "_ffi", None)
_FUNCTIONS = (
    "SSL_read",
    "SSL_write",
    "SSL_get_error",
    "SSL_ERROR_WANT_READ",
    "BIO_read",
    "BIO_write",
)
_PARTS = ("_ssl", "_into_ssl", "_from_ssl", "_raise_ssl_error")


class Scratch:
    """A buffer that is read into, and copied from at once.

    :ivar pointer: to it, for OpenSSL; None before :meth:`ready`.
    """

    __slots__ = ("pointer",)

    def __init__(self) -> None:
        self.pointer: Any = None

    def ready(self) -> bool:
        """Make it, unless it is there; false where OpenSSL's functions are not."""
        if self.pointer is None:
            if _ffi is None or not all(hasattr(_lib, name) for name in _FUNCTIONS):
                return False
            self.pointer = _ffi.new("char[]", PIECE)
        return True


def records_for(tls: GuardedConnection, scratch: Scratch | None) -> Records:
    """Return the records of a connection, quick ones if that can be."""
    if (
        scratch is not None
        and scratch.ready()
        and all(hasattr(tls, part) for part in _PARTS)
    ):
        return QuickRecords(tls, scratch)
    return Records(tls)


class Records:
    """The records of one connection, by pyOpenSSL's methods.

    :ivar tls: the connection.
    """

    def __init__(self, tls: GuardedConnection) -> None:
        self.tls = tls

    def put(self, data: bytes) -> None:
        """Take bytes from the transport."""
        self.tls.bio_write(data)

    def read(self) -> tuple[bytes, SSL.Error | None]:
        """Return all that can be decrypted, and what ended it."""
        receive = self.tls.recv
        pieces = []
        end = None
        try:
            while True:
                pieces.append(receive(RECORD))
        except SSL.WantReadError:
            pass
        except SSL.Error as error:
            # Without its frames, which hold what holds it.
            end = error.with_traceback(None)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces), end

    def write(self, data: bytes) -> None:
        """Encrypt a record.

        :param data: at most :data:`RECORD` bytes, at least one.
        :raises SSL.WantReadError: something must be read before; nothing was taken.
        :raises SSL.Error: it cannot be done.
        """
        if self.tls.send(data) != len(data):
            raise _in_part()

    def out(self) -> bytes:
        """Return what is to go to the transport; empty for nothing."""
        pieces = []
        with suppress(SSL.WantReadError):
            while True:
                pieces.append(self.tls.bio_read(PIECE))
                if len(pieces[-1]) < PIECE:
                    break
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)


class QuickRecords(Records):
    """The same by the functions of OpenSSL themselves."""

    def __init__(self, tls: GuardedConnection, scratch: Scratch) -> None:
        super().__init__(tls)
        inside: Any = tls
        self._ssl = inside._ssl  # noqa: SLF001  see above
        self._into = inside._into_ssl  # noqa: SLF001
        self._from = inside._from_ssl  # noqa: SLF001
        self._fail = inside._raise_ssl_error  # noqa: SLF001
        self._pointer = scratch.pointer

    def put(self, data: bytes) -> None:
        """Take bytes from the transport."""
        if _lib.BIO_write(self._into, data, len(data)) != len(data):
            # It has no more memory; the method raises what there is to raise.
            super().put(data)

    def read(self) -> tuple[bytes, SSL.Error | None]:
        """Return all that can be decrypted, and what ended it."""
        ssl, pointer = self._ssl, self._pointer
        read, content = _lib.SSL_read, _ffi.buffer
        pieces = []
        while (count := read(ssl, pointer, RECORD)) > 0:
            pieces.append(content(pointer, count)[:])
        end = None
        if _lib.SSL_get_error(ssl, count) != _lib.SSL_ERROR_WANT_READ:
            try:
                self._fail(ssl, count)
            except SSL.Error as error:
                end = error.with_traceback(None)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces), end

    def write(self, data: bytes) -> None:
        """Encrypt a record; as :meth:`Records.write`."""
        count = _lib.SSL_write(self._ssl, data, len(data))
        if count != len(data):
            self._fail(self._ssl, count)
            raise _in_part()

    def out(self) -> bytes:
        """Return what is to go to the transport; empty for nothing."""
        count = _lib.BIO_read(self._from, self._pointer, PIECE)
        if count <= 0:
            return b""
        taken: bytes = _ffi.buffer(self._pointer, count)[:]
        return taken if count < PIECE else taken + super().out()


def _in_part() -> SSL.Error:
    """Make the error of a record taken in part: OpenSSL's buffer is never full."""
    return SSL.Error([("twinet", "", "only a part of a record was taken")])
