"""Moving in a body by asking the server for a part of it."""

from __future__ import annotations

from io import StringIO
from typing import Any

from twisted.internet.error import ConnectionLost
from twisted.trial.unittest import SynchronousTestCase

from tests.http.memory import MemoryNet, Peer
from twinet import TracePrinter
from twinet._handles.resource import AHEAD
from twinet._http.phase import DRAIN_BYTES, DRAIN_TIME
from twinet.errors import (
    ConnectionReset,
    ForceRetry,
    HttpInvalidServerResponse,
    InternetError,
    InvalidOperation,
    OperationCancelled,
    RequestPending,
    Timeout,
    Truncated,
)
from twinet.flags import FindMethod
from twinet.options import Option
from twinet.records import Limits
from twinet.status import Status

BODY = b"0123456789"
TAG = b'ETag: "a"'
ASK = b"GET / HTTP/1.1\r\nHost: 192.0.2.1\r\nAccept: */*\r\n"


def head(status: bytes, length: int | None, *fields: bytes) -> bytes:
    """Return the head of an answer."""
    lines = [b"HTTP/1.1 " + status, *fields]
    if length is not None:
        lines.append(b"Content-Length: %d" % length)
    return b"\r\n".join((*lines, b"\r\n"))


def whole(*fields: bytes, length: int = 10) -> bytes:
    """Return the head of the first answer: ranges are offered."""
    return head(b"200 OK", length, b"Accept-Ranges: bytes", *fields)


def part(first: int, last: int, complete: int | str, *fields: bytes) -> bytes:
    """Return the head of an answer with a part."""
    range_ = f"Content-Range: bytes {first}-{last}/{complete}".encode()
    return head(b"206 Partial Content", last - first + 1, range_, *fields)


class RangeSeekCase(SynchronousTestCase):
    """Over memory transports."""

    net: MemoryNet
    peer: Peer
    request: Any

    def setUp(self) -> None:
        self.net = MemoryNet(agent="")

    def tearDown(self) -> None:
        self.net.session.close()
        self.net.advance()
        self.assertEqual(self.net.reactor.getDelayedCalls(), [])

    def answered(self, *pieces: bytes, verb: str = "GET", **options: Any) -> Any:
        """Return a request whose answer has begun."""
        connection = self.net.session.http("192.0.2.1")
        self.request = connection.open_request(verb, **options)
        sent = self.request.send()
        if self.net.attempts:
            self.peer = self.net.accept()
        self.peer.request()
        for piece in pieces:
            self.peer.send(piece)
        self.successResultOf(sent)
        self.net.news.clear()
        return self.request

    def read(self, size: int = 100) -> bytes:
        data: bytes = self.successResultOf(self.request.read(size))
        return data

    def unfinished(self, moving: Any) -> None:
        """Leave a move to the end of the test, which closes the session."""
        moving.addErrback(lambda failure: failure.trap(OperationCancelled))

    def fields(self) -> list[bytes]:
        """Return the field lines of what was asked that are not in each request."""
        asked = self.peer.request()
        self.assertEqual(asked[: len(ASK)], ASK)
        self.assertTrue(asked.endswith(b"\r\n\r\n"))
        return [line for line in asked[len(ASK) :].split(b"\r\n") if line]


