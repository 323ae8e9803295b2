"""Every error of the library, as data.

From this table ``docs/generate.py`` writes the classes in :mod:`twinet.errors` and
the reference page. A row's class is named after its constant (``ERROR_INTERNET_`` or
``ERROR_`` cut off, CamelCase) unless two constants would meet in one name.

The numbers and constants are WinINet's; numbers below 12000 are those general Windows
codes that the same functions return. Meanings are kept short, so that each fits one
source line: they are also the text of an error raised without a message.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ErrorRow:
    """One number, its names, and what to tell the user.

    :ivar code: the number
    :ivar constant: WinINet's name of the number
    :ivar meaning: one sentence without its full stop, at most 70 characters
    :ivar advice: what to try, one sentence with its full stop, or empty
    :ivar family: name of the class it stands under
    :ivar builtin: a Python or Twisted exception the class is as well, or empty
    :ivar renamed: the class name where the rule would give one twice, or empty
    """

    code: int
    constant: str
    meaning: str
    advice: str = ""
    family: str = "InternetError"
    builtin: str = ""
    renamed: str = ""

    @property
    def class_name(self) -> str:
        """The name of the row's class in :mod:`twinet.errors`."""
        stem = self.constant.removeprefix("ERROR_").removeprefix("INTERNET_")
        return self.renamed or "".join(word.capitalize() for word in stem.split("_"))


@dataclass(frozen=True, slots=True)
class OwnRow:
    """A subclass of ours that shares the code of the class above it.

    :ivar class_name: its name in :mod:`twinet.errors`
    :ivar parent: name of the class above
    :ivar meaning: one sentence without its full stop
    :ivar advice: what to try, one sentence with its full stop
    """

    class_name: str
    parent: str
    meaning: str
    advice: str


@dataclass(frozen=True, slots=True)
class FamilyRow:
    """A class that stands above several codes and has none itself.

    :ivar class_name: its name in :mod:`twinet.errors`
    :ivar meaning: what its members have in common, a sentence without its full stop
    :ivar more: what else its class has, as source text
    """

    class_name: str
    meaning: str
    more: str = ""


FAMILIES = (
    FamilyRow(
        "CertificateFault",
        "The server's certificate was not accepted",
        "    #: each thing that is wrong with it, a twinet.tls.Fault.\n"
        "    faults: tuple[Any, ...] = ()\n",
    ),
    FamilyRow("HttpError", "Something went wrong in the HTTP conversation"),
    FamilyRow("FtpError", "Something went wrong in the FTP conversation"),
    FamilyRow("GopherError", "Something went wrong in the Gopher conversation"),
)


def _internet(
    code: int, name: str, meaning: str, advice: str = "", builtin: str = ""
) -> ErrorRow:
    constant = f"ERROR_INTERNET_{name}"
    return ErrorRow(code, constant, meaning, advice, builtin=builtin)


def _certificate(code: int, name: str, meaning: str, advice: str = "") -> ErrorRow:
    constant = f"ERROR_INTERNET_{name}"
    return ErrorRow(code, constant, meaning, advice, "CertificateFault")


def _http(code: int, name: str, meaning: str, advice: str = "") -> ErrorRow:
    return ErrorRow(code, f"ERROR_HTTP_{name}", meaning, advice, "HttpError")


def _ftp(code: int, name: str, meaning: str, advice: str = "") -> ErrorRow:
    return ErrorRow(code, f"ERROR_FTP_{name}", meaning, advice, "FtpError")


def _gopher(code: int, name: str, meaning: str, advice: str = "") -> ErrorRow:
    return ErrorRow(code, f"ERROR_GOPHER_{name}", meaning, advice, "GopherError")


def _general(
    code: int,
    name: str,
    meaning: str,
    advice: str = "",
    *,
    builtin: str = "",
    renamed: str = "",
) -> ErrorRow:
    return ErrorRow(
        code, f"ERROR_{name}", meaning, advice, builtin=builtin, renamed=renamed
    )


