"""Gopher handles on a memory net: what they ask, tell and give."""

from __future__ import annotations

import io
from typing import Any

from tests.gopher.memory import BINARY, FILE, HOST, MENU, GopherTestCase
from twinet import Flag, GopherType, errors
from twinet.flags import HandleType
from twinet.options import Option

OPENING = [
    "HANDLE_CREATED",
    "RESOLVING_NAME 127.0.0.1",
    "NAME_RESOLVED 127.0.0.1",
    "CONNECTING_TO_SERVER 127.0.0.1",
]
CONNECTED = "CONNECTED_TO_SERVER 127.0.0.1"
CLOSED = ["CLOSING_CONNECTION", "CONNECTION_CLOSED"]


class FindTests(GopherTestCase):
    def names(self, find: Any) -> list[str]:
        """Read all entries."""
        found = []
        while (entry := self.successResultOf(find.next_entry())) is not None:
            found.append(entry.display_string)
        return found

    def find(self, *given: Any, menu: bytes = MENU, **how: Any) -> Any:
        """Read a menu."""
        pending = self.gopher().find(*given, **how)
        peer = self.net.accept()
        peer.send(menu)
        peer.close()
        return self.successResultOf(pending)

    def test_sequence(self) -> None:
        """The one that the reference has, from the creation to the completion."""
        pending = self.gopher().find()
        self.assertEqual(self.told(), OPENING)
        peer = self.asked(b"\r\n")
        sent = ["SENDING_REQUEST", "REQUEST_SENT 2", "RECEIVING_RESPONSE"]
        self.assertEqual(self.told(), [CONNECTED, *sent])
        peer.send(MENU[:10])
        peer.send(MENU[10:])
        more = ["RESPONSE_RECEIVED 10", f"RESPONSE_RECEIVED {len(MENU) - 10}"]
        self.assertEqual(self.told(), more)
        self.assertNoResult(pending)
        peer.close()
        find = self.successResultOf(pending)
        self.assertEqual(self.told()[:2], CLOSED)
        self.assertEqual(self.names(find), ["one.txt", "to be read", "two"])
        self.assertEqual(self.told(), [])
        find.close()
        self.assertEqual(self.told(), ["HANDLE_CLOSING"])
        self.check_all_closed(peer)

    def test_a_dot_ends_it_whatever_the_server_does(self) -> None:
        pending = self.gopher().find()
        peer = self.asked(b"\r\n")
        peer.send(MENU + b".\r\n")
        self.assertEqual(len(self.names(self.successResultOf(pending))), 3)
        self.assertTrue(peer.closed)
        self.check_all_closed(peer)

    def test_async_for(self) -> None:
        from twisted.internet.defer import Deferred  # noqa: PLC0415  here alone

        async def read(find: Any) -> list[str]:
            return [entry.sign async for entry in find]

        call = Deferred.fromCoroutine(read(self.find()))
        self.assertEqual(self.successResultOf(call), ["0", "i", "1"])

    def test_patterns(self) -> None:
        for pattern, names in (
            ("*.txt", ["one.txt"]),
            ("TW?", ["two"]),
            ("one.txt", ["one.txt"]),
            ("*", ["one.txt", "to be read", "two"]),
            ("x*", []),
        ):
            self.assertEqual(self.names(self.find(pattern=pattern)), names, pattern)

    def test_what_is_asked(self) -> None:
        gopher = self.gopher()
        (entry,) = [
            self.successResultOf(self.find(menu=b"7s\t/s\t127.0.0.1\t70").next_entry())
        ]
        gopher.find(entry, search="two words")
        self.asked(b"/s\ttwo words\r\n")
        gopher.find(entry.locator, form=["x"])
        self.asked(b"/s\t+\t1\r\n+-1\r\nx\r\n.\r\n")

    def test_a_locator_may_name_another_server(self) -> None:
        self.gopher().find("1x\t/y\t127.0.0.2\t7071")
        self.assertEqual(self.net.hand.attempts[-1].target, ("127.0.0.2", 7071))
        self.asked(b"/y\r\n")

    def test_wrong_locators(self) -> None:
        gopher = self.gopher()
        for locator, kind in (
            (FILE, errors.GopherIncorrectLocatorType),
            ("8t\t\th\t23", errors.GopherIncorrectLocatorType),
            ("ihello\t\t\t", errors.GopherNotFile),
            ("/path", errors.GopherInvalidLocator),
            ("1a\tb\t\t70", errors.GopherInvalidLocator),
            ("1a\tb\th/x\t70", errors.GopherInvalidLocator),
            ("1a\tb\th\t0", errors.GopherInvalidLocator),
            (5, errors.GopherInvalidLocator),
        ):
            self.failureResultOf(gopher.find(locator), kind)  # type: ignore[arg-type]  # a table
        self.failureResultOf(gopher.find(pattern="a/*"), errors.InvalidParameter)
        self.failureResultOf(gopher.find(search="a\r\n"), errors.InvalidParameter)
        self.assertEqual((self.told(), self.net.attempts), ([], 0))

    def test_answers_that_are_none(self) -> None:
        for answer, kind in (
            (b"", errors.GopherDataError),
            (b"<html>\r\n", errors.GopherProtocolError),
            (b"3no\t\terror.host\t1\r\n", errors.GopherDataError),
        ):
            pending = self.gopher().find()
            peer = self.net.accept()
            peer.send(answer) if answer else None
            peer.close()
            self.failureResultOf(pending, kind)
            self.assertEqual(self.told()[-1], "HANDLE_CLOSING")

    def test_too_long(self) -> None:
        limits = self.net.session.limits.but(menu_bytes=50)
        pending = self.gopher().find(limits=limits)
        peer = self.net.accept()
        peer.send(MENU)
        fault = self.failureResultOf(pending, errors.GopherDataError).value
        self.assertIn("limits.menu_bytes", str(fault))
        self.check_all_closed(peer)

    def test_endless_line(self) -> None:
        pending = self.gopher().find()
        peer = self.net.accept()
        for _ in range(17):
            if not peer.closed:
                peer.send(b"x" * 4096)
        fault = self.failureResultOf(pending, errors.GopherProtocolError).value
        self.assertIn("limits.head_bytes", str(fault))
        self.check_all_closed(peer)

    def test_entries_wait_for_the_menu(self) -> None:
        seen: list[Any] = []
        self.net.react = lambda news: seen.append(news.info)
        pending = self.gopher().find()
        find = seen[1]
        self.failureResultOf(find.next_entry(), errors.RequestPending)
        find.close()
        self.failureResultOf(find.next_entry(), errors.InvalidHandle)
        self.failureResultOf(pending, errors.OperationCancelled)


