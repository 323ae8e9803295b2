"""A session's calls by URL, and what send() makes of params, form, files and json."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

from twisted.internet.defer import maybeDeferred
from twisted.internet.task import Cooperator
from twisted.trial.unittest import SynchronousTestCase
from twisted.web.client import FileBodyProducer

from tests.http.memory import OK, MemoryNet, Peer
from twinet.errors import (
    FileNotFound,
    HttpRedirectFailed,
    InvalidHandle,
    InvalidParameter,
)
from twinet.status import Status

JSON = b"Content-Type: application/json; charset=UTF-8\r\n"
FORM = b"Content-Type: application/x-www-form-urlencoded\r\n"


class Unseekable(BytesIO):
    """A pipe, as it were."""

    def seekable(self) -> bool:
        return False


class CallsTestCase(SynchronousTestCase):
    """A session on a memory net; every answer is 200."""

    url = "http://127.0.0.1:8080/x"

    def setUp(self) -> None:
        self.net = MemoryNet()
        self.session = self.net.session
        # Files are read at once instead of in a thread.
        self.session.disk.run = maybeDeferred
        self.peer: Peer | None = None

    def sent(self, pending: Any) -> tuple[bytes, bytes]:
        """Return head and body of the request that goes out, and answer it."""
        if self.peer is None:
            self.peer = self.net.accept()
        head, _, body = self.peer.request().partition(b"\r\n\r\n")
        self.peer.send(OK + b"hello")
        self.request = self.successResultOf(pending)
        return head + b"\r\n", body

    def line(self, pending: Any) -> bytes:
        """Return the request line that goes out."""
        return self.sent(pending)[0].partition(b"\r\n")[0]


class CallTests(CallsTestCase):
    """get, head, post, put, patch, delete and request."""

    def test_few_urls_are_remembered_and_no_secret_is(self) -> None:
        """What is remembered lives longer than the request."""
        self.sent(self.session.get("http://joe:s3cr3t@127.0.0.1:8080/x"))
        self.sent(self.session.get(self.url + "y" * 1024))
        self.assertEqual(self.session._cracked, {})
        for number in range(300):
            self.sent(self.session.get(f"{self.url}{number}"))
        self.assertLessEqual(len(self.session._cracked), 256)
        self.assertIn(f"{self.url}299", self.session._cracked)

    def test_each_sends_its_verb(self) -> None:
        """With a body where it takes one."""
        for name in ("post", "put", "patch", "delete"):
            head, body = self.sent(getattr(self.session, name)(self.url, b"abc"))
            self.assertTrue(head.startswith(name.upper().encode() + b" /x HTTP"), head)
            self.assertIn(b"\r\nContent-Length: 3\r\n", head)
            self.assertNotIn(b"Content-Type", head)
            self.assertEqual(body, b"abc")
        self.assertEqual(
            self.line(self.session.request("PropFind", self.url)),
            b"PropFind /x HTTP/1.1",
        )

    def test_head_has_no_body_to_wait_for(self) -> None:
        """A length is announced, and nothing comes."""
        pending = self.session.head(self.url, params={"a": "1"})
        peer = self.net.accept()
        self.assertTrue(peer.request().startswith(b"HEAD /x?a=1 HTTP/1.1\r\n"))
        peer.send(OK)
        request = self.successResultOf(pending)
        self.assertEqual(self.successResultOf(request.read(9)), b"")

    def test_without_a_body_the_length_is_none(self) -> None:
        """A POST says so, a DELETE need not (RFC 9110, section 8.6)."""
        self.assertIn(b"Content-Length: 0", self.sent(self.session.post(self.url))[0])
        head, _ = self.sent(self.session.delete(self.url))
        self.assertNotIn(b"Content-Length", head)

    def test_what_get_takes_they_take(self) -> None:
        """Fields, context, a callback of its own."""
        told: list[Any] = []
        head, body = self.sent(
            self.session.post(
                self.url,
                json={"a": 1},
                headers=[("X-A", "b")],
                context="mine",
                on_status=told.append,
            )
        )
        self.assertIn(b"\r\nX-A: b\r\n" + JSON, head)
        self.assertEqual(body, b'{"a":1}')
        self.assertEqual({news.context for news in told}, {"mine"})
        self.assertEqual(self.request.context, "mine")
        wrong: Any = {"headres": {}}
        self.assertRaises(TypeError, self.session.post, self.url, **wrong)

    def test_params_leave_the_url_as_it_is(self) -> None:
        """They come after its query; the answer's URL has them."""
        get = self.session.get
        for url, target in (
            ("/x", "/x?a=1&b=%C3%BC"),
            ("/%7e/../x?q=%zz", "/%7e/../x?q=%zz&a=1&b=%C3%BC"),
            ("?", "/?a=1&b=%C3%BC"),
        ):
            whole = f"http://127.0.0.1:8080{url}"
            line = self.line(get(whole, params={"a": "1", "b": "ü"}))
            self.assertEqual(line, b"GET %b HTTP/1.1" % target.encode())
            self.assertTrue(self.request.url.endswith(target))
            self.assertEqual(
                self.line(get(whole)),
                b"GET %b HTTP/1.1" % (url.encode() if url != "?" else b"/?"),
            )

    def test_bad_input_makes_no_handle(self) -> None:
        """Nothing is told, nothing is left, nothing is connected to."""
        for wrong, kind in (
            ({"json": {1}}, InvalidParameter),
            ({"form": 5}, InvalidParameter),
            ({"files": {"f": Path("no such file")}}, FileNotFound),
            ({"json": 1, "form": {}}, InvalidParameter),
        ):
            given: Any = wrong
            self.failureResultOf(self.session.post(self.url, **given), kind)
        self.assertEqual((self.net.told, self.net.attempts), ([], 0))
        self.assertFalse(self.session._children)

    def test_a_content_type_that_cannot_be_closes_the_handle(self) -> None:
        """Nobody was given it."""
        self.failureResultOf(
            self.session.post(
                self.url,
                files={"f": b""},
                headers={"Content-Type": "multipart/form-data"},
            ),
            InvalidParameter,
        )
        self.assertEqual(self.net.told, ["HANDLE_CREATED", "HANDLE_CLOSING"])
        self.assertFalse(self.session._children)

    def test_a_closed_session_refuses(self) -> None:
        """As in every other call, and before it looks at the rest."""
        self.session.close()
        self.failureResultOf(self.session.post(self.url, json={1}), InvalidHandle)

    def test_closed_inside_handle_created_nothing_is_sent(self) -> None:
        """And no file is opened."""
        self.net.react = lambda news: (
            news.info.close() if news.status is Status.HANDLE_CREATED else None
        )
        self.failureResultOf(self.session.post(self.url, form={"a": "1"}))
        self.assertEqual(self.net.attempts, 0)


