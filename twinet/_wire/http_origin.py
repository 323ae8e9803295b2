"""The URL of a server, of a target on it, and with more in its query."""

from __future__ import annotations

import re
from dataclasses import replace

from twinet import errors
from twinet._wire.http_url import HttpUrl, crack_http

__all__ = ["at_target", "http_origin", "with_query"]

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def http_origin(scheme: str, host: str, port: int | None) -> HttpUrl:
    """Return the URL of a server's root.

    :param host: a name or an address; IPv6 with or without brackets.
    :param port: the scheme's own when None.
    :raises InvalidUrl: 12005, host or port cannot be.
    """
    if not isinstance(host, str):
        msg = f"a host is text, a name or an address; not {type(host).__name__}"
        raise errors.InvalidUrl(msg)
    if any(mark in host for mark in "/?#@\\"):
        msg = f"{host!r} is no host; give a name or an address"
        raise errors.InvalidUrl(msg)
    if ":" in host and not host.startswith("["):
        if host.count(":") == 1:
            msg = f"{host!r} is no host; give the port on its own"
            raise errors.InvalidUrl(msg)
        host = f"[{host}]"
    suffix = "" if port is None else f":{port}"
    return crack_http(f"{scheme}://{host}{suffix}/")


def at_target(server: HttpUrl, target: str, *, asterisk: bool = False) -> HttpUrl:
    """Return the URL of a target on the same server.

    :param target: path and query, sent as given but for what must not stand in a
        request line; a slash is put before a path that has none, and a fragment is
        no part of what is sent.
    :param asterisk: whether ``*`` means the server itself (RFC 9112, section 3.2.4:
        in an OPTIONS request), and not a path.
    :raises InvalidUrl: 12005, it is no text, or holds a control character.
    """
    if not isinstance(target, str):
        msg = f"the target of a request is text, not {type(target).__name__}"
        raise errors.InvalidUrl(msg)
    if (control := _CONTROL.search(target)) is not None:
        msg = (
            f"the target has the control character {control[0]!r} at "
            f"{control.start()}; write it percent-encoded if it is meant"
        )
        raise errors.InvalidUrl(msg)
    root = server.url[: len(server.url) - len(server.target)]
    if asterisk and target == "*":
        # Its URL has no path.
        return replace(server, target="*", url=root)
    slash = "" if target.startswith("/") else "/"
    return crack_http(f"{root}{slash}{target}")


def with_query(url: HttpUrl, query: str) -> HttpUrl:
    """Return a URL with more at the end of its query; the rest stays as it is.

    :param query: ASCII, percent-encoded.
    :raises InvalidParameter: 87, the target is ``*``, which has no query.
    """
    if url.target == "*":
        msg = "the target * has no query; give params with a path"
        raise errors.InvalidParameter(msg)
    mark = "&" if "?" in url.target else "?"
    if url.target.endswith(("?", "&")):
        mark = ""
    return replace(
        url, target=f"{url.target}{mark}{query}", url=f"{url.url}{mark}{query}"
    )
