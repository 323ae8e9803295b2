"""The benches run, and a client that got wrong bytes does not get away with it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from argparse import Namespace
from contextlib import redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, sleep
from typing import TYPE_CHECKING

from twisted.trial.unittest import SynchronousTestCase

from tests.bench import __main__ as whole_table
from tests.bench import http_small, rounds
from tests.bench.__main__ import BENCHES
from tests.bench.clients import CLIENTS, US
from tests.bench.ftp_server import vsftpd
from tests.bench.job import Job
from tests.bench.rounds import Score
from tests.bench.server import INSTALL, Server, nginx
from tests.bench.small_answers import SmallAnswers
from tests.bench.stopwatch import Reading
from tests.bench.summary import Aim, Mark
from tests.bench.written_files import compare
from tests.interop.unpacked import REMEDY

if TYPE_CHECKING:
    from collections.abc import Sequence

_ROOT = Path(__file__).parents[2]
_MISSING = f"nginx is not installed: {INSTALL}" if nginx() is None else ""
_OPTIONS = Namespace(rounds=1, concurrency=1)


class BenchesRun(SynchronousTestCase):
    """Little work, a real server, our client."""

    if _MISSING:
        skip = _MISSING

    def _runs(
        self, name: str, sizes: Sequence[str], done: int, readings: int = 1
    ) -> None:
        bench = BENCHES[name]
        score = bench.play(
            bench.parser().parse_args([*sizes, "--rounds=1", f"--clients={bench.us}"])
        )[bench.us]
        self.assertEqual(score.failure, "")
        self.assertEqual(len(score.readings), readings)
        for reading in score.readings:
            self.assertEqual((reading.done, reading.wrong), (done, 0))
            self.assertGreater(reading.told, 0)

    def test_small_over_kept_connections(self):
        """Every answer of http_small is right, byte by byte, and our client heard."""
        self._runs("http_small", ["--requests=30"], 30)

    def test_small_by_calls_that_block(self):
        """1 KiB to threads, over kept connections."""
        self._runs("http_blocking", ["--requests=20", "--concurrency=3"], 20)

    def test_small_in_tasks_of_asyncio(self):
        """1 KiB to tasks of asyncio, over kept connections."""
        self._runs("http_aio", ["--requests=30"], 30)

    def test_small_over_tls(self):
        """The same over TLS; the certificate is verified by the bench's root."""
        self._runs("tls_small", ["--requests=30"], 30)

    def test_small_over_new_connections(self):
        """The same with a server that closes each connection."""
        self._runs("new_connection", ["--requests=30"], 30)

    def test_stranger_on_our_agent(self):
        """The same by treq on our agent, which is given half of the requests."""
        self._runs("treq_on_agent", ["--requests=30"], 15)

    def test_large_to_nothing(self):
        """A large body is as long as it should be."""
        self._runs("http_large", ["--mib=3"], 1)

    def test_large_over_tls(self):
        """The same over TLS."""
        self._runs("tls_large", ["--mib=3"], 1)

    def test_large_to_disk(self):
        """A file is what the server's is, and the folder is empty after each turn."""
        self._runs("large_to_disk", ["--mib=3"], 1)

    def test_many_files(self):
        """All files are there and right."""
        self._runs("many_files", ["--files=20", "--concurrency=4"], 20)

    def test_memory_by_length(self):
        """Each length in each way is right, and the most of all is judged."""
        self._runs("body_memory", ["--mib=4"], 1, 6)


class FtpBenchesRun(SynchronousTestCase):
    """The same with vsftpd, and beside us a client that is always there."""

    if vsftpd() is None or os.geteuid() != 0:
        skip = f"vsftpd is not here, or this is not root; {REMEDY}"

    def _runs(self, name: str, sizes: Sequence[str], done: int) -> None:
        bench = BENCHES[name]
        clients = (bench.us, "ftplib")
        scores = bench.play(
            bench.parser().parse_args(
                [*sizes, "--rounds=1", f"--clients={','.join(clients)}"]
            )
        )
        for client in clients:
            self.assertEqual(scores[client].failure, "")
            (reading,) = scores[client].readings
            self.assertEqual((reading.done, reading.wrong), (done, 0))

    def test_large_from_the_server(self):
        """A large file is as long as it should be."""
        self._runs("ftp_read", ["--mib=3"], 1)

    def test_large_to_the_server(self):
        """What the server has in the end is what was sent."""
        self._runs("ftp_write", ["--mib=3"], 1)

    def test_small_files(self):
        """Each has its length."""
        self._runs("ftp_small", ["--kib=8", "--files=10"], 10)

    def test_long_listing(self):
        """Each listing has all names."""
        self._runs("ftp_list", ["--names=300", "--listings=2"], 2)


