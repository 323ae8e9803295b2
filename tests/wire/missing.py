"""How a test does without a package that is installed."""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING

from twinet._wire import decoding

if TYPE_CHECKING:
    from collections.abc import Callable

    from twisted.trial.unittest import SynchronousTestCase

#: What undoes br and zstd, and what it imports.
BROTLI = ("twinet._wire.brotli_stage", "brotli")
ZSTD = (
    "twinet._wire.zstd_stage",
    "compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd",
)


def without(
    test: SynchronousTestCase, stage: str, package: str, instead: object = None
) -> None:
    """Let a package be missing, as far as the import machinery can tell.

    :param instead: what ``import`` finds under its name; None: it is not there.
    """
    known: Callable[[], None]
    for known in (decoding.announced.cache_clear, decoding._maker.cache_clear):
        known()
        test.addCleanup(known)
    modules: dict[str, object] = sys.modules  # type: ignore[assignment]  # None: not there
    for name in (stage, package):
        test.addCleanup(modules.__setitem__, name, importlib.import_module(name))
    del modules[stage]
    modules[package] = instead
