"""TLS for one connection: locks, greetings, explanations, contexts."""

from __future__ import annotations

import gc
import os
import stat
import tempfile
import weakref
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives import serialization
from OpenSSL import SSL, crypto
from twisted.internet.error import ConnectionDone, ConnectionLost
from twisted.internet.interfaces import IOpenSSLClientConnectionCreator
from twisted.logger import Logger
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase
from zope.interface.verify import verifyObject

from tests.net.certificates import (
    DAY,
    Identity,
    Server,
    other_root,
    pem,
    private_pem,
    root,
    self_signed,
    server_context,
)
from tests.net.handshakes import ANSWER, REQUEST, Meeting, Party, meet, meet_plain
from twinet import errors
from twinet._net import tls_context, verdict
from twinet._net.client_certificate import ClientCertificate
from twinet._net.tls import TlsCreator, TlsPolicy
from twinet._net.trust import TrustRoots
from twinet.flags import SecurityFlag

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from twinet._net.tls import GuardedConnection

HOST = "server.example"
ALL = verdict.CERTIFICATE_FLAGS


def believed() -> TrustRoots:
    return TrustRoots.from_certificates([root().certificate])


def shown(identity: Identity) -> ClientCertificate:
    return ClientCertificate(pem(identity.certificate), private_pem(identity.key))


class TlsCase(SynchronousTestCase):
    """Handshakes with a believed server unless told otherwise."""

    def setUp(self):
        self.patch(os, "environ", {**os.environ})
        os.environ.pop("SSLKEYLOGFILE", None)
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        self.place = Path(place.name)

    def creator(self, host: str = HOST, **policy: Any) -> TlsCreator:
        return TlsCreator(TlsPolicy(policy.pop("roots", believed()), **policy), host)

    def assert_works(self, meeting: Meeting) -> None:
        self.assertIsNone(meeting.client.reason)
        self.assertEqual(meeting.client.handshakes, 1)
        self.assertEqual(meeting.server.received, REQUEST)
        self.assertEqual(meeting.client.received, ANSWER)

    def refusal(
        self,
        creator: TlsCreator,
        meeting: Meeting,
        kind: type[errors.InternetError],
    ) -> str:
        """Check that nothing of the request left, and return the error's text."""
        self.assertEqual(meeting.server.received.count(b"secret"), 0)
        self.assertEqual(meeting.client.received, b"")
        assert meeting.client.reason is not None
        error = creator.explain(meeting.client.reason)
        self.assertIs(type(error), kind, str(error))
        self.assertIs(error.__cause__, meeting.client.reason.value)
        return str(error)


