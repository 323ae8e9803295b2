"""The representation: what an answer says of its bytes, so that more can be asked for.

Theory of operation.  A place in a body is asked for with a new GET (RFC 9110, section
14): ``Range`` names the place, and ``If-Range`` has the server send the whole when it
is not what it was.  That is a promise of the server's.  Many break it, and without a
strong validator it cannot even be asked for.  So the answer is judged by what it says
of itself: its place, its length, that of the whole, and the validators.  Bytes of two
representations are never put together: whatever speaks against the part, or leaves
open where it belongs, is an error in words.

Positions count from the beginning of the first answer's body.  When the program asked
for a range of its own, that body is a window into the whole, and no place outside of
it is asked for.

Nothing here does anything but decide.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from twinet._wire.content_range import ContentRange, parse_content_range
from twinet._wire.validator import is_strong_date, is_strong_tag
from twinet.errors import (
    ForceRetry,
    HttpInvalidServerResponse,
    InternetError,
    InvalidOperation,
)
from twinet.flags import Flag

if TYPE_CHECKING:
    from datetime import datetime

    from twinet._http.order import Order
    from twinet._wire.http_request import FieldLines
    from twinet.records import Fields, Response

__all__ = ["Part", "Representation", "offers_ranges"]

_OK = 200
_PARTIAL_CONTENT = 206
_RANGE_NOT_SATISFIABLE = 416
#: What a request for a part says itself, or must not say: a condition of the
#: program's own that was met would have the next answer be a 304.
_REPLACED = frozenset(
    (
        *(b"range", b"if-range", b"if-match", b"if-none-match"),
        *(b"if-modified-since", b"if-unmodified-since"),
    )
)


@dataclass(frozen=True, slots=True)
class Part:
    """What an answer brings.

    :ivar begins: the position of its first byte; what comes before the place that was
        asked for is to be passed over.
    :ivar length: how many bytes it says that it has; ``None`` for a whole whose length
        the framing tells.
    :ivar to_the_end: whether the body ends with it.
    """

    begins: int
    length: int | None = None
    to_the_end: bool = True

    @property
    def nothing(self) -> bool:
        """Whether the place is the end, and the answer's body says so in words."""
        return self.length == 0


def offers_ranges(response: Response) -> bool:
    """Tell whether the server says that it knows ranges, or has given one."""
    value = response.headers.get("accept-ranges", "").lower()
    offered = "bytes" in {unit.strip() for unit in value.split(",")}
    return offered or response.status_code == _PARTIAL_CONTENT


