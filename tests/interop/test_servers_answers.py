"""What real servers answer to, and how: verbs, sizes, ranges, conditions, codings."""

from __future__ import annotations

import gzip
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
import pytest_twisted

import twinet
from tests.interop.abilities import each
from tests.interop.site import FILES, MISSING, PASSWORD, USER, WRITTEN
from tests.interop.visit import field, said, visit
from twinet.errors import HttpHeaderNotFound, HttpInvalidServerResponse
from twinet.query import Query, QueryFlag

if TYPE_CHECKING:
    from tests.interop.webserver import WebServer

SMALL, LARGE, LONG = "/small.txt", "/one-mebibyte.bin", "/long.txt"


# -- verbs


@each()
@pytest_twisted.ensureDeferred
async def test_get_and_head_of_every_file(server: WebServer) -> None:
    """HEAD has the length and no body; all go over one connection each time."""
    for port in ("http", "https"):
        async with visit(server, port) as here:
            for name, contents in FILES.items():
                got = await here.get(f"/{name}")
                assert (got.status_code, got.length) == (200, len(contents))
                assert got.body == contents
                head = await here.ask("HEAD", f"/{name}")
                assert (head.status_code, head.body) == (200, b"")
                # lighttpd leaves the zero of an empty file out
                length = head.headers.get("content-length", "0")
                assert int(length) == len(contents)
            assert len(here.told(twinet.Status.CONNECTED_TO_SERVER)) == 1


@each("dav")
@pytest_twisted.ensureDeferred
async def test_put_get_delete(server: WebServer) -> None:
    """A resource is made, replaced, read and taken away."""
    async with visit(server) as here:
        target = "/dav/leaf.txt"
        for body, statuses in ((b"green", {201}), (b"", {200, 204}), (b"black", {204})):
            put = await here.ask("PUT", target, body=body)
            assert put.status_code in statuses
            assert (await here.get(target)).body == body
            assert (server.root / "dav" / "leaf.txt").read_bytes() == body
        assert (await here.ask("DELETE", target)).status_code == 204
        assert (await here.get(target)).status_code == 404


@each()
@pytest_twisted.ensureDeferred
async def test_post_is_told_of_length_and_type(server: WebServer) -> None:
    """An empty body is announced as well as one that is there."""
    async with visit(server) as here:
        for body in (b"", b"leaf=green&cups=2"):
            answer = await here.ask(
                "POST", "/cgi/told?a=1", ("Content-Type", "text/x-order"), body=body
            )
            told = said(answer)
            assert told["verb"] == "POST"
            assert told["target"] == "/cgi/told?a=1"
            assert told["type"] == "text/x-order"
            assert told["length"] == str(len(body))


@each()
@pytest_twisted.ensureDeferred
async def test_target_arrives_as_it_is(server: WebServer) -> None:
    """Escapes keep their spelling, and what may stand there is not escaped."""
    async with visit(server) as here:
        for query in (
            "",
            "a=%7Eb%c3%A9&c=%2f",
            "!$&'()*+,;=:@/?-._~",
            "x",
            "%25%32%35",
        ):
            target = f"/cgi/told?{query}"
            assert said(await here.get(target))["target"] == target


@each()
@pytest_twisted.ensureDeferred
async def test_options_lists_verbs_or_does_not(server: WebServer) -> None:
    """A refusal is an answer; Caddy treats every verb as GET."""
    async with visit(server) as here:
        answer = await here.ask("OPTIONS", SMALL)
        allowed = answer.headers.get("allow", "")
        if server.kind in ("nginx", "caddy"):
            assert answer.status_code == (405 if server.kind == "nginx" else 200)
            assert allowed == ""
        else:
            assert answer.status_code == 200
            assert {"GET", "HEAD"} <= set(allowed.replace(" ", "").split(","))


@each("verbs of one's own")
@pytest_twisted.ensureDeferred
async def test_verb_of_ones_own_arrives_as_it_is(server: WebServer) -> None:
    """RFC 9110, section 9.1: any token; nothing is changed about it."""
    async with visit(server) as here:
        assert said(await here.ask("BREW", "/cgi/told"))["verb"] == "BREW"


