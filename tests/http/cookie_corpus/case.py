"""One case: what servers set, and what goes to a URL afterwards."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["NOW", "SETS", "SHOWS", "Case"]

#: When all this happens: the 27th of November 2026 (seconds since 1970).
NOW = 1_795_780_800.0

#: Where most cases set their cookies, and where they look for them.
SETS = "http://home.example.org:8888/set"
SHOWS = "http://home.example.org:8888/show"


@dataclass(frozen=True)
class Case:
    """What is set, and what goes out.

    :ivar source: who has this case, and under which name.
    :ivar received: what Set-Cookie fields say, one after the other; a pair comes from
        another URL than ``at``.
    :ivar sent: the value of the Cookie field for ``to``; ``None`` for no field.
    """

    source: str
    received: tuple[str | tuple[str, str], ...]
    sent: str | None
    to: str = SHOWS
    at: str = SETS
    now: float = NOW

    @property
    def steps(self) -> list[tuple[str, list[str]]]:
        """The answers that set cookies: their URL and their fields."""
        steps: list[tuple[str, list[str]]] = []
        for each in self.received:
            url, field = (self.at, each) if isinstance(each, str) else each
            if steps and steps[-1][0] == url:
                steps[-1][1].append(field)
            else:
                steps.append((url, [field]))
        return steps
