"""What Gopher servers have in common here: the site that they serve.

::

    /            a menu of the server's own making
    /plain.txt   a text with lines that begin with dots
    /big.bin     a binary file of more than 100 MiB
    /latin/      a gophermap in Latin-1
    /utf8/       a gophermap in UTF-8, with items of several types
    /cgi-bin/find.cgi   answers a search with a menu
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, ClassVar

from tests.interop.serverprocess import ServerProcess
from tests.interop.unpacked import REMEDY, unpacked

if TYPE_CHECKING:
    from pathlib import Path

#: More than 100 MiB, and no whole number of anything.
BIG = (100 << 20) + 12345
#: It is one letter after another: cheap to make, and no piece of it is like the next.
_BLOCK = b"".join(hashlib.sha256(bytes([n])).digest() for n in range(256)) * 16
PLAIN = b"one\n..two dots\n.one dot\n.\nlast\n"
UTF8 = (
    "Grüße an alle\n"
    "0Ein Text\t/plain.txt\n"
    "hElsewhere\tURL:http://example.org/\n"
    "7Suche\t/cgi-bin/find.cgi\n"
)
LATIN = "0Übersicht\t/plain.txt\n"
SCRIPT = (
    "#!/bin/sh\n"
    'words="$QUERY_STRING$SEARCHREQUEST"\n'
    'printf "0found %s\\t/plain.txt\\t127.0.0.1\\t70\\r\\n" "$words"\n'
)


def big_digest() -> str:
    """Return the SHA-256 of the big file."""
    whole, rest = divmod(BIG, len(_BLOCK))
    digest = hashlib.sha256()
    for _ in range(whole):
        digest.update(_BLOCK)
    digest.update(_BLOCK[:rest])
    return digest.hexdigest()


class GopherServer(ServerProcess):
    """A running Gopher server."""

    listens = ("gopher",)
    hail = b"\r\n"
    #: whether it knows Gopher+.
    plus: ClassVar[bool] = False

    @classmethod
    def install(cls) -> str:
        """Say how to get it, for the message of a skipped test."""
        return f"{cls.kind} is not here; {REMEDY}"

    @classmethod
    def program(cls) -> str | None:
        """Return the path of the program, unpacked or installed, or None."""
        return unpacked(cls.kind)

    @property
    def port(self) -> int:
        """Its port on 127.0.0.1."""
        return self.ports["gopher"]

    @property
    def root(self) -> Path:
        """The folder that it serves."""
        return self.home / "root"

    def prepare(self) -> None:
        """Make the site."""
        root = self.root
        for folder in (root, root / "latin", root / "utf8", root / "cgi-bin"):
            folder.mkdir(exist_ok=True)
            folder.chmod(0o755)
        (root / "plain.txt").write_bytes(PLAIN)
        (root / "empty.txt").touch()
        (root / "latin" / "gophermap").write_bytes(LATIN.encode("latin-1"))
        (root / "utf8" / "gophermap").write_text(UTF8, encoding="utf-8")
        script = root / "cgi-bin" / "find.cgi"
        script.write_text(SCRIPT)
        script.chmod(0o755)
        with (root / "big.bin").open("wb") as big:
            whole, rest = divmod(BIG, len(_BLOCK))
            for _ in range(whole):
                big.write(_BLOCK)
            big.write(_BLOCK[:rest])
