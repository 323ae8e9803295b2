"""httpbin says what it was asked: fields, forms, targets, codings, cookies, pieces."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest
import pytest_twisted

import twinet
from tests.interop.visit import field, said, visit
from twinet._http.bytes_producer import BytesProducer
from twinet.errors import HttpRedirectFailed, Timeout
from twinet.flags import FindMethod

if TYPE_CHECKING:
    from pathlib import Path

    from tests.interop.httpbin import HttpBin
    from tests.interop.nginx import Nginx

LETTERS = b"abcdefghijklmnopqrstuvwxyz"


# -- what it was asked


@pytest_twisted.ensureDeferred
async def test_fields_arrive_as_they_were_given(httpbin: HttpBin) -> None:
    """Our own and the program's, bytes beyond ASCII, and one that comes twice."""
    async with visit(httpbin, agent="cups/2.0") as here:
        answer = await here.get(
            "/headers",
            ("X-Cup", "caf\xe9"),
            ("X-Number", "1"),
            ("X-Number", "2"),
            ("Accept", "application/json"),
        )
        assert said(answer)["headers"] == {
            "Accept": "application/json",
            "Host": httpbin.http.removeprefix("http://"),
            "User-Agent": "cups/2.0",
            # waitress hands bytes on as Latin-1, and joins what comes twice
            "X-Cup": "caf\xe9",
            "X-Number": "1, 2",
        }


@pytest_twisted.ensureDeferred
async def test_target_is_taken_apart_as_it_was_meant(httpbin: HttpBin) -> None:
    """Escapes, a plus, a semicolon and an empty value are not ours to change."""
    async with visit(httpbin) as here:
        target = "/anything/a%20b;v=1?tea=green+leaf&x=%26%3D&n="
        told = said(await here.get(target))
        assert told["url"] == f"{httpbin.http}{target}"
        assert told["args"] == {"tea": "green leaf", "x": "&=", "n": ""}
        assert (told["method"], told["data"]) == ("GET", "")


@pytest.mark.parametrize("verb", ["POST", "PUT", "PATCH", "DELETE"])
@pytest_twisted.ensureDeferred
async def test_form_json_and_bytes_are_understood(httpbin: HttpBin, verb: str) -> None:
    """Each verb that httpbin takes a body with."""
    target = f"/{verb.lower()}"
    async with visit(httpbin) as here:

        async def told(kind: str, body: bytes) -> dict[str, Any]:
            return said(await here.ask(verb, target, ("Content-Type", kind), body=body))

        form = {"tea": "green & black", "cups": "2"}
        answer = await told(
            "application/x-www-form-urlencoded", urlencode(form).encode()
        )
        assert (answer["form"], answer["data"]) == (form, "")
        order = {"tea": "gr\xfcn", "cups": [1, 2]}
        answer = await told("application/json", json.dumps(order).encode())
        assert answer["json"] == order
        answer = await told("application/octet-stream", bytes(range(256)))
        assert answer["data"].startswith("data:application/octet-stream;base64,AAEC")
        assert answer["headers"]["Content-Length"] == "256"


@pytest_twisted.ensureDeferred
async def test_file_in_a_form_is_found(httpbin: HttpBin) -> None:
    """A multipart body that was handed over in chunks."""
    body = (
        b'--cup\r\nContent-Disposition: form-data; name="leaf"; filename="l.txt"\r\n'
        b"Content-Type: text/plain\r\n\r\ngreen\r\n--cup--\r\n"
    )
    async with visit(httpbin) as here:
        kind = ("Content-Type", "multipart/form-data; boundary=cup")
        async with here.open("POST", "/post", kind) as request:
            await request.start()
            for at in range(0, len(body), 7):
                await request.write(body[at : at + 7])
            await request.finish()
            told = json.loads(await request.read(10_000))
        assert told["files"] == {"leaf": "green"}


