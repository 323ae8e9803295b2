"""Redirects: what to do with a 3xx answer, decided without doing anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinet.errors import (
    HttpRedirectFailed,
    HttpsToHttpOnRedir,
    InternetError,
    InvalidUrl,
)
from twinet.flags import Flag
from twinet.urls import crack_http, resolve_location

if TYPE_CHECKING:
    from twinet._http.order import Order
    from twinet._wire.http1 import Head

__all__ = ["FOLLOWED", "next_order"]

#: The answers that redirect, when they name a Location.
FOLLOWED = frozenset((301, 302, 303, 307, 308))
#: Fields that describe a body, dropped with it (RFC 9110, section 15.4).
_OF_THE_BODY = frozenset(
    (
        b"content-type",
        b"content-encoding",
        b"content-language",
        b"content-location",
        b"content-md5",
        b"digest",
        b"content-digest",
        b"repr-digest",
        b"expect",
    )
)
#: Fields that are meant for one origin and must not reach another.
_OF_THE_ORIGIN = frozenset(
    (b"authorization", b"cookie", b"proxy-authorization", b"host", b"origin")
)


def next_order(order: Order, head: Head) -> Order | InternetError | None:
    """Tell where an answer leads.

    :returns: the next order; ``None`` when this answer is the final one (no
        redirect, no Location, a scheme that we do not speak, or
        INTERNET_FLAG_NO_AUTO_REDIRECT); an error when the redirect cannot be
        followed: ``HttpRedirectFailed`` (12156) when the limit is used up or the
        body cannot be sent again, ``HttpsToHttpOnRedir`` (12040) for a step from
        https to http without INTERNET_FLAG_IGNORE_REDIRECT_TO_HTTP, ``InvalidUrl``
        (12005) for a Location that makes no URL.
    :source: RFC 9110, section 15.4; methods change as browsers and WinINet do it.
    """
    if head.status not in FOLLOWED or order.flags & Flag.NO_AUTO_REDIRECT:
        return None
    location = next((v for n, v in head.fields if n.lower() == b"location"), None)
    if location is None:
        return None
    try:
        text = resolve_location(order.url, location)
        scheme = text.partition(":")[0].lower()
        if scheme not in {"http", "https"}:
            return None
        url = crack_http(text)
    except InvalidUrl as error:
        return error
    refusal = _refusal(order, url.scheme)
    if refusal is not None:
        return refusal
    fields, verb, body = order.fields, order.verb, order.body
    credentials = order.credentials
    if (
        order.url.scheme != url.scheme
        or order.url.host != url.host
        or order.url.port != url.port
    ):
        fields = tuple(f for f in fields if f[0].lower() not in _OF_THE_ORIGIN)
        credentials = None
    if (head.status == 303 and verb != b"HEAD") or (  # noqa: PLR2004  See Other
        head.status in (301, 302) and verb not in (b"GET", b"HEAD")
    ):
        verb, body = b"GET", None
        fields = tuple(f for f in fields if f[0].lower() not in _OF_THE_BODY)
    if body is not None and not order.again:
        return HttpRedirectFailed(
            f"{order.url.url} redirects with {head.status} to {url.url}, which asks "
            "for the body again, and it cannot start again; send it as bytes, as a "
            "file that can seek, or as a function that makes its producer"
        )
    return order.but(
        url=url,
        fields=fields,
        verb=verb,
        body=body,
        hop=order.hop + 1,
        credentials=credentials,
        authorization=b"",
        added=(),
    )


def _refusal(order: Order, scheme: str) -> InternetError | None:
    if order.hop >= order.limits.redirects:
        return HttpRedirectFailed(
            f"{order.url.url} redirects once more after {order.hop} redirects; "
            "raise limits.redirects if that is meant"
        )
    if (
        order.url.scheme == "https"
        and scheme == "http"
        and not order.flags & Flag.IGNORE_REDIRECT_TO_HTTP
    ):
        return HttpsToHttpOnRedir(
            f"{order.url.url} redirects from https to http; "
            "allow it with Flag.IGNORE_REDIRECT_TO_HTTP"
        )
    return None
