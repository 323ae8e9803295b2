"""Bodies to files: what the benches of it share."""

from __future__ import annotations

import filecmp
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.bench.bench import Bench, Column, client_core, ratio_to_us
from tests.bench.clients import US, US_ON_UVLOOP
from tests.bench.job import Job
from tests.bench.large_bodies import peak, per_gib, speed, told
from tests.bench.rounds import play
from tests.bench.server import MIB, Server

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from tests.bench.rounds import Score

__all__ = ["WrittenFiles", "compare"]

_CLIENTS = (
    US,
    US_ON_UVLOOP,
    "aiohttp",
    "pycurl",
    "curl",
    "aria2",
    "treq",
)


@dataclass(frozen=True, kw_only=True)
class WrittenFiles(Bench):
    """GETs of bodies that are written to files, and compared when the clock stands."""

    clients: Sequence[str] = _CLIENTS
    rounds: int = 3

    def title(self, options: argparse.Namespace) -> str:
        files = f"{options.files} files of " if options.files > 1 else ""
        side = f", {options.concurrency} at a time" if options.concurrency > 1 else ""
        return f"{files}{options.mib} MiB {self.work}{side}"

    def play(self, options: argparse.Namespace) -> dict[str, Score]:
        size = options.mib * MIB
        with (
            Server(count=options.files, size=size) as server,
            tempfile.TemporaryDirectory(prefix="twinet-bench-") as place,
        ):
            folder, old = Path(place, "new"), Path(place, "old")
            folder.mkdir()
            old.mkdir()
            job = Job(
                url=server.url + "bodies/",
                size=size,
                warm_up=server.url + "1k",
                original=str(server.files / "1k"),
                warm_ups=options.concurrency,
                requests=options.files,
                concurrency=options.concurrency,
                folder=str(folder),
                core=client_core(),
            )
            originals = server.files / "bodies"
            return play(
                "files",
                job,
                options.clients,
                options.rounds,
                lambda: compare(folder, originals, old),
                whole=True,
            )

    def columns(self, options: argparse.Namespace) -> Sequence[Column]:
        mib = options.mib * options.files
        return (*per_gib(mib), speed(mib), ratio_to_us(self.cost), peak(), told())


def compare(folder: Path, originals: Path, old: Path) -> int:
    """Return how many files are missing, strange or wrong; put all out of the way.

    They are emptied and moved, not removed: ext4 looks through the files that were
    lately removed for each one that is made, which was a quarter of all that a client
    did, of ours and of the others.
    """
    written = {path.name for path in folder.iterdir()}
    names = {path.name for path in originals.iterdir()}
    filecmp.clear_cache()
    _, differing, unread = filecmp.cmpfiles(
        originals, folder, names & written, shallow=False
    )
    away = Path(tempfile.mkdtemp(dir=old))
    for name in written:
        os.truncate(folder / name, 0)
        (folder / name).rename(away / name)
    return len(written ^ names) + len(differing) + len(unread)
