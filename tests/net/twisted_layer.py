"""Twisted's own TLS layer in the place of ours: what ours is compared with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twisted.internet.protocol import Factory
from twisted.internet.task import Clock
from twisted.protocols.tls import TLSMemoryBIOFactory, TLSMemoryBIOProtocol

if TYPE_CHECKING:
    from collections.abc import Callable

    from twisted.internet.protocol import Protocol

    from twinet._net.tls import TlsCreator

__all__ = ["twisted_layer"]


def twisted_layer(
    line: Protocol,
    creator: TlsCreator,
    refused: Callable[[Exception], None],
    scratch: object = None,
) -> Any:
    """Return a TLS layer, as ``TlsLayer`` makes one; the creator must not fail."""
    del refused, scratch
    factory = TLSMemoryBIOFactory(creator, True, _Just(line), clock=Clock())
    # Without the timer that gathers small writes.
    factory.protocol = TLSMemoryBIOProtocol
    return factory.buildProtocol(None)


class _Just(Factory):
    """A factory of one protocol that is there already."""

    noisy = False

    def __init__(self, line: Protocol) -> None:
        self._line = line

    def buildProtocol(self, addr):
        return self._line
