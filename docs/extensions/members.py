"""Which members of a public class are described with it, and what its bases are.

Handles are put together of classes that only the library knows.  What these bring is
described with the public class; what a public base brings, with that base alone.
"""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

import generate

import twinet

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sphinx.application import Sphinx

#: Attributes that the parts of the library have for each other.
_INNER = frozenset(("engine", "handle_type", "ignores_offline", "lasting", "turn"))


def public_bases(kind: type) -> Iterator[type]:
    """Yield the bases that users know, the nearest first."""
    for base in kind.__mro__[1:]:
        if base.__name__ in twinet.__all__ and getattr(twinet, base.__name__) is base:
            yield base


def skip(
    app: Sphinx, _what: str, name: str, member: Any, skipped: bool, _options: Any
) -> bool:
    """Leave out seams, and what is described elsewhere."""
    if skipped or generate.SEAM.match(name) or name in _INNER:
        return True
    kind = getattr(twinet, app.env.current_document.autodoc_class or "-", None)
    if not isinstance(kind, type) or not hasattr(kind, name):
        return False
    data = not (callable(member) or isinstance(member, property))
    return any(
        data or inspect.getdoc(getattr(base, name)) == inspect.getdoc(member)
        for base in public_bases(kind)
        if hasattr(base, name)
    )


def show_bases(
    _app: Sphinx, _name: str, kind: type, _options: Any, bases: list[Any]
) -> None:
    """Name the nearest base that users know, in the place of private ones."""
    known = list(public_bases(kind))
    if any(base.__module__.startswith("twinet._") for base in bases):
        bases[:] = known[:1] or [object]


def setup(app: Sphinx) -> dict[str, bool]:
    """Let Sphinx call."""
    app.connect("autodoc-skip-member", skip)
    app.connect("autodoc-process-bases", show_bases)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
