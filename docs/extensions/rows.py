"""Makes the rows of the generated tables places that names lead to.

``docs/generate.py`` writes tables of errors, flags, options and constants, which say
all there is to say about each.  A second description, by autodoc, would only say it
again; so the rows themselves are entered as descriptions into Sphinx' index.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from docutils import nodes
from sphinx import addnodes

import twinet

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sphinx.application import Sphinx


@dataclass(frozen=True)
class Described:
    """What the tables of one page describe.

    :ivar owner: what the names belong to; nothing for what a section's title names.
    :ivar kind: the kind of the names, as Sphinx calls it.
    :ivar column: the head of the column in which they stand.
    :ivar sections: the kind of what the page's sections, or its title, describe.
    """

    owner: str
    kind: str
    column: str
    sections: str = ""


#: The pages whose rows are descriptions.
PAGES = {
    "reference/constants": Described("twinet.wininet", "data", "Name"),
    "reference/errors": Described("twinet.errors", "exception", "Class"),
    "reference/flags": Described("", "attribute", "Name", "class"),
    "reference/limits": Described("twinet.Limits", "attribute", "Name", "class"),
    "reference/queries": Described("", "attribute", "Name", "class"),
    "reference/options": Described("twinet.Option", "attribute", "Name", "class"),
    "reference/statuses": Described("twinet.Status", "attribute", "Status", "class"),
}

#: Where the classes are that sections of the flags' page are about.
MODULES = ("twinet.flags", "twinet.query", "twinet.gopher")


def describe(app: Sphinx, doctree: nodes.document) -> None:
    """Enter what the tables of a page describe."""
    page = app.env.docname
    described = PAGES.get(page)
    if described is None:
        return
    for table in list(doctree.findall(nodes.table)):
        section = nearest(table, nodes.section)
        title = section.next_node(nodes.title).astext()
        owner = described.owner or public(title)
        entries = []
        if described.sections:
            entries.append(entered(app, section, owner, described.sections))
        for row, names in named_rows(table, described.column):
            entries += [
                entered(app, row, f"{owner}.{name}", described.kind) for name in names
            ]
        place = table.parent.index(table)
        table.parent.insert(place, addnodes.index(entries=entries))


def public(title: str) -> str:
    """Return the whole name of a class that a section is about."""
    if title in twinet.__all__:
        return f"twinet.{title}"
    homes = map(importlib.import_module, MODULES)
    return next(f"{home.__name__}.{title}" for home in homes if hasattr(home, title))


def nearest(node: nodes.Element, kind: type[nodes.Element]) -> nodes.Element:
    """Return what a node stands in."""
    while not isinstance(node, kind):
        node = node.parent
    return node


def named_rows(
    table: nodes.table, column: str
) -> Iterator[tuple[nodes.row, list[str]]]:
    """Yield the rows of a table, and what stands literally in one of their columns."""
    head, body = (table.next_node(kind) for kind in (nodes.thead, nodes.tbody))
    titles = [entry.astext() for entry in head.findall(nodes.entry)]
    if column not in titles:
        return
    place = titles.index(column)
    for row in body.findall(nodes.row):
        cell = row.children[place]
        yield row, [each.astext() for each in cell.findall(nodes.literal)]


def entered(
    app: Sphinx, node: nodes.Element, name: str, kind: str
) -> tuple[str, str, str, str, None]:
    """Note what a node describes; return its entry in the index of all names."""
    node["ids"].append(name)
    app.env.domains.python_domain.note_object(name, kind, name, location=node)
    owner, _, last = name.rpartition(".")
    return ("single", f"{last} (in {owner})", name, "", None)


def setup(app: Sphinx) -> dict[str, bool]:
    """Let Sphinx call."""
    app.connect("doctree-read", describe)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
