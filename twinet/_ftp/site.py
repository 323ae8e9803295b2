"""The site: an FTP server, who logs in there, and how it is spoken to."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING
from urllib.parse import quote

from twinet._wire.ftp_command import command
from twinet._wire.ftp_name import checked_encoding, encode_name
from twinet.errors import InvalidParameter

if TYPE_CHECKING:
    from twinet._net.tls import TlsPolicy

__all__ = ["Protection", "Site", "login_of"]

#: What an anonymous user says (RFC 1635): an address that is nobody's.
ANONYMOUS = ("anonymous", "anonymous@")


class Protection(Enum):
    """How a connection is protected by TLS."""

    #: not at all.
    NONE = None
    #: ``AUTH TLS`` on the usual port (RFC 4217).
    EXPLICIT = "explicit"
    #: TLS from the first byte, on a port of its own.
    IMPLICIT = "implicit"


@dataclass(frozen=True, slots=True)
class Site:
    """Everything that has to be known to log in.

    :ivar password: never shown.
    :ivar tls: whom to believe; ``None`` without TLS.
    :ivar passive: whether the client opens the data connections, whether the server
        does, or (``None``) whichever works.
    :ivar keep_alive: after so long without a command one is sent that does nothing
        (seconds).
    :ivar reconnect: a session that the server ended when it was idle is begun again by
        the next call.
    """

    host: str
    port: int
    username: str
    password: str = field(repr=False)
    account: str = field(default="", repr=False)
    protection: Protection = Protection.NONE
    tls: TlsPolicy | None = None
    encoding: str = "utf-8"
    passive: bool | None = None
    keep_alive: float | None = None
    reconnect: bool = False

    def __post_init__(self) -> None:
        encoding = checked_encoding(self.encoding)
        object.__setattr__(self, "encoding", encoding)
        # What cannot be said is refused before anybody is connected to.
        command("USER", self.username, encoding)
        command("PASS", self.password, encoding)
        command("ACCT", self.account, encoding)

    @property
    def scheme(self) -> str:
        """The scheme of its URLs."""
        return "ftps" if self.protection is Protection.IMPLICIT else "ftp"

    @property
    def url(self) -> str:
        """The site as a URL, without user name and password."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}/"

    def url_of(self, path: str) -> str:
        """Return the URL of a path; one that begins with a slash is one from the root.

        :source: RFC 1738, section 3.2.2.
        """
        return self.url + quote(encode_name(path, self.encoding), safe=b"/!$&'()*+,:=@")


def login_of(username: str | None, password: str | None) -> tuple[str, str]:
    """Return the user name and the password that are sent.

    :raises InvalidParameter: 87, there is a password and no user.
    :source: InternetConnect, the table of its user names.
    """
    if username:
        return username, password or ""
    if password is not None:
        msg = "a password without a user name cannot be sent; give both, or neither"
        raise InvalidParameter(msg)
    return ANONYMOUS
