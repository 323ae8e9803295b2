"""What is told, in which order, with which context and payload: HTTP.

The sequences are those of WinINet as documented and measured; where it differs
between sources the reason stands beside the test.
"""

from __future__ import annotations

from typing import Any

from twisted.internet.error import ConnectionLost
from twisted.trial.unittest import SynchronousTestCase

from tests.http.memory import CONTEXT, OK, MemoryNet, Peer
from twinet.errors import (
    CannotConnect,
    ConnectionReset,
    HttpInvalidServerResponse,
    InvalidHandle,
    NameNotResolved,
    OperationCancelled,
    Timeout,
    Truncated,
)
from twinet.records import Limits
from twinet.status import Status

FRESH = [
    "HANDLE_CREATED",
    "RESOLVING_NAME 127.0.0.1",
    "NAME_RESOLVED 127.0.0.1",
    "CONNECTING_TO_SERVER 127.0.0.1",
    "CONNECTED_TO_SERVER 127.0.0.1",
]
URL = "http://127.0.0.1:8080/x"
#: The bytes of a GET for URL.
SENT = 78
REDIRECT = b"HTTP/1.1 302 Found\r\nLocation: /y\r\nContent-Length: 0\r\n\r\n"


def asked(*, received: int = len(OK)) -> list[str]:
    """Return what one request on an open channel tells."""
    return [
        "SENDING_REQUEST",
        f"REQUEST_SENT {SENT}",
        "RECEIVING_RESPONSE",
        f"RESPONSE_RECEIVED {received}",
    ]


