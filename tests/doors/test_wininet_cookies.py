"""The cookie functions of the Windows door."""

from __future__ import annotations

from pathlib import Path

from tests.doors.test_wininet import DoorCase
from twinet import CookieJar
from twinet import wininet as w
from twinet.errors import InvalidParameter, NoMoreItems, OperationNotAllowed
from twinet.wininet import CookieState

URL = "http://www.example.com/a/b"
PAST = "Thu, 01 Jan 1998 00:00:00 GMT"
FUTURE = "Fri, 01 Jan 2100 00:00:00 GMT"


class CookieTests(DoorCase):
    """One jar for the process."""

    def nothing_for(self, url: str) -> None:
        """Check that there is none: 259."""
        self.assertEqual(
            self.assertRaises(NoMoreItems, w.InternetGetCookie, url).code, 259
        )

    def test_set_sent_and_got(self) -> None:
        """By every session of the door."""
        self.assertIs(w.InternetSetCookie("http://192.0.2.1/", "a", "1"), True)
        self.assertEqual(w.InternetGetCookie("http://192.0.2.1/x"), "a=1")
        sent = self.answered(w.HttpSendRequest(self.request))
        self.assertIn(b"Cookie: a=1\r\n", sent)

    def test_name_may_be_in_the_data(self) -> None:
        """With a name of None, as measured."""
        w.InternetSetCookie(URL, None, "a=1; path=/")
        w.InternetSetCookie(URL, None, f"b=2; path=/; expires={FUTURE}")
        self.assertEqual(w.InternetGetCookie(URL, "other"), "a=1; b=2")

    def test_no_cookie_is_259_and_no_host_is_87(self) -> None:
        """As measured."""
        self.nothing_for(URL)
        for call in (w.InternetGetCookie, w.InternetGetCookieEx):
            for url in ("about:blank", "http://", "nonsense"):
                error = self.assertRaises(InvalidParameter, call, url)
                self.assertEqual(error.code, 87)
        error = self.assertRaises(
            InvalidParameter, w.InternetSetCookie, "about:blank", "a", "1"
        )
        self.assertEqual(error.code, 87)

    def test_domains_as_measured(self) -> None:
        """The legality table of the measured implementation, and Windows' own rows."""
        for domain, host, legal in (
            ("gmail.com", "gmail.com", True),
            ("gmail.com", "www.gmail.com", True),
            ("gmail.com", "www.mail.gmail.com", True),
            ("com", "gmail.com", False),
            ("uk", "co.uk", False),
            ("mail.gmail.com", "gmail.com", False),
            ("co.uk", "gmail.co.uk", False),
            ("com.pl", "x.com.pl", False),
        ):
            state = w.InternetSetCookieEx(f"http://{host}/", "a", f"1; domain={domain}")
            expected = CookieState.ACCEPT if legal else CookieState.REJECT
            self.assertEqual(state, expected, (domain, host))
        error = self.assertRaises(
            InvalidParameter, w.InternetSetCookie, URL, "a", "1; domain=example.org"
        )
        self.assertEqual(error.code, 87)

    def test_expiry_as_measured(self) -> None:
        """The past deletes; a bad date makes a cookie of the session."""
        w.InternetSetCookie(URL, "a", f"1; expires={FUTURE}")
        w.InternetSetCookie(URL, "a", "2")
        (cookie,) = w.cookies.JAR
        self.assertFalse(cookie.persistent)
        for bad in ("", "soon"):
            w.InternetSetCookie(URL, "a", f"3; expires={bad}")
            self.assertEqual(w.InternetGetCookie(URL), "a=3")
        w.InternetSetCookie(URL, "a", f"4; expires={PAST}")
        self.nothing_for(URL)

    def test_http_only_needs_the_flag(self) -> None:
        """To set, to see, to overwrite: else 4317, REJECT, and nothing."""
        plain = self.assertRaises(
            OperationNotAllowed, w.InternetSetCookie, URL, "a", "1; HttpOnly"
        )
        self.assertEqual(plain.code, 4317)
        flag = w.INTERNET_COOKIE_HTTPONLY
        self.assertEqual(w.InternetSetCookieEx(URL, "a", "1; HttpOnly"), 5)
        self.assertEqual(w.InternetSetCookieEx(URL, "a", "1; HttpOnly", flag), 1)
        self.nothing_for(URL)
        self.assertRaises(NoMoreItems, w.InternetGetCookieEx, URL)
        self.assertEqual(w.InternetGetCookieEx(URL, None, flag), "a=1")
        self.assertRaises(OperationNotAllowed, w.InternetSetCookie, URL, "a", "2")
        self.assertEqual(w.InternetSetCookieEx(URL, "a", "2"), CookieState.REJECT)
        self.assertEqual(w.InternetSetCookieEx(URL, "a", "2", flag), CookieState.ACCEPT)
        self.assertEqual(w.InternetGetCookie(URL), "a=2")

    def test_ex_filters_by_name(self) -> None:
        """As Microsoft's text has it, in the case that was given."""
        for name in ("a", "b"):
            w.InternetSetCookie(URL, name, "1")
        self.assertEqual(w.InternetGetCookieEx(URL, "b"), "b=1")
        self.assertEqual(w.InternetGetCookieEx(URL), "a=1; b=1")
        self.assertEqual(w.InternetGetCookieEx(URL, ""), "a=1; b=1")
        self.assertRaises(NoMoreItems, w.InternetGetCookieEx, URL, "B")

    def test_third_party_needs_same_site_none(self) -> None:
        """To be set, and to be seen."""
        url, flag = "https://www.example.com/", w.INTERNET_COOKIE_THIRD_PARTY
        self.assertEqual(w.InternetSetCookieEx(url, "a", "1", flag), CookieState.REJECT)
        text = "1; SameSite=None; Secure"
        self.assertEqual(w.InternetSetCookieEx(url, "b", text, flag), 1)
        w.InternetSetCookie(url, "a", "1")
        self.assertEqual(w.InternetGetCookieEx(url, None, flag), "b=1")
        self.assertEqual(w.InternetGetCookieEx(url), "b=1; a=1")

    def test_zone_changes_nothing_and_other_flags_are_refused(self) -> None:
        """There are no zones."""
        flag = w.INTERNET_FLAG_RESTRICTED_ZONE
        self.assertEqual(w.InternetSetCookieEx(URL, "a", "1", flag), 1)
        self.assertEqual(w.InternetGetCookieEx(URL, None, flag), "a=1")
        for call in (
            lambda: w.InternetSetCookieEx(URL, "a", "1", 1),
            lambda: w.InternetGetCookieEx(URL, None, 0x40000000),
        ):
            self.assertEqual(self.assertRaises(InvalidParameter, call).code, 87)

    def test_secure_unknown_and_long(self) -> None:
        """Three measured facts: no Secure to http, unknown words, a long URL."""
        w.InternetSetCookie("https://www.example.com/", "s", "1; secure")
        self.nothing_for("http://www.example.com/")
        self.assertEqual(w.InternetGetCookie("https://www.example.com/"), "s=1")
        w.InternetSetCookie(URL, "u", "2; path=/; never=heard; of=it")
        self.assertEqual(w.InternetGetCookie(URL), "u=2")
        self.assertEqual(
            w.InternetGetCookie(f"http://www.example.com/{'x' * 5000}"), "u=2"
        )

    def test_end_of_the_browser_session(self) -> None:
        """Takes those that do not last."""
        w.InternetSetCookie(URL, "a", "1")
        w.InternetSetCookie(URL, "b", f"2; expires={FUTURE}")
        w.InternetSetOption(self.session, w.INTERNET_OPTION_END_BROWSER_SESSION, None)
        self.assertEqual(w.InternetGetCookie(URL), "b=2")

    def test_nothing_is_written_unless_it_is_asked_for(self) -> None:
        """Then what lasts is there for the next process."""
        jar = CookieJar()
        self.patch(w.cookies, "JAR", jar)
        path = Path(self.mktemp())
        w.InternetSetCookie(URL, "a", f"1; expires={FUTURE}")
        self.assertIsNone(jar.path)
        w.keep_cookies(path)
        w.InternetSetCookie(URL, "b", f"2; expires={FUTURE}")
        w.InternetSetCookie(URL, "c", "3")
        jar.save()
        self.assertEqual([cookie.name for cookie in CookieJar(path)], ["a", "b"])

    def test_name_or_data_of_another_type_is_87(self) -> None:
        """In words."""
        for name, data in ((5, "1"), ("a", None), (b"a", "1")):
            self.assertRaises(InvalidParameter, w.InternetSetCookie, URL, name, data)
