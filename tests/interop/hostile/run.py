"""Running a case: the client's side, and what is checked of it."""

from __future__ import annotations

import functools
from itertools import cycle
from typing import TYPE_CHECKING, Any

from twisted.internet.defer import Deferred, DeferredSemaphore, gatherResults
from twisted.internet.defer import TimeoutError as LateError
from twisted.internet.task import deferLater

import twinet
from tests.interop.hostile.case import PATIENT, Right
from tests.interop.hostile.server import GOOD_PAGE, HostileServer
from tests.interop.hostile.talker import reactor
from tests.net.certificates import Server, root, server_context
from twinet.errors import InternetError, Timeout
from twinet.options import Option
from twinet.proxy import Proxy
from twinet.records import Credentials
from twinet.trace import Trace

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Iterable
    from pathlib import Path

    from tests.interop.hostile.case import Case
    from tests.interop.hostile.cuts import Cut
    from tests.interop.hostile.server import Script
    from tests.net.certificates import Identity
    from twinet.proxy import Speech
    from twinet.status import Notification

    #: Reads a body into the list; what it raises is the end.
    Way = Callable[[Any, list[bytes], Path], Awaitable[None]]

__all__ = ["WAYS", "Meeting", "run_all", "run_cuts", "side_by_side", "within"]

#: A net under each case: a hang is a failure that names the case (seconds).
GUARD = 25.0
#: How many run beside each other: each is to have its end long before the guard comes,
#: on a busy machine too.
CROWD = 60
#: How much of a body is handed over at a time (bytes).
PIECE = 1 << 18
#: The servers behind a proxy, whose names nobody but the proxy knows.
BAD_HOST, GOOD_HOST = "bad.test", "good.test"
#: A pool that has nothing left.
_EMPTY = "<Pool 0 channels, 0 idle, 0 waiting>"


async def read(request: Any, came: list[bytes], folder: Path) -> None:
    """Read piece by piece, as long as something comes."""
    async for chunk in request:
        came.append(chunk)  # noqa: PERF401  what came before an error counts


async def deliver(request: Any, came: list[bytes], folder: Path) -> None:
    """Let it be handed over."""

    class Sink:
        def write(self, data: bytes) -> None:
            came.append(data)

    count = await request.deliver(Sink())
    assert count == sum(map(len, came)), "deliver() counts what it handed over"


async def save(request: Any, came: list[bytes], folder: Path) -> None:
    """Save it to a file; after a failure there is none."""
    path = folder / "page"
    try:
        assert await request.save(path) == path
    except InternetError:
        assert list(folder.iterdir()) == [], "a file is left"
        raise
    assert list(folder.iterdir()) == [path]
    came.append(path.read_bytes())


WAYS: dict[str, Way] = {"read": read, "deliver": deliver, "save": save}


async def within(what: Awaitable[Any], doing: str) -> Any:
    """Wait for something, but not for ever."""

    async def wait() -> Any:
        return await what

    pending = Deferred.fromCoroutine(wait())
    pending.addTimeout(GUARD, reactor)
    try:
        return await pending
    except LateError:
        message = f"{doing}: still going on after {GUARD:g} s"
        raise AssertionError(message) from None


class Meeting:
    """A server of one script, and a session that talks to it."""

    def __init__(
        self,
        script: Script,
        *,
        tls: bool = False,
        greetings: dict[int, Script] | None = None,
        opening: Script | None = None,
        speech: Speech | None = None,
        known: Credentials | None = None,
        **options: Any,
    ) -> None:
        context = Server(server_context(_identity())) if tls else None
        self.server = HostileServer(script, context, greetings, opening)
        proxy: Proxy | str = ""
        if speech is not None:
            proxy = Proxy(speech, "127.0.0.1", self.server.port, known)
        self.session = twinet.Session(
            reactor,
            limits=PATIENT,
            trust_roots=[root().certificate],
            proxy=proxy,
            **options,
        )
        self.good = self.server.url("/good")

    async def good_page(self) -> None:
        """Fetch the page that is always good."""
        request = await self.session.get(self.good)
        page = await request.read(99)
        assert page == GOOD_PAGE, f"a wrong page: {page!r}"
        request.close()

    async def all_closed(self) -> None:
        """Wait until the client has closed all, as seen from both sides."""
        while repr(self.session.engine.pool) != _EMPTY:
            await deferLater(reactor, 0)
        await self.server.all_gone()

    async def end(self) -> None:
        """Close both, and see that nothing is left."""
        await within(self.session.close(), "session.close()")
        await within(self.all_closed(), "the sockets after session.close()")
        await self.server.stop()
        assert not self.server.faults, "\n".join(self.server.faults)