class LockTests(TlsCase):
    """What stands between a bad certificate and the request."""

    def test_creator_provides_twisteds_interface(self):
        """Twisted takes the creator for what it is."""
        verifyObject(IOpenSSLClientConnectionCreator, self.creator())

    def test_broken_name_check_refuses_whatever_is_ignored(self):
        """An exception while judging is a refusal that no flag lifts."""

        def broken(*args: object) -> None:
            raise RuntimeError("no service identity today")

        self.patch(verdict, "verify_service_identity", broken)
        creator = self.creator(ignore=ALL)
        meeting = meet(creator, server_context(root().issue()))
        text = self.refusal(creator, meeting, errors.SecInvalidCert)
        self.assertIn("no service identity today", text)
        self.assertIn("no flag lets this pass", text)
        self.assertEqual(meeting.client.handshakes, 0)
        self.assertEqual(meeting.server.handshakes, 0)

    def test_broken_description_refuses(self):
        """Even a fault that may pass refuses if it cannot be noted."""

        def broken(*args: object) -> str:
            raise KeyError("words")

        self.patch(verdict, "_describe", broken)
        creator = self.creator(ignore=ALL)
        meeting = meet(creator, server_context(root().issue(end=-DAY / 2)))
        self.refusal(creator, meeting, errors.SecInvalidCert)
        self.assertEqual(meeting.server.handshakes, 0)

    def judge(self, *, ignore: SecurityFlag = ALL) -> Any:
        """Make a verdict, and what OpenSSL hands it for the server's certificate."""
        judge = verdict.Verdict(verdict.service_of(HOST), ignore)
        certificate = crypto.X509.from_cryptography(root().issue().certificate)
        nobody: Any = None
        return judge, lambda ok, error=0: judge(nobody, certificate, error, 0, ok)

    def test_another_certificate_after_the_verdict_is_refused(self):
        """The server's certificate is judged once, while the handshake lasts."""
        judge, hear = self.judge()
        self.assertTrue(hear(1))
        self.assertFalse(hear(1))
        self.assertFalse(judge.seal())
        judge, hear = self.judge()
        self.assertTrue(hear(1))
        self.assertTrue(judge.seal())
        self.assertFalse(hear(0, 10))
        self.assertEqual(len(judge.refused), 1)

    def test_certificate_that_cannot_be_read_is_refused(self):
        """OpenSSL takes more for a certificate than can be read; no flag helps then."""
        identity = root().issue()
        der = identity.certificate.public_bytes(serialization.Encoding.DER)
        date = f"{identity.certificate.not_valid_after_utc:%y%m%d%H%M%SZ}".encode()
        spoiled = der.replace(date, date[:2] + b"99" + date[4:])
        self.assertNotEqual(spoiled, der)
        certificate = crypto.load_certificate(crypto.FILETYPE_ASN1, spoiled)
        judge = verdict.Verdict(verdict.service_of(HOST), ALL)
        nobody: Any = None
        self.assertTrue(judge(nobody, certificate, 14, 0, 0))
        self.assertTrue(judge(nobody, certificate, 10, 0, 0))
        self.assertFalse(judge(nobody, certificate, 0, 0, 1))
        self.assertIn("expired on (unreadable)", judge.faults[1].words)
        (refused,) = judge.refused
        self.assertIn("cannot be judged", refused.words)

    def test_fault_after_the_names_is_judged_on_its_own(self):
        """OpenSSL compares name constraints last; each answer then is final."""
        judge, hear = self.judge()
        self.assertTrue(hear(1))
        self.assertTrue(hear(0, 10))  # its flag is set
        self.assertFalse(hear(0, 47))  # it has none
        self.assertFalse(hear(0, 10))
        self.assertFalse(judge.seal())

    def test_every_error_number_has_words_class_and_at_most_one_flag(self):
        """Also numbers that OpenSSL may yet invent are refused in words."""
        for number in range(1, 200):
            judge, hear = self.judge(ignore=SecurityFlag(0))
            hear(0, number)
            (fault,) = judge.faults
            self.assertFalse(fault.let_through)
            self.assertIn(fault.flag, (SecurityFlag(0), *ALL))
            self.assertNotIn("{", fault.words)
            self.assertIs(verdict.leading([fault]), fault.kind)
            if not fault.flag:
                self.assertIs(fault.kind, errors.SecInvalidCert)
                judge, hear = self.judge()
                self.assertTrue(hear(0, number))  # to hear of the rest
                self.assertFalse(hear(1))

    def test_certificate_that_was_not_verified_is_refused(self):
        """A handshake without verification is none, even if OpenSSL is content."""

        class Careless(TlsCreator):
            def clientConnectionForTLS(self, tlsProtocol: object) -> GuardedConnection:
                connection = super().clientConnectionForTLS(tlsProtocol)
                connection.set_verify(SSL.VERIFY_PEER, lambda *_: True)
                return connection

        for version in (SSL.TLS1_2_VERSION, SSL.TLS1_3_VERSION):
            creator = Careless(TlsPolicy(believed(), ALL), HOST)
            meeting = meet(creator, server_context(root().issue(), newest=version))
            text = self.refusal(creator, meeting, errors.SecInvalidCert)
            self.assertIn("without the server's certificate being verified", text)
            self.assertEqual(meeting.client.handshakes, 0)

    def test_refusal_that_openssl_ignores_is_a_refusal(self):
        """Also where OpenSSL goes on after the callback's "no"."""

        class Careless(TlsCreator):
            def clientConnectionForTLS(self, tlsProtocol: object) -> GuardedConnection:
                connection = super().clientConnectionForTLS(tlsProtocol)
                connection.set_verify(SSL.VERIFY_NONE)  # the callback stays
                return connection

        for version in (SSL.TLS1_2_VERSION, SSL.TLS1_3_VERSION):
            creator = Careless(TlsPolicy(believed()), HOST)
            server = server_context(root().issue(["a.example"]), newest=version)
            meeting = meet(creator, server)
            self.refusal(creator, meeting, errors.SecCertCnInvalid)
            self.assertEqual(meeting.client.handshakes, 0)

    def test_resumed_session_is_refused(self):
        """Where OpenSSL would skip the verification, the handshake does not count."""
        roots = believed()
        server = server_context(root().issue())
        first = TlsCreator(TlsPolicy(roots), HOST)
        meeting = meet(first, server)
        self.assert_works(meeting)
        session = meeting.protocol._records.tls.get_session()
        self.assertIsNotNone(session)

        class Resuming(TlsCreator):
            def clientConnectionForTLS(self, tlsProtocol: object) -> GuardedConnection:
                connection = super().clientConnectionForTLS(tlsProtocol)
                connection.set_session(session)
                return connection

        second = Resuming(TlsPolicy(roots), HOST)
        meeting = meet(second, server)
        self.refusal(second, meeting, errors.SecInvalidCert)

    def test_every_connection_is_verified_anew(self):
        """No connection profits from an earlier one that had more let through."""
        roots = believed()
        server = server_context(root().issue(["a.example"]))
        for _ in range(2):
            lenient = TlsCreator(
                TlsPolicy(roots, SecurityFlag.IGNORE_CERT_CN_INVALID), HOST
            )
            self.assert_works(meet(lenient, server))
            self.assertEqual([fault.let_through for fault in lenient.faults], [True])
            strict = TlsCreator(TlsPolicy(roots), HOST)
            self.refusal(strict, meet(strict, server), errors.SecCertCnInvalid)

    def test_creator_that_is_used_again_forgets_the_faults(self):
        """Faults belong to one handshake."""
        creator = self.creator()
        meet(creator, server_context(root().issue(["a.example"])))
        self.assertEqual(len(creator.faults), 1)
        self.assert_works(meet(creator, server_context(root().issue())))
        self.assertEqual(creator.faults, [])

    def test_connection_is_freed_at_once(self):
        """No circle of references keeps an ended connection alive."""
        creator = self.creator()
        gc.collect()
        gc.disable()
        self.addCleanup(gc.enable)
        connection = creator.clientConnectionForTLS(None)
        seen = weakref.ref(connection)
        del connection
        self.assertIsNone(seen())

    def test_faults_that_passed_are_told_apart(self):
        """A program can show what it let through, and why the rest refused."""
        creator = self.creator(ignore=SecurityFlag.IGNORE_CERT_DATE_INVALID)
        expired = root().issue(["a.example"], end=-DAY / 2)
        meet(creator, server_context(expired))
        date, name = creator.faults
        self.assertIs(date.kind, errors.SecCertDateInvalid)
        self.assertTrue(date.let_through)
        self.assertEqual((date.depth, date.openssl_error), (0, 10))
        self.assertIn("let through by SecurityFlag.IGNORE_CERT_DATE_INVALID", str(date))
        self.assertIs(name.kind, errors.SecCertCnInvalid)
        self.assertFalse(name.let_through)
        self.assertEqual((name.depth, name.openssl_error), (0, 0))

    def test_peers_text_is_made_harmless(self):
        """Names in a stranger's certificate cannot write into a log or fill it."""
        stranger = self_signed(common_name="evil\n\x1b[31mroot" + "x" * 40)
        creator = self.creator()
        names = [f"{number}.a.example" for number in range(500)]
        meeting = meet(creator, server_context(stranger.issue(names)))
        text = self.refusal(creator, meeting, errors.InvalidCa)
        self.assertTrue(text.isprintable(), text)
        self.assertIn("and 494 other names", text)
        self.assertLess(len(text), 1500)


