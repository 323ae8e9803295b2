"""Dates: HTTP's three forms, and what WinINet takes for one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from twisted.trial.unittest import SynchronousTestCase

from twinet._wire.http_date import format_http_date, parse_http_date, read_date

TIME = datetime(1994, 11, 6, 8, 49, 37, tzinfo=UTC)
NOW = datetime(2026, 11, 23, tzinfo=UTC)


class HttpDateTests(SynchronousTestCase):
    """RFC 9110, section 5.6.7."""

    def test_the_three_forms_are_one_time(self) -> None:
        """The RFC's own examples."""
        for text in (
            "Sun, 06 Nov 1994 08:49:37 GMT",
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun Nov  6 08:49:37 1994",
        ):
            self.assertEqual(parse_http_date(text, NOW), TIME, text)

    def test_a_year_of_two_digits_lies_less_than_fifty_years_ahead(self) -> None:
        """Else it is the most recent one that ends so."""
        for year, meant in (("26", 2026), ("76", 2076), ("77", 1977), ("99", 1999)):
            text = f"Sunday, 06-Nov-{year} 08:49:37 GMT"
            self.assertEqual(parse_http_date(text, NOW).year, meant)

    def test_what_is_no_date_says_so(self) -> None:
        """Nothing is guessed."""
        for text in (
            "",
            "yesterday",
            "Sun, 06 Nov 1994 08:49:37",
            "Sun, 6 Nov 1994 08:49:37 GMT",
            "Sun, 31 Feb 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 24:49:37 GMT",
            "Sun, 06 Foo 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 08:49:37 GMT ",
            "Sun, 06 Nov ١٩٩٤ 08:49:37 GMT",
        ):
            self.assertRaises(ValueError, parse_http_date, text)

    def test_a_leap_second_is_the_last_of_its_minute(self) -> None:
        """A calendar of Python has none."""
        self.assertEqual(parse_http_date("Sat, 31 Dec 2016 23:59:60 GMT").second, 59)

    def test_written_as_read(self) -> None:
        """Whatever zone the time has."""
        self.assertEqual(format_http_date(TIME), "Sun, 06 Nov 1994 08:49:37 GMT")
        there = TIME.astimezone(timezone(timedelta(hours=9)))
        self.assertEqual(format_http_date(there), "Sun, 06 Nov 1994 08:49:37 GMT")
        naive = TIME.replace(tzinfo=None)
        self.assertEqual(format_http_date(naive), "Sun, 06 Nov 1994 08:49:37 GMT")

    def test_each_cut_of_a_date_is_none(self) -> None:
        """A part of a date is no other date."""
        text = "Sun, 06 Nov 1994 08:49:37 GMT"
        for end in range(len(text)):
            self.assertRaises(ValueError, parse_http_date, text[:end])


class LenientTests(SynchronousTestCase):
    """WinINet's reader."""

    def test_what_was_measured_on_windows(self) -> None:
        """Words and numbers in their order, whatever stands between."""
        for text, meant in (
            (" fri, 7 jan 2005 12 06 35", (2005, 1, 7, 12, 6, 35)),
            ("Fri, 07-01-2005 12:06:35", (2005, 1, 7, 12, 6, 35)),
            ("5, 07-01-2005 12:06:35 GMT123", (2005, 1, 7, 12, 6, 35)),
            ("2, 11*01/2022 11+13=05", (2022, 1, 11, 11, 13, 5)),
            ("Sun Nov  6 08:49:37 1994", (1994, 11, 6, 8, 49, 37)),
        ):
            self.assertEqual(read_date(text), datetime(*meant, tzinfo=UTC), text)

    def test_a_part_that_is_missing_is_named(self) -> None:
        """The text says what a date has."""
        for text in ("", "Fri, 07 Jan 2005 12:06", "a b c d e f g", "1 2 3 4 5 6"):
            error = self.assertRaises(ValueError, read_date, text)
            self.assertIn("weekday, day, month", str(error))
