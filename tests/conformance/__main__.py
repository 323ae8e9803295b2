"""``python -m tests.conformance [DIR]``: replay the recordings of a folder.

A line for each scenario and each table: its name, ``equal``, ``deviation`` (and which),
``different`` (and where) or ``not yet`` (and what is missing).  Last the totals, and
how many scenarios each deviation explains.  It exits with 1 when something is
different, or a deviation explains nothing in a whole run.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.conformance.deviations import entries
from tests.conformance.program import WAYS
from tests.conformance.recording import is_table, load
from tests.conformance.replay import replay
from tests.conformance.selftest import self_test
from tests.conformance.tables import replay_table

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tests.conformance.replay import Verdict

DATA = Path(__file__).parent / "data"


def main(arguments: Sequence[str] | None = None) -> int:
    """Replay, print a line for each scenario and the totals."""
    options = _options(arguments)
    paths = [
        path
        for path in sorted(options.folder.glob("*.json"))
        if not options.only or path.stem.startswith(tuple(options.only))
    ]
    recordings = [load(path) for path in paths if not is_table(path)]
    if options.self_test:
        score = self_test(recordings, options.seed)
        print(*score.lines(), sep="\n")
        return 1 if score.missed else 0
    verdicts: list[Verdict] = []

    def program(reactor: Any) -> None:
        for recording in recordings:
            verdicts.append(replay(recording, options.way, reactor))
            print(verdicts[-1], flush=True)

    failed = not run(program)
    for path in filter(is_table, paths):
        cases = replay_table(path)
        verdicts += cases
        words = Counter(case.word for case in cases)
        print(f"{path.stem:48}", *(f"{count} {word}" for word, count in words.items()))
    return int(_totals(verdicts, whole=not options.only) or failed)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.conformance")
    parser.add_argument("folder", nargs="?", type=Path, default=DATA)
    parser.add_argument("--way", choices=WAYS, default="reactor", help="of delivery")
    parser.add_argument("--only", nargs="*", default=(), metavar="NAME")
    parser.add_argument("--self-test", action="store_true", help="of the comparer")
    parser.add_argument("--seed", type=int, default=1, help="of the self-test")
    return parser.parse_args(arguments)


def _totals(verdicts: list[Verdict], *, whole: bool) -> bool:
    """Print the totals; tell whether something is wrong."""
    for kind in ("scenarios", "cases of tables"):
        for judgement in ("firm", "doubtful"):
            words = Counter(
                verdict.word
                for verdict in verdicts
                if verdict.judgement == judgement
                and ("[" in verdict.name) is (kind != "scenarios")
            )
            total = ", ".join(f"{count} {word}" for word, count in words.most_common())
            print(f"{judgement} {kind}: {total or 'none'}")
    explained = Counter(name for v in verdicts for name in v.entries)
    wrong = any(verdict.word == "different" for verdict in verdicts)
    for entry in entries():
        count = explained[entry.name]
        print(f"{count:4} {entry.name}")
        if whole and not count:
            print(f"     {entry.name} explains nothing: take it off the list")
            wrong = True
    return wrong


def run(program: Callable[[Any], None]) -> bool:
    """Run a program in a thread while the reactor runs here; tell if it went well."""
    from twisted.internet import reactor  # noqa: PLC0415  importing it installs it
    from twisted.internet.threads import deferToThread  # noqa: PLC0415

    failures: list[Any] = []
    the_reactor: Any = reactor

    def begin() -> None:
        done = deferToThread(program, reactor)
        done.addErrback(failures.append)
        done.addBoth(lambda _: the_reactor.stop())

    the_reactor.callWhenRunning(begin)
    the_reactor.run()
    for failure in failures:
        failure.printTraceback(sys.stderr)
    return not failures


if __name__ == "__main__":
    sys.exit(main())
