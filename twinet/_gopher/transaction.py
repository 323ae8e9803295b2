"""The transaction: one connection, one line to the server, one answer (RFC 1436).

Theory of operation.  A transaction passes through these phases; in each of them one
limit runs, and the one for the whole of it besides::

    connecting --> awaiting --the first byte--> receiving ---> over
        |             |                            |  ^
        |             |                            '--'  paused by its reader
        '-------------+-----------------------------> an error

Bytes are content first, then news: the content is taken by the reader, and told; the
reader may close its handle in any notification, and each step asks whether it has.

An answer ends when the server closes, or when its content says that it is complete.
A text ends with a dot alone, but a line of it may look like that; so the server is
given some time to close, and what it has sent is the text when it does not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from twinet._net.connector import Target
from twinet._net.passage import ProxyChallenge
from twinet._net.speed_window import SpeedWindow
from twinet._net.tls import TlsCreator
from twinet._net.translate import translate
from twinet.errors import GopherDataError, InternetError, Timeout
from twinet.status import (
    ConnectedToServer,
    ConnectingToServer,
    ReceivingResponse,
    RequestSent,
    ResponseReceived,
    SendingRequest,
)

if TYPE_CHECKING:
    from twisted.internet.defer import Deferred
    from twisted.python.failure import Failure

    from twinet._gopher.engine import Engine
    from twinet._gopher.line import GopherLine
    from twinet._gopher.order import Order, Reader
    from twinet._net.connector import Opening
    from twinet._net.dispatch import Voice
    from twinet._net.line import Line
    from twinet._net.straight import Straight
    from twinet.proxy import Proxy

__all__ = ["DOT_TIME", "Transaction"]

#: How long a server is given to close behind a dot (seconds; our own).
DOT_TIME = 2.0


class _Whole:
    """The limit for all of a transaction."""

    deadline: float | None = None

    def __init__(self, transaction: Transaction) -> None:
        self.transaction: Transaction | None = transaction

    def expired(self) -> None:
        """End it."""
        if self.transaction is not None:
            self.transaction.whole_expired()


class Transaction:
    """One of them: the source of a resource.

    :ivar over: nothing more comes, or is told.
    :ivar paused: its reader takes nothing just now.
    :ivar line: the connection, from the moment that there is one.
    """

    deadline: float | None = None
    #: leads to the server; None: nobody does.
    _proxy: Proxy | None = None

    def __init__(
        self, engine: Engine, order: Order, voice: Voice, reader: Reader
    ) -> None:
        self.over = False
        self.line: GopherLine | None = None
        self._engine = engine
        self._order = order
        self._voice = voice
        self._reader = reader
        self._opening: Opening | None = None
        self._waiting: Deferred[Line] | None = None
        self._limit = ("", 0.0)
        self._whole: _Whole | None = None
        #: where there is a lowest speed, it is measured from the first byte on.
        self._speed: SpeedWindow | None = None
        self._wanted = True
        self._begun = False
        self._came = False
        self.paused = False
        #: nothing is held any more; the end is told, or will be.
        self._released = False
        #: there is a connection whose end is to be told.
        self._connected = False

    def start(self) -> None:
        """Begin; it may come to its end before this returns.

        :raises NotProxyRequest: 12020, the server cannot be named to its proxy.
        """
        engine, order = self._engine, self._order
        place = order.place
        passage = engine.passage(place, order.limits.head_bytes)
        creator = None
        if place.scheme == "gophers":
            creator = TlsCreator(engine.tls_policy(), place.host)
        if order.limits.whole is not None:
            self._whole = _Whole(self)
            engine.deadlines.set(self._whole, order.limits.whole)
        if order.limits.lowest_speed is not None:
            self._speed = SpeedWindow(
                order.limits.lowest_speed,
                order.limits.lowest_speed_time,
                f"came from {place.host}:{place.port}",
                engine.deadlines,
                self._fail,
            )
        line_of, needs_farewell = engine.line, order.needs_farewell

        def build() -> GopherLine:
            line = line_of(engine)
            line.tls_creator = creator
            line.needs_farewell = needs_farewell
            return line

        if passage is None and creator is None:
            straight = engine.connector.straight(
                place.host, place.port, build, order.limits
            )
            if straight is not None:
                self._go_straight(straight)
                return
        host, port, proxy = place.host, place.port, None
        if passage is not None:
            proxy = self._proxy = passage.proxy
            host, port = proxy.host, proxy.port
        context = self._voice.context
        target = Target(
            place.scheme, host, port, place.url, context=context, proxy=proxy
        )
        self._opening = engine.connector.opening(
            target, build, self._voice, order.limits, creator, self._opened, passage
        )
        self._opening.start()

    # -- the source of a resource

    def pause(self) -> None:
        """Take nothing more from the socket."""
        if not (self.paused or self.over or self._released):
            self.paused = True
            if self.line is not None:
                self.line.transport.pauseProducing()
            self._start_limit("unread_body", self._order.limits.unread_body)

    def resume(self) -> None:
        """Take from the socket again."""
        if self.paused:
            self.paused = False
            if self.line is not None and not self._released:
                self._wait_for_data()
                self.line.transport.resumeProducing()

    def want(self, wanted: bool) -> None:
        """Know whether somebody waits for data; without a word somebody does."""
        self._wanted = wanted
        if self._speed is not None:
            if wanted:
                self._speed.run()
            else:
                self._speed.rest()

    def cancel(self) -> None:
        """Stop; nothing more is told."""
        if self.over:
            return
        self.over = True
        self._let_go()
        self._release()
        if self._connected:
            self._voice.tell_closed()

    # -- limits

    def expired(self) -> None:
        """End: the limit of this phase ran out."""
        name, seconds = self._limit
        if name == "dot":
            self._end_of_content()
            return
        place = self._order.place
        peer = f"{place.host}:{place.port}"
        if name == "unread_body":
            what = f"nobody read what came from {peer} for"
        elif name == "first_byte":
            what = f"{peer} did not answer within"
        else:
            what = f"{peer} sent nothing for"
        self._fail(Timeout(f"{what} {seconds:g} s (limits.{name})"))

    def whole_expired(self) -> None:
        """End: the limit of the whole ran out."""
        place, seconds = self._order.place, self._order.limits.whole
        self._fail(
            Timeout(
                f"the answer of {place.host}:{place.port} was not complete within "
                f"{seconds:g} s (limits.whole)"
            )
        )

    # -- the connection

    def _go_straight(self, straight: Straight) -> None:
        """Connect to an address that was met before; it is told as any other."""
        voice = self._voice
        if voice.heard:
            voice.emit(ConnectingToServer, straight.text)
            if self.over:
                return
        try:
            line = straight.connect()
        except InternetError as error:
            self._fail(error)
            return
        if line is not None:
            self._arrived(line)
            return
        waiting = self._waiting = straight.wait()
        waiting.addCallbacks(self._arrived, self._not_arrived)

    def _arrived(self, line: Line) -> None:
        self._waiting = None
        self.line = cast("GopherLine", line)
        self._connected = True
        if self._voice.heard:
            self._voice.emit(ConnectedToServer, line.address)
            if self.over:
                return
        self._opened(line)

    def _not_arrived(self, failure: Failure) -> None:
        self._waiting = None
        if isinstance(failure.value, InternetError):
            self._fail(failure.value)

    def _opened(self, result: Line | InternetError) -> None:
        self._opening = None
        if isinstance(result, InternetError):
            if isinstance(result, ProxyChallenge):
                assert self._proxy is not None, "it has asked"
                result = result.refusal(self._proxy)
            self._fail(result)
            return
        line = self.line = cast("GopherLine", result)
        self._connected = True
        voice, request = self._voice, self._order.request
        if voice.heard:
            voice.emit(SendingRequest)
            if self.over:
                return
        line.send(request)
        if not self.paused:
            self._wait_for_data()
        if voice.heard:
            voice.emit(RequestSent, len(request))
            if self.over:
                return
            voice.emit(ReceivingResponse)
            if self.over:
                return
        if self.paused:
            line.transport.pauseProducing()
        line.deliver(self)

    def data_came(self, data: bytes, *, ended: bool = False) -> None:
        """Make content of data, and hand it on.

        :param ended: the server has closed behind them.
        """
        if self.over:
            return
        wire = len(data)
        content = self._order.content
        fault = None
        try:
            data = content.feed(data)
        except InternetError as error:
            data, fault = b"", error
        if ended and fault is None:
            try:
                data += content.end()
            except InternetError as error:
                fault = error
        if fault is not None:
            self._receive(data, wire)
            self._fail(fault)
            return
        if ended or content.over:
            self._receive(data, wire, last=True)
            return
        self._came = True
        if self._speed is not None:
            self._speed.count(wire)
            self.want(self._wanted)
        if not self.paused:
            self._wait_for_data()
        self._receive(data, wire)

    def line_over(self, reason: Failure, *, orderly: bool) -> None:
        """Take note that the server has closed the connection, or the network."""
        if self.over:
            return
        if orderly:
            self._end_of_content()
            return
        place = self._order.place
        what = f"receiving from {place.host}:{place.port}"
        line = self.line
        assert line is not None
        if line.tls_creator is not None:
            cause = line.tls_creator.explain(reason)
        else:
            cause = translate(reason, what)
        error = GopherDataError(f"the answer broke off: {cause.message}")
        error.__cause__ = cause
        self._fail(error)

    # -- content

    def _receive(self, data: bytes, wire: int, *, last: bool = False) -> None:
        """Settle what came, then tell it."""
        reader, content = self._reader, self._order.content
        # What comes of a file that is open is told to who reads it.
        tells = not self._begun or self._order.tells_all
        if data:
            reader.take_data(data, 0 if tells else wire)
        if last:
            self._settle(None)
        if tells and self._voice.heard:
            self._voice.emit(ResponseReceived, wire)
            if self.over:
                return
        if last:
            if data:
                reader.tell_data()
            if not self.over:
                self._tell_end(content.begun)
            return
        if content.begun and not self._begun:
            self._begun = True
            reader.tell_begun()
        if data and not self.over:
            reader.tell_data()

    def _end_of_content(self) -> None:
        """Judge what came, as nothing more comes."""
        content = self._order.content
        try:
            data = content.end()
        except InternetError as error:
            self._fail(error)
            return
        if data:
            self._reader.take_data(data, 0)
        self._settle(None)
        self._tell_end(content.begun)

    def _fail(self, error: InternetError) -> None:
        if self.over:
            return
        self._settle(error)
        self._tell_end(False)

    def _settle(self, error: InternetError | None) -> None:
        """Close, and let the reader know; nothing is told yet."""
        self._release()
        self._reader.take_end(None, error)

    def _tell_end(self, begun: bool) -> None:
        self.over = True
        reader = self._let_go()
        if self._connected:
            self._voice.tell_closed()
        if begun and not self._begun:
            reader.tell_begun()
        reader.tell_end()

    def _let_go(self) -> Reader:
        """Leave the reader, which keeps this: no ring is left to the collector."""
        reader = self._reader
        del self._reader
        return reader

    def _release(self) -> None:
        self._released = True
        deadlines = self._engine.deadlines
        deadlines.clear(self)
        whole, self._whole = self._whole, None
        if whole is not None:
            whole.transaction = None
            deadlines.clear(whole)
        speed, self._speed = self._speed, None
        if speed is not None:
            speed.rest()
        opening, self._opening = self._opening, None
        if opening is not None:
            self._connected = opening.connected
            opening.cancel()
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            waiting.cancel()
        if self.line is not None:
            self.line.forget()

    def _wait_for_data(self) -> None:
        limits = self._order.limits
        if not self._came:
            self._start_limit("first_byte", limits.first_byte)
        elif self._order.content.held:
            self._start_limit("dot", DOT_TIME)
        else:
            self._start_limit("idle", limits.idle)

    def _start_limit(self, name: str, seconds: float | None) -> None:
        self._limit = (name, seconds or 0.0)
        self._engine.deadlines.limit(self, seconds)
