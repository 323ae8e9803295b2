"""What can be given as a body, and how each kind is produced."""

from __future__ import annotations

import os
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

from twisted.internet.defer import Deferred, maybeDeferred
from twisted.trial.unittest import SynchronousTestCase
from twisted.web.client import FileBodyProducer
from twisted.web.iweb import UNKNOWN_LENGTH, IBodyProducer

from twinet._http.body import AT_ONCE, BytesBody, MadeBody, OnceBody, body_of
from twinet._http.bytes_producer import PIECE, BytesProducer
from twinet._http.file_body import READ, FileProducer
from twinet.errors import FileNotFound, InternetError, InvalidParameter, Shutdown


class Consumer:
    """Takes what is written, and may hold back after each piece."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []
        self.after: Any = lambda: None

    @property
    def data(self) -> bytes:
        return b"".join(self.pieces)

    def write(self, data: bytes) -> None:
        self.pieces.append(data)
        self.after()


class Later:
    """Runs blocking calls when the test says so, as a thread would."""

    def __init__(self) -> None:
        self.jobs: list[tuple[Any, Any, Deferred[Any]]] = []

    def run(self, call: Any, *args: Any) -> Deferred[Any]:
        waiting: Deferred[Any] = Deferred()
        self.jobs.append((call, args, waiting))
        return waiting

    def work(self) -> None:
        """Do the oldest job."""
        call, args, waiting = self.jobs.pop(0)
        maybeDeferred(call, *args).chainDeferred(waiting)


class Broken(BytesIO):
    """A file on a disk that fails."""

    def read(self, size: int | None = -1) -> bytes:
        if size:
            raise OSError(5, "Input/output error")
        return b""


class KindsTests(SynchronousTestCase):
    """``body_of``: everything that a program may give."""

    def setUp(self) -> None:
        self.later = Later()
        self.path = Path(self.mktemp())
        self.path.write_bytes(b"file")

    def made(self, given: Any) -> Any:
        return body_of(given, self.later.run)

    def refused(self, given: Any, kind: type[InternetError] = InvalidParameter) -> str:
        return str(self.assertRaises(kind, self.made, given))

    def sent(self, body: Any) -> bytes:
        """Produce a body to its end."""
        consumer = Consumer()
        done = body.producer().startProducing(consumer)
        while self.later.jobs:
            self.later.work()
        self.successResultOf(done)
        return consumer.data

    def test_nothing(self) -> None:
        """None is no body at all, which is not an empty one."""
        self.assertIsNone(self.made(None))
        self.assertEqual(self.made(b""), b"")

    def test_bytes(self) -> None:
        """Few stay bytes; many are produced, as often as wanted."""
        for kind in (bytes, bytearray, memoryview):
            self.assertEqual(self.made(kind(b"ab")), b"ab")
        self.assertIsInstance(self.made(b"x" * AT_ONCE), bytes)
        data = os.urandom(AT_ONCE + 1)
        body = self.made(bytearray(data))
        self.assertIsInstance(body, BytesBody)
        self.assertEqual(body.length, len(data))
        for _ in range(2):
            self.assertTrue(body.again)
            self.assertEqual(self.sent(body), data)

    def test_bytes_are_taken_as_they_are_now(self) -> None:
        """What the program does to its buffer later changes nothing."""
        data = bytearray(AT_ONCE + 1)
        body = self.made(data)
        data[0] = 1
        self.assertEqual(self.sent(body)[:1], b"\0")

    def test_path(self) -> None:
        """The file at it, opened anew each time."""
        body = self.made(self.path)
        self.assertEqual(body.length, 4)
        self.assertEqual(self.sent(body), b"file")
        self.assertTrue(body.again)
        self.assertEqual(self.sent(body), b"file")

    def test_empty_file(self) -> None:
        """Its length is 0, and nothing is read."""
        self.path.write_bytes(b"")
        body = self.made(self.path)
        self.assertEqual((body.length, self.sent(body)), (0, b""))

    def test_path_of_nothing(self) -> None:
        """There must be a regular file that can be read."""
        self.assertIn("there is no file", self.refused(Path("missing"), FileNotFound))
        self.assertIn("no regular file", self.refused(Path()))
        fifo = Path(self.mktemp())
        os.mkfifo(fifo)
        self.assertIn("open it yourself", self.refused(fifo))

    def test_file_that_goes_before_it_is_sent(self) -> None:
        """The producer fails, in words."""
        body = self.made(self.path)
        self.path.unlink()
        done = body.producer().startProducing(Consumer())
        self.later.work()
        error = self.failureResultOf(done, FileNotFound).value
        self.assertIn(str(self.path), str(error))

    def test_open_file(self) -> None:
        """From where it stands; it stays open, and can be sent again."""
        with self.path.open("rb") as file:
            file.seek(1)
            body = self.made(file)
            self.assertEqual(body.length, 3)
            for _ in range(2):
                self.assertEqual(self.sent(body), b"ile")
                self.assertTrue(body.again)
            self.assertFalse(file.closed)

    def test_file_in_memory(self) -> None:
        """The same."""
        self.assertEqual(self.sent(self.made(BytesIO(b"abc"))), b"abc")

    def test_file_that_stands_behind_its_end(self) -> None:
        """There is nothing to send."""
        file = BytesIO(b"abc")
        file.seek(9)
        body = self.made(file)
        self.assertEqual((body.length, self.sent(body)), (0, b""))

    def test_pipe(self) -> None:
        """Its length is not known, and it cannot be sent again."""
        reading, writing = os.pipe()
        os.write(writing, b"piped")
        os.close(writing)
        with os.fdopen(reading, "rb", buffering=0) as file:
            body = self.made(file)
            self.assertIs(body.length, UNKNOWN_LENGTH)
            self.assertTrue(body.again)
            self.assertEqual(self.sent(body), b"piped")
            self.assertFalse(body.again)

    def test_file_that_cannot_be_read(self) -> None:
        """Opened for text, for writing, or closed."""
        self.assertIn("'rb'", self.refused(StringIO("a")))
        with self.path.open("ab") as file:
            self.assertIn("cannot be read", self.refused(file))
        self.assertIn("cannot be read", self.refused(file))

    def test_producer(self) -> None:
        """Of the program's own: once."""
        producer = FileBodyProducer(BytesIO(b"abc"))
        body = self.made(producer)
        self.assertIsInstance(body, OnceBody)
        self.assertEqual(body.length, 3)
        self.assertTrue(body.again)
        self.assertIs(body.producer(), producer)
        self.assertFalse(body.again)

    def test_function(self) -> None:
        """A new producer each time; the first is made at once, to know the length."""
        made: list[BytesProducer] = []

        def make() -> BytesProducer:
            made.append(BytesProducer(b"abc"))
            return made[-1]

        body = self.made(make)
        self.assertIsInstance(body, MadeBody)
        self.assertEqual((body.length, len(made)), (3, 1))
        self.assertIs(body.producer(), made[0])
        self.assertIs(body.producer(), made[1])
        self.assertTrue(body.again)

    def test_function_of_the_wrong_kind(self) -> None:
        """It gives no producer, or one of another length."""
        self.assertIn("returned a bytes", self.refused(lambda: b"a"))
        lengths = iter((1, 2))
        body = self.made(lambda: BytesProducer(b"x" * next(lengths)))
        body.producer()
        self.assertRaises(InvalidParameter, body.producer)

    def test_what_is_no_body(self) -> None:
        """The text says what to give instead."""
        self.assertIn("encode the text", self.refused("text"))
        self.assertIn("cannot be a dict", self.refused({"a": 1}))
        producer = FileBodyProducer(BytesIO())
        for length in (-1, 1.5, None, "5"):
            producer.length = length
            self.assertIn("length", self.refused(producer))

    def test_producers_are_body_producers(self) -> None:
        """As Twisted has them."""
        for producer in (BytesProducer(b""), self.made(self.path).producer()):
            self.assertTrue(IBodyProducer.providedBy(producer))


