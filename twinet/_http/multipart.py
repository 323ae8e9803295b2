"""A form with files: ``multipart/form-data``, its frame made by treq (RFC 7578).

treq's ``MultiPartProducer`` writes the head of each part, here into memory and without
a reactor.  It does not carry the files: it would read them on the reactor's thread, it
sends once, and its ``resumeProducing`` raises when a part has ended while it was
paused, as ours may.  They become links of a
:class:`~twinet._http.chain_body.ChainBody`, so that each kind of body can be a file.

Names are made safe before treq gets them: it doubles no backslash, so that a name which
ends in one would swallow the closing quote.  As browsers do it, what cannot stand
between quotes is percent-encoded.
"""

from __future__ import annotations

import mimetypes
import re
from os import PathLike, fspath
from pathlib import PurePath
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from twisted.internet.defer import Deferred, succeed
from twisted.internet.task import Clock, Cooperator
from twisted.web.iweb import UNKNOWN_LENGTH, IBodyProducer
from zope.interface import implementer

from twinet._http.body import BytesBody, body_of
from twinet._http.chain_body import ChainBody
from twinet.errors import InvalidParameter

if TYPE_CHECKING:
    from twisted.internet.interfaces import IConsumer

    from twinet._http.body import Body, GivenContent
    from twinet._http.file_body import Run

    #: A file, with its name or its name and its Content-Type.
    GivenFile = (
        GivenContent
        | tuple[str | None, GivenContent]
        | tuple[str | None, str | None, GivenContent]
    )

__all__ = ["multipart_body"]

#: What would end a quoted name, escape its end, or break the line it stands in.
_UNSAFE_IN_NAME = re.compile(r'[\x00-\x1f\x7f"\\]')
#: A media type with parameters, none of them quoted (treq would escape the quotes).
_MEDIA_TYPE = re.compile(
    r"[!#$%&'*+.^_`|~0-9A-Za-z-]+/[!#$%&'*+.^_`|~0-9A-Za-z-]+"
    r"(?:[ \t]*;[ \t]*[!#$%&'*+.^_`|~0-9A-Za-z-]+=[!#$%&'*+.^_`|~0-9A-Za-z-]+)*"
)
_ANYTHING = "application/octet-stream"


def multipart_body(
    fields: list[tuple[str, str | bytes]], files: list[tuple[str, Any]], run: Run
) -> tuple[bytes | Body, bytes]:
    """Return a form as a body, and the boundary between its parts.

    The fields come first, then the files, each in the order given.

    :param run: runs a blocking call in a thread, and fires with its result.
    :raises InvalidParameter: 87, a file, a name or a type cannot be sent.
    :raises FileNotFound: 2, there is no file at a path.
    :raises AccessDenied: 5, it must not be read.
    """
    boundary = uuid4().hex.encode("ascii")
    pieces: list[bytes | Body] = []
    for name, value in fields:
        pieces += (_frame(name, value, boundary), b"\r\n")
    for name, given in files:
        file_name, kind, content = _named(name, given)
        sent = body_of(content, run)
        assert sent is not None, "_named() refuses what is none"
        pieces += (
            _frame(name, (file_name, kind, _Mark()), boundary),
            sent,
            b"\r\n",
        )
    pieces.append(b"--%b--\r\n" % boundary)
    merged = _merged(pieces)
    if len(merged) == 1:
        whole = body_of(merged[0], run)  # type: ignore[arg-type]  # bytes alone merge
        assert whole is not None, "bytes are a body"
        return whole, boundary
    links = [BytesBody(m) if isinstance(m, bytes) else m for m in merged]
    return ChainBody(links), boundary


