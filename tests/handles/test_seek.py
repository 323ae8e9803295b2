"""Moving forward in a body."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from tests.http.memory import MemoryNet
from twinet.errors import IncorrectHandleState, InvalidOperation
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

    def test_past_the_end_nothing_is_left(self) -> None:
        """As in a file."""
        request, peer = self.answered()
        self.assertEqual(self.successResultOf(request.seek(99)), 99)
        peer.send(b"0123456789")
        self.assertEqual(self.read(request), b"")

    def test_a_new_answer_begins_at_0(self) -> None:
        """The place belongs to the answer."""
        request, peer = self.answered()
        request.seek(99)
        peer.send(b"0123456789")
        self.read(request)
        sent = request.send()
        peer.send(HEAD + b"\r\nabcdefghij")
        self.successResultOf(sent)
        self.assertEqual(self.read(request), b"abcdefghij")

    def test_backward_is_refused_and_loses_nothing(self) -> None:
        """What has been read does not come again."""
        request, _ = self.answered(b"0123456789")
        self.read(request, 5)
        error = self.failureResultOf(request.seek(4), InvalidOperation)
        self.assertIn("lies behind", error.getErrorMessage())
        self.assertEqual(self.read(request), b"56789")

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

    def test_before_an_answer_is_refused(self) -> None:
        """There is nothing to move in."""
        request = self.net.session.http("192.0.2.1").open_request()
        self.failureResultOf(request.seek(0), IncorrectHandleState)
