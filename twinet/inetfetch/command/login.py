"""Who one is: ``--user``, a password that is asked for, and ``--netrc``."""

from __future__ import annotations

import getpass
import warnings
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit, urlunsplit

from twinet.inetfetch.command.report import Exit, Trouble

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Sequence

__all__ = ["netrc_of", "urls_with_user"]


def netrc_of(options: Namespace) -> bool | str:
    """Return what a session is given as its netrc."""
    file: str | None = options.netrc_file
    return options.netrc if file is None else file


def urls_with_user(options: Namespace) -> list[str]:
    """Return the URLs, each with the user of ``--user`` where it has none of its own.

    Without a colon behind the name the password is asked for at the terminal, unless
    a .netrc file may know it.

    :raises Trouble: there is no terminal, or the name is not text.
    """
    urls: Sequence[str] = options.urls
    if options.user is None:
        return list(urls)
    name, colon, password = options.user.partition(":")
    if not colon and not netrc_of(options):
        password = _asked(name)
    try:
        userinfo = f"{quote(name, safe='')}:{quote(password, safe='')}"
    except UnicodeEncodeError:
        raise Trouble("--user: this is not UTF-8 text", Exit.USAGE) from None
    return [_with(userinfo, url) for url in urls]


def _with(userinfo: str, url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = None
    if parts is None or not parts.netloc or "@" in parts.netloc:
        # It has its own, or it is no URL, which is found out later.
        return url
    return urlunsplit(parts._replace(netloc=f"{userinfo}@{parts.netloc}"))


def _asked(name: str) -> str:
    try:
        with warnings.catch_warnings():
            # It would show what is typed.
            warnings.simplefilter("error", getpass.GetPassWarning)
            return getpass.getpass(f"Password of {name}: ")
    except (EOFError, OSError, getpass.GetPassWarning):
        raise Trouble(
            f"--user {name}: there is no terminal to ask for the password; write "
            f"{name}:PASSWORD, or keep it in a file and give --netrc",
            Exit.USAGE,
        ) from None
