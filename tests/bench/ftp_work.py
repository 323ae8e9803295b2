"""FTP against vsftpd: what the benches of it share."""

from __future__ import annotations

import filecmp
import os
import tempfile
from abc import abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.bench.bench import Bench, Column, client_core, ratio_to_us
from tests.bench.clients import US, US_ON_UVLOOP
from tests.bench.ftp_server import serving
from tests.bench.job import Job
from tests.bench.large_bodies import peak, per_gib, speed, told
from tests.bench.rounds import play
from tests.bench.server import MIB
from tests.bench.summary import Mark

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from tests.bench.ftp_server import FtpFiles
    from tests.bench.rounds import Score

__all__ = ["EVERYBODY", "FtpFolder", "FtpLarge", "FtpSmall", "FtpStored"]

#: Who can do all of it; aria2 neither stores nor lists, and fetches one small file in
#: two seconds.
EVERYBODY = (US, US_ON_UVLOOP, "ftplib", "aioftp", "curl", "twisted-ftp")


#: What a name of a listing may cost (CPU time, microseconds).
_MOST = 4.0


@dataclass(frozen=True, kw_only=True)
class FtpBench(Bench):
    """One login, and what is done with it.

    :ivar kind: the function of the clients' modules.
    """

    kind: str
    clients: Sequence[str] = EVERYBODY
    rounds: int = 3

    @abstractmethod
    def files(self, options: argparse.Namespace) -> AbstractContextManager[FtpFiles]:
        """Run the server with what is needed."""

    @abstractmethod
    def work_on(self, options: argparse.Namespace) -> tuple[str, int, int]:
        """Return which URL it is, the size of each thing, and how many there are."""

    def play(self, options: argparse.Namespace) -> dict[str, Score]:
        with (
            self.files(options) as server,
            tempfile.TemporaryDirectory(dir=server.folder.parent) as place,
        ):
            path, size, count = self.work_on(options)
            job = Job(
                url=server.url + path,
                size=size,
                warm_up=server.url + "1k",
                original=str(server.folder / "1k"),
                requests=count,
                folder=place,
                core=client_core(),
            )
            source = server.folder / "bodies" / "0"
            if self.kind == "ftp_write":
                job.file(0).symlink_to(source)

            def look() -> int:
                return _stored(server.folder / "up", source)

            look_at = look if self.kind == "ftp_write" else lambda: 0
            return play(
                self.kind, job, options.clients, options.rounds, look_at, whole=True
            )


@dataclass(frozen=True, kw_only=True)
class FtpLarge(FtpBench):
    """A large file, to nothing."""

    kind: str = "ftp_read"

    def files(self, options: argparse.Namespace) -> AbstractContextManager[FtpFiles]:
        return serving(count=1, size=options.mib * MIB)

    def work_on(self, options: argparse.Namespace) -> tuple[str, int, int]:
        return "bodies/0", options.mib * MIB, 1

    def title(self, options: argparse.Namespace) -> str:
        return f"{options.mib} MiB {self.work}"

    def columns(self, options: argparse.Namespace) -> Sequence[Column]:
        mib = options.mib
        return (*per_gib(mib), speed(mib), ratio_to_us(self.cost), peak(), told())


@dataclass(frozen=True, kw_only=True)
class FtpStored(FtpLarge):
    """A large file, to the server, which has it in memory."""

    kind: str = "ftp_write"

    def work_on(self, options: argparse.Namespace) -> tuple[str, int, int]:
        return "up/", options.mib * MIB, 1


@dataclass(frozen=True, kw_only=True)
class FtpSmall(FtpBench):
    """Small files, one after the other."""

    kind: str = "ftp_small"

    def files(self, options: argparse.Namespace) -> AbstractContextManager[FtpFiles]:
        return serving(count=options.files, size=options.kib << 10)

    def work_on(self, options: argparse.Namespace) -> tuple[str, int, int]:
        return "bodies/", options.kib << 10, options.files

    def title(self, options: argparse.Namespace) -> str:
        return f"{options.files} files of {options.kib} KiB {self.work}"

    def columns(self, options: argparse.Namespace) -> Sequence[Column]:
        return (
            Column("CPU µs each", lambda it, _: f"{it.median(self.cost) * 1e6:.0f}"),
            Column("least", lambda it, _: f"{it.least(self.cost) * 1e6:.0f}"),
            Column("wall s", lambda it, _: f"{it.median(lambda r: r.wall):.2f}"),
            ratio_to_us(self.cost),
            told(),
        )


@dataclass(frozen=True, kw_only=True)
class FtpFolder(FtpBench):
    """A listing with very many names, again and again."""

    kind: str = "ftp_list"

    def files(self, options: argparse.Namespace) -> AbstractContextManager[FtpFiles]:
        return serving(names=options.names)

    def work_on(self, options: argparse.Namespace) -> tuple[str, int, int]:
        return "list/", options.names, options.listings

    def title(self, options: argparse.Namespace) -> str:
        return f"{options.names} names {self.work}"

    def marks(
        self, options: argparse.Namespace, scores: dict[str, Score]
    ) -> list[Mark]:
        work, aim = self.title(options), f"{_MOST:g} µs a name"
        score = scores.get(self.us)
        if score is None:
            return []
        if not score.complete:
            return [Mark(work, aim, "FAILED", None)]
        measured = score.median(self.cost) * 1e6 / options.names
        return [Mark(work, aim, f"{measured:.2f} µs", measured <= _MOST)]

    def columns(self, options: argparse.Namespace) -> Sequence[Column]:
        def each(seconds: float) -> str:
            return f"{seconds * 1e6 / options.names:.2f}"

        return (
            Column("CPU µs a name", lambda it, _: each(it.median(self.cost))),
            Column("least", lambda it, _: each(it.least(self.cost))),
            ratio_to_us(self.cost),
            peak(),
            told(),
        )


def _stored(folder: Path, source: Path) -> int:
    """Return whether what was sent is missing or wrong; empty it."""
    filecmp.clear_cache()
    path = folder / "0"
    right = path.exists() and filecmp.cmp(path, source, shallow=False)
    if path.exists():
        os.truncate(path, 0)
        path.unlink()
    return int(not right)
