"""Over TLS all ways are the same: past the reactor, through it, by Twisted's layer.

Each story is told four times, against a real server: as it is, where what is encrypted
goes straight to the socket; with every byte through the transport; with pyOpenSSL's
methods, where OpenSSL's functions cannot be called; and with Twisted's own TLS layer in
the place of ours.  What the server reads, what is told and what comes
of it must be the same.
"""

from __future__ import annotations

from typing import Any

from twisted.web.iweb import UNKNOWN_LENGTH

from tests.http.loopback import ok
from tests.http.secure import SecureCase
from tests.net.twisted_layer import twisted_layer
from twinet._http.bytes_producer import BytesProducer
from twinet._net import opening, tls_layer, tls_records
from twinet.errors import InternetError
from twinet.testing.recorder import line_of

#: Answers that are each told in full by one read.
ANSWERS: dict[str, Any] = {
    "ok": ok(b"hello"),
    "chunked": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"5\r\nhello\r\n0\r\n\r\n",
    "a record and more": ok(b"x" * 20000),
    "until close": (b"HTTP/1.1 200 OK\r\n\r\nhello", "close"),
    "until reset": (b"HTTP/1.1 200 OK\r\n\r\nhello", "reset"),
    "too short": (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello", "close"),
    "reset in a body": (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello", "reset"),
    "closed unanswered": (b"", "close"),
    "reset unanswered": (b"", "reset"),
    "asks to close": (
        b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nhi",
        "close",
    ),
    "surplus": ok(b"hello") + ok(b"surplus"),
    "redirect": b"HTTP/1.1 302 Go\r\nLocation: /ok\r\nContent-Length: 0\r\n\r\n",
    "no HTTP": b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
}
#: With Twisted's layer each record is told by itself, and a reset may come with the
#: answer or behind it.
COMES_AS_IT_MAY = {"a record and more", "until reset", "reset in a body"}
LONG = bytes(range(256)) * 3000


class _NoTransport:
    """The class of no transport: nothing is taken for a socket."""


class _Unannounced(BytesProducer):
    """Bytes whose length is not announced, so that they go out in chunks."""

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self.length: Any = UNKNOWN_LENGTH


#: What is put in the place of what.
WAYS: dict[str, tuple[Any, str, Any] | None] = {
    "past the reactor": None,
    "through the transport": (tls_layer, "Connection", _NoTransport),
    "by methods": (tls_records, "_ffi", None),
    "Twisted's layer": (opening, "TlsLayer", twisted_layer),
}


class WaysTests(SecureCase):
    """Each way with a server and a session of its own."""

    async def told(self, way: str, story: Any) -> list[Any]:
        """Tell the story in one way; return all that can be seen of it."""
        self.serve()
        change = WAYS[way]
        patch = None if change is None else self.patch(*change)
        self.news: list[str] = []
        self.session.set_status_callback(lambda news: self.news.append(line_of(news)))
        try:
            outcome = await story()
            seen = [
                outcome,
                self.news,
                list(self.server.requests),
                list(self.server.bodies),
                len(self.server.conversations),
            ]
            port = str(self.server.port.getHost().port)
        finally:
            await self._stop()
            self.session = None
            if patch is not None:
                patch.restore()
        return [repr(each).replace(port, "PORT") for each in seen]

    async def same(self, story: Any, *, news: bool = True) -> None:
        """Tell a story in all ways.

        :param news: the notifications are the same as well; those of a long body
            depend on how it comes.
        """
        seen = [await self.told(way, story) for way in WAYS]
        for each in seen:
            if not news:
                del each[1]
        for way, each in zip(WAYS, seen, strict=True):
            self.assertEqual(each, seen[0], way)

    async def ask(self, path: str, size: int = 99999) -> Any:
        """Return the body that a GET brings, or its error."""
        try:
            request = await self.session.get(self.server.url(path))
            data = await request.read(size)
        except InternetError as error:
            return type(error).__name__, str(error)
        request.close()
        return data

    async def test_answers(self) -> None:
        """On a new connection and on a kept one, and what becomes of it."""
        for name, answer in ANSWERS.items():

            async def story(answer: Any = answer) -> Any:
                self.server.answers = {"/ok": ok(b"fine"), "/it": answer}
                return [
                    await self.ask(path) for path in ("/it", "/ok", "/it", "/ok", "/ok")
                ]

            await self.same(story, news=name not in COMES_AS_IT_MAY)

    async def test_long_body(self) -> None:
        """It comes in many reads, of many records each."""

        async def story() -> Any:
            self.server.answers = {"/": ok(LONG)}
            return await self.ask("/", len(LONG)) == LONG

        await self.same(story, news=False)

    async def test_uploads(self) -> None:
        """With a length, in chunks, and small ones on the same connection."""

        async def story() -> Any:
            self.server.answers = {"/": ok(b"thanks")}
            connection = self.session.http(
                "127.0.0.1", self.server.port.getHost().port, tls=True
            )
            got = []
            for body in (b"small", LONG, _Unannounced(LONG), b"small again"):
                request = connection.open_request("POST", "/")
                await request.send(body)
                got.append(await request.read(99))
                request.close()
            return got

        await self.same(story, news=False)

    async def test_handle_that_is_closed_in_the_middle(self) -> None:
        """The connection is closed with it."""

        async def story() -> Any:
            self.server.answers = {"/": ok(LONG)[:-1]}
            request = await self.session.get(self.server.url("/"))
            await request.read(9)
            await request.close()
            await self.server.all_lost()

        await self.same(story, news=False)

    async def test_direct_way_is_taken(self) -> None:
        """Else the first way would be another."""
        sent: list[Any] = []
        self.serve()

        class Seen(tls_layer.TlsLayer):
            def _flush(self) -> None:
                super()._flush()
                sent.append((self._direct, type(self._records)))

        self.patch(opening, "TlsLayer", Seen)
        await self.ask("/")
        self.assertEqual(set(sent), {(True, tls_records.QuickRecords)})
