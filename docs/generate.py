"""Write what follows from tables: the error classes and the reference pages.

``python docs/generate.py`` writes, ``python docs/generate.py --check`` only compares
and exits with 1 when a file differs from what would be written.

Tables of numbers are read from the sources (a string after a member is its meaning),
so that a page can never say anything else than the code does.
"""

from __future__ import annotations

import argparse
import ast
import dataclasses
import enum
import importlib
import inspect
import re
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import twinet
from twinet import _constant_table as singles
from twinet import _error_table as table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import ModuleType

    from twinet._error_table import ErrorRow
    from twinet.status import Notification

ROOT = Path(__file__).resolve().parent.parent
REFERENCE = ROOT / "docs" / "reference"
BEGIN = "# --- generated from twinet/_error_table.py by docs/generate.py: begin ---\n"
END = "# --- generated: end ---\n"
#: As pyproject.toml has it.
LINE_LENGTH = 88
#: What the parts of the library say to each other, and not to programs.
SEAM = re.compile(
    r"_|take_|tell_|(lane|called_from_outside|preconfigured|install|of|attach|schedule"
    r"|store|tracer|voice)$",
)
#: What the mirrors have in the place of properties.
_SHOWN = frozenset(("Shows", "Sets"))
NOTE = ".. Written by docs/generate.py: change the tables it reads, not this page.\n\n"


def error_class(row: ErrorRow) -> str:
    """Write the source of one error class."""
    bases = ", ".join(filter(None, (row.family, row.builtin)))
    advice = f"\n\n    {row.advice}\n    " if row.advice else ""
    return (
        f"class {row.class_name}({bases}):\n"
        f'    """{row.meaning}.{advice}"""\n\n'
        f"    code = {row.code}\n"
        f'    name = "{row.constant}"\n'
        f'    meaning = "{row.meaning}"\n'
    )


def error_region() -> str:
    """Write everything between the markers of ``twinet/errors.py``."""
    families = [
        f"class {family.class_name}(InternetError):\n"
        f'    """{family.meaning}."""\n\n'
        f'    meaning = "{family.meaning}"\n{family.more}'
        for family in table.FAMILIES
    ]
    classes = [error_class(row) for row in table.ERRORS]
    by_code = "_BY_CODE: dict[int, type[InternetError]] = {\n"
    by_code += "".join(f"    {row.code}: {row.class_name},\n" for row in table.ERRORS)
    by_code += "}\n"
    return "\n\n" + "\n\n".join([*families, *classes, by_code])


def errors_source() -> str:
    """Return ``twinet/errors.py`` with its generated region written anew."""
    source = (ROOT / "twinet" / "errors.py").read_text(encoding="utf-8")
    before, rest = source.split(BEGIN)
    _, after = rest.split(END)
    return f"{before}{BEGIN}{error_region()}{END}{after}"


def heading(title: str, line: str = "=") -> str:
    """Underline a title."""
    return f"{title}\n{line * len(title)}\n\n"


def list_table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Write a reST list-table."""

    def written(cells: Iterable[str]) -> str:
        first, *others = [f"- {cell}".rstrip() for cell in cells]
        return "".join([f"   * {first}\n", *(f"     {other}\n" for other in others)])

    body = "".join(written(row) for row in rows)
    options = "   :header-rows: 1\n   :widths: auto\n\n"
    return f".. list-table::\n{options}{written(head)}{body}\n"


def errors_page() -> str:
    """Write ``docs/reference/errors.rst``."""
    page = NOTE + heading("Errors")
    page += (
        "All errors are subclasses of ``twinet.InternetError``. Their ``str()`` ends\n"
        "with the constant and the number in brackets.\n\n"
        ".. autoexception:: twinet.InternetError\n   :members:\n\n"
        ".. autofunction:: twinet.errors.for_code\n\n"
    )
    page += heading("Families", "-")
    page += list_table(
        ("Class", "Meaning"),
        ((f"``{row.class_name}``", f"{row.meaning}.") for row in table.FAMILIES),
    )
    page += heading("Codes", "-")
    page += list_table(
        ("Code", "Class", "Constant", "Is also", "Meaning and what to try"),
        (
            (
                str(row.code),
                f"``{row.class_name}``",
                f"``{row.constant}``",
                ", ".join(
                    f"``{base}``"
                    for base in (row.family, row.builtin)
                    if base not in {"", "InternetError"}
                ),
                f"{row.meaning}. {row.advice}".strip(),
            )
            for row in table.ERRORS
        ),
    )
    page += heading("Our own subclasses", "-")
    page += "They share the code of the class above them.\n\n"
    page += list_table(
        ("Class", "Is also", "Meaning and what to try"),
        (
            (
                f"``{row.class_name}``",
                f"``{row.parent}``",
                f"{row.meaning}. {row.advice}",
            )
            for row in table.OWN
        ),
    )
    return page


def member_docs(module: ModuleType) -> dict[str, dict[str, str]]:
    """Collect the strings that follow enum members in a module's source."""
    docs: dict[str, dict[str, str]] = {}
    tree = ast.parse(inspect.getsource(module))
    for kind in (node for node in tree.body if isinstance(node, ast.ClassDef)):
        members = docs[kind.name] = {}
        for statement, follower in zip(kind.body, kind.body[1:], strict=False):
            match statement, follower:
                case (
                    ast.Assign(targets=[ast.Name(id=name)]),
                    ast.Expr(value=ast.Constant(value=str(text))),
                ):
                    members[name] = inspect.cleandoc(text).replace("\n", " ")
    return docs


