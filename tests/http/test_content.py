"""What is made of params, form, files and json, against treq, RFCs and parsers."""

from __future__ import annotations

import json
import re
from email import message_from_bytes, policy
from io import BytesIO, StringIO
from itertools import combinations
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import parse_qsl

from multipart import MultipartParser
from treq.client import HTTPClient
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock, Cooperator
from twisted.trial.unittest import SynchronousTestCase
from twisted.web.client import FileBodyProducer
from twisted.web.iweb import UNKNOWN_LENGTH, IAgent, IBodyProducer
from zope.interface import implementer

from tests.http.test_bodies import Consumer, Later
from twinet._http.body import AT_ONCE, body_of
from twinet._http.bytes_producer import BytesProducer
from twinet._http.chain_body import ChainBody
from twinet._http.content import Content, content_of
from twinet._wire.http_url import crack_http
from twinet.errors import FileNotFound, InvalidParameter

HEAD = "Content-Disposition"
#: Names that a form must survive, and what a parser reads that undoes what browsers do
#: to quotes and line ends.
AWKWARD = {
    'say "hi"': 'say "hi"',
    "ends in \\": "ends in %5C",
    'x\\"; name="admin': 'x%5C"; name="admin',
    "a\r\nContent-Type: text/html\r\n\r\nb": "a\r\nContent-Type: text/html\r\n\r\nb",
    "tab\tnul\0del\x7f": "tab%09nul%00del%7F",
    "ünïcode ☃ 𝄞": "ünïcode ☃ 𝄞",
    "; name=other": "; name=other",
}


@implementer(IAgent)
class Capture:
    """The agent under a plain treq: keeps what that would send."""

    def __init__(self) -> None:
        self.uri = b""
        self.headers: Any = None
        self.producer: Any = None

    def request(self, method, uri, headers=None, bodyProducer=None):
        self.uri, self.headers, self.producer = uri, headers, bodyProducer
        return Deferred()


def treqs(**given: Any) -> tuple[bytes, bytes, bytes]:
    """Return URL, Content-Type and body that a plain treq makes."""
    capture = Capture()
    client: Any = HTTPClient(capture, data_to_body_producer=lambda data: data)
    client.request("POST", "http://h/", reactor=object(), **given)
    (kind,) = capture.headers.getRawHeaders(b"Content-Type", [b""])
    body = capture.producer
    if body is not None and not isinstance(body, bytes):
        body = written(body, body._cooperate.__self__)
    return capture.uri, kind, body


def written(producer: Any, clock: Any) -> bytes:
    """Let a producer write everything."""
    consumer = Consumer()
    producer.startProducing(consumer)
    while isinstance(clock, Clock) and clock.getDelayedCalls():
        clock.advance(0)
    return consumer.data


class ContentTestCase(SynchronousTestCase):
    """Content, made without a session."""

    def setUp(self) -> None:
        self.later = Later()

    def made(self, body: Any = None, **given: Any) -> Content:
        return content_of(body, self.later.run, **given)

    def refused(self, body: Any = None, **given: Any) -> str:
        return str(self.assertRaises(InvalidParameter, self.made, body, **given))

    def sent(self, content: Content) -> bytes:
        """Produce the body to its end."""
        body = content.body
        if isinstance(body, bytes):
            return body
        assert body is not None
        consumer = Consumer()
        done = body.producer().startProducing(consumer)
        while self.later.jobs:
            self.later.work()
        self.successResultOf(done)
        return consumer.data


