"""What can be asked of a request's head and its answer's (``HttpQueryInfo``).

An attribute without a word of its own is the header field of that name: ``ETAG`` is
``ETag``, ``LAST_MODIFIED`` is ``Last-Modified``.
"""

from __future__ import annotations

from enum import IntEnum, IntFlag

__all__ = ["AddRequest", "HttpStatus", "Query", "QueryFlag"]


class Query(IntEnum):
    """An attribute of a head (``HTTP_QUERY_...``)."""

    MIME_VERSION = 0
    CONTENT_TYPE = 1
    CONTENT_TRANSFER_ENCODING = 2
    CONTENT_ID = 3
    CONTENT_DESCRIPTION = 4
    CONTENT_LENGTH = 5
    CONTENT_LANGUAGE = 6
    ALLOW = 7
    PUBLIC = 8
    DATE = 9
    EXPIRES = 10
    LAST_MODIFIED = 11
    MESSAGE_ID = 12
    URI = 13
    DERIVED_FROM = 14
    COST = 15
    LINK = 16
    PRAGMA = 17
    VERSION = 18
    """The version in the status line: ``HTTP/1.1``."""
    STATUS_CODE = 19
    """The answer's status."""
    STATUS_TEXT = 20
    """The answer's reason, as it was sent; may be empty."""
    RAW_HEADERS = 21
    """All lines of the head, each ended by NUL."""
    RAW_HEADERS_CRLF = 22
    """All lines of the head as they were sent, up to the empty one."""
    CONNECTION = 23
    ACCEPT = 24
    ACCEPT_CHARSET = 25
    ACCEPT_ENCODING = 26
    ACCEPT_LANGUAGE = 27
    AUTHORIZATION = 28
    CONTENT_ENCODING = 29
    FORWARDED = 30
    FROM = 31
    IF_MODIFIED_SINCE = 32
    LOCATION = 33
    ORIG_URI = 34
    REFERER = 35
    RETRY_AFTER = 36
    SERVER = 37
    TITLE = 38
    USER_AGENT = 39
    WWW_AUTHENTICATE = 40
    PROXY_AUTHENTICATE = 41
    ACCEPT_RANGES = 42
    SET_COOKIE = 43
    COOKIE = 44
    REQUEST_METHOD = 45
    """The verb of the request."""
    REFRESH = 46
    CONTENT_DISPOSITION = 47
    AGE = 48
    CACHE_CONTROL = 49
    CONTENT_BASE = 50
    CONTENT_LOCATION = 51
    CONTENT_MD5 = 52
    CONTENT_RANGE = 53
    ETAG = 54
    HOST = 55
    IF_MATCH = 56
    IF_NONE_MATCH = 57
    IF_RANGE = 58
    IF_UNMODIFIED_SINCE = 59
    MAX_FORWARDS = 60
    PROXY_AUTHORIZATION = 61
    RANGE = 62
    TRANSFER_ENCODING = 63
    UPGRADE = 64
    VARY = 65
    VIA = 66
    WARNING = 67
    EXPECT = 68
    PROXY_CONNECTION = 69
    UNLESS_MODIFIED_SINCE = 70
    ECHO_REQUEST = 71
    ECHO_REPLY = 72
    ECHO_HEADERS = 73
    ECHO_HEADERS_CRLF = 74
    PROXY_SUPPORT = 75
    AUTHENTICATION_INFO = 76
    PASSPORT_URLS = 77
    PASSPORT_CONFIG = 78
    X_CONTENT_TYPE_OPTIONS = 79
    P3P = 80
    X_P2P_PEERDIST = 81
    TRANSLATE = 82
    X_UA_COMPATIBLE = 83
    DEFAULT_STYLE = 84
    X_FRAME_OPTIONS = 85
    X_XSS_PROTECTION = 86
    CUSTOM = 65535
    """The field that ``name`` names."""


class QueryFlag(IntFlag):
    """How an attribute is looked for and given (``HTTP_QUERY_FLAG_...``)."""

    REQUEST_HEADERS = 0x80000000
    """Look in the request's head instead of the answer's."""
    SYSTEMTIME = 0x40000000
    """Give a time."""
    NUMBER = 0x20000000
    """Give a number of 32 bits."""
    COALESCE = 0x10000000
    """Give all fields of the name in one text, joined by commas."""
    NUMBER64 = 0x08000000
    """Give a number of 64 bits."""
    COALESCE_WITH_COMMA = 0x04000000
    """The same, by its newer name."""


class AddRequest(IntFlag):
    """What to do with fields that are there (``HTTP_ADDREQ_FLAG_...``)."""

    REPLACE = 0x80000000
    """Put it in the place of the first of its name; an empty value removes that."""
    COALESCE = 0x40000000
    """Append the value to the first of its name, after a comma."""
    COALESCE_WITH_COMMA = 0x40000000
    """Another name of COALESCE."""
    ADD = 0x20000000
    """Append it as another line."""
    ADD_IF_NEW = 0x10000000
    """Add it only if there is none of its name."""
    COALESCE_WITH_SEMICOLON = 0x01000000
    """Append the value to the first of its name, after a semicolon."""


class HttpStatus(IntEnum):
    """The status of an answer (``HTTP_STATUS_...``)."""

    CONTINUE = 100
    SWITCH_PROTOCOLS = 101
    OK = 200
    CREATED = 201
    ACCEPTED = 202
    PARTIAL = 203
    NO_CONTENT = 204
    RESET_CONTENT = 205
    PARTIAL_CONTENT = 206
    AMBIGUOUS = 300
    MOVED = 301
    REDIRECT = 302
    REDIRECT_METHOD = 303
    NOT_MODIFIED = 304
    USE_PROXY = 305
    REDIRECT_KEEP_VERB = 307
    BAD_REQUEST = 400
    DENIED = 401
    PAYMENT_REQ = 402
    FORBIDDEN = 403
    NOT_FOUND = 404
    BAD_METHOD = 405
    NONE_ACCEPTABLE = 406
    PROXY_AUTH_REQ = 407
    REQUEST_TIMEOUT = 408
    CONFLICT = 409
    GONE = 410
    LENGTH_REQUIRED = 411
    PRECOND_FAILED = 412
    REQUEST_TOO_LARGE = 413
    URI_TOO_LONG = 414
    UNSUPPORTED_MEDIA = 415
    SERVER_ERROR = 500
    NOT_SUPPORTED = 501
    BAD_GATEWAY = 502
    SERVICE_UNAVAIL = 503
    GATEWAY_TIMEOUT = 504
    VERSION_NOT_SUP = 505
