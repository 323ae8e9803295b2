"""What a strict user writes, and the types that must come out of it.

Nothing here runs: mypy is the test. ``assert_type`` fails where a type is not exactly
this one, ``Any`` included.
"""

from __future__ import annotations

from datetime import datetime
from io import BytesIO
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, BinaryIO, assert_type

from twisted.internet.defer import Deferred, gatherResults

import twinet
from twinet import errors, status
from twinet.flags import FindMethod

if TYPE_CHECKING:
    from treq.client import HTTPClient
    from twisted.web.iweb import IBodyProducer


def printed(notification: twinet.Notification) -> None:
    """Tell a person, with the payload by the name that it has in its class."""
    assert_type(notification.status, twinet.Status)
    match notification:
        case status.ResolvingName():
            assert_type(notification.host, str)
        case status.RequestComplete():
            assert_type(notification, status.RequestComplete)
        case _:
            print(notification)


def only_public(destination: twinet.Destination) -> str | None:
    """Refuse private addresses, as an egress policy does."""
    assert_type(destination.address, IPv4Address | IPv6Address)
    assert_type(destination.hop, int)
    return "that is a private address" if destination.address.is_private else None


def traced(record: twinet.TraceRecord) -> None:
    """Hear what goes over the wire."""
    assert_type(record.kind, twinet.TraceKind)
    assert_type(record.connection, int | None)
    assert_type(record.data, bytes)
    assert_type(twinet.Session(trace=traced), twinet.Session)


class Counter:
    """A sink: ``write`` is all that it needs."""

    def __init__(self) -> None:
        self.count = 0

    def write(self, data: bytes) -> None:
        """Count."""
        self.count += len(data)


class SlowSink:
    """A sink that asks for time."""

    def write(self, data: bytes) -> Deferred[None]:
        """Take data; more may come when the Deferred fires."""
        return Deferred()


async def session_and_request(reactor: Any, file: IO[bytes]) -> None:
    """Set up a session, read an answer in each way."""
    session = twinet.Session(
        reactor,
        agent="coffee/1.0",
        limits=twinet.Limits(connect=5, whole=None),
        connections_per_host=2,
        policy=only_public,
        trace=twinet.Trace(twinet.TracePrinter(times=True), data=True),
    )
    previous = session.set_status_callback(printed)
    session.set_status_callback(print)  # whatever can be called with one argument
    session.set_status_callback(previous)
    session.set_status_callback(None)

    async with session as same:
        assert_type(same, twinet.Session)
        assert_type(session.get("http://a.example/"), Deferred[twinet.HttpRequest])
        request = await session.get(
            "https://a.example/prices",
            headers=[("Accept", "text/plain"), (b"X-Raw", b"\xff")],
            flags=twinet.Flag.NO_AUTO_REDIRECT,
            context="downfall",
            on_status=printed,
            limits=twinet.Limits(idle=None),
        )
        assert_type(request, twinet.HttpRequest)
        async for chunk in request:
            assert_type(chunk, bytes)
        assert_type(await request.read(10), bytes)
        assert_type(await request.seek(-4, FindMethod.END), int)
        assert_type(await request.read_some(), bytes)
        assert_type(await request.available(), int)
        assert_type(await request.deliver(Counter()), int)
        assert_type(await request.deliver(SlowSink()), int)
        assert_type(await request.deliver(file), int)
        assert_type(await request.save("prices.txt"), Path)
        assert_type(await request.save(Path("prices.txt")), Path)
        assert_type(request.close(), Deferred[None])
        await session.get("http://a.example/", headers={"Accept": "*/*"}, context=None)


