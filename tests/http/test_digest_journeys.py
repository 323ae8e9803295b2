"""Digest with a server, on the whole way of requests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.http.challenger import (
    ANN,
    BASIC,
    DIGEST,
    DONE,
    INTEGRITY,
    URL,
    JourneyCase,
    asks,
    moved,
    said,
)
from twinet._http.bytes_producer import BytesProducer

if TYPE_CHECKING:
    from tests.http.memory import Peer


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
            peer.send(asks(INTEGRITY))
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
            ((INTEGRITY,), None),
            ((INTEGRITY, BASIC), b"Basic "),
            ((INTEGRITY.replace(b'auth-int"', b'auth-int, auth"'),), b"qop=auth,"),
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