@each()
@pytest_twisted.ensureDeferred
async def test_verb_that_nobody_knows_has_its_answer(server: WebServer) -> None:
    """Whatever a server thinks of it, the session goes on."""
    async with visit(server) as here:
        refused = await here.ask("BREW", SMALL)
        statuses = {"nginx": 405, "apache2": 501, "lighttpd": 501, "caddy": 200}
        assert refused.status_code == statuses[server.kind]
        assert (await here.get(SMALL)).body == FILES["small.txt"]


# -- answers without a body


@each()
@pytest_twisted.ensureDeferred
async def test_no_content_leaves_the_connection_usable(server: WebServer) -> None:
    """204 and 304 have no body whatever their fields say."""
    async with visit(server) as here:
        for _ in range(2):
            answer = await here.get("/cgi/answer/204")
            assert (answer.status_code, answer.body) == (204, b"")
        assert len(here.told(twinet.Status.CONNECTED_TO_SERVER)) == 1


@each()
@pytest_twisted.ensureDeferred
async def test_conditions_are_met_or_not(server: WebServer) -> None:
    """304 for the same ETag or an equal date, 200 for others, 412 for If-Match."""
    async with visit(server) as here:
        first = await here.get(SMALL)
        tag, date = field(first, "ETag"), field(first, "Last-Modified")
        for name, value, status in (
            ("If-None-Match", tag, 304),
            ("If-None-Match", '"another"', 200),
            ("If-Modified-Since", date, 304),
            ("If-Modified-Since", "Wed, 01 Jan 2020 00:00:00 GMT", 200),
        ):
            answer = await here.get(SMALL, (name, value))
            assert (answer.status_code, name, value) == (status, name, value)
            assert answer.body == (b"" if status == 304 else FILES["small.txt"])
        assert len(here.told(twinet.Status.CONNECTED_TO_SERVER)) == 1


@each()
@pytest_twisted.ensureDeferred
async def test_page_for_what_is_missing(server: WebServer) -> None:
    """A 404 is an answer with a page of the server's own."""
    async with visit(server) as here:
        answer = await here.get("/no/such/leaf?x=1")
        assert (answer.status_code, answer.body) == (404, MISSING)


# -- ranges


@each()
@pytest_twisted.ensureDeferred
async def test_range_brings_that_part(server: WebServer) -> None:
    """From the middle, from an offset on, and from the end."""
    whole = FILES["one-mebibyte.bin"]
    size = len(whole)
    async with visit(server) as here:
        for asked, start, end in (
            ("0-0", 0, 1),
            ("1000-1999", 1000, 2000),
            (f"{size - 10}-", size - 10, size),
            ("-256", size - 256, size),
            (f"10-{size * 2}", 10, size),
        ):
            answer = await here.get(LARGE, ("Range", f"bytes={asked}"))
            assert answer.status_code == 206
            assert field(answer, "Content-Range") == f"bytes {start}-{end - 1}/{size}"
            assert answer.length == end - start
            assert answer.body == whole[start:end]


@each()
@pytest_twisted.ensureDeferred
async def test_range_outside_is_416(server: WebServer) -> None:
    """RFC 9110, section 15.5.17, asks for the size; two of four say it."""
    async with visit(server) as here:
        answer = await here.get(LARGE, ("Range", "bytes=2000000-"))
        assert answer.status_code == 416
        said_size = answer.headers.get("content-range")
        says_it = server.kind in ("nginx", "caddy")
        assert said_size == ("bytes */1048576" if says_it else None)


