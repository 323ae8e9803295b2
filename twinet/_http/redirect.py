"""Redirects: what to do with a 3xx answer, decided without doing anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinet._wire.http_url import crack_http
from twinet._wire.location import resolve_location
from twinet._wire.secret_field import carries_secret
from twinet.errors import (
    HttpRedirectFailed,
    HttpsToHttpOnRedir,
    InternetError,
    InvalidUrl,
)
from twinet.flags import Flag, SecurityFlag

if TYPE_CHECKING:
    from twinet._http.order import Order
    from twinet._wire.http1 import Head
    from twinet._wire.http_request import FieldLines
    from twinet.urls import HttpUrl

__all__ = ["FOLLOWED", "next_order", "same_origin", "verb_after"]

#: The answers that redirect, when they name a Location.
FOLLOWED = frozenset((301, 302, 303, 307, 308))
#: No server takes a longer one (characters; our own choice).  Without a limit each
#: redirect could add to the URL of the one before, and all of them are remembered.
LONGEST_URL = 65536
#: Fields that describe a body, dropped with it (RFC 9110, section 15.4).
_OF_THE_BODY = frozenset(
    (
        b"content-type",
        b"content-length",
        b"content-encoding",
        b"content-language",
        b"content-location",
        b"content-disposition",
        b"content-range",
        b"content-md5",
        b"digest",
        b"content-digest",
        b"repr-digest",
        b"last-modified",
        b"transfer-encoding",
        b"trailer",
        b"expect",
    )
)
#: Fields that are meant for one origin and must not reach another.
_OF_THE_ORIGIN = frozenset((b"host", b"origin"))


def next_order(order: Order, head: Head) -> Order | InternetError | None:
    """Tell where an answer leads.

    :returns: the next order; ``None`` when this answer is the final one (no
        redirect, no Location or an empty one, a scheme that we do not speak, or
        INTERNET_FLAG_NO_AUTO_REDIRECT); an error when the redirect cannot be
        followed: ``HttpRedirectFailed`` (12156) when the limit is used up, the
        body cannot be sent again, or the answer names several places,
        ``HttpsToHttpOnRedir`` (12040) for a step from https to http without
        INTERNET_FLAG_IGNORE_REDIRECT_TO_HTTP, ``InvalidUrl`` (12005) for a Location
        that makes no URL.
    :source: RFC 9110, section 15.4.
    """
    if head.status not in FOLLOWED or order.flags & Flag.NO_AUTO_REDIRECT:
        return None
    places = {v for n, v in head.fields if n.lower() == b"location"}
    if not any(places):
        return None
    if len(places) > 1:
        return HttpRedirectFailed(
            f"{order.url.url} redirects with {head.status} to {len(places)} places at "
            "once; one of them may be smuggled in, so none is followed"
        )
    try:
        text = resolve_location(order.url, places.pop())
        scheme = text.partition(":")[0].lower()
        if scheme not in {"http", "https"}:
            return None
        if len(text) > LONGEST_URL:
            return InvalidUrl(
                f"{order.url.url:.200} redirects to a URL of {len(text)} characters, "
                f"and {LONGEST_URL} are the most"
            )
        url = crack_http(text)
    except InvalidUrl as error:
        return error
    refusal = _refusal(order, url.scheme)
    if refusal is not None:
        return refusal
    verb, body = order.verb, order.body
    credentials = order.credentials
    if not same_origin(order.url, url):
        credentials = None
    makes_get = _makes_get(head.status, verb)
    if makes_get:
        verb, body = b"GET", None
    if body is not None and not order.again:
        return HttpRedirectFailed(
            f"{order.url.url} redirects with {head.status} to {url.url}, which asks "
            "for the body again, and it cannot start again; send it as bytes, as a "
            "file that can seek, or as a function that makes its producer"
        )
    return order.but(
        url=url,
        fields=_fields_there(order, url, with_body=not makes_get),
        verb=verb,
        body=body,
        hop=order.hop + 1,
        credentials=credentials,
        added=(),
    )


def verb_after(status: int, verb: bytes) -> bytes:
    """Return the verb of the request that a redirect led to."""
    return b"GET" if _makes_get(status, verb) else verb


def _makes_get(status: int, verb: bytes) -> bool:
    """Tell whether the next request is a GET without a body, whatever this one was.

    By RFC 9110 a 301 and a 302 change a POST and nothing else, as browsers do it.
    """
    if status == 303:  # noqa: PLR2004  See Other
        return verb != b"HEAD"
    return verb == b"POST" and status in (301, 302)


def same_origin(one: HttpUrl, other: HttpUrl) -> bool:
    """Tell whether two URLs are of one origin (RFC 6454): scheme, host and port."""
    return (
        one.scheme == other.scheme and one.host == other.host and one.port == other.port
    )


def _fields_there(order: Order, url: HttpUrl, *, with_body: bool) -> FieldLines:
    """Return the caller's fields that go on to the next URL."""
    fields = order.fields
    if not fields:
        return fields
    dropped = set() if with_body else set(_OF_THE_BODY)
    stranger = not same_origin(order.url, url)
    if stranger:
        dropped |= _OF_THE_ORIGIN
    if order.url.scheme == "https" and url.scheme == "http":
        # Where one came from is not for everybody on the line (RFC 9110, 10.1.3).
        dropped.add(b"referer")
    return tuple(
        line
        for line in fields
        if line[0].lower() not in dropped and not (stranger and carries_secret(line[0]))
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
        and not order.security & SecurityFlag.IGNORE_REDIRECT_TO_HTTP
    ):
        return HttpsToHttpOnRedir(
            f"{order.url.url} redirects from https to http; "
            "allow it with Flag.IGNORE_REDIRECT_TO_HTTP"
        )
    return None
