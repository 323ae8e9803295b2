"""Which server can do what: the one place where a test is not put to a server.

A test names what it needs (:func:`each`), and is put to every server that has it.  A
server that lacks something stands in :data:`LACKS` with the reason; a server that does
the thing in its own way is not left out: the test says what it answers.
"""

from __future__ import annotations

from typing import Any

import pytest

#: The servers, by the names of their fixtures.
SERVERS = ("nginx", "apache2", "lighttpd", "caddy")

#: What somebody lacks, who that is, and why.
LACKS = {
    "dav": {"caddy": "it serves files and takes none"},
    "programs": dict.fromkeys(
        ("nginx", "caddy"), "it runs none: /cgi/ are answers of its configuration"
    ),
    "digest": dict.fromkeys(("nginx", "caddy"), "no module in Debian"),
    "digest by SHA-256": {
        "nginx": "no module in Debian",
        "apache2": "MD5 alone in 2.4",
        "caddy": "no module in Debian",
    },
    "short nonces": {
        "nginx": "no module in Debian",
        "lighttpd": "ten minutes, by its source",
        "caddy": "no module in Debian",
    },
    "brotli": {
        "nginx": "the module is a package of its own, which few install",
        "caddy": "no module in its sources",
    },
    "deflate": dict.fromkeys(("nginx", "apache2", "caddy"), "gzip does for it"),
    "zstd": {"nginx": "no module in Debian", "apache2": "no module in its sources"},
    "verbs of one's own": {"lighttpd": "501 for each verb that it does not know"},
    "idle times below a second": {"lighttpd": "it counts whole seconds: too slow"},
    "HTTP/1.0 of its own": dict.fromkeys(
        ("nginx", "lighttpd", "caddy"), "HTTP/1.1 to all"
    ),
    "hanging up": dict.fromkeys(("apache2", "lighttpd"), "an answer to everybody"),
    "heads beyond 64 KiB": {"lighttpd": "its own limit is 64 KiB: it answers 502"},
}


def each(*needs: str) -> Any:
    """Put a test to each server that has all of ``needs``, as its ``server``."""
    able = [
        name for name in SERVERS if not any(name in LACKS[needed] for needed in needs)
    ]
    assert able, f"no server has {needs}"
    return pytest.mark.parametrize("server", able, indirect=True)


#: The proxies, by the names of their fixtures, and how each is spoken to.
PROXIES = {
    "squid": "http",
    "basic_squid": "http",
    "digest_squid": "http",
    "both_squid": "http",
    "microsocks": "socks5",
    "guarded_microsocks": "socks5",
    "dante": "socks5",
    "twisted_socks": "socks4a",
}


def through(*speeches: str) -> Any:
    """Put a test to each proxy that speaks one of these, as its ``proxy``."""
    able = [name for name, speech in PROXIES.items() if speech in speeches]
    assert able, f"no proxy speaks {speeches}"
    return pytest.mark.parametrize("proxy", able, indirect=True)
