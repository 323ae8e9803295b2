"""WinINet's proxy list: what is named for which protocol, and what is refused."""

from __future__ import annotations

from random import Random

from twisted.trial.unittest import SynchronousTestCase

from twinet._wire.proxy_bypass import no_proxy_list, read_bypass_list
from twinet._wire.proxy_list import checked_proxy, read_proxy, read_proxy_list
from twinet.errors import InvalidParameter
from twinet.proxy import Proxy
from twinet.records import Credentials

#: A list, and its proxies as "protocol=url" by protocol; then who has it so.
LISTS = (
    # The examples of InternetOpen's page, "Enabling Internet Functionality".
    ("proxy:8080", ("=http://proxy:8080",), "WinINet"),
    (
        "ftp=http://ftpproxy:80 https=https://gate:443",
        ("ftp=http://ftpproxy:80", "https=https://gate:443"),
        "WinINet; what stands before :// is looked at only here",
    ),
    (
        "http=proxy:80;https=proxy:81",
        ("http=http://proxy:80", "https=http://proxy:81"),
        "WinINet",
    ),
    (
        "http=http://http_proxy_name:80 https=http://https_proxy_name:443",
        ("http=http://http_proxy_name:80", "https=http://https_proxy_name:443"),
        "WinINet",
    ),
    ("gopher=g:70 h:1", ("gopher=http://g:70", "=http://h:1"), "WinINet"),
    ("socks=s:1080", ("socks=socks4a://s:1080",), "WinINet: SOCKS 4"),
    # Chromium, net/proxy_resolution/proxy_config_unittest.cc, ParseProxyRules.
    ("", (), "Chromium"),
    ("http=myproxy1", ("http=http://myproxy1:80",), "Chromium"),
    ("myproxy:70", ("=http://myproxy:70",), "Chromium"),
    (
        "http=proxy1:70;ftp=proxy2:90",
        ("http=http://proxy1:70", "ftp=http://proxy2:90"),
        "Chromium",
    ),
    (
        "http=proxy1; https=proxy2 ; ftp=proxy3",
        ("http=http://proxy1:80", "https=http://proxy2:80", "ftp=http://proxy3:80"),
        "Chromium",
    ),
    (
        "http=proxy1 ; socks=foopy",
        ("http=http://proxy1:80", "socks=socks4a://foopy:1080"),
        "Chromium",
    ),
    ("http=socks5://proxy1", ("http=socks5://proxy1:1080",), "Chromium"),
    ("socks://foopy", ("=socks5://foopy:1080",), "Chromium: SOCKS 5 in a URL"),
    ("https://gate", ("=https://gate:443",), "Chromium"),
    # curl, docs/cmdline-opts/proxy.md.
    ("socks5h://s", ("=socks5://s:1080",), "curl"),
    ("socks5://s:9050", ("=socks5://s:9050",), "curl; there the client looks up"),
    ("socks4a://s", ("=socks4a://s:1080",), "curl"),
    ("http://[::1]:3128", ("=http://[::1]:3128",), "curl"),
    ("http://proxy:3128/", ("=http://proxy:3128",), "curl: as most variables end"),
    # Ours.
    (" \t proxy:8080 ; ", ("=http://proxy:8080",), "blanks and empty entries"),
    ("a:1\nhttps=b:2", ("=http://a:1", "https=http://b:2"), "a line is a blank"),
    ("HTTP=HTTP://Proxy.Example:8080", ("http=http://proxy.example:8080",), "case"),
    ("[2001:DB8::0:1]", ("=http://[2001:db8::1]:80",), "IPv6, the shortest form"),
    ("socks=socks5://[::1]", ("socks=socks5://[::1]:1080",), "a scheme after socks="),
    ("pr\u00f6xy.example:80", ("=http://xn--prxy-6qa.example:80",), "IDNA"),
    ("10.0.0.1:65535", ("=http://10.0.0.1:65535",), "the highest port"),
    ("proxy:", ("=http://proxy:80",), "an empty port, RFC 3986, 3.2.3"),
)

