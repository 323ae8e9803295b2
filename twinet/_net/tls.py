"""TLS for one connection: what is asked of the peer, and what went wrong.

A :class:`TlsPolicy` says whom to believe and what to let through. For each connection
one :class:`TlsCreator` makes OpenSSL's connection, keeps the
faults of the peer's certificate, and afterwards turns whatever ended the handshake into
one of our errors.

Three locks stand between a bad certificate and the first byte of a request: the
verify callback (``verdict.py``) refuses within the handshake; a handshake that OpenSSL
calls done is done only when the verdict agrees; and nothing is resumed, so that every
connection is verified anew, but for the one case of :mod:`twinet._net.resuming`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from weakref import ref

from OpenSSL import SSL
from OpenSSL.crypto import FILETYPE_ASN1, dump_certificate
from service_identity.hazmat import DNS_ID
from twisted.internet.error import ConnectionClosed
from twisted.internet.interfaces import IOpenSSLClientConnectionCreator
from twisted.python.failure import Failure
from zope.interface import implementer

from twinet import errors
from twinet._net import verdict
from twinet._net.tls_context import context_for
from twinet._net.tls_facts import TlsFacts
from twinet.flags import SecurityFlag

if TYPE_CHECKING:
    from twinet._net.client_certificate import ClientCertificate
    from twinet._net.trust import TrustRoots
    from twinet.tls import Fault


@dataclass(frozen=True, slots=True)
class TlsPolicy:
    """Whom to believe, what to let through, what to say. A part of the pool's key.

    :ivar roots: the trust roots.
    :ivar ignore: the faults to let through. Flags that are not about certificates are
        dropped here, lest they keep connections apart that are alike.
    :ivar alpn: the protocols to offer, most wanted first; empty to offer none.
    :ivar certificate: the client certificate with its key, for servers that ask.
    """

    roots: TrustRoots
    ignore: SecurityFlag = SecurityFlag(0)
    alpn: tuple[bytes, ...] = (b"http/1.1",)
    certificate: ClientCertificate | None = None

    def __post_init__(self) -> None:
        kept = SecurityFlag(self.ignore) & verdict.CERTIFICATE_FLAGS
        object.__setattr__(self, "ignore", kept)


@implementer(IOpenSSLClientConnectionCreator)
class TlsCreator:
    """Makes the OpenSSL connection for one connection to one host.

    :param policy: what to ask of the peer; kept as ``policy``.
    :param host: whom the certificate must name: a host name or an address. The name,
        never an address, is sent to the server as well (SNI, RFC 6066 section 3).
    :raises InvalidUrl: (12005) no certificate can name such a host.
    """

    #: whom it is spoken with, for a trace.
    peer = "Server"

    def __init__(self, policy: TlsPolicy, host: str) -> None:
        try:
            self._service = verdict.service_of(host)
        except ValueError as error:
            raise errors.InvalidUrl(
                f"{host!r} is neither an address nor a name that a certificate could "
                f"be for: {error}"
            ) from error
        self.policy = policy
        self._host = host
        self._course = _Course(verdict.Verdict(self._service, policy.ignore))
        self._last: ref[GuardedConnection] | None = None

    @property
    def connection(self) -> GuardedConnection | None:
        """The connection that was made last, as long as somebody uses it."""
        return None if self._last is None else self._last()

    @property
    def faults(self) -> list[Fault]:
        """Every fault found so far; those with ``let_through`` did not refuse."""
        return self._course.verdict.faults

    @property
    def facts(self) -> TlsFacts | None:
        """What the handshake came to; None before its end."""
        return self._course.facts

    def clientConnectionForTLS(  # noqa: N802  Twisted's name
        self,
        tlsProtocol: object,  # noqa: N803  Twisted's name
    ) -> GuardedConnection:
        """Make the connection; called by what speaks TLS over it.

        :raises InvalidParameter: (87) trust roots or client certificate are unusable.
        """
        del tlsProtocol
        self._course = _Course(verdict.Verdict(self._service, self.policy.ignore))
        context = context_for(self.policy.roots, self.policy.certificate)
        connection = GuardedConnection(context, self._course, self.policy.alpn)
        if isinstance(self._service, DNS_ID):
            connection.set_tlsext_host_name(self._service.hostname)
        if self.policy.alpn:
            connection.set_alpn_protos(list(self.policy.alpn))
        connection.set_verify(
            SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT, self._course.verdict
        )
        connection.set_info_callback(self._course)
        self._last = ref(connection)
        return connection

    def explain(self, reason: Failure | BaseException) -> errors.InternetError:
        """Return the error that tells why the connection failed.

        Also for what ends a connection just after the handshake: with TLS 1.3 a server
        that misses a client certificate says so only then.

        :param reason: what the transport, or the protocol above it, was told. It
            becomes the error's cause; an error of ours comes back as it is.
        :returns: a child of :class:`errors.CertificateFault` that names every fault,
            ``ClientAuthCertNeeded`` (12044), or ``SecurityChannelError`` (12157).
        """
        cause = reason.value if isinstance(reason, Failure) else reason
        assert cause is not None  # a failure is never without one
        if isinstance(cause, errors.InternetError):
            return cause
        error = self._certificate_error() or self._channel_error(cause)
        error.__cause__ = cause
        return error

    def _certificate_error(self) -> errors.CertificateFault | None:
        refused = self._course.verdict.refused
        if not refused:
            return None
        kind = verdict.leading(refused)
        faults = "; ".join(str(fault) for fault in refused)
        message = f"the certificate of {self._host} is not accepted: {faults}"
        if any(fault.kind is errors.InvalidCa for fault in refused):
            message += (
                ". If its CA can be trusted, give it as trust_roots (which are now "
                f"{self.policy.roots.words})"
            )
        error = kind(message)
        error.faults = tuple(refused)
        return error

    def _channel_error(self, cause: BaseException) -> errors.InternetError:
        course = self._course
        if course.wants_client_certificate and self.policy.certificate is None:
            return errors.ClientAuthCertNeeded(
                f"{self._host} wants a client certificate; give one with its key"
            )
        what = "connection to" if course.done else "handshake with"
        return errors.SecurityChannelError(
            f"the TLS {what} {self._host} failed: {self._why(cause)}"
        )

    def _why(self, cause: BaseException) -> str:
        course = self._course
        if course.alert is not None:
            words = _ALERTS.get(course.alert, "it does not say more")
            return f"the server ended it: {words} (alert {course.alert})"
        if isinstance(cause, _CLOSED):
            if not course.answered:
                return (
                    "the server closed the connection without answering in TLS; is "
                    "this a TLS port?"
                )
            return "the server closed the connection in the middle of it"
        if not isinstance(cause, SSL.Error):
            return f"{type(cause).__name__}: {cause}"
        texts = _texts(cause)
        if any("unsupported protocol" in text for text in texts):
            return "the server offers no version of TLS from 1.2 on"
        if not course.answered:
            return (
                "the server does not speak TLS on this port: its answer is something "
                f"else ({', '.join(texts)}); try it without TLS, or another port"
            )
        if course.strange is not None:
            return course.strange
        if any("bad extension" in text for text in texts):
            offered = _names(self.policy.alpn)
            return (
                "the server's answer has an extension that does not fit ours; did it "
                f"choose a protocol other than {offered} (ALPN)?"
            )
        return f"OpenSSL says: {', '.join(texts)}"


class _Course:
    """What was seen of one handshake; OpenSSL's info callback.

    :ivar answered: the server said something in TLS.
    :ivar asked: it asked for a client certificate.
    :ivar done: OpenSSL calls the handshake done.
    :ivar alert: the fatal alert it sent (RFC 8446 section 6), or None.
    :ivar strange: in words, what we ended it for; None when we did not.
    :ivar facts: what it came to, at its end.
    """

    strange: str | None = None
    facts: TlsFacts | None = None

    def __init__(self, judge: verdict.Verdict) -> None:
        self.verdict = judge
        self.answered = False
        self.asked = False
        self.done = False
        self._greeted = False
        self.alert: int | None = None

    @property
    def wants_client_certificate(self) -> bool:
        """The server ended it, and for want of a certificate as far as one can know.

        TLS 1.3 has an alert for it. Before, servers send one of several general ones;
        that they had asked and got none is then the likeliest reason.
        """
        return self.alert == _CERTIFICATE_REQUIRED or (
            self.asked and self.alert in _MISSING_CERTIFICATE_ALERTS
        )

    def __call__(self, connection: SSL.Connection, where: int, result: int) -> None:
        """Note a step of the handshake."""
        assert isinstance(connection, GuardedConnection), "it is nobody else's"
        connection.stirred = True
        if where == _STEP:
            # Each message of the server's begins with a step; the first steps are
            # our own, up to where OpenSSL first had to wait.
            self.answered = self.answered or self._greeted
            if not self.asked:
                state = connection.get_state_string()
                self.asked = b"read server certificate request" in state
        elif where == _WAIT:
            self._greeted = True
        elif where == _DONE:
            self.done = True
        elif where == _ALERT_READ:
            self.answered = True
            level, number = divmod(result, 256)
            if level == _FATAL:
                self.alert = number


class GuardedConnection(SSL.Connection):
    """A connection whose handshake is not done before the verdict agrees.

    :ivar stirred: OpenSSL has handled a message of the handshake, or an alert, since
        this was last set to false; it may have an answer to it.
    """

    stirred = False

    def __init__(
        self, context: SSL.Context, course: _Course, offered: tuple[bytes, ...]
    ) -> None:
        super().__init__(context, None)
        self._course = course
        self._offered = offered
        #: the certificate of the connection whose session is offered.
        self._vouched: bytes | None = None

    def resume(self, first: GuardedConnection) -> None:
        """Offer the session of another connection, whose handshake is done."""
        session = first.get_session()
        certificate = first.get_peer_certificate()
        if session is not None and certificate is not None:
            self.set_session(session)
            self._vouched = dump_certificate(FILETYPE_ASN1, certificate)

    def do_handshake(self) -> None:
        """Go on with the handshake.

        :raises SSL.Error: also if OpenSSL calls it done and the certificate was not
            verified, whatever the reason, or if the server chose a protocol that was
            not offered (RFC 7301 section 3.2), which older OpenSSLs leave to us.
        """
        super().do_handshake()
        if self._vouched is not None:
            # A certificate that was not shown is that of the session.
            shown = self.get_peer_certificate()
            if shown is not None:
                der = dump_certificate(FILETYPE_ASN1, shown)
                self._course.verdict.vouch(same=der == self._vouched)
        if not self._course.verdict.seal():
            raise SSL.Error([("twinet", "", "certificate not verified")])
        facts = TlsFacts(self, self._course.verdict.faults)
        if facts.alpn and facts.alpn not in self._offered:
            self._course.strange = _unasked(facts.alpn, self._offered)
            raise SSL.Error([("twinet", "", self._course.strange)])
        self._course.facts = facts


def _unasked(chosen: bytes, offered: tuple[bytes, ...]) -> str:
    name = verdict.printable(chosen.decode("latin-1"))
    return f"it chose the protocol {name}, and was offered {_names(offered)} (ALPN)"


def _names(protocols: tuple[bytes, ...]) -> str:
    return ", ".join(each.decode("latin-1") for each in protocols) or "none"


_CLOSED: Final = (ConnectionClosed, SSL.SysCallError, SSL.ZeroReturnError)
_STEP: Final = SSL.SSL_CB_CONNECT_LOOP
_WAIT: Final = SSL.SSL_CB_CONNECT_EXIT
_DONE: Final = SSL.SSL_CB_HANDSHAKE_DONE
_ALERT_READ: Final = SSL.SSL_CB_READ_ALERT
_FATAL: Final = 2
_CERTIFICATE_REQUIRED: Final = 116
# handshake_failure, no_certificate, bad_certificate, certificate_unknown, access_denied
_MISSING_CERTIFICATE_ALERTS: Final = frozenset({40, 41, 42, 46, 49})

_ALERTS: Final = {
    10: "it did not expect our message",
    20: "it could not verify our record",
    40: "it found no cipher, version or certificate that both accept",
    42: "it does not accept our certificate",
    43: "it does not accept our certificate's type",
    44: "our certificate is revoked",
    45: "our certificate has expired",
    46: "it does not accept our certificate",
    47: "it does not accept our greeting",
    48: "it does not know the CA of our certificate",
    49: "it refuses us access",
    50: "it could not read our message",
    51: "it could not verify our signature",
    70: "it offers no version of TLS from 1.2 on",
    71: "it wants stronger ciphers",
    80: "it had an error of its own",
    86: "it takes our version for a downgrade",
    90: "it gave up",
    109: "it misses an extension in our greeting",
    112: "it does not know the host name",
    116: "it wants a client certificate",
    120: "it speaks none of the protocols we offered",
}


def _texts(error: SSL.Error) -> list[str]:
    """Return what OpenSSL's error queue says."""
    queue = error.args[0] if error.args else []
    texts = dict.fromkeys(entry[-1] for entry in queue if entry and entry[-1])
    return list(texts) or ["no reason given"]
