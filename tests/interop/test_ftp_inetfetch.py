"""The command line and the daemon on real FTP servers."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.inetfetch.commandline import PATIENCE, PROGRAM, environment
from tests.inetfetch.daemonprocess import DaemonProcess
from tests.interop.ftpabilities import to_each
from tests.interop.ftpsite import FILES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.interop.ftpserver import FtpServer

#: Where they are on the server.
PATHS = ("small.txt", "empty.bin", "five-mebibytes.bin", "folder/inner.txt")


def run(daemon: DaemonProcess, *arguments: str, cwd: Path | None = None) -> str:
    """Run a command; it must end well, and say no word of an error."""
    done = subprocess.run(
        [*PROGRAM, *arguments],
        env=environment(daemon.home, daemon.env),
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=PATIENCE,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, ""), arguments
    return done.stdout


@pytest.fixture
def daemon(tmp_path: Path, ftp: FtpServer) -> Iterator[DaemonProcess]:
    """Give a daemon that trusts the server's private root; not started yet."""
    process = DaemonProcess(tmp_path / "home")
    process.home.mkdir()
    process.env["INETFETCH_TRUST_ROOTS"] = str(ftp.ca_pem)
    yield process
    process.kill()


def urls(ftp: FtpServer) -> list[str]:
    """Return the URLs, each with a login."""
    base = ftp.url(ftp.writer)
    return [f"{base}/{path}" for path in PATHS]


def check(folder: Path) -> None:
    """Check every file, and that there is nothing else."""
    wanted = {path.rpartition("/")[2]: FILES[path] for path in PATHS}
    assert {path.name for path in folder.iterdir()} == set(wanted)
    for name, contents in wanted.items():
        assert (folder / name).read_bytes() == contents


@to_each(doors=("open", "six", "implicit"))
def test_get(ftp: FtpServer, daemon: DaemonProcess, tmp_path: Path) -> None:
    """Whole files, in clear and by ftps; no password is shown."""
    folder = tmp_path / "here"
    roots = ("--trust-roots", str(ftp.ca_pem))
    out = run(daemon, "get", *roots, "-d", str(folder), *urls(ftp))
    assert f":{ftp.writer[1]}@" not in out
    check(folder)


@to_each(doors=("open", "implicit"))
def test_daemon(ftp: FtpServer, daemon: DaemonProcess) -> None:
    """Whole files; no password is shown."""
    daemon.start()
    run(daemon, "add", *urls(ftp))
    run(daemon, "wait")
    jobs = run(daemon, "ls", "--json")
    assert {json.loads(line)["state"] for line in jobs.splitlines()} == {"done"}
    for said in (jobs, (daemon.home / "log").read_text()):
        assert f":{ftp.writer[1]}@" not in said
    check(daemon.files)
    daemon.stop()
