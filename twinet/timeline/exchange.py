"""What was said in HTTP: the two heads, as they may be shown, and where it went."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from twinet._wire.head_lines import head_lines, without_secrets
from twinet._wire.set_cookie import SetCookie, parse_set_cookie

if TYPE_CHECKING:
    from twinet.records import Response

__all__ = ["HIDDEN", "Exchange", "fields"]

#: What stands in the place of a secret.
HIDDEN = "[redacted]"
#: What the first line of a head is made of.
_PARTS = 3


@dataclass(slots=True)
class Exchange:
    """One request and its answer, without bodies.

    :ivar request: the lines of the request's head as it went out; empty if it did not,
        or if nobody tells: a move to another place of a body has a head of its own.
    :ivar answer: the lines of the answer's head.
    :ivar status_code: the answer's; 0 as long as there is none.
    :ivar decoded: whether its coding is undone while it is read.
    :ivar head_size: the length of the answer's head in bytes.
    :ivar request_size: the length of the request's head in bytes.
    :ivar cookies: name and value of each cookie that was sent.
    :ivar set_cookies: the cookies that were set, in order.
    :ivar connection: our port of the connection; empty if it is not known.
    """

    request: tuple[bytes, ...] = ()
    answer: tuple[bytes, ...] = ()
    status_code: int = 0
    reason: str = ""
    decoded: bool = False
    head_size: int = 0
    request_size: int = 0
    cookies: tuple[tuple[str, str], ...] = ()
    set_cookies: tuple[SetCookie, ...] = ()
    connection: str = ""

    @property
    def verb(self) -> str:
        """The verb that went out; empty if nothing did."""
        return _part(self.request, 0)

    @property
    def target(self) -> str:
        """What was asked for, as it went out."""
        return _part(self.request, 1)

    @property
    def request_version(self) -> str:
        """The version in the request's first line; empty if nothing went out."""
        return _part(self.request, 2)

    @property
    def answer_version(self) -> str:
        """The version in the answer's first line; empty if there is none."""
        return _part(self.answer, 0)

    def take_request(self, head: bytes, *, secrets: bool) -> None:
        """Take the head that goes out."""
        self.request_size = len(head)
        self.request = shown(head, secrets=secrets)
        pairs = [
            pair.strip().partition("=")
            for name, value in fields(shown(head, secrets=True))
            if name.lower() == "cookie"
            for pair in value.split(";")
        ]
        self.cookies = tuple((n, v if secrets else HIDDEN) for n, _, v in pairs)

    def take_answer(self, response: Response, *, secrets: bool) -> None:
        """Take what is known of the answer; nothing of it is kept alive."""
        self.head_size = len(response.raw_head)
        self.answer = shown(response.raw_head, secrets=secrets)
        self.status_code = response.status_code
        self.reason = response.reason
        self.decoded = bool(response.decoded)
        set_cookies = map(parse_set_cookie, response.headers.get_all("set-cookie"))
        self.set_cookies = tuple(
            each if secrets else replace(each, value=HIDDEN)
            for each in set_cookies
            if each is not None
        )
        info = response.socket_info
        if info is not None and info.source_port:
            self.connection = str(info.source_port)


def shown(head: bytes, *, secrets: bool) -> tuple[bytes, ...]:
    """Return the lines of a head without their ends, and without the empty one."""
    lines = head_lines(head)
    if not secrets:
        lines = without_secrets(lines)
    bare = (line.rstrip(b"\r\n") for line in lines)
    return tuple(line for line in bare if line)


def fields(lines: tuple[bytes, ...]) -> list[tuple[str, str]]:
    """Return name and value of each field of a head.

    A folded line goes on with the value before it (RFC 9112, section 5.2).
    """
    found: list[tuple[str, str]] = []
    for line in lines[1:]:
        text = line.decode("utf-8", "backslashreplace")
        if text[0] in " \t" and found:
            name, value = found[-1]
            found[-1] = (name, f"{value} {text.strip()}".strip())
        else:
            name, _, value = text.partition(":")
            found.append((name.strip(), value.strip()))
    return found


def _part(lines: tuple[bytes, ...], place: int) -> str:
    parts = lines[0].decode("latin-1").split(" ", _PARTS - 1) if lines else []
    return parts[place] if place < len(parts) else ""
