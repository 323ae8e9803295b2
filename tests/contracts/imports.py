"""The walk over the house's imports, and what it calls a breach.

Nothing is executed: each file is parsed and every ``import`` in it is taken, at the
top, inside functions and under ``TYPE_CHECKING``, besides the ways round the statement
(``import_module("twinet.x")``, or ``import twinet`` and then ``twinet._net.x``).
"""

from __future__ import annotations

import ast
import graphlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: On which floor each module or room of the package lives, by its first name below
#: the package; ``""`` is the package itself. A new room gets its place here first.
FLOORS = {
    "errors": 0,
    "_constant_table": 0,
    "_error_table": 0,
    "status": 0,
    "options": 0,
    "flags": 0,
    "query": 0,
    "records": 0,
    "cookie": 0,
    "ftp": 0,
    "gopher": 0,
    "proxy": 0,
    "trace": 0,
    "tls": 0,
    "_wire": 1,
    "urls": 1,
    "_net": 2,
    "_http": 3,
    "_ftp": 3,
    "_gopher": 3,
    "_handles": 4,
    "": 5,
    "api": 5,
    "agent": 5,
    "trace_printer": 5,
    "wininet": 5,
    "testing": 5,
    "_mirrors": 5,
    "blocking": 5,
    "aio": 5,
    "timeline": 5,
    "inetfetch": 6,
}
#: The speakers: on one floor, and still strangers to each other.
SPEAKERS = 3
#: The tenant, who uses public names only.
TENANT = 6

#: What the lowest floors live without: other people's code and, on the floor of
#: bytes, whatever has a clock, a file or a socket.
OUTSIDE_WORDS = frozenset(
    {"twisted", "treq", "OpenSSL", "httptools", "rich", "prometheus_client"}
)
OUTSIDE_BYTES = frozenset(
    {
        *("twisted", "treq", "OpenSSL", "rich", "prometheus_client"),
        *("asyncio", "select", "selectors", "socket", "ssl", "threading"),
        *("time", "sched", "pathlib", "shutil", "subprocess", "tempfile"),
    }
)
#: The one exception: ``OperationCancelled`` is Twisted's ``CancelledError`` as well.
ADMITTED = {("errors", "twisted.internet.defer")}

#: Importing one of these installs a reactor, so it may not happen at import time.
REACTOR_MAKERS = (
    "twisted.internet.reactor",
    "twisted.protocols.ftp",
    "klein",
    "prometheus_client.twisted",
)

_BY_NAME = frozenset({"import_module", "__import__", "namedAny", "namedModule"})


@dataclass(frozen=True, slots=True)
class Import:
    """One import: who, what, where, and whether it happens at run time."""

    importer: str
    #: the module imported; of a name in a module, that module.
    module: str
    #: the whole dotted name, with the imported name at its end.
    name: str
    line: int
    typing_only: bool
    inside_function: bool

    def __str__(self) -> str:
        return f"{self.importer}:{self.line} imports {self.name}"


def modules(package: Path) -> dict[str, Path]:
    """Return every module of a package: dotted name to file."""
    found = {}
    for file in sorted(package.rglob("*.py")):
        parts = [package.name, *file.relative_to(package).with_suffix("").parts]
        if parts[-1] == "__init__":
            parts.pop()
        found[".".join(parts)] = file
    return found


def public_modules(package: Path) -> list[str]:
    """Return the modules without an underscore anywhere in their dotted name."""
    return [
        name
        for name in modules(package)
        if not any(part.startswith("_") for part in name.split("."))
    ]


def breaches(package: Path) -> list[str]:
    """Return what breaks the order of the floors, one readable line for each."""
    files = modules(package)
    found: list[str] = []
    graph: dict[str, set[str]] = {name: set() for name in files}
    for name, file in files.items():
        if _room(name) not in FLOORS:
            found.append(f"{name} has no floor: give its room a place in FLOORS")
            continue
        for one in _Reader(name, file, files).read():
            found += _faults(one, files)
            if one.module in files and not one.typing_only:
                graph[name].add(one.module)
    return found + _circles(graph)


def _room(module: str) -> str:
    return f"{module}.".split(".")[1]


def _faults(one: Import, files: dict[str, Path]) -> list[str]:
    """Judge a single import."""
    package = one.importer.split(".", maxsplit=1)[0]
    if one.module == "":
        return [f"{one}: only a name that is written out can be checked"]
    if one.name.startswith("."):
        return [f"{one}: imports are absolute"]
    if one.module.split(".")[0] != package:
        return _outside(one)
    if one.module not in files:
        return [f"{one}: there is no such module"]
    faults = []
    here, there = FLOORS[_room(one.importer)], FLOORS.get(_room(one.module))
    if there is None:
        pass  # said once, at the room without a floor itself
    elif there > here:
        faults.append(f"{one}: upwards, from floor {here} to {there}")
    elif here == there == SPEAKERS and _room(one.importer) != _room(one.module):
        faults.append(f"{one}: the speakers do not know each other")
    if here == TENANT and there != TENANT and _private(one.name):
        faults.append(f"{one}: the daemon uses public names only")
    return faults


