"""Attributes that are foreseen take no dict, however many instances there are."""

from __future__ import annotations

import sys
import tracemalloc
from unittest import SkipTest

from twisted.trial.unittest import SynchronousTestCase

from twinet._net.foresight import foreseen

COUNT = 1000


class Known:
    later: None
    latest: None
    last: None

    def __init__(self) -> None:
        self.at_once = None


class Surprised(Known):
    """Nobody has told it."""


@foreseen("at_once", "later", "latest", "last")
class Prepared(Known):
    """It has been told."""


def grown(kind: type[Known]) -> int:
    """Make instances, then give each new attributes; return what that took (bytes)."""
    instances = [kind() for _ in range(COUNT)]
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    for each in instances:
        each.later = each.latest = each.last = None
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return after - before


class ForesightTests(SynchronousTestCase):
    def test_foreseen_attribute_takes_no_dict(self) -> None:
        if sys.implementation.name != "cpython":
            raise SkipTest("other Pythons keep attributes in other ways")
        self.assertLess(grown(Prepared), COUNT * 8)
        self.assertGreater(grown(Surprised), COUNT * 64)

    def test_class_is_the_same(self) -> None:
        prepared = Prepared()
        self.assertEqual(vars(prepared), {"at_once": None})
        self.assertFalse(hasattr(prepared, "later"))
