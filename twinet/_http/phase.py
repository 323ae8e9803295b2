"""The phases of an exchange, and what it means when the limit of one runs out."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from twinet.errors import Timeout

if TYPE_CHECKING:
    from twinet._http.order import Order
    from twinet._http.sending import Sending

__all__ = ["Phase", "ran_out"]

#: A redirect's body up to this size is read to keep its channel (our own choice); of a
#: longer one the connection is closed, and the redirect followed all the same.
DRAIN_BYTES = 65536
#: ... and for so long, in seconds.
DRAIN_TIME = 5.0


class Phase(Enum):
    """Where an exchange stands; the value says it in words."""

    WAITING = "waiting for a connection"
    OPENING = "connecting"
    SENDING = "sending"
    AWAITING = "waiting for the answer"
    RECEIVING = "receiving"
    DRAINING = "receiving a redirect"
    OVER = "over"


# Python 3.11 needs 0.1 µs to find a member in its Enum; a request asks 15 times.
WAITING = Phase.WAITING
OPENING = Phase.OPENING
SENDING = Phase.SENDING
AWAITING = Phase.AWAITING
RECEIVING = Phase.RECEIVING
DRAINING = Phase.DRAINING
OVER = Phase.OVER


def ran_out(
    phase: Phase,
    order: Order,
    why_waiting: str,
    *,
    sending: Sending | None,
    wanted: bool,
) -> Timeout:
    """Make the error of a limit that has run out.

    :param why_waiting: who holds the connections that it waited for.
    :param sending: the request, when its body was on its way.
    :param wanted: whether somebody waited for the body.
    """
    limits = order.limits
    peer = f"{order.url.host}:{order.url.port}"
    if order.proxy is not None:
        peer = f"{peer} (through the proxy {order.proxy})"
    if phase is Phase.WAITING:
        return Timeout(
            f"no connection to {peer} became free within {limits.slot:g} s "
            f"(limits.slot): {why_waiting}"
        )
    pushed = None if sending is None else sending.pushed
    if phase is Phase.SENDING and pushed is not None and not pushed.full:
        return Timeout(
            f"nothing more of the body for {peer} was written for "
            f"{limits.unread_body:g} s (limits.unread_body); write it, call finish(), "
            "or close the handle"
        )
    if phase is Phase.SENDING and sending is not None:
        return Timeout(f"{peer} took nothing for {limits.send:g} s (limits.send)")
    if phase is not Phase.RECEIVING:
        return Timeout(
            f"{peer} did not answer within {limits.first_byte:g} s (limits.first_byte)"
        )
    if wanted:
        return Timeout(f"{peer} sent nothing for {limits.idle:g} s (limits.idle)")
    return Timeout(
        f"nobody read the body from {peer} for {limits.unread_body:g} s "
        "(limits.unread_body); read it, or close the handle"
    )
