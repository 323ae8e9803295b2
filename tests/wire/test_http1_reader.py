"""The HTTP/1.x reader: what llhttp leaves open, framings, limits, surplus."""

from __future__ import annotations

import gc
import weakref

from twisted.trial.unittest import SynchronousTestCase

from tests.wire.answers import BAD, CORPUS, GOOD, SURPLUS, Answer, read
from twinet._wire.chunked import ChunkedBody
from twinet._wire.head_search import HeadSearch
from twinet._wire.http1 import End, Event, Fault, Head, ResponseReader
from twinet.errors import HttpInvalidServerResponse, InternalError, Truncated

_OK = b"HTTP/1.1 200 OK\r\n"
_CHUNKED = _OK + b"Transfer-Encoding: chunked\r\n\r\n"


def _expecting(verb: bytes = b"GET", **limits: int) -> ResponseReader:
    reader = ResponseReader(**limits)
    reader.expect(verb)
    return reader


def _heads(events: list[Event]) -> list[Head]:
    return [event for event in events if isinstance(event, Head)]


def _body(events: list[Event]) -> bytes:
    return b"".join(event for event in events if isinstance(event, bytes))


def _end(events: list[Event]) -> End:
    end = events[-1]
    assert isinstance(end, End), end
    return end


def _fault(events: list[Event]) -> Fault:
    fault = events[-1]
    assert isinstance(fault, Fault), fault
    return fault


def _read(raw: bytes, verb: bytes = b"GET") -> list[Event]:
    """Read one answer, up to the end of the stream."""
    return read(Answer("", raw, verb), [raw])


class _Reading(SynchronousTestCase):
    """Shared assertions."""

    def refused(self, events: list[Event], words: str) -> None:
        """Demand that the last event is a plain fault whose text has these words."""
        error = _fault(events).error
        self.assertIs(type(error), HttpInvalidServerResponse)
        self.assertIn(words, error.message)

    def answered(self, events: list[Event], body: bytes, *, keep: bool) -> None:
        """Demand one whole answer with this body."""
        self.assertEqual(_body(events), body)
        self.assertEqual(_end(events).keep_alive, keep)


