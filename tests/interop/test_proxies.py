"""Real proxies of every kind: to servers in the clear and over TLS, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import pytest_twisted
from twisted.internet.defer import Deferred, gatherResults

import twinet
from tests.interop.abilities import through as put_through
from tests.interop.site import FILES, MISSING, PASSWORD, USER
from tests.interop.throughproxy import address, roots, through
from tests.interop.visit import said
from tests.net.openings import Resolver
from twinet.errors import (
    CannotConnect,
    IncorrectPassword,
    LoginFailure,
    OperationCancelled,
    ProxyServerUnreachable,
    SecCertCnInvalid,
    SecureFailureProxy,
)

if TYPE_CHECKING:
    from pathlib import Path

    from tests.interop.apache import Apache
    from tests.interop.nginx import Nginx
    from tests.interop.proxyserver import ProxyServer
    from tests.interop.squid import Squid

SMALL = FILES["small.txt"]
LONG = 100 << 20
WAYS = ("http", "https")

each_proxy = put_through("http", "socks5", "socks4a")
#: Those who want to know who asks.
each_guarded_squid = pytest.mark.parametrize(
    "proxy", ["basic_squid", "digest_squid", "both_squid"], indirect=True
)
each_way = pytest.mark.parametrize("way", WAYS)
pytestmark = pytest.mark.usefixtures("nothing_is_logged")


@each_proxy
@each_way
@pytest_twisted.ensureDeferred
async def test_pages_come_through(proxy: ProxyServer, nginx: Nginx, way: str) -> None:
    """One connection serves all of them; the statuses name the proxy."""
    async with through(proxy, nginx, way) as here:
        for name in ("small.txt", "one-mebibyte.bin", "empty.bin"):
            answer = await here.get(f"/{name}?through-{proxy.kind}")
            assert answer.body == FILES[name]
            assert answer.proxy is not None
            assert answer.proxy.url == proxy.proxy.url
            assert answer.proxy.credentials is None
        answer = await here.get("/nowhere")
        assert (answer.status_code, answer.body) == (404, MISSING)
        assert said(await here.get("/cgi/told?a=b"))["target"] == "/cgi/told?a=b"
        connected = here.told(twinet.Status.CONNECTED_TO_SERVER)
        assert set(map(str, connected)) == {"127.0.0.1"}
        assert set(here.told(twinet.Status.RESOLVING_NAME)) <= {"127.0.0.1"}
        # a 407 may cost one
        assert len(connected) <= 1 + proxy.guarded


@each_proxy
@each_way
@pytest_twisted.ensureDeferred
async def test_bodies_go_through(proxy: ProxyServer, apache2: Apache, way: str) -> None:
    """By POST and PUT, bytes and files and pieces, and as form; redirected too."""
    body = FILES["long.txt"]
    folder = apache2.root / "dav"
    name = f"{type(proxy).__name__}-{way}.bin"
    path = apache2.home / name
    path.write_bytes(body)
    async with through(proxy, apache2, way) as here:
        told = said(await here.ask("POST", "/cgi/told", body=b"one cup"))
        assert (told["verb"], told["size"]) == ("POST", 7)
        for given in (body, path):
            answer = await here.ask("PUT", f"/dav/{name}", body=given)
            assert answer.status_code in {201, 204}
            assert (folder / name).read_bytes() == body
            (folder / name).unlink()
        async with here.open("PUT", f"/dav/{name}") as request:
            await request.start()
            for _ in range(3):
                await request.write(body)
            await request.finish()
            assert request.response.status_code == 201
        assert (folder / name).read_bytes() == body * 3
        (folder / name).unlink()
        answer = await here.ask("POST", "/leads/307/cgi/told", body=b"two cups")
        assert said(answer)["size"] == 8
        answer = await here.ask("POST", "/leads/303/cgi/told", body=b"two cups")
        assert said(answer)["verb"] == "GET"
        assert len(answer.history) == 1


@pytest.fixture(scope="session")
def long_file(nginx: Nginx) -> str:
    """Make a file that is long."""
    with (nginx.root / "past-proxies.bin").open("wb") as file:
        file.truncate(LONG)
    return "/past-proxies.bin"


class Counting:
    """Counts what is handed over, and keeps nothing."""

    count = 0

    def write(self, data: bytes) -> None:
        self.count += len(data)


#: Who is given long bodies: Twisted's SOCKS server would keep them in memory.
LONG_BODIES = pytest.mark.parametrize(
    "proxy", ["squid", "microsocks", "dante"], indirect=True
)


@LONG_BODIES
@each_way
@pytest_twisted.ensureDeferred
async def test_long_body_comes_through(
    proxy: ProxyServer, nginx: Nginx, long_file: str, way: str
) -> None:
    """100 MiB, piece by piece."""
    sink = Counting()
    async with through(proxy, nginx, way) as here:
        async with here.open("GET", long_file) as request:
            await request.send()
            assert await request.deliver(sink) == sink.count == LONG
        assert (await here.get("/small.txt")).body == SMALL
        assert len(here.told(twinet.Status.CONNECTED_TO_SERVER)) == 1


# In the clear Squid 5.7 breaks off long uploads that are fast, curl's too.
@pytest.mark.parametrize(
    ("proxy", "way"),
    [
        ("squid", "https"),
        *((name, way) for name in ("microsocks", "dante") for way in WAYS),
    ],
    indirect=["proxy"],
)
@pytest_twisted.ensureDeferred
async def test_long_body_goes_through(
    proxy: ProxyServer, nginx: Nginx, long_file: str, way: str
) -> None:
    """100 MiB of a file; the proxy says how fast."""
    whole = nginx.root / long_file[1:]
    async with through(proxy, nginx, way) as here:
        name = f"long-{proxy.kind}-{way}.bin"
        answer = await here.ask("PUT", f"/dav/{name}", body=whole)
        assert answer.status_code == 201
        assert (nginx.root / "dav" / name).stat().st_size == whole.stat().st_size
        (nginx.root / "dav" / name).unlink()


@each_proxy
@each_way
@pytest_twisted.ensureDeferred
async def test_giving_up_midway(
    proxy: ProxyServer, nginx: Nginx, long_file: str, way: str
) -> None:
    """The connection to the proxy is closed, and the session is good for more."""
    async with through(proxy, nginx, way) as here:
        for cancel in (True, False):
            here.news.clear()
            request = here.open("GET", f"/paced{long_file}")
            await request.send()
            assert await request.read(1 << 20)
            pending = request.read(LONG)
            if cancel:
                pending.cancel()
            else:
                request.close()
            with pytest.raises(OperationCancelled):
                await pending
            assert here.told(twinet.Status.CONNECTION_CLOSED) == [None]
            request.close()
        assert (await here.get("/small.txt")).body == SMALL


@each_proxy
@pytest_twisted.ensureDeferred
async def test_giving_up_at_once(proxy: ProxyServer, nginx: Nginx) -> None:
    """Before the proxy has said anything."""
    for way in WAYS:
        async with through(proxy, nginx, way) as here:
            request = here.open("GET", "/small.txt")
            pending = request.send()
            pending.cancel()
            with pytest.raises(OperationCancelled):
                await pending
            request.close()
            assert (await here.get("/small.txt")).body == SMALL


@each_proxy
@each_way
@pytest_twisted.ensureDeferred
async def test_crowd_goes_through(proxy: ProxyServer, nginx: Nginx, way: str) -> None:
    """More at once than there may be connections: everybody gets his page."""
    async with through(proxy, nginx, way, connections_per_host=4) as here:
        # which are the proxy's own, where it gets the requests themselves
        here.session.connections_per_proxy = 4
        for _ in range(2):
            answers = await gatherResults(
                [Deferred.fromCoroutine(here.get("/small.txt")) for _ in range(20)],
                consumeErrors=True,
            )
            assert [answer.body == SMALL for answer in answers] == [True] * 20
        assert len(here.told(twinet.Status.CONNECTED_TO_SERVER)) <= 4 * 2


@each_proxy
@pytest_twisted.ensureDeferred
async def test_redirect_leads_from_way_to_way(
    proxy: ProxyServer, nginx: Nginx, apache2: Apache
) -> None:
    """To TLS and back, to another server: each time the proxy leads there."""
    goal = f"{address(apache2)}/small.txt?goal"
    async with through(proxy, nginx) as here:
        for start in (address(nginx), address(nginx, "https")):
            async with await here.session.get(f"{start}/moved/small.txt") as request:
                assert await request.read(999) == SMALL
            assert (await here.session.fetch(goal)).body == SMALL


# -- who may use it


@put_through("http")
@each_way
@pytest_twisted.ensureDeferred
async def test_squid_is_told_once(proxy: Squid, nginx: Nginx, way: str) -> None:
    """It asks once, for each connection that has to be opened at most."""
    async with through(proxy, nginx, way) as here:
        mark = f"{address(nginx, way)}".partition("//")[2]
        before = len(proxy.requests(mark, 0))
        for _ in range(4):
            assert (await here.get("/small.txt")).body == SMALL
    count = (4 if way == "http" else 1) + proxy.guarded
    statuses = [status for _, status in proxy.requests(mark, before + count)[before:]]
    assert len(statuses) == count
    assert statuses.count(407) == proxy.guarded
    assert statuses[0] == (407 if proxy.guarded else 200)


@each_guarded_squid
@each_way
@pytest_twisted.ensureDeferred
async def test_refused_login_is_an_answer(proxy: Squid, nginx: Nginx, way: str) -> None:
    """A 407, with a wrong password and with none; and nothing for ever."""
    bare = twinet.Proxy("http", "127.0.0.1", proxy.ports["http"])
    for chosen, asked in ((bare, 1), (proxy.stranger(), 2)):
        async with through(chosen, nginx, way) as here:
            before = len(proxy.requests("", 0))
            answer = await here.get("/small.txt?refused")
            assert answer.status_code == 407
            assert answer.headers.get("proxy-authenticate")
            assert SMALL not in (answer.body or b"")
        seen = proxy.requests("", before + asked)[before:]
        assert [status for _, status in seen] == [407] * asked


@put_through("http")
@each_way
@pytest_twisted.ensureDeferred
async def test_both_may_ask(proxy: Squid, apache2: Apache, way: str) -> None:
    """The proxy and the server want different passwords, each his own."""
    known = {"username": USER, "password": PASSWORD}
    async with through(proxy, apache2, way, **known) as here:
        for place in ("private", "digest", "digest"):
            assert (await here.get(f"/{place}/small.txt")).body == SMALL
        name = f"both-{type(proxy).__name__}-{way}.bin"
        answer = await here.ask("PUT", f"/digest/dav/{name}", body=SMALL)
        assert answer.status_code == 201
        assert (apache2.root / "dav" / name).read_bytes() == SMALL


# -- what may be in the way


@each_proxy
@each_way
@pytest_twisted.ensureDeferred
async def test_server_is_down(proxy: ProxyServer, nginx: Nginx, way: str) -> None:
    """An HTTP proxy answers for a page in the clear; otherwise it is an error."""
    name = "origin.test" if way == "http" else "other.test"
    async with through(proxy, nginx, way) as here:
        for host, statuses in ((name, {503}), ("nowhere.test", {502, 503})):
            url = f"{way}://{host}:1/"
            if proxy.speech == "http" and way == "http":
                async with await here.session.get(url) as request:
                    assert request.response.status_code in statuses
            else:
                with pytest.raises(CannotConnect, match="does not lead to"):
                    await here.session.get(url)
        assert (await here.get("/small.txt")).body == SMALL


@pytest.mark.parametrize("proxy", ["squid", "basic_squid", "dante"], indirect=True)
@pytest_twisted.ensureDeferred
async def test_server_is_forbidden(proxy: ProxyServer, nginx: Nginx) -> None:
    """What the proxy's rules say, it says."""
    async with through(proxy, nginx) as here:
        url = f"http://forbidden.test:{nginx.ports['http']}/small.txt"
        if proxy.speech == "http":
            async with await here.session.get(url) as request:
                assert request.response.status_code == 403
        secure = url.replace("http:", "https:")
        for each in (secure,) if proxy.speech == "http" else (url, secure):
            with pytest.raises(CannotConnect, match=r"rules|403"):
                await here.session.get(each)


