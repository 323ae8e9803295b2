"""Redirects through a session: what goes out, what is told, what is left behind.

(Where a single answer leads is in ``test_redirect.py``.)
"""

from __future__ import annotations

from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from tests.http.memory import OK, MemoryNet, Peer
from twinet import Option
from twinet.errors import (
    HttpInvalidServerResponse,
    HttpRedirectFailed,
    IncorrectHandleState,
    InvalidUrl,
)
from twinet.flags import Flag
from twinet.query import Query
from twinet.records import Limits
from twinet.status import Status

URL = "http://192.0.2.1/a/1"
FULL = OK + b"hello"


def moved(
    location: str, status: int = 302, *lines: bytes, body: bytes = b"", length: int = -1
) -> bytes:
    """Return a redirect; its length is that of the body unless one is given."""
    return b"HTTP/1.1 %d Moved\r\nLocation: %b\r\nContent-Length: %d\r\n%b\r\n%b" % (
        status,
        location.encode(),
        len(body) if length < 0 else length,
        b"".join(line + b"\r\n" for line in lines),
        body,
    )


class JourneyTests(SynchronousTestCase):
    """Over memory transports."""

    def setUp(self) -> None:
        self.net = MemoryNet(agent="")
        self.session = self.net.session

    def request(self, verb: str = "GET", url: str = URL, **options: Any) -> Any:
        """Make a request handle for a URL."""
        _, _, rest = url.partition("//")
        host, _, path = rest.partition("/")
        where = self.session.http(host, username="me", password="mine")
        return where.open_request(verb, f"/{path}", **options)

    def sent(self, peer: Peer) -> tuple[bytes, dict[bytes, bytes], bytes]:
        """Take a request: its line, its fields by name in lower case, its body."""
        head, _, body = peer.request().partition(b"\r\n\r\n")
        first, *lines = head.split(b"\r\n")
        pairs = [line.partition(b": ") for line in lines]
        return first, {name.lower(): value for name, _, value in pairs}, body

    def test_relative_locations_follow_the_latest_url(self) -> None:
        """Over three hops, on one connection."""
        pending = self.session.get(URL)
        peer = self.net.accept()
        for location, line in (
            ("../b/2", b"GET /b/2 HTTP/1.1"),
            ("3?q", b"GET /b/3?q HTTP/1.1"),
            ("?r", b"GET /b/3?r HTTP/1.1"),
        ):
            peer.request()
            peer.send(moved(location))
            first, _, _ = self.sent(peer)
            self.assertEqual(first, line)
        peer.send(FULL)
        request = self.successResultOf(pending)
        self.assertEqual(request.url, "http://192.0.2.1/b/3?r")
        self.assertEqual(request.options[Option.URL], request.url)
        self.assertEqual(self.net.attempts, 0)

    def test_history_has_each_answer_as_it_came(self) -> None:
        """Oldest first, with its raw head and its own URL, and what led to it."""
        pending = self.session.get(URL)
        peer = self.net.accept()
        heads = [
            moved("/2", 301, b"x-ODD:  1", b"X-Odd: \xff"),
            moved("/3", 307),
        ]
        for head in heads:
            peer.send(head)
        peer.send(FULL)
        response = self.successResultOf(pending).response
        history = response.history
        self.assertEqual([past.raw_head for past in history], heads)
        self.assertEqual([past.status_code for past in history], [301, 307])
        self.assertEqual([past.url for past in history], [URL, "http://192.0.2.1/2"])
        self.assertEqual([len(past.history) for past in history], [0, 1])

    def test_fragment_is_neither_sent_nor_part_of_the_url(self) -> None:
        """Neither the program's own nor that of a Location."""
        for fragment in ("#mine", ""):
            pending = self.session.get(URL + fragment)
            peer = self.net.accept()
            peer.send(moved("/2#theirs"))
            self.assertNotIn(b"#", peer.request())
            peer.send(FULL)
            request = self.successResultOf(pending)
            self.assertEqual(request.url, "http://192.0.2.1/2")
            self.assertEqual(request.response.history[0].url, URL)
            peer.close()

    def test_body_goes_again_with_307_and_308(self) -> None:
        """Its bytes, its length and its type, to another server as well."""
        for status in (307, 308):
            for verb in ("POST", "PUT", "PATCH", "DELETE", "PROPFIND"):
                net = self.net = MemoryNet(agent="")
                self.session = net.session
                request = self.request(verb, headers={"Content-Type": "a/b"})
                request.send(b"the body")
                first = net.accept()
                there = self.sent(first)
                first.send(moved("http://192.0.2.2:81/x", status))
                line, fields, body = self.sent(net.accept())
                self.assertEqual(line, f"{verb} /x HTTP/1.1".encode())
                self.assertEqual(body, b"the body")
                self.assertEqual(fields[b"host"], b"192.0.2.2:81")
                del fields[b"host"], there[1][b"host"]
                self.assertEqual((fields, body), there[1:])

    def test_post_becomes_get_without_its_body(self) -> None:
        """With 301, 302 and 303; nothing of the body's fields is left."""
        for status in (301, 302, 303):
            net = self.net = MemoryNet(agent="")
            self.session = net.session
            fields = {"Content-Type": "a/b", "Content-Language": "de", "X": "1"}
            self.request("POST", headers=fields).send(b"the body")
            peer = net.accept()
            peer.request()
            peer.send(moved("/x", status))
            self.assertEqual(
                peer.request(),
                b"GET /x HTTP/1.1\r\nHost: 192.0.2.1\r\nAccept: */*\r\nX: 1\r\n\r\n",
            )

    def test_other_verbs_stay_with_302(self) -> None:
        """A DELETE is not answered by a page; a PUT goes where it was sent to."""
        request = self.request("PUT")
        request.send(b"data")
        peer = self.net.accept()
        peer.request()
        peer.send(moved("/x"))
        line, fields, body = self.sent(peer)
        self.assertEqual((line, body), (b"PUT /x HTTP/1.1", b"data"))
        self.assertEqual(fields[b"content-length"], b"4")

    def test_head_stays_head(self) -> None:
        """With every status; no body is waited for."""
        request = self.request("HEAD")
        pending = request.send()
        peer = self.net.accept()
        for status in (301, 302, 303, 307, 308):
            self.assertTrue(peer.request().startswith(b"HEAD "))
            peer.send(moved(f"/{status}", status, length=10**9))
        peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n")
        self.successResultOf(pending)
        self.assertEqual(self.successResultOf(request.read(1)), b"")
        self.assertFalse(peer.closed)

    def test_credentials_and_cookies_do_not_cross(self) -> None:
        """Nor do they come back with the way back, but for the jar's own rules."""
        jar = self.session.cookies
        jar.set("http://192.0.2.1/", "a", "one")
        jar.set("http://192.0.2.2/", "b", "two")
        secrets = {"Authorization": "Bearer hush", "X-Api-Key": "hush", "X": "1"}
        self.request(headers=secrets).send()
        here = self.net.accept()
        _, fields, _ = self.sent(here)
        self.assertEqual(fields[b"cookie"], b"a=one")
        self.assertEqual(fields[b"authorization"], b"Bearer hush")
        here.send(moved("http://192.0.2.2/there"))
        there = self.net.accept()
        _, fields, _ = self.sent(there)
        self.assertEqual(set(fields), {b"host", b"accept", b"x", b"cookie"})
        self.assertEqual(fields[b"cookie"], b"b=two")
        there.send(moved("http://192.0.2.1/back"))
        _, fields, _ = self.sent(here)
        self.assertEqual(set(fields), {b"host", b"accept", b"x", b"cookie"})
        self.assertEqual(fields[b"cookie"], b"a=one")

    def test_cookies_that_a_redirect_sets_are_the_jars(self) -> None:
        """They go to the host that set them, and to no other."""
        pending = self.session.get(URL)
        here = self.net.accept()
        here.request()
        here.send(moved("/2", 302, b"Set-Cookie: c=3; Path=/"))
        self.assertEqual(self.sent(here)[1][b"cookie"], b"c=3")
        here.send(moved("http://192.0.2.2/", 302, b"Set-Cookie: c=4; Path=/"))
        there = self.net.accept()
        self.assertNotIn(b"cookie", self.sent(there)[1])
        there.send(moved(URL))
        self.assertEqual(self.sent(here)[1][b"cookie"], b"c=4")
        here.send(FULL)
        self.successResultOf(pending)

    def test_password_is_not_given_to_another_origin(self) -> None:
        """Its challenge is the answer then; the first origin's would be met."""
        challenge = (
            b"HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm=r\r\n"
            b"Content-Length: 0\r\n\r\n"
        )
        for location, met in (
            ("/2", True),
            ("http://192.0.2.2/", False),
            ("http://192.0.2.1:81/", False),
            ("http://eve:hush@192.0.2.2/", False),
        ):
            net = self.net = MemoryNet(agent="")
            self.session = net.session
            pending = self.request().send()
            peer = net.accept()
            peer.send(moved(location))
            if net.attempts:
                peer = net.accept()
            self.assertNotIn(b"authorization", self.sent(peer)[1])
            peer.send(challenge)
            if met:
                # The next one asks again: no credentials go out unasked.
                self.assertIn(b"authorization", self.sent(peer)[1])
            else:
                answer = self.successResultOf(pending).response
                self.assertEqual(answer.status_code, 401)
                self.assertEqual(peer.request(), b"")

    def test_limit_and_loop(self) -> None:
        """A loop ends after limits.redirects hops, in words."""
        for most in (0, 1, 5):
            net = self.net = MemoryNet(agent="", limits=Limits(redirects=most))
            self.session = net.session
            request = self.request()
            pending = request.send()
            peer = net.accept()
            for _ in range(most + 1):
                self.assertNotEqual(peer.request(), b"")
                peer.send(moved(URL))
            error = self.failureResultOf(pending, HttpRedirectFailed).value
            self.assertIn(f"after {most} redirects", str(error))
            self.assertEqual(peer.request(), b"")
            self.assertFalse(peer.closed)
            self.assertEqual(len(request.response.history), most)

    def test_what_cannot_be_followed_can_be_looked_at(self) -> None:
        """Status and head of the answer; its body cannot be read."""
        request = self.request()
        pending = request.send()
        peer = self.net.accept()
        head = moved("http:///nohost", 302, b"X: 1", length=5)
        peer.send(head)
        error = self.failureResultOf(pending, InvalidUrl).value
        self.assertEqual(request.query_info(Query.STATUS_CODE), "302")
        self.assertEqual(request.response.raw_head, head)
        self.assertEqual(request.url, URL)
        self.assertIs(self.failureResultOf(request.read(1)).value, error)
        self.assertEqual(self.net.told[-1], "REQUEST_COMPLETE 12005")
        # And it can be sent again.
        pending = request.send()
        self.assertRaises(IncorrectHandleState, lambda: request.response)
        self.net.accept().send(FULL)
        self.successResultOf(pending)
        self.assertEqual(request.query_info(Query.STATUS_CODE), "200")

    def test_no_auto_redirect_gives_body_and_head(self) -> None:
        """Nothing is told of a redirect, and the limit does not count."""
        net = self.net = MemoryNet(limits=Limits(redirects=0))
        self.session = net.session
        request = self.request(flags=Flag.NO_AUTO_REDIRECT)
        pending = request.send()
        net.accept().send(moved("http:///nohost", body=b"moved"))
        self.successResultOf(pending)
        self.assertEqual(request.response.status_code, 302)
        self.assertEqual(self.successResultOf(request.read(9)), b"moved")
        self.assertEqual([line for line in net.told if "REDIRECT" in line], [])

    def test_body_of_a_redirect_is_drained(self) -> None:
        """Up to 64 KiB, however it is framed; then the connection is used again."""
        body = b"x" * 65536
        chunks = b"10000\r\n" + body + b"\r\n0\r\nT: 1\r\n\r\n"
        head = b"HTTP/1.1 302 F\r\nLocation: /2\r\nTransfer-Encoding: chunked\r\n\r\n"
        for answer in (
            moved("/2", body=body),
            head + chunks,
            moved("/2", 302, b"Content-Encoding: gzip", body=b"no gzip at all"),
        ):
            net = MemoryNet()
            net.session.options[Option.HTTP_DECODING] = True
            net.session.get(URL)
            peer = net.accept()
            peer.request()
            for at in range(0, len(answer), 5000):
                self.assertEqual(peer.request(), b"")
                peer.send(answer[at : at + 5000])
            self.assertIn(b"GET /2 ", peer.request())
            self.assertNotIn("CLOSING_CONNECTION", net.told)

    def test_body_of_a_redirect_that_is_too_long(self) -> None:
        """The connection is closed, at once if the length says so; it is followed."""
        endless = b"HTTP/1.1 302 F\r\nLocation: /2\r\n\r\n"
        for answer in (
            moved("/2", length=65537),
            endless + b"x" * 65537,
            moved("/2", body=b"x" * 65537),
        ):
            net = MemoryNet()
            pending = net.session.get(URL)
            peer = net.accept()
            peer.send(answer)
            self.assertTrue(peer.closed)
            other = net.accept()
            self.assertIn(b"GET /2 ", other.request())
            other.send(FULL)
            self.successResultOf(pending)

    def test_body_of_a_redirect_that_does_not_come(self) -> None:
        """It is waited for five seconds; a cut one does no harm."""
        for end in ("silence", "close"):
            net = MemoryNet()
            net.session.get(URL)
            peer = net.accept()
            peer.send(moved("/2", length=100) + b"some")
            self.assertEqual(net.attempts, 0)
            if end == "close":
                peer.close()
            else:
                net.advance(5)
            self.assertTrue(peer.closed)
            self.assertIn(b"GET /2 ", net.accept().request())

    def test_server_closes_after_the_redirect(self) -> None:
        """A body until close is one that may be cut anywhere."""
        net = MemoryNet()
        net.session.get(URL)
        peer = net.accept()
        peer.send(b"HTTP/1.0 302 F\r\nLocation: /2\r\n\r\nsome")
        peer.close()
        self.assertIn(b"GET /2 ", net.accept().request())

    def test_cut_head_is_no_redirect(self) -> None:
        """The Location may be half of one."""
        net = MemoryNet()
        pending = net.session.get(URL)
        peer = net.accept()
        peer.send(b"HTTP/1.1 302 F\r\nLocation: /2\r\n")
        peer.close()
        self.failureResultOf(pending, HttpInvalidServerResponse)
        self.assertEqual(net.attempts, 0)

    def test_closed_in_redirect(self) -> None:
        """The program's veto, on each hop."""
        for hop in (1, 2):
            net = MemoryNet()
            seen: list[str] = []

            def veto(news: Any, seen: list[str] = seen, hop: int = hop) -> None:
                if news.status is Status.REDIRECT:
                    seen.append(news.info)
                    if len(seen) == hop:
                        news.handle.close()

            net.react = veto
            pending = net.session.get(URL)
            peer = net.accept()
            for number in range(1, hop + 1):
                peer.request()
                peer.send(moved(f"/to/{number}"))
            self.assertEqual(peer.request(), b"")
            self.failureResultOf(pending)
            self.assertEqual(seen[-1], f"http://192.0.2.1/to/{hop}")
            self.assertEqual(net.told[-1], "HANDLE_CLOSING")
