"""The body of a request: what programs give, as what can be sent, perhaps again.

Small bodies stay bytes, which leave together with the head.  Everything else becomes
a :class:`Body`: it knows its length and gives a producer for each time that it is
sent.  A redirect, a challenge or a stale connection may ask for a body once more; who
can start again says so (``again``).
"""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator
from os import PathLike
from typing import TYPE_CHECKING, Any, Protocol

from twisted.web.iweb import UNKNOWN_LENGTH, IBodyProducer

from twinet._http.async_body import AsyncBody
from twinet._http.bytes_producer import BytesProducer
from twinet._http.file_body import OpenFile, file_at
from twinet._net.translate import translate
from twinet.errors import InternetError, InvalidParameter

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import BinaryIO

    from twinet._http.file_body import Run

    #: What can be sent.
    GivenContent = (
        bytes
        | bytearray
        | memoryview
        | PathLike[str]
        | BinaryIO
        | IBodyProducer
        | Callable[[], IBodyProducer]
        | AsyncIterable[bytes]
    )
    #: What programs give as a body.
    GivenBody = GivenContent | None

__all__ = ["Body", "BytesBody", "MadeBody", "OnceBody", "body_of"]

#: Bytes up to this size leave in one piece with the head (bytes; our own choice): no
#: more than what a transport takes without holding back.
AT_ONCE = 65536


class Body(Protocol):
    """What is sent piece by piece.

    :ivar length: in bytes, or ``UNKNOWN_LENGTH``, which sends it in chunks.
    """

    length: Any

    @property
    def again(self) -> bool:
        """Whether it can be sent from its beginning now."""

    def producer(self) -> IBodyProducer:
        """Return what produces it, from its beginning."""


def body_of(given: GivenBody, run: Run) -> bytes | Body | None:
    """Return what a program gave as what can be sent.

    :param run: runs a blocking call in a thread, and fires with its result.
    :raises InvalidParameter: 87, it is no body, or no file that can be read.
    :raises FileNotFound: 2, there is no such file.
    :raises AccessDenied: 5, the file must not be read.
    """
    if given is None:
        return None
    if isinstance(given, bytes | bytearray | memoryview):
        data = bytes(given)
        return data if len(data) <= AT_ONCE else BytesBody(data)
    if isinstance(given, str):
        msg = "a body is bytes; encode the text first (or give a Path for a file)"
        raise InvalidParameter(msg)
    if isinstance(given, PathLike):
        return file_at(given, run)
    if IBodyProducer.providedBy(given):
        return OnceBody(given)
    if isinstance(given, AsyncIterator):
        return OnceBody(AsyncBody(given))
    if isinstance(given, AsyncIterable):
        return MadeBody(lambda: AsyncBody(aiter(given)))
    if hasattr(given, "read"):
        return OpenFile(given, run)
    if callable(given):
        return MadeBody(given)
    msg = (
        f"a body cannot be a {type(given).__name__}; give bytes, a Path, a file opened "
        "for reading in binary mode, an asynchronous generator of bytes, an "
        "IBodyProducer, or a function that makes one"
    )
    raise InvalidParameter(msg)


class BytesBody:
    """Bytes that are too many to leave with the head.

    :ivar data: they themselves.
    """

    again = True

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.length = len(data)

    def producer(self) -> IBodyProducer:
        """Return what produces them."""
        return BytesProducer(self.data)


class OnceBody:
    """An ``IBodyProducer`` of the program's: it can produce once."""

    def __init__(self, producer: IBodyProducer) -> None:
        self._producer = producer
        self._taken = False
        self.length = _checked(producer.length)

    @property
    def again(self) -> bool:
        """Whether nobody has asked for it yet."""
        return not self._taken

    def producer(self) -> IBodyProducer:
        """Return it."""
        self._taken = True
        return self._producer


class MadeBody:
    """A body for which the program makes a new producer each time.

    :raises InvalidParameter: 87, what it makes is no ``IBodyProducer``.
    """

    again = True

    def __init__(self, make: Callable[[], IBodyProducer]) -> None:
        self._make = make
        self._next: IBodyProducer | None = self._made()
        self.length = _checked(self._next.length)

    def producer(self) -> IBodyProducer:
        """Return a new one, of the same length as the first."""
        made, self._next = self._next, None
        if made is None:
            made = self._made()
            if made.length != self.length:
                msg = "the function made a body of another length than the first time"
                raise InvalidParameter(msg)
        return made

    def _made(self) -> IBodyProducer:
        try:
            made = self._make()
        except InternetError:
            raise
        except Exception as error:
            what = "the function that was given as a body failed"
            raise translate(error, what) from error
        if not IBodyProducer.providedBy(made):
            msg = (
                "the function that was given as a body returned a "
                f"{type(made).__name__}, which is no IBodyProducer"
            )
            raise InvalidParameter(msg)
        return made


def _checked(length: Any) -> Any:
    """Return a length that can be announced."""
    if length is UNKNOWN_LENGTH or (isinstance(length, int) and length >= 0):
        return length
    msg = f"a body's length is a number of bytes or UNKNOWN_LENGTH; not {length!r}"
    raise InvalidParameter(msg)
