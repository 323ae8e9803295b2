"""From the part file to the final name, so that a crash loses and doubles nothing.

The order of what reaches the disk is the whole point::

    part file written and synced
    row in ``publishing``: final name, size, SHA-256    (a name is reserved by it)
    rename that replaces nothing                         (EEXIST: the next name)
    folder synced
    job ``done``, row gone

After a crash the row says which names are meant, and the files say how far it went:

==========================  ==============================  ====================
part file                   final name                      what happened
==========================  ==============================  ====================
there, as recorded          anything but the same file      not renamed: redo
there                       the same file (a hard link)     linked: drop the part
there, not as recorded      anything                        lost: fetch again
gone                        there, as recorded              renamed: done
gone                        gone, or something else         lost: fetch again
==========================  ==============================  ====================

A file of the same content that somebody else put under the final name is therefore
never taken for the job's own while its part file is there.
"""

from __future__ import annotations

import enum
from itertools import count
from pathlib import PurePath
from typing import TYPE_CHECKING

from twinet.inetfetch.fetch.names import name_from_url, numbered
from twinet.inetfetch.queue.job import Publication
from twinet.inetfetch.queue.ownership import NameTaken

if TYPE_CHECKING:
    from collections.abc import Callable

    from twinet.inetfetch.fetch.faults import Faults
    from twinet.inetfetch.fetch.folder import Folder
    from twinet.inetfetch.queue.job import Job
    from twinet.inetfetch.queue.store import Store
    from twinet.inetfetch.queue.thread import OneThread


def path_of(job: Job) -> str:
    """Return the path below the job's folder that its file should have."""
    return job.out_path or name_from_url(job.uris[0])


class Found(enum.Enum):
    """What the files say about a publication that was interrupted."""

    RENAMED = enum.auto()
    NOT_YET = enum.auto()
    LOST = enum.auto()


def look(folder: Folder, publication: Publication) -> Found:
    """Find out how far a publication went, and tidy up what is half done.

    It blocks, for as long as it takes to read the file.
    """
    part = PurePath(publication.temporary).name
    final = PurePath(publication.final).name
    size, sha256 = publication.size, publication.sha256
    if folder.same_file(part, final):
        folder.remove(part)
        return Found.RENAMED
    if folder.taken(part):
        if folder.holds(part, size, sha256):
            return Found.NOT_YET
        folder.remove(part)
        return Found.LOST
    return Found.RENAMED if folder.holds(final, size, sha256) else Found.LOST


class Publisher:
    """Takes one job's finished part file to its final name.

    :param thread: the thread that does the blocking part.
    :param folder: the open folder of both names.
    :param clock: gives the time (seconds, epoch).
    """

    def __init__(
        self,
        store: Store,
        thread: OneThread,
        folder: Folder,
        *,
        faults: Faults,
        clock: Callable[[], float],
    ) -> None:
        self._store = store
        self._thread = thread
        self._folder = folder
        self._faults = faults
        self._clock = clock

    async def publish(self, job: Job, temporary: str, size: int, sha256: str) -> Job:
        """Publish under the job's name or the next free one; the job is done then.

        :param temporary: the part file's name in the folder.
        :raises OSError: the file system refuses; nothing has the final name.
        """
        wanted = PurePath(path_of(job)).name
        for number in count():
            final = numbered(wanted, number)
            # Only to save a write to the disk; the rename decides.
            if await self._thread.call(self._folder.taken, final):
                continue
            try:
                await self._store.publishing(
                    Publication(
                        job.id,
                        job.fence,
                        self._folder.full(temporary),
                        self._folder.full(final),
                        size,
                        sha256,
                    ),
                    self._clock(),
                )
            except NameTaken:
                continue
            self._faults.passing("after-publishing")
            try:
                await self._thread.call(self._rename, temporary, final)
            except FileExistsError:
                continue
            break
        return await self._finish(job)

    def _rename(self, temporary: str, final: str) -> None:
        self._faults.passing("before-rename")
        self._folder.publish(temporary, final)
        self._faults.passing("after-rename")
        self._folder.sync()

    async def _finish(self, job: Job) -> Job:
        self._faults.passing("before-done")
        done = await self._store.done(job.id, job.fence, self._clock())
        self._faults.passing("after-done")
        return done

    async def settle(self, job: Job, publication: Publication) -> Job:
        """Finish what another owner began, or give the job back to the queue."""
        found = await self._thread.call(look, self._folder, publication)
        if found is Found.RENAMED:
            await self._thread.call(self._folder.sync)
            return await self._finish(job)
        if found is Found.NOT_YET:
            part = PurePath(publication.temporary).name
            return await self.publish(job, part, publication.size, publication.sha256)
        return await self._store.requeue(
            job.id,
            job.fence,
            "the file that was to be published is gone",
            self._clock(),
        )
