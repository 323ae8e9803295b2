"""Tests of ``downloader.py``, on a network in memory: ``python -m pytest``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import downloader
import pytest

import twinet
from twinet.testing import End, HttpAnswer, HttpPeer, MemoryNetwork, Script

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

URL = "http://shop.example/coffee.txt"
HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n"


@pytest.fixture(name="network")
def _network(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[MemoryNetwork]:
    """Work in a folder of the test's own; leave neither socket nor timer behind."""
    monkeypatch.chdir(tmp_path)
    with MemoryNetwork() as network:
        yield network


def run(network: MemoryNetwork, *answers: HttpAnswer | Script) -> int:
    """Let a shop answer so, and the downloader fetch from it."""
    shop = HttpPeer()
    shop.answer("GET", "/coffee.txt", *answers)
    network.add("shop.example", shop)
    session = network.session(limits=downloader.LIMITS)
    return network.run(downloader.save_all(session, [URL]))


def test_a_file_is_saved_whole(network: MemoryNetwork, tmp_path: Path) -> None:
    """Under its name, with a bar."""
    assert run(network, HttpAnswer(200, b"coffee 3.50")) == 0
    assert (tmp_path / "coffee.txt").read_bytes() == b"coffee 3.50"


def test_a_body_that_is_cut_leaves_no_file(
    network: MemoryNetwork, tmp_path: Path
) -> None:
    """Neither under its name nor under another."""
    assert run(network, Script(HEAD, b"coffee", End.CLOSE)) == 1
    assert list(tmp_path.iterdir()) == []


def test_a_server_that_says_nothing_more_is_given_up(
    network: MemoryNetwork, capsys: pytest.CaptureFixture[str]
) -> None:
    """After the limit, which takes no time here."""
    assert run(network, Script(HEAD, b"coffee")) == 1
    assert "12002" in capsys.readouterr().out
    assert network.now >= 20


def test_closing_the_session_cancels(network: MemoryNetwork, tmp_path: Path) -> None:
    """As Ctrl-C does."""
    shop = HttpPeer()
    shop.answer("GET", "/coffee.txt", Script(HEAD, b"coffee"))
    network.add("shop.example", shop)
    session = network.session()

    def cancel_when_it_comes(step: twinet.Notification) -> None:
        if isinstance(step, twinet.status.ResponseReceived):
            step.handle.close()

    session.set_status_callback(cancel_when_it_comes)
    assert network.run(downloader.save_all(session, [URL])) == 1
    assert list(tmp_path.iterdir()) == []
