"""The files that every FTP server in here serves, and the names they have.

One folder for all servers of a run, because nothing in it changes but below
``/in``, where a test makes a folder of its own (:meth:`FtpServer.room`).

``/NAME``
    is a file of :data:`FILES`; ``/sparse.bin`` has :data:`SPARSE` zeros.
``/names/NAME``
    is a file of :data:`NAMES`, each with its own name as contents; the folder ``/say
    "hi"`` is one that PWD has to quote.
``/latin/NAME``
    is a file of :data:`LATIN`, whose names are no UTF-8.
``/many/``
    has :data:`MANY` empty files.
``/in/``
    takes what is sent to it.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

MIB = 1 << 20
#: The files: name to contents.
FILES = {
    "empty.bin": b"",
    "small.txt": b"Downfall Coffee & Tea: 2.50\r\n",
    "unix.txt": b"one\ntwo\n\nfour",
    "five-mebibytes.bin": bytes(range(256)) * (5 * MIB // 256),
    "folder/inner.txt": b"inner\n",
    "folder/deeper/leaf.txt": b"leaf\n",
}
#: How long the file is that takes no room [bytes].
SPARSE = 100 * MIB
#: Names that a client may stumble over.
NAMES = (
    "with a space.txt",
    "with  two  spaces.txt",
    " with one before.txt",
    ".leading-dot.txt",
    "-leading-dash.txt",
    "a [bracket] and a {brace}.txt",
    "100%.txt",
    "semi;colon.txt",
    "an -> arrow.txt",
)
#: Names beyond ASCII, as UTF-8.
UTF8 = ("grüße.txt", "コーヒー.txt", "ÿ.txt")
#: Names that are no UTF-8; the second one has Telnet's IAC.
LATIN = (b"caf\xe9.txt", b"\xff.txt")
#: The folder whose name PWD has to quote.
QUOTED = 'say "hi"'
#: How many files ``/many/`` has.
MANY = 300
#: When all files were written.
WRITTEN = 1_700_000_000


def furnish(root: Path) -> None:
    """Write it all; it may be read by everybody, and ``/in`` be written."""
    for name, contents in FILES.items():
        _write(root / name, contents)
    for name in NAMES + UTF8:
        _write(root / "names" / name, name.encode())
    for raw in LATIN:
        _write(root / "latin" / os.fsdecode(raw), raw)
    for number in range(MANY):
        _write(root / "many" / f"{number:03}.txt", b"")
    with (root / "sparse.bin").open("wb") as file:
        file.truncate(SPARSE)
    for name in ("empty folder", QUOTED):
        (root / name).mkdir()
    (root / "link.txt").symlink_to("small.txt")
    (root / "in").mkdir()
    (root / "in").chmod(0o777)


def _write(path: Path, contents: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(contents)
    os.utime(path, (WRITTEN, WRITTEN))
