"""The daemon's promise on a real server: nothing lost, nothing wrong, nothing twice."""

from __future__ import annotations

import hashlib
import json
import random
import signal
import subprocess
import time
import urllib.request
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from tests.inetfetch.commandline import PROGRAM, environment
from tests.inetfetch.daemonprocess import DaemonProcess

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.interop.nginx import Nginx

KIB, MIB = 1 << 10, 1 << 20
#: 200 sizes from 1 KiB to 200 MiB: most are small, as in life.
SIZES = [
    *(KIB * (1 + number % 64) for number in range(150)),
    *(MIB * (1 + number % 4) for number in range(44)),
    *(16 * MIB for _ in range(3)),
    *(48 * MIB for _ in range(2)),
    200 * MIB,
]
#: How long the queue may take to empty (seconds): a net, not a measurement.
PATIENCE = 240


@pytest.fixture(scope="module")
def website(nginx: Nginx) -> dict[str, tuple[str, str]]:
    """Give 200 files over http and https: name to URL and SHA-256."""
    folder = nginx.root / "acceptance"
    folder.mkdir()
    files = {}
    for number, size in enumerate(SIZES):
        contents = random.Random(number).randbytes(size)
        name = f"file-{number:03}.bin"
        (folder / name).write_bytes(contents)
        base = nginx.https if number % 2 else nginx.http
        digest = hashlib.sha256(contents).hexdigest()
        files[name] = (f"{base}/acceptance/{name}", digest)
    return files


@pytest.fixture
def daemon(nginx: Nginx, tmp_path: Path) -> Iterator[DaemonProcess]:
    """Give a daemon that trusts the server's private root; not started yet."""
    process = DaemonProcess(tmp_path / "home")
    process.env["INETFETCH_TRUST_ROOTS"] = str(nginx.ca_pem)
    yield process
    process.kill()


def command(daemon: DaemonProcess, *arguments: str, given: str = "") -> str:
    """Run a command of the command line; it must end well."""
    done = subprocess.run(
        [*PROGRAM, *arguments],
        env=environment(daemon.home, daemon.env),
        input=given,
        capture_output=True,
        encoding="utf-8",
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, f"{arguments}: {done.stdout}{done.stderr}"
    return done.stdout


def add_all(
    daemon: DaemonProcess, website: dict[str, tuple[str, str]], folder: str = ""
) -> None:
    """Add every URL of the website, below a folder of the server."""
    urls = "".join(
        url.replace("/acceptance/", f"{folder}/acceptance/") + "\n"
        for url, _ in website.values()
    )
    out = command(daemon, "add", "-i", "-", given=urls)
    assert len(out.splitlines()) == len(website)


def ask(daemon: DaemonProcess, url: str, what: str) -> Any:
    """Ask the daemon's API."""
    token = (daemon.state / "token").read_text().strip()
    request = urllib.request.Request(
        f"{url}/api/v1/{what}", headers={"Authorization": f"Bearer {token}"}
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


def seen_fetching(daemon: DaemonProcess, url: str, done: int) -> dict[str, int]:
    """Wait until so many jobs are done and one is in the middle; return the states."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        states: dict[str, int] = ask(daemon, url, "stats")["states"]
        fetching = ask(daemon, url, "jobs?state=fetching")["jobs"]
        if states.get("done", 0) >= done and any(job["done_bytes"] for job in fetching):
            return states
        time.sleep(0.01)
    pytest.fail(f"no job was seen being fetched: {states}")


def check(daemon: DaemonProcess, website: dict[str, tuple[str, str]]) -> None:
    """Check every job, every file, and that there is nothing else."""
    command(daemon, "wait")
    listed = command(daemon, "ls", "--json").splitlines()
    states = Counter(json.loads(line)["state"] for line in listed)
    assert states == {"done": len(website)}
    assert sorted(path.name for path in daemon.files.iterdir()) == sorted(website)
    wrong = [
        name
        for name, (_, digest) in website.items()
        if hashlib.sha256((daemon.files / name).read_bytes()).hexdigest() != digest
    ]
    assert wrong == []


def test_two_hundred_files_arrive_right(
    daemon: DaemonProcess, website: dict[str, tuple[str, str]]
) -> None:
    """HTTP and HTTPS with a private root, 1 KiB to 200 MiB."""
    daemon.start()
    add_all(daemon, website)
    check(daemon, website)


def test_five_kills_and_two_at_the_rename_lose_nothing(
    daemon: DaemonProcess,
    website: dict[str, tuple[str, str]],
    capsys: pytest.CaptureFixture[str],
) -> None:
    """SIGKILL just before and after a rename, then while jobs are being fetched."""
    daemon.env["INETFETCH_FAULT"] = "before-rename:20"
    daemon.start()
    add_all(daemon, website, "/paced")
    for point in ("before-rename", "after-rename"):
        code = daemon.ended()
        with capsys.disabled():
            print(f"\n{point}: the daemon ended with {code}", end="")
        assert code == -signal.SIGKILL
        daemon.env["INETFETCH_FAULT"] = "after-rename:10"
        if point == "before-rename":
            daemon.start()
    del daemon.env["INETFETCH_FAULT"]
    for kill in range(1, 6):
        url = daemon.start()
        states = seen_fetching(daemon, url, 25 * kill + 20)
        daemon.kill()
        with capsys.disabled():
            print(f"\nkill {kill}: {states}", end="")
        assert sum(states.values()) == len(website)
    daemon.start()
    check(daemon, website)
