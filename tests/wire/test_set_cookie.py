"""One Set-Cookie field, and the dates in it.

The numbers beside the cases are sections of RFC 6265bis.
"""

from __future__ import annotations

import math
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from twinet._wire.set_cookie import SetCookie, parse_cookie_date, parse_set_cookie

JUNE = datetime(2021, 6, 9, 10, 18, 14, tzinfo=UTC).timestamp()
DATE = "Wed, 09 Jun 2021 10:18:14 GMT"

#: Section, field, and what it says: name, value, and the attributes that are there.
CASES: tuple[tuple[str, str, tuple[str, str, dict[str, Any]] | None], ...] = (
    # names and values
    ("5.6", "a=1", ("a", "1", {})),
    ("5.6", "a=", ("a", "", {})),
    ("5.6", "=1", ("", "1", {})),
    ("5.6", "1", ("", "1", {})),
    ("5.6", "1; Secure", ("", "1", {"secure": True})),
    ("5.6", "=a=1", ("", "a=1", {})),
    ("5.6", "a==1=", ("a", "=1=", {})),
    ("5.6", 'a="1 2, 3"', ("a", '"1 2, 3"', {})),
    ("5.6", " \ta \t= \t1\t ; Secure", ("a", "1", {"secure": True})),
    ("5.6", "a b=1\t2", ("a b", "1\t2", {})),
    ("5.6", "A=1", ("A", "1", {})),
    ("5.6", "a=\xff\x80", ("a", "\xff\x80", {})),
    ("5.6", "a=1;", ("a", "1", {})),
    ("5.6", "a=1;;; ; =; =x;Secure", ("a", "1", {"secure": True})),
    ("5.6", "a,b=1,c=2", ("a,b", "1,c=2", {})),
    ("5.6", "a=%3B", ("a", "%3B", {})),
    ("5.6", "Secure", ("", "Secure", {})),
    ("5.6", "path=/x", ("path", "/x", {})),
    ("5.7", "", None),
    ("5.7", "=", None),
    ("5.7", " \t=\t ", None),
    ("5.7", "; Secure", None),
    ("5.7", "=; Path=/", None),
    # unknown attributes, and how the known ones are written
    ("5.6", "a=1; Priority=High; x; y=z", ("a", "1", {})),
    ("5.6", "a=1;sEcUrE;hTTPoNLY", ("a", "1", {"secure": True, "http_only": True})),
    ("5.6", "a=1; \tPath\t =\t /x \t", ("a", "1", {"path": "/x"})),
    ("5.6", "a=1; Secured; HttpOnlyX; Max_Age=1", ("a", "1", {})),
    # Expires
    ("5.6.1", f"a=1; Expires={DATE}", ("a", "1", {"expires": JUNE})),
    ("5.6.1", "a=1; Expires=soon", ("a", "1", {})),
    ("5.6.1", "a=1; Expires=", ("a", "1", {})),
    ("5.6.1", "a=1; Expires", ("a", "1", {})),
    ("5.6.1", f'a=1; Expires="{DATE}"', ("a", "1", {"expires": JUNE})),
    # Max-Age
    ("5.6.2", "a=1; Max-Age=10", ("a", "1", {"max_age": 10})),
    ("5.6.2", "a=1; max-age=0", ("a", "1", {"max_age": 0})),
    ("5.6.2", "a=1; Max-Age=-1", ("a", "1", {"max_age": -1})),
    ("5.6.2", "a=1; Max-Age= 010 ", ("a", "1", {"max_age": 10})),
    ("5.6.2", "a=1; Max-Age=", ("a", "1", {})),
    ("5.6.2", "a=1; Max-Age", ("a", "1", {})),
    ("5.6.2", "a=1; Max-Age=-", ("a", "1", {})),
    ("5.6.2", "a=1; Max-Age=+1", ("a", "1", {})),
    ("5.6.2", "a=1; Max-Age=1.5", ("a", "1", {})),
    ("5.6.2", "a=1; Max-Age=1s", ("a", "1", {})),
    ("5.6.2", "a=1; Max-Age=--1", ("a", "1", {})),
    ("5.6.2", 'a=1; Max-Age="1"', ("a", "1", {})),
    ("5.6.2", "a=1; Max-Age=\xb2", ("a", "1", {})),
    (
        "5.7",
        f"a=1; Max-Age=10; Expires={DATE}",
        ("a", "1", {"max_age": 10, "expires": JUNE}),
    ),
    # Domain
    ("5.6.3", "a=1; Domain=h.example", ("a", "1", {"domain": "h.example"})),
    ("5.6.3", "a=1; Domain=.h.example", ("a", "1", {"domain": "h.example"})),
    ("5.6.3", "a=1; Domain=H.eXample", ("a", "1", {"domain": "h.example"})),
    ("5.6.3", "a=1; Domain=..h", ("a", "1", {"domain": ".h"})),
    ("5.6.3", "a=1; Domain=h.", ("a", "1", {"domain": "h."})),
    ("5.6.3", "a=1; Domain=", ("a", "1", {})),
    ("5.6.3", "a=1; Domain=.", ("a", "1", {})),
    ("5.6.3", "a=1; Domain", ("a", "1", {})),
    # Path
    ("5.6.4", "a=1; Path=/", ("a", "1", {"path": "/"})),
    ("5.6.4", "a=1; Path=/X=y z", ("a", "1", {"path": "/X=y z"})),
    ("5.6.4", "a=1; Path=", ("a", "1", {})),
    ("5.6.4", "a=1; Path=x/y", ("a", "1", {})),
    ("5.6.4", 'a=1; Path="/x"', ("a", "1", {})),
    ("5.6.4", "a=1; Path=/x/../y?z", ("a", "1", {"path": "/x/../y?z"})),
    # Secure and HttpOnly, whatever their values are
    ("5.6.5", "a=1; Secure", ("a", "1", {"secure": True})),
    ("5.6.5", "a=1; Secure=false", ("a", "1", {"secure": True})),
    ("5.6.6", "a=1; HttpOnly", ("a", "1", {"http_only": True})),
    ("5.6.6", "a=1; HttpOnly=0", ("a", "1", {"http_only": True})),
    # SameSite
    ("5.6.7", "a=1; SameSite=Strict", ("a", "1", {"same_site": "strict"})),
    ("5.6.7", "a=1; samesite=LAX", ("a", "1", {"same_site": "lax"})),
    ("5.6.7", "a=1; SameSite=none", ("a", "1", {"same_site": "none"})),
    ("5.6.7", "a=1; SameSite=other", ("a", "1", {})),
    ("5.6.7", "a=1; SameSite", ("a", "1", {})),
    # the last of a name wins
    ("5.7", "a=1; Path=/x; Path=/y", ("a", "1", {"path": "/y"})),
    ("5.7", "a=1; path=/x; PATH=/y", ("a", "1", {"path": "/y"})),
    ("5.7", "a=1; Path=/x; Path=y", ("a", "1", {})),
    ("5.7", "a=1; Domain=x; Domain=y", ("a", "1", {"domain": "y"})),
    ("5.7", "a=1; Domain=x; Domain=", ("a", "1", {})),
    ("5.7", "a=1; Max-Age=1; Max-Age=2", ("a", "1", {"max_age": 2})),
    (
        "5.7",
        f"a=1; Expires={DATE[:5]} 1; Expires={DATE}",
        ("a", "1", {"expires": JUNE}),
    ),
    ("5.7", "a=1; SameSite=Lax; SameSite=Strict", ("a", "1", {"same_site": "strict"})),
    ("5.7", "a=1; SameSite=None; SameSite=x", ("a", "1", {})),
    ("5.7", "a=1; Secure; Secure=no", ("a", "1", {"secure": True})),
)

