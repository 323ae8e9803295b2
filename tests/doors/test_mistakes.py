"""Mistakes that programs make: each ends in an error that says what to give instead.

None of them may come out of the library as a bare ``TypeError`` or ``AttributeError``,
and none may be found only later, far from the line that made it.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from twisted.internet.defer import Deferred
from twisted.internet.testing import MemoryReactorClock
from twisted.internet.threads import deferToThread
from twisted.trial.unittest import SynchronousTestCase, TestCase

import twinet
from tests.http.loopback import LoopbackServer, ok, reactor
from twinet import errors, urls
from twinet.errors import InvalidParameter
from twinet.query import AddRequest

if TYPE_CHECKING:
    from collections.abc import Callable

URL = "http://a.example/"

#: A wrong argument of a session, and a word of what is said about it.
SESSIONS: list[tuple[dict[str, Any], str]] = [
    ({"reactor": "coffee/1.0"}, "agent="),
    ({"resolver": 5}, "IHostnameResolver"),
    ({"connect": 5}, "endpoint"),
    ({"bind_address": 5}, "IP address"),
    ({"policy": "no"}, "twinet.Destination"),
    ({"cookies": {"a": "b"}}, "session.cookies"),
    ({"delivery": 5}, "twinet.PoolDelivery"),
    ({"limits": {"connect": 5}}, "twinet.Limits"),
    ({"trust_roots": 5}, "PEM"),
    ({"client_certificate": 5}, "PEM"),
    ({"trace": 5}, "twinet.TracePrinter"),
    ({"decoding": "no"}, "True or False"),
    ({"netrc": 5}, "path"),
    ({"remember_logins": "no"}, "True or False"),
]

#: Wrong arguments of a request, and a word of what is said about them.
REQUESTS: list[tuple[dict[str, Any], str]] = [
    ({"url": 5}, "text"),
    ({"url": [URL]}, "text"),
    ({"flags": "NO_COOKIES"}, "twinet.Flag"),
    ({"flags": "NO_COOKIES", "verb": "TRACE"}, "twinet.Flag"),
    ({"limits": 5}, "twinet.Limits"),
    ({"on_status": "print"}, "called"),
    ({"form": {"a": {"b": "c"}}}, "json"),
    ({"form": {5: "a"}}, "text"),
]

#: Calls without a session, and a word of what is said.
ALONE: list[tuple[Callable[[], Any], str]] = [
    (lambda: twinet.TrustRoots.from_pem(5), "path"),  # type: ignore[arg-type]
    (lambda: twinet.PoolDelivery("4"), "thread"),  # type: ignore[arg-type]
    (lambda: twinet.QueueDelivery(wake=5), "function"),  # type: ignore[arg-type]
    (lambda: twinet.QueueDelivery().deliver(-1), "seconds"),
    (lambda: twinet.QueueDelivery().deliver("1"), "seconds"),  # type: ignore[arg-type]
    (lambda: twinet.TracePrinter("t.txt"), "open"),  # type: ignore[arg-type]
    (lambda: twinet.TracePrinter(io.BytesIO()), "text"),  # type: ignore[arg-type]
    (lambda: twinet.Agent(5), "reactor"),
    (lambda: urls.crack(5), "text"),  # type: ignore[arg-type]
    (lambda: urls.crack(URL, "DECODE"), "Icu"),  # type: ignore[arg-type]
    (lambda: urls.crack_http(b"http://a/"), "text"),  # type: ignore[arg-type]
    (lambda: urls.create(URL), "UrlComponents"),  # type: ignore[arg-type]
    (lambda: urls.combine(URL, 5), "text"),  # type: ignore[arg-type]
    (lambda: urls.canonicalize(None), "text"),  # type: ignore[arg-type]
    (
        lambda: urls.resolve_location(urls.crack_http(URL), "/a"),  # type: ignore[arg-type]
        "bytes",
    ),
    (lambda: twinet.Fields().get(5), "text"),  # type: ignore[call-overload]
]


class ArgumentTests(SynchronousTestCase):
    """What is seen before anything goes out."""

    def setUp(self) -> None:
        self.reactor = MemoryReactorClock()
        self.session = twinet.Session(self.reactor)

    def test_wrong_arguments_of_a_session(self) -> None:
        """They are named when the session is made."""
        for given, word in SESSIONS:
            arguments = {"reactor": self.reactor, **given}
            error = self.assertRaises(InvalidParameter, twinet.Session, **arguments)
            self.assertIn(word, str(error), given)

    def test_wrong_arguments_of_a_request(self) -> None:
        """The Deferred has failed; nothing is connected, and no handle is left."""
        for given, word in REQUESTS:
            arguments: dict[str, Any] = {"verb": "POST", "url": URL, **given}
            error = self.failureResultOf(
                self.session.request(**arguments), InvalidParameter
            ).value
            self.assertIn(word, str(error), given)
        self.assertEqual(self.reactor.tcpClients, [])
        self.assertFalse(self.session._children)

    def test_wrong_arguments_without_a_session(self) -> None:
        """As with one."""
        for call, word in ALONE:
            self.assertIn(word, str(self.assertRaises(InvalidParameter, call)))

    def test_wrong_arguments_of_the_short_calls(self) -> None:
        """They are seen before the server is asked."""
        calls: tuple[Callable[[], Deferred[Any]], ...] = (
            lambda: twinet.fetch(URL, max_size="1M"),  # type: ignore[arg-type]
            lambda: twinet.fetch(URL, max_size=-1),
            lambda: twinet.download(URL, None),  # type: ignore[arg-type]
            lambda: twinet.download(URL, b"name"),  # type: ignore[arg-type]
            lambda: twinet.download(URL, "a\0b"),
            lambda: twinet.download(URL, ""),
        )
        for call in calls:
            self.failureResultOf(call(), InvalidParameter)

    def test_wrong_arguments_of_handles(self) -> None:
        """Of a connection, and of a request that has not been sent."""
        session: Any = self.session
        connection: Any = session.http("a.example")
        request: Any = connection.open_request("POST")
        for call in (
            lambda: session.http("a.example", limits=5),
            lambda: session.set_status_callback("print"),
            lambda: session.cookies.set(URL, 5, 5),
            lambda: connection.open_request("GET", flags="SECURE"),
            lambda: request.headers.apply([], "REPLACE"),
            lambda: request.headers.get_all(5),
            lambda: setattr(request, "limits", None),
            lambda: setattr(request, "security_flags", "IGNORE_UNKNOWN_CA"),
            lambda: request.query_info(twinet.Query.CUSTOM, name=5),
            lambda: request.query_info(twinet.Query.ACCEPT, index="0"),
            lambda: request.query_info(twinet.Query.ACCEPT, flags=None),
        ):
            self.assertRaises(InvalidParameter, call)
        self.assertRaises(errors.InvalidUrl, session.http, b"a.example")
        self.assertRaises(errors.InvalidUrl, connection.open_request, "GET", 5)
        for length in ("5", 1.5, -1):
            self.failureResultOf(request.start(length), InvalidParameter)
        self.assertNotIn("A", request.headers)
        request.headers.apply([(b"A", b"b")], AddRequest.ADD)
        self.assertIn("a", request.headers)

    def test_new_objects_say_what_they_are(self) -> None:
        """In a debugger and in a log."""
        queue = twinet.QueueDelivery()
        for thing, said in (
            (twinet.PoolDelivery(3), "<PoolDelivery of 3 threads>"),
            (queue, "<QueueDelivery of 0 waiting>"),
            (self.session.options, "<options of <Session open>>"),
            (twinet.TracePrinter(), "<TracePrinter to sys.stderr>"),
            (self.session.treq(), "<TreqClient over <Session open>>"),
            (twinet.Agent(session=self.session), "<Agent over <Session open>>"),
        ):
            self.assertEqual(repr(thing), said)
        # An empty queue is there all the same.
        self.assertTrue(queue)


class AnsweredTests(TestCase):
    """With an answer from a real server."""

    timeout = 20

    def setUp(self) -> None:
        self.server = LoopbackServer({"/": ok(b"hello"), "/silent": None})
        self.addCleanup(lambda: Deferred.fromCoroutine(self.server.stop()))

    async def test_wrong_reading_leaves_the_body_readable(self) -> None:
        """A mistake costs nothing of it."""
        async with twinet.Session(reactor) as session:
            request: Any = await session.get(self.server.url("/"))
            calls: tuple[Callable[[], Deferred[Any]], ...] = (
                lambda: request.read("5"),
                lambda: request.read(None),
                lambda: request.read(2.5),
                lambda: request.read(-1),
                lambda: request.read_some("5"),
                lambda: request.read_some(-1),
                lambda: request.deliver(5),
                lambda: request.deliver(None),
                lambda: request.save(5),
                lambda: request.save(b"name"),
                lambda: request.save("a\0b"),
                lambda: request.seek("5"),
            )
            for call in calls:
                await self.assertFailure(call(), InvalidParameter)
            self.assertEqual(await request.read(9), b"hello")

    async def test_calls_from_another_thread_say_what_to_do(self) -> None:
        """Also those on handles below the session; the request is none the worse."""
        port = self.server.port.getHost().port
        async with twinet.Session(reactor) as session:
            connection: Any = session.http("127.0.0.1", port)
            request: Any = connection.open_request()

            def outside(call: Callable[[], Any]) -> Deferred[Any]:
                """Give what a call says on another thread."""

                def made() -> Any:
                    result = call()
                    heard: list[Any] = []
                    if isinstance(result, Deferred):
                        result.addErrback(lambda failure: heard.append(failure.value))
                    return heard[0] if heard else result

                told = deferToThread(made)
                return told.addErrback(lambda failure: failure.value)

            for call in (connection.open_request, request.send, request.start):
                error = await outside(call)
                self.assertIsInstance(error, InvalidParameter)
                self.assertIn("reactor.callFromThread", str(error))
            await request.send()
            for call in (
                request.available,
                lambda: request.seek(1),
                lambda: request.deliver(io.BytesIO()),
                lambda: request.save("name"),
                request.close,
                session.close,
            ):
                self.assertIsInstance(await outside(call), InvalidParameter)
            self.assertEqual(await request.read(9), b"hello")