#: What stands before the host, and what is meant.
USERS = (
    ("http://user:pass@p:1", "user", "pass"),
    ("user:pass@p:1", "user", "pass"),
    ("http=http://user:pass@p:1", "user", "pass"),
    ("http://us%40er:pa%3Ass%20w%2Frd@p:1", "us@er", "pa:ss w/rd"),
    ("socks5://u%3Av:w@p", "u:v", "w"),
    ("http://user:p@ss@p:1", "user", "p@ss"),
    ("http://user:p/w?#@p:1", "user", "p/w?#"),
    ("http://user@p:1", "user", ""),
    ("http://user:@p:1", "user", ""),
    ("http://:pass@p:1", "", "pass"),
    ("socks5://\u00fc:%C3%A4@p", "\u00fc", "\u00e4"),
    ("socks4a://me@p", "me", ""),
)

#: A list that is refused, and a word of the reason.
REFUSED = (
    ("news=p:1", "protocol"),
    ("=p:1", "host"),
    ("http=", "host"),
    ("http://", "host"),
    (":8080", "host"),
    ("http://@:80", "host"),
    ("p:0", "port"),
    ("p:65536", "port"),
    ("p:-1", "port"),
    ("p:8o", "port"),
    ("p:\u0661", "port"),
    ("p:80:90", "host"),
    ("::1", "brackets"),
    ("[::1", "host"),
    ("[::1]80", "host"),
    ("[::g]", "host"),
    ("a,b:80", "host"),
    ("p_\u00a0:1", "host"),
    ("-.-..", "host"),
    ("ftp://p:21", "scheme"),
    ("socks4://p", "4a"),
    ("quic://p", "scheme"),
    ("http:/p:80", "port"),
    ("http://p:80/path", "follow"),
    ("http://p:80?x", "follow"),
    ("http://p#x", "follow"),
    ("socks=http://p:80", "socks="),
    ("socks=https://p:80", "socks="),
    ("a:1 b:2", "second"),
    ("http=a:1 http=b:2", "second"),
    ("http://u:%ff@p:1", "percent"),
    ("http://u:%0a@p:1", "control"),
    ("http://u:\ud800@p:1", "control"),
    ("http://u%3Av:w@p:1", "colon"),
    ("socks4a://u:w@p", "password"),
)

#: Lists that cannot be, with a secret, the word "geheim", in all the wrong places.
SECRETS = (
    "http://user:geheim@p:port",
    "http://user:geheim@",
    "http://user:geheim",
    "user:geheim",
    "http://user:geheim@p:1/x",
    "http://user:geheim@p:1 http://user:geheim@q:1",
    "http://user:pass geheim@p:1",
    "http://user:pass;geheim;word@p:1",
    "http://user:12 geheim word@p:1",
    "quic://user:geheim@p:1",
    "news=http://user:geheim@p:1",
    "http://geheim@p:x",
    "http://user:geheim%0a@p:1",
    "http://user:geheim%ff@p:1",
    "socks4a://user:geheim@p:1",
    "socks=http://user:geheim@p:1",
    "http://user:geheim@p:geheim",
    "http://user:geheim@[::1",
)