class GopherBenchRuns(SynchronousTestCase):
    """The same with Gopher, whose server is a program of ours."""

    def test_small_files(self):
        """Each has its length."""
        bench = BENCHES["gopher"]
        scores = bench.play(
            bench.parser().parse_args(
                ["--kib=8", "--files=10", "--rounds=1", f"--clients={bench.us}"]
            )
        )
        self.assertEqual(scores[bench.us].failure, "")
        (reading,) = scores[bench.us].readings
        self.assertEqual((reading.done, reading.wrong), (10, 0))


class EndedBySignal(SynchronousTestCase):
    """A bench that is told to end leaves nothing behind."""

    if _MISSING:
        skip = _MISSING
    elif not sys.platform.startswith("linux"):
        skip = "only Linux tells of a program's children in /proc"

    def test_terminated_server_ends(self):
        """The server ends with the bench, and its files go."""
        command = [sys.executable, "-m", "tests.bench.http_small"]
        command += ["--requests=100000000", f"--clients={US}"]
        with subprocess.Popen(command, cwd=_ROOT) as bench:
            try:
                server, home = self._server_of(bench)
                self.assertTrue(home.exists())
            finally:
                bench.terminate()
        self.assertEqual(bench.returncode, 143)
        self.assertFalse(home.exists())
        self.assertFalse(server.exists())

    def _server_of(self, bench: subprocess.Popen[bytes]) -> tuple[Path, Path]:
        """Return where the system tells of a bench's nginx, and the folder of it."""
        children = Path(f"/proc/{bench.pid}/task/{bench.pid}/children")
        end = monotonic() + 30
        while monotonic() < end:
            for child in children.read_text(encoding="ascii").split():
                server = Path("/proc", child)
                title = (server / "cmdline").read_text(encoding="utf-8")
                if title.startswith("nginx: master"):
                    return server, Path(title.split(" -p ")[1].split()[0])
            sleep(0.05)
        raise AssertionError("the bench has started no nginx")


class SlowConnections(SynchronousTestCase):
    """The bench of slow connections, which has a server of its own."""

    def test_all_are_open_at_one_time(self):
        """Every connection is held until all are there, and then answered right."""
        bench = BENCHES["slow_connections"]
        options = bench.parser().parse_args(
            ["--connections=120", "--rounds=1", f"--clients={US}"]
        )
        scores = bench.play(options)
        self.assertEqual(scores[US].failure, "")
        (reading,) = scores[US].readings
        self.assertEqual((reading.done, reading.wrong, reading.lost), (120, 0, 0))
        self.assertIn("0 failing", bench.marks(options, scores)[0].measured)

    def test_too_few_open_files_are_told(self):
        """More connections than the system allows: the bench says so aloud."""
        result = BENCHES["slow_connections"].run(["--connections=2000000000"])
        self.assertTrue(result.failed)
        self.assertIn("2000000000 connections need 2000000200 open", result.text)
        self.assertIsNone(result.marks[0].met)


class WrongBytes(SynchronousTestCase):
    """What a client gets that is not what it should be makes its row FAILED."""

    if _MISSING:
        skip = _MISSING

    def _play(self, kind: str, server: Server, url: str, size: int) -> Score:
        job = Job(
            url=server.url + url,
            size=size,
            warm_up=server.url + "1k",
            original=str(server.files / "1k"),
            requests=3,
        )
        return rounds.play(kind, job, [US], 1)[US]

    def test_small_body_of_other_bytes(self):
        """Another body of the same length is wrong, and the table says so."""
        with Server(count=1, size=Server.SMALL) as server:
            score = self._play("small", server, "bodies/0", server.SMALL)
        result = http_small.BENCH.report(_OPTIONS, {US: score})
        self.assertTrue(result.failed)
        self.assertIn("FAILED: 3 answers", result.text)

    def test_large_body_of_other_length(self):
        """A body that is a byte short is wrong."""
        with Server(count=1, size=4096) as server:
            score = self._play("large", server, "bodies/0", 4097)
        self.assertIn("3 answers were wrong", score.failure)

    def test_file_of_other_bytes(self):
        """A file that differs makes the row FAILED, though its length is right."""
        with Server(count=1, size=4096) as server, TemporaryDirectory() as folder:
            job = Job(
                url=server.url + "bodies/",
                size=4096,
                warm_up=server.url + "1k",
                original=str(server.files / "1k"),
                folder=folder,
            )
            others = Path(self.mktemp())
            others.mkdir()
            (others / "0").write_bytes(bytes(4096))
            old = Path(self.mktemp())
            old.mkdir()

            def look() -> int:
                return compare(Path(folder), others, old)

            score = rounds.play("files", job, [US], 1, look)[US]
        self.assertIn("1 answers were wrong", score.failure)

    def test_files_compared(self):
        """A file that is missing, one too many and one that differs are wrong."""
        ours, theirs = Path(self.mktemp()), Path(self.mktemp())
        for folder, names in ((ours, "abx"), (theirs, "abc")):
            folder.mkdir()
            for name in names:
                (folder / name).write_text(name, encoding="ascii")
        (ours / "b").write_text("B", encoding="ascii")
        old = Path(self.mktemp())
        old.mkdir()
        self.assertEqual(compare(ours, theirs, old), 3)
        self.assertEqual(list(ours.iterdir()), [])
        # Their numbers are in use as long as the bench lasts, their room is not.
        self.assertEqual([path.stat().st_size for path in old.glob("*/*")], [0, 0, 0])

    def test_no_such_file(self):
        """A status other than 200 is wrong, whatever the body."""
        with Server() as server:
            score = self._play("large", server, "none", 0)
        self.assertIn("3 answers were wrong", score.failure)

    def test_server_cannot_be_trusted_client_fails(self):
        """A root that did not sign the server's certificate makes our row FAILED."""
        with Server(secure=True) as server:
            score = self._play("small", server, "1k", server.SMALL)
        self.assertIn("InvalidCa", score.failure)


