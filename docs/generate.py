"""Write what follows from tables: the error classes and the reference pages.

``python docs/generate.py`` writes, ``python docs/generate.py --check`` only compares
and exits with 1 when a file differs from what would be written.

Tables of numbers are read from the sources (a string after a member is its meaning),
so that a page can never say anything else than the code does.
"""

from __future__ import annotations

import argparse
import ast
import enum
import importlib
import inspect
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

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
        f'    meaning = "{family.meaning}"\n'
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
    module = importlib.import_module("twinet.flags")
    docs = member_docs(module)
    page = NOTE + heading("Flags and small enumerations")
    for kind in enums_of(module):
        page += heading(kind.__name__, "-") + (inspect.getdoc(kind) or "") + "\n\n"
        page += list_table(
            ("Name", "Value", "Meaning"),
            (
                (f"``{name}``", number(kind, member), docs[kind.__name__][name])
                for name, member in kind.__members__.items()
            ),
        )
    return page


def options_page() -> str:
    """Write ``docs/reference/options.rst``."""
    module = importlib.import_module("twinet.options")
    page = NOTE + heading("Options")
    labels = member_docs(module)["Kind"]
    page += (
        "Read and written as ``handle.options[Option.NAME]``. Access is q (can be\n"
        "queried) and s (can be set). Times are seconds here; ``twinet.wininet``\n"
        "takes WinINet's milliseconds. The letters of the handles:\n\n"
    )
    page += "".join(f"* {kind.value}: {labels[kind.name]}\n" for kind in module.Kind)
    page += "\n"
    names: dict[int, list[str]] = {}
    for name, option in module.Option.__members__.items():
        names.setdefault(option, []).append(f"``{name}``")
    page += list_table(
        ("No.", "Name", "Access", "Type", "Unit", "Handles", "Meaning"),
        (
            (
                str(row.number),
                " = ".join(names[option]),
                row.access,
                row.type.value,
                row.unit.value,
                " ".join(kind.value for kind in module.Kind if kind in row.kinds),
                row.meaning,
            )
            for option, row in module.OPTIONS.items()
        ),
    )
    return page


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


#: Where the Windows constants come from that members of enumerations are named after.
WORDS = ("twinet.flags", "twinet.options", "twinet.query", "twinet.status")
#: What stands in no enumeration.
SINGLE_CONSTANTS = {
    "HTTP_ADDREQ_FLAGS_MASK": 0xFFFF0000,
    "HTTP_ADDREQ_INDEX_MASK": 0x0000FFFF,
    "HTTP_QUERY_HEADER_MASK": 0x0FFFFFFF,
    "HTTP_QUERY_MAX": 78,
    "HTTP_QUERY_MODIFIER_FLAGS_MASK": 0xF0000000,
    "INTERNET_INVALID_PORT_NUMBER": 0,
    "INTERNET_MAX_HOST_NAME_LENGTH": 256,
    "INTERNET_MAX_PASSWORD_LENGTH": 128,
    "INTERNET_MAX_PATH_LENGTH": 2048,
    "INTERNET_MAX_PORT_NUMBER_LENGTH": 5,
    "INTERNET_MAX_SCHEME_LENGTH": 32,
    "INTERNET_MAX_USER_NAME_LENGTH": 128,
    "INTERNET_NO_CALLBACK": 0,
    "INTERNET_RFC1123_FORMAT": 0,
}


def constants_of(kind: type[enum.IntEnum | enum.IntFlag]) -> Iterator[tuple[str, str]]:
    """Yield Windows' names of a kind's members, and how they are written here."""
    pattern = re.search(r"``(\w+_)(?:\.\.\.|\*)(_PORT)?``", kind.__doc__ or "")
    if pattern is not None:
        before, after = pattern.groups(default="")
        for name in kind.__members__:
            yield f"{before}{name}{after}", f"{kind.__name__}.{name}"


def constants_source() -> str:
    """Write ``twinet/wininet/constants.py``."""
    modules = [importlib.import_module(name) for name in WORDS]
    kinds = [
        (module, kind)
        for module in modules
        for kind in enums_of(module)
        if any(constants_of(kind))
    ]
    values = {name: text for _, kind in kinds for name, text in constants_of(kind)}
    values |= {row.constant: str(row.code) for row in table.ERRORS}
    values |= {name: f"0x{value:X}" for name, value in SINGLE_CONSTANTS.items()}
    lines = [
        '"""The constants under their Windows names.',
        "",
        "Written by docs/generate.py: change the tables it reads, not this file.",
        '"""',
        "",
        "from __future__ import annotations",
        "",
        "from typing import Final",
        "",
    ]
    for module in modules:
        names = sorted(kind.__name__ for home, kind in kinds if home is module)
        short = f"from {module.__name__} import {', '.join(names)}"
        if len(short) > LINE_LENGTH:
            short = f"from {module.__name__} import (\n    "
            short += ",\n    ".join(names) + ",\n)"
        lines.append(short)
    every = "".join(f'    "{name}",\n' for name in sorted(values))
    lines += ["", f"__all__ = [\n{every}]", ""]
    for name, text in values.items():
        line = f"{name}: Final = {text}"
        if len(line) > LINE_LENGTH:
            line = f"{name}: Final = (\n    {text}\n)"
        lines.append(line)
    return "\n".join(lines) + "\n"


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
        REFERENCE / "errors.rst": errors_page(),
        REFERENCE / "flags.rst": flags_page(),
        REFERENCE / "options.rst": options_page(),
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
