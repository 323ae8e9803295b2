"""Patterns as FtpFindFirstFile has them: ``*`` and ``?`` in the last component.

``*`` is any number of characters, ``?`` is one, everything else is itself; case does
not count.  ``*.*`` is every name, also one without a dot, as on DOS, and so is an empty
pattern.  There are no sets in brackets.

Servers are never sent a pattern: what they do with one differs, and a name of theirs
may hold the characters.  A directory is listed and its names are compared here, as Wine
does it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from twinet.errors import InvalidParameter

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Wildcard"]

_SIGNS = re.compile(r"[*?]")
_EVERYTHING = frozenset(("", "*", "*.*"))


class Wildcard:
    """What is looked for.

    :param text: a path; its last component may be a pattern.
    :raises InvalidParameter: 87, a directory of the path has ``*`` or ``?``.
    :ivar directory: the path up to the last slash and with it; perhaps empty, which is
        the current directory.
    :ivar pattern: the last component.
    """

    def __init__(self, text: str) -> None:
        directory, slash, self.pattern = text.rpartition("/")
        self.directory = directory + slash
        if _SIGNS.search(directory) is not None:
            msg = (
                f"only the last part of {text!r:.80} may have * or ?; a directory "
                "whose name holds them can be changed to, and looked through from there"
            )
            raise InvalidParameter(msg)
        self._match = None if self.pattern in _EVERYTHING else _compiled(self.pattern)

    @property
    def plain(self) -> bool:
        """It is the name of one file or directory."""
        return bool(self.pattern) and _SIGNS.search(self.pattern) is None

    @property
    def everything(self) -> bool:
        """Every name matches."""
        return self._match is None

    def matches(self, name: str) -> bool:
        """Tell whether a name, without its path, is looked for."""
        return self._match is None or self._match(name) is not None

    def __repr__(self) -> str:
        return f"<Wildcard {self.directory}{self.pattern}>"


def _compiled(pattern: str) -> Callable[[str], re.Match[str] | None]:
    """Return the match method of an expression that never goes far back.

    Of the pieces between two stars the first place that fits is as good as any later
    one, so each is atomic: the cost is that of the lengths multiplied, not a power.
    """
    first, *middle = (_piece(each) for each in re.split(r"\*+", pattern))
    if middle:
        last = middle.pop()
        first += "".join(f"(?>.*?{each})" for each in middle) + f".*{last}"
    return re.compile(first, re.IGNORECASE | re.DOTALL).fullmatch


def _piece(text: str) -> str:
    return ".".join(re.escape(each) for each in text.split("?"))
