"""FTPS: control and data connections, verified, and resumed."""

from __future__ import annotations

from typing import Any

from OpenSSL import SSL
from twisted.internet.error import ConnectionDone

from tests.ftp.memory import HOST
from tests.ftp.secure import LOGIN, SecureFtpTestCase, SecureNet, context_of
from tests.net.certificates import (
    Identity,
    other_root,
    pem,
    private_pem,
    root,
    server_context,
)
from twinet import wininet
from twinet._net.client_certificate import ClientCertificate
from twinet.errors import (
    CertificateFault,
    ClientAuthCertNeeded,
    ExtendedError,
    FtpDropped,
    InternetError,
    OperationCancelled,
    SecurityChannelError,
    Timeout,
    Truncated,
)
from twinet.flags import Flag, SecurityFlag, Service


def shown(identity: Identity) -> ClientCertificate:
    """Return what a client shows."""
    return ClientCertificate(pem(identity.certificate), private_pem(identity.key))


class Control(SecureFtpTestCase):
    """No user name is sent in clear to a server that is spoken to by TLS."""

    def test_explicit(self):
        """AUTH TLS, the handshake, and everything else in it."""
        ftp, server = self.log_in_securely()
        self.assertEqual(ftp.tls.version, "TLSv1.3")
        call = ftp.delete("x")
        self.answer(server, "DELE x | 250 ok")
        self.successResultOf(call)
        self.check_all_closed(server)

    def test_implicit(self):
        """TLS from the first byte; the greeting comes with the handshake's end."""
        call, server = self.net.connect(tls="implicit")
        self.assertEqual(self.net.hand.attempts[0].port, 990)
        server.start_tls(context_of(self.newest))
        server.say("220 hi")
        self.answer(server, *LOGIN)
        ftp = self.successResultOf(call)
        self.assertEqual(ftp.tls.version, "TLSv1.3")
        self.check_all_closed(server)

    def test_implicit_server_that_knows_no_prot(self):
        """Its data were always encrypted."""
        call, server = self.net.connect(tls="implicit")
        server.start_tls(context_of(self.newest))
        server.say("220 hi")
        self.answer(server, *LOGIN[:2], "PBSZ 0 | 500 what?", "PROT P | 500 what?")
        self.successResultOf(call)
        self.check_all_closed(server)

    def refuse(self, server, call, kind) -> Any:
        """Check that the call failed, and that nobody heard a name."""
        self.net.advance()
        error = self.failureResultOf(call, kind).value
        self.assertTrue(server.closed)
        self.assertNotIn("USER", " ".join(server.heard()))
        self.check_all_closed(server)
        return error

    def test_server_without_tls(self):
        """An error, never the clear way."""
        call, server = self.net.connect(tls="explicit")
        server.say("220 hi")
        self.answer(server, "AUTH TLS | 500 what?")
        error = self.refuse(server, call, ExtendedError)
        self.assertIn("no TLS", error.message)

    def test_words_in_clear_behind_the_word_for_tls(self):
        """They would be taken for the server's (CVE-2011-0411)."""
        for words in (b"230 in", b"230 in\r\n"):
            self.net = SecureNet()
            call, server = self.net.connect(tls="explicit")
            server.say("220 hi")
            self.assertEqual(server.heard(), ["AUTH TLS"])
            server.send(b"234 go on\r\n" + words)
            self.refuse(server, call, InternetError)

    def test_certificate_of_nobody_we_know(self):
        """Refused in the handshake."""
        for tls in ("explicit", "implicit"):
            self.net = SecureNet()
            call, server = self.net.connect(tls=tls)
            if tls == "explicit":
                server.say("220 hi")
                self.answer(server, "AUTH TLS | 234 go on")
            server.start_tls(context_of(self.newest, trusted=False))
            self.refuse(server, call, CertificateFault)

    def test_silence_in_the_handshake(self):
        """It has the limit of all handshakes."""
        call, server = self.net.connect(tls="explicit")
        server.say("220 hi")
        self.answer(server, "AUTH TLS | 234 go on")
        self.net.advance(16)
        error = self.failureResultOf(call, Timeout).value
        self.assertIn("'tls'", error.message)
        self.assertTrue(server.closed)
        self.check_all_closed(server)

    def test_loss_in_the_handshake(self):
        """And what is no TLS."""
        for words in (None, b"what?\r\n"):
            self.net = SecureNet()
            call, server = self.net.connect(tls="explicit")
            server.say("220 hi")
            self.answer(server, "AUTH TLS | 234 go on")
            if words is None:
                server.close(ConnectionDone())
            else:
                server.send(words)
                self.net.advance()
            self.failureResultOf(call, SecurityChannelError)
            self.check_all_closed(server)

    def test_cancelling_in_the_handshake(self):
        """Nothing is left."""
        call, server = self.net.connect(tls="explicit")
        server.say("220 hi")
        self.answer(server, "AUTH TLS | 234 go on")
        call.cancel()
        self.failureResultOf(call, OperationCancelled)
        self.check_all_closed(server)

    def test_prot_that_is_refused(self):
        """Data in clear are not what was asked for."""
        call, server = self.net.connect(tls="explicit")
        server.say("220 hi")
        self.answer(server, "AUTH TLS | 234 go on")
        server.start_tls(context_of(self.newest))
        self.answer(server, *LOGIN[:3], "PROT P | 536 no")
        self.failureResultOf(call, ExtendedError)
        self.check_all_closed(server)

    def test_cut_without_a_farewell(self):
        """The session is over."""
        ftp, server = self.log_in_securely()
        call = ftp.delete("x")
        server.close(ConnectionDone())
        self.failureResultOf(call, FtpDropped)
        self.check_all_closed(server)


