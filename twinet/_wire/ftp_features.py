"""What an FTP server can do: its answer to FEAT (RFC 2389).

The features stand one a line, each behind a blank.  Servers are met that leave the
blank out, put the code before each line, write in lower case, or name what they offer
in other words; all that is read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from twinet._wire.ftp_reply import readable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from twinet.ftp import FtpReply

__all__ = ["Features"]

_CODE = re.compile(rb"211[- ]")
_SYSTEM_STATUS = 211


@dataclass(frozen=True, slots=True)
class Features:
    """What a server says it can do.

    A server that does not know FEAT says nothing about itself: it may know SIZE and
    REST all the same, which is to be tried.

    :ivar known: the server answered FEAT.
    :ivar lines: the features as they stand there, names in upper case: for each the
        lines of what stood behind the name, often one and empty.
    """

    known: bool = False
    lines: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def read(cls, reply: FtpReply) -> Features:
        """Take the answer to FEAT, whatever it is."""
        if reply.code != _SYSTEM_STATUS:
            return cls()
        lines: dict[str, tuple[str, ...]] = {}
        for raw in reply.lines[1:-1]:
            text = readable(_CODE.sub(b"", raw, count=1)).strip()
            name, _, behind = text.replace("\t", " ").partition(" ")
            if name:
                name = name.upper()
                lines[name] = (*lines.get(name, ()), behind.strip())
        return cls(known=True, lines=lines)

    def __contains__(self, name: str) -> bool:
        return name.upper() in self.lines

    @property
    def utf8(self) -> bool:
        """Names are UTF-8 (RFC 2640, section 3); some want ``OPTS UTF8 ON`` first."""
        return "UTF8" in self or "UTF-8" in self

    @property
    def size(self) -> bool:
        """SIZE (RFC 3659, section 4)."""
        return "SIZE" in self

    @property
    def mdtm(self) -> bool:
        """MDTM (RFC 3659, section 3)."""
        return "MDTM" in self

    @property
    def mfmt(self) -> bool:
        """MFMT, which sets the time (draft-somers-ftp-mfxx)."""
        return "MFMT" in self

    @property
    def rest_stream(self) -> bool:
        """REST in stream mode (RFC 3659, section 5)."""
        return any("STREAM" in each.upper().split() for each in self._behind("REST"))

    @property
    def epsv(self) -> bool:
        """EPSV (RFC 2428)."""
        return "EPSV" in self

    @property
    def eprt(self) -> bool:
        """EPRT (RFC 2428)."""
        return "EPRT" in self

    @property
    def mlst(self) -> bool:
        """MLST and MLSD (RFC 3659, section 7.8: one line stands for both)."""
        return "MLST" in self or "MLSD" in self

    @property
    def facts(self) -> Mapping[str, bool]:
        """The facts that MLSD can tell, in lower case, and whether it does now."""
        facts: dict[str, bool] = {}
        for each in self._behind("MLST"):
            for fact in each.split(";"):
                name = fact.strip().lower()
                if name:
                    facts[name.removesuffix("*")] = name.endswith("*")
        return facts

    def facts_to_ask(self, wanted: Iterable[str]) -> str | None:
        """Return what ``OPTS`` is to be given, so that MLSD tells these facts.

        :param wanted: names of facts.
        :returns: such as ``"MLST type;size;"``; ``None`` when all of them that there
            are will be told as it is.
        :source: RFC 3659, section 7.9.
        """
        facts = self.facts
        wanted = [name.lower() for name in wanted]
        if all(facts[name] for name in wanted if name in facts):
            return None
        # It replaces the choice: what is told now has to be named again.
        names = [name for name, told in facts.items() if told or name in wanted]
        return "MLST " + "".join(f"{name};" for name in names)

    @property
    def auth(self) -> frozenset[str]:
        """The mechanisms of AUTH, in upper case, such as TLS (RFC 4217)."""
        return frozenset(
            word
            for each in self._behind("AUTH")
            for word in re.split(r"[;, ]+", each.upper())
            if word
        )

    @property
    def auth_tls(self) -> bool:
        """AUTH TLS (RFC 4217); an ``AUTH`` that names nothing says it, too."""
        return bool(self.auth & {"TLS", "TLS-C"}) or "" in self._behind("AUTH")

    @property
    def pbsz(self) -> bool:
        """PBSZ (RFC 2228)."""
        return "PBSZ" in self

    @property
    def prot(self) -> bool:
        """PROT (RFC 2228)."""
        return "PROT" in self

    @property
    def tvfs(self) -> bool:
        """Paths are those of a tree with slashes (RFC 3659, section 6)."""
        return "TVFS" in self

    @property
    def host(self) -> bool:
        """HOST (RFC 7151)."""
        return "HOST" in self

    @property
    def clnt(self) -> bool:
        """CLNT; some servers speak UTF-8 only to a client that said its name."""
        return "CLNT" in self

    @property
    def pret(self) -> bool:
        """PRET, which a distributed server (DrFTPD) wants before PASV."""
        return "PRET" in self

    def _behind(self, name: str) -> tuple[str, ...]:
        return self.lines.get(name, ())
