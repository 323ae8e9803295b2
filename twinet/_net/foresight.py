"""Foresight: which attributes the instances of a class will have.

CPython keeps an instance's attributes without a dict of its own, under names that all
instances share, as long as these are names that one of the first few instances had (30
names, and fewer with each instance).  A program that begins with thousands of requests
at once has made them all before the first is answered; then each of their objects would
get a dict of 800 bytes with the next attribute that is new.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["foreseen"]

Kind = TypeVar("Kind")


def foreseen(*names: str) -> Callable[[type[Kind]], type[Kind]]:
    """Let a class know attributes that its instances get after they were made.

    :param names: those that a usual instance has; at most 30 with the others.
    """

    def teach(kind: type[Kind]) -> type[Kind]:
        first = object.__new__(kind)
        for name in names:
            object.__setattr__(first, name, None)
        return kind

    return teach