def enums_of(module: ModuleType) -> Iterator[type[enum.IntEnum | enum.IntFlag]]:
    """Yield a module's own integer enums in the order of their definition."""
    for kind in vars(module).values():
        if (
            isinstance(kind, enum.EnumType)
            and issubclass(kind, int)
            and kind.__module__ == module.__name__
        ):
            yield kind  # type: ignore[misc]  # mypy joins the two to EnumType


def number(kind: type[enum.IntEnum | enum.IntFlag], value: int) -> str:
    """Write a value as the reference does: bits in hex, others in decimal."""
    return f"0x{value:08x}" if issubclass(kind, enum.IntFlag) else str(value)


def flags_page() -> str:
    """Write ``docs/reference/flags.rst``."""
    page = NOTE + heading("Flags and small enumerations")
    return page + enum_tables("twinet.flags") + enum_tables("twinet.gopher")


def queries_page() -> str:
    """Write ``docs/reference/queries.rst``."""
    page = NOTE + heading("What can be asked of a head")
    return page + enum_tables("twinet.query", "The header field of that name.")


def enum_tables(name: str, silent: str = "") -> str:
    """Write a table of members for each enumeration of a module.

    :param silent: the meaning of members that have none written beside them; an
        enumeration none of whose members has one gets no column for it.
    """
    module = importlib.import_module(name)
    docs = member_docs(module)
    page = ""
    for kind in enums_of(module):
        meanings = docs[kind.__name__]
        page += heading(kind.__name__, "-") + plain(inspect.getdoc(kind) or "")
        home = "twinet" if kind.__name__ in twinet.__all__ else name
        page += f"\n\nIts full name is ``{home}.{kind.__name__}``.\n\n"
        rows = [
            (f"``{name}``", number(kind, member), plain(meanings.get(name, silent)))
            for name, member in kind.__members__.items()
        ]
        columns = 3 if meanings else 2
        head = ("Name", "Value", "Meaning")
        page += list_table(head[:columns], (row[:columns] for row in rows))
    return page


def constants_page() -> str:
    """Write ``docs/reference/constants.rst``."""
    page = NOTE + heading("WinINet's constants")
    page += (
        "All of them are names of ``twinet.wininet``. Most are members of an\n"
        "enumeration, whose page says what they mean: :doc:`flags`, :doc:`queries`,\n"
        ":doc:`options`, :doc:`statuses`; the ``ERROR_`` numbers are the codes of\n"
        ":doc:`errors`.\n\n"
    )
    values = vars(importlib.import_module("twinet.wininet.constants"))
    rows = []
    for name, written in constants().items():
        value = values[name]
        shown = number(type(value), value) if isinstance(value, enum.Enum) else written
        rows.append(
            (f"``{name}``", shown, f"``{written}``" if shown != written else "")
        )
    return page + list_table(("Name", "Value", "Here"), rows)


