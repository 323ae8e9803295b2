"""The job: what one client is asked to do in one round."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

__all__ = ["AT_THE_DOOR", "Job"]

#: So many connections are being opened at a time, where there are thousands.
AT_THE_DOOR = 100


@dataclass(frozen=True, slots=True)
class Job:
    """So many GETs.

    :ivar url: what is fetched again and again; of files, what their numbers follow.
    :ivar size: the length of its body (bytes).
    :ivar warm_up: fetched before the clock starts: opens connections, and runs what a
        program runs only once.
    :ivar warm_ups: how often that is fetched, side by side.
    :ivar original: the file with that body.
    :ivar requests: how many, together.
    :ivar concurrency: how many of them at a time.
    :ivar heard: whether our status callback is set; peers have none.
    :ivar uvloop: whether the loop is uvloop's.
    :ivar roots: the PEM file of the root to believe; ``None`` without TLS.
    :ivar folder: where files are written, named by their numbers.
    :ivar core: the core to run on; ``None`` leaves it to the system.
    """

    url: str
    size: int
    warm_up: str
    original: str
    warm_ups: int = 1
    requests: int = 1
    concurrency: int = 1
    heard: bool = False
    uvloop: bool = False
    roots: str | None = None
    folder: str = ""
    core: int | None = None

    def warm_body(self) -> bytes:
        """Return what the warm-up must bring."""
        return Path(self.original).read_bytes()

    def file(self, number: int) -> Path:
        """Return where the file of that number shall be written."""
        return Path(self.folder, str(number))

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Job:
        return cls(**json.loads(text))