class Data(SecureFtpTestCase):
    """Data connections are encrypted, and verified as the control connection was."""

    def open(self, ftp, server, context) -> tuple[Any, Any]:
        """Open a file; return the call and the server's end of the data."""
        call = ftp.open_file("x")
        heard = server.heard()
        if heard == ["TYPE I"]:
            server.say("200 ok")
            heard = server.heard()
        self.assertEqual(self.untold(server, heard), ["EPSV"])
        server.say("229 x (|||4000|)")
        data = self.net.accept_ftp()
        self.answer(server, "RETR x | 150 go")
        data.start_tls(context)
        return call, data

    def test_session_is_resumed(self):
        """The server can be sure that both come from one client."""
        ftp, server = self.log_in_securely()
        for _ in range(3):
            call, data = self.open(ftp, server, context_of(self.newest))
            file = self.successResultOf(call)
            self.assertTrue(data.resumed)
            data.send(b"hello")
            data.say_farewell()
            self.net.advance()
            self.end(server)
            self.assertEqual(self.successResultOf(file.read(9)), b"hello")
            self.successResultOf(file.close())
        self.check_all_closed(server)

    def test_server_that_does_not_resume(self):
        """It is verified anew, by the same name."""
        ftp, server = self.log_in_securely()
        context_of.cache_clear()
        call, data = self.open(ftp, server, context_of(self.newest))
        file = self.successResultOf(call)
        self.assertFalse(data.resumed)
        data.send(b"hello")
        self.assertEqual(self.successResultOf(file.read(5)), b"hello")
        self.check_all_closed(server, data)

    def test_data_of_somebody_else(self):
        """Another certificate is not accepted; the session goes on."""
        ftp, server = self.log_in_securely()
        call, data = self.open(ftp, server, context_of(self.newest, trusted=False))
        self.net.advance()
        self.answer(server, "ABOR | 426 cut / 226 ok")
        self.failureResultOf(call, CertificateFault)
        self.assertTrue(data.closed)
        again = ftp.delete("y")
        self.answer(server, "DELE y | 250 ok")
        self.successResultOf(again)
        self.check_all_closed(server, data)

    def test_silence_in_the_handshake(self):
        """The limit of all handshakes; ABOR."""
        ftp, server = self.log_in_securely()
        call = ftp.open_file("x")
        self.answer(server, "TYPE I | 200 ok", "EPSV | 229 x (|||4000|)")
        data = self.net.accept_ftp()
        self.answer(server, "RETR x | 150 go")
        self.net.advance(16)
        self.answer(server, "ABOR | 426 cut / 226 ok")
        self.failureResultOf(call, Timeout)
        self.check_all_closed(server, data)

    def test_cut_without_a_farewell(self):
        """Is no end of a file, whatever the server says, unless all is here."""
        for hint, fine in (("", False), ("(5 bytes)", True)):
            self.net = SecureNet()
            ftp, server = self.log_in_securely()
            call = ftp.open_file("x")
            self.answer(server, "TYPE I | 200 ok", "EPSV | 229 x (|||4000|)")
            data = self.net.accept_ftp()
            self.answer(server, f"RETR x | 150 go {hint}")
            data.start_tls(context_of(self.newest))
            file = self.successResultOf(call)
            data.send(b"hello")
            data.close(ConnectionDone())
            self.end(server)
            self.assertEqual(self.successResultOf(file.read(5)), b"hello")
            if fine:
                self.assertEqual(self.successResultOf(file.read(5)), b"")
            else:
                self.failureResultOf(file.read(5), Truncated)
            self.check_all_closed(server, data)

    def test_upload(self):
        """It ends with a close_notify."""
        ftp, server = self.log_in_securely()
        call = ftp.open_file("x", "w")
        self.answer(server, "TYPE I | 200 ok", "EPSV | 229 x (|||4000|)")
        data = self.net.accept_ftp()
        self.answer(server, "STOR x | 150 go")
        data.start_tls(context_of(self.newest))
        file = self.successResultOf(call)
        self.successResultOf(file.write(b"hello"))
        done = file.finish()
        self.assertEqual(data.received(), b"hello")
        self.assertTrue(data.tls.get_shutdown() & SSL.RECEIVED_SHUTDOWN)
        self.net.advance()
        self.end(server)
        self.successResultOf(done)
        self.check_all_closed(server, data)