def answer(request: twinet.HttpRequest) -> None:
    """Look at everything in an answer."""
    response = request.response
    assert_type(response, twinet.Response)
    assert_type(response.status_code, int)
    assert_type(response.reason, str)
    assert_type(response.raw_head, bytes)
    assert_type(response.url, str)
    assert_type(response.length, int | None)
    assert_type(response.history, tuple[twinet.Response, ...])
    assert_type(response.body, bytes | None)
    assert_type(response.tls, twinet.TlsInfo | None)
    assert_type(request.tls, twinet.TlsInfo | None)
    if response.tls is not None:
        assert_type(response.tls.certificate, twinet.CertificateInfo)
        assert_type(response.tls.alpn, str | None)
        assert_type(response.tls.certificate.not_after, datetime)
    fields = response.headers
    assert_type(fields, twinet.Fields)
    assert_type(response.trailers, twinet.Fields)
    assert_type(fields.get("content-type"), str | None)
    assert_type(fields.get("content-type", ""), str)
    assert_type(fields.get_all("set-cookie"), list[str])
    assert_type(fields.items(), list[tuple[str, str]])
    assert_type(fields.raw, list[tuple[bytes, bytes]])
    assert_type("etag" in fields, bool)
    for name in fields:
        assert_type(name, str)


async def connection(session: twinet.Session) -> None:
    """Build a request by hand."""
    server = session.http("a.example", 8080, tls=True, on_status=printed)
    assert_type(server, twinet.HttpConnection)
    request = server.open_request("POST", "/prices", headers={"Accept": "*/*"})
    assert_type(request, twinet.HttpRequest)
    assert_type(await request.send(b"beans=1"), twinet.HttpRequest)
    mine = twinet.ClientCertificate("me.crt", Path("me.key"), password=lambda: "x")
    request.client_certificate = mine
    request.client_certificate = ("me.crt", "me.key")
    assert_type(request.client_certificate, twinet.ClientCertificate | None)
    assert_type(twinet.Session(client_certificate="me.pem"), twinet.Session)
    resource: twinet.Resource = request
    handle: twinet.Handle = resource
    handle.context = {"any": "thing"}


def proxies(session: twinet.Session) -> None:
    """Name proxies by a list, a record or settings, or by nothing."""
    settings = twinet.ProxySettings("http=p:8080", bypass="<local>")
    proxy = settings.proxy_for("http://example.org/")
    assert_type(proxy, twinet.Proxy | None)
    for given in ("p:8080", settings, twinet.Proxy("socks5", "p", 1080), None):
        assert_type(twinet.Session(proxy=given), twinet.Session)
        session.set_proxy(given)
    assert_type(session.proxy, twinet.ProxySettings)
    assert_type(session.proxy.servers, str)


async def sending(
    session: twinet.Session,
    request: twinet.HttpRequest,
    producer: IBodyProducer,
    file: BinaryIO,
) -> None:
    """Send everything that can be sent."""
    url = "http://a.example/"
    assert_type(session.post(url), Deferred[twinet.HttpRequest])
    await session.get(url, params={"a": "1", "n": 5, "many": ["x", b"y"]})
    await session.get(url, params=[("a", "1"), ("a", 2.5)])
    fields: dict[str, str] = {"a": "1"}
    assert_type(await session.post(url, form=fields), twinet.HttpRequest)
    await session.post(
        url,
        form=fields,
        files={
            "f": b"bytes",
            "path": Path("f"),
            "named": ("f.txt", BytesIO()),
            "typed": (None, "text/plain", producer),
        },
        params=fields,
        headers={"X-A": "b"},
        context="mine",
        on_status=printed,
        limits=twinet.Limits(send=5),
    )
    await session.post(url, files=[("f", lambda: producer), ("f", memoryview(b""))])
    await session.patch(url, json=None)
    await session.put(url, file, headers=[("Expect", "100-continue")])
    await session.delete(url, flags=twinet.Flag.NO_AUTO_REDIRECT)
    assert_type(session.head(url, params=fields), Deferred[twinet.HttpRequest])
    assert_type(
        session.request("PROPFIND", url, producer, limits=None),
        Deferred[twinet.HttpRequest],
    )
    assert_type(await request.send(json={"a": [1]}), twinet.HttpRequest)
    await request.send(form=fields, params=fields)
    await request.send(Path("f"))


