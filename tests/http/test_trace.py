"""The wire trace over memory: complete traces as text."""

from __future__ import annotations

import errno
from typing import Any

from twisted.internet.defer import Deferred, fail
from twisted.internet.error import ConnectionLost
from twisted.internet.interfaces import IStreamClientEndpoint
from zope.interface import implementer

from tests.http.judge import Pieces
from tests.http.memory import OK, Peer
from tests.http.traced import (
    AGAIN,
    ASKED,
    BODIES,
    CLOSING,
    FRESH,
    HERE,
    INTACT,
    URL,
    TraceTestCase,
)
from twinet.errors import Timeout
from twinet.records import Limits


class TextTests(TraceTestCase):
    """Golden traces."""

    def setUp(self) -> None:
        self.make()

    def answered(self, peer: Peer, answer: bytes = OK + b"hello") -> None:
        peer.send(answer)

    def test_get(self) -> None:
        """One after the other, on one connection, which the session closes."""
        self.get()
        self.answered(self.net.accept())
        answer = "< HTTP/1.1 200 OK\n< Content-Length: 5\n<\n{ [5 bytes data]\n"
        self.assertEqual(self.traced(), FRESH + ASKED + answer + INTACT)
        self.net.session.close()
        self.assertEqual(self.traced(), "* Closing connection #1\n")

    def test_a_name_is_looked_up_and_two_addresses_refuse(self) -> None:
        """Each address and how it went; the error has its number."""
        self.get("http://h.example/")
        self.net.resolver.answer("10.0.0.1", "10.0.0.2")
        self.net.refuse()
        self.net.refuse()
        self.assertEqual(
            self.traced(),
            "* Looking up h.example\n"
            "* Host h.example:80 was resolved: 10.0.0.1, 10.0.0.2\n"
            "*   Trying 10.0.0.1:80...\n"
            "* connect to 10.0.0.1 port 80 failed: connection refused\n"
            "*   Trying 10.0.0.2:80...\n"
            "* connect to 10.0.0.2 port 80 failed: connection refused\n"
            f"* {self.failures[0]}\n",
        )
        self.assertIn("12029", str(self.failures[0]))
        self.get("http://h.example/")
        self.net.accept()
        self.assertEqual(
            self.traced().splitlines()[:2],
            [
                "[#2] * Host h.example:80 was looked up before: 10.0.0.1, 10.0.0.2",
                "[#2] *   Trying 10.0.0.1:80...",
            ],
        )

    def test_the_slower_address_is_given_up(self) -> None:
        """The race is seen."""
        self.get("http://h/")
        self.net.resolver.answer("10.0.0.1", "10.0.0.2")
        self.net.advance(0.25)
        self.net.accept()
        self.assertEqual(
            self.traced().splitlines()[2:6],
            [
                "*   Trying 10.0.0.1:80...",
                "*   Trying 10.0.0.2:80...",
                "* connect to 10.0.0.2 port 80 given up",
                "* Connected to h (10.0.0.1) port 80 (#1)",
            ],
        )

    def test_a_redirect_uses_the_connection_again(self) -> None:
        """Its body is read, and told."""
        self.get()
        peer = self.net.accept()
        peer.send(b"HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 3\r\n\r\nabc")
        self.answered(peer)
        self.assertEqual(
            self.traced(),
            FRESH
            + ASKED
            + "< HTTP/1.1 302 Found\n< Location: /x\n< Content-Length: 3\n<\n"
            + "{ [3 bytes data]\n"
            + INTACT
            + "* Following a redirect: issue another request to this URL: "
            + f"{URL}\n"
            + AGAIN
            + ASKED
            + "< HTTP/1.1 200 OK\n< Content-Length: 5\n<\n{ [5 bytes data]\n"
            + INTACT,
        )

    def test_interim_answers_pieces_and_trailers(self) -> None:
        """Two heads, a body of many pieces without its framing, and its trailers."""
        self.get()
        peer = self.net.accept()
        peer.send(b"HTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\nHTTP/1.1 200 OK\r\nTr")
        peer.send(b"ansfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")
        peer.send(b"1\r\n,\r\n")
        peer.send(b"6;x=y\r\n world\r\n0\r\nX-Sum: 7\r\n\r\n")
        self.assertEqual(
            self.traced().removeprefix(FRESH + ASKED),
            "< HTTP/1.1 103 Early Hints\n< Link: <a>\n<\n"
            "< HTTP/1.1 200 OK\n< Transfer-Encoding: chunked\n<\n"
            "{ [5 bytes data]\n{ [7 bytes data in 2 more]\n"
            "< X-Sum: 7\n" + INTACT,
        )

    def test_a_dead_connection_is_replaced(self) -> None:
        """The request is sent again on a connection of another number."""
        self.get()
        peer = self.net.accept()
        self.answered(peer)
        self.traced()
        self.get()
        peer.close(ConnectionLost())
        self.answered(self.net.accept())
        again = [f"[#2] {line}" for line in (FRESH + ASKED).splitlines()]
        self.assertEqual(
            self.traced(),
            AGAIN
            + ASKED
            + "* Connection #1 to host 127.0.0.1 is gone: the connection was lost\n"
            + "* Connection died, sending the request again on another one\n"
            + "\n".join(again).replace("#1", "#2")
            + "\n[#2] < HTTP/1.1 200 OK\n[#2] < Content-Length: 5\n[#2] <\n"
            + "[#2] { [5 bytes data]\n"
            + "[#2] * Connection #2 to host 127.0.0.1 left intact\n",
        )

    def test_a_limit_runs_out(self) -> None:
        """The error in its own words, then the closing."""
        self.get(limits=Limits(first_byte=3))
        self.net.accept()
        self.net.advance(3)
        self.assertIsInstance(self.failures[0], Timeout)
        self.assertEqual(
            self.traced().removeprefix(FRESH + ASKED),
            f"* Closing connection #1\n* {self.failures[0]}\n",
        )
        self.assertEqual(self.records[-1].connection, 1)

    def test_a_redirect_with_a_body_without_end(self) -> None:
        """It is not waited for, and its connection is closed."""
        self.get()
        self.net.accept().send(
            b"HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 99999\r\n\r\n"
        )
        self.assertEqual(
            self.traced().splitlines()[11:14],
            [
                "* Not waiting for the rest of this answer's body",
                CLOSING,
                f"* Following a redirect: issue another request to this URL: {URL}",
            ],
        )

    def test_a_connection_that_nobody_uses(self) -> None:
        """The server closes one, the limit another, unasked bytes a third."""
        ends = (
            (
                lambda peer: peer.close(),
                [f"* Connection {HERE} is gone: the other side closed the connection"],
            ),
            (
                lambda _: self.net.advance(60),
                [f"* Connection {HERE} was idle for too long", CLOSING],
            ),
            (
                lambda peer: peer.send(b"HTTP/1.1 408 \x1b\r\n" + b"x" * 1000),
                [
                    "* The server sent what nobody had asked for:",
                    "< HTTP/1.1 408 \\x1b",
                    f"< {'x' * 984}",
                    "* ... and 16 bytes more",
                    CLOSING,
                ],
            ),
        )
        for act, lines in ends:
            text = "".join(f"{line}\n" for line in lines)
            self.make()
            self.get()
            peer = self.net.accept()
            self.answered(peer)
            self.traced()
            act(peer)
            self.assertEqual(self.traced(), text)

    def test_what_is_no_http_is_shown(self) -> None:
        """The bytes themselves, before the error about them."""
        self.get()
        self.net.accept().send(b"SSH-2.0-OpenSSH_9.2\r\n")
        shown, error, closing = self.traced().splitlines()[-3:]
        self.assertEqual(shown, "< SSH-2.0-OpenSSH_9.2")
        self.assertIn("it is an SSH server", error)
        self.assertEqual(closing, "* Closing connection #1")

    def test_a_head_that_breaks_off_is_shown(self) -> None:
        """As far as it came, and once."""
        self.get()
        peer = self.net.accept()
        peer.send(b"HTTP/1.1 200 OK\r\nSet-Cookie: s3cr")
        peer.send(b"3t")
        peer.close()
        text = self.traced()
        self.assertEqual(text.count("< HTTP/1.1 200 OK\n< Set-Cookie: [redacted]\n"), 1)
        self.assertNotIn("s3cr", text)

    def test_the_program_closes_the_handle(self) -> None:
        """What follows is not the server's doing."""
        pending = self.get()
        self.net.accept()
        pending.cancel()
        self.assertEqual(
            self.traced().removeprefix(FRESH + ASKED),
            "* The handle was closed before its request was done\n"
            "* Closing connection #1\n",
        )

    def test_waiting_in_vain_concerns_no_connection(self) -> None:
        """The error names the URL by its record."""
        self.make(connections_per_host=1, limits=Limits(slot=2, first_byte=9))
        self.get()
        self.net.accept()
        self.get(URL + "y")
        self.traced()
        self.net.advance(2)
        self.assertEqual(self.traced(), f"* {self.failures[0]}\n")
        record = self.records[-1]
        self.assertEqual(
            (record.connection, record.host, record.url), (None, "", URL + "y")
        )

    def test_the_policy_refuses(self) -> None:
        """With the policy's own words, and no attempt."""
        self.make(policy=lambda destination: "never")
        self.get()
        first, error = self.traced().splitlines()
        self.assertEqual(first, "* The egress policy refuses 127.0.0.1: never")
        self.assertIn("PolicyRefused", type(self.failures[0]).__name__)
        self.assertEqual(error, f"* {self.failures[0]}")

    def test_an_endpoint_of_the_programs_connects(self) -> None:
        """Names are not looked up then."""

        @implementer(IStreamClientEndpoint)
        class Endpoint:
            def connect(self, protocolFactory: Any) -> Deferred[Any]:
                return fail(OSError(errno.ENOENT, "no such socket"))

        self.make(connect=lambda host, port: Endpoint())
        self.get("http://h/")
        self.assertEqual(
            self.traced(),
            f"*   Trying h:80 by the session's own endpoint...\n* {self.failures[0]}\n",
        )

    def test_a_sink_refuses_the_body(self) -> None:
        """What ended it was the program's own."""

        class Sink:
            def write(self, data: bytes) -> None:
                raise OSError(errno.ENOSPC, "no room")

        pending = self.get()
        peer = self.net.accept()
        peer.send(OK)
        delivery = self.successResultOf(pending).deliver(Sink())
        peer.send(b"hell")
        self.failureResultOf(delivery)
        error, closing = self.traced().splitlines()[-2:]
        self.assertIn("no room", error)
        self.assertEqual(closing, CLOSING)

    def test_a_challenge_is_answered(self) -> None:
        """The scheme is shown, the password is not, in whatever form."""
        connection = self.net.session.http(
            "127.0.0.1", 8080, username="joe", password="s3cr3t"
        )
        connection.open_request("GET", "/x").send()
        peer = self.net.accept()
        peer.send(
            b"HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm=x\r\n"
            b"Content-Length: 0\r\n\r\n"
        )
        text = self.traced()
        self.assertIn("* Answering the server's challenge: issue another", text)
        self.assertIn("> Authorization: Basic [redacted]\n", text)
        for secret in ("joe", "s3cr3t", "am9lOnMzY3IzdA=="):
            self.assertNotIn(secret, text + repr(self.records) + str(self.sent()))


