"""What the reference describes, read from its pages, and what there is to describe.

Sphinx does more than this reads; that its pages have the same names is what
``tests/interop/test_docs_build.py`` looks at, which takes longer.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from collections import Counter
from typing import TYPE_CHECKING

import twinet

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_DIRECTIVE = re.compile(
    r"^\.\. (?:auto|py:)?(?P<kind>\w+):: (?P<name>[\w.]+).*\n"
    r"(?P<options>(?: +:.*\n)*)",
    re.MULTILINE,
)
_DESCRIBES = {"class", "function", "exception", "data"}
#: What the rows of a table belong to, where they are names of their own.
_ROWS = {
    "constants": ("twinet.wininet", r"   \* - ``(\w+)``"),
    "errors": ("twinet.errors", r"   \* - (?:\d+\n     - )?``(\w+)``"),
}
#: The classes whose members a page's one table is of.
_TITLES = {
    "limits": "twinet.Limits",
    "options": "twinet.Option",
    "statuses": "twinet.Status",
}


def public_modules() -> list[str]:
    """Return the modules that programs import; the daemon is a program itself."""
    return [
        "twinet",
        *(
            f"twinet.{module.name}"
            for module in pkgutil.iter_modules(twinet.__path__)
            if not module.name.startswith("_") and module.name != "inetfetch"
        ),
    ]


def own_names(name: str) -> list[str]:
    """Return what a module offers."""
    module = importlib.import_module(name)
    return list(
        getattr(module, "__all__", None)
        or (
            each
            for each, value in vars(module).items()
            if getattr(value, "__module__", None) == name
            and not each.startswith("_")
            and (inspect.isclass(value) or inspect.isfunction(value))
        )
    )


def public_names() -> list[str]:
    """Return the whole names of everything public, the shortest of each."""
    known: dict[int, str] = {}
    names = []
    for module in public_modules():
        for name in own_names(module):
            value = getattr(importlib.import_module(module), name)
            short = isinstance(value, type) or inspect.isroutine(value)
            if short and id(value) in known:
                continue
            if module != "twinet" and getattr(twinet, name, None) is value:
                continue
            if short:
                known[id(value)] = f"{module}.{name}"
            names.append(f"{module}.{name}")
    return names


def described(pages: Path) -> Counter[str]:
    """Count the names that the pages of a folder describe."""
    return Counter(name for page in sorted(pages.glob("*.rst")) for name in of(page))


def of(page: Path) -> Iterator[str]:
    """Yield the names that a page describes."""
    text = page.read_text(encoding="utf-8")
    home = ""
    for match in _DIRECTIVE.finditer(text):
        kind, name, options = match["kind"], match["name"], match["options"]
        if kind == "currentmodule":
            home = f"{name}."
        elif kind == "module" and ":members:" in options:
            left_out = re.search(r":exclude-members: (.*)", options)
            without = re.split(r",\s*", left_out[1]) if left_out else []
            yield from (f"{name}.{n}" for n in own_names(name) if n not in without)
        elif kind in _DESCRIBES and not name.startswith("twinet._"):
            yield name if name.startswith("twinet.") else home + name
    yield from re.findall(r"^Its full name is ``([\w.]+)``", text, re.MULTILINE)
    if page.stem in _ROWS:
        owner, row = _ROWS[page.stem]
        yield from (f"{owner}.{name}" for name in re.findall(row, text))
    if page.stem in _TITLES:
        yield _TITLES[page.stem]
