"""What Twisted's own HTTP client does wrong with answers, and this library must not.

Each was found by trying it; the number in a docstring is the one that the trap was
given then.  Most are tried through ``twinet.Agent``, under treq where that has a part
in it, because that is where somebody who changes over meets them.  What goes wrong in
asking is in ``test_traps_in_asking.py``, what needs sockets or threads in
``test_traps_on_loopback.py``.
"""

from __future__ import annotations

import gzip
import zlib
from typing import Any

import treq
from twisted.internet.error import ConnectionLost
from twisted.web.client import ResponseFailed

from tests.http.trapcase import MIB, ROOT, Endless, TrapCase, answer
from twinet import Option, Query, errors
from twinet.errors import HttpInvalidServerResponse
from twinet.records import Limits


class HeadTests(TrapCase):
    """What stands in a head is there for the program, to the byte."""

    def test_fields_of_the_framing_and_the_connection_are_shown(self) -> None:
        """H1: also to users of the agent; case and order are kept beside."""
        lines = "connection: Keep-Alive", "KEEP-alive: a=5", "te: x", "Upgrade: h2c"
        for under_treq in (False, True):
            self.start()
            client = self.treq if under_treq else None
            headers = self.agent_get(answer(*lines, body=b"x"), client).headers
            for name, value in (
                (b"Connection", b"Keep-Alive"),
                (b"Keep-Alive", b"a=5"),
                (b"TE", b"x"),
                (b"Upgrade", b"h2c"),
                (b"Content-Length", b"1"),
            ):
                self.assertEqual(headers.getRawHeaders(name), [value])
        head = answer(*lines)
        response = self.get_anew(head).response
        self.assertEqual(response.raw_head, head)
        first = [(b"connection", b"Keep-Alive"), (b"KEEP-alive", b"a=5")]
        self.assertEqual(response.headers.raw[:2], first)
        chunked = (
            b"HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nT: 1\r\n\r\n"
        )
        self.start()
        headers = self.agent_get(chunked).headers
        self.assertEqual(headers.getRawHeaders(b"Transfer-Encoding"), [b"chunked"])

    def get_anew(self, head_and_body: bytes, **options: Any) -> Any:
        """Get an answer on a session that has done nothing yet."""
        self.start()
        return self.get(head_and_body, **options)

    def test_no_coding_is_made_up(self) -> None:
        """H2: an answer without Content-Encoding has none, under treq neither."""
        for under_treq in (False, True):
            self.start()
            client = self.treq if under_treq else None
            headers = self.agent_get(answer("X: 1", body=b"x"), client).headers
            self.assertFalse(headers.hasHeader("Content-Encoding"))
            self.assertIsNone(headers.getRawHeaders("content-encoding"))
            self.assertEqual(headers.copy().getRawHeaders("x"), ["1"])
        for coding, left in (("br", b"br"), ("br, gzip", b"br")):
            self.start()
            coded = answer(f"Content-Encoding: {coding}", body=b"x")
            headers = self.agent_get(coded, self.treq).headers
            self.assertEqual(headers.getRawHeaders(b"Content-Encoding"), [left])
        request = self.get_anew(answer(body=b"x"))
        self.assertRaises(
            errors.HttpHeaderNotFound, request.query_info, Query.CONTENT_ENCODING
        )

    def test_fields_in_latin_1_can_be_read(self) -> None:
        """H19: as text and as bytes, by the object API and by the agent."""
        head = answer(b"X: gr\xfc\xdf", "Y: grüß")
        headers = self.get(head).response.headers
        self.assertEqual(headers["x"], "grüß")
        self.assertEqual(headers["y"].encode("latin-1").decode(), "grüß")
        self.start()
        fields = self.agent_get(head).headers
        self.assertEqual(fields.getRawHeaders(b"x"), [b"gr\xfc\xdf"])
        self.assertEqual(fields.getRawHeaders("X"), ["grüß"])
        self.assertEqual(fields.getRawHeaders("y"), ["grüß"])
        self.assertEqual(fields.getRawHeaders("z", ["none"]), ["none"])

    def test_heads_have_limits_and_faults_have_names(self) -> None:
        """H12: long lines pass up to limits.head_bytes, and what cannot be is named."""
        long = b"X: " + b"x" * 40000
        self.assertEqual(len(self.get(answer(long)).response.headers["x"]), 40000)
        self.start()
        headers = self.agent_get(answer(long)).headers
        self.assertEqual(len(headers.getRawHeaders(b"x")[0]), 40000)
        status = b"HTTP/1.1 200 X\r\n"
        for head, said in (
            (status + b"X: " + b"x" * 65536, "head longer than 65536 bytes"),
            (status + b"X: y\r\n" * 1001 + b"\r\n", "more than 1000 field lines"),
            (b"ICY 200 OK\r\n\r\n", "SHOUTcast"),
            (b"<html>no head at all</html>", "<html>"),
            (status + b"Transfer-Encoding: gzip, chunked\r\n\r\n", "gzip, chunked"),
            (status + b"no colon\r\n\r\n", "without a colon"),
        ):
            self.start()
            pending = self.agent.request(b"GET", f"{ROOT}/".encode())
            peer = self.net.accept()
            peer.send(head)
            error = self.failureResultOf(pending, HttpInvalidServerResponse).value
            self.assertIn(said, str(error))
            self.assertIsInstance(error, ResponseFailed)
            self.assertTrue(peer.closed)