class GreetingTests(TlsCase):
    """What the client says first."""

    def test_name_is_sent_to_the_server(self):
        """SNI carries the host, without the root's dot and in ASCII."""
        for host, sent in (
            ("server.example", b"server.example"),
            ("SERVER.example.", b"server.example"),
            ("b\u00fccher.example", b"xn--bcher-kva.example"),
        ):
            server = Server(server_context(root().issue([sent.decode()])))
            self.assert_works(meet(self.creator(host), server))
            assert server.connection is not None
            self.assertEqual(server.connection.get_servername(), sent)

    def test_address_is_not_sent_to_the_server(self):
        """RFC 6066 section 3: literal addresses are not permitted in SNI."""
        for host in ("192.0.2.1", "2001:db8::1", "[2001:db8::1]"):
            server = Server(server_context(root().issue([host.strip("[]")])))
            self.assert_works(meet(self.creator(host), server))
            assert server.connection is not None
            self.assertIsNone(server.connection.get_servername())

    def alpn(
        self,
        offered: tuple[bytes, ...],
        choose: Callable[[Sequence[bytes]], Any],
    ) -> tuple[TlsCreator, Meeting, list[bytes]]:
        seen: list[bytes] = []

        def select(connection: SSL.Connection, protocols: list[bytes]) -> Any:
            seen.extend(protocols)
            return choose(protocols)

        context = server_context(root().issue())
        context.set_alpn_select_callback(select)
        creator = self.creator(alpn=offered)
        return creator, meet(creator, context), seen

    def test_protocols_are_offered_in_order(self):
        """ALPN lists what the policy lists, and the choice can be read."""
        creator, meeting, seen = self.alpn(
            (b"h2", b"http/1.1"), lambda offered: offered[1]
        )
        self.assert_works(meeting)
        self.assertEqual(seen, [b"h2", b"http/1.1"])
        assert creator.facts is not None
        self.assertEqual(creator.facts.alpn, b"http/1.1")

    def test_no_protocol_offered_sends_no_alpn(self):
        """FTP has none to offer."""
        creator, meeting, seen = self.alpn((), lambda offered: offered[0])
        self.assert_works(meeting)
        self.assertEqual(seen, [])
        assert creator.facts is not None
        self.assertEqual(creator.facts.alpn, b"")

    def test_protocol_that_was_not_offered_ends_the_handshake(self):
        """Nothing is sent to a server that chooses what nobody asked for."""
        creator, meeting, _ = self.alpn((b"http/1.1",), lambda _: b"h2")
        text = self.refusal(creator, meeting, errors.SecurityChannelError)
        self.assertIn("a protocol other than http/1.1 (ALPN)", text)
        self.assertIsNone(creator.facts)

    def test_protocol_that_openssl_lets_pass_ends_the_handshake(self):
        """Older ones do not compare the choice with the offer."""
        self.patch(SSL.Connection, "get_alpn_proto_negotiated", lambda _: b"h2")
        for offered, words in (((b"http/1.1",), "http/1.1"), ((), "none")):
            creator, meeting, _ = self.alpn(offered, lambda offered: offered[0])
            text = self.refusal(creator, meeting, errors.SecurityChannelError)
            self.assertIn(f"it chose the protocol h2, and was offered {words}", text)
            self.assertIsNone(creator.facts)

    def test_no_common_protocol_is_explained(self):
        """A server that speaks none of them ends the handshake with alert 120."""

        def refuse(offered: Sequence[bytes]) -> bytes:
            raise SSL.Error([("tests", "", "none of these")])

        creator, meeting, _ = self.alpn((b"h2",), refuse)
        text = self.refusal(creator, meeting, errors.SecurityChannelError)
        self.assertIn("none of the protocols we offered", text)
        self.assertIn("alert 120", text)


