"""A protection space: what a server, or a proxy, asks one user name for."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from twinet._http.offer import Offer
    from twinet._wire.digest import DigestSession
    from twinet.proxy import Proxy
    from twinet.records import Credentials
    from twinet.urls import HttpUrl

__all__ = ["Place", "ProtectionSpace", "place_of", "place_of_proxy"]

#: How many folders of a space are remembered (our own choice).
_MOST_FOLDERS = 64


class Place(NamedTuple):
    """Who asks: an origin, or a proxy.

    :ivar proxy: whether it is one: the same server may be both.
    """

    proxy: bool
    scheme: str
    host: str
    port: int


def place_of(url: HttpUrl) -> Place:
    """Return the origin of a URL (RFC 6454)."""
    return Place(False, url.scheme, url.host, url.port)


def place_of_proxy(proxy: Proxy) -> Place:
    """Return the place that a proxy is."""
    return Place(True, proxy.speech, proxy.host, proxy.port)


class ProtectionSpace:
    """One realm at one place, and what is known of it.

    :ivar credentials: those that it took last; ``None`` until it took any.
    :ivar digest: the session with it when it wants Digest; ``None`` when Basic.
    :ivar utf8: whether it said that it wants UTF-8.
    """

    __slots__ = ("_domain", "_folders", "credentials", "digest", "utf8")

    def __init__(self) -> None:
        self.credentials: Credentials | None = None
        self.digest: DigestSession | None = None
        self.utf8 = False
        #: where it asked, as a dict for its order.
        self._folders: dict[str, None] = {}
        #: the paths that Digest says it covers; ``None`` is the whole server.
        self._domain: tuple[str, ...] | None = None

    def __repr__(self) -> str:
        return f"<ProtectionSpace {'Basic' if self.digest is None else 'Digest'}>"

    def asked(self, offer: Offer, target: str, place: Place) -> None:
        """Take note of where it asked, and how far it says that it reaches."""
        self._folders.pop(folder := _folder(target), None)
        self._folders[folder] = None
        if len(self._folders) > _MOST_FOLDERS:
            del self._folders[next(iter(self._folders))]
        self.utf8 = offer.utf8
        self._domain = None
        if offer.digest is not None and offer.digest.domain:
            named = (uri.decode("latin-1") for uri in offer.digest.domain)
            paths = [_path_at(uri, place) for uri in named]
            self._domain = tuple(path for path in paths if path is not None)

    def reach(self, target: str) -> int:
        """Tell how well a target fits: by the characters that say so; -1, not at all.

        Basic covers what lies in or below a folder that it asked for (RFC 7617,
        section 2.2), Digest what it names or, when it names nothing, the whole server
        (RFC 7616, section 3.3, ``domain``).
        """
        path = target.partition("?")[0]
        folders = [len(each) for each in self._folders if path.startswith(each)]
        best = max(folders, default=-1)
        if self.digest is None or best >= 0:
            return best
        if self._domain is None:
            return 0
        return max((len(d) for d in self._domain if _covers(d, path)), default=-1)


def _folder(target: str) -> str:
    """Return the path up to its last slash."""
    path = target.partition("?")[0]
    return path[: path.rfind("/") + 1]


def _path_at(uri: str, place: Place) -> str | None:
    """Return the path of a URI of ``domain``; None when it leads elsewhere.

    Another server may be named there, but what was given for this one stays here.
    """
    if uri.startswith("/") and not uri.startswith("//"):
        return uri.partition("?")[0]
    root = f"{place.scheme}://"
    host = f"[{place.host}]" if ":" in place.host else place.host
    scheme, authority, path = uri[: len(root)], *_split(uri[len(root) :])
    usual = {"http": 80, "https": 443}.get(place.scheme)
    names = {f"{host}:{place.port}"} | ({host} if place.port == usual else set())
    if scheme.lower() != root or authority.lower() not in names:
        return None
    return path


def _split(text: str) -> tuple[str, str]:
    authority, _, path = text.partition("/")
    return authority, "/" + path.partition("?")[0]


def _covers(domain: str, path: str) -> bool:
    """Tell whether a path is what is named, or below it; whole steps count."""
    if not path.startswith(domain):
        return False
    return domain.endswith("/") or path[len(domain) :][:1] in ("", "/")