_INTERNET = (
    _internet(
        12001,
        "OUT_OF_HANDLES",
        "No further handle can be made",
        "Close handles that are no longer needed.",
    ),
    _internet(
        12002,
        "TIMEOUT",
        "A time limit ran out before the operation was done",
        "Raise the limit that the message names, or try again later.",
        "TimeoutError",
    ),
    _internet(
        12003,
        "EXTENDED_ERROR",
        "The server refused and gave its own explanation",
        "Read server_text, it holds the server's words.",
    ),
    _internet(
        12004,
        "INTERNAL_ERROR",
        "The library failed in a way it did not foresee",
        "Report it with the traceback of the exception behind it.",
    ),
    _internet(
        12005,
        "INVALID_URL",
        "The URL is malformed",
        "Check host, port and characters of the URL.",
    ),
    _internet(
        12006,
        "UNRECOGNIZED_SCHEME",
        "The URL has no scheme, or one that is not supported here",
        "Begin the URL with http://, https://, ftp:// or gopher://.",
    ),
    _internet(
        12007,
        "NAME_NOT_RESOLVED",
        "No address was found for the host name",
        "Check the spelling of the name and the machine's DNS settings.",
    ),
    _internet(12008, "PROTOCOL_NOT_FOUND", "The protocol asked for is not available"),
    _internet(
        12009,
        "INVALID_OPTION",
        "There is no option of that number",
        "Use a member of twinet.Option.",
    ),
    _internet(
        12010,
        "BAD_OPTION_LENGTH",
        "The value does not have the size or type the option needs",
    ),
    _internet(12011, "OPTION_NOT_SETTABLE", "The option can be read but not written"),
    _internet(
        12012,
        "SHUTDOWN",
        "The library is being shut down",
        "Start nothing new once the reactor is stopping.",
    ),
    _internet(12013, "INCORRECT_USER_NAME", "The server does not accept the user name"),
    _internet(12014, "INCORRECT_PASSWORD", "The server does not accept the password"),
    _internet(
        12015,
        "LOGIN_FAILURE",
        "The server refused the login",
        "Check user name and password; server_text may say more.",
    ),
    _internet(
        12016, "INVALID_OPERATION", "The operation is not possible on this handle"
    ),
    _internet(
        12017,
        "OPERATION_CANCELLED",
        "The operation was cancelled or its handle was closed",
        builtin="CancelledError",
    ),
    _internet(
        12018,
        "INCORRECT_HANDLE_TYPE",
        "The handle is of another kind than the call needs",
    ),
    _internet(
        12019,
        "INCORRECT_HANDLE_STATE",
        "The handle is not in a state in which the call is possible",
        "Check the order of the calls: open, send, then read.",
    ),
    _internet(
        12020, "NOT_PROXY_REQUEST", "The request cannot be made by way of a proxy"
    ),
    _internet(12021, "REGISTRY_VALUE_NOT_FOUND", "A configuration value is missing"),
    _internet(
        12022, "BAD_REGISTRY_PARAMETER", "A configuration value has the wrong type"
    ),
    _internet(
        12023,
        "NO_DIRECT_ACCESS",
        "The network must not or cannot be used at present",
        "Leave the offline mode.",
    ),
    _internet(12024, "NO_CONTEXT", "An asynchronous call needs a context and got none"),
    _internet(
        12025,
        "NO_CALLBACK",
        "An asynchronous call needs a status callback and none is set",
    ),
    _internet(
        12026,
        "REQUEST_PENDING",
        "The handle is still busy with an earlier call",
        "Wait for the earlier call's Deferred first.",
    ),
    _internet(12027, "INCORRECT_FORMAT", "The request's data is malformed"),
    _internet(12028, "ITEM_NOT_FOUND", "The item asked for does not exist"),
    _internet(
        12029,
        "CANNOT_CONNECT",
        "No connection to the server could be made",
        "Check that the server runs and that its port can be reached.",
        "ConnectionError",
    ),
    _internet(
        12030,
        "CONNECTION_ABORTED",
        "The connection ended before the answer was complete",
        "Try again; if it repeats, the server or a proxy gives up early.",
    ),
    _internet(
        12031, "CONNECTION_RESET", "The other side reset the connection", "Try again."
    ),
    _internet(12032, "FORCE_RETRY", "The request has to be sent once more"),
    _internet(12033, "INVALID_PROXY_REQUEST", "The proxy cannot use the request"),
    _internet(12034, "NEED_UI", "The operation would have to ask the user"),
    _internet(12036, "HANDLE_EXISTS", "The handle exists already"),
    _certificate(
        12037,
        "SEC_CERT_DATE_INVALID",
        "The server's certificate has expired or is not valid yet",
        "Check this machine's clock; the server's owner must renew the certificate.",
    ),
    _certificate(
        12038,
        "SEC_CERT_CN_INVALID",
        "The server's certificate was issued for another host name",
        "Use a host name that the certificate lists.",
    ),
    _internet(
        12039,
        "HTTP_TO_HTTPS_ON_REDIR",
        "A redirect leads from an insecure to a secure place",
        "Allow it with Flag.IGNORE_REDIRECT_TO_HTTPS.",
    ),
    _internet(
        12040,
        "HTTPS_TO_HTTP_ON_REDIR",
        "A redirect leads from a secure to an insecure place",
        "Allow it with Flag.IGNORE_REDIRECT_TO_HTTP if that is harmless.",
    ),
    _internet(12041, "MIXED_SECURITY", "Secure and insecure content are mixed"),
    _internet(
        12042,
        "CHG_POST_IS_NON_SECURE",
        "Data would be posted and changed without encryption",
    ),
    _internet(12043, "POST_IS_NON_SECURE", "Data would be posted without encryption"),
    _internet(
        12044,
        "CLIENT_AUTH_CERT_NEEDED",
        "The server asks for a client certificate",
        "Set Option.CLIENT_CERT_CONTEXT and send again.",
    ),
    _certificate(
        12045,
        "INVALID_CA",
        "The certificate was not issued by an authority trusted here",
        "Give the issuer's certificate in trust_roots.",
    ),
    _internet(12046, "CLIENT_AUTH_NOT_SETUP", "Client authentication is not set up"),
    _internet(12047, "ASYNC_THREAD_FAILED", "A worker thread could not be started"),
    _internet(
        12048,
        "REDIRECT_SCHEME_CHANGE",
        "A redirect leads to another kind of protocol",
        "Open the new URL yourself if you trust it.",
    ),
    _internet(12049, "DIALOG_PENDING", "Another question to the user is still open"),
    _internet(12050, "RETRY_DIALOG", "The question to the user has to be repeated"),
    _internet(
        12052,
        "HTTPS_HTTP_SUBMIT_REDIR",
        "Posted data would be redirected to an insecure place",
    ),
    _internet(12053, "INSERT_CDROM", "A removable disc has to be inserted"),
    _internet(12054, "FORTEZZA_LOGIN_NEEDED", "The server asks for a Fortezza login"),
    _certificate(
        12055,
        "SEC_CERT_ERRORS",
        "The server's certificate has more than one fault",
        "The message lists all of them.",
    ),
    _certificate(
        12056,
        "SEC_CERT_NO_REV",
        "It cannot be found out whether the certificate was revoked",
    ),
    _certificate(
        12057,
        "SEC_CERT_REV_FAILED",
        "The check whether the certificate was revoked failed",
        "Check that the authority's revocation service can be reached.",
    ),
    _certificate(
        12062,
        "SEC_CERT_WEAK_SIGNATURE",
        "The certificate is signed with an algorithm that is too weak",
        "The server's owner must have the certificate issued anew.",
    ),
    _internet(
        12157,
        "SECURITY_CHANNEL_ERROR",
        "The TLS connection could not be set up",
        "Check that the port speaks TLS and which versions the server accepts.",
    ),
    _internet(
        12158,
        "UNABLE_TO_CACHE_FILE",
        "The data could not be stored in the cache",
        "Check free space and permissions of the cache folder.",
    ),
    _internet(12159, "TCPIP_NOT_INSTALLED", "This machine has no TCP/IP"),
    _internet(
        12163,
        "DISCONNECTED",
        "This machine has no connection to the Internet",
        "Check the network interface.",
    ),
    _internet(
        12164,
        "SERVER_UNREACHABLE",
        "There is no route to the server",
        "Check the network between here and the server.",
    ),
    ErrorRow(
        12165,
        "ERROR_INTERNET_PROXY_SERVER_UNREACHABLE",
        "The proxy cannot be reached",
        "Check the proxy's address and that it runs.",
        # So that who tries again, or elsewhere, does so here too.
        "CannotConnect",
    ),
    _internet(
        12166, "BAD_AUTO_PROXY_SCRIPT", "The proxy configuration script has an error"
    ),
    _internet(
        12167,
        "UNABLE_TO_DOWNLOAD_SCRIPT",
        "The proxy configuration script could not be loaded",
    ),
    _certificate(
        12169,
        "SEC_INVALID_CERT",
        "The server's certificate is not valid",
        "The message says what was found.",
    ),
    _certificate(
        12170,
        "SEC_CERT_REVOKED",
        "The server's certificate has been revoked",
        "Do not use this server until it has a new certificate.",
    ),
    _internet(
        12171, "FAILED_DUETOSECURITYCHECK", "A security check forbade the operation"
    ),
    _internet(
        12172,
        "NOT_INITIALIZED",
        "No session has been opened yet",
        "Open a session first.",
    ),
    _internet(12173, "NEED_MSN_SSPI_PKG", "A security package is missing"),
    _internet(
        12174,
        "LOGIN_FAILURE_DISPLAY_ENTITY_BODY",
        "The server ended the login and explains it in the body",
        "Read the body of the answer.",
    ),
    _internet(
        12175,
        "DECODING_FAILED",
        "The compressed body is damaged",
        "Ask for the body without compression.",
    ),
    _internet(
        12187,
        "CLIENT_AUTH_CERT_NEEDED_PROXY",
        "The proxy asks for a client certificate",
    ),
    _internet(
        12188,
        "SECURE_FAILURE_PROXY",
        "The TLS connection to the proxy could not be set up",
    ),
)

