"""The options of an HTTP request: how it goes out, and what came of it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from twinet._handles.connection_options import CREDENTIALS, IDN
from twinet._handles.option_access import COMMON, Access, boolean, nothing, within
from twinet._handles.proxy_options import PROXY_SETTINGS_CHANGED
from twinet._handles.session_options import (
    HTTP_VERSION,
    read_decoding,
    read_mask,
    write_decoding,
    write_mask,
)
from twinet._wire.http_date import parse_http_date
from twinet._wire.url_charset import UTF_8
from twinet.errors import (
    HttpHeaderNotFound,
    IncorrectHandleState,
    IncorrectHandleType,
    InvalidParameter,
)
from twinet.flags import SECURITY_SET_MASK, Flag, SecurityFlag
from twinet.options import Option

if TYPE_CHECKING:
    from twinet.records import SocketInfo
    from twinet.tls import TlsInfo

__all__ = ["REQUEST_OPTIONS"]

#: What lets something through; others are dropped, for programs set what they read.
_SETTABLE = (
    SECURITY_SET_MASK
    | SecurityFlag.IGNORE_WEAK_SIGNATURE
    | SecurityFlag.IGNORE_REDIRECT_TO_HTTP
    | SecurityFlag.IGNORE_REDIRECT_TO_HTTPS
)
#: HTTP_PROTOCOL_FLAG_HTTP2.
_HTTP_2 = 2
_STRONG_BITS = 128
_MEDIUM_BITS = 56


# -- how it goes out


def _write_certificate(request: Any, value: Any) -> None:
    request.client_certificate = value


def _write_priority(request: Any, value: Any) -> None:
    priority = within(Option.REQUEST_PRIORITY, value, -(2**31), 2**31 - 1)
    request.turn = request.turn._replace(priority=priority)


def _write_exempt(request: Any, value: Any) -> None:
    exempt = boolean(Option.EXEMPT_CONNECTION_LIMIT, value)
    request.turn = request.turn._replace(exempt=exempt)


def _write_ignore_offline(request: Any, value: Any) -> None:
    nothing(Option.IGNORE_OFFLINE, value)
    request.ignores_offline = True


def _write_suppress_auth(request: Any, value: Any) -> None:
    nothing(Option.SUPPRESS_SERVER_AUTH, value)
    if request._used:
        msg = f"{request} has been sent; set SUPPRESS_SERVER_AUTH before that"
        raise IncorrectHandleState(msg)
    request._flags |= Flag.SUPPRESS_SERVER_AUTH


def _write_third_party(request: Any, value: Any) -> None:
    if boolean(Option.COOKIES_3RD_PARTY, value):
        request._flags |= Flag.THIRD_PARTY
    else:
        request._flags &= ~Flag.THIRD_PARTY


def _write_encode_extra(_request: Any, value: Any) -> None:
    if not boolean(Option.ENCODE_EXTRA, value):
        msg = "what is outside ASCII cannot stand in a request line (RFC 9112, 3.2)"
        raise InvalidParameter(msg)


def _write_code_page(request: Any, _value: Any) -> None:
    msg = f"the URL of {request} is made; set the code page on the connection before"
    raise IncorrectHandleState(msg)


def _code_page(place: int) -> Access:
    """Return the access to the code page of the path (0) or the query (1)."""

    def read(request: Any) -> int:
        pages = getattr(request.parent, "code_pages", (UTF_8, UTF_8))
        page: int = pages[place]
        return page

    return Access(read, _write_code_page)


def _write_version(_request: Any, _value: Any) -> None:
    msg = "HTTP_VERSION is set on the session, for all requests"
    raise IncorrectHandleType(msg)


# -- what came of it


def _tls(request: Any) -> TlsInfo:
    """Return what is known of the answer's TLS connection.

    :raises IncorrectHandleState: 12019, there is no answer yet, or no TLS.
    """
    tls: TlsInfo | None = request.response.tls
    if tls is None:
        msg = f"the answer of {request} came without TLS"
        raise IncorrectHandleState(msg)
    return tls


def _read_security(request: Any) -> SecurityFlag:
    flags: SecurityFlag = request.security_flags
    tls: TlsInfo | None = request.tls
    return flags if tls is None else flags | SecurityFlag.SECURE | _strength(tls.bits)


def _strength(bits: int) -> SecurityFlag:
    if bits >= _STRONG_BITS:
        return SecurityFlag.STRENGTH_STRONG
    if bits >= _MEDIUM_BITS:
        return SecurityFlag.STRENGTH_MEDIUM
    return SecurityFlag.STRENGTH_WEAK if bits else SecurityFlag.UNKNOWNBIT


def _write_security(request: Any, value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        msg = f"SECURITY_FLAGS are twinet.SecurityFlag; not {value!r}"
        raise InvalidParameter(msg)
    request.security_flags |= SecurityFlag(value & _SETTABLE)


def _read_socket(request: Any) -> SocketInfo | None:
    info: SocketInfo | None = request.response.socket_info
    return info


def _read_length(request: Any) -> int:
    length: int | None = request.response.length
    if length is None:
        msg = f"the answer of {request} does not announce its length"
        raise HttpHeaderNotFound(msg)
    return length


def _read_protocol(request: Any) -> int:
    return _HTTP_2 if request.response.version == "2" else 0


def _read_timestamps(request: Any) -> tuple[datetime | None, datetime | None]:
    headers = request.response.headers
    return _time(headers.get("expires")), _time(headers.get("last-modified"))


def _time(text: str | None) -> datetime | None:
    """Return a time; what is none says nothing (``Expires: 0``)."""
    try:
        return None if text is None else parse_http_date(text, datetime.now(UTC))
    except ValueError:
        return None


REQUEST_OPTIONS: dict[Option, Access] = {
    **COMMON,
    Option.PROXY_SETTINGS_CHANGED: PROXY_SETTINGS_CHANGED,
    **CREDENTIALS,
    Option.ERROR_MASK: Access(read_mask, write_mask),
    Option.HTTP_DECODING: Access(read_decoding, write_decoding),
    Option.IDN: IDN,
    Option.CODEPAGE_PATH: _code_page(0),
    Option.CODEPAGE_EXTRA: _code_page(1),
    Option.ENCODE_EXTRA: Access(lambda _: True, _write_encode_extra),
    Option.HTTP_VERSION: Access(lambda _: HTTP_VERSION, _write_version),
    Option.CLIENT_CERT_CONTEXT: Access(
        lambda request: request.client_certificate, _write_certificate
    ),
    Option.REQUEST_PRIORITY: Access(
        lambda request: request.turn.priority, _write_priority
    ),
    Option.EXEMPT_CONNECTION_LIMIT: Access(
        lambda request: request.turn.exempt, _write_exempt
    ),
    Option.IGNORE_OFFLINE: Access(
        lambda request: request.ignores_offline, _write_ignore_offline
    ),
    Option.SUPPRESS_SERVER_AUTH: Access(
        lambda request: bool(request._flags & Flag.SUPPRESS_SERVER_AUTH),
        _write_suppress_auth,
    ),
    Option.COOKIES_3RD_PARTY: Access(
        lambda request: bool(request._flags & Flag.THIRD_PARTY), _write_third_party
    ),
    Option.URL: Access(lambda request: request.url),
    Option.REQUEST_FLAGS: Access(lambda request: request.request_flags),
    Option.SECURITY_FLAGS: Access(_read_security, _write_security),
    Option.SECURITY_CERTIFICATE_STRUCT: Access(lambda r: _tls(r).certificate),
    Option.SECURITY_CERTIFICATE: Access(lambda r: str(_tls(r))),
    Option.SECURITY_KEY_BITNESS: Access(lambda r: _tls(r).bits),
    Option.SERVER_CERT_CHAIN_CONTEXT: Access(lambda r: _tls(r).chain),
    Option.DIAGNOSTIC_SOCKET_INFO: Access(_read_socket),
    Option.CACHE_TIMESTAMPS: Access(_read_timestamps),
    Option.COMPRESSED_CONTENT_LENGTH: Access(_read_length),
    Option.HTTP_PROTOCOL_USED: Access(_read_protocol),
}