def options_page() -> str:
    """Write ``docs/reference/options.rst``."""
    module = importlib.import_module("twinet.options")
    page = NOTE + heading("Options")
    labels = member_docs(module)["Kind"]
    page += (
        "Read and written as ``handle.options[Option.NAME]``. Access is q (can be\n"
        "queried) and s (can be set). Times are seconds here; ``twinet.wininet``\n"
        "takes WinINet's milliseconds. What can be set can be read as well, unless\n"
        "setting it is an act (type none). An option that does not work says in its\n"
        "error why; it is never taken and ignored. The letters of the handles:\n\n"
    )
    page += "".join(f"* {kind.value}: {labels[kind.name]}\n" for kind in module.Kind)
    page += "\n"
    names: dict[int, list[str]] = {}
    for name, option in module.Option.__members__.items():
        names.setdefault(option, []).append(f"``{name}``")
    page += list_table(
        ("No.", "Name", "Works", "Access", "Type", "Unit", "Handles", "Meaning"),
        (
            (
                str(row.number),
                " = ".join(names[option]),
                f"no: {row.missing}" if row.missing else "yes",
                row.access,
                row.type.value,
                row.unit.value,
                " ".join(kind.value for kind in module.Kind if kind in row.kinds),
                row.meaning,
            )
            for option, row in module.OPTIONS.items()
        ),
    )
    page += heading("The table itself", "-")
    page += "``twinet.options.OPTIONS`` has it for programs, a row for each option.\n\n"
    for name in ("OptionRow", "Kind", "OptionType", "Unit"):
        page += f".. autoclass:: twinet.options.{name}\n"
    return page


def limits_page() -> str:
    """Write ``docs/reference/limits.rst``."""
    limits = importlib.import_module("twinet.records").Limits
    page = NOTE + heading("Limits")
    page += (inspect.getdoc(limits) or "").split("\n\n:raises")[0] + "\n\n"
    page += (
        "They are given as ``limits=twinet.Limits(first_byte=5)`` to a session, a\n"
        "connection or one call; whoever gives none has those of the handle above.\n"
        "``Option.CONNECT_TIMEOUT`` is ``connect``, ``SEND_TIMEOUT`` is ``send``,\n"
        "``RECEIVE_TIMEOUT`` is ``first_byte`` and ``idle``.\n"
        "``limits.but(idle=5)`` is a copy with some values changed.\n\n"
    )
    page += list_table(
        ("Name", "Default", "What it is for"),
        (
            (f"``{each.name}``", f"``{each.default!r}``", comments[each.name])
            for comments in (field_comments(limits),)
            for each in dataclasses.fields(limits)
        ),
    )
    return page


def field_comments(kind: type) -> dict[str, str]:
    """Collect the ``#:`` comments above the fields of a class."""
    found: dict[str, str] = {}
    words: list[str] = []
    for line in inspect.getsource(kind).splitlines():
        text = line.strip()
        if text.startswith("#: "):
            words.append(text.removeprefix("#: "))
        elif words:
            sentence = " ".join(words)
            found[text.partition(":")[0]] = sentence[0].upper() + sentence[1:]
            words.clear()
    return found


def statuses_page() -> str:
    """Write ``docs/reference/statuses.rst``."""
    module = importlib.import_module("twinet.status")
    page = NOTE + heading("Status notifications")
    page += list_table(
        ("No.", "Status", "Class", "Meaning"),
        (
            (
                str(int(kind.status)),
                f"``{kind.status.name}``",
                f"``{kind.__name__}``",
                " ".join((inspect.getdoc(kind) or "").split("\n\n")[0].split()),
            )
            for kind in sorted(
                notification_classes(module), key=lambda kind: int(kind.status)
            )
        ),
    )
    return page


#: Where the enumerations are that Windows' constants are members of.
WORDS = (
    "twinet.flags",
    "twinet.gopher",
    "twinet.options",
    "twinet.query",
    "twinet.status",
)


