"""Imports go down the floors, never up, never in a circle, never into private rooms."""

from __future__ import annotations

import tempfile
import textwrap
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from tests.contracts import imports

PACKAGE = Path(__file__).resolve().parents[2] / "twinet"


class House(SynchronousTestCase):
    """The real tree."""

    def test_every_import_of_the_house_goes_downwards(self):
        """No breach; each line of a failure names the file and what it imports."""
        found = imports.breaches(PACKAGE)
        self.assertEqual(len(found), 0, "\n".join(["", *found]))

    def test_the_walk_sees_the_house(self):
        """The check is not green because it looked at an empty folder."""
        found = imports.modules(PACKAGE)
        self.assertIn("twinet", found)
        self.assertIn("twinet.errors", found)
        self.assertIn("twinet._net.dispatch", found)
        self.assertIn("twinet.errors", imports.public_modules(PACKAGE))
        self.assertNotIn("twinet._net.dispatch", imports.public_modules(PACKAGE))


class Walk(SynchronousTestCase):
    """The check itself, on small houses that somebody built wrongly."""

    def breaches(self, **files: str) -> list[str]:
        """Build a house from ``room__module="source"`` and return its breaches."""
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        package = Path(folder.name) / "twinet"
        package.mkdir()
        for name in ("__init__.py", "errors.py"):
            (package / name).touch()
        for name, source in files.items():
            path = package.joinpath(*name.replace("__", "/").split("/"))
            path.parent.mkdir(exist_ok=True)
            (path.parent / "__init__.py").touch()
            path.with_suffix(".py").write_text(textwrap.dedent(source))
        return imports.breaches(package)

    def assert_one(self, found: list[str], *words: str) -> None:
        """Require a single breach whose line has all the words."""
        self.assertEqual(len(found), 1, found)
        for word in words:
            self.assertIn(word, found[0])

    def test_downwards_and_sideways_pass(self):
        """What the house allows is not reported."""
        found = self.breaches(
            _wire__head="from twinet import errors\nfrom twinet.errors import A\n",
            _net__line="import twisted.internet.defer\nimport twinet._wire.head\n",
            _http__pool="from twinet._net.line import Line\nimport time\n",
            _http__channel="from twinet._http import pool\n",
            inetfetch__cli="import twinet\nfrom twinet import __version__, errors\n",
        )
        self.assertEqual(found, [])

    def test_upwards_is_found(self):
        """A lower floor asks a higher one."""
        found = self.breaches(
            _net__line="from twinet._http.pool import Pool", _http__pool=""
        )
        self.assert_one(found, "twinet._net.line:1", "from floor 2 to 3")

    def test_upwards_by_a_name_in_a_package_is_found(self):
        """``from room import module`` is an import of the module."""
        found = self.breaches(
            _net__line="from twinet._http import pool", _http__pool=""
        )
        self.assert_one(found, "twinet._http.pool", "upwards")

    def test_upwards_to_the_front_door_is_found(self):
        """The package itself lives on the floor of the doors."""
        found = self.breaches(_net__line="from twinet import Session")
        self.assert_one(found, "twinet.Session", "from floor 2 to 5")

    def test_upwards_inside_a_function_is_found(self):
        """A late import is an import."""
        found = self.breaches(
            _net__line="async def f():\n    import twinet._http.pool\n", _http__pool=""
        )
        self.assert_one(found, "twinet._net.line:2", "upwards")

    def test_upwards_for_typing_is_found(self):
        """TYPE_CHECKING does not make a floor lower."""
        found = self.breaches(
            _net__line="""
                import typing
                if typing.TYPE_CHECKING:
                    from twinet._http.pool import Pool
                """,
            _http__pool="",
        )
        self.assert_one(found, "twinet._net.line:4", "upwards")

    def test_upwards_through_an_attribute_is_found(self):
        """``import twinet.errors`` gives the name ``twinet``, and so all of it."""
        found = self.breaches(
            _net__line="import twinet.errors\nx = twinet._http.pool.Pool\n",
            _http__pool="",
        )
        self.assert_one(found, "twinet._net.line:2", "twinet._http.pool", "upwards")

    def test_upwards_by_import_module_is_found(self):
        """A module's name in a string is seen when it is written out."""
        found = self.breaches(
            _net__line="import importlib\nimportlib.import_module('twinet.api')",
            api="",
        )
        self.assert_one(found, "twinet.api", "upwards")

    def test_computed_import_below_the_doors_is_found(self):
        """A name that is computed hides what is imported."""
        found = self.breaches(
            _net__line="import importlib\nimportlib.import_module('twinet.' + x)",
        )
        self.assert_one(found, "twinet._net.line:2", "written out")

    def test_speakers_that_know_each_other_are_found(self):
        """HTTP asks FTP: the same floor, another room."""
        found = self.breaches(_http__a="import twinet._ftp.b", _ftp__b="")
        self.assert_one(found, "twinet._http.a:1", "speakers")

    def test_circle_in_one_room_is_found(self):
        """Sideways is allowed, round is not."""
        found = self.breaches(
            _net__a="from twinet._net import b",
            _net__b="from twinet._net import c",
            _net__c="def f():\n    from twinet._net.a import x\n",
        )
        self.assert_one(found, "circle", "_net.a", "_net.b", "_net.c")

    def test_two_circles_are_both_found(self):
        """The first one does not hide the second."""
        found = self.breaches(
            _net__a="import twinet._net.b",
            _net__b="import twinet._net.a",
            _wire__a="import twinet._wire.a",
        )
        self.assertEqual(len(found), 2, found)

    def test_circle_for_typing_only_passes(self):
        """Nothing is loaded under TYPE_CHECKING, so nothing is loaded half."""
        found = self.breaches(
            _net__a="import twinet._net.b",
            _net__b="""
                from typing import TYPE_CHECKING
                if TYPE_CHECKING:
                    from twinet._net.a import x
                """,
        )
        self.assertEqual(found, [])

    def test_else_of_type_checking_counts_as_run_time(self):
        """The other branch is the one that runs."""
        found = self.breaches(
            _net__a="import twinet._net.b",
            _net__b="""
                from typing import TYPE_CHECKING
                if TYPE_CHECKING:
                    pass
                else:
                    from twinet._net import a
                """,
        )
        self.assert_one(found, "circle")

    def test_daemon_in_a_private_room_is_found(self):
        """Whatever way the private name is reached."""
        for source in (
            "from twinet._net.line import Line",
            "from twinet._net import line",
            "import twinet._net.line",
            "from twinet.errors import _secret",
            "import twinet\ntwinet._net.line.Line",
        ):
            found = self.breaches(inetfetch__tap=source, _net__line="")
            self.assertTrue(any("public names only" in f for f in found), source)

    def test_room_without_a_floor_is_found(self):
        """A new room is placed on purpose or not at all."""
        found = self.breaches(_cache__store="", api="from twinet._cache import store")
        self.assertEqual(len(found), 2, found)  # the room and the module in it
        self.assertIn("twinet._cache has no floor", found[0])

    def test_relative_import_is_found(self):
        """Imports are absolute."""
        found = self.breaches(_net__a="from . import b", _net__b="")
        self.assert_one(found, "twinet._net.a:1", "absolute")

    def test_missing_module_is_found(self):
        """An import that would fail when its function first runs."""
        found = self.breaches(_net__a="def f():\n    import twinet._net.gone\n")
        self.assert_one(found, "twinet._net.gone", "no such module")

    def test_twisted_in_the_words_is_found(self):
        """Floor 0 has one admitted exception."""
        found = self.breaches(
            errors="from twisted.internet.defer import CancelledError",
            flags="from twisted.internet.defer import Deferred",
        )
        self.assert_one(found, "twinet.flags:1", "words")

    def test_clock_socket_and_twisted_in_the_bytes_are_found(self):
        """Floor 1 turns bytes into meaning and does nothing else."""
        found = self.breaches(
            urls="import time", _wire__a="import socket\nfrom twisted.web import http"
        )
        self.assertEqual(len(found), 3, found)

    def test_reactor_at_import_time_is_found_and_in_a_function_is_not(self):
        """The reactor is an argument; a door may look it up when it is called."""
        line = "from twisted.internet import reactor"
        self.assert_one(self.breaches(_net__a=line), "installs a reactor")
        self.assert_one(
            self.breaches(_net__a="import twisted.protocols.ftp"), "installs a reactor"
        )
        self.assertEqual(self.breaches(api=f"def f():\n    {line}\n"), [])
