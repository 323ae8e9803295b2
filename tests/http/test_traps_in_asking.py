"""What Twisted's own HTTP client does wrong in asking, and this library must not.

The numbers are explained in ``test_traps.py``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hyperlink import EncodedURL
from twisted.web.http_headers import Headers

from tests.http.judge import Pieces, hear
from tests.http.trapcase import MIB, ROOT, TrapCase, answer
from twinet.errors import InvalidParameter

if TYPE_CHECKING:
    from tests.http.memory import Peer


#: Who asks: the session, and its own treq.
DOORS = ("session", "treq")


class ExactUrl(EncodedURL):
    """A URL that treq does not rewrite."""

    def to_uri(self):
        return self


class RequestTests(TrapCase):
    """What goes out is what was given."""

    def test_user_name_in_a_url_answers_the_challenge(self) -> None:
        """H14: by the session and the agent; not sent before it, nor shown.

        (treq itself takes the password away; it wants ``auth=``.)
        """
        url = "http://joe:p%40w@192.0.2.1/x"
        challenge = answer("WWW-Authenticate: Basic realm=r", status=401)
        for door in ("session", "agent"):
            self.start()
            if door == "session":
                pending: Any = self.session.get(url)
            else:
                pending = self.agent.request(b"GET", url.encode())
            peer = self.net.accept()
            first = hear(peer.request())
            self.assertEqual(first.all(b"authorization"), [], door)
            self.assertEqual(first.all(b"host"), [b"192.0.2.1"])
            peer.send(challenge)
            second = hear(peer.request())
            self.assertEqual(second.all(b"authorization"), [b"Basic am9lOnBAdw=="])
            peer.send(answer(body=b"in"))
            result = self.successResultOf(pending)
            if door == "session":
                self.assertEqual(result.url, f"{ROOT}/x")
            self.assertNotIn("p@w", repr(self.net.told) + repr(result))

    def test_there_is_one_length(self) -> None:
        """H15: whatever a program says of it."""
        pending = self.treq.post(
            f"{ROOT}/",
            data=Pieces([b"abc"], 3),
            headers=Headers({"Content-Length": ["99"]}),
        )
        heard = hear(self.net.accept().request())
        self.assertEqual(heard.all(b"content-length"), [b"3"])
        self.assertEqual(heard.body, b"abc")
        self.assertNoResult(pending)
        self.start()
        request = self.session.http("192.0.2.1").open_request(
            "POST", headers={"Content-Length": "3", "Connection": "close"}
        )
        request.send(b"abc")
        heard = hear(self.net.accept().request())
        self.assertEqual(heard.all(b"content-length"), [b"3"])
        self.assertEqual(heard.all(b"connection"), [b"close"])

    def test_line_ends_in_values_are_refused(self) -> None:
        """H16: not turned into blanks; with Twisted's ``Headers`` no line is added."""
        for value in ("b\r\nInjected: 1", "b\nInjected: 1", "b\rInjected: 1"):
            failed = self.session.get(f"{ROOT}/", headers={"X-A": value})
            self.failureResultOf(failed, InvalidParameter)
            self.assertEqual(self.net.attempts, 0)
        headers = Headers({b"X-A": [b"b\r\nInjected: 1"]})
        self.agent.request(b"GET", f"{ROOT}/".encode(), headers)
        heard = hear(self.net.accept().request())
        self.assertEqual(heard.all(b"injected"), [])

    def test_url_goes_out_as_it_is(self) -> None:
        """H21: brackets, dot segments, odd percent signs, in any door."""
        url = "http://[::1]:8080/a/../%7e%zz?q=1#top"
        for door in ("session", "agent", "handle", "treq"):
            self.start()
            if door == "session":
                self.session.get(url)
            elif door == "agent":
                self.agent.request(b"GET", url.encode())
            elif door == "treq":
                self.treq.get(ExactUrl.from_text(url))
            else:
                where = self.session.http("::1", 8080)
                where.open_request("GET", "/a/../%7e%zz?q=1#top").send()
            heard = hear(self.net.accept().request())
            self.assertEqual(heard.target, b"/a/../%7e%zz?q=1")
            self.assertEqual(heard.all(b"host"), [b"[::1]:8080"])