class GoingBackTests(RangeSeekCase):
    """The whole has come, and is asked for once more."""

    def test_backward(self) -> None:
        """A part from there to the end, on the kept connection; the head stays."""
        request = self.answered(whole(TAG) + BODY)
        response = request.response
        self.assertEqual(self.read(), BODY)
        moving = request.seek(4)
        self.assertEqual(self.fields(), [b"Range: bytes=4-", b'If-Range: "a"'])
        self.assertNoResult(moving)
        self.peer.send(part(4, 9, 10, TAG))
        self.assertEqual(self.successResultOf(moving), 4)
        self.assertIs(request.response, response)
        self.assertEqual(response.history, ())
        reading = request.read(100)
        self.peer.send(b"456789")
        self.assertEqual(self.successResultOf(reading), b"456789")
        self.assertEqual(self.read(), b"")
        self.assertEqual(self.net.attempts, 0)

    def test_told_as_a_request_is(self) -> None:
        """And completed with the position."""
        self.answered(whole(TAG) + BODY)
        self.read()
        sent = len(ASK + b'Range: bytes=4-\r\nIf-Range: "a"\r\n\r\n')
        moving = self.request.seek(4)
        answer = part(4, 9, 10, TAG)
        self.peer.send(answer + b"456789")
        self.successResultOf(moving)
        self.assertEqual(
            self.net.told,
            [
                "SENDING_REQUEST",
                f"REQUEST_SENT {sent}",
                "RECEIVING_RESPONSE",
                f"RESPONSE_RECEIVED {len(answer)}",
                "REQUEST_COMPLETE ok",
            ],
        )
        self.assertEqual(self.net.news[-1].info.result, 4)
        self.assertEqual(self.read(), b"456789")

    def test_again_and_again(self) -> None:
        """Each time from where it is meant."""
        self.answered(whole(TAG) + BODY)
        self.read()
        for distance, method, place in (
            (0, FindMethod.BEGIN, 0),
            (-3, FindMethod.END, 7),
            (-2, FindMethod.CURRENT, 8),
            (-10, FindMethod.CURRENT, 0),
        ):
            moving = self.request.seek(distance, method)
            self.assertIn(b"Range: bytes=%d-" % place, self.fields())
            self.peer.send(part(place, 9, 10, TAG) + BODY[place:])
            self.assertEqual(self.successResultOf(moving), place)
            self.assertEqual(self.read(), BODY[place:])

    def test_what_came_with_the_part_can_be_moved_in(self) -> None:
        """Nothing is asked for then."""
        self.answered(whole(TAG) + BODY)
        self.read()
        moving = self.request.seek(2)
        self.peer.send(part(2, 9, 10) + b"23456789")
        self.successResultOf(moving)
        self.peer.request()
        self.assertEqual(self.successResultOf(self.request.seek(5)), 5)
        self.assertEqual(self.read(2), b"56")
        self.assertEqual(self.successResultOf(self.request.seek(0, FindMethod.END)), 10)
        self.assertEqual(self.read(2), b"")
        self.assertEqual(self.peer.request(), b"")

    def test_however_the_answer_is_cut(self) -> None:
        """The same bytes, the same position, one completion."""
        answer = part(3, 9, 10, TAG) + b"3456789"
        for cut in range(1, len(answer)):
            self.net = MemoryNet(agent="")
            self.answered(whole(TAG) + BODY)
            self.read()
            moving = self.request.seek(3)
            self.peer.send(answer[:cut])
            self.peer.send(answer[cut:])
            self.assertEqual(self.successResultOf(moving), 3)
            self.assertEqual(self.read(), b"3456789")
            self.assertEqual(self.net.told.count("REQUEST_COMPLETE ok"), 1)

    def test_byte_by_byte(self) -> None:
        """Told once."""
        self.answered(whole(TAG) + BODY)
        self.read()
        moving = self.request.seek(3)
        for byte in part(3, 9, 10, TAG):
            self.peer.send(bytes((byte,)))
        self.successResultOf(moving)
        reading = self.request.read(100)
        for byte in b"3456789":
            self.peer.send(bytes((byte,)))
        self.assertEqual(self.successResultOf(reading), b"3456789")

    def test_chunked_part(self) -> None:
        """Its end is that of the chunks, and what it said is counted."""
        self.answered(whole(TAG) + BODY)
        self.read()
        moving = self.request.seek(6)
        fields = b"Content-Range: bytes 6-9/10", b"Transfer-Encoding: chunked"
        self.peer.send(head(b"206 Partial Content", None, *fields))
        self.successResultOf(moving)
        reading = self.request.read(100)
        self.peer.send(b"2\r\n67\r\n2\r\n89\r\n0\r\nX-A: b\r\n\r\n")
        self.assertEqual(self.successResultOf(reading), b"6789")
        self.assertEqual(self.read(), b"")
        # They are not those of the first answer.
        self.assertEqual(list(self.request.response.trailers), [])

    def test_deliver_and_save_give_the_rest(self) -> None:
        """From the new place to the end."""
        self.answered(whole(TAG) + BODY)
        self.read()
        moving = self.request.seek(4)
        self.peer.send(part(4, 9, 10, TAG))
        self.successResultOf(moving)
        taken: list[bytes] = []

        class Sink:
            def write(self, data: bytes) -> None:
                taken.append(data)

        delivering = self.request.deliver(Sink())
        self.peer.send(b"456789")
        self.assertEqual(self.successResultOf(delivering), 6)
        self.assertEqual(b"".join(taken), b"456789")

    def test_context_none_is_silent(self) -> None:
        """The Deferred fires all the same."""
        self.answered(whole(TAG) + BODY, context=None)
        self.read()
        moving = self.request.seek(4)
        self.peer.send(part(4, 9, 10, TAG) + b"456789")
        self.assertEqual(self.successResultOf(moving), 4)
        self.assertEqual(self.net.told, [])
        self.assertEqual(self.read(), b"456789")

    def test_blanks_do_not_hide_ranges(self) -> None:
        """Nor capitals, nor other units."""
        field = b"Accept-Ranges: lines, Bytes"
        self.answered(head(b"200 OK", 10, field) + BODY)
        self.read()
        self.unfinished(self.request.seek(4))
        self.assertEqual(self.fields(), [b"Range: bytes=4-"])

    def test_unknown_length_becomes_known(self) -> None:
        """The part says how long the whole is."""
        fields = b"Accept-Ranges: bytes", b"Transfer-Encoding: chunked", TAG
        self.answered(head(b"200 OK", None, *fields) + b"4\r\n0123\r\n")
        self.read(4)
        self.failureResultOf(self.request.seek(0, FindMethod.END), InvalidOperation)
        moving = self.request.seek(1)
        self.peer = self.net.accept()
        self.peer.send(part(1, 9, 10, TAG))
        self.successResultOf(moving)
        self.assertEqual(self.successResultOf(self.request.seek(-2, FindMethod.END)), 8)
        reading = self.request.read(100)
        self.peer.send(BODY[1:])
        self.assertEqual(self.successResultOf(reading), b"89")


