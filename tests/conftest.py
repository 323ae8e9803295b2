"""Order and place of the tests, and no silent skip where every peer must be there.

pytest-twisted starts the reactor in a greenlet and leaves it running; a trial
case that waits for a Deferred cannot run after that in the same process.

Trial runs its cases in a folder of its own, where ``mktemp`` makes its files; so do
we, or they would lie about in the source tree.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from twisted.trial import unittest

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

#: Set where everything that tests need was installed: a skip is a failure then.
REQUIRE_PEERS = "TWINET_REQUIRE_PEERS"


def _is_trial_case(item: pytest.Item) -> bool:
    cls = getattr(item, "cls", None)
    return isinstance(cls, type) and issubclass(
        cls, (unittest.TestCase, unittest.SynchronousTestCase)
    )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put every trial case before every pytest-twisted function."""
    items.sort(key=lambda item: not _is_trial_case(item))


@pytest.fixture(scope="session", autouse=True)
def _in_a_folder_of_its_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("here"))
        yield


def _refused(report: pytest.TestReport | pytest.CollectReport) -> bool:
    # an expected failure is reported as skipped too, and is none
    return (
        bool(os.environ.get(REQUIRE_PEERS))
        and report.skipped
        and not hasattr(report, "wasxfail")
    )


def _say_why(report: pytest.TestReport | pytest.CollectReport) -> None:
    reason = report.longrepr[-1] if isinstance(report.longrepr, tuple) else ""
    report.longrepr = f"{report.nodeid}: {REQUIRE_PEERS} forbids this skip: {reason}"


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport() -> Generator[
    None, pytest.TestReport, pytest.TestReport
]:
    """Turn a skipped test into a failed one where skips are forbidden."""
    report = yield
    if _refused(report):
        _say_why(report)
        report.outcome = "failed"
    return report


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_make_collect_report() -> Generator[
    None, pytest.CollectReport, pytest.CollectReport
]:
    """Turn a file that skips itself into an error where skips are forbidden."""
    report = yield
    if _refused(report):
        _say_why(report)
        report.outcome = "failed"
    return report
