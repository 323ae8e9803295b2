"""What is published holds what belongs in it, and ``twistd`` finds the daemon there."""

from __future__ import annotations

import atexit
import functools
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

import twisted
from twisted.trial.unittest import SynchronousTestCase

ROOT = Path(__file__).resolve().parents[2]
PLUGIN = "twinet_plugin.py"
TWISTD = ("-c", "from twisted.scripts.twistd import run; run()", "--help")
TWIST = ("-m", "twisted", "--help")


def run(*command: str | Path, path: list[Path] | None = None) -> str:
    """Run this Python with arguments and return what it printed.

    :param path: the only folders besides the standard library to import from;
        without it whatever is installed.
    """
    environment = dict(os.environ)
    alone: list[str] = []
    if path is not None:
        alone = ["-S"]  # no site-packages, and so no installed copy of ourselves
        environment["PYTHONPATH"] = os.pathsep.join(map(str, path))
    done = subprocess.run(
        [sys.executable, *alone, *command],
        cwd=built(),
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=120,
        check=False,
    )
    if done.returncode != 0:
        raise AssertionError(done.stdout)
    return done.stdout


@functools.cache
def built() -> Path:
    """Make a folder for this process, gone at its end."""
    folder = Path(tempfile.mkdtemp(prefix="twinet-packaging-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


@functools.cache
def archives() -> tuple[Path, Path]:
    """Build the source archive, and from it the wheel, once for all tests."""
    out = built() / "dist"
    run("-m", "build", "--no-isolation", "--outdir", out, ROOT)
    (sdist,) = out.glob("twinet-*.tar.gz")
    (wheel,) = out.glob("twinet-*.whl")
    return sdist, wheel


@functools.cache
def installed() -> Path:
    """Install the wheel into a folder of its own."""
    target = built() / "installed"
    run(
        *("-m", "pip", "--disable-pip-version-check", "--quiet"),
        *("install", "--no-deps", "--no-index", "--target", target, archives()[1]),
    )
    return target


@functools.cache
def others() -> Path:
    """Mirror the installed packages by links, leaving ourselves out.

    An editable install puts our plugin into Twisted's own folder, where it would be
    found whatever the wheel holds. So that folder is made anew.
    """
    mirror = built() / "others"
    mirrored = mirror / "twisted"
    plugins = mirrored / "plugins"
    plugins.mkdir(parents=True)
    theirs = Path(twisted.__file__).parent
    for source, target in (
        (theirs.parent, mirror),
        (theirs, mirrored),
        (theirs / "plugins", plugins),
    ):
        for entry in source.iterdir():
            made = target / entry.name
            ours = "twinet" in entry.name or entry.suffix == ".pth"
            if not (ours or made.exists() or entry.name == "dropin.cache"):
                made.symlink_to(entry)
    return mirror


class Archives(SynchronousTestCase):
    """The two files that are published."""

    def test_wheel_holds_package_marker_plugin_and_licence(self):
        """The plugin lies where Twisted looks, outside the package."""
        names = zipfile.ZipFile(archives()[1]).namelist()
        self.assertIn("twinet/__init__.py", names)
        self.assertIn("twinet/py.typed", names)
        self.assertIn(f"twisted/plugins/{PLUGIN}", names)
        self.assertTrue(any(name.endswith("licenses/LICENSE") for name in names))

    def test_wheel_holds_nothing_else(self):
        """No test, and no __init__ that would replace Twisted's own."""
        names = zipfile.ZipFile(archives()[1]).namelist()
        tops = {name.split("/")[0] for name in names if ".dist-info/" not in name}
        self.assertEqual(tops, {"twinet", "twisted"})
        theirs = [name for name in names if name.startswith("twisted/")]
        self.assertEqual(theirs, [f"twisted/plugins/{PLUGIN}"])

    def test_wheel_holds_every_module_of_the_tree(self):
        """A new room cannot be forgotten."""
        names = zipfile.ZipFile(archives()[1]).namelist()
        held = {name for name in names if name.startswith("twinet/")}
        here = {
            path.relative_to(ROOT).as_posix()
            for path in (ROOT / "twinet").rglob("*.py")
        }
        self.assertEqual(here - held, set())

    def test_source_archive_holds_what_a_packager_needs(self):
        """Plugin, marker, tests, documents, licence and changes."""
        with tarfile.open(archives()[0]) as archive:
            names = {name.partition("/")[2] for name in archive.getnames()}
        for name in (
            f"twisted_plugins/{PLUGIN}",
            "twinet/py.typed",
            "tests/conftest.py",
            "docs/contributing.rst",
            "newsfragments/README.rst",
            "CHANGELOG.md",
            "LICENSE",
            "README.md",
            "pyproject.toml",
        ):
            self.assertIn(name, names)
        self.assertFalse([name for name in names if "__pycache__" in name])


class Plugin(SynchronousTestCase):
    """``twistd`` and ``twist`` beside an installed wheel, and without it."""

    def test_twistd_lists_the_daemon(self):
        """``twistd --help`` names it among its commands."""
        listed = run(*TWISTD, path=[installed(), others()])
        self.assertRegex(listed, r"(?m)^ +inetfetch ")

    def test_twist_lists_the_daemon(self):
        """So does the younger command."""
        listed = run(*TWIST, path=[installed(), others()])
        self.assertRegex(listed, r"(?m)^ +inetfetch ")

    def test_daemon_is_not_listed_without_the_wheel(self):
        """The two tests above look at the wheel and not at this tree."""
        listed = run(*TWISTD, path=[others()])
        self.assertNotIn("inetfetch", listed)
        self.assertRegex(listed, r"(?m)^ +web ")  # Twisted's own are there

    def test_installed_wheel_can_be_imported(self):
        """The package comes from the wheel and not from this tree."""
        code = "import twinet; print(twinet.__file__)"
        found = run("-c", code, path=[installed(), others()])
        self.assertEqual(Path(found.strip()), installed() / "twinet" / "__init__.py")
