"""A status callback that keeps what it is told."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any, overload

from twinet.errors import InvalidParameter
from twinet.status import Notification, Status

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import EllipsisType

__all__ = ["Recorder", "line_of"]

_HANDLES = frozenset((Status.HANDLE_CREATED, Status.HANDLE_CLOSING))


class Recorder:
    """A status callback that keeps what it is told.

    .. code-block:: python

        heard = network.recorder()
        session.set_status_callback(heard)
        ...
        heard.expect("HANDLE_CREATED", ..., "REQUEST_COMPLETE ok")
        print(heard)

    A recorder is a sequence of :class:`~twinet.Notification`; printed it is a table.

    :param clock: says when each one came: a reactor.
    :ivar times: when each came, by that clock.
    :ivar react: called with each notification when it has been kept, to do from inside
        the callback what a program would: close a handle, say.
    :source: our own.
    """

    def __init__(self, clock: Any = None) -> None:
        self.react: Callable[[Any], object] | None = None
        self.times: list[float] = []
        self._news: list[Notification] = []
        self._clock = clock

    def __call__(self, notification: Notification) -> None:
        """Keep a notification."""
        self._news.append(notification)
        self.times.append(0.0 if self._clock is None else self._clock.seconds())
        if self.react is not None:
            self.react(notification)

    def __repr__(self) -> str:
        return f"<Recorder of {len(self)} notifications>"

    # -- what there is

    def __len__(self) -> int:
        return len(self._news)

    def __bool__(self) -> bool:
        """Tell that it is a callback, though it has not heard anything yet."""
        return True

    def __iter__(self) -> Iterator[Notification]:
        return iter(self._news)

    @overload
    def __getitem__(self, index: int) -> Notification: ...
    @overload
    def __getitem__(self, index: slice) -> list[Notification]: ...
    def __getitem__(self, index: int | slice) -> Notification | list[Notification]:
        return self._news[index]

    @property
    def statuses(self) -> list[Status]:
        """The status of each."""
        return [each.status for each in self._news]

    @property
    def lines(self) -> list[str]:
        """One line for each: the status, and what belongs to it.

        ``REQUEST_COMPLETE`` says ``ok`` or the number of the error, and notifications
        of handles say nothing more.
        """
        return [line_of(each) for each in self._news]

    def of(self, whom: Any) -> Recorder:
        """Return what concerns one handle, or one context.

        :param whom: a handle, or the context that was given to its call.
        """

        def concerns(each: Notification) -> bool:
            return each.handle is whom or each.context is whom or each.context == whom

        return self._only(concerns)

    def only(self, *statuses: Status) -> Recorder:
        """Return what has one of these statuses."""
        return self._only(lambda each: each.status in statuses)

    def _only(self, chosen: Callable[[Notification], bool]) -> Recorder:
        recorder = Recorder(self._clock)
        for at, each in zip(self.times, self._news, strict=True):
            if chosen(each):
                recorder.times.append(at)
                recorder._news.append(each)
        return recorder

    def take(self) -> list[str]:
        """Return the lines, and forget all."""
        lines = self.lines
        self.clear()
        return lines

    def clear(self) -> None:
        """Forget all."""
        self._news.clear()
        self.times.clear()

    def __str__(self) -> str:
        rows = [
            (f"{at:.3f}", *_columns(each), line_of(each))
            for at, each in zip(self.times, self._news, strict=True)
        ]
        head = ("seconds", "handle", "context", "status")
        widths = [max(len(row[n]) for row in [head, *rows]) for n in range(3)]
        first, second, third = widths
        return "\n".join(
            f"{at:>{first}}  {handle:{second}}  {context:{third}}  {line}"
            for at, handle, context, line in [head, *rows]
        )

    # -- what there should be

    def expect(self, *expected: str | Status | EllipsisType) -> None:
        """Check the whole sequence.

        :param expected: a :class:`~twinet.Status`, whatever belongs to it; or a line as
            in :attr:`lines`, where the status alone stands for any such line; or
            ``...`` for any number of notifications, none included.
        :raises AssertionError: something else was told; the text shows both.
        :raises InvalidParameter: 87, it is no such thing.
        """
        wanted = [_wanted(each) for each in expected]
        if not _fits(self.lines, wanted):
            shown = ["..." if each is None else each for each in wanted]
            difference = "\n".join(difflib.ndiff(shown, self._like(wanted)))
            msg = (
                f"other notifications than expected (- expected, + told)\n{difference}"
            )
            raise AssertionError(msg)

    def _like(self, wanted: list[str | None]) -> list[str]:
        """Return the lines, short where only the status was wanted."""
        bare = {each for each in wanted if each is not None and " " not in each}
        full = {each for each in wanted if each is not None and " " in each}
        return [
            line.split(" ")[0]
            if line not in full and line.split(" ")[0] in bare
            else line
            for line in self.lines
        ]


def line_of(notification: Notification) -> str:
    """Return one readable line for a notification."""
    status = notification.status
    if status in _HANDLES:
        return status.name
    if status is Status.REQUEST_COMPLETE:
        error = notification.info.error
        return f"{status.name} {'ok' if error is None else _code(error)}"
    info = notification.info
    return status.name if info is None else f"{status.name} {info}"


def _code(error: BaseException) -> object:
    return getattr(error, "code", type(error).__name__)


def _columns(notification: Notification) -> tuple[str, str]:
    handle, context = notification.handle, notification.context
    return str(handle), "" if context is handle else repr(context)


def _wanted(expected: str | Status | EllipsisType) -> str | None:
    if expected is ...:
        return None
    if isinstance(expected, Status):
        return expected.name
    if isinstance(expected, str) and expected.split(" ")[0] in Status.__members__:
        return expected
    msg = (
        f"{expected!r} cannot be told; give a Status, its name (and a space and what "
        "belongs to it), or ... for any number"
    )
    raise InvalidParameter(msg)


def _fits(lines: list[str], wanted: list[str | None]) -> bool:
    """Tell whether the lines are what was wanted."""
    # at: all numbers of lines that the wanted so far can stand for.
    reached = {0}
    for each in wanted:
        if each is None:
            reached = set(range(min(reached, default=1), len(lines) + 1))
        else:
            reached = {
                at + 1
                for at in reached
                if at < len(lines)
                and (lines[at] == each or lines[at].split(" ")[0] == each)
            }
        if not reached:
            return False
    return len(lines) in reached
