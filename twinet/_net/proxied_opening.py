"""From a proxy to a line that leads past it.

An opening that goes through a proxy looks up the proxy's name, not the server's, shows
the policy the proxy's addresses, and connects to them.  Between that and the TLS
handshake with the server there is more to do::

    connecting --> [TLS with the proxy] --> [the greeting] --> [TLS with the server]
                            |                 |      |                   |
        ^                   |                 |      |                   |
        '------ again ------|-----------------'      |                   |
                            '------------------------'-------------------'--> error

The greeting (CONNECT, SOCKS) is left out where the proxy gets the request itself, and
so is TLS with the server then.  It has the limit ``connect`` for itself: that is what
the proxy does in this time.

A proxy may ask who we are and close, or go on to say more than is worth hearing: then
the greeting goes on with another connection, in the place of the first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from OpenSSL import SSL

from twinet import errors
from twinet._net.attempt import Unwanted
from twinet._net.opening import Opening
from twinet._net.passage import ProxyChallenge
from twinet._net.tls_layer import TlsLayer
from twinet._net.translate import translate
from twinet._net.tunnel import Tunnel
from twinet.status import ConnectedToServer

if TYPE_CHECKING:
    from collections.abc import Callable

    from twisted.internet.interfaces import IProtocol
    from twisted.python.failure import Failure

    from twinet._net.dispatch import Voice
    from twinet._net.egress import Target
    from twinet._net.line import Line
    from twinet._net.opening import Address, Means
    from twinet._net.passage import Passage
    from twinet._net.tls import TlsCreator
    from twinet.records import Limits

__all__ = ["ProxiedOpening"]

AT_THE_PROXY = "in the TLS handshake with the proxy"
GREETING = "greeting the proxy"


class ProxiedOpening(Opening):
    """One line that is being opened through a proxy.

    :param target: the proxy, for the sake of the request.
    :param tls: makes the TLS connection to the server; None when there is none, or
        the proxy gets the request itself.
    """

    def __init__(
        self,
        means: Means,
        target: Target,
        build: Callable[[], Line],
        voice: Voice,
        limits: Limits,
        tls: TlsCreator | None,
        done: Callable[[Line | errors.InternetError], None],
        passage: Passage,
    ) -> None:
        greeting = passage.greeting
        if greeting is None:
            # Then it is the server, as far as the connection is concerned.
            tls = passage.tls
        super().__init__(means, target, build, voice, limits, tls, done)
        self._passage = passage
        self._greeting = greeting
        self._addresses: tuple[Address, ...] = ()
        #: what the line sits on: itself, or its TLS layer; made once.
        self._inner: Any = None
        self._proxy_refusal: Exception | None = None

    # -- connecting

    def _start_race(self, addresses: tuple[Address, ...]) -> None:
        self._addresses = addresses
        super()._start_race(addresses)

    def _build_line(self, address: str) -> IProtocol:
        greeting = self._greeting
        if greeting is None:
            return super()._build_line(address)
        inner = self._inner
        if inner is None or self.over or self._failing:
            inner = super()._build_line(address)
            if type(inner) is Unwanted:
                return inner
        self._inner = inner
        self._arrived = True
        line = self._line
        assert line is not None, "it has been built"
        line.address = address
        tunnel: Any = Tunnel(self, line, inner, greeting)
        creator = self._passage.tls
        if creator is not None:
            scratch = self._means.scratch
            return TlsLayer(tunnel, creator, self._proxy_tls_refused, scratch)
        return tunnel  # type: ignore[no-any-return]  # Twisted's have no types

    def _proxy_tls_refused(self, fault: Exception) -> None:
        # proxy_connected() comes next and ends it
        self._proxy_refusal = fault

    # -- the greeting: the tunnel tells through these

    def proxy_connected(self, tunnel: Tunnel) -> None:
        """Go on with TLS, or greet the proxy."""
        line = self._line
        if line is None or self.over or self._failing:
            tunnel.leave()
            return
        self._means.deadlines.clear(self)
        self.connected = True
        self._trace.connected(line.address)
        self._tell(ConnectedToServer, line.address)
        if self.over:
            return
        creator = self._passage.tls
        if self._proxy_refusal is not None:
            self._fail(translate(self._proxy_refusal, "setting up TLS"))
        elif creator is None:
            self._greet(tunnel)
        else:
            self.phase = AT_THE_PROXY
            self._trace.securing(creator)
            self._start_limit("tls", self._limits.tls)

    def proxy_secured(self, tunnel: Tunnel) -> None:
        """Greet the proxy: the handshake with it is done."""
        if not self.over and not self._failing:
            assert self._passage.tls is not None, "it is what was done"
            self._trace.secured(self._passage.tls)
            self._means.deadlines.clear(self)
            self._greet(tunnel)

    def _greet(self, tunnel: Tunnel) -> None:
        self.phase = GREETING
        self._start_limit("connect", self._limits.connect)
        self._trace.greeting(tunnel.greeting)
        self._trace.said(tunnel.greeting, tunnel.begin())

    def proxy_said(self, tunnel: Tunnel, answer: bytes) -> None:
        """Go on with the greeting, or with what comes after it."""
        greeting = tunnel.greeting
        if self.over or self._failing:
            return
        self._trace.said(greeting, answer)
        greeting.read.clear()
        if tunnel.foregone:
            self._fail(self._out_of_turn("before it was asked"))
        elif greeting.opened and greeting.rest and not self._passage.server_first:
            # In TLS the client speaks first, and in HTTP too.
            self._fail(self._out_of_turn("behind its answer, before the server's turn"))
        elif greeting.opened:
            self._means.deadlines.clear(self)
            self._trace.greeted(greeting)
            tunnel.pass_on()
            if greeting.rest:
                self._inner.dataReceived(greeting.rest)
        elif greeting.again:
            tunnel.leave()
        elif greeting.unanswered is not None:
            self._fail(ProxyChallenge(greeting.unanswered))
        elif greeting.fault is not None:
            self._fail(greeting.fault)

    def proxy_left(self) -> bool:
        """Greet the proxy once more, on another connection."""
        if self.over or self._failing:
            return False
        self._means.deadlines.clear(self)
        self._trace.again()
        self.connected = self._arrived = False
        self._voice.tell_closed()
        if self.over:
            return False
        self._race = None
        if self._means.connect is not None:
            self._ask_endpoint(self._means.connect)
        else:
            self._start_race(self._addresses)
        return True

    def _out_of_turn(self, when: str) -> errors.InternetError:
        return errors.HttpInvalidServerResponse(
            f"the proxy {self._passage.proxy} sent something {when}; it is nobody's"
        )

    # -- the line tells through these

    def tcp_connected(self, line: Line) -> None:
        """Go on with TLS, or hand over: the way is open."""
        if self._greeting is None:
            super().tcp_connected(line)
        elif self.over or self._failing:
            line.abort()
        else:
            self._secure(line)

    def tcp_lost(self, line: Line, reason: Failure) -> None:
        """End: the connection was lost before all was done."""
        creator = self._passage.tls
        if self.over or self._failing or self._greeting is None:
            super().tcp_lost(line, reason)
        elif creator is not None and (
            self.phase == AT_THE_PROXY
            # With TLS 1.3 it may miss a certificate of ours, and says so only now.
            or (self.phase == GREETING and reason.check(SSL.Error) is not None)
        ):
            self._trace.insecure(creator)
            self._fail(creator.explain(reason))
        elif self._greeting.fault is not None:
            self._fail(self._greeting.fault)
        else:
            super().tcp_lost(line, reason)

    # -- words

    def _named(self) -> str:
        greeting = self._greeting
        if greeting is not None and greeting.opened:
            return f"{greeting.where} (through {self._passage.proxy})"
        return f"the proxy {self._passage.proxy}"

    def _doing(self) -> str:
        if self.phase == GREETING and self._greeting is not None:
            where = self._greeting.where
            return f"getting through the proxy {self._passage.proxy} to {where}"
        if self.phase == AT_THE_PROXY:
            return f"the TLS handshake with {self._named()}"
        return super()._doing()

    def _fail(self, error: errors.InternetError) -> None:
        passed = self._greeting is not None and self._greeting.opened
        unreachable = isinstance(error, errors.NameNotResolved | errors.CannotConnect)
        refused = isinstance(error, errors.PolicyRefused)
        if unreachable and not (refused or passed or self.connected):
            cause = error
            error = errors.ProxyServerUnreachable(
                f"the proxy {self._passage.proxy} cannot be reached: {error.message}"
            )
            error.__cause__ = cause
        super()._fail(error)
