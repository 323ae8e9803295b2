"""Where user name and password come from, and who is told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.http.challenger import (
    ANN,
    BASIC,
    BOB,
    DIGEST,
    DONE,
    URL,
    Asked,
    JourneyCase,
    asks,
    moved,
    said,
)
from tests.http.memory import MemoryNet, Peer
from twinet._http.errand import Errand
from twinet._http.login import Eagerness, Login
from twinet._http.login_memory import LoginMemory
from twinet._http.protection_space import Place
from twinet._wire.digest import DigestSubject
from twinet._wire.netrc import parse_netrc
from twinet.flags import Flag
from twinet.options import Option
from twinet.records import Credentials


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

    def test_strangers_of_one_netrc_are_not_asked_each(self) -> None:
        """What all may say to who has asked is nobody's secret from the others."""
        for netrc in ("machine 127.0.0.1", "default"):
            for challenge in (BASIC, DIGEST):
                path = Path(self.mktemp())
                path.write_text(f"{netrc} login ann password a\n")
                path.chmod(0o600)
                self.net = MemoryNet(netrc=path, remember_logins=False)
                self.session = self.net.session
                pending = self.session.get(URL)
                peer = self.denied(pending, challenge)
                self.heard(peer)
                peer.send(DONE)
                pending = self.session.get(URL, flags=Flag.PRE_AUTH)
                self.assertTrue(self.heard(peer).right_for(ANN, b"GET"))

    def test_password_of_a_request_goes_before_that_of_netrc(self) -> None:
        """Also for the same user; and none at all is the one that is known."""
        kept = LoginMemory(parse_netrc("machine 127.0.0.1 login ann password old"))
        place = Place(False, "http", "127.0.0.1", 8080)
        for password, pair in (("new", "ann:new"), ("", "ann:old")):
            login = Login(
                *(kept, place, DigestSubject(b"GET", b"/"), "/"),
                Credentials("ann", password),
                Eagerness(at_once=True),
            )
            self.assertEqual(Asked(login.value()).pair, pair)

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

    def test_somebody_gets_known_while_the_answer_is_awaited(self) -> None:
        """Of two requests at once one logs in, which answers for the other one too."""
        for _ in range(2):
            self.session.get(URL)
        peers = [self.net.accept(), self.net.accept()]
        for peer in peers:
            peer.request()
            peer.send(DONE)
        pending = self.session.get(URL)
        self.assertEqual((self.silent(peers[1]), peers[0].request())[1], b"")
        self.session.get(URL.replace("//", "//ann:a@"))
        self.silent(peers[0])
        peers[0].send(asks(BASIC))
        self.heard(peers[0])
        peers[0].send(DONE)
        peers[1].send(asks(BASIC))
        self.assertEqual(self.heard(peers[1]).pair, "ann:a")
        peers[1].send(DONE)
        self.assertEqual(self.status(pending), 200)

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
