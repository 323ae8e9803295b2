"""Commands of the command line, run away from the user's files and queue.

:class:`InProcess` runs them on trial's own reactor: it costs no start of a program,
and trial sees what they leave behind.  :class:`CommandLine` runs the program itself.
"""

from __future__ import annotations

import io
import os
import pty
import signal
import subprocess
import sys
import tempfile
import threading
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twisted.internet import reactor
from twisted.trial.unittest import SynchronousTestCase, TestCase

from twinet.inetfetch.command.cli import ending, prepare
from twinet.inetfetch.command.report import Trouble

if TYPE_CHECKING:
    from collections.abc import Mapping

PROGRAM = [sys.executable, "-m", "twinet.inetfetch.command.cli"]
ROOT = Path(__file__).resolve().parents[2]
#: Longer than anything here takes, so that a hang ends (seconds).
PATIENCE = 60


def environment(home: Path, more: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return an environment in which nothing of the user's is found."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.lower().endswith("_proxy")
        and not name.startswith("INETFETCH_")
        and name != "NETRC"
    }
    return {
        **kept,
        "HOME": str(home),
        "XDG_STATE_HOME": str(home / "state"),
        "PYTHONPATH": str(ROOT),
        # What the interpreter has to complain about must not pass unseen.
        "PYTHONWARNINGS": "error::ResourceWarning",
        **(more or {}),
    }


@dataclass
class Outcome:
    """How a run ended."""

    code: int
    out: str
    err: str


class Place:
    """A folder of its own, and what can be said about it and about an outcome."""

    home: Path
    folder: Path

    def make_place(self, case: Any) -> None:
        """Make the folder; it goes with the test."""
        folder = tempfile.TemporaryDirectory()
        case.addCleanup(folder.cleanup)
        self.home = Path(folder.name)
        self.folder = self.home / "here"
        self.folder.mkdir()

    def files(self) -> dict[str, bytes]:
        """Return what is in the folder, hidden files included."""
        return {
            path.relative_to(self.folder).as_posix(): path.read_bytes()
            for path in self.folder.rglob("*")
            if path.is_file()
        }

    def assert_one_line(self, text: str, *words: str) -> None:
        """Check that it is one line of ours, not a traceback, with the words."""
        if text.count("\n") != 1 or not text.startswith("inetfetch: "):
            raise AssertionError(text)
        for word in words:
            if word not in text:
                raise AssertionError(f"{word!r} is not in {text!r}")


class InProcess(TestCase, Place):
    """A case with a folder of its own in which commands run on trial's reactor."""

    #: what the running command has written so far.
    out: io.StringIO

    def setUp(self) -> None:
        self.make_place(self)
        self.addCleanup(os.chdir, Path.cwd())
        os.chdir(self.folder)

    async def run_command(
        self,
        *arguments: str,
        env: Mapping[str, str] | None = None,
        given: bytes = b"",
    ) -> Outcome:
        """Run a command to its end.

        :param given: its standard input.
        """
        self.out = out = io.StringIO()
        err = io.StringIO()
        stdin = io.TextIOWrapper(io.BytesIO(given))
        patches = [
            self.patch(sys, "stdout", out),
            self.patch(sys, "stderr", err),
            self.patch(sys, "stdin", stdin),
            self.patch(os, "environ", environment(self.home, env)),
        ]
        try:
            code = await prepare(arguments)(reactor)
        except Trouble as trouble:
            code = ending(trouble)
        except SystemExit as end:
            code = int(end.code or 0)
        finally:
            for patch in reversed(patches):
                patch.restore()
        return Outcome(code, out.getvalue(), err.getvalue())


class CommandLine(SynchronousTestCase, Place):
    """A case with a folder of its own in which the program is run."""

    def setUp(self) -> None:
        self.make_place(self)

    def environment(self, more: Mapping[str, str] | None = None) -> dict[str, str]:
        """Return the environment of the program."""
        return environment(self.home, more)

    def start(
        self, *arguments: str, env: Mapping[str, str] | None = None, **kwargs: Any
    ) -> subprocess.Popen[str]:
        """Start a command."""
        process = subprocess.Popen(
            [*PROGRAM, *arguments],
            cwd=self.folder,
            env=self.environment(env),
            stdin=kwargs.pop("stdin", subprocess.DEVNULL),
            stdout=kwargs.pop("stdout", subprocess.PIPE),
            stderr=kwargs.pop("stderr", subprocess.PIPE),
            encoding="utf-8",
            **kwargs,
        )
        self.addCleanup(_end, process)
        return process

    def run_command(
        self,
        *arguments: str,
        env: Mapping[str, str] | None = None,
        given: str | None = None,
        **kwargs: Any,
    ) -> Outcome:
        """Run a command to its end.

        :param given: its standard input.
        """
        if given is not None:
            kwargs["stdin"] = subprocess.PIPE
        process = self.start(*arguments, env=env, **kwargs)
        out, err = process.communicate(given, timeout=PATIENCE)
        return Outcome(process.returncode, out, err)

    def run_on_terminal(
        self, *arguments: str, env: Mapping[str, str] | None = None
    ) -> Outcome:
        """Run a command whose output is a terminal; ``out`` has all of it."""
        ours, theirs = pty.openpty()
        process = self.start(
            *arguments,
            env={"TERM": "xterm-256color", "COLUMNS": "100", **(env or {})},
            stdout=theirs,
            stderr=theirs,
        )
        os.close(theirs)
        pieces: list[bytes] = []

        def read() -> None:
            # Linux answers EIO when the last one has closed the other end.
            with suppress(OSError):
                while piece := os.read(ours, 65536):
                    pieces.append(piece)

        reader = threading.Thread(target=read)
        reader.start()
        code = process.wait(PATIENCE)
        reader.join(PATIENCE)
        os.close(ours)
        return Outcome(code, b"".join(pieces).decode(), "")


def _end(process: subprocess.Popen[str]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGKILL)
    process.wait()
    for stream in (process.stdin, process.stdout, process.stderr):
        if stream is not None:
            stream.close()
