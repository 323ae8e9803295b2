"""Several addresses of one host, tried side by side: RFC 8305, "Happy Eyeballs".

The addresses are put in an order in which the families take turns, beginning with the
family of the first (section 4). An attempt starts 0.25 s after the one before it, or
at once when an attempt fails (section 5: there is nothing to wait for; Twisted's own
endpoint does wait). The first that connects wins; at that moment all others are
stopped, and one that should get through all the same is aborted.

A race has no limit of its own: who started it cancels it.
"""

from __future__ import annotations

from itertools import chain, zip_longest
from typing import TYPE_CHECKING, Protocol

from twinet._net.translate import words

if TYPE_CHECKING:
    from collections.abc import Sequence
    from ipaddress import IPv4Address, IPv6Address

    from twisted.internet.interfaces import IProtocol, IReactorTCP
    from twisted.python.failure import Failure

    from twinet._net.attempt import Attempt
    from twinet._net.deadlines import Deadlines
    from twinet._net.stream import Stream

    Address = IPv4Address | IPv6Address

STAGGER = 0.25  # seconds; RFC 8305 section 5, "Connection Attempt Delay"


def interleave(addresses: Sequence[Address]) -> list[Address]:
    """Let the families take turns; within a family the order stays."""
    if len(addresses) < 2:  # noqa: PLR2004
        return list(addresses)
    version = addresses[0].version
    first = [a for a in addresses if a.version == version]
    second = [a for a in addresses if a.version != version]
    pairs = chain.from_iterable(zip_longest(first, second))
    return [address for address in pairs if address is not None]


def place(host: str, port: int) -> str:
    """Write host and port as in a URL."""
    return f"[{host}]:{port}" if ":" in host and host[0] != "[" else f"{host}:{port}"


class Runner(Protocol):
    """Who wants one connection to any of the addresses; their text is made once."""

    def attempting(self, address: Address, text: str) -> None:
        """Hear that this address will be tried; the race may be cancelled here."""

    def attempt_failed(self, address: Address, reason: Failure | Exception) -> None:
        """Hear that this address could not be connected to; nothing may be done."""

    def given_up(self, address: Address) -> None:
        """Hear that the attempt at this address was stopped; nothing may be done."""

    def won(self, text: str) -> IProtocol:
        """Give the protocol for the connection that was made; the race is over."""

    def none_won(self) -> None:
        """Hear that every address failed; :meth:`Race.report` says how."""


class Race:
    """The attempts for one connection.

    :param addresses: at least one, in the resolver's order.
    :param attempts: what is made for each address that is tried.
    :param bind_address: local address and port, used for addresses of its family.
    :param most: how many of the addresses are tried; None for all.
    """

    def __init__(
        self,
        reactor: IReactorTCP,
        deadlines: Deadlines,
        attempts: type[Attempt | Stream],
        addresses: Sequence[Address],
        port: int,
        bind_address: tuple[str, int] | None,
        runner: Runner,
        most: int | None = None,
    ) -> None:
        self.deadline: float | None = None  # of the next attempt
        self.over = False
        self._reactor = reactor
        self._deadlines = deadlines
        self._attempts = attempts
        self._to_try = interleave(addresses)[:most][::-1]
        self._left_out = len(addresses) - len(self._to_try)
        self._port = port
        self._bind_address = bind_address
        self._runner = runner
        self._running: dict[Attempt | Stream, None] = {}
        self._failures: list[str] = []

    def start(self) -> None:
        """Make the first attempt."""
        self._go_on()

    def cancel(self) -> None:
        """Stop every attempt; nothing is told any more."""
        self.over = True
        self._deadlines.clear(self)
        running, self._running = self._running, {}
        for attempt in running:
            attempt.stop()
            self._runner.given_up(attempt.address)

    def expired(self) -> None:
        """Make the next attempt, as none before it has come to an end."""
        self._go_on()

    def report(self) -> str:
        """Say what became of each address that was tried."""
        waiting = [f"{self._place(each.text)} no answer" for each in self._running]
        left_out = self._left_out
        more = [f"{left_out} more not tried (limits.addresses)"] if left_out else []
        return "; ".join(self._failures + waiting + more)

    def _place(self, host: str) -> str:
        return place(host, self._port)

    def _go_on(self) -> None:
        self._deadlines.clear(self)
        while self._to_try:
            attempt = self._attempts(self, self._to_try.pop())
            self._runner.attempting(attempt.address, attempt.text)
            if self.over:
                return
            self._running[attempt] = None
            self._connect(attempt)
            if self.over:
                return
            if attempt in self._running:
                if self._to_try:
                    self._deadlines.set(self, STAGGER)
                return
        if not self._running:
            self.over = True
            self._runner.none_won()

    def _connect(self, attempt: Attempt | Stream) -> None:
        bind = self._bind_address
        if bind is not None and (":" in bind[0]) != (":" in attempt.text):
            bind = None
        try:
            attempt.start(self._reactor, self._port, bind)
        except Exception as refusal:  # noqa: BLE001  e.g. an unknown IPv6 zone
            self._take_out(attempt, refusal)
        attempt.started = True

    def _take_out(self, attempt: Attempt | Stream, reason: Failure | Exception) -> None:
        if attempt in self._running:
            del self._running[attempt]
            self._runner.attempt_failed(attempt.address, reason)
            self._failures.append(f"{self._place(attempt.text)} {words(reason)}")

    # told by the attempts

    def failed(self, attempt: Attempt | Stream, reason: Failure | Exception) -> None:
        """Note a failure and move on at once."""
        self._take_out(attempt, reason)
        if attempt.started:  # else _go_on() is still at it
            self._go_on()

    def connected(self, attempt: Attempt | Stream) -> IProtocol:
        """Take the first connection; the losers are stopped."""
        self._running.pop(attempt, None)
        self.cancel()
        return self._runner.won(attempt.text)