class FileTests(GopherTestCase):
    def test_sequence(self) -> None:
        pending = self.gopher().open_file(BINARY)
        peer = self.asked(b"/a.bin\r\n")
        self.told()
        peer.send(b"abc")
        file = self.successResultOf(pending)
        self.assertEqual(self.told(), ["RESPONSE_RECEIVED 3", "REQUEST_COMPLETE ok"])
        self.assertEqual(self.successResultOf(file.read(3)), b"abc")
        reading = file.read(10)
        peer.send(b"de")
        self.assertNoResult(reading)
        peer.close()
        self.assertEqual(self.successResultOf(reading), b"de")
        self.assertEqual(
            self.told(),
            [
                "RECEIVING_RESPONSE",
                *CLOSED,
                "RESPONSE_RECEIVED 2",
                "REQUEST_COMPLETE ok",
            ],
        )
        self.assertEqual(self.successResultOf(file.read(1)), b"")
        self.assertEqual((file.handle_type, file.size), (HandleType.GOPHER_FILE, None))
        self.assertEqual(file.url, "gopher://127.0.0.1/9/a.bin")
        self.check_all_closed(peer)

    def test_each_byte_is_told_once(self) -> None:
        """Also those that came before somebody wanted the rest."""
        answer = b"+8\r\ncoffees!"
        # What opens it, what comes before it is wanted, what has been read by then.
        for begin in range(1, len(answer)):
            for waits, read in ((0, 0), (2, 0), (2, 1), (0, 3)):
                pending = self.gopher().open_file(FILE, "")
                peer = self.net.accept()
                peer.send(answer[:begin])
                given = begin
                if not pending.called:
                    given += 1 + 4
                    peer.send(answer[begin:given])
                file = self.successResultOf(pending)
                if read and given - 4 >= read:
                    self.successResultOf(file.read(read))
                peer.send(answer[given : given + waits])
                given += waits
                delivery = file.deliver(io.BytesIO())
                peer.send(answer[given:])
                self.successResultOf(delivery)
                counts = [line for line in self.told() if "RESPONSE_RECEIVED" in line]
                total = sum(int(line.rpartition(" ")[2]) for line in counts)
                self.assertEqual(total, len(answer), (begin, waits, read))

    def test_text(self) -> None:
        pending = self.gopher().open_file(FILE)
        peer = self.asked(b"/a.txt\r\n")
        peer.send(b"a\r\n..b\r\n.\r\n")
        file = self.successResultOf(pending)
        peer.close()
        self.assertEqual(self.successResultOf(file.read(99)), b"a\r\n.b\r\n")
        self.assertTrue(file.ended_with_dot)

    def test_a_server_that_does_not_close_behind_its_dot(self) -> None:
        """It is given some time: a line of the text may be a dot."""
        pending = self.gopher().open_file(FILE)
        peer = self.net.accept()
        peer.send(b"a\r\n.\r\n")
        file = self.successResultOf(pending)
        reading = file.read(99)
        self.net.advance(1.9)
        peer.send(b"b\r\n.\r\n")
        self.net.advance(1.9)
        self.assertNoResult(reading)
        self.net.advance(0.2)
        self.assertEqual(self.successResultOf(reading), b"a\r\n.\r\nb\r\n")
        self.check_all_closed(peer)

    def test_empty_file(self) -> None:
        for locator in (FILE, BINARY):
            pending = self.gopher().open_file(locator)
            self.net.accept().close()
            file = self.successResultOf(pending)
            self.assertEqual(self.successResultOf(file.read(9)), b"")

    def test_no_such_file(self) -> None:
        for cut in (1, 5, 20):
            pending = self.gopher().open_file(BINARY)
            peer = self.net.accept()
            answer = b"3no such file\t\terror.host\t1\r\n.\r\n"
            peer.send(answer[:cut])
            peer.send(answer[cut:])
            self.assertNoResult(pending)
            peer.close()
            fault = self.failureResultOf(pending, errors.GopherDataError).value
            self.assertEqual(fault.server_text, "no such file")
            self.check_nothing_told_after()

    def check_nothing_told_after(self) -> None:
        told = self.told()
        self.assertEqual(told[-2:], ["REQUEST_COMPLETE 12132", "HANDLE_CLOSING"])

    def test_broken_connection_is_no_end(self) -> None:
        from twisted.internet.error import ConnectionLost  # noqa: PLC0415  here alone

        pending = self.gopher().open_file(BINARY)
        peer = self.net.accept()
        peer.send(b"abc")
        file = self.successResultOf(pending)
        peer.close(ConnectionLost())
        self.assertEqual(self.successResultOf(file.read(9)), b"abc")
        self.failureResultOf(file.read(9), errors.GopherDataError)

    def test_gopher_plus(self) -> None:
        gopher = self.gopher()
        for view, asked in (("", b"+"), ("text/plain En_US", b"+text/plain En_US")):
            pending = gopher.open_file(FILE, view)
            peer = self.asked(b"/a.txt\t" + asked + b"\r\n")
            peer.send(b"+5\r\nhel")
            file = self.successResultOf(pending)
            self.assertEqual(file.size, 5)
            peer.send(b"lo and more")
            self.assertTrue(peer.closed)
            self.assertEqual(self.successResultOf(file.read(9)), b"hello")
        pending = gopher.open_file(FILE, "")
        peer = self.net.accept()
        peer.send(b"+5\r\nhel")
        peer.close()
        reading = self.successResultOf(pending).read(9)
        self.assertEqual(self.successResultOf(reading), b"hel")
        pending = gopher.open_file(FILE, "")
        self.net.accept().send(b"--1\r\n1 gone\r\n.\r\n")
        fault = self.failureResultOf(pending, errors.GopherDataError).value
        self.assertEqual(fault.server_text, "1 gone")
        pending = gopher.open_file(FILE, "")
        self.net.accept().send(b"hello\r\n")
        self.failureResultOf(pending, errors.GopherNotGopherPlus)

    def test_short_of_its_length(self) -> None:
        pending = self.gopher().open_file(BINARY, "")
        peer = self.net.accept()
        peer.send(b"+5\r\n")
        file = self.successResultOf(pending)
        peer.send(b"abc")
        peer.close()
        self.assertEqual(self.successResultOf(file.read(9)), b"abc")
        fault = self.failureResultOf(file.read(9), errors.GopherDataError).value
        self.assertIn("3 bytes of 5", str(fault))

    def test_what_is_no_file(self) -> None:
        gopher = self.gopher()
        for locator in ("1m\t\th\t70", "7s\t\th\t70", "8t\t\th\t23", "2c\t\th\t105"):
            self.failureResultOf(gopher.open_file(locator), errors.GopherNotFile)
        self.failureResultOf(gopher.open_file(""), errors.GopherInvalidLocator)
        self.assertEqual((self.told(), self.net.attempts), ([], 0))

    def test_back_pressure(self) -> None:
        pending = self.gopher().open_file(BINARY)
        peer = self.net.accept()
        peer.send(b"x" * 300000)
        file = self.successResultOf(pending)
        self.assertTrue(peer.transport.paused)
        self.successResultOf(file.read(200000))
        self.assertFalse(peer.transport.paused)
        peer.send(b"y" * 200000)
        self.assertTrue(peer.transport.paused)
        self.net.advance(301)
        self.successResultOf(file.read(300000))
        fault = self.failureResultOf(file.read(10), errors.Timeout).value
        self.assertIn("limits.unread_body", str(fault))
        self.check_all_closed(peer)

    def test_options(self) -> None:
        gopher = self.gopher()
        pending = gopher.open_file(BINARY)
        self.net.accept().send(b"x")
        file = self.successResultOf(pending)
        self.assertEqual(file.options[Option.URL], "gopher://127.0.0.1/9/a.bin")
        self.assertIs(file.options[Option.PARENT_HANDLE], gopher)
        for handle, kind in ((gopher, 3), (file, 11)):
            self.assertEqual(handle.options[Option.HANDLE_TYPE], kind)
            handle.options[Option.CONNECT_TIMEOUT] = 5
            self.assertEqual(handle.limits.connect, 5)
            for option in (Option.USER_AGENT, Option.SECURITY_FLAGS, Option.USERNAME):
                with self.assertRaises(errors.IncorrectHandleType):
                    handle.options[option]


