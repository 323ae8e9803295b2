"""The way to the network: the session that a command of the command line uses."""

from __future__ import annotations

from typing import Any

import twinet
from twinet.errors import InternetError
from twinet.inetfetch.command.report import Exit, Trouble

__all__ = ["open_session"]


def open_session(
    reactor: Any, trust_roots: str | None, **kwargs: Any
) -> twinet.Session:
    """Return a session; close it.

    :param trust_roots: a PEM file with certificates to believe besides the
        platform's.
    :param kwargs: as for :class:`twinet.Session`.
    :raises Trouble: the file cannot be read, or holds no certificate; or another file
        that the session is given is not as it should be.
    """
    roots = None
    try:
        if trust_roots is not None:
            roots = twinet.TrustRoots.from_pem(trust_roots, with_platform=True)
    except InternetError as error:
        raise Trouble(f"--trust-roots: {error.message}", Exit.LOCAL) from error
    try:
        return twinet.Session(
            reactor,
            agent=f"inetfetch/{twinet.__version__}",
            trust_roots=roots,
            **kwargs,
        )
    except InternetError as error:
        # It names the file that it is about.
        raise Trouble(error.message or error.meaning, Exit.LOCAL) from error
