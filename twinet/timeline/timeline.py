"""The timeline: where the time of requests goes, recorded and shown."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING, Protocol

from twinet._handles.handle import Handle
from twinet.errors import InvalidParameter
from twinet.timeline.file import check_suffix, write_whole
from twinet.timeline.har import har
from twinet.timeline.recording import Recording
from twinet.timeline.table import table
from twinet.timeline.waterfall import waterfall

if TYPE_CHECKING:
    from collections.abc import Callable
    from os import PathLike
    from pathlib import Path

    from twinet.status import Notification
    from twinet.timeline.row import Row

    Listener = Callable[[Notification], object]

__all__ = ["Timeline"]

#: How many rows are kept unless told otherwise (our own).
ROWS = 1000


class Recordable(Protocol):
    """A handle, or what stands for one."""

    def set_status_callback(self, callback: Listener | None) -> Listener | None:
        """Install a status callback; return the previous one."""


class Timeline:
    """Records what handles tell, and shows where the time went.

    It is a status callback: ``session.set_status_callback(timeline)`` or
    ``on_status=timeline``; :meth:`record` leaves a callback that is there in its place.
    A handle whose context is ``None`` says nothing, and is not recorded.

    Nothing secret is kept unless that is asked for: the values of ``Authorization``,
    ``Cookie``, ``Set-Cookie`` and their like are left out.  User names and passwords
    of URLs are never seen.  Keys in the query of a URL are shown.

    :param title: what it is about, for the picture and the HAR file.
    :param rows: how many requests are kept; older ones are dropped and counted
        (:attr:`dropped`).
    :param secrets: keep, and write into HAR files, what is left out otherwise.
    :param seconds: the clock: a function that gives seconds, as ``Clock().seconds`` in
        tests; one that is never set back when left out.
    :param started: the time of day at which the clock shows what it does now; now
        when left out.
    :raises InvalidParameter: 87, one of them cannot be used.
    """

    def __init__(
        self,
        title: str = "",
        *,
        rows: int = ROWS,
        secrets: bool = False,
        seconds: Callable[[], float] = monotonic,
        started: datetime | None = None,
    ) -> None:
        if type(rows) is not int or rows < 1:
            msg = f"rows is a whole number from 1 on, not {rows!r}"
            raise InvalidParameter(msg)
        if not callable(seconds):
            msg = (
                f"seconds is a function that gives the time, not {seconds!r}; "
                "of a Twisted clock give clock.seconds"
            )
            raise InvalidParameter(msg)
        if started is None:
            started = datetime.now(UTC)
        elif not isinstance(started, datetime) or started.tzinfo is None:
            msg = f"started is a datetime with its time zone, not {started!r}"
            raise InvalidParameter(msg)
        if not isinstance(title, str):
            msg = f"title is a text, not {title!r}"
            raise InvalidParameter(msg)
        self.title = title
        self._seconds = seconds
        self._zero = seconds()
        #: the time of day at second 0 of the rows.
        self.started: datetime = started
        # What it hears comes on the reactor's thread; it may be asked on any.
        self._lock = Lock()
        self._recording = Recording(rows, secrets=secrets)

    # -- hearing

    def __call__(self, news: Notification) -> None:
        """Record a notification; this is what a status callback is."""
        handle = news.handle
        # A delivery, or what stands before mirrors, has shown it already.
        if isinstance(handle, Handle) and handle.lane is None:
            self.at_once(news)

    def at_once(self, news: Notification) -> None:
        """Record a notification when it is made, wherever it will be told.

        Called by a session's ``delivery``, so that the times are those of what
        happened, and not of when a thread was free to hear of it.
        """
        with self._lock:
            self._recording.take(news, self._seconds() - self._zero)

    def record(self, handle: Recordable) -> None:
        """Record a handle, and what will be opened under it.

        A callback that it has goes on being called, after this.

        :param handle: a session, or any handle below, of ``twinet``,
            ``twinet.blocking`` or ``twinet.aio``; those that are open under it already
            have callbacks of their own, and are not recorded.
        :raises InvalidHandle: 6, it is closed.
        """
        former = handle.set_status_callback(self)
        if former is None or former is self:
            return
        if not (isinstance(former, _Before) and former.timeline is self):
            former = self.before(former)
        handle.set_status_callback(former)

    def before(self, callback: Listener) -> Listener:
        """Return a status callback that records, and then calls another one.

        For calls that bring their own: ``session.get(url,
        on_status=timeline.before(progress))``.
        """
        return _Before(self, callback)

    # -- showing

    @property
    def rows(self) -> list[Row]:
        """What is known of each request up to now, oldest first; copies."""
        with self._lock:
            now = self._seconds() - self._zero
            return [row.at(now) for row in self._recording.rows]

    def table(self) -> str:
        """Return a table for people: a line for each request, then what went wrong.

        Times are milliseconds; the first request begins at 0.
        """
        return table(self.rows, self.dropped)

    def svg(self) -> str:
        """Return a waterfall as an SVG document: one bar for each request."""
        rows = self.rows
        began = self.time_of(rows[0].begin if rows else 0)
        return waterfall(rows, began, self.dropped, self.title)

    def har(self) -> str:
        """Return a HAR 1.2 document, which the tools of browsers open: JSON.

        Bodies are not in it.  Everything belongs to one page.

        :source: HAR 1.2.
        """
        document = har(self.rows, self.started, self.dropped, self.title)
        return json.dumps(document, indent=1) + "\n"

    def save(self, path: str | PathLike[str]) -> Path:
        """Write a picture, a HAR file or a table; return its path.

        The file is whole or not there, replaces one of its name, and is for its owner
        alone.  It is written at once, on this thread.

        :param path: ends in ``.svg``, ``.har`` or ``.txt``.
        :raises InvalidParameter: 87, it ends in something else.
        :raises InternetError: it cannot be written: ``AccessDenied`` (5),
            ``FileNotFound`` (2) or ``UnableToCacheFile`` (12158); the old one stays.
        """
        file, suffix = check_suffix(path)
        show = {".svg": self.svg, ".har": self.har, ".txt": self.table}[suffix]
        write_whole(file, show())
        return file

    @property
    def dropped(self) -> int:
        """How many requests were dropped to make room for newer ones."""
        return self._recording.dropped

    def time_of(self, second: float) -> datetime:
        """Return the time of day of a second since the start."""
        return self.started + timedelta(seconds=second)

    def __repr__(self) -> str:
        return f"<Timeline of {len(self._recording.rows)} requests>"


class _Before:
    """A timeline, and whom else to tell."""

    def __init__(self, timeline: Timeline, callback: Listener) -> None:
        self.timeline = timeline
        self._callback = callback
        #: see :meth:`Timeline.at_once`.
        self.at_once = timeline.at_once

    def __call__(self, news: Notification) -> None:
        self.timeline(news)
        self._callback(news)