class ExplainTests(TlsCase):
    """What ended a handshake, in words."""

    def test_plain_text_on_the_port_is_explained(self):
        """A peer that answers in HTTP or greets first does not speak TLS."""
        for words in (
            b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n",
            b"220 ftp.example ready\r\n",
            b"\x00" * 64,
            b"\xff" * 4096,
        ):
            creator = self.creator()
            meeting = meet_plain(creator, Party(words))
            text = self.refusal(creator, meeting, errors.SecurityChannelError)
            self.assertIn("does not speak TLS on this port", text, words)
            self.assertIn(HOST, text)

    def test_peer_that_closes_at_once_is_explained(self):
        """Closing before the first answer: perhaps no TLS port."""

        class Closer(Party):
            def dataReceived(self, data):
                self.peer.loseConnection()

        creator = self.creator()
        text = self.refusal(
            creator, meet_plain(creator, Closer()), errors.SecurityChannelError
        )
        self.assertIn("closed the connection without answering in TLS", text)

    def test_peer_that_closes_in_the_middle_is_explained(self):
        """Closing after the server's greeting: it speaks TLS, but not to the end."""

        class Cutter(Party):
            def dataReceived(self, data):
                if self.received:
                    return
                self.received = data
                context = server_context(root().issue(), newest=SSL.TLS1_2_VERSION)
                connection = SSL.Connection(context, None)
                connection.set_accept_state()
                connection.bio_write(data)
                try:
                    connection.do_handshake()
                except SSL.WantReadError:
                    self.peer.write(connection.bio_read(2**16))
                self.peer.loseConnection()

        creator = self.creator()
        text = self.refusal(
            creator, meet_plain(creator, Cutter()), errors.SecurityChannelError
        )
        self.assertIn("closed the connection in the middle", text)

    def test_peer_that_takes_its_leave_in_tls_is_explained(self):
        """A close_notify instead of a greeting is TLS all the same."""

        class Polite(Party):
            def dataReceived(self, data):
                self.peer.write(b"\x15\x03\x03\x00\x02\x01\x00")
                self.peer.loseConnection()

        creator = self.creator()
        text = self.refusal(
            creator, meet_plain(creator, Polite()), errors.SecurityChannelError
        )
        self.assertIn("closed the connection in the middle", text)

    def answered_with(self, spoil: Callable[[bytes], bytes]) -> str:
        """Let a server's greeting be changed on its way, and return the error."""

        class Spoiler(Party):
            def dataReceived(self, data):
                if self.received:
                    return
                self.received = data
                connection = SSL.Connection(server_context(root().issue()), None)
                connection.set_accept_state()
                connection.bio_write(data)
                try:
                    connection.do_handshake()
                except SSL.WantReadError:
                    self.peer.write(spoil(connection.bio_read(2**16)))

        creator = self.creator()
        return self.refusal(
            creator, meet_plain(creator, Spoiler()), errors.SecurityChannelError
        )

    def test_record_that_was_changed_on_its_way_is_explained(self):
        """A peer that did begin in TLS is not said to speak something else."""
        text = self.answered_with(lambda flight: flight[:-1] + bytes([flight[-1] ^ 1]))
        self.assertIn("OpenSSL says: decryption failed or bad record mac", text)
        self.assertIn("handshake with", text)
        self.assertNotIn("does not speak TLS", text)

    def test_failure_after_the_handshake_is_not_said_to_be_within_it(self):
        """What breaks later breaks the connection."""
        creator = self.creator()
        meeting = meet(creator, server_context(root().issue()))
        self.assert_works(meeting)
        meeting.protocol.dataReceived(b"HTTP/1.1 200 OK\r\n\r\n")
        meeting.settle()
        reason = meeting.client.reason
        assert reason is not None
        error = creator.explain(reason)
        self.assertIs(type(error), errors.SecurityChannelError)
        self.assertIn(f"the TLS connection to {HOST} failed: OpenSSL says", str(error))

    def test_lost_connection_is_explained_whatever_its_form(self):
        """Twisted's and OpenSSL's ways of saying "gone" mean the same."""
        for reason in (
            ConnectionDone(),
            ConnectionLost("reset"),
            SSL.SysCallError(-1, "Unexpected EOF"),
            SSL.ZeroReturnError(),
        ):
            for form in (reason, Failure(reason)):
                error = self.creator().explain(form)
                self.assertIs(type(error), errors.SecurityChannelError)
                self.assertIn("closed the connection", str(error))
                self.assertIs(error.__cause__, reason)

    def test_any_other_reason_is_told_as_it_is(self):
        """An unforeseen exception keeps its name and its words."""
        explained = self.creator().explain(ValueError("odd"))
        self.assertIs(type(explained), errors.SecurityChannelError)
        self.assertIn("ValueError: odd", str(explained))
        for error in (SSL.Error(), SSL.Error([])):
            self.assertIn("no reason given", str(self.creator().explain(error)))
        queue = [("asn1", "", "bad"), ("asn1", "", "worse"), ("asn1", "", "bad")]
        self.assertIn("(bad, worse)", str(self.creator().explain(SSL.Error(queue))))

    def test_error_of_ours_comes_back_as_it_is(self):
        """Who has explained already is not explained again."""
        error = errors.Timeout("too slow")
        self.assertIs(self.creator().explain(Failure(error)), error)

    def test_server_with_old_versions_only_is_explained(self):
        """Nothing older than TLS 1.2 is spoken."""
        context = server_context(
            root().issue(), newest=SSL.TLS1_1_VERSION, oldest=SSL.TLS1_VERSION
        )
        creator = self.creator()
        text = self.refusal(
            creator, meet(creator, context), errors.SecurityChannelError
        )
        self.assertIn("no version of TLS from 1.2 on", text)

    def test_no_common_cipher_is_explained(self):
        """The server's alert is put into words, with its number."""
        context = server_context(root().issue(), newest=SSL.TLS1_2_VERSION)
        context.set_cipher_list(b"AES128-SHA")
        creator = self.creator()
        text = self.refusal(
            creator, meet(creator, context), errors.SecurityChannelError
        )
        self.assertIn("found no cipher", text)
        self.assertIn("alert 40", text)