def _private(name: str) -> bool:
    return any(
        part.startswith("_") and not part.endswith("__") for part in name.split(".")
    )


def _outside(one: Import) -> list[str]:
    """Judge the import of somebody else's module."""
    if one.typing_only:
        return []
    top = one.module.split(".")[0]
    floor = FLOORS[_room(one.importer)]
    admitted = (_room(one.importer), one.module) in ADMITTED
    if floor == 0 and top in OUTSIDE_WORDS and not admitted:
        return [f"{one}: the words know the standard library and zope.interface"]
    if floor == 1 and top in OUTSIDE_BYTES:
        return [f"{one}: bytes know no Twisted, no clock, no file and no socket"]
    if not one.inside_function and any(
        one.name == maker or one.name.startswith(f"{maker}.")
        for maker in REACTOR_MAKERS
    ):
        return [f"{one}: that installs a reactor; import it in a function"]
    return []


def _circles(graph: dict[str, set[str]]) -> list[str]:
    """Return each circle, one after the other, cutting the edge that closes it."""
    found = []
    while True:
        try:
            graphlib.TopologicalSorter(graph).prepare()
        except graphlib.CycleError as circle:
            ring: list[str] = circle.args[1]
            found.append("a circle: " + " <- ".join(ring))
            graph[ring[1]].discard(ring[0])
        else:
            return found


class _Reader(ast.NodeVisitor):
    """Collects one file's imports."""

    def __init__(self, module: str, file: Path, files: dict[str, Path]) -> None:
        self._module = module
        self._file = file
        self._files = files
        self._package = module.split(".", maxsplit=1)[0]
        self._found: list[Import] = []
        self._typing_only = False
        self._inside_function = False

    def read(self) -> Iterator[Import]:
        self.visit(ast.parse(self._file.read_text(encoding="utf-8")))
        yield from self._found

    def _add(self, node: ast.AST, name: str, module: str | None = None) -> None:
        self._found.append(
            Import(
                importer=self._module,
                module=self._longest(name) if module is None else module,
                name=name,
                line=getattr(node, "lineno", 0),
                typing_only=self._typing_only,
                inside_function=self._inside_function,
            )
        )

    def _longest(self, name: str) -> str:
        """Cut a dotted name down to the module in it."""
        parts = name.split(".")
        while parts[0] == self._package and len(parts) > 1:
            if ".".join(parts) in self._files:
                break
            parts.pop()
        return ".".join(parts)

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            # a misspelt module is found out by its whole name
            self._add(node, alias.name, alias.name)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        base = "." * node.level + (node.module or "")
        for alias in node.names:
            name = f"{base}.{alias.name}"
            whole = name if name in self._files else base
            self._add(node, name, whole)

    def visit_Call(self, node: ast.Call) -> None:
        called = node.func
        word = getattr(called, "attr", getattr(called, "id", ""))
        if word in _BY_NAME and node.args:
            first = node.args[0]
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                self._add(node, first.value)
            elif FLOORS[_room(self._module)] < FLOORS[""]:
                self._add(node, f"{ast.unparse(first)} by {word}", "")
        self.generic_visit(node)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        """See ``import twinet`` followed by ``twinet._net.dispatch``."""
        parts: list[str] = []
        inner: ast.expr = node
        while isinstance(inner, ast.Attribute):
            parts.append(inner.attr)
            inner = inner.value
        if isinstance(inner, ast.Name) and inner.id == self._package:
            self._add(node, ".".join([self._package, *reversed(parts)]))
        else:
            self.generic_visit(node)

    def visit_If(self, node: ast.If) -> None:
        test = node.test
        word = getattr(test, "attr", getattr(test, "id", ""))
        outer = self._typing_only
        self._typing_only = outer or word == "TYPE_CHECKING"
        for inner in node.body:
            self.visit(inner)
        self._typing_only = outer
        self.visit(test)
        for inner in node.orelse:
            self.visit(inner)

    def _function(self, node: ast.AST) -> None:
        outer = self._inside_function
        self._inside_function = True
        self.generic_visit(node)
        self._inside_function = outer

    visit_FunctionDef = _function
    visit_AsyncFunctionDef = _function
    visit_Lambda = _function