class LessonsOfTheList(SynchronousTestCase):
    """A table each of what is read, and of what is not."""

    def test_lists(self) -> None:
        """Each entry serves its protocol, or all that have none of their own."""
        for text, expected, source in LISTS:
            found = [
                f"{key}={proxy.url}" for key, proxy in read_proxy_list(text).items()
            ]
            self.assertEqual(found, list(expected), (text, source))

    def test_user_names_and_passwords(self) -> None:
        """They are percent-decoded; the last @ ends them."""
        for text, username, password in USERS:
            (proxy,) = read_proxy_list(text).values()
            self.assertEqual(proxy.credentials, Credentials(username, password), text)
            self.assertEqual(proxy.host, "p")

    def test_what_cannot_be_is_refused_with_its_reason(self) -> None:
        """Nothing is taken and then left aside."""
        for text, word in REFUSED:
            error = self.assertRaises(InvalidParameter, read_proxy_list, text)
            self.assertIn(word, error.message.partition("cannot be used")[2], text)

    def test_a_refusal_names_the_entry(self) -> None:
        """With several in a list one would have to guess."""
        error = self.assertRaises(InvalidParameter, read_proxy_list, "a:1 http=b:99999")
        self.assertIn("'http=b:***' in the proxy list", error.message)

    def test_no_refusal_shows_a_secret(self) -> None:
        """Not even a piece that a blank tore off."""
        for text in SECRETS:
            error = self.assertRaises(InvalidParameter, read_proxy_list, text)
            self.assertNotIn("geheim", str(error), text)

    def test_whatever_is_written_is_read_or_refused(self) -> None:
        """Nothing else happens, and the secret stays one."""
        pieces = (
            *("http", "https", "socks5", "socks", "ftp", "=", "://", ":", "@", "/"),
            *(" ", ";", "[", "]", "::1", "h", "p.example", "80", "%", "%41", "%0a"),
            *("<local>", "*", ".", ",", "#", "\ud800", "\u00fc", "0", "99999"),
        )
        random = Random(9)
        read = refused = 0
        for _ in range(3000):
            chosen = random.choices(pieces, k=random.randrange(1, 9))
            chosen.insert(random.randrange(len(chosen) + 1), "u:geheim@")
            text = "".join(chosen)
            for function in (read_proxy_list, read_bypass_list, no_proxy_list):
                try:
                    found = function(text)
                except InvalidParameter as error:
                    refused += 1
                    self.assertNotIn("geheim", error.message, text)
                else:
                    read += 1
                    if function is read_proxy_list:
                        self.assertNotIn("geheim", repr(found), text)
        self.assertGreater(min(read, refused), 300)

    def test_one_proxy_alone(self) -> None:
        """That of a variable; its name is in the error, not the proxy."""
        self.assertEqual(read_proxy("p:1", "it"), Proxy("http", "p", 1))
        for text in ("http=p:1", "a:1 b:2", "geheim:geheim", "p:1;q:2"):
            error = self.assertRaises(
                InvalidParameter, read_proxy, text, "the variable"
            )
            self.assertTrue(error.message.startswith("the variable cannot be used"))
            self.assertNotIn("geheim", error.message)


class RecordsAreChecked(SynchronousTestCase):
    """A proxy that a program has made by hand."""

    def test_the_host_becomes_that_for_connecting(self) -> None:
        """Lower case, ASCII, IPv6 without brackets."""
        for host, expected in (
            ("Proxy.Example", "proxy.example"),
            ("[::0:1]", "::1"),
            ("::1", "::1"),
            ("pr\u00f6xy", "xn--prxy-6qa"),
        ):
            proxy = checked_proxy(Proxy("http", host, 80, Credentials("u", "p")))
            self.assertEqual(proxy, Proxy("http", expected, 80, Credentials("u", "p")))

    def test_what_cannot_be_is_refused(self) -> None:
        """Here, where the mistake is, and not at the first request."""
        for parts, word in (
            (("ftp", "p", 1), "speech"),
            (("http", "", 1), "host"),
            (("http", "a b", 1), "host"),
            (("http", None, 1), "host"),
            (("http", "p", 0), "port"),
            (("http", "p", 65536), "port"),
            (("http", "p", "80"), "port"),
            (("http", "p", True), "port"),
            (("http", "p", 80, ("u", "geheim")), "credentials"),
            (("http", "p", 80, Credentials("u", "geheim\n")), "control"),
            (("http", "p", 80, Credentials("u:geheim", "")), "colon"),
            (("socks4a", "p", 80, Credentials("u", "geheim")), "passwords"),
        ):
            proxy = Proxy(*parts)
            error = self.assertRaises(InvalidParameter, checked_proxy, proxy)
            self.assertIn(word, error.message)
            self.assertNotIn("geheim", error.message)

    def test_a_proxy_shows_no_credentials(self) -> None:
        """Neither as text nor to a debugger."""
        proxy = Proxy("http", "p", 80, Credentials("geheim", "geheim"))
        for shown in (repr(proxy), str(proxy), proxy.url):
            self.assertNotIn("geheim", shown)