class ClientCertificateTests(TlsCase):
    """Servers that want to know who asks."""

    def context(self, version: int) -> SSL.Context:
        return server_context(root().issue(), newest=version, client_roots=root())

    def test_missing_client_certificate_is_named(self):
        """12044 in TLS 1.2, and in 1.3 where the alert comes after the handshake."""
        for version in (SSL.TLS1_2_VERSION, SSL.TLS1_3_VERSION):
            creator = self.creator()
            meeting = meet(creator, self.context(version))
            text = self.refusal(creator, meeting, errors.ClientAuthCertNeeded)
            self.assertIn("wants a client certificate", text)

    def test_client_certificate_is_shown(self):
        """The server gets the certificate, with proof of its key."""
        mine = root().issue(["me"], common_name="me", usage=None)
        for version in (SSL.TLS1_2_VERSION, SSL.TLS1_3_VERSION):
            creator = self.creator(certificate=shown(mine))
            server = Server(self.context(version))
            self.assert_works(meet(creator, server))
            assert server.connection is not None
            peer = server.connection.get_peer_certificate()
            assert peer is not None
            self.assertEqual(peer.to_cryptography(), mine.certificate)

    def test_client_certificate_that_is_refused_is_explained(self):
        """A wrong certificate is not a missing one."""
        mine = other_root().issue(["me"], usage=None)
        for version in (SSL.TLS1_2_VERSION, SSL.TLS1_3_VERSION):
            creator = self.creator(certificate=shown(mine))
            meeting = meet(creator, self.context(version))
            text = self.refusal(creator, meeting, errors.SecurityChannelError)
            self.assertIn("does not know the CA of our certificate", text)

    def test_alert_that_could_mean_a_missing_certificate_is_told_apart(self):
        """Where a certificate was shown, none can be missing."""
        authority = root().issue([], ca=True, constrained_to="other.example")
        mine = authority.issue(["me.example"], usage=None)
        context = self.context(SSL.TLS1_2_VERSION)
        store = context.get_cert_store()
        assert store is not None
        store.add_cert(crypto.X509.from_cryptography(authority.certificate))
        creator = self.creator(certificate=shown(mine))
        meeting = meet(creator, context)
        text = self.refusal(creator, meeting, errors.SecurityChannelError)
        self.assertIn("does not accept our certificate (alert 46)", text)


