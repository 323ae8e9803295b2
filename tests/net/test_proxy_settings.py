"""Which proxy serves which URL, by lists and by the environment."""

from __future__ import annotations

import os

from twisted.trial.unittest import SynchronousTestCase

from twinet import Proxy, ProxySettings
from twinet._wire.http_url import crack_http
from twinet.errors import InvalidParameter, InvalidUrl, UnrecognizedScheme
from twinet.flags import OpenType
from twinet.records import Credentials

ANY = "http://example.org/"

#: A list, and what serves each URL; nothing is the straight way.
CHOICES = (
    ("", {ANY: "", "https://example.org/": "", "ftp://example.org/": ""}),
    (
        "proxy:8080",
        {
            ANY: "http://proxy:8080",
            "https://example.org/": "http://proxy:8080",
            "ftp://example.org/a": "http://proxy:8080",
            "gopher://example.org": "http://proxy:8080",
            "http://localhost:8000/": "",
            "http://user:word@[::1]/": "",
        },
    ),
    (
        "http=a:1 ftp=b:2",
        {ANY: "http://a:1", "ftp://x/": "http://b:2", "https://x/": ""},
    ),
    (
        "http=a:1 b:2 socks=c:3",
        {ANY: "http://a:1", "https://x/": "http://b:2", "gopher://x/": "http://b:2"},
    ),
    (
        "https=a:1 socks=c:3",
        {"https://x/": "http://a:1", ANY: "socks4a://c:3", "ftp://x/": "socks4a://c:3"},
    ),
)

#: An environment, and what serves each URL; then who has it so.
ENVIRONMENTS: tuple[tuple[dict[str, str], dict[str, str], str], ...] = (
    ({}, {ANY: "", "https://x/": ""}, "all"),
    (
        {"http_proxy": "p:1"},
        {ANY: "http://p:1", "https://x/": "", "ftp://x/": ""},
        "all",
    ),
    (
        {"http_proxy": "http://p:1/", "https_proxy": "http://q:2"},
        {ANY: "http://p:1", "HTTPS://x/": "http://q:2"},
        "all",
    ),
    (
        {"all_proxy": "socks5h://s", "https_proxy": "q:2"},
        {
            ANY: "socks5://s:1080",
            "https://x/": "http://q:2",
            "ftp://x/": "socks5://s:1080",
        },
        "curl",
    ),
    ({"ftp_proxy": "f:1"}, {"ftp://x/": "http://f:1", ANY: ""}, "curl"),
    ({"gopher_proxy": "g:1"}, {"gopher://x/": "http://g:1", ANY: ""}, "curl"),
    ({"HTTP_PROXY": "p:1"}, {ANY: "http://p:1"}, "Python, Go; not curl"),
    ({"HTTP_PROXY": "p:1", "http_proxy": "q:2"}, {ANY: "http://q:2"}, "all"),
    ({"HTTP_PROXY": "p:1", "http_proxy": ""}, {ANY: ""}, "Python"),
    ({"HTTP_PROXY": "p:1", "REQUEST_METHOD": "GET"}, {ANY: ""}, "Python, Go"),
    (
        {"http_proxy": "p:1", "REQUEST_METHOD": "GET"},
        {ANY: "http://p:1"},
        "Python, curl",
    ),
    (
        {"HTTPS_PROXY": "p:1", "ALL_PROXY": "q:2", "REQUEST_METHOD": "GET"},
        {"https://x/": "http://p:1", ANY: "http://q:2"},
        "Python",
    ),
    ({"http_proxy": "", "all_proxy": "q:2"}, {ANY: "http://q:2"}, "curl, Python"),
    ({"http_proxy": " p:1 "}, {ANY: "http://p:1"}, "ours: blanks round it"),
    (
        {"http_proxy": "p:1", "no_proxy": "example.org,10.0.0.0/8"},
        {
            ANY: "",
            "http://www.example.org/": "",
            "http://10.1.1.1/": "",
            "http://x/": "http://p:1",
        },
        "all",
    ),
    (
        {"http_proxy": "p:1", "no_proxy": "", "NO_PROXY": "*"},
        {ANY: "http://p:1"},
        "Python",
    ),
    ({"http_proxy": "p:1", "NO_PROXY": "*"}, {ANY: ""}, "all"),
    ({"http_proxy": "p:1"}, {"http://localhost/": ""}, "Go; not curl"),
    ({"socks_proxy": "p:1", "proxy": "p:1"}, {ANY: ""}, "curl, Go"),
    ({"news_proxy": "socks4://p:x"}, {ANY: ""}, "ours: not our protocol"),
)


