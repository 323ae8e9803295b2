"""One line of a menu, and locators, which are such lines (RFC 1436, section 3.9).

::

    <sign><display string> TAB <selector> TAB <host> TAB <port> [TAB +|?] CR LF

Servers are taken as they are: a line feed ends a line as well, a port that is missing
is 70, what stands behind the last field is left aside.  A selector keeps each of its
bytes; display strings are decoded for people.
"""

from __future__ import annotations

import re
from urllib.parse import quote

from twinet import errors
from twinet._wire.gopher_type import sign_of, type_of
from twinet.gopher import GopherEntry, GopherType

__all__ = [
    "PORT",
    "check_text",
    "decoded",
    "escaped",
    "locator",
    "read_item",
    "read_locator",
    "selector_text",
]

#: The port that servers listen on (RFC 1436, section 2).
PORT = 70
_HIGHEST_PORT = 65535
_PORT = re.compile(rb" *([0-9]{1,5}) *")
#: What would end a field or a line, or a string in C.
_BREAKS = re.compile(r"[\t\r\n\0]")
#: RFC 3986's characters of a path, besides letters and digits.
_SAFE = "/-._~!$&'()*+,;=:@"
#: So much is a line without a host: it is only to be read.
_BARE = frozenset("i3")
#: How many fields a line has without its port.
_FIELDS = 3
_LINK = re.compile(r"/?URL:(?=[a-z][a-z0-9+.-]*:)", re.IGNORECASE)


def read_item(line: bytes) -> GopherEntry | None:
    """Read a line of a menu, without its line end; ``None`` when it is none."""
    sign = line[:1].decode("latin-1")
    kind = type_of(sign)
    fields = line[1:].split(b"\t")
    count = len(fields)
    port = PORT
    bare = sign in _BARE
    if bare:
        # Their host and port are often missing or made up, and never used.
        fields += [b""] * (_FIELDS - count)
        if count <= _FIELDS or (match := _PORT.fullmatch(fields[3])) is None:
            port = 0
        else:
            port = int(match[1])
    elif count < _FIELDS or not "!" <= sign <= "~":
        return None
    elif count > _FIELDS and fields[3].strip():
        match = _PORT.fullmatch(fields[3])
        if match is None or int(match[1]) > _HIGHEST_PORT:
            return None
        port = int(match[1])
    plus = ""
    if count > _FIELDS + 1 and fields[4][:1] in (b"+", b"?"):
        plus = fields[4][:1].decode()
        kind |= GopherType.GOPHER_PLUS
        if plus == "?":
            kind |= GopherType.ASK
    words = decoded(fields[0])
    selector = selector_text(fields[1])
    host = selector_text(fields[2]).strip()
    return GopherEntry(
        kind,
        sign,
        words,
        selector,
        host,
        port,
        _line(sign, words, selector, host, port, plus),
        "" if bare else item_url(sign, selector, host, port),
    )


def locator(
    host: str,
    port: int = 0,
    display_string: str = "",
    selector: str = "",
    kind: int = GopherType.DIRECTORY,
) -> str:
    """Compose a locator: the line of a menu that leads to an item.

    :param port: 0 is 70.
    :param kind: a :class:`~twinet.gopher.GopherType`, with GOPHER_PLUS or ASK beside
        it or not; 0 is a menu.
    :raises InvalidParameter: 87, there is no host, a text holds a tab, a line end or
        a NUL, or the port cannot be.
    :raises GopherUnknownLocator: 12138, the type is no type, or several.
    :source: GopherCreateLocator.
    """
    if type(port) is not int or not 0 <= port <= _HIGHEST_PORT:
        msg = f"the port is a number from 1 to {_HIGHEST_PORT}, or 0 for 70; not {port}"
        raise errors.InvalidParameter(msg)
    if not host:
        msg = "name the host of the item"
        raise errors.InvalidParameter(msg)
    texts = {"host": host, "display string": display_string, "selector": selector}
    for what, text in texts.items():
        check_text(text, f"the {what} of a locator", errors.InvalidParameter)
    asked = GopherType(kind)
    flags = asked & (GopherType.GOPHER_PLUS | GopherType.ASK)
    sign = sign_of(asked if asked & ~flags else asked | GopherType.DIRECTORY)
    if sign is None:
        msg = f"{asked!r} is no type of an item; give one, such as GopherType.TEXT_FILE"
        raise errors.GopherUnknownLocator(msg)
    plus = "?" if flags & GopherType.ASK else "+" if flags else ""
    return _line(sign, display_string, selector, host, port or PORT, plus)


def read_locator(text: str) -> GopherEntry:
    """Read a locator.

    :raises GopherInvalidLocator: 12134, it is none.
    :source: GopherGetLocatorType, for its type.
    """
    if not isinstance(text, str):
        msg = f"a locator is text, or an entry of a menu; not {text!r:.80}"
        raise errors.GopherInvalidLocator(msg)
    line = text.removesuffix("\n").removesuffix("\r")
    broken = re.search(r"[\r\n\0]", line)
    entry = None
    if broken is None:
        try:
            entry = read_item(line.encode("utf-8", "surrogateescape"))
        except UnicodeEncodeError:
            entry = None
    if entry is None or "\t" not in line:
        msg = (
            f"{text!r:.80} is no locator: that is one line of a menu, with tabs; "
            "twinet.urls.gopher_locator makes one"
        )
        raise errors.GopherInvalidLocator(msg)
    return entry


def check_text(text: object, what: str, kind: type[errors.InternetError]) -> None:
    """Refuse what cannot stand in a line.

    :raises InternetError: of that kind.
    """
    if not isinstance(text, str):
        msg = f"{what} is text, not {text!r:.80}"
        raise kind(msg)
    broken = _BREAKS.search(text)
    if broken is not None:
        msg = f"{what} cannot hold {broken[0]!r}, as {text!r:.80} does"
        raise kind(msg)


def decoded(text: bytes) -> str:
    """Return words for people: UTF-8, and Latin-1 where they are none."""
    try:
        return text.decode()
    except UnicodeDecodeError:
        return text.decode("latin-1")


def selector_text(text: bytes) -> str:
    """Return a selector, from which its bytes can be had again."""
    return text.decode("utf-8", "surrogateescape")


def item_url(sign: str, selector: str, host: str, port: int) -> str:
    """Write an item as a URL (RFC 4266); a link in a selector is that link."""
    link = _LINK.match(selector) if sign == "h" else None
    if link is not None:
        return selector[link.end() :]
    if not host:
        return ""
    bare = f"[{host}]" if ":" in host else host
    suffix = "" if port == PORT else f":{port}"
    return f"gopher://{bare}{suffix}/{escaped(sign + selector)}"


def escaped(text: str) -> str:
    """Percent-encode a selector, with its sign in front, for a URL."""
    return quote(text.encode("utf-8", "surrogateescape"), safe=_SAFE)


def _line(sign: str, words: str, selector: str, host: str, port: int, plus: str) -> str:
    flag = f"\t{plus}" if plus else ""
    return f"{sign}{words}\t{selector}\t{host}\t{port}{flag}\r\n"