class OldBodyTests(RangeSeekCase):
    """What becomes of what has yet to come of it."""

    LONG = 100 * AHEAD

    def begun(self, length: int, came: bytes = BODY) -> None:
        self.answered(whole(TAG, length=length) + came)
        self.read(len(came))

    def test_long_rest_is_given_up(self) -> None:
        """Its connection is closed before the place is asked for."""
        self.begun(self.LONG)
        moving = self.request.seek(5)
        self.assertTrue(self.peer.closed)
        self.assertEqual(
            self.net.told[:3],
            [
                "CLOSING_CONNECTION",
                "CONNECTION_CLOSED",
                "CONNECTING_TO_SERVER 192.0.2.1",
            ],
        )
        self.peer = self.net.accept()
        self.peer.send(part(5, self.LONG - 1, self.LONG, TAG) + b"56789")
        self.assertEqual(self.successResultOf(moving), 5)
        self.assertEqual(self.read(5), b"56789")

    def test_short_rest_is_read(self) -> None:
        """It keeps its connection."""
        self.begun(10 + DRAIN_BYTES)
        moving = self.request.seek(5)
        self.assertEqual(self.peer.request(), b"")
        self.peer.send(bytes(DRAIN_BYTES - 1))
        self.assertEqual(self.peer.request(), b"")
        self.assertEqual(self.net.told, [])
        self.peer.send(b"x")
        self.assertIn(b"Range: bytes=5-", self.fields())
        complete = DRAIN_BYTES + 10
        self.peer.send(part(5, complete - 1, complete, TAG) + b"56789")
        self.assertEqual(self.successResultOf(moving), 5)
        self.assertEqual(self.read(5), b"56789")
        # Its time is not counted any more.
        self.net.advance(DRAIN_TIME)
        self.assertEqual(self.peer.request(), b"")
        self.assertEqual(self.net.attempts, 0)

    def test_a_byte_more_is_not_short(self) -> None:
        """The connection is closed."""
        self.begun(11 + DRAIN_BYTES)
        self.unfinished(self.request.seek(5))
        self.assertTrue(self.peer.closed)

    def test_short_rest_that_does_not_come_is_given_up(self) -> None:
        """After a while."""
        self.begun(20)
        moving = self.request.seek(5)
        self.net.advance(DRAIN_TIME - 0.1)
        self.assertFalse(self.peer.closed)
        self.net.advance(0.1)
        self.assertTrue(self.peer.closed)
        self.peer = self.net.accept()
        self.peer.send(part(5, 19, 20, TAG) + b"56789")
        self.assertEqual(self.successResultOf(moving), 5)
        self.assertEqual(self.read(5), b"56789")

    def test_short_rest_that_breaks_off(self) -> None:
        """It was not wanted."""
        self.begun(20)
        moving = self.request.seek(5)
        self.peer.close(ConnectionLost())
        self.peer = self.net.accept()
        self.peer.send(part(5, 19, 20, TAG) + b"56789")
        self.assertEqual(self.successResultOf(moving), 5)

    def test_closed_while_the_rest_is_read(self) -> None:
        """Nothing goes on, no timer is left."""
        self.begun(20)
        moving = self.request.seek(5)
        self.request.close()
        self.failureResultOf(moving, OperationCancelled)
        self.assertTrue(self.peer.closed)
        self.net.advance(DRAIN_TIME)
        self.assertEqual(self.net.attempts, 0)

    def test_paused_rest_is_read(self) -> None:
        """The inbox was full."""
        length = 400_000
        self.begun(length, b"")
        self.peer.send(bytes(350_000))
        self.assertTrue(self.peer.transport.paused)
        self.read(50_000)
        self.assertTrue(self.peer.transport.paused)
        moving = self.request.seek(5)
        self.assertFalse(self.peer.transport.paused)
        self.peer.send(bytes(50_000))
        self.peer.send(part(5, length - 1, length, TAG) + b"56789")
        self.assertEqual(self.successResultOf(moving), 5)
        self.assertEqual(self.read(5), b"56789")

    def test_far_ahead_is_asked_for(self) -> None:
        """Further than what is worth receiving."""
        self.begun(self.LONG)
        place = 10 + AHEAD + 1
        moving = self.request.seek(place)
        self.peer = self.net.accept()
        self.assertIn(b"Range: bytes=%d-" % place, self.fields())
        self.peer.send(part(place, self.LONG - 1, self.LONG, TAG) + b"abc")
        self.assertEqual(self.successResultOf(moving), place)
        self.assertEqual(self.read(3), b"abc")

    def test_near_ahead_is_received(self) -> None:
        """At once, and nothing is asked for."""
        self.begun(self.LONG)
        self.assertEqual(
            self.successResultOf(self.request.seek(10 + AHEAD)), 10 + AHEAD
        )
        reading = self.request.read(3)
        for _ in range(4):
            self.peer.send(bytes(AHEAD // 4))
        self.peer.send(b"abcd")
        self.assertEqual(self.successResultOf(reading), b"abc")
        self.assertEqual(self.net.attempts, 0)

    def test_a_part_that_is_not_read_is_given_up_as_well(self) -> None:
        """Moving again before it has come."""
        self.begun(self.LONG)
        for place in (5, 3, 7):
            moving = self.request.seek(place)
            self.assertTrue(self.peer.closed)
            self.peer = self.net.accept()
            self.assertIn(b"Range: bytes=%d-" % place, self.fields())
            self.peer.send(part(place, self.LONG - 1, self.LONG, TAG) + b"a")
            self.assertEqual(self.successResultOf(moving), place)
            self.assertEqual(self.read(1), b"a")
            # So that the next place lies behind or far ahead.
            self.peer.send(bytes(9))
            self.read(9)

    def test_far_ahead_that_cannot_be_asked_for_is_received(self) -> None:
        """However far, as a POST has no ranges."""
        self.answered(whole(TAG, length=self.LONG) + BODY, verb="POST")
        self.read(10)
        self.assertEqual(
            self.successResultOf(self.request.seek(10 + 2 * AHEAD)), 2097162
        )
        reading = self.request.read(3)
        for _ in range(8):
            self.peer.send(bytes(AHEAD // 4))
        self.peer.send(b"abcd")
        self.assertEqual(self.successResultOf(reading), b"abc")


class ResumeTests(RangeSeekCase):
    """A body that was cut goes on where it ended."""

    def cut(self) -> None:
        self.answered(whole(TAG) + b"0123")
        self.read(2)
        self.peer.close()

    def test_what_came_is_still_there(self) -> None:
        """And can be moved in without a request."""
        self.cut()
        self.assertEqual(self.successResultOf(self.request.seek(3)), 3)
        self.assertEqual(self.read(), b"3")
        self.failureResultOf(self.request.read(1), Truncated)

    def test_the_rest_is_asked_for(self) -> None:
        """From the position on."""
        self.cut()
        self.assertEqual(self.read(), b"23")
        self.failureResultOf(self.request.read(1), Truncated)
        moving = self.request.seek(0, FindMethod.CURRENT)
        self.peer = self.net.accept()
        self.assertEqual(self.fields(), [b"Range: bytes=4-", b'If-Range: "a"'])
        self.peer.send(part(4, 9, 10, TAG) + b"456789")
        self.assertEqual(self.successResultOf(moving), 4)
        self.assertEqual(self.read(), b"456789")
        self.assertEqual(self.read(), b"")

    def test_part_that_is_cut(self) -> None:
        """Once more."""
        self.test_the_rest_is_asked_for()
        moving = self.request.seek(2)
        self.peer.send(part(2, 9, 10, TAG) + b"23")
        self.successResultOf(moving)
        self.peer.close()
        self.assertEqual(self.read(), b"23")
        self.failureResultOf(self.request.read(1), Truncated)
        moving = self.request.seek(0, FindMethod.CURRENT)
        self.peer = self.net.accept()
        self.assertIn(b"Range: bytes=4-", self.fields())
        self.peer.send(part(4, 9, 10, TAG) + b"456789")
        self.successResultOf(moving)
        self.assertEqual(self.read(), b"456789")

    def test_post_cannot(self) -> None:
        """It may have done something; the error says so."""
        self.answered(whole(TAG) + b"01", verb="POST")
        self.read(2)
        self.peer.close()
        self.failureResultOf(self.request.read(1), Truncated)
        error = self.failureResultOf(self.request.seek(2), InvalidOperation)
        self.assertIn("the answer to POST", error.getErrorMessage())

    def test_in_an_answer_that_is_no_body_of_the_url(self) -> None:
        """An error page has no ranges."""
        answer = head(b"404 Not Found", 10, b"Accept-Ranges: bytes")
        self.answered(answer + BODY)
        self.read()
        error = self.failureResultOf(self.request.seek(2), InvalidOperation)
        self.assertIn("404 Not Found", error.getErrorMessage())


class WhatIsAskedTests(RangeSeekCase):
    """The request for a part is the first one, but for what names the part."""

    def asked(self, *fields: bytes, **options: Any) -> list[bytes]:
        self.answered(whole(*fields) + BODY, **options)
        self.read()
        self.unfinished(self.request.seek(4))
        return self.fields()

    def test_strong_date(self) -> None:
        """As it was written, when there is no ETag."""
        modified = b"Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT"
        date = b"Date: Sun, 06 Nov 1994 08:50:37 GMT"
        self.assertEqual(
            self.asked(modified, date),
            [b"Range: bytes=4-", b"If-Range: Sun, 06 Nov 1994 08:49:37 GMT"],
        )
        self.assertEqual(
            self.asked(modified, date, TAG), [b"Range: bytes=4-", b'If-Range: "a"']
        )

    def test_what_is_not_strong_is_not_sent(self) -> None:
        """RFC 9110, section 13.1.5."""
        modified = b"Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT"
        for fields in (
            (),
            (b'ETag: W/"a"',),
            (b"ETag: a",),
            (modified,),
            (modified, b"Date: Sun, 06 Nov 1994 08:49:59 GMT"),
            # With an entity tag a date must not be used.
            (modified, b"Date: Sun, 06 Nov 1994 08:59:37 GMT", b'ETag: W/"a"'),
        ):
            self.assertEqual(self.asked(*fields), [b"Range: bytes=4-"], fields)

    def test_own_fields_go_along_and_conditions_do_not(self) -> None:
        """A condition that was met would now give a 304."""
        given = [
            ("X-A", "b"),
            ("If-None-Match", '"z"'),
            ("If-Modified-Since", "Sun, 06 Nov 1994 08:49:37 GMT"),
            ("IF-MATCH", "*"),
            ("If-Unmodified-Since", "Sun, 06 Nov 1994 08:49:37 GMT"),
            ("if-range", '"z"'),
            ("Range", "bytes=0-"),
        ]
        self.assertEqual(
            self.asked(headers=given),
            [b"X-A: b", b"Range: bytes=4-"],
        )

    def test_cookies_go_along(self) -> None:
        """The newest, those of the jar, and the first answer's may be among them."""
        self.assertIn(b"Cookie: a=2", self.asked(b"Set-Cookie: a=2"))

    def test_credentials_go_along(self) -> None:
        """Without another challenge: this one was met."""
        connection = self.net.session.http("192.0.2.1", username="u", password="p")
        self.request = connection.open_request()
        sent = self.request.send()
        self.peer = self.net.accept()
        challenge = b'WWW-Authenticate: Basic realm="r"'
        self.peer.send(head(b"401 Unauthorized", 0, challenge))
        self.peer.request()
        self.peer.send(whole() + BODY)
        self.successResultOf(sent)
        self.read()
        self.unfinished(self.request.seek(4))
        self.assertEqual(
            self.fields(), [b"Range: bytes=4-", b"Authorization: Basic dTpw"]
        )

    def test_login_that_was_ended(self) -> None:
        """What Digest took is forgotten, and no password goes out in its place."""
        session = self.net.session
        connection = session.http("192.0.2.1", username="u", password="p")
        self.request = connection.open_request()
        sent = self.request.send()
        self.peer = self.net.accept()
        challenge = b'WWW-Authenticate: Digest realm="r", nonce="n", qop="auth"'
        self.peer.send(head(b"401 Unauthorized", 0, challenge))
        self.peer.request()
        self.peer.send(whole() + BODY)
        self.successResultOf(sent)
        self.read()
        session.options[Option.DIGEST_AUTH_UNLOAD] = None
        self.unfinished(self.request.seek(4))
        self.assertEqual(self.fields(), [b"Range: bytes=4-"])

    def test_decoding_is_not_asked_for(self) -> None:
        """A part of a coded body cannot be decoded."""
        self.net.session.options[Option.HTTP_DECODING] = True
        self.assertEqual(self.asked(), [b"Range: bytes=4-"])

    def test_a_coding_that_is_left_alone_is_asked_for_again(self) -> None:
        """The places are those of the coded bytes."""
        self.net.session.options[Option.HTTP_DECODING] = True
        coding = b"Content-Encoding: x-secret"
        asked = self.asked(coding)
        self.assertEqual(asked[1], b"Range: bytes=4-")
        self.assertTrue(asked[0].startswith(b"Accept-Encoding: gzip"))
        self.peer.send(part(4, 9, 10, coding) + b"456789")
        self.assertEqual(self.read(), b"456789")

    def test_after_a_redirect_the_last_url_is_asked(self) -> None:
        """Which is where the bytes came from."""
        self.request = self.net.session.http("192.0.2.1").open_request("POST")
        sent = self.request.send(b"x")
        self.peer = self.net.accept()
        self.peer.request()
        self.peer.send(head(b"303 See Other", 0, b"Location: /b"))
        self.peer.request()
        self.peer.send(whole() + BODY)
        self.successResultOf(sent)
        self.read()
        moving = self.request.seek(4)
        self.assertTrue(self.peer.request().startswith(b"GET /b HTTP/1.1\r\n"))
        self.peer.send(part(4, 9, 10) + b"456789")
        self.successResultOf(moving)
        self.assertEqual(len(self.request.response.history), 1)
        self.assertTrue(self.request.url.endswith("/b"))

    def test_the_request_is_the_first_one_still(self) -> None:
        """To those who ask what was sent."""
        self.asked(headers={"X-A": "b"})
        self.assertNotIn(b"Range", self.request._own_head())


class WindowTests(RangeSeekCase):
    """The program asked for a range of its own: positions count from its beginning."""

    def windowed(self, *fields: bytes, complete: int | str = 1000) -> None:
        answer = part(100, 109, complete, TAG, *fields)
        self.answered(answer + BODY, headers={"Range": "bytes=100-109"})
        self.assertEqual(self.read(), BODY)

    def test_inside(self) -> None:
        """Nothing outside of it is asked for."""
        for complete in (1000, "*"):
            self.net = MemoryNet(agent="")
            self.windowed(complete=complete)
            moving = self.request.seek(4)
            self.assertEqual(self.fields(), [b"Range: bytes=104-109", b'If-Range: "a"'])
            self.peer.send(part(104, 109, complete) + b"456789")
            self.assertEqual(self.successResultOf(moving), 4)
            self.assertEqual(self.read(), b"456789")
            self.assertEqual(self.read(), b"")

    def test_to_the_end_of_the_whole(self) -> None:
        """Then the end is left open."""
        self.windowed(complete=110)
        moving = self.request.seek(-1, FindMethod.END)
        self.assertEqual(self.fields(), [b"Range: bytes=109-", b'If-Range: "a"'])
        self.peer.send(part(109, 109, 110) + b"9")
        self.assertEqual(self.successResultOf(moving), 9)
        self.assertEqual(self.read(), b"9")

    def test_behind_its_end_is_refused(self) -> None:
        """Though the whole goes on."""
        self.windowed()
        self.failureResultOf(self.request.seek(11), InvalidOperation)
        self.assertEqual(self.successResultOf(self.request.seek(10)), 10)

    def test_more_than_the_window_is_refused(self) -> None:
        """The server goes on behind it."""
        self.windowed()
        moving = self.request.seek(4)
        self.peer.send(part(104, 200, 1000))
        error = self.failureResultOf(moving, HttpInvalidServerResponse)
        self.assertIn("it ends at 200, not at 109", error.getErrorMessage())

    def test_the_whole_is_refused(self) -> None:
        """What follows the window would have to be cut off."""
        self.windowed()
        moving = self.request.seek(4)
        self.peer.send(head(b"200 OK", 1000, TAG))
        self.failureResultOf(moving, ForceRetry)

    def test_the_whole_in_place_of_a_window_to_the_end(self) -> None:
        """What lies before is passed over, window and all."""
        self.windowed(complete=110)
        moving = self.request.seek(4)
        self.peer.send(head(b"200 OK", 110, TAG) + bytes(100))
        self.assertEqual(self.successResultOf(moving), 4)
        reading = self.request.read(100)
        self.peer.send(BODY)
        self.assertEqual(self.successResultOf(reading), b"456789")

    def test_parts_that_do_not_say_where_they_are(self) -> None:
        """No other place can be asked for."""
        for fields in (
            (),
            (b"Content-Range: bytes */1000",),
            (b"Content-Range: bytes 100-110/1000",),
            (b"Content-Range: bytes 100-109/1000", b"Content-Range: bytes 0-9/1000"),
            (b"Content-Type: multipart/byteranges; boundary=x",),
        ):
            self.answered(head(b"206 Partial Content", 10, *fields) + BODY)
            self.read()
            self.failureResultOf(self.request.seek(1), InvalidOperation)


class JudgementTests(RangeSeekCase):
    """What the server sends is not what was asked for, or may not be."""

    DATE = b"Date: Sun, 06 Nov 1994 09:49:37 GMT"
    OLD = b"Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT"
    NEW = b"Last-Modified: Sun, 06 Nov 1994 09:00:00 GMT"

    def judged(self, answer: bytes, *fields: bytes, first: bytes | None = None) -> Any:
        """Move back to 4, and let the server answer so."""
        self.answered((first or whole(*fields)) + BODY)
        self.read()
        moving = self.request.seek(4)
        self.peer.request()
        self.peer.send(answer)
        return moving

    def refused(
        self, kind: type[InternetError], words: str, answer: bytes, *fields: bytes
    ) -> None:
        """Check that the move fails, and reads as well until another one succeeds."""
        moving = self.judged(answer, *fields)
        error = self.failureResultOf(moving, kind)
        self.assertIn(words, error.getErrorMessage())
        self.failureResultOf(self.request.read(1), kind)
        # The position is what it was, and another move is possible.
        again = self.request.seek(-4, FindMethod.CURRENT)
        if self.net.attempts:
            self.peer = self.net.accept()
        self.assertIn(b"Range: bytes=6-", self.peer.request())
        self.peer.send(part(6, 9, 10, *fields) + b"6789")
        self.assertEqual(self.successResultOf(again), 6)
        self.assertEqual(self.read(), b"6789")

    def test_another_place(self) -> None:
        """A byte too early is wrong."""
        self.refused(
            HttpInvalidServerResponse,
            "it begins at 3, not at 4",
            part(3, 9, 10) + b"3456789",
        )

    def test_no_place(self) -> None:
        """A part must say which one it is."""
        for fields in (
            (),
            (b"Content-Range: bytes 4/10",),
            (b"Content-Range: bytes */10",),
            (b"Content-Range: lines 4-9/10",),
            (b"Content-Range: bytes 4-9/10", b"Content-Range: bytes 4-9/10"),
        ):
            self.refused(
                HttpInvalidServerResponse,
                "is not the one that was asked for",
                head(b"206 Partial Content", 6, *fields) + b"456789",
            )

    def test_several_parts(self) -> None:
        """One was asked for."""
        kind = b"Content-Type: Multipart/Byteranges; boundary=THIS"
        self.refused(
            HttpInvalidServerResponse,
            "it has several parts",
            part(4, 9, 10, kind) + b"456789",
        )

    def test_two_lengths(self) -> None:
        """Those of the part and of its framing."""
        range_ = b"Content-Range: bytes 4-9/10"
        self.refused(
            HttpInvalidServerResponse,
            "it says 6 bytes and brings 5",
            head(b"206 Partial Content", 5, range_) + b"45678",
        )

    def test_other_length_of_the_whole(self) -> None:
        """It has grown."""
        self.refused(
            ForceRetry, "it had 10 bytes and has 11", part(4, 10, 11) + b"456789x"
        )

    def test_other_tag(self) -> None:
        """Strong or weak; and a weak one does not stand for a strong one."""
        for before, now in ((b'"a"', b'"b"'), (b'W/"a"', b'W/"b"'), (b'"a"', b'W/"a"')):
            self.refused(
                ForceRetry,
                "its etag was",
                part(4, 9, 10, b"ETag: " + now) + b"456789",
                b"ETag: " + before,
            )

    def test_other_date(self) -> None:
        """Though the length is the same."""
        self.refused(
            ForceRetry, "its last-modified was", part(4, 9, 10, self.NEW), self.OLD
        )

    def test_other_coding(self) -> None:
        """A part of something else."""
        coding = b"Content-Encoding: gzip"
        self.refused(ForceRetry, "content-encoding", part(4, 9, 10, coding) + b"456789")

    def test_other_answer(self) -> None:
        """The server's own words are kept."""
        for status in (b"404 Not Found", b"503 Busy", b"304 Not Modified"):
            moving = self.judged(head(status, 0))
            error = self.failureResultOf(moving, InvalidOperation)
            self.assertIn(status.decode(), error.getErrorMessage())
            self.assertEqual(error.value.server_text, status[4:].decode())

    def test_other_url(self) -> None:
        """What it leads to may be anything."""
        moving = self.judged(head(b"302 Found", 0, b"Location: /b"), TAG)
        self.peer.send(part(4, 9, 10, TAG) + b"456789")
        error = self.failureResultOf(moving, ForceRetry)
        self.assertIn("now leads to http://192.0.2.1/b", error.getErrorMessage())

    def test_without_validators_the_length_must_do(self) -> None:
        """WinINet moves then as well."""
        moving = self.judged(part(4, 9, 10) + b"456789")
        self.assertEqual(self.successResultOf(moving), 4)
        self.assertEqual(self.read(), b"456789")

    def test_without_anything_to_compare(self) -> None:
        """Nothing is asked for, until the length is known."""
        fields = b"Accept-Ranges: bytes", b"Transfer-Encoding: chunked"
        self.answered(head(b"200 OK", None, *fields) + b"a\r\n0123456789\r\n")
        self.read(10)
        error = self.failureResultOf(self.request.seek(4), InvalidOperation)
        self.assertIn("neither ETag", error.getErrorMessage())
        self.peer.send(b"0\r\n\r\n")
        moving = self.request.seek(4)
        self.peer.send(part(4, 10, 11) + b"456789a")
        error = self.failureResultOf(moving, ForceRetry)
        self.assertIn("it had 10 bytes and has 11", error.getErrorMessage())

    def test_validators_that_are_left_out(self) -> None:
        """The answer to If-Range need not repeat them."""
        for fields in ((TAG,), (self.OLD, self.DATE)):
            moving = self.judged(part(4, 9, "*") + b"456789", *fields)
            self.assertEqual(self.successResultOf(moving), 4)
            self.assertEqual(self.read(), b"456789")
            self.assertEqual(self.read(), b"")

    def test_without_if_range_something_must_tell(self) -> None:
        """A weak ETag, a date that is not strong, or the length of the whole."""
        weak = b'ETag: W/"a"'
        for before, now, complete in (
            ((weak,), (weak,), "*"),
            ((self.OLD,), (self.OLD,), "*"),
            ((weak,), (), 10),
            ((), (weak,), 10),
        ):
            moving = self.judged(part(4, 9, complete, *now) + b"456789", *before)
            self.assertEqual(self.successResultOf(moving), 4)
            self.assertEqual(self.read(), b"456789")
        for before in ((weak,), (self.OLD,), ()):
            self.refused(
                ForceRetry, "to tell what it is of", part(4, 9, "*") + BODY[4:], *before
            )

    def test_the_whole_that_is_the_same_for_certain(self) -> None:
        """What lies before is passed over."""
        for fields in ((TAG,), (self.OLD, self.DATE)):
            answer = head(b"200 OK", 10, *fields)
            moving = self.judged(answer, *fields)
            self.assertEqual(self.successResultOf(moving), 4)
            reading = self.request.read(100)
            self.peer.send(BODY)
            self.assertEqual(self.successResultOf(reading), b"456789")
            self.assertEqual(self.read(), b"")

    def test_the_whole_that_may_be_another(self) -> None:
        """It is of no use."""
        for before, now in (
            ((), ()),
            ((TAG,), ()),
            ((), (TAG,)),
            ((b'ETag: W/"a"',), (b'ETag: W/"a"',)),
            ((b"ETag: a",), (b"ETag: a",)),
            ((self.OLD,), (self.OLD,)),
        ):
            self.refused(
                ForceRetry,
                "sent the whole",
                head(b"200 OK", 10, *now) + BODY,
                *before,
            )

    def test_the_whole_that_is_another(self) -> None:
        """The If-Range was not met."""
        self.refused(
            ForceRetry,
            'its etag was "a" and is "b"',
            head(b"200 OK", 10, b'ETag: "b"') + BODY,
            TAG,
        )
        self.refused(
            ForceRetry,
            "had 10 bytes and has 9",
            head(b"200 OK", 9, TAG) + BODY[1:],
            TAG,
        )

    def test_a_server_that_sends_the_whole_is_asked_no_more_than_needed(self) -> None:
        """What lies ahead comes anyway, however far it is."""
        length = 10 * AHEAD
        self.answered(whole(TAG, length=length) + BODY)
        self.read(10)
        moving = self.request.seek(5)
        self.peer = self.net.accept()
        self.peer.send(head(b"200 OK", length, TAG))
        self.assertEqual(self.successResultOf(moving), 5)
        place = 9 * AHEAD
        self.assertEqual(self.successResultOf(self.request.seek(place)), place)
        self.assertEqual(self.successResultOf(self.request.seek(6)), 6)
        reading = self.request.read(4)
        self.peer.send(BODY)
        self.assertEqual(self.successResultOf(reading), b"6789")
        self.assertEqual(self.net.attempts, 0)

    def test_less_than_was_asked_for(self) -> None:
        """A server may; its end must not look like that of the body."""
        moving = self.judged(part(4, 6, 10, TAG) + b"456", TAG)
        self.assertEqual(self.successResultOf(moving), 4)
        self.assertEqual(self.read(), b"456")
        error = self.failureResultOf(self.request.read(1), Truncated)
        self.assertIn("asks for the rest", error.getErrorMessage())
        moving = self.request.seek(0, FindMethod.CURRENT)
        self.assertIn(b"Range: bytes=7-", self.fields())
        self.peer.send(part(7, 9, 10, TAG) + b"789")
        self.assertEqual(self.successResultOf(moving), 7)
        self.assertEqual(self.read(), b"789")
        self.assertEqual(self.read(), b"")

    def test_chunks_that_do_not_keep_what_the_part_said(self) -> None:
        """Neither more nor less is taken for right."""
        fields = b"Content-Range: bytes 4-9/10", b"Transfer-Encoding: chunked"
        for chunk, words, good in (
            (b"45678", "1 bytes less than it said", b"45678"),
            (b"456789x", "more than it said", b"456789"),
        ):
            for end in (b"", b"0\r\n\r\n"):
                if not end and words != "more than it said":
                    continue
                answer = head(b"206 Partial Content", None, *fields)
                moving = self.judged(answer)
                self.successResultOf(moving)
                self.peer.send(b"%x\r\n%b\r\n%b" % (len(chunk), chunk, end))
                self.assertEqual(self.read(), good)
                error = self.failureResultOf(
                    self.request.read(1), HttpInvalidServerResponse
                )
                self.assertIn(words, error.getErrorMessage())
                self.assertIs(self.peer.closed, not end)

    def test_what_follows_a_useless_head_is_not_waited_for(self) -> None:
        """Its connection is closed, and that is told."""
        moving = self.judged(head(b"200 OK", 10))
        self.failureResultOf(moving, ForceRetry)
        self.assertTrue(self.peer.closed)
        self.assertEqual(
            self.net.told[-3:],
            ["CLOSING_CONNECTION", "CONNECTION_CLOSED", "REQUEST_COMPLETE 12032"],
        )
        moving = self.judged(head(b"200 OK", 10) + BODY)
        self.failureResultOf(moving, ForceRetry)
        self.assertFalse(self.peer.closed)

    def test_a_trace_shows_why(self) -> None:
        """As of each request that comes to nothing."""
        out = StringIO()
        self.net = MemoryNet(agent="", trace=TracePrinter(out))
        self.failureResultOf(self.judged(head(b"200 OK", 0)), ForceRetry)
        self.net.advance()
        self.assertIn("it had 10 bytes and has 0", out.getvalue())

    def test_sent_again_it_is_another_thing(self) -> None:
        """Nothing is left of what was known of the former answer."""
        length = 10 * AHEAD
        moving = self.judged(head(b"200 OK", 10, TAG) + BODY, TAG)
        self.successResultOf(moving)
        sent = self.request.send()
        self.peer.request()
        self.peer.send(whole(b'ETag: "b"', length=length) + BODY)
        self.successResultOf(sent)
        self.read(10)
        # Ranges are asked for again, though they were ignored.
        self.unfinished(self.request.seek(5 * AHEAD))
        self.peer = self.net.accept()
        self.assertEqual(self.fields(), [b"Range: bytes=5242880-", b'If-Range: "b"'])

    def test_the_tree_keeps_a_request_that_moves(self) -> None:
        """It had let go of it when the body was complete."""
        self.answered(whole(TAG) + BODY)
        self.read()
        self.assertNotIn(self.request, self.request.parent._children)
        self.unfinished(self.request.seek(4))
        self.assertIn(self.request, self.request.parent._children)
        self.peer.send(part(4, 9, 10) + b"456789")
        self.assertNotIn(self.request, self.request.parent._children)

    def test_the_tree_lets_go_of_a_request_that_failed(self) -> None:
        """It holds nothing any more, and can be sent again."""
        moving = self.judged(head(b"404 Not Found", 0))
        self.failureResultOf(moving, InvalidOperation)
        self.assertNotIn(self.request, self.request.parent._children)
        sent = self.request.send()
        self.peer.send(whole() + BODY)
        self.successResultOf(sent)
        self.assertEqual(self.read(), BODY)


class EndTests(RangeSeekCase):
    """At the end, and behind it, of a body whose length nobody has told."""

    def refused(self, *fields: bytes, place: int = 10) -> Any:
        first = b"Accept-Ranges: bytes", b"Transfer-Encoding: chunked", TAG
        self.answered(head(b"200 OK", None, *first) + b"4\r\n0123\r\n")
        self.read(4)
        self.peer.close()
        moving = self.request.seek(place)
        self.peer = self.net.accept()
        self.assertIn(b"Range: bytes=%d-" % place, self.peer.request())
        self.peer.send(head(b"416 Range Not Satisfiable", 2, *fields) + b"no")
        return moving

    def test_at_the_end(self) -> None:
        """There is nothing to read, and the length is known."""
        moving = self.refused(b"Content-Range: bytes */10")
        self.assertEqual(self.successResultOf(moving), 10)
        self.assertEqual(self.read(), b"")
        self.assertEqual(self.successResultOf(self.request.seek(0, FindMethod.END)), 10)
        self.assertFalse(self.peer.closed)

    def test_behind_the_end(self) -> None:
        """There is no such byte."""
        moving = self.refused(b"Content-Range: bytes */9")
        error = self.failureResultOf(moving, InvalidOperation)
        self.assertIn("has no byte 10: it ends at 9", error.getErrorMessage())

    def test_refused_without_a_reason(self) -> None:
        """It does not say where the end is."""
        for fields in ((), (b"Content-Range: bytes 0-1/2",), (b"Content-Range: x",)):
            moving = self.refused(*fields)
            self.failureResultOf(moving, InvalidOperation)

    def test_refused_inside(self) -> None:
        """The server contradicts itself."""
        moving = self.refused(b"Content-Range: bytes */11")
        self.failureResultOf(moving, HttpInvalidServerResponse)

    def test_refused_because_it_is_another(self) -> None:
        """Shorter than it was."""
        self.answered(whole() + BODY)
        self.read()
        moving = self.request.seek(4)
        self.peer.send(
            head(b"416 Range Not Satisfiable", 0, b"Content-Range: bytes */4")
        )
        self.failureResultOf(moving, ForceRetry)


class PendingTests(RangeSeekCase):
    """It is a call like the others: one at a time, limited, cancelled, closed."""

    def moving(self) -> Any:
        self.answered(whole(TAG) + BODY)
        self.read()
        self.net.news.clear()
        return self.request.seek(4)

    def test_one_call_at_a_time(self) -> None:
        """Every other one fails meanwhile."""
        moving = self.moving()
        for call in (
            lambda: self.request.seek(5),
            lambda: self.request.read(1),
            self.request.send,
            self.request.available,
        ):
            self.failureResultOf(call(), RequestPending)
        self.peer.send(part(4, 9, 10) + b"456789")
        self.successResultOf(moving)
        self.assertEqual(self.read(), b"456789")

    def test_cancel(self) -> None:
        """As everywhere, it closes the handle and the connection."""
        moving = self.moving()
        moving.cancel()
        self.failureResultOf(moving, OperationCancelled)
        self.assertFalse(self.request.alive)
        self.assertTrue(self.peer.closed)

    def test_limits(self) -> None:
        """Those of the handle, as they are now; a later move is possible."""
        self.answered(whole(TAG) + BODY)
        self.read()
        self.request.limits = Limits(first_byte=7)
        moving = self.request.seek(4)
        self.net.advance(6.9)
        self.assertNoResult(moving)
        self.net.advance(0.2)
        error = self.failureResultOf(moving, Timeout)
        self.assertIn("limits.first_byte", error.getErrorMessage())
        self.assertTrue(self.peer.closed)
        moving = self.request.seek(4)
        self.peer = self.net.accept()
        self.peer.send(part(4, 9, 10) + b"456789")
        self.assertEqual(self.successResultOf(moving), 4)
        self.assertEqual(self.read(), b"456789")

    def test_limit_of_the_whole_operation(self) -> None:
        """It runs for the move and what is read after it."""
        self.answered(whole(TAG) + BODY)
        self.read()
        self.request.limits = Limits(whole=9)
        moving = self.request.seek(4)
        self.peer.send(part(4, 9, 10))
        self.successResultOf(moving)
        reading = self.request.read(6)
        self.net.advance(9)
        error = self.failureResultOf(reading, Timeout)
        self.assertIn("limits.whole", error.getErrorMessage())

    def test_limits_of_the_body(self) -> None:
        """Nobody reads it, or nothing comes."""
        moving = self.moving()
        self.peer.send(part(4, 9, 10))
        self.successResultOf(moving)
        self.net.advance(Limits().unread_body or 0)
        error = self.failureResultOf(self.request.read(6), Timeout)
        self.assertIn("limits.unread_body", error.getErrorMessage())

    def test_back_pressure(self) -> None:
        """A part that nobody reads is not read ahead without limit."""
        length = 10 * AHEAD
        self.answered(whole(TAG, length=length) + BODY)
        self.read(10)
        moving = self.request.seek(5)
        self.peer = self.net.accept()
        self.peer.send(part(5, length - 1, length, TAG))
        self.successResultOf(moving)
        self.peer.send(bytes(262144))
        self.assertTrue(self.peer.transport.paused)
        self.read(262144)
        self.assertFalse(self.peer.transport.paused)

    def test_no_answer(self) -> None:
        """The connection breaks under it, twice."""
        moving = self.moving()
        self.peer.close(ConnectionLost())
        # It was a kept one, so it is tried once more.
        self.net.accept().close(ConnectionLost())
        self.failureResultOf(moving, ConnectionReset)
        self.failureResultOf(self.request.read(1), ConnectionReset)
        self.assertEqual(self.net.told[-1], "REQUEST_COMPLETE 12031")

    def test_no_connection(self) -> None:
        """Nor another one."""
        moving = self.moving()
        self.peer.close()
        self.net.refuse()
        self.failureResultOf(moving, InternetError)

    def test_closed_inside_each_notification(self) -> None:
        """Nothing goes on; the call ends with 12017."""
        names = (
            *("CLOSING_CONNECTION", "CONNECTION_CLOSED", "CONNECTING_TO_SERVER"),
            *("CONNECTED_TO_SERVER", "SENDING_REQUEST", "REQUEST_SENT"),
            *("RECEIVING_RESPONSE", "RESPONSE_RECEIVED"),
        )
        for name in names:
            self.net = MemoryNet(agent="")
            self.answered(whole(TAG, length=10 * AHEAD) + BODY)
            self.read(10)
            first = self.peer

            def react(news: Any, name: str = name) -> None:
                if news.status is Status[name]:
                    news.handle.close()

            self.net.react = react
            moving = self.request.seek(5)
            if self.net.attempts:
                self.peer = self.net.accept()
                if self.peer.request():
                    self.peer.send(part(5, 10 * AHEAD - 1, 10 * AHEAD))
            self.failureResultOf(moving, OperationCancelled)
            told = [line.partition(" ")[0] for line in self.net.told]
            self.assertEqual(told[-2:], ["REQUEST_COMPLETE", "HANDLE_CLOSING"], name)
            self.assertEqual(told.count("REQUEST_COMPLETE"), 1)
            self.assertEqual(told.count("HANDLE_CLOSING"), 1)
            last = told.index(name)
            self.assertTrue(
                set(told[last + 1 : -2]) <= {"CLOSING_CONNECTION", "CONNECTION_CLOSED"},
                told,
            )
            self.assertTrue(first.closed and self.peer.closed)
            self.assertEqual(self.net.attempts, 0)
            self.tearDown()

    def test_closed_inside_request_complete(self) -> None:
        """The outcome is fixed before."""
        self.answered(whole(TAG) + BODY)
        self.read()

        def react(news: Any) -> None:
            if news.status is Status.REQUEST_COMPLETE:
                news.handle.close()

        self.net.react = react
        moving = self.request.seek(4)
        self.peer.send(part(4, 9, 10))
        self.assertEqual(self.successResultOf(moving), 4)
        self.assertFalse(self.request.alive)

    def test_closed_when_a_useless_answer_is_given_up(self) -> None:
        """The call ends once."""
        moving = self.moving()

        def react(news: Any) -> None:
            if news.status is Status.CLOSING_CONNECTION:
                news.handle.close()

        self.net.react = react
        self.peer.send(head(b"200 OK", 10))
        self.failureResultOf(moving, OperationCancelled)
        self.assertEqual(
            self.net.told[-2:], ["REQUEST_COMPLETE 12017", "HANDLE_CLOSING"]
        )

    def test_called_from_inside_a_notification(self) -> None:
        """Back to the beginning inside the completion of the move before, and on."""
        self.answered(whole(TAG) + BODY)
        self.read()
        moves: list[Any] = []
        bodies: list[bytes] = []

        def react(news: Any) -> None:
            if news.status is Status.REQUEST_COMPLETE and len(moves) < 50:
                news.handle.read(10).addCallback(bodies.append)
                moves.append(news.handle.seek(0))

        self.net.react = react
        moves.append(self.request.seek(0))
        for number in range(50):
            self.assertEqual(len(moves), number + 1)
            self.assertIn(b"Range: bytes=0-", self.fields())
            self.peer.send(part(0, 9, 10, TAG) + BODY)
            self.assertEqual(self.successResultOf(moves[number]), 0)
        self.assertEqual(bodies, [BODY] * 49)
        self.assertEqual(self.read(), BODY)


class BeyondFourGibibytesTests(RangeSeekCase):
    """Nothing is counted in 32 bits."""

    SIZE = 5 << 30

    def test_positions(self) -> None:
        """From the end of five gibibytes, and back."""
        size = self.SIZE
        self.answered(whole(TAG, length=size) + BODY)
        self.assertEqual(self.request.response.length, size)
        moving = self.request.seek(-10, FindMethod.END)
        self.peer = self.net.accept()
        self.assertIn(b"Range: bytes=5368709110-", self.fields())
        self.peer.send(part(size - 10, size - 1, size, TAG) + BODY)
        self.assertEqual(self.successResultOf(moving), size - 10)
        self.assertEqual(self.read(), BODY)
        self.assertEqual(self.read(), b"")
        self.assertEqual(
            self.successResultOf(self.request.seek(0, FindMethod.CURRENT)), size
        )
        moving = self.request.seek(-(1 << 32), FindMethod.CURRENT)
        self.assertIn(b"Range: bytes=1073741824-", self.fields())
        self.peer.send(part(1 << 30, size - 1, size, TAG))
        self.assertEqual(self.successResultOf(moving), 1 << 30)

    def test_five_gibibytes_are_counted(self) -> None:
        """As the transfer hands them over, a byte short and whole."""
        size = self.SIZE
        fields = b"Accept-Ranges: bytes", b"Transfer-Encoding: chunked"
        self.answered(head(b"200 OK", None, *fields))
        handle = self.request
        piece = bytes(64 << 20)
        left = size
        while left:
            handle.take_data(piece, len(piece))
            self.assertEqual(len(self.read(len(piece))), len(piece))
            left -= len(piece)
        self.assertEqual(self.successResultOf(handle.seek(0, FindMethod.CURRENT)), size)
        self.assertEqual(self.successResultOf(handle.seek(AHEAD, 1)), size + AHEAD)
        handle.take_data(piece, len(piece))
        self.assertEqual(len(self.read(len(piece) - AHEAD)), len(piece) - AHEAD)
        self.assertEqual(
            self.successResultOf(handle.seek(0, FindMethod.CURRENT)), size + len(piece)
        )
