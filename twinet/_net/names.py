"""Host names into addresses: our own look-ups, shared and remembered.

A name is looked up in one of two ways. A resolver that the user gave, or installed in
the reactor, is asked through its interface. Otherwise the system's ``getaddrinfo``
runs in threads of our own: Twisted's default resolver would use the reactor's pool,
where ten slow names stop every other user of threads.

Look-ups of the same host that come at the same moment share one call. It is never
stopped for one of them; and as a running ``getaddrinfo`` cannot be stopped at all, it
goes on when nobody waits any more: the next who asks joins it, instead of filling all
threads with calls for the same dead name. One that is still queued for a thread then
is not started.

Answers are kept for 60 seconds (our own; getaddrinfo does not tell how long they are
good for), failures never. IPv4-mapped IPv6 addresses become the IPv4 addresses that
they stand for: the system would connect to those, so an egress policy must see them.
"""

from __future__ import annotations

import socket
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import TYPE_CHECKING, Any

import idna
from twisted.internet import interfaces
from twisted.internet.defer import CancelledError, Deferred
from twisted.logger import Logger
from twisted.python.failure import Failure
from zope.interface import implementer

from twinet import errors
from twinet._net.translate import words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from twinet._net.threads import Threads

    Address = IPv4Address | IPv6Address
    Addresses = tuple[Address, ...]

KEPT_FOR = 60.0  # seconds
LITERALS_KEPT = 4096  # they are read again and told of once more: a bound, no more

# "The name is there, but has no address of a family that this machine uses."
_OTHER_FAMILY = {
    getattr(socket, name)
    for name in ("EAI_NODATA", "EAI_ADDRFAMILY")
    if hasattr(socket, name)
}


class Names:
    """What hosts are called and where they are.

    :param reactor: tells the time; its installed resolver is used if the program
        replaced Twisted's default.
    :param threads: where ``getaddrinfo`` runs.
    :param resolver: asked instead of all that.
    """

    def __init__(
        self,
        reactor: interfaces.IReactorTime,
        threads: Threads,
        resolver: interfaces.IHostnameResolver | None = None,
    ) -> None:
        self._reactor = reactor
        self._threads = threads
        self._resolver = resolver
        self._known: dict[str, tuple[float, Addresses]] = {}  # oldest first
        self._looking_up: dict[str, _LookUp] = {}
        self._spelled: dict[str, Addresses] = {}

    @staticmethod
    def literal(host: str) -> Address | None:
        """Return the address that ``host`` spells out, brackets allowed, or None."""
        if host.startswith("[") and host.endswith("]"):
            host = host[1:-1]
        try:
            return _plain(ip_address(host))
        except ValueError:
            return None

    def spelled(self, host: str) -> Addresses | None:
        """Return the address of a literal that was met before, or None."""
        return self._spelled.get(host)

    def remember(self, host: str, literal: Address) -> Addresses:
        """Remember a literal that was met for the first time; return its address."""
        if len(self._spelled) >= LITERALS_KEPT:
            del self._spelled[next(iter(self._spelled))]
        found = self._spelled[host] = (literal,)
        return found

    def known(self, host: str) -> Addresses | None:
        """Return the addresses of a host that was looked up within 60 seconds."""
        entry = self._known.get(host)
        if entry is None or entry[0] <= self._reactor.seconds():
            return None
        return entry[1]

    def forget(self) -> None:
        """Empty the cache of answers."""
        self._known.clear()

    def look_up(self, host: str) -> Deferred[Addresses]:
        """Fire with the host's addresses, in the system's order, at least one.

        It asks even when the answer is known. Cancelling ends one waiter only.

        :raises NameNotResolved: (12007) in the system's words.
        :raises OperationCancelled: (12017) the Deferred was cancelled.
        """
        look_up = self._looking_up.get(host)
        if look_up is not None:
            return look_up.join()
        look_up = _LookUp(host, self._ended)
        self._looking_up[host] = look_up
        waiter = look_up.join()
        try:
            self._ask(host, look_up)
        except Exception as refusal:  # noqa: BLE001  a resolver of the user's
            look_up.fail(refusal)
        return waiter

    def _ask(self, host: str, look_up: _LookUp) -> None:
        name = _wire_name(host)
        resolver = self._resolver or _installed_resolver(self._reactor)
        if resolver is not None:
            resolver.resolveHostName(look_up, name.decode("ascii"))
            return

        def ask_system() -> Addresses | None:
            return _getaddrinfo(name) if look_up.wanted else None

        def answered(addresses: Addresses | None) -> None:
            if addresses is not None:
                look_up.end(addresses)
            elif look_up.wanted:  # somebody came just after the thread had looked
                self._ask(host, look_up)
            else:
                look_up.fail(CancelledError())

        self._threads.run(ask_system).addCallbacks(
            answered, lambda failure: look_up.fail(failure.value)
        )

    def _ended(self, look_up: _LookUp, addresses: Addresses) -> None:
        # pop: it may have been given up and followed by another
        if self._looking_up.get(look_up.host) is look_up:
            del self._looking_up[look_up.host]
        if not addresses:
            return
        now = self._reactor.seconds()
        self._known.pop(look_up.host, None)
        self._known[look_up.host] = (now + KEPT_FOR, addresses)
        while self._known:  # the oldest stand first and are never looked for again
            oldest = next(iter(self._known))
            if self._known[oldest][0] > now:
                break
            del self._known[oldest]


