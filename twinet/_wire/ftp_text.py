"""Text on its way (RFC 959, section 3.1.1.1): line ends are CR LF on the wire.

Here they are a line feed, as programs on most systems write them.  A carriage return
that no line feed follows is a character as any other, and stays.
"""

from __future__ import annotations

__all__ = ["TextFromWire", "TextToWire"]


class TextFromWire:
    """Makes CR LF of the wire line feeds, however the text is cut."""

    def __init__(self) -> None:
        self._held = False

    def feed(self, data: bytes) -> bytes:
        """Take a piece; return what is certain of the text."""
        if self._held:
            data = b"\r" + data
        self._held = data.endswith(b"\r")
        if self._held:
            data = data[:-1]
        return data.replace(b"\r\n", b"\n")

    def end(self) -> bytes:
        """Return what is left at the end."""
        held, self._held = self._held, False
        return b"\r" if held else b""


class TextToWire:
    """Makes line feeds CR LF; one that has its CR already stays as it is."""

    def __init__(self) -> None:
        self._after_return = False

    def feed(self, data: bytes) -> bytes:
        """Take a piece; return it as it goes over the wire."""
        if not data:
            return data
        first = data[:1] if self._after_return and data[:1] == b"\n" else b""
        self._after_return = data.endswith(b"\r")
        rest = data[len(first) :].replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        return first + rest