#: Section 5.1.1: dates that are one, all of the same second.
SAME_DATES = (
    "Wed, 09 Jun 2021 10:18:14 GMT",
    "Wednesday, 09-Jun-21 10:18:14 GMT",
    "Wed Jun  9 10:18:14 2021",
    "9 jun 2021 10:18:14",
    "10:18:14 9 JUNE 2021",
    "2021 Juneteenth 9 10:18:14",
    "Jun 2021 10:18:14 09",
    "09/Jun/2021@10:18:14",
    "09.Jun.2021;10:18:14",
    "09\tJun\t2021\t10:18:14",
    "___09~Jun~2021~10:18:14~~~",
    "9th Jun 2021AD 10:18:14.500Z",
    "09 Jun 2021 10:18:14GMT",
    "09 Jun 2021 10:18:14:99",
    "Wed, 09 Jun 2021 10:18:14 +0200",
    "09 Jun 021 10:18:14",
    "09 Jun 2021 10:18:14 10 Jul 2022 11:19:15",
    "xyz 09 \xe9t\xe9 Jun 2021 10:18:14",
)

LATE = ("sept", "OCTOBER", "novx", "dec")

#: Section 5.1.1: dates that are none.
NO_DATES = (
    "",
    "GMT",
    "09 Jun 2021",
    "10:18:14",
    "Jun 2021 10:18:14",
    "09 2021 10:18:14",
    "09 Jun 10:18:14",
    "09 Jux 2021 10:18:14",
    "09Jun2021 10:18:14",
    "009 Jun 2021 10:18:14",
    "09 Jun 20210 10:18:14",
    "09 Jun 1 10:18:14",
    "09 Jun 2021 10:18",
    "09 Jun 2021 10:18:140",
    "09 Jun 2021 010:18:14",
    "09 Jun 2021 10 18 14",
    "00 Jun 2021 10:18:14",
    "31 Jun 2021 10:18:14",
    "32 Jun 2021 10:18:14",
    "29 Feb 2021 10:18:14",
    "30 Feb 2020 10:18:14",
    "09 Jun 1600 10:18:14",
    "09 Jun 100 10:18:14",
    "09 Jun 2021 24:18:14",
    "09 Jun 2021 10:60:14",
    "31 Dec 2016 23:59:60",
    "09 Jun 2021 99:99:99",
    "1623233894",
    "2021-06-09T10:18:14Z",
    "\u0660\u0669 Jun \u0662\u0660\u0662\u0661 10:18:14",
)