class PolicyTests(TlsCase):
    """Policies as part of the pool's key, and the contexts behind them."""

    def test_alike_policies_are_one_key(self):
        """What means the same finds the same connections."""
        roots = believed()
        mine = root().issue(["me"])
        self.assertEqual(
            len(
                {
                    TlsPolicy(roots, certificate=shown(mine)),
                    TlsPolicy(roots, certificate=shown(mine)),
                }
            ),
            1,
        )
        dates = SecurityFlag.IGNORE_CERT_DATE_INVALID
        self.assertEqual(
            len(
                {
                    TlsPolicy(roots, dates),
                    TlsPolicy(roots, dates | SecurityFlag.IGNORE_REDIRECT_TO_HTTPS),
                    TlsPolicy(roots, 0x2000),  # type: ignore[arg-type]
                }
            ),
            1,
        )

    def test_different_policies_are_different_keys(self):
        """A connection that was let through serves nobody who is stricter."""
        roots = believed()
        policies = [
            TlsPolicy(roots),
            TlsPolicy(believed()),
            TlsPolicy(roots, alpn=(b"h2",)),
            TlsPolicy(roots, certificate=shown(root().issue(["me"]))),
            TlsPolicy(roots, certificate=shown(root().issue(["you"]))),
            *(TlsPolicy(roots, flag) for flag in ALL),
        ]
        self.assertEqual(len(set(policies)), len(policies))

    def context_of(self, policy: TlsPolicy) -> SSL.Context:
        creator = TlsCreator(policy, HOST)
        connection = creator.clientConnectionForTLS(None)
        return connection.get_context()

    def test_context_is_shared_by_policies_with_the_same_roots(self):
        """Reading the roots is paid once; flags and ALPN need no other context."""
        roots = believed()
        first = self.context_of(TlsPolicy(roots))
        self.assertIs(self.context_of(TlsPolicy(roots, ALL, (b"h2",))), first)
        mine = root().issue(["me"])
        second = self.context_of(TlsPolicy(roots, certificate=shown(mine)))
        self.assertIsNot(second, first)
        self.assertIs(
            self.context_of(TlsPolicy(roots, certificate=shown(mine))),
            second,
        )

    def test_contexts_end_with_their_roots(self):
        """Trust roots that nobody holds any more leave nothing behind."""
        roots = believed()
        context = weakref.ref(self.context_of(TlsPolicy(roots)))
        self.assertIsNotNone(context())
        del roots
        gc.collect()
        self.assertIsNone(context())

    def test_contexts_of_many_client_certificates_are_bounded(self):
        """A program with a certificate per request does not fill the memory."""
        roots = believed()
        self.patch(tls_context, "_MOST_CONTEXTS", 2)
        for name in "abc":
            mine = shown(root().issue([name]))
            self.context_of(TlsPolicy(roots, certificate=mine))
        self.assertEqual(len(tls_context._contexts[roots]), 2)


