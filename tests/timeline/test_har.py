"""The timeline as a HAR document."""

from __future__ import annotations

import gzip
import json
from typing import Any

from jsonschema import ValidationError

import twinet
from tests.http.memory import OK
from tests.timeline.archive import entries, validator
from tests.timeline.clocked import ANSWER, TimelineTestCase
from twinet.errors import CannotConnect

COOKIES = (
    b"HTTP/1.1 200 OK\r\nSet-Cookie: sid=hush-hush; Path=/x; Secure; HttpOnly; "
    b"SameSite=Lax; Domain=shop.example; Expires=Wed, 09 Jun 2027 10:18:14 GMT\r\n"
    b"Set-Cookie: theme=hush-too\r\nContent-Length: 0\r\n\r\n"
)


class Har(TimelineTestCase):
    """What stands in an entry."""

    def entries(self):
        return entries(self.timeline.har())

    def test_nothing_recorded_is_a_document_without_entries(self):
        """It opens all the same."""
        self.assertEqual(self.entries(), [])

    def test_an_entry_has_all_that_was_said(self):
        """Heads, sizes, times, and where it went."""
        self.wait(1.5)
        called = self.net.session.get(
            "http://shop.example:8080/find?q=crema&empty=&q=2#top",
            headers={"X-Shop": "caf\xe9"},
        )
        self.wait(0.5)
        self.net.resolver.answer("192.0.2.1")
        self.wait(0.25)
        peer = self.net.accept()
        self.wait(1)
        sent = peer.request()
        peer.send(ANSWER)
        request = self.successResultOf(called)
        read = request.read(5)
        self.wait(2)
        peer.send(b"12345")
        self.successResultOf(read)
        (entry,) = self.entries()
        self.assertEqual(entry["startedDateTime"], "2026-11-27T12:00:01.500+00:00")
        self.assertEqual(entry["serverIPAddress"], "192.0.2.1")
        self.assertEqual(entry["time"], 3750)
        self.assertEqual(
            entry["timings"],
            {
                "blocked": -1,
                "dns": 500,
                "connect": 250,
                "send": 0,
                "wait": 1000,
                "receive": 2000,
                "ssl": -1,
            },
        )
        asked = entry["request"]
        self.assertEqual(
            (asked["method"], asked["url"], asked["httpVersion"]),
            ("GET", "http://shop.example:8080/find?q=crema&empty=&q=2", "HTTP/1.1"),
        )
        self.assertEqual((asked["headersSize"], asked["bodySize"]), (len(sent), 0))
        self.assertEqual(
            [(each["name"], each["value"]) for each in asked["queryString"]],
            [("q", "crema"), ("empty", ""), ("q", "2")],
        )
        self.assertIn({"name": "Host", "value": "shop.example:8080"}, asked["headers"])
        answer = entry["response"]
        self.assertEqual(
            (answer["status"], answer["statusText"], answer["httpVersion"]),
            (200, "OK", "HTTP/1.1"),
        )
        self.assertEqual(
            answer["headers"],
            [
                {"name": "Content-Type", "value": "text/plain"},
                {"name": "Content-Length", "value": "5"},
            ],
        )
        self.assertEqual(answer["content"], {"size": 5, "mimeType": "text/plain"})
        self.assertEqual((answer["headersSize"], answer["bodySize"]), (len(ANSWER), 5))
        self.assertNotIn("_error", answer)

    def test_redirects_are_entries_of_their_own(self):
        """Each with where it leads."""
        called = self.get("/here")
        peer = self.net.accept()
        peer.send(b"HTTP/1.0 301 Moved\r\nLocation: http://joe:pw@127.0.0.1/x\r\n\r\n")
        peer.close()
        self.net.accept().send(OK + b"12345")
        self.successResultOf(called)
        first, second = self.entries()
        answer = first["response"]
        self.assertEqual((answer["status"], answer["httpVersion"]), (301, "HTTP/1.0"))
        self.assertEqual(answer["redirectURL"], "http://[redacted]@127.0.0.1/x")
        self.assertEqual(second["request"]["url"], "http://127.0.0.1/x")
        self.assertEqual(second["response"]["redirectURL"], "")

    def test_a_kept_connection_has_times_that_do_not_apply(self):
        """-1, as the format has it."""
        request, peer = self.served()
        self.successResultOf(request.read(5))
        self.get("/next")
        peer.send(OK)
        timings = self.entries()[1]["timings"]
        self.assertEqual(
            [timings[name] for name in ("dns", "connect", "ssl")], [-1, -1, -1]
        )

    def test_a_failure_has_no_answer(self):
        """Status 0, and the error's name where browsers have it."""
        called = self.get()
        self.wait(1)
        self.net.refuse()
        self.failureResultOf(called, CannotConnect)
        (entry,) = self.entries()
        answer = entry["response"]
        self.assertEqual((answer["status"], answer["_error"]), (0, "CannotConnect"))
        self.assertEqual((answer["headersSize"], answer["bodySize"]), (-1, -1))
        self.assertIn("connection refused", entry["comment"])
        self.assertEqual(entry["request"]["headersSize"], -1)

    def test_what_is_going_on_is_an_entry_too(self):
        """With what is known by now."""
        self.get()
        self.net.accept()
        self.wait(1)
        (entry,) = self.entries()
        self.assertEqual(entry["comment"], "not finished")
        self.assertEqual(entry["time"], 1000)

    def test_pauses_of_the_program_are_a_part_of_send_or_of_receive(self):
        """So that the sum is the whole."""
        request = self.net.session.http("127.0.0.1").open_request("POST", "/")
        request.start(10)
        peer = self.net.accept()
        self.wait(1)
        request.write(b"12345")
        self.wait(2)
        request.write(b"12345")
        finished = request.finish()
        self.wait(3)
        peer.send(ANSWER)
        self.successResultOf(finished)
        self.wait(4)
        read = request.read(5)
        self.wait(5)
        peer.send(b"12345")
        self.successResultOf(read)
        (entry,) = self.entries()
        timings = entry["timings"]
        self.assertEqual(
            [timings[name] for name in ("send", "wait", "receive")], [3000, 3000, 9000]
        )
        self.assertEqual(entry["request"]["bodySize"], 10)

    def test_a_coded_body_has_two_sizes(self):
        """That of the wire, and that of what it is."""
        self.net.session.options[twinet.Option.HTTP_DECODING] = True
        coded = gzip.compress(b"x" * 1000)
        head = (
            b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n"
        )
        called = self.net.session.fetch(f"{self.origin}/")
        self.net.accept().send(head % len(coded) + coded)
        self.net.advance()
        self.assertEqual(len(self.successResultOf(called).body), 1000)
        (entry,) = self.entries()
        content = entry["response"]["content"]
        self.assertEqual(content["size"], 1000)
        self.assertEqual(
            content["size"] - content["compression"], entry["response"]["bodySize"]
        )

    def test_folded_lines_and_strange_bytes_are_read(self):
        """A server may send what it likes."""
        head = (
            b"HTTP/1.1 200 \xfc\xff\r\nX-A: one\r\n  two\r\nX-B:\xff\r\n"
            b"Content-Length: 0\r\n\r\n"
        )
        called = self.get()
        self.net.accept().send(head)
        self.successResultOf(called)
        fields = self.entries()[0]["response"]["headers"]
        self.assertEqual(
            fields[:2],
            [{"name": "X-A", "value": "one two"}, {"name": "X-B", "value": "\\xff"}],
        )

    def test_what_was_dropped_is_told(self):
        """In a comment."""
        timeline = self.make_timeline(title="Coffee", rows=1)
        self.get(on_status=timeline)
        self.get(on_status=timeline)
        log = json.loads(timeline.har())["log"]
        self.assertEqual(log["comment"], "1 older requests are missing")
        self.assertEqual(log["pages"][0]["title"], "Coffee")

    def test_the_schema_finds_faults(self):
        """A document without a time, or with a negative one, is none."""
        self.served()
        spoils: tuple[Any, ...] = (
            lambda entry: entry.pop("time"),
            lambda entry: entry["timings"].update(send=-1),
            lambda entry: entry["timings"].update(dns=-2),
            lambda entry: entry.update(startedDateTime="2026-11-27T12:00:01"),
            lambda entry: entry.update(serverIPAddress="shop.example"),
            lambda entry: entry["request"].update(url="shop"),
        )
        for spoil in spoils:
            document = json.loads(self.timeline.har())
            spoil(document["log"]["entries"][0])
            with self.assertRaises(ValidationError):
                validator().validate(document)