HOSTILE = (
    f"name=value; Expires={DATE}; Max-Age=-12345678901234567890; Domain=..a..b.",
    "a=1; Path=/\xff; Secure=; HttpOnly; SameSite=None; SameSite=; =; ==; ;;",
    "=;=;=;=;=;=;=;=;=;=;=;=;=;=;=;=;=;=;=;=;=;=;=;=;=;=;=;=;=;=;=;=;=;=;=;=;=;=;=;=",
    "a=1; Expires=99 Jan 9999 99:99:99; Expires=00 Dec 0000 00:00:00",
    "a=1; Expires=31 Dec 9999 23:59:59; Expires=01 Jan 1601 00:00:00",
    "a=1; Expires=::::1:1:1:1:1:::; Expires=1:1:1 1 jan 11 1:1:1",
    "a=1; Expires=\u0661 Jan \u0662\u0660 1:1:1; Max-Age=\u0663; Max-Age=\xb2",
    "a=1; Expires=" + "1:" * 200 + "; Max-Age=" + "9" * 400,
    "a=1; Max-Age=-" + "9" * 400 + "; Max-Age=" + "0" * 400 + "1",
    '"; \'"\\; \\";%00%0d%0a; Path="/;/"; ,;,=,;\xa0=\xa0;\x85;\u2028=\u2029',
    "\ud800=\udfff; \U0001f36a=\U0001f36a; Domain=\u212a\u0130\xdf; \u017fecure",
    "a\0b=c\rd\ne; \x7f=\x1f",
    "\t \t=\t \t; \t Expires \t=\t \t; \t Path \t=\t \t/ \t",
    "; " * 300 + "Secure",
)


