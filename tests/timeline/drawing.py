"""A waterfall, read back from its SVG."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from twinet.timeline.palette import css_class
from twinet.timeline.phase import Phase

if TYPE_CHECKING:
    from collections.abc import Iterator

SVG = "{http://www.w3.org/2000/svg}"
_PHASES = {css_class(phase): phase for phase in Phase}
#: Whatever could run, load or lead somewhere.
_ACTIVE = {"script", "foreignObject", "a", "image", "use", "animate", "set", "iframe"}
#: About what a letter takes.
LETTER = 7.25


@dataclass
class Bar:
    """One phase in the picture."""

    phase: Phase
    left: float
    right: float
    top: float
    bottom: float


class Drawing:
    """The parts of a picture; everything in it is checked to be harmless."""

    def __init__(self, text: str) -> None:
        self.root = ET.fromstring(text)
        self.width = float(self.root.get("width", ""))
        self.height = float(self.root.get("height", ""))
        for element in self.root.iter():
            name = element.tag.removeprefix(SVG)
            assert element.tag.startswith(SVG), element.tag
            assert name not in _ACTIVE, name
            for key, value in element.attrib.items():
                assert not key.lower().startswith("on"), key
                assert "href" not in key, key
                assert "url(" not in value, value

    def texts(self) -> list[str]:
        """Return all words, in order."""
        return [each.text or "" for each in self.root.iter(f"{SVG}text")]

    def rows(self) -> list[ET.Element]:
        """Return the groups of the rows."""
        return [
            each for each in self.root.iter(f"{SVG}g") if each.get("class") == "row"
        ]

    def legend(self) -> list[Phase]:
        """Return what is explained."""
        keys = (each.get("class", "").split() for each in self.root.iter(f"{SVG}rect"))
        return [_PHASES[key[1]] for key in keys if key[:1] == ["key"]]

    def tooltip(self, number: int) -> list[str]:
        """Return the lines of a row's tooltip."""
        title = self.rows()[number].find(f"{SVG}title")
        assert title is not None
        return (title.text or "").splitlines()

    def bars(self, number: int) -> list[Bar]:
        """Return the bars of a row."""
        return [
            _bar(each)
            for each in self.rows()[number].iter(f"{SVG}rect")
            if each.get("class") in _PHASES
        ]

    def marks(self) -> list[float]:
        """Return where the lines of the axis stand."""
        return [
            float(each.get("d", "M0").split()[0][1:])
            for each in self.root.iter(f"{SVG}path")
        ]

    def outside(self) -> Iterator[str]:
        """Give what does not lie in the picture, about."""
        for each in self.root.iter(f"{SVG}rect"):
            bar = _bar(each)
            if not (
                0 <= bar.left <= bar.right <= self.width
                and 0 <= bar.top <= bar.bottom <= self.height
            ):
                yield f"{each.attrib}"
        for each in self.root.iter(f"{SVG}text"):
            left, words = float(each.get("x", "")), each.text or ""
            length = LETTER * len(words)
            if "end" in each.get("class", "").split():
                left -= length
            elif "middle" in each.get("class", "").split():
                left -= length / 2
            if not (left >= 0 and left + length <= self.width):
                yield words


def _bar(element: ET.Element) -> Bar:
    left, top = float(element.get("x", 0)), float(element.get("y", 0))
    return Bar(
        _PHASES.get(element.get("class", "").split()[-1], Phase.IDLE),
        left,
        left + float(element.get("width", "")),
        top,
        top + float(element.get("height", "")),
    )
