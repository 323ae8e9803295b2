"""The test list of publicsuffix.org (tests/test_psl.txt), as cookies meet it.

A domain that the list calls a suffix sets nothing for those below; the one that it
calls registrable sets cookies for all below it.
"""

from __future__ import annotations

from tests.http.cookie_corpus.case import Case

__all__ = ["CASES"]


def _refused(host: str, suffix: str) -> Case:
    return Case(
        f"test_psl: {suffix} is a suffix of {host}",
        (f"a=1; Domain={suffix}",),
        None,
        f"http://{host}/",
        f"http://{host}/",
    )


def _kept(host: str, domain: str) -> Case:
    return Case(
        f"test_psl: {domain} is registrable, of {host}",
        (f"a=1; Domain={domain}",),
        "a=1",
        f"http://other.{domain}/",
        f"http://{host}/",
    )


def _own(host: str) -> Case:
    """Return what a host gets that is a suffix itself (6265bis, 5.7, step 9)."""
    return Case(
        f"test_psl: {host} itself",
        (f"a=1; Domain={host}",),
        "a=1",
        f"http://{host}/",
        f"http://{host}/",
    )


CASES = (
    # one that is not listed
    _refused("b.example.example", "example"),
    _kept("a.b.example.example", "example.example"),
    # one level
    _refused("domain.biz", "biz"),
    _kept("b.domain.biz", "domain.biz"),
    _kept("a.b.domain.biz", "domain.biz"),
    _own("biz"),
    # two levels, and the private section
    _refused("example.com", "com"),
    _kept("b.example.com", "example.com"),
    _refused("example.uk.com", "uk.com"),
    _kept("a.b.example.uk.com", "example.uk.com"),
    _refused("test.ac", "ac"),
    _refused("me.github.io", "github.io"),
    _kept("a.me.github.io", "me.github.io"),
    _own("github.io"),
    _refused("b.blogspot.com", "blogspot.com"),
    _refused("bucket.s3.amazonaws.com", "s3.amazonaws.com"),
    # wildcards and exceptions
    _refused("c.mm", "mm"),
    _refused("b.c.mm", "c.mm"),
    _kept("a.b.c.mm", "b.c.mm"),
    _refused("test.ck", "ck"),
    _refused("b.test.ck", "test.ck"),
    _kept("a.b.test.ck", "b.test.ck"),
    _kept("www.www.ck", "www.ck"),
    _own("test.ck"),
    # Japan
    _refused("test.jp", "jp"),
    _kept("www.test.jp", "test.jp"),
    _refused("test.ac.jp", "ac.jp"),
    _kept("www.test.ac.jp", "test.ac.jp"),
    _refused("test.kyoto.jp", "kyoto.jp"),
    _kept("www.test.kyoto.jp", "test.kyoto.jp"),
    _refused("b.ide.kyoto.jp", "ide.kyoto.jp"),
    _kept("a.b.ide.kyoto.jp", "b.ide.kyoto.jp"),
    _refused("b.c.kobe.jp", "c.kobe.jp"),
    _kept("a.b.c.kobe.jp", "b.c.kobe.jp"),
    _kept("www.city.kobe.jp", "city.kobe.jp"),
    # the United States
    _refused("test.us", "us"),
    _refused("test.ak.us", "ak.us"),
    _refused("test.k12.ak.us", "k12.ak.us"),
    _kept("www.test.k12.ak.us", "test.k12.ak.us"),
    # international, in the form of the wire
    _refused("xn--85x722f.com.cn", "com.cn"),
    _kept("www.xn--85x722f.com.cn", "xn--85x722f.com.cn"),
    _refused("xn--85x722f.xn--55qx5d.cn", "xn--55qx5d.cn"),
    _kept("www.xn--85x722f.xn--55qx5d.cn", "xn--85x722f.xn--55qx5d.cn"),
    _refused("shishi.xn--fiqs8s", "xn--fiqs8s"),
    _kept("www.shishi.xn--fiqs8s", "shishi.xn--fiqs8s"),
)
