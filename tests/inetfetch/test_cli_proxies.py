"""Which proxy the environment asks for, and what it excepts."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from twinet.inetfetch.command.proxies import proxy_for

HTTP = {"http_proxy": "http://p:1"}


class Proxies(SynchronousTestCase):
    """The variables that other programs understand."""

    def assert_direct(self, url: str, environment: dict[str, str]) -> None:
        self.assertIsNone(proxy_for(url, environment), (url, environment))

    def assert_proxied(self, url: str, environment: dict[str, str]) -> None:
        self.assertIsNotNone(proxy_for(url, environment), (url, environment))

    def test_an_empty_environment_asks_for_none(self):
        """The usual case."""
        self.assert_direct("http://example.org/", {})

    def test_the_scheme_chooses_the_variable(self):
        """One for http says nothing about https."""
        both = {**HTTP, "https_proxy": "http://q:2"}
        self.assertEqual(proxy_for("http://e.org/", both), ("http_proxy", "http://p:1"))
        self.assertEqual(
            proxy_for("HTTPS://e.org/", both), ("https_proxy", "http://q:2")
        )
        self.assert_direct("https://e.org/", HTTP)

    def test_one_for_all_is_the_last_resort(self):
        """It is looked at when the scheme's own is not there."""
        everything = {"all_proxy": "socks5://s:3"}
        for url in ("http://e.org/", "https://e.org/"):
            self.assertEqual(proxy_for(url, everything), ("all_proxy", "socks5://s:3"))
        self.assertEqual(
            proxy_for("http://e.org/", {**everything, **HTTP}),
            ("http_proxy", "http://p:1"),
        )

    def test_upper_case_counts_too(self):
        """Lower case goes first."""
        for name in ("HTTP_PROXY", "ALL_PROXY"):
            found = proxy_for("http://e.org/", {name: "http://p:1"})
            self.assertEqual(found, (name, "http://p:1"))
        self.assert_proxied("https://e.org/", {"HTTPS_PROXY": "x"})
        found = proxy_for("http://e.org/", {"HTTP_PROXY": "http://q:2", **HTTP})
        self.assertEqual(found, ("http_proxy", "http://p:1"))

    def test_an_empty_variable_asks_for_none(self):
        """So a user switches a proxy off for one command."""
        self.assert_direct("http://e.org/", {"http_proxy": "", "all_proxy": ""})

    def test_a_password_is_masked(self):
        """The answer is made to be shown."""
        found = proxy_for("http://e.org/", {"http_proxy": "http://u:secret@p:1"})
        self.assertEqual(found, ("http_proxy", "http://u:***@p:1"))

    def test_what_is_no_http_url_has_none(self):
        """What is wrong with it is said elsewhere."""
        for url in ("ftp://e.org/", "e.org", "http://", "http://[::1/", "http://e:x/"):
            self.assert_direct(url, {**HTTP, "all_proxy": "http://p:1"})

    def test_exceptions_name_hosts_domains_and_ports(self):
        """A domain excepts what is below it, with a leading dot or without."""
        for listed, url, direct in (
            ("*", "http://e.org/", True),
            ("e.org", "http://e.org/", True),
            ("E.ORG", "http://e.org/", True),
            ("e.org", "http://www.e.org/", True),
            (".e.org", "http://www.e.org/", True),
            (".e.org", "http://e.org/", True),
            ("e.org", "http://e.org./", True),
            ("e.org", "http://the.org/", False),
            ("the.org", "http://e.org/", False),
            ("www.e.org", "http://e.org/", False),
            ("a.org, e.org", "http://e.org/", True),
            ("a.org e.org", "http://e.org/", True),
            ("e.org:80", "http://e.org/", True),
            ("e.org:8080", "http://e.org/", False),
            ("e.org:8080", "http://e.org:8080/", True),
            ("", "http://e.org/", False),
            (",", "http://e.org/", False),
            (".", "http://e.org/", False),
        ):
            found = proxy_for(url, {**HTTP, "no_proxy": listed})
            self.assertEqual(found is None, direct, (listed, url))

    def test_exceptions_name_addresses_and_networks(self):
        """Of both families; a name is never looked up for it."""
        for listed, url, direct in (
            ("127.0.0.1", "http://127.0.0.1/", True),
            ("127.0.0.1", "http://127.0.0.2/", False),
            ("10.0.0.0/8", "http://10.1.2.3/", True),
            ("10.0.0.0/8", "http://11.1.2.3/", False),
            ("10.1.1.1/8", "http://10.1.2.3/", True),
            ("10.0.0.0/8", "http://ten.example/", False),
            ("::1", "http://[::1]/", True),
            ("[::1]", "http://[::1]/", True),
            ("[::1]:81", "http://[::1]:80/", False),
            ("[::1]:80", "http://[::1]/", True),
            ("fd00::/8", "http://[fd12::1]/", True),
            ("fd00::/8", "http://10.0.0.1/", False),
        ):
            found = proxy_for(url, {**HTTP, "NO_PROXY": listed})
            self.assertEqual(found is None, direct, (listed, url))