def said(cookie: SetCookie | None) -> tuple[str, str, dict[str, Any]] | None:
    if cookie is None:
        return None
    return (
        cookie.name,
        cookie.value,
        {
            field.name: getattr(cookie, field.name)
            for field in fields(cookie)[2:]
            if getattr(cookie, field.name) != field.default
        },
    )


class SetCookieTests(SynchronousTestCase):
    """RFC 6265bis, section 5.6."""

    def test_each_field_says_what_its_section_makes_of_it(self) -> None:
        """Names, values and attributes; nothing is an error."""
        for section, text, expected in CASES:
            self.assertEqual(said(parse_set_cookie(text)), expected, (section, text))

    def test_bad_date_does_not_replace_a_good_one(self) -> None:
        """An attribute that cannot be read is not there (5.6.1)."""
        for bad in ("", "soon", "09 Jun 2021"):
            text = f"a=1; Expires={DATE}; Expires={bad}"
            self.assertEqual(
                said(parse_set_cookie(text)), ("a", "1", {"expires": JUNE}), text
            )

    def test_bad_max_age_does_not_replace_a_good_one(self) -> None:
        """An attribute that cannot be read is not there (5.6.2)."""
        for bad in ("", "x", "1.5", "-"):
            text = f"a=1; Max-Age=10; Max-Age={bad}"
            self.assertEqual(
                said(parse_set_cookie(text)), ("a", "1", {"max_age": 10}), text
            )

    def test_max_age_with_many_digits_keeps_its_sign_and_size(self) -> None:
        """Past four hundred days the exact number is of no interest (5.5)."""
        for digits in (11, 12, 400, 1000):
            for text, least, most in (
                ("9" * digits, 400 * 24 * 3600, math.inf),
                ("-" + "9" * digits, -math.inf, -1),
                ("0" * digits, 0, 0),
            ):
                cookie = parse_set_cookie(f"a=1; Max-Age={text}")
                assert cookie is not None
                assert cookie.max_age is not None
                self.assertTrue(least <= cookie.max_age <= most, (digits, text[:2]))

    def test_max_age_may_have_leading_zeros(self) -> None:
        """They are digits, and say nothing (5.6.2)."""
        for zeros in (1, 9, 10, 11, 12, 500):
            cookie = parse_set_cookie(f"a=1; Max-Age={'0' * zeros}5")
            assert cookie is not None
            self.assertEqual(cookie.max_age, 5, zeros)

    def test_name_and_value_have_4096_bytes_at_most(self) -> None:
        """Together, without the equals sign and the blanks around them (5.6)."""
        for name, value in ((1, 4095), (4096, 0), (0, 4096), (2048, 2048)):
            text = f"  {'n' * name} = {'v' * value}  ; Secure"
            self.assertEqual(
                said(parse_set_cookie(text)),
                ("n" * name, "v" * value, {"secure": True}),
            )
            self.assertIsNone(parse_set_cookie(text.replace("=", "= v")))
        self.assertIsNone(parse_set_cookie("v" * 4097))

    def test_attribute_has_1024_bytes_at_most(self) -> None:
        """A longer one is not there; the cookie is, and earlier ones count (5.6)."""
        path = "/" + "p" * 1023
        self.assertEqual(
            said(parse_set_cookie(f"a=1; Path= {path} ")), ("a", "1", {"path": path})
        )
        self.assertEqual(said(parse_set_cookie(f"a=1; Path={path}p")), ("a", "1", {}))
        self.assertEqual(
            said(parse_set_cookie(f"a=1; Path=/x; Path={path}p")),
            ("a", "1", {"path": "/x"}),
        )
        self.assertEqual(
            said(parse_set_cookie(f"a=1; Secure={path}p; Domain={'d' * 1025}")),
            ("a", "1", {}),
        )

    def test_control_character_drops_the_whole_field(self) -> None:
        """All but the tab, wherever it stands (5.6)."""
        for number in (*range(0x09), *range(0x0A, 0x20), 0x7F):
            for text in ("{}a=1", "a{}=1", "a=1{}", "a=1; x={}", "a=1; Path=/{}", "{}"):
                bad = text.format(chr(number))
                self.assertIsNone(parse_set_cookie(bad), bad)

    def test_other_characters_drop_nothing(self) -> None:
        """The tab, and what is not ASCII (5.6)."""
        for number in (0x09, *range(0x20, 0x7F), *range(0x80, 0x100)):
            if chr(number) not in ";=":
                name = f"a{chr(number)}b"
                self.assertEqual(
                    said(parse_set_cookie(f"{name}={name}")), (name, name, {})
                )

    def test_thirty_two_attributes_are_looked_at(self) -> None:
        """As the constant says; there may be any number (our own choice)."""
        for before in (0, 30, 31):
            text = f"a=1{'; x' * before}; Secure"
            self.assertEqual(
                said(parse_set_cookie(text)), ("a", "1", {"secure": True}), before
            )
        self.assertEqual(
            said(parse_set_cookie("a=1; Secure" + "; x" * 100_000)),
            ("a", "1", {"secure": True}),
        )

    def test_no_prefix_of_a_hostile_text_raises(self) -> None:
        """Nor does what is left behind it, as a field or as a date."""
        for text in HOSTILE:
            for cut in range(len(text) + 1):
                for part in (text[:cut], text[cut:]):
                    cookie = parse_set_cookie(part)
                    if cookie is not None:
                        self.assertTrue(cookie.name or cookie.value)
                        self.assertNotIn(";", cookie.name + cookie.value)
                    end = parse_cookie_date(part)
                    self.assertTrue(end is None or isinstance(end, float))

    def test_repr_shows_no_value(self) -> None:
        """It is a secret more often than not."""
        cookie = parse_set_cookie("sid=hidden; Path=/")
        self.assertIn("sid", repr(cookie))
        self.assertNotIn("hidden", f"{cookie!r} {cookie}")