@each()
@pytest_twisted.ensureDeferred
async def test_two_ranges_come_as_parts(server: WebServer) -> None:
    """The parts and their frames are the program's to read."""
    async with visit(server) as here:
        answer = await here.get(LARGE, ("Range", "bytes=1-3,1000-1003"))
        assert answer.status_code == 206
        kind, _, boundary = field(answer, "Content-Type").partition("; boundary=")
        assert kind == "multipart/byteranges"
        assert answer.body is not None
        parts = answer.body.split(b"--" + boundary.strip('"').encode())[1:-1]
        whole = FILES["one-mebibyte.bin"]
        assert [part.partition(b"\r\n\r\n")[2][:-2] for part in parts] == [
            whole[1:4],
            whole[1000:1004],
        ]


@each()
@pytest_twisted.ensureDeferred
async def test_if_range_brings_the_part_or_the_whole(server: WebServer) -> None:
    """By ETag and by date: the part while it is the same, else all of it anew."""
    async with visit(server) as here:
        first = await here.ask("HEAD", LARGE)
        for value, status in (
            (field(first, "ETag"), 206),
            (field(first, "Last-Modified"), 206),
            ('"another"', 200),
            ("Wed, 01 Jan 2020 00:00:00 GMT", 200),
        ):
            answer = await here.get(LARGE, ("Range", "bytes=5-9"), ("If-Range", value))
            assert (answer.status_code, value) == (status, value)
            whole = FILES["one-mebibyte.bin"]
            assert answer.body == (whole[5:10] if status == 206 else whole)


# -- codings


async def check_coding(server: WebServer, coding: str) -> bytes:
    """Have the long text in a coding and undone, and return it as it was coded."""
    got = []
    for decode in (False, True):
        async with visit(server) as here:
            here.connection.options[twinet.Option.HTTP_DECODING] = decode
            answer = await here.get(LONG, ("Accept-Encoding", coding))
            assert answer.status_code == 200
            assert field(answer, "Content-Encoding") == coding
            assert answer.decoded == ((coding,) if decode else ())
            assert answer.body is not None
            got.append(answer.body)
    coded, decoded = got
    assert decoded == FILES["long.txt"]
    assert len(coded) < 60_000
    return coded


@each()
@pytest_twisted.ensureDeferred
async def test_gzip_is_left_alone_unless_it_is_asked_for(server: WebServer) -> None:
    """Without the option the body comes as it was sent, with it as it was meant."""
    coded = await check_coding(server, "gzip")
    assert gzip.decompress(coded) == FILES["long.txt"]


@each("brotli")
@pytest_twisted.ensureDeferred
async def test_brotli(server: WebServer) -> None:
    """As gzip."""
    await check_coding(server, "br")


@each("zstd")
@pytest_twisted.ensureDeferred
async def test_zstd(server: WebServer) -> None:
    """As gzip."""
    await check_coding(server, "zstd")


@each("deflate")
@pytest_twisted.ensureDeferred
async def test_deflate(server: WebServer) -> None:
    """As gzip."""
    await check_coding(server, "deflate")


@each()
@pytest_twisted.ensureDeferred
async def test_coding_is_asked_for_by_the_option_alone(server: WebServer) -> None:
    """The server hears of codings that we undo, and the program sees none of it."""
    async with visit(server) as here:
        assert "content-encoding" not in (await here.get(LONG)).headers
        here.connection.options[twinet.Option.HTTP_DECODING] = True
        async with here.open("GET", LONG) as request:
            await request.send()
            assert request.response.decoded
            with pytest.raises(HttpHeaderNotFound):
                request.query_info(Query.CONTENT_ENCODING)
            body = b"".join([chunk async for chunk in request])
            assert body == FILES["long.txt"]


# -- heads