class HeadTests(_Reading):
    """Status line and fields."""

    def test_usual_head_has_all_parts(self):
        """Every part of a head is there, names keep their case, order is kept."""
        raw = b"HTTP/1.1 200 Fine \r\nX-B: 1\r\nx-a:\t2 \t\r\nContent-Length: 0\r\n\r\n"
        head, end = _expecting().feed(raw)
        assert isinstance(head, Head)
        assert isinstance(end, End)
        self.assertEqual(
            (head.status, head.reason, head.version), (200, b"Fine", b"1.1")
        )
        self.assertEqual(
            head.fields, [(b"X-B", b"1"), (b"x-a", b"2"), (b"Content-Length", b"0")]
        )
        self.assertEqual(head.raw, raw)
        self.assertEqual((head.interim, head.length, head.chunked), (False, 0, False))

    def test_good_answers_all_end(self):
        """Every good answer of the corpus ends without a fault."""
        for answer in GOOD:
            events = read(answer, [answer.raw])
            self.assertIsInstance(events[-1], End, answer.name)

    def test_surplus_answers_stand_without_keep_alive(self):
        """Every answer with surplus in the same piece ends, and is the last one."""
        for answer in SURPLUS:
            events = read(answer, [answer.raw])
            self.assertIs(_end(events).keep_alive, False, answer.name)

    def test_bad_answers_all_fault(self):
        """Every bad answer of the corpus faults, once, as the last event."""
        for answer in BAD:
            events = read(answer, [answer.raw])
            self.assertIsInstance(events[-1], Fault, answer.name)
            self.assertEqual(
                [event for event in events if isinstance(event, (Fault, End))],
                events[-1:],
                answer.name,
            )

    def test_reason_in_pieces_is_joined(self):
        """A status text that comes byte by byte is one (recipe A: status text)."""
        reader = _expecting()
        events: list[Event] = []
        for byte in b"HTTP/1.1 404 Not here\r\nContent-Length: 0\r\n\r\n":
            events += reader.feed(bytes([byte]))
        self.assertEqual(_heads(events)[0].reason, b"Not here")

    def test_reason_absent_is_empty(self):
        """A status line may end after the code, with or without its blank."""
        for line in (b"HTTP/1.1 200", b"HTTP/1.1 200 "):
            events = _read(line + b"\r\nContent-Length: 0\r\n\r\n")
            self.assertEqual(_heads(events)[0].reason, b"")

    def test_reason_with_controls_faults(self):
        """Llhttp lets NUL and controls through in the reason; they are refused."""
        for control in (b"\x00", b"\x01", b"\x0b", b"\x7f", b"\x1b"):
            events = _read(b"HTTP/1.1 200 O" + control + b"K\r\n\r\n")
            self.refused(events, "status line")

    def test_version_other_than_1_0_and_1_1_faults(self):
        """HTTP/0.9, 1.2, 2.0, RTSP, ICE, ICY and lower case are refused."""
        for start in (
            b"HTTP/0.9",
            b"HTTP/1.2",
            b"HTTP/2.0",
            b"HTTP/3",
            b"HTTP/11.1",
            b"RTSP/1.0",
            b"ICE/1.0",
            b"ICY",
            b"http/1.1",
        ):
            self.refused(_read(start + b" 200 OK\r\nContent-Length: 0\r\n\r\n"), "")

    def test_body_without_head_faults_at_once(self):
        """A bare HTTP/0.9 answer is refused at its first byte, not at a time limit."""
        self.refused(_expecting().feed(b"<"), "begins with")

    def test_tls_answer_names_https(self):
        """A TLS alert from a port that was taken for plain says what to try."""
        self.refused(_expecting().feed(b"\x15\x03\x01\x00\x02\x02\x46"), "try https")

    def test_status_below_100_or_not_three_digits_faults(self):
        """Llhttp takes 000 to 099 (recipe A); only 100 to 999 are codes."""
        for code in (b"000", b"099", b"20", b"2000", b"2x0", b"-20", b"", b"+20"):
            events = _read(b"HTTP/1.1 " + code + b" OK\r\nContent-Length: 0\r\n\r\n")
            self.refused(events, "status line")
        for code in (b"200", b"599", b"999"):
            events = _read(b"HTTP/1.1 " + code + b" OK\r\nContent-Length: 0\r\n\r\n")
            self.assertEqual(_heads(events)[0].status, int(code))

    def test_control_in_a_value_faults_without_showing_it(self):
        """The fault names the field; the value may be a secret."""
        events = _read(_OK + b"Set-Cookie: secret\x01\r\n\r\n")
        self.refused(events, "control byte b'\\x01' in the line b'Set-Cookie'")
        self.assertNotIn("secret", str(_fault(events).error))

    def test_every_control_byte_in_a_value_faults(self):
        """NUL to 0x1f except HTAB, and DEL, also in a head that must be mended."""
        for code in (*range(9), *range(11, 32), 127):
            for before in (_OK, b"HTTP/1.1 200 OK\n"):
                if code == 13 and before != _OK:
                    continue  # CR LF is a line end
                value = b"A: x" + bytes([code]) + b"y\r\n\r\n"
                self.refused(_read(before + value), "control byte")

    def test_malformed_field_lines_fault_with_their_reason(self):
        """No colon, blank before it, no name, no token: each says which it was."""
        for line, words in (
            (b"no colon", "without a colon, in line 2"),
            (b"A : b", "blank before the colon"),
            (b"A\t: b", "blank before the colon"),
            (b": b", "without a name"),
            (b"A(b: c", "no token"),
            (b"A\xe4: c", "no token"),
        ):
            self.refused(_read(_OK + line + b"\r\nB: c\r\n\r\n"), words)
            self.refused(_read(b"HTTP/1.1 200 OK\n" + line + b"\nB: c\n\n"), words)

    def test_a_cookie_that_is_broken_in_two_is_not_shown(self):
        """Its second half stands in a line of its own, which a fault is about."""
        for half in (
            b"s3cr3t",
            b"s3cr3t; Path=/",
            b"s3cr3t; Expires=Thu, 01 Jan 1970 00:00:01 GMT",
            b"s3cr3t :x",
            b" s3cr3t\x01",
            b"s3cr3t\x01",
            b"s3cr3t x: \x01",
        ):
            events = _read(_OK + b"Set-Cookie: a=\r\n" + half + b"\r\n\r\n")
            error = str(_fault(events).error)
            self.assertIn("line 3, behind b'Set-Cookie'", error)
            self.assertNotIn("s3cr3t", error)

    def test_long_bytes_are_shown_short(self):
        """A fault shows no more than forty of the server's bytes."""
        events = _read(_OK + b"x" * 5000 + b"\r\n\r\n")
        self.assertLess(len(str(_fault(events).error)), 250)

    def test_trailing_blanks_of_values_are_removed(self):
        """Llhttp keeps them (recipe A: values)."""
        events = _read(_OK + b"A:  b c \t \r\nB:\r\nC: \t\r\n\r\n")
        self.assertEqual(
            _heads(events)[0].fields, [(b"A", b"b c"), (b"B", b""), (b"C", b"")]
        )

    def test_switching_protocols_faults(self):
        """101 was never asked for, with or without its fields (recipe A: 101)."""
        for fields in (b"", b"Connection: upgrade\r\nUpgrade: x\r\n"):
            events = _read(b"HTTP/1.1 101 x\r\n" + fields + b"\r\n" + _OK + b"\r\n")
            self.refused(events, "101 Switching Protocols")

    def test_upgrade_offered_in_an_answer_is_a_field(self):
        """An offer to upgrade in a plain answer changes nothing."""
        raw = (
            _OK + b"Connection: upgrade\r\nUpgrade: h2c\r\nContent-Length: 2\r\n\r\nok"
        )
        self.answered(_read(raw), b"ok", keep=True)


