"""The file of a jar survives ``kill -9``: whole, and with all that had been saved."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from twinet import CookieJar

#: Saves as fast as it can, and tells after each time what is safe now.
WRITER = """
import sys
from twinet import CookieJar
path, who = sys.argv[1:]
jar = CookieJar(path)
for number in range(10 ** 9):
    jar.set("https://www.example.com/", f"{who}{number % 40}", f"{number}" + "x" * 2000,
            max_age=9999)
    jar.save()
    print(number, flush=True)
"""


class CrashTests(SynchronousTestCase):
    """Real processes, killed at any moment."""

    def test_killed_at_any_moment(self) -> None:
        """Two writers at once, each killed after some saves."""
        seed = random.randrange(10**6)
        chance = random.Random(seed)
        path = Path(self.mktemp()).resolve() / "jar"
        path.parent.mkdir(parents=True)
        for _ in range(2):
            saved = self.write_and_kill(path, chance)
            jar = CookieJar(path)
            for who, number in saved.items():
                found = {
                    int(cookie.value.rstrip("x"))
                    for cookie in jar
                    if cookie.name.startswith(who)
                }
                self.assertTrue(
                    # One that was saved and not told is no less saved.
                    {*range(max(0, number - 38), number + 1)} <= found,
                    f"seed {seed}: {who} had saved {number}, there is {sorted(found)}",
                )
            # The folder has the file, and at most what was being written.
            self.assertLessEqual(
                {each.name for each in path.parent.iterdir()},
                {path.name, f".{path.name}.new"},
            )
            jar.clear()
            jar.save()

    def write_and_kill(self, path: Path, chance: random.Random) -> dict[str, int]:
        """Let two write, kill each after some saves; return what each had told."""
        writers = {
            who: subprocess.Popen(
                [sys.executable, "-c", WRITER, str(path), who],
                stdout=subprocess.PIPE,
                text=True,
            )
            for who in ("a", "b")
        }
        saved = {}
        for who, writer in writers.items():
            assert writer.stdout is not None
            told = [writer.stdout.readline() for _ in range(chance.randrange(1, 60))]
            # Somewhere within the next one.
            for _ in range(chance.randrange(20_000)):
                pass
            writer.kill()
            told += writer.stdout.readlines()
            writer.stdout.close()
            writer.wait()
            saved[who] = int(told[-1])
        return saved
