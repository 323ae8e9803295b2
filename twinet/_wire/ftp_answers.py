"""What stands in the text of certain replies of FTP: a path, a size, a time.

A text that says nothing, or that could mean two things, is ``None``: better none than
a wrong one.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from twinet._wire.ftp_name import decode_name

if TYPE_CHECKING:
    from twinet.ftp import FtpReply

__all__ = ["read_path", "read_size", "read_size_hint", "read_time", "time_of_digits"]

#: Quotes in it doubled; behind it comes a blank, or nothing.
_QUOTED = re.compile(rb'[^"]*"((?:[^"]|"")*)"(?!\S)')
#: Quotes in it as they are: what is between the first and the last.
_BETWEEN = re.compile(rb'[^"]*"(.+)"')
#: A path that stands there bare begins, or goes on, as no word of a language does.
_BARE = re.compile(rb"[/\\~]|\S*[:\[\]]")
#: A size, or the number of one; more digits are none.
_NUMBER = re.compile(r"[0-9]{1,20}")
#: The last bracket: the name, which stands before it, may have one of its own.
_HINT = re.compile(r".*\((\d{1,20}) bytes?\b", re.ASCII | re.DOTALL | re.IGNORECASE)
_TIME = re.compile(r"\s*(\d{14,15}(?:\.\d*)?)\s*(?:Z|GMT|UTC)?\s*", re.ASCII)
_DIGITS = 14
_BUGGY = 15
_MICROSECONDS = 6
_LEAP_SECOND = 60


def read_path(reply: FtpReply, encoding: str = "utf-8") -> str | None:
    """Return the path that stands in the text of a 257: PWD's and MKD's.

    It is in quotes, and a quote in it is doubled (RFC 959, appendix II).  Servers are
    met that do not double them, and others that leave all quotes out: then it is the
    first word, if that looks like a path.
    """
    line = reply.lines[0][4:].strip()
    if (found := _QUOTED.match(line)) is not None:
        path = found[1].replace(b'""', b'"')
    elif (found := _BETWEEN.match(line)) is not None:
        path = found[1]
    elif b'"' not in line and _BARE.match(line) is not None:
        path = line.partition(b" ")[0]
    else:
        return None
    # Telnet's way to say a carriage return (RFC 2640, section 3.1).
    return decode_name(path.replace(b"\r\0", b"\r"), encoding) or None


def read_size(text: str) -> int | None:
    """Return the size in the text of SIZE's 213 [bytes].

    :source: RFC 3659, section 4.
    """
    words = text.removesuffix(".").split()
    if words[-1:] == ["bytes"]:
        words.pop()
    # Some put the name before the number. Two numbers are a number in groups, or not.
    if not words or (len(words) > 1 and words[-2].isdigit()):
        return None
    return int(words[-1]) if _NUMBER.fullmatch(words[-1]) is not None else None


def read_size_hint(text: str) -> int | None:
    """Return the size in the text of RETR's 150 [bytes].

    No standard has it, so it is a hint: of a file in ASCII, or from an offset on, some
    servers tell what will come, and others the size of the file.
    """
    found = _HINT.match(text)
    return None if found is None else int(found[1])


def read_time(text: str) -> datetime | None:
    """Return the time in the text of MDTM's 213, in UTC.

    :source: RFC 3659, section 3.
    """
    found = _TIME.fullmatch(text)
    return None if found is None else time_of_digits(found[1])


def time_of_digits(digits: str) -> datetime | None:
    """Read ``YYYYMMDDHHMMSS[.sss]`` (RFC 3659, section 2.3), in UTC.

    Servers that wrote 19 and the years since 1900 are still there: ``19126`` is 2026.
    """
    whole, _, fraction = digits.partition(".")
    if not (digits.isascii() and (whole + fraction).isdigit()):
        return None
    if len(whole) == _BUGGY and whole.startswith("191"):
        whole = f"{1900 + int(whole[2:5])}{whole[5:]}"
    if len(whole) != _DIGITS:
        return None
    try:
        second = int(whole[12:])
        return datetime(
            int(whole[:4]),
            int(whole[4:6]),
            int(whole[6:8]),
            int(whole[8:10]),
            int(whole[10:12]),
            second - (second == _LEAP_SECOND),
            int(f"{fraction:0<6}"[:_MICROSECONDS]),
            tzinfo=UTC,
        )
    except ValueError:
        return None
