"""Cookies on the wire: when they go out, when they are stored."""

from __future__ import annotations

from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from tests.http.memory import OK, MemoryNet, Peer
from tests.http.traced import TraceTestCase
from twinet import wininet
from twinet._http.cookies import CookieJar
from twinet.flags import Flag
from twinet.options import Option
from twinet.status import SELF
from twinet.urls import crack_http

URL = "http://127.0.0.1:8080/x"


def ok(*cookies: str, field: str = "Set-Cookie") -> bytes:
    lines = "".join(f"{field}: {cookie}\r\n" for cookie in cookies)
    return f"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n{lines}\r\n".encode()


def to(location: str, *cookies: str) -> bytes:
    lines = "".join(f"Set-Cookie: {cookie}\r\n" for cookie in cookies)
    head = f"HTTP/1.1 302 Found\r\nLocation: {location}\r\n{lines}"
    return f"{head}Content-Length: 0\r\n\r\n".encode()


def cookie_of(request: bytes) -> list[bytes]:
    """Return the values of a request's Cookie fields."""
    lines = request.split(b"\r\n\r\n")[0].split(b"\r\n")[1:]
    fields = (line.partition(b": ") for line in lines)
    return [value for name, _, value in fields if name.lower() == b"cookie"]


class CookieTests(SynchronousTestCase):
    """One session, one server."""

    def setUp(self) -> None:
        self.net = MemoryNet()
        self.session = self.net.session
        self.peers: list[Peer] = []

    def ask(self, url: str = URL, **options: Any) -> list[bytes]:
        """Send a GET; return what cookies went out with it."""
        self.pending = self.session.get(url, **options)
        if self.net.attempts:
            self.peers.append(self.net.accept())
        return cookie_of(self.peers[-1].request())

    def answer(self, data: bytes) -> Any:
        """Answer it; return the handle."""
        self.peers[-1].send(data)
        return self.successResultOf(self.pending)

    def test_cookie_is_stored_and_sent_back(self) -> None:
        """As recorded; the first request has none."""
        self.assertEqual(self.ask(), [])
        self.answer(ok("ckA=v1; path=/"))
        self.assertEqual(self.ask(), [b"ckA=v1"])
        self.answer(ok())
        self.assertEqual([c.name for c in self.session.cookies], ["ckA"])

    def test_several_of_them_as_recorded(self) -> None:
        """Another path, an end in the past, HttpOnly."""
        self.ask("http://127.0.0.1:8080/1")
        self.answer(
            ok(
                "c1=a; path=/elsewhere",
                "c2=b; expires=Thu, 01 Jan 1998 00:00:00 GMT",
                "c3=c; path=/; HttpOnly",
            )
        )
        self.assertEqual(self.ask("http://127.0.0.1:8080/2"), [b"c3=c"])

    def test_count_of_the_request_has_the_cookie_in_it(self) -> None:
        """REQUEST_SENT tells what went out."""
        self.session.cookies.set(URL, "a", "1")
        self.net.news.clear()
        self.pending = self.session.get(URL, context=3)
        sent = self.net.accept().request()
        self.assertIn(b"\r\nCookie: a=1\r\n", sent)
        self.assertIn(f"REQUEST_SENT {len(sent)}", self.net.told)

    def test_field_in_any_spelling(self) -> None:
        """Names of fields have no case."""
        for field in ("set-cookie", "SET-COOKIE", "sEt-cOoKiE"):
            self.session.cookies.clear()
            self.ask()
            self.answer(ok("a=1", field=field))
            self.assertEqual(self.ask(), [b"a=1"], field)
            self.answer(ok())

    def test_other_fields_set_nothing(self) -> None:
        """However alike they look."""
        self.ask()
        self.answer(ok("a=1", field="X-Set-Cookie"))
        self.assertEqual(len(self.session.cookies), 0)

    def test_each_hop_gets_its_own(self) -> None:
        """What a redirect sets goes along; what belongs elsewhere does not."""
        self.session.cookies.add("http://127.0.0.1/x", "old=1; path=/x")
        self.session.cookies.set("http://127.0.0.2/", "other", "2")
        self.assertEqual(self.ask(), [b"old=1"])
        peer = self.peers[-1]
        peer.send(to("/y", "new=3; path=/"))
        self.assertEqual(cookie_of(peer.request()), [b"new=3"])
        peer.send(to("http://127.0.0.2:8080/"))
        second = self.net.accept()
        self.assertEqual(cookie_of(second.request()), [b"other=2"])
        second.send(ok("third=4"))
        self.successResultOf(self.pending)
        self.assertEqual(
            self.session.cookies.store.header_for(crack_http("http://127.0.0.2/")),
            b"other=2; third=4",
        )

    def test_redirect_that_is_not_followed_sets_cookies_too(self) -> None:
        """It is an answer like others."""
        self.ask(flags=Flag.NO_AUTO_REDIRECT)
        self.answer(to("/y", "a=1"))
        self.assertEqual(self.ask(), [b"a=1"])

    def test_challenge_sets_cookies_too(self) -> None:
        """They go out with the answer to it."""
        connection = self.session.http("127.0.0.1", 8080, username="joe", password="p")
        request = connection.open_request("GET", "/x")
        pending = request.send()
        peer = self.net.accept()
        self.assertEqual(cookie_of(peer.request()), [])
        peer.send(
            b"HTTP/1.1 401 U\r\nWWW-Authenticate: Basic realm=r\r\n"
            b"Set-Cookie: a=1\r\nContent-Length: 0\r\n\r\n"
        )
        second = peer.request()
        self.assertEqual(cookie_of(second), [b"a=1"])
        self.assertIn(b"\r\nAuthorization: Basic ", second)
        peer.send(OK)
        self.successResultOf(pending)

    def test_jar_wins_over_a_field_of_the_programs_own(self) -> None:
        """As recorded; it stays when the jar has nothing for the URL."""
        own = {"COOKIE": "mine=2"}
        self.assertEqual(self.ask(headers=own), [b"mine=2"])
        self.answer(ok())
        self.session.cookies.set("http://127.0.0.2/", "other", "1")
        self.assertEqual(self.ask(headers=own), [b"mine=2"])
        self.answer(ok())
        self.session.cookies.set(URL, "fromapi", "1")
        self.assertEqual(self.ask(headers=own), [b"fromapi=1"])
        self.answer(ok())
        self.assertEqual(self.ask(headers=own, flags=Flag.NO_COOKIES), [b"mine=2"])

    def test_programs_own_field_is_back_where_the_jar_has_nothing(self) -> None:
        """Each hop is decided by itself; another origin never gets it."""
        self.session.cookies.add("http://127.0.0.1/x", "a=1; path=/x")
        self.assertEqual(self.ask(headers={"Cookie": "mine=2"}), [b"a=1"])
        peer = self.peers[-1]
        peer.send(to("/y"))
        self.assertEqual(cookie_of(peer.request()), [b"mine=2"])
        peer.send(to("http://127.0.0.2:8080/"))
        self.assertEqual(cookie_of(self.net.accept().request()), [])

    def test_no_cookies_flag(self) -> None:
        """INTERNET_FLAG_NO_COOKIES neither sends nor stores."""
        self.session.cookies.set(URL, "a", "1")
        self.assertEqual(self.ask(flags=Flag.NO_COOKIES), [])
        self.answer(ok("b=2"))
        self.assertEqual([c.name for c in self.session.cookies], ["a"])

    def test_third_party_sends_and_stores_same_site_none_alone(self) -> None:
        """Redirects included; other requests send all, wherever they were led from."""
        url = "https://127.0.0.1/"
        for text in ("a=1; SameSite=Strict", "b=2; SameSite=Lax", "c=3"):
            self.session.cookies.add(url, text)
        self.session.cookies.add(url, "d=4; SameSite=None; Secure")
        store = self.session.cookies.store
        where = crack_http(url)
        self.assertEqual(store.header_for(where), b"a=1; b=2; c=3; d=4")
        self.assertEqual(store.header_for(where, third_party=True), b"d=4")
        self.assertEqual(self.ask(flags=Flag.THIRD_PARTY), [])
        self.answer(ok("e=5", "f=6; SameSite=Lax"))
        self.assertEqual(len(self.session.cookies), 4)
        request = self.session.http("127.0.0.1", 8080).open_request("GET", "/x")
        request.options[Option.COOKIES_3RD_PARTY] = True
        self.pending = request.send()
        self.assertEqual(cookie_of(self.peers[-1].request()), [])
        self.peers[-1].send(to("/y", "e=5; SameSite=Strict"))
        self.assertEqual(cookie_of(self.peers[-1].request()), [])
        self.answer(ok())
        request.options[Option.COOKIES_3RD_PARTY] = False
        self.pending = request.send()
        self.assertEqual(cookie_of(self.peers[-1].request()), [b"a=1; b=2; c=3"])

    def test_jar_may_be_shared_or_not(self) -> None:
        """Each session has its own unless it is given one."""
        jar = CookieJar()
        nets = [MemoryNet(cookies=jar), MemoryNet(cookies=jar), MemoryNet()]
        self.assertIs(nets[0].session.cookies, jar)
        for net in nets:
            pending = net.session.get(URL)
            peer = net.accept()
            expected = [b"a=1"] if net is nets[1] else []
            self.assertEqual(cookie_of(peer.request()), expected)
            peer.send(ok("a=1"))
            self.successResultOf(pending)
        self.assertIsNot(nets[2].session.cookies, jar)

    def test_listener_finds_them_stored(self) -> None:
        """What is told has been settled."""
        found: list[int] = []

        def react(news: Any) -> None:
            if news.status.name == "RESPONSE_RECEIVED":
                found.append(len(self.session.cookies))

        self.net.react = react
        self.ask()
        self.answer(ok("a=1"))
        self.assertEqual(found, [1])

    def test_dead_connection_is_replaced_with_the_same_cookies(self) -> None:
        """The order goes out once more as it was."""
        self.session.cookies.set(URL, "a", "1")
        self.ask()
        self.answer(ok())
        self.pending = self.session.get(URL)
        self.peers[-1].close()
        self.assertEqual(cookie_of(self.net.accept().request()), [b"a=1"])


