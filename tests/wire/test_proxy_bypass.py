"""The hosts that are reached without the proxy, by WinINet's list and by no_proxy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twisted.trial.unittest import SynchronousTestCase

from twinet._wire.http_url import crack_http
from twinet._wire.proxy_bypass import Bypass, no_proxy_list, read_bypass_list
from twinet.errors import InvalidParameter

if TYPE_CHECKING:
    from collections.abc import Callable

#: The form of both tables: "=" a list, "+" URLs that it sends straight, "-" URLs that
#: it does not; above it who has it so.  "WinINet" is InternetOpen's page, and what the
#: crate proxy-watch tells of measurements on Windows; "Chromium" is net/base/
#: proxy_host_matching_rules_unittest.cc, which reads the same lists.
WININET = """\
# WinINet
= (empty)
- http://example.com

# WinINet, measured: a name is that host alone
= example.com
+ http://example.com http://EXAMPLE.com https://example.com:8443
- http://www.example.com http://example.org http://anexample.com

# WinINet
= *.example.com
+ http://www.example.com http://a.b.example.com
- http://example.com http://wwwexample.com

# WinINet
= *example.com
+ http://example.com http://anexample.com http://a.example.com
- http://example.com.org

# WinINet: addresses are compared as text
= 10.*
+ http://10.1.2.3 http://10.example
- http://110.1.1.1 http://1.10.1.1

# WinINet
= 192.168.*.1
+ http://192.168.0.1 http://192.168.7.1
- http://192.168.0.2

# WinINet
= www.*.com
+ http://www.a.com http://www.a.b.com
- http://www.com

# WinINet
= *
+ http://example.com https://10.0.0.1 http://[2001:db8::1]

# WinINet
= http://example.com
+ http://example.com
- https://example.com

# WinINet
= https://*.example.com:8443
+ https://a.example.com:8443
- https://a.example.com http://a.example.com:8443

# WinINet
= example.com:8080
+ http://example.com:8080 https://example.com:8080
- http://example.com http://example.com:80

# WinINet
= example.com:80
+ http://example.com http://example.com:80
- https://example.com

# WinINet
= <local>
+ http://intranet http://intranet:8080 https://host
- http://intranet.example http://10.0.0.1 http://[2001:db8::1]

# WinINet: semicolons or blanks
= <LOCAL>;a.example b.example
+ http://host http://a.example http://b.example
- http://c.example

# WinINet
= (empty)
+ http://localhost http://LOCALHOST:8080 http://loopback http://127.0.0.1
+ http://127.9.8.7 http://[::1] http://[0:0::1]:81 http://localhost.
- http://localhost.example http://128.0.0.1 http://[::2] http://mylocalhost

# Chromium; RFC 6761, 6.3
= (empty)
+ http://foo.localhost http://[::ffff:127.0.0.1]
- http://localhost6

# WinINet
= <-loopback>
- http://localhost http://127.0.0.1 http://[::1] http://loopback
- http://a.localhost

# Chromium
= <-loopback>;localhost
+ http://localhost
- http://127.0.0.1

# Chromium
= <-loopback>;<local>
+ http://localhost http://host
- http://127.0.0.1

# Chromium
= .example.com
+ http://www.example.com
- http://example.com http://wwwexample.com

# Chromium
= *.org:443
+ https://example.org
- http://example.org

# Chromium
= http://10.*
+ http://10.1.1.1
- https://10.1.1.1

# Chromium
= 192.168.1.1
+ http://192.168.1.1 https://192.168.1.1:81
- http://192.168.1.12

# Chromium
= [3ffe:2a00:100:7031:0:0::1]:99
+ http://[3ffe:2a00:100:7031::1]:99
- http://[3ffe:2a00:100:7031::1]

# Chromium
= [2001:db8:0::1]
+ http://[2001:db8::1]
- http://[2001:db8::2]

# Chromium
= 192.168.1.1/16
+ http://192.168.200.9
- http://192.169.1.1 http://a.example

# Chromium
= a:b:c:d::/48
+ http://[a:b:c:9::]
- http://[a:b:d::]

