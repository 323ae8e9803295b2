"""The trace of a session that speaks Gopher: what is asked, what comes, the end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.gopher.memory import BINARY, HOST, MENU
from tests.http.traced import CLOSING, TraceTestCase
from twinet import TraceKind, errors

if TYPE_CHECKING:
    from tests.http.memory import Peer

FRESH = """\
*   Trying 127.0.0.1:70...
* Connected to 127.0.0.1 (127.0.0.1) port 70 (#1)
"""
GONE = "* Connection #1 to host 127.0.0.1 is gone: the other side closed the connection"
PLUS = BINARY + "\t+"


class GopherTraceTests(TraceTestCase):
    def ask(self, call: Any, *pieces: bytes, close: bool = True) -> Any:
        """Make a call on a new connection handle, and answer it."""
        pending = call(self.net.session.gopher(HOST))
        peer: Peer = self.net.accept()
        for piece in pieces:
            peer.send(piece)
        if close:
            peer.close()
        self.net.advance()
        return pending

    def shown(self) -> str:
        text = self.text.getvalue()
        self.assertTrue(text.startswith(FRESH), text)
        return text[len(FRESH) :]

    def test_file(self) -> None:
        """As of other protocols: what is asked is a head, what comes is a body."""
        self.make()
        self.ask(lambda it: it.open_file(BINARY), b"abc", b"de")
        self.assertEqual(
            self.shown(),
            f"> /a.bin\n{{ [3 bytes data]\n{{ [2 bytes data in 1 more]\n{GONE}\n",
        )
        sizes = [it.size for it in self.records if it.kind is TraceKind.ANSWER_BODY]
        self.assertEqual(sizes, [3, 2])
        self.assertEqual(
            {it.url for it in self.records}, {"gopher://127.0.0.1/9/a.bin"}
        )

    def test_menu_whose_dot_ends_it(self) -> None:
        """Then it is closed from here."""
        self.make()
        self.ask(lambda it: it.find(), MENU + b".\r\n", close=False)
        self.assertEqual(
            self.shown(), f">\n{{ [{len(MENU) + 3} bytes data]\n{CLOSING}\n"
        )

    def test_gopher_plus(self) -> None:
        """The head of its answers is one, however it comes; a form is a body."""
        self.make()
        self.ask(
            lambda it: it.open_file(PLUS, "", form=["secret"]), b"+", b"5", b"\r\nhello"
        )
        self.assertEqual(
            self.shown(),
            "> /a.bin\\t+\\t1\n} [16 bytes data]\n< +5\n{ [5 bytes data]\n"
            + CLOSING
            + "\n",
        )
        self.assertNotIn("secret", str(self.records))

    def test_head_that_is_none(self) -> None:
        """It is shown as what came, as far as it came."""
        for answer in (b"x" * 100, b"x" * 100 + b"\r\n", b"+5"):
            self.make()
            pending = self.ask(lambda it: it.open_file(PLUS, ""), answer)
            self.failureResultOf(pending, errors.GopherNotGopherPlus)
            self.assertIn(f"{{ [{len(answer)} bytes data]\n", self.shown())

    def test_bytes_are_kept_when_they_are_asked_for(self) -> None:
        self.make(data=True)
        self.ask(lambda it: it.open_file(BINARY), b"abc")
        kept = [it.data for it in self.records if it.kind is TraceKind.ANSWER_BODY]
        self.assertEqual(kept, [b"abc"])

    def test_refusal_and_closing(self) -> None:
        """What became of it stands in it, too."""
        self.make()
        words = b"3no such file\t\terror.host\t1\r\n"
        pending = self.ask(lambda it: it.open_file(BINARY), words)
        self.failureResultOf(pending, errors.GopherDataError)
        self.assertIn("no such file", self.shown())
        self.make()
        self.ask(lambda it: it.open_file(BINARY), b"abc", close=False).result.close()
        self.net.advance()
        self.assertTrue(self.shown().endswith(CLOSING + "\n"))
        self.assertIn("closed before its request was done", self.shown())
