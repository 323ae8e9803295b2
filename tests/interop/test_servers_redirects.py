"""Redirects of real servers: what becomes of verb, body and address."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
import pytest_twisted

import twinet
from tests.interop.abilities import each
from tests.interop.site import FILES, LEADS
from tests.interop.visit import field, said, visit

if TYPE_CHECKING:
    from tests.interop.httpbin import HttpBin
    from tests.interop.webserver import WebServer

#: They keep verb and body (RFC 9110, sections 15.4.8 and 15.4.9).
KEEPING = (307, 308)


@each()
@pytest.mark.parametrize("status", LEADS)
@pytest_twisted.ensureDeferred
async def test_redirect_leads_there(server: WebServer, status: int) -> None:
    """Over HTTP and HTTPS; Apache names the whole URL, the others the path alone."""
    for port in ("http", "https"):
        async with visit(server, port) as here:
            answer = await here.get(f"/leads/{status}/folder/inner.txt")
            assert answer.body == FILES["folder/inner.txt"]
            [first] = answer.history
            assert first.status_code == status
            assert here.told(twinet.Status.REDIRECT) == [answer.url]
            base = server.http if port == "http" else server.https
            assert answer.url == f"{base}/folder/inner.txt"
            absolute = field(first, "Location").startswith(base)
            assert absolute is (server.kind == "apache2")
            # the redirect's own body was read, so that its connection goes on
            assert len(here.told(twinet.Status.CONNECTED_TO_SERVER)) == 1


@each()
@pytest.mark.parametrize("status", LEADS)
@pytest_twisted.ensureDeferred
async def test_verb_and_body_after_a_redirect(server: WebServer, status: int) -> None:
    """Other verbs than POST stay what they are unless the status says "see other"."""
    async with visit(server) as here:
        for verb in ("POST", "PUT"):
            answer = await here.ask(
                verb,
                f"/leads/{status}/cgi/told",
                ("Content-Type", "text/x-order"),
                body=b"two cups",
            )
            told = said(answer)
            if status in KEEPING or (verb == "PUT" and status != 303):
                assert (told["verb"], told["length"]) == (verb, "8")
                assert told["type"] == "text/x-order"
            else:
                assert (told["verb"], told["type"]) == ("GET", "")
                assert told["length"] in ("", "0")
        head = await here.ask("HEAD", f"/leads/{status}/small.txt")
        assert (head.status_code, head.body) == (200, b"")


@each("dav")
@pytest.mark.parametrize("status", KEEPING)
@pytest_twisted.ensureDeferred
async def test_body_arrives_after_a_redirect(server: WebServer, status: int) -> None:
    """What was sent to the first address is sent to the second one."""
    leaf = server.root / "dav" / f"led-{status}.bin"
    body = FILES["one-mebibyte.bin"]
    async with visit(server) as here:
        target = f"/leads/{status}/dav/{leaf.name}"
        answer = await here.ask("PUT", target, body=body)
        assert (answer.status_code, leaf.read_bytes()) == (201, body)


@each()
@pytest_twisted.ensureDeferred
async def test_location_without_a_path_is_taken_beside(server: WebServer) -> None:
    """``Location: told`` is another name in the same folder (RFC 3986, 5.2)."""
    async with visit(server) as here:
        answer = await here.get("/cgi/sideways?away=1")
        assert field(answer.history[0], "Location") == "told?sideways"
        assert said(answer)["target"] == "/cgi/told?sideways"


@each()
@pytest_twisted.ensureDeferred
async def test_redirect_is_left_alone_if_asked(server: WebServer) -> None:
    """Then the 302 is the answer."""
    async with visit(server) as here:
        flags = twinet.Flag.NO_AUTO_REDIRECT
        answer = await here.ask("GET", "/moved/small.txt", flags=flags)
        assert (answer.status_code, answer.history) == (302, ())
        assert field(answer, "Location").endswith("/small.txt")


@each()
@pytest_twisted.ensureDeferred
async def test_redirect_to_another_server(server: WebServer, httpbin: HttpBin) -> None:
    """From http to https, with another host and port."""
    async with visit(server) as here:
        there = f"{server.https}/cgi/told"
        url = f"{httpbin.http}/redirect-to?url={quote(there)}"
        async with await here.session.get(url) as request:
            assert request.url == there
            told = json.loads(await request.read(10_000))
            assert told["tls"].startswith("TLSv1.")
        assert here.told(twinet.Status.REDIRECT) == [there]
