"""WinINet's flags and small enumerations, with their values on Windows.

A member is named as WinINet's constant without its prefix, and the string after it is
its meaning (``docs/generate.py`` makes the reference page from these strings). "No
effect" stands at bits that are accepted, so that ported programs run unchanged, but
that steer something this library does not have.
"""

from __future__ import annotations

from enum import IntEnum, IntFlag


class Flag(IntFlag):
    """What a call should do differently (``INTERNET_FLAG_...``)."""

    RELOAD = 0x80000000
    """No effect: nothing here answers before the server does. PRAGMA_NOCACHE tells
    caches on the way."""
    RAW_DATA = 0x40000000
    """A directory is given as records instead of an HTML page. No effect on HTTP."""
    EXISTING_CONNECT = 0x20000000
    """Files of ftp URLs: use a login that another one with this flag is done with, and
    keep it for the next. No effect on HTTP, which always shares the session's
    connections."""
    ASYNC = 0x10000000
    """All below the session is asynchronous; always so in the object API."""
    PASSIVE = 0x08000000
    """FTP data connections are opened by the client, not by the server. No effect
    on HTTP."""
    NO_CACHE_WRITE = 0x04000000
    """Do not keep the answer in a cache: a request that is no GET says
    ``Cache-Control: no-cache``, as measured on Windows."""
    DONT_CACHE = 0x04000000
    """Older name of NO_CACHE_WRITE."""
    MAKE_PERSISTENT = 0x02000000
    """No effect."""
    FROM_CACHE = 0x01000000
    """Leave the network untouched: the request fails with 2, because there is no
    cache yet to answer it. At InternetOpen, all requests of the session."""
    OFFLINE = 0x01000000
    """Older name of FROM_CACHE."""
    SECURE = 0x00800000
    """Use TLS, on the port of the connection; an ``https:`` URL says so by itself,
    and an ``http:`` one is refused."""
    KEEP_CONNECTION = 0x00400000
    """Send ``Connection: Keep-Alive``; without it connections are kept as well, the
    default of HTTP/1.1."""
    NO_AUTO_REDIRECT = 0x00200000
    """Give a redirect to the caller instead of following it."""
    READ_PREFETCH = 0x00100000
    """No effect."""
    NO_COOKIES = 0x00080000
    """Neither send nor store cookies by itself."""
    NO_AUTH = 0x00040000
    """Do not answer a server's or proxy's challenge by itself."""
    RESTRICTED_ZONE = 0x00020000
    """No effect: on Windows it marks a cookie of a site that is not trusted."""
    CACHE_IF_NET_FAIL = 0x00010000
    """No effect: there is no cache yet to answer when the server cannot be reached."""
    IGNORE_REDIRECT_TO_HTTP = 0x00008000
    """A redirect from https to http is followed and is no error (12040)."""
    IGNORE_REDIRECT_TO_HTTPS = 0x00004000
    """No effect: a redirect from http to https is always followed, and is no error
    (12039)."""
    IGNORE_CERT_DATE_INVALID = 0x00002000
    """Accept a certificate that has expired or is not valid yet (12037)."""
    IGNORE_CERT_CN_INVALID = 0x00001000
    """Accept a certificate that was issued for another host name (12038)."""
    RESYNCHRONIZE = 0x00000800
    """No effect: there is no cache yet, so everything is fetched."""
    HYPERLINK = 0x00000400
    """No effect: there is no cache yet, so everything is fetched."""
    NO_UI = 0x00000200
    """No effect: the library never asks a user."""
    PRAGMA_NOCACHE = 0x00000100
    """Send ``Pragma: no-cache``, so that proxies ask the origin server."""
    CACHE_ASYNC = 0x00000080
    """No effect."""
    FORMS_SUBMIT = 0x00000040
    """No effect: on Windows it chooses the text of a dialog."""
    FWD_BACK = 0x00000020
    """No effect: there is no cache yet whose copy would do."""
    NEED_FILE = 0x00000010
    """No effect: on Windows it makes a file of an answer that cannot be cached."""
    MUST_CACHE_REQUEST = 0x00000010
    """Older name of NEED_FILE."""
    TRANSFER_ASCII = 0x00000001
    """FTP transfers as text (type A). No effect on HTTP."""
    TRANSFER_BINARY = 0x00000002
    """FTP transfers as they are (type I). No effect on HTTP."""
    PRE_AUTH = 0x1_0000_0000
    """Our own: say who one is before the server asks, as it wanted it before, or in
    Basic when it has not asked yet. Spares a round trip, and gives a password to a
    server that might have asked for a proof only."""
    SUPPRESS_SERVER_AUTH = 0x2_0000_0000
    """Our own: do not answer a server's challenge by itself, but a proxy's; as
    ``Option.SUPPRESS_SERVER_AUTH``, for calls that open and send in one."""
    THIRD_PARTY = 0x4_0000_0000
    """Our own: the request is made for what another site has on its page, as that of a
    picture is: only cookies that say ``SameSite=None`` are sent and stored; as
    ``Option.COOKIES_3RD_PARTY``, for calls that open and send in one."""