class Tables(SynchronousTestCase):
    """What the tables say."""

    def setUp(self) -> None:
        self.us, self.it = Score(CLIENTS[US]), Score(CLIENTS["aiohttp"])
        self.scores = {US: self.us, "aiohttp": self.it}

    def _read(self, ours: Sequence[float], theirs: Sequence[float]) -> None:
        self.us.readings = [Reading(cpu, 1, 1, 0) for cpu in ours]
        self.it.readings = [Reading(cpu, 1, 1, 0) for cpu in theirs]

    def test_client_missing_row_says_how_to_install(self):
        """A client that is not installed has a row that says so; nothing breaks."""
        score = Score(CLIENTS["curl"], missing=CLIENTS["curl"].remedy)
        result = http_small.BENCH.report(_OPTIONS, {"curl": score})
        self.assertIn("not installed (apt-get install curl)", result.text)
        self.assertFalse(result.failed)

    def test_ratio_is_median_of_paired_rounds(self):
        """The ratio pairs the rounds; it is not the ratio of the medians."""
        self._read((1.0, 8.0, 3.0), (2.0, 2.0, 1.0))
        self.assertEqual(self.us.ratio(self.it, lambda reading: reading.cpu), 3.0)

    def test_aim_met(self):
        """An aim is met by a ratio that is not above it."""
        self._read((1.0,), (2.0,))
        met = self._mark()
        self.assertEqual((met.measured, met.met), ("0.50", True))

    def test_aim_missed_is_no_failure(self):
        """A missed aim is told, and is not a failure."""
        self._read((3.0,), (2.0,))
        missed = self._mark()
        self.assertEqual((missed.measured, missed.met), ("1.50", False))
        self.assertFalse(http_small.BENCH.report(_OPTIONS, self.scores).failed)

    def test_aim_without_peer_is_not_measured(self):
        """Without its peer an aim is neither met nor missed, and the peer is named."""
        self._read((3.0,), ())
        self.it.missing = "pip install it"
        mark = self._mark()
        self.assertEqual((mark.measured, mark.met), ("aiohttp is not installed", None))

    def _mark(self) -> Mark:
        mark = Aim("aiohttp", 0.5).mark("work", self.scores, US, lambda it: it.cpu)
        assert mark is not None
        return mark


@dataclass(frozen=True, kw_only=True)
class Canned(SmallAnswers):
    """A bench whose clients have run already."""

    scores: dict[str, Score]

    def play(self, options: Namespace) -> dict[str, Score]:
        return self.scores


class WholeTable(SynchronousTestCase):
    """``python -m tests.bench``."""

    def _main(self, us: Score) -> tuple[int, str]:
        it = Score(CLIENTS["aiohttp"], [Reading(1.0, 1.0, 1, 0)])
        bench = Canned(
            name="canned",
            story="",
            work="the work",
            aims=[Aim("aiohttp", 0.5)],
            scores={US: us, "aiohttp": it},
        )
        self.patch(whole_table, "BENCHES", {"canned": bench})
        self.addCleanup(signal.signal, signal.SIGTERM, signal.getsignal(signal.SIGTERM))
        with redirect_stdout(StringIO()) as said:
            code = whole_table.main([])
        return code, said.getvalue()

    def test_aim_missed_ends_with_0(self):
        """A missed aim stands in the summary and fails nothing."""
        code, said = self._main(Score(CLIENTS[US], [Reading(1.0, 1.0, 1, 0)]))
        self.assertEqual(code, 0)
        self.assertRegex(said, r"the work, 10 at a time +0.5 aiohttp +1.00 +NO")

    def test_wrong_bytes_end_with_1(self):
        """A client with wrong bytes is FAILED, and with it the whole table."""
        code, said = self._main(Score(CLIENTS[US], failure="1 answers were wrong"))
        self.assertEqual(code, 1)
        self.assertRegex(said, r"the work, 10 at a time +0.5 aiohttp .*FAILED")