class Choices(SynchronousTestCase):
    """Tables of settings and URLs."""

    def judge(self, settings: ProxySettings, expected: dict[str, str]) -> None:
        for _ in "once", "and from memory":
            for url, proxy in expected.items():
                found = settings.proxy_for(url)
                shown = "" if found is None else found.url
                self.assertEqual(shown, proxy, (settings, url))

    def test_lists(self) -> None:
        """A protocol's own, the one for all, and SOCKS for what is left."""
        for text, expected in CHOICES:
            self.judge(ProxySettings(text), expected)

    def test_environments(self) -> None:
        """The variables that other programs understand."""
        for environment, expected, source in ENVIRONMENTS:
            settings = ProxySettings.from_environment(environment)
            self.assertEqual(settings.access_type, OpenType.PRECONFIG, source)
            self.judge(settings, expected)

    def test_the_environment_is_that_of_the_process(self) -> None:
        """And it is read at that moment."""
        self.patch(os, "environ", {"http_proxy": "p:1"})
        settings = ProxySettings.from_environment()
        self.judge(settings, {ANY: "http://p:1"})

    def test_bypass(self) -> None:
        """WinINet's list goes with WinINet's list."""
        settings = ProxySettings("p:1", bypass="*.example.org;<local>")
        self.judge(
            settings,
            {
                ANY: "http://p:1",
                "http://www.example.org/": "",
                "http://intranet/": "",
                "http://127.0.0.1/": "",
            },
        )
        through = ProxySettings("p:1", bypass="<-loopback>")
        self.judge(through, {"http://127.0.0.1/": "http://p:1"})

    def test_one_proxy_for_all(self) -> None:
        """A record, for programs that have it in parts."""
        proxy = Proxy("socks5", "S.example", 1080, Credentials("u", "p"))
        settings = ProxySettings(proxy)
        self.assertEqual(
            settings.proxy_for("ftp://x/"),
            Proxy("socks5", "s.example", 1080, Credentials("u", "p")),
        )
        self.judge(settings, {"http://localhost/": ""})

    def test_a_url_in_parts(self) -> None:
        """As the engine has it."""
        settings = ProxySettings("http=p:1")
        for text, found in ((ANY, "http://p:1"), ("https://x/", "None")):
            self.assertEqual(str(settings.proxy_for(crack_http(text))), found)

    def test_urls_that_cannot_be(self) -> None:
        """They are no reason to go straight."""
        settings = ProxySettings("p:1")
        for url, error in (
            ("x", UnrecognizedScheme),
            ("http://", InvalidUrl),
            ("http://a b/", InvalidUrl),
            ("http://x:y/", InvalidUrl),
        ):
            self.assertRaises(error, settings.proxy_for, url)

    def test_what_is_remembered_stays_small(self) -> None:
        """A crawler sees more servers than there is memory."""
        settings = ProxySettings("p:1")
        for number in range(3000):
            settings.proxy_for(f"http://h{number}/")
        self.assertLessEqual(len(settings._known), 1024)


class Records(SynchronousTestCase):
    """Settings as a value."""

    def test_what_they_say_of_themselves(self) -> None:
        """INTERNET_PROXY_INFO's three members."""
        settings = ProxySettings("http=p:1 https=https://q", bypass="a;b")
        self.assertIs(settings.access_type, OpenType.PROXY)
        self.assertEqual(settings.servers, "http=http://p:1 https=https://q:443")
        self.assertEqual(settings.bypass, "a;b")
        again = ProxySettings(settings.servers, settings.bypass)
        self.assertEqual(again, settings)
        self.assertEqual(hash(again), hash(settings))

    def test_the_straight_way(self) -> None:
        """By name, by an empty list, and by an environment that says nothing."""
        for settings in (ProxySettings.direct(), ProxySettings(), ProxySettings(" ")):
            self.assertIs(settings.access_type, OpenType.DIRECT)
            self.assertFalse(settings)
        self.assertFalse(ProxySettings.from_environment({"no_proxy": "x"}))
        self.assertTrue(ProxySettings("p"))

    def test_they_differ_by_what_makes_a_difference(self) -> None:
        """Proxies, users, exceptions and where they come from."""
        variants = {
            ProxySettings("p:1"),
            ProxySettings("p:2"),
            ProxySettings("u:w@p:1"),
            ProxySettings("p:1", bypass="a"),
            ProxySettings.from_environment({"all_proxy": "p:1"}),
            ProxySettings.direct(),
        }
        self.assertEqual(len(variants), 6)
        self.assertNotEqual(ProxySettings("p:1"), "p:1")

    def test_exceptions_that_are_urls_show_no_secret(self) -> None:
        """In a variable anything may stand, and what cannot be read is passed over."""
        for text in ("http://joe:s3cret@x,y", "s3cret@x", "y, joe:s3cret@[::1]:80 x"):
            settings = ProxySettings.from_environment({"no_proxy": text})
            self.assertNotIn("s3cret", repr(settings))
            self.assertIn("***@", repr(settings))
        self.assertIn("bypass='a.b; c'", repr(ProxySettings("p", "a.b; c")))

    def test_they_show_no_secret(self) -> None:
        """Neither the user nor the password."""
        for settings in (
            ProxySettings("http://geheim:geheim@p:1"),
            ProxySettings.from_environment({"http_proxy": "http://geheim:geheim@p:1"}),
        ):
            for shown in (repr(settings), str(settings), settings.servers):
                self.assertNotIn("geheim", shown)
                self.assertIn("p:1", shown)

    def test_mistakes(self) -> None:
        """The text names what is wrong; of a variable, its name."""
        for given in (None, 1, ["p:1"], b"p:1"):
            error = self.assertRaises(InvalidParameter, ProxySettings, given)
            self.assertIn("twinet.Proxy", error.message)
        error = self.assertRaises(InvalidParameter, ProxySettings, "p:1", None)
        self.assertIn("bypass list is text", error.message)
        for environment, name in (
            ({"https_proxy": "quic://u:geheim@p"}, "https_proxy"),
            ({"ALL_PROXY": "p:geheim"}, "ALL_PROXY"),
        ):
            error = self.assertRaises(
                InvalidParameter, ProxySettings.from_environment, environment
            )
            self.assertIn(f"the variable {name} cannot be used", error.message)
            self.assertNotIn("geheim", error.message)
