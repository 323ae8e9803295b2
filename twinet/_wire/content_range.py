"""Which part of a representation an answer carries: the Content-Range field.

Sans-IO, and on the strict side: a part that is put in the wrong place makes a file
that looks whole and is not.
"""

from __future__ import annotations

import re
from typing import NamedTuple

__all__ = ["ContentRange", "parse_content_range"]

#: RFC 9110, section 14.4.  19 digits are enough for every length that fits 2**63, and
#: few enough for ``int()`` to be quick.
_CONTENT_RANGE = re.compile(
    r"(?i:bytes) (?:(\d{1,19})-(\d{1,19})/(?:(\d{1,19})|\*)|\*/(\d{1,19}))", re.ASCII
)
#: As for a Content-Length.
_BOUND = 2**63


class ContentRange(NamedTuple):
    """What a Content-Range says, in bytes.

    :ivar first: the place of the first byte; ``None`` when the range that was asked
        for could not be given (416).
    :ivar last: the place of the last byte; ``None`` likewise.
    :ivar complete: the length of the whole representation; ``None`` when the server
        does not know it.
    """

    first: int | None
    last: int | None
    complete: int | None

    @property
    def length(self) -> int:
        """How many bytes the part has; 0 for a range that could not be given."""
        return (
            0 if self.first is None or self.last is None else self.last - self.first + 1
        )


def parse_content_range(value: str) -> ContentRange:
    """Read the value of a Content-Range field.

    :raises ValueError: it is none, its unit is not bytes, it ends before it begins,
        or it reaches behind the end of the whole.
    :source: RFC 9110, section 14.4.
    """
    found = _CONTENT_RANGE.fullmatch(value)
    if found is None:
        msg = f"{_shown(value)} is no Content-Range in bytes, as 'bytes 0-99/1000' is"
        raise ValueError(msg)
    first, last, complete, unsatisfied = (
        None if digits is None else int(digits) for digits in found.groups()
    )
    if unsatisfied is not None:
        part = ContentRange(None, None, unsatisfied)
    else:
        part = ContentRange(first, last, complete)
    if max(number or 0 for number in part) >= _BOUND:
        msg = f"{_shown(value)} names a place that no file has"
        raise ValueError(msg)
    if part.length < (first is not None):
        msg = f"{_shown(value)} ends before it begins"
        raise ValueError(msg)
    if last is not None and complete is not None and last >= complete:
        msg = f"{_shown(value)} reaches behind the end of the whole"
        raise ValueError(msg)
    return part


def _shown(value: str) -> str:
    """Show a value in a message: ASCII, one line, not too long."""
    limit = 60
    return ascii(value if len(value) <= limit else f"{value[:limit]}...")