class MendedHeadTests(_Reading):
    """Folded and LF-only heads (recipe B)."""

    def test_fold_becomes_one_blank(self):
        """A folded value is joined with one blank, whatever blanks the fold had."""
        events = _read(_OK + b"A: one\r\n \t two\r\n\tthree\r\nB:\r\n x\r\n\r\n")
        self.assertEqual(
            _heads(events)[0].fields, [(b"A", b"one two three"), (b"B", b"x")]
        )

    def test_fold_keeps_the_raw_head(self):
        """What the user sees as raw head is what came, not what was mended."""
        raw = _OK + b"A: one\r\n two\r\n\r\n"
        self.assertEqual(_heads(_read(raw))[0].raw, raw)

    def test_fold_before_the_first_field_faults(self):
        """There is nothing that such a line could continue."""
        self.refused(
            _read(_OK + b" A: b\r\n\r\n"), "folded line before the first field"
        )

    def test_folded_framing_field_rules_framing(self):
        """A fold must not hide a length from us that another reader would see."""
        self.answered(_read(_OK + b"Content-Length:\r\n 2\r\n\r\nok"), b"ok", keep=True)
        events = _read(
            _OK + b"Content-Length: 2\r\nTransfer-Encoding:\r\n chunked\r\n\r\n"
        )
        self.refused(events, "Transfer-Encoding")

    def test_lf_only_head_is_right(self):
        """As recorded: lines that end with LF only are accepted."""
        events = _read(b"HTTP/1.1 200 OK\nContent-Length: 5\nX-Lf: yes\n\nhello")
        self.answered(events, b"hello", keep=True)
        self.assertEqual(_heads(events)[0].fields[1], (b"X-Lf", b"yes"))

    def test_lf_only_head_ends_at_its_first_empty_line(self):
        """CRLF CRLF in the body of such an answer is body."""
        events = _read(b"HTTP/1.1 200 OK\nContent-Length: 8\n\nab\r\n\r\ncd")
        self.answered(events, b"ab\r\n\r\ncd", keep=True)

    def test_lone_cr_is_no_line_end(self):
        """CR without LF is a control byte, mended or not."""
        self.refused(_read(_OK + b"A: b\rC: d\r\n\r\n"), "control byte b'\\r'")
        self.refused(_read(_OK + b"A: b\r\r\n\r\n"), "control byte b'\\r'")

    def test_mended_head_is_parsed_strictly(self):
        """Mending opens no other door: the strict rules hold afterwards."""
        for fields in (b"Content-Length: 2\nContent-Length: 2\n", b"a b: c\n"):
            self.refused(_read(b"HTTP/1.1 200 OK\n" + fields + b"\nok"), "the head")


