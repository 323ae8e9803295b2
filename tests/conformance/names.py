"""The names of a scenario's handles: S, C, R …, and those that nobody was given."""

from __future__ import annotations

import threading
from typing import Any

__all__ = ["Names"]

_KINDS = {
    1: "session",
    2: "connection",
    4: "connection",
    5: "find",
    7: "file",
    13: "request",
}


class Names:
    """Which handle has which name; from any thread."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._handles: dict[str, Any] = {}
        #: names that HANDLE_CREATED gives before the call does.
        self._expected: list[str] = []
        self._hidden = 0

    def handle(self, name: str) -> Any:
        """Return the handle of a name, or None."""
        return self._handles.get(name)

    def expect(self, name: str) -> None:
        """Know that a call will make a handle of that name."""
        self._expected.append(name)

    def created(self, handle: Any) -> None:
        """Name a handle of which HANDLE_CREATED tells."""
        if self.of(handle, None) is None and self._expected:
            self.give(handle, self._expected.pop())

    def give(self, handle: Any, name: str) -> None:
        """Name a handle."""
        with self._lock:
            self._handles[name] = handle
            if name in self._expected:
                self._expected.remove(name)

    def of(self, handle: Any, missing: str | None = "hidden") -> Any:
        """Return the name of a handle; who has none is called hidden."""
        with self._lock:
            for given, known in self._handles.items():
                if known is handle:
                    return given
            if missing is None:
                return None
            self._hidden += 1
            name = "hidden" if self._hidden == 1 else f"hidden{self._hidden}"
            self._handles[name] = handle
            return name

    def kind(self, handle: Any) -> str:
        """Return the kind of a handle, as the recordings call it."""
        hidden = "hidden " if self.of(handle).startswith("hidden") else ""
        return hidden + _KINDS[handle.handle_type]
