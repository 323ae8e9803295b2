"""The FTP server: vsftpd on the loopback address, its files in memory."""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tests.bench.server import MIB, CannotServeError, cores, home_for
from tests.interop.unpacked import REMEDY, unpacked

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["FtpFiles", "serving", "vsftpd"]

_START_LIMIT = 10.0
_CONFIGURATION = """\
background=NO
listen=YES
listen_address=127.0.0.1
listen_port={port}
seccomp_sandbox=NO
isolate=NO
isolate_network=NO
secure_chroot_dir={folder}/nothing
ftp_username=daemon
no_anon_password=YES
anon_root={folder}/files
anon_world_readable_only=NO
write_enable=YES
anon_upload_enable=YES
anon_other_write_enable=YES
anon_umask=022
"""


class FtpFiles(NamedTuple):
    """What the server has.

    :ivar url: its root, with the slash.
    :ivar folder: where that is; below it are ``1k``, ``bodies/0``, ``bodies/1`` ...,
        ``list/``, and ``up/``, which takes files.
    """

    url: str
    folder: Path


def vsftpd() -> str | None:
    """Return where vsftpd is."""
    return unpacked("vsftpd")


@contextmanager
def serving(*, count: int = 0, size: int = 0, names: int = 0) -> Iterator[FtpFiles]:
    """Run the server.

    :param count: how many bodies there are.
    :param size: the length of each (bytes).
    :param names: how many there are in ``list``.
    :raises CannotServeError: it is not here, or does not start.
    """
    program = vsftpd()
    if program is None:
        msg = f"vsftpd is not here; {REMEDY}"
        raise CannotServeError(msg)
    if os.geteuid() != 0:
        msg = "vsftpd shows a folder as its root, which only root can: run this as root"
        raise CannotServeError(msg)
    # what is sent to it, and what it is sent from, are there as well
    home = home_for(3 * max(count, 1) * size)
    with tempfile.TemporaryDirectory(prefix="twinet-bench-", dir=home) as place:
        folder = Path(place)
        folder.chmod(0o755)
        _make_files(folder / "files", count, size, names)
        process, port = _start(program, folder)
        try:
            yield FtpFiles(f"ftp://127.0.0.1:{port}/", folder / "files")
        finally:
            process.terminate()
            process.wait()


def _make_files(files: Path, count: int, size: int, names: int) -> None:
    for name in ("bodies", "list", "up"):
        (files / name).mkdir(parents=True)
    (files / "up").chmod(0o777)
    (files / "1k").write_bytes(secrets.token_bytes(1024))
    block = secrets.token_bytes(MIB)
    for number in range(count):
        with (files / "bodies" / str(number)).open("wb") as file:
            left = size
            while left:
                left -= file.write(block[:left])
    for number in range(names):
        (files / "list" / f"a file with number {number:06}.txt").touch()


def _start(program: str, folder: Path) -> tuple[subprocess.Popen[bytes], int]:
    with socket.socket() as finder:
        finder.bind(("127.0.0.1", 0))
        port: int = finder.getsockname()[1]
    (folder / "nothing").mkdir()
    configuration = folder / "vsftpd.conf"
    configuration.write_text(
        _CONFIGURATION.format(port=port, folder=folder), encoding="utf-8"
    )
    pair = cores()
    pinned = ["taskset", "-c", str(pair[0])] if pair and shutil.which("taskset") else []
    process = subprocess.Popen(
        [*pinned, program, configuration],
        stdin=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    end = time.monotonic() + _START_LIMIT
    while time.monotonic() < end and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.02)
        else:
            return process, port
    process.kill()
    process.wait()
    msg = "vsftpd did not start"
    raise CannotServeError(msg)