class QueryTests(ContentTestCase):
    """``params``."""

    CASES: tuple[Any, ...] = (
        {"a": "1"},
        {"a": ["1", "2"], "b": "x y+z"},
        [("b", "2"), ("a", "1"), ("b", "3")],
        {"ü": "☃", "a&b=c#d?e/f": "&=#?/%41"},
        {"": "", "empty": ""},
        {"raw": b"\xff\x00"},
        {"line": "a\r\nHost: b"},
    )

    def test_it_is_treqs(self) -> None:
        """Byte for byte."""
        for params in self.CASES:
            uri = treqs(params=params)[0]
            self.assertEqual(
                self.made(params=params).query, uri.partition(b"?")[2].decode()
            )

    def test_it_can_be_read_back(self) -> None:
        """By the rules of forms; order and repetitions stay."""
        query = self.made(params=self.CASES[2]).query
        self.assertEqual(parse_qsl(query), list(self.CASES[2]))
        query = self.made(params=self.CASES[3]).query
        self.assertEqual(parse_qsl(query), list(self.CASES[3].items()))
        self.assertEqual(self.made(params={"n": 5, "t": True}).query, "n=5&t=True")

    def test_it_comes_after_what_is_there(self) -> None:
        """And the rest of the URL stays byte for byte."""
        added = self.made(params={"a": "1"})
        for url, target in (
            ("http://h", "/?a=1"),
            ("http://h/?", "/?a=1"),
            ("http://h/x/../%7e%zz", "/x/../%7e%zz?a=1"),
            ("http://h/x?b=2", "/x?b=2&a=1"),
            ("http://h/x?b=2&", "/x?b=2&a=1"),
            ("http://h/x?b=%7E;c/?", "/x?b=%7E;c/?a=1"),
            ("http://h/x?b=2#part", "/x?b=2&a=1"),
            ("http://[::1]:8080/x", "/x?a=1"),
        ):
            there = added.at(crack_http(url))
            self.assertEqual(there.target, target)
            self.assertTrue(there.url.endswith(target), there.url)
            self.assertEqual(crack_http(there.url).target, target)

    def test_nothing_changes_nothing(self) -> None:
        """Also when it is given empty."""
        url = crack_http("http://h/x?b=2")
        nothing: tuple[Any, ...] = (None, {}, [])
        for params in nothing:
            self.assertIs(self.made(params=params).at(url), url)

    def test_what_is_no_query_is_refused(self) -> None:
        """And it is said how it is given."""
        self.assertIn("params is a mapping", self.refused(params="a=1"))
        self.assertIn("params is a mapping", self.refused(params=5))
        self.assertIn("params holds", self.refused(params=["ab"]))
        self.assertIn("params holds", self.refused(params=[(1, "a")]))
        self.assertIn("'a' of params is None", self.refused(params={"a": None}))
        self.assertIn("'a' of params is None", self.refused(params={"a": ["", None]}))
        self.assertIn("params cannot be written", self.refused(params={"a": "\ud800"}))


class FormTests(ContentTestCase):
    """``form`` without files, and ``json``."""

    def test_form_is_treqs(self) -> None:
        """The same bytes and the same Content-Type."""
        for form in (*QueryTests.CASES, {}):
            content = self.made(form=form)
            _, kind, body = treqs(data=form)
            self.assertEqual((content.content_type, content.body), (kind, body))

    def test_json_is_treqs(self) -> None:
        """Null is a value, and so is an empty one."""
        values: tuple[Any, ...] = ({"a": [1, None, "ü"]}, None, "", 0, [], "NaN")
        for value in values:
            content = self.made(json=value)
            _, kind, body = treqs(json=value)
            self.assertEqual((content.content_type, content.body), (kind, body))
            assert isinstance(body, bytes)
            self.assertEqual(json.loads(body), value)

    def test_what_json_cannot_say_is_refused(self) -> None:
        """Python's words for numbers that are none, and objects."""
        for value in (float("nan"), [{"a": float("-inf")}], ["NaN", float("inf")]):
            self.assertIn("RFC 8259", self.refused(json=value))
        self.assertIn("set", self.refused(json={1}))
        circle: list[Any] = []
        circle.append(circle)
        self.assertIn("json cannot be written", self.refused(json=circle))

    def test_a_long_one_is_produced(self) -> None:
        """Like other bytes that are too many to leave with the head."""
        content = self.made(form={"a": "x" * AT_ONCE})
        self.assertNotIsInstance(content.body, bytes)
        self.assertEqual(self.sent(content), b"a=" + b"x" * AT_ONCE)

    def test_two_bodies_are_refused(self) -> None:
        """In words, for each pair but form and files."""
        bodies: tuple[tuple[str, Any], ...] = (
            ("body", b""),
            ("json", None),
            ("form", {"a": "1"}),
            ("files", {"f": b""}),
        )
        for one, other in combinations(bodies, 2):
            if other[0] == "files" and one[0] == "form":
                continue
            text = self.refused(**dict((one, other)))
            self.assertIn(f"{one[0]} and {other[0]} are different bodies", text)
        self.assertIn("different", self.refused(json=1, form={}, files={"f": b""}))

    def test_fields_in_the_place_of_the_body_are_refused(self) -> None:
        """It is said where they belong."""
        for body in ({"a": "1"}, [1], ()):
            text = self.refused(body)
            self.assertIn("form=", text)
            self.assertIn("json=", text)

    def test_content_type_of_the_program_stays(self) -> None:
        """But a boundary is made with its form."""
        ours = ((b"content-TYPE", b"application/x-special"),)
        self.assertEqual(self.made(json=1).described(ours), ours)
        self.assertEqual(self.made(b"x").described(()), ())
        other = ((b"X-A", b"b"),)
        self.assertEqual(
            self.made(json=1).described(other),
            (*other, (b"Content-Type", b"application/json; charset=UTF-8")),
        )
        form = self.made(files={"f": b""})
        self.assertRaises(InvalidParameter, form.described, ours)


