"""Importing the library decides nothing for the program that does it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from tests.contracts.imports import public_modules

ROOT = Path(__file__).resolve().parents[2]
REACTOR = "twisted.internet.reactor"
#: What is loaded late or never: the first installs a reactor, the others are slow to
#: load, or need not be there, and most programs do not need them.
LATE = (
    *("twisted.protocols.ftp", "treq", "rich", "prometheus_client", "klein"),
    *("brotli", "backports.zstd", "compression.zstd"),
)

#: Imports each module named as if it were the first of the library, so that a circle
#: which another entrance hides shows itself. What ``import twinet`` loads may stay:
#: the package is imported before any module in it.
ALONE = """
import gc, importlib, sys
import twinet

gc.disable()  # a fifth of the time

always = set(sys.modules)
for name in sys.argv[1:]:
    for known in set(sys.modules) - always:
        if known.startswith("twinet."):
            del sys.modules[known]
    importlib.import_module(name)
    assert "twisted.internet.reactor" not in sys.modules, name + " installs a reactor"
    print(name)
"""


def fresh_python(code: str, *arguments: str) -> str:
    """Run code in an interpreter of its own at the top of the tree; its output."""
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    if done.returncode != 0:
        raise AssertionError(done.stderr)
    return done.stdout


class QuietImport(SynchronousTestCase):
    """``import twinet`` in a fresh interpreter."""

    def loaded_by(self, module: str) -> set[str]:
        """Return which modules a fresh interpreter holds after one import."""
        return set(fresh_python(f"import sys, {module}\nprint(*sys.modules)\n").split())

    def test_no_reactor_and_nothing_that_can_wait(self):
        """The program chooses its reactor after it has imported us."""
        loaded = self.loaded_by("twinet")
        self.assertIn("twinet", loaded)
        self.assertEqual(loaded & {REACTOR, *LATE}, set())

    def test_importing_loads_no_twisted_at_all(self):
        """Names are imported at their first use."""
        loaded = self.loaded_by("twinet")
        self.assertEqual([name for name in loaded if name.startswith("twisted")], [])

    def test_using_every_name_installs_no_reactor_either(self):
        """The program still chooses its reactor afterwards."""
        use_all = "import sys, twinet\nfor n in twinet.__all__: getattr(twinet, n)\n"
        loaded = set(fresh_python(use_all + "print(*sys.modules)").split())
        self.assertIn("twinet._handles.session", loaded)
        self.assertEqual(loaded & {REACTOR, *LATE, "twinet.testing"}, set())

    def test_other_protocols_are_loaded_when_they_are_spoken(self):
        """Most sessions speak HTTP alone; the others would be a third of the load."""
        made = "import sys\nfrom twisted.internet.task import Clock\nimport twinet\n"
        made += "session = twinet.Session(Clock(), proxy='')\nprint(*sys.modules)\n"
        rooms = {"twinet._ftp", "twinet._gopher"}
        self.assertEqual(set(fresh_python(made).split()) & rooms, set())
        spoken = "\nsession.ftp('h')\nsession.gopher('h')\nprint(*sys.modules)\n"
        self.assertEqual(set(fresh_python(made + spoken).split()) & rooms, rooms)

    def test_a_timeline_is_loaded_by_those_who_record(self):
        """Neither a session needs it, nor ``inetfetch get`` without its option."""
        for module in ("twinet._handles.session", "twinet.inetfetch.command.get"):
            self.assertNotIn("twinet.timeline", self.loaded_by(module))

    def test_the_look_sees_what_it_looks_for(self):
        """The same look at modules that are known to be loud."""
        self.assertIn(REACTOR, self.loaded_by("twisted.protocols.ftp"))
        self.assertIn("treq", self.loaded_by("treq"))

    def test_each_public_module_can_come_first(self):
        """No public module needs another one to have been imported before it."""
        names = public_modules(ROOT / "twinet")
        self.assertIn("twinet.errors", names)
        self.assertEqual(fresh_python(ALONE, *names).split(), names)

    def test_a_loud_module_is_named(self):
        """The check of single modules says which one it was."""
        error = self.assertRaises(
            AssertionError, fresh_python, ALONE, "twinet", "twisted.protocols.ftp"
        )
        self.assertIn("twisted.protocols.ftp installs a reactor", str(error))

    def test_every_name_that_is_promised_exists(self):
        """``__all__`` of every public module, and the package has one."""
        lines = fresh_python(
            "import importlib, sys\n"
            "for name in sys.argv[1:]:\n"
            "    module = importlib.import_module(name)\n"
            "    for promised in getattr(module, '__all__', ()):\n"
            "        getattr(module, promised)\n"
            "        print(name, promised)\n",
            *public_modules(ROOT / "twinet"),
        ).splitlines()
        self.assertIn("twinet Session", lines)
        self.assertIn("twinet fetch", lines)
        self.assertEqual(len(lines), len(set(lines)))
