"""A Gopher server with menus and files in memory."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from twinet.errors import InvalidParameter
from twinet.testing.peer import Conversation, Peer
from twinet.testing.script import End, Script

if TYPE_CHECKING:
    from collections.abc import Iterable

    from twisted.internet.interfaces import IReactorTime

    from twinet.testing.script import Step

__all__ = ["GopherContent", "GopherPeer"]

#: What a selector leads to: text (sent with a final dot), bytes (to the end of the
#: connection), a menu (a list of its lines), a script, or a function of the words of
#: a search, which gives one of these.
GopherContent = str | bytes | Sequence[str] | Script | Callable[[str], Any]

#: Longer requests are refused (bytes).
LONGEST = 1 << 16


class GopherPeer(Peer):
    r"""A Gopher server with menus and files in memory.

    .. code-block:: python

        hole = GopherPeer({
            "": ["iWelcome.", "0Prices\t/prices.txt", "7Search\t/find"],
            "/prices.txt": "coffee 3.50",
            "/find": lambda words: [f"iNothing is known of {words}."],
        })

    A line of a menu is its type, its words, and behind tabs selector, host and port;
    what is left out is this peer's.  What is not there is answered by an item of type
    3, as servers do.

    :param holes: what each selector leads to; the empty one is the first menu.  A
        selector with a tab and more behind it (Gopher+) is looked for as a whole first.
    :ivar requests: the lines that it was sent, by all connections, in order.
    :raises InvalidParameter: 87, something cannot be.
    :source: our own; RFC 1436.
    """

    scheme, port = "gopher", 70
    secure_scheme, secure_port = "gophers", 70

    def __init__(self, holes: Mapping[str, GopherContent] | None = None) -> None:
        super().__init__()
        self.requests: list[str] = []
        self._holes: dict[str, list[GopherContent]] = {}
        for selector, content in (holes or {}).items():
            self.put(selector, content)

    def put(self, selector: str, *contents: GopherContent) -> None:
        """Let a selector lead there.

        :param contents: given one after the other, the last again and again.
        :raises InvalidParameter: 87, one cannot be, or there is none.
        """
        if not contents:
            msg = f"say what is at {selector!r}"
            raise InvalidParameter(msg)
        for each in contents:
            self._check(selector, each)
        self._holes[selector] = list(contents)

    def _check(self, selector: str, content: object) -> None:
        menu = isinstance(content, Sequence) and all(
            isinstance(line, str) and line for line in content
        )
        if not (isinstance(content, str | bytes | Script) or menu or callable(content)):
            msg = (
                f"{content!r} cannot be at {selector!r}; give text, bytes, a list of a "
                "menu's lines, a Script, or a function of the words of a search"
            )
            raise InvalidParameter(msg)

    def conversation(self, clock: IReactorTime) -> Conversation:
        """Make the peer's end of a new connection."""
        return _GopherConversation(clock, self)

    def steps(self, line: str, address: str, port: int) -> Iterable[Step]:
        """Return what is sent to answer a line.

        :param address: where the peer was asked, and ``port``: for its menus.
        """
        self.requests.append(line)
        selector, _, words = line.partition("\t")
        contents: list[Any] = (
            self._holes.get(line) or self._holes.get(selector) or [None]
        )
        content: Any = contents.pop(0) if len(contents) > 1 else contents[0]
        try:
            if callable(content):
                content = content(words)
            host = self.name_of.get(address, address)
            return _steps(content, selector, f"{host}\t{port}")
        except Exception as fault:  # noqa: BLE001  the test's: it is told there
            self.complain(f"a GopherPeer failed at {line!r}: {fault!r}")
            return (End.ABORT,)


def _steps(content: object, selector: str, here: str) -> Iterable[Step]:
    if isinstance(content, Script):
        return content.steps
    if isinstance(content, bytes):
        return (content, End.CLOSE)
    if isinstance(content, str):
        lines = content.removesuffix("\n").split("\n")
        return (_dotted(line.removesuffix("\r") for line in lines), End.CLOSE)
    if isinstance(content, Sequence):
        return (_dotted(_item(line, here) for line in content), End.CLOSE)
    if content is None:
        refusal = f"3'{selector}' does not exist\t\terror.host\t1"
        return (_dotted([refusal]), End.CLOSE)
    msg = f"{content!r} is no content"
    raise TypeError(msg)


def _dotted(lines: Iterable[str]) -> str:
    """Write lines as RFC 1436 has them: stuffed, with a dot at the end."""
    stuffed = (f".{line}" if line.startswith(".") else line for line in lines)
    return "".join(f"{line}\r\n" for line in (*stuffed, "."))


def _item(line: str, here: str) -> str:
    """Fill in what a line of a menu leaves out."""
    parts = line.split("\t")
    if len(parts) >= 4:  # noqa: PLR2004  words, selector, host, port
        return line
    if line.startswith("i"):
        return f"{line}\t\terror.host\t1"
    host, port = here.split("\t")
    selector = parts[1] if len(parts) > 1 else parts[0][1:]
    if len(parts) == 3:  # noqa: PLR2004
        host = parts[2]
    return "\t".join((parts[0], selector, host, port))


class _GopherConversation(Conversation):
    """One connection: a line, and what is there."""

    def __init__(self, clock: IReactorTime, peer: GopherPeer) -> None:
        super().__init__(clock)
        self._peer = peer
        self._buffer = b""
        self._asked = False

    def dataReceived(self, data: bytes) -> None:
        """Take the line, and answer."""
        if self._asked:
            return
        self._buffer += data
        line, end, _ = self._buffer.partition(b"\r\n")
        if end:
            self._asked = True
            here = self.transport.getHost()
            text = line.decode("utf-8", "surrogateescape")
            self.play(self._peer.steps(text, here.host, here.port))
        elif len(self._buffer) > LONGEST:
            self._peer.complain(f"a GopherPeer was sent a line of over {LONGEST} bytes")
            self.transport.abortConnection()