class MultipartTests(ContentTestCase):
    """``files``: RFC 7578, parsed back."""

    def parts(self, content: Content) -> list[Any]:
        """Take it apart with a parser that is not ours."""
        head, boundary = content.content_type.split(b"; boundary=")
        self.assertEqual(head, b"multipart/form-data")
        data = self.sent(content)
        length = len(content.body) if isinstance(content.body, bytes) else None
        if length is None:
            length = content.body.length  # type: ignore[union-attr]  # it is a Body
        if length is not UNKNOWN_LENGTH:
            self.assertEqual(length, len(data))
        self.same_for_email(content.content_type, data)
        parser = MultipartParser(BytesIO(data), boundary.decode(), strict=True)
        return list(parser.parts())

    def same_for_email(self, kind: bytes, data: bytes) -> None:
        """Let another parser find as many parts."""
        message = message_from_bytes(
            b"Content-Type: " + kind + b"\r\n\r\n" + data, policy=policy.HTTP
        )
        self.assertEqual(message.defects, [])
        count = data.count(b"\r\nContent-Disposition: ")
        self.assertEqual(len(list(message.iter_parts())), count)

    def test_fields_and_files_come_back(self) -> None:
        """In the order given: first the fields, then the files."""
        path = Path(self.mktemp())
        path.write_bytes(b"on the disk")
        open_file = path.open("rb")
        self.addCleanup(open_file.close)
        open_file.seek(3)
        content = self.made(
            form={"z": "1", "a": ["ü", "\r\n"], "raw": b"\xff", "n": 5},
            files=[
                ("f", b"bytes"),
                ("path", path),
                ("open", open_file),
                ("named", ("my.html", BytesIO(b"<p>"))),
                ("typed", ("x", "text/plain; charset=utf-8", b"y")),
                ("nameless", (None, b"")),
                ("f", lambda: BytesProducer(b"made")),
                ("f", BytesProducer(b"once")),
            ],
        )
        found = [
            (p.name, p.filename, p.content_type, p.raw) for p in self.parts(content)
        ]
        anything = "application/octet-stream"
        self.assertEqual(
            found,
            [
                ("z", None, "text/plain", b"1"),
                ("a", None, "text/plain", "ü".encode()),
                ("a", None, "text/plain", b"\r\n"),
                ("raw", None, "text/plain", b"\xff"),
                ("n", None, "text/plain", b"5"),
                ("f", "f", anything, b"bytes"),
                ("path", path.name, anything, b"on the disk"),
                ("open", path.name, anything, b"the disk"),
                ("named", "my.html", "text/html", b"<p>"),
                ("typed", "x", "text/plain", b"y"),
                ("nameless", None, anything, b""),
                ("f", "f", anything, b"made"),
                ("f", "f", anything, b"once"),
            ],
        )

    def test_it_is_treqs_but_for_what_rfc_7578_forbids(self) -> None:
        """No Content-Length inside a part (section 4.8)."""
        form = {"a": "1", "b": "ü"}
        capture = Capture()
        clock = Clock()
        cooperator = Cooperator(scheduler=lambda tick: clock.callLater(0, tick))
        client: Any = HTTPClient(capture)
        client.request(
            "POST",
            "http://h/",
            reactor=object(),
            data=form,
            files={
                "f": ("x.txt", FileBodyProducer(BytesIO(b"abc"), cooperator)),
                "g": ("ü", "a/b", FileBodyProducer(BytesIO(b""), cooperator)),
            },
        )
        capture.producer._cooperate = cooperator.cooperate
        theirs = written(capture.producer, clock)
        content = self.made(
            form=form, files={"f": ("x.txt", b"abc"), "g": ("ü", "a/b", b"")}
        )
        ours = self.sent(content)
        boundary = content.content_type.partition(b"=")[2]
        self.assertEqual(
            ours.replace(boundary, capture.producer.boundary),
            re.sub(rb"Content-Length: \d+\r\n", b"", theirs),
        )
        self.assertNotIn(b"Content-Length", ours)

    def test_nothing_is_injected_by_a_name(self) -> None:
        """Of a field, of a file, of its field; each part stays one, under its name."""
        for name, read in AWKWARD.items():
            content = self.made(
                form={name: "value"}, files=[("f", (name, b"1")), (name, b"2")]
            )
            found = [(p.name, p.filename, p.raw) for p in self.parts(content)]
            self.assertEqual(
                found,
                [(read, None, b"value"), ("f", read, b"1"), (read, read, b"2")],
            )
            heads = [
                line
                for line in self.sent(content).split(b"\r\n")
                if line.startswith(b"Content-Disposition")
            ]
            self.assertEqual([head.count(b'"') for head in heads], [2, 4, 4], heads)
            self.assertFalse(any(b"\\" in head for head in heads))

    def test_no_name_makes_another_part_or_parameter(self) -> None:
        """Names of what is dangerous in a head, three hundred times."""
        letters = "\"\\\r\n;=%a \t\0\x7f\x1fü☃-:,'<\u2028\x85"
        dice = Random(7)
        for _ in range(300):
            field, file_field, file_name = (
                "".join(dice.choices(letters, k=dice.randrange(1, 12)))
                for _ in range(3)
            )
            content = self.made(
                form={field: file_name}, files={file_field: (file_name, b"x")}
            )
            data = self.sent(content)
            message: Any = message_from_bytes(
                b"Content-Type: " + content.content_type + b"\r\n\r\n" + data
            )
            found = [
                [sorted(part.keys()), [key for key, _ in part.get_params(header=HEAD)]]
                for part in message.get_payload()
            ]
            names = (field, file_field, file_name)
            self.assertEqual(
                found,
                [
                    [[HEAD], ["form-data", "name"]],
                    [[HEAD, "Content-Type"], ["form-data", "name", "filename"]],
                ],
                names,
            )
            first, second = self.parts(content)
            self.assertEqual(first.raw, file_name.encode(), names)
            self.assertEqual(second.raw, b"x", names)

    def test_types_that_break_the_head_are_refused(self) -> None:
        """Or that treq would change."""
        for kind in ("a/b\r\nX: y", 'a/b; c="d"', "a", "a/b; c", "ä/b", " a/b"):
            text = self.refused(files={"f": ("n", kind, b"")})
            self.assertIn("Content-Type", text)

    def test_what_is_no_file_is_refused(self) -> None:
        """Requests' order, texts, too much in a tuple."""
        wrong: tuple[Any, ...] = (
            *(None, (), ("n",), ("n", b"", "a/b")),
            ("n", "a/b", b"", {}),
        )
        for given in wrong:
            self.assertIn("'f'", self.refused(files={"f": given}))
        self.refused(files={"f": "text"})
        self.refused(files={"f": StringIO("text")})
        self.refused(files=b"abc")
        self.assertIn("UTF-8", self.refused(files={"f": ("\udcff", b"")}))
        self.assertIn("UTF-8", self.refused(form={"a": "\udcff"}, files={"f": b""}))
        self.assertRaises(FileNotFound, self.made, files={"f": Path("no such file")})

    def test_no_file_is_no_multipart(self) -> None:
        """An empty mapping is as good as none."""
        content = self.made(form={"a": "1"}, files={})
        self.assertEqual(content.body, b"a=1")
        self.assertIsNone(self.made(files={}).body)

    def test_small_ones_leave_with_the_head(self) -> None:
        """They are bytes; long ones are produced."""
        self.assertIsInstance(self.made(files={"f": b"x"}).body, bytes)
        big = self.made(files={"f": b"x" * AT_ONCE})
        self.assertNotIsInstance(big.body, bytes)
        self.parts(big)

    def test_length_is_unknown_when_that_of_a_file_is(self) -> None:
        """It then goes out in chunks."""
        producer = BytesProducer(b"abc")
        producer.length = UNKNOWN_LENGTH  # type: ignore[assignment]  # as some are
        content = self.made(files={"f": producer})
        self.assertIs(content.body.length, UNKNOWN_LENGTH)  # type: ignore[union-attr]
        self.assertEqual([p.raw for p in self.parts(content)], [b"abc"])

    def test_it_starts_again_when_every_file_can(self) -> None:
        """Under the same boundary."""
        content = self.made(
            files={"f": BytesIO(b"abc"), "g": b"x" * (AT_ONCE + 1), "h": b"d"}
        )
        body: Any = content.body
        first = self.sent(content)
        self.assertTrue(body.again)
        self.assertEqual(self.sent(content), first)
        once: Any = self.made(files={"f": BytesIO(b""), "g": BytesProducer(b"")}).body
        self.assertTrue(once.again)
        once.producer()
        self.assertFalse(once.again)


