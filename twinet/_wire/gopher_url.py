"""Gopher URLs (RFC 4266).

::

    gopher://host[:port]/[type[selector[%09search[%09gopher+]]]]

``gophers`` is the same in TLS, as curl and others have it.  A ``?`` has no meaning of
its own, and belongs to the selector, as it does for browsers that had Gopher.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote

from twinet import errors
from twinet._wire.gopher_item import PORT, check_text, escaped
from twinet._wire.gopher_type import MENU_SIGNS, NO_FILES, type_of
from twinet._wire.http_url import crack_gopher

if TYPE_CHECKING:
    from twinet._wire.http_url import HttpUrl
    from twinet.gopher import GopherType

__all__ = ["GopherUrl", "gopher_place", "read_gopher_url"]

#: Below it live servers of other protocols, which must not be made to hear what a
#: link says; but 105 is that of phone books (InternetOpenUrl).
_FIRST_FREE = 1024
_LET_THROUGH = frozenset((PORT, 105))
_PARTS = 3


# Not frozen: that takes several times as long to make, once for each request.
@dataclass(slots=True)
class GopherUrl:
    """A Gopher URL in the parts that a request is made of.  Nobody changes it.

    :ivar place: host and port; the scheme is ``gopher`` or ``gophers``.
    :ivar sign: the character of the item's type; ``1`` where the URL has none.
    :ivar search: what is searched for; ``None`` where the URL does not say.
    :ivar plus: what is asked in Gopher+; ``None`` where the URL does not say.
    """

    place: HttpUrl
    sign: str
    selector: str
    search: str | None = None
    plus: str | None = None

    @property
    def type(self) -> GopherType:
        """What the item is."""
        return type_of(self.sign)

    @property
    def tls(self) -> bool:
        """Whether it is spoken in TLS."""
        return self.place.scheme == "gophers"

    @property
    def is_menu(self) -> bool:
        """Whether it names a menu, or a search that answers with one."""
        return self.sign in MENU_SIGNS

    @property
    def is_file(self) -> bool:
        """Whether it names something that is read as a file."""
        return self.sign not in NO_FILES

    @property
    def name(self) -> str:
        """The last part of the selector."""
        return self.selector.rstrip("/").rpartition("/")[2]


def read_gopher_url(url: str) -> GopherUrl:
    """Cut a Gopher URL.

    :param url: an absolute URL.
    :raises UnrecognizedScheme: 12006, it is not of Gopher.
    :raises InvalidUrl: 12005, what is wrong with it is said.
    """
    place = crack_gopher(url)
    port = place.port
    if port < _FIRST_FREE and port not in _LET_THROUGH:
        msg = (
            f"a Gopher URL does not lead to port {port}, on which other servers "
            "listen; session.gopher(host, port) connects there"
        )
        raise errors.InvalidUrl(msg)
    path = place.target[1:]
    if "%" in path:
        path = unquote(path, errors="surrogateescape")
    elif len(path) > 1:
        # Nothing is hidden in it.
        return GopherUrl(place, path[0], path[1:])
    sign, rest = path[:1], path[1:]
    parts = rest.split("\t", _PARTS - 1)
    for part in parts:
        check_text(part, "a Gopher URL", errors.InvalidUrl)
    selector, search, plus = (*parts, None, None)[:_PARTS]
    if plus is not None:
        # RFC 4266: the search string is there, if only to be empty.
        search = search or None
    if sign == "\t":
        msg = "the URL has %09 in place of the character of a type, such as 0 or 1"
        raise errors.InvalidUrl(msg)
    check_text(sign, "a Gopher URL", errors.InvalidUrl)
    return GopherUrl(place, sign or "1", selector or "", search, plus or None)


def gopher_place(
    host: str, port: int, *, tls: bool, sign: str = "", selector: str = ""
) -> HttpUrl:
    """Return the URL of a server, or of an item on it.

    :raises InvalidUrl: 12005, host or port cannot be.
    """
    if not isinstance(host, str) or not host or any(mark in host for mark in "/?#@\\"):
        msg = f"{host!r:.80} is no host; give a name or an address"
        raise errors.InvalidUrl(msg)
    if ":" in host and not host.startswith("["):
        if host.count(":") == 1:
            msg = f"{host!r:.80} is no host; give the port on its own"
            raise errors.InvalidUrl(msg)
        host = f"[{host}]"
    scheme = "gophers" if tls else "gopher"
    return crack_gopher(f"{scheme}://{host}:{port}/{escaped(sign + selector)}")