class RedirectTests(TrapCase):
    """Redirects lead where they say, and leave nothing behind."""

    def go(self, pending: Any, *answers: bytes) -> Any:
        """Send one answer after the other; gives what each request was."""
        heard = []
        peer: Peer | None = None
        for data in answers:
            if peer is None or peer.closed or self.net.attempts:
                peer = self.net.accept()
            heard.append(hear(peer.request()))
            peer.send(data)
        return heard

    def to(self, location: str | bytes, status: int = 302, body: bytes = b"") -> bytes:
        """Return a redirect."""
        raw = location.encode() if isinstance(location, str) else location
        return answer(b"Location: " + raw, status=status, body=body)

    def ask(self, door: str, verb: str = "GET", path: str = "/", **how: Any) -> Any:
        """Begin anew and ask, by the session or by the session's own treq."""
        self.start()
        body = how.pop("body", None)
        if door == "treq":
            client = self.session.treq()
            return client.request(verb, f"{ROOT}{path}", data=body, **how)
        return self.session.request(verb, f"{ROOT}{path}", body, **how)

    def test_second_relative_location_follows_the_first(self) -> None:
        """H5: ``/b/2`` and then ``3`` is ``/b/3``."""
        for door in DOORS:
            pending = self.ask(door, path="/a/1")
            heard = self.go(pending, self.to("/b/2"), self.to("3"), answer())
            self.assertEqual([h.target for h in heard], [b"/a/1", b"/b/2", b"/b/3"])
            self.successResultOf(pending)

    def test_no_socket_is_left_with_a_redirects_body(self) -> None:
        """H6: three big ones, and one connection is kept at the end."""
        big = self.to("/next", body=b"x" * MIB)
        pending = self.session.get(f"{ROOT}/")
        peers = []
        for _ in range(3):
            peer = self.net.accept()
            peers.append(peer)
            peer.send(big)
            self.assertTrue(peer.closed)
        last = self.net.accept()
        last.send(answer())
        self.successResultOf(pending).close()
        self.assertFalse(last.closed)
        small = self.to("/next", body=b"x" * 1000)
        pending = self.session.get(f"{ROOT}/")
        self.net.advance()
        for _ in range(3):
            last.send(small)
        last.send(answer())
        self.successResultOf(pending)
        self.assertEqual(self.net.attempts, 0)

    def test_post_is_repeated_where_the_status_says_so(self) -> None:
        """H7: with its body for 307 and 308, as a GET for 301, 302 and 303."""
        for door in DOORS:
            for status in (301, 302, 303, 307, 308):
                pending = self.ask(door, "POST", body=b"the body")
                _, second = self.go(pending, self.to("/x", status), answer())
                kept = status in {307, 308}
                self.assertEqual(second.verb, b"POST" if kept else b"GET")
                self.assertEqual(second.body, b"the body" if kept else b"")
                self.successResultOf(pending)

    def test_location_with_raw_bytes_or_blanks(self) -> None:
        """H8: percent-encoded as they are."""
        for location, target in (
            ("/grüß", b"/gr%C3%BC%C3%9F"),
            (b"/gr\xfc\xdf", b"/gr%FC%DF"),
            ("/a b", b"/a%20b"),
            ('/"{x}"', b"/%22%7Bx%7D%22"),
        ):
            for door in DOORS:
                pending = self.ask(door)
                _, second = self.go(pending, self.to(location), answer())
                self.assertEqual(second.target, target)
                self.successResultOf(pending)

    def test_other_schemes_and_other_origins(self) -> None:
        """H22: ftp is not asked for, secrets of one's own do not cross."""
        secrets = {"Authorization": "s", "Cookie": "a=b", "X-Api-Key": "s", "X": "1"}
        for door in DOORS:
            pending = self.ask(door)
            self.go(pending, self.to("ftp://192.0.2.1/x"))
            result = self.successResultOf(pending)
            code = result.code if door == "treq" else result.response.status_code
            self.assertEqual((code, self.net.attempts), (302, 0))
            pending = self.ask(door, headers=secrets)
            away = self.to("http://192.0.2.2/")
            _, second = self.go(pending, away, answer())
            names = {name for name, _ in second.fields} - {b"Accept-Encoding"}
            self.assertEqual(names, {b"Host", b"User-Agent", b"Accept", b"X"})
