"""The phases of a row: what is waited for."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

__all__ = ["Phase", "Span"]


class Phase(Enum):
    """What a call waits for, or that none is waiting; the value is its name.

    They are told apart by notifications alone:

    ============  ==================================================================
    queue         until the first step: the turn for a connection, or, of a request
                  that is opened first and sent later, the time until that
    look-up       ``RESOLVING_NAME`` to ``NAME_RESOLVED``
    connect       until ``CONNECTED_TO_SERVER``, over all addresses; to a proxy that
                  leads on without TLS also its answer
    TLS           from there until the request is sent; behind a proxy also its answer
    send          ``SENDING_REQUEST`` to ``REQUEST_SENT``
    wait          from there to the answer's head, or to the reply of an FTP server
    receive       until the call has ended
    idle          no call was waiting: it was the program's turn
    ============  ==================================================================
    """

    QUEUE = "queue"
    LOOK_UP = "look-up"
    CONNECT = "connect"
    TLS = "TLS"
    SEND = "send"
    WAIT = "wait"
    RECEIVE = "receive"
    IDLE = "idle"


class Span(NamedTuple):
    """A phase, and when it was (seconds since the timeline's start)."""

    phase: Phase
    begin: float
    end: float
