"""The resource: the read side that requests and files share.

Theory of operation.  What arrives goes into an inbox; when it holds enough, the
source is paused, and resumed when the inbox has been read.  At most one read is
pending: it is met from the inbox as soon as it can be, otherwise
``RECEIVING_RESPONSE`` is told at its start and ``RESPONSE_RECEIVED``, with the bytes
of the wire, at its end.  Bulk reads (:meth:`Resource.deliver`, :meth:`Resource.save`)
go past the inbox; they tell the same, but at most every 0.1 s.

A failure of the source is kept until what arrived before it has been read.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any, Protocol, Self

from twisted.internet.defer import Deferred, fail, succeed

from twinet._handles.delivery import Delivery
from twinet._handles.handle import Handle
from twinet._net.disk import path_of
from twinet._net.inbox import Inbox
from twinet.errors import (
    InternetError,
    InvalidOperation,
    InvalidParameter,
    RequestPending,
)
from twinet.flags import FindMethod
from twinet.status import ReceivingResponse, ResponseReceived

if TYPE_CHECKING:
    from os import PathLike
    from pathlib import Path

    from twinet._handles.delivery import Sink
    from twinet._handles.drain import Drain
    from twinet._handles.session import Session

__all__ = ["Resource", "Source"]

#: An inbox of this size pauses the source: one full read of the socket (bytes).
FULL = 262144
#: As many bytes as one read of the socket may bring: taken whole, they are not copied.
LARGEST = 1 << 20
#: How far ahead of what has come a place may lie (bytes) for what is between to be
#: received and thrown away.  To ask for it takes a round trip or three, in which a
#: fast line brings about as much (our own).
AHEAD = 1 << 20
#: The inbox of a resource of which nothing has come; it is replaced, never filled.
NOTHING = Inbox()
_METHODS = tuple(FindMethod)


class Source(Protocol):
    """Where the data come from: a transfer of one of the speakers."""

    over: bool

    def pause(self) -> None:
        """Take nothing more from the socket."""

    def resume(self) -> None:
        """Take from the socket again."""

    def want(self, wanted: bool) -> None:
        """Know whether somebody waits for data."""

    def cancel(self) -> None:
        """Stop; nothing more is told."""


class Resource(Handle):
    """A handle whose data can be read."""

    # Defaults stand here and not in __init__: one resource is made per request.
    _source: Source | None = None
    _inbox = NOTHING
    _complete = False
    _broken: InternetError | None = None
    _paused = False
    #: the pending read: how many bytes it waits for, and how many it takes.
    _need = 0
    _take = 0
    _counting = False
    _delivery: Delivery | Drain | None = None
    #: bytes of the wire that came during the pending read.
    _wire = 0
    #: bytes of the body that are yet to come and will be passed over.
    _skip = 0
    #: whether the server has sent the whole when it was asked for a part.
    _whole_again = False

    @property
    def session(self) -> Session:
        """The session to which the handle belongs."""
        parent = self._parent
        while parent is not None and parent._parent is not None:
            parent = parent._parent
        return parent  # type: ignore[return-value]  # the root is a session

    @property
    def position(self) -> int:
        """How far the body has been read: the place of the byte that comes next.

        What has come and was not read is not counted; nor is what stands behind a
        failure.  Of a body that is decoded these are decoded bytes.

        :source: InternetSetFilePointer by 0 bytes from FILE_CURRENT.
        """
        return self._position

    # -- reading

    def read(self, size: int) -> Deferred[bytes]:
        """Fire with ``size`` bytes, fewer only at the end; empty is the end.

        :param size: how many to wait for (bytes, 0 or more).
        :raises InvalidHandle: 6, the handle is closed.
        :raises IncorrectHandleState: 12019, there is no answer to read yet.
        :raises RequestPending: 12026, another call is pending.
        :raises InvalidParameter: 87, the size is no number, or a negative one; or
            this is not the reactor's thread.
        :raises Truncated: 12152, the body ended too early.
        :raises Timeout: 12002, a limit ran out.
        :source: InternetReadFile.
        """
        return self._read(size, size)

    def read_some(self, size: int = LARGEST) -> Deferred[bytes]:
        """Fire with the next bytes, as soon as there are any; empty is the end.

        :param size: the most to take (bytes; 0 gives nothing, at once).
        :raises InternetError: as :meth:`read`.
        :source: InternetReadFileEx with IRF_NO_WAIT, which is then called again.
        """
        return self._read(1 if size else 0, size)

    def available(self) -> Deferred[int]:
        """Fire with the bytes that can be read at once; waits for one; 0 is the end.

        :raises InternetError: as :meth:`read`.
        :source: InternetQueryDataAvailable.
        """
        try:
            self._check_readable()
            self._check_thread()
        except InternetError as error:
            return fail(error)
        if self._inbox.size or self._complete:
            return succeed(self._inbox.size)
        if self._broken is not None:
            return fail(self._broken)
        self._counting = True
        return self._wait(1, 0)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        data = await self.read_some()
        if not data:
            raise StopAsyncIteration
        return data

    def seek(self, distance: int, method: int = FindMethod.BEGIN) -> Deferred[int]:
        """Move to another place of the body; fires with the new position.

        It fires at once when what has come, or comes soon, leads there: what lies
        between is thrown away.  Otherwise the server is asked for the rest from that
        place on; the call is then pending, and tells of a request as ``send`` does.
        :attr:`HttpRequest.response` stays the first answer.

        A part that is not certainly of the same thing as what came before is refused.
        After a failure nothing can be read until a move succeeds, or the request is
        sent again.  After a body that was cut, ``seek(0, FindMethod.CURRENT)`` asks for
        what is missing.

        :param distance: bytes, from where ``method`` says; it may be negative.
        :param method: a :class:`~twinet.flags.FindMethod`.
        :raises InvalidOperation: 12016, the server offers no ranges, the place lies
            behind the end or counts from an end that is not known, or it cannot be
            asked for: the request is no GET, or its body is decoded as it is read.
        :raises InvalidParameter: 87, the place lies before the beginning, or there is
            no such method.
        :raises ForceRetry: 12032, what the server has now is, or may be, another thing.
        :raises HttpInvalidServerResponse: 12152, it sent something else than the part.
        :raises InternetError: as :meth:`read`, and as ``send``.
        :source: InternetSetFilePointer.
        """
        try:
            self._check_readable()
            self._check_thread()
            place = self._place(distance, method)
            if self._must_ask(place):
                pending = self._begin()
                self._ask(place)
                return pending
        except InternetError as error:
            return fail(error)
        self._skip = self._inbox.pass_over(place - self._inbox.taken)
        if self._paused:
            self._unclog()
        return succeed(place)

    def deliver(self, sink: Sink) -> Deferred[int]:
        """Hand the rest of the body to a sink; fires with the bytes handed over.

        It fires when the body has ended properly and the sink has taken all of it.

        :param sink: an ``IConsumer``, or any object with ``write(data)``; when
            ``write`` returns a Deferred, nothing more comes until it fires.
        :raises InvalidParameter: 87, it has no ``write``.
        :raises InternetError: as :meth:`read`; what ``write`` raises is handed on.
        :source: our own.
        """
        try:
            self._check_readable()
            self._check_thread()
            if not callable(getattr(sink, "write", None)):
                msg = (
                    f"a body cannot be handed to a {type(sink).__name__}; give an "
                    "IConsumer, or an object with write(data), such as a file opened "
                    "for writing in binary mode"
                )
                raise InvalidParameter(msg)
            pending = self._begin()
        except InternetError as error:
            return fail(error)
        self._delivery = Delivery(self, sink, self.session.deadlines)
        self._delivery.start()
        return pending

    def save(self, path: str | PathLike[str]) -> Deferred[Path]:
        """Write the rest of the body to a new file; fires with its path.

        The file has a temporary name beside the final one until it is complete and
        synced; it is then given its name, never in place of another file.  After a
        failure nothing is left.

        :raises FileExists: 80, there is a file of that name.
        :raises InvalidParameter: 87, the path cannot be one.
        :raises InternetError: as :meth:`read`; ``AccessDenied`` (5),
            ``FileNotFound`` (2) or ``UnableToCacheFile`` (12158) when the disk refuses.
        :source: our own.
        """
        return Deferred.fromCoroutine(self._save(path))

    async def _save(self, path: str | PathLike[str]) -> Path:
        self._check_readable()
        self._check_thread()
        return await self.session.disk.save(
            path_of(path), self._deliver_to_disk, lambda: self._complete
        )

    def _deliver_to_disk(self, sink: Sink) -> Deferred[int]:
        if self._dead:
            # It was alive when the call was made; the file has just been opened.
            return fail(self._was_cancelled())
        return self.deliver(sink)

    # -- for the kinds of resources

    def _check_readable(self) -> None:
        self._check_alive()
        if self._pending is not None:
            msg = f"another call on {self} is pending; wait for it, or close the handle"
            raise RequestPending(msg)

    def _length(self) -> int | None:
        """Return how long the body is, in bytes; ``None`` when that is not known."""
        if self._complete:
            return self._inbox.taken + self._inbox.size
        return None

    def _check_place(self, place: int) -> None:
        """Refuse a place that cannot be moved to."""
        if place < 0:
            msg = f"byte {place} of {self} lies before the beginning"
            raise InvalidParameter(msg)
        length = self._length()
        if length is not None and place > length:
            msg = f"{self} has {length} bytes; byte {place} lies behind the end"
            raise InvalidOperation(msg)

    def _why_not_asked(self) -> InternetError | None:
        """Tell why no place can be asked for; None when it can."""
        return InvalidOperation(f"the bytes of {self} come in their order only")

    @abstractmethod
    def _ask(self, place: int) -> None:
        """Ask for what follows a place: the call is pending.

        Nobody does as long as :meth:`_why_not_asked` has a reason.
        """

    def _reset(self) -> None:
        """Forget a former answer."""
        if self._source is not None:
            self._source.cancel()
        self._source = None
        self._inbox = Inbox()
        self._skip = 0
        self._whole_again = False
        self._complete = False
        self._broken = None
        self._paused = False
        self._wire = 0

    # -- the source's side of the seam: settle, then tell

    def take_data(self, data: bytes, wire: int) -> None:
        """Take data; ``wire`` is what of them is to be told, in bytes on the wire."""
        self._wire += wire
        inbox = self._inbox
        if inbox is NOTHING:
            inbox = self._inbox = Inbox()
        if self._skip:
            data = self._pass_over(data)
        if not data:
            return
        inbox.put(data)
        if (
            inbox.size >= FULL
            and inbox.size > self._need
            and self._delivery is None
            and not self._paused
            and self._source is not None
        ):
            self._paused = True
            self._source.pause()

    def take_end(self, trailers: Any, error: InternetError | None) -> None:
        """Take note that nothing more comes."""
        if trailers:
            self._take_trailers(trailers)
        if error is not None:
            self._broken = error
            self.session.tracer.failed(self, error)
        elif self._skip:
            self._broken = InvalidOperation(
                f"{self} has ended at byte {self._inbox.taken}, before byte "
                f"{self._position}, to which it was moved"
            )
        else:
            self._complete = True

    def _take_trailers(self, trailers: Any) -> None:
        """Keep what came after the body, where there is a place for it."""

    def tell_data(self) -> None:
        """Tell that data came, to whoever waits for them."""
        if self._complete or self._broken is not None:
            # The end follows, and the read ends with it; what came is told before.
            if self._need:
                self._tell_received()
        elif self._delivery is not None:
            self._delivery.data_came()
        elif self._need and self._inbox.size >= self._need:
            self._meet()

    def tell_end(self) -> None:
        """Tell that nothing more comes, to whoever waits."""
        self._source = None
        self._spend()
        if self._delivery is not None:
            self._delivery.end_came()
        elif self._need:
            self._meet()

    # -- inside

    @property
    def _position(self) -> int:
        """The position of the byte that is read next."""
        return self._inbox.taken + self._skip

    def _place(self, distance: int, method: int) -> int:
        """Return the place that is meant, counted from the beginning."""
        if not isinstance(distance, int) or method not in _METHODS:
            msg = f"cannot move {distance!r} bytes by the method {method!r}"
            raise InvalidParameter(msg)
        if method == FindMethod.CURRENT:
            distance += self._position
        elif method == FindMethod.END:
            length = self._length()
            if length is None:
                msg = f"the length of {self} is not known; count from the beginning"
                raise InvalidOperation(msg)
            distance += length
        self._check_place(distance)
        return distance

    def _must_ask(self, place: int) -> bool:
        """Tell whether neither what has come nor what comes leads to a place.

        :raises InternetError: so it is, and it cannot be asked for.
        """
        inbox = self._inbox
        ahead = place - inbox.taken - inbox.size
        behind = place < inbox.taken
        if ahead < 0 and not behind:
            return False
        comes = self._broken is None and not behind
        if comes and (ahead <= AHEAD or self._whole_again):
            return False
        refusal = self._why_not_asked()
        if refusal is not None and not comes:
            raise refusal
        return refusal is None

    def _read(self, need: int, size: int) -> Deferred[bytes]:
        inbox = self._inbox
        try:
            self._check_readable()
            if not isinstance(size, int) or size < 0:
                msg = f"cannot read {size!r} bytes; give a whole number from 0 on"
                raise InvalidParameter(msg)
            here = inbox.size >= need or self._complete
            if self._paused or not here:
                self._check_thread()
        except InternetError as error:
            return fail(error)
        if here:
            data = inbox.take(size)
            if self._paused:
                self._unclog()
            return succeed(data)
        if self._broken is not None:
            if inbox.size:
                return succeed(inbox.take(size))
            return fail(self._broken)
        return self._wait(need, size)

    def _pass_over(self, data: bytes) -> bytes:
        """Take away from data that came what was moved past."""
        passed = min(self._skip, len(data))
        self._skip -= passed
        self._inbox.taken += passed
        return data[passed:]

    def _wait(self, need: int, take: int) -> Deferred[Any]:
        pending = self._begin()
        self._need, self._take = need, take
        self._wire = 0
        if self._voice.heard:
            self._voice.emit(ReceivingResponse)
        source = self._source
        if source is not None and self._pending is pending:
            source.want(True)
            self._unclog()
        return pending

    def _unclog(self) -> None:
        """Let the source go on when there is room again."""
        if self._paused and (self._inbox.size < FULL or self._need):
            self._paused = False
            if self._source is not None:
                self._source.resume()

    def _meet(self) -> None:
        """End the pending read with what is here."""
        inbox = self._inbox
        self._tell_received()
        self._need = 0
        if self._source is not None:
            self._source.want(False)
        counting, self._counting = self._counting, False
        if not inbox.size and self._broken is not None:
            self._fail(self._broken)
        elif counting:
            self._finish(inbox.size)
        else:
            self._finish(inbox.take(self._take))

    def _unreported(self) -> int:
        """Return how much of what is here nobody has been told of (bytes)."""
        return self._inbox.size

    def _tell_received(self) -> None:
        if self._wire and self._voice.heard:
            wire, self._wire = self._wire, 0
            self._voice.emit(ResponseReceived, wire)

    def _stop(self) -> None:
        self._need = 0
        self._counting = False
        if self._delivery is not None:
            self._delivery.stop()
            self._delivery = None
        if self._source is not None:
            source, self._source = self._source, None
            if not source.over:
                self.session.tracer.closed(self)
            source.cancel()
        if self._inbox.size:
            self._inbox.clear()