class FramingTests(_Reading):
    """Where a body ends."""

    def test_length_body_passes_without_a_copy(self):
        """Data that are body as a whole come out as the very same object."""
        reader = _expecting()
        reader.feed(_OK + b"Content-Length: 6\r\n\r\n")
        first, second = b"abc", b"def"
        self.assertIs(reader.feed(first)[0], first)
        events = reader.feed(second)
        self.assertIs(events[0], second)
        self.assertTrue(_end(events).keep_alive)

    def test_until_close_body_passes_without_a_copy(self):
        """The same for a body without a length; the close ends it well."""
        reader = _expecting()
        reader.feed(_OK + b"\r\n")
        data = b"abc"
        self.assertIs(reader.feed(data)[0], data)
        self.assertEqual(_end(reader.end_of_stream()).keep_alive, False)

    def test_chunked_in_one_feed_is_one_piece(self):
        """Chunks that came together are given together."""
        reader = _expecting()
        reader.feed(_CHUNKED)
        events = reader.feed(b"3\r\nabc\r\n3\r\ndef\r\n1")
        self.assertEqual(events, [b"abcdef"])

    def test_announced_length_is_told(self):
        """Length, none for chunked and until close, 0 where no body can be."""
        for raw, verb, length, chunked in (
            (_OK + b"Content-Length: 7\r\n\r\n", b"GET", 7, False),
            (_CHUNKED, b"GET", None, True),
            (_OK + b"\r\n", b"GET", None, False),
            (_OK + b"Content-Length: 7\r\n\r\n", b"HEAD", 0, False),
            (_CHUNKED, b"HEAD", 0, False),
            (b"HTTP/1.1 204 x\r\n\r\n", b"GET", 0, False),
            (b"HTTP/1.1 304 x\r\nContent-Length: 7\r\n\r\n", b"GET", 0, False),
        ):
            head = _heads(_expecting(verb).feed(raw))[0]
            self.assertEqual((head.length, head.chunked), (length, chunked), raw)

    def test_answers_without_a_body_leave_the_next_bytes_alone(self):
        """HEAD, 304: the next answer is not eaten (recipe A: HEAD)."""
        for status, verb in ((200, b"HEAD"), (304, b"GET")):
            for framing in (b"Content-Length: 5", b"Transfer-Encoding: chunked"):
                reader = _expecting(verb)
                raw = b"HTTP/1.1 %d x\r\n%s\r\n\r\n" % (status, framing)
                self.answered(reader.feed(raw), b"", keep=True)
                reader.expect(b"GET")
                events = reader.feed(_OK + b"Content-Length: 2\r\n\r\nok")
                self.answered(events, b"ok", keep=True)

    def test_a_204_that_announces_a_body_ends_the_connection(self):
        """It must not, and what comes would be the answer to the next request."""
        for framing in (b"Content-Length: 5", b"Transfer-Encoding: chunked"):
            raw = b"HTTP/1.1 204 x\r\n%s\r\n\r\n" % framing
            self.answered(_expecting(b"GET").feed(raw), b"", keep=False)
        raw = b"HTTP/1.1 204 x\r\nContent-Length: 0\r\n\r\n"
        self.answered(_expecting(b"GET").feed(raw), b"", keep=True)

    def test_connect_2xx_opens_a_tunnel(self):
        """No body whatever the fields say; the bytes after the head are handed on."""
        for status in (200, 299):
            for framing in (b"Content-Length: 5", b"Transfer-Encoding: chunked"):
                reader = _expecting(b"CONNECT")
                head = b"HTTP/1.1 %d x\r\n%s\r\n\r\n" % (status, framing)
                self.answered(reader.feed(head + b"220 hi\r\n"), b"", keep=False)
                self.assertEqual(reader.tunnel, b"220 hi\r\n")

    def test_connect_refused_has_a_body(self):
        """An answer other than 2xx to CONNECT is a plain one."""
        reader = _expecting(b"CONNECT")
        events = reader.feed(b"HTTP/1.1 407 x\r\nContent-Length: 2\r\n\r\nno")
        self.answered(events, b"no", keep=True)
        self.assertEqual(reader.tunnel, b"")

    def test_interim_answers_come_before_the_real_one(self):
        """1xx with fields that would end a parser, and HTTP/1.0 ones (recipe A)."""
        for interim in (
            b"HTTP/1.1 100 Continue\r\n\r\n",
            b"HTTP/1.1 103 Hints\r\nConnection: close\r\n\r\n",
            b"HTTP/1.0 100 Continue\r\n\r\n",
            b"HTTP/1.1 102 x\r\nContent-Length: 5\r\n\r\n",
            b"HTTP/1.1 102 x\r\nTransfer-Encoding: chunked\r\n\r\n",
        ):
            events = _read(interim * 2 + _OK + b"Content-Length: 2\r\n\r\nok")
            self.assertEqual(
                [head.interim for head in _heads(events)], [True, True, False]
            )
            self.answered(events, b"ok", keep=True)

    def test_end_of_stream_ends_a_body_until_close(self):
        """There is no finish() in httptools (recipe A: end of stream)."""
        self.answered(_read(b"HTTP/1.0 200 OK\r\n\r\nold"), b"old", keep=False)

    def test_broken_stream_does_not_end_a_body_until_close(self):
        """A reset, or TLS without its close_notify: there may be more of it."""
        reader = _expecting()
        reader.feed(b"HTTP/1.1 200 OK\r\n\r\nhalf")
        fault = _fault(reader.end_of_stream(orderly=False))
        self.assertIs(type(fault.error), Truncated)

    def test_end_of_stream_inside_a_body_is_truncated(self):
        """A short body is never success; the text counts the bytes."""
        events = _read(_OK + b"Content-Length: 20\r\n\r\nseventeen bytes..")
        error = _fault(events).error
        self.assertIs(type(error), Truncated)
        self.assertIn("17 of 20 bytes", error.message)
        for rest in (
            b"",
            b"5",
            b"5\r\n",
            b"5\r\nhe",
            b"5\r\nhello\r\n0\r\n",
            b"0\r\nA: ",
        ):
            self.assertIs(type(_fault(_read(_CHUNKED + rest)).error), Truncated, rest)

    def test_end_of_stream_before_or_inside_a_head_is_no_answer(self):
        """That is an invalid answer, not a truncated one."""
        self.refused(_read(b""), "before the answer came")
        self.refused(_read(_OK), "inside a head: b'HTTP/1.1 200 OK")
        self.refused(_read(b"HTTP/1.1 100 x\r\n\r\n"), "before the answer came")

    def test_a_cookie_in_a_head_that_breaks_off_is_not_shown(self):
        """Of the head, the error shows the first line."""
        (fault,) = _read(_OK + b"Set-Cookie: s3cr3t")
        assert isinstance(fault, Fault)
        self.assertIn("inside a head: b'HTTP/1.1 200 OK' [", str(fault.error))

    def test_end_of_stream_when_idle_says_nothing(self):
        """A kept connection may be closed at any time."""
        self.assertEqual(ResponseReader().end_of_stream(), [])
        reader = _expecting()
        reader.feed(_OK + b"Content-Length: 0\r\n\r\n")
        self.assertEqual(reader.end_of_stream(), [])

    def test_doubled_or_listed_length_faults(self):
        """Also equal ones (recipe A: h11 accepts them, we refuse)."""
        for fields in (
            b"Content-Length: 2\r\nContent-Length: 3",
            b"Content-Length: 2\r\nContent-Length: 2",
            b"Content-Length: 2\r\nA: b\r\ncontent-length: 2",
            b"Content-Length: 2, 2",
            b"Content-Length: 2,",
        ):
            self.refused(_read(_OK + fields + b"\r\n\r\nok"), "Content-Length")

    def test_length_that_is_none_faults(self):
        """Sign, letters, nothing, or 2**63 and more."""
        for value in (
            b"+2",
            b"-2",
            b"",
            b"0x2",
            b"2.0",
            b"2 2",
            b"\xb2",
            b"9223372036854775808",
            b"18446744073709551617",
            b"9" * 5000,
        ):
            raw = _OK + b"Content-Length: " + value + b"\r\n\r\nok"
            self.refused(_read(raw), "Content-Length")

    def test_longest_length_is_accepted(self):
        """2**63 - 1 is a length, and leading zeros do not matter."""
        for value in (b"9223372036854775807", b"0" * 30 + b"7"):
            events = _expecting().feed(_OK + b"Content-Length: " + value + b"\r\n\r\n")
            self.assertEqual(_heads(events)[0].length, int(value))

    def test_coding_other_than_exactly_chunked_faults(self):
        """Llhttp would give a raw or half undone body (recipe A)."""
        for value in (
            b"gzip",
            b"xchunked",
            b"chunked, gzip",
            b"gzip, chunked",
            b"chunked, chunked",
            b"chunked;a=b",
            b"identity",
            b",chunked",
            b"",
            b"chunked\r\nTransfer-Encoding: chunked",
            b"chunked\r\nTransfer-Encoding: gzip",
        ):
            raw = _OK + b"Transfer-Encoding: " + value + b"\r\n\r\n0\r\n\r\n"
            self.refused(_read(raw), "Transfer-Encoding")

    def test_chunked_in_any_case_is_chunked(self):
        """Names of codings do not depend on case (RFC 9112 7)."""
        for value in (b"Chunked", b"CHUNKED \t"):
            raw = _OK + b"Transfer-Encoding: " + value + b"\r\n\r\n2\r\nok\r\n0\r\n\r\n"
            self.answered(_read(raw), b"ok", keep=True)

    def test_length_beside_a_coding_faults(self):
        """In both orders, also where there is no body (h11 accepts, we refuse)."""
        length, coding = b"Content-Length: 5\r\n", b"Transfer-Encoding: chunked\r\n"
        for fields in (length + coding, coding + length):
            for verb in (b"GET", b"HEAD"):
                self.refused(_read(_OK + fields + b"\r\n0\r\n\r\n", verb), "Encoding")

    def test_coding_in_http_1_0_faults(self):
        """RFC 9112 6.1: its framing is faulty."""
        raw = b"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
        self.refused(_read(raw), "HTTP/1.0")

    def test_chunk_framing_is_strict(self):
        """LF, blanks, signs and wrong ends are faults; the data before are given."""
        for rest in (
            b"3\nabc\r\n",
            b"3\r\nabc\n",
            b"3 \r\nabc\r\n",
            b" 3\r\nabc\r\n",
            b"+3\r\nabc\r\n",
            b"-3\r\nabc\r\n",
            b"0x3\r\nabc\r\n",
            b"zz\r\n",
            b"\r\n",
            b"3\r\nabcd\r\n",
            b"11111111111111111\r\n",
            b"0\r\n\n",
            b"0\r\nno colon\r\n\r\n",
            b"0\r\nA: b\n\r\n",
        ):
            events = _read(_CHUNKED + b"2\r\nok\r\n" + rest)
            self.refused(events, "the chunked body is malformed")
            self.assertTrue(_body(events).startswith(b"ok"), rest)

    def test_chunk_extensions_are_dropped(self):
        """Names, values and quoted strings; llhttp lets parts of them be empty."""
        for extension in (b";a", b";a=b", b';a="b c"', b";a=b;c", b";=", b';a="\\""'):
            raw = _CHUNKED + b"2" + extension + b"\r\nok\r\n0" + extension + b"\r\n\r\n"
            self.answered(_read(raw), b"ok", keep=True)
        for extension in (
            b";",
            b"; a",
            b";a b",
            b";a;",
            b';a="b',
            b';a="b"c',
            b";\xe4",
        ):
            events = _read(_CHUNKED + b"2" + extension + b"\r\nok\r\n0\r\n\r\n")
            self.refused(events, "chunk extensions")

    def test_trailers_come_with_the_end(self):
        """They are no fields of the head (recipe A: trailers)."""
        raw = _CHUNKED + b"2\r\nok\r\n0\r\nX-Sum: abc \r\nConnection: close\r\n\r\n"
        events = _read(raw)
        self.assertEqual(
            _end(events).trailers, [(b"X-Sum", b"abc"), (b"Connection", b"close")]
        )
        self.assertTrue(_end(events).keep_alive)
        self.assertEqual(_heads(events)[0].fields, [(b"Transfer-Encoding", b"chunked")])

    def test_trailers_must_not_frame(self):
        """A length or a coding among the trailers is a fault, in any case."""
        for name in (b"Content-Length: 2", b"transfer-encoding: chunked"):
            events = _read(_CHUNKED + b"0\r\n" + name + b"\r\n\r\n")
            self.assertIsInstance(events[-1], Fault)


