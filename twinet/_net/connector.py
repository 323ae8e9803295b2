"""The connector: what a session needs to open lines, in one place.

The work is done by :mod:`twinet._net.opening`.
"""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING

from twinet import errors
from twinet._net.attempt import Attempt
from twinet._net.egress import Target, judge, refused
from twinet._net.opening import Means, Opening
from twinet._net.proxied_opening import ProxiedOpening
from twinet._net.straight import Straight
from twinet._net.stream import Stream, can_stream
from twinet._net.tls_records import Scratch
from twinet._net.trace import UNTRACED

if TYPE_CHECKING:
    from collections.abc import Callable

    from twisted.internet.interfaces import IReactorTCP

    from twinet._net.deadlines import Deadlines
    from twinet._net.dispatch import Voice
    from twinet._net.egress import Policy
    from twinet._net.line import Line
    from twinet._net.names import Names
    from twinet._net.opening import Endpoints
    from twinet._net.passage import Passage
    from twinet._net.tls import TlsCreator
    from twinet._net.trace import Tracer
    from twinet.records import Limits

__all__ = ["Connector", "Opening", "Target"]


class Connector:
    """Opens lines for one session.

    :param connect: gives the endpoint for a host and a port; used instead of look-up
        and TCP of our own.
    :param bind_address: the local address, or address and port, that connections of
        its family come from.
    :param policy: asked about every address; returns the reason of a refusal or None.
    :param tracer: hears what becomes of each line.
    :raises InvalidParameter: (87) ``bind_address`` is no IP address.
    """

    def __init__(
        self,
        reactor: IReactorTCP,
        names: Names,
        deadlines: Deadlines,
        *,
        connect: Endpoints | None = None,
        bind_address: str | tuple[str, int] | None = None,
        policy: Policy | None = None,
        tracer: Tracer = UNTRACED,
    ) -> None:
        self.tracer = tracer
        self._means = Means(
            reactor,
            Stream if can_stream(reactor) else Attempt,
            names,
            deadlines,
            connect,
            _local_address(bind_address),
            policy,
            tracer,
            Scratch(),
        )
        #: whether addresses are judged here at all.
        self.judges = policy is not None and connect is None

    def opening(
        self,
        target: Target,
        build: Callable[[], Line],
        voice: Voice,
        limits: Limits,
        tls: TlsCreator | None,
        done: Callable[[Line | errors.InternetError], None],
        passage: Passage | None = None,
    ) -> Opening:
        """Prepare to open a line; nothing happens before :meth:`Opening.start`.

        :param build: makes the line, when TCP is connected.
        :param tls: makes the TLS connection; None opens a plain line.
        :param done: called once, with the line or with what went wrong: Timeout
            (12002), NameNotResolved (12007), CannotConnect (12029), PolicyRefused
            (12029), ConnectionAborted (12030), or what the TLS creator says.
        :param passage: the way past a proxy, to which the target then leads; what goes
            wrong may also be ProxyServerUnreachable (12165), InvalidProxyRequest
            (12033), LoginFailure (12015), IncorrectPassword (12014),
            HttpInvalidServerResponse (12152), SecureFailureProxy (12188) and
            ClientAuthCertNeededProxy (12187), or a ProxyChallenge.
        """
        if passage is not None:
            return ProxiedOpening(
                self._means, target, build, voice, limits, tls, done, passage
            )
        return Opening(self._means, target, build, voice, limits, tls, done)

    def straight(
        self, host: str, port: int, build: Callable[[], Line], limits: Limits
    ) -> Straight | None:
        """Prepare to connect to an address without a word, where that can be had.

        :returns: ``None`` where somebody has to be asked or told, or it is no address
            that was met before: then :meth:`opening` is the way.
        """
        means = self._means
        if (
            means.connect is not None
            or means.policy is not None
            or means.attempts is not Stream
            or self.tracer is not UNTRACED
            or not 0 < port < 65536  # noqa: PLR2004  RFC 9293: 16 bits
        ):
            return None
        spelled = means.names.spelled(host)
        if spelled is None:
            return None
        return Straight(means, spelled[0], port, build, limits.connect)

    def refusal(self, target: Target, address: str) -> errors.PolicyRefused | None:
        """Ask the policy about a connection that stands already.

        It was opened for another request; this one may come from elsewhere.

        :param address: the peer's, as text.
        """
        policy = self._means.policy
        if policy is None or not self.judges:
            return None
        reason = judge(policy, target, ip_address(address))
        return None if reason is None else refused(target, [f"{address}: {reason}"])


def _local_address(given: str | tuple[str, int] | None) -> tuple[str, int] | None:
    if given is None:
        return None
    try:
        host, port = (given, 0) if isinstance(given, str) else given
        return str(ip_address(host)), port
    except (TypeError, ValueError) as fault:
        raise errors.InvalidParameter(
            f"bind_address must be an IP address of this machine, not {given!r}"
        ) from fault