class UploadTests(TraceTestCase):
    """Bodies on their way out."""

    def post(self, body: Any) -> Peer:
        self.net.session.http("127.0.0.1", 8080).open_request("POST", "/x").send(body)
        return self.net.accept()

    def test_bytes(self) -> None:
        """The head and the body leave in one write, and are told apart."""
        self.make()
        self.post(b"a\r\n\r\nb")
        self.assertEqual(
            self.traced().splitlines()[-3:],
            ["> Content-Length: 6", ">", "} [6 bytes data]"],
        )

    def test_a_producer_in_chunks(self) -> None:
        """Framing is hidden, and what ends the body is nothing of it."""
        self.make()
        producer = Pieces([b"x" * 65536, b"y" * 4464])
        peer = self.post(producer)
        text = self.traced()
        self.assertIn("> Transfer-Encoding: chunked\n>\n} [65536 bytes data]\n", text)
        peer.send(OK + b"hello")
        self.assertIn("} [4464 bytes data in 1 more]\n", self.traced())

    def test_leave_is_waited_for(self) -> None:
        """In vain, or until an answer refuses the body."""
        for answer, text in (
            (b"", "* Done waiting for 100 (Continue), sending the body without it"),
            (
                b"HTTP/1.1 417 No\r\nContent-Length: 0\r\n\r\n",
                "* The answer came first, sending no more of the body",
            ),
        ):
            self.make(limits=Limits(expect=1))
            request = self.net.session.http("127.0.0.1", 8080).open_request(
                "POST", "/x", headers={"Expect": "100-continue"}
            )
            request.send(b"hello")
            peer = self.net.accept()
            self.traced()
            peer.send(answer)
            self.net.advance(1)
            traced = self.traced()
            self.assertIn(text, traced.splitlines())
            self.assertEqual("} [5 bytes data]" in traced, not answer)

    def test_a_body_behind_one_in_chunks(self) -> None:
        """It is not taken for chunks."""
        self.make()
        self.post(Pieces([b"x"])).send(OK + b"hello")
        connection = self.net.session.http("127.0.0.1", 8080)
        connection.open_request("POST", "/y").send(b"123")
        self.assertEqual(self.traced().splitlines()[-1], "} [3 bytes data]")

    def test_a_socket_that_takes_a_part_at_once(self) -> None:
        """The rest goes another way, and nothing is told twice."""
        self.make(data=True, secrets=True)
        peer = self.post(b"one")
        peer.send(OK + b"hello")
        self.traced()
        self.records.clear()
        peer.request()
        first = bytearray()

        def take_ten(data: bytes) -> int:
            first.extend(data[:10])
            return 10

        peer.protocol._send = take_ten
        peer.protocol._direct = True
        self.net.session.http("127.0.0.1", 8080).open_request("POST", "/y").send(b"2")
        self.traced()
        self.assertEqual(bytes(first), b"POST /y HT")
        self.assertEqual(self.sent(), bytes(first) + peer.request())

    def test_handed_over_in_pieces_byte_for_byte(self) -> None:
        """What the trace has is what the server got: framing, cookies and all."""
        for length in (None, 10):
            self.make(data=True, secrets=True)
            request = self.net.session.http("127.0.0.1", 8080).open_request(
                "POST", "/x", headers={"Cookie": "s3cr3t", "X": "Gr\xfc\xdfe"}
            )
            request.start(length, b"hello")
            peer = self.net.accept()
            request.write(b"wo")
            request.write(b"rld")
            request.finish()
            got = peer.request()
            peer.send(OK + b"hello")
            self.net.advance()
            self.assertEqual(self.sent(), got)
            self.assertIn(b"s3cr3t", got)
            self.assertEqual(b"Transfer-Encoding: chunked" in got, length is None)
            self.assertTrue(got.endswith(b"0\r\n\r\n" if length is None else b"world"))

    def test_a_second_request_begins_with_its_head(self) -> None:
        """Whatever the body before it was, and byte for byte."""
        self.make(data=True, secrets=True)
        peer = self.post(b"one")
        peer.send(OK + b"hello")
        connection = self.net.session.http("127.0.0.1", 8080)
        connection.open_request("POST", "/y").send(b"two")
        self.traced()
        self.assertEqual(self.sent(), peer.request())
        kinds = [r.kind for r in self.records if r.outgoing and r.kind in BODIES]
        self.assertEqual(len(kinds), 2)


