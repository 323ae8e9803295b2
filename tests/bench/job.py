"""The job: what one client is asked to do in one round."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

__all__ = ["Job"]


@dataclass(frozen=True, slots=True)
class Job:
    """So many GETs of one URL.

    :ivar url: what is fetched again and again.
    :ivar size: the length of its body (bytes).
    :ivar warm_up: fetched once before the clock starts: opens the connection, and
        runs what a program runs only once.
    :ivar warm_up_size: the length of that body (bytes).
    :ivar heard: whether our status callback is set; peers have none.
    :ivar core: the core to run on; ``None`` leaves it to the system.
    """

    url: str
    size: int
    warm_up: str
    warm_up_size: int
    requests: int = 1
    concurrency: int = 1
    heard: bool = False
    core: int | None = None

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Job:
        return cls(**json.loads(text))