class KeepAliveTests(_Reading):
    """Whether the connection may carry another request."""

    def test_version_and_connection_field_decide(self):
        """Tokens in any case, in lists, in several fields."""
        for version, field, keep in (
            (b"1.1", b"", True),
            (b"1.1", b"Connection: close\r\n", False),
            (b"1.1", b"Connection: CLOSE\r\n", False),
            (b"1.1", b"connection: a ,\tClose , b\r\n", False),
            (b"1.1", b"Connection: a\r\nConnection: close\r\n", False),
            (b"1.1", b"Connection: closed\r\n", True),
            (b"1.1", b"Connection: keep-alive\r\n", True),
            (b"1.1", b"Proxy-Connection: close\r\n", True),
            (b"1.0", b"", False),
            (b"1.0", b"Connection: keep-alive\r\n", True),
            (b"1.0", b"Connection: x, Keep-Alive\r\n", True),
            (b"1.0", b"Connection: keep-alive, close\r\n", False),
        ):
            raw = b"HTTP/" + version + b" 200 OK\r\nContent-Length: 2\r\n"
            events = _read(raw + field + b"\r\nok")
            self.answered(events, b"ok", keep=keep)

    def test_reader_serves_one_request_after_another(self):
        """The same reader, other framings, and nothing left of the one before."""
        reader = ResponseReader()
        for raw, verb, body in (
            (_CHUNKED + b"2\r\nok\r\n0\r\nA: b\r\n\r\n", b"GET", b"ok"),
            (_OK + b"Content-Length: 3\r\n\r\nyes", b"POST", b"yes"),
            (_OK + b"Content-Length: 3\r\n\r\n", b"HEAD", b""),
            (b"HTTP/1.1 100 x\r\n\r\n" + _CHUNKED + b"0\r\n\r\n", b"PUT", b""),
            (_OK + b"Content-Length: 0\r\n\r\n", b"GET", b""),
        ):
            reader.expect(verb)
            self.assertFalse(reader.started)
            self.answered(reader.feed(raw), body, keep=True)

    def test_bytes_when_nothing_is_expected_fault(self):
        """Before any request, and on a kept connection; and then nothing more."""
        fresh = ResponseReader()
        kept = _expecting()
        kept.feed(_OK + b"Content-Length: 0\r\n\r\n")
        closing = _expecting()
        closing.feed(_OK + b"Connection: close\r\nContent-Length: 0\r\n\r\n")
        for reader in (fresh, kept, closing):
            self.refused(reader.feed(b"\r\n"), "belong to no answer")
            self.assertEqual(reader.feed(_OK), [])
            self.assertEqual(reader.end_of_stream(), [])

    def test_second_answer_in_the_same_piece_is_surplus(self):
        """Llhttp would parse it silently as the next one (recipe A: surplus)."""
        for first in (
            _CHUNKED + b"2\r\nok\r\n0\r\n\r\n",
            _OK + b"Content-Length: 2\r\n\r\nok",
        ):
            for surplus in (
                _OK + b"Content-Length: 3\r\n\r\nbad",
                b"HTT",
                b"x",
                b"\r\n",
                b"\n",
            ):
                reader = _expecting()
                events = reader.feed(first + surplus)
                self.assertEqual(len(_heads(events)), 1)
                self.answered(events, b"ok", keep=False)
                self.assertRaises(InternalError, reader.expect, b"GET")

    def test_line_end_after_chunks_is_surplus_however_it_comes(self):
        """Llhttp eats it; the end of the body is told by the run of line ends."""
        whole = _CHUNKED + b"2\r\n\r\n\r\n0\r\n\r\n"
        for cut in range(len(_CHUNKED), len(whole) + 1):
            reader = _expecting()
            reader.feed(whole[:cut])
            if cut < len(whole):
                self.assertFalse(_end(reader.feed(whole[cut:] + b"\r")).keep_alive, cut)
            else:
                self.refused(reader.feed(b"\r"), "belong to no answer")

    def test_line_end_in_the_last_of_many_small_pieces_is_surplus(self):
        """The run of line ends is followed over pieces of one byte."""
        reader = _expecting()
        reader.feed(_CHUNKED + b"0")
        for piece in (b"\r", b"\n", b"\r"):
            self.assertEqual(reader.feed(piece), [])
        self.assertFalse(_end(reader.feed(b"\n\r")).keep_alive)

    def test_expect_out_of_turn_is_a_mistake_of_the_caller(self):
        """Twice, after a fault, after the last answer, after the end."""
        twice = _expecting()
        faulted = _expecting()
        faulted.feed(b"x")
        last = _expecting()
        last.feed(b"HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n")
        ended = ResponseReader()
        ended.end_of_stream()
        for reader in (twice, faulted, last, ended):
            self.assertRaises(InternalError, reader.expect, b"GET")

    def test_started_is_told_by_the_first_byte(self):
        """Blank lines do not count; an interim answer does."""
        reader = _expecting()
        reader.feed(b"\r\n\r")
        self.assertFalse(reader.started)
        reader.feed(b"\nH")
        self.assertTrue(reader.started)
        reader.feed(b"TTP/1.1 100 x\r\n\r\n")
        self.assertTrue(reader.started)

    def test_nothing_comes_after_the_end_of_the_stream(self):
        """Late calls are harmless."""
        reader = _expecting()
        reader.feed(_OK + b"\r\nabc")
        reader.end_of_stream()
        self.assertEqual(reader.feed(b"abc"), [])
        self.assertEqual(reader.end_of_stream(), [])


