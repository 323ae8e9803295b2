"""What becomes of HTTP requests in a timeline: rows, phases, facts."""

from __future__ import annotations

from typing import Any

from twisted.internet.defer import CancelledError

from tests.http.memory import OK
from tests.http.proxied import PROXY, proxied_net
from tests.timeline.archive import entries
from tests.timeline.clocked import ANSWER, TimelineTestCase
from twinet.errors import (
    CannotConnect,
    FileNotFound,
    InvalidHandle,
    OperationCancelled,
    Timeout,
)
from twinet.flags import FindMethod
from twinet.records import Limits
from twinet.timeline import Phase, Timeline

MOVED = b"HTTP/1.1 302 Found\r\nLocation: /there\r\nContent-Length: 0\r\n\r\n"
CHALLENGE = (
    b"HTTP/1.1 401 Unauthorized\r\n"
    b'WWW-Authenticate: Basic realm="x"\r\nContent-Length: 0\r\n\r\n'
)


class HttpRows(TimelineTestCase):
    """One request and its phases."""

    def test_a_new_connection_takes_each_phase_in_turn(self):
        """From the look-up to the body, each for as long as it took."""
        called = self.net.session.get("http://shop.example/prices")
        self.wait(0.5)
        self.net.resolver.answer("192.0.2.1")
        self.wait(0.25)
        peer = self.net.accept()
        self.wait(1)
        peer.send(ANSWER)
        request = self.successResultOf(called)
        read = request.read(5)
        self.wait(2)
        peer.send(b"12345")
        self.assertEqual(self.successResultOf(read), b"12345")
        request.close()
        row = self.only_row()
        self.assertEqual(
            self.spans(row),
            [("look-up", 0.5), ("connect", 0.25), ("wait", 1), ("receive", 2)],
        )
        self.check_whole(row)
        self.assertEqual(
            (row.verb, row.url, row.status, row.received, row.reused, row.pending),
            ("GET", "http://shop.example/prices", "200", len(ANSWER) + 5, False, False),
        )
        self.assertEqual(row.duration, 3.75)
        self.assertEqual(row.seconds(Phase.SEND), 0)
        self.assertIsNone(row.seconds(Phase.TLS))

    def test_a_kept_connection_has_neither_look_up_nor_connect(self):
        """And says so."""
        first, peer = self.served()
        self.successResultOf(first.read(5))
        self.get("/next")
        self.wait(1)
        peer.send(OK + b"12345")
        row = self.timeline.rows[1]
        self.assertEqual(self.spans(row), [("wait", 1)])
        self.assertTrue(row.reused)
        self.assertEqual(row.address, "127.0.0.1")

    def test_who_has_to_wait_for_a_connection_is_in_the_queue(self):
        """Until it is sent."""
        self.net.session.connections_per_host = 1
        called = self.get("/first")
        peer = self.net.accept()
        second = self.get("/second")
        self.wait(3)
        self.assertEqual(self.spans(self.timeline.rows[1]), [("queue", 3)])
        peer.send(OK + b"12345")
        self.successResultOf(called)
        peer.send(OK + b"12345")
        self.successResultOf(second)

    def test_a_redirect_ends_one_row_and_begins_the_next(self):
        """With the status of each, and where it led."""
        called = self.get("/here", context="prices")
        peer = self.net.accept()
        self.wait(1)
        peer.send(MOVED)
        self.wait(2)
        peer.send(OK + b"12345")
        self.successResultOf(called)
        first, second = self.timeline.rows
        self.assertEqual((first.status, second.status), ("302", "200"))
        self.assertEqual(second.url, "http://127.0.0.1/there")
        self.assertEqual((first.after, second.after), (None, first.number))
        self.assertEqual((first.context, second.context), ("prices", "prices"))
        self.assertEqual(
            (self.spans(first), self.spans(second)), ([("wait", 1)], [("wait", 2)])
        )

    def test_a_redirect_that_leads_nowhere_keeps_its_answer(self):
        """The row of the failure is the second one."""
        called = self.get("/here")
        peer = self.net.accept()
        peer.send(MOVED.replace(b"/there", b"http://192.0.2.9/"))
        self.net.refuse()
        self.failureResultOf(called, CannotConnect)
        first, second = self.timeline.rows
        self.assertEqual((first.status, second.status), ("302", "CannotConnect"))
        self.assertIn("192.0.2.9", second.message)

    def test_an_answered_challenge_is_a_row_of_its_own(self):
        """Though nothing is told of it but the second request."""
        session = self.net.session
        connection = session.http("127.0.0.1", username="joe", password="pass-word")
        called = connection.open_request("GET", "/").send()
        peer = self.net.accept()
        self.wait(1)
        peer.send(CHALLENGE)
        self.wait(2)
        peer.send(OK + b"12345")
        self.successResultOf(called)
        first, second = self.timeline.rows
        self.assertEqual((first.status, second.status), ("401", "200"))
        self.assertEqual(second.after, first.number)
        self.assertEqual(self.spans(second), [("wait", 2)])

    def test_another_place_of_the_body_is_a_row_of_its_own(self):
        """It is another request on the wire."""
        head = (
            b"HTTP/1.1 200 OK\r\nContent-Length: 3000000\r\nAccept-Ranges: bytes\r\n"
            b'ETag: "1"\r\n\r\n'
        )
        request, _ = self.served(head=head, body=b"1")
        request.seek(2_900_000, FindMethod.BEGIN)
        peer = self.net.accept()
        self.wait(1)
        peer.send(
            b"HTTP/1.1 206 Partial Content\r\nContent-Length: 100000\r\n"
            b'Content-Range: bytes 2900000-2999999/3000000\r\nETag: "1"\r\n\r\n'
        )
        first, second = self.timeline.rows
        self.assertEqual((first.status, second.status), ("200", "206"))
        self.assertIsNone(second.after)
        self.assertEqual(request.response.status_code, 200)
        _, sought = entries(self.timeline.har())
        # Its head has a Range that nobody tells of: better none than the first one's.
        self.assertEqual(sought["request"]["headers"], [])
        self.assertEqual(sought["request"]["bodySize"], -1)

    def test_a_request_that_is_sent_again_has_another_row(self):
        """Also after a failure."""
        request = self.net.session.http("127.0.0.1").open_request("GET", "/")
        called = request.send()
        self.net.refuse()
        self.failureResultOf(called, CannotConnect)
        self.wait(5)
        called = request.send()
        self.net.accept().send(OK + b"12345")
        self.successResultOf(called)
        self.assertEqual(
            [(row.status, row.begin) for row in self.timeline.rows],
            [("CannotConnect", 0), ("200", 5)],
        )

    def test_an_interim_answer_is_no_answer(self):
        """The wait goes on."""
        called = self.get()
        peer = self.net.accept()
        self.wait(1)
        peer.send(b"HTTP/1.1 103 Early Hints\r\n\r\n")
        self.wait(1)
        peer.send(OK)
        self.successResultOf(called)
        row = self.only_row()
        self.assertEqual((self.spans(row), row.status), ([("wait", 2)], "200"))

    def test_a_dead_connection_is_no_second_request(self):
        """It is sent again on another one, within the same row."""
        first, peer = self.served()
        self.successResultOf(first.read(5))
        called = self.get("/next")
        self.wait(1)
        peer.close()
        self.wait(1)
        self.net.accept().send(OK)
        self.successResultOf(called)
        row = self.timeline.rows[1]
        self.assertEqual(self.spans(row), [("wait", 1), ("connect", 1)])
        self.assertEqual(row.status, "200")

    def test_a_body_handed_over_in_pieces_is_one_row(self):
        """Between them it is the program's turn."""
        request = self.net.session.http("127.0.0.1").open_request("POST", "/")
        request.start(10)
        peer = self.net.accept()
        self.wait(1)
        request.write(b"12345")
        self.wait(2)
        request.write(b"12345")
        finished = request.finish()
        self.wait(3)
        peer.send(OK)
        self.successResultOf(finished)
        row = self.only_row()
        self.assertEqual(self.spans(row), [("idle", 3), ("wait", 3)])
        self.assertEqual((row.verb, row.sent), ("POST", len(peer.request())))

    def test_the_time_in_which_nobody_reads_is_idle(self):
        """It is not the server's."""
        request, peer = self.served(body=b"")
        self.wait(7)
        read = request.read(5)
        self.wait(1)
        peer.send(b"12345")
        self.successResultOf(read)
        row = self.only_row()
        self.assertEqual(self.spans(row), [("idle", 7), ("receive", 1)])

    def test_time_after_the_end_of_a_call_is_not_counted(self):
        """Neither while the handle is open, nor when it is closed."""
        request, _ = self.served()
        self.wait(7)
        self.assertEqual(self.only_row().duration, 0)
        request.close()
        self.assertEqual(self.only_row().duration, 0)

    def test_short_pauses_between_pieces_are_no_spans(self):
        """Who reads in a loop has one bar, not thousands."""
        request, peer = self.served(body=b"")
        for byte in b"12345":
            read = request.read_some()
            self.wait(0.01)
            peer.send(bytes([byte]))
            self.successResultOf(read)
            self.wait(0.0005)
        self.assertEqual([s.phase for s in self.only_row().spans], [Phase.RECEIVE])

    def test_a_body_in_endless_pieces_has_few_spans(self):
        """Its last span grows."""
        head = ANSWER.replace(b": 5", b": 5000")
        request, peer = self.served(head=head, body=b"")
        for _ in range(1000):
            read = request.read_some()
            self.wait(0.01)
            peer.send(b"1")
            self.successResultOf(read)
            self.wait(0.01)
        row = self.only_row()
        self.assertEqual(len(row.spans), 200)
        self.check_whole(row)
        self.assertAlmostEqual(row.duration, 19.99)

    def test_a_failure_has_a_name_and_words(self):
        """The row says what stands in the error."""
        called = self.get()
        self.wait(1)
        self.net.refuse()
        self.failureResultOf(called, CannotConnect)
        row = self.only_row()
        self.assertEqual((row.error, row.status), ("CannotConnect", "CannotConnect"))
        self.assertIn("connection refused", row.message)
        self.assertEqual(self.spans(row), [("connect", 1)])

    def test_what_never_gets_a_connection_has_a_row(self):
        """In which there is nothing but the queue."""
        self.net.session.connections_per_host = 1
        self.get("/first")
        called = self.get("/second", limits=Limits(slot=3))
        self.wait(4)
        self.failureResultOf(called, Timeout)
        row = self.timeline.rows[1]
        self.assertEqual((row.status, self.spans(row)), ("Timeout", [("queue", 3)]))

    def test_what_fails_at_once_has_no_row(self):
        """Nothing is told of it, and nothing took time."""
        self.net.session.offline = True
        self.failureResultOf(self.get(), FileNotFound)
        self.assertEqual(self.timeline.rows, [])

    def test_what_was_never_sent_has_no_row_in_the_end(self):
        """Though it waits in the queue as long as it is open."""
        request = self.net.session.http("127.0.0.1").open_request("GET", "/")
        self.wait(3)
        self.assertEqual(self.spans(self.only_row()), [("queue", 3)])
        request.close()
        self.assertEqual(self.timeline.rows, [])

    def test_a_request_that_is_opened_before_it_is_sent_is_in_the_queue(self):
        """Nothing tells when its call begins."""
        request = self.net.session.http("127.0.0.1").open_request("GET", "/")
        self.wait(3)
        request.send()
        self.net.accept()
        self.wait(1)
        self.assertEqual(self.spans(self.only_row()), [("queue", 3), ("wait", 1)])

    def test_a_cancelled_request_says_so(self):
        """With the time until then."""
        called = self.get()
        self.net.accept()
        self.wait(2)
        called.cancel()
        self.failureResultOf(called, CancelledError)
        row = self.only_row()
        self.assertEqual((row.error, row.pending), ("OperationCancelled", False))
        self.assertEqual(self.spans(row), [("wait", 2)])

    def test_what_is_going_on_is_shown_up_to_now(self):
        """And goes on being recorded."""
        called = self.get()
        peer = self.net.accept()
        self.wait(2)
        row = self.only_row()
        self.assertEqual((self.spans(row), row.status), ([("wait", 2)], ""))
        self.assertTrue(row.pending)
        self.wait(2)
        self.assertEqual(row.duration, 2)
        peer.send(OK)
        self.successResultOf(called)
        self.assertEqual(self.spans(self.only_row()), [("wait", 4)])

    def test_a_body_that_came_with_its_head_is_counted_when_read(self):
        """Nobody is told of those bytes."""
        request, _ = self.served()
        self.assertEqual(self.only_row().received, len(ANSWER))
        self.successResultOf(request.read(5))
        request.close()
        self.assertEqual(self.only_row().received, len(ANSWER) + 5)

    def test_a_fetched_body_is_counted(self):
        """Its handle is closed before anybody has it."""
        called = self.net.session.fetch(f"{self.origin}/")
        self.net.accept().send(ANSWER + b"12345")
        self.assertEqual(self.successResultOf(called).body, b"12345")
        self.assertEqual(self.only_row().received, len(ANSWER) + 5)

    def test_fields_added_by_a_send_stand_in_the_url(self):
        """They were asked for."""
        request = self.net.session.http("127.0.0.1").open_request("GET", "/find?a=1")
        request.send(params={"q": "crema"})
        self.net.accept()
        self.assertEqual(self.only_row().url, "http://127.0.0.1/find?a=1&q=crema")

    def test_a_url_in_the_query_is_no_url_of_the_request(self):
        """What is asked for is what is shown."""
        self.get("/go?to=http://elsewhere.example/")
        self.net.accept()
        url = "http://127.0.0.1/go?to=http://elsewhere.example/"
        self.assertEqual(self.only_row().url, url)

    def test_fields_added_stand_in_the_url_also_before_a_proxy(self):
        """It is told the whole URL."""
        net = proxied_net(PROXY)
        timeline = Timeline(seconds=net.reactor.seconds)
        timeline.record(net.session)
        net.session.http("shop.test").open_request("GET", "/").send(params={"q": "x"})
        net.accept()
        (row,) = timeline.rows
        self.assertEqual(row.url, "http://shop.test/?q=x")