@pytest_twisted.ensureDeferred
async def test_params_form_files_and_json_are_understood(
    httpbin: HttpBin, tmp_path: Path
) -> None:
    """What ``send`` makes of them is what another reads in it."""
    leaf = tmp_path / "leaf.txt"
    leaf.write_text("gr\xfcn", encoding="utf-8")
    form = {"tea": "gr\xfcn & black", "cup": ["1", "2"]}
    async with visit(httpbin) as here:

        async def told(**content: Any) -> dict[str, Any]:
            async with here.open("POST", "/post?a=1") as request:
                await request.send(**content)
                answer: dict[str, Any] = json.loads(await request.read(10_000))
                return answer

        answer = await told(params={"b": "2 & 3"}, form=form)
        assert (answer["args"], answer["form"]) == ({"a": "1", "b": "2 & 3"}, form)
        answer = await told(form=form, files={"leaf": leaf, "raw": ("r", b"\x00\xff")})
        assert answer["form"] == form
        assert answer["files"]["leaf"] == "gr\xfcn"
        assert answer["files"]["raw"].endswith(";base64,AP8=")
        assert (await told(json=form))["json"] == form


@pytest_twisted.ensureDeferred
async def test_treq_over_the_session(httpbin: HttpBin) -> None:
    """Treq's own words, on the session's connections and with its cookies."""
    async with visit(httpbin) as here:
        client = here.session.treq()
        await here.get("/cookies/set?cup=small")
        response = await client.post(f"{httpbin.http}/anything", json={"tea": 1})
        told = await response.json()
        assert told["json"] == {"tea": 1}
        assert told["headers"]["Cookie"] == "cup=small"
        here.session.options[twinet.Option.HTTP_DECODING] = True
        response = await client.get(f"{httpbin.http}/gzip")
        assert (await response.json())["gzipped"] is True
        assert len(here.told(twinet.Status.CONNECTED_TO_SERVER)) == 1


@pytest_twisted.ensureDeferred
async def test_leave_is_given_by_waitress_as_well(httpbin: HttpBin) -> None:
    """100 first, then the answer to the whole."""
    async with visit(httpbin) as here:
        leave = ("Expect", "100-continue")
        kind = ("Content-Type", "text/plain")
        answer = await here.ask("PUT", "/put", leave, kind, body=b"two cups")
        assert said(answer)["data"] == "two cups"
        assert here.told(twinet.Status.INTERMEDIATE_RESPONSE) == [100]


# -- answers of every kind


@pytest.mark.parametrize(
    "status",
    [200, 201, 204, 205, 226, 299, 304, 400, 402, 404, 406, 418, 429, 500, 503],
)
@pytest_twisted.ensureDeferred
async def test_status_is_an_answer(httpbin: HttpBin, status: int) -> None:
    """Whatever the number says, and whatever the verb."""
    async with visit(httpbin) as here:
        for verb in ("GET", "POST", "DELETE"):
            answer = await here.ask(verb, f"/status/{status}")
            assert answer.status_code == status
        assert here.told(twinet.Status.REDIRECT) == []


@pytest.mark.parametrize("size", [0, 1, 65_535, 65_536, 65_537])
@pytest_twisted.ensureDeferred
async def test_bytes_of_every_size(httpbin: HttpBin, size: int) -> None:
    """With a length, and in chunks of many sizes: the same bytes from the same seed."""
    async with visit(httpbin) as here:
        whole = await here.get(f"/bytes/{size}?seed=1")
        assert whole.body is not None
        assert (whole.length, len(whole.body)) == (size, size)
        for chunk in (7, 1000, 70_000):
            target = f"/stream-bytes/{size}?seed=1&chunk_size={chunk}"
            streamed = await here.get(target)
            assert streamed.length is None
            assert field(streamed, "Transfer-Encoding") == "chunked"
            assert streamed.body == whole.body


@pytest_twisted.ensureDeferred
async def test_lines_come_one_by_one(httpbin: HttpBin) -> None:
    """A stream of JSON, a chunk for each line."""
    async with visit(httpbin) as here:
        answer = await here.get("/stream/20")
        assert answer.body is not None
        lines = [json.loads(line) for line in answer.body.splitlines()]
        assert [line["id"] for line in lines] == list(range(20))


