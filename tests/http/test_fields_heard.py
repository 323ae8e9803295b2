"""Fields and framing of requests, as a strict server hears them (h11)."""

from __future__ import annotations

from twisted.web.http_headers import Headers

import twinet
from tests.http.judge import OK, HeardCase, Pieces, hear
from tests.http.memory import MemoryNet
from twinet.errors import InvalidParameter
from twinet.query import AddRequest


class FieldTests(HeardCase):
    """Names, values and their order are the caller's."""

    def test_names_order_and_doubles_are_kept(self) -> None:
        """Case as well; nothing is sorted, joined or dropped."""
        given = [
            *(
                ("x-B", "1"),
                ("X-a", "2"),
                ("X-A", "3"),
                ("x-B", "1"),
                ("Accept", "a/b"),
            ),
            *(
                ("accept", "c/d"),
                ("User-Agent", "me"),
                ("Cookie", "a=b"),
                ("Cookie", "c"),
            ),
            ("!#$%&'*+-.^_`|~09Az", "odd"),
        ]
        heard = self.heard(self.open(headers=given))
        self.assertEqual(heard.fields[0], (b"Host", b"192.0.2.1"))
        self.assertEqual(heard.fields[1:], [(n.encode(), v.encode()) for n, v in given])

    def test_values_are_exact(self) -> None:
        """Every byte that may stand in one, empty ones, blanks inside."""
        every = bytes([9, *range(0x20, 0x7F), *range(0x80, 0x100)])
        for value, sent in (
            ("", b""),
            ("a  b\tc", b"a  b\tc"),
            ("  round \t", b"round"),
            ("grüß", b"gr\xfc\xdf"),
            ("€ grüß", "€ grüß".encode()),
            ("\xa0x\xa0", b"\xa0x\xa0"),
            ("caf\udcc3\udca9 €", b"caf\xc3\xa9 " + "€".encode()),
            (b"x" + every + b"x", b"x" + every + b"x"),
            (b"\xff\x80", b"\xff\x80"),
            ("x" * 60000, b"x" * 60000),
        ):
            self.setUp()
            heard = self.heard(self.open(headers=[("X", value)]))
            self.assertEqual(heard.all(b"x"), [sent])

    def test_controls_in_names_and_values_are_refused(self) -> None:
        """The message names the field, and never shows the value."""
        session = self.net.session
        for bad in [*map(chr, range(9)), *map(chr, range(10, 32)), "\x7f"]:
            value = f"hush{bad}hush"
            for call in (
                lambda value=value: self.open(headers={"X-Name": value}),
                lambda value=value: self.open(headers=[(b"X-Name", value.encode())]),
                lambda value=value: session.get("http://h", headers={"X-Name": value}),
                lambda value=value: self.open().headers.add("X-Name", value),
                lambda value=value: self.open().headers.replace("X-Name", value),
                lambda value=value: MemoryNet(agent=value),
                lambda value=value: session.set_agent(value),
            ):
                said = self.refused(InvalidParameter, call)
                self.assertNotIn("hush", said)
                self.assertTrue("X-Name" in said or "User-Agent" in said)
            name = f"X{bad}Y"
            self.refused(
                InvalidParameter, lambda name=name: self.open(headers={name: ""})
            )

    def test_names_that_are_no_tokens_are_refused(self) -> None:
        """Blanks, colons, separators, other letters."""
        for name in (
            "",
            " ",
            "X Y",
            " X",
            "X ",
            "X:",
            ":",
            "X(",
            "X/Y",
            "Ü",
            "日",
            "X\t",
        ):
            self.refused(
                InvalidParameter, lambda name=name: self.open(headers={name: "1"})
            )

    def test_what_are_no_fields_is_refused(self) -> None:
        """In words, not by an error of the language; nothing of it is shown."""
        for headers in (
            "X: hush",
            b"X: hush",
            ["X: hush"],
            [("X", "hush", "more")],
            [("X",)],
            [5],
            5,
            {b"X": bytearray(b"hush")},
            {"X": 5},
            {"X": None},
            {5: "hush"},
            {"X": "\ud800"},
            {"X": ["hush"]},
        ):
            said = self.refused(
                InvalidParameter, lambda headers=headers: self.open(headers=headers)
            )
            self.assertNotIn("hush", said)

    def test_agent_of_the_session(self) -> None:
        """In any letters; none when it is empty; the caller's own wins."""
        for agent, sent in (
            ("coffee/1.0 (x)", [b"coffee/1.0 (x)"]),
            ("café", [b"caf\xe9"]),
            ("€/1", ["€/1".encode()]),
            ("", []),
        ):
            for fields in ({}, {"X": "1"}):
                self.net = MemoryNet(agent=agent)
                heard = self.heard(self.open(headers=fields))
                self.assertEqual(heard.all(b"user-agent"), sent)
        self.net = MemoryNet(agent="ours")
        heard = self.heard(self.open(headers={"USER-agent": "mine"}))
        self.assertEqual(heard.all(b"user-agent"), [b"mine"])


