"""The FTP servers of a run: each is started when a test first asks for it."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Self

import pytest

from tests.interop.ftpabilities import KINDS
from tests.interop.ftpsite import furnish
from tests.interop.serverprocess import folder_for_nobody

if TYPE_CHECKING:
    from types import TracebackType

    from tests.interop.ftpserver import FtpServer


class FtpFleet:
    """All that run, over one site; a context manager."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._servers: dict[str, FtpServer] = {}
        self._folder = Path()

    def __enter__(self) -> Self:
        self._folder = Path(self._stack.enter_context(folder_for_nobody()))
        try:
            furnish(self._folder / "root")
        except BaseException:
            self._stack.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()

    def __getitem__(self, name: str) -> FtpServer:
        """Return the server of a kind behind a door (``vsftpd-open``); it runs.

        A test that asks for one that is not on this machine is skipped.
        """
        server = self._servers.get(name)
        if server is None:
            kind, _, door = name.partition("-")
            made = KINDS[kind]
            if made.program() is None:
                pytest.skip(made.install())
            home = self._folder / name
            home.mkdir(exist_ok=True)
            server = made(home, self._folder / "root", door)
            self._stack.callback(server.stop)
            server.start()
            self._servers[name] = server
        return server
