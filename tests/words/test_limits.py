"""Limits are what they say: a wrong value is refused where it is written."""

from __future__ import annotations

from dataclasses import fields
from math import inf, nan
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from twinet.errors import InvalidParameter
from twinet.records import Limits

COUNTS = {"addresses", "head_bytes", "menu_bytes", "redirects", "decoded_bytes"}
#: What bounds memory, loops and windows.
NEVER_NONE = {"head_bytes", "redirects", "lowest_speed_time"}
NAMES = {each.name for each in fields(Limits)}


class LimitTests(SynchronousTestCase):
    """Every field of the record."""

    def refused(self, **given: Any) -> None:
        """Check that the error names the limit and the value."""
        ((name, value),) = given.items()
        error = self.assertRaises(InvalidParameter, Limits, **given)
        self.assertIn(f"limits.{name} ", error.message)
        self.assertIn(repr(value), error.message)
        # A changed copy is a record like any other.
        self.assertRaises(InvalidParameter, Limits().but, **given)

    def test_a_time_is_a_number_above_0_or_none(self) -> None:
        """Whole or not; what would have run out at once is no limit."""
        good: tuple[Any, ...] = (0.001, 1, 2.5, None)
        bad: tuple[Any, ...] = (0, 0.0, -1, -0.5, nan, inf, -inf, "5", b"5", True, 5j)
        for name in NAMES - COUNTS:
            for value in good:
                if value is None and name in NEVER_NONE:
                    continue
                self.assertEqual(getattr(Limits(**{name: value}), name), value)
            for value in bad:
                self.refused(**{name: value})

    def test_a_count_is_a_whole_number(self) -> None:
        """No redirect is a number of redirects; no address is none of addresses."""
        bad: tuple[Any, ...] = (-1, 1.0, nan, "1", True)
        for name in COUNTS:
            self.assertEqual(getattr(Limits(**{name: 1}), name), 1)
            for value in bad:
                self.refused(**{name: value})
        self.assertEqual(Limits(redirects=0).redirects, 0)
        self.assertEqual(Limits(decoded_bytes=0).decoded_bytes, 0)
        self.refused(head_bytes=0)
        self.refused(addresses=0)

    def test_what_bounds_memory_cannot_be_left_out(self) -> None:
        """The others may be None, which is no limit."""
        self.assertIsNone(Limits(addresses=None).addresses)
        for name in NEVER_NONE:
            self.refused(**{name: None})
