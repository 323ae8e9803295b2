"""Leads references in docstrings to the one place where each public name is described.

Docstrings and annotations name things as the source does: ``Session.get``, or
``twinet._handles.session.Session``, where it lives.  Users know ``twinet.Session``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sphinx.addnodes import pending_xref
from sphinx.util.nodes import make_refnode

import twinet

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.application import Sphinx
    from sphinx.domains.python import PythonDomain
    from sphinx.environment import BuildEnvironment


#: Doors whose classes have the names of those of ``twinet``.
_MIRRORS = frozenset(("twinet.aio", "twinet.blocking"))


def say_whose(_app: Sphinx, doctree: nodes.document) -> None:
    """Let ``Session`` mean ``twinet.Session``, but on the page of a mirror."""
    for node in doctree.findall(pending_xref):
        first = node.get("reftarget", "").partition(".")[0]
        if (
            node.get("refdomain") == "py"
            and first in twinet.__all__
            and node.get("py:module") not in _MIRRORS
        ):
            node["reftarget"] = f"twinet.{node['reftarget']}"


def resolve(
    app: Sphinx, env: BuildEnvironment, node: pending_xref, words: nodes.Element
) -> nodes.Element | None:
    """Find what a reference means whose name is not a whole public one."""
    if node.get("refdomain") != "py":
        return None
    domain: PythonDomain = env.domains.python_domain
    for name in readings(node["reftarget"]):
        found = {
            full
            for full in domain.objects
            if full == name or (name[0].isupper() and full.endswith(f".{name}"))
        }
        direct = found & {name, f"twinet.{name}"}
        if len(found) == 1 or direct:
            full = (direct or found).pop()
            entry = domain.objects[full]
            return make_refnode(
                app.builder, node["refdoc"], entry.docname, entry.node_id, words
            )
    return None


def readings(target: str) -> list[str]:
    """Return what a name may be called in public, the likeliest first.

    >>> readings("twinet._handles.session.Session.get")
    ['twinet.Session.get', 'Session.get']
    """
    parts = target.lstrip("~.").split(".")
    first = next((n for n, part in enumerate(parts) if part[:1].isupper()), None)
    if first is None:
        return [".".join(parts)]
    short = ".".join(parts[first:])
    kind = getattr(twinet, parts[first]) if parts[first] in twinet.__all__ else None
    if kind is None:
        return [short]
    member = "".join(f".{part}" for part in parts[first + 1 :])
    # A member is described where it comes from.
    bases = [base.__name__ for base in getattr(kind, "__mro__", ())]
    names = [name for name in bases if name in twinet.__all__] or [parts[first]]
    return [*(f"twinet.{name}{member}" for name in names), short]


def passes(_app: Sphinx, _domain: object, node: pending_xref) -> bool | None:
    """Let the words of annotations be what they are in the source.

    They are names of other libraries, choices that have names of their own there, and
    type variables; those that users meet often are explained on the page of types.
    What somebody wrote as a reference has to lead somewhere.
    """
    written = "refwarn" in node
    public = node.get("reftarget", "").rpartition(".")[2] in twinet.__all__
    return None if written or public else True


def setup(app: Sphinx) -> dict[str, bool]:
    """Let Sphinx call."""
    app.connect("doctree-read", say_whose)
    app.connect("missing-reference", resolve)
    app.connect("warn-missing-reference", passes)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