class SequenceTests(SynchronousTestCase):
    """A GET, step by step."""

    def setUp(self) -> None:
        self.net = MemoryNet()
        self.session = self.net.session

    def get(self, url: str = URL, **options):
        options.setdefault("context", CONTEXT)
        return self.session.get(url, **options)

    def answered(self, peer: Peer, head: bytes = OK) -> bytes:
        """Take the request and send an answer's head."""
        request = peer.request()
        peer.send(head)
        return request

    def test_get_on_a_fresh_channel(self) -> None:
        """Created, resolved, connected, sent, received, complete."""
        pending = self.get()
        peer = self.net.accept()
        request = self.answered(peer)
        handle = self.successResultOf(pending)
        self.assertEqual(len(request), SENT)
        self.assertEqual(self.net.told, [*FRESH, *asked(), "REQUEST_COMPLETE ok"])
        complete = self.net.news[-1]
        self.assertIs(complete.info.result, handle)
        self.assertEqual({n.context for n in self.net.news}, {CONTEXT})
        self.assertIs(self.net.news[0].handle, self.session)
        self.assertTrue(all(n.handle is handle for n in self.net.news[1:]))
        self.assertEqual(handle.response.status_code, 200)

    def test_three_levels_tell_each_with_its_own_context(self) -> None:
        """Connection and request make no traffic until the request is sent."""
        connection = self.session.http("127.0.0.1", 8080, context=2)
        request = connection.open_request("GET", "/x", context=CONTEXT)
        self.assertEqual(self.net.attempts, 0)
        self.assertEqual(
            [(n.handle, n.context, n.info) for n in self.net.news],
            [
                (self.session, 2, connection),
                (connection, CONTEXT, request),
            ],
        )
        pending = request.send()
        self.answered(self.net.accept(), OK + b"hello")
        self.assertIs(self.successResultOf(pending), request)
        self.assertEqual(self.successResultOf(request.read(100)), b"hello")
        self.net.news.clear()
        connection.close()
        self.assertEqual(
            [(n.status.name, n.context) for n in self.net.news],
            [("HANDLE_CLOSING", CONTEXT), ("HANDLE_CLOSING", 2)],
        )

    def test_get_on_a_kept_channel_begins_at_sending(self) -> None:
        """No look-up, no connecting: they did not happen."""
        pending = self.get()
        peer = self.net.accept()
        self.answered(peer, OK + b"hello")
        self.successResultOf(pending)
        self.net.news.clear()
        pending = self.get()
        self.answered(peer, OK + b"again")
        self.successResultOf(pending)
        self.assertEqual(self.net.attempts, 0)
        self.assertEqual(
            self.net.told, ["HANDLE_CREATED", *asked(), "REQUEST_COMPLETE ok"]
        )

    def test_name_is_looked_up_once(self) -> None:
        """A cached name is not told as a look-up."""
        url = "http://host.test:8080/x"
        pending = self.get(url)
        self.assertEqual(self.net.told[1:], ["RESOLVING_NAME host.test"])
        self.net.resolver.answer("192.0.2.1")
        self.assertEqual(
            self.net.told[2:],
            ["NAME_RESOLVED 192.0.2.1", "CONNECTING_TO_SERVER 192.0.2.1"],
        )
        self.answered(
            self.net.accept(), b"HTTP/1.1 204 No\r\nConnection: close\r\n\r\n"
        )
        self.successResultOf(pending)
        self.net.news.clear()
        self.get(url)
        self.assertEqual(
            self.net.told,
            ["HANDLE_CREATED", "CONNECTING_TO_SERVER 192.0.2.1"],
        )

    def test_reads_tell_only_when_they_wait(self) -> None:
        """Bytes of the wire are counted: chunk framing included."""
        pending = self.get()
        peer = self.net.accept()
        self.answered(
            peer, b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"
        )
        handle = self.successResultOf(pending)
        self.net.news.clear()
        self.assertEqual(self.successResultOf(handle.read(5)), b"hello")
        self.assertEqual(self.net.told, [])
        reading = handle.read(100)
        peer.send(b"5\r\nworld\r\n")
        peer.send(b"0\r\n\r\n")
        self.assertEqual(self.successResultOf(reading), b"world")
        self.assertEqual(self.net.told[0], "RECEIVING_RESPONSE")
        self.assertEqual(
            self.net.told[1:], ["RESPONSE_RECEIVED 15", "REQUEST_COMPLETE ok"]
        )

    def test_redirect_on_a_kept_channel(self) -> None:
        """REDIRECT comes after the first answer; exactly one COMPLETE."""
        pending = self.get()
        peer = self.net.accept()
        self.answered(peer, REDIRECT)
        self.assertIn(b"GET /y HTTP/1.1\r\n", peer.request())
        peer.send(OK)
        handle = self.successResultOf(pending)
        self.assertEqual(
            self.net.told,
            [
                *FRESH,
                *asked(received=len(REDIRECT)),
                "REDIRECT http://127.0.0.1:8080/y",
                *asked(),
                "REQUEST_COMPLETE ok",
            ],
        )
        self.assertEqual(handle.response.url, "http://127.0.0.1:8080/y")
        self.assertEqual([r.status_code for r in handle.response.history], [302])

    def test_redirect_whose_connection_cannot_be_kept(self) -> None:
        """It is closed before REDIRECT is told."""
        self.get()
        head = (
            b"HTTP/1.1 302 Found\r\nLocation: /y\r\nConnection: close\r\n"
            b"Content-Length: 0\r\n\r\n"
        )
        self.answered(self.net.accept(), head)
        self.assertEqual(
            self.net.told[len(FRESH) + 3 :],
            [
                f"RESPONSE_RECEIVED {len(head)}",
                "CLOSING_CONNECTION",
                "CONNECTION_CLOSED",
                "REDIRECT http://127.0.0.1:8080/y",
                "CONNECTING_TO_SERVER 127.0.0.1",
            ],
        )

    def test_redirect_refused_by_closing_in_it(self) -> None:
        """Nothing is sent to the new place."""
        self.net.react = lambda news: (
            news.handle.close() if news.status is Status.REDIRECT else None
        )
        pending = self.get()
        peer = self.net.accept()
        self.answered(peer, REDIRECT)
        self.failureResultOf(pending, OperationCancelled)
        self.assertEqual(peer.request(), b"")
        self.assertEqual(
            self.net.told[-3:],
            [
                "REDIRECT http://127.0.0.1:8080/y",
                "REQUEST_COMPLETE 12017",
                "HANDLE_CLOSING",
            ],
        )

    def test_refused_port(self) -> None:
        """12029 behind CONNECTING; the handle that nobody was given is closed."""
        pending = self.get()
        self.net.refuse()
        self.failureResultOf(pending, CannotConnect)
        self.assertEqual(
            self.net.told,
            [*FRESH[:4], "REQUEST_COMPLETE 12029", "HANDLE_CLOSING"],
        )

    def test_refused_port_on_a_request_handle_leaves_it_open(self) -> None:
        """The program was given that handle: it may send again."""
        request = self.session.http("127.0.0.1", 8080, context=2).open_request(
            "GET", "/x", context=CONTEXT
        )
        pending = request.send()
        self.net.refuse()
        self.failureResultOf(pending, CannotConnect)
        self.assertEqual(self.net.told[-1], "REQUEST_COMPLETE 12029")
        again = request.send()
        self.answered(self.net.accept(), OK)
        self.assertIs(self.successResultOf(again), request)

    def test_unresolvable_name(self) -> None:
        """12007 behind RESOLVING_NAME."""
        pending = self.get("http://none.invalid/")
        self.net.resolver.answer()
        self.failureResultOf(pending, NameNotResolved)
        self.assertEqual(
            self.net.told,
            [
                "HANDLE_CREATED",
                "RESOLVING_NAME none.invalid",
                "REQUEST_COMPLETE 12007",
                "HANDLE_CLOSING",
            ],
        )

    def test_silent_server_ends_by_the_limit(self) -> None:
        """12002 with the limit's name; the connection is closed."""
        pending = self.get(limits=Limits(first_byte=7))
        peer = self.net.accept()
        self.net.advance(6.9)
        self.assertNoResult(pending)
        self.net.advance(0.2)
        failure = self.failureResultOf(pending, Timeout)
        self.assertIn("7 s (limits.first_byte)", failure.getErrorMessage())
        self.assertTrue(peer.transport.aborted)
        self.assertEqual(
            self.net.told[-5:],
            [
                "RECEIVING_RESPONSE",
                "CLOSING_CONNECTION",
                "CONNECTION_CLOSED",
                "REQUEST_COMPLETE 12002",
                "HANDLE_CLOSING",
            ],
        )

    def test_server_closes_without_an_answer(self) -> None:
        """12152, as measured on Windows."""
        pending = self.get()
        peer = self.net.accept()
        peer.close()
        self.failureResultOf(pending, HttpInvalidServerResponse)

    def test_server_resets_without_an_answer(self) -> None:
        """12031."""
        pending = self.get()
        self.net.accept().close(ConnectionLost())
        self.failureResultOf(pending, ConnectionReset)

    def test_body_until_close_tells_the_closing(self) -> None:
        """CLOSING_CONNECTION, CONNECTION_CLOSED come before that read's COMPLETE."""
        pending = self.get()
        peer = self.net.accept()
        self.answered(peer, b"HTTP/1.1 200 OK\r\n\r\n")
        handle = self.successResultOf(pending)
        self.net.news.clear()
        reading = handle.read(100)
        peer.send(b"until the end")
        peer.close()
        self.assertEqual(self.successResultOf(reading), b"until the end")
        self.assertEqual(
            self.net.told,
            [
                "RECEIVING_RESPONSE",
                "RESPONSE_RECEIVED 13",
                "CLOSING_CONNECTION",
                "CONNECTION_CLOSED",
                "REQUEST_COMPLETE ok",
            ],
        )

    def test_body_until_close_that_breaks_is_an_error(self) -> None:
        """A reset is no end: more may have been meant to come."""
        pending = self.get()
        peer = self.net.accept()
        self.answered(peer, b"HTTP/1.1 200 OK\r\n\r\n")
        handle = self.successResultOf(pending)
        reading = handle.read(100)
        peer.send(b"until the e")
        peer.close(ConnectionLost())
        self.assertEqual(self.successResultOf(reading), b"until the e")
        failure = self.failureResultOf(handle.read(100), ConnectionReset)
        self.assertIn("until the server closes in order", failure.getErrorMessage())

    def test_cut_body_is_an_error(self) -> None:
        """A short body is never a success."""
        pending = self.get()
        peer = self.net.accept()
        self.answered(peer, OK + b"he")
        handle = self.successResultOf(pending)
        peer.close()
        self.assertEqual(self.successResultOf(handle.read(100)), b"he")
        failure = self.failureResultOf(handle.read(100), Truncated)
        self.assertIn("2 of 5 bytes", failure.getErrorMessage())

    def test_interim_answers_are_told_and_skipped(self) -> None:
        """INTERMEDIATE_RESPONSE carries the status code."""
        pending = self.get()
        peer = self.net.accept()
        self.answered(peer, b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + OK)
        self.successResultOf(pending)
        self.assertEqual(
            self.net.told[-3:],
            [
                "INTERMEDIATE_RESPONSE 103",
                f"RESPONSE_RECEIVED {len(OK)}",
                "REQUEST_COMPLETE ok",
            ],
        )

    def test_idle_channel_that_the_server_closes_is_told_to_nobody(self) -> None:
        """There is no exchange that lives at that moment."""
        pending = self.get()
        peer = self.net.accept()
        self.answered(peer, OK + b"hello")
        self.successResultOf(pending)
        self.net.news.clear()
        peer.close()
        self.assertEqual(self.net.told, [])
        self.get()
        self.assertEqual(
            self.net.told, ["HANDLE_CREATED", "CONNECTING_TO_SERVER 127.0.0.1"]
        )

    def test_kept_channel_that_dies_under_the_request_is_replaced(self) -> None:
        """The request goes out once more, and each attempt is told."""
        pending = self.get()
        peer = self.net.accept()
        self.answered(peer, OK + b"hello")
        self.successResultOf(pending)
        self.net.news.clear()
        pending = self.get()
        peer.close()
        self.answered(self.net.accept(), OK)
        self.successResultOf(pending)
        self.assertEqual(
            self.net.told,
            [
                "HANDLE_CREATED",
                *asked()[:3],
                "CLOSING_CONNECTION",
                "CONNECTION_CLOSED",
                "CONNECTING_TO_SERVER 127.0.0.1",
                "CONNECTED_TO_SERVER 127.0.0.1",
                *asked(),
                "REQUEST_COMPLETE ok",
            ],
        )

    def test_fresh_channel_that_dies_is_not_tried_again(self) -> None:
        """The server may have acted on the request."""
        pending = self.get()
        self.net.accept().close()
        self.failureResultOf(pending, HttpInvalidServerResponse)
        self.assertEqual(self.net.attempts, 0)

    def test_context_none_is_silent_and_the_deferred_fires(self) -> None:
        """WinINet's zero context, without its trap."""
        pending = self.get(context=None)
        self.answered(self.net.accept())
        self.successResultOf(pending)
        self.assertEqual(self.net.told, [])


