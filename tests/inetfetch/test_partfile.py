"""The part file: order, back-pressure, the digest, and a disk that breaks."""

from __future__ import annotations

import hashlib
import os
import threading
from typing import Any

from twisted.internet.defer import Deferred
from twisted.trial import unittest

from tests.inetfetch.folders import names_in, temporary_folder
from tests.inetfetch.running import reactor
from twinet.inetfetch.fetch import partfile
from twinet.inetfetch.fetch.faults import Faults
from twinet.inetfetch.fetch.folder import Folder
from twinet.inetfetch.fetch.partfile import PartFile
from twinet.inetfetch.queue.thread import OneThread


class PartFileTests(unittest.TestCase):
    def setUp(self):
        self.root = temporary_folder(self)
        self.thread = OneThread(reactor, "test")
        self.addCleanup(self.thread.stop)
        self.folder = Folder.below(str(self.root))
        self.addCleanup(self.folder.close)
        self.broken: Deferred[OSError] = Deferred()
        self.part = PartFile(
            reactor,
            self.thread,
            self.folder,
            "part",
            mode=0o640,
            faults=Faults(),
            broken=self.broken.callback,
        )

    async def test_bytes_arrive_in_order_with_their_digest(self):
        """Size and SHA-256 are those of what is in the file."""
        await self.part.create()
        pieces = [os.urandom(size) for size in (0, 1, 70_000, 3, 4096)]
        for piece in pieces:
            self.assertIsNone(self.part.write(piece))
        size, digest = await self.part.finish()
        content = b"".join(pieces)
        self.assertEqual((self.root / "part").read_bytes(), content)
        self.assertEqual(size, len(content))
        self.assertEqual(digest, hashlib.sha256(content).hexdigest())
        self.assertEqual(self.part.taken, len(content))
        self.assertEqual((self.root / "part").stat().st_mode & 0o777, 0o640)

    async def test_slow_disk_holds_the_network_back(self):
        """Above the high mark a Deferred is returned; it fires below the low one."""
        await self.part.create()
        held = threading.Event()
        self.thread.call(held.wait, 30)
        piece = bytes(partfile.HIGH_WATER // 4)
        answers: list[Any] = [self.part.write(piece) for _ in range(5)]
        self.assertEqual(answers[:4], [None] * 4)
        self.assertIsInstance(answers[4], Deferred)
        self.assertFalse(answers[4].called)
        held.set()
        await answers[4]
        self.assertIsNone(self.part.write(piece))
        size, _ = await self.part.finish()
        self.assertEqual(size, 6 * len(piece))

    async def test_broken_disk_is_told_once_and_nothing_more_is_written(self):
        """The owner learns it at once, the end of the file fails with it."""
        await self.part.create()
        os.close(self.part._fd)
        self.part._fd = os.open("/dev/full", os.O_WRONLY)
        for _ in range(3):
            self.part.write(b"data")
        error = await self.broken
        self.assertEqual(error.strerror, "No space left on device")
        await self.assertFailure(self.part.finish(), OSError)
        await self.part.discard()

    async def test_broken_disk_lets_the_network_go_on(self):
        """Whoever waits for room is not left waiting."""
        await self.part.create()
        os.close(self.part._fd)
        self.part._fd = os.open("/dev/full", os.O_WRONLY)
        room: Any = self.part.write(bytes(partfile.HIGH_WATER + 1))
        await room
        await self.broken
        await self.part.discard()

    async def test_discarded_file_is_gone(self):
        """Its descriptor too, whatever was written before."""
        await self.part.create()
        descriptor = self.part._fd
        self.part.write(b"data")
        await self.part.discard()
        self.assertEqual(names_in(self.root), [])
        self.assertRaises(OSError, os.fstat, descriptor)

    async def test_file_of_somebody_else_is_not_discarded(self):
        """What was not made here is not removed here."""
        (self.root / "part").write_bytes(b"theirs")
        await self.assertFailure(self.part.create(), FileExistsError)
        await self.part.discard()
        self.assertEqual((self.root / "part").read_bytes(), b"theirs")