class KeyLogTests(TlsCase):
    """SSLKEYLOGFILE, by which people look into their own traffic."""

    def test_keys_are_logged(self):
        """Each connection adds its secrets, for its owner's eyes only."""
        path = self.place / "keys"
        os.environ["SSLKEYLOGFILE"] = str(path)
        roots = believed()
        self.assert_works(meet(self.creator(roots=roots), self.server()))
        lines = path.read_text().splitlines()
        names = {line.split()[0] for line in lines}
        self.assertIn("CLIENT_TRAFFIC_SECRET_0", names)
        self.assertIn("SERVER_TRAFFIC_SECRET_0", names)
        self.assertEqual(stat.S_IMODE(path.stat().st_mode), 0o600)
        server = Server(self.server())
        self.assert_works(meet(self.creator(roots=roots), server))
        more = path.read_text().splitlines()
        self.assertEqual(more[: len(lines)], lines)
        self.assertEqual(len(more), 2 * len(lines))
        # NSS' format: label, the client's random number, the secret.
        assert server.connection is not None
        client = (server.connection.client_random() or b"").hex()
        for line in more[len(lines) :]:
            self.assertRegex(line, rf"^[A-Z0-9_]+ {client} [0-9a-f]{{64,96}}$")

    def test_file_that_cannot_be_written_is_told_once(self):
        """A wrong path costs a line in the log, not the connection."""
        os.environ["SSLKEYLOGFILE"] = str(self.place / "nowhere" / "keys")
        events: list[Any] = []
        observer: Any = events.append
        self.patch(tls_context, "_log", Logger(observer=observer))
        roots = believed()
        for _ in range(2):
            self.assert_works(meet(self.creator(roots=roots), self.server()))
        self.assertEqual(len(events), 1)
        self.assertIn("nowhere", events[0]["path"])

    def test_nothing_is_logged_without_the_variable(self):
        """The default is silence."""
        roots = believed()
        context = tls_context.context_for(roots, None)
        self.assertFalse(
            hasattr(context, "_keylog_callback") and context._keylog_callback
        )

    def server(self) -> SSL.Context:
        return server_context(root().issue())