# Chromium
= 0.0.0.0/0
+ http://8.8.8.8
- http://[2001:db8::1] http://a.example

# ours
= *.*
+ http://a.example http://10.0.0.1
- http://host

# Chromium
= a.example,b.example
+ http://a.example http://b.example

# ours: IPv6 needs no brackets without a port
= 2001:db8::1
+ http://[2001:db8::1]
- http://[2001:db8::2]

# ours: stars in IPv6, compared in its shortest form
= [2001:db8:*]
+ http://[2001:db8::1]
- http://[2001:db9::1]

# ours: IDNA
= bücher.example
+ http://bücher.example http://xn--bcher-kva.example

# ours: IDNA
= *.bücher.example
+ http://www.bücher.example
- http://bücher.example

# ours: the root's dot
= example.com.
+ http://example.com http://example.com.

# ours: a slash at the end
= http://example.com/
+ http://example.com

# ours: several stars
= a*b*c.example
+ http://abc.example http://a-b-c.example http://abbc.example
- http://acb.example http://ab.example

# ours: stars share no letter
= a*a
+ http://aa http://aba
- http://a

# ours: empty entries
= ;; ,
- http://example.com
"""

#: The same for the variable.  "curl" is curl(1), lib/noproxy.c and its unit test 1614;
#: "Go" is golang.org/x/net/http/httpproxy, proxy_test.go; "Python" is urllib.request.
ENVIRONMENT = """\
# all
= (empty)
- http://example.com

# all
= *
+ http://example.com http://10.0.0.1 http://[2001:db8::1]

# Go
= a.example, *
+ http://example.com

# curl, Go
= example.com
+ http://example.com http://www.example.com https://a.b.example.com
- http://anexample.com http://example.com.org http://example.org

# curl; with Go not the domain itself
= .example.com
+ http://www.example.com http://example.com
- http://wwwexample.com

# curl
= example.com.
+ http://example.com

# curl, Go, Python
= EXAMPLE.com
+ http://www.example.com

# curl
= example.com
+ http://example.com.

# all
= a.example,b.example
+ http://a.example http://b.example
- http://c.example

# curl
= a.example b.example
+ http://a.example http://b.example

# Python
=  a.example , b.example
+ http://a.example http://b.example

# Go
= *.example.com
+ http://www.example.com
- http://example.com http://xexample.com

# Go
= foobar.com, .barbaz.net, 192.168.1.1, 192.168.1.2:81, 192.168.1.3:80,
  10.0.0.0/30, 2001:db8::52:0:1, [2001:db8::52:0:2]:443,
  [2001:db8::52:0:3]:80, 2002:db8:a::45/64
+ http://barbaz.net http://www.barbaz.net http://foobar.com
+ http://www.foobar.com http://192.168.1.1 http://192.168.1.3 http://10.0.0.2
+ http://[2001:db8::52:0:1] http://[2001:db8::52:0:3]
+ https://[2001:db8::52:0:2] http://[2002:db8:a::123] http://localhost
+ http://127.0.0.2 http://[::1]
- http://foofoobar.com http://baz.com http://localhost.net
- http://barbarbaz.net http://192.168.1.2 http://192.168.1.4
- http://[2001:db8::52:0:2] http://[2002:db8:a:1::1]
- http://[fe80::424b:c8be:1643:a1b6] http://10.0.0.4

# Go
= example.com:8080
+ http://example.com:8080 http://www.example.com:8080
- http://example.com

# curl, Go
= 10.1.2.3
+ http://10.1.2.3
- http://10.1.2.4 http://x10.1.2.3

# curl, Go
= 10.0.0.0/8
+ http://10.1.2.3
- http://11.1.2.3 http://ten.example

# curl
= 10.9.9.9/8
+ http://10.1.2.3
- http://11.1.2.3

# curl
= 192.168.0.1/32
+ http://192.168.0.1
- http://192.168.0.2

# curl
= 0.0.0.0/0
+ http://1.2.3.4
- http://[::2]

# curl, Go
= fd00::/8
+ http://[fd12::1]
- http://[fe12::1] http://10.0.0.1

