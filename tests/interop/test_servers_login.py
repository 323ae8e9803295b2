"""Basic and Digest at real servers, and at httpbin, which has what they lack."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
import pytest_twisted
from twisted.internet import reactor
from twisted.internet.defer import Deferred, gatherResults
from twisted.internet.task import deferLater

import twinet
from tests.interop.abilities import each
from tests.interop.site import FILES, PASSWORD, USER
from tests.interop.visit import said, visit
from twinet import Option
from twinet.flags import Flag

if TYPE_CHECKING:
    from pathlib import Path

    from tests.interop.httpbin import HttpBin
    from tests.interop.lighttpd import Lighttpd
    from tests.interop.webserver import WebServer

SMALL = FILES["small.txt"]
KNOWN: Any = {"username": USER, "password": PASSWORD}
LEAVE = ("Expect", "100-continue")

pytestmark = pytest.mark.usefixtures("nothing_is_logged")


def statuses(server: WebServer, mark: str, count: int) -> list[int]:
    """Return the statuses of so many requests, which share a connection."""
    logged = server.requests(mark, count)
    assert len({port for port, _ in logged}) == 1
    return [status for _, status in logged]


@each("digest")
@pytest_twisted.ensureDeferred
async def test_digest_is_challenged_once(server: WebServer) -> None:
    """What answers one challenge is said ahead with the next requests."""
    async with visit(server, **KNOWN) as here:
        for _ in range(4):
            assert (await here.get("/digest/small.txt?login-once")).body == SMALL
        assert statuses(server, "?login-once", 5) == [401, 200, 200, 200, 200]
        # also by another handle, and below the same folder alone
        connection = here.session.http("127.0.0.1", server.ports["http"], **KNOWN)
        async with connection.open_request(
            "GET", "/digest/small.txt?login-once"
        ) as request:
            assert await (await request.send()).read(999) == SMALL
        assert statuses(server, "?login-once", 6)[-1] == 200


@each()
@pytest_twisted.ensureDeferred
async def test_basic_is_challenged_each_time(server: WebServer) -> None:
    """A password goes out when it is asked for, or with ``Flag.PRE_AUTH`` at once."""
    async with visit(server, **KNOWN) as here:
        for _ in range(2):
            assert (await here.get("/private/small.txt?login-each")).body == SMALL
        assert statuses(server, "?login-each", 4) == [401, 200, 401, 200]
        ahead = "/private/small.txt?login-ahead"
        for _ in range(2):
            assert (await here.ask("GET", ahead, flags=Flag.PRE_AUTH)).body == SMALL
        assert statuses(server, "?login-ahead", 2) == [200, 200]
        answer = await here.ask(
            "GET", "/private/small.txt?login-no", flags=Flag.NO_AUTH
        )
        assert answer.status_code == 401


@each("digest by SHA-256")
@pytest_twisted.ensureDeferred
async def test_stronger_hash_is_taken(server: Lighttpd) -> None:
    """The log has what was said, which nobody else may have."""
    async with visit(server, **KNOWN) as here:
        for target in ("either", "sha256"):
            page = f"/{target}/small.txt?login-strong"
            assert (await here.get(page)).body == SMALL
            assert (await here.get(page)).body == SMALL
        assert statuses(server, "?login-strong", 5) == [401, 200, 200, 200, 200]
    lines = (server.home / "access.log").read_text().splitlines()
    proofs = [line for line in lines if "?login-strong" in line and " 200 " in line]
    assert len(proofs) == 4
    for line in proofs:
        assert "algorithm=SHA-256" in line
        assert "qop=auth" in line
    for number, line in enumerate(proofs, 1):
        assert f"nc={number:08x}" in line


@each("digest")
@pytest.mark.parametrize("port", ["https", "tls12"])
@pytest_twisted.ensureDeferred
async def test_digest_inside_tls(server: WebServer, port: str) -> None:
    """It is another server than the one in the clear, and asks anew."""
    async with visit(server, port, **KNOWN) as here:
        mark = f"?tls-{port}"
        for _ in range(2):
            assert (await here.get(f"/digest/small.txt{mark}")).body == SMALL
        assert statuses(server, mark, 3) == [401, 200, 200]


async def wrong_is_an_answer(server: WebServer, place: str) -> None:
    """Ask with a wrong password, a wrong name, and with nothing at all."""

    async def ask(count: int, known: Any) -> None:
        mark = f"?wrong-{place}-{known.get('username')}-{count}"
        async with visit(server, **known) as here:
            answer = await here.get(f"/{place}/small.txt{mark}")
            assert answer.status_code == 401
            assert answer.headers.get("www-authenticate")
            assert SMALL not in (answer.body or b"")
            assert statuses(server, mark, count) == [401] * count
            assert (await here.get(f"/small.txt{mark}")).body == SMALL

    asked = (
        ask(2, {"username": USER, "password": "tea"}),
        ask(2, {"username": "nobody", "password": PASSWORD}),
        ask(1, {}),
    )
    # at once, as some servers let the guilty wait
    await gatherResults([Deferred.fromCoroutine(one) for one in asked])


@each()
@pytest_twisted.ensureDeferred
async def test_wrong_password_by_basic_is_an_answer(server: WebServer) -> None:
    """A 401 that was answered in vain is the program's."""
    await wrong_is_an_answer(server, "private")