class BytesProducerTests(SynchronousTestCase):
    """Bytes, as fast as they are taken."""

    def setUp(self) -> None:
        self.data = os.urandom(3 * PIECE + 1)
        self.producer = BytesProducer(self.data)
        self.consumer: Any = Consumer()

    def start(self) -> Any:
        return self.producer.startProducing(self.consumer)

    def test_pieces(self) -> None:
        """No piece is larger than what a transport takes."""
        self.successResultOf(self.start())
        self.assertEqual(self.consumer.data, self.data)
        self.assertEqual([len(p) for p in self.consumer.pieces], [PIECE] * 3 + [1])

    def test_pause_inside_each_write(self) -> None:
        """One piece for each resume."""
        self.consumer.after = self.producer.pauseProducing
        done = self.start()
        for count in range(1, 5):
            self.assertEqual(len(self.consumer.pieces), count)
            self.producer.resumeProducing()
        self.successResultOf(done)
        self.assertEqual(self.consumer.data, self.data)

    def test_pause_and_resume_inside_a_write(self) -> None:
        """The pieces stay in order."""

        def blink() -> None:
            self.producer.pauseProducing()
            self.producer.resumeProducing()

        self.consumer.after = blink
        self.successResultOf(self.start())
        self.assertEqual(self.consumer.data, self.data)

    def test_stop(self) -> None:
        """Inside a write, and while it is paused."""
        for stop in ("stopProducing", "pauseProducing"):
            self.setUp()
            self.consumer.after = getattr(self.producer, stop)
            done = self.start()
            self.producer.stopProducing()
            self.producer.resumeProducing()
            self.assertEqual(len(self.consumer.pieces), 1)
            self.assertNoResult(done)