_FTP = (
    _ftp(
        12110,
        "TRANSFER_IN_PROGRESS",
        "The FTP session is busy with another operation",
        "Close what the message names, or open a second connection.",
    ),
    _ftp(
        12111,
        "DROPPED",
        "The FTP session ended before the operation was complete",
        "Connect again and repeat the operation.",
    ),
    _ftp(
        12112,
        "NO_PASSIVE_MODE",
        "The FTP server offers no passive mode",
        "Leave out Flag.PASSIVE.",
    ),
)

_GOPHER = (
    _gopher(12130, "PROTOCOL_ERROR", "The Gopher server's answer cannot be understood"),
    _gopher(
        12131,
        "NOT_FILE",
        "The call needs the locator of a file",
        "Use find for menus and searches.",
    ),
    _gopher(
        12132,
        "DATA_ERROR",
        "The Gopher server's answer broke off or reported an error",
        "Try again; server_text may say more.",
    ),
    _gopher(12133, "END_OF_DATA", "There is no more data"),
    _gopher(12134, "INVALID_LOCATOR", "The Gopher locator is malformed"),
    _gopher(
        12135, "INCORRECT_LOCATOR_TYPE", "The locator's item type does not fit the call"
    ),
    _gopher(12136, "NOT_GOPHER_PLUS", "The call needs a Gopher+ server or locator"),
    _gopher(12137, "ATTRIBUTE_NOT_FOUND", "The item has no such attribute"),
    _gopher(12138, "UNKNOWN_LOCATOR", "The locator's item type is unknown"),
)

