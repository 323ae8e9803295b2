"""The jar as programs use it: set, get, look through, throw away."""

from __future__ import annotations

import sys
import threading
from typing import TYPE_CHECKING, Any

from tests.http.test_cookie_jar import JarCase
from twinet.errors import InvalidParameter, InvalidUrl

if TYPE_CHECKING:
    from twinet import Cookie

URL = "https://www.example.com/a/b"


class AskedTests(JarCase):
    """``session.cookies``."""

    def one(self, **how: Any) -> Cookie:
        """Set one cookie in an empty jar; return it."""
        self.jar.clear()
        self.jar.set(URL, "a", "1", **how)
        (cookie,) = self.jar
        return cookie

    def test_cookie_that_says_nothing_else_is_of_its_host_and_folder(self) -> None:
        """And ends with the session."""
        cookie = self.one()
        self.assertEqual((cookie.name, cookie.value), ("a", "1"))
        self.assertEqual((cookie.domain, cookie.path), ("www.example.com", "/a"))
        self.assertTrue(cookie.host_only)
        self.assertFalse(cookie.persistent or cookie.secure or cookie.http_only)
        self.assertIsNone(cookie.same_site)

    def test_each_attribute_says_what_it_is_named_for(self) -> None:
        """As in a Set-Cookie field."""
        self.assertFalse(self.one(domain=".Example.COM").host_only)
        self.assertEqual(self.one(domain="example.com").domain, "example.com")
        self.assertEqual(self.one(path="/x").path, "/x")
        self.assertEqual(self.one(max_age=9).expires, self.now + 9)
        self.assertEqual(self.one(expires=self.now + 8).expires, self.now + 8)
        self.assertEqual(self.one(max_age=7, expires=9).expires, self.now + 7)
        self.assertEqual(self.one(max_age=1e12).expires, self.now + 400 * 24 * 3600)
        self.assertTrue(self.one(secure=True).secure)
        self.assertTrue(self.one(http_only=True).http_only)
        self.assertEqual(self.one(same_site="lax").same_site, "lax")

    def test_what_no_field_could_carry_is_refused_in_words(self) -> None:
        """Nothing is set, and the value is not shown."""
        for name, value, how, words in (
            ("a", "1; Path=/", {}, "semicolon"),
            ("a", "secret\r\nX: y", {}, "control character"),
            ("a=b", "1", {}, "holds ="),
            ("", "", {}, "empty"),
            (" a", "1", {}, "blanks"),
            ("a", "1 ", {}, "blanks"),
            ("a", "x" * 4096, {}, "4,096"),
            ("a", "1", {"path": "x"}, "begin with /"),
            ("a", "1", {"path": "/\n"}, "control character"),
            ("a", "1", {"domain": "example.com;x"}, "semicolon"),
            ("a", "1", {"domain": "example.org"}, "nor above it"),
            ("a", "1", {"domain": "com"}, "anybody"),
            ("a", "1", {"path": "/" + "x" * 1024}, "1024"),
            ("a", "1", {"same_site": "none"}, "needs Secure"),
            ("__Host-a", "1", {"secure": True}, "prefix"),
            ("__secure-a", "1", {}, "prefix"),
            ("", "__Host-a", {}, "looks like"),
            ("a", "\ud800", {}, "half of a character"),
        ):
            error = self.assertRaises(
                InvalidParameter, self.jar.set, URL, name, value, **how
            )
            self.assertEqual(error.code, 87)
            self.assertIn(words, str(error))
            self.assertNotIn("secret", str(error))
        self.assertEqual(len(self.jar), 0)

    def test_what_is_no_text_is_refused_without_being_shown(self) -> None:
        """It may be the value."""
        wrong: Any
        for wrong in (b"secret", None, 5):
            for call in (
                lambda wrong=wrong: self.jar.set(URL, "a", wrong),
                lambda wrong=wrong: self.jar.set(URL, wrong, "1"),
                lambda wrong=wrong: self.jar.set(URL, "a", "1", domain=wrong),
                lambda wrong=wrong: self.jar.add(URL, wrong),
            ):
                error = self.assertRaises(InvalidParameter, call)
                self.assertNotIn("secret", str(error))

    def test_what_no_file_could_keep_is_refused(self) -> None:
        """Else a jar would write what it cannot read again."""
        wrong: Any
        for wrong in (
            {"same_site": "Strict"},
            {"same_site": "any"},
            {"same_site": 1},
            {"secure": "yes"},
            {"http_only": None},
            {"expires": float("nan")},
            {"expires": "tomorrow"},
            {"expires": True},
            {"max_age": float("nan")},
            {"max_age": "9"},
            {"path": b""},
            {"path": ""},
            {"path": "/\ud800"},
            {"domain": None},
        ):
            error = self.assertRaises(
                InvalidParameter, self.jar.set, URL, "a", "1", **wrong
            )
            self.assertEqual(error.code, 87)
        self.assertEqual(len(self.jar), 0)
        for ends in (float("inf"), 1e300):
            self.jar.set(URL, "a", "1", expires=ends)
            self.jar.set(URL, "b", "1", max_age=ends)
        limit = self.now + 400 * 24 * 3600
        self.assertEqual([c.expires for c in self.jar], [limit, limit])

    def test_text_that_makes_no_cookie_is_not_shown(self) -> None:
        """Only a name before an equals sign is one."""
        for text in ("secret\0", "a=secret\n", "", "a=" + "secret" * 1000):
            error = self.assertRaises(InvalidParameter, self.jar.add, URL, text)
            self.assertNotIn("secret", str(error))

    def test_url_must_be_one(self) -> None:
        """For every question."""
        for call in (
            lambda: self.jar.set("http://", "a", "1"),
            lambda: self.jar.add("http://", "a=1"),
            lambda: self.jar.for_url("http://"),
            lambda: self.jar.get("http://", "a"),
            lambda: self.jar.delete("http://", "a"),
        ):
            self.assertRaises(InvalidUrl, call)

    def test_for_url_gives_what_would_be_sent(self) -> None:
        """In that order, HttpOnly or not."""
        self.take(URL, "a=1; Path=/", "b=2; HttpOnly", "c=3; Path=/x")
        self.assertEqual([c.name for c in self.jar.for_url(URL)], ["b", "a"])
        self.assertEqual(self.jar.for_url("https://example.com/"), [])

    def test_get_gives_the_value_that_goes_first(self) -> None:
        """And nothing if there is none."""
        self.take(URL, "a=1; Path=/", "a=2", "b=; Path=/")
        self.assertEqual(self.jar.get(URL, "a"), "2")
        self.assertEqual(self.jar.get("https://www.example.com/", "a"), "1")
        self.assertEqual(self.jar.get(URL, "b"), "")
        self.assertIsNone(self.jar.get(URL, "A"))

    def test_delete_takes_all_of_a_name_for_the_url(self) -> None:
        """And says how many."""
        self.take(URL, "a=1; Path=/", "a=2", "b=3", "a=4; Path=/x")
        self.assertEqual(self.jar.delete(URL, "a"), 2)
        self.assertEqual(self.jar.delete(URL, "a"), 0)
        self.assertEqual(sorted(c.value for c in self.jar), ["3", "4"])

    def test_remove_takes_one(self) -> None:
        """Once; and not the one that has its place by now."""
        self.take(URL, "a=1", "b=2")
        first, second = self.jar
        self.assertEqual(
            [self.jar.remove(first), self.jar.remove(first)], [True, False]
        )
        self.take(URL, "b=3")
        self.assertFalse(self.jar.remove(second))
        self.assertEqual([c.value for c in self.jar], ["3"])

    def test_clear_may_be_for_a_domain(self) -> None:
        """And the hosts below."""
        self.take(URL, "a=1", "b=2; Domain=example.com")
        self.take("https://example.com/", "c=3")
        self.take("https://notexample.com/", "d=4")
        self.take("https://127.0.0.1/", "e=5")
        self.jar.clear(domain=".Example.com")
        self.assertEqual(sorted(c.name for c in self.jar), ["d", "e"])
        self.jar.clear(domain="0.0.1")
        self.assertEqual(len(self.jar), 2)
        self.jar.clear()
        self.assertEqual(len(self.jar), 0)

    def test_any_thread_may_use_it(self) -> None:
        """At the same time, and what is counted is there."""
        faults: list[BaseException] = []

        def work(who: int) -> None:
            url = f"https://h{who % 2}.example.com/"
            try:
                for number in range(100):
                    self.jar.set(
                        url, f"c{number % 50}", str(who), secure=number % 2 == 0
                    )
                    self.jar.add(url, "d=1; Domain=example.com; Max-Age=9")
                    self.sent(url)
                    self.jar.delete(url, f"c{(number + who) % 50}")
                    list(self.jar)
                    if number % 30 == who:
                        self.jar.clear(domain=f"h{who % 2}.example.com")
            except BaseException as fault:  # noqa: BLE001  told in the main thread
                faults.append(fault)

        interval = sys.getswitchinterval()
        self.addCleanup(sys.setswitchinterval, interval)
        sys.setswitchinterval(1e-5)
        threads = [threading.Thread(target=work, args=(who,)) for who in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        self.assertEqual(faults, [])
        self.assertEqual(len(list(self.jar)), len(self.jar))
        self.jar.clear()
        self.assertEqual(len(self.jar), 0)
        self.assertEqual(self.jar.store._secure, {})

    def test_bytes_of_a_server_stay_as_they_are_beside_text_of_a_program(self) -> None:
        """Each is written for itself."""
        self.take("http://h.example/", "a=\xe9")
        self.jar.set("http://h.example/", "b", "\u20ac")
        self.assertEqual(self.sent("http://h.example/"), "a=\xe9; b=\xe2\x82\xac")
