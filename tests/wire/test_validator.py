"""Validators: which of them vouch for each byte."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from twisted.trial.unittest import SynchronousTestCase

from twinet._wire.http_date import format_http_date
from twinet._wire.validator import is_strong_date, is_strong_tag

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)


class TagTests(SynchronousTestCase):
    """RFC 9110, section 8.8.3."""

    def test_strong(self) -> None:
        """Anything in quotes, nothing included."""
        for tag in ('"xyzzy"', '""', '"W/a"', '"a-\\b~!#"', '"\xe9"'):
            self.assertTrue(is_strong_tag(tag), tag)

    def test_not_strong(self) -> None:
        """Weak ones, and what is no entity tag."""
        for tag in (
            *('W/"xyzzy"', 'w/"xyzzy"', "xyzzy", "", '"', '"a', 'a"', '"a"b"'),
            *('"a b"', '"a", "b"', '"a"\n', '"a\x7f"', "'a'", '"\u0100"'),
        ):
            self.assertFalse(is_strong_tag(tag), tag)


class DateTests(SynchronousTestCase):
    """RFC 9110, section 8.8.2.2."""

    def test_a_minute_makes_it_strong(self) -> None:
        """A second less does not, and neither does a date from the future."""
        for seconds, strong in (
            (60, True),
            (61, True),
            (10**8, True),
            (59, False),
            (1, False),
            (0, False),
            (-60, False),
        ):
            changed = format_http_date(NOW - timedelta(seconds=seconds))
            self.assertIs(
                is_strong_date(changed, format_http_date(NOW), NOW), strong, seconds
            )

    def test_without_two_dates_it_is_not(self) -> None:
        """Nor with what is none."""
        date = format_http_date(NOW)
        for pair in (("", ""), ("", date), (date, ""), ("0", date), (date, "now")):
            self.assertFalse(is_strong_date(*pair, NOW), pair)

    def test_old_forms(self) -> None:
        """A year of two digits is measured by the present."""
        self.assertTrue(
            is_strong_date(
                "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:51:37 1994", NOW
            )
        )