@each("digest")
@pytest_twisted.ensureDeferred
async def test_wrong_password_by_md5_is_an_answer(server: WebServer) -> None:
    """The same by Digest."""
    await wrong_is_an_answer(server, "digest")


@each("digest by SHA-256")
@pytest_twisted.ensureDeferred
async def test_wrong_password_by_sha256_is_an_answer(server: WebServer) -> None:
    """The same with the better hash."""
    await wrong_is_an_answer(server, "sha256")


@each("digest")
@pytest_twisted.ensureDeferred
async def test_password_may_be_told_later(server: WebServer) -> None:
    """Who is asked sets the options and sends again, as WinINet's programs do."""
    async with visit(server) as here:
        async with here.open("GET", "/digest/small.txt?login-later") as request:
            await request.send()
            assert request.response.status_code == 401
            while await request.read(4096):
                pass
            request.options[Option.USERNAME] = USER
            request.options[Option.PASSWORD] = PASSWORD
            await request.send()
            assert request.response.status_code == 200
            assert await request.read(999) == SMALL
        assert [s for _, s in server.requests("?login-later", 3)] == [401, 401, 200]
        # whom the server knows now, later requests may be without being told
        assert (await here.get("/digest/small.txt?login-later")).body == SMALL


@each("digest")
@pytest_twisted.ensureDeferred
async def test_password_in_the_url(server: WebServer) -> None:
    """It answers the challenge, and goes nowhere else."""
    async with visit(server) as here:
        url = f"{server.http}/digest/small.txt?login-url"
        known = url.replace("//", f"//{USER}:{quote(PASSWORD)}@")
        async with await here.session.get(known) as request:
            assert await request.read(999) == SMALL
        assert statuses(server, "?login-url", 2) == [401, 200]


@each("digest")
@pytest_twisted.ensureDeferred
async def test_password_in_a_netrc_file(server: WebServer, tmp_path: Path) -> None:
    """It is for one host alone: the same server by another name is a stranger."""
    netrc = tmp_path / "netrc"
    netrc.write_text(f'machine localhost login {USER} password "{PASSWORD}"\n')
    netrc.chmod(0o600)
    for host, status in (("localhost", 200), ("127.0.0.1", 401)):
        async with visit(server, host=host, netrc=netrc) as here:
            for place in ("digest", "private"):
                answer = await here.get(f"/{place}/small.txt")
                assert answer.status_code == status


@each("digest", "dav")
@pytest.mark.parametrize("fields", [(), (LEAVE,)])
@pytest_twisted.ensureDeferred
async def test_body_is_sent_again(
    server: WebServer, fields: tuple[tuple[str, str], ...]
) -> None:
    """A file, and bytes; the first is asked for, the second is let in at once."""
    folder = server.root / "dav"
    body = FILES["one-mebibyte.bin"]
    path = server.home / f"upload-{len(fields)}.bin"
    path.write_bytes(body)
    async with visit(server, **KNOWN) as here:
        for number, given in enumerate((path, body)):
            name = f"digest-{number}-{len(fields)}.bin"
            target = f"/digest/dav/{name}"
            answer = await here.ask("PUT", target, *fields, body=given)
            assert answer.status_code == 201
            assert (folder / name).read_bytes() == body
        sent = sum(here.told(twinet.Status.REQUEST_SENT))
        times = 2 if fields else 3
        assert 2 * len(body) < sent < times * len(body) + 9000


