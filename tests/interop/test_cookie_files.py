"""The cookies.txt of curl and wget: theirs are read here, and ours there."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from tests.inetfetch.website import Website
from twinet import CookieJar

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: A program, how it reads a file of cookies, and how it writes one.
PROGRAMS = {
    "curl": (["curl", "-s", "-b", "{file}"], ["curl", "-s", "-c", "{file}"]),
    "wget": (
        ["wget", "-q", "-t1", "-O-", "--load-cookies", "{file}"],
        [
            *("wget", "-q", "-t1", "-O-", "--keep-session-cookies"),
            *("--save-cookies", "{file}"),
        ],
    ),
}
COOKIES = (
    "plain=1; Path=/",
    "lasting=2; Max-Age=3600; Path=/",
    'odd="x y=z, \xe9"; Path=/; HttpOnly',
    "empty=; Path=/",
    "deeper=3; Path=/bytes",
    "elsewhere=4; Path=/other",
    "dead=5; Max-Age=0; Path=/",
)


@pytest.fixture
def site() -> Iterator[Website]:
    """Start the site."""
    with Website() as started:
        yield started


@pytest.fixture(params=PROGRAMS)
def program(request: pytest.FixtureRequest) -> str:
    """Return the name of a program that is here."""
    name: str = request.param
    if shutil.which(name) is None:
        pytest.skip(f"apt-get install {name}")
    return name


def run(command: list[str], file: Path, url: str) -> None:
    """Run a program that reads or writes a file of cookies."""
    filled = [word.format(file=file) for word in command]
    subprocess.run([*filled, url], check=True, capture_output=True, timeout=60)


def sent(site: Website) -> list[str]:
    """Return the cookies of the last request, in no order: wget has its own."""
    return sorted(site.fields[-1].get("Cookie", "").split("; "))


def ours(jar: CookieJar, url: str) -> list[str]:
    """Return what we would send, likewise."""
    return sorted(f"{cookie.name}={cookie.value}" for cookie in jar.for_url(url))


def test_their_file_is_read_here(program: str, site: Website, tmp_path: Path) -> None:
    """What they would send is what we would send."""
    reads, writes = PROGRAMS[program]
    file = tmp_path / "theirs.txt"
    path = "/".join(quote(cookie, safe="", encoding="latin-1") for cookie in COOKIES)
    run(writes, file, f"{site.url}/bake/{path}")
    jar = CookieJar()
    assert jar.import_netscape(file) > 3
    run(reads, file, f"{site.url}/bytes/5/x")
    assert len(sent(site)) > 2
    assert ours(jar, f"{site.url}/bytes/5/x") == sent(site)


def test_our_file_is_read_there(program: str, site: Website, tmp_path: Path) -> None:
    """What we would send is what they send."""
    reads, _ = PROGRAMS[program]
    file = tmp_path / "ours.txt"
    jar = CookieJar()
    for cookie in COOKIES:
        jar.add(f"{site.url}/", cookie)
    jar.set("http://o.test/", "other", "1")
    jar.export_netscape(file)
    run(reads, file, f"{site.url}/bytes/5/x")
    expected = ours(jar, f"{site.url}/bytes/5/x")
    if program == "wget":
        # HttpOnly is a comment to it.
        expected = [pair for pair in expected if pair[:3] != "odd"]
    assert sent(site) == expected
