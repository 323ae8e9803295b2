"""Moving in a body without asking for anything: all is here, or on its way."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from tests.http.memory import MemoryNet
from twinet.errors import IncorrectHandleState, InvalidOperation, InvalidParameter
from twinet.flags import FindMethod

HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n"
RANGES = b"Accept-Ranges: bytes\r\n"


class SeekTests(SynchronousTestCase):
    """Over memory transports."""

    def setUp(self) -> None:
        self.net = MemoryNet()

    def answered(self, *pieces: bytes, fields: bytes = RANGES, head: bytes = HEAD):
        """Return a request whose answer has begun, and the server's end."""
        connection = self.net.session.http("192.0.2.1")
        request = connection.open_request()
        sent = request.send()
        peer = self.net.accept()
        peer.send(head + fields + b"\r\n")
        for piece in pieces:
            peer.send(piece)
        self.successResultOf(sent)
        return request, peer

    def read(self, request, size: int = 100) -> bytes:
        data: bytes = self.successResultOf(request.read(size))
        return data

    def test_what_is_here_is_passed_over(self) -> None:
        """Reading goes on at the new place."""
        request, _ = self.answered(b"0123456789")
        self.assertEqual(self.read(request, 2), b"01")
        self.assertEqual(self.successResultOf(request.seek(5)), 5)
        self.assertEqual(self.read(request, 2), b"56")
        self.assertEqual(self.successResultOf(request.seek(1, FindMethod.CURRENT)), 8)
        self.assertEqual(self.successResultOf(request.seek(-1, FindMethod.END)), 9)
        self.assertEqual(self.read(request), b"9")

    def test_what_has_yet_to_come_is_passed_over_when_it_comes(self) -> None:
        """However it is cut."""
        for cut in range(10):
            self.net = MemoryNet()
            request, peer = self.answered()
            self.assertEqual(self.successResultOf(request.seek(6)), 6)
            reading = request.read(100)
            peer.send(b"0123456789"[:cut])
            peer.send(b"0123456789"[cut:])
            self.assertEqual(self.successResultOf(reading), b"6789", cut)

    def test_two_moves_before_anything_has_come(self) -> None:
        """The second counts from the first."""
        request, peer = self.answered()
        request.seek(3)
        self.assertEqual(self.successResultOf(request.seek(4, FindMethod.CURRENT)), 7)
        peer.send(b"0123456789")
        self.assertEqual(self.read(request), b"789")

    def test_at_the_end_nothing_is_left(self) -> None:
        """As in a file."""
        request, peer = self.answered()
        self.assertEqual(self.successResultOf(request.seek(0, FindMethod.END)), 10)
        peer.send(b"0123456789")
        self.assertEqual(self.read(request), b"")
        self.assertEqual(self.read(request), b"")

    def test_behind_the_end_is_refused(self) -> None:
        """There is no such byte, and nothing is lost."""
        request, peer = self.answered()
        for wanted in ((11,), (1, FindMethod.END), (2**70,)):
            error = self.failureResultOf(request.seek(*wanted), InvalidOperation)
            self.assertIn("has 10 bytes", error.getErrorMessage())
        peer.send(b"0123456789")
        self.assertEqual(self.read(request), b"0123456789")

    def test_behind_an_end_that_was_not_known_fails_at_the_read(self) -> None:
        """It must not look like the end of the data."""
        head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n"
        request, peer = self.answered(b"4\r\n0123\r\n", head=head)
        self.assertEqual(self.successResultOf(request.seek(9)), 9)
        reading = request.read(1)
        peer.send(b"0\r\n\r\n")
        error = self.failureResultOf(reading, InvalidOperation)
        self.assertIn("has ended at byte 4, before byte 9", error.getErrorMessage())

    def test_before_the_beginning_is_refused(self) -> None:
        """And loses nothing."""
        request, _ = self.answered(b"0123456789")
        self.read(request, 2)
        for wanted in ((-1,), (-3, FindMethod.CURRENT), (-11, FindMethod.END)):
            self.failureResultOf(request.seek(*wanted), InvalidParameter)
        self.assertEqual(self.read(request), b"23456789")

    def test_what_is_no_distance_is_refused(self) -> None:
        """And what is no method."""
        request, _ = self.answered(b"0123456789")
        for wanted in ((1.5,), ("1",), (None,), (1, 3), (1, "END"), (1, None)):
            error = self.failureResultOf(request.seek(*wanted), InvalidParameter)
            self.assertIn("cannot move", error.getErrorMessage())
        self.assertEqual(self.successResultOf(request.seek(1, 2 - 1)), 1)

    def test_back_to_what_has_yet_to_come(self) -> None:
        """Nothing of it has gone by."""
        request, peer = self.answered()
        request.seek(9)
        self.assertEqual(self.successResultOf(request.seek(2)), 2)
        peer.send(b"0123456789")
        self.assertEqual(self.read(request), b"23456789")

    def test_a_new_answer_begins_at_0(self) -> None:
        """The place belongs to the answer."""
        request, peer = self.answered()
        request.seek(9)
        peer.send(b"0123456789")
        self.read(request)
        sent = request.send()
        peer.send(HEAD + b"\r\nabcdefghij")
        self.successResultOf(sent)
        self.assertEqual(self.read(request), b"abcdefghij")

    def test_a_server_without_ranges_is_refused(self) -> None:
        """12016, as measured on Windows."""
        request, _ = self.answered(b"0123456789", fields=b"")
        error = self.failureResultOf(request.seek(4), InvalidOperation)
        self.assertIn("Accept-Ranges", error.getErrorMessage())
        self.assertEqual(self.read(request), b"0123456789")

    def test_from_an_end_that_is_not_known_is_refused(self) -> None:
        """A chunked body says its length when it is over."""
        head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n"
        request, _ = self.answered(head=head)
        self.failureResultOf(request.seek(-1, FindMethod.END), InvalidOperation)

    def test_a_chunked_body_that_is_here_has_an_end(self) -> None:
        """It is known then."""
        head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n"
        request, _ = self.answered(b"4\r\n0123\r\n0\r\n\r\n", head=head)
        self.assertEqual(self.successResultOf(request.seek(-1, FindMethod.END)), 3)
        self.assertEqual(self.read(request), b"3")

    def test_before_an_answer_is_refused(self) -> None:
        """There is nothing to move in."""
        request = self.net.session.http("192.0.2.1").open_request()
        self.failureResultOf(request.seek(0), IncorrectHandleState)
