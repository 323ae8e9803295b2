"""The real daemon, in a process of its own with a state folder of its own."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from typing import TYPE_CHECKING

from tests.inetfetch.commandline import PATIENCE, environment

if TYPE_CHECKING:
    from pathlib import Path

TWISTD = [sys.executable, "-c", "from twisted.scripts.twistd import run; run()"]


class DaemonProcess:
    """A daemon that may fetch from this machine.

    :param home: its folder: ``state`` and ``files`` are below it.
    """

    def __init__(self, home: Path) -> None:
        self.home = home
        self.state = home / "state"
        self.files = home / "files"
        #: what a command needs to find it.
        self.env = {"INETFETCH_STATE_DIR": str(self.state)}
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> str:
        """Start it; return its address when it answers there."""
        self.home.mkdir(exist_ok=True)
        announcement = self.state / "daemon.json"
        announcement.unlink(missing_ok=True)
        log = self.home / "log"
        with log.open("ab") as out:
            self._process = subprocess.Popen(
                [*TWISTD, "-n", "inetfetch"],
                cwd=self.home,
                env=environment(
                    self.home,
                    {
                        **self.env,
                        "INETFETCH_DIR": str(self.files),
                        "INETFETCH_LISTEN": "tcp:0:interface=127.0.0.1",
                        "INETFETCH_POLICY_ALLOW_NETS": "127.0.0.0/8",
                        "INETFETCH_MAX_ACTIVE_PER_HOST": "2",
                    },
                ),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
            )
        end = time.monotonic() + PATIENCE
        while not announcement.exists():
            if self._process.poll() is not None or time.monotonic() > end:
                raise AssertionError(log.read_text())
            time.sleep(0.02)
        url: str = json.loads(announcement.read_bytes())["url"]
        return url

    def kill(self) -> None:
        """End it without any notice."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def ended(self) -> int:
        """Wait until it has ended by itself; return how."""
        assert self._process is not None
        return self._process.wait(PATIENCE)

    def stop(self) -> None:
        """End it."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(PATIENCE)
            finally:
                self.kill()