@implementer(IBodyProducer)
class ByHand:
    """Writes when the test says so."""

    def __init__(self, length: Any) -> None:
        self.length = length
        self.heard: list[str] = []
        self.done: Deferred[None] = Deferred()
        self.consumer: Any = None

    def startProducing(self, consumer):
        self.consumer = consumer
        self.heard.append("start")
        return self.done

    def pauseProducing(self):
        self.heard.append("pause")

    def resumeProducing(self):
        self.heard.append("resume")

    def stopProducing(self):
        self.heard.append("stop")


class ChainTests(SynchronousTestCase):
    """Bodies one after another."""

    def start(self, *links: Any) -> None:
        body = ChainBody([body_of(link, None) for link in links])  # type: ignore[arg-type,misc]
        self.length = body.length
        self.consumer = Consumer()
        self.producer = body.producer()
        self.done = self.producer.startProducing(self.consumer)

    def test_one_after_the_other(self) -> None:
        """The next one starts when the last one is done."""
        first, second = ByHand(2), ByHand(3)
        self.start(first, second)
        self.assertEqual(self.length, 5)
        first.consumer.write(b"ab")
        self.assertEqual(second.heard, [])
        first.done.callback(None)
        self.assertEqual(second.heard, ["start"])
        self.assertNoResult(self.done)
        second.consumer.write(b"cde")
        second.done.callback(None)
        self.successResultOf(self.done)
        self.assertEqual(self.consumer.data, b"abcde")

    def test_thousands_do_not_make_the_stack_deeper(self) -> None:
        """Each of them ends at once."""
        self.start(*(BytesProducer(b"x") for _ in range(5000)))
        self.successResultOf(self.done)
        self.assertEqual(len(self.consumer.data), 5000)

    def test_the_one_that_writes_is_paused(self) -> None:
        """And resumed."""
        first, second = ByHand(0), ByHand(0)
        self.start(first, second)
        self.producer.pauseProducing()
        self.producer.resumeProducing()
        self.assertEqual(first.heard, ["start", "pause", "resume"])
        first.done.callback(None)
        self.producer.pauseProducing()
        self.assertEqual(second.heard, ["start", "pause"])

    def test_none_starts_while_it_is_paused(self) -> None:
        """A link that ends in its last write is one for which nobody can pause."""
        second = ByHand(0)
        body = ChainBody([body_of(b"x" * (AT_ONCE + 1), None), body_of(second, None)])  # type: ignore[arg-type, list-item]
        producer = body.producer()
        consumer = Consumer()

        def hold() -> None:
            if len(consumer.data) > AT_ONCE:
                producer.pauseProducing()

        consumer.after = hold
        done = producer.startProducing(consumer)
        self.assertEqual(len(consumer.data), AT_ONCE + 1)
        self.assertEqual(second.heard, [])
        producer.resumeProducing()
        self.assertEqual(second.heard, ["start"])
        second.done.callback(None)
        self.successResultOf(done)

    def test_stopped_it_stops_the_one_that_writes(self) -> None:
        """The others never begin, and it never fires."""
        first, second = ByHand(2), ByHand(2)
        self.start(first, second)
        self.producer.stopProducing()
        self.assertEqual(first.heard, ["start", "stop"])
        first.consumer.write(b"ab")
        first.done.callback(None)
        self.assertEqual((self.consumer.data, second.heard), (b"", []))
        self.assertNoResult(self.done)

    def test_a_link_that_lies_about_its_length_fails(self) -> None:
        """Else the beginning of the next one would be taken for its end."""
        for count in (1, 3):
            first, second = ByHand(2), ByHand(2)
            self.start(first, second)
            first.consumer.write(b"x" * count)
            if count < 2:
                first.done.callback(None)
            self.failureResultOf(self.done, InvalidParameter)
            self.assertEqual(second.heard, [])

    def test_a_link_that_fails_ends_it(self) -> None:
        """With its error, raised or in its Deferred."""
        first, second = ByHand(2), ByHand(2)
        self.start(first, second)
        first.done.errback(OSError("disk"))
        self.failureResultOf(self.done, OSError)

        class Raises(ByHand):
            def startProducing(self, consumer):
                raise RuntimeError

        self.start(Raises(2), second)
        self.failureResultOf(self.done, RuntimeError)
        self.assertEqual(second.heard, [])

    def test_a_producer_of_the_links_own_is_paused(self) -> None:
        """As a consumer has it; one that pulls is refused."""
        first, inner = ByHand(0), ByHand(0)
        self.start(first)
        first.consumer.registerProducer(inner, True)
        self.producer.pauseProducing()
        self.assertEqual(inner.heard, ["pause"])
        self.assertRaises(
            InvalidParameter, first.consumer.registerProducer, inner, False
        )
        first.consumer.unregisterProducer()
        first.done.callback(None)
        self.producer.resumeProducing()
        self.successResultOf(self.done)
