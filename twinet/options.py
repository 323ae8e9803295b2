"""The options of handles: their numbers, and what each can hold.

Only those of WinINet's options are here that a network client can honour. The table
gives, for each, where it lives and what may be done with it, and what it waits for if
it does not work yet. Who asks for one of those, or for one that is not here, is
answered with ``InvalidOption`` (12009); nothing is taken and then ignored.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, IntEnum, StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class Option(IntEnum):
    """The number of an option (``INTERNET_OPTION_...``)."""

    CONNECT_TIMEOUT = 2
    CONNECT_RETRIES = 3
    SEND_TIMEOUT = 5
    CONTROL_SEND_TIMEOUT = 5
    RECEIVE_TIMEOUT = 6
    CONTROL_RECEIVE_TIMEOUT = 6
    DATA_SEND_TIMEOUT = 7
    DATA_RECEIVE_TIMEOUT = 8
    HANDLE_TYPE = 9
    LISTEN_TIMEOUT = 11
    READ_BUFFER_SIZE = 12
    WRITE_BUFFER_SIZE = 13
    PARENT_HANDLE = 21
    REQUEST_FLAGS = 23
    USERNAME = 28
    PASSWORD = 29
    SECURITY_FLAGS = 31
    SECURITY_CERTIFICATE_STRUCT = 32
    DATAFILE_NAME = 33
    URL = 34
    SECURITY_CERTIFICATE = 35
    SECURITY_KEY_BITNESS = 36
    REFRESH = 37
    PROXY = 38
    SETTINGS_CHANGED = 39
    VERSION = 40
    USER_AGENT = 41
    END_BROWSER_SESSION = 42
    PROXY_USERNAME = 43
    PROXY_PASSWORD = 44
    CONTEXT_VALUE = 45
    CONNECTED_STATE = 50
    REQUEST_PRIORITY = 58
    HTTP_VERSION = 59
    ERROR_MASK = 62
    FROM_CACHE_TIMEOUT = 63
    HTTP_DECODING = 65
    DIAGNOSTIC_SOCKET_INFO = 67
    CACHE_TIMESTAMPS = 69
    MAX_CONNS_PER_SERVER = 73
    MAX_CONNS_PER_1_0_SERVER = 74
    PER_CONNECTION_OPTION = 75
    DIGEST_AUTH_UNLOAD = 76
    IGNORE_OFFLINE = 77
    SUPPRESS_BEHAVIOR = 81
    CLIENT_CERT_CONTEXT = 84
    AUTH_FLAGS = 85
    COOKIES_3RD_PARTY = 86
    EXEMPT_CONNECTION_LIMIT = 89
    SOCKET_SEND_BUFFER_LENGTH = 94
    PROXY_SETTINGS_CHANGED = 95
    CODEPAGE_PATH = 100
    CODEPAGE_EXTRA = 101
    IDN = 102
    MAX_CONNS_PER_PROXY = 103
    SUPPRESS_SERVER_AUTH = 104
    SERVER_CERT_CHAIN_CONTEXT = 105
    COMPRESSED_CONTENT_LENGTH = 147
    ENABLE_HTTP_PROTOCOL = 148
    HTTP_PROTOCOL_USED = 149
    ENCODE_EXTRA = 155
    HSTS = 157


class Kind(StrEnum):
    """A place an option can live in, by the letter that the table uses."""

    PROCESS = "N"
    """the whole process on Windows, a session here"""
    SESSION = "R"
    """a session"""
    CONNECTION = "S"
    """a connection"""
    REQUEST = "Q"
    """an HTTP request"""
    FTP = "F"
    """an FTP connection, file or listing"""
    LEAF = "U"
    """whatever a URL was opened as"""


class OptionType(Enum):
    """The type of an option's value, as Windows has it."""

    U32 = "u32"
    I32 = "i32"
    U64 = "u64"
    BOOL = "bool"
    TEXT = "str"
    OBJECT = "ptr"
    HANDLE = "handle"
    RECORD = "struct"
    NONE = "none"


class Unit(Enum):
    """What an option counts in the object API."""

    NONE = ""
    SECONDS = "seconds"
    BYTES = "bytes"
    BITS = "bits"


@dataclass(frozen=True, slots=True)
class OptionRow:
    """What is known about one option.

    :ivar number: WinINet's number
    :ivar type: the type of its value on Windows
    :ivar queryable: it can be read
    :ivar settable: it can be written; both False: WinINet only names it
    :ivar kinds: where it lives
    :ivar unit: what the object API counts it in; Windows has milliseconds for seconds
    :ivar meaning: what it does, and its default where there is one
    :ivar missing: why it does not work in this version; empty when it works
    """

    number: Option
    type: OptionType
    queryable: bool
    settable: bool
    kinds: frozenset[Kind]
    unit: Unit
    meaning: str
    missing: str = ""

    @property
    def access(self) -> str:
        """``q``, ``s``, ``qs`` or nothing: what may be done."""
        return "q" * self.queryable + "s" * self.settable