class Representation:
    """What the first answer says of the bytes.

    :param order: the request that was answered.
    :param length: of the body, when all of it has come; else ``None``.
    :param now: what years of two digits are measured by.
    :raises InvalidOperation: 12016, no other place of it can be asked for.
    :ivar complete: the length of the whole; ``None`` when nobody has told it.
    """

    def __init__(
        self, order: Order, response: Response, length: int | None, now: datetime
    ) -> None:
        window = _window(order, response)
        self._order = order
        self._first = response
        #: where the first answer's body begins and ends in the whole; no end when it
        #: is the whole's.
        self._offset = window.first or 0
        self._last = None if _reaches_the_end(window) else window.last
        self.complete = window.complete
        if self.complete is None and self._last is None:
            self.complete = length
        headers = response.headers
        self._tag = headers.get("etag", "")
        self._modified = headers.get("last-modified", "")
        self._coding = headers.get("content-encoding", "")
        #: what goes into an If-Range; empty without a strong validator.
        self._validator = ""
        if is_strong_tag(self._tag):
            self._validator = self._tag
        elif not self._tag and is_strong_date(
            self._modified, headers.get("date", ""), now
        ):
            self._validator = self._modified
        if not self._tag and not self._modified and self.complete is None:
            msg = (
                f"{response.url} has neither ETag, Last-Modified nor a length, so that "
                "nothing could tell whether a part is of the same thing"
            )
            raise InvalidOperation(msg)

    @property
    def length(self) -> int | None:
        """How long the first answer's body is, window or whole; ``None`` if unknown."""
        if self._last is not None:
            return self._last - self._offset + 1
        return None if self.complete is None else self.complete - self._offset

    def ask(self, place: int) -> Order:
        """Return the request for everything from a place on.

        :param place: counted from the beginning of the first answer's body.
        """
        last = "" if self._last is None else self._last
        wanted: FieldLines = (
            (b"Range", f"bytes={self._offset + place}-{last}".encode()),
        )
        if self._validator:
            wanted += ((b"If-Range", self._validator.encode("latin-1")),)
        order = self._order
        kept = [f for f in order.fields if f[0].lower() not in _REPLACED]
        if self._coding:
            # It was coded in a way that nobody here can undo.
            kept += (f for f in order.added if f[0] == b"Accept-Encoding")
        # Otherwise none is asked for: a part of a coded body cannot be decoded.
        flags = order.flags
        if any(n == b"Authorization" and v[:6] == b"Basic " for n, v in order.added):
            # This was asked for, and taken.
            flags |= Flag.PRE_AUTH
        return order.but(fields=(*kept, *wanted), added=(), flags=flags)

    def judge(self, response: Response, place: int) -> Part | InternetError:
        """Tell what an answer to :meth:`ask` brings, or why it is of no use.

        What it says of the length of the whole is kept.

        :returns: the part; or ``ForceRetry`` (12032) when it is, or may be, of another
            representation, ``HttpInvalidServerResponse`` (12152) when it is not what
            was asked for, ``InvalidOperation`` (12016) when there is no such place.
        """
        status = response.status_code
        if response.url != self._first.url:
            return ForceRetry(
                f"{self._first.url} now leads to {response.url}, which may be "
                "something else; send the request again"
            )
        if status == _PARTIAL_CONTENT:
            return self._judge_part(response, place)
        if status == _OK:
            return self._judge_whole(response)
        if status == _RANGE_NOT_SATISFIABLE:
            return self._judge_refusal(response, place)
        return InvalidOperation(
            f"{response.url} was asked for its bytes from {place} on and answered "
            f"{status} {response.reason:.60}; send the request again",
            server_text=response.reason,
        )

    def _judge_part(self, response: Response, place: int) -> Part | InternetError:
        part = _content_range(response)
        if isinstance(part, InternetError):
            return part
        wanted = self._offset + place
        if part.first is None or part.last is None or part.first != wanted:
            return _wrong(response, f"it begins at {part.first}, not at {wanted}")
        changed = self._changed(response, part.complete)
        if changed is not None:
            return changed
        if not self._vouched(response, part.complete):
            return ForceRetry(
                f"the part that {response.url} sent has neither ETag, Last-Modified "
                "nor the length of the whole to tell what it is of; send the request "
                "again"
            )
        if self.complete is None:
            self.complete = part.complete
        last = self._last
        if last is None and self.complete is not None:
            last = self.complete - 1
        if last is not None and part.last > last:
            return _wrong(response, f"it ends at {part.last}, not at {last}")
        return Part(place, part.length, part.last == last)

    def _judge_whole(self, response: Response) -> Part | InternetError:
        """Take the whole in the place of a part, if it is the same for certain."""
        changed = self._changed(response, response.length)
        if changed is not None:
            return changed
        headers = response.headers
        name = "etag" if self._tag else "last-modified"
        if not self._validator or headers.get(name, "") != self._validator:
            return ForceRetry(
                f"{response.url} was asked for a part and sent the whole, without a "
                "strong ETag or Last-Modified that tells that it is the same; send "
                "the request again"
            )
        if self._last is not None:
            return ForceRetry(
                f"{response.url} gave a part first and now sends the whole; send the "
                "request again"
            )
        if self.complete is None:
            self.complete = response.length
        return Part(-self._offset)

    def _judge_refusal(self, response: Response, place: int) -> Part | InternetError:
        try:
            complete = parse_content_range(
                response.headers.get("content-range", "")
            ).complete
        except ValueError:
            complete = None
        wanted = self._offset + place
        if complete is None or complete < wanted:
            end = "" if complete is None else f": it ends at {complete}"
            return InvalidOperation(f"{response.url} has no byte {wanted}{end}")
        if self.complete not in (None, complete):
            return self._other_length(complete)
        if complete > wanted:
            return _wrong(response, f"it refuses byte {wanted} of {complete}")
        self.complete = complete
        return Part(place, 0)

    def _changed(self, response: Response, complete: int | None) -> ForceRetry | None:
        """Tell what shows that this is another representation than the first one.

        An answer to If-Range may leave fields out.
        """
        if None not in (complete, self.complete) and complete != self.complete:
            return self._other_length(complete)
        headers = response.headers
        for name, before in (
            ("etag", self._tag),
            ("last-modified", self._modified),
        ):
            now = headers.get(name, "")
            if before and now and now != before:
                return self._other(f"its {name} was {before:.60} and is {now:.60}")
        coding = headers.get("content-encoding", "")
        if coding and coding != self._coding:
            return self._other(f"its content-encoding is now {coding:.60}")
        return None

    def _vouched(self, response: Response, complete: int | None) -> bool:
        """Tell whether anything says that a part is of this representation.

        That nothing speaks against it is not enough.  Who was asked with If-Range says
        so by sending a part.
        """
        headers = response.headers
        return (
            bool(self._validator)
            or (self._tag != "" and headers.get("etag") == self._tag)
            or (self._modified != "" and headers.get("last-modified") == self._modified)
            or (complete is not None and complete == self.complete)
        )

    def _other_length(self, complete: int | None) -> ForceRetry:
        return self._other(f"it had {self.complete} bytes and has {complete}")

    def _other(self, what: str) -> ForceRetry:
        return ForceRetry(
            f"{self._first.url} is not what it was when its first bytes came: {what}; "
            "send the request again"
        )


