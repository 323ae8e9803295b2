"""The wire trace over sockets: byte for byte, and what it tells of TLS.

A real socket is sent to past the reactor, which a transport in memory is not.
"""

from __future__ import annotations

import io
import re
import socket
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from twisted.trial.unittest import TestCase

import twinet
from tests.http.loopback import LoopbackServer, ok, reactor
from tests.net.certificates import Identity, Server, root, server_context
from twinet import SecurityFlag

if TYPE_CHECKING:
    from OpenSSL import SSL
    from twisted.internet.defer import Deferred

BEGIN = """\
*   Trying 127.0.0.1:PORT...
* Connected to 127.0.0.1 (127.0.0.1) port PORT (#1)
* ALPN: offering http/1.1
"""
CERTIFICATE = """\
* Server certificate:
*   subject: CN=server
*   start date: DATE
*   expire date: DATE
*   subjectAltName: NAME
*   issuer: CN=Believed Root
"""
EXCHANGE = """\
> GET / HTTP/1.1
> Host: 127.0.0.1:PORT
> User-Agent: twinet/0.1
> Accept: */*
>
< HTTP/1.1 200 OK
< Content-Length: 5
<
{ [5 bytes data]
* Connection #1 to host 127.0.0.1 left intact
* Closing connection #1
"""
EXPIRED = "the server's certificate expired on DATE"
ELSEWHERE = "the server's certificate is for elsewhere.example, not for 127.0.0.1"


def masked(text: str) -> str:
    """Return a trace without what is another one each time."""
    text = re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC", "DATE", text)
    return re.sub(r"(127\.0\.0\.1:|port )\d{4,5}", r"\1PORT", text)


class ByteTests(TestCase):
    """What the trace has is what the server got."""

    timeout = 60

    async def test_on_a_socket_and_through_tls(self) -> None:
        """Heads, a body in one piece, a long one that the socket takes in pieces."""
        context = server_context(root().issue(["127.0.0.1"]))
        bodies = (None, b"a\r\n\r\nb", bytes(range(256)) * 20000, b"")
        for tls in (None, Server(context)):
            server = LoopbackServer({"/": ok(b"hello")}, tls)
            records: list[twinet.TraceRecord] = []
            session = twinet.Session(
                reactor,
                trust_roots=[root().certificate],
                trace=twinet.Trace(records.append, data=True, secrets=True),
            )
            connection = session.http(
                "127.0.0.1", server.port.getHost().port, tls=tls is not None
            )
            for body in bodies:
                verb = "GET" if body is None else "POST"
                request = connection.open_request(verb, "/", headers={"Cookie": "a=b"})
                await request.send(body)
                self.assertEqual(await request.read(9), b"hello")
            await session.close()
            await server.all_lost()
            await server.stop()
            pairs = zip(server.requests, server.bodies, strict=True)
            got = b"".join(head + b"\r\n\r\n" + body for head, body in pairs)
            sent = b"".join(record.data for record in records if record.outgoing)
            self.assertEqual(len(got), len(sent))
            self.assertTrue(got == sent, "the bytes differ")  # too long for a message
            came = [r.data for r in records if r.kind.value in "<{"]
            self.assertEqual(b"".join(came), ok(b"hello") * len(bodies))
            self.assertEqual({record.connection for record in records}, {1})


class DeadTests(TestCase):
    """A kept connection that is found dead before anything is sent on it."""

    timeout = 60

    async def test_it_is_told(self) -> None:
        """With its number; the request goes out on the next one."""
        server = LoopbackServer({"/": ok(b"hello")})
        records: list[twinet.TraceRecord] = []
        async with twinet.Session(reactor, trace=records.append) as session:
            connection = session.http("127.0.0.1", server.port.getHost().port)
            await connection.open_request().send()
            # Now it is known to the system and not to the reactor.
            transport: Any = server.conversations[0].transport
            transport.socket.shutdown(socket.SHUT_WR)
            await connection.open_request("POST").send(b"abc")
        await server.stop()
        lines = [str(record) for record in records]
        text = "* Connection #1 to host 127.0.0.1 seems to be dead"
        dead = lines.index(text)
        self.assertEqual(lines.count(text), 1)
        self.assertEqual(lines[dead + 1], "* Closing connection #1")
        self.assertGreater(lines.index("> POST / HTTP/1.1"), dead)