@pytest_twisted.ensureDeferred
async def test_drops_are_read_as_they_fall(httpbin: HttpBin) -> None:
    """A read of some bytes ends before the body does."""
    async with (
        visit(httpbin) as here,
        here.open("GET", "/drip?numbytes=3&duration=0.3&delay=0") as request,
    ):
        await request.send()
        assert request.response.length == 3
        drops = [chunk async for chunk in request]
        assert b"".join(drops) == b"***"
        assert len(drops) > 1


@pytest_twisted.ensureDeferred
async def test_delay_beyond_the_limit_ends_the_call(httpbin: HttpBin) -> None:
    """The limit is named, and the session goes on."""
    async with visit(httpbin) as here:
        limits = twinet.Limits(first_byte=0.1)
        with pytest.raises(Timeout, match="first_byte"):
            await here.ask("GET", "/delay/1", limits=limits)
        assert (await here.get("/delay/0")).status_code == 200


@pytest.mark.parametrize(
    ("target", "coding", "key"),
    [
        ("/gzip", "gzip", "gzipped"),
        ("/deflate", "deflate", "deflated"),
        ("/brotli", "br", "brotli"),
    ],
)
@pytest_twisted.ensureDeferred
async def test_coded_answer_is_undone(
    httpbin: HttpBin, target: str, coding: str, key: str
) -> None:
    """And httpbin heard what was asked for."""
    async with visit(httpbin) as here:
        assert field(await here.get(target), "Content-Encoding") == coding
        here.connection.options[twinet.Option.HTTP_DECODING] = True
        answer = await here.get(target)
        assert answer.decoded == (coding,)
        told = said(answer)
        assert told[key] is True
        assert coding in told["headers"]["Accept-Encoding"]


@pytest_twisted.ensureDeferred
async def test_text_and_pictures(httpbin: HttpBin) -> None:
    """The charset decides about text; a picture is its bytes."""
    answer = await twinet.fetch(f"{httpbin.http}/encoding/utf8")
    assert "∮ E⋅da = Q,  n → ∞, ∑ f(i) = ∏ g(i)" in answer.text
    for kind, start in (
        ("png", b"\x89PNG\r\n"),
        ("jpeg", b"\xff\xd8"),
        ("webp", b"RIFF"),
    ):
        picture = await twinet.fetch(
            f"{httpbin.http}/image", headers={"Accept": f"image/{kind}"}
        )
        assert picture.body is not None
        assert picture.body.startswith(start)
        assert field(picture, "Content-Type") == f"image/{kind}"


# -- ranges


@pytest_twisted.ensureDeferred
async def test_range_and_moves(httpbin: HttpBin) -> None:
    """Httpbin's ranges have a tag without quotes, which no comparison can trust."""
    async with visit(httpbin) as here:
        answer = await here.get("/range/26", ("Range", "bytes=3-5"))
        assert (answer.status_code, answer.body) == (206, b"def")
        answer = await here.get("/range/26", ("Range", "bytes=30-"))
        assert answer.status_code == 416
        assert field(answer, "Content-Range") == "bytes */26"
        async with here.open("GET", "/range/26") as request:
            await request.send()
            assert await request.seek(20) == 20
            assert await request.read(2) == LETTERS[20:22]
            assert await request.seek(1, FindMethod.CURRENT) == 23
            assert await request.read(100) == LETTERS[23:]


# -- redirects


@pytest.mark.parametrize("kind", ["redirect", "relative-redirect", "absolute-redirect"])
@pytest_twisted.ensureDeferred
async def test_five_redirects_one_after_the_other(httpbin: HttpBin, kind: str) -> None:
    """All are told and kept; a sixth is too many where five are allowed."""
    async with visit(httpbin) as here:
        limits = twinet.Limits(redirects=5)
        answer = await here.ask("GET", f"/{kind}/5", limits=limits)
        assert said(answer)["url"] == answer.url == f"{httpbin.http}/get"
        assert [one.status_code for one in answer.history] == [302] * 5
        assert len(here.told(twinet.Status.REDIRECT)) == 5
        with pytest.raises(HttpRedirectFailed, match=r"limits\.redirects"):
            await here.ask("GET", f"/{kind}/6", limits=limits)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest_twisted.ensureDeferred
