"""Requests that say who they are, on their whole way: servers, proxies, redirects."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from tests.http.challenger import Asked
from tests.http.memory import OK, MemoryNet, Peer
from tests.http.proxied import OneProxy, proxied_net
from twinet._http.bytes_producer import BytesProducer
from twinet._http.errand import Errand
from twinet.flags import Flag
from twinet.options import Option
from twinet.proxy import Proxy
from twinet.records import Credentials

ANN, BOB = Credentials("ann", "a"), Credentials("bob", "b")
BASIC = b'Basic realm="r"'
DIGEST = b'Digest realm="r", nonce="n1", qop="auth", algorithm=SHA-256'
INT = DIGEST.replace(b'"auth"', b'"auth-int"')
URL = "http://127.0.0.1:8080/d/x"
DONE = OK + b"hello"


def asks(*challenges: bytes, status: int = 401) -> bytes:
    """Return an answer with challenges."""
    name = b"Proxy-Authenticate" if status == 407 else b"WWW-Authenticate"
    lines = b"".join(b"%b: %b\r\n" % (name, each) for each in challenges)
    return b"HTTP/1.1 %d X\r\n%bContent-Length: 6\r\n\r\ndenied" % (status, lines)


def moved(url: str) -> bytes:
    """Return a redirect that keeps the verb."""
    return b"HTTP/1.1 307 M\r\nLocation: %b\r\nContent-Length: 0\r\n\r\n" % url.encode()


def said(request: bytes, name: bytes = b"Authorization") -> Asked | None:
    """Return what a request says of who it is; None when nothing."""
    head = request.partition(b"\r\n\r\n")[0]
    values = [
        line.partition(b": ")[2]
        for line in head.split(b"\r\n")[1:]
        if line.partition(b":")[0] == name
    ]
    assert len(values) < 2, request
    return Asked(values[0]) if values else None


class JourneyCase(SynchronousTestCase):
    """One net, and calls on it."""

    def setUp(self) -> None:
        self.net = MemoryNet()
        self.session = self.net.session

    def as_ann(self, **options: Any) -> Any:
        """Return a request of Ann's."""
        connection = self.session.http("127.0.0.1", 8080, username="ann", password="a")
        return connection.open_request(options.pop("verb", "GET"), "/d/x", **options)

    def heard(self, peer: Peer, name: bytes = b"Authorization") -> Asked:
        """Take a request that says who it is."""
        request = peer.request()
        asked = said(request, name)
        assert asked is not None, request
        return asked

    def silent(self, peer: Peer) -> bytes:
        """Take a request that does not."""
        request = peer.request()
        self.assertTrue(request)
        self.assertNotIn(b"uthorization", request)
        return request

    def status(self, pending: Any) -> int:
        """Return the status that a call ended with."""
        code: int = self.successResultOf(pending).response.status_code
        return code