class TracedHttpsTests(TestCase):
    """Real handshakes on loopback."""

    timeout = 60

    async def trace(
        self, tls: Any, ignore: int = 0, limits: twinet.Limits | None = None
    ) -> tuple[str, twinet.InternetError | None]:
        """Get from a server; return the trace, and what went wrong."""
        server = LoopbackServer({"/": ok(b"hello")}, tls)
        text = io.StringIO()
        session = twinet.Session(
            reactor,
            trust_roots=[root().certificate],
            trace=twinet.TracePrinter(text),
            limits=limits,
        )
        problem = None
        connection = session.http("127.0.0.1", server.port.getHost().port, tls=True)
        request = connection.open_request("GET", "/")
        request.security_flags = SecurityFlag(ignore)
        try:
            await request.send()
            self.assertEqual(await request.read(9), b"hello")
        except twinet.InternetError as error:
            problem = error
        await session.close()
        await server.all_lost()
        await server.stop()
        return masked(text.getvalue()), problem

    def context(self, identity: Identity | None = None) -> SSL.Context:
        return server_context(identity or root().issue(["127.0.0.1"]))

    async def test_a_good_certificate(self) -> None:
        """Version, cipher, protocol, and all of it before the request."""
        context = self.context()
        context.set_alpn_select_callback(lambda _, offered: offered[0])
        text, _ = await self.trace(Server(context))
        self.assertEqual(
            text,
            BEGIN
            + "* SSL connection using TLSv1.3 / TLS_AES_256_GCM_SHA384\n"
            + "* ALPN: server accepted http/1.1\n"
            + CERTIFICATE.replace("NAME", "127.0.0.1")
            + "*   SSL certificate verify ok.\n"
            + EXCHANGE,
        )

    def spoiled(self) -> Server:
        end = -timedelta(hours=3)
        return Server(self.context(root().issue(["elsewhere.example"], end=end)))

    async def test_faults_that_refuse(self) -> None:
        """Each of them, the closing, and the error that the program gets."""
        text, problem = await self.trace(self.spoiled())
        lines = text.removeprefix(BEGIN).splitlines()
        self.assertEqual(len(lines), 4, text)
        for line, words in zip(lines, (EXPIRED, ELSEWHERE), strict=False):
            self.assertTrue(
                line.startswith(f"* SSL certificate problem: {words}"), line
            )
        self.assertEqual(lines[2], "* Closing connection #1")
        self.assertEqual(lines[3], f"* {masked(str(problem))}")

    async def test_faults_that_are_let_through(self) -> None:
        """They stand where the verdict would."""
        text, _ = await self.trace(
            self.spoiled(),
            SecurityFlag.IGNORE_CERT_DATE_INVALID | SecurityFlag.IGNORE_CERT_CN_INVALID,
        )
        self.assertEqual(
            text.removeprefix(BEGIN),
            "* SSL connection using TLSv1.3 / TLS_AES_256_GCM_SHA384\n"
            "* ALPN: server did not agree on a protocol\n"
            + CERTIFICATE.replace("NAME", "elsewhere.example")
            + "".join(
                f"*   SSL certificate fault, continuing anyway: {words} "
                f"(let through by SecurityFlag.{flag})\n"
                for words, flag in (
                    (EXPIRED, "IGNORE_CERT_DATE_INVALID"),
                    (ELSEWHERE, "IGNORE_CERT_CN_INVALID"),
                )
            )
            + EXCHANGE,
        )

    async def test_a_server_that_does_not_answer_in_tls(self) -> None:
        """No certificate to blame: the limit says it."""
        text, problem = await self.trace(None, limits=twinet.Limits(tls=0.1))
        self.assertIn("12002", str(problem))
        self.assertEqual(
            text, f"{BEGIN}* Closing connection #1\n* {masked(str(problem))}\n"
        )

    def test_nothing_is_left(self) -> Deferred[Any]:
        """A session that is closed at once has nothing to tell."""
        records: list[twinet.TraceRecord] = []
        session = twinet.Session(reactor, trace=records.append)
        closed = session.close()
        return closed.addCallback(lambda _: self.assertEqual(records, []))