async def test_post_that_is_led_elsewhere(httpbin: HttpBin, status: int) -> None:
    """Httpbin tells verb, body and fields of the last request."""
    async with visit(httpbin) as here:
        answer = await here.ask(
            "POST",
            f"/redirect-to?url=/anything&status_code={status}",
            ("Content-Type", "text/plain"),
            ("X-Cup", "small"),
            body=b"green",
        )
        told = said(answer)
        assert told["headers"]["X-Cup"] == "small"
        if status in (307, 308):
            assert (told["method"], told["data"]) == ("POST", "green")
            assert told["headers"]["Content-Type"] == "text/plain"
        else:
            assert (told["method"], told["data"]) == ("GET", "")
            assert "Content-Type" not in told["headers"]


# -- cookies and passwords


@pytest_twisted.ensureDeferred
async def test_cookies_are_set_kept_and_deleted(httpbin: HttpBin) -> None:
    """Set by a redirect, seen by its target, and gone when they have expired."""
    async with visit(httpbin) as here:
        answer = await here.get("/cookies/set?tea=green&cups=2")
        assert said(answer)["cookies"] == {"tea": "green", "cups": "2"}
        assert said(await here.get("/cookies/set/cups/3"))["cookies"]["cups"] == "3"
        answer = await here.get("/cookies/delete?tea")
        assert said(answer)["cookies"] == {"cups": "3"}
        flags = twinet.Flag.NO_COOKIES
        answer = await here.ask("GET", "/cookies", flags=flags)
        assert said(answer)["cookies"] == {}


@pytest_twisted.ensureDeferred
async def test_password_that_is_asked_for(httpbin: HttpBin) -> None:
    """401 with a challenge is met; the 404 that hides one is not."""
    username, password = "downfall", "c0ffee:t\xeaa"
    target = f"/basic-auth/{username}/c0ffee:t%C3%AAa"
    async with visit(httpbin, username=username, password=password) as here:
        told = said(await here.get(target))
        assert (told["authenticated"], told["user"]) == (True, username)
        hidden = target.replace("/basic", "/hidden-basic")
        assert (await here.get(hidden)).status_code == 404
    async with visit(httpbin, username=username, password="tea") as here:
        assert (await here.get(target)).status_code == 401


@pytest_twisted.ensureDeferred
async def test_challenge_that_is_not_known_is_the_answer(httpbin: HttpBin) -> None:
    """Bearer: the 401 is final, and a token can be given by hand."""
    async with visit(httpbin, username="downfall", password="tea") as here:
        assert (await here.get("/bearer")).status_code == 401
        assert len(here.told(twinet.Status.REQUEST_SENT)) == 1
        told = said(await here.get("/bearer", ("Authorization", "Bearer leaf")))
        assert told == {"authenticated": True, "token": "leaf"}


@pytest_twisted.ensureDeferred
async def test_conditions(httpbin: HttpBin) -> None:
    """A tag, and a date of any kind."""
    async with visit(httpbin) as here:
        for target, name, value, status in (
            ("/etag/leaf", "If-None-Match", '"leaf"', 304),
            ("/etag/leaf", "If-None-Match", '"stem"', 200),
            ("/etag/leaf", "If-Match", '"stem"', 412),
            ("/cache", "If-Modified-Since", "Wed, 01 Jan 2020 00:00:00 GMT", 304),
        ):
            answer = await here.get(target, (name, value))
            assert (answer.status_code, target, value) == (status, target, value)


# -- what treq builds, and its calls over a session


