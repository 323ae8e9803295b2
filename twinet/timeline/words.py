"""Times and sizes in words, as table and picture show them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twinet.timeline.row import Row

__all__ = ["duration", "size", "summary"]

_KILO = 1000
_UNITS = ("kB", "MB", "GB", "TB")


def duration(seconds: float) -> str:
    """Return a time in a unit that keeps it short: ``0.4 ms``, ``12 ms``, ``3.1 s``."""
    # What would be rounded up to another digit is shown in the next form.
    milliseconds = seconds * 1000
    if milliseconds < 9.95:  # noqa: PLR2004  of so little tenths are of interest
        return f"{milliseconds:.1f} ms"
    if milliseconds < _KILO - 0.5:
        return f"{milliseconds:.0f} ms"
    return f"{seconds:.2f} s" if seconds < 99.995 else f"{seconds:.0f} s"  # noqa: PLR2004  three digits


def size(count: int) -> str:
    """Return a number of bytes, in decimal units: ``17 B``, ``1.2 kB``."""
    if count < _KILO:
        return f"{count} B"
    amount = float(count)
    for unit in _UNITS:
        amount /= _KILO
        # What would be rounded up to four digits is shown in the next unit.
        if amount < _KILO - 0.5 or unit == _UNITS[-1]:
            break
    return f"{amount:.1f} {unit}" if amount < 99.95 else f"{amount:.0f} {unit}"  # noqa: PLR2004  three digits


def summary(rows: Sequence[Row], dropped: int) -> str:
    """Return all rows in one line."""
    count = len(rows)
    parts = [f"{count} request{'' if count == 1 else 's'}"]
    failed = sum(bool(row.error) for row in rows)
    if failed:
        parts.append(f"{failed} failed")
    if rows:
        begin = min(row.begin for row in rows)
        parts.append(duration(max(row.end for row in rows) - begin))
        parts.append(f"{size(sum(row.received for row in rows))} received")
    if dropped:
        parts.append(f"{dropped} older ones dropped")
    return ", ".join(parts)