class DigestTests(JourneyCase):
    """Digest with a server."""

    def test_challenge_is_met_and_not_made_again(self) -> None:
        """The second request, whoever makes it, is answered for ahead."""
        pending = self.as_ann().send()
        peer = self.net.accept()
        self.silent(peer)
        peer.send(asks(BASIC, DIGEST))
        first = self.heard(peer)
        self.assertTrue(first.right_for(ANN, b"GET"))
        self.assertEqual(first.parameters[b"uri"], b"/d/x")
        peer.send(DONE)
        self.assertEqual(self.status(pending), 200)
        for send, count in (
            (self.as_ann().send, 2),
            (lambda: self.session.get(f"{URL}/y?z"), 3),
            (lambda: self.session.fetch(URL), 4),
        ):
            pending = send()
            again = self.heard(peer)
            self.assertEqual((again.nonce, again.count), (b"n1", count))
            self.assertTrue(again.right_for(ANN, b"GET"))
            peer.send(DONE)
            self.successResultOf(pending)

    def test_requests_at_once_repeat_no_count(self) -> None:
        """Of one nonce, over several connections."""
        pending = self.as_ann().send()
        peer = self.net.accept()
        peer.send(asks(DIGEST))
        peer.send(DONE)
        self.successResultOf(pending)
        peer.request()
        calls = [self.as_ann().send() for _ in range(5)]
        peers = [peer, *(self.net.accept() for _ in range(4))]
        heard = [self.heard(each) for each in peers]
        self.assertEqual(sorted(each.count for each in heard), [2, 3, 4, 5, 6])
        for each in peers:
            each.send(DONE)
        for call in calls:
            self.assertEqual(self.status(call), 200)

    def test_stale_nonce(self) -> None:
        """Is asked for once more, and without a word to the program."""
        pending = self.as_ann().send()
        peer = self.net.accept()
        peer.send(asks(DIGEST))
        peer.send(DONE)
        self.successResultOf(pending)
        self.net.news.clear()
        pending = self.as_ann().send()
        stale = DIGEST.replace(b"n1", b"n2") + b", stale=true"
        peer.send(asks(stale))
        peer.send(asks(stale.replace(b"n2", b"n3")))
        peer.request()
        peer.send(asks(stale.replace(b"n2", b"n4")))
        self.assertEqual(peer.request(), b"")
        self.assertEqual(self.status(pending), 401)
        sent = [told for told in self.net.told if told.startswith("REQUEST_SENT")]
        self.assertEqual(len(sent), 3)

    def test_nextnonce(self) -> None:
        """Of the answer, also when that is a redirect."""
        pending = self.as_ann().send()
        peer = self.net.accept()
        peer.send(asks(DIGEST))
        peer.request()
        info = b"307 M\r\nAuthentication-Info: nextnonce=n2\r\n"
        peer.send(moved("/d/y").replace(b"307 M\r\n", info))
        heard = self.heard(peer)
        self.assertEqual((heard.nonce, heard.count), (b"n2", 1))
        self.assertEqual(heard.parameters[b"uri"], b"/d/y")
        peer.send(DONE)
        self.successResultOf(pending)

    def test_body_that_is_hashed(self) -> None:
        """auth-int: bytes of any length; they are sent again."""
        for body in (b"a=1", b"x" * 200_000):
            self.setUp()
            pending = self.as_ann(verb="POST").send(body)
            peer = self.net.accept()
            self.finish(peer)
            peer.request()
            peer.send(asks(INT))
            self.finish(peer)
            request = peer.request()
            self.assertTrue(request.endswith(b"\r\n\r\n" + body))
            heard = said(request)
            assert heard is not None
            self.assertEqual(heard.qop, b"auth-int")
            self.assertTrue(heard.right_for(ANN, b"POST", body))
            peer.send(DONE)
            self.assertEqual(self.status(pending), 200)

    def finish(self, peer: Peer) -> None:
        """Let a producer write all that it has."""
        while peer.transport.producer is not None:
            peer.transport.producer.resumeProducing()

    def test_body_that_is_not_at_hand(self) -> None:
        """Is not hashed: the scheme counts as not offered."""
        for challenges, heard in (
            ((INT,), None),
            ((INT, BASIC), b"Basic "),
            ((INT.replace(b'auth-int"', b'auth-int, auth"'),), b"qop=auth,"),
        ):
            self.setUp()
            pending = self.as_ann(verb="POST").send(lambda: BytesProducer(b"a=1"))
            peer = self.net.accept()
            self.finish(peer)
            self.silent(peer)
            peer.send(asks(*challenges))
            if heard is not None:
                self.finish(peer)
                request = peer.request()
                self.assertIn(heard, request)
                self.assertTrue(request.endswith(b"a=1"))
                peer.send(DONE)
            self.assertEqual(self.status(pending), 401 if heard is None else 200)

    def test_body_that_was_handed_over(self) -> None:
        """It cannot be sent again, but the next one is answered for ahead."""
        nonces = []
        peer: Peer | None = None
        for status, nonce in ((401, b"n1"), (200, b""), (401, b"n2"), (200, b"")):
            request = self.as_ann(verb="POST")
            started = request.start(3)
            if peer is None:
                peer = self.net.accept()
            self.successResultOf(started)
            self.successResultOf(request.write(b"a=1"))
            pending = request.finish()
            asked = said(peer.request())
            nonces.append(asked and asked.nonce)
            stale = DIGEST.replace(b"n1", nonce) + b", stale=true"
            peer.send(asks(stale) if nonce else DONE)
            self.assertEqual(self.status(pending), status)
        self.assertEqual(nonces, [None, b"n1", b"n1", b"n2"])


