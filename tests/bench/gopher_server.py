"""The Gopher server of the benches: one process, one connection at a time, sendfile.

Real servers run a process for each connection, which takes longer than what is
measured here.  ``python -m tests.bench.gopher_server FOLDER`` says its port, and serves
the folder until it is killed.
"""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import sys
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tests.bench.server import MIB, cores

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["GopherFiles", "serving"]


class GopherFiles(NamedTuple):
    """What the server has.

    :ivar url: its root, with the type of binary files and the slash.
    :ivar folder: where that is; in it are ``1k``, ``0``, ``1`` ...
    """

    url: str
    folder: Path


@contextmanager
def serving(count: int, size: int) -> Iterator[GopherFiles]:
    """Run the server with so many files of a size (bytes)."""
    with tempfile.TemporaryDirectory(prefix="twinet-bench-") as place:
        folder = Path(place)
        (folder / "1k").write_bytes(secrets.token_bytes(1024))
        block = secrets.token_bytes(MIB)
        for number in range(count):
            with (folder / str(number)).open("wb") as file:
                left = size
                while left:
                    left -= file.write(block[:left])
        process = subprocess.Popen(
            [sys.executable, "-m", __name__, place], stdout=subprocess.PIPE, text=True
        )
        try:
            assert process.stdout is not None
            port = int(process.stdout.readline())
            yield GopherFiles(f"gopher://127.0.0.1:{port}/9/", folder)
        finally:
            process.kill()
            process.communicate()


def main() -> None:
    """Serve the folder that is named."""
    os.chdir(sys.argv[1])
    if (pair := cores()) is not None:
        os.sched_setaffinity(0, {pair[0]})
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listening:
        print(listening.getsockname()[1], flush=True)
        while True:
            connection, _ = listening.accept()
            with connection, suppress(OSError):
                _serve(connection)


def _serve(connection: socket.socket) -> None:
    request = b""
    while not request.endswith(b"\n"):
        data = connection.recv(4096)
        if not data:
            return
        request += data
    with Path(request.strip().decode().lstrip("/")).open("rb") as file:
        connection.sendfile(file)


if __name__ == "__main__":
    main()
