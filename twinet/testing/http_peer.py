"""An HTTP server that answers by rules, and keeps what it was asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinet.errors import InvalidParameter
from twinet.testing.http_answer import Answer, HttpAnswer
from twinet.testing.peer import Conversation, Peer
from twinet.testing.received_request import BadRequest, ReceivedRequest, RequestReader
from twinet.testing.script import End, Script

if TYPE_CHECKING:
    import re
    from collections.abc import Iterable

    from twisted.internet.interfaces import IReactorTime

    from twinet.testing.script import Step

__all__ = ["HttpPeer"]

_BAD = (b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n", End.CLOSE)
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


class HttpPeer(Peer):
    """An HTTP server that answers by rules.

    .. code-block:: python

        shop = HttpPeer()
        shop.answer("GET", "/prices", "coffee 3.50")
        shop.answer("POST", "/orders", HttpAnswer(503), HttpAnswer(201))

    A request that no rule fits is a complaint that names the request and the rules; it
    is answered 500.

    :ivar requests: what it was asked, by all connections, in order.
    :ivar connections: how many connections were made to it.
    :source: our own.
    """

    scheme, port = "http", 80
    secure_scheme, secure_port = "https", 443

    def __init__(self) -> None:
        super().__init__()
        self.requests: list[ReceivedRequest] = []
        self.connections = 0
        self._rules: list[_Rule] = []

    def answer(
        self,
        method: str,
        path: str | re.Pattern[str],
        *answers: Answer,
        times: int | None = None,
    ) -> None:
        """Make a rule; where several fit a request, the first that was made counts.

        :param method: the verb; ``"*"`` for any.
        :param path: the path as it is sent, and with a ``?`` the query as well; or a
            compiled pattern that has to match all of the path.
        :param answers: given one after the other, the last again and again; without
            any it is an empty 200.  Each is an :class:`HttpAnswer`, a body (with 200),
            a :class:`Script` of bytes and waits, or a function that takes the
            :class:`ReceivedRequest` and returns one of these.
        :param times: how many requests it is for; the next rule that fits has the
            others.
        :raises InvalidParameter: 87, it cannot be a rule.
        """
        if isinstance(path, str) and path != "*" and not path.startswith("/"):
            absolute = path.startswith(("http://", "https://", "ftp://", "gopher://"))
            if not absolute:
                msg = f"a path begins with a slash; {path!r} would never be asked for"
                raise InvalidParameter(msg)
        for each in answers:
            _check(each)
        given = answers or (HttpAnswer(),)
        self._rules.append(_Rule(method.upper(), path, given, times))

    def check_all_asked(self) -> None:
        """Fail if a rule was never asked for.

        :raises AssertionError: the text names the rules.
        """
        idle = [rule for rule in self._rules if not rule.asked]
        if idle:
            lines = "\n".join(f"  {rule}" for rule in idle)
            msg = f"an HttpPeer was never asked for\n{lines}"
            raise AssertionError(msg)

    def conversation(self, clock: IReactorTime) -> Conversation:
        """Make the peer's end of a new connection."""
        return _HttpConversation(clock, self)

    def find(self, request: ReceivedRequest) -> HttpAnswer | Script:
        """Return the answer to a request."""
        self.requests.append(request)
        rule = next(
            (each for each in self._rules if each.misfit(request) is None), None
        )
        if rule is None:
            return self._refuse(request)
        answer: Answer = rule.next()
        try:
            while callable(answer):
                answer = answer(request)
            _check(answer)
        except Exception as fault:  # noqa: BLE001  the test's: it is told there
            return self._failed(f"the rule {rule} failed: {fault!r}")
        if isinstance(answer, bytes | str):
            return HttpAnswer(body=answer)
        return answer

    def _refuse(self, request: ReceivedRequest) -> HttpAnswer:
        rules = [f"  {rule}: {rule.misfit(request)}" for rule in self._rules]
        lines = "\n".join(rules) or "  (none)"
        return self._failed(
            f"an HttpPeer has no rule for {request} (Host: {request.host}); "
            f"its rules are\n{lines}"
        )

    def _failed(self, words: str) -> HttpAnswer:
        self.complain(words)
        return HttpAnswer(500, f"{words}\n", close=True)


def _check(answer: object) -> None:
    """Refuse what is no answer.

    :raises InvalidParameter: 87.
    """
    if not (isinstance(answer, HttpAnswer | Script | bytes | str) or callable(answer)):
        msg = (
            f"{answer!r} is no answer; give an HttpAnswer, bytes or text, a Script, "
            "or a function of the request"
        )
        raise InvalidParameter(msg)


def _steps(answer: HttpAnswer | Script, request: ReceivedRequest) -> Iterable[Step]:
    return answer.steps if isinstance(answer, Script) else answer.steps(request)


class _Rule:
    """What is answered to which requests."""

    def __init__(
        self,
        method: str,
        path: str | re.Pattern[str],
        answers: tuple[Answer, ...],
        times: int | None,
    ) -> None:
        self._method = method
        self._path = path
        self._answers = answers
        self._times = times
        self.asked = 0

    def __str__(self) -> str:
        path = self._path
        shown = path if isinstance(path, str) else f"/{path.pattern}/"
        return f"{self._method} {shown}"

    def misfit(self, request: ReceivedRequest) -> str | None:
        """Say why a request is none for this rule; ``None`` if it is one."""
        path = self._path
        if isinstance(path, str):
            asked = request.target if "?" in path else request.path
            fits = path in (asked, "*")
        else:
            fits = path.fullmatch(request.path) is not None
        if not fits:
            return "another path"
        if self._method not in ("*", request.method):
            return "another method"
        if self._times is not None and self.asked >= self._times:
            return f"used up ({self.asked} of {self._times})"
        return None

    def next(self) -> Answer:
        """Return the answer whose turn it is."""
        self.asked += 1
        return self._answers[min(self.asked, len(self._answers)) - 1]


class _HttpConversation(Conversation):
    """One connection: requests are answered one after the other."""

    def __init__(self, clock: IReactorTime, peer: HttpPeer) -> None:
        super().__init__(clock)
        self._peer = peer
        self._reader = RequestReader()
        self._going = False

    def connectionMade(self) -> None:
        """Count it."""
        self._peer.connections += 1

    def dataReceived(self, data: bytes) -> None:
        """Take what came."""
        self._reader.feed(data)
        self._go_on()

    def _go_on(self) -> None:
        if self._going:
            return  # the loop below does it
        self._going = True
        try:
            while not self.playing and not self.over:
                request = self._reader.next()
                if request is None:
                    break
                answer = self._peer.find(request)
                self.play(_steps(answer, request), self._go_on)
        except BadRequest as fault:
            self._peer.complain(f"an HttpPeer was sent what is no request: {fault}")
            self.play(_BAD)
        finally:
            self._going = False
        if self._reader.expects and not self.playing:
            self._reader.expects = False
            self.transport.write(_CONTINUE)