class BodyTests(TrapCase):
    """A body that is damaged is never a success."""

    def setUp(self) -> None:
        super().setUp()
        self.session.options[Option.HTTP_DECODING] = True

    def start(self, **options: Any) -> None:
        """Begin anew, and undo codings."""
        super().start(**options)
        self.session.options[Option.HTTP_DECODING] = True

    def test_damaged_gzip_is_an_error(self) -> None:
        """H3: garbage, cut short, changed in the middle, a wrong check sum."""
        whole = gzip.compress(b"hello " * 1000)
        middle = len(whole) // 2
        for body in (
            b"garbage",
            whole[:-9],
            whole[:middle],
            whole[:12],
            whole[:middle] + b"\xff\xff\xff\xff" + whole[middle + 4 :],
            whole[:-8] + b"\0\0\0\0" + whole[-4:],
            whole[:-1] + b"\xff",
            whole + b"trash",
            whole + whole[:20],
        ):
            coded = answer("Content-Encoding: gzip", body=body)
            for unbuffered in (False, True):
                self.start()
                pending = self.treq.get(f"{ROOT}/", unbuffered=unbuffered)
                self.net.accept().send(coded)
                error = self.body_of(self.successResultOf(pending))
                self.assertIsInstance(error, errors.InternetError, body[:40])
            self.start()
            self.assertIsInstance(self.wire(self.get(coded)), errors.InternetError)

    def test_all_members_of_gzip_are_decoded(self) -> None:
        """H3: the second one as well."""
        body = gzip.compress(b"one, ") + gzip.compress(b"") + gzip.compress(b"two")
        coded = answer("Content-Encoding: GZIP", body=body)
        response = self.agent_get(coded, self.treq)
        self.assertEqual(self.body_of(response), b"one, two")

    def test_bomb_comes_in_pieces(self) -> None:
        """H3: never more at a time than 256 KiB."""
        bomb = gzip.compress(bytes(64 * MIB), 9)
        pieces: list[int] = []
        response = self.agent_get(answer("Content-Encoding: gzip", body=bomb))
        done: list[object] = []
        treq.collect(response, lambda data: pieces.append(len(data))).addBoth(
            done.append
        )
        for _ in range(2000):
            if done:
                break
            self.net.advance()
        self.assertEqual(done, [None])
        self.assertEqual(sum(pieces), 64 * MIB)
        self.assertLessEqual(max(pieces), 256 * 1024)

    def test_accept_encoding_is_the_programs(self) -> None:
        """H4: its own goes out, once; without one none, unless codings are undone."""
        for decoding in (False, True):
            for given in (None, "identity", "br;q=1, *;q=0"):
                self.start()
                self.session.options[Option.HTTP_DECODING] = decoding
                headers = {} if given is None else {"accept-encoding": given}
                self.get(answer(), headers=headers)
                sent = self.heard.all(b"accept-encoding")
                if given is None:
                    self.assertEqual(len(sent), int(decoding))
                else:
                    self.assertEqual(sent, [given.encode()])

    def test_body_is_left_as_it_is_unless_asked(self) -> None:
        """H4: an agent decodes nothing of itself."""
        body = zlib.compress(b"hello")
        self.session.options[Option.HTTP_DECODING] = False
        response = self.agent_get(answer("Content-Encoding: deflate", body=body))
        self.assertEqual(self.body_of(response), body)
        self.assertEqual(self.heard.all(b"accept-encoding"), [])

    def test_bytes_after_the_body_end_the_connection(self) -> None:
        """H13: they are nobody's, and the next answer must not begin with them."""
        response = self.agent_get(answer(body=b"hello") + b"HTTP/1.1 200 evil\r\n")
        self.assertEqual(self.body_of(response), b"hello")
        self.assertTrue(self.peer.closed)
        response = self.agent_get(answer(body=b"fresh"))
        self.assertEqual(self.body_of(response), b"fresh")


