"""The words of FTP: what a server answers (RFC 959, section 4.2)."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["FtpReply"]


@dataclass(frozen=True, slots=True)
class FtpReply:
    """What an FTP server answered to one command.

    :ivar code: three digits, 100 to 659.
    :ivar text: all lines without the code, to be shown to people: joined by line
        feeds, without control characters.
    :ivar lines: the lines as they came, code included, without line ends and Telnet
        commands.
    :source: RFC 959, section 4.2; WinINet has the text alone
        (InternetGetLastResponseInfo).
    """

    code: int
    text: str
    lines: tuple[bytes, ...]

    @property
    def preliminary(self) -> bool:
        """1yz: the action has begun, and another reply follows."""
        return self.code < 200  # noqa: PLR2004  the classes of RFC 959, 4.2.1

    @property
    def completed(self) -> bool:
        """2yz: the action is done."""
        return self.code // 100 == 2  # noqa: PLR2004

    @property
    def wants_more(self) -> bool:
        """3yz: another command has to follow."""
        return self.code // 100 == 3  # noqa: PLR2004

    @property
    def transient(self) -> bool:
        """4yz: it failed, and may not fail the next time."""
        return self.code // 100 == 4  # noqa: PLR2004

    @property
    def permanent(self) -> bool:
        """5yz: it failed, and will again."""
        return self.code // 100 == 5  # noqa: PLR2004

    def __str__(self) -> str:
        return f"{self.code} {self.text}".rstrip()