class Cookies(TimelineTestCase):
    """Cookies, with and without their values."""

    secrets = False

    def make_timeline(self, **options):
        return super().make_timeline(secrets=self.secrets, **options)

    def told(self):
        """Return two entries: of a request that gets cookies, and one that has them."""
        origin = "http://shop.example"
        session = self.net.session
        called = session.get(f"{origin}/", headers={"Authorization": "Basic c2Vj"})
        self.net.resolver.answer("192.0.2.1")
        peer = self.net.accept()
        peer.send(COOKIES)
        self.successResultOf(called)
        session.get(f"{origin}/next", headers={"X-Api-Key": "hush-key"})
        return entries(self.timeline.har())

    def test_values_are_left_out(self):
        """Of the cookies, and of every field that carries a secret."""
        first, second = self.told()
        text = self.timeline.har() + self.timeline.svg() + self.timeline.table()
        for secret in ("hush", "c2Vj"):
            self.assertNotIn(secret, text)
        self.assertIn(
            {"name": "Authorization", "value": "Basic [redacted]"},
            first["request"]["headers"],
        )
        self.assertIn(
            {"name": "Set-Cookie", "value": "[redacted]"}, first["response"]["headers"]
        )
        self.assertEqual(
            second["request"]["cookies"], [{"name": "theme", "value": "[redacted]"}]
        )
        self.assertEqual(
            first["response"]["cookies"],
            [
                {
                    "name": "sid",
                    "value": "[redacted]",
                    "path": "/x",
                    "domain": "shop.example",
                    "expires": "2027-06-09T10:18:14+00:00",
                    "httpOnly": True,
                    "secure": True,
                    "sameSite": "Lax",
                },
                {
                    "name": "theme",
                    "value": "[redacted]",
                    "httpOnly": False,
                    "secure": False,
                },
            ],
        )
        # The sizes are those of what went out, not of what is shown.
        self.assertGreater(first["response"]["headersSize"], 190)


class OpenCookies(Cookies):
    """The same, asked for in so many words."""

    secrets = True

    def test_values_are_left_out(self):
        """They are not."""
        first, second = self.told()
        self.assertIn(
            {"name": "Authorization", "value": "Basic c2Vj"},
            first["request"]["headers"],
        )
        self.assertEqual(first["response"]["cookies"][0]["value"], "hush-hush")
        self.assertEqual(
            second["request"]["cookies"], [{"name": "theme", "value": "hush-too"}]
        )