def objects_page() -> str:
    """Write ``docs/reference/objects.rst``."""
    page = NOTE + heading("Objects and calls")
    page += (
        "Everything here is a name of ``twinet``.  What a call takes, gives and\n"
        "raises is in its docstring: ``help(twinet.Session.get)``.\n\n"
        "What tells something (an answer, its fields, facts of TLS, a line of a\n"
        "trace, a notification) is for reading, and nobody but the library changes\n"
        "it.\n\n"
    )
    named = {name: getattr(twinet, name) for name in twinet.__all__}
    page += heading("Calls that need no handle", "-")
    calls = {name: call for name, call in named.items() if inspect.isfunction(call)}
    page += list_table(("Call", "What it does"), call_rows(calls))
    public = [kind for kind in named.values() if inspect.isclass(kind)]
    for kind in sorted(public, key=lambda kind: str(kind.__name__)):
        if issubclass(kind, enum.IntEnum | enum.IntFlag | BaseException) or kind in (
            named["Limits"],
            named["Notification"],
        ):
            continue  # they have pages of their own
        page += heading(kind.__name__, "-") + plain(inspect.getdoc(kind) or "") + "\n\n"
        page += members_table(kind, public, "twinet.")
    return page


def members_table(kind: type, public: Iterable[type], home: str) -> str:
    """Write what a class has besides what its public bases have."""
    page = ""
    bases = [base for base in public if base is not kind and issubclass(kind, base)]
    if bases:
        nearest = max(bases, key=lambda base: len(base.__mro__)).__name__
        page += (
            f"It has all that ``{home.removeprefix('twinet.')}{nearest}`` has, too.\n\n"
        )
    inherited = {name for base in bases for name in dir(base)}
    members = {
        name: inspect.getattr_static(kind, name)
        for name in dir(kind)
        if not (name in inherited or SEAM.match(name))
    }
    if rows := call_rows(members):
        page += list_table(("Name", "What it does, or is"), rows)
    return page


def mirrors_page(name: str, title: str) -> str:
    """Write the page of a door whose classes mirror those of ``twinet``."""
    module = importlib.import_module(name)
    page = NOTE + heading(title) + f".. automodule:: {name}\n\n"
    page += (
        "What a call takes and raises is told of the class of the same name in\n"
        ":doc:`handles`, :doc:`http`, :doc:`ftp` and :doc:`gopher`.\n\n"
    )
    named = {each: getattr(module, each) for each in getattr(module, "__all__", ())}
    public = [kind for kind in named.values() if inspect.isclass(kind)]
    for each, value in named.items():
        page += heading(each, "-")
        if inspect.isclass(value):
            # Without a signature, which is that of the class that it mirrors.
            page += f".. autoclass:: {name}.{each}()\n\n"
            page += members_table(value, public, f"{name}.")
        else:
            shown = ", ".join(parameters(value))
            page += f".. autofunction:: {name}.{each}({shown})\n\n"
    return page


def call_rows(members: dict[str, object]) -> list[tuple[str, str]]:
    """Return what can be called or asked, and the first sentences about it."""
    rows = []
    for name, member in members.items():
        asked = isinstance(member, property) or type(member).__name__ in _SHOWN
        call = getattr(member, "__func__", member)
        if not (asked or inspect.isfunction(call)):
            continue
        words = plain(inspect.getdoc(member) or "").split("\n\n")[0]
        shown = name if asked else f"{name}({', '.join(parameters(call))})"
        rows.append((f"``{shown}``", " ".join(words.split())))
    return rows


def parameters(call: object) -> Iterator[str]:
    """Yield the parameters of a call, those with a default as ``name=...``."""
    if not callable(call):
        return
    named_only = False
    for name, parameter in inspect.signature(call).parameters.items():
        if name in {"self", "cls"}:
            continue
        if parameter.kind is parameter.VAR_KEYWORD:
            yield f"**{name}"
            continue
        if parameter.kind is parameter.KEYWORD_ONLY and not named_only:
            named_only = True
            yield "*"
        yield name if parameter.default is parameter.empty else f"{name}=..."


def plain(text: str) -> str:
    """Return a docstring with names in place of references."""
    return re.sub(r":[a-z]+:`~?([^`]+)`", r"``\1``", text)


def prefix_and_suffix(kind: type[enum.IntEnum | enum.IntFlag]) -> tuple[str, str]:
    """Read from an enumeration's docstring what Windows writes around its members."""
    pattern = re.search(r"``(\w+_)(?:\.\.\.|\*)(\w*)``", kind.__doc__ or "")
    if pattern is None:
        msg = f"the docstring of {kind.__name__} names no constants of Windows"
        raise ValueError(msg)
    return pattern[1], pattern[2]