class TracedTests(TraceTestCase):
    """A server's cookie that is not kept is no riddle."""

    def test_what_is_not_kept_is_told_with_its_reason(self) -> None:
        """By its place: neither name nor value is in the trace."""
        self.make()
        self.get()
        self.net.accept().send(
            ok(
                *(
                    "secret=secret",
                    "secret=secret; Domain=com",
                    "secret=secret; Secure",
                ),
                *("", "__Host-secret=secret; Path=/"),
            )
        )
        text = self.traced()
        self.assertEqual(text.count("was not kept"), 4)
        self.assertNotIn("secret", text)
        for line in (
            "* Cookie 2 of 5 was not kept: its domain 'com' is not that of the URL",
            "* Cookie 3 of 5 was not kept: Secure cookies are set over https alone",
            "* Cookie 4 of 5 was not kept: it is empty, longer than 4,096 bytes",
            "* Cookie 5 of 5 was not kept: the name's prefix needs Secure, Path=/",
        ):
            self.assertIn(line, text)

    def test_too_many_are_told_as_well(self) -> None:
        """That there were more than are looked at."""
        self.make()
        self.get()
        self.net.accept().send(ok(*(f"c{n}=1" for n in range(200))))
        self.assertIn("* Of 200 cookies only 180 were looked at\n", self.traced())


