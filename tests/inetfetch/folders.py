"""Temporary folders and quick databases for the tests of the daemon."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any

from twinet.inetfetch.queue.job import Asked
from twinet.inetfetch.queue.ledger import Ledger
from twinet.inetfetch.queue.schema import open_database


def temporary_folder(case: Any) -> Path:
    """Return a new folder that goes away with the test."""
    path = Path(tempfile.mkdtemp(prefix="twinet-test-")).resolve()
    case.addCleanup(shutil.rmtree, path, ignore_errors=True)
    return path


def names_in(path: Path | str) -> list[str]:
    """Return the names of everything in a folder, sorted."""
    return sorted(entry.name for entry in Path(path).iterdir())


def quick_ledger(case: Any) -> Ledger:
    """Return a ledger on a new database that does not wait for the disk."""
    database = open_database(temporary_folder(case) / "jobs.db")
    database.execute("PRAGMA synchronous = OFF")
    case.addCleanup(database.close)
    return Ledger(database)


def asked(
    url: str = "http://a.example/file", *, host: str = "a.example", **more: Any
) -> Asked:
    """Return a job to add."""
    more.setdefault("out_root", "/downloads")
    return Asked(uris=(url,), host=host, **more)
