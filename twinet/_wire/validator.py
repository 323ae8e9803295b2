"""Validators: what tells that two answers carry the same representation.

Sans-IO.  A validator is strong when two representations that differ in a single byte
cannot have the same one (RFC 9110, section 8.8.1); only a strong one may go into an
If-Range.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

from twinet._wire.http_date import parse_http_date

if TYPE_CHECKING:
    from datetime import datetime

__all__ = ["is_strong_date", "is_strong_tag"]

#: RFC 9110, section 8.8.3, without the W/ of a weak one.
_STRONG_TAG = re.compile(r'"[\x21\x23-\x7e\x80-\xff]*"')
#: How much older than the answer a change must be.  RFC 9110, section 8.8.2.2, is
#: content with a second when one clock made both times, which a client cannot know,
#: and otherwise wants "enough difference"; RFC 7232 said that this is a minute.
_SETTLED = timedelta(seconds=60)


def is_strong_tag(tag: str) -> bool:
    """Tell whether the value of an ETag field is a strong entity tag, well written.

    :source: RFC 9110, section 8.8.3.
    """
    return _STRONG_TAG.fullmatch(tag) is not None


def is_strong_date(modified: str, date: str, now: datetime) -> bool:
    """Tell whether a Last-Modified is a strong validator.

    It is when the answer was made at least a minute later: whatever changed once more
    has had time for a later second.

    :param modified: the value of the Last-Modified field.
    :param date: the value of the Date field of the same answer.
    :param now: what a year of two digits is measured by.
    :source: RFC 9110, section 8.8.2.2.
    """
    try:
        changed, made = (parse_http_date(text, now) for text in (modified, date))
    except ValueError:
        return False
    return made - changed >= _SETTLED
