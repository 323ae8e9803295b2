"""Which FTP server can do what: the one place where a test is not put to a server.

As ``abilities.py`` for web servers.  A door that a server does not have is an ability
that it lacks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.interop.ftpserver import DOORS
from tests.interop.proftpd import ProFtpd
from tests.interop.pureftpd import PureFtpd
from tests.interop.pyftpd import PyFtpd
from tests.interop.twistedftp import TwistedFtp
from tests.interop.vsftpd import Vsftpd

if TYPE_CHECKING:
    from tests.interop.ftpserver import FtpServer

#: The servers, by the names that tests show.
KINDS: dict[str, type[FtpServer]] = {
    "pyftpdlib": PyFtpd,
    "vsftpd": Vsftpd,
    "proftpd": ProFtpd,
    "pureftpd": PureFtpd,
    "twisted": TwistedFtp,
}

#: What somebody lacks, who that is, and why.
LACKS: dict[str, dict[str, str]] = {
    # doors
    "six": {},
    "implicit": {
        "pureftpd": "it has AUTH TLS alone",
        "twisted": "no TLS for data",
    },
    "reuse": {
        "pyftpdlib": "it takes every session",
        "pureftpd": "it takes every session",
        "twisted": "no TLS",
    },
    "asks": {"pureftpd": "it asks nobody for a certificate", "twisted": "no TLS"},
    # abilities
    "TLS": {"twisted": "no AUTH"},
    "users": {"vsftpd": "they are PAM's, that is the system's"},
    "MLSD": {"vsftpd": "not in its sources", "twisted": "502"},
    "NLST of where one is": {"twisted": "it wants an argument"},
    "REST": {"twisted": "502"},
    "APPE": {"twisted": "502"},
    "ABOR": {"twisted": "502"},
    "ASCII": {"twisted": "its RETR fails by itself, with a TypeError, and never ends"},
    "UTF-8": {"twisted": "it reads commands as Latin-1, and lists as UTF-8"},
    "Latin-1": {"twisted": "it reads commands as Latin-1, and lists as UTF-8"},
    "doubled IAC": dict.fromkeys(
        ("pyftpdlib", "vsftpd", "pureftpd", "twisted"), "two bytes are two bytes"
    ),
    "quotes in PWD": {
        "pureftpd": "it does not double them",
        "twisted": "it does not double them",
    },
}


def lacks(kind: str, *needs: str) -> str:
    """Return why a server cannot do all of this, or an empty text."""
    return next((why for n in needs if (why := LACKS.get(n, {}).get(kind))), "")


def to_each(*needs: str, doors: tuple[str, ...] = ("open",)) -> Any:
    """Put a test to each server that has all of ``needs``, as its ``ftp``.

    :param doors: by each of these that the server has.
    """
    assert all(need in LACKS for need in needs), f"no such ability among {needs}"
    assert all(door in DOORS for door in doors), f"no such door among {doors}"
    able = [
        f"{kind}-{door}"
        for kind in KINDS
        for door in doors
        if not lacks(kind, *needs, door)
    ]
    assert able, f"no server has {needs}"
    return pytest.mark.parametrize("ftp", able, indirect=True)