@each("digest", "dav")
@pytest_twisted.ensureDeferred
async def test_body_that_cannot_be_sent_again(server: WebServer) -> None:
    """The 401 is the answer; the next one is let in, as it is told ahead."""
    leaf = server.root / "dav" / "pushed.bin"
    body = bytes(100_000)
    async with visit(server, **KNOWN) as here:
        for status in (401, 201):
            async with here.open("PUT", f"/digest/dav/{leaf.name}") as request:
                await request.start(len(body))
                await request.write(body)
                await request.finish()
                assert request.response.status_code == status
            if status == 401:
                assert not leaf.exists()
                assert (await here.get("/digest/small.txt")).body == SMALL
        assert leaf.read_bytes() == body


@each("short nonces")
@pytest_twisted.ensureDeferred
async def test_stale_nonce_is_changed_unseen(server: WebServer) -> None:
    """The server says that only the nonce is to blame, so it is asked once more."""
    async with visit(server, **KNOWN) as here:
        target = "/digest/brief/small.txt?login-stale"
        assert (await here.get(target)).body == SMALL
        await deferLater(reactor, 1.2)
        assert (await here.get(target)).body == SMALL
        assert statuses(server, "?login-stale", 4) == [401, 200, 401, 200]


@each("digest")
@pytest_twisted.ensureDeferred
async def test_many_at_once_share_a_nonce(server: WebServer) -> None:
    """After the first wave nobody is challenged, and everybody gets the page."""
    async with visit(server, connections_per_host=5, **KNOWN) as here:
        for _ in range(2):
            answers = await gatherResults(
                [
                    Deferred.fromCoroutine(here.get("/digest/small.txt?login-crowd"))
                    for _ in range(20)
                ],
                consumeErrors=True,
            )
            assert [answer.body == SMALL for answer in answers] == [True] * 20
        found = [status for _, status in server.requests("?login-crowd", 41)]
        assert found.count(200) == 40
        assert 1 <= found.count(401) <= 20


@each("digest")
@pytest_twisted.ensureDeferred
async def test_redirect_takes_no_password_along(
    server: WebServer, httpbin: HttpBin
) -> None:
    """Within the server it is good; another one would take it, and does not get it."""
    async with visit(server, **KNOWN) as here:
        answer = await here.get("/moved/digest/small.txt?login-within")
        assert answer.body == SMALL
    async with visit(httpbin, **KNOWN) as here:
        url = f"{server.http}/digest/small.txt?login-across"
        answer = await here.get(f"/redirect-to?url={quote(url)}")
        assert (answer.status_code, answer.url) == (401, url)
        assert statuses(server, "?login-across", 1) == [401]


# -- httpbin


@pytest.mark.parametrize("algorithm", ["MD5", "SHA-256", "SHA-512"])
@pytest.mark.parametrize("qop", ["auth", "auth-int"])
@pytest_twisted.ensureDeferred
async def test_digest_of_httpbin(httpbin: HttpBin, qop: str, algorithm: str) -> None:
    """Each qop with each hash, and again with the same nonce."""
    async with visit(httpbin, username=USER, password="tea") as here:
        target = f"/digest-auth/{qop}/{USER}/tea/{algorithm}"
        for _ in range(2):
            told = said(await here.get(target))
            assert (told["authenticated"], told["user"]) == (True, USER)
        answer = await here.get(target.replace("tea", "milk"))
        assert answer.status_code == 401


@pytest_twisted.ensureDeferred
async def test_nonce_that_httpbin_calls_stale(httpbin: HttpBin) -> None:
    """It takes each nonce for as many times as is said."""
    async with visit(httpbin, username=USER, password="tea") as here:
        target = f"/digest-auth/auth/{USER}/tea/MD5/2"
        for _ in range(5):
            assert said(await here.get(target))["authenticated"] is True


@pytest_twisted.ensureDeferred
async def test_page_that_hides_from_strangers(httpbin: HttpBin) -> None:
    """It says 404 to who says nothing, so it has to be told at once."""
    async with visit(httpbin, **KNOWN) as here:
        target = f"/hidden-basic-auth/{USER}/{quote(PASSWORD)}"
        assert (await here.get(target)).status_code == 404
        told = said(await here.ask("GET", target, flags=Flag.PRE_AUTH))
        assert told["authenticated"] is True
