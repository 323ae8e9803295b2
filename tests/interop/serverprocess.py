"""A real server in a process of its own: free ports, start, stop, and its last words.

``webserver.py`` makes of it servers that all serve one site; ``httpbin.py`` serves
another.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Callable

#: Where Debian puts servers; that folder is not on everybody's search path.
SEARCH = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin"])
#: How long one may take to begin, to end, and to write into its log [s].
PATIENCE = 10.0
#: Somebody else may take a port that was free a moment ago.
ATTEMPTS = 3
#: How much of a log is shown when something went wrong.
SHOWN_LINES = 40


class ServerProcess:
    """A running server, from :meth:`start` to :meth:`stop`.

    :cvar kind: its name, and that of its program.
    :cvar package: what ``apt-get install`` calls it.
    :cvar listens: names of the ports that it listens on; the first one is hailed.
    :cvar hail: what it answers on that port when it is ready; None if it listens only
        then.
    :cvar host: the address on which it listens.
    :cvar farewell: the signal that ends it.
    :ivar home: its folder.
    :ivar http: its address, without a slash at the end, if it is a web server.
    :ivar ports: all its ports, by name.
    :ivar ca_pem: whom to believe about its certificates, where it has any.
    """

    kind: ClassVar[str]
    package: ClassVar[str]
    listens: ClassVar[tuple[str, ...]] = ("http",)
    hail: bytes | None = b"HEAD / HTTP/1.0\r\n\r\n"
    host = "127.0.0.1"
    farewell: ClassVar[signal.Signals] = signal.SIGTERM

    def __init__(self, home: Path) -> None:
        self.home = home
        self.http = ""
        self.ports: dict[str, int] = {}
        self.ca_pem: Path | None = None
        self._process: subprocess.Popen[bytes] | None = None

    # -- what each kind brings

    def prepare(self) -> None:
        """Write what it needs, whatever its ports."""

    def command(self, program: str) -> list[str | Path]:
        """Return the command that runs it in the foreground; the ports are known."""
        raise NotImplementedError

    def variables(self) -> dict[str, str]:
        """Return the variables of the environment that it needs besides ours."""
        return {}

    # -- beginning and end

    @classmethod
    def install(cls) -> str:
        """Say how to get it, for the message of a skipped test."""
        return f"{cls.kind} is not installed: apt-get install {cls.package}"

    @classmethod
    def program(cls) -> str | None:
        """Return the path of the program, or None where there is none."""
        return shutil.which(cls.kind, path=SEARCH)

    def start(self) -> None:
        """Run the server; returns when it answers.

        :raises RuntimeError: with the server's own words, if it does not come up.
        """
        program = self.program()
        if program is None:
            raise RuntimeError(self.install())
        self.prepare()
        for _ in range(ATTEMPTS):
            self.ports = _free_ports(self.host, self.listens)
            self.http = f"http://127.0.0.1:{self.ports[self.listens[0]]}"
            if self._run(self.command(program)):
                return
            self.stop()
        message = f"{self.kind} does not answer:\n{self.words()}"
        raise RuntimeError(message)

    def _run(self, command: list[str | Path]) -> bool:
        with (self.home / "output.log").open("ab") as output:
            self._process = process = subprocess.Popen(
                command,
                cwd=self.home,
                env={**os.environ, **self.variables()},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )

        def ended() -> bool:
            return process.poll() is not None

        doors = [(self.host, port) for port in self.ports.values()]
        first = self.host, self.ports[self.listens[0]]
        return (
            wait_until(lambda: ended() or all(map(_listens, doors)))
            and wait_until(lambda: ended() or _answers(first, self.hail))
            and not ended()
        )

    def stop(self) -> None:
        """End the server and its workers; returns when they are gone."""
        process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(self.farewell)
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def words(self) -> str:
        """Return the last lines of its logs, for people."""
        shown = []
        for name in ("output.log", "error.log"):
            log = self.home / name
            if log.exists():
                shown += log.read_text(errors="replace").splitlines()[-SHOWN_LINES:]
        return "\n".join(shown) or "(nothing logged)"


def folder_for_nobody() -> tempfile.TemporaryDirectory[str]:
    """Make a folder for a server that root starts and that becomes somebody else.

    That one cannot reach pytest's, which are their user's alone.
    """
    folder = tempfile.TemporaryDirectory(prefix="twinet-server-")
    Path(folder.name).chmod(0o755)
    return folder


def wait_until(happened: Callable[[], object]) -> bool:
    """Wait patiently, without the reactor; tells whether it has happened."""
    end = time.monotonic() + PATIENCE
    while not happened():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def _listens(door: tuple[str, int]) -> bool:
    try:
        socket.create_connection(door, 1).close()
    except OSError:
        return False
    return True


def _answers(door: tuple[str, int], hail: bytes | None) -> bool:
    """Tell whether something is said there: some listen before they give up."""
    if hail is None:
        return True
    try:
        with socket.create_connection(door, 1) as talk:
            talk.sendall(hail)
            return talk.recv(1) != b""
    except OSError:
        return False


def _free_ports(host: str, names: tuple[str, ...]) -> dict[str, int]:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    probes = {name: socket.socket(family) for name in names}
    try:
        for probe in probes.values():
            probe.bind((host, 0))
        return {name: probe.getsockname()[1] for name, probe in probes.items()}
    finally:
        for probe in probes.values():
            probe.close()
