"""An FTP server with files in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinet.errors import InvalidParameter
from twinet.testing.authority import Authority
from twinet.testing.ftp_conversation import COMMANDS, FtpConversation
from twinet.testing.ftp_tree import FtpContent, FtpTree
from twinet.testing.peer import Conversation, Peer
from twinet.testing.script import Script

if TYPE_CHECKING:
    from collections.abc import Mapping

    from OpenSSL import SSL
    from twisted.internet.interfaces import IReactorTime

__all__ = ["FtpPeer"]


class FtpPeer(Peer):
    """An FTP server with files in memory.

    .. code-block:: python

        site = FtpPeer({"/pub/prices.csv": "coffee,3.50", "/incoming/": None})
        site.instead("RETR /pub/prices.csv", "450 Busy.", times=1)

    It knows RFC 959 and what is usual today: EPSV, EPRT, MLSD, SIZE, MDTM, REST, UTF-8,
    and TLS (RFC 4217).

    :param files: content by path: bytes, text, a :class:`Script` or an
        :class:`FtpEntry`; a path with a slash at its end is an empty directory.
    :param users: the passwords of those who may log in; without any everybody may, with
        whatever password.
    :param writable: whether files may be changed.
    :param tls: whether AUTH TLS is known; sessions of a memory network believe its
        certificate, others :meth:`Authority.known`.
    :param greeting: the first reply.
    :ivar commands: what it was sent, by all connections, in order, passwords included.
    :raises InvalidParameter: 87, a file cannot be.
    :source: our own.
    """

    scheme, port = "ftp", 21
    secure_scheme, secure_port = "ftps", 990

    def __init__(
        self,
        files: Mapping[str, FtpContent | None] | None = None,
        *,
        users: Mapping[str, str] | None = None,
        writable: bool = True,
        tls: bool = False,
        greeting: str = "220 Ready.",
    ) -> None:
        super().__init__()
        self.tree = FtpTree(files or {})
        self.users = dict(users or {})
        self.writable = writable
        self.tls = tls
        self.greeting = greeting
        self.commands: list[str] = []
        self.unknown: set[str] = set()
        self._instead: dict[str, list[_Replies]] = {}
        self._context: SSL.Context | None = None

    @property
    def files(self) -> dict[str, bytes]:
        """The bytes of each file, by its path, as they are now."""
        return {path: entry.data for path, entry in self.tree.files.items()}

    def put(self, path: str, content: FtpContent) -> None:
        """Have a file, or another content of it.

        :raises InvalidParameter: 87, it cannot be.
        """
        self.tree.put(path, content)

    def lack(self, *commands: str) -> None:
        """Know these commands no more (502), and do not name them as features.

        :raises InvalidParameter: 87, it never knew one of them.
        """
        for each in commands:
            if each.upper() not in COMMANDS:
                msg = f"an FtpPeer knows no {each!r} anyhow"
                raise InvalidParameter(msg)
            self.unknown.add(each.upper())

    def instead(
        self, command: str, *replies: str | Script, times: int | None = None
    ) -> None:
        """Answer a command in this way instead of doing it.

        :param command: a verb, or a verb and its argument as it is sent.
        :param replies: given one after the other, the last again and again: a reply
            (``"550 No."``, several lines with a line feed between them), or a
            :class:`Script` that is sent as it stands.
        :param times: how often; then the command is done.
        :raises InvalidParameter: 87, something is no reply.
        """
        if not replies:
            msg = f"say what is answered to {command}"
            raise InvalidParameter(msg)
        for each in replies:
            if not isinstance(each, Script) and not each[:3].isdecimal():
                msg = f"{each!r} is no reply: it begins with three digits"
                raise InvalidParameter(msg)
        self._instead.setdefault(_key(command), []).append(_Replies(replies, times))

    def reply_instead(self, line: str) -> str | Script | None:
        """Return what is answered to a command instead of doing it, if anything is."""
        verb = line.partition(" ")[0]
        for key in (line, verb):
            for replies in self._instead.get(_key(key), []):
                reply = replies.next()
                if reply is not None:
                    return reply
        return None

    def context(self) -> SSL.Context:
        """Return the context of its TLS: one for all connections, as RFC 4217 wants."""
        if self._context is None:
            names = self.names or ["localhost"]
            self._context = Authority.known().context(*names)
        return self._context

    def conversation(self, clock: IReactorTime) -> Conversation:
        """Make the peer's end of a new control connection."""
        return FtpConversation(clock, self)


def _key(command: str) -> str:
    verb, blank, argument = command.partition(" ")
    return f"{verb.upper()}{blank}{argument}"


class _Replies:
    """Replies that are given in turn."""

    def __init__(self, replies: tuple[str | Script, ...], times: int | None) -> None:
        self._replies = replies
        self._times = times
        self._given = 0

    def next(self) -> str | Script | None:
        """Return the one whose turn it is; ``None`` when they are used up."""
        if self._times is not None and self._given >= self._times:
            return None
        self._given += 1
        return self._replies[min(self._given, len(self._replies)) - 1]
