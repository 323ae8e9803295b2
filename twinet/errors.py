"""The one tree of errors.

Whatever fails, the user catches an :class:`InternetError`: a class for each of
WinINet's numbers, a few families above them, and three subclasses of our own below
them. Some are a well-known Python or Twisted exception as well, so that ``except
TimeoutError`` and ``failure.trap(CancelledError)`` do what their reader expects.

The classes between the markers are written by ``docs/generate.py`` from
``twinet/_error_table.py``; edit the table, not the classes.
"""

# ruff: noqa: N818  the classes carry WinINet's names, which have no common suffix

from __future__ import annotations

from typing import Any, ClassVar, Self

from twisted.internet.defer import CancelledError


def _revive(
    kind: type[InternetError], args: tuple[Any, ...], state: dict[str, Any]
) -> InternetError:
    """Make a copied or unpickled error without running its constructor."""
    error = kind.__new__(kind)
    error.args = args
    error.__dict__.update(state)
    return error


class InternetError(Exception):
    """Anything that went wrong in this library.

    ``str()`` gives ``<message> [<constant> <code>]``.

    :cvar code: WinINet's number; classes that stand for no number of their own have
        that of an internal error
    :cvar name: WinINet's constant for the number
    :cvar meaning: what the class says in general, used where the message is empty
    :ivar message: what was wrong this time, and what to try
    :ivar server_text: what the server said about it in its own words, or None
    """

    code: ClassVar[int] = 12004
    name: ClassVar[str] = "ERROR_INTERNET_INTERNAL_ERROR"
    meaning: ClassVar[str] = "Something went wrong"

    def __init__(self, message: str = "", *, server_text: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.server_text = server_text

    def __str__(self) -> str:
        return f"{self.message or self.meaning} [{self.name} {self.code}]"

    def __reduce__(self) -> tuple[Any, ...]:
        # OSError's own way would look for errno and strerror in the arguments, and
        # Exception's would call constructors that want keywords.
        return _revive, (type(self), self.args, self.__dict__.copy())

    def __copy__(self) -> Self:
        """Copy with message, server text, notes, cause and traceback."""
        twin = _revive(*self.__reduce__()[1])
        twin.__cause__ = self.__cause__
        twin.__context__ = self.__context__
        twin.__suppress_context__ = self.__suppress_context__
        twin.__traceback__ = self.__traceback__
        assert isinstance(twin, type(self))
        return twin


# --- generated from twinet/_error_table.py by docs/generate.py: begin ---


class CertificateFault(InternetError):
    """The server's certificate was not accepted."""

    meaning = "The server's certificate was not accepted"
    #: each thing that is wrong with it, a twinet.tls.Fault.
    faults: tuple[Any, ...] = ()


class HttpError(InternetError):
    """Something went wrong in the HTTP conversation."""

    meaning = "Something went wrong in the HTTP conversation"


class FtpError(InternetError):
    """Something went wrong in the FTP conversation."""

    meaning = "Something went wrong in the FTP conversation"


class GopherError(InternetError):
    """Something went wrong in the Gopher conversation."""

    meaning = "Something went wrong in the Gopher conversation"


class Success(InternetError):
    """Nothing went wrong."""

    code = 0
    name = "ERROR_SUCCESS"
    meaning = "Nothing went wrong"


class FileNotFound(InternetError, FileNotFoundError):
    """The file does not exist.

    Check path and spelling.
    """

    code = 2
    name = "ERROR_FILE_NOT_FOUND"
    meaning = "The file does not exist"


class AccessDenied(InternetError):
    """Access was denied."""

    code = 5
    name = "ERROR_ACCESS_DENIED"
    meaning = "Access was denied"


class InvalidHandle(InternetError):
    """The handle is closed or was never open.

    Open a new handle.
    """

    code = 6
    name = "ERROR_INVALID_HANDLE"
    meaning = "The handle is closed or was never open"


class NotEnoughMemory(InternetError):
    """There is not enough memory."""

    code = 8
    name = "ERROR_NOT_ENOUGH_MEMORY"
    meaning = "There is not enough memory"


class Outofmemory(InternetError):
    """There is not enough memory to finish this."""

    code = 14
    name = "ERROR_OUTOFMEMORY"
    meaning = "There is not enough memory to finish this"


class NoMoreFiles(InternetError):
    """The listing has no further entry."""

    code = 18
    name = "ERROR_NO_MORE_FILES"
    meaning = "The listing has no further entry"


class FileExists(InternetError, FileExistsError):
    """A file of that name exists already.

    Choose another name, or remove the file first.
    """

    code = 80
    name = "ERROR_FILE_EXISTS"
    meaning = "A file of that name exists already"


class InvalidParameter(InternetError):
    """A parameter has a value it must not have."""

    code = 87
    name = "ERROR_INVALID_PARAMETER"
    meaning = "A parameter has a value it must not have"


class InsufficientBuffer(InternetError):
    """The buffer is too small for the answer."""

    code = 122
    name = "ERROR_INSUFFICIENT_BUFFER"
    meaning = "The buffer is too small for the answer"


class InvalidName(InternetError):
    """The name is not allowed."""

    code = 123
    name = "ERROR_INVALID_NAME"
    meaning = "The name is not allowed"


class BadArguments(InternetError):
    """The value is not allowed here."""

    code = 160
    name = "ERROR_BAD_ARGUMENTS"
    meaning = "The value is not allowed here"


class BadPathname(InternetError):
    """The URL cannot be brought into canonical form."""

    code = 161
    name = "ERROR_BAD_PATHNAME"
    meaning = "The URL cannot be brought into canonical form"


class MoreData(InternetError):
    """There is more data than was asked for."""

    code = 234
    name = "ERROR_MORE_DATA"
    meaning = "There is more data than was asked for"


class NoMoreItems(InternetError):
    """There is no further item."""

    code = 259
    name = "ERROR_NO_MORE_ITEMS"
    meaning = "There is no further item"


class IoPending(InternetError):
    """The operation goes on; its completion is told later."""

    code = 997
    name = "ERROR_IO_PENDING"
    meaning = "The operation goes on; its completion is told later"


class Cancelled(InternetError):
    """The user cancelled the operation."""

    code = 1223
    name = "ERROR_CANCELLED"
    meaning = "The user cancelled the operation"


class NotConnected(InternetError):
    """There is no connection."""

    code = 2250
    name = "ERROR_NOT_CONNECTED"
    meaning = "There is no connection"


class OperationNotAllowed(InternetError):
    """The operation is not allowed on this object."""

    code = 4317
    name = "ERROR_INVALID_OPERATION"
    meaning = "The operation is not allowed on this object"


class OutOfHandles(InternetError):
    """No further handle can be made.

    Close handles that are no longer needed.
    """

    code = 12001
    name = "ERROR_INTERNET_OUT_OF_HANDLES"
    meaning = "No further handle can be made"


class Timeout(InternetError, TimeoutError):
    """A time limit ran out before the operation was done.

    Raise the limit that the message names, or try again later.
    """

    code = 12002
    name = "ERROR_INTERNET_TIMEOUT"
    meaning = "A time limit ran out before the operation was done"


class ExtendedError(InternetError):
    """The server refused and gave its own explanation.

    Read server_text, it holds the server's words.
    """

    code = 12003
    name = "ERROR_INTERNET_EXTENDED_ERROR"
    meaning = "The server refused and gave its own explanation"


class InternalError(InternetError):
    """The library failed in a way it did not foresee.

    Report it with the traceback of the exception behind it.
    """

    code = 12004
    name = "ERROR_INTERNET_INTERNAL_ERROR"
    meaning = "The library failed in a way it did not foresee"


class InvalidUrl(InternetError):
    """The URL is malformed.

    Check host, port and characters of the URL.
    """

    code = 12005
    name = "ERROR_INTERNET_INVALID_URL"
    meaning = "The URL is malformed"


class UnrecognizedScheme(InternetError):
    """The URL has no scheme, or one that is not supported here.

    Begin the URL with http://, https://, ftp:// or gopher://.
    """

    code = 12006
    name = "ERROR_INTERNET_UNRECOGNIZED_SCHEME"
    meaning = "The URL has no scheme, or one that is not supported here"


class NameNotResolved(InternetError):
    """No address was found for the host name.

    Check the spelling of the name and the machine's DNS settings.
    """

    code = 12007
    name = "ERROR_INTERNET_NAME_NOT_RESOLVED"
    meaning = "No address was found for the host name"


class ProtocolNotFound(InternetError):
    """The protocol asked for is not available."""

    code = 12008
    name = "ERROR_INTERNET_PROTOCOL_NOT_FOUND"
    meaning = "The protocol asked for is not available"


class InvalidOption(InternetError):
    """There is no option of that number.

    Use a member of twinet.Option.
    """

    code = 12009
    name = "ERROR_INTERNET_INVALID_OPTION"
    meaning = "There is no option of that number"


class BadOptionLength(InternetError):
    """The value does not have the size or type the option needs."""

    code = 12010
    name = "ERROR_INTERNET_BAD_OPTION_LENGTH"
    meaning = "The value does not have the size or type the option needs"


class OptionNotSettable(InternetError):
    """The option can be read but not written."""

    code = 12011
    name = "ERROR_INTERNET_OPTION_NOT_SETTABLE"
    meaning = "The option can be read but not written"


class Shutdown(InternetError):
    """The library is being shut down.

    Start nothing new once the reactor is stopping.
    """

    code = 12012
    name = "ERROR_INTERNET_SHUTDOWN"
    meaning = "The library is being shut down"


class IncorrectUserName(InternetError):
    """The server does not accept the user name."""

    code = 12013
    name = "ERROR_INTERNET_INCORRECT_USER_NAME"
    meaning = "The server does not accept the user name"


class IncorrectPassword(InternetError):
    """The server does not accept the password."""

    code = 12014
    name = "ERROR_INTERNET_INCORRECT_PASSWORD"
    meaning = "The server does not accept the password"


class LoginFailure(InternetError):
    """The server refused the login.

    Check user name and password; server_text may say more.
    """

    code = 12015
    name = "ERROR_INTERNET_LOGIN_FAILURE"
    meaning = "The server refused the login"


class InvalidOperation(InternetError):
    """The operation is not possible on this handle."""

    code = 12016
    name = "ERROR_INTERNET_INVALID_OPERATION"
    meaning = "The operation is not possible on this handle"


class OperationCancelled(InternetError, CancelledError):
    """The operation was cancelled or its handle was closed."""

    code = 12017
    name = "ERROR_INTERNET_OPERATION_CANCELLED"
    meaning = "The operation was cancelled or its handle was closed"


class IncorrectHandleType(InternetError):
    """The handle is of another kind than the call needs."""

    code = 12018
    name = "ERROR_INTERNET_INCORRECT_HANDLE_TYPE"
    meaning = "The handle is of another kind than the call needs"


class IncorrectHandleState(InternetError):
    """The handle is not in a state in which the call is possible.

    Check the order of the calls: open, send, then read.
    """

    code = 12019
    name = "ERROR_INTERNET_INCORRECT_HANDLE_STATE"
    meaning = "The handle is not in a state in which the call is possible"


class NotProxyRequest(InternetError):
    """The request cannot be made by way of a proxy."""

    code = 12020
    name = "ERROR_INTERNET_NOT_PROXY_REQUEST"
    meaning = "The request cannot be made by way of a proxy"


class RegistryValueNotFound(InternetError):
    """A configuration value is missing."""

    code = 12021
    name = "ERROR_INTERNET_REGISTRY_VALUE_NOT_FOUND"
    meaning = "A configuration value is missing"


class BadRegistryParameter(InternetError):
    """A configuration value has the wrong type."""

    code = 12022
    name = "ERROR_INTERNET_BAD_REGISTRY_PARAMETER"
    meaning = "A configuration value has the wrong type"


class NoDirectAccess(InternetError):
    """The network must not or cannot be used at present.

    Leave the offline mode.
    """

    code = 12023
    name = "ERROR_INTERNET_NO_DIRECT_ACCESS"
    meaning = "The network must not or cannot be used at present"


class NoContext(InternetError):
    """An asynchronous call needs a context and got none."""

    code = 12024
    name = "ERROR_INTERNET_NO_CONTEXT"
    meaning = "An asynchronous call needs a context and got none"


class NoCallback(InternetError):
    """An asynchronous call needs a status callback and none is set."""

    code = 12025
    name = "ERROR_INTERNET_NO_CALLBACK"
    meaning = "An asynchronous call needs a status callback and none is set"


class RequestPending(InternetError):
    """The handle is still busy with an earlier call.

    Wait for the earlier call's Deferred first.
    """

    code = 12026
    name = "ERROR_INTERNET_REQUEST_PENDING"
    meaning = "The handle is still busy with an earlier call"


class IncorrectFormat(InternetError):
    """The request's data is malformed."""

    code = 12027
    name = "ERROR_INTERNET_INCORRECT_FORMAT"
    meaning = "The request's data is malformed"


class ItemNotFound(InternetError):
    """The item asked for does not exist."""

    code = 12028
    name = "ERROR_INTERNET_ITEM_NOT_FOUND"
    meaning = "The item asked for does not exist"


class CannotConnect(InternetError, ConnectionError):
    """No connection to the server could be made.

    Check that the server runs and that its port can be reached.
    """

    code = 12029
    name = "ERROR_INTERNET_CANNOT_CONNECT"
    meaning = "No connection to the server could be made"


class ConnectionAborted(InternetError):
    """The connection ended before the answer was complete.

    Try again; if it repeats, the server or a proxy gives up early.
    """

    code = 12030
    name = "ERROR_INTERNET_CONNECTION_ABORTED"
    meaning = "The connection ended before the answer was complete"


class ConnectionReset(InternetError):
    """The other side reset the connection.

    Try again.
    """

    code = 12031
    name = "ERROR_INTERNET_CONNECTION_RESET"
    meaning = "The other side reset the connection"


class ForceRetry(InternetError):
    """The request has to be sent once more."""

    code = 12032
    name = "ERROR_INTERNET_FORCE_RETRY"
    meaning = "The request has to be sent once more"


class InvalidProxyRequest(InternetError):
    """The proxy cannot use the request."""

    code = 12033
    name = "ERROR_INTERNET_INVALID_PROXY_REQUEST"
    meaning = "The proxy cannot use the request"


class NeedUi(InternetError):
    """The operation would have to ask the user."""

    code = 12034
    name = "ERROR_INTERNET_NEED_UI"
    meaning = "The operation would have to ask the user"


class HandleExists(InternetError):
    """The handle exists already."""

    code = 12036
    name = "ERROR_INTERNET_HANDLE_EXISTS"
    meaning = "The handle exists already"


class SecCertDateInvalid(CertificateFault):
    """The server's certificate has expired or is not valid yet.

    Check this machine's clock; the server's owner must renew the certificate.
    """

    code = 12037
    name = "ERROR_INTERNET_SEC_CERT_DATE_INVALID"
    meaning = "The server's certificate has expired or is not valid yet"


class SecCertCnInvalid(CertificateFault):
    """The server's certificate was issued for another host name.

    Use a host name that the certificate lists.
    """

    code = 12038
    name = "ERROR_INTERNET_SEC_CERT_CN_INVALID"
    meaning = "The server's certificate was issued for another host name"


class HttpToHttpsOnRedir(InternetError):
    """A redirect leads from an insecure to a secure place.

    Allow it with Flag.IGNORE_REDIRECT_TO_HTTPS.
    """

    code = 12039
    name = "ERROR_INTERNET_HTTP_TO_HTTPS_ON_REDIR"
    meaning = "A redirect leads from an insecure to a secure place"


class HttpsToHttpOnRedir(InternetError):
    """A redirect leads from a secure to an insecure place.

    Allow it with Flag.IGNORE_REDIRECT_TO_HTTP if that is harmless.
    """

    code = 12040
    name = "ERROR_INTERNET_HTTPS_TO_HTTP_ON_REDIR"
    meaning = "A redirect leads from a secure to an insecure place"


class MixedSecurity(InternetError):
    """Secure and insecure content are mixed."""

    code = 12041
    name = "ERROR_INTERNET_MIXED_SECURITY"
    meaning = "Secure and insecure content are mixed"


class ChgPostIsNonSecure(InternetError):
    """Data would be posted and changed without encryption."""

    code = 12042
    name = "ERROR_INTERNET_CHG_POST_IS_NON_SECURE"
    meaning = "Data would be posted and changed without encryption"


class PostIsNonSecure(InternetError):
    """Data would be posted without encryption."""

    code = 12043
    name = "ERROR_INTERNET_POST_IS_NON_SECURE"
    meaning = "Data would be posted without encryption"


class ClientAuthCertNeeded(InternetError):
    """The server asks for a client certificate.

    Set Option.CLIENT_CERT_CONTEXT and send again.
    """

    code = 12044
    name = "ERROR_INTERNET_CLIENT_AUTH_CERT_NEEDED"
    meaning = "The server asks for a client certificate"


class InvalidCa(CertificateFault):
    """The certificate was not issued by an authority trusted here.

    Give the issuer's certificate in trust_roots.
    """

    code = 12045
    name = "ERROR_INTERNET_INVALID_CA"
    meaning = "The certificate was not issued by an authority trusted here"


class ClientAuthNotSetup(InternetError):
    """Client authentication is not set up."""

    code = 12046
    name = "ERROR_INTERNET_CLIENT_AUTH_NOT_SETUP"
    meaning = "Client authentication is not set up"


class AsyncThreadFailed(InternetError):
    """A worker thread could not be started."""

    code = 12047
    name = "ERROR_INTERNET_ASYNC_THREAD_FAILED"
    meaning = "A worker thread could not be started"


class RedirectSchemeChange(InternetError):
    """A redirect leads to another kind of protocol.

    Open the new URL yourself if you trust it.
    """

    code = 12048
    name = "ERROR_INTERNET_REDIRECT_SCHEME_CHANGE"
    meaning = "A redirect leads to another kind of protocol"


class DialogPending(InternetError):
    """Another question to the user is still open."""

    code = 12049
    name = "ERROR_INTERNET_DIALOG_PENDING"
    meaning = "Another question to the user is still open"


class RetryDialog(InternetError):
    """The question to the user has to be repeated."""

    code = 12050
    name = "ERROR_INTERNET_RETRY_DIALOG"
    meaning = "The question to the user has to be repeated"


class HttpsHttpSubmitRedir(InternetError):
    """Posted data would be redirected to an insecure place."""

    code = 12052
    name = "ERROR_INTERNET_HTTPS_HTTP_SUBMIT_REDIR"
    meaning = "Posted data would be redirected to an insecure place"


class InsertCdrom(InternetError):
    """A removable disc has to be inserted."""

    code = 12053
    name = "ERROR_INTERNET_INSERT_CDROM"
    meaning = "A removable disc has to be inserted"


class FortezzaLoginNeeded(InternetError):
    """The server asks for a Fortezza login."""

    code = 12054
    name = "ERROR_INTERNET_FORTEZZA_LOGIN_NEEDED"
    meaning = "The server asks for a Fortezza login"


class SecCertErrors(CertificateFault):
    """The server's certificate has more than one fault.

    The message lists all of them.
    """

    code = 12055
    name = "ERROR_INTERNET_SEC_CERT_ERRORS"
    meaning = "The server's certificate has more than one fault"


class SecCertNoRev(CertificateFault):
    """It cannot be found out whether the certificate was revoked."""

    code = 12056
    name = "ERROR_INTERNET_SEC_CERT_NO_REV"
    meaning = "It cannot be found out whether the certificate was revoked"


class SecCertRevFailed(CertificateFault):
    """The check whether the certificate was revoked failed.

    Check that the authority's revocation service can be reached.
    """

    code = 12057
    name = "ERROR_INTERNET_SEC_CERT_REV_FAILED"
    meaning = "The check whether the certificate was revoked failed"


class HttpHstsRedirectRequired(HttpError):
    """The host may only be asked over https.

    Use an https:// URL.
    """

    code = 12060
    name = "ERROR_HTTP_HSTS_REDIRECT_REQUIRED"
    meaning = "The host may only be asked over https"


class SecCertWeakSignature(CertificateFault):
    """The certificate is signed with an algorithm that is too weak.

    The server's owner must have the certificate issued anew.
    """

    code = 12062
    name = "ERROR_INTERNET_SEC_CERT_WEAK_SIGNATURE"
    meaning = "The certificate is signed with an algorithm that is too weak"


class FtpTransferInProgress(FtpError):
    """The FTP session is busy with another operation.

    Close what the message names, or open a second connection.
    """

    code = 12110
    name = "ERROR_FTP_TRANSFER_IN_PROGRESS"
    meaning = "The FTP session is busy with another operation"


class FtpDropped(FtpError):
    """The FTP session ended before the operation was complete.

    Connect again and repeat the operation.
    """

    code = 12111
    name = "ERROR_FTP_DROPPED"
    meaning = "The FTP session ended before the operation was complete"


class FtpNoPassiveMode(FtpError):
    """The FTP server offers no passive mode.

    Leave out Flag.PASSIVE.
    """

    code = 12112
    name = "ERROR_FTP_NO_PASSIVE_MODE"
    meaning = "The FTP server offers no passive mode"


class GopherProtocolError(GopherError):
    """The Gopher server's answer cannot be understood."""

    code = 12130
    name = "ERROR_GOPHER_PROTOCOL_ERROR"
    meaning = "The Gopher server's answer cannot be understood"


class GopherNotFile(GopherError):
    """The call needs the locator of a file.

    Use find for menus and searches.
    """

    code = 12131
    name = "ERROR_GOPHER_NOT_FILE"
    meaning = "The call needs the locator of a file"


class GopherDataError(GopherError):
    """The Gopher server's answer broke off or reported an error.

    Try again; server_text may say more.
    """

    code = 12132
    name = "ERROR_GOPHER_DATA_ERROR"
    meaning = "The Gopher server's answer broke off or reported an error"


class GopherEndOfData(GopherError):
    """There is no more data."""

    code = 12133
    name = "ERROR_GOPHER_END_OF_DATA"
    meaning = "There is no more data"


class GopherInvalidLocator(GopherError):
    """The Gopher locator is malformed."""

    code = 12134
    name = "ERROR_GOPHER_INVALID_LOCATOR"
    meaning = "The Gopher locator is malformed"


class GopherIncorrectLocatorType(GopherError):
    """The locator's item type does not fit the call."""

    code = 12135
    name = "ERROR_GOPHER_INCORRECT_LOCATOR_TYPE"
    meaning = "The locator's item type does not fit the call"


class GopherNotGopherPlus(GopherError):
    """The call needs a Gopher+ server or locator."""

    code = 12136
    name = "ERROR_GOPHER_NOT_GOPHER_PLUS"
    meaning = "The call needs a Gopher+ server or locator"


class GopherAttributeNotFound(GopherError):
    """The item has no such attribute."""

    code = 12137
    name = "ERROR_GOPHER_ATTRIBUTE_NOT_FOUND"
    meaning = "The item has no such attribute"


class GopherUnknownLocator(GopherError):
    """The locator's item type is unknown."""

    code = 12138
    name = "ERROR_GOPHER_UNKNOWN_LOCATOR"
    meaning = "The locator's item type is unknown"


class HttpHeaderNotFound(HttpError):
    """There is no header field of that name."""

    code = 12150
    name = "ERROR_HTTP_HEADER_NOT_FOUND"
    meaning = "There is no header field of that name"


class HttpDownlevelServer(HttpError):
    """The server answered without any header."""

    code = 12151
    name = "ERROR_HTTP_DOWNLEVEL_SERVER"
    meaning = "The server answered without any header"


class HttpInvalidServerResponse(HttpError):
    """The server's answer is not valid HTTP or never came.

    Check that scheme and port belong to an HTTP server.
    """

    code = 12152
    name = "ERROR_HTTP_INVALID_SERVER_RESPONSE"
    meaning = "The server's answer is not valid HTTP or never came"


class HttpInvalidHeader(HttpError):
    """A header field has a name or value that HTTP does not allow.

    Remove line breaks and control characters from it.
    """

    code = 12153
    name = "ERROR_HTTP_INVALID_HEADER"
    meaning = "A header field has a name or value that HTTP does not allow"


class HttpInvalidQueryRequest(HttpError):
    """The header query makes no sense."""

    code = 12154
    name = "ERROR_HTTP_INVALID_QUERY_REQUEST"
    meaning = "The header query makes no sense"


class HttpHeaderAlreadyExists(HttpError):
    """The header field is there already."""

    code = 12155
    name = "ERROR_HTTP_HEADER_ALREADY_EXISTS"
    meaning = "The header field is there already"


class HttpRedirectFailed(HttpError):
    """A redirect could not be followed, or there were too many.

    Look at response.history for the way the redirects went.
    """

    code = 12156
    name = "ERROR_HTTP_REDIRECT_FAILED"
    meaning = "A redirect could not be followed, or there were too many"


class SecurityChannelError(InternetError):
    """The TLS connection could not be set up.

    Check that the port speaks TLS and which versions the server accepts.
    """

    code = 12157
    name = "ERROR_INTERNET_SECURITY_CHANNEL_ERROR"
    meaning = "The TLS connection could not be set up"


class UnableToCacheFile(InternetError):
    """The data could not be stored in the cache.

    Check free space and permissions of the cache folder.
    """

    code = 12158
    name = "ERROR_INTERNET_UNABLE_TO_CACHE_FILE"
    meaning = "The data could not be stored in the cache"


class TcpipNotInstalled(InternetError):
    """This machine has no TCP/IP."""

    code = 12159
    name = "ERROR_INTERNET_TCPIP_NOT_INSTALLED"
    meaning = "This machine has no TCP/IP"


class HttpNotRedirected(HttpError):
    """The request was not redirected."""

    code = 12160
    name = "ERROR_HTTP_NOT_REDIRECTED"
    meaning = "The request was not redirected"


class HttpCookieNeedsConfirmation(HttpError):
    """A cookie has to be confirmed."""

    code = 12161
    name = "ERROR_HTTP_COOKIE_NEEDS_CONFIRMATION"
    meaning = "A cookie has to be confirmed"


class HttpCookieDeclined(HttpError):
    """A cookie was refused."""

    code = 12162
    name = "ERROR_HTTP_COOKIE_DECLINED"
    meaning = "A cookie was refused"


class Disconnected(InternetError):
    """This machine has no connection to the Internet.

    Check the network interface.
    """

    code = 12163
    name = "ERROR_INTERNET_DISCONNECTED"
    meaning = "This machine has no connection to the Internet"


class ServerUnreachable(InternetError):
    """There is no route to the server.

    Check the network between here and the server.
    """

    code = 12164
    name = "ERROR_INTERNET_SERVER_UNREACHABLE"
    meaning = "There is no route to the server"


class ProxyServerUnreachable(CannotConnect):
    """The proxy cannot be reached.

    Check the proxy's address and that it runs.
    """

    code = 12165
    name = "ERROR_INTERNET_PROXY_SERVER_UNREACHABLE"
    meaning = "The proxy cannot be reached"


class BadAutoProxyScript(InternetError):
    """The proxy configuration script has an error."""

    code = 12166
    name = "ERROR_INTERNET_BAD_AUTO_PROXY_SCRIPT"
    meaning = "The proxy configuration script has an error"


class UnableToDownloadScript(InternetError):
    """The proxy configuration script could not be loaded."""

    code = 12167
    name = "ERROR_INTERNET_UNABLE_TO_DOWNLOAD_SCRIPT"
    meaning = "The proxy configuration script could not be loaded"


class HttpRedirectNeedsConfirmation(HttpError):
    """A redirect has to be confirmed."""

    code = 12168
    name = "ERROR_HTTP_REDIRECT_NEEDS_CONFIRMATION"
    meaning = "A redirect has to be confirmed"


class SecInvalidCert(CertificateFault):
    """The server's certificate is not valid.

    The message says what was found.
    """

    code = 12169
    name = "ERROR_INTERNET_SEC_INVALID_CERT"
    meaning = "The server's certificate is not valid"


class SecCertRevoked(CertificateFault):
    """The server's certificate has been revoked.

    Do not use this server until it has a new certificate.
    """

    code = 12170
    name = "ERROR_INTERNET_SEC_CERT_REVOKED"
    meaning = "The server's certificate has been revoked"


class FailedDuetosecuritycheck(InternetError):
    """A security check forbade the operation."""

    code = 12171
    name = "ERROR_INTERNET_FAILED_DUETOSECURITYCHECK"
    meaning = "A security check forbade the operation"


class NotInitialized(InternetError):
    """No session has been opened yet.

    Open a session first.
    """

    code = 12172
    name = "ERROR_INTERNET_NOT_INITIALIZED"
    meaning = "No session has been opened yet"


class NeedMsnSspiPkg(InternetError):
    """A security package is missing."""

    code = 12173
    name = "ERROR_INTERNET_NEED_MSN_SSPI_PKG"
    meaning = "A security package is missing"


class LoginFailureDisplayEntityBody(InternetError):
    """The server ended the login and explains it in the body.

    Read the body of the answer.
    """

    code = 12174
    name = "ERROR_INTERNET_LOGIN_FAILURE_DISPLAY_ENTITY_BODY"
    meaning = "The server ended the login and explains it in the body"


class DecodingFailed(InternetError):
    """The compressed body is damaged.

    Ask for the body without compression.
    """

    code = 12175
    name = "ERROR_INTERNET_DECODING_FAILED"
    meaning = "The compressed body is damaged"


class ClientAuthCertNeededProxy(InternetError):
    """The proxy asks for a client certificate."""

    code = 12187
    name = "ERROR_INTERNET_CLIENT_AUTH_CERT_NEEDED_PROXY"
    meaning = "The proxy asks for a client certificate"


class SecureFailureProxy(InternetError):
    """The TLS connection to the proxy could not be set up."""

    code = 12188
    name = "ERROR_INTERNET_SECURE_FAILURE_PROXY"
    meaning = "The TLS connection to the proxy could not be set up"


_BY_CODE: dict[int, type[InternetError]] = {
    0: Success,
    2: FileNotFound,
    5: AccessDenied,
    6: InvalidHandle,
    8: NotEnoughMemory,
    14: Outofmemory,
    18: NoMoreFiles,
    80: FileExists,
    87: InvalidParameter,
    122: InsufficientBuffer,
    123: InvalidName,
    160: BadArguments,
    161: BadPathname,
    234: MoreData,
    259: NoMoreItems,
    997: IoPending,
    1223: Cancelled,
    2250: NotConnected,
    4317: OperationNotAllowed,
    12001: OutOfHandles,
    12002: Timeout,
    12003: ExtendedError,
    12004: InternalError,
    12005: InvalidUrl,
    12006: UnrecognizedScheme,
    12007: NameNotResolved,
    12008: ProtocolNotFound,
    12009: InvalidOption,
    12010: BadOptionLength,
    12011: OptionNotSettable,
    12012: Shutdown,
    12013: IncorrectUserName,
    12014: IncorrectPassword,
    12015: LoginFailure,
    12016: InvalidOperation,
    12017: OperationCancelled,
    12018: IncorrectHandleType,
    12019: IncorrectHandleState,
    12020: NotProxyRequest,
    12021: RegistryValueNotFound,
    12022: BadRegistryParameter,
    12023: NoDirectAccess,
    12024: NoContext,
    12025: NoCallback,
    12026: RequestPending,
    12027: IncorrectFormat,
    12028: ItemNotFound,
    12029: CannotConnect,
    12030: ConnectionAborted,
    12031: ConnectionReset,
    12032: ForceRetry,
    12033: InvalidProxyRequest,
    12034: NeedUi,
    12036: HandleExists,
    12037: SecCertDateInvalid,
    12038: SecCertCnInvalid,
    12039: HttpToHttpsOnRedir,
    12040: HttpsToHttpOnRedir,
    12041: MixedSecurity,
    12042: ChgPostIsNonSecure,
    12043: PostIsNonSecure,
    12044: ClientAuthCertNeeded,
    12045: InvalidCa,
    12046: ClientAuthNotSetup,
    12047: AsyncThreadFailed,
    12048: RedirectSchemeChange,
    12049: DialogPending,
    12050: RetryDialog,
    12052: HttpsHttpSubmitRedir,
    12053: InsertCdrom,
    12054: FortezzaLoginNeeded,
    12055: SecCertErrors,
    12056: SecCertNoRev,
    12057: SecCertRevFailed,
    12060: HttpHstsRedirectRequired,
    12062: SecCertWeakSignature,
    12110: FtpTransferInProgress,
    12111: FtpDropped,
    12112: FtpNoPassiveMode,
    12130: GopherProtocolError,
    12131: GopherNotFile,
    12132: GopherDataError,
    12133: GopherEndOfData,
    12134: GopherInvalidLocator,
    12135: GopherIncorrectLocatorType,
    12136: GopherNotGopherPlus,
    12137: GopherAttributeNotFound,
    12138: GopherUnknownLocator,
    12150: HttpHeaderNotFound,
    12151: HttpDownlevelServer,
    12152: HttpInvalidServerResponse,
    12153: HttpInvalidHeader,
    12154: HttpInvalidQueryRequest,
    12155: HttpHeaderAlreadyExists,
    12156: HttpRedirectFailed,
    12157: SecurityChannelError,
    12158: UnableToCacheFile,
    12159: TcpipNotInstalled,
    12160: HttpNotRedirected,
    12161: HttpCookieNeedsConfirmation,
    12162: HttpCookieDeclined,
    12163: Disconnected,
    12164: ServerUnreachable,
    12165: ProxyServerUnreachable,
    12166: BadAutoProxyScript,
    12167: UnableToDownloadScript,
    12168: HttpRedirectNeedsConfirmation,
    12169: SecInvalidCert,
    12170: SecCertRevoked,
    12171: FailedDuetosecuritycheck,
    12172: NotInitialized,
    12173: NeedMsnSspiPkg,
    12174: LoginFailureDisplayEntityBody,
    12175: DecodingFailed,
    12187: ClientAuthCertNeededProxy,
    12188: SecureFailureProxy,
}
# --- generated: end ---


class Truncated(HttpInvalidServerResponse):
    """The body ended before all of it had come (our own, code 12152).

    Ask again, from the byte where it broke off if the server can do that.
    """

    meaning = "The body ended before all of it had come"


class PolicyRefused(CannotConnect):
    """The egress policy does not allow the address (our own, code 12029).

    Change the policy if the address should be reachable.
    """

    meaning = "The egress policy does not allow the address"


class UnexpectedStatus(ExtendedError):
    """The server answered with an error status (our own, code 12003).

    Raised by calls that promise a body, such as ``download``; everywhere else 4xx and
    5xx are answers. Look at status_code and server_text.

    :ivar status_code: the HTTP status
    """

    meaning = "The server answered with an error status"

    def __init__(
        self,
        message: str = "",
        *,
        status_code: int,
        server_text: str | None = None,
    ) -> None:
        super().__init__(message, server_text=server_text)
        self.status_code = status_code


def for_code(code: int) -> type[InternetError]:
    """Find the class of a number.

    :param code: one of WinINet's numbers, such as 12002
    :raises InvalidParameter: 87, no error has this number
    """
    try:
        return _BY_CODE[code]
    except KeyError:
        raise InvalidParameter(f"no error has the code {code!r}") from None