@each()
@pytest_twisted.ensureDeferred
async def test_head_can_be_asked(server: WebServer) -> None:
    """Number, text, date and the whole, from the head as this server writes it."""
    async with visit(server) as here, here.open("GET", LARGE) as request:
        await request.send()
        ask = request.query_info
        assert ask(Query.STATUS_CODE, flags=QueryFlag.NUMBER) == 200
        assert ask(Query.STATUS_TEXT) == "OK"
        assert ask(Query.VERSION) == "HTTP/1.1"
        assert ask(Query.CONTENT_LENGTH) == str(1 << 20)
        assert ask(Query.CONTENT_LENGTH, flags=QueryFlag.NUMBER) == 1 << 20
        assert ask(Query.ACCEPT_RANGES) == "bytes"
        assert str(ask(Query.SERVER)).lower().startswith(server.kind.rstrip("2"))
        written = datetime.fromtimestamp(WRITTEN, UTC)
        assert ask(Query.LAST_MODIFIED, flags=QueryFlag.SYSTEMTIME) == written
        date = ask(Query.DATE, flags=QueryFlag.SYSTEMTIME)
        assert isinstance(date, datetime)
        assert abs(date.timestamp() - time.time()) < 60
        raw = ask(Query.RAW_HEADERS_CRLF)
        assert isinstance(raw, str)
        assert raw == request.response.raw_head.decode("latin-1")
        assert raw.startswith("HTTP/1.1 200 OK\r\n")
        assert raw.endswith("\r\n\r\n")
        assert ask(Query.ETAG) == field(request.response, "ETag")


@each()
@pytest_twisted.ensureDeferred
async def test_long_head_is_read(server: WebServer) -> None:
    """60 KiB in 60 fields."""
    async with visit(server) as here:
        answer = await here.get("/cgi/heads/60")
        assert answer.status_code == 200
        names = [name for name in answer.headers if name.startswith("x-number-")]
        assert len(names) == 60
        assert answer.headers["X-Number-0000000060"] == "x" * 1000


@each("heads beyond 64 KiB")
@pytest_twisted.ensureDeferred
async def test_head_beyond_the_limit_is_an_error(server: WebServer) -> None:
    """70 KiB are refused in words, and pass with a higher limit."""
    async with visit(server) as here:
        with pytest.raises(HttpInvalidServerResponse, match="head_bytes"):
            await here.get("/cgi/heads/70")
        limits = twinet.Limits(head_bytes=100_000)
        answer = await here.ask("GET", "/cgi/heads/70", limits=limits)
        assert "X-Number-0000000070" in answer.headers


@each()
@pytest_twisted.ensureDeferred
async def test_request_too_long_for_the_server_is_its_answer(
    server: WebServer,
) -> None:
    """7 KiB in a field are fine; what is too much gets a number, not an error."""
    async with visit(server) as here:
        fine = await here.get(SMALL, ("X-Cups", "c" * 7000))
        assert fine.body == FILES["small.txt"]
        flood = [(f"X-{n}", "c" * 1000) for n in range(1200)]
        answers = [
            (await here.get(SMALL, *flood)).status_code,
            (await here.get(SMALL, ("X-Cups", "c" * 1_200_000))).status_code,
            (await here.get(f"/{'long' * 300_000}")).status_code,
        ]
        assert set(answers) <= {400, 414, 431}
        assert (await here.get(SMALL)).body == FILES["small.txt"]


# -- cookies, passwords


@each()
@pytest_twisted.ensureDeferred
async def test_cookie_comes_back_where_it_belongs(server: WebServer) -> None:
    """One of two has a path that does not match."""
    async with visit(server) as here:
        assert said(await here.get("/cgi/told"))["cookie"] == ""
        answer = await here.get("/cgi/cookie")
        assert len(answer.headers.get_all("set-cookie")) == 2
        assert said(await here.get("/cgi/told"))["cookie"] == "cup=small"
    async with visit(server) as elsewhere:
        assert said(await elsewhere.get("/cgi/told"))["cookie"] == ""


@each()
@pytest_twisted.ensureDeferred
async def test_password_opens_what_is_private(server: WebServer) -> None:
    """Without one the 401 is the answer, with a wrong one too."""
    for username, password, status in (
        (USER, PASSWORD, 200),
        (USER, "tea", 401),
        (None, None, 401),
    ):
        async with visit(server, username=username, password=password) as here:
            answer = await here.get(f"/private{SMALL}")
            assert answer.status_code == status
            assert (answer.body == FILES["small.txt"]) is (status == 200)
            # the challenge and its answer share a connection
            assert len(here.told(twinet.Status.CONNECTED_TO_SERVER)) == 1
