"""FTP through an HTTP proxy: by CONNECT, for the commands and for the data."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

from OpenSSL import SSL
from twisted.internet.error import ConnectionDone

from tests.ftp.memory import FtpNet, FtpPeer, FtpTestCase
from tests.ftp.secure import LOGIN, SecureFtpTestCase, SecureNet, SecurePeer
from tests.net.certificates import root, server_context
from twinet.errors import (
    CannotConnect,
    ConnectionAborted,
    HttpInvalidServerResponse,
    IncorrectPassword,
    InternetError,
    InvalidProxyRequest,
    LoginFailure,
    OperationCancelled,
    PolicyRefused,
    ProxyServerUnreachable,
    Timeout,
)

OPEN = b"HTTP/1.1 200 Connection established\r\n\r\n"
PROXY = "http://127.0.0.1:3128"
#: What a proxy says that wants to know who asks, and keeps the connection.
WHO = (
    b"HTTP/1.1 407 Who is it?\r\nProxy-Authenticate: Basic realm=gate\r\n"
    b"Content-Length: 3\r\n\r\nno!"
)


class ConnectCase(FtpTestCase):
    """A net with a proxy that the test plays."""

    def setUp(self) -> None:
        self.net = FtpNet(proxy=PROXY)

    def asked(self, peer: FtpPeer, where: str) -> bytes:
        """Check that a tunnel is asked for; return all that was said."""
        said = peer.take()
        line = f"CONNECT {where} HTTP/1.1\r\nHost: {where}\r\n".encode()
        self.assertEqual(said[: len(line)], line)
        self.assertEqual(said[-4:], b"\r\n\r\n")
        return said

    def lead(self, where: str, behind: bytes = b"") -> Any:
        """Take a connection, and lead it to a server."""
        peer = self.net.accept_ftp()
        self.asked(peer, where)
        peer.send(OPEN + behind)
        return peer

    def enter(self) -> tuple[Any, FtpPeer]:
        """Log in on a server behind the proxy."""
        call = self.net.session.ftp("ftp.test")
        server = self.lead("ftp.test:21", b"220 hi\r\n")
        self.answer(server, "USER anonymous | 230 in")
        return self.successResultOf(call), server


class Tunnels(ConnectCase):
    """Where they lead, and what goes through them."""

    def test_both_connections(self):
        """The server and the port of its data are named to the proxy."""
        ftp, server = self.enter()
        opening = ftp.open_file("x")
        self.answer(server, "TYPE I | 200 ok", "EPSV | 229 x (|||4000|)")
        data = self.lead("ftp.test:4000", b"hel")
        self.answer(server, "RETR x | 150 go (5 bytes)")
        file = self.successResultOf(opening)
        data.send(b"lo")
        data.close()
        server.say("226 ok")
        self.assertEqual(self.successResultOf(file.read(9)), b"hello")
        self.check_all_closed(server, data)

    def test_upload(self):
        """The other way round."""
        ftp, server = self.enter()
        opening = ftp.open_file("x", "w")
        self.answer(server, "TYPE I | 200 ok", "EPSV | 229 x (|||4000|)")
        data = self.lead("ftp.test:4000")
        self.answer(server, "STOR x | 150 go")
        file = self.successResultOf(opening)
        self.successResultOf(file.write(b"hello"))
        finishing = file.finish()
        self.assertEqual(data.received(), b"hello")
        self.net.advance()
        server.say("226 ok")
        self.successResultOf(finishing)
        self.check_all_closed(server, data)

    def test_address_in_227(self):
        """Is not followed: the proxy leads to the server that was named."""
        ftp, server = self.enter()
        opening = ftp.open_file("x")
        self.answer(server, "TYPE I | 200 ok", "EPSV | 500 what?")
        self.answer(server, "PASV | 227 go to (10,0,0,1,8,0)")
        data = self.lead("ftp.test:2048")
        self.answer(server, "RETR x | 550 no")
        self.failureResultOf(opening)
        self.check_all_closed(server, data)

    def test_nobody_is_awaited(self):
        """A server could not come to us, whatever the program would like."""
        for passive in (None, True, False):
            self.net = FtpNet(proxy=PROXY)
            call = self.net.session.ftp("ftp.test", passive=passive)
            server = self.lead("ftp.test:21", b"220 hi\r\n")
            self.answer(server, "USER anonymous | 230 in")
            opening = self.successResultOf(call).open_file("x")
            self.answer(server, "TYPE I | 200 ok", "EPSV | 500 what?")
            self.answer(server, "PASV | 500 what?")
            self.failureResultOf(opening)
            self.assertEqual(server.heard(), [])
            self.check_all_closed(server)

    def test_what_is_told(self):
        """The proxy is connected to; no word of CONNECT, and none of the data."""
        self.enter()
        told = [news.status.name for news in self.net.news]
        self.assertEqual(told.count("CONNECTING_TO_SERVER"), 1)
        self.assertEqual(told.count("REQUEST_SENT"), 1)
        self.check_all_closed()

    def test_agent(self):
        """The proxy learns what program this is, as with HTTP."""
        for agent, field in (("coffee/1", b"User-Agent: coffee/1\r\n"), ("", b"")):
            self.net = FtpNet(proxy=PROXY, agent=agent)
            call = self.net.session.ftp("ftp.test")
            peer = self.net.accept_ftp()
            self.assertTrue(
                self.asked(peer, "ftp.test:21").endswith(b"21\r\n%b\r\n" % field)
            )
            call.cancel()
            self.failureResultOf(call, OperationCancelled)

    def test_literal_addresses(self):
        """IPv6 in brackets."""
        call = self.net.session.ftp("2001:db8::1")
        server = self.lead("[2001:db8::1]:21", b"220 hi\r\n")
        self.answer(server, "USER anonymous | 230 in")
        ftp = self.successResultOf(call)
        opening = ftp.open_file("x")
        self.answer(server, "TYPE I | 200 ok", "EPSV | 229 x (|||4000|)")
        data = self.lead("[2001:db8::1]:4000")
        opening.cancel()
        self.failureResultOf(opening, OperationCancelled)
        self.check_all_closed(server, data)

    def test_proxies_that_are_not_for_ftp(self):
        """Are passed by."""
        self.net = FtpNet(proxy="http=127.0.0.1:3128")
        call, server = self.net.connect()
        server.say("220 hi")
        self.answer(server, "USER anonymous | 230 in")
        self.successResultOf(call)
        self.check_all_closed(server)

    def test_policy(self):
        """It is shown the proxy, each time."""
        shown: list[Any] = []

        def policy(destination):
            shown.append(destination)
            return "enough" if len(shown) == 2 else None

        self.net = FtpNet(proxy=PROXY, policy=policy)
        ftp, server = self.enter()
        opening = ftp.open_file("x")
        self.answer(server, "TYPE I | 200 ok", "EPSV | 229 x (|||4000|)")
        self.failureResultOf(opening, PolicyRefused)
        self.assertEqual({str(each.proxy) for each in shown}, {PROXY})
        self.check_all_closed(server)


class Urls(ConnectCase):
    """What of them goes through a tunnel."""

    def test_ftp(self):
        """Is asked of the proxy itself, as on Windows."""
        call = self.net.session.open_url("ftp://ftp.test/x")
        peer = self.net.accept_ftp()
        self.assertEqual(peer.received()[:25], b"GET ftp://ftp.test/x HTTP")
        call.cancel()
        self.failureResultOf(call, OperationCancelled)

    def test_ftps(self):
        """No proxy speaks that."""
        self.net = SecureNet(proxy=PROXY)
        call = self.net.session.open_url("ftps://ftp.test/x")
        peer = self.net.accept_ftp()
        self.asked(peer, "ftp.test:990")
        call.cancel()
        self.failureResultOf(call, OperationCancelled)

    def test_listing(self):
        """By FTP, as a page has no entries; the next one takes its login."""
        session = self.net.session
        call = session.listing("ftp://ftp.test/d")
        server = self.lead("ftp.test:21", b"220 hi\r\n")
        features = "FEAT | 211-x /  MLST type*;size*;modify*; / 211 end"
        self.answer(server, "USER anonymous | 230 in", features, "TYPE A | 200 ok")
        self.answer(server, "EPSV | 229 x (|||4000|)")
        data = self.lead("ftp.test:4000", b"type=file;size=1; name\r\n")
        self.answer(server, "MLSD d/ | 150 go")
        data.close()
        server.say("226 ok")
        (entry,) = self.successResultOf(call)
        self.assertEqual((entry.name, entry.size), ("name", 1))
        again = session.listing("ftp://ftp.test/d")
        self.assertEqual((server.heard(), self.net.attempts), (["EPSV"], 0))
        session.set_proxy("http://127.0.0.1:8080")
        other = session.listing("ftp://ftp.test/d")
        self.assertEqual(self.net.attempts, 1)
        for each in (again, other):
            each.cancel()
            self.failureResultOf(each, OperationCancelled)
        self.check_all_closed()


class Logins(ConnectCase):
    """A proxy that wants to know who asks."""

    def test_basic(self):
        """Answered when it asks; the next tunnel says it at once."""
        self.net = FtpNet(proxy="http://joe:sesame@127.0.0.1:3128")
        call = self.net.session.ftp("ftp.test")
        server = self.net.accept_ftp()
        self.assertNotIn(b"Authorization", self.asked(server, "ftp.test:21"))
        server.send(WHO)
        secret = b64encode(b"joe:sesame")
        field = b"\r\nProxy-Authorization: Basic %b\r\n" % secret
        self.assertIn(field, self.asked(server, "ftp.test:21"))
        server.send(OPEN + b"220 hi\r\n")
        self.answer(server, "USER anonymous | 230 in")
        ftp = self.successResultOf(call)
        opening = ftp.open_file("x")
        self.answer(server, "TYPE I | 200 ok", "EPSV | 229 x (|||4000|)")
        data = self.net.accept_ftp()
        self.assertIn(field, self.asked(data, "ftp.test:4000"))
        opening.cancel()
        self.failureResultOf(opening, OperationCancelled)
        self.check_all_closed(server, data)

    def test_nobody_to_be(self):
        """12015, and what to do."""
        call = self.net.session.ftp("ftp.test")
        peer = self.net.accept_ftp()
        peer.send(WHO)
        error = self.failureResultOf(call, LoginFailure).value
        self.assertIn("user:password@proxy", error.message)
        self.assertIn("407 Who is it?", error.server_text)
        self.check_all_closed(peer)

    def test_wrong_password(self):
        """12014, and no word of it."""
        self.net = FtpNet(proxy="http://joe:sesame@127.0.0.1:3128")
        call = self.net.session.ftp("ftp.test")
        peer = self.net.accept_ftp()
        peer.send(WHO)
        peer.send(WHO)
        error = self.failureResultOf(call, IncorrectPassword).value
        self.assertNotIn("sesame", f"{error} {error!r} {error.server_text}")
        self.check_all_closed(peer)


class Misbehaviour(ConnectCase):
    """Proxies that lead nowhere: an error within its limit, and nothing left."""

    def turn_away(
        self, kind: type[InternetError], *words: bytes, close: bool = False
    ) -> Any:
        """Have the proxy say something instead of leading to the server."""
        self.net = FtpNet(proxy=PROXY)
        call = self.net.session.ftp("ftp.test")
        peer = self.net.accept_ftp()
        self.asked(peer, "ftp.test:21")
        for each in words:
            peer.send(each)
        if close:
            peer.close(ConnectionDone())
        error = self.failureResultOf(call, kind).value
        self.check_all_closed(peer)
        return error

    def test_refusals(self):
        """Each in the proxy's words."""
        for status, kind in (
            (403, CannotConnect),
            (404, CannotConnect),
            (503, CannotConnect),
            (302, CannotConnect),
            (405, InvalidProxyRequest),
            (501, InvalidProxyRequest),
        ):
            answer = b"HTTP/1.1 %d No\r\nContent-Length: 4\r\n\r\npage" % status
            error = self.turn_away(kind, answer)
            self.assertIn(f"{status} No", error.message)
            self.assertIn("ftp.test:21", error.message)

    def test_nonsense(self):
        """What is no HTTP, what has no end, and what ends."""
        for words in (b"220 hello, this is FTP\r\n", b"\0\1\2\r\n\r\n", b"x" * 70000):
            self.turn_away(HttpInvalidServerResponse, words)
        self.turn_away(
            HttpInvalidServerResponse, b"HTTP/1.1 200 OK\r\nX: y" + b"y" * 70000
        )
        for words in (b"", b"HTTP/1.1 200"):
            self.turn_away(ConnectionAborted, words, close=True)

    def test_words_before_they_are_due(self):
        """In TLS the client speaks first: what came with the answer is nobody's."""
        net = self.net = SecureNet(proxy=PROXY)
        call = net.session.ftp("ftp.test", tls="implicit")
        peer = net.accept_ftp()
        self.asked(peer, "ftp.test:990")
        peer.send(OPEN + b"220 hi\r\n")
        self.failureResultOf(call, HttpInvalidServerResponse)
        self.check_all_closed(peer)

    def test_silence(self):
        """Of the proxy, and of the server behind it: each has its limit."""
        call = self.net.session.ftp("ftp.test")
        peer = self.net.accept_ftp()
        self.net.advance(31)
        error = self.failureResultOf(call, Timeout).value
        self.assertIn("getting through the proxy", error.message)
        self.assertTrue(peer.closed)
        call = self.net.session.ftp("ftp.test")
        peer = self.lead("ftp.test:21")
        self.net.advance(61)
        error = self.failureResultOf(call, Timeout).value
        self.assertIn("ftp_reply", error.message)
        self.check_all_closed(peer)

    def test_refused_connection(self):
        """The proxy itself is not there."""
        call = self.net.session.ftp("ftp.test")
        self.net.refuse()
        self.failureResultOf(call, ProxyServerUnreachable)
        self.check_all_closed()

    def test_data_that_it_does_not_lead_to(self):
        """The other way is tried; then the call fails, and the session goes on."""
        ftp, server = self.enter()
        opening = ftp.open_file("x")
        self.answer(server, "TYPE I | 200 ok")
        no = b"HTTP/1.1 403 Not that port\r\nContent-Length: 0\r\n\r\n"
        for reply in ("EPSV | 229 x (|||4000|)", "PASV | 227 go (10,0,0,1,15,160)"):
            self.answer(server, reply)
            peer = self.net.accept_ftp()
            self.asked(peer, "ftp.test:4000")
            peer.send(no)
            self.assertTrue(peer.closed)
        error = self.failureResultOf(opening, CannotConnect).value
        self.assertIn("403 Not that port", error.message)
        call = ftp.current_directory()
        self.answer(server, 'PWD | 257 "/" it is')
        self.assertEqual(self.successResultOf(call), "/")
        self.check_all_closed(server)

    def test_silence_before_data(self):
        """Has the limit of connecting; the session goes on."""
        ftp, server = self.enter()
        opening = ftp.open_file("x")
        self.answer(server, "TYPE I | 200 ok", "EPSV | 229 x (|||4000|)")
        peer = self.net.accept_ftp()
        self.net.advance(31)
        self.failureResultOf(opening, Timeout)
        self.assertTrue(peer.closed)
        call = ftp.current_directory()
        self.answer(server, 'PWD | 257 "/" it is')
        self.successResultOf(call)
        self.check_all_closed(server)

    def test_cancelling(self):
        """While the proxy thinks."""
        call = self.net.session.ftp("ftp.test")
        peer = self.net.accept_ftp()
        call.cancel()
        self.failureResultOf(call, OperationCancelled)
        self.check_all_closed(peer)


