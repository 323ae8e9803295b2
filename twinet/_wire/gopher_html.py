"""The page: a menu as HTML, as WinINet gives it for a URL.

Everything that comes from the server is text here: it is escaped, control characters
are taken out, and a link leads to a scheme that shows something, or nowhere.  The page
itself forbids scripts, styles, images and forms that go elsewhere.
"""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING

from twinet.gopher import GopherType

if TYPE_CHECKING:
    from collections.abc import Iterable

    from twinet.gopher import GopherEntry

__all__ = ["FOOT", "head", "rows"]

#: A link may lead there; anything else, such as javascript:, is shown as words.
_SCHEMES = ("gopher:", "gophers:", "http:", "https:", "ftp:", "ftps:")
_TELNET = {GopherType.TELNET: "telnet", GopherType.TN3270: "tn3270"}
#: No browser shows them, and some terminals and parsers are misled.
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_HOST = re.compile(r"[A-Za-z0-9.:_\[\]-]+")
_WORDS = {
    GopherType.TEXT_FILE: "TXT",
    GopherType.DIRECTORY: "DIR",
    GopherType.CSO: "CSO",
    GopherType.ERROR: "ERR",
    GopherType.MAC_BINHEX: "HQX",
    GopherType.DOS_ARCHIVE: "ARC",
    GopherType.UNIX_UUENCODED: "UUE",
    GopherType.INDEX_SERVER: "FIND",
    GopherType.TELNET: "TEL",
    GopherType.BINARY: "BIN",
    GopherType.REDUNDANT: "SAME",
    GopherType.TN3270: "3270",
    GopherType.GIF: "GIF",
    GopherType.IMAGE: "IMG",
    GopherType.BITMAP: "IMG",
    GopherType.MOVIE: "FILM",
    GopherType.SOUND: "SND",
    GopherType.HTML: "HTM",
    GopherType.PDF: "DOC",
    GopherType.CALENDAR: "CAL",
    GopherType.INLINE: "",
}
_BESIDE = GopherType.GOPHER_PLUS | GopherType.ASK

FOOT = b"</pre>\n</body>\n</html>\n"


def head(title: str) -> bytes:
    """Return the page up to its first row.

    :param title: such as the menu's URL.
    """
    words = _shown(title)
    return (
        "<!DOCTYPE html>\n"
        '<html>\n<head>\n<meta charset="utf-8">\n'
        '<meta http-equiv="Content-Security-Policy" '
        "content=\"default-src 'none'; base-uri 'none'; form-action 'none'\">\n"
        '<meta name="referrer" content="no-referrer">\n'
        f"<title>{words}</title>\n</head>\n<body>\n<h1>{words}</h1>\n<pre>\n"
    ).encode()


def rows(entries: Iterable[GopherEntry]) -> bytes:
    """Return the rows of some entries."""
    return "".join(map(_row, entries)).encode()


def _row(entry: GopherEntry) -> str:
    words = _shown(entry.display_string)
    mark = _WORDS.get(entry.type & ~_BESIDE, "???").rjust(5)
    link = _link(entry)
    if not link:
        return f"{mark} {words}\n"
    where = _shown(link)
    return f'{mark} <a rel="noreferrer" href="{where}">{words or where}</a>\n'


def _link(entry: GopherEntry) -> str:
    """Return where a row leads; empty is nowhere."""
    kind = entry.type & ~_BESIDE
    if kind in (GopherType.INLINE, GopherType.ERROR):
        return ""
    if kind in _TELNET:
        if _HOST.fullmatch(entry.host) is None:
            return ""
        return f"{_TELNET[kind]}://{entry.host}:{entry.port}/"
    url = entry.url
    if not url.lower().startswith(_SCHEMES) or _CONTROL.search(url) is not None:
        return ""
    return url


def _shown(text: str) -> str:
    """Return text as it can stand anywhere in a page."""
    return escape(_SURROGATE.sub("\ufffd", _CONTROL.sub("\ufffd", text)))