class ConnectionTests(TrapCase):
    """A connection that cannot be used is not used."""

    def test_close_is_understood_however_it_is_written(self) -> None:
        """H9: upper case, in a list, in two lines, by version 1.0."""
        for lines in (
            ("Connection: Close",),
            ("connection: close, te",),
            ("Connection: te ,\tCLOSE",),
            ("Connection: te", "Connection: close"),
        ):
            self.start()
            response = self.agent_get(answer(*lines, body=b"x"))
            self.assertEqual(self.body_of(response), b"x")
            self.assertTrue(self.peer.closed, lines)
        self.start()
        old = answer(body=b"x").replace(b"HTTP/1.1", b"HTTP/1.0")
        self.assertEqual(self.body_of(self.agent_get(old)), b"x")
        self.assertTrue(self.peer.closed)

    def test_dead_idle_connections_are_let_go_at_once(self) -> None:
        """H10: closed, reset, or speaking unasked; the next request gets a new one."""
        for end in ("close", "reset", "speak"):
            self.start()
            self.body_of(self.agent_get(answer()))
            peer = self.peer
            self.assertFalse(peer.closed)
            if end == "close":
                peer.close()
            elif end == "reset":
                peer.close(ConnectionLost())
            else:
                peer.send(b"HTTP/1.1 408 Too late\r\n\r\n")
            self.assertTrue(peer.closed)
            self.assertEqual(self.net.attempts, 0)
            self.assertEqual(self.body_of(self.agent_get(answer(body=b"new"))), b"new")
            self.assertIsNot(self.peer, peer)


class EarlyAnswerTests(TrapCase):
    """A server that answers before it has the body is heard."""

    def test_refusal_with_a_large_body_while_the_program_sends(self) -> None:
        """H17, H18: the answer is given, read to its end, and nothing dead-locks."""
        for status in (401, 403, 413, 417, 500):
            body = b"x" * MIB
            refusal = answer(status=status, body=body)
            for door in ("handle", "agent", "treq"):
                self.start(limits=Limits(idle=5))
                producer = Endless()
                if door == "handle":
                    request = self.session.http("192.0.2.1").open_request("POST")
                    pending: Any = request.send(producer)
                elif door == "agent":
                    url = f"{ROOT}/".encode()
                    pending = self.agent.request(b"POST", url, None, producer)
                else:
                    pending = self.treq.post(f"{ROOT}/", data=producer)
                peer = self.net.accept()
                self.assertIn(b"the first piece", peer.request())
                for at in range(0, len(refusal), 65536):
                    peer.send(refusal[at : at + 65536])
                result = self.successResultOf(pending)
                self.assertTrue(producer.stopped, (status, door))
                if door == "handle":
                    self.assertEqual(result.response.status_code, status)
                    self.assertEqual(self.wire(result), body)
                else:
                    self.assertEqual(result.code, status)
                    self.assertEqual(self.body_of(result), body)
                self.net.advance()
                self.assertTrue(peer.closed)