@functools.cache
def _identity() -> Identity:
    return root().issue(["127.0.0.1", BAD_HOST, GOOD_HOST])


class TooSoon(Exception):  # noqa: N818  nobody's fault
    """A limit ran out before the server had done what the case is about."""


class Run(Meeting):
    """One case in one way, with a server and a session of its own."""

    def __init__(self, case: Case, way: str, folder: Path) -> None:
        # What is told, and what is traced, must not change what comes.
        trace = Trace(lambda record: None, data=True) if way == "save" else None
        super().__init__(
            case.script,
            tls=case.tls,
            greetings=case.greetings,
            opening=case.opening,
            speech=case.proxy,
            known=Credentials("u", "p") if case.credentials else None,
            trace=trace,
        )
        self.case = case
        self.bad = self.server.url("/bad")
        if case.proxy is not None:
            # Behind a tunnel there is no way but a new one to another server.
            host = BAD_HOST if case.expected.kept else GOOD_HOST
            # The TLS of a proxy is one thing, that of a server behind it another.
            scheme = "https" if case.tls and case.proxy != "https" else "http"
            self.bad = f"{scheme}://{BAD_HOST}/bad"
            self.good = f"{scheme}://{host}/good"
        self.way = way
        self.folder = folder
        self.news: list[Notification] = []
        if way != "read":
            self.session.set_status_callback(self.news.append)
        self.session.options[Option.HTTP_DECODING] = case.decode

    async def go(self) -> None:
        """Run it, and check everything."""
        try:
            await within(self._go(), "the case")
        finally:
            await self.end()
        self._check_news()

    async def _go(self) -> None:
        case = self.case
        for _ in range(case.before):
            await self.good_page()
        came: list[bytes] = []
        request = None
        try:
            request = await self._send()
            status = request.response.status_code
            await WAYS[self.way](request, came, self.folder)
            if isinstance(case.expected, Right):
                assert status == case.expected.status, f"status {status}"
        except InternetError as error:
            self._check_error(error, b"".join(came))
        else:
            self._check_data(b"".join(came))
        # The connection has to go, or to be free, before the handle is closed.
        await self._check_connection()
        if request is not None:
            request.close()

    async def _check_connection(self) -> None:
        """Check that it is closed or kept, as it should, and that the pool is good."""
        case, server = self.case, self.server
        if case.rest:
            await deferLater(reactor, case.rest)
        bad = list(server.peers)
        if case.expected.kept:
            await self.good_page()
            assert server.peers == bad, "the connection was not used again"
            return
        await within(self.all_closed(), "closing the connection")
        await self.good_page()
        assert server.peers[-1] not in bad, "a bad connection was used again"

    async def _send(self) -> Any:
        """Send the request; a body is announced with its length, or in chunks."""
        case = self.case
        if case.proxy or (case.verb == "GET" and not (case.body or case.credentials)):
            return await self.session.get(
                self.bad, limits=case.limits, flags=case.flags
            )
        connection = self.session.http(
            "127.0.0.1",
            self.server.port,
            tls=case.tls,
            username="u" if case.credentials else None,
            password="p" if case.credentials else None,
        )
        request = connection.open_request(
            case.verb,
            "/bad",
            headers={"Expect": "100-continue"} if case.expect else (),
            limits=case.limits,
            flags=case.flags,
        )
        body: Any = case.body() if case.body else None
        if not case.pushed:
            await request.send(body)
            return request
        await request.start(len(body))
        for start in range(0, len(body), PIECE):
            await request.write(body[start : start + PIECE])
        await request.finish()
        return request

    def _check_error(self, error: InternetError, came: bytes) -> None:
        expected = self.case.expected
        assert not isinstance(expected, Right), f"{type(error).__name__}: {error}"
        if isinstance(error, Timeout) and not self.server.ready:
            raise TooSoon(str(error))
        assert type(error) is expected.kind, f"{type(error).__name__}: {error}"
        assert expected.words in str(error), str(error)
        assert "secret" not in str(error), str(error)
        assert expected.data.startswith(came), f"wrong data before it: {came[:80]!r}"

    def _check_news(self) -> None:
        """Check that what was told makes sense, whatever the server did."""
        told: dict[int, list[Notification]] = {}
        for news in self.news:
            told.setdefault(id(news.handle), []).append(news)
        for each in told.values():
            names = [news.status.name for news in each]
            assert names.count("HANDLE_CLOSING") <= 1, names
            if "HANDLE_CLOSING" in names:
                assert names[-1] == "HANDLE_CLOSING", names
            for first, second in (
                ("RESOLVING_NAME", "NAME_RESOLVED"),
                ("CLOSING_CONNECTION", "CONNECTION_CLOSED"),
            ):
                for place, name in enumerate(names):
                    if name == first:
                        assert names[place + 1] == second, names

    def _check_data(self, came: bytes) -> None:
        expected = self.case.expected
        assert isinstance(expected, Right), f"it ended well, with {came[:80]!r}"
        assert came == expected.data, f"wrong data: {came[:80]!r} ({len(came)})"


