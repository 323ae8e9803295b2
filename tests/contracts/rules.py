"""The house rules that a program can check, one function for each.

Every function takes a folder (and looks at all Python files below it) and returns one
readable line for each place that breaks its rule.
"""

from __future__ import annotations

import ast
import re
import tokenize
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: Drawers: such names attract everything and say nothing.
DRAWERS = frozenset(
    {"common", "helper", "helpers", "manager", "managers", "misc", "util", "utils"}
)
#: Above this, look for the second noun in the file [lines].
LONGEST = 500
#: Files that may be longer, and why. What is short again loses its place here.
TABLES = {
    "twinet/_error_table.py": "a table: one row for each code of the platform",
    "twinet/errors.py": "generated from that table: one class for each code",
    "twinet/wininet/constants.py": "generated: one line for each constant of Windows",
    "twinet/options.py": "a table: one row for each option of the platform",
}
#: Only the command line talks to a terminal.
MAY_PRINT = "inetfetch"

_OPEN_END = re.compile(r"\b(TODO|FIXME|XXX)\b")
_ISSUE = re.compile(r"https?://\S+/\d+")


def _files(folder: Path) -> Iterator[tuple[Path, str]]:
    for file in sorted(folder.rglob("*.py")):
        if "__pycache__" not in file.parts:
            yield file, file.relative_to(folder.parent).as_posix()


def _tree(file: Path) -> ast.Module:
    return _parsed(file.read_text(encoding="utf-8"))


@lru_cache(maxsize=1)
def _parsed(source: str) -> ast.Module:
    """Parse a file once for the rule that is at it.

    Trees of all files would stay, and every look through the heap would meet them.
    """
    return ast.parse(source)


def drawers(folder: Path) -> list[str]:
    """Find files and rooms that are named like a drawer, ``http_utils`` included."""
    found = set()
    for file in folder.rglob("*.py"):
        for path in (file, *file.parents):
            if path == folder:
                break
            if DRAWERS & set(path.stem.lower().split("_")):
                found.add(path.relative_to(folder.parent).as_posix())
    return [f"{name}: name it after what is in it" for name in sorted(found)]


def without_docstring(folder: Path) -> list[str]:
    """Find modules without a docstring; an empty ``__init__`` says enough."""
    return [
        f"{name}: no docstring"
        for file, name in _files(folder)
        if not _is_empty_init(file) and not ast.get_docstring(_tree(file))
    ]


def without_annotations_import(folder: Path) -> list[str]:
    """Find modules that evaluate their annotations when they are loaded."""
    return [
        f"{name}: no 'from __future__ import annotations'"
        for file, name in _files(folder)
        if not _is_bare_init(file) and not _has_annotations_import(file)
    ]


def _is_empty_init(file: Path) -> bool:
    return file.name == "__init__.py" and not file.read_text(encoding="utf-8").strip()


def _is_bare_init(file: Path) -> bool:
    """Tell whether there is nothing but a docstring: no annotation to evaluate."""
    body = _tree(file).body
    return file.name == "__init__.py" and all(
        isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        for node in body
    )


def _has_annotations_import(file: Path) -> bool:
    return any(
        isinstance(node, ast.ImportFrom)
        and node.module == "__future__"
        and any(alias.name == "annotations" for alias in node.names)
        for node in _tree(file).body
    )


def too_long(folder: Path) -> list[str]:
    """Find files of more than :data:`LONGEST` lines, and excuses without need."""
    found = []
    for file, name in _files(folder):
        lines = len(file.read_text(encoding="utf-8").splitlines())
        if lines > LONGEST and name not in TABLES:
            found.append(f"{name}: {lines} lines; is there a second noun in it?")
        if lines <= LONGEST and name in TABLES:
            found.append(f"{name}: {lines} lines; take it out of TABLES")
    return found


def prints(folder: Path) -> list[str]:
    """Find calls of ``print`` outside the command line."""
    return [
        f"{name}:{node.lineno}: a library does not print"
        for file, name in _files(folder)
        if MAY_PRINT not in file.relative_to(folder).parts
        for node in ast.walk(_tree(file))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "print"
    ]


def open_ends(folder: Path) -> list[str]:
    """Find comments that promise something without the address of an issue."""
    return [
        f"{name}:{token.start[0]}: where is its issue?"
        for file, name in _files(folder)
        # Most files have none, and need not be taken apart.
        if _OPEN_END.search(file.read_text(encoding="utf-8"))
        for token in _comments(file)
        if _OPEN_END.search(token.string) and not _ISSUE.search(token.string)
    ]


def _comments(file: Path) -> Iterator[tokenize.TokenInfo]:
    with file.open("rb") as source:
        for token in tokenize.tokenize(source.readline):
            if token.type == tokenize.COMMENT:
                yield token
