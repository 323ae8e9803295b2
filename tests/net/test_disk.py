"""Files that exist under their name only when they are whole."""

from __future__ import annotations

import os
from itertools import pairwise
from pathlib import Path
from typing import Any

from twisted.internet import reactor as _reactor
from twisted.internet.defer import CancelledError, Deferred, fail, succeed
from twisted.trial.unittest import SkipTest, TestCase

from twinet._net import disk
from twinet._net.disk import BACKLOG, BATCH, PIECE, Disk, PartFile, rename_no_replace
from twinet._net.threads import Threads
from twinet.errors import FileExists, OperationCancelled, UnableToCacheFile

reactor: Any = _reactor


class DiskTests(TestCase):
    """Written aside, synced, named."""

    timeout = 60

    def setUp(self) -> None:
        self.folder = Path(self.mktemp())
        self.folder.mkdir(parents=True)
        self.target = self.folder / "file"
        self.threads = Threads(reactor)
        self.disk = Disk(self.threads)
        self.sink: Any = None

    def names(self) -> list[str]:
        return sorted(path.name for path in self.folder.iterdir())

    def delivering(self, outcome: Deferred[int], *pieces: bytes):
        """Return a ``deliver`` that writes the pieces and ends as told."""

        async def deliver(sink) -> int:
            self.sink = sink
            for piece in pieces:
                waiting = sink.write(piece)
                if waiting is not None:
                    await waiting
            return await outcome

        return lambda sink: Deferred.fromCoroutine(deliver(sink))

    def save(self, *pieces: bytes, outcome: Deferred[int] | None = None):
        done = succeed(0) if outcome is None else outcome
        return Deferred.fromCoroutine(
            self.disk.save(self.target, self.delivering(done, *pieces))
        )

    async def test_file_is_whole_and_alone(self) -> None:
        """Small pieces and large ones, in order."""
        pieces = [bytes([i]) * (BACKLOG // 3) for i in range(10)] + [b"end"]
        self.assertEqual(await self.save(*pieces), self.target)
        self.assertEqual(self.target.read_bytes(), b"".join(pieces))
        self.assertEqual(self.names(), ["file"])

    async def test_sink_holds_back_when_the_disk_is_behind(self) -> None:
        """A backlog is bounded."""
        outcome: Deferred[int] = Deferred()
        saving = self.save(outcome=outcome)
        while self.sink is None:
            await self.turn()
        # It is with a thread, whose end this turn does not hear of.
        self.assertIsNone(self.sink.write(b"x" * BATCH))
        self.assertIsNone(self.sink.write(b"x" * 10))
        self.assertIsNone(self.sink.write(b"x" * (BACKLOG - 11)))
        held = self.sink.write(b"x")
        self.assertIsInstance(held, Deferred)
        await held
        outcome.callback(0)
        await saving
        self.assertEqual(self.target.stat().st_size, BATCH + BACKLOG)

    async def test_thread_is_asked_once_for_each_batch(self) -> None:
        """Once to make the file, and once for what is left and the name."""
        asked = self.asked()
        await self.save(b"x" * (BATCH - 1))
        self.assertEqual(asked, ["PartFile", "publish"])
        asked.clear()
        self.target.unlink()
        await self.save(*[b"x" * (BATCH // 4)] * 9)
        self.assertEqual(asked, ["PartFile", "write", "write", "publish"])
        self.assertEqual(self.target.stat().st_size, 9 * (BATCH // 4))

    async def test_thread_is_asked_once_when_all_is_here(self) -> None:
        """What is left of a whole body is written with the name, and nobody waits."""
        asked = self.asked()
        data = os.urandom(2 * BACKLOG)
        await self.disk.save(
            self.target, self.delivering(succeed(0), data, b"end"), lambda: True
        )
        self.assertEqual(asked, ["PartFile", "publish"])
        self.assertEqual(self.target.read_bytes(), data + b"end")

    async def test_what_came_while_one_wrote_goes_with_the_name(self) -> None:
        """A body that is whole by the time the thread is free takes one call more."""
        asked = self.asked()
        outcome: Deferred[int] = Deferred()
        whole: list[bool] = []
        saving = Deferred.fromCoroutine(
            self.disk.save(self.target, self.delivering(outcome), lambda: bool(whole))
        )
        while self.sink is None:
            await self.turn()
        data = os.urandom(4 * BATCH)
        self.assertIsNone(self.sink.write(data[:BATCH]))
        whole.append(True)
        self.assertIsNone(self.sink.write(data[BATCH:]))
        await self.turn()
        outcome.callback(0)
        await saving
        self.assertEqual(asked, ["PartFile", "write", "publish"])
        self.assertEqual(self.target.read_bytes(), data)

    async def test_system_is_given_whole_pieces(self) -> None:
        """However the bytes have come; the rest is given at the end."""
        given = self.given(lambda parts: parts)
        data = os.urandom(5 * PIECE + 7)
        cuts = [0, PIECE - 246, 2 * PIECE + 1, 2 * PIECE + 2, 4 * PIECE + 9, len(data)]
        await self.save(*[data[a:b] for a, b in pairwise(cuts)])
        self.assertEqual(self.target.read_bytes(), data)
        self.assertEqual(given, [PIECE] * 5 + [7])

    async def test_what_the_system_does_not_take_is_given_again(self) -> None:
        """In its order, also when a piece has several parts."""
        given = self.given(lambda parts: [parts[0][: len(parts[0]) // 2 + 1]])
        data = os.urandom(2 * BATCH)
        await self.save(data[:1000], data[1000:1003], data[1003:], b"end")
        self.assertEqual(self.target.read_bytes(), data + b"end")
        self.assertEqual(max(given), PIECE)

    async def test_many_little_chunks_are_joined(self) -> None:
        """No system takes thousands of parts at once."""
        given = self.given(lambda parts: parts)
        data = os.urandom(PIECE + 5000)
        await self.save(*[data[at : at + 50] for at in range(0, len(data), 50)])
        self.assertEqual(self.target.read_bytes(), data)
        self.assertEqual(given, [PIECE, 5000])

    async def test_system_that_takes_one_part_only(self) -> None:
        """Windows."""
        self.patch(disk, "_writev", None)
        data = os.urandom(2 * PIECE)
        await self.save(data[:10], data[10:])
        self.assertEqual(self.target.read_bytes(), data)

    def asked(self) -> list[str]:
        """Return what threads will have been asked to do."""
        names: list[str] = []
        run = self.threads.run

        def counting(f: Any, *args: Any) -> Deferred[Any]:
            names.append(f.__name__)
            return run(f, *args)

        self.patch(self.threads, "run", counting)
        return names

    def given(self, taken: Any) -> list[int]:
        """Return how much the system will have been given, call by call.

        :param taken: makes the parts that it takes from those that it is given.
        """
        lengths: list[int] = []

        def writing(fd: int, parts: list[memoryview]) -> int:
            lengths.append(sum(map(len, parts)))
            return os.writev(fd, taken(parts))

        self.patch(disk, "_writev", writing)
        return lengths

    def turn(self) -> Deferred[None]:
        done: Deferred[None] = Deferred()
        reactor.callLater(0.01, done.callback, None)
        return done

    async def test_failed_delivery_leaves_nothing(self) -> None:
        """Its error is handed on."""
        saving = self.save(b"x" * BACKLOG, outcome=fail(ZeroDivisionError()))
        await self.assertFailure(saving, ZeroDivisionError)
        self.assertEqual(self.names(), [])

    async def test_cancel_while_delivering_leaves_nothing(self) -> None:
        """The temporary file goes."""
        saving = self.save(b"x" * BACKLOG, outcome=Deferred())
        while self.sink is None:
            await self.turn()
        self.assertEqual(len(self.names()), 1)
        saving.cancel()
        await self.assertFailure(saving, OperationCancelled, CancelledError)
        self.assertEqual(self.names(), [])

    async def test_cancel_while_the_file_is_being_made_leaves_nothing(self) -> None:
        """What the thread is making is awaited, then removed."""
        saving = self.save(b"x", outcome=Deferred())
        saving.cancel()
        await self.assertFailure(saving, OperationCancelled)
        self.assertEqual(self.names(), [])
        self.assertIsNone(self.sink)

    async def test_cancel_while_the_file_is_being_named_is_too_late(self) -> None:
        """The file is there and right."""
        saving: Any = None

        def publish(part: PartFile, rest: list[bytes]) -> Path:
            reactor.callFromThread(saving.cancel)
            return real(part, rest)

        real = PartFile.publish
        self.patch(PartFile, "publish", publish)
        saving = self.save(b"whole")
        self.assertEqual(await saving, self.target)
        self.assertEqual(self.target.read_bytes(), b"whole")
        self.assertEqual(self.names(), ["file"])

    async def test_when_idle_waits_for_what_is_on_its_way(self) -> None:
        """A session that closes lets the removal happen."""
        await self.disk.when_idle()
        outcome: Deferred[int] = Deferred()
        saving = self.save(b"x", outcome=outcome)
        idle = self.disk.when_idle()
        while self.sink is None:
            await self.turn()
        self.assertFalse(idle.called)
        outcome.errback(ZeroDivisionError())
        await self.assertFailure(saving, ZeroDivisionError)
        await idle
        self.assertEqual(self.names(), [])

    async def test_full_disk_is_named_and_nothing_left(self) -> None:
        """The system's own full device stands in for a disk."""
        if not Path("/dev/full").exists():
            raise SkipTest("this system has no /dev/full")
        outcome: Deferred[int] = Deferred()
        saving = self.save(outcome=outcome)
        while self.sink is None:
            await self.turn()
        full = os.open("/dev/full", os.O_WRONLY)
        os.dup2(full, self.sink._part._fd)
        os.close(full)
        self.sink.write(b"x" * BACKLOG)
        outcome.callback(0)
        error = await self.assertFailure(saving, UnableToCacheFile)
        self.assertIn("No space left", str(error))
        self.assertEqual(self.names(), [])

    async def test_disk_that_is_full_at_the_end_is_named_too(self) -> None:
        """What is left is written together with the name, which then is not given."""
        if not Path("/dev/full").exists():
            raise SkipTest("this system has no /dev/full")
        outcome: Deferred[int] = Deferred()
        saving = self.save(b"x", outcome=outcome)
        while self.sink is None:
            await self.turn()
        full = os.open("/dev/full", os.O_WRONLY)
        os.dup2(full, self.sink._part._fd)
        os.close(full)
        outcome.callback(0)
        error = await self.assertFailure(saving, UnableToCacheFile)
        self.assertIn("No space left", str(error))
        self.assertEqual(self.names(), [])

    async def test_existing_name_is_refused_before_anything_is_made(self) -> None:
        """Also a dangling link."""
        self.target.symlink_to("nowhere")
        await self.assertFailure(self.save(b"x"), FileExists)
        self.assertEqual(self.names(), ["file"])
        self.assertIsNone(self.sink)

    def test_rename_without_the_system_call_does_not_replace_either(self) -> None:
        """Systems and file systems without renameat2 use a second link."""
        source, target = self.folder / "a", self.folder / "b"
        source.write_bytes(b"a")
        target.write_bytes(b"b")
        self.patch(disk, "_renameat2", lambda *_: False)
        self.assertRaises(FileExistsError, rename_no_replace, source, target)
        self.assertEqual(target.read_bytes(), b"b")
        target.unlink()
        rename_no_replace(source, target)
        self.assertEqual(target.read_bytes(), b"a")
        self.assertEqual(self.names(), ["b"])