@implementer(interfaces.IResolutionReceiver)
class _LookUp:
    """One call to the resolver, and all who wait for it."""

    log = Logger()

    def __init__(self, host: str, ended: Callable[[_LookUp, Addresses], None]) -> None:
        self.host = host
        self._ended: Callable[[_LookUp, Addresses], None] | None = ended
        self._waiters: list[Deferred[Addresses]] = []
        self._resolution: interfaces.IHostResolution | None = None
        self._addresses: list[Address] = []

    def join(self) -> Deferred[Addresses]:
        """Wait with the others."""
        waiter: Deferred[Addresses] = Deferred(self._leave)
        self._waiters.append(waiter)
        return waiter

    @property
    def wanted(self) -> bool:
        """Whether anybody waits."""
        return bool(self._waiters)

    def _leave(self, waiter: Deferred[Addresses]) -> None:
        if waiter in self._waiters:  # not when one who is told cancels another
            self._waiters.remove(waiter)
        resolution = self._resolution
        if not self._waiters and resolution is not None:
            self._give_up(resolution)
        waiter.errback(errors.OperationCancelled(f"looking up {self.host}: cancelled"))

    def _give_up(self, resolution: interfaces.IHostResolution) -> None:
        """Cancel a resolver's work, if it can; others go on for who asks next."""
        try:
            resolution.cancel()
        except NotImplementedError:
            return  # Twisted's own; an answer will come
        except Exception:  # noqa: BLE001  a resolver of the user's
            self.log.failure("the resolver failed when it was to give up")
        # A resolver that was cancelled need not say resolutionComplete.
        self.fail(errors.OperationCancelled(f"looking up {self.host}: cancelled"))

    def end(self, addresses: Addresses) -> None:
        """Tell the answer to all who wait; only the first end counts."""
        if not addresses:
            self.fail(LookupError("it has no address"))
        elif self._ended is not None:
            for waiter in self._settle(addresses):
                if not waiter.called:
                    waiter.callback(addresses)

    def fail(self, reason: BaseException) -> None:
        """Tell the failure to all who wait; only the first end counts."""
        if self._ended is None:
            return
        for waiter in self._settle(()):
            if not waiter.called:
                # an error for each: they will have different tracebacks
                waiter.errback(Failure(_not_resolved(self.host, reason)))

    def _settle(self, addresses: Addresses) -> list[Deferred[Addresses]]:
        ended, self._ended = self._ended, None
        self._resolution = None
        waiters, self._waiters = self._waiters, []
        assert ended is not None
        ended(self, addresses)
        return waiters

    # IResolutionReceiver

    def resolutionBegan(  # noqa: N802  Twisted's name
        self,
        resolutionInProgress: interfaces.IHostResolution,  # noqa: N803
    ) -> None:
        """Keep the resolution, to cancel it."""
        if self._ended is not None:
            self._resolution = resolutionInProgress

    def addressResolved(self, address: interfaces.IAddress) -> None:  # noqa: N802
        """Take an address down."""
        text = getattr(address, "host", None)
        found = Names.literal(text) if isinstance(text, str) else None
        if found is not None:
            self._addresses.append(found)

    def resolutionComplete(self) -> None:  # noqa: N802  Twisted's name
        """Tell what came."""
        self.end(tuple(dict.fromkeys(self._addresses)))