class FramingTests(HeardCase):
    """One length or one coding, whoever gives it; the connection as the caller says."""

    def test_length_of_each_body(self) -> None:
        """None where no body is meant, 0 where an empty one is."""
        for verb, body, lengths in (
            ("GET", None, []),
            ("HEAD", None, []),
            ("DELETE", None, []),
            ("OPTIONS", None, []),
            ("POST", None, [b"0"]),
            ("PUT", None, [b"0"]),
            ("PATCH", None, [b"0"]),
            ("POST", b"", [b"0"]),
            ("GET", b"", [b"0"]),
            ("GET", b"abc", [b"3"]),
            ("DELETE", b"abc", [b"3"]),
            ("POST", bytes(range(256)) * 300, [b"76800"]),
            ("POST", Pieces([b"ab", b"c"], 3), [b"3"]),
        ):
            self.setUp()
            heard = self.heard(self.open(verb), body)
            self.assertEqual(heard.all(b"content-length"), lengths, (verb, body))
            self.assertEqual(heard.all(b"transfer-encoding"), [])
            if isinstance(body, bytes):
                self.assertEqual(heard.body, body)

    def test_body_of_unknown_length_is_chunked(self) -> None:
        """Whatever its pieces are; empty ones end nothing."""
        for pieces in ([], [b"a"], [b"ab", b"", b"c" * 70000], [b"\r\n0\r\n\r\n"]):
            self.setUp()
            heard = self.heard(self.open("POST"), Pieces(pieces))
            self.assertEqual(heard.body, b"".join(pieces))
            self.assertEqual(heard.all(b"transfer-encoding"), [b"chunked"])
            self.assertEqual(heard.all(b"content-length"), [])

    def test_length_of_the_caller_is_kept_when_it_is_right(self) -> None:
        """In its place and spelling, and never a second one."""
        for verb, body, length in (
            ("POST", b"abc", "3"),
            ("POST", b"abc", "0003"),
            ("POST", None, "0"),
            ("GET", None, "0"),
            ("PUT", Pieces([b"abc"], 3), "3"),
        ):
            self.setUp()
            fields = {"A": "1", "content-LENGTH": length, "B": "2"}
            heard = self.heard(self.open(verb, headers=fields), body)
            self.assertEqual(heard.all(b"content-length"), [length.encode()])
            self.assertEqual(
                heard.fields[-2:-1], [(b"content-LENGTH", length.encode())]
            )

    def test_length_of_the_caller_is_refused_when_it_is_wrong(self) -> None:
        """Before anything goes out; the handle can be used again."""
        for headers, body in (
            ({"Content-Length": "4"}, b"abc"),
            ({"Content-Length": "3"}, None),
            ({"Content-Length": "3"}, Pieces([b"abc"])),
            ([("Content-Length", "3"), ("content-length", "3")], b"abc"),
            ([("Content-Length", "3"), ("Transfer-Encoding", "chunked")], b"abc"),
            ({"Transfer-Encoding": "chunked"}, b"3\r\nabc\r\n0\r\n\r\n"),
            ({"Transfer-Encoding": "chunked"}, None),
        ):
            request = self.open("POST", headers=headers)
            self.refused(
                InvalidParameter, lambda request=request, body=body: request.send(body)
            )
            for name in {name.lower() for name, _ in request.headers}:
                request.headers.remove(name)
            self.assertEqual(self.heard(request, b"abc").body, b"abc")
            self.setUp()
        for length in ("", "-1", "+1", "1.0", "0x3", "3,3", "3 3", "٣", "9" * 19):
            self.refused(
                InvalidParameter,
                lambda length=length: self.open(headers={"Content-Length": length}),
            )
        request = self.open("POST", headers={"Content-Length": "3"})
        request.headers.apply([(b"content-length", b"3")], AddRequest.COALESCE)
        self.refused(InvalidParameter, lambda: request.send(b"abc"))

    def test_a_get_that_is_refused_leaves_no_handle(self) -> None:
        """Nobody was given it."""
        self.refused(
            InvalidParameter,
            lambda: self.net.session.get(
                "http://192.0.2.1/", headers={"Content-Length": "5"}
            ),
        )
        self.assertEqual(self.net.told, ["HANDLE_CREATED", "HANDLE_CLOSING"])
        self.assertFalse(self.net.session._children)

    def test_coding_of_the_caller(self) -> None:
        """Chunked where that is done, and no other."""
        fields = {"transfer-ENCODING": "Chunked"}
        heard = self.heard(self.open("POST", headers=fields), Pieces([b"abc"]))
        self.assertEqual(heard.body, b"abc")
        # (h11 gives this one in lower case.)
        self.assertEqual(heard.all(b"transfer-encoding"), [b"chunked"])
        for coding in ("gzip", "gzip, chunked", "chunked, chunked", "identity", ""):
            self.setUp()
            self.refused(
                InvalidParameter,
                lambda coding=coding: self.open(headers={"Transfer-Encoding": coding}),
            )

    def test_length_of_a_body_that_is_handed_over(self) -> None:
        """The caller's own field announces it, as ported programs do it."""
        request = self.open("POST", headers={"Content-Length": "6"})
        started = request.start()
        peer = self.net.accept()
        self.successResultOf(started)
        self.refused(InvalidParameter, lambda: request.write(b"sevenxx"))
        request.write(b"abc")
        request.write(b"def")
        request.finish()
        heard = hear(peer.request())
        self.assertEqual(
            (heard.body, heard.all(b"content-length")), (b"abcdef", [b"6"])
        )
        self.setUp()
        request = self.open("POST", headers={"Content-Length": "6"})
        self.refused(InvalidParameter, lambda: request.start(5))

    def test_close_is_respected(self) -> None:
        """Sent as given; the connection is closed after the answer, politely."""
        for value, closes in (
            ("close", True),
            ("Close", True),
            ("TE, CLOSE", True),
            ("keep-alive", False),
            ("Keep-Alive, TE", False),
            ("closed", False),
            ("", False),
        ):
            self.setUp()
            heard = self.heard(self.open(headers={"connection": value}))
            self.assertEqual(heard.all(b"connection"), [value.encode()])
            self.assertEqual(heard.keeps, not closes)
            self.peer.send(OK)
            self.successResultOf(self.sent)
            self.assertEqual(self.peer.closed, closes, value)
            self.assertFalse(self.peer.transport.aborted)
            self.assertEqual("CLOSING_CONNECTION" in self.net.told, closes)

    def test_close_holds_for_each_hop(self) -> None:
        """A redirect is asked for on another connection then."""
        self.heard(self.open(headers={"Connection": "close"}))
        self.peer.send(b"HTTP/1.1 302 F\r\nLocation: /y\r\nContent-Length: 0\r\n\r\n")
        self.assertTrue(self.peer.closed)
        heard = hear(self.net.accept().request())
        self.assertEqual((heard.target, heard.keeps), (b"/y", False))

    def test_other_protocols_are_refused_in_words(self) -> None:
        """Nobody here would understand the answer."""
        for headers in (
            {"Upgrade": "websocket"},
            {"Connection": "Upgrade"},
            {"Connection": "keep-alive, upgrade"},
            {"TE": "gzip"},
            {"TE": "trailers, deflate;q=0.5"},
        ):
            said = self.refused(
                InvalidParameter, lambda headers=headers: self.open(headers=headers)
            )
            self.assertIn("spoken here", said)
        heard = self.heard(self.open(headers={"TE": "trailers", "Connection": "TE"}))
        self.assertEqual(heard.all(b"te"), [b"trailers"])

    def test_agent_leaves_framing_to_us(self) -> None:
        """What a program gives treq besides the body cannot make two lengths."""
        fields = Headers({"Content-Length": ["99"], "Transfer-Encoding": ["chunked"]})
        agent = twinet.Agent(session=self.net.session)
        agent.request(b"POST", b"http://192.0.2.1/", fields, Pieces([b"abc"], 3))
        heard = hear(self.net.accept().request())
        self.assertEqual((heard.body, heard.all(b"content-length")), (b"abc", [b"3"]))
        self.setUp()
        agent = twinet.Agent(session=self.net.session)
        agent.request(b"GET", b"http://192.0.2.1/", Headers({"Connection": ["close"]}))
        self.assertFalse(hear(self.net.accept().request()).keeps)