NO_CALLBACK = 0
"""The context that makes a handle silent in ``twinet.wininet``."""

SECURITY_INTERNET_MASK = (
    Flag.IGNORE_CERT_CN_INVALID
    | Flag.IGNORE_CERT_DATE_INVALID
    | Flag.IGNORE_REDIRECT_TO_HTTPS
    | Flag.IGNORE_REDIRECT_TO_HTTP
)
"""The bits of :class:`Flag` that let a security fault pass."""

FLAGS_MASK = Flag(0xFFFDFFD3)
"""``INTERNET_FLAGS_MASK``: all of :class:`Flag` but RESTRICTED_ZONE and FWD_BACK."""


class SecurityFlag(IntFlag):
    """State and tolerance of a TLS connection (``SECURITY_FLAG_...``)."""

    SECURE = 0x00000001
    """TLS is in use; can only be read."""
    SSL = 0x00000002
    """No effect."""
    SSL3 = 0x00000004
    """No effect."""
    PCT = 0x00000008
    """No effect."""
    PCT4 = 0x00000010
    """No effect."""
    IETFSSL4 = 0x00000020
    """No effect."""
    IGNORE_REVOCATION = 0x00000080
    """Accept a certificate whose revocation cannot be checked."""
    IGNORE_UNKNOWN_CA = 0x00000100
    """Accept a certificate of an authority that is not trusted (12045)."""
    IGNORE_WRONG_USAGE = 0x00000200
    """Accept a certificate that was not issued for servers."""
    IGNORE_CERT_CN_INVALID = 0x00001000
    """Accept a certificate that was issued for another host name (12038)."""
    IGNORE_CERT_DATE_INVALID = 0x00002000
    """Accept a certificate that has expired or is not valid yet (12037)."""
    IGNORE_REDIRECT_TO_HTTPS = 0x00004000
    """No effect: a redirect from http to https is never an error (12039)."""
    IGNORE_REDIRECT_TO_HTTP = 0x00008000
    """A redirect from https to http is no error (12040)."""
    IGNORE_WEAK_SIGNATURE = 0x00010000
    """Accept a certificate that is signed with a weak algorithm."""
    FORTEZZA = 0x08000000
    """Fortezza is in use; can only be read, never set here."""
    STRENGTH_WEAK = 0x10000000
    """The session key has fewer than 56 bits; can only be read."""
    NORMALBITNESS = 0x10000000
    """Older name of STRENGTH_WEAK."""
    STRENGTH_STRONG = 0x20000000
    """The session key has 128 bits or more; can only be read."""
    STRENGTH_MEDIUM = 0x40000000
    """The session key has at least 56 and fewer than 128 bits; can only be read."""
    UNKNOWNBIT = 0x80000000
    """The strength of the session key is not known; can only be read."""


SECURITY_SET_MASK = (
    SecurityFlag.IGNORE_REVOCATION
    | SecurityFlag.IGNORE_UNKNOWN_CA
    | SecurityFlag.IGNORE_CERT_CN_INVALID
    | SecurityFlag.IGNORE_CERT_DATE_INVALID
    | SecurityFlag.IGNORE_WRONG_USAGE
)
"""The bits that setting ``Option.SECURITY_FLAGS`` takes over; it only ever adds."""


class RequestFlag(IntFlag):
    """How an answer came (``INTERNET_REQFLAG_...``, Option.REQUEST_FLAGS)."""

    FROM_CACHE = 0x01
    """It came from a cache."""
    ASYNC = 0x02
    """Never set."""
    VIA_PROXY = 0x04
    """It came by way of a proxy."""
    NO_HEADERS = 0x08
    """It had no header, or has not come yet."""
    PASSIVE = 0x10
    """Never set."""
    CACHE_WRITE_DISABLED = 0x40
    """It cannot be cached."""
    NET_TIMEOUT = 0x80
    """It ran into a time limit."""