class ClosedInsideTests(SynchronousTestCase):
    """The handle is closed inside each single notification."""

    def play(self, where: str, count: int = 1) -> tuple[MemoryNet, Any, list[Peer]]:
        """Run a GET with a redirect, closing at the count-th notification ``where``."""
        net = MemoryNet()
        seen = 0

        def react(news) -> None:
            nonlocal seen
            if news.status.name == where:
                seen += 1
                if seen == count:
                    handle = news.info if where == "HANDLE_CREATED" else news.handle
                    handle.close()

        net.react = react
        pending = net.session.get(URL, context=CONTEXT)
        peers = []
        if net.attempts:
            peers.append(net.accept())
            for answer in (REDIRECT, OK):
                if peers[0].request():
                    peers[0].send(answer)
        return net, pending, peers

    def check(self, where: str, count: int = 1) -> None:
        net, pending, peers = self.play(where, count)
        self.failureResultOf(pending, OperationCancelled)
        self.assertEqual(net.told[-2:], ["REQUEST_COMPLETE 12017", "HANDLE_CLOSING"])
        self.assertEqual(net.told.count("REQUEST_COMPLETE 12017"), 1)
        names = [told.partition(" ")[0] for told in net.told]
        last = [i for i, name in enumerate(names) if name == where][count - 1]
        # Nothing goes on: all that may come is the closing of the connection.
        self.assertIn(
            names[last + 1 : -2], ([], ["CLOSING_CONNECTION", "CONNECTION_CLOSED"])
        )
        for peer in peers:
            if "CLOSING_CONNECTION" in names:
                self.assertTrue(peer.closed)
        closed = net.session.close()
        net.advance()
        self.successResultOf(closed)

    def test_closing_of_the_former_answer(self) -> None:
        """A request that is sent again is closed when the old body is given up."""
        net = MemoryNet()
        request = net.session.http("192.0.2.1").open_request()
        pending = request.send()
        net.accept().send(OK)
        self.successResultOf(pending)

        def react(news) -> None:
            if news.status is Status.CLOSING_CONNECTION:
                request.close()

        net.news.clear()
        net.react = react
        self.failureResultOf(request.send(), OperationCancelled)
        self.assertEqual(
            net.told,
            [
                *("CLOSING_CONNECTION", "CONNECTION_CLOSED"),
                *("REQUEST_COMPLETE 12017", "HANDLE_CLOSING"),
            ],
        )
        self.assertEqual(net.attempts, 0)

    def test_handle_created(self) -> None:
        """The Deferred comes back failed, and nothing has been sent."""
        net, pending, _ = self.play("HANDLE_CREATED")
        self.failureResultOf(pending, OperationCancelled)
        self.assertEqual(net.told, ["HANDLE_CREATED", "HANDLE_CLOSING"])
        self.assertEqual(net.attempts, 0)

    def test_handle_created_of_a_call_that_returns_a_handle(self) -> None:
        """It is dead: every call on it fails with 6."""
        net = MemoryNet()
        net.react = lambda news: (
            news.info.close() if news.status is Status.HANDLE_CREATED else None
        )
        connection = net.session.http("127.0.0.1", context=2)
        self.assertFalse(connection.alive)
        self.assertRaises(InvalidHandle, connection.open_request)

    def test_resolving_name(self) -> None:
        """Nothing is connected to."""
        self.check("RESOLVING_NAME")

    def test_name_resolved(self) -> None:
        """Nothing is connected to."""
        self.check("NAME_RESOLVED")

    def test_connecting(self) -> None:
        """The attempt is given up."""
        self.check("CONNECTING_TO_SERVER")

    def test_connected(self) -> None:
        """The connection is closed before anything is sent."""
        self.check("CONNECTED_TO_SERVER")

    def test_sending(self) -> None:
        """Nothing is sent."""
        _, pending, (peer,) = self.play("SENDING_REQUEST")
        self.failureResultOf(pending, OperationCancelled)
        self.assertEqual(peer.request(), b"")
        self.check("SENDING_REQUEST")

    def test_sent(self) -> None:
        """The connection is closed."""
        self.check("REQUEST_SENT")

    def test_receiving(self) -> None:
        """The connection is closed."""
        self.check("RECEIVING_RESPONSE")

    def test_received(self) -> None:
        """The answer is not acted on."""
        self.check("RESPONSE_RECEIVED")

    def test_redirect(self) -> None:
        """The redirect is not followed."""
        self.check("REDIRECT")

    def test_second_hop(self) -> None:
        """The same at each step after the redirect."""
        for where in (
            "SENDING_REQUEST",
            "REQUEST_SENT",
            "RECEIVING_RESPONSE",
            "RESPONSE_RECEIVED",
        ):
            self.check(where, 2)

    def test_request_complete(self) -> None:
        """The outcome stands: the Deferred fires with a dead handle."""
        net, pending, (peer,) = self.play("REQUEST_COMPLETE")
        handle = self.successResultOf(pending)
        self.assertFalse(handle.alive)
        self.failureResultOf(handle.read(1), InvalidHandle)
        self.assertEqual(
            net.told[-4:],
            [
                "REQUEST_COMPLETE ok",
                "CLOSING_CONNECTION",
                "CONNECTION_CLOSED",
                "HANDLE_CLOSING",
            ],
        )
        self.assertTrue(peer.closed)

    def test_received_of_the_body(self) -> None:
        """The read ends with 12017."""
        net = MemoryNet()
        pending = net.session.get(URL, context=CONTEXT)
        peer = net.accept()
        peer.send(OK)
        handle = self.successResultOf(pending)
        net.react = lambda news: (
            handle.close() if news.status is Status.RESPONSE_RECEIVED else None
        )
        reading = handle.read(3)
        peer.send(b"hel")
        self.failureResultOf(reading, OperationCancelled)
        self.assertEqual(
            net.told[-4:],
            [
                "CLOSING_CONNECTION",
                "CONNECTION_CLOSED",
                "REQUEST_COMPLETE 12017",
                "HANDLE_CLOSING",
            ],
        )

    def test_closing_connection_and_connection_closed(self) -> None:
        """The error that was under way is replaced by the close."""
        for where in ("CLOSING_CONNECTION", "CONNECTION_CLOSED"):
            net = MemoryNet()
            net.react = lambda news, where=where: (
                news.handle.close() if news.status.name == where else None
            )
            pending = net.session.get(URL, context=CONTEXT)
            net.accept().close()
            self.failureResultOf(pending, OperationCancelled)
            self.assertEqual(net.told.count("REQUEST_COMPLETE 12017"), 1)
            self.assertEqual(net.told[-1], "HANDLE_CLOSING")

    def test_closing_when_a_limit_has_run_out(self) -> None:
        """The same, in each phase that has a connection."""
        for where in ("CLOSING_CONNECTION", "CONNECTION_CLOSED"):
            for answer in (b"", b"HTTP/1.1 200"):
                net = MemoryNet()
                net.react = lambda news, where=where: (
                    news.handle.close() if news.status.name == where else None
                )
                pending = net.session.get(
                    URL, context=CONTEXT, limits=Limits(first_byte=5)
                )
                peer = net.accept()
                if answer:
                    peer.send(answer)
                net.advance(5)
                self.failureResultOf(pending, OperationCancelled)
                self.assertEqual(net.told.count("REQUEST_COMPLETE 12017"), 1)
                self.assertEqual(net.told[-1], "HANDLE_CLOSING")

    def test_handle_closing(self) -> None:
        """It is dead already; nothing more comes."""
        net, pending, _ = self.play("HANDLE_CLOSING")
        handle = self.successResultOf(pending)
        handle.close()
        self.assertEqual(net.told.count("HANDLE_CLOSING"), 1)
        self.assertEqual(net.told[-1], "HANDLE_CLOSING")

    def test_session_closed_inside_each(self) -> None:
        """The whole tree dies; the leaf's last words come first."""
        for where in ("RESOLVING_NAME", "REQUEST_SENT", "REDIRECT"):
            net = MemoryNet()
            net.react = lambda news, net=net, where=where: (
                net.session.close() if news.status.name == where else None
            )
            pending = net.session.get(URL, context=CONTEXT)
            if net.attempts:
                peer = net.accept()
                peer.send(REDIRECT)
                self.assertTrue(peer.closed)
            self.failureResultOf(pending, OperationCancelled)
            net.advance()
            self.successResultOf(net.session.close())
            self.assertEqual(net.told[-1], "HANDLE_CLOSING")
