"""The content of a request as treq builds it: query, form, JSON, files.

treq carries nothing here.  Its client gets an agent that keeps what treq would have had
it send, and of that the query of the URL and the bytes of the body are taken.  treq is
loaded when something of this is first asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from twinet._http.body import body_of
from twinet._http.multipart import multipart_body
from twinet._wire.http_origin import with_query
from twinet.errors import InvalidParameter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twinet._http.body import Body, GivenBody
    from twinet._http.file_body import Run
    from twinet._http.multipart import GivenFile
    from twinet._http.treq_catch import Catch
    from twinet._wire.http_request import FieldLines
    from twinet.urls import HttpUrl

    FieldValue = str | bytes | int | float
    #: The fields of a form or a query; a list gives its field several times.
    FieldsArgument = (
        Mapping[str, FieldValue | Sequence[FieldValue]]
        | Sequence[tuple[str, FieldValue | Sequence[FieldValue]]]
    )
    #: The files of a form, by field.
    FilesArgument = Mapping[str, GivenFile] | Sequence[tuple[str, GivenFile]]

__all__ = ["Content", "content_of"]

_MULTIPART = b"multipart/form-data; boundary="


@dataclass(slots=True, eq=False, repr=False)
class Content:
    """What one request sends, and what that asks of its URL and its head.

    :ivar content_type: of the body, unless the program names one itself.
    :ivar query: what follows the query of the URL.
    """

    body: bytes | Body | None
    content_type: bytes = b""
    query: str = ""

    def at(self, url: HttpUrl) -> HttpUrl:
        """Return the URL with the query.

        :raises InvalidParameter: 87, its target is ``*``, which has none.
        """
        return with_query(url, self.query) if self.query else url

    def described(self, fields: FieldLines) -> FieldLines:
        """Return the program's fields with a Content-Type, if they have none.

        :raises InvalidParameter: 87, they have one, and it cannot name the boundary.
        """
        if not self.content_type:
            return fields
        if any(name.lower() == b"content-type" for name, _ in fields):
            if self.content_type.startswith(_MULTIPART):
                msg = (
                    "leave out the header field Content-Type: that of a form with "
                    "files names a boundary, which is made with it"
                )
                raise InvalidParameter(msg)
            return fields
        return (*fields, (b"Content-Type", self.content_type))


def content_of(
    body: GivenBody,
    run: Run,
    *,
    params: FieldsArgument | None = None,
    form: FieldsArgument | None = None,
    files: FilesArgument | None = None,
    json: Any = ...,
) -> Content:
    """Return what a program gave as what is sent.

    :param run: runs a blocking call in a thread, and fires with its result.
    :param json: ``...`` when there is none; ``None`` is a value.
    :raises InvalidParameter: 87, it cannot be sent, or there are two bodies.
    :raises FileNotFound: 2, there is no file at a path.
    :raises AccessDenied: 5, it must not be read.
    """
    query = ""
    if params is not None:
        query = _query(field_pairs(params, "params"))
    given = {
        "body": body is not None,
        "json": json is not ...,
        "form": form is not None,
        "files": files is not None,
    }
    names = [name for name, there in given.items() if there]
    if len(names) > 1 and names != ["form", "files"]:
        msg = (
            f"{' and '.join(names)} are different bodies; give one of them (only form "
            "and files go together)"
        )
        raise InvalidParameter(msg)
    if isinstance(body, dict | list | tuple):
        msg = (
            f"a body cannot be a {type(body).__name__}; send it with form=… as a form, "
            "or with json=…"
        )
        raise InvalidParameter(msg)
    if json is not ...:
        return Content(
            body_of(_json(json), run), b"application/json; charset=UTF-8", query
        )
    pairs = [] if form is None else field_pairs(form, "form")
    parts = [] if files is None else _pairs(files, "files")
    if parts:
        made, boundary = multipart_body(pairs, parts, run)
        return Content(made, _MULTIPART + boundary, query)
    if form is not None:
        encoded = body_of(_built(data=pairs), run)
        return Content(encoded, b"application/x-www-form-urlencoded", query)
    return Content(body_of(body, run), b"", query)


def field_pairs(given: FieldsArgument, what: str) -> list[tuple[str, str | bytes]]:
    """Return fields one by one, their values as text or bytes.

    :raises InvalidParameter: 87, they are no fields, or a value is missing.
    """
    found = []
    for name, value in _pairs(given, what):
        for one in value if isinstance(value, list | tuple) else (value,):
            if one is None:
                msg = (
                    f"the field {name!r} of {what} is None; leave it out, or give '' "
                    "for an empty one"
                )
                raise InvalidParameter(msg)
            if isinstance(one, list | tuple | set | Mapping):
                msg = (
                    f"the field {name!r} of {what} holds a {type(one).__name__}, and "
                    "a field is flat; send nested values with json=…"
                )
                raise InvalidParameter(msg)
            found.append((name, one if isinstance(one, str | bytes) else str(one)))
    return found


def _pairs(given: Any, what: str) -> list[tuple[str, Any]]:
    items = given.items() if hasattr(given, "items") else given
    pairs = None
    if isinstance(items, Iterable) and not isinstance(items, str | bytes):
        pairs = list(items)
    if pairs is None or not all(_is_pair(pair) for pair in pairs):
        msg = (
            f"{what} is a mapping of names to values, or a list of (name, value) "
            f"pairs; not a {type(given).__name__}"
        )
        if pairs is not None:
            msg = f"{what} holds what is no pair of a name, which is text, and a value"
        raise InvalidParameter(msg)
    return pairs


def _is_pair(pair: object) -> bool:
    if not isinstance(pair, tuple | list) or len(pair) != 2:  # noqa: PLR2004  a pair
        return False
    return isinstance(pair[0], str)


def _query(pairs: list[tuple[str, str | bytes]]) -> str:
    if not pairs:
        return ""
    return _catch("params", params=pairs).query


def _json(value: Any) -> bytes:
    data = _built(json=value)
    if b"NaN" in data or b"Infinity" in data:
        # In a text they may stand; as numbers JSON has no word for them, and treq
        # writes Python's.
        _refuse_odd_numbers(data)
    return data


def _refuse_odd_numbers(data: bytes) -> None:
    from json import loads  # noqa: PLC0415  hardly ever needed

    def refuse(word: str) -> None:
        msg = f"json holds the number {word}, which JSON cannot write (RFC 8259)"
        raise InvalidParameter(msg)

    loads(data, parse_constant=refuse)


def _built(**given: Any) -> bytes:
    """Return the body that treq makes of its argument."""
    (what,) = given
    return _catch("form" if what == "data" else what, **given).body


def _catch(what: str, **given: Any) -> Catch:
    """Return what treq would have an agent send."""
    # Late: treq takes a moment to load, and most requests do not need it.
    from twinet._http.treq_catch import Catch  # noqa: PLC0415

    try:
        return Catch.of(**given)
    except (TypeError, ValueError, RecursionError) as error:
        msg = f"{what} cannot be written: {error}"
        raise InvalidParameter(msg) from error