class Older(Data):
    """The same in TLS 1.2, whose sessions are another thing."""

    newest = SSL.TLS1_2_VERSION


class WhoWeAre(SecureFtpTestCase):
    """What one connection shows, and what it lets through."""

    def enter(self, server: Any, context: SSL.Context) -> None:
        """Let somebody in by explicit TLS."""
        server.say("220 hi")
        self.answer(server, "AUTH TLS | 234 go on")
        server.start_tls(context)
        self.answer(server, *LOGIN)

    def shown(self, server: Any) -> Any:
        """Return the certificate that the server was shown."""
        return server.tls.get_peer_certificate().to_cryptography()

    def test_certificate_of_the_connection(self):
        """Instead of the session's, for this one alone."""
        ours = root().issue(["ours"], usage=None)
        mine = root().issue(["mine"], usage=None)
        self.net = SecureNet(client_certificate=shown(ours))
        context = server_context(root().issue((HOST,)), client_roots=root())
        for given, expected in ((shown(mine), mine), (None, ours)):
            call, server = self.net.connect(tls="explicit", client_certificate=given)
            self.enter(server, context)
            self.assertEqual(self.shown(server), expected.certificate)
            self.successResultOf(self.successResultOf(call).close())
        self.check_all_closed()

    def test_server_that_wants_one(self):
        """12044, and nobody heard a name."""
        call, server = self.net.connect(tls="explicit")
        server.say("220 hi")
        self.answer(server, "AUTH TLS | 234 go on")
        identity = root().issue((HOST,))
        server.start_tls(server_context(identity, client_roots=root()))
        self.net.advance()
        self.failureResultOf(call, ClientAuthCertNeeded)
        self.check_all_closed(server)

    def test_faults_that_are_let_through(self):
        """Each flag its own fault alone, on this connection alone."""
        for identity, flag in (
            (root().issue(("elsewhere.test",)), SecurityFlag.IGNORE_CERT_CN_INVALID),
            (other_root().issue((HOST,)), SecurityFlag.IGNORE_UNKNOWN_CA),
        ):
            context = server_context(identity)
            both = SecurityFlag.IGNORE_CERT_CN_INVALID | SecurityFlag.IGNORE_UNKNOWN_CA
            for flags, goes in ((flag, True), (both & ~flag, False), (None, False)):
                given = {} if flags is None else {"security_flags": flags}
                call, server = self.net.connect(tls="explicit", **given)
                if goes:
                    self.enter(server, context)
                    self.successResultOf(self.successResultOf(call).close())
                else:
                    server.say("220 hi")
                    self.answer(server, "AUTH TLS | 234 go on")
                    server.start_tls(context)
                    self.net.advance()
                    self.failureResultOf(call, CertificateFault)
        self.check_all_closed()

    def test_flags_of_a_url(self):
        """Those of its certificate act on ftps, as on https."""
        identity = root().issue(("elsewhere.test",))
        for flags, goes in ((Flag.IGNORE_CERT_CN_INVALID, True), (Flag(0), False)):
            call = self.net.session.open_url("ftps://127.0.0.1/x", flags=flags)
            server = self.net.accept_ftp()
            server.start_tls(server_context(identity))
            if goes:
                server.say("220 hi")
                self.assertEqual(server.heard(), ["USER anonymous"])
                call.cancel()
                self.failureResultOf(call, OperationCancelled)
            else:
                self.net.advance()
                self.failureResultOf(call, CertificateFault)
        self.check_all_closed()

    def test_flags_of_internet_connect(self):
        """Those of WinINet's name; without INTERNET_FLAG_SECURE they mean nothing."""
        context = server_context(root().issue(("elsewhere.test",)))
        ignore = Flag.IGNORE_CERT_CN_INVALID
        call = wininet.InternetConnect(
            self.net.session, HOST, 0, None, None, Service.FTP, Flag.SECURE | ignore
        )
        self.enter(self.net.accept_ftp(), context)
        self.successResultOf(self.successResultOf(call).close())
        call = wininet.InternetConnect(
            self.net.session, HOST, 0, None, None, Service.FTP, ignore
        )
        server = self.net.accept_ftp()
        server.say("220 hi")
        self.answer(server, "USER anonymous | 230 in")
        self.successResultOf(call)
        self.check_all_closed()

    def test_without_tls(self):
        """A mistake that is told: nothing would be shown, or verified."""
        certificate = shown(root().issue(["me"], usage=None))
        for given in (
            {"client_certificate": certificate},
            {"security_flags": SecurityFlag.IGNORE_UNKNOWN_CA},
            {"security_flags": "all", "tls": "explicit"},
            {"client_certificate": "no/such/file", "tls": "explicit"},
        ):
            call = self.net.session.ftp(HOST, **given)
            self.failureResultOf(call, InternetError)
        self.assertEqual(self.net.attempts, 0)
        self.check_all_closed()
