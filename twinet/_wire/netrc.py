""".netrc: user names and passwords by host, as ftp(1) began it and curl reads it.

The file is words between blanks and line ends.  ``machine NAME``, or ``default`` for
all others, begins an entry; ``login``, ``password`` and ``account`` are each followed
by their word, which may stand in double quotes; in them a backslash goes before a
quote or another one.  Outside quotes it is itself, as in curl.  A ``#`` that begins a
word makes the rest of its line a comment, unless a keyword waits for that word.
``macdef`` and the lines up to the next empty one are passed over.

What is wrong is said by its line and never by its words: they may be passwords.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from twinet._wire.credentials import check_credentials
from twinet._wire.host_name import host_name, ipv6_host
from twinet.errors import InvalidParameter, InvalidUrl
from twinet.records import Credentials

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

__all__ = ["Netrc", "NetrcError", "parse_netrc"]

#: A word in quotes, one without, or the rest of a line behind a quote that does not
#: end.  (Up to the end of its line: a quote that is forgotten takes no other entry.)
_WORD = re.compile(r'"((?:[^"\\\n]|\\[^\n])*)"(?=\s|\Z)|([^\s"]\S*)|(".*)')
_ESCAPE = re.compile(r"\\(.)")
_MACRO_END = re.compile(r"\n[ \t\r]*(?:\n|\Z)")
_KEYWORDS = "machine, default, login, password, account and macdef"


class NetrcError(ValueError):
    """The text is no .netrc; the message tells the line, and nothing that it holds."""


class _Word(NamedTuple):
    text: str
    line: int
    bare: bool


class _Entry:
    """Who one is at a host, or everywhere else (``None``)."""

    def __init__(self, host: str | None) -> None:
        self.host = host
        self.words = {"login": "", "password": "", "account": ""}

    @property
    def credentials(self) -> Credentials:
        return Credentials(self.words["login"], self.words["password"])


class Netrc:
    """What a .netrc file says; it never changes.

    :ivar hosts: those that somebody is known at.
    :ivar secret: whether there is a password in it.
    """

    hosts: Container[str]

    def __init__(self, entries: list[_Entry]) -> None:
        self._by_host: dict[str, list[Credentials]] = {}
        self._others: Credentials | None = None
        for entry in entries:
            if entry.host is not None:
                self._by_host.setdefault(entry.host, []).append(entry.credentials)
            elif self._others is None:
                self._others = entry.credentials
        self.secret = any(entry.words["password"] for entry in entries)
        self.hosts = self._by_host if self._others is None else _Everywhere()

    def __repr__(self) -> str:
        return f"<Netrc of {len(self._by_host)} hosts>"

    def credentials_for(
        self, host: str, username: str | None = None, *, by_name: bool = False
    ) -> Credentials | None:
        """Return who one is at a host; ``None`` when nobody is known there.

        :param host: as for connecting.
        :param username: only this one is asked for.
        :param by_name: ``default`` does not count.
        """
        for credentials in self._by_host.get(host, ()):
            if username is None or credentials.username == username:
                return credentials
        others = self._others
        if host in self._by_host or others is None or by_name:
            return None
        return others if username in (None, others.username) else None


class _Everywhere:
    """All hosts there are."""

    def __contains__(self, host: object) -> bool:
        return True


def parse_netrc(text: str) -> Netrc:
    """Read the text of a .netrc file.

    Of two entries for one host the first counts, unless a user name is asked for.

    :raises NetrcError: it cannot be read; the line is named.
    """
    entries: list[_Entry] = []
    words = _words(text)
    for word in words:
        key = word.text if word.bare else ""
        if key == "machine":
            entries.append(_Entry(_host(_next(words, word))))
        elif key == "default":
            entries.append(_Entry(None))
        elif key in ("login", "password", "account"):
            if not entries:
                msg = f"line {word.line}: {key} stands before the first machine"
                raise NetrcError(msg)
            entries[-1].words[key] = _sendable(_next(words, word), key)
        else:
            msg = (
                f"line {word.line}: a word is none of {_KEYWORDS}; "
                "a password with blanks in it must stand in double quotes"
            )
            raise NetrcError(msg)
    return Netrc(entries)


def _next(words: Iterator[_Word], after: _Word) -> _Word:
    """Return the word that a keyword is followed by."""
    word = next(words, None)
    if word is None:
        msg = f"line {after.line}: nothing follows {after.text}"
        raise NetrcError(msg)
    return word


def _sendable(word: _Word, key: str) -> str:
    """Return a word that can be sent as what it is."""
    try:
        check_credentials(*(("", word.text) if key == "password" else (word.text, "")))
    except InvalidParameter as error:
        msg = f"line {word.line}: {error.message}"
        raise NetrcError(msg) from None
    return word.text


def _host(word: _Word) -> str:
    text = word.text
    try:
        if ":" in text:
            return ipv6_host(text.removeprefix("[").removesuffix("]"))
        return host_name(text)
    except InvalidUrl:
        msg = f"line {word.line}: machine is followed by what is no host name"
        raise NetrcError(msg) from None


def _words(text: str) -> Iterator[_Word]:
    """Yield the words; comments and macros are left out.

    Whoever takes the word after a keyword takes it from here as well, so that a
    password may begin with ``#``.
    """
    text = text.removeprefix("\ufeff")
    line, counted = 1, 0
    place = 0
    wanted = False
    while (match := _WORD.search(text, place)) is not None:
        place = match.end()
        line += text.count("\n", counted, match.start())
        counted = match.start()
        quoted, bare, broken = match.groups()
        if broken is not None:
            msg = f"line {line}: a quote does not end where its word ends"
            raise NetrcError(msg)
        if bare is not None and not wanted and bare.startswith("#"):
            end = text.find("\n", match.start())
            place = len(text) if end < 0 else end
            continue
        if bare == "macdef" and not wanted:
            end_of_macro = _MACRO_END.search(text, place)
            place = len(text) if end_of_macro is None else end_of_macro.end()
            continue
        wanted = not wanted and bare in ("machine", "login", "password", "account")
        word = bare
        if word is None:
            word = _ESCAPE.sub(r"\1", quoted)
        yield _Word(word, line, bare is not None)