class Recorded(TimelineTestCase):
    """Who is recorded, and who else hears it."""

    def test_the_callback_that_was_there_is_told_too(self):
        """After the timeline: it may close the handle."""
        heard = []

        def react(news):
            heard.append(news.status.name)
            if news.status.name == "SENDING_REQUEST":
                news.handle.close()

        self.net.react = react
        called = self.get()
        self.net.accept()
        self.failureResultOf(called, OperationCancelled)
        self.assertEqual(heard[0], "HANDLE_CREATED")
        self.assertEqual(self.only_row().error, "OperationCancelled")

    def test_recording_twice_is_recording_once(self):
        """Nothing is counted double."""
        self.timeline.record(self.net.session)
        self.served()
        self.assertEqual(self.only_row().told, len(ANSWER))

    def test_a_call_with_its_own_callback_can_be_recorded(self):
        """By what ``before`` gives; without it that call is not."""
        heard: list[Any] = []
        self.get("/one", on_status=self.timeline.before(heard.append))
        self.get("/two", on_status=heard.append)
        self.assertEqual(self.only_row().url, "http://127.0.0.1/one")
        self.assertEqual(
            {str(news.handle) for news in heard},
            {"Session", *(f"GET http://127.0.0.1/{path}" for path in ("one", "two"))},
        )

    def test_it_is_a_status_callback_itself(self):
        """For one call, too."""
        timeline = self.make_timeline()
        self.get("/one", on_status=timeline)
        self.assertEqual([row.url for row in timeline.rows], ["http://127.0.0.1/one"])
        self.assertEqual(self.timeline.rows, [])

    def test_a_silent_handle_is_not_recorded(self):
        """Its context is None."""
        self.get(context=None)
        self.assertEqual(self.timeline.rows, [])

    def test_a_closed_handle_cannot_be_recorded(self):
        """6, as for each call."""
        request, _ = self.served()
        request.close()
        with self.assertRaises(InvalidHandle):
            self.timeline.record(request)

    def test_only_readable_contexts_are_shown(self):
        """Objects of the program are its own business."""
        for context in ("shop", 7, object(), b"x", True):
            self.get(context=context)
        self.assertEqual(
            [row.context for row in self.timeline.rows], ["shop", "7", "", "", ""]
        )

    def test_rows_have_their_bounds(self):
        """The oldest makes room, and is counted."""
        timeline = self.make_timeline(rows=2)
        for number in range(5):
            self.get(f"/{number}", on_status=timeline)
        self.assertEqual([row.number for row in timeline.rows], [4, 5])
        self.assertEqual(timeline.dropped, 3)

    def test_a_clock_that_is_set_back_makes_no_negative_time(self):
        """A span ends where it began at the least."""
        times = iter([100.0, 100.0, 101.0, 50.0, 60.0, *[70.0] * 90])
        timeline = type(self.timeline)(seconds=lambda: next(times))
        called = self.get(on_status=timeline)
        self.net.accept().send(OK)
        self.successResultOf(called)
        (row,) = timeline.rows
        self.check_whole(row)

    def test_it_keeps_no_handle_alive(self):
        """Nor what belongs to one."""
        request, _ = self.served()
        self.successResultOf(request.read(5))
        request.close()
        self.net.news.clear()
        recording = self.timeline._recording
        del request
        self.assertEqual(len(recording._row_of), 0)

    def test_arguments_that_cannot_be_are_refused(self):
        """With what to give instead."""
        kind = type(self.timeline)
        for options, words in (
            ({"rows": 0}, "whole number from 1"),
            ({"rows": True}, "whole number from 1"),
            ({"seconds": self.net.reactor}, "clock.seconds"),
            ({"started": 5}, "time zone"),
            ({"started": self.timeline.started.replace(tzinfo=None)}, "time zone"),
        ):
            with self.assertRaisesRegex(Exception, words):
                kind(**options)
