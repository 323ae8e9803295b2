"""The functions of HTTP requests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twinet._handles.ftp_upload import FtpUpload
from twinet._handles.http_connection import HttpConnection
from twinet._handles.http_request import HttpRequest
from twinet._wire.field_text import field_pairs
from twinet._wire.location import remove_dot_segments
from twinet.errors import InvalidParameter
from twinet.flags import Flag
from twinet.query import AddRequest, QueryFlag
from twinet.wininet.door import immediate, waiting

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from twisted.internet.defer import Deferred

__all__ = [
    "HttpAddRequestHeaders",
    "HttpEndRequest",
    "HttpOpenRequest",
    "HttpQueryInfo",
    "HttpSendRequest",
    "HttpSendRequestEx",
    "InternetWriteFile",
    "own_fields",
]

#: The low half of an info level is the attribute, the rest says how.
_ATTRIBUTE = 0xFFFF


@immediate(HttpConnection)
def HttpOpenRequest(
    connection: HttpConnection,
    verb: str | None = None,
    object_name: str | None = None,
    version: str | None = None,
    referrer: str | None = None,
    accept_types: Iterable[str] = (),
    flags: int = 0,
    context: Any = 0,
) -> HttpRequest:
    """Make a request handle; nothing is sent yet.

    :param verb: sent as given; GET when left out.
    :param object_name: path and query; a slash is put before it, backslashes become
        slashes and dot segments are removed.
    :param version: ``HTTP/1.1``, or nothing: requests are of that version.
    :param referrer: the value of the Referer field.
    :param accept_types: what the Accept field names.
    :param flags: INTERNET_FLAG_*.
    :param context: carried by the notifications; 0 silences.
    :raises InvalidParameter: 87, an argument cannot be sent.
    :source: HttpOpenRequest.
    """
    if version not in (None, "", "HTTP/1.1"):
        msg = f"requests are sent as HTTP/1.1, not {version}; leave the version out"
        raise InvalidParameter(msg)
    return connection.open_request(
        verb or "GET",
        _target(object_name or "/"),
        headers=own_fields(referrer, accept_types),
        flags=Flag(flags),
        context=context or None,
    )


@immediate(HttpRequest)
def HttpAddRequestHeaders(
    request: HttpRequest, headers: str | bytes, modifiers: int = AddRequest.ADD
) -> bool:
    """Add or change header fields: all of them, or none.

    :param headers: lines of the form ``Name: value``.
    :param modifiers: HTTP_ADDREQ_FLAG_*.
    :raises InternetError: as :meth:`twinet.HttpRequest.headers` has it (12150, 12155,
        87), and 12153 for a line without a colon.
    :source: HttpAddRequestHeaders.
    """
    request.headers.apply(field_pairs(headers), modifiers)
    return True


@waiting(HttpRequest)
def HttpSendRequest(
    request: HttpRequest,
    headers: str | bytes | None = None,
    optional: bytes | None = None,
) -> Deferred[bool]:
    """Send the request; gives ``True`` when the answer's head is there.

    :param headers: more fields, for this and later sends; they replace others.
    :param optional: the body.
    :raises InternetError: as :meth:`twinet.HttpRequest.send`.
    :source: HttpSendRequest.
    """
    _add_for_sending(request, headers)
    return request.send(optional).addCallback(_true)


@waiting(HttpRequest)
def HttpSendRequestEx(
    request: HttpRequest,
    headers: str | bytes | None = None,
    buffer: bytes = b"",
    total: int | None = None,
    flags: int = 0,
    context: Any = 0,
) -> Deferred[bool]:
    """Send the head and the first part of the body; InternetWriteFile goes on.

    :param headers: more fields, for this and later sends; they replace others.
    :param buffer: the first part.
    :param total: the length of the whole body; without it the body goes in chunks.
    :param flags: HSR_*, which have no effect, and neither has ``context``.
    :raises InternetError: as :meth:`twinet.HttpRequest.start`.
    :source: HttpSendRequestEx.
    """
    _add_for_sending(request, headers)
    return request.start(total, buffer).addCallback(_true)


@waiting(HttpRequest, FtpUpload)
def InternetWriteFile(file: HttpRequest | FtpUpload, data: bytes) -> Deferred[int]:
    """Hand over a part of a body, or of a file on an FTP server; gives its length.

    :raises InternetError: as :meth:`twinet.HttpRequest.write`.
    :source: InternetWriteFile.
    """
    return file.write(data)


@waiting(HttpRequest)
def HttpEndRequest(
    request: HttpRequest, flags: int = 0, context: Any = 0
) -> Deferred[bool]:
    """End the body; gives ``True`` when the answer's head is there.

    :param flags: HSR_*, which have no effect, and neither has ``context``.
    :raises InternetError: as :meth:`twinet.HttpRequest.finish`.
    :source: HttpEndRequest.
    """
    return request.finish().addCallback(_true)


@immediate(HttpRequest)
def HttpQueryInfo(
    request: HttpRequest, info_level: int, name: str | None = None, index: int = 0
) -> str | int | datetime:
    """Return what the head of the answer says, or of the request.

    :param info_level: HTTP_QUERY_*, and HTTP_QUERY_FLAG_* for where to look and what
        to give.
    :param name: of the field, with HTTP_QUERY_CUSTOM.
    :param index: which of several fields of that name.
    :raises InternetError: as :meth:`twinet.HttpRequest.query_info`.
    :source: HttpQueryInfo.
    """
    return request.query_info(
        info_level & _ATTRIBUTE,
        name=name,
        index=index,
        flags=QueryFlag(info_level & ~_ATTRIBUTE),
    )


def _target(object_name: str) -> str:
    if object_name == "*":
        return object_name
    path, mark, query = object_name.partition("?")
    path = path.replace("\\", "/")
    path = path if path.startswith("/") else "/" + path
    return remove_dot_segments(path) + mark + query


def own_fields(
    referrer: str | None, accept_types: Iterable[str]
) -> list[tuple[str, str]]:
    """Return the header fields that arguments stand for."""
    fields = []
    if referrer:
        fields.append(("Referer", referrer))
    if accept := ", ".join(filter(None, accept_types)):
        fields.append(("Accept", accept))
    return fields


def _add_for_sending(request: HttpRequest, headers: str | bytes | None) -> None:
    if headers:
        request.headers.apply(field_pairs(headers), AddRequest.ADD | AddRequest.REPLACE)


def _true(_: object) -> bool:
    return True
