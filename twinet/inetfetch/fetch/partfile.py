"""The part file of one attempt: bytes go in from the reactor's thread, in order.

The attempt's own thread writes and hashes.  :meth:`PartFile.write` answers with a
Deferred while too much is waiting for the disk, so that a slow disk slows the
network down instead of filling the memory.

After the first error nothing more is written; the owner is told once, and what
still comes in is dropped.
"""

from __future__ import annotations

import hashlib
import os
import threading
from typing import TYPE_CHECKING

from twisted.internet.defer import Deferred

if TYPE_CHECKING:
    from collections.abc import Callable

    from twisted.internet.interfaces import IReactorFromThreads

    from twinet.inetfetch.fetch.faults import Faults
    from twinet.inetfetch.fetch.folder import Folder
    from twinet.inetfetch.queue.thread import OneThread

#: Bytes that wait for the disk: the network stops above, and goes on below.
HIGH_WATER = 4 * 1024 * 1024
LOW_WATER = 1024 * 1024


class PartFile:
    """A new file that grows; a sink for a response's body.

    :param mode: the permissions that the finished file will have.
    :param broken: called on the reactor's thread with the first error of the disk.
    """

    def __init__(
        self,
        reactor: IReactorFromThreads,
        thread: OneThread,
        folder: Folder,
        name: str,
        *,
        mode: int,
        faults: Faults,
        broken: Callable[[OSError], None],
    ) -> None:
        self.name = name
        #: bytes taken so far, written or waiting.
        self.taken = 0
        self._reactor = reactor
        self._thread = thread
        self._folder = folder
        self._mode = mode
        self._faults = faults
        self._tell_broken = broken
        self._fd = -1
        self._made = False
        self._error: OSError | None = None
        self._hash = hashlib.sha256()
        self._written = 0
        # What both threads use.
        self._lock = threading.Lock()
        self._waiting = 0
        self._room: Deferred[None] | None = None

    def create(self) -> Deferred[None]:
        """Make the file.

        :raises OSError: as a failure; it cannot be made.
        """
        return self._thread.call(self._create)

    def _create(self) -> None:
        self._fd = self._folder.create(self.name)
        self._made = True
        self._faults.passing("after-part")

    def write(self, data: bytes) -> Deferred[None] | None:
        """Take a piece of the body; wait for the Deferred before the next one."""
        self.taken += len(data)
        with self._lock:
            self._waiting += len(data)
            full = self._waiting > HIGH_WATER
            if full and self._room is None:
                self._room = Deferred()
            room = self._room
        self._thread.call(self._put, data)
        return room if full else None

    def _put(self, data: bytes) -> None:
        if self._error is None:
            try:
                self._write(data)
            except OSError as error:
                self._error = error
                self._reactor.callFromThread(self._tell_broken, error)
        with self._lock:
            self._waiting -= len(data)
            released = None
            if self._waiting <= LOW_WATER:
                released, self._room = self._room, None
        if released is not None:
            self._reactor.callFromThread(_release, released)

    def _write(self, data: bytes) -> None:
        self._hash.update(data)
        view = memoryview(data)
        while view:
            view = view[os.write(self._fd, view) :]
        self._written += len(data)
        self._faults.passing("after-write")

    def finish(self) -> Deferred[tuple[int, str]]:
        """Write everything to the disk; fire with the size and the SHA-256.

        :raises OSError: as a failure; the disk is full or broken.
        """
        return self._thread.call(self._finish)

    def _finish(self) -> tuple[int, str]:
        if self._error is not None:
            raise self._error
        self._faults.passing("before-fsync")
        os.fchmod(self._fd, self._mode)
        os.fsync(self._fd)
        self._faults.passing("after-fsync")
        self._close()
        return self._written, self._hash.hexdigest()

    def discard(self) -> Deferred[None]:
        """Close the file and remove it, if it was ever made."""
        return self._thread.call(self._discard)

    def _discard(self) -> None:
        self._close()
        if self._made:
            self._folder.remove(self.name)

    def _close(self) -> None:
        descriptor, self._fd = self._fd, -1
        if descriptor >= 0:
            os.close(descriptor)


def _release(room: Deferred[None]) -> None:
    # It may have been cancelled together with the fetch that waited for it.
    if not room.called:
        room.callback(None)
