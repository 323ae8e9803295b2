"""Cookies at real servers: what they set comes back, is told of, and is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
import pytest_twisted
from twisted.internet import reactor

import twinet
from tests.interop.abilities import each
from tests.interop.throughproxy import address, through
from tests.interop.visit import said, visit
from twinet.flags import Flag

if TYPE_CHECKING:
    from pathlib import Path

    from tests.interop.httpbin import HttpBin
    from tests.interop.nginx import Nginx
    from tests.interop.squid import Squid
    from tests.interop.webserver import WebServer

pytestmark = pytest.mark.usefixtures("nothing_is_logged")

SENT, RECEIVED = twinet.Status.COOKIE_SENT, twinet.Status.COOKIE_RECEIVED


@pytest_twisted.ensureDeferred
async def test_cookies_are_told_of_along_redirects(httpbin: HttpBin) -> None:
    """What a redirect sets goes with the request that follows; the count is told."""
    async with visit(httpbin) as here:
        answer = await here.get("/cookies/set?tea=green&cups=2")
        assert said(answer)["cookies"] == {"tea": "green", "cups": "2"}
        assert (here.told(RECEIVED), here.told(SENT)) == ([2], [2])
        order = [
            news.status
            for news in here.news
            if news.status in (SENT, RECEIVED, twinet.Status.REDIRECT)
        ]
        assert order == [RECEIVED, twinet.Status.REDIRECT, SENT]
        here.news.clear()
        answer = await here.ask("GET", "/cookies", flags=Flag.NO_COOKIES)
        assert said(answer)["cookies"] == {}
        assert (here.told(RECEIVED), here.told(SENT)) == ([], [])
        answer = await here.ask("GET", "/cookies/set/milk/no", flags=Flag.NO_COOKIES)
        assert said(answer)["cookies"] == {}
        assert said(await here.get("/cookies"))["cookies"].keys() == {"tea", "cups"}
        assert here.told(SENT) == [2]
        for news in here.news:
            assert "green" not in f"{news} {news!r}"


@each()
@pytest_twisted.ensureDeferred
async def test_cookies_are_told_of(server: WebServer) -> None:
    """Two come, one of them goes back; those of a request of its own are not ours."""
    async with visit(server) as here:
        await here.get("/cgi/cookie")
        assert here.told(RECEIVED) == [2]
        answer = await here.ask("GET", "/cgi/told", ("Cookie", "mine=1"))
        assert said(answer)["cookie"] == "cup=small"
        assert here.told(SENT) == [1]
        flags = Flag.NO_COOKIES
        answer = await here.ask("GET", "/cgi/told", ("Cookie", "mine=1"), flags=flags)
        assert said(answer)["cookie"] == "mine=1"
        assert here.told(SENT) == [1]


@pytest_twisted.ensureDeferred
async def test_cookies_outlive_the_session(httpbin: HttpBin, tmp_path: Path) -> None:
    """Those that say how long; the others end with it."""
    jar = tmp_path / "cookies.jar"
    url = httpbin.http
    header = "tea=green; Max-Age=3600"
    async with twinet.Session(reactor, cookies=jar) as session:
        await session.fetch(f"{url}/response-headers?Set-Cookie={quote(header)}")
        await session.fetch(f"{url}/cookies/set?cups=2")
        told = said(await session.fetch(f"{url}/cookies"))
        assert told["cookies"] == {"tea": "green", "cups": "2"}
    assert jar.stat().st_mode & 0o777 == 0o600
    async with twinet.Session(reactor, cookies=jar) as session:
        told = said(await session.fetch(f"{url}/cookies"))
        assert told["cookies"] == {"tea": "green"}
        # shared with another session, at the same moment
        async with twinet.Session(reactor, cookies=session.cookies) as other:
            await other.fetch(f"{url}/cookies/set?milk=no")
            told = said(await session.fetch(f"{url}/cookies"))
            assert told["cookies"] == {"tea": "green", "milk": "no"}


@pytest_twisted.ensureDeferred
async def test_cookies_belong_to_the_server_behind_a_proxy(
    squid: Squid, nginx: Nginx
) -> None:
    """Not to the proxy: another server on the same connection does not get them."""
    async with through(squid, nginx) as here:
        await here.get("/cgi/cookie")
        assert said(await here.get("/cgi/told"))["cookie"] == "cup=small"
        other = address(nginx).replace("origin.test", "other.test")
        told = said(await here.session.fetch(f"{other}/cgi/told"))
        assert told["cookie"] == ""
        assert len(here.told(twinet.Status.CONNECTED_TO_SERVER)) == 1
        assert [c.domain for c in here.session.cookies] == ["origin.test"] * 2