class FullDataTests(TraceTestCase):
    """``Trace(data=True)``."""

    def setUp(self) -> None:
        self.make(data=True)

    def test_answer_bytes_are_those_of_the_wire(self) -> None:
        """At every cut, the records' bytes are what came, chunk framing included."""
        answer = (
            b"HTTP/1.1 103 Early\r\n\r\n\r\nHTTP/1.1 200 OK\nX: fol\r\n ded\r\n"
            b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX-Sum: 7\r\n\r\n"
        )
        for cut in range(len(answer)):
            self.make(data=True)
            self.get()
            peer = self.net.accept()
            peer.send(answer[:cut])
            peer.send(answer[cut:])
            self.net.advance()
            came = [r for r in self.records if r.kind.value in "<{"]
            self.assertEqual(b"".join(r.data for r in came), answer, cut)
            self.assertEqual([r.text for r in came[:2]], ["HTTP/1.1 103 Early", ""])
            self.assertEqual(came[-1].text, "X-Sum: 7")
            self.assertEqual(self.failures, [])

    def test_a_dump(self) -> None:
        """Place, hexadecimal, ASCII."""
        self.get()
        self.net.accept().send(OK[:-5] + b"7\r\n\r\n\x1b[2J............m")
        self.assertEqual(
            self.traced().splitlines()[-4:-1],
            [
                "{ [17 bytes data]",
                f"0000: 1b 5b 32 4a{' 2e' * 12}  .[2J............",
                f"0010: 6d{45 * ' '}  m",
            ],
        )


