"""The short way of a GET is the long way, only shorter.

Each story is told twice: once as it is, and once by a session whose engine sends
nobody the short way.  What goes over the wire, what is told and what comes of it must
be the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twisted.internet.error import ConnectionLost
from twisted.trial.unittest import SynchronousTestCase

from tests.http.memory import MemoryNet
from tests.http.proxied import LOGIN, SOCKS4A, SOCKS4A_OPENED, OneProxy
from twinet._http import errand as errand_module
from twinet._http.transfer import Transfer
from twinet.errors import InternetError
from twinet.flags import Flag
from twinet.proxy import Proxy
from twinet.records import Limits
from twinet.status import SELF

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.http.memory import Peer

    Story = Callable[["Stage"], None]

URL = "http://127.0.0.1:8080/a?b"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
#: What a server may say in one piece to a request on a kept connection.
ANSWERS = {
    "ok": OK,
    "no body": b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
    "204": b"HTTP/1.1 204 No Content\r\n\r\n",
    "304": b'HTTP/1.1 304 Not Modified\r\nETag: "x"\r\n\r\n',
    "404": b"HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno",
    "401": b"HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm=x\r\n"
    b"Content-Length: 2\r\n\r\nno",
    "407": b"HTTP/1.1 407 Who\r\nProxy-Authenticate: Basic realm=x\r\n"
    b"Content-Length: 2\r\n\r\nno",
    "old proxy closes": b"HTTP/1.1 200 OK\r\nProxy-Connection: close\r\n"
    b"Content-Length: 2\r\n\r\nno",
    "408": b"HTTP/1.1 408 Late\r\nContent-Length: 2\r\n\r\nno",
    "408 and close": b"HTTP/1.1 408 Late\r\nConnection: close\r\n"
    b"Content-Length: 2\r\n\r\nno",
    "417": b"HTTP/1.1 417 What\r\nContent-Length: 2\r\n\r\nno",
    "500": b"HTTP/1.1 500 Oh\r\nContent-Length: 2\r\n\r\nno",
    "304 with surplus": b"HTTP/1.1 304 Not Modified\r\n\r\nsurplus",
    "surplus": OK + b"surplus",
    "close": b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello",
    "1.0": b"HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello",
    "1.0 kept": b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n"
    b"Content-Length: 5\r\n\r\nhello",
    "until close": b"HTTP/1.1 200 OK\r\n\r\nhello",
    "chunked": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"5\r\nhello\r\n0\r\n\r\n",
    "chunked, trailers": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"5\r\nhello\r\n0\r\nA: b\r\n\r\n",
    "chunked, empty": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "chunked, open": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"5\r\nhello\r\n",
    "chunked, broken": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n",
    "cookie": b"HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\nContent-Length: 5\r\n\r\nhello",
    "interim": b"HTTP/1.1 103 Hints\r\n\r\n" + OK,
    "interim, no body": b"HTTP/1.1 103 Hints\r\n\r\nHTTP/1.1 204 No\r\n\r\n",
    "interim alone": b"HTTP/1.1 100 Continue\r\n\r\n",
    "redirect": b"HTTP/1.1 302 Go\r\nLocation: /c\r\nContent-Length: 2\r\n\r\ngo",
    "redirect, no body": b"HTTP/1.1 307 Go\r\nLocation: /c\r\n"
    b"Content-Length: 0\r\n\r\n",
    "redirect to nowhere": b"HTTP/1.1 302 Go\r\nContent-Length: 2\r\n\r\ngo",
    "redirect to a bad place": b"HTTP/1.1 302 Go\r\nLocation: http://[/\r\n"
    b"Content-Length: 2\r\n\r\ngo",
    "gzip": b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n"
    b"Content-Length: 5\r\n\r\nhello",
    "half a head": OK[:20],
    "head alone": OK[:-5],
    "half a body": OK[:-2],
    "no HTTP": b"SSH-2.0-OpenSSH_9.2\r\n",
    "two lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
    "101": b"HTTP/1.1 101 Switch\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
    "blank line first": b"\r\n" + OK,
}
#: How the request may be made.
HOWS: dict[str, dict[str, Any]] = {
    "plain": {},
    "own fields": {"headers": {"A": "b", "User-Agent": "c"}},
    "asks to close": {"headers": {"Connection": "close"}},
    "no cookies": {"flags": Flag.NO_COOKIES},
    "no redirects": {"flags": Flag.NO_AUTO_REDIRECT},
    "silent": {"context": None},
    "its own context": {"context": 7},
    "no limits": {"limits": Limits(first_byte=None, idle=None, unread_body=None)},
}


class Stage:
    """One session with a kept connection, and what has become of a second request.

    :param proxy: what the connection leads past, if it does.
    """

    def __init__(
        self,
        *,
        short: bool,
        baked: bool = False,
        proxy: Proxy | None = None,
        **options: Any,
    ) -> None:
        self.net = MemoryNet(**options)
        self.net.session.engine._plain = short
        if proxy is not None:
            self.net.session.engine.proxies = OneProxy(proxy)
        warm = self.net.session.get(URL)
        self.peer: Peer = self.net.accept()
        if proxy is not None and proxy.tunnels("http"):
            self.peer.send(SOCKS4A_OPENED)
        self.peer.send(OK)
        self.seen: list[Any] = []
        warm.addCallback(lambda request: request.close())
        self.peer.request()
        self.net.news.clear()
        if baked:
            # For this URL, for another one, for the place of the redirects.
            for url, name in ((URL, "a"), (URL, "b"), ("http://o.test/", "c")):
                self.net.session.cookies.set(url, name, "1", path="/")
            self.net.session.cookies.set(URL, "d", "1", path="/c")

    def get(self, **how: Any) -> None:
        """Send the request."""
        got = self.net.session.get(URL, **how)
        got.addCallbacks(self.answered, self.failed)
        self.pending = got

    def fetch(self, **how: Any) -> None:
        """Send the request and wait for the body as well."""
        self.net.session.fetch(URL, **how).addCallbacks(self.note, self.failed)

    def answered(self, request: Any) -> None:
        """Keep what can be known of the answer, and read the body."""
        self.request = request
        self.note(request.response)
        request.read(99).addCallbacks(self.read, self.failed)

    def note(self, response: Any) -> None:
        self.seen.append(
            [
                *(response.body, response.trailers.items()),
                *(response.status_code, response.reason, response.version),
                *(response.raw_head, response.url, response.length),
                *(response.headers.items(), len(response.history)),
                response.socket_info,
            ]
        )

    def read(self, body: bytes) -> None:
        self.seen += [body, self.request.response.trailers.items()]

    def failed(self, failure: Any) -> None:
        error = failure.value
        known = isinstance(error, InternetError)
        self.seen.append((type(error), str(error) if known else repr(error)))

    def outcome(self) -> list[Any]:
        """Return everything that can be seen, from inside and from outside."""
        net = self.net
        net.advance(0)
        wire = [self.peer.request(), self.peer.closed, self.peer.transport.aborted]
        wire.append(net.attempts)
        pool = repr(net.session.engine.pool)
        cookies = [(each.name, each.value) for each in net.session.cookies]
        contexts = [type(news.context).__name__ for news in net.news]
        told = [*zip(net.told, contexts, strict=True)]
        if not net.session.alive:
            # Which of two handles is closed first is nobody's promise.
            told.sort()
        handles = len(net.session._children or ())
        return [wire, told, self.seen, pool, cookies, handles]


class BothWays(SynchronousTestCase):
    """Stories that must end alike."""

    proxy: Proxy | None = None
    #: what is cut everywhere.
    cut: tuple[str, ...] = tuple(ANSWERS)

    def alike(self, story: Story, name: str, **options: Any) -> None:
        outcomes = []
        for short in (True, False):
            stage = Stage(short=short, proxy=self.proxy, **options)
            story(stage)
            outcomes.append(stage.outcome())
            stage.net.react = lambda news: None
            stage.net.session.close()
            stage.net.advance(1000)
            outcomes[-1].append(stage.outcome())
            self.assertEqual(stage.net.reactor.getDelayedCalls(), [], name)
        self.assertEqual(outcomes[0], outcomes[1], name)

    def test_answers_in_one_piece(self) -> None:
        """Each answer to each kind of request; then the next request."""
        for what, answer in ANSWERS.items():
            for how, given in HOWS.items():

                def story(stage: Stage, answer=answer, given=given) -> None:
                    stage.get(**given)
                    stage.seen.append(stage.peer.request())
                    stage.peer.send(answer)
                    stage.net.advance(0)
                    stage.get()

                self.alike(story, f"{what}, {how}")

                def whole(stage: Stage, answer=answer, given=given) -> None:
                    stage.fetch(**given)
                    stage.peer.send(answer)
                    stage.net.advance(0)
                    stage.fetch()

                self.alike(whole, f"{what}, {how}, fetched")

    def test_answers_cut_in_two(self) -> None:
        """At every position; the connection ends at the end, too."""
        for what in self.cut:
            answer = ANSWERS[what]
            for cut in range(1, len(answer)):

                def story(stage: Stage, answer=answer, cut=cut) -> None:
                    stage.get()
                    stage.peer.send(answer[:cut])
                    stage.peer.send(answer[cut:])
                    stage.peer.close()

                self.alike(story, f"{what} at {cut}")

    def test_connection_ends(self) -> None:
        """Before the answer: in order, and not."""
        for reason in (None, ConnectionLost()):

            def story(stage: Stage, reason=reason) -> None:
                stage.get()
                stage.peer.close(reason)

            self.alike(story, repr(reason))

    def test_limits_run_out(self) -> None:
        """A peer that says nothing, or stops within the body."""
        for what in (b"", ANSWERS["half a head"], ANSWERS["half a body"]):
            for seconds in (9, 11, 59, 61, 400):

                def story(stage: Stage, what=what, seconds=seconds) -> None:
                    stage.get(limits=Limits(first_byte=10))
                    if what:
                        stage.peer.send(what)
                    stage.net.advance(seconds)

                self.alike(story, f"{what!r} for {seconds} s")

    def test_listener_closes_the_handle_at_each_step(self) -> None:
        """Whatever it hears when it does so."""
        for what in ("ok", "redirect", "half a body", "close", "cookie"):
            for step in range(1, 9):

                def story(stage: Stage, what=what, step=step) -> None:
                    def react(news: Any) -> None:
                        if len(stage.net.news) == step:
                            (news.info if step == 1 else news.handle).close()

                    stage.net.react = react
                    stage.get()
                    stage.peer.send(ANSWERS[what])

                self.alike(story, f"{what}, closed at {step}")

    def test_listener_does_something_at_each_step(self) -> None:
        """The answer comes in there; it sends another; takes itself away; closes."""

        def another(stage: Stage, news: Any) -> None:
            stage.net.session.get(URL, context=None).addErrback(lambda _: None)

        def leave(stage: Stage, news: Any) -> None:
            if news.context is news.handle:
                news.handle.set_status_callback(None)

        def hush(stage: Stage, news: Any) -> None:
            if news.context is news.handle:
                news.handle.context = None

        def shut(stage: Stage, news: Any) -> None:
            stage.net.session.close()

        def answer(stage: Stage, news: Any) -> None:
            stage.peer.send(OK)

        def part(stage: Stage, news: Any) -> None:
            stage.peer.send(OK[:-2])

        def last(stage: Stage, news: Any) -> None:
            stage.peer.send(ANSWERS["close"])

        answers = (answer, part, last)
        for does in (*answers, another, leave, hush, shut):
            for step in range(1, 8):

                def story(stage: Stage, does=does, step=step) -> None:
                    def react(news: Any) -> None:
                        if len(stage.net.news) == step:
                            does(stage, news)

                    stage.net.react = react
                    stage.get()
                    if not (stage.peer.closed or does in answers):
                        stage.peer.send(OK)

                self.alike(story, f"{does.__name__} at {step}")

    def test_answer_comes_inside_a_notification_and_the_next_closes(self) -> None:
        """What is told later can still be stopped."""

        def story(stage: Stage) -> None:
            def react(news: Any) -> None:
                if len(stage.net.news) == 4:
                    stage.peer.send(OK)
                elif len(stage.net.news) == 5:
                    news.handle.close()

            stage.net.react = react
            stage.get()

        self.alike(story, "answer at 4, closed at 5")

    def test_caller_cancels(self) -> None:
        """The Deferred: before the answer, and within the body."""
        for what in (b"", ANSWERS["half a head"], ANSWERS["half a body"]):

            def story(stage: Stage, what=what) -> None:
                stage.get()
                if what:
                    stage.peer.send(what)
                stage.pending.cancel()
                if stage.net.session._children:
                    stage.request.close()

            self.alike(story, repr(what))

    def test_session_is_not_plain(self) -> None:
        """With decoding, cookies in the jar, a policy, one connection only."""
        for options in (
            {"decoding": True},
            {"policy": lambda destination: None},
            {"policy": lambda destination: "no" if destination.hop else None},
            {"connections_per_host": 1},
            {"limits": Limits(whole=50)},
            {"limits": Limits(lowest_speed=10)},
        ):
            for what in ("ok", "gzip", "redirect", "cookie"):

                def story(stage: Stage, what=what) -> None:
                    stage.get()
                    stage.get()
                    stage.peer.send(ANSWERS[what])
                    stage.net.advance(0)
                    stage.get()
                    stage.net.advance(70)

                self.alike(story, f"{options} {what}", **options)

    def test_cookies_go_along(self) -> None:
        """Where they belong, told, and with whatever is answered."""
        for what, answer in ANSWERS.items():
            for how, given in (*HOWS.items(), ("own", {"headers": {"Cookie": "x=1"}})):

                def story(stage: Stage, answer=answer, given=given) -> None:
                    stage.get(**given)
                    stage.seen.append(stage.peer.request())
                    stage.peer.send(answer)
                    stage.net.advance(0)
                    stage.get()

                self.alike(story, f"{what}, {how}", baked=True)
        for cut in range(1, len(ANSWERS["cookie"])):

            def pieces(stage: Stage, cut=cut) -> None:
                stage.get()
                stage.peer.send(ANSWERS["cookie"][:cut])
                stage.peer.send(ANSWERS["cookie"][cut:])
                stage.peer.close()

            self.alike(pieces, f"cookie at {cut}", baked=True)

    def test_listener_closes_at_each_step_of_cookies(self) -> None:
        """COOKIE_SENT and COOKIE_RECEIVED among them."""
        for what in ("cookie", "redirect", "half a body", "session"):
            for step in range(1, 11):

                def story(stage: Stage, what=what, step=step) -> None:
                    def react(news: Any) -> None:
                        if len(stage.net.news) == step:
                            if what == "session":
                                stage.net.session.close()
                            else:
                                (news.info if step == 1 else news.handle).close()

                    stage.net.react = react
                    stage.get()
                    if not stage.peer.closed:
                        stage.peer.send(ANSWERS.get(what, OK))
                    if what == "session":
                        # An idle connection is closed in other words than one that
                        # is about to be used.
                        stage.peer.transport.aborted = False

                self.alike(story, f"{what}, closed at {step}", baked=True)

    def test_kept_connection_proves_dead_with_cookies(self) -> None:
        """The order goes out once more as it was."""

        def story(stage: Stage) -> None:
            stage.get()
            stage.seen.append(stage.peer.request())
            stage.peer.close()
            stage.peer = stage.net.accept()
            stage.seen.append(stage.peer.request())
            stage.peer.send(ANSWERS["cookie"])

        self.alike(story, "dead", baked=True)

    def test_handle_is_sent_again(self) -> None:
        """While its answer is unread, and while it has none."""

        def story(stage: Stage) -> None:
            stage.get(context=SELF)
            stage.peer.send(OK)
            again = stage.request.send()
            stage.seen.append(stage.peer.request())
            stage.peer.send(ANSWERS["404"])
            again.addCallbacks(stage.answered, stage.failed)

        self.alike(story, "sent again")


class BothWaysToProxies(BothWays):
    """The same where a proxy is asked, which may ask who one is."""

    proxy = Proxy("http", "127.0.0.9", 3128, LOGIN)
    cut = ("ok", "407", "old proxy closes")


class BothWaysThroughTunnels(BothWays):
    """The same where a proxy has led to the server."""

    proxy = SOCKS4A
    cut = ("ok", "407")


class ShortWay(SynchronousTestCase):
    """Who goes it, and who does not."""

    def transfers(
        self,
        answer: bytes,
        *,
        baked: bool = False,
        proxy: Proxy | None = None,
        **how: Any,
    ) -> int:
        """Return how many transfers one request took."""
        made: list[Transfer] = []

        class Counted(Transfer):
            def __init__(self, *args: Any) -> None:
                super().__init__(*args)
                made.append(self)

        stage = Stage(short=True, baked=baked, proxy=proxy)
        self.patch(errand_module, "Transfer", Counted)
        stage.get(**how)
        stage.peer.send(answer)
        return len(made)

    def test_usual_answers_need_no_transfer(self) -> None:
        """Else the short way would be a detour."""
        for what in ("ok", "no body", "304", "404", "500", "chunked", "cookie"):
            self.assertEqual(self.transfers(ANSWERS[what]), 0, what)
            self.assertEqual(self.transfers(ANSWERS[what], baked=True), 0, what)
            for proxy in (BothWaysToProxies.proxy, SOCKS4A):
                self.assertEqual(self.transfers(ANSWERS[what], proxy=proxy), 0, what)

    def test_others_do(self) -> None:
        """One, and only one."""
        for what in ("redirect", "interim", "close", "half a body", "no HTTP", "408"):
            self.assertEqual(self.transfers(ANSWERS[what]), 1, what)
