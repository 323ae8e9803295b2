"""One attempt at one job: fetch, verify, publish.

Theory of operation.  The attempt is one straight story (:meth:`Attempt._work`); what
ends it early is told from outside by :meth:`Attempt.stop` or by the disk.  Only the
network part can be cut short: a call on the store or on the disk always runs to its
end, after which the story looks whether it should go on.  From the moment when the
publication is recorded it cannot be stopped any more; that takes milliseconds.

However the story ends, :meth:`Attempt._settle` writes the outcome into the store
exactly once, and the part file is removed unless it was published.  If the store
itself fails, the outcome is dropped: the lease runs out and the job is taken over.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, TypeVar

from twisted.internet.defer import Deferred
from twisted.logger import Logger
from twisted.python.failure import Failure

from twinet import HttpRequest
from twinet.flags import Flag
from twinet.inetfetch.fetch.folder import Folder
from twinet.inetfetch.fetch.names import part_name
from twinet.inetfetch.fetch.partfile import PartFile
from twinet.inetfetch.fetch.publishing import Publisher, path_of
from twinet.inetfetch.fetch.retry import (
    RetryRule,
    StatusRefused,
    Unsuitable,
    describe,
    parse_retry_after,
    passes,
)
from twinet.inetfetch.queue.steps import Superseded
from twinet.inetfetch.queue.store import StoreError
from twinet.inetfetch.queue.thread import OneThread
from twinet.inetfetch.weburl import NO_CONTENT, masked, scrubbed
from twinet.status import Status

if TYPE_CHECKING:
    from collections.abc import Callable

    from twisted.internet.interfaces import IReactorFromThreads

    from twinet import Session
    from twinet.inetfetch.fetch.faults import Faults
    from twinet.inetfetch.queue.job import Job, Publication
    from twinet.inetfetch.queue.store import Store
    from twinet.status import Notification

_log = Logger(namespace="inetfetch")

T = TypeVar("T")

_AS_IT_IS = (("Accept-Encoding", "identity"),)
#: One job's cookies are nothing to another one, of somebody else's perhaps.  And a
#: million jobs at one server shall not be asked a million times who they are.
_FLAGS = Flag.NO_COOKIES | Flag.PRE_AUTH | Flag.EXISTING_CONNECT
#: WinINet's steps in words, before the answer's head has come.
_PHASES = {
    Status.RESOLVING_NAME: "resolving",
    Status.CONNECTING_TO_SERVER: "connecting",
    Status.CONNECTED_TO_SERVER: "connected",
    Status.SENDING_REQUEST: "sending",
    Status.REQUEST_SENT: "waiting",
    Status.RECEIVING_RESPONSE: "waiting",
    Status.REDIRECT: "redirected",
}


class Stop(enum.Enum):
    """Why an attempt is to end."""

    #: somebody cancelled the job.
    CANCEL = enum.auto()
    #: the daemon ends; the job goes back to the queue.
    SHUTDOWN = enum.auto()
    #: the job has another owner.
    LOST = enum.auto()


class _Stopped(Exception):  # noqa: N818  says what has happened
    """The story was asked to end."""


@dataclass(frozen=True, slots=True)
class Bench:
    """What every attempt works with.

    :ivar clock: gives the time (seconds, epoch).
    :ivar random: gives numbers from 0 to 1.
    :ivar mode: the permissions of finished files.
    """

    reactor: IReactorFromThreads
    store: Store
    session: Session
    rule: RetryRule
    faults: Faults
    clock: Callable[[], float]
    random: Callable[[], float]
    mode: int


class Attempt:
    """Works on a claimed job until it is done, failed, waiting or given back.

    It is the context of the job's requests, so that the egress policy sees whose job
    it is.

    :param publication: what another owner left half published: finish that instead
        of fetching.
    """

    def __init__(
        self, bench: Bench, job: Job, publication: Publication | None = None
    ) -> None:
        self.job = job
        #: the last step in words; ``None`` when there is none.
        self.phase: str | None = None
        #: the announced size in bytes, if there is one.
        self.size: int | None = job.size if publication else None
        self._bench = bench
        self._publication = publication
        self._thread = OneThread(bench.reactor, f"inetfetch job {job.gid}")
        self._folder: Folder | None = None
        self._part: PartFile | None = None
        #: what can be cut short just now.
        self._wire: Deferred[Any] | None = None
        self._stop: Stop | None = None
        self._disk_error: OSError | None = None
        #: the head is there: the steps told now are those of the body.
        self._answered = False
        self._final = publication is not None

    def __repr__(self) -> str:
        return f"<Attempt {self.job.gid} {self.phase}>"

    @property
    def local(self) -> bool:
        """Whether the job was added with the local token, which may do everything."""
        return self.job.scope == "local"

    @property
    def done_bytes(self) -> int:
        """The bytes that have come so far."""
        return self.job.done_bytes if self._part is None else self._part.taken

    def run(self) -> Deferred[None]:
        """Do everything; fires when the outcome is stored.  It never fails."""
        return Deferred.fromCoroutine(self._run())

    def stop(self, why: Stop) -> None:
        """End soon; what is being published already is published all the same."""
        if self._stop is None and not self._final:
            self._stop = why
            self._cut()

    def _cut(self) -> None:
        wire, self._wire = self._wire, None
        if wire is not None:
            wire.cancel()

    def _disk_broke(self, error: OSError) -> None:
        if self._disk_error is None:
            self._disk_error = error
            self._cut()

    def _go_on(self) -> None:
        if self._stop is not None:
            raise _Stopped(self._stop.name)

    # -- the story -------------------------------------------------------------

    async def _run(self) -> None:
        try:
            await self._guarded()
        except Superseded as reason:
            _log.info("{reason}; this attempt ends", reason=reason)
        except StoreError as reason:
            _log.error(
                "job {gid}: its outcome could not be stored: {reason}",
                gid=self.job.gid,
                reason=reason,
            )
        except Exception:  # noqa: BLE001  nobody else would hear of it
            _log.failure("job {gid}: a fault in the daemon", gid=self.job.gid)
        if self._folder is not None:
            await self._thread.call(self._folder.close)
        await self._thread.stop()

    async def _guarded(self) -> None:
        try:
            if self._publication is None:
                await self._work()
            else:
                await self._finish_publication(self._publication)
        except Exception as error:
            if self._part is not None:
                try:
                    await self._part.discard()
                except OSError as reason:
                    _log.warn("job {gid}: {reason}", gid=self.job.gid, reason=reason)
            if isinstance(error, Superseded | StoreError):
                raise
            await self._settle(error)

    async def _open_folder(self, path: str, *, make: bool) -> Folder:
        self._folder = await self._thread.call(
            Folder.below, self.job.out_root, path, make=make
        )
        return self._folder

    async def _work(self) -> None:
        job, bench = self.job, self._bench
        path = path_of(job)
        folder = await self._open_folder(path, make=True)
        name = part_name(PurePath(path).name, job.gid, job.fence)
        self._part = PartFile(
            bench.reactor,
            self._thread,
            folder,
            name,
            mode=bench.mode,
            faults=bench.faults,
            broken=self._disk_broke,
        )
        self._go_on()
        await self._fetch(self._part)
        self._go_on()
        self.phase = "verifying"
        await bench.store.verifying(job.id, job.fence, self._part.taken, bench.clock())
        size, sha256 = await self._part.finish()
        self._go_on()
        self.phase = "publishing"
        self._final = True
        done = await self._publisher(folder).publish(job, name, size, sha256)
        _log.info(
            "job {gid} done: {path} ({size} bytes)",
            gid=job.gid,
            path=done.final_path,
            size=size,
        )

    async def _fetch(self, part: PartFile) -> None:
        _log.info(
            "job {gid}: fetching {url}, attempt {tries}",
            gid=self.job.gid,
            url=masked(self.job.uris[0]),
            tries=self.job.tries,
        )
        opening = self._bench.session.open_url(
            self.job.uris[0],
            # A file is wanted as it is, not as it travels best.
            headers=_AS_IT_IS,
            flags=_FLAGS,
            context=self,
            on_status=self._heard,
        )
        request: Any = await self._cuttable(opening)
        try:
            if isinstance(request, HttpRequest):
                self._check_answer(request)
                self.size = request.response.length
            else:
                self.size = getattr(request, "size", None)
            self._answered = True
            self.phase = "receiving"
            await part.create()
            self._go_on()
            await self._cuttable(request.deliver(part))
        finally:
            # Nobody waits for it: what is not read any more is closed at once.
            request.close()

    async def _cuttable(self, deferred: Deferred[T]) -> T:
        self._wire = deferred
        try:
            return await deferred
        finally:
            self._wire = None

    def _check_answer(self, request: HttpRequest) -> None:
        response = request.response
        status = response.status_code
        if status in NO_CONTENT:
            raise Unsuitable(
                f"the server answered {status} {response.reason}: "
                "that is not the whole content"
            )
        if not 200 <= status < 300:  # noqa: PLR2004  RFC 9110, 15.3: successful
            raise StatusRefused(
                status,
                response.reason,
                parse_retry_after(
                    response.headers.get("retry-after"), self._bench.clock()
                ),
            )

    def _heard(self, notification: Notification) -> None:
        if not self._answered:
            self.phase = _PHASES.get(notification.status, self.phase)

    def _publisher(self, folder: Folder) -> Publisher:
        bench = self._bench
        return Publisher(
            bench.store, self._thread, folder, faults=bench.faults, clock=bench.clock
        )

    async def _finish_publication(self, publication: Publication) -> None:
        self.phase = "publishing"
        path = PurePath(publication.final).relative_to(self.job.out_root)
        folder = await self._open_folder(str(path), make=False)
        job = await self._publisher(folder).settle(self.job, publication)
        _log.info(
            "job {gid}, whose publication was interrupted, is {state}",
            gid=job.gid,
            state=job.state,
        )

    # -- the outcome -----------------------------------------------------------

    async def _settle(self, error: Exception) -> None:
        job, store, now = self.job, self._bench.store, self._bench.clock()
        if self._stop is Stop.LOST:
            return
        if self._stop is Stop.CANCEL:
            await store.cancelled(job.id, job.fence, now)
            _log.info("job {gid} cancelled", gid=job.gid)
            return
        if self._stop is Stop.SHUTDOWN:
            await store.requeue(job.id, job.fence, "the daemon was stopped", now)
            return
        error = self._disk_error or error
        record = describe(error, now)
        record["text"] = scrubbed(record["text"], job.uris[0])
        rule = self._bench.rule
        if not passes(error):
            await store.fail(job.id, job.fence, record, now)
        elif job.tries >= rule.tries:
            record["text"] = f"given up after {job.tries} attempts: {record['text']}"
            await store.fail(job.id, job.fence, record, now)
        else:
            asked = getattr(error, "retry_after", None)
            wait = rule.wait(job.tries, asked, self._bench.random)
            await store.retry(job.id, job.fence, record, now + wait, now)
            _log.info(
                "job {gid}: {text}; again in {wait:.1f} s",
                gid=job.gid,
                text=record["text"],
                wait=wait,
            )
            return
        _log.warn("job {gid} failed: {text}", gid=job.gid, text=record["text"])
        if record["text"].startswith("a fault in the daemon"):
            _log.failure("the fault was", Failure(error))