class SecretTests(TraceTestCase):
    """What is secret is in no record unless it was asked for."""

    FIELDS = (
        ("Authorization", "Bearer s3cr3t"),
        ("Proxy-Authorization", "Basic s3cr3t"),
        ("Cookie", "a=s3cr3t"),
        ("Referer", "http://u:s3cr3t@h/"),
    )
    ANSWER = (
        b"HTTP/1.1 302 Found\r\nSet-Cookie: s3cr3t=s3cr3t; Path=/\r\n"
        b"Location: http://joe:s3cr3t@127.0.0.1:8080/x\r\nContent-Length: 0\r\n\r\n"
    )

    def play(self, **options: bool) -> str:
        self.make(**options)
        self.get(headers=self.FIELDS)
        self.net.accept().send(self.ANSWER)
        text = self.traced()
        self.assertIn("/x", text)
        return text + repr(self.records) + repr([r.data for r in self.records])

    def test_nothing_secret_is_shown(self) -> None:
        """Also in the second request, which brings the cookie back."""
        for data in (False, True):
            text = self.play(data=data)
            self.assertNotIn("s3cr3t", text)
            self.assertNotIn("joe", text)
            for shown in ("Bearer [redacted]", "Basic [redacted]", "Set-Cookie: [red"):
                self.assertIn(shown, text)

    def test_they_are_shown_when_asked_for(self) -> None:
        """The values as they are."""
        text = self.play(secrets=True)
        for shown in ("Bearer s3cr3t", "Cookie: a=s3cr3t", "u:s3cr3t@h", "joe:s3cr3t@"):
            self.assertIn(shown, text)