def _named(name: str, given: Any) -> tuple[str | None, str, Any]:
    """Return a file's name, its Content-Type and what is in it."""
    file_name: Any = None
    kind: Any = None
    if isinstance(given, tuple):
        if len(given) == 2:  # noqa: PLR2004  a name and a file
            file_name, content = given
        elif len(given) == 3:  # noqa: PLR2004  a name, a type and a file
            file_name, kind, content = given
        else:
            content = None
    else:
        content = given
        # Without a file name servers take it for a field (RFC 7578, section 4.2).
        file_name = _own_name(given) or name
    if (
        content is None
        or not isinstance(file_name, str | None)
        or not isinstance(kind, str | None)
    ):
        msg = (
            f"the file {name!r} cannot be sent; give its content, (file name, content) "
            "or (file name, Content-Type, content)"
        )
        raise InvalidParameter(msg)
    if not kind:
        kind = (file_name and mimetypes.guess_type(file_name)[0]) or _ANYTHING
    elif _MEDIA_TYPE.fullmatch(kind) is None:
        msg = (
            f"the file {name!r} cannot have the Content-Type {kind!r}; write it as "
            "text/plain; charset=utf-8, without quotes"
        )
        raise InvalidParameter(msg)
    return file_name, kind, content


def _own_name(content: Any) -> str | None:
    """Return the last part of a path's name, or of an open file's."""
    path = content if isinstance(content, PathLike) else getattr(content, "name", None)
    if isinstance(path, PathLike):
        path = fspath(path)
    # The name of an open file may be the number of its descriptor.
    return PurePath(path).name if isinstance(path, str) else None


def _frame(name: str, value: Any, boundary: bytes) -> bytes:
    """Return what treq writes for one part, from its boundary on.

    :param value: that of a field, which comes with it; or a file, without.
    """
    # Late, as in content.py.
    from treq.multipart import MultiPartProducer  # noqa: PLC0415

    if isinstance(value, tuple):
        file_name, kind, mark = value
        value = (file_name and _safe(file_name), kind, mark)
    # A clock of its own drives it to its end at once; else it would install a reactor.
    clock = Clock()
    paper = _Paper()
    try:
        producer = MultiPartProducer(
            [(_safe(name), value)],
            boundary,
            Cooperator(scheduler=lambda tick: clock.callLater(0, tick)),
        )
        producer.startProducing(paper)  # type: ignore[arg-type]  # write() is all
        while clock.getDelayedCalls():
            clock.advance(0)
    except ValueError as error:
        msg = f"the field {name!r}, or the name of its file, has no UTF-8 form"
        raise InvalidParameter(msg) from error
    written = b"".join(paper.pieces)
    return written.removesuffix(b"\r\n--%b--\r\n" % boundary)


def _safe(name: str) -> str:
    return _UNSAFE_IN_NAME.sub(lambda match: f"%{ord(match[0]):02X}", name)


class _Paper:
    """What a part is written on, up to the content of a file."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []
        self.full = False

    def write(self, data: bytes) -> None:
        """Take a piece (``IConsumer``)."""
        if not self.full:
            self.pieces.append(data)


@implementer(IBodyProducer)
class _Mark:
    """Stands for a file while its part's head is written.

    Of a length that is not known, so that treq writes no Content-Length into the part,
    where it must not stand (RFC 7578, section 4.8).
    """

    length = UNKNOWN_LENGTH

    def startProducing(self, consumer: IConsumer) -> Deferred[None]:  # noqa: N802
        """Close the paper: what follows is the file (``IBodyProducer``)."""
        consumer.full = True  # type: ignore[attr-defined]  # it is a _Paper
        return succeed(None)

    def pauseProducing(self) -> None:  # noqa: N802
        """Do nothing: paper takes all (``IPushProducer``)."""

    def resumeProducing(self) -> None:  # noqa: N802
        """Do nothing (``IPushProducer``)."""

    def stopProducing(self) -> None:  # noqa: N802
        """Do nothing (``IProducer``)."""


def _merged(pieces: list[bytes | Body]) -> list[bytes | Body]:
    """Join the bytes that stand side by side."""
    merged: list[bytes | Body] = []
    joined: list[bytes] = []
    for piece in pieces:
        if isinstance(piece, bytes):
            joined.append(piece)
        else:
            merged += (b"".join(joined), piece)
            joined = []
    return [*merged, b"".join(joined)]