class WhoTests(JourneyCase):
    """Where user name and password come from."""

    def denied(self, pending: Any, *challenges: bytes) -> Peer:
        """Let a call be challenged that says nothing."""
        peer = self.net.accept()
        self.silent(peer)
        peer.send(asks(*(challenges or (BASIC,))))
        return peer

    def test_options_after_the_answer(self) -> None:
        """WinINet's way: set them, and send the same handle again."""
        request = self.session.http("127.0.0.1", 8080).open_request("GET", "/d/x")
        peer = self.denied(pending := request.send(), DIGEST)
        self.assertEqual(self.status(pending), 401)
        request.options[Option.USERNAME] = "ann"
        request.options[Option.PASSWORD] = "a"
        pending = request.send()
        self.silent(peer)
        peer.send(asks(DIGEST))
        self.assertTrue(self.heard(peer).right_for(ANN, b"GET"))
        peer.send(DONE)
        self.assertEqual(self.status(pending), 200)

    def test_memory_of_the_session(self) -> None:
        """Answers for requests that bring nothing, until it is ended."""
        pending = self.session.get(URL.replace("//", "//ann:a@"))
        peer = self.denied(pending)
        self.assertEqual(self.heard(peer).pair, "ann:a")
        peer.send(DONE)
        self.successResultOf(pending)
        for option in (None, Option.DIGEST_AUTH_UNLOAD, Option.END_BROWSER_SESSION):
            if option is not None:
                self.session.options[option] = None
            pending = self.session.get(URL)
            self.silent(peer)
            peer.send(asks(BASIC))
            if option is Option.END_BROWSER_SESSION:
                self.assertEqual(self.status(pending), 401)
            else:
                self.assertEqual(self.heard(peer).pair, "ann:a")
                peer.send(DONE)
                self.assertEqual(self.status(pending), 200)

    def test_digest_is_forgotten(self) -> None:
        """By both options."""
        for option in (Option.DIGEST_AUTH_UNLOAD, Option.END_BROWSER_SESSION):
            self.setUp()
            pending = self.session.get(URL.replace("//", "//ann:a@"))
            peer = self.denied(pending, DIGEST)
            peer.request()
            peer.send(DONE)
            self.session.options[option] = None
            pending = self.session.get(URL)
            self.silent(peer)
            peer.send(asks(DIGEST))
            self.assertEqual(self.status(pending), 401)

    def test_netrc(self) -> None:
        """By host, for those that redirects lead to as well."""
        path = Path(self.mktemp())
        path.write_text(
            "machine 127.0.0.1 login ann password a\n"
            "machine 127.0.0.2 login bob password b\n"
        )
        path.chmod(0o600)
        self.net = MemoryNet(netrc=path)
        self.session = self.net.session
        pending = self.session.get(URL)
        peer = self.denied(pending)
        self.assertEqual(self.heard(peer).pair, "ann:a")
        peer.send(moved("http://127.0.0.2/"))
        other = self.denied(pending, DIGEST)
        self.assertTrue(self.heard(other).right_for(BOB, b"GET"))
        other.send(moved("http://127.0.0.3/"))
        third = self.denied(pending)
        self.assertEqual(self.status(pending), 401)
        self.assertEqual(third.request(), b"")
        # A request's own go before it; a user name alone is completed.
        for given, pair in (("bob:x@", "bob:x"), ("ann@", "ann:a"), ("eve@", "eve:")):
            pending = self.session.get(URL.replace("//", f"//{given}"))
            self.silent(peer)
            peer.send(asks(BASIC))
            self.assertEqual(self.heard(peer).pair, pair)
            peer.send(DONE)
            self.successResultOf(pending)

    def test_pre_auth(self) -> None:
        """Basic at once, to the origin alone that it was given for; then as asked."""
        own = URL.replace("//", "//ann:a@")
        pending = self.session.get(own, flags=Flag.PRE_AUTH)
        peer = self.net.accept()
        self.assertEqual(self.heard(peer).pair, "ann:a")
        peer.send(moved("http://127.0.0.2/"))
        self.silent(other := self.net.accept())
        other.send(DONE)
        self.successResultOf(pending)
        pending = self.session.get(own, flags=Flag.PRE_AUTH)
        self.assertEqual(self.heard(peer).pair, "ann:a")
        peer.send(asks(BASIC, DIGEST))
        self.assertTrue(self.heard(peer).right_for(ANN, b"GET"))
        peer.send(DONE)
        self.successResultOf(pending)
        pending = self.session.get(own, flags=Flag.PRE_AUTH)
        self.assertEqual(self.heard(peer).count, 2)
        peer.send(DONE)
        self.successResultOf(pending)

    def test_everybodys_user_is_not_told_to_everybody(self) -> None:
        """What a .netrc file has as default answers those who ask."""
        path = Path(self.mktemp())
        path.write_text("default login ann password a\n")
        path.chmod(0o600)
        self.net = MemoryNet(netrc=path)
        self.session = self.net.session
        pending = self.session.get(URL, flags=Flag.PRE_AUTH)
        peer = self.denied(pending)
        self.assertEqual(self.heard(peer).pair, "ann:a")
        peer.send(DONE)
        self.session.get(URL, flags=Flag.PRE_AUTH)
        self.assertEqual(self.heard(peer).pair, "ann:a")

    def test_requests_that_are_strangers(self) -> None:
        """What one brings is nothing to another; a nonce is nobody's."""
        self.net = MemoryNet(remember_logins=False)
        self.session = self.net.session
        pending = self.session.get(URL.replace("//", "//ann:a@"))
        peer = self.denied(pending, DIGEST)
        peer.request()
        peer.send(DONE)
        pending = self.session.get(URL)
        self.silent(peer)
        peer.send(asks(DIGEST))
        self.assertEqual(self.status(pending), 401)
        self.session.get(URL.replace("//", "//bob:b@"))
        self.assertTrue((said := self.heard(peer)).right_for(BOB, b"GET"))
        self.assertEqual(said.count, 2)

    def test_pre_auth_spares_the_second_challenge_of_basic(self) -> None:
        """Below the folder that asked, for requests that bring nothing."""
        pending = self.as_ann().send()
        peer = self.denied(pending)
        peer.request()
        peer.send(DONE)
        for path, known in (("/d/y/z?q", True), ("/d/", True), ("/e", False)):
            pending = self.session.get(
                f"http://127.0.0.1:8080{path}", flags=Flag.PRE_AUTH
            )
            self.assertIs(said(peer.request()) is not None, known, path)
            peer.send(DONE)
            self.successResultOf(pending)

    def test_programs_own_field(self) -> None:
        """Goes out as it is, whatever is remembered, and its refusal stands."""
        pending = self.as_ann().send()
        peer = self.denied(pending, DIGEST)
        peer.request()
        peer.send(DONE)
        pending = self.session.get(
            URL, headers={"authorization": "Bearer t"}, flags=Flag.PRE_AUTH
        )
        request = peer.request()
        self.assertIn(b"\r\nauthorization: Bearer t\r\n", request)
        self.assertNotIn(b"Digest", request)
        peer.send(asks(DIGEST))
        self.assertEqual(self.status(pending), 401)

    def test_flags_that_keep_silent(self) -> None:
        """NO_AUTH and SUPPRESS_SERVER_AUTH, ahead and when asked; the option too."""
        pending = self.as_ann().send()
        peer = self.denied(pending, DIGEST)
        peer.request()
        peer.send(DONE)
        suppressed = self.as_ann()
        suppressed.options[Option.SUPPRESS_SERVER_AUTH] = None
        for send in (
            self.as_ann(flags=Flag.NO_AUTH).send,
            self.as_ann(flags=Flag.SUPPRESS_SERVER_AUTH).send,
            suppressed.send,
            lambda: self.session.get(URL, flags=Flag.SUPPRESS_SERVER_AUTH),
        ):
            pending = send()
            self.silent(peer)
            peer.send(asks(DIGEST))
            self.assertEqual(self.status(pending), 401)

    def test_other_hosts_keep_the_short_way(self) -> None:
        """Only requests to hosts that asked take the long one."""
        pending = self.as_ann().send()
        peer = self.denied(pending, DIGEST)
        peer.request()
        peer.send(DONE)
        ways = []
        source = self.session.engine.source

        def watched(*args: Any) -> Any:
            ways.append(source(*args))
            return ways[-1]

        self.patch(self.session.engine, "source", watched)
        self.session.get("http://127.0.0.2/")
        self.net.accept().send(DONE)
        self.session.get("http://127.0.0.2/")
        self.session.get(URL)
        self.assertEqual([type(way) is Errand for way in ways], [False, True, False])


