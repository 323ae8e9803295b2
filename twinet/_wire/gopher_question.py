"""The question: which attributes of an item are wanted (GopherGetAttribute)."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from twinet.errors import GopherAttributeNotFound, GopherProtocolError, InvalidParameter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twinet.gopher import GopherAttribute, GopherItem

__all__ = ["Question"]

_NAME = re.compile(r"\+?[^\s+:\0]+")


class Question:
    """The names, sorted out.

    :param names: of blocks, with a plus in front, or of attributes.
    :raises InvalidParameter: 87, a name cannot be one.
    :ivar blocks: what stands in the request: all the blocks where an attribute is
        wanted, as nobody knows in which one it is.
    """

    def __init__(self, names: Sequence[str]) -> None:
        for name in names:
            if not isinstance(name, str) or _NAME.fullmatch(name) is None:
                msg = (
                    f"{name!r:.80} is no name of a block, such as +ADMIN, or of an "
                    "attribute, such as Mod-Date"
                )
                raise InvalidParameter(msg)
        self._names = [name.lower() for name in names]
        blocks = [name for name in names if name.startswith("+")]
        self.blocks = "".join(blocks).upper() if len(blocks) == len(names) else ""

    def answer(self, items: list[GopherItem]) -> GopherItem:
        """Return the item with what was wanted.

        :raises GopherProtocolError: 12130, the server told nothing.
        :raises GopherAttributeNotFound: 12137, one of the names is not there.
        """
        if not items:
            msg = "the server's answer holds no attributes"
            raise GopherProtocolError(msg)
        item = items[0]
        if not self._names:
            return item
        found: list[GopherAttribute] = []
        for name in self._names:
            of_name = [
                each
                for each in item.attributes
                if name == (each.category_name if name[0] == "+" else each.name).lower()
            ]
            if not of_name:
                msg = f"the item has no attribute {name!r:.80}"
                raise GopherAttributeNotFound(msg)
            found += of_name
        return replace(item, attributes=tuple(found))
