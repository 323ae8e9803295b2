"""What stands on the pages of the documentation that can be run or checked.

Python code on a page is run as it stands, as a program of its own, except for what is
marked as a fragment::

    .. code-block:: python
       :class: fragment

What is marked as an ``excerpt`` stands word for word in one of the examples, which are
run.  In Markdown a fragment says so after the language: ``python fragment``.  What a
person types stands in ``console`` blocks, after a ``$``.
"""

from __future__ import annotations

import re
import shlex
import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_REST = re.compile(
    r"^(?P<indent> *)\.\. code-block:: (?P<kind>\S+)\n"
    r"(?P<options>(?:(?P=indent) +:.*\n)*)"
    r"(?P<body>(?:(?P=indent) +.*\n|[ \t]*\n)+)",
    re.MULTILINE,
)
_MARKDOWN = re.compile(
    r"^```(?P<kind>\w+)(?P<options>.*)\n(?P<body>(?:(?!```).*\n)*)```$", re.MULTILINE
)
#: The hosts that pages name; a page's server is put in their place (RFC 2606).
_HOSTS = re.compile(r"https?://(?:[a-z0-9-]+\.)*example(?:\.(?:com|net|org))?\b")


@dataclass(frozen=True)
class Block:
    """A block of code on a page."""

    page: str
    line: int
    kind: str
    text: str
    fragment: bool
    #: it stands in one of the examples, which are run.
    excerpt: bool = False

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def blocks(path: Path, root: Path) -> Iterator[Block]:
    """Give the blocks of a page."""
    text = path.read_text(encoding="utf-8")
    pattern = _MARKDOWN if path.suffix == ".md" else _REST
    for match in pattern.finditer(text):
        yield Block(
            page=path.relative_to(root).as_posix(),
            line=text.count("\n", 0, match.start("body")) + 1,
            kind=match["kind"],
            text=textwrap.dedent(match["body"]).strip("\n") + "\n",
            fragment="fragment" in match["options"],
            excerpt="excerpt" in match["options"],
        )


def pages(root: Path) -> list[Path]:
    """Return all pages."""
    return [root / "README.md", *sorted((root / "docs").rglob("*.rst"))]


def all_blocks(root: Path) -> list[Block]:
    """Return the blocks of all pages."""
    return [block for page in pages(root) for block in blocks(page, root)]


def programs(found: list[Block]) -> list[Block]:
    """Return the Python code that is to be run."""
    return [each for each in _code(found) if not each.excerpt]


def excerpts(found: list[Block]) -> list[Block]:
    """Return the Python code that stands in an example as well."""
    return [each for each in _code(found) if each.excerpt]


def _code(found: list[Block]) -> list[Block]:
    return [each for each in found if each.kind == "python" and not each.fragment]


def command_lines(found: list[Block]) -> list[tuple[Block, list[str]]]:
    """Return what a person types on the pages, as a shell would cut it."""
    return [
        (block, shlex.split(line[2:], comments=True))
        for block in found
        if block.kind == "console"
        for line in block.text.splitlines()
        if line.startswith("$ ")
    ]


def at(server: str, code: str) -> str:
    """Return the code with the pages' hosts replaced by a server of ours."""
    return _HOSTS.sub(server, code)
