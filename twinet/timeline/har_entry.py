"""One entry of a HAR document."""

from __future__ import annotations

from datetime import UTC, datetime
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from twinet.timeline.exchange import Exchange, fields
from twinet.timeline.phase import Phase

if TYPE_CHECKING:
    from twinet._wire.set_cookie import SetCookie
    from twinet.timeline.row import Row

__all__ = ["HarEntry"]

#: What HAR says where something does not apply, or is not known.
NONE = -1
#: What stands for success where a protocol has no status of its own.
OK = 200


class HarEntry:
    """A row in the words of HAR.

    FTP and Gopher have no heads and no status: their entries have empty lists, 200 for
    success and 0 for the rest, and the protocol's name where HTTP has its version.
    """

    def __init__(self, row: Row) -> None:
        self._row = row
        self._http = row.exchange is not None
        self._exchange = row.exchange or Exchange()
        self._answer = fields(self._exchange.answer)

    def document(self) -> dict[str, Any]:
        """Return the entry, but for its page and the time of its beginning."""
        row = self._row
        timings = self._timings()
        parts = (time for name, time in timings.items() if name != "ssl")
        entry: dict[str, Any] = {
            # HAR wants it to be this sum; ssl is a part of connect.
            "time": round(sum(time for time in parts if time != NONE), 3),
            "request": self._request(),
            "response": self._response(),
            "cache": {},
            "timings": timings,
        }
        if _is_address(row.address):
            entry["serverIPAddress"] = row.address
        if self._exchange.connection:
            entry["connection"] = self._exchange.connection
        remarks = [row.doing, row.message or ("not finished" if row.pending else "")]
        if any(remarks):
            entry["comment"] = ": ".join(filter(None, remarks))
        return entry

    def _timings(self) -> dict[str, float]:
        row = self._row
        # Where the program hands over a body piece by piece its pauses are sending;
        # later ones are the time in which the answer was there and nobody took it.
        handing, taking = _pauses(row)
        return {
            "blocked": _time(row.seconds(Phase.QUEUE)),
            "dns": _time(row.seconds(Phase.LOOK_UP)),
            "connect": _time(row.seconds(Phase.CONNECT, Phase.TLS)),
            "send": _time((row.seconds(Phase.SEND) or 0) + handing),
            "wait": _time(row.seconds(Phase.WAIT) or 0),
            "receive": _time((row.seconds(Phase.RECEIVE) or 0) + taking),
            "ssl": _time(row.seconds(Phase.TLS)),
        }

    def _request(self) -> dict[str, Any]:
        row, exchange = self._row, self._exchange
        head = exchange.request_size
        body = max(row.sent - head, 0) if head else NONE if row.sent else 0
        query = row.url.partition("#")[0].partition("?")[2]
        return {
            "method": row.verb,
            "url": row.url,
            "httpVersion": exchange.request_version if self._http else row.protocol,
            "cookies": [{"name": n, "value": v} for n, v in exchange.cookies],
            "headers": _pairs(fields(exchange.request)),
            "queryString": _pairs(parse_qsl(query, keep_blank_values=True)),
            "headersSize": (head or NONE) if self._http else 0,
            "bodySize": body if self._http else 0,
        }

    def _response(self) -> dict[str, Any]:
        row, exchange = self._row, self._exchange
        answered = exchange.status_code != 0
        body = row.received - exchange.head_size
        response = {
            "status": exchange.status_code if self._http else self._verdict(),
            "statusText": exchange.reason,
            "httpVersion": exchange.answer_version if self._http else row.protocol,
            "cookies": [_cookie(each) for each in exchange.set_cookies],
            "headers": _pairs(self._answer),
            "content": self._content(body),
            "redirectURL": self._field("location"),
            "headersSize": exchange.head_size if answered or not self._http else NONE,
            "bodySize": body if answered or not self._http else NONE,
        }
        if row.error:
            response["_error"] = row.error
        return response

    def _content(self, body: int) -> dict[str, Any]:
        row, exchange = self._row, self._exchange
        content: dict[str, Any] = {
            "size": row.taken if exchange.decoded else body,
            # As browsers write it where a server says nothing.
            "mimeType": self._field("content-type") or "x-unknown",
        }
        if exchange.decoded:
            content["compression"] = row.taken - body
        return content

    def _verdict(self) -> int:
        return 0 if self._row.error or self._row.pending else OK

    def _field(self, wanted: str) -> str:
        values = (value for name, value in self._answer if name.lower() == wanted)
        return next(values, "")


def _pauses(row: Row) -> tuple[float, float]:
    """Return how long the program paused before its request was out, and after it."""
    before = after = 0.0
    out = False
    for span in row.spans:
        if span.phase is not Phase.IDLE:
            out = out or span.phase in (Phase.WAIT, Phase.RECEIVE)
        elif out:
            after += span.end - span.begin
        else:
            before += span.end - span.begin
    return before, after


def _time(seconds: float | None) -> float:
    """Return milliseconds, as exact as the clock is."""
    return NONE if seconds is None else round(seconds * 1000, 3)


def _pairs(pairs: list[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in pairs]


def _cookie(given: SetCookie) -> dict[str, Any]:
    cookie: dict[str, Any] = {
        "name": given.name,
        "value": given.value,
        "httpOnly": given.http_only,
        "secure": given.secure,
    }
    if given.path is not None:
        cookie["path"] = given.path
    if given.domain:
        cookie["domain"] = given.domain
    if given.expires is not None:
        cookie["expires"] = datetime.fromtimestamp(given.expires, UTC).isoformat()
    if given.same_site is not None:
        # No part of HAR 1.2, but browsers write it, in these letters.
        cookie["sameSite"] = given.same_site.capitalize()
    return cookie


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