class CookieDateTests(SynchronousTestCase):
    """RFC 6265bis, section 5.1.1."""

    def test_forms_of_one_date_are_the_same(self) -> None:
        """Any order, any delimiters, the first of each kind; a zone says nothing."""
        for text in SAME_DATES:
            self.assertEqual(parse_cookie_date(text), JUNE, text)

    def test_all_months_are_known(self) -> None:
        """By their first three letters in any case."""
        for number, name in enumerate(
            ("JAN", "feb", "Marc", "aPr", "May", "june", "jul", "aug", *LATE), 1
        ):
            self.assertEqual(
                parse_cookie_date(f"1 {name} 2021 0:0:0"),
                datetime(2021, number, 1, tzinfo=UTC).timestamp(),
                name,
            )

    def test_two_digits_of_a_year_are_of_this_century_up_to_69(self) -> None:
        """From 70 on they are of the last."""
        for text, year in (
            ("00", 2000),
            ("69", 2069),
            ("069", 2069),
            ("70", 1970),
            ("99", 1999),
            ("0099", 1999),
            ("1601", 1601),
            ("9999", 9999),
        ):
            self.assertEqual(
                parse_cookie_date(f"31 Dec {text} 23:59:59"),
                datetime(year, 12, 31, 23, 59, 59, tzinfo=UTC).timestamp(),
                text,
            )

    def test_what_lacks_a_part_or_exists_in_no_calendar_is_no_date(self) -> None:
        """Day, month, year and time are needed, each within its bounds."""
        for text in NO_DATES:
            self.assertIsNone(parse_cookie_date(text), text)

    def test_leap_day_is_a_date(self) -> None:
        """In a leap year."""
        self.assertEqual(
            parse_cookie_date("29 Feb 2020 00:00:00"),
            datetime(2020, 2, 29, tzinfo=UTC).timestamp(),
        )
