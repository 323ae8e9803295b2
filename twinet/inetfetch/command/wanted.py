"""The jobs that a command line or a list of URLs asks for."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from twinet.inetfetch.command.report import Exit, Trouble
from twinet.inetfetch.weburl import BadUrl, check_url

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["wanted_jobs"]


def wanted_jobs(
    urls: Sequence[str], listed: str | None, out: str | None
) -> list[dict[str, str]]:
    """Return the jobs as the daemon is asked for them.

    All are looked at before the first is added: a list with an error adds nothing.

    :param urls: those of the command line.
    :param listed: a file with a URL on each line, ``-`` for standard input; blank
        lines and lines that begin with ``#`` are skipped.
    :param out: the file's name, for one URL alone.
    :raises Trouble: there is no URL, or a wrong one, or the file cannot be read.
    """
    jobs = [_job(url, "the command line") for url in urls]
    if listed is not None:
        jobs += _from_list(listed)
    if out is not None:
        if len(jobs) != 1:
            raise Trouble(f"-o names one file, for {len(jobs)} URLs", Exit.USAGE)
        jobs[0]["out"] = _text(out, "-o")
    return jobs


def _from_list(listed: str) -> list[dict[str, str]]:
    if listed == "-":
        return list(_lines(sys.stdin.buffer, "standard input"))
    try:
        with Path(listed).open("rb") as file:
            return list(_lines(file, listed))
    except OSError as error:
        raise Trouble(f"cannot read {listed}: {error.strerror}", Exit.LOCAL) from error


def _lines(file: BinaryIO, name: str) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(file, 1):
        where = f"{name}, line {number}"
        # Editors on Windows put a byte order mark before the first line.
        text = line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line
        try:
            url = text.decode().strip()
        except UnicodeDecodeError:
            raise Trouble(f"{where}: this is not UTF-8 text", Exit.USAGE) from None
        if url and not url.startswith("#"):
            yield _job(url, where)


def _job(url: str, where: str) -> dict[str, str]:
    try:
        return {"url": check_url(_text(url, where))}
    except BadUrl as reason:
        raise Trouble(f"{where}: {reason}", Exit.USAGE) from None


def _text(text: str, where: str) -> str:
    """Return the text if it is one: arguments may hold bytes that are not UTF-8."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise Trouble(f"{where}: this is not UTF-8 text", Exit.USAGE) from None
    return text
