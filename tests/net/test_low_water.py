"""The low-water mark of a long body: never too high, never for too long."""

from __future__ import annotations

import socket
from typing import Any

from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from twinet._net.deadlines import Deadlines
from twinet._net.low_water import LEAST, MOST, SPARE, TICK, TRIAL, LowWater
from twinet._net.stream import READ_SIZE

BODY = 1 << 30


class Socket:
    """Keeps what it is set to."""

    def __init__(self) -> None:
        self.marks: list[int] = []
        self.closed = False

    def setsockopt(self, level: int, option: int, value: int) -> None:
        if self.closed:
            raise OSError(9, "Bad file descriptor")
        assert (level, option) == (socket.SOL_SOCKET, socket.SO_RCVLOWAT)
        self.marks.append(value)


class Transport:
    """What a mark needs of a transport."""

    bufferSize = READ_SIZE

    def __init__(self) -> None:
        self.socket = Socket()


class LowWaterTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.clock = Clock()
        self.deadlines = Deadlines(self.clock)
        self.transport: Any = Transport()
        self.begin()

    def begin(self, length: int = BODY) -> None:
        self.left = length
        self.low_water = LowWater(self.transport, length, self.deadlines)

    def read(self, count: int) -> bool:
        self.left -= count
        return self.low_water.read(self.left)

    @property
    def mark(self) -> int:
        """The mark that the socket has."""
        marks = self.transport.socket.marks
        return marks[-1] if marks else 1

    def come(self, size: int, speed: float, piece: int = 65536) -> None:
        """Let so many bytes come, at a speed (bytes a second)."""
        while size:
            count = min(piece, size)
            self.clock.advance(count / speed)
            self.assertTrue(self.read(count))
            size -= count

    def test_fast_server_raises_it_to_the_most(self) -> None:
        self.come(TRIAL - 1, 1e9)
        self.assertEqual(self.transport.socket.marks, [])
        self.come(1, 1e9)
        self.assertEqual(self.mark, MOST)
        self.assertEqual(self.transport.bufferSize, MOST + SPARE)

    def test_clock_that_stands_is_a_fast_server(self) -> None:
        """A turn of the reactor has one time, and may bring much."""
        self.read(TRIAL)
        self.assertEqual(self.mark, MOST)

    def test_mark_is_a_quarter_of_a_tick(self) -> None:
        self.come(TRIAL, 4 * 300_000 / TICK)
        self.assertEqual(self.mark, 262144)

    def test_slow_server_does_not_raise_it(self) -> None:
        """Not after many bytes either."""
        self.come(20 * TRIAL, 4 * (LEAST - 1) / TICK)
        self.assertEqual(self.transport.socket.marks, [])
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_wait_before_fast_bytes_counts_once(self) -> None:
        """The reader had paused; what comes then is judged by itself."""
        self.clock.advance(1000)
        self.come(TRIAL, 1e9)
        self.assertEqual(self.mark, 1)
        self.come(TRIAL, 1e9)
        self.assertEqual(self.mark, MOST)

    def test_silence_of_a_tick_lowers_it(self) -> None:
        """And then nothing is looked at until bytes come again."""
        self.come(TRIAL, 1e9)
        self.clock.advance(TICK)
        self.assertEqual(self.mark, 1)
        self.assertEqual(self.transport.bufferSize, READ_SIZE)
        self.clock.advance(10 * TICK)
        self.assertEqual(self.clock.getDelayedCalls(), [])
        self.come(TRIAL - 1, 1e9)
        self.assertEqual(self.mark, 1)

    def test_it_follows_the_speed(self) -> None:
        """Down and up, and the system is not told the same twice."""
        self.come(TRIAL, 1e9)
        self.come(4 * 300_000, 4 * 300_000 / TICK)
        self.clock.advance(TICK / 50)
        self.assertEqual(self.mark, 262144)
        self.come(3 * 4 * 300_000, 4 * 300_000 / TICK)
        self.come(100 << 20, 1e9)
        self.assertEqual(self.transport.socket.marks, [MOST, 262144, MOST])

    def test_it_is_never_above_what_is_left(self) -> None:
        """And gone before the last piece."""
        self.begin(8 * MOST + 12345)
        more = True
        while more:
            self.assertGreaterEqual(self.left, self.mark)
            # Else what follows the body would not be seen with its end.
            self.assertGreater(self.transport.bufferSize, self.mark)
            more = self.read(65536 if self.mark == 1 else self.mark)
        self.assertEqual(self.mark, 1)
        self.assertLess(self.left, LEAST)
        self.clock.advance(TICK)
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_body_that_is_hardly_long_comes_in_one_piece(self) -> None:
        """Behind the read that brought its head."""
        self.begin(MOST)
        self.read(200_000)
        self.assertEqual(self.mark, MOST - 200_000)
        self.assertFalse(self.read(MOST - 200_000))
        self.assertEqual(self.mark, 1)
        self.assertEqual(self.transport.bufferSize, READ_SIZE)

    def test_stop_lowers_it_and_leaves_no_timer(self) -> None:
        self.come(TRIAL, 1e9)
        self.low_water.stop()
        self.assertEqual(self.mark, 1)
        self.assertIsNone(self.low_water.deadline)

    def test_clock_that_is_set_back_is_no_fault(self) -> None:
        self.clock.advance(100)
        self.begin()
        self.clock.rightNow -= 50
        self.read(8 * TRIAL)
        self.assertEqual(self.mark, 262144)

    def test_socket_that_cannot_be_set_reads_as_ever(self) -> None:
        """It is closed, or a system that is only called Linux."""
        self.transport.socket.closed = True
        self.read(TRIAL)
        self.assertEqual(self.transport.bufferSize, READ_SIZE)
        self.read(TRIAL)
        self.low_water.stop()
        self.assertEqual(self.transport.socket.marks, [])
