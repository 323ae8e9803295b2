"""The login: one user on one server, and the operations that take turns there.

Theory of operation.  An operation has the turn from its first command until the server
owes nothing for it any more; only then does the next one begin.  What the server was
found to know (FEAT), and the type of transfer that is set, is kept here, so that no
command is sent twice in vain.

FEAT is asked for when something depends on it first: a name that is not ASCII, or a
listing.  A program that only fetches files does not pay for it.

When nothing goes on, a command that does nothing may keep the session alive (NOOP);
never during a transfer, where servers answer it late or not at all.  A session that
the server has ended all the same, while it was idle, may be begun again by the next
call: it then goes back to the directory where it was.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twisted.internet.defer import Deferred
from twisted.logger import Logger

from twinet._ftp.operation import Operation
from twinet._ftp.refusal import refusal, unknown
from twinet._ftp.turns import Turns
from twinet._net.dispatch import Voice
from twinet._net.translate import translate
from twinet._wire.ftp_command import command, shown_command
from twinet._wire.ftp_features import Features
from twinet.errors import InternetError

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from twinet._ftp.control import Control
    from twinet._ftp.engine import Engine
    from twinet._ftp.site import Site
    from twinet.ftp import FtpReply
    from twinet.records import Limits

    Work = Callable[[Operation], Coroutine[Deferred[Any], Any, Any]]

__all__ = ["Login"]

_log = Logger()


class Login:
    """A control connection on which somebody is logged in.

    :param again: logs in anew, for an operation.
    :param limits: of what is done without anybody's asking.
    :ivar protected: data connections are encrypted (``PROT P``).
    :ivar directory: where the session was gone to; ``None``: nowhere.
    """

    deadline: float | None = None

    def __init__(
        self,
        engine: Engine,
        site: Site,
        control: Control,
        limits: Limits,
        again: Callable[[Operation], Coroutine[Deferred[Any], Any, Login]],
    ) -> None:
        self.engine = engine
        self.site = site
        self.control = control
        self.turns = Turns()
        self.protected = False
        self.directory: str | None = None
        #: the server names a file's size when it begins to send it, and has not been
        #: wrong so far.
        self.announces = False
        self._limits = limits
        self._again = again
        self._features: Features | None = None
        self._utf8 = False
        self._type = ""
        #: commands that the server does not know.
        self._unknown: set[str] = set()

    @property
    def idle(self) -> bool:
        """Whether nothing goes on, and the connection stands."""
        return self.turns.free and self.control.idle

    def check(self) -> None:
        """Refuse a call that cannot be made, or would wait for its own program.

        :raises FtpDropped: 12111, the session is over.
        :raises FtpTransferInProgress: 12110, it names what is in the way.
        """
        if not self._renewable:
            self.control.check()
        self.turns.check()

    @property
    def _renewable(self) -> bool:
        return self.site.reconnect and self.control.ended_idle

    def rest(self) -> None:
        """Take note that nothing goes on: in a while, keep the session alive."""
        after = self.site.keep_alive
        if after is not None and self.idle:
            self.engine.deadlines.set(self, after)

    def expired(self) -> None:
        """Keep the session alive."""
        if self.idle:
            operation = Operation(
                "keeping the session alive",
                Voice(self.engine, None, None),
                self._limits,
                lambda _result, _error: None,
            )
            noop = self.line("NOOP")
            self.run(operation, lambda it: self.ask(it, noop), lambda _: None)

    def close(self) -> None:
        """Close the control connection, if it is not."""
        self.engine.deadlines.clear(self)
        if self.control.over is None:
            self.control.leave()

    # -- operations

    def run(
        self, operation: Operation, work: Work, over: Callable[[Operation], object]
    ) -> None:
        """Do an operation's work when it is its turn; what it gives is the answer.

        :param over: called when the work has ended, before the next one begins.
        """
        Deferred.fromCoroutine(self._run(operation, work, over)).addErrback(
            lambda failure: _log.failure("an FTP operation broke", failure)
        )

    async def _run(
        self, operation: Operation, work: Work, over: Callable[[Operation], object]
    ) -> None:
        self.engine.deadlines.clear(self)
        operation.begin(self.engine.deadlines)
        try:
            if not self.turns.take_free(operation):
                await operation.wait(self.turns.take(operation))
        except InternetError as error:
            # Stopped; it never had the turn.
            operation.end()
            over(operation)
            operation.answer(error=error)
            return
        await _answered(operation, self._in_session(work))
        operation.end()
        if not self.control.settled:
            await self.control.settle(operation.limits.ftp_reply)
        over(operation)
        self.turns.leave()
        self.rest()

    def _in_session(self, work: Work) -> Work:
        """Have a session before the work, where it may be begun again."""
        if not self._renewable:
            return work

        async def renewed(operation: Operation) -> Any:
            fresh = await self._again(operation)
            # It is we who keep the connection alive from now on.
            self.engine.deadlines.clear(fresh)
            self.control = fresh.control
            self.protected = fresh.protected
            self._type = ""
            self._utf8 = False
            if self.directory is not None:
                await self.require(operation, self.line("CWD", self.directory))
            return await work(operation)

        return renewed

    # -- commands

    def line(self, verb: str, argument: str = "") -> bytes:
        """Return a command as it will be sent.

        :raises InvalidParameter: 87, it cannot be said in one line.
        """
        return command(verb, argument, self.site.encoding)

    async def ask(
        self, operation: Operation, line: bytes, *, preliminary: bool = False
    ) -> FtpReply:
        """Send a command; return the reply to it.

        :param preliminary: a reply that says it has begun (1yz) will do.
        :raises InternetError: as :meth:`Control.ask_line`.
        """
        if not line.isascii():
            await self.speak_utf8(operation)
        reply = await self.control.ask_line(operation, line)
        while not preliminary and reply.preliminary:
            reply = await self.control.answer(operation)
        return reply

    async def require(
        self, operation: Operation, line: bytes, *, more: bool = False
    ) -> FtpReply:
        """Send a command that has to succeed (2yz).

        :param more: it has to be asked for another command (3yz).
        :raises InternetError: it did not; with the server's words.
        """
        reply = await self.ask(operation, line)
        if reply.wants_more if more else reply.completed:
            return reply
        raise refusal(shown_command(line).rstrip(), reply)

    async def attempt(
        self, operation: Operation, verb: str, argument: str = ""
    ) -> FtpReply | None:
        """Send a command that the server may not know; ``None`` when it does not.

        It is not asked for again then.
        """
        if verb in self._unknown:
            return None
        reply = await self.ask(operation, self.line(verb, argument))
        if unknown(reply):
            self._unknown.add(verb)
            return None
        return reply

    def knows(self, command: str) -> bool:
        """Tell whether the server has not said that it does not know a command."""
        return command not in self._unknown

    def forget(self, command: str) -> None:
        """Do not ask for a command again."""
        self._unknown.add(command)

    async def features(self, operation: Operation) -> Features:
        """Return what the server says it can do (RFC 2389)."""
        if self._features is None:
            reply = await self.control.ask(operation, "FEAT")
            while reply.preliminary:
                reply = await self.control.answer(operation)
            self._features = Features.read(reply)
        return self._features

    def compare_sizes(self, told: int | None, announced: int | None) -> None:
        """Learn whether a size must be asked for before a file is opened.

        :param told: the answer to SIZE; ``None`` when there was none.
        :param announced: what the reply to RETR says.
        """
        if told is not None:
            self.announces = told == announced
        elif announced is None:
            self.announces = False

    async def set_type(self, operation: Operation, letter: str) -> None:
        """Have the next transfers made in a type: ``I`` as they are, ``A`` as text."""
        if self._type != letter:
            self._type = ""
            await self.require(operation, self.line("TYPE", letter))
            self._type = letter

    def forget_type(self) -> None:
        """Take note that a command of the program's may have changed it."""
        self._type = ""

    async def speak_utf8(self, operation: Operation) -> None:
        """Have a server that has to be told so speak UTF-8 (RFC 2640)."""
        if self._utf8 or self.site.encoding != "utf-8":
            return
        if (await self.features(operation)).utf8:
            # Whatever it answers: who offers it speaks it, or refuses in vain.
            await self.control.ask(operation, "OPTS", "UTF8 ON")
        self._utf8 = True


async def _answered(operation: Operation, work: Work) -> None:
    """Do the work; whatever it comes to is the answer."""
    try:
        result = await work(operation)
    except InternetError as error:
        operation.answer(error=error)
    except Exception as fault:  # noqa: BLE001  a fault of ours, but told
        _log.failure("{name} failed by a fault", name=operation.name)
        operation.answer(error=translate(fault, operation.name))
    else:
        operation.answer(result)
