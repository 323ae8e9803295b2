"""Cookies between treq and the session's jar: what a call brings, what is read back."""

from __future__ import annotations

import re
from collections.abc import Mapping
from http.cookiejar import Cookie, CookieJar
from typing import TYPE_CHECKING, Any
from urllib.request import Request

from treq.cookies import IndexableCookieJar

from twinet._handles.agent_request import AgentRequest
from twinet._http.order import Order
from twinet.errors import InvalidParameter
from twinet.urls import crack_http

if TYPE_CHECKING:
    from collections.abc import Iterator

    from twinet._http.cookies import CookieJar as Jar
    from twinet._wire.http_request import FieldLines
    from twinet.cookie import Cookie as Kept

__all__ = ["CookiesRead", "TreqRequest", "cookie_field"]

#: What would end a cookie, or the field it stands in (RFC 6265, section 4.1.1).
_UNSAFE = re.compile(r"[\x00-\x1f\x7f;]")


def cookie_field(cookies: Any, url: str) -> str | None:
    """Return the value of the Cookie field that a call brings; ``None`` for none.

    :param cookies: names and values, or a jar of the standard library, whose own rules
        say which of its cookies are for the URL.
    :raises InvalidParameter: 87, one of them cannot be sent.
    :raises InvalidUrl: 12005, the URL is none.
    """
    if cookies is None:
        return None
    if isinstance(cookies, CookieJar):
        asked = Request(crack_http(url).url)  # noqa: S310  what a jar asks; not opened
        cookies.add_cookie_header(asked)
        return asked.get_header("Cookie")
    if not isinstance(cookies, Mapping):
        msg = (
            "cookies is a mapping of names to values, or a http.cookiejar.CookieJar; "
            f"not a {type(cookies).__name__}"
        )
        raise InvalidParameter(msg)
    for name, value in cookies.items():
        if (
            not isinstance(name, str)
            or not isinstance(value, str)
            or not name
            or "=" in name
            or _UNSAFE.search(name + value) is not None
        ):
            # The value is not shown: it may be a secret.
            msg = (
                f"the cookie {name!r} cannot be sent: its name and value are text "
                "without semicolons and control characters, its name without ="
            )
            raise InvalidParameter(msg)
    return "; ".join(f"{name}={value}" for name, value in cookies.items()) or None


class CookiesRead(IndexableCookieJar):
    """The session's cookies as ``response.cookies()`` shows them.

    It is what treq takes for its own jar, and keeps nothing: the session's own has
    taken what the answers set, redirects included, and has sent what belongs there.
    """

    def __init__(self, jar: Jar) -> None:
        super().__init__()
        self._jar = jar

    def extract_cookies(self, response: Any, request: Any) -> None:
        """Take nothing: it has been taken, by a parser that no server holds up."""

    def add_cookie_header(self, request: Any) -> None:
        """Add nothing: what belongs to a request is added when it is sent."""

    def __iter__(self) -> Iterator[Cookie]:
        for cookie in self._jar:
            yield _in_treqs_words(cookie)


def _in_treqs_words(cookie: Kept) -> Cookie:
    # The standard library writes domains so, and treq.cookies.search looks for them so.
    domain = cookie.domain if "." in cookie.domain else f"{cookie.domain}.local"
    return Cookie(
        version=0,
        name=cookie.name,
        value=cookie.value,
        port=None,
        port_specified=False,
        domain=domain if cookie.host_only else f".{domain}",
        domain_specified=not cookie.host_only,
        domain_initial_dot=not cookie.host_only,
        path=cookie.path,
        path_specified=True,
        secure=cookie.secure,
        expires=None if cookie.expires is None else int(cookie.expires),
        discard=cookie.expires is None,
        comment=None,
        comment_url=None,
        rest={"HttpOnly": ""} if cookie.http_only else {},
    )


class _Merging(Order):
    """An order whose own cookies go out beside the jar's, and instead of their like."""

    __slots__ = ()

    def dressed(self, cookie: bytes | None, login: FieldLines = ()) -> Order:
        """Return the order as it goes out now; see :meth:`Order.dressed`."""
        own = [v for name, v in self.fields if name.lower() == b"cookie"]
        if cookie and own:
            names = {_name_of(pair) for value in own for pair in value.split(b";")}
            rest = [p for p in cookie.split(b"; ") if _name_of(p) not in names]
            cookie = b"; ".join((*own, *rest))
        return super().dressed(cookie, login)


def _name_of(pair: bytes) -> bytes:
    return pair.partition(b"=")[0].strip()


class TreqRequest(AgentRequest):
    """A request that treq's users make: cookies given with it do not replace others."""

    _order_kind = _Merging