@pytest_twisted.ensureDeferred
async def test_what_treq_builds_is_understood(httpbin: HttpBin, tmp_path: Path) -> None:
    """Query, form, JSON and files, with all that names and values can hold."""
    awkward = {"tea & milk": 'gr\xfcn "☃"', "a;b=c": "1\r\n2", "+": "%41 +"}
    path = tmp_path / "leaf.txt"
    path.write_text("green", encoding="utf-8")
    async with visit(httpbin) as here:
        url = f"{httpbin.http}/anything?q=%7e"

        async def told(verb: str, **given: Any) -> dict[str, Any]:
            async with await here.session.request(verb, url, **given) as request:
                answer: dict[str, Any] = json.loads(await request.read(100_000))
                return answer

        answer = await told("GET", params={**awkward, "n": [1, 2]})
        assert answer["args"] == {"q": "~", **awkward, "n": ["1", "2"]}
        answer = await told("POST", form={**awkward, "n": [1, 2]})
        assert answer["form"] == {**awkward, "n": ["1", "2"]}
        answer = await told("PUT", json=awkward, params={"a": "b"})
        assert (answer["json"], answer["args"]) == (awkward, {"q": "~", "a": "b"})
        files = {
            "leaf": path,
            'say "hi"\r\n': ("ends in \\", b"1"),
            "gr\xfcn": ("☃.txt", "text/plain", b"2"),
        }
        answer = await told("PATCH", form=awkward, files=files)
        assert answer["form"] == awkward
        # Flask undoes what browsers make of quotes, and not of line ends.
        found = {"leaf": "green", 'say "hi"%0D%0A': "1", "gr\xfcn": "2"}
        assert answer["files"] == found
        made = files | {"leaf": lambda: BytesProducer(b"green")}
        assert (await told("DELETE", files=made))["files"] == found


@pytest_twisted.ensureDeferred
async def test_treqs_calls_over_a_session(httpbin: HttpBin) -> None:
    """Redirects, cookies, logins, codings and a timeout: what its users do."""
    async with visit(httpbin, decoding=True) as here:
        client = here.session.treq()
        url = httpbin.http
        response = await client.get(f"{url}/relative-redirect/3", params={"a": "b"})
        assert (response.code, len(response.history())) == (200, 3)
        assert (await response.json())["url"] == f"{url}/get"
        response = await client.get(f"{url}/redirect/1", allow_redirects=False)
        assert response.code == 302
        response = await client.get(f"{url}/cookies/set?tea=green")
        assert response.cookies()["tea"] == "green"
        response = await client.get(f"{url}/cookies", cookies={"cups": "2"})
        assert await response.json() == {"cookies": {"tea": "green", "cups": "2"}}
        response = await client.get(f"{url}/cookies")
        assert await response.json() == {"cookies": {"tea": "green"}}
        response = await client.get(f"{url}/basic-auth/u/p", auth=("u", "p"))
        assert (await response.json())["authenticated"]
        for coding in ("gzip", "deflate"):
            response = await client.get(f"{url}/{coding}")
            assert (await response.json())["method"] == "GET"
            assert not response.headers.hasHeader("Content-Encoding")
        response = await client.post(
            f"{url}/redirect-to?url=/anything&status_code=307", data={"tea": "green"}
        )
        answer = await response.json()
        assert (answer["method"], answer["form"]) == ("POST", {"tea": "green"})
        with pytest.raises(Timeout):
            await client.get(f"{url}/delay/9", timeout=0.2)


# -- behind a proxy


@pytest_twisted.ensureDeferred
async def test_behind_nginx_over_tls(nginx: Nginx, httpbin: HttpBin) -> None:
    """Pieces go both ways through a proxy that holds nothing back."""
    before = f"/before/{httpbin.ports['http']}"
    async with visit(nginx, "https") as here:
        plain = await here.get(f"{before}/bytes/100000?seed=2")
        streamed = await here.get(f"{before}/stream-bytes/100000?seed=2&chunk_size=999")
        assert field(streamed, "Transfer-Encoding") == "chunked"
        assert streamed.body == plain.body
        async with here.open("POST", f"{before}/post") as request:
            await request.start()
            for _ in range(10):
                await request.write(b"tea " * 10_000)
            await request.finish()
            answer = b"".join([chunk async for chunk in request])
        assert json.loads(answer)["data"] == "tea " * 100_000
        assert len(here.told(twinet.Status.CONNECTED_TO_SERVER)) == 1


@pytest_twisted.ensureDeferred
async def test_proxy_before_nobody(nginx: Nginx) -> None:
    """A 502 is an answer, also while a body is on its way."""
    async with visit(nginx) as here:
        for body in (None, bytes(5 << 20)):
            answer = await here.ask("POST", "/before/1/post", body=body)
            assert answer.status_code == 502