class LimitTests(_Reading):
    """Nothing is taken without a limit."""

    def test_head_limit_is_exact(self):
        """A head of the limit passes, one byte more does not, in any pieces."""
        head = _OK + b"A: " + b"x" * 100 + b"\r\nContent-Length: 0\r\n\r\n"
        for size in (1, 7, len(head)):
            pieces = [head[i : i + size] for i in range(0, len(head), size)]
            for limit, kind in ((len(head), End), (len(head) - 1, Fault)):
                reader = _expecting(head_limit=limit)
                events = [event for piece in pieces for event in reader.feed(piece)]
                self.assertIsInstance(events[-1], kind)

    def test_head_limit_does_not_count_the_body(self):
        """A long piece after a short head is body."""
        body = b"\n\n" * 100_000
        raw = _OK + b"Content-Length: 200000\r\n\r\n" + body
        self.answered(_expecting().feed(raw), body, keep=True)

    def test_three_megabytes_of_one_field_fault_at_the_limit(self):
        """Not after 3 MB, and nothing of them is kept (recipe A: values)."""
        reader = _expecting()
        reader.feed(_OK + b"A: ")
        pieces = 0
        while not (events := reader.feed(b"x" * 1024)):
            pieces += 1
            self.assertLess(pieces, 64)
        self.refused(events, "longer than 65536 bytes")
        self.assertEqual(reader._search.unfinished, b"")

    def test_endless_line_in_single_bytes_costs_linear_work(self):
        """Each byte is searched a bounded number of times."""
        searched = 0

        class Counting(bytearray):
            def find(self, what, start=0, stop=1 << 62):
                nonlocal searched
                searched += max(0, min(stop, len(self)) - start)
                return super().find(what, start, stop)

        search = HeadSearch(head_limit=65536, field_limit=10, blank_limit=1)
        search.begin()
        search.take(b"H")
        search._held = Counting(b"H")
        pieces = 1
        while (found := search.take((_OK + b"A" * 65536)[pieces : pieces + 1])) is None:
            pieces += 1
            self.assertLess(pieces, 70_000)
        self.assertIn("longer than", str(found))
        self.assertEqual(pieces, 65536)
        self.assertGreater(searched, 65536)
        self.assertLess(searched, 65536 * 8)

    def test_field_lines_are_limited(self):
        """Before they are parsed."""
        for count, kind in ((10, End), (11, Fault)):
            raw = _OK + b"Content-Length: 0\r\n" + b"A: b\r\n" * (count - 1) + b"\r\n"
            events = _expecting(field_limit=10).feed(raw)
            self.assertIsInstance(events[-1], kind)

    def test_interim_answers_are_limited(self):
        """A flood of 1xx ends, in one piece or in many."""
        interim = b"HTTP/1.1 102 x\r\n\r\n"
        reader = _expecting(interim_limit=3)
        events = reader.feed(interim * 3)
        self.assertEqual(len(_heads(events)), 3)
        self.refused(reader.feed(interim), "more than 3 interim")
        self.refused(_expecting().feed(interim * 1000), "more than 64 interim")

    def test_interim_limit_is_for_each_answer(self):
        """The next request begins to count anew."""
        reader = ResponseReader(interim_limit=1)
        for _ in range(3):
            reader.expect(b"GET")
            raw = b"HTTP/1.1 100 x\r\n\r\n" + _OK + b"Content-Length: 0\r\n\r\n"
            self.answered(reader.feed(raw), b"", keep=True)

    def test_blank_lines_before_the_status_line_are_limited(self):
        """A few are dropped; llhttp would take any number (recipe A: unlimited)."""
        answer = _OK + b"Content-Length: 0\r\n\r\n"
        self.answered(_read(b"\r\n\n\r\n\n" + answer), b"", keep=True)
        self.refused(_read(b"\r\n" * 5 + answer), "blank lines")
        reader = _expecting()
        for _ in range(4):
            self.assertEqual(reader.feed(b"\r") + reader.feed(b"\n"), [])
        reader.feed(b"\r")
        self.refused(reader.feed(b"\n"), "blank lines")

    def test_blank_lines_are_counted_for_each_answer(self):
        """The next request begins to count anew."""
        reader = ResponseReader(blank_limit=1)
        for _ in range(3):
            reader.expect(b"GET")
            raw = b"\r\n" + _OK + b"Content-Length: 0\r\n\r\n"
            self.answered(reader.feed(raw), b"", keep=True)

    def test_chunk_extension_is_limited(self):
        """An endless extension ends, in pieces of any size (recipe A: silent)."""
        for size in (1, 100, 1024):
            reader = _expecting(extension_limit=4096, trailer_limit=4096)
            reader.feed(_CHUNKED + b"5;")
            events: list[Event] = []
            fed = 0
            while not events:
                events = reader.feed(b"a" * size)
                fed += size
                self.assertLess(fed, 10_000)
            self.refused(events, "extensions or trailers")

    def test_long_body_gives_no_credit_for_extensions(self):
        """What an honest body saved cannot be spent on an endless line later."""
        reader = _expecting()
        reader.feed(_CHUNKED)
        for _ in range(10):
            reader.feed(b"40000\r\n" + b"x" * 0x40000 + b"\r\n")
        reader.feed(b"1;")
        events = [event for _ in range(40) for event in reader.feed(b"a" * 1024)]
        self.refused(events, "extensions or trailers")

    def test_zeros_before_a_chunk_size_are_limited(self):
        """They are framing too."""
        reader = _expecting()
        reader.feed(_CHUNKED)
        events = [event for _ in range(40) for event in reader.feed(b"0" * 1024)]
        self.refused(events, "extensions or trailers")

    def test_extension_on_every_small_chunk_is_limited(self):
        """Hidden between bytes of body, it adds up."""
        reader = _expecting()
        reader.feed(_CHUNKED)
        events: list[Event] = []
        for _ in range(2000):
            events += reader.feed(b"1;" + b"a" * 80 + b"\r\nx\r\n")
        self.refused(events, "extensions or trailers")
        self.assertLess(len(events), 1000)

    def test_tiny_chunks_are_no_excess(self):
        """Chunks of one byte are poor but lawful, for as long as they like."""
        for size in (1, 6, 4096):
            raw = b"1\r\nx\r\n" * 20_000
            reader = _expecting(extension_limit=20, trailer_limit=20)
            reader.feed(_CHUNKED)
            events: list[Event] = []
            for i in range(0, len(raw), size):
                events += reader.feed(raw[i : i + size])
            self.assertEqual(_body(events), b"x" * 20_000)

    def test_extensions_of_ordinary_chunks_are_no_excess(self):
        """A signature on each chunk of 8 KiB may go on for ever."""
        chunk = b"2000;signature=" + b"f" * 200 + b"\r\n" + b"x" * 8192 + b"\r\n"
        reader = _expecting()
        reader.feed(_CHUNKED)
        events = [event for _ in range(500) for event in reader.feed(chunk)]
        self.assertEqual(len(_body(events)), 500 * 8192)

    def test_trailers_are_limited(self):
        """In one piece, and while a field is still growing."""
        trailer = b"A: " + b"x" * 1000 + b"\r\n"
        reader = _expecting(trailer_limit=1100)
        self.answered(
            reader.feed(_CHUNKED + b"0\r\n" + trailer + b"\r\n"), b"", keep=True
        )
        reader = _expecting(trailer_limit=1100)
        self.refused(
            reader.feed(_CHUNKED + b"0\r\n" + trailer * 2 + b"\r\n"), "trailers"
        )
        reader = _expecting()
        reader.feed(_CHUNKED + b"0\r\nA: ")
        events = [event for _ in range(40) for event in reader.feed(b"x" * 1024)]
        self.refused(events, "trailers")