class ProxyTests(SynchronousTestCase):
    """A proxy in the clear, which asks for itself."""

    def setUp(self) -> None:
        self.net = proxied_net(Proxy("http", "127.0.0.9", 3128, BOB))
        self.session = self.net.session

    def both(self, request: bytes) -> tuple[Asked | None, Asked | None]:
        """Return what is said to the proxy and to the server."""
        return said(request, b"Proxy-Authorization"), said(request)

    def test_proxy_and_server_ask(self) -> None:
        """The proxy first; each is told its own, and both ahead the next time."""
        pending = self.session.get("http://ann:a@origin.test/d/x")
        peer = self.net.accept()
        self.assertEqual(self.both(peer.request()), (None, None))
        peer.send(asks(BASIC, DIGEST, status=407))
        proxy, server = self.both(peer.request())
        assert proxy is not None
        self.assertTrue(proxy.right_for(BOB, b"GET"))
        self.assertIsNone(server)
        peer.send(asks(DIGEST.replace(b"n1", b"m1")))
        proxy, server = self.both(peer.request())
        assert proxy is not None
        assert server is not None
        self.assertEqual((proxy.nonce, proxy.count), (b"n1", 2))
        self.assertTrue(proxy.right_for(BOB, b"GET"))
        self.assertEqual((server.nonce, server.count), (b"m1", 1))
        self.assertTrue(server.right_for(ANN, b"GET"))
        peer.send(DONE)
        self.assertEqual(self.successResultOf(pending).response.status_code, 200)
        self.session.get("http://origin.test/d/y")
        proxy, server = self.both(peer.request())
        assert proxy is not None
        assert server is not None
        self.assertEqual((proxy.count, server.count), (3, 2))

    def test_basic_to_a_proxy_is_sent_ahead_once_it_asked(self) -> None:
        """To whatever server; and a server never hears of it."""
        pending = self.session.get("http://origin.test/d/x")
        peer = self.net.accept()
        peer.request()
        peer.send(asks(BASIC, status=407))
        peer.request()
        peer.send(DONE)
        self.successResultOf(pending)
        pending = self.session.get("http://other.test/")
        proxy, server = self.both(peer.request())
        assert proxy is not None
        self.assertEqual((proxy.pair, server), ("bob:b", None))
        peer.send(moved("http://127.0.0.1/"))
        proxies = self.session.engine.proxies
        assert isinstance(proxies, OneProxy)
        self.assertIsNotNone(said(peer.request(), b"Proxy-Authorization"))
        peer.send(DONE)
        self.successResultOf(pending)
        proxies.straight = ("127.0.0.1",)
        self.session.get("http://127.0.0.1/")
        self.assertEqual(self.both(self.net.accept().request()), (None, None))

    def test_refusals_stand(self) -> None:
        """Of the proxy and of the server, each after one answer."""
        for status in (401, 407):
            self.setUp()
            pending = self.session.get("http://ann:a@origin.test/")
            peer = self.net.accept()
            for count in range(2):
                self.assertTrue(peer.request(), count)
                peer.send(asks(DIGEST, BASIC, status=status))
            self.assertEqual(peer.request(), b"")
            response = self.successResultOf(pending).response
            self.assertEqual(response.status_code, status)

    def test_options_of_the_request(self) -> None:
        """Set after the answer, in the place of what came with the proxy."""
        connection = self.session.http("origin.test")
        request = connection.open_request("GET", "/")
        pending = request.send()
        peer = self.net.accept()
        for _ in range(2):
            peer.request()
            peer.send(asks(DIGEST, status=407))
        self.assertEqual(self.successResultOf(pending).response.status_code, 407)
        request.options[Option.PROXY_USERNAME] = "ann"
        request.options[Option.PROXY_PASSWORD] = "a"
        pending = request.send()
        self.net.advance()
        # Another user has connections of his own.
        peer = self.net.accept()
        if said(peer.request(), b"Proxy-Authorization") is None:
            peer.send(asks(DIGEST, status=407))
            heard = said(peer.request(), b"Proxy-Authorization")
            assert heard is not None
            self.assertTrue(heard.right_for(ANN, b"GET"))
        peer.send(DONE)
        self.assertEqual(self.successResultOf(pending).response.status_code, 200)
        # A connection's are its requests'.
        connection.options[Option.PROXY_USERNAME] = "eve"
        other = connection.open_request("GET", "/")
        self.assertEqual(other.options[Option.PROXY_USERNAME], "eve")
        self.assertEqual(request.options[Option.PROXY_USERNAME], "ann")

    def test_flags(self) -> None:
        """NO_AUTH is for both; SUPPRESS_SERVER_AUTH for the server alone."""
        pending = self.session.get("http://ann:a@origin.test/", flags=Flag.NO_AUTH)
        peer = self.net.accept()
        peer.request()
        peer.send(asks(BASIC, status=407))
        self.assertEqual(self.successResultOf(pending).response.status_code, 407)
        pending = self.session.get(
            "http://ann:a@origin.test/", flags=Flag.SUPPRESS_SERVER_AUTH
        )
        peer.request()
        peer.send(asks(BASIC, status=407))
        self.assertIn(b"Proxy-Authorization", peer.request())
        peer.send(asks(BASIC))
        self.assertEqual(self.successResultOf(pending).response.status_code, 401)

    def test_programs_own_field(self) -> None:
        """Goes out as it is; the proxy's refusal stands."""
        pending = self.session.get(
            "http://origin.test/", headers={"Proxy-Authorization": "Bearer t"}
        )
        peer = self.net.accept()
        self.assertIn(b"Proxy-Authorization: Bearer t\r\n", peer.request())
        peer.send(asks(BASIC, status=407))
        self.assertEqual(self.successResultOf(pending).response.status_code, 407)

    def test_server_that_says_407(self) -> None:
        """Without a proxy on the way nobody is told anything."""
        self.session.engine.proxies = None
        pending = self.session.get("http://ann:a@127.0.0.1/")
        peer = self.net.accept()
        peer.request()
        peer.send(asks(BASIC, status=407))
        self.assertEqual(self.successResultOf(pending).response.status_code, 407)


