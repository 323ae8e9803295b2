"""The cookies of ``inetfetch get``: from files of Netscape's form, and into one."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import twinet
from twinet.errors import FileNotFound, InternetError
from twinet.inetfetch.command.report import Exit, Trouble, complain

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["cookies_of"]


@contextmanager
def cookies_of(
    files: Sequence[str], jar_file: str | None
) -> Iterator[twinet.CookieJar]:
    """Return a jar with the cookies of files; keep them in one afterwards.

    :param jar_file: read first, if it is there, and written in the end, however that
        comes.  Those that end with the session are among them, as in curl: who runs a
        program again and again has no other session.
    :raises Trouble: a file cannot be read or written.
    """
    jar = twinet.CookieJar()
    if jar_file is not None:
        try:
            jar.import_netscape(jar_file)
        except FileNotFound:
            # It is made.
            pass
        except InternetError as error:
            raise _trouble("--cookie-jar", error) from error
    try:
        for file in files:
            jar.import_netscape(file)
    except InternetError as error:
        raise _trouble("--cookies", error) from error
    try:
        yield jar
    except BaseException:
        try:
            _keep(jar, jar_file)
        except Trouble as trouble:
            # What came first is what the program ends with.
            complain(str(trouble))
        raise
    _keep(jar, jar_file)


def _keep(jar: twinet.CookieJar, jar_file: str | None) -> None:
    try:
        if jar_file is not None:
            jar.export_netscape(jar_file)
    except InternetError as error:
        raise _trouble("--cookie-jar", error) from error


def _trouble(option: str, error: InternetError) -> Trouble:
    return Trouble(f"{option}: {error.message}", Exit.LOCAL)
