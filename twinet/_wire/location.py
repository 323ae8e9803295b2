"""Where a redirect leads: a Location field, resolved against the URL that sent it."""

from __future__ import annotations

import re

from twinet import errors
from twinet._wire.http_url import CONTROL, PARTS, SCHEME, HttpUrl

_OUTSIDE = re.compile(r"[^!-~]")


def resolve_location(base: HttpUrl, location: bytes) -> str:
    """Make an absolute URL of a redirect's Location.

    By RFC 3986 5.2, with 5.2.2's lenience for references that repeat the scheme
    (``http:g``), as browsers have it. Bytes outside ASCII and blanks are
    percent-encoded as they are, whatever character set they come from. The fragment
    of ``base`` is inherited when the location has none (RFC 9110 10.2.2); its user
    name and password are not.

    :param base: the URL that answered with the redirect
    :param location: the field's value as received
    :returns: the new URL; its scheme may be another one
    :raises InvalidUrl: 12005, control characters
    :raises InvalidParameter: 87, the location is not bytes
    """
    if not isinstance(location, bytes):
        raise errors.InvalidParameter(
            f"a Location is the bytes of a field, not {type(location).__name__}"
        )
    text = _location_text(location)
    scheme, reference = base.scheme, text
    if (match := SCHEME.match(text)) is not None:
        scheme, reference = match[1].lower(), text[match.end() :]
        if scheme != base.scheme:
            return _inherit(_without_dots(text, match.end()), base)
    parts = PARTS.fullmatch(reference)
    assert parts is not None, "every text matches"
    authority, rest, fragment = parts.groups()
    if authority is not None:
        return _inherit(_without_dots(f"{scheme}:{reference}", len(scheme) + 1), base)
    path, mark, query = rest.partition("?")
    # The whole server, "*", is no path, and its URL has none.
    target = "/" if base.target == "*" else base.target
    base_path, base_mark, base_query = target.partition("?")
    if not path:
        path = base_path
        if not mark:
            mark, query = base_mark, base_query
    else:
        if not path.startswith("/"):
            path = base_path[: base_path.rindex("/") + 1] + path
        path = remove_dot_segments(path)
    root = base.url.removesuffix(base.target)
    tail = "" if fragment is None else f"#{fragment}"
    return _inherit(f"{root}{path}{mark}{query}{tail}", base)


def _location_text(location: bytes) -> str:
    text = location.strip(b" \t").decode("latin-1")
    if (control := CONTROL.search(text)) is not None:
        raise errors.InvalidUrl(
            f"the Location of a redirect has the control character {control[0]!r}"
        )
    return _OUTSIDE.sub(lambda found: f"%{ord(found[0]):02X}", text)


def _without_dots(url: str, start: int) -> str:
    """Remove the dot segments of an absolute URL whose scheme ends at ``start``."""
    parts = PARTS.fullmatch(url, start)
    assert parts is not None, "every text matches"
    path_start = parts.start(2)
    path, mark, query = parts[2].partition("?")
    if not path.startswith("/"):
        return url
    path = remove_dot_segments(path)
    return url[:path_start] + path + mark + query + url[parts.end(2) :]


def _inherit(url: str, base: HttpUrl) -> str:
    if base.fragment is None or "#" in url:
        return url
    return f"{url}#{base.fragment}"


def remove_dot_segments(path: str) -> str:
    """Remove ``.`` and ``..`` from an absolute path (RFC 3986 5.2.4)."""
    kept: list[str] = []
    segments = path[1:].split("/")
    for segment in segments:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    if segments[-1] in {".", ".."}:
        kept.append("")
    return "/" + "/".join(kept)
