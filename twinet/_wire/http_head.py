"""The head of an HTTP/1.x answer: status line and fields.

Sans-IO and without state: :func:`read_head` takes the whole raw head, which the
reader has already found, and gives a :class:`Head`, or a sentence that says what is
wrong with it.

How it works.  The status line is checked here, because llhttp lets too much through
(HTTP/0.9, HTTP/2.0, RTSP, codes under 100, control bytes in the reason).  The fields
are parsed by a **fresh** ``httptools`` parser: one parser per head, so that nothing of
an earlier answer (``Connection: close``, an odd interim answer) has a say in a later
one.  No leniency flag is ever set.  A head that llhttp refuses may still be folded
(RFC 9112 5.2 asks a client to unfold) or have lines that end with LF only (RFC 9112
2.2 allows it, WinINet accepts it): it is mended once and parsed strictly again.

What the message framing needs is decided here too, by RFC 9112 6, on the strict side:

* more than one Content-Length, also an equal one, also "5, 5", is a fault;
* Content-Length together with Transfer-Encoding is a fault (6.3: "ought to be handled
  as an error");
* a Transfer-Encoding that is not exactly ``chunked`` is a fault: the client never
  sends TE, so no other coding is ours to undo;
* a Transfer-Encoding in an HTTP/1.0 answer is a fault: 6.1 has the framing of such a
  message regarded as faulty, because the field may have been passed on by somebody
  who did not understand it.

These hold for answers without a body as well: such fields are the mark of a broken or
hostile server, whoever asks; but for a 2xx to CONNECT, where they have to be ignored.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import httptools

from twinet._wire.answer_events import Head

if TYPE_CHECKING:
    from collections.abc import Iterable

#: RFC 9112 4, without the end of the line.  The reason may be missing together with
#: its blank: too many servers leave it out.
_STATUS_LINE = re.compile(
    rb"HTTP/(1\.[01]) ([1-9][0-9]{2})(?: ([^\x00-\x08\x0a-\x1f\x7f]*))?\r?\n"
)
#: What no head may have once its line ends are LF; HTAB and LF are the exceptions.
_CONTROL = re.compile(rb"[\x00-\x08\x0b-\x1f\x7f]")
#: RFC 9112 5.2 obs-fold, after the line ends are LF.
_FOLD = re.compile(rb"\n[ \t]+")
#: RFC 9110 5.6.2.
_TOKEN = re.compile(rb"[-!#$%&'*+.^_`|~0-9A-Za-z]+")
_DIGITS = re.compile(rb"[0-9]+")
_FRAMING = frozenset((b"content-length", b"transfer-encoding", b"connection"))
#: What "MUST" be ignored where a tunnel begins (RFC 9110, section 9.3.6).
_TUNNEL_FRAMING = re.compile(
    rb"(?<=\n)(?:content-length|transfer-encoding):[\t -~\x80-\xff]*\r?\n"
    rb"(?:[ \t][\t -~\x80-\xff]*\r?\n)*",
    re.IGNORECASE,
)
_LENGTH_BOUND = 2**63
_SHOWN = 40
_SWITCHING_PROTOCOLS = 101
_NO_CONTENT = 204
#: Answers that have no body whatever their fields say (RFC 9112 6.3, rule 1).
BODILESS = frozenset((204, 304))


def read_head(raw: bytes, verb: bytes) -> Head | str:
    """Read one whole head.

    :param raw: the head from its status line to the blank line that closes it.
    :param verb: the method of the request that is answered; it decides on bodies.
    :returns: the head, or what is wrong with it in words.
    """
    head = _read(raw, verb)
    if isinstance(head, str) and verb == b"CONNECT":
        bare = _TUNNEL_FRAMING.sub(b"", raw)
        opening = _read(bare, verb) if bare != raw else head
        if isinstance(opening, Head) and opens_tunnel(opening.status, verb):
            opening.raw = raw
            return opening
    return head


def _read(raw: bytes, verb: bytes) -> Head | str:
    line = _STATUS_LINE.match(raw)
    if line is None:
        shown = excerpt(raw.partition(b"\n")[0].rstrip(b"\r"))
        return f"the status line is not one of HTTP/1.0 or HTTP/1.1: {shown}"
    version, code, reason = line.groups(b"")
    status = int(code)
    if status == _SWITCHING_PROTOCOLS:
        return "101 Switching Protocols, which was not asked for"
    fields = _parse(raw)
    if isinstance(fields, str):
        mended = _mend(raw)
        if isinstance(mended, str):
            return mended
        if mended != raw:
            fields = _parse(mended)
        if isinstance(fields, str):
            return _blame(mended) or fields
    framing = _framing(fields, version)
    if isinstance(framing, str):
        return framing
    head = Head()
    head.status = status
    head.reason = reason.strip(b" \t")
    head.version = version
    head.raw = raw
    head.interim = status < 200  # noqa: PLR2004  RFC 9110 15.2
    head.length, head.chunked, head.persistent = framing
    head.parsed = fields
    leave_out_body(head, verb)
    return head


def leave_out_body(head: Head, verb: bytes) -> None:
    """Correct what a head says of a body where there can be none."""
    status = head.status
    if not may_have_body(status, verb):
        if status == _NO_CONTENT and (head.length or head.chunked):
            # It must not say so (RFC 9110, section 8.6; RFC 9112, section 6.1).  What
            # comes all the same would be the answer to the next request.
            head.persistent = False
        head.length, head.chunked = 0, False


def may_have_body(status: int, verb: bytes) -> bool:
    """Tell whether an answer has a body at all (RFC 9112 6.3, rules 1 and 2)."""
    if status < 200 or status in BODILESS or verb == b"HEAD":  # noqa: PLR2004  1xx
        return False
    return not opens_tunnel(status, verb)


def opens_tunnel(status: int, verb: bytes) -> bool:
    """Tell whether the connection is a tunnel after this head (RFC 9110 9.3.6)."""
    return verb == b"CONNECT" and 200 <= status < 300  # noqa: PLR2004  2xx


def excerpt(data: bytes | bytearray, size: int = _SHOWN) -> str:
    """Show the beginning of some bytes in a message: short, ASCII, one line."""
    if len(data) > size:
        return f"{bytes(data[:size])!r}..."
    return repr(bytes(data))


class _FieldSink:
    """What the parser of a head calls; it does not know the parser, so no cycle."""

    __slots__ = ("complete", "fields")

    def __init__(self) -> None:
        self.fields: list[tuple[bytes, bytes]] = []
        self.complete = False

    def on_header(self, name: bytes, value: bytes) -> None:
        self.fields.append((name, value.rstrip(b" \t")))

    def on_headers_complete(self) -> None:
        self.complete = True


def _parse(raw: bytes) -> list[tuple[bytes, bytes]] | str:
    """Parse a head strictly; a string says why that is not possible."""
    sink = _FieldSink()
    try:
        httptools.HttpResponseParser(sink).feed_data(raw)
    except httptools.HttpParserCallbackError:
        raise  # a fault of ours or of the machine, never of the bytes
    except httptools.HttpParserError as error:
        return f"the head is malformed: {error}"
    if not sink.complete:
        return "the head is malformed: it has no end"
    return sink.fields


def _mend(raw: bytes) -> bytes | str:
    """Unfold and give every line its CRLF; a string says why that must not be."""
    text = raw.replace(b"\r\n", b"\n")
    bad = _CONTROL.search(text)
    if bad is not None:
        before = text[: bad.start()].split(b"\n")
        # The value may be a secret: the name of the field is enough.
        name, colon, _ = before[-1].partition(b":")
        if len(before) > 1 and not (colon and _TOKEN.fullmatch(name)):
            where = _behind(before, len(before) - 1)
        else:
            where = f"in the line {excerpt(name)}"
        return f"the head has the control byte {bad.group()!r} {where}"
    first = text.index(b"\n")
    if text[first + 1 : first + 2] in (b" ", b"\t"):
        return "the head has a folded line before the first field"
    return _FOLD.sub(b" ", text).replace(b"\n", b"\r\n")


def _blame(head: bytes) -> str:
    """Say which field line is wrong; empty when none of them is by itself.

    What stands in it is not shown: it may be the rest of a cookie that was broken in
    two.
    """
    lines = head.split(b"\r\n")[:-2]
    for number in range(1, len(lines)):
        name, colon, _ = lines[number].partition(b":")
        if colon and _TOKEN.fullmatch(name):
            continue
        where = _behind(lines, number)
        if not colon:
            return f"the head has a line without a colon, {where}"
        if not name:
            return f"the head has a field without a name, {where}"
        if name != name.rstrip(b" \t"):
            return f"the head has a blank before the colon, {where}"
        return f"the head has a field name that is no token, {where}"
    return ""


def _behind(lines: list[bytes], number: int) -> str:
    """Say where a line of a head is, by the good ones before it."""
    where = f"in line {number + 1}"
    if number == 1:
        return where
    return f"{where}, behind {excerpt(lines[number - 1].partition(b':')[0])}"


def _framing(
    fields: Iterable[tuple[bytes, bytes]], version: bytes
) -> tuple[int | None, bool, bool] | str:
    """Read the fields that rule framing: length, chunked, persistent."""
    lengths: list[bytes] = []
    codings: list[bytes] = []
    options: list[bytes] = []
    for name, value in fields:
        key = name.lower()
        if key in _FRAMING:
            if key == b"content-length":
                lengths.append(value)
            elif key == b"transfer-encoding":
                codings.append(value)
            else:
                options.append(value)
    if codings:
        if len(codings) > 1 or codings[0].lower() != b"chunked":
            shown = excerpt(b", ".join(codings))
            return f"the Transfer-Encoding is not exactly chunked: {shown}"
        if lengths:
            return "the head has Transfer-Encoding and Content-Length"
        if version == b"1.0":
            return "the head has a Transfer-Encoding in an HTTP/1.0 answer"
    if len(lengths) > 1:  # llhttp says so too; the rule is ours
        return "the head has more than one Content-Length"
    length = _length(lengths[0]) if lengths else None
    if length == -1:
        return f"the Content-Length is not a length: {excerpt(lengths[0])}"
    return length, bool(codings), _persists(options, version)


def _persists(options: list[bytes], version: bytes) -> bool:
    """Tell by the Connection fields whether the connection lives on (RFC 9112 9.3)."""
    text = b",".join(options).lower()
    if version == b"1.1" and b"close" not in text:
        return True  # the usual answer needs no list
    tokens = {token.strip(b" \t") for token in text.split(b",")}
    return b"close" not in tokens and (version == b"1.1" or b"keep-alive" in tokens)


def _length(value: bytes) -> int:
    """Read a Content-Length; -1 when it is none (RFC 9110 8.6: digits only)."""
    if not _DIGITS.fullmatch(value):
        return -1
    significant = value.lstrip(b"0")
    # Bounded before int(), which refuses thousands of digits with an exception.
    if len(significant) > len(str(_LENGTH_BOUND)):
        return -1
    length = int(significant or b"0")
    return length if length < _LENGTH_BOUND else -1