class OpenType(IntEnum):
    """Where a session takes its proxies from (``INTERNET_OPEN_TYPE_...``)."""

    PRECONFIG = 0
    """From the system: its settings on Windows, environment variables elsewhere."""
    DIRECT = 1
    """No proxy; all names are resolved here."""
    PROXY = 3
    """The proxies given, except for the hosts on the bypass list."""
    PRECONFIG_WITH_NO_AUTOPROXY = 4
    """From the system, but without running configuration scripts."""


class PerConnection(IntEnum):
    """What a list of proxy settings holds (``INTERNET_PER_CONN_...``)."""

    FLAGS = 1
    """Which of the ways are taken: :class:`ProxyType`."""
    PROXY_SERVER = 2
    """The proxy list."""
    PROXY_BYPASS = 3
    """The bypass list."""
    AUTOCONFIG_URL = 4
    """Where a configuration script is; scripts are not run."""
    AUTODISCOVERY_FLAGS = 5
    """How a script is searched for; none is."""
    AUTOCONFIG_SECONDARY_URL = 6
    """Another script; scripts are not run."""
    AUTOCONFIG_RELOAD_DELAY_MINS = 7
    """How often a script is loaded again; scripts are not run."""
    AUTOCONFIG_LAST_DETECT_TIME = 8
    """When a script was searched for; none is."""
    AUTOCONFIG_LAST_DETECT_URL = 9
    """Which was found; none is."""


class ProxyType(IntFlag):
    """The ways that may be taken (``PROXY_TYPE_...``)."""

    DIRECT = 0x1
    """The straight way; always there."""
    PROXY = 0x2
    """Through a proxy."""
    AUTO_PROXY_URL = 0x4
    """As a configuration script says; scripts are not run."""
    AUTO_DETECT = 0x8
    """As a script says that is searched for; none is."""


class Service(IntEnum):
    """What a connection handle speaks (``INTERNET_SERVICE_...``)."""

    URL = 0
    """Whatever the URL says."""
    FTP = 1
    """FTP."""
    GOPHER = 2
    """Gopher."""
    HTTP = 3
    """HTTP, with or without TLS."""


class Port(IntEnum):
    """The usual ports (``INTERNET_DEFAULT_..._PORT``)."""

    INVALID = 0
    """No port given: that of the protocol is meant."""
    FTP = 21
    """FTP's control connection."""
    GOPHER = 70
    """Gopher."""
    HTTP = 80
    """HTTP without TLS."""
    HTTPS = 443
    """HTTP over TLS."""
    SOCKS = 1080
    """SOCKS proxies."""


class ApiFlag(IntFlag):
    """The bits that the two enumerations below share (``WININET_API_FLAG_...``)."""

    ASYNC = 0x1
    """The call must not block."""
    SYNC = 0x4
    """The call must block until it is done."""
    USE_CONTEXT = 0x8
    """The context counts even if it is 0."""


class Irf(IntFlag):
    """How a read behaves (``IRF_...``, InternetReadFileEx)."""

    ASYNC = 0x1
    """The call must not block."""
    SYNC = 0x4
    """The call must block until it is done."""
    USE_CONTEXT = 0x8
    """The context counts even if it is 0."""
    NO_WAIT = 0x8
    """Return what is there; the same bit as USE_CONTEXT."""


class Hsr(IntFlag):
    """How an extended send behaves (``HSR_...``, HttpSendRequestEx)."""

    ASYNC = 0x1
    """The call must not block."""
    SYNC = 0x4
    """The call must block until it is done."""
    USE_CONTEXT = 0x8
    """The context counts even if it is 0."""
    INITIATE = 0x8
    """The body follows piece by piece; the same bit as USE_CONTEXT."""
    DOWNLOAD = 0x10
    """The answer goes to a file."""
    CHUNKED = 0x20
    """The body is sent in chunks, its length is not known before."""


class FtpTransferType(IntEnum):
    """How an FTP file is transferred (``FTP_TRANSFER_TYPE_...``)."""

    UNKNOWN = 0
    """Not said: as BINARY."""
    ASCII = 1
    """As text, type A."""
    BINARY = 2
    """As it is, type I."""


FTP_TRANSFER_TYPE_MASK = 3
"""The bits of a transfer type within flags; both at once are an error (87)."""