class CutRun(Meeting):
    """One answer that is cut at each byte, over one session."""

    def __init__(self, cut: Cut, folder: Path) -> None:
        super().__init__(cut.script, tls=cut.tls)
        self.cut = cut
        self.folder = folder

    async def go(self) -> None:
        """Cut everywhere, each time in another way."""
        try:
            for way, place in zip(cycle(WAYS), self.cut.places, strict=False):
                try:
                    await within(self._at(place, way), "the cut")
                except AssertionError as fault:
                    message = f"at byte {place} [{way}]: {fault}"
                    raise AssertionError(message) from fault
        finally:
            await self.end()

    async def _at(self, place: int, way: str) -> None:
        kind, data = self.cut.expected(place)
        came: list[bytes] = []
        error: InternetError | None = None
        folder = self.folder / str(place)
        folder.mkdir()
        try:
            request = await self.session.get(self.server.url(f"/cut/{place}"))
            await WAYS[way](request, came, folder)
        except InternetError as fault:
            error = fault
        what = b"".join(came)
        if kind is None:
            assert error is None, f"{error!r}"
            assert what == data, f"wrong data: {what!r}"
        else:
            assert type(error) is kind, f"{error!r}, {what!r}"
            assert data.startswith(what), f"wrong data: {what!r}"
        bad = list(self.server.peers)
        await self.all_closed()
        await self.good_page()
        assert self.server.peers[-1] not in bad, "a bad connection was used again"


async def side_by_side(runs: dict[str, Coroutine[Any, Any, None]]) -> None:
    """Let them run beside each other; fail with a line for each that fails."""
    failures: list[str] = []
    crowd = DeferredSemaphore(CROWD)

    async def one(name: str, run: Coroutine[Any, Any, None]) -> None:
        try:
            await run
        except Exception as fault:  # noqa: BLE001  each is told, with its case
            failures.append(f"{name}: {type(fault).__name__}: {fault}")

    def begin(name: str, run: Coroutine[Any, Any, None]) -> Deferred[None]:
        return Deferred.fromCoroutine(one(name, run))

    await gatherResults([crowd.run(begin, *each) for each in runs.items()])
    assert not failures, "\n".join(["", *failures])


async def run_all(
    cases: Iterable[Case], folder: Path, ways: Iterable[str] = tuple(WAYS)
) -> None:
    """Run cases side by side, each in each way, and tell of all that fail."""

    async def one(case: Case, way: str) -> None:
        place = folder / f"{len(list(folder.iterdir()))}"
        place.mkdir()
        for times in (1, 4, 16, 64):
            try:
                await Run(case.slower(times), way, place).go()
            except TooSoon:
                if times == 64:
                    raise
            else:
                return

    cases = list(cases)
    # What must not take too long has its turn when the crowd is gone.
    for timed in (False, True):
        await side_by_side(
            {
                f"{case.name} [{way}]": one(case, way)
                for case in cases
                if case.timed is timed
                for way in ways
            }
        )


async def run_cuts(cuts: Iterable[Cut], folder: Path) -> None:
    """Run cuts side by side, and tell of all that fail."""

    async def one(number: int, cut: Cut) -> None:
        place = folder / str(number)
        place.mkdir()
        await CutRun(cut, place).go()

    await side_by_side({cut.name: one(n, cut) for n, cut in enumerate(cuts)})