async def by_pieces(request: twinet.HttpRequest) -> None:
    """Hand a body over, ask the handle, and look at options by their numbers."""
    assert_type(request.start(), Deferred[twinet.HttpRequest])
    assert_type(await request.start(5, b"first"), twinet.HttpRequest)
    assert_type(await request.write(bytearray(b"data")), int)
    assert_type(await request.finish(), twinet.HttpRequest)
    assert_type(
        request.query_info(twinet.Query.CUSTOM, name="X-A", index=1),
        str | int | datetime,
    )
    request.headers.add("X-A", b"b")
    for name, value in request.headers:
        assert_type((name, value), tuple[str, str])
    assert_type(request.options[twinet.Option.CONNECT_TIMEOUT], Any)
    request.options[int(twinet.Option.CONNECT_TIMEOUT)] = 5.0
    limits: twinet.Limits = request.limits
    assert_type(limits.decoded_ratio, float | None)
    request.limits = twinet.Limits(redirects=0, lowest_speed=1.5, head_bytes=1 << 16)


async def told_elsewhere(reactor: Any) -> None:
    """Have callbacks run in threads, or in a loop of the program's own."""
    assert_type(
        twinet.Session(reactor, delivery=twinet.PoolDelivery(threads=2)), twinet.Session
    )
    queue = twinet.QueueDelivery(wake=lambda: None)
    session = twinet.Session(
        reactor,
        delivery=queue,
        decoding=True,
        trust_roots=twinet.TrustRoots.from_pem(Path("ca.pem"), with_platform=True),
    )
    assert_type(queue.deliver(1.5), int)
    assert_type(queue.deliver(None), int)
    other = twinet.Session(reactor, cookies=session.cookies)
    twinet.Session(reactor, cookies=Path("cookies"))
    jar = twinet.CookieJar("cookies", session_cookies=True)
    assert_type(session.cookies, twinet.CookieJar)
    assert_type(jar.get("https://example.org/", "a"), str | None)
    assert_type(jar.for_url("https://example.org/"), list[twinet.Cookie])
    assert_type([cookie.expires for cookie in jar], list[float | None])
    jar.set("https://example.org/", "a", "1", max_age=60, same_site="lax")
    assert_type(other.open_url("http://a/", headers={}), Deferred[twinet.Resource])
    agent = twinet.Agent(session=other)
    assert_type(agent.close(), Deferred[None])


async def through_treq(session: twinet.Session) -> None:
    """Use treq's calls, with the types that treq gives them."""
    client: HTTPClient = session.treq(context=None, limits=twinet.Limits(whole=9))
    response = await session.treq().post("http://a/", data={"a": "1"}, timeout=5)
    assert_type(response.content(), Deferred[bytes])
    assert_type(await response.text(), str)
    assert_type(response.cookies()["a"], str)
    await client.get("http://[::1]/", cookies={"a": "1"}, allow_redirects=False)


async def short_calls(reactor: Any) -> None:
    """Fetch and download; several at once; an error by its class."""
    assert_type(
        twinet.fetch("http://a.example/", max_size=1 << 20, reactor=reactor),
        Deferred[twinet.Response],
    )
    assert_type(
        twinet.download("http://a.example/f", "f", on_status=printed, reactor=reactor),
        Deferred[Path],
    )
    both = await gatherResults([twinet.fetch("http://a/"), twinet.fetch("http://b/")])
    assert_type(both, list[twinet.Response])
    try:
        await twinet.download("http://a.example/f", Path("f"))
    except errors.UnexpectedStatus as error:
        assert_type(error.status_code, int)
    except errors.Timeout as error:
        timeout: TimeoutError = error
        print(timeout)
    except twinet.InternetError as error:
        assert_type(error.code, int)
        assert_type(error.name, str)
        assert_type(error.message, str)
        assert_type(error.server_text, str | None)
    assert_type(errors.for_code(12002), type[twinet.InternetError])
