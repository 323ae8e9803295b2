"""For tests of programs that use this library: a network in memory, and its peers.

A :class:`MemoryNetwork` has hosts that a test makes up and a clock that it moves.  The
sessions on it are real, from the first handle to the last byte; only the sockets and
the time are not.  :class:`HttpPeer`, :class:`FtpPeer` and :class:`GopherPeer` answer
what a test has them answer; a :class:`HandPeer` is played by the test itself; and a
:class:`Recorder` keeps what a status callback is told.

Everything works in trial's ``SynchronousTestCase`` and in functions for pytest, and
nothing is patched.  With a real reactor the same peers listen on a port of this
machine (:meth:`Peer.listen`).
"""

from __future__ import annotations

from twinet.testing.authority import Authority
from twinet.testing.ftp_peer import FtpPeer
from twinet.testing.ftp_tree import FtpEntry
from twinet.testing.gopher_peer import GopherPeer
from twinet.testing.hand import HandPeer, PlayedEnd
from twinet.testing.http_answer import HttpAnswer
from twinet.testing.http_peer import HttpPeer
from twinet.testing.link import Link
from twinet.testing.network import MemoryNetwork
from twinet.testing.peer import Listening, Peer
from twinet.testing.reactor import MemoryReactor
from twinet.testing.received_request import ReceivedRequest
from twinet.testing.recorder import Recorder
from twinet.testing.script import End, Script

__all__ = [
    "Authority",
    "End",
    "FtpEntry",
    "FtpPeer",
    "GopherPeer",
    "HandPeer",
    "HttpAnswer",
    "HttpPeer",
    "Link",
    "Listening",
    "MemoryNetwork",
    "MemoryReactor",
    "Peer",
    "PlayedEnd",
    "ReceivedRequest",
    "Recorder",
    "Script",
]