class Secure(SecureFtpTestCase, ConnectCase):
    """FTPS through a tunnel: the proxy sees nothing but TLS."""

    def setUp(self) -> None:
        self.net = SecureNet(proxy=PROXY)
        self.context = server_context(root().issue(("ftp.test",)))
        self.context.set_session_id(b"ftp")
        self.context.set_session_cache_mode(SSL.SESS_CACHE_SERVER)

    def test_explicit(self):
        """Both connections, and the second resumes the session of the first."""
        call = self.net.session.ftp("ftp.test", tls="explicit")
        server: SecurePeer = self.lead("ftp.test:21", b"220 hi\r\n")
        self.answer(server, "AUTH TLS | 234 go on")
        server.start_tls(self.context)
        self.check(call, server)

    def test_implicit(self):
        """TLS from the first byte behind the proxy's answer."""
        call = self.net.session.ftp("ftp.test", tls="implicit")
        server: SecurePeer = self.lead("ftp.test:990")
        server.start_tls(self.context)
        server.say("220 hi")
        self.check(call, server)

    def check(self, call: Any, server: SecurePeer) -> None:
        self.answer(server, *LOGIN)
        ftp = self.successResultOf(call)
        opening = ftp.open_file("x")
        self.answer(server, "TYPE I | 200 ok", "EPSV | 229 x (|||4000|)")
        data: SecurePeer = self.lead("ftp.test:4000")
        self.answer(server, "RETR x | 150 go (5 bytes)")
        data.start_tls(self.context)
        self.assertTrue(data.resumed)
        file = self.successResultOf(opening)
        data.send(b"hello")
        data.say_farewell()
        self.net.advance()
        server.say("226 ok")
        self.assertEqual(self.successResultOf(file.read(9)), b"hello")
        self.check_all_closed(server, data)
