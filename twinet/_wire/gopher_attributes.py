"""Attributes of Gopher+: blocks, the lines in them, and what WinINet makes of those.

::

    +INFO: 0About TAB selector TAB host TAB 70 TAB +
    +ADMIN:
     Admin: Name <mail@host>
     Mod-Date: Mon Jan 1 00:00:00 1995 <19950101120000>
    +VIEWS:
     text/plain En_US: <10k>

A line that begins with a plus begins a block; a line that begins with a blank belongs
to the one before.  ``+INFO`` begins the next item.  What cannot be read as its name
promises is given as text.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from twinet._wire.gopher_item import decoded, read_item
from twinet.gopher import (
    GopherAbstract,
    GopherAdmin,
    GopherAsk,
    GopherAttribute,
    GopherAttributeId,
    GopherCategory,
    GopherEntry,
    GopherGeography,
    GopherItem,
    GopherRange,
    GopherView,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["read_items"]

_CATEGORIES = {
    "+INFO": GopherCategory.INFO,
    "+ADMIN": GopherCategory.ADMIN,
    "+VIEWS": GopherCategory.VIEWS,
    "+ABSTRACT": GopherCategory.ABSTRACT,
    "+VERONICA": GopherCategory.VERONICA,
    "+ASK": GopherCategory.ASK,
}
_BLOCK = re.compile(r"(\+[^\s:]+):?[ \t]?(.*)", re.DOTALL)
_ADMIN = re.compile(r"(.*?)\s*<([^<>]*)>\s*")
_DATE = re.compile(r".*<(\d{14})>\s*")
_RANGE = re.compile(r"(-?\d{1,9})\s+(-?\d{1,9})")
_NUMBER = re.compile(r"[+-]?\d{1,9}")
_VIEW = re.compile(r"\s*([^\s:]+)(?:\s+([^:]*?))?\s*:?\s*(?:<([^<>]*)>)?\s*")
_SIZE = re.compile(r"\s*(\d{1,12})?(?:\.(\d{1,3})\d*)?\s*([kmg]?)b?\s*", re.IGNORECASE)
_UNITS = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30}
_FLAGS = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}


def read_items(text: bytes) -> list[GopherItem]:
    """Read the attributes of one item, or of all items of a menu."""
    items: list[GopherItem] = []
    blocks: list[tuple[str, bytes, list[bytes]]] = []
    raw: list[bytes] = []
    for each in text.split(b"\n"):
        line = each.rstrip(b"\r")
        if line.startswith(b"+"):
            name, first = _head(line)
            if name == "+INFO" and blocks:
                items.append(_item(blocks, raw))
                blocks, raw = [], []
            blocks.append((name, first, []))
        elif blocks and line.startswith((b" ", b"\t")):
            blocks[-1][2].append(line[1:])
        else:
            # Nothing of ours: the last dot, or a blank line between items.
            continue
        raw.append(line)
    if blocks:
        items.append(_item(blocks, raw))
    return items


def _head(line: bytes) -> tuple[str, bytes]:
    name, colon, rest = line.partition(b":")
    if not colon or b" " in name or b"\t" in name:
        name, _, rest = line.partition(b" ")
    return decoded(name).upper(), rest.removeprefix(b" ")


def _item(blocks: list[tuple[str, bytes, list[bytes]]], raw: list[bytes]) -> GopherItem:
    entry: GopherEntry | None = None
    found: list[GopherAttribute] = []
    for name, first, lines in blocks:
        if name == "+INFO":
            # Some servers put it on a line of its own.
            entry = read_item(first or (lines or [b""])[0])
        words = [decoded(line) for line in ((first, *lines) if first else lines)]
        found += _attributes(name, words)
    if entry is not None:
        entry = replace(entry, size=_size_of(found), modified=_time_of(found))
    return GopherItem(entry, tuple(found), decoded(b"\n".join(raw)))


def _attributes(name: str, lines: list[str]) -> Iterator[GopherAttribute]:
    category = _CATEGORIES.get(name, GopherCategory.UNKNOWN)
    kind = GopherAttributeId
    if category is GopherCategory.ABSTRACT:
        yield _named(category, kind.ABSTRACT, name, name, _abstract(lines))
    elif category is GopherCategory.VIEWS:
        for line in lines:
            if line.strip():
                yield _named(category, kind.VIEW, name, "View", _view(line))
    elif category is GopherCategory.ASK:
        for line in lines:
            question, colon, text = line.partition(":")
            if colon:
                asked = GopherAsk(question.strip(), text.strip())
                yield _named(category, kind.UNKNOWN, name, question.strip(), asked)
    elif category in (GopherCategory.ADMIN, GopherCategory.VERONICA):
        for line in lines:
            yield from _field(category, name, line)
    else:
        text = "\n".join(lines)
        yield _named(category, kind.UNKNOWN, name, name, text)


def _field(
    category: GopherCategory, block: str, line: str
) -> Iterator[GopherAttribute]:
    name, colon, text = line.partition(":")
    name, text = name.strip(), text.strip()
    if not colon or not name:
        return
    row = _FIELDS.get(name.lower())
    attribute, read = row if row is not None else (GopherAttributeId.UNKNOWN, None)
    value: object = text if read is None else read(text)
    if value is None:
        value = text
    yield _named(category, attribute, block, name, value)


def _named(
    category: GopherCategory,
    attribute: GopherAttributeId,
    block: str,
    name: str,
    value: object,
) -> GopherAttribute:
    return GopherAttribute(category, attribute, block, name, value)


# -- values: each gives None for what it cannot read


def _admin(text: str) -> GopherAdmin | None:
    match = _ADMIN.fullmatch(text)
    return None if match is None else GopherAdmin(match[1], match[2])


def _date(text: str) -> datetime | None:
    match = _DATE.fullmatch(text)
    if match is None:
        return None
    try:
        return datetime.strptime(match[1], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None


def _number(text: str) -> int | None:
    match = _NUMBER.match(text)
    return None if match is None else int(match[0])


def _range(text: str) -> GopherRange | None:
    match = _RANGE.search(text)
    return None if match is None else GopherRange(int(match[1]), int(match[2]))


def _geography(text: str) -> GopherGeography | None:
    """Read degrees, minutes and seconds; south and west are negative degrees."""
    numbers = [int(each) for each in re.findall(r"-?\d{1,9}", text)]
    sides = re.findall(r"[NSEW]", text.upper())
    if len(numbers) != len(GopherGeography._fields):
        return None
    if "S" in sides:
        numbers[0] = -abs(numbers[0])
    if "W" in sides:
        numbers[3] = -abs(numbers[3])
    return GopherGeography(*numbers)


def _flag(text: str) -> bool | None:
    return _FLAGS.get(text.lower())


def _abstract(lines: list[str]) -> GopherAbstract:
    """Read an abstract; a line that leads to a file has tabs."""
    words = [line for line in lines if "\t" not in line]
    files = [line for line in lines if "\t" in line]
    return GopherAbstract("\n".join(words), files[0] if files else "")


def _view(line: str) -> GopherView | str:
    match = _VIEW.fullmatch(line)
    if match is None:
        return line.strip()
    return GopherView(match[1], (match[2] or "").strip(), _size(match[3]))


def _size(text: str | None) -> int | None:
    match = _SIZE.fullmatch(text or "")
    if match is None or not (match[1] or match[2]):
        return None
    thousandths = int(match[1] or 0) * 1000 + int((match[2] or "0").ljust(3, "0"))
    return thousandths * _UNITS[match[3].lower()] // 1000


_FIELDS: dict[str, tuple[GopherAttributeId, Callable[[str], object] | None]] = {
    "admin": (GopherAttributeId.ADMIN, _admin),
    "mod-date": (GopherAttributeId.MOD_DATE, _date),
    "ttl": (GopherAttributeId.TTL, _number),
    "score": (GopherAttributeId.SCORE, _number),
    "score-range": (GopherAttributeId.RANGE, _range),
    "site": (GopherAttributeId.SITE, None),
    "org": (GopherAttributeId.ORG, None),
    "loc": (GopherAttributeId.LOCATION, None),
    "geog": (GopherAttributeId.GEOG, _geography),
    "tz": (GopherAttributeId.TIMEZONE, _number),
    "provider": (GopherAttributeId.PROVIDER, None),
    "version": (GopherAttributeId.VERSION, None),
    "abstract": (GopherAttributeId.ABSTRACT, lambda text: _abstract([text])),
    "treewalk": (GopherAttributeId.TREEWALK, _flag),
}


def _size_of(found: list[GopherAttribute]) -> int | None:
    for each in found:
        if isinstance(each.value, GopherView) and each.value.size is not None:
            return each.value.size
    return None


def _time_of(found: list[GopherAttribute]) -> datetime | None:
    for each in found:
        if isinstance(each.value, datetime):
            return each.value
    return None