class MemoryTests(SynchronousTestCase):
    """Nothing stays behind."""

    def test_no_cycles_are_left(self):
        """Reading every answer of the corpus leaves nothing to the collector."""
        gc.collect()
        gc.disable()
        self.addCleanup(gc.enable)
        # What is here already is not ours, and one collection may lead to another.
        gc.freeze()
        self.addCleanup(gc.unfreeze)
        for answer in CORPUS:
            read(answer, [answer.raw])
            half = len(answer.raw) // 2
            read(answer, [answer.raw[:half], answer.raw[half:]], close=False)
        self.assertEqual(gc.collect(), 0)

    def test_reader_dies_with_its_last_reference(self):
        """Also in the middle of a chunked body, while its parser lives."""
        gc.disable()
        self.addCleanup(gc.enable)
        for raw in (_CHUNKED + b"5\r\nhe", _CHUNKED + b"0\r\n\r\n", _OK, b"x"):
            reader = _expecting()
            reader.feed(raw)
            watch = weakref.ref(reader)
            del reader
            self.assertIsNone(watch())

    def test_parser_goes_at_the_end_of_the_body(self):
        """An idle connection holds no parser and no bytes."""
        reader = _expecting()
        reader.feed(_CHUNKED + b"5\r\nhe")
        self.assertIsInstance(reader._body, ChunkedBody)
        reader.feed(b"llo\r\n0\r\n\r\n")
        self.assertIsNone(reader._body)
        self.assertEqual(reader._search.unfinished, b"")

    def test_fault_holds_no_frames(self):
        """The error has no traceback and no context that would keep data alive."""
        for answer in BAD:
            fault = read(answer, [answer.raw])[-1]
            assert isinstance(fault, Fault)
            self.assertIsNone(fault.error.__traceback__)
            self.assertIsNone(fault.error.__context__)

    def test_events_show_no_values(self):
        """A cookie never gets into a log by the repr of an event."""
        events = _read(_OK + b"Set-Cookie: secret\r\nContent-Length: 0\r\n\r\n")
        self.assertEqual(
            repr(events), "[<Head 200 2 fields>, <End keep_alive=True 0 trailers>]"
        )