@each_proxy
@each_way
@pytest_twisted.ensureDeferred
async def test_proxy_is_down(proxy: ProxyServer, nginx: Nginx, way: str) -> None:
    """That is said of it, and not of the server."""
    gone = twinet.Proxy(proxy.speech, "127.0.0.1", 1)
    async with through(gone, nginx, way) as here:
        with pytest.raises(ProxyServerUnreachable, match=r"proxy .*127\.0\.0\.1:1 "):
            await here.get("/small.txt")


@put_through("socks5")
@pytest_twisted.ensureDeferred
async def test_socks_server_wants_another_password(
    proxy: ProxyServer, nginx: Nginx
) -> None:
    """Which is an error, as there is no HTTP to answer in."""
    bare = twinet.Proxy("socks5", "127.0.0.1", proxy.ports["http"])
    expected: Any
    for chosen, expected in (
        (bare, LoginFailure),
        (proxy.stranger(), IncorrectPassword),
    ):
        async with through(chosen, nginx) as here:
            if not proxy.guarded:
                assert (await here.get("/small.txt")).body == SMALL
                continue
            with pytest.raises(expected) as caught:
                await here.get("/small.txt")
            assert "wrong" not in str(caught.value)


@each_proxy
@pytest_twisted.ensureDeferred
async def test_servers_certificate_is_checked(proxy: ProxyServer, nginx: Nginx) -> None:
    """A tunnel is no reason to believe anything."""
    async with through(proxy, nginx, "https") as here:
        # its certificate is for localhost, and for another name by SNI
        url = f"https://origin.test:{nginx.ports['https']}/small.txt"
        with pytest.raises(SecCertCnInvalid, match=r"origin\.test"):
            await here.session.get(url)


@pytest_twisted.ensureDeferred
async def test_squid_inside_tls(squid: Squid, nginx: Nginx, tmp_path: Path) -> None:
    """The proxy is spoken to in TLS, for both ways; its certificate counts."""
    secure = twinet.Proxy("https", "localhost", squid.ports["https"])
    book = Resolver({"localhost": ["127.0.0.1"]})
    for trusted in (True, False):
        session = twinet.Session(
            trust_roots=roots(nginx, squid) if trusted else roots(nginx),
            resolver=book,
            proxy=secure,
        )
        async with session:
            for way in WAYS:
                pending = session.fetch(f"{address(nginx, way)}/small.txt")
                if trusted:
                    assert (await pending).body == SMALL
                else:
                    with pytest.raises(SecureFailureProxy, match="localhost"):
                        await pending
    assert {asked.name for asked in book.asked} == {"localhost"}