_HTTP = (
    _http(
        12060,
        "HSTS_REDIRECT_REQUIRED",
        "The host may only be asked over https",
        "Use an https:// URL.",
    ),
    _http(12150, "HEADER_NOT_FOUND", "There is no header field of that name"),
    _http(12151, "DOWNLEVEL_SERVER", "The server answered without any header"),
    _http(
        12152,
        "INVALID_SERVER_RESPONSE",
        "The server's answer is not valid HTTP or never came",
        "Check that scheme and port belong to an HTTP server.",
    ),
    _http(
        12153,
        "INVALID_HEADER",
        "A header field has a name or value that HTTP does not allow",
        "Remove line breaks and control characters from it.",
    ),
    _http(12154, "INVALID_QUERY_REQUEST", "The header query makes no sense"),
    _http(12155, "HEADER_ALREADY_EXISTS", "The header field is there already"),
    _http(
        12156,
        "REDIRECT_FAILED",
        "A redirect could not be followed, or there were too many",
        "Look at response.history for the way the redirects went.",
    ),
    _http(12160, "NOT_REDIRECTED", "The request was not redirected"),
    _http(12161, "COOKIE_NEEDS_CONFIRMATION", "A cookie has to be confirmed"),
    _http(12162, "COOKIE_DECLINED", "A cookie was refused"),
    _http(12168, "REDIRECT_NEEDS_CONFIRMATION", "A redirect has to be confirmed"),
)

