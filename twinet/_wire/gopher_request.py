"""What a server is asked: one line (RFC 1436, section 2; Gopher+, section 2).

::

    selector [TAB search] CR LF                       Gopher
    selector [TAB search] TAB +[view] CR LF           an item, with a head before it
    selector TAB ![+BLOCK ...] CR LF                  the attributes of an item
    selector TAB $[+BLOCK ...] CR LF                  those of all items of a menu
    selector [TAB search] TAB +[view] TAB 1 CR LF     with the answers to a form
    +-1 CR LF, the answers, one in each line, a line with a dot
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinet import errors
from twinet._wire.gopher_item import check_text

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["request"]


def request(
    selector: str,
    search: str | None = None,
    plus: str | None = None,
    form: Sequence[str] | None = None,
) -> bytes:
    """Return what is sent for an item.

    :param search: the words of a search.
    :param plus: makes it a request of Gopher+: ``+`` and the view, ``!`` or ``$`` and
        the blocks.
    :param form: the answers to the questions of an ASK form, in their order.
    :raises GopherInvalidLocator: 12134, the selector cannot be sent.
    :raises InvalidParameter: 87, something else cannot be.
    """
    check_text(selector, "a selector", errors.GopherInvalidLocator)
    fields = [selector]
    if search is not None:
        check_text(search, "what is searched for", errors.InvalidParameter)
        fields.append(search)
    if plus is not None:
        check_text(plus, "a view or an attribute", errors.InvalidParameter)
        fields.append(plus)
    block = ""
    if form is not None:
        fields.append("1")
        block = _block(form)
    try:
        line = "\t".join(fields) + "\r\n" + block
        return line.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        msg = "half of a surrogate pair has no form in UTF-8, and cannot be sent"
        raise errors.InvalidParameter(msg) from None


def _block(form: Sequence[str]) -> str:
    if isinstance(form, str):
        msg = "a form is a list of answers, one for each question; not one text"
        raise errors.InvalidParameter(msg)
    lines = ["+-1"]
    for answer in form:
        check_text(answer, "an answer to a form", errors.InvalidParameter)
        lines.append("." + answer if answer.startswith(".") else answer)
    lines.append(".")
    return "\r\n".join(lines) + "\r\n"
