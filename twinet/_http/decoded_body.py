"""The decoded body: what stands between an exchange and a reader of a coded body.

Theory of operation.  A few bytes of a coded body can mean very many, so what has come
is decoded only as the reader takes it.  When the reader pauses in the middle of it, the
rest waits here, undecoded, and the end of the body with it; the exchange may be long
over and its connection in use elsewhere.  One turn of the reactor decodes :data:`TURN`
bytes at most and goes on in the next, so that a reader that never pauses has its
chance to say no, and everybody else theirs.

While something waits here, the *jam*, the exchange takes nothing from the socket, and
its idle limit does not run.

Damage found while settling ends the transfer when it is told, as all ends do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinet._wire.decoding import Decoder
from twinet.errors import DecodingFailed

if TYPE_CHECKING:
    from twisted.internet.interfaces import IDelayedCall, IReactorTime

    from twinet._http.order import Reader
    from twinet._http.transfer import Transfer
    from twinet.errors import InternetError
    from twinet.records import Limits

__all__ = ["DecodedBody"]

#: What one turn of the reactor may do (bytes, as the decoder counts its work): as much
#: as one read of the socket brings.
TURN = 262144


class DecodedBody:
    """One body whose codings are undone on the way to the reader.

    :param codings: as :func:`~twinet._wire.decoding.codings_of` gives them.
    :param limits: what it may become.
    :ivar jammed: whether something waits here to be decoded.
    """

    _failure: DecodingFailed | None = None
    _held: tuple[list[tuple[bytes, bytes]], InternetError | None] | None = None
    _call: IDelayedCall | None = None
    #: the decoder's work up to when its last results were told.
    _told = 0
    _paused = False
    jammed = False

    def __init__(
        self,
        codings: tuple[str, ...],
        limits: Limits,
        reader: Reader,
        transfer: Transfer,
        clock: IReactorTime,
    ) -> None:
        self._decoder = Decoder(codings, limits)
        self._reader = reader
        self._transfer = transfer
        self._clock = clock

    # -- what the exchange settles

    def take_data(self, data: bytes, wire: int) -> None:
        """Take data as they came, and hand over what they mean."""
        self._reader.take_data(b"", wire)
        if self._failure is not None:
            return
        self._decoder.feed(data)
        if not self.jammed:
            self._work()
            if self.jammed:
                self._transfer.hold_back()

    def take_end(
        self, trailers: list[tuple[bytes, bytes]], error: InternetError | None
    ) -> None:
        """Take note that nothing more comes; what waits here goes before."""
        if self.jammed:
            self._held = (trailers, error)
            return
        if self._failure is None and error is None:
            try:
                self._decoder.end()
            except DecodingFailed as reason:
                self._failure = reason
        self._transfer.settle_end(trailers, self._failure or error)

    # -- what the exchange tells

    def tell_data(self) -> None:
        """Tell of what was handed over, and go on with the rest."""
        self._told = self._decoder.work
        self._reader.tell_data()
        if self._transfer.over:
            return
        if self._failure is not None:
            self._transfer.give_up(self._failure)
        elif self.jammed and not self._paused:
            self._go_on_later()

    # -- the reader's wishes

    def pause(self) -> None:
        """Decode nothing more."""
        self._paused = True

    def resume(self) -> None:
        """Go on."""
        self._paused = False
        if self.jammed:
            # Later: the reader is in the middle of a call.
            self._go_on_later()

    def stop(self) -> None:
        """Hand over nothing more."""
        self.jammed = False
        call, self._call = self._call, None
        if call is not None:
            call.cancel()

    # -- inside

    def _work(self) -> None:
        """Decode as much as one turn may, unless the reader has had enough."""
        self.jammed = True
        try:
            decoder = self._decoder
            most = self._told + TURN
            while decoder.work < most and not self._paused:
                piece = decoder.take()
                if piece is None:
                    self.jammed = False
                    break
                if piece:
                    self._reader.take_data(piece, 0)
        except DecodingFailed as error:
            self._failure = error
            self.jammed = False

    def _go_on_later(self) -> None:
        if self._call is None:
            self._call = self._clock.callLater(0, self._go_on)

    def _go_on(self) -> None:
        self._call = None
        self._work()
        if self._held is not None and not self.jammed and self._failure is None:
            (trailers, error), self._held = self._held, None
            self.take_end(trailers, error)
            self._reader.tell_end()
            return
        self.tell_data()
        if not (self._transfer.over or self.jammed or self._paused):
            self._transfer.let_go_on()