def value_source(value: int) -> str:
    """Write a constant's value: as a member or bits of its enumeration, or plainly."""
    if isinstance(value, enum.Enum):
        kind = type(value)
        if value.name in kind.__members__:
            return f"{kind.__name__}.{value.name}"
        return f"{kind.__name__}(0x{int(value):08X})"
    return str(value) if value < 2**16 else f"0x{value:08X}"


def natural(name: str) -> list[tuple[int, str]]:
    """Return what to sort names by: 40 goes before 128."""
    parts = re.split(r"(\d+)", name)
    return [(int(part) if part.isdigit() else 0, part) for part in parts]


def constants() -> dict[str, str]:
    """Return Windows' names and how their values are written; each name once."""
    values = [(row.constant, str(row.code)) for row in table.ERRORS]
    values += [(name, value_source(value)) for name, value in singles.CONSTANTS.items()]
    for module in map(importlib.import_module, WORDS):
        for kind in enums_of(module):
            before, after = prefix_and_suffix(kind)
            for member, value in kind.__members__.items():
                if value >= 1 << 32:
                    # Our own: it does not fit where Windows has it.
                    continue
                name = f"{before}{member}{after}"
                written = f"{kind.__name__}.{member}"
                values.append((singles.RENAMED.get(name, name), written))
    twice = [name for name, count in Counter(n for n, _ in values).items() if count > 1]
    if twice:
        msg = f"these stand in two tables: {', '.join(twice)}"
        raise ValueError(msg)
    return dict(sorted(values, key=lambda value: natural(value[0])))


def constants_source() -> str:
    """Write ``twinet/wininet/constants.py``."""
    values = constants()
    source = (
        '"""The constants under their Windows names.\n\n'
        "Written by docs/generate.py: change the tables it reads, not this file.\n"
        '"""\n\n'
        "from __future__ import annotations\n\n"
        "from typing import Final\n\n"
    )
    for name in WORDS:
        module = importlib.import_module(name)
        kinds = sorted(kind.__name__ for kind in enums_of(module))
        line = f"from {name} import {', '.join(kinds)}\n"
        if len(line) > LINE_LENGTH:
            listed = "".join(f"    {kind},\n" for kind in kinds)
            line = f"from {name} import (\n{listed})\n"
        source += line
    every = "".join(f'    "{name}",\n' for name in values)
    source += f"\n__all__ = [\n{every}]\n\n"
    for name, text in values.items():
        line = f"{name}: Final = {text}\n"
        if len(line) > LINE_LENGTH:
            line = f"{name}: Final = (\n    {text}\n)\n"
        source += line
    return source


def notification_classes(module: ModuleType) -> Iterator[type[Notification]]:
    """Yield the classes that stand for one status each."""
    for kind in vars(module).values():
        if (
            isinstance(kind, type)
            and issubclass(kind, module.Notification)
            and kind is not module.Notification
        ):
            yield kind


def pages() -> dict[Path, str]:
    """Return every generated file with the text it should have."""
    return {
        ROOT / "twinet" / "errors.py": errors_source(),
        ROOT / "twinet" / "wininet" / "constants.py": constants_source(),
        REFERENCE / "aio.rst": mirrors_page("twinet.aio", "Tasks of asyncio"),
        REFERENCE / "blocking.rst": mirrors_page("twinet.blocking", "Blocking calls"),
        REFERENCE / "constants.rst": constants_page(),
        REFERENCE / "errors.rst": errors_page(),
        REFERENCE / "flags.rst": flags_page(),
        REFERENCE / "limits.rst": limits_page(),
        REFERENCE / "objects.rst": objects_page(),
        REFERENCE / "options.rst": options_page(),
        REFERENCE / "queries.rst": queries_page(),
        REFERENCE / "statuses.rst": statuses_page(),
    }


def stale() -> list[Path]:
    """Return the files that differ from what would be generated."""
    return [
        path
        for path, text in pages().items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    ]


def main(arguments: list[str]) -> int:
    """Write or check the generated files; the result is the exit status."""
    parser = argparse.ArgumentParser(description="Write or check generated files.")
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    check = parser.parse_args(arguments).check
    outdated = stale()
    for path in outdated:
        print(f"{'differs' if check else 'written'}: {path.relative_to(ROOT)}")
        if not check:
            path.write_text(pages()[path], encoding="utf-8")
    return 1 if check and outdated else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
