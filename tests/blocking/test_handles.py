"""The calls of HTTP handles that give more than a body, one by one."""

from __future__ import annotations

import threading
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twisted.internet.defer import inlineCallbacks

import twinet
from tests.blocking.program import ProgramCase, session
from tests.http.loopback import ok
from twinet import blocking
from twinet.flags import FindMethod, HandleType
from twinet.options import Option
from twinet.query import Query

if TYPE_CHECKING:
    from collections.abc import Callable

BODY = bytes(range(256)) * 4000


class Handles(ProgramCase):
    """Programs in a thread, with a server that answers by path."""

    def setUp(self) -> None:
        self.server = self.serve(
            {
                "/": ok(BODY, b"Set-Cookie: a=b"),
                "/small": ok(b"hello"),
                "/some": ok(BODY[:4096], b"Accept-Ranges: bytes"),
                "/silent": None,
                "/to": b"HTTP/1.1 302 Found\r\nLocation: /small\r\n"
                b"Content-Length: 0\r\n\r\n",
            }
        )

    def with_session(self, program: Callable[[blocking.Session], Any]) -> Any:
        """Run a program with a session, in a thread."""

        def run() -> Any:
            with session() as mine:
                return program(mine)

        return self.run_program(run)

    @inlineCallbacks
    def test_a_body_goes_to_a_sink_on_the_callers_thread(self) -> Any:
        """In order, whole; what the sink raises is raised, with its traceback."""

        class Sink(BytesIO):
            def write(self, data: Any) -> int:
                threads.add(threading.get_ident())
                return super().write(data)

        class Full:
            def write(self, data: bytes) -> None:
                raise OSError(28, "full")

        threads: set[int] = set()

        def program(mine: blocking.Session) -> Any:
            sink = Sink()
            request = mine.get(self.server.url("/"))
            assert request.deliver(sink) == len(BODY)
            assert sink.getvalue() == BODY
            assert threads == {threading.get_ident()}
            error = self.assertRaises(
                OSError, mine.get(self.server.url("/")).deliver, Full()
            )
            self.assertRaises(
                twinet.errors.InvalidParameter,
                mine.get(self.server.url("/")).deliver,
                3,
            )
            return error

        error = yield self.with_session(program)
        self.assertEqual(error.errno, 28)

    @inlineCallbacks
    def test_a_sink_may_block_in_calls_of_its_own(self) -> Any:
        """As a status callback may: both run on the thread that is blocked."""

        class Sink:
            def write(self, data: bytes) -> None:
                found.append(mine.fetch(url).body)

        found: list[Any] = []
        url = self.server.url("/small")
        mine: Any = None

        def program(opened: blocking.Session) -> None:
            nonlocal mine
            mine = opened
            mine.get(self.server.url("/small")).deliver(Sink())

        yield self.with_session(program)
        self.assertEqual(found, [b"hello"])

    @inlineCallbacks
    def test_a_body_is_saved_and_moved_about_in(self) -> Any:
        """To a file, and to another place."""
        path = Path(self.mktemp())

        def program(mine: blocking.Session) -> list[Any]:
            request = mine.get(self.server.url("/some"))
            found: list[Any] = [request.seek(256 * 3), request.position]
            found += [request.available() > 0, request.read(2)]
            found.append(request.seek(-1, FindMethod.END))
            found.append(request.read_some())
            mine.get(self.server.url("/small")).save(path)
            return found

        found = yield self.with_session(program)
        self.assertEqual(found, [768, 768, True, b"\0\1", 4095, b"\xff"])
        self.assertEqual(path.read_bytes(), b"hello")

    @inlineCallbacks
    def test_a_request_is_made_and_sent_piece_by_piece(self) -> Any:
        """The handles of a connection; what a call gives is the same handle."""

        def program(mine: blocking.Session) -> None:
            port = self.server.port.getHost().port
            connection = mine.http("127.0.0.1", port)
            request = connection.open_request("POST", "/small")
            assert request.parent is connection
            request.headers.add("X-Coffee", "black")
            assert request.start(5) is request
            assert request.write(b"he") == 2
            request.write(b"llo")
            assert request.finish() is request
            assert request.read(9) == b"hello"
            assert request.query_info(Query.STATUS_CODE) == "200"
            assert request.send(b"again", params={"a": "1"}) is request
            with mine.put(self.server.url("/small"), json={"a": 1}) as other:
                assert other.verb == "PUT"
                assert other.response.status_code == 200

        yield self.with_session(program)
        heads = self.server.requests
        self.assertIn(b"X-Coffee: black", heads[0])
        self.assertTrue(heads[1].startswith(b"POST /small?a=1 "), heads[1])
        self.assertEqual(self.server.bodies, [b"hello", b"again", b'{"a":1}'])

    @inlineCallbacks
    def test_what_a_handle_is_can_be_asked_and_set(self) -> Any:
        """Attributes and options, without a wait or on the reactor's thread."""

        def program(mine: blocking.Session) -> None:
            request = mine.get(self.server.url("/to"), context=7)
            assert request.context == 7
            request.context = twinet.SELF
            assert request.context is request
            assert request.handle_type is HandleType.HTTP_REQUEST
            assert request.url.endswith("/small")
            assert len(request.response.history) == 1
            assert request.session is mine
            assert mine.parent is None
            assert request.options[Option.PARENT_HANDLE] is mine
            request.options[Option.CONNECT_TIMEOUT] = 5
            assert request.limits.connect == 5
            request.limits = twinet.Limits(connect=6)
            assert request.options[Option.CONNECT_TIMEOUT] == 6
            self.assertRaises(
                twinet.errors.InvalidParameter, setattr, request, "limits", 3
            )
            self.assertRaises(AttributeError, setattr, request, "limit", 3)
            mine.connections_per_host = 1
            assert mine.connections_per_host == 1
            mine.set_agent("coffee/1.0")
            assert mine.agent == "coffee/1.0"
            mine.set_proxy("")
            assert not mine.proxy
            mine.fetch(self.server.url("/"))
            assert mine.cookies.get(self.server.url("/"), "a") == "b"
            mine.offline = True
            self.assertRaises(
                twinet.errors.FileNotFound, mine.fetch, self.server.url("/")
            )

        yield self.with_session(program)
        self.assertIn(b"User-Agent: coffee/1.0", self.server.requests[-1])

    @inlineCallbacks
    def test_a_callback_may_close_and_may_call(self) -> Any:
        """Its own handle ends with 12017; another call comes to its end in there."""

        def program(mine: blocking.Session) -> list[Any]:
            bodies: list[Any] = []

            def listen(news: twinet.Notification) -> None:
                if news.status is twinet.Status.REDIRECT:
                    bodies.append(mine.fetch(self.server.url("/small")).body)
                    handle: Any = news.handle
                    handle.close()

            self.assertRaises(
                twinet.errors.OperationCancelled,
                mine.get,
                self.server.url("/to"),
                on_status=listen,
            )
            return bodies

        bodies = yield self.with_session(program)
        self.assertEqual(bodies, [b"hello"])
        paths = [head.split(b" ")[1] for head in self.server.requests]
        self.assertEqual(paths, [b"/to", b"/small"])

    @inlineCallbacks
    def test_threads_share_a_session(self) -> Any:
        """Each hears its own callbacks, on its own thread."""
        heard: list[tuple[int, int]] = []

        def work(mine: blocking.Session) -> None:
            here = threading.get_ident()
            for _ in range(20):
                response = mine.fetch(
                    self.server.url("/small"),
                    on_status=lambda _: heard.append((here, threading.get_ident())),
                )
                assert response.body == b"hello"

        def program(mine: blocking.Session) -> None:
            threads = [threading.Thread(target=work, args=(mine,)) for _ in range(8)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(20)

        yield self.with_session(program)
        self.assertEqual(len(self.server.requests), 160)
        self.assertGreaterEqual(len(heard), 160 * 5)
        self.assertEqual([h for h in heard if h[0] != h[1]], [])

    @inlineCallbacks
    def test_another_thread_closes_what_a_call_waits_for(self) -> Any:
        """The call ends with 12017, at once."""

        def program(mine: blocking.Session) -> None:
            connection = mine.http("127.0.0.1", self.server.port.getHost().port)
            request = connection.open_request("GET", "/silent")
            threading.Timer(0.1, connection.close).start()
            self.assertRaises(twinet.errors.OperationCancelled, request.send)
            assert not request.alive

        yield self.with_session(program)

    @inlineCallbacks
    def test_what_is_not_for_threads_is_refused(self) -> Any:
        """With words."""

        def program(mine: blocking.Session) -> str:
            assert not hasattr(mine, "treq")
            error = self.assertRaises(
                twinet.errors.InvalidParameter,
                session,
                delivery=twinet.PoolDelivery(),
            )
            return str(error)

        words = yield self.with_session(program)
        self.assertIn("blocked in a call", words)
