"""Dates: HTTP's three forms, and what WinINet takes for one."""

from __future__ import annotations

import email.utils
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
        for present, year, meant in (
            *((2026, "26", 2026), (2026, "76", 2076), (2026, "77", 1977)),
            *((2026, "00", 2000), (2026, "99", 1999), (1999, "05", 2005)),
            *((1999, "49", 2049), (1999, "50", 1950), (2060, "10", 2110)),
        ):
            text = f"Sunday, 06-Nov-{year} 08:49:37 GMT"
            found = parse_http_date(text, NOW.replace(year=present))
            self.assertEqual(found.year, meant, (present, year))

    def test_what_is_no_date_says_so(self) -> None:
        """Nothing is guessed."""
        for text in (
            "",
            "yesterday",
            "Sun, 06 Nov 1994 08:49:37",
            "Sun, 6 Nov 1994 08:49:37 GMT",
            "Sun, 31 Feb 1994 08:49:37 GMT",
            "Sun, 00 Feb 1994 08:49:37 GMT",
            "Sun, 06 Nov 0000 08:49:37 GMT",
            "Sun, 06 Nov 1994 24:49:37 GMT",
            "Sun, 06 Nov 1994 08:60:37 GMT",
            "Sun, 06 Nov 1994 08:49:61 GMT",
            "Sun, 06 Foo 1994 08:49:37 GMT",
            "Foo, 06 Nov 1994 08:49:37 GMT",
            "Son, 06-Nov-94 08:49:37 GMT",
            "Sun, 06 Nov 1994 08:49:37 UTC",
            "Sun, 06 Nov 1994 08:49:37 GMT ",
            "Sun, 06 Nov 1994 08:49:37 GMT\n",
            "Sun, 06 Nov ١٩٩٤ 08:49:37 GMT",
        ):
            error = self.assertRaises(ValueError, parse_http_date, text, NOW)
            self.assertIn(repr(text), str(error))

    def test_a_leap_second_is_the_last_of_its_minute(self) -> None:
        """A calendar of Python has none."""
        leap = "Sat, 31 Dec 2016 23:59:60 GMT"
        last = datetime(2016, 12, 31, 23, 59, 59, tzinfo=UTC)
        self.assertEqual(parse_http_date(leap, NOW), last)
        self.assertEqual(read_date(leap, NOW), last)

    def test_written_as_read(self) -> None:
        """Whatever zone the time has."""
        self.assertEqual(format_http_date(TIME), "Sun, 06 Nov 1994 08:49:37 GMT")
        there = TIME.astimezone(timezone(timedelta(hours=9)))
        self.assertEqual(format_http_date(there), "Sun, 06 Nov 1994 08:49:37 GMT")
        naive = TIME.replace(tzinfo=None)
        self.assertEqual(format_http_date(naive), "Sun, 06 Nov 1994 08:49:37 GMT")

    def test_each_day_of_a_year_is_written_as_it_is_read(self) -> None:
        """Every weekday and every month; by the standard library's word."""
        for days in range(366):
            time = datetime(2020, 1, 1, days % 24, days % 60, tzinfo=UTC)
            time += timedelta(days)
            text = format_http_date(time)
            self.assertEqual(text, email.utils.format_datetime(time, usegmt=True))
            self.assertEqual(parse_http_date(text, NOW), time)
        first = datetime(1, 1, 1, tzinfo=UTC)
        self.assertEqual(format_http_date(first), "Mon, 01 Jan 0001 00:00:00 GMT")

    def test_each_cut_of_a_date_is_none(self) -> None:
        """A part of a date is no other date."""
        text = "Sun, 06 Nov 1994 08:49:37 GMT"
        for end in range(len(text)):
            self.assertRaises(ValueError, parse_http_date, text[:end], NOW)
            self.assertRaises(ValueError, parse_http_date, text[end + 1 :], NOW)


class LenientTests(SynchronousTestCase):
    """WinINet's reader."""

    def test_what_was_measured_on_windows(self) -> None:
        """Words and numbers in their order, whatever stands between."""
        for text, meant in (
            (" fri, 7 jan 2005 12 06 35", (2005, 1, 7, 12, 6, 35)),
            ("Fri, 07-01-2005 12:06:35", (2005, 1, 7, 12, 6, 35)),
            ("5, 07-01-2005 12:06:35 GMT123", (2005, 1, 7, 12, 6, 35)),
            ("2, 11*01/2022 11+13=05", (2022, 1, 11, 11, 13, 5)),
            ("2, 11-Jan-2022 11#13:05", (2022, 1, 11, 11, 13, 5)),
            ("Tuesday the 11, January in 2022 at 11h13m05s", (2022, 1, 11, 11, 13, 5)),
            ("\tSun, 06 Nov 1994 08:49:37 +0100", (1994, 11, 6, 8, 49, 37)),
        ):
            self.assertEqual(read_date(text, NOW), datetime(*meant, tzinfo=UTC), text)

    def test_the_forms_of_http_are_read_as_http_has_them(self) -> None:
        """Also those that WinINet reads wrongly."""
        for text in (
            "Sun, 06 Nov 1994 08:49:37 GMT",
            "Sunday, 06-Nov-94 08:49:37 GMT",
            " Sun Nov  6 08:49:37 1994 ",
        ):
            self.assertEqual(read_date(text, NOW), TIME, text)

    def test_a_year_of_two_digits_is_one_near(self) -> None:
        """With whatever stands between, too."""
        for year, meant in (("05", 2005), ("94", 1994), ("005", 5), ("0005", 5)):
            text = f"Fri 7 1 {year} 12 6 35"
            self.assertEqual(read_date(text, NOW).year, meant)

    def test_a_part_that_is_missing_is_named(self) -> None:
        """The text says what a date has."""
        for text in (
            *("", "GMT", "Fri", "Fri, 07 Jan 2005 12:06", "a b c d e f g"),
            *("1 2 3 4 5 6", "15 Jan 2020 10:20:30", "7, 07-01-2005 12:06:35"),
            "Foo, 07 Jan 2005 12:06:35",
        ):
            error = self.assertRaises(ValueError, read_date, text, NOW)
            self.assertIn("weekday, day, month", str(error))

    def test_a_day_that_is_not_there_is_no_date(self) -> None:
        """Nor is a number with more digits than a calendar or an integer takes."""
        for text in (
            *("Fri 30 Feb 2005 1 2 3", "Fri 7 13 2005 1 2 3", "Fri 7 Foo 2005 1 2 3"),
            *("Fri 7 1 0000 1 2 3", "Fri 7 1 10000 1 2 3", "Fri 7 1 2005 1 2 61"),
            *(f"Fri 7 1 {'9' * many} 1 2 3" for many in (10, 20, 40, 5000)),
        ):
            error = self.assertRaises(ValueError, read_date, text, NOW)
            self.assertIn("is no date", str(error))

    def test_each_cut_of_a_date_is_none_or_the_same(self) -> None:
        """But for its last digit: nothing says that there was another."""
        text = "Fri, 07 Jan 2005 12:06:35 GMT"
        whole = read_date(text, NOW)
        for end in range(len(text)):
            if end < text.index("35") + 1:
                self.assertRaises(ValueError, read_date, text[:end], NOW)
            elif end > text.index("35") + 1:
                self.assertEqual(read_date(text[:end], NOW), whole)
