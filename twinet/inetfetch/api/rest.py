"""The REST API: jobs are added, listed, looked at and removed.

===========  ======================  ===================================================
method       path                    answer
===========  ======================  ===================================================
POST         /api/v1/jobs            201, the job, or the list of jobs for a list
GET          /api/v1/jobs            200, ``{"jobs": [...], "next": id or null}``;
                                     ``?state= &after= &limit=`` (1 to 1000)
GET          /api/v1/jobs/ID         200, the job with its ``events``
DELETE       /api/v1/jobs/ID         200, the job: cancelled, or forgotten if it had
                                     ended already (its file stays)
GET          /api/v1/stats           200, ``{"states": {state: count, ...}}``
GET          /healthz                200, ``{"status": "ok"}``; needs no token
===========  ======================  ===================================================

``ID`` is a job's id or gid, or the beginning of one if it is the only such job.
Errors are problem objects (RFC 9457).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from twisted.web import http, resource

from twinet.inetfetch.api.door import (
    Door,
    LimitedRequest,
    NoDoor,
    QuietSite,
    Reply,
    read_json_body,
)
from twinet.inetfetch.api.intake import parse_jobs, parse_json
from twinet.inetfetch.api.jobview import show_event, show_job
from twinet.inetfetch.api.problem import Problem
from twinet.inetfetch.queue.job import Job, State
from twinet.inetfetch.queue.ledger import AmbiguousJob
from twinet.inetfetch.queue.steps import BATCH, UnknownJob

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from twisted.web import server

    from twinet.inetfetch.api.guard import Guard
    from twinet.inetfetch.fetch.engine import Engine
    from twinet.inetfetch.fetch.faults import Faults
    from twinet.inetfetch.queue.store import Store


class Desk:
    """What the doors work with.

    :param root: the folder below which new jobs put their files.
    :param clock: gives the time (seconds, epoch).
    """

    def __init__(
        self,
        store: Store,
        engine: Engine,
        *,
        root: str,
        clock: Callable[[], float],
        faults: Faults,
    ) -> None:
        self.store = store
        self.engine = engine
        self.root = root
        self.clock = clock
        self.faults = faults

    def show(self, job: Job) -> dict[str, Any]:
        """Return a job as it is shown, with what is known just now."""
        return show_job(job, self.engine.live(job.id))

    async def find(self, name: str) -> Job:
        """Return the job that a path names.

        :raises Problem: 404 or 409.
        """
        try:
            return await self.store.find(name)
        except UnknownJob as reason:
            raise Problem(404, str(reason)) from None
        except AmbiguousJob as reason:
            raise Problem(409, str(reason)) from None


class JobsDoor(Door):
    """All jobs."""

    def __init__(self, guard: Guard, desk: Desk) -> None:
        super().__init__(guard)
        self._desk = desk
        self.methods = {"GET": self._list, "POST": self._add}

    def getChild(  # noqa: N802  Twisted's name
        self, path: bytes, request: server.Request
    ) -> resource.Resource:
        """Return one job's door; ``jobs/`` is ``jobs``."""
        del request
        if not path:
            return self
        return JobDoor(self._guard, self._desk, path.decode("latin-1"))

    async def _add(self, request: LimitedRequest) -> Reply:
        desk = self._desk
        data = parse_json(read_json_body(request))
        asked = parse_jobs(data, desk.root)
        jobs = await desk.store.add(asked, desk.clock())
        desk.faults.passing("after-add")
        desk.engine.wake()
        shown = [desk.show(job) for job in jobs]
        if isinstance(data, list):
            return Reply(shown, http.CREATED)
        location = {"Location": f"/api/v1/jobs/{jobs[0].id}"}
        return Reply(shown[0], http.CREATED, location)

    async def _list(self, request: LimitedRequest) -> Reply:
        args = _arguments(request, {"state", "after", "limit"})
        state, limit = None, 100
        if "state" in args:
            try:
                state = State(args["state"])
            except ValueError:
                raise Problem(400, f"'state' is one of {', '.join(State)}") from None
        if "limit" in args:
            text = args["limit"]
            plain = text.isascii() and text.isdigit() and len(text) < 10  # noqa: PLR2004  far more than allowed
            limit = int(text) if plain else 0
            if not 1 <= limit <= BATCH:
                raise Problem(400, f"'limit' is a whole number from 1 to {BATCH}")
        page = await self._desk.store.page(state, args.get("after"), limit)
        shown = [self._desk.show(job) for job in page.jobs]
        return Reply({"jobs": shown, "next": page.after})


class JobDoor(Door):
    """One job."""

    def __init__(self, guard: Guard, desk: Desk, name: str) -> None:
        super().__init__(guard)
        self._desk = desk
        self._name = name
        self.methods = {"GET": self._show, "DELETE": self._remove}

    async def _show(self, request: LimitedRequest) -> Reply:
        _arguments(request, set())
        desk = self._desk
        job = await desk.find(self._name)
        events = await desk.store.events(job.id)
        return Reply(
            {**desk.show(job), "events": [show_event(each) for each in events]}
        )

    async def _remove(self, request: LimitedRequest) -> Reply:
        _arguments(request, set())
        desk = self._desk
        job = await desk.find(self._name)
        try:
            job = await desk.engine.remove(job.id)
        except UnknownJob as reason:
            raise Problem(404, str(reason)) from None
        return Reply(desk.show(job))


class StatsDoor(Door):
    """How many jobs there are in each state."""

    def __init__(self, guard: Guard, desk: Desk) -> None:
        super().__init__(guard)
        self._desk = desk
        self.methods = {"GET": self._show}

    async def _show(self, request: LimitedRequest) -> Reply:
        _arguments(request, set())
        counts = await self._desk.store.stats()
        return Reply({"states": {state: counts.get(state, 0) for state in State}})


class HealthDoor(Door):
    """Whether the daemon answers."""

    private = False

    def __init__(self, guard: Guard, desk: Desk) -> None:
        super().__init__(guard)
        self._desk = desk
        self.methods = {"GET": self._show}

    async def _show(self, request: LimitedRequest) -> Reply:
        del request
        await self._desk.store.stats()  # fails if the store does
        return Reply({"status": "ok"})


def make_site(guard: Guard, desk: Desk) -> QuietSite:
    """Return everything that the daemon answers to over HTTP."""
    root, api, version = NoDoor(guard), NoDoor(guard), NoDoor(guard)
    root.putChild(b"api", api)
    root.putChild(b"healthz", HealthDoor(guard, desk))
    api.putChild(b"v1", version)
    version.putChild(b"jobs", JobsDoor(guard, desk))
    version.putChild(b"stats", StatsDoor(guard, desk))
    return QuietSite(root)


def _arguments(request: LimitedRequest, known: set[str]) -> dict[str, str]:
    """Return the query's arguments.

    :raises Problem: 400, one is unknown or given twice.
    """
    arguments = {}
    for raw, values in request.args.items():
        name = raw.decode("latin-1")
        if name not in known:
            takes = f"only {', '.join(sorted(known))}" if known else "none"
            raise Problem(400, f"there is no argument {name!r} here, {takes}")
        if len(values) != 1:
            raise Problem(400, f"the argument {name!r} is given twice")
        arguments[name] = values[0].decode("utf-8", "replace")
    return arguments