class SendTests(CallsTestCase):
    """The same on a handle."""

    def setUp(self) -> None:
        super().setUp()
        server = self.session.http("127.0.0.1", 8080)
        self.handle = server.open_request("POST", "/x?q", headers={"X-A": "b"})

    def test_form_json_and_params(self) -> None:
        """Each for one send alone."""
        head, body = self.sent(self.handle.send(form={"a": ["1", "x y"]}))
        self.assertTrue(head.startswith(b"POST /x?q HTTP/1.1\r\n"))
        self.assertIn(b"\r\nX-A: b\r\n" + FORM, head)
        self.assertEqual(body, b"a=1&a=x+y")
        head, body = self.sent(self.handle.send(json=None, params={"a": "1"}))
        self.assertTrue(head.startswith(b"POST /x?q&a=1 HTTP/1.1\r\n"))
        self.assertIn(b"\r\nX-A: b\r\n" + JSON, head)
        self.assertEqual(body, b"null")
        head, body = self.sent(self.handle.send(b"plain"))
        self.assertTrue(head.startswith(b"POST /x?q HTTP/1.1\r\n"))
        self.assertNotIn(b"Content-Type", head)
        self.assertEqual(len(self.handle.headers), 1)

    def test_content_type_of_the_program_goes_first(self) -> None:
        """Once, as it was given."""
        self.handle.headers.add("content-type", "application/problem+json")
        head, _ = self.sent(self.handle.send(json={}))
        self.assertEqual(head.lower().count(b"content-type"), 1)
        self.assertIn(b"content-type: application/problem+json", head)

    def test_refused_it_stays_open(self) -> None:
        """It can be sent with something else."""
        self.failureResultOf(self.handle.send(b"", json=1), InvalidParameter)
        self.handle.headers.add("Content-Type", "text/plain")
        self.failureResultOf(self.handle.send(files={"f": b""}), InvalidParameter)
        self.assertEqual(self.sent(self.handle.send(b"x"))[1], b"x")

    def test_star_has_no_query(self) -> None:
        """OPTIONS of the server itself."""
        server = self.session.http("127.0.0.1", 8080)
        star = server.open_request("OPTIONS", "*")
        self.failureResultOf(star.send(params={"a": "1"}), InvalidParameter)