class Access(IntFlag):
    """What an FTP file is opened for (``GENERIC_...``)."""

    READ = 0x80000000
    """To be downloaded."""
    WRITE = 0x40000000
    """To be uploaded."""


class CookieFlag(IntFlag):
    """What is known about a cookie (``INTERNET_COOKIE_...``).

    Only HTTPONLY and THIRD_PARTY have an effect.
    """

    IS_SECURE = 0x1
    """It is sent over TLS only."""
    IS_SESSION = 0x2
    """It ends with the session."""
    THIRD_PARTY = 0x10
    """It is asked for or set by a third party's page."""
    PROMPT_REQUIRED = 0x20
    """No effect."""
    EVALUATE_P3P = 0x40
    """No effect."""
    APPLY_P3P = 0x80
    """No effect."""
    P3P_ENABLED = 0x100
    """No effect."""
    IS_RESTRICTED = 0x200
    """No effect."""
    IE6 = 0x400
    """No effect."""
    IS_LEGACY = 0x800
    """No effect."""
    NON_SCRIPT = 0x1000
    """No effect."""
    HTTPONLY = 0x2000
    """Cookies that scripts must not see are included."""


class Icu(IntFlag):
    """How the functions of :mod:`twinet.urls` treat a URL (``ICU_...``)."""

    ESCAPE = 0x80000000
    """No effect, as measured: neither cracking nor creating escapes anything."""
    USERNAME = 0x40000000
    """No effect."""
    NO_ENCODE = 0x20000000
    """Unsafe characters are not escaped."""
    DECODE = 0x10000000
    """``%XX`` is turned into characters first."""
    NO_META = 0x08000000
    """The segments ``.`` and ``..`` stay."""
    ENCODE_SPACES_ONLY = 0x04000000
    """Only spaces are escaped."""
    BROWSER_MODE = 0x02000000
    """What follows ``#`` or ``?`` is left alone; always so."""
    ENCODE_PERCENT = 0x00001000
    """``%`` is escaped as well."""
    ESCAPE_AUTHORITY = 0x00002000
    """The part before the path is escaped as well."""


class Scheme(IntEnum):
    """The schemes that URL functions know (``INTERNET_SCHEME_...``)."""

    PARTIAL = -2
    """The URL has no scheme."""
    UNKNOWN = -1
    """A scheme that is not in this list."""
    DEFAULT = 0
    """Not said: HTTP is meant where a URL is created."""
    FTP = 1
    """``ftp:``"""
    GOPHER = 2
    """``gopher:``"""
    HTTP = 3
    """``http:``"""
    HTTPS = 4
    """``https:``"""
    FILE = 5
    """``file:``"""
    NEWS = 6
    """``news:``"""
    MAILTO = 7
    """``mailto:``"""
    SOCKS = 8
    """``socks:``"""
    JAVASCRIPT = 9
    """``javascript:``"""
    VBSCRIPT = 10
    """``vbscript:``"""
    RES = 11
    """``res:``"""


class HandleType(IntEnum):
    """The kind of a handle (``INTERNET_HANDLE_TYPE_...``, Option.HANDLE_TYPE)."""

    INTERNET = 1
    """A session, the root of its tree."""
    CONNECT_FTP = 2
    """An FTP connection."""
    CONNECT_GOPHER = 3
    """A Gopher connection."""
    CONNECT_HTTP = 4
    """An HTTP connection."""
    FTP_FIND = 5
    """The listing of an FTP directory, as records."""
    FTP_FIND_HTML = 6
    """The listing of an FTP directory, as a page."""
    FTP_FILE = 7
    """An FTP file."""
    FTP_FILE_HTML = 8
    """An FTP file, shown as a page."""
    GOPHER_FIND = 9
    """A Gopher menu, as records."""
    GOPHER_FIND_HTML = 10
    """A Gopher menu, as a page."""
    GOPHER_FILE = 11
    """A Gopher document."""
    GOPHER_FILE_HTML = 12
    """A Gopher document, shown as a page."""
    HTTP_REQUEST = 13
    """An HTTP request."""
    FILE_REQUEST = 14
    """A local file that was opened by its URL."""


class FindMethod(IntEnum):
    """What an offset is counted from (``FILE_...``, InternetSetFilePointer)."""

    BEGIN = 0
    """From the first byte."""
    CURRENT = 1
    """From where reading goes on."""
    END = 2
    """From the end."""