class FileProducerTests(SynchronousTestCase):
    """A file, read in a thread, a piece ahead."""

    def setUp(self) -> None:
        self.later = Later()
        self.consumer = Consumer()
        self.path = Path(self.mktemp())

    def begin(self, size: int) -> Any:
        self.data = os.urandom(size)
        self.path.write_bytes(self.data)
        body: Any = body_of(self.path, self.later.run)
        self.producer: FileProducer = body.producer()
        self.file = self.producer._file
        return self.producer.startProducing(self.consumer)

    def closed(self) -> bool:
        """Whether the file has been closed again."""
        return self.file._file is None

    def test_one_piece_is_read_ahead(self) -> None:
        """No more, while the transport is full."""
        done = self.begin(5 * READ)
        self.consumer.after = self.producer.pauseProducing
        self.later.work()
        self.assertEqual(len(self.consumer.data), PIECE)
        self.later.work()
        self.assertEqual(self.later.jobs, [])
        self.assertFalse(self.closed())
        while not done.called:
            self.producer.resumeProducing()
            if self.later.jobs:
                self.later.work()
        self.assertEqual(self.consumer.data, self.data)
        self.assertTrue(self.closed())

    def test_sizes(self) -> None:
        """Around one read."""
        for size in (0, 1, READ - 1, READ, READ + 1, 3 * READ):
            self.setUp()
            done = self.begin(size)
            while self.later.jobs:
                self.later.work()
            self.successResultOf(done)
            self.assertEqual(self.consumer.data, self.data)

    def test_paused_before_the_first_piece(self) -> None:
        """Nothing is written before it is resumed."""
        done = self.begin(10)
        self.producer.pauseProducing()
        self.later.work()
        self.assertEqual(self.consumer.data, b"")
        self.producer.resumeProducing()
        self.successResultOf(done)
        self.assertEqual(self.consumer.data, self.data)

    def test_stop_while_it_is_read(self) -> None:
        """The file is closed when the thread is done with it."""
        done = self.begin(10)
        self.producer.stopProducing()
        self.later.work()
        self.assertNoResult(done)
        self.assertEqual(self.consumer.data, b"")
        self.assertTrue(self.closed())

    def test_thread_that_comes_to_it_when_all_is_over(self) -> None:
        """The session was closed: the call has failed, and is made all the same."""
        done = self.begin(10)
        self.producer.stopProducing()
        call, args, reading = self.later.jobs.pop()
        reading.errback(Shutdown())
        call(*args)
        self.assertNoResult(done)
        self.assertTrue(self.closed())

    def test_stop_while_it_is_written(self) -> None:
        """Nothing more is written, and the file closed."""
        done = self.begin(2 * READ)
        self.consumer.after = self.producer.pauseProducing
        self.later.work()
        self.later.work()
        self.assertFalse(self.closed())
        self.producer.stopProducing()
        self.producer.resumeProducing()
        self.assertEqual(len(self.consumer.data), PIECE)
        self.assertTrue(self.closed())
        self.assertNoResult(done)

    def test_file_that_has_become_shorter(self) -> None:
        """It ends there: whoever has announced a length says what is missing."""
        done = self.begin(2 * READ)
        os.truncate(self.path, READ + 5)
        while self.later.jobs:
            self.later.work()
        self.successResultOf(done)
        self.assertEqual(self.consumer.data, self.data[: READ + 5])
        self.assertTrue(self.closed())

    def test_file_that_has_become_longer(self) -> None:
        """What was announced is sent."""
        done = self.begin(10)
        with self.path.open("ab") as file:
            file.write(b"more")
        self.later.work()
        self.successResultOf(done)
        self.assertEqual(self.consumer.data, self.data)

    def test_disk_that_fails(self) -> None:
        """The error is handed on."""
        file = Broken(b"x" * 10)
        body: Any = body_of(file, self.later.run)
        done = body.producer().startProducing(self.consumer)
        self.later.work()
        self.failureResultOf(done, OSError)

    def test_disk_that_fails_while_a_piece_is_written(self) -> None:
        """That piece is not written on, and the file closed."""
        done = self.begin(2 * READ)
        self.consumer.after = self.producer.pauseProducing
        self.later.work()
        _, _, reading = self.later.jobs.pop()
        reading.errback(OSError(5, "Input/output error"))
        self.failureResultOf(done, OSError)
        self.producer.resumeProducing()
        self.assertEqual(len(self.consumer.data), PIECE)
        self.assertTrue(self.closed())

    def test_two_producers_of_one_file(self) -> None:
        """One that was stopped, with a read under way, does not disturb the next."""
        data = os.urandom(3 * READ)
        body: Any = body_of(BytesIO(data), self.later.run)
        first, second = body.producer(), body.producer()
        first.startProducing(Consumer())
        self.later.work()
        first.stopProducing()
        done = second.startProducing(self.consumer)
        while self.later.jobs:
            self.later.work()
        self.successResultOf(done)
        self.assertEqual(self.consumer.data, data)