class RedirectTests(CallsTestCase):
    """What a redirect makes of each kind of content."""

    def setUp(self) -> None:
        super().setUp()
        self.path = Path(self.mktemp())
        self.path.write_bytes(b"on the disk")
        self.cooperator = Cooperator(
            scheduler=lambda tick: self.net.reactor.callLater(0, tick)
        )

    def follow(self, status: int, pending: Any) -> list[tuple[bytes, bytes]]:
        """Return what is sent before and after a redirect to /y?z."""
        if self.peer is None:
            self.peer = self.net.accept()
        found = []
        answers = (
            b"HTTP/1.1 %d X\r\nLocation: /y?z\r\nContent-Length: 0\r\n\r\n" % status,
            OK + b"hello",
        )
        for answer in answers:
            self.net.advance()
            head, _, body = self.peer.request().partition(b"\r\n\r\n")
            found.append((head, body))
            self.peer.send(answer)
        self.request = self.successResultOf(pending)
        return found

    def test_every_kind_is_sent_again(self) -> None:
        """The same bytes and Content-Type; params belong to the first URL."""
        given: Any
        for given in (
            {"form": {"a": "1"}},
            {"json": [1]},
            {"form": {"a": "1"}, "files": {"f": b"abc"}},
            {"files": {"f": self.path, "g": BytesIO(b"open")}},
            {
                "files": {
                    "f": lambda: FileBodyProducer(BytesIO(b"made"), self.cooperator)
                }
            },
        ):
            for status in (307, 308):
                (head, body), (head_again, body_again) = self.follow(
                    status, self.session.post(self.url, params={"p": "1"}, **given)
                )
                self.assertTrue(head.startswith(b"POST /x?p=1 "), head)
                self.assertTrue(head_again.startswith(b"POST /y?z "), head_again)
                self.assertEqual(body_again, body)
                self.assertTrue(body)
                kinds = [
                    [ln for ln in text.split(b"\r\n") if ln.startswith(b"Content-")]
                    for text in (head, head_again)
                ]
                self.assertEqual(len(kinds[0]), 2)
                self.assertEqual(kinds[0], kinds[1])

    def test_303_sends_nothing_again(self) -> None:
        """And says nothing about it."""
        _, (head, body) = self.follow(303, self.session.post(self.url, json=[1]))
        self.assertTrue(head.startswith(b"GET /y?z "))
        self.assertNotIn(b"Content-", head)
        self.assertEqual(body, b"")

    def test_a_pipe_is_not_sent_again(self) -> None:
        """It cannot start again, and it is said what could."""
        pending = self.session.post(
            self.url, files={"f": BytesIO(b"abc"), "pipe": Unseekable(b"def")}
        )
        peer = self.net.accept()
        self.assertIn(b"def", peer.request())
        peer.send(b"HTTP/1.1 307 X\r\nLocation: /y\r\nContent-Length: 0\r\n\r\n")
        failure = self.failureResultOf(pending, HttpRedirectFailed)
        self.assertIn("cannot start again", str(failure.value))
