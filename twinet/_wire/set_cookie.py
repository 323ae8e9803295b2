"""One Set-Cookie field: its name, its value and its attributes (RFC 6265bis, 5.6).

A server may send anything here, so nothing is an error: what breaks the rules is no
cookie, and an attribute that breaks them is not there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Callable

    from twinet.cookie import Cookie

__all__ = ["SetCookie", "parse_cookie_date", "parse_set_cookie", "unfit"]

#: The most that a name and its value may have together, and an attribute (bytes).
_PAIR = 4096
_ATTRIBUTE = 1024
#: So many attributes are looked at: there are seven (our own choice).
_ATTRIBUTES = 32
#: RFC 6265bis, 5.6: with one of them the whole field is dropped.
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
#: What would end a part of a cookie, or the field that it stands in.
_UNSAFE = re.compile(r"[\x00-\x08\x0a-\x1f\x7f;]")
_DELTA = re.compile(r"-?\d+\Z", re.ASCII)
_SAME_SITE: dict[str, Literal["strict", "lax", "none"]] = {
    "strict": "strict",
    "lax": "lax",
    "none": "none",
}
_SAME_SITES = (None, *_SAME_SITE)

# The cookie-date of 5.1.1: tokens between delimiters, in whatever order.
_DELIMITER = re.compile(r"[\t\x20-\x2f\x3b-\x40\x5b-\x60\x7b-\x7e]+")
_TIME = re.compile(r"(\d{1,2}):(\d{1,2}):(\d{1,2})(?:\D.*)?\Z", re.ASCII | re.DOTALL)
_DAY = re.compile(r"(\d{1,2})(?:\D.*)?\Z", re.ASCII | re.DOTALL)
_YEAR = re.compile(r"(\d{2,4})(?:\D.*)?\Z", re.ASCII | re.DOTALL)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct")
_MONTH = {name: number for number, name in enumerate((*_MONTHS, "nov", "dec"), 1)}
_FIRST_YEAR = 1601
_THIS_CENTURY = 69
_TWO_DIGITS = 99


@dataclass(frozen=True, slots=True, repr=False)
class SetCookie:
    """What one field says; nothing is checked against where it came from.

    :ivar expires: when it ends, in seconds since 1970; ``None`` with the session.
    :ivar max_age: how long it lasts, in seconds; it goes before ``expires``.
    :ivar domain: in lower case, a leading dot removed; empty when not given.
    :ivar path: ``None`` when not given, or not beginning with a slash.
    """

    name: str
    value: str
    expires: float | None = None
    max_age: float | None = None
    domain: str = ""
    path: str | None = None
    secure: bool = False
    http_only: bool = False
    same_site: Literal["strict", "lax", "none"] | None = None

    def __repr__(self) -> str:
        # The value is a secret more often than not.
        return f"<SetCookie {self.name}>"


def parse_set_cookie(text: str) -> SetCookie | None:
    """Read the value of a Set-Cookie field; ``None`` when it makes no cookie.

    :source: RFC 6265bis, section 5.6.
    """
    if _CONTROL.search(text):
        return None
    pair, *attributes = text.split(";", _ATTRIBUTES + 1)
    name, equals, value = pair.partition("=")
    if not equals:
        name, value = "", pair
    name, value = name.strip(" \t"), value.strip(" \t")
    if not (name or value) or len(name) + len(value) > _PAIR:
        return None
    said: dict[str, Any] = {}
    for attribute in attributes[:_ATTRIBUTES]:
        key, _, content = attribute.partition("=")
        content = content.strip(" \t")
        reader = _ATTRIBUTE_READERS.get(key.strip(" \t").lower())
        if reader is not None and len(content) <= _ATTRIBUTE:
            # The last of a name wins, unless it cannot be read.
            field, read = reader
            meant = read(content)
            if meant is not None or field == "same_site":
                said[field] = meant
    path = said.pop("path", "")
    return SetCookie(name, value, path=path if path.startswith("/") else None, **said)


def unfit(given: SetCookie | Cookie) -> str:
    """Return why no field can carry a cookie; empty if one can.

    It is from a program, or from a file: a field cannot say any of this.
    """
    name, value, path = given.name, given.value, given.path
    if not name and not value:
        return "it is empty"
    if "=" in name:
        return "its name holds ="
    # A path is not sent, and that of a URL may hold semicolons.
    if any(map(_UNSAFE.search, (name, value, given.domain))) or (
        path is not None and _CONTROL.search(path)
    ):
        return "it holds a semicolon or a control character"
    if (name, value) != (name.strip(" \t"), value.strip(" \t")):
        return "blanks at the ends of its name and value would be lost"
    if len(name) + len(value) > _PAIR:
        return f"its name and value have more than {_PAIR:,} bytes"
    if path is not None and not path.startswith("/"):
        return "its path has to begin with /"
    if given.same_site not in _SAME_SITES:
        return "its SameSite is strict, lax or none"
    return ""


def _domain(text: str) -> str:
    return text.removeprefix(".").lower()


def _same_site(text: str) -> str | None:
    # An unknown word is as good as none (5.6.7), and takes the place of a known one.
    return _SAME_SITE.get(text.lower())


def _seconds(text: str) -> int | None:
    return int(text) if _DELTA.match(text) else None


def parse_cookie_date(text: str) -> float | None:
    """Read a date as cookies have it, in seconds since 1970; ``None`` if it is none.

    :source: RFC 6265bis, section 5.1.1.
    """
    time: tuple[int, int, int] | None = None
    day = month = year = None
    for token in _DELIMITER.split(text):
        if time is None and (match := _TIME.match(token)):
            time = int(match[1]), int(match[2]), int(match[3])
        elif day is None and (match := _DAY.match(token)):
            day = int(match[1])
        elif month is None and token[:3].lower() in _MONTH:
            month = _MONTH[token[:3].lower()]
        elif year is None and (match := _YEAR.match(token)):
            year = int(match[1])
    if time is None or day is None or month is None or year is None:
        return None
    if year <= _TWO_DIGITS:
        year += 2000 if year <= _THIS_CENTURY else 1900
    if year < _FIRST_YEAR:
        return None
    try:
        hour, minute, second = time
        return datetime(year, month, day, hour, minute, second, tzinfo=UTC).timestamp()
    except ValueError:
        return None


_ATTRIBUTE_READERS: dict[str, tuple[str, Callable[[str], Any]]] = {
    "expires": ("expires", parse_cookie_date),
    "max-age": ("max_age", _seconds),
    "domain": ("domain", _domain),
    "path": ("path", str),
    "secure": ("secure", lambda _: True),
    "httponly": ("http_only", lambda _: True),
    "samesite": ("same_site", _same_site),
}
