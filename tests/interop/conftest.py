"""Fixtures for tests against real servers: plain, synchronous, one for a session."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.interop.leftovers import nothing_is_left_behind
from tests.interop.nginx import INSTALL, Nginx, program

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["nginx", "nothing_is_left_behind"]


@pytest.fixture(scope="session")
def nginx(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nginx]:
    """Run one nginx for all tests, over HTTP and HTTPS."""
    if program() is None:
        pytest.skip(INSTALL)
    server = Nginx(tmp_path_factory.mktemp("nginx"))
    try:
        server.start()
        yield server
    finally:
        server.stop()
