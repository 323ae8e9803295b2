"""A job: what was asked for, how far it is, and which steps it may take."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import Any


class State(enum.StrEnum):
    """Where a job stands.  The values are the words of the API and of the store."""

    QUEUED = "queued"
    FETCHING = "fetching"
    VERIFYING = "verifying"
    PUBLISHING = "publishing"
    DONE = "done"
    WAITING_RETRY = "waiting_retry"
    FAILED = "failed"
    CANCELLED = "cancelled"


#: Somebody works on the job: it holds a slot and a lease.
RUNNING = (State.FETCHING, State.VERIFYING, State.PUBLISHING)

#: Nothing will happen to the job any more.
ENDED = (State.DONE, State.FAILED, State.CANCELLED)

#: Every step that a job may take.  What is not here is an error in the program.
NEXT: dict[State, frozenset[State]] = {
    State.QUEUED: frozenset({State.FETCHING, State.CANCELLED}),
    State.FETCHING: frozenset(
        {
            State.VERIFYING,
            State.QUEUED,  # the daemon stops, or its successor takes over
            State.WAITING_RETRY,
            State.FAILED,
            State.CANCELLED,
        }
    ),
    State.VERIFYING: frozenset(
        {
            State.PUBLISHING,
            State.QUEUED,
            State.WAITING_RETRY,
            State.FAILED,
            State.CANCELLED,
        }
    ),
    State.PUBLISHING: frozenset(
        {
            State.PUBLISHING,  # the next free name, after the first was taken
            State.DONE,
            State.QUEUED,  # a successor found neither the part nor the file
            State.CANCELLED,  # the same, and it was asked for in the meantime
            State.FAILED,
        }
    ),
    State.WAITING_RETRY: frozenset({State.QUEUED, State.CANCELLED}),
    State.DONE: frozenset(),
    State.FAILED: frozenset(),
    State.CANCELLED: frozenset(),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """A job as somebody asks for it, checked and not yet stored.

    :ivar uris: where the content is; all have the same content.
    :ivar host: the host whose share of the slots the job uses.
    :ivar out_root: the folder below which the file will be (absolute).
    :ivar out_path: its path below that folder; ``None`` takes the URL's name.
    :ivar scope: how much its owner may do; ``local`` may name private addresses.
    """

    uris: tuple[str, ...]
    host: str
    out_root: str
    out_path: str | None = None
    priority: int = 0
    options: dict[str, Any] = field(default_factory=dict)
    client: str = ""
    scope: str = "local"


@dataclass(frozen=True, slots=True)
class Job:
    """A stored job.  Times are seconds since the epoch, sizes are bytes."""

    id: str
    gid: str
    uris: tuple[str, ...]
    host: str
    out_root: str
    out_path: str | None
    options: dict[str, Any]
    priority: int
    position: float
    state: State
    #: what somebody asks of the job's owner; ``cancel`` or nothing.
    want: str | None
    #: a job that waits becomes due at this time.
    not_before: float
    #: attempts begun, without those that a stop or a crash cut short.
    tries: int
    #: grows with each change of owner; a step with an older fence is refused.
    fence: int
    owner: str | None
    lease_until: float | None
    size: int | None
    done_bytes: int
    validators: dict[str, Any] | None
    error: dict[str, Any] | None
    client: str
    scope: str
    created: float
    started: float | None
    finished: float | None
    final_path: str | None
    #: SHA-256 of the published file in hexadecimal.
    digest: str | None


@dataclass(frozen=True, slots=True)
class Publication:
    """What is recorded before a finished part file gets its final name."""

    job: str
    fence: int
    temporary: str
    final: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Event:
    """One change of a job's state."""

    seq: int
    job: str
    at: float
    before: State | None
    after: State
    fence: int
    detail: str | None