class ToldTests(SynchronousTestCase):
    """COOKIE_SENT and COOKIE_RECEIVED: how many, and when."""

    #: What is not about connections, as lines begin.
    statuses = (
        "COOKIE",
        "SENDING",
        "RESPONSE_RECEIVED",
        "REDIRECT",
        "REQUEST_COMPLETE",
    )

    def setUp(self) -> None:
        self.net = MemoryNet()
        self.session = self.net.session

    def told(self) -> list[str]:
        """Return what was told, without sizes."""
        lines = [
            line.partition(" ")[0] + (line[-2:] if "COOKIE" in line else "")
            for line in self.net.told
            if line.startswith(self.statuses)
        ]
        self.net.news.clear()
        return lines

    def test_counts_and_places(self) -> None:
        """Sent before anything else, received after the head, for each hop."""
        for name in ("a", "b"):
            self.session.cookies.set(URL, name, "secret")
        self.session.get(URL, context=3)
        peer = self.net.accept()
        self.assertEqual(self.net.told[:2], ["HANDLE_CREATED", "COOKIE_SENT 2"])
        peer.send(to("/y", "c=secret; Path=/", "d=1; Domain=com", ""))
        peer.send(ok("e=secret"))
        self.assertEqual(
            self.told(),
            [
                *("COOKIE_SENT 2", "SENDING_REQUEST", "RESPONSE_RECEIVED"),
                *("COOKIE_RECEIVED 3", "REDIRECT", "COOKIE_SENT 3", "SENDING_REQUEST"),
                *("RESPONSE_RECEIVED", "COOKIE_RECEIVED 1", "REQUEST_COMPLETE"),
            ],
        )

    def test_no_cookies_are_no_news(self) -> None:
        """Of other sites, of none, and with the flag."""
        self.session.cookies.set("http://o.test/", "a", "1")
        self.session.cookies.set(URL, "b", "1", path="/z")
        self.session.get(URL, context=3)
        peer = self.net.accept()
        peer.send(OK + b"hello")
        self.session.get(URL, context=3, flags=Flag.NO_COOKIES)
        peer.send(ok("c=1"))
        self.assertNotIn("COOKIE", " ".join(self.net.told))

    def test_proxys_own_answer_sets_nothing(self) -> None:
        """A 407 is not the server's word."""
        self.session.get(URL, context=3)
        answer = ok("a=1").replace(b"200 OK", b"407 Who")
        self.net.accept().send(answer)
        self.assertEqual(len(self.session.cookies), 0)
        self.assertNotIn("COOKIE", " ".join(self.net.told))

    def test_handle_may_be_closed_in_there(self) -> None:
        """Nothing goes out after the one; nothing is told after the other but 70."""
        self.session.cookies.set(URL, "a", "1")
        for status in ("COOKIE_SENT", "COOKIE_RECEIVED"):
            for fresh in (True, False):
                net = MemoryNet(cookies=self.session.cookies)
                if not fresh:
                    net.session.get(URL, context=None)
                    peer = net.accept()
                    peer.send(OK + b"hello")
                    peer.request()

                def react(news: Any, status: str = status) -> None:
                    if news.status.name == status:
                        news.handle.close()

                net.react = react
                pending = net.session.get(URL, context=SELF)
                if status == "COOKIE_RECEIVED":
                    peer = net.accept() if fresh else peer
                    self.assertNotEqual(peer.request(), b"")
                    peer.send(ok("b=1"))
                self.failureResultOf(pending)
                self.assertFalse(net.attempts)
                if not fresh and status == "COOKIE_SENT":
                    self.assertEqual(peer.request(), b"")
                names = [line.partition(" ")[0] for line in net.told]
                rest = names[names.index(status) + 1 :]
                self.assertLessEqual(
                    {*rest},
                    {
                        *("CLOSING_CONNECTION", "CONNECTION_CLOSED"),
                        *("REQUEST_COMPLETE", "HANDLE_CLOSING"),
                    },
                )
                self.assertEqual(rest[-1], "HANDLE_CLOSING")

    def test_windows_door_gets_four_bytes(self) -> None:
        """The number, and its size."""
        told: list[tuple[Any, ...]] = []
        wininet.InternetSetStatusCallback(self.session, lambda *news: told.append(news))
        connection = wininet.InternetConnect(self.session, "127.0.0.1", 8080, context=1)
        request = wininet.HttpOpenRequest(connection, None, "/x", context=2)
        self.session.cookies.set(URL, "a", "1")
        wininet.HttpSendRequest(request)
        self.net.accept().send(ok("b=1", "c=2"))
        self.assertEqual(
            [news[2:] for news in told if news[2] in (320, 321)],
            [(320, 1, 4), (321, 2, 4)],
        )