CHALLENGES = (
    *(BASIC, DIGEST, INT, b"Negotiate", b"Digest realm=r", b'Basic realm="'),
    *(DIGEST + b", stale=true", DIGEST.replace(b'"r"', b'"s"')),
    *(DIGEST.replace(b"SHA-256", b"MD5-sess"), b"Digest realm=r, nonce=x"),
    *(b'Basic realm="s", charset="UTF-8"', DIGEST + b", userhash=true"),
    *(DIGEST + b', domain="/d http://127.0.0.2/"', DIGEST + b", nonce=n"),
)


class RandomTests(SynchronousTestCase):
    """Servers and proxies that ask for anything, at any time."""

    def test_every_call_ends_after_a_few_rounds(self) -> None:
        """Nobody is told what is not his, and no count comes twice."""
        most = 0
        for number in range(150):
            most = max(most, self.story(Random(number), number))
        # Five are the most for each of two URLs; chance takes us beyond those of one.
        self.assertGreater(most, 5)

    def story(self, random: Random, number: int) -> int:
        """Tell a story; return the most rounds that a call in it took."""
        net = proxied_net(Proxy("http", "127.0.0.9", 3128, BOB), "127.0.0.2")
        net.session.set_status_callback(None)
        seen: set[tuple[bytes, bytes, bytes]] = set()
        most = 0
        peers: list[Peer] = []
        eager = random.random()
        for call in range(8):
            flags = Flag.PRE_AUTH if random.random() < 0.3 else Flag(0)
            who = "ann:a@" if random.random() < 0.7 else ""
            pending = net.session.get(f"http://{who}127.0.0.1/d/x", flags=flags)
            ends: list[Any] = []
            pending.addBoth(ends.append)
            rounds, hops = 0, 0
            while not ends:
                while net.attempts:
                    peers.append(net.accept())
                asked = [(each, each.request()) for each in peers]
                asked = [(each, request) for each, request in asked if request]
                self.assertEqual(len(asked), 1, f"story {number}, call {call}")
                ((peer, request),) = asked
                rounds += 1
                self.check(request, seen)
                if random.random() < eager:
                    peer.send(self.challenge(random, call, rounds))
                elif hops < 1 and random.random() < 0.4:
                    hops += 1
                    peer.send(moved(random.choice(("/d/y", "http://127.0.0.2/"))))
                else:
                    nonce = b"k%d.%d" % (call, random.randrange(rounds))
                    info = b"Authentication-Info: nextnonce=%b\r\n" % nonce
                    proxy = b"Proxy-Authentication-Info: nextnonce=p%b\r\n" % nonce
                    more = random.choice((b"", info, proxy, info + proxy))
                    peer.send(DONE.replace(b"OK\r\n", b"OK\r\n" + more))
            self.assertLessEqual(rounds, 5 * (hops + 1), f"story {number}")
            most = max(most, rounds)
            self.assertIn(ends[0].response.status_code, (200, 401, 407))
            ends[0].close()
            net.advance()
        return most

    def challenge(self, random: Random, call: int, rounds: int) -> bytes:
        """Return an answer that asks, mostly with another nonce."""
        number = b"%d.%d" % (call, rounds)
        kinds = random.choice((CHALLENGES, (DIGEST + b", stale=true",)))
        challenges = [
            random.choice(kinds).replace(b'"n1"', b'"n%b"' % number)
            for _ in range(random.randrange(4))
        ]
        return asks(*challenges, status=random.choice((401, 407)))

    def check(self, request: bytes, seen: set[tuple[bytes, bytes, bytes]]) -> None:
        """Check what a request says, and to whom."""
        proxy, server = said(request, b"Proxy-Authorization"), said(request)
        absolute = request.startswith(b"GET http://")
        if proxy is not None:
            self.assertTrue(absolute, request)
        if server is not None:
            self.assertIn(b"\r\nHost: 127.0.0.1\r\n", request)
        for asked, who in ((proxy, BOB), (server, ANN)):
            if asked is None:
                continue
            if asked.scheme == b"basic":
                self.assertEqual(asked.pair, f"{who.username}:{who.password}")
            elif asked.qop:
                used = (asked.nonce, asked.cnonce, asked.parameters[b"nc"])
                self.assertNotIn(used, seen)
                seen.add(used)
