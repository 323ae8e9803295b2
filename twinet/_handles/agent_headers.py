"""Header fields in Twisted's words: those of an answer, and those an agent is given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twisted.web.http_headers import Headers

if TYPE_CHECKING:
    from twinet.records import Response

__all__ = ["AnswerHeaders", "field_lines"]

#: Fields that the library sets itself; what treq gives is what we would send.
_OURS = frozenset((b"content-length", b"transfer-encoding"))
#: Fields of an answer that are about its body before that is decoded.
_OF_THE_CODED = frozenset((b"content-encoding", b"content-length"))
_CODING = b"Content-Encoding"
#: What treq asks each answer for; hardly any has one of them.
_ASKED_FOR = frozenset((_CODING, b"Set-Cookie", b"Set-Cookie2"))


def field_lines(headers: Headers | None) -> list[tuple[bytes, bytes]]:
    """Return the fields that an agent was given, as pairs."""
    lines: list[tuple[bytes, bytes]] = []
    if headers is not None:
        for name, values in headers.getAllRawHeaders():
            if name.lower() not in _OURS:
                lines.extend([(name, value) for value in values])
    return lines


class AnswerHeaders(Headers):
    """The fields of an answer, as what is wrapped round an agent deals with them.

    They are taken over when somebody looks at them.  That most answers have none of
    those that treq asks for is seen without.
    """

    #: the answer whose fields have not been taken over.
    _untaken: Response | None = None
    #: what it is known not to have.
    _lacking: frozenset[Any] = frozenset()

    @classmethod
    def of(cls, response: Response) -> AnswerHeaders:
        """Return the fields of an answer."""
        # Twisted's __init__ makes what the fields are kept in; __getattr__ calls it.
        headers = cls.__new__(cls)
        headers._untaken = response
        head = response.raw_head.lower()
        if b"\nset-cookie" not in head and b"\ncontent-encoding" not in head:
            headers._lacking = _ASKED_FOR
        return headers

    def __getattr__(self, name: str) -> Any:
        """Take the fields over: somebody looks at what they are kept in."""
        response, self._untaken = self._untaken, None
        if response is None:
            msg = f"{type(self).__name__!r} object has no attribute {name!r}"
            raise AttributeError(msg)
        # From now on fields may be added.
        self._lacking = frozenset()
        Headers.__init__(self)
        # A body that is decoded here must not be decoded again.
        hidden = _OF_THE_CODED if response.decoded else ()
        for field, value in response.headers.raw:
            if field.lower() not in hidden:
                self.addRawHeader(field, value)
        return getattr(self, name)

    def getRawHeaders(self, name: Any, default: Any = None) -> Any:  # noqa: N802
        """Return values; as text they may be of any charset, not of UTF-8 alone."""
        if name in self._lacking:
            return default
        if not isinstance(name, str):
            return super().getRawHeaders(name, default)
        values = super().getRawHeaders(name.encode("latin-1", "replace"))
        return default if values is None else [_text(value) for value in values]

    def setRawHeaders(self, name: Any, values: Any) -> None:  # noqa: N802
        """Set a field; an empty Content-Encoding is none.

        Twisted's decoding agent sets one on every answer that has none.
        """
        if name == _CODING and list(values) == [b""]:
            if name not in self._lacking:
                self.removeHeader(name)
        else:
            super().setRawHeaders(name, values)


def _text(value: bytes) -> str:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")