def _window(order: Order, response: Response) -> ContentRange:
    """Return which part of the whole an answer's body is.

    :raises InvalidOperation: 12016, no other place of it can be asked for.
    """
    status = response.status_code
    if order.verb != b"GET" or order.body:
        verb = order.verb.decode("latin-1")
        msg = f"a place in the answer to {verb} cannot be asked for, only to a GET"
        raise InvalidOperation(msg)
    if response.decoded:
        codings = ", ".join(response.decoded)
        msg = (
            f"the body of {response.url} is decoded ({codings}) as it is read, and "
            "only places in what was coded can be asked for"
        )
        raise InvalidOperation(msg)
    if status == _OK:
        length = response.length
        if length == 0:
            return ContentRange(None, None, 0)
        return ContentRange(0, None if length is None else length - 1, length)
    if status != _PARTIAL_CONTENT:
        what = f"{status} {response.reason:.60}"
        msg = f"the answer {what} of {response.url} has no ranges"
        raise InvalidOperation(msg)
    part = _content_range(response)
    if isinstance(part, InternetError) or part.first is None:
        msg = f"the part that came from {response.url} does not say which one it is"
        raise InvalidOperation(msg)
    return part


def _reaches_the_end(window: ContentRange) -> bool:
    last, complete = window.last, window.complete
    return last is None or (complete is not None and last == complete - 1)


def _content_range(response: Response) -> ContentRange | InternetError:
    """Read which part an answer has; an error when it does not say so rightly."""
    headers = response.headers
    if _is_multipart(headers):
        return _wrong(response, "it has several parts")
    try:
        part = parse_content_range(headers.get("content-range", ""))
    except ValueError as error:
        return _wrong(response, str(error))
    if response.length is not None and response.length != part.length:
        return _wrong(
            response, f"it says {part.length} bytes and brings {response.length}"
        )
    return part


def _is_multipart(headers: Fields) -> bool:
    kind = headers.get("content-type", "").partition(";")[0]
    return kind.strip().lower() == "multipart/byteranges"


def _wrong(response: Response, what: str) -> InternetError:
    return HttpInvalidServerResponse(
        f"the part that {response.url} sent is not the one that was asked for: {what}"
    )
