"""TLS as real servers speak it: versions, names, and the wrong port."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import pytest_twisted
import trustme

import twinet
from tests.interop.abilities import each
from tests.interop.site import FILES
from tests.interop.visit import said, visit
from tests.interop.webserver import OTHER_NAME
from twinet.errors import (
    ClientAuthCertNeeded,
    InternetError,
    InvalidCa,
    SecCertCnInvalid,
    SecurityChannelError,
)

if TYPE_CHECKING:
    from tests.interop.webserver import WebServer


@each()
@pytest.mark.parametrize(
    ("port", "version"), [("tls12", "TLSv1.2"), ("tls13", "TLSv1.3")]
)
@pytest_twisted.ensureDeferred
async def test_one_version_alone(server: WebServer, port: str, version: str) -> None:
    """The newest and the one before: the server says which it was."""
    async with visit(server, port) as here:
        assert said(await here.get("/cgi/told"))["tls"] == version
        assert (await here.get("/long.txt")).body == FILES["long.txt"]


@each("dav")
@pytest.mark.parametrize("port", ["tls12", "tls13"])
@pytest_twisted.ensureDeferred
async def test_upload_over_each_version(server: WebServer, port: str) -> None:
    """A mebibyte through a single version."""
    leaf = server.root / "dav" / f"{port}.bin"
    body = FILES["one-mebibyte.bin"]
    async with visit(server, port) as here:
        answer = await here.ask("PUT", f"/dav/{leaf.name}", body=body)
        assert (answer.status_code, leaf.read_bytes()) == (201, body)


@each()
@pytest_twisted.ensureDeferred
async def test_name_is_sent_and_chooses_the_certificate(server: WebServer) -> None:
    """Two names on one port, each with a certificate that has no other."""
    for host in ("localhost", OTHER_NAME):
        async with visit(server, "https", host=host) as here:
            assert (await here.get("/small.txt")).body == FILES["small.txt"]


@each()
@pytest_twisted.ensureDeferred
async def test_certificate_of_another_name_is_refused(server: WebServer) -> None:
    """12038, and let through by the flag for just that."""
    async with visit(server, "tls12", host=OTHER_NAME) as here:
        with pytest.raises(SecCertCnInvalid, match=OTHER_NAME):
            await here.get("/small.txt")
        flags = twinet.Flag.IGNORE_CERT_CN_INVALID
        answer = await here.ask("GET", "/small.txt", flags=flags)
        assert answer.body == FILES["small.txt"]


@each()
@pytest_twisted.ensureDeferred
async def test_private_root_is_needed(server: WebServer) -> None:
    """The platform's roots do not know it."""
    with pytest.raises(InvalidCa):
        await twinet.fetch(f"{server.https}/small.txt")


@each()
@pytest_twisted.ensureDeferred
async def test_tls_with_a_server_that_speaks_none(server: WebServer) -> None:
    """Its words are no handshake: an error that says so, and no wait."""
    url = server.http.replace("http:", "https:")
    with pytest.raises(InternetError, match="TLS"):
        await twinet.fetch(f"{url}/small.txt")


@each()
@pytest_twisted.ensureDeferred
async def test_no_tls_with_a_server_that_wants_it(server: WebServer) -> None:
    """Two explain themselves with a 400, lighttpd hangs up."""
    url = server.https.replace("https:", "http:")
    if server.kind == "lighttpd":
        with pytest.raises(InternetError):
            await twinet.fetch(f"{url}/small.txt")
    else:
        answer = await twinet.fetch(f"{url}/small.txt")
        assert answer.status_code == 400
        assert "HTTPS" in answer.text


#: Where a client certificate is demanded, by the version that is spoken there.
ASKS = pytest.mark.parametrize("port", ["asks12", "asks13"])


@each()
@ASKS
@pytest_twisted.ensureDeferred
async def test_client_certificate_is_shown(server: WebServer, port: str) -> None:
    """Once for the connection, which is kept."""
    mine = server.client_pem
    async with visit(server, port, client_certificate=mine) as here:
        for _ in range(2):
            answer = await here.get(f"/long.txt?shown-{port}")
            assert answer.body == FILES["long.txt"]
    one, other = server.requests(f"shown-{port}", 2)
    assert one == other


@each()
@ASKS
@pytest_twisted.ensureDeferred
async def test_client_certificate_is_missed(server: WebServer, port: str) -> None:
    """12044, and the same handle works with one; nginx says it in a page."""
    async with visit(server, port) as here, here.open("GET", "/small.txt") as request:
        if server.kind == "nginx":
            await request.send()
            assert request.response.status_code == 400
        else:
            with pytest.raises(ClientAuthCertNeeded):
                await request.send()
        request.client_certificate = server.client_pem
        await request.send()
        assert await request.read(99) == FILES["small.txt"]


@each()
@ASKS
@pytest_twisted.ensureDeferred
async def test_client_certificate_of_a_stranger(server: WebServer, port: str) -> None:
    """It is told from none at all."""
    stranger = trustme.CA().issue_cert("me@elsewhere.test")
    pem = stranger.private_key_and_cert_chain_pem.bytes()
    async with visit(server, port, client_certificate=pem) as here:
        if server.kind == "nginx":
            assert (await here.get("/small.txt")).status_code == 400
        else:
            with pytest.raises(SecurityChannelError, match="certificate"):
                await here.get("/small.txt")