_GENERAL = (
    _general(0, "SUCCESS", "Nothing went wrong"),
    _general(
        2,
        "FILE_NOT_FOUND",
        "The file does not exist",
        "Check path and spelling.",
        builtin="FileNotFoundError",
    ),
    _general(5, "ACCESS_DENIED", "Access was denied"),
    _general(
        6,
        "INVALID_HANDLE",
        "The handle is closed or was never open",
        "Open a new handle.",
    ),
    _general(8, "NOT_ENOUGH_MEMORY", "There is not enough memory"),
    _general(14, "OUTOFMEMORY", "There is not enough memory to finish this"),
    _general(18, "NO_MORE_FILES", "The listing has no further entry"),
    _general(
        80,
        "FILE_EXISTS",
        "A file of that name exists already",
        "Choose another name, or remove the file first.",
        builtin="FileExistsError",
    ),
    _general(87, "INVALID_PARAMETER", "A parameter has a value it must not have"),
    _general(122, "INSUFFICIENT_BUFFER", "The buffer is too small for the answer"),
    _general(123, "INVALID_NAME", "The name is not allowed"),
    _general(160, "BAD_ARGUMENTS", "The value is not allowed here"),
    _general(161, "BAD_PATHNAME", "The URL cannot be brought into canonical form"),
    _general(234, "MORE_DATA", "There is more data than was asked for"),
    _general(259, "NO_MORE_ITEMS", "There is no further item"),
    _general(997, "IO_PENDING", "The operation goes on; its completion is told later"),
    _general(1223, "CANCELLED", "The user cancelled the operation"),
    _general(2250, "NOT_CONNECTED", "There is no connection"),
    _general(
        4317,
        "INVALID_OPERATION",
        "The operation is not allowed on this object",
        renamed="OperationNotAllowed",
    ),
)

ERRORS: tuple[ErrorRow, ...] = tuple(
    sorted(_INTERNET + _FTP + _GOPHER + _HTTP + _GENERAL, key=lambda row: row.code)
)

OWN = (
    OwnRow(
        "Truncated",
        "HttpInvalidServerResponse",
        "The body ended before all of it had come",
        "Ask again, from the byte where it broke off if the server can do that.",
    ),
    OwnRow(
        "PolicyRefused",
        "CannotConnect",
        "The egress policy does not allow the address",
        "Change the policy if the address should be reachable.",
    ),
    OwnRow(
        "UnexpectedStatus",
        "ExtendedError",
        "The server answered with an error status",
        "Look at status_code and server_text.",
    ),
)