ATTRIBUTES = (
    b"+-1\r\n+INFO: 0a\t/a.txt\t127.0.0.1\t70\t+\r\n+ADMIN:\r\n TTL: 5\r\n"
    b"+VIEWS:\r\n text/plain: <2k>\r\n.\r\n"
)


class AttributeTests(GopherTestCase):
    def test_of_an_item(self) -> None:
        gopher = self.gopher()
        call = gopher.attributes(FILE + "\t+")
        peer = self.asked(b"/a.txt\t!\r\n")
        peer.send(ATTRIBUTES)
        peer.close()
        entry = self.successResultOf(call).entry
        assert entry is not None
        self.assertEqual(entry.size, 2048)
        self.assertEqual(self.told()[-1], "REQUEST_COMPLETE ok")
        call = gopher.attributes(FILE + "\t+", "+VIEWS")
        peer = self.asked(b"/a.txt\t!+VIEWS\r\n")
        peer.send(ATTRIBUTES)
        # It ends with its dot, and not with the connection alone.
        self.net.advance(2)
        self.assertEqual(len(self.successResultOf(call).attributes), 1)
        self.check_all_closed(peer)

    def test_refusals(self) -> None:
        gopher = self.gopher()
        self.failureResultOf(gopher.attributes(FILE), errors.GopherNotGopherPlus)
        for answer, name, kind in (
            (b"hello\r\n", "TTL", errors.GopherNotGopherPlus),
            (ATTRIBUTES, "Score", errors.GopherAttributeNotFound),
            (b"+-2\r\n", "TTL", errors.GopherProtocolError),
            (b"--1\r\n1 no\r\n.\r\n", "TTL", errors.GopherDataError),
        ):
            call = gopher.attributes(FILE + "\t+", name)
            peer = self.net.accept()
            peer.send(answer)
            peer.close()
            self.failureResultOf(call, kind)

    def test_of_a_menu(self) -> None:
        call = self.gopher().menu_attributes("", "+VIEWS")
        peer = self.asked(b"\t$+VIEWS\r\n")
        peer.send(b"+-2\r\n" + ATTRIBUTES[5:-3] * 3)
        peer.close()
        self.assertEqual(len(self.successResultOf(call)), 3)

    def test_bounded(self) -> None:
        self.net.session.limits = self.net.session.limits.but(menu_bytes=1000)
        call = self.gopher().menu_attributes()
        peer = self.net.accept()
        peer.send(b"+-2\r\n" + b" " * 1001)
        self.failureResultOf(call, errors.GopherDataError)
        self.check_all_closed(peer)

    def test_several_at_once_and_cancelled(self) -> None:
        gopher = self.gopher()
        calls = [gopher.caps() for _ in range(3)]
        peers = [self.asked(b"caps.txt\r\n") for _ in calls]
        calls[0].cancel()
        self.failureResultOf(calls[0], errors.OperationCancelled)
        self.assertTrue(peers[0].closed)
        peers[1].send(b"CAPS\r\nCapsVersion=1\r\n")
        peers[1].close()
        self.assertEqual(self.successResultOf(calls[1]).values, {"CapsVersion": "1"})
        gopher.close()
        self.failureResultOf(calls[2], errors.OperationCancelled)
        self.check_all_closed(*peers)