_ANY = "RSQFU"

# What options wait for.
_CACHE = "there is no cache yet"
_BUFFERS = "buffers of FTP data follow the speed of the connection"
_HTTP_2 = "HTTP/2 is not spoken yet"


def _row(
    number: Option, access: str, form: str, kinds: str, meaning: str, missing: str = ""
) -> OptionRow:
    """Read a row: ``form`` is the type and, after a blank, the unit."""
    type_text, _, unit = form.partition(" ")
    return OptionRow(
        number,
        OptionType(type_text),
        "q" in access,
        "s" in access,
        frozenset(Kind(letter) for letter in kinds),
        Unit(unit),
        meaning,
        missing,
    )


_ROWS = (
    _row(
        Option.CONNECT_TIMEOUT,
        "qs",
        "u32 seconds",
        "N" + _ANY,
        "Time for connecting, over all addresses of the host together. 0 is refused "
        "(160).",
    ),
    _row(
        Option.CONNECT_RETRIES,
        "qs",
        "u32",
        "N" + _ANY,
        "How many of a host's addresses are tried, each once. Default all of them; 5 "
        "on Windows.",
    ),
    _row(
        Option.SEND_TIMEOUT,
        "qs",
        "u32 seconds",
        "N" + _ANY,
        "Time for sending a request, or a command on FTP's control connection. "
        "0 is no limit.",
    ),
    _row(
        Option.RECEIVE_TIMEOUT,
        "qs",
        "u32 seconds",
        "N" + _ANY,
        "Time to wait for an answer, or a reply on FTP's control connection. "
        "0 is no limit.",
    ),
    _row(
        Option.DATA_SEND_TIMEOUT,
        "qs",
        "u32 seconds",
        "N" + _ANY,
        "Time for sending on FTP's data connection, without progress.",
    ),
    _row(
        Option.DATA_RECEIVE_TIMEOUT,
        "qs",
        "u32 seconds",
        "N" + _ANY,
        "Time to wait for data on FTP's data connection.",
    ),
    _row(
        Option.HANDLE_TYPE,
        "q",
        "u32",
        _ANY,
        "The kind of the handle, a flags.HandleType.",
    ),
    _row(
        Option.LISTEN_TIMEOUT,
        "qs",
        "u32 seconds",
        "F",
        "Time to wait for the server's data connection in active FTP. WinINet names "
        "the option without honouring it; the meaning is our own.",
    ),
    _row(
        Option.READ_BUFFER_SIZE,
        "qs",
        "u32 bytes",
        "F",
        "Size of the receive buffer.",
        _BUFFERS,
    ),
    _row(
        Option.WRITE_BUFFER_SIZE,
        "qs",
        "u32 bytes",
        "F",
        "Size of the send buffer.",
        _BUFFERS,
    ),
    _row(
        Option.PARENT_HANDLE,
        "q",
        "handle",
        _ANY,
        "The handle above; none for a session.",
    ),
    _row(
        Option.REQUEST_FLAGS,
        "q",
        "u32",
        "Q",
        "How the answer came, a flags.RequestFlag.",
    ),
    _row(
        Option.USERNAME,
        "qs",
        "str",
        "SQ",
        "User name for the server, sent when it asks (401). A request has its "
        "connection's until it is given its own, and can be sent again with it.",
    ),
    _row(Option.PASSWORD, "qs", "str", "SQ", "Password for the server, likewise."),
    _row(
        Option.SECURITY_FLAGS,
        "qs",
        "u32",
        "Q",
        "TLS state and tolerance, a flags.SecurityFlag. Setting only ever adds bits "
        "that let something through; others are left aside, for programs set what "
        "they have read.",
    ),
    _row(
        Option.SECURITY_CERTIFICATE_STRUCT,
        "q",
        "struct",
        "Q",
        "The server's certificate, a twinet.CertificateInfo; without TLS 12019.",
    ),
    _row(
        Option.DATAFILE_NAME,
        "q",
        "str",
        "QF",
        "Name of the file that holds the answer; before the answer 12028.",
        _CACHE,
    ),
    _row(Option.URL, "q", "str", "QFU", "The URL in use; a redirect changes it."),
    _row(
        Option.SECURITY_CERTIFICATE,
        "q",
        "str",
        "Q",
        "The server's certificate and its TLS connection as text; without TLS 12019.",
    ),
    _row(
        Option.SECURITY_KEY_BITNESS,
        "q",
        "u32 bits",
        "Q",
        "Length of the TLS session key; without TLS 12019.",
    ),
    _row(
        Option.REFRESH,
        "s",
        "none",
        "R",
        "Setting it reads the proxy settings again, if they are the environment's.",
    ),
    _row(
        Option.PROXY,
        "qs",
        "struct",
        "NR",
        "The proxies: twinet.ProxySettings, which also are access type and lists. A "
        "proxy list, a twinet.Proxy or None, for what the environment says, can be "
        "set; it acts on requests that are sent from then on.",
    ),
    _row(
        Option.SETTINGS_CHANGED,
        "s",
        "none",
        "N" + _ANY,
        "Setting it says that settings changed and drops all idle connections.",
    ),
    _row(Option.VERSION, "q", "struct", "N", "Version of the interface: 1 and 2."),
    _row(
        Option.USER_AGENT,
        "qs",
        "str",
        "R",
        "The agent string; a User-Agent field given by the caller goes first.",
    ),
    _row(
        Option.END_BROWSER_SESSION,
        "s",
        "none",
        "N",
        "Setting it forgets the cookies that have no date to expire on, and whom "
        "servers and proxies have taken the requests for.",
    ),
    _row(
        Option.PROXY_USERNAME,
        "qs",
        "str",
        "SQ",
        "User name for the proxy, sent when it asks (407); likewise, and before the "
        "one that came with the proxy.",
    ),
    _row(
        Option.PROXY_PASSWORD,
        "qs",
        "str",
        "SQ",
        "Password for the proxy, likewise.",
    ),
    _row(Option.CONTEXT_VALUE, "qs", "ptr", _ANY, "The handle's context."),
    _row(
        Option.CONNECTED_STATE,
        "qs",
        "u32",
        "N",
        "Whether the network may be used: 1, or 2 and 0x10 for not. Then each request "
        "fails with 2, because no cache has its answer.",
    ),
    _row(
        Option.REQUEST_PRIORITY,
        "qs",
        "i32",
        "Q",
        "Requests that wait for a connection go in this order, highest first; of "
        "equals the first to come. Default 0. It acts on the next send.",
    ),
    _row(
        Option.HTTP_VERSION,
        "qs",
        "struct",
        "NQ",
        "The version of HTTP to speak, 1 and 1; no other can be set, and none on a "
        "request.",
    ),
    _row(
        Option.ERROR_MASK,
        "s",
        "u32",
        "RSQ",
        "Which finer errors the program can deal with: 2 for 12055, when a "
        "certificate has more than one fault. No other is told apart.",
    ),
    _row(
        Option.FROM_CACHE_TIMEOUT,
        "qs",
        "u32 seconds",
        "Q",
        "Time to wait for the network before the cache answers.",
        _CACHE,
    ),
    _row(
        Option.HTTP_DECODING,
        "s",
        "bool",
        "RSQ",
        "Compressed bodies (gzip, deflate, and br and zstd where their packages are "
        "installed) are decoded, and asked for unless the program sends an "
        "Accept-Encoding or a Range of its own. Default off; see "
        "Session(decoding=True).",
    ),
    _row(
        Option.DIAGNOSTIC_SOCKET_INFO,
        "q",
        "struct",
        "Q",
        "The two ends of the answer's connection, whether it is kept alive and "
        "whether it is secure: a twinet.records.SocketInfo.",
    ),
    _row(
        Option.CACHE_TIMESTAMPS,
        "q",
        "struct",
        "Q",
        "When the answer expires and when it was last modified, by its own head: two "
        "times, or None where it does not say.",
    ),
    _row(
        Option.MAX_CONNS_PER_SERVER,
        "qs",
        "u32",
        "N",
        "How many connections a host may have. Default 6. 0 is refused (160), a "
        "handle that is no session too (12016). It acts at once.",
    ),
    _row(
        Option.MAX_CONNS_PER_1_0_SERVER,
        "qs",
        "u32",
        "N",
        "The same for hosts that speak HTTP/1.0.",
        "MAX_CONNS_PER_SERVER is for all hosts, whatever they speak",
    ),
    _row(
        Option.PER_CONNECTION_OPTION,
        "qs",
        "struct",
        "NR",
        "The same as a mapping of twinet.flags.PerConnection: FLAGS, PROXY_SERVER and "
        "PROXY_BYPASS; configuration scripts are not run.",
    ),
    _row(
        Option.DIGEST_AUTH_UNLOAD,
        "s",
        "none",
        "N",
        "Setting it forgets the credentials and the nonces of digest authentication.",
    ),
    _row(
        Option.IGNORE_OFFLINE,
        "qs",
        "none",
        "Q",
        "Setting it lets the request be made even when the network may not be used.",
    ),
    _row(
        Option.SUPPRESS_BEHAVIOR,
        "s",
        "u32",
        "N",
        "Cookie rules to leave aside: 0 resets all, 1 and 2 policy, 3 and 4 keeping.",
        "cookies have no such rules here, and are kept in no file unless one is given",
    ),
    _row(
        Option.CLIENT_CERT_CONTEXT,
        "s",
        "struct",
        "Q",
        "The client certificate, in any form that Session(client_certificate=...) "
        "takes; set it after 12044 and send again.",
    ),
    _row(
        Option.AUTH_FLAGS,
        "",
        "u32",
        "Q",
        "WinINet names it and says no more.",
        "WinINet names it and gives it no meaning",
    ),
    _row(
        Option.COOKIES_3RD_PARTY,
        "s",
        "bool",
        "Q",
        "The request is made for what another site has on its page: only cookies that "
        "say SameSite=None are sent and stored. Default off.",
    ),
    _row(
        Option.EXEMPT_CONNECTION_LIMIT,
        "s",
        "bool",
        "Q",
        "The request does not wait for a connection, and does not count against the "
        "host's limit.",
    ),
    _row(
        Option.SOCKET_SEND_BUFFER_LENGTH,
        "",
        "u32 bytes",
        "Q",
        "Size of the socket's send buffer; WinINet names it and says no more.",
        "WinINet names it and gives it no meaning",
    ),
    _row(
        Option.PROXY_SETTINGS_CHANGED,
        "s",
        "none",
        "NSQ",
        "Setting it does the same as REFRESH, for the session of any handle.",
    ),
    _row(
        Option.CODEPAGE_PATH,
        "s",
        "u32",
        "SQ",
        "Character set of a URL's path, as a Windows code page. Default UTF-8, 65001; "
        "percent-encoded. It acts on requests that are opened later.",
    ),
    _row(
        Option.CODEPAGE_EXTRA,
        "s",
        "u32",
        "SQ",
        "Character set of a URL's query, likewise. WinINet's default is the system's, "
        "not encoded.",
    ),
    _row(
        Option.IDN,
        "s",
        "u32",
        "SQ",
        "International host names: 1 for direct, 2 for proxied requests, both by "
        "default. They always go out in their ASCII form: what leaves 1 out is "
        "refused.",
    ),
    _row(
        Option.MAX_CONNS_PER_PROXY,
        "qs",
        "u32",
        "N",
        "How many connections a proxy may have, 2 to 128, whatever they are for. "
        "Default 32. It acts at once.",
    ),
    _row(
        Option.SUPPRESS_SERVER_AUTH,
        "s",
        "none",
        "Q",
        "Setting it keeps credentials from servers, not from proxies; once sent 12019.",
    ),
    _row(
        Option.SERVER_CERT_CHAIN_CONTEXT,
        "q",
        "ptr",
        "Q",
        "The server's certificates as it sent them, its own first: a tuple of "
        "twinet.CertificateInfo; without TLS 12019.",
    ),
    _row(
        Option.COMPRESSED_CONTENT_LENGTH,
        "q",
        "u64 bytes",
        "Q",
        "Length of the body before decoding; 12150 when the answer does not announce "
        "it.",
    ),
    _row(
        Option.ENABLE_HTTP_PROTOCOL,
        "s",
        "u32",
        _ANY,
        "Newer protocols to offer: 2 is HTTP/2. Default 0.",
        _HTTP_2,
    ),
    _row(
        Option.HTTP_PROTOCOL_USED,
        "q",
        "u32",
        "Q",
        "The newer protocol in use: 2 is HTTP/2, 0 is none.",
    ),
    _row(
        Option.ENCODE_EXTRA,
        "qs",
        "bool",
        "Q",
        "Characters outside ASCII in a query are percent-encoded. Always on; off on "
        "Windows.",
    ),
    _row(
        Option.HSTS,
        "qs",
        "bool",
        _ANY,
        "Hosts that demand https are asked by https only. Default off.",
        "hosts that demand https are not remembered yet",
    ),
)

OPTIONS: Mapping[Option, OptionRow] = MappingProxyType(
    {row.number: row for row in _ROWS}
)
"""Every :class:`Option` with what is known about it."""