# curl
= [2001:db8::1]
+ http://[2001:db8::1]
- http://[2001:db8::2]

# Go
= 2001:DB8:0::1
+ http://[2001:db8::1]

# Go
= [2001:db8::1]:81
+ http://[2001:db8::1]:81
- http://[2001:db8::1]

# curl, Go
= 10.0.0.0/33
- http://10.0.0.0 http://10.0.0.1

# Go
= example.com:x
- http://example.com

# ours
= example.com:0
- http://example.com

# Go
= [::1
- http://example.com

# ours
= .,..,:80,/
- http://example.com

# ours
= <what>,example.com
+ http://example.com
- http://what.example

# Go; not curl
= (empty)
+ http://localhost http://127.0.0.1:81 http://[::1]

# ours
= <-loopback>,example.com
+ http://example.com
- http://localhost http://127.0.0.1

# ours: it is a WinINet word
= <local>
- http://intranet

# ours: an address has no domains above it
= 0.0.1
- http://10.0.0.1
"""

REFUSED = (
    ("<loopback>", "<local>"),
    ("<>", "<local>"),
    ("ws://example.com", "scheme"),
    ("example.com:0", "port"),
    ("example.com:65536", "port"),
    ("example.com:x", "port"),
    ("*:*", "port"),
    ("http://", "host"),
    (".", "host"),
    ("c/d", "host"),
    ("[::1", "host"),
    ("example.com/path", "host"),
    ("10.0.0.0/33", "host"),
    ("ex\u00e4mple_.com", "international"),
    ("\ud800.example", "international"),
)


class Lists(SynchronousTestCase):
    """Both lists over their tables."""

    def judge(self, table: str, read: Callable[[str], Bypass]) -> None:
        for row in table.split("\n\n"):
            marks: dict[str, list[str]] = {mark: [] for mark in "#=+-"}
            mark = "#"
            for line in row.splitlines():
                mark = line[0].strip() or mark
                marks[mark].append(line[2:])
            text = " ".join(marks["="]).replace("(empty)", "")
            bypass = read(text)
            for mark, expected in (("+", True), ("-", False)):
                for url in " ".join(marks[mark]).split():
                    parts = crack_http(url)
                    found = bypass.covers(parts.scheme, parts.host, parts.port)
                    self.assertIs(found, expected, f"{url}: {row}")

    def test_wininets_list(self) -> None:
        """An entry is one host, unless it has a star."""
        self.judge(WININET, read_bypass_list)

    def test_the_environments_list(self) -> None:
        """An entry is a domain."""
        self.judge(ENVIRONMENT, no_proxy_list)

    def test_other_protocols_have_entries_too(self) -> None:
        """An FTP server's entry is not that of the web server beside it."""
        bypass = read_bypass_list("ftp://files.example gopher://old.example:70")
        self.assertTrue(bypass.covers("ftp", "files.example", 21))
        self.assertFalse(bypass.covers("http", "files.example", 80))
        self.assertTrue(bypass.covers("gopher", "old.example", 70))

    def test_a_zone_is_no_part_of_an_address(self) -> None:
        """An entry cannot know which interface it is on."""
        self.assertTrue(
            read_bypass_list("fe80::/10").covers("http", "fe80::1%eth0", 80)
        )

    def test_what_cannot_be_is_refused_with_its_reason(self) -> None:
        """In WinINet's list, which is written for us."""
        for text, word in REFUSED:
            error = self.assertRaises(InvalidParameter, read_bypass_list, text)
            self.assertIn(word, error.message.partition("cannot be used")[2], text)
        error = self.assertRaises(InvalidParameter, read_bypass_list, "u:geheim@h:x")
        self.assertIn("'***@h:x'", error.message)
        self.assertNotIn("geheim", error.message)

    def test_many_stars_take_no_time(self) -> None:
        """A pattern is tried once, not in all ways in which its stars can fall."""
        bypass = read_bypass_list("*a" * 100 + "*b")
        self.assertFalse(bypass.covers("http", "a" * 250, 80))
