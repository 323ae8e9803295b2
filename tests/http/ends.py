"""The other ends of connections in memory, which answer by themselves, TLS included."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from OpenSSL import SSL

from tests.net.certificates import root, server_context

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.http.memory import MemoryNet, Peer

    #: What one end of a connection makes of bytes that come; ``None`` closes.
    End = Callable[[bytes], bytes | None]

#: A story ends somewhere, also when nobody stops it.
_TURNS = 80


def answering(*answers: bytes | End | None) -> End:
    """Return an end that gives its answers one by one, and the last one for ever.

    An answer that is an end itself has all that comes from then on.
    """
    left = list(answers)

    def hear(data: bytes) -> bytes | None:
        answer = left[0]
        if callable(answer):
            return answer(data)
        if len(left) > 1:
            del left[0]
        return answer

    return hear


@cache
def _context(newest: int | None) -> SSL.Context:
    # A journey is made a thousand times; its server's certificate may be the same.
    identity = root().issue(["origin.test", "proxy.test"])
    return server_context(identity, newest=newest)


def secured(inside: End, early: bytes = b"") -> End:
    """Return an end that speaks TLS, in which there is another one.

    :param early: what comes with the last word of the handshake, by TLS 1.2.
    """
    newest = SSL.TLS1_2_VERSION if early else None
    tls = SSL.Connection(_context(newest), None)
    tls.set_accept_state()

    def hear(data: bytes) -> bytes | None:
        nonlocal early
        tls.bio_write(data)
        if early:
            try:
                tls.do_handshake()
            except SSL.WantReadError:
                pass
            else:
                tls.sendall(early)
                early = b""
        while True:
            try:
                answer = inside(tls.recv(65536))
            except SSL.WantReadError:
                break
            except SSL.Error:
                return None
            if answer is None:
                return None
            if answer:
                tls.sendall(answer)
        out = b""
        try:
            while True:
                out += tls.bio_read(65536)
        except SSL.WantReadError:
            return out

    return hear


class Ends:
    """Who is at the other ends, and how often they have answered.

    :param ends: make the end of the first connection, of the second and so on; the
        last one makes those of all that follow.
    :param patience: so often they answer; then they are silent.
    """

    def __init__(
        self, net: MemoryNet, *ends: Callable[[], End], patience: int = 1000
    ) -> None:
        self._net = net
        self._ends = ends
        self._patience = patience
        self.peers: list[tuple[Peer, End]] = []
        self.answers = 0

    def talk(self) -> None:
        """Let everybody say what there is to say, until there is nothing more."""
        for _ in range(_TURNS):
            if not self._turn():
                return
        msg = "it does not come to an end"
        raise AssertionError(msg)

    def _may_answer(self) -> bool:
        if self.answers >= self._patience:
            return False
        self.answers += 1
        return True

    def _turn(self) -> bool:
        net, before = self._net, self.answers
        while net.resolver.asked and self._may_answer():
            net.resolver.answer("192.0.2.9")
        while net.attempts:
            if not self._may_answer():
                break
            make = self._ends[min(len(self.peers), len(self._ends) - 1)]
            self.peers.append((net.accept(), make()))
        for peer, end in self.peers:
            data = peer.request()
            if data and not peer.closed and self._may_answer():
                answer = end(data)
                if answer is None:
                    peer.close()
                elif answer:
                    peer.send(answer)
        net.advance()
        return self.answers > before