class UrlTests(GopherTestCase):
    def open(self, url: str, **how: Any) -> Any:
        return self.net.session.open_url(url, **how)

    def test_menu_is_a_page(self) -> None:
        pending = self.open("gopher://127.0.0.1/")
        peer = self.asked(b"\r\n")
        peer.send(MENU)
        page = self.successResultOf(pending)
        peer.close()
        self.assertEqual(page.handle_type, HandleType.GOPHER_FIND_HTML)
        self.assertIs(page.parent, self.net.session)
        html = self.successResultOf(page.read(9999))
        self.assertIn(b'href="gopher://other:7070/1/two"', html)
        self.assertTrue(html.endswith(b"</html>\n"))

    def test_menu_as_entries(self) -> None:
        pending = self.open("gopher://127.0.0.1/1/x", flags=Flag.RAW_DATA)
        peer = self.asked(b"/x\r\n")
        peer.send(MENU + b".\r\n")
        find = self.successResultOf(pending)
        entry = self.successResultOf(find.next_entry())
        self.assertEqual(entry.type, GopherType.TEXT_FILE)

    def test_files_and_searches(self) -> None:
        for url, asked in (
            ("gopher://127.0.0.1/0/a%20b", b"/a b\r\n"),
            ("gopher://127.0.0.1/9/a%FF", b"/a\xff\r\n"),
            ("gopher://127.0.0.1/0/a%09%09+t/p", b"/a\t+t/p\r\n"),
            ("gopher://127.0.0.1/7/s%09w", b"/s\tw\r\n"),
            ("gopher://u:p@127.0.0.1/h/x?y", b"/x?y\r\n"),
        ):
            self.open(url)
            self.asked(asked)

    def test_refused(self) -> None:
        for url, kind in (
            ("gopher://h:25/", errors.InvalidUrl),
            ("gopher://h/8", errors.GopherNotFile),
            ("gopher://h/i", errors.GopherNotFile),
            ("gopher://", errors.InvalidUrl),
        ):
            self.failureResultOf(self.open(url), kind)
        self.failureResultOf(
            self.open("gopher://h/", params={"a": "b"}), errors.InvalidParameter
        )
        self.assertEqual(self.net.attempts, 0)


class ConnectionTests(GopherTestCase):
    def test_makes_no_traffic(self) -> None:
        gopher = self.net.session.gopher("host", 7070)
        self.assertEqual((gopher.host, gopher.port, gopher.tls), ("host", 7070, False))
        self.assertEqual(self.told(), ["HANDLE_CREATED"])
        self.assertEqual(self.net.attempts, 0)

    def test_refused(self) -> None:
        make = self.net.session.gopher
        self.assertRaises(errors.InvalidParameter, make, "")
        for host in ("a/b", "h:70", "a b"):
            self.assertRaises(errors.InvalidUrl, make, host)
        self.assertRaises(errors.InvalidUrl, make, HOST, 0)
        self.net.session.close()
        self.assertRaises(errors.InvalidHandle, make, HOST)
