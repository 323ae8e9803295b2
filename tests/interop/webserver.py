"""A real web server in a process of its own: ports, certificates, start, stop, logs.

Each kind of server (``nginx``, ``apache``, ``lighttpd``, ``caddy``) derives from
:class:`WebServer` and brings its program and its configuration.  All of them serve the
same site, so that one test can be put to each; ``site.py`` says what there is.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from typing import TYPE_CHECKING, ClassVar

import trustme

from tests.interop.site import furnish

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

#: Where Debian puts servers; that folder is not on everybody's search path.
SEARCH = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin"])
#: How long one may take to begin, to end, and to write into its log [s].
PATIENCE = 10.0
#: Somebody else may take a port that was free a moment ago.
ATTEMPTS = 3
#: How much of a log is shown when something went wrong.
SHOWN_LINES = 40

#: What each server listens on: in the clear, over TLS, over one version of it alone,
#: and where it keeps an idle connection for a moment only.
PORTS = ("http", "https", "tls12", "tls13", "brief")
#: The second name, for which each server has a certificate of its own.
OTHER_NAME = "other.test"


class WebServer:
    """A running server, from :meth:`start` to :meth:`stop`.

    :cvar kind: its name in the tables and on the command line.
    :cvar package: what ``apt-get install`` calls it.
    :ivar root: the folder that it serves; a test may add files under names of its own.
    :ivar ca_pem: the authority that signed its certificates: for ``localhost`` and
        ``127.0.0.1``, and with that name sent (SNI) for ``other.test``.
    :ivar http: its address, without a slash at the end.
    :ivar https: the same over TLS, by the host's name, so that there is one to check.
    :ivar brief: the same in the clear, where an idle connection is soon closed.
    :ivar ports: all its ports, by the names in :data:`PORTS`.
    """

    kind: ClassVar[str]
    package: ClassVar[str]

    def __init__(self, home: Path) -> None:
        self.home = home
        self.root = home / "root"
        self.ca_pem = home / "ca.pem"
        self.http = self.https = self.brief = ""
        self.ports: dict[str, int] = {}
        self._process: subprocess.Popen[bytes] | None = None

    # -- what each kind brings

    def configuration(self) -> str:
        """Return the text of the configuration; the ports are known by now."""
        raise NotImplementedError

    def command(self, program: str, configuration: Path) -> list[str | Path]:
        """Return the command that runs it in the foreground."""
        raise NotImplementedError

    def write_logs(self) -> None:
        """Have it write what it has yet to write into its logs."""

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
        """Write the files and run the server; returns when it answers.

        :raises RuntimeError: with the server's own words, if it does not come up.
        """
        furnish(self.home)
        authority = trustme.CA()
        authority.cert_pem.write_to_path(self.ca_pem)
        for file, names in (
            ("server.pem", ("localhost", "127.0.0.1")),
            ("other.pem", (OTHER_NAME,)),
        ):
            identity = authority.issue_cert(*names)
            identity.private_key_and_cert_chain_pem.write_to_path(self.home / file)
        for _ in range(ATTEMPTS):
            self.ports = _free_ports()
            if self._run():
                return
            self.stop()
        message = f"{self.kind} does not answer:\n{self.words()}"
        raise RuntimeError(message)

    def _run(self) -> bool:
        ports = self.ports
        self.http = f"http://127.0.0.1:{ports['http']}"
        self.https = f"https://localhost:{ports['https']}"
        self.brief = f"http://127.0.0.1:{ports['brief']}"
        found = self.program()
        if found is None:
            raise RuntimeError(self.install())
        configuration = self.home / f"{self.kind}.conf"
        configuration.write_text(self.configuration())
        with (self.home / "output.log").open("ab") as output:
            self._process = subprocess.Popen(
                self.command(found, configuration),
                cwd=self.home,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
        return (
            wait_until(lambda: self._ended() or all(map(_listens, ports.values())))
            and wait_until(lambda: self._ended() or _answers(ports["http"]))
            and not self._ended()
        )

    def _ended(self) -> bool:
        assert self._process is not None
        return self._process.poll() is not None

    def stop(self) -> None:
        """End the server and its workers; returns when they are gone."""
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    # -- what it says

    def words(self) -> str:
        """Return the last lines of its logs, for people."""
        shown = []
        for name in ("output.log", "error.log"):
            log = self.home / name
            if log.exists():
                shown += log.read_text(errors="replace").splitlines()[-SHOWN_LINES:]
        return "\n".join(shown) or "(nothing logged)"

    def requests(self, mark: str, count: int) -> list[tuple[int, int]]:
        """Return what its log says of the requests whose target holds ``mark``.

        A request is logged when it is over, perhaps after its answer was read here.

        :param count: how many there must be; it is waited for that many.
        :returns: the client's port and the status of each; equal ports are one
            connection.
        """

        def logged() -> list[tuple[int, int]]:
            self.write_logs()
            lines = (self.home / "access.log").read_text().splitlines()
            words = [line.split(" ", 2) for line in lines if mark in line]
            return [(int(port), int(status)) for port, status, _ in words]

        wait_until(lambda: len(logged()) >= count)
        return logged()


def wait_until(happened: Callable[[], object]) -> bool:
    """Wait patiently, without the reactor; tells whether it has happened."""
    end = time.monotonic() + PATIENCE
    while not happened():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


def _answers(port: int) -> bool:
    """Tell whether something is said there: some listen before they give up."""
    try:
        with socket.create_connection(("127.0.0.1", port), 1) as talk:
            talk.sendall(b"HEAD / HTTP/1.0\r\n\r\n")
            return talk.recv(1) != b""
    except OSError:
        return False


def _free_ports() -> dict[str, int]:
    probes = {name: socket.socket() for name in PORTS}
    try:
        for probe in probes.values():
            probe.bind(("127.0.0.1", 0))
        return {name: probe.getsockname()[1] for name, probe in probes.items()}
    finally:
        for probe in probes.values():
            probe.close()
