"""From a host and a port to a line that is ready for the first byte.

An opening goes through these phases; each ends by itself, by its limit, or by
:meth:`Opening.cancel`::

    looking up ---> policy ---> connecting ---> in the TLS handshake ---> done(line)
        |             |             |                    |
        '-------------+-------------+--------------------'--> done(error)

* A host that spells out an address, or whose addresses are known, is not looked up.
* The policy sees every address after the look-up and before any connection, so that
  no name can lead where no address may.
* Connecting is a race of the addresses (:mod:`twinet._net.race`); its limit is for all
  of them together. Once one has won, no other address is tried, whatever TLS says.
* With an endpoint factory of the user's there are neither look-up nor policy: the
  endpoint alone knows where it connects to.

A listener may cancel the opening from inside any notification. So after every one, and
after every call into foreign code, it is asked whether the opening is over.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from twisted.internet.protocol import Factory
from twisted.logger import Logger

from twinet import errors
from twinet._net.attempt import Unwanted
from twinet._net.egress import Target, judge, refused
from twinet._net.race import Race
from twinet._net.tls_layer import TlsLayer
from twinet._net.translate import translate
from twinet.status import (
    ClosingConnection,
    ConnectedToServer,
    ConnectingToServer,
    ConnectionClosed,
    NameResolved,
    ResolvingName,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from ipaddress import IPv4Address, IPv6Address

    from twisted.internet.defer import Deferred
    from twisted.internet.interfaces import (
        IAddress,
        IProtocol,
        IReactorTCP,
        IStreamClientEndpoint,
    )
    from twisted.python.failure import Failure

    from twinet._net.attempt import Attempt
    from twinet._net.deadlines import Deadlines
    from twinet._net.dispatch import Voice
    from twinet._net.egress import Policy
    from twinet._net.line import Line
    from twinet._net.names import Names
    from twinet._net.stream import Stream
    from twinet._net.tls import TlsCreator
    from twinet._net.tls_records import Scratch
    from twinet._net.trace import Tracer
    from twinet.records import Limits

    Address = IPv4Address | IPv6Address
    Endpoints = Callable[[str, int], IStreamClientEndpoint]

LOOKING_UP = "looking up"
CONNECTING = "connecting"
IN_HANDSHAKE = "in the TLS handshake"


@dataclass(frozen=True, slots=True)
class Means:
    """What all openings of a session share; see ``Connector``."""

    reactor: IReactorTCP
    attempts: type[Attempt | Stream]
    names: Names
    deadlines: Deadlines
    connect: Endpoints | None
    bind_address: tuple[str, int] | None
    policy: Policy | None
    tracer: Tracer
    scratch: Scratch


class Opening:
    """One line that is being opened.

    :ivar phase: in words, what it is at.
    :ivar over: done was called, or it was cancelled.
    :ivar connected: TCP is up, so that its end will be the closing of a connection.
    """

    log = Logger()

    def __init__(
        self,
        means: Means,
        target: Target,
        build: Callable[[], Line],
        voice: Voice,
        limits: Limits,
        tls: TlsCreator | None,
        done: Callable[[Line | errors.InternetError], None],
    ) -> None:
        self.deadline: float | None = None
        self.phase = "not started"
        self.over = False
        self.connected = False
        self._means = means
        self._target = target
        self._build = build
        self._voice = voice
        self._trace = means.tracer.line(target, voice)
        self._limits = limits
        self._tls = tls
        self._done = done
        self._failing = False
        self._limit = ("", 0.0)  # which one runs, in seconds
        self._waiting: Deferred[Any] | None = None  # for the resolver or an endpoint
        self._race: Race | None = None
        self._arrived = False  # TCP is up; the line may still have no transport
        self._line: Line | None = None
        self._tls_refusal: Exception | None = None

    def start(self) -> None:
        """Begin; it may come to its end before this returns."""
        if self.over:
            return
        host = self._target.host
        if self._means.connect is not None:
            self._ask_endpoint(self._means.connect)
            return
        names = self._means.names
        if (spelled := names.spelled(host)) is not None:
            self._choose(spelled)
        elif (known := names.known(host)) is not None:
            self._trace.looked_up(known, known=True)
            self._choose(known)
        elif (literal := names.literal(host)) is not None:
            # Its first use counts as a look-up (recorded behaviour).
            spelled = names.remember(host, literal)
            self._tell(ResolvingName, host)
            if not self.over:
                self._tell(NameResolved, str(literal))
            self._choose(spelled)
        else:
            self._look_up()

    def cancel(self) -> None:
        """Close everything at once; done will not be called. May come twice."""
        if not self.over:
            self.over = True
            self._stop()

    def expired(self) -> None:
        """End, because the limit of this phase ran out."""
        name, seconds = self._limit
        what = self._doing()
        tried = f" ({self._race.report()})" if self._race and not self._line else ""
        self._fail(
            errors.Timeout(
                f"{what} took longer than the limit {name!r} of {seconds:g} seconds"
                f"{tried}; try again, or raise the limit"
            )
        )

    def _named(self) -> str:
        """Name whom it connects to, in words."""
        return str(self._target)

    def _doing(self) -> str:
        """Say what the limit of the present phase is for."""
        if self.phase == LOOKING_UP:
            return f"looking up {self._target.host}"
        what = "connecting to" if self.phase == CONNECTING else "the TLS handshake with"
        return f"{what} {self._named()}"

    # looking up

    def _look_up(self) -> None:
        host = self._target.host
        self.phase = LOOKING_UP
        self._tell(ResolvingName, host)
        if self.over:
            return
        self._start_limit("lookup", self._limits.lookup)
        self._trace.looking_up(host)
        waiting = self._waiting = self._means.names.look_up(host)
        waiting.addCallbacks(self._looked_up, self._not_looked_up)
        waiting.addErrback(self._broken)

    def _looked_up(self, addresses: tuple[Address, ...]) -> None:
        self._waiting = None
        if self.over or self._failing:
            return
        self._means.deadlines.clear(self)
        self._trace.looked_up(addresses, known=False)
        self._tell(NameResolved, str(addresses[0]))
        self._choose(addresses)

    def _not_looked_up(self, failure: Failure) -> None:
        self._waiting = None
        self._fail(translate(failure, f"looking up {self._target.host}"))

    # policy

    def _choose(self, addresses: tuple[Address, ...]) -> None:
        policy = self._means.policy
        if self.over:
            return
        if policy is None:
            self._start_race(addresses)
            return
        allowed, refusals = [], []
        for address in addresses:
            refusal = judge(policy, self._target, address)
            if self.over:
                return
            if refusal is None:
                allowed.append(address)
            else:
                self._trace.refused(address, refusal)
                refusals.append(f"{address}: {refusal}")
        if allowed:
            self._start_race(tuple(allowed))
            return
        self._fail(refused(self._target, refusals))

    # connecting

    def _start_race(self, addresses: tuple[Address, ...]) -> None:
        target, means = self._target, self._means
        self.phase = CONNECTING
        if not 0 < target.port < 65536:  # noqa: PLR2004  RFC 9293: 16 bits
            self._fail(
                errors.CannotConnect(
                    f"cannot connect to {target}: the port must be from 1 to 65535"
                )
            )
            return
        self._start_limit("connect", self._limits.connect)
        self._race = Race(
            means.reactor,
            means.deadlines,
            means.attempts,
            addresses,
            target.port,
            means.bind_address,
            self,
            self._limits.addresses,
        )
        self._race.start()

    def attempting(self, address: Address, text: str) -> None:
        """Tell the listener, who may cancel."""
        self._trace.trying(address)
        self._tell(ConnectingToServer, text)

    def attempt_failed(self, address: Address, reason: Failure | Exception) -> None:
        """Hand it on to the trace."""
        self._trace.failed(address, reason)

    def given_up(self, address: Address) -> None:
        """Hand it on to the trace."""
        self._trace.given_up(address)

    def won(self, text: str) -> IProtocol:
        """Build the line for the connection that was made."""
        return self._build_line(text)

    def none_won(self) -> None:
        """End: every address failed."""
        assert self._race is not None
        self._fail(
            errors.CannotConnect(
                f"cannot connect to {self._target.host}: {self._race.report()}"
            )
        )

    # connecting by an endpoint of the user's

    def _ask_endpoint(
        self, connect: Callable[[str, int], IStreamClientEndpoint]
    ) -> None:
        target = self._target
        self.phase = CONNECTING
        self._trace.asking_endpoint()
        self._tell(ConnectingToServer, target.host)
        if self.over:
            return
        self._start_limit("connect", self._limits.connect)
        try:
            waiting = connect(target.host, target.port).connect(_Once(self))
        except Exception as refusal:  # noqa: BLE001  an endpoint of the user's
            self._endpoint_failed(refusal)
            return
        self._waiting = waiting
        if self.over or self._failing:  # it came to its end in there
            self._stop()
        waiting.addCallbacks(self._endpoint_connected, self._endpoint_failed)
        waiting.addErrback(self._broken)

    def build_for_endpoint(self) -> IProtocol:
        """Build the line for the connection that the endpoint made."""
        return self._build_line(self._target.host)

    def _endpoint_connected(self, _protocol: object) -> None:
        # The line itself has told already, by tcp_connected().
        self._waiting = None

    def _endpoint_failed(self, reason: Failure | Exception) -> None:
        self._waiting = None
        if self.connected:
            return  # the line tells
        error = translate(reason, f"cannot connect to {self._target}")
        if isinstance(error, errors.InternalError) and error.__cause__ is not None:
            # An exception of the endpoint's own: what it means is known.
            named = errors.CannotConnect(error.message)
            named.__cause__ = error.__cause__
            error = named
        self._fail(error)

    # the line: made by _build_line(), it tells through these three

    def _build_line(self, address: str) -> IProtocol:
        if self.over or self._failing:
            return Unwanted()
        self._arrived = True
        try:
            line = self._build()
        except Exception as fault:  # noqa: BLE001  must not escape into the reactor
            self._fail(translate(fault, "making the connection's protocol"))
            return Unwanted()
        self._line = line
        line.opener = self
        line.address = address
        line.trace = self._trace
        if self._tls is None:
            return line
        line.tls = True
        return TlsLayer(line, self._tls, self._tls_refused, self._means.scratch)

    def tcp_connected(self, line: Line) -> None:
        """Take note that the transport is there; go on with TLS, or hand over."""
        if self.over or self._failing:
            line.abort()
            return
        self._means.deadlines.clear(self)
        self.connected = True
        self._trace.connected(line.address)
        self._tell(ConnectedToServer, line.address)
        if not self.over:
            self._secure(line)

    def _secure(self, line: Line) -> None:
        """Go on with TLS, or hand over: the way to the server is open."""
        if self._tls_refusal is not None:
            self._fail(translate(self._tls_refusal, "setting up TLS"))
        elif self._tls is None:
            self._hand_over(line)
        else:
            self.phase = IN_HANDSHAKE
            self._trace.securing(self._tls)
            self._start_limit("tls", self._limits.tls)

    def tls_ready(self, line: Line) -> None:
        """Hand over: the handshake is done."""
        if not self.over and not self._failing:
            assert self._tls is not None
            self._trace.secured(self._tls)
            self._hand_over(line)

    def tcp_lost(self, line: Line, reason: Failure) -> None:  # noqa: ARG002
        """End: the connection was lost in the handshake."""
        if self.over or self._failing:
            return
        error = None
        if self._tls is not None:
            self._trace.insecure(self._tls)
            try:
                error = self._tls.explain(reason)
            except Exception:  # noqa: BLE001  the failure itself must get through
                self.log.failure("a TLS failure could not be explained")
        self._fail(error or translate(reason, f"connecting to {self._named()}"))

    def _tls_refused(self, fault: Exception) -> None:
        # tcp_connected() comes next and ends it
        self._tls_refusal = fault

    # ends

    def _hand_over(self, line: Line) -> None:
        self.over = True
        self._means.deadlines.clear(self)
        self._line = self._race = None
        line.opener = None
        self._done(line)

    def _fail(self, error: errors.InternetError) -> None:
        if self.over or self._failing:
            return
        self._failing = True  # whatever the closing leads to comes to nothing
        if self.connected:
            self._tell(ClosingConnection)
            if self.over:
                return
        self._stop()
        if self.connected:
            self._tell(ConnectionClosed)
            if self.over:
                return
        self.over = True
        self._done(error)

    def _broken(self, failure: Failure) -> None:
        """Take an exception out of our own callbacks: a fault, but told."""
        self.log.failure("opening a connection failed by a fault", failure)
        self._fail(translate(failure, f"connecting to {self._target}"))

    def _stop(self) -> None:
        """Close whatever is there, at once."""
        self._means.deadlines.clear(self)
        if self._race is not None:
            self._race.cancel()
        waiting, self._waiting = self._waiting, None
        # A Deferred of Twisted's endpoints cannot be cancelled between connecting and
        # firing; the line will be aborted when it gets its transport.
        if waiting is not None and not self._arrived:
            try:
                waiting.cancel()
            except Exception:  # noqa: BLE001  an endpoint of the user's
                self.log.failure("the endpoint failed when it was cancelled")
        if self._line is not None:
            self._line.abort()

    def _start_limit(self, name: str, seconds: float | None) -> None:
        if seconds is not None:
            self._limit = (name, seconds)
            self._means.deadlines.set(self, seconds)

    def _tell(self, kind: Any, info: object = None) -> None:
        voice = self._voice
        if voice.heard:
            voice.emit(kind, info)


class _Once(Factory):
    """What a user's endpoint is given: it builds the one line.

    The endpoint may keep it as long as the connection lasts; so it lets go of the
    opening.
    """

    noisy = False

    def __init__(self, opening: Opening) -> None:
        self._opening: Opening | None = opening

    def buildProtocol(self, addr: IAddress | None) -> Any:  # noqa: ARG002, N802
        """Build the line; one that comes too late is aborted."""
        opening, self._opening = self._opening, None
        return Unwanted() if opening is None else opening.build_for_endpoint()
