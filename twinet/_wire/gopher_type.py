"""Item types: the character of a menu line, and WinINet's bit for it.

The first fourteen are RFC 1436's (section 3.8), the others Gopher+'s and what servers
have made of the rest since.
"""

from __future__ import annotations

from twinet.gopher import GopherType

__all__ = [
    "MENU_SIGNS",
    "NO_FILES",
    "TEXT_SIGNS",
    "TEXT_TYPES",
    "sign_of",
    "type_of",
]

_TYPES: dict[str, GopherType] = {
    "0": GopherType.TEXT_FILE,
    "1": GopherType.DIRECTORY,
    "2": GopherType.CSO,
    "3": GopherType.ERROR,
    "4": GopherType.MAC_BINHEX,
    "5": GopherType.DOS_ARCHIVE,
    "6": GopherType.UNIX_UUENCODED,
    "7": GopherType.INDEX_SERVER,
    "8": GopherType.TELNET,
    "9": GopherType.BINARY,
    "+": GopherType.REDUNDANT,
    "T": GopherType.TN3270,
    "g": GopherType.GIF,
    "I": GopherType.IMAGE,
    ":": GopherType.BITMAP,
    ";": GopherType.MOVIE,
    "<": GopherType.SOUND,
    "s": GopherType.SOUND,
    "h": GopherType.HTML,
    "P": GopherType.PDF,
    "d": GopherType.PDF,
    "c": GopherType.CALENDAR,
    "i": GopherType.INLINE,
}
#: The character that is written for a type: where there are two, the first.
_SIGNS: dict[GopherType, str] = {}
for _sign, _type in _TYPES.items():
    _SIGNS.setdefault(_type, _sign)

#: What comes in lines that end in a line with a dot: the rest comes until the server
#: closes.  (RFC 1436 says so of text alone; what is encoded as text is sent as text.)
TEXT_TYPES = GopherType.TEXT_FILE | GopherType.MAC_BINHEX | GopherType.UNIX_UUENCODED

#: The same by their characters.
TEXT_SIGNS = frozenset("046")
#: The characters of what is only to be read, and of other protocols.
NO_FILES = frozenset("1237i8+T")
#: Menus, and searches, which answer with one.
MENU_SIGNS = frozenset("17")

_BESIDE = GopherType.GOPHER_PLUS | GopherType.ASK


def type_of(sign: str) -> GopherType:
    """Return the type that a character stands for; UNKNOWN for any other."""
    return _TYPES.get(sign, GopherType.UNKNOWN)


def sign_of(kind: GopherType) -> str | None:
    """Return the character of a type; ``None`` when it is not one type alone.

    What stands beside a type (GOPHER_PLUS, ASK) does not count.
    """
    return _SIGNS.get(kind & ~_BESIDE)
