"""Blocking handles that give entries: many of them for each way to the reactor."""

from __future__ import annotations

from collections import deque
from typing import Any, Generic, Self, TypeVar

from twinet.blocking.handle import Handle

__all__ = ["Find"]

T = TypeVar("T")

#: How many entries are fetched at a time (our own).
_MANY = 256


class Find(Handle, Generic[T]):
    """What a listing and a menu have in common."""

    __slots__ = ("_ahead",)
    #: what has been fetched and not been given.
    _ahead: deque[T]

    def __new__(cls, *_: Any) -> Self:
        """Make one, with nothing fetched yet."""
        find = super().__new__(cls)
        find._ahead = deque()
        return find

    def next_entry(self) -> T | None:
        """Return the next entry; ``None`` at the end.

        It returns at once when the entry is here.

        :raises InvalidHandle: 6, the handle is closed.
        :raises InternetError: what is listed broke off.
        :source: InternetFindNextFile.
        """
        handle, ahead = self._handle, self._ahead
        if handle.alive:
            try:
                return ahead.popleft()
            except IndexError:
                pass
        entries: list[T] = self._glass.call(handle, handle.take_entries, _MANY)
        if not entries:
            return None
        first, *rest = entries
        ahead.extend(rest)
        return first

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> T:
        entry = self.next_entry()
        if entry is None:
            raise StopIteration
        return entry
