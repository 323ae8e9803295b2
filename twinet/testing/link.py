"""How the way to a host behaves: fast or slow, whole or cut."""

from __future__ import annotations

from dataclasses import dataclass

from twinet.errors import InvalidParameter

__all__ = ["Link"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """How the way to a peer behaves, for each connection that is made over it.

    :ivar latency: how long each byte is under way, in each direction (seconds).  A
        connection takes twice as long to be made.
    :ivar rate: how much passes in each direction (bytes per second); nothing for all
        at once.
    :ivar refuses: whether connections are refused.
    :ivar unreachable: whether attempts to connect get no answer at all, so that they
        end by the program's own limit.
    :ivar cut_after: the connection breaks when so many bytes have come from the peer
        (a reset; 0: at its first byte).
    :ivar stall_after: so many bytes come from the peer, and then nothing more ever,
        though the connection stands (0: it never answers).
    :raises InvalidParameter: 87, a number cannot be.
    :source: our own.
    """

    latency: float = 0.0
    rate: float | None = None
    refuses: bool = False
    unreachable: bool = False
    cut_after: int | None = None
    stall_after: int | None = None

    def __post_init__(self) -> None:
        for name in ("latency", "cut_after", "stall_after"):
            value = getattr(self, name)
            if value is not None and value < 0:
                msg = f"a link's {name} is 0 or more, not {value!r}"
                raise InvalidParameter(msg)
        if self.rate is not None and self.rate <= 0:
            msg = (
                f"a link's rate is more than 0 bytes per second, not {self.rate!r}; "
                "for nothing at all say stall_after=0"
            )
            raise InvalidParameter(msg)