def _not_resolved(host: str, reason: BaseException) -> errors.InternetError:
    if isinstance(reason, (errors.Shutdown, CancelledError)):
        kind: type[errors.InternetError] = (
            errors.Shutdown
            if isinstance(reason, errors.Shutdown)
            else errors.OperationCancelled
        )
        return kind(f"looking up {host}: {words(reason)}")
    error = errors.NameNotResolved(
        f"{host!r} could not be resolved: {words(reason)}; check the spelling, or"
        " whether this machine's DNS works"
    )
    error.__cause__ = reason
    return error


def _wire_name(host: str) -> bytes:
    """Return the name as the resolver takes it: ASCII, not Python's old IDNA.

    :raises ValueError: it cannot be a name. A NUL would end it early in the system's
        eyes, so that another host than the one shown would be asked.
    """
    if not host or any(c <= " " or c == "\x7f" for c in host):
        raise ValueError("it is empty or has blanks or control characters")
    try:
        return host.encode("ascii")
    except UnicodeEncodeError:
        return idna.encode(host, uts46=True)


def _installed_resolver(
    reactor: interfaces.IReactorTime,
) -> interfaces.IHostnameResolver | None:
    """Return the resolver that the program installed, None for Twisted's default."""
    resolver: interfaces.IHostnameResolver | None = getattr(
        reactor, "nameResolver", None
    )
    # The default is of a private class: known by its name. (Another class of that
    # module wraps old resolvers that a program installed: that one is used.)
    kind = type(resolver)
    if (kind.__module__, kind.__name__) == (
        "twisted.internet._resolver",
        "GAIResolver",
    ):
        return None
    return resolver


def _getaddrinfo(name: bytes) -> Addresses:
    """Ask the system; runs in a thread."""
    bare = name.lower().rstrip(b".")
    local = bare == b"localhost" or bare.endswith(b".localhost")  # RFC 6761 section 6.3
    # Only families that this machine has an address of, which spares questions and
    # attempts; but loopback addresses do not count there.
    flags = 0 if local else socket.AI_ADDRCONFIG
    try:
        found = _ask_system(name, flags)
    except socket.gaierror as error:
        if not flags or error.errno not in _OTHER_FAMILY:
            raise
        found = _ask_system(name, 0)
    return tuple(dict.fromkeys(found))


def _ask_system(name: bytes, flags: int) -> Iterable[Address]:
    rows = socket.getaddrinfo(
        name, None, socket.AF_UNSPEC, socket.SOCK_STREAM, 0, flags
    )
    found = []
    address: Any
    for family, _, _, _, address in rows:
        if family not in (socket.AF_INET, socket.AF_INET6):
            continue
        text = str(address[0])
        if family == socket.AF_INET6 and address[3] and "%" not in text:
            text = f"{text}%{address[3]}"  # a link-local address means nothing without
        found.append(_plain(ip_address(text)))
    return found


def _plain(address: Address) -> Address:
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return address if mapped is None else mapped
