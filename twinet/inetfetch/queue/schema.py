"""The tables of the state database, and how they are opened.

``job`` has one row for each job, with leases and fences, so that more than one
worker can share it one day without a change of form.  ``event`` has one row for
each change of a job's state, written in the same transaction.  ``publishing`` holds
what must be known to finish or redo the step from the part file to the final name.

Two tables are kept by triggers, so that no statement can forget them: ``head`` has
the first queued job of each host (a claim looks at one row for each host and never
walks the queue), ``tally`` has the number of jobs in each state.

WAL with ``synchronous=FULL``: a commit that has returned is on the disk.
"""

from __future__ import annotations

import os
import sqlite3
from typing import TYPE_CHECKING

from twinet.inetfetch.queue.job import State

if TYPE_CHECKING:
    from pathlib import Path

#: The form that this program writes.
VERSION = 1

_TABLES = """
CREATE TABLE meta (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE job (
    id TEXT PRIMARY KEY,
    gid TEXT NOT NULL UNIQUE,
    uris TEXT NOT NULL,
    host TEXT NOT NULL,
    out_root TEXT NOT NULL,
    out_path TEXT,
    options TEXT NOT NULL,
    priority INTEGER NOT NULL,
    position REAL NOT NULL,
    state TEXT NOT NULL,
    want TEXT,
    not_before REAL NOT NULL DEFAULT 0,
    tries INTEGER NOT NULL DEFAULT 0,
    fence INTEGER NOT NULL DEFAULT 0,
    owner TEXT,
    lease_until REAL,
    size INTEGER,
    done_bytes INTEGER NOT NULL DEFAULT 0,
    validators TEXT,
    error TEXT,
    client TEXT NOT NULL,
    scope TEXT NOT NULL,
    created REAL NOT NULL,
    started REAL,
    finished REAL,
    final_path TEXT,
    digest TEXT
);
CREATE INDEX job_state ON job (state, id);
CREATE INDEX job_line ON job (host, priority DESC, position, id)
    WHERE state = 'queued';
CREATE INDEX job_waiting ON job (not_before) WHERE state = 'waiting_retry';

CREATE TABLE event (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    job TEXT NOT NULL REFERENCES job (id) ON DELETE CASCADE,
    at REAL NOT NULL,
    before TEXT,
    after TEXT NOT NULL,
    fence INTEGER NOT NULL,
    detail TEXT
);
CREATE INDEX event_job ON event (job, seq);

CREATE TABLE publishing (
    job TEXT PRIMARY KEY REFERENCES job (id) ON DELETE CASCADE,
    fence INTEGER NOT NULL,
    temporary TEXT NOT NULL,
    final TEXT NOT NULL UNIQUE,
    size INTEGER NOT NULL,
    sha256 TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE head (
    host TEXT PRIMARY KEY,
    priority INTEGER NOT NULL,
    position REAL NOT NULL,
    id TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX head_order ON head (priority DESC, position, id);

CREATE TRIGGER head_added AFTER INSERT ON job WHEN new.state = 'queued'
BEGIN
    INSERT INTO head VALUES (new.host, new.priority, new.position, new.id)
    ON CONFLICT (host) DO UPDATE SET
        priority = excluded.priority,
        position = excluded.position,
        id = excluded.id
    WHERE (-excluded.priority, excluded.position, excluded.id)
        < (-head.priority, head.position, head.id);
END;

CREATE TRIGGER head_changed AFTER UPDATE OF state, priority, position ON job
WHEN old.state = 'queued' OR new.state = 'queued'
BEGIN
    DELETE FROM head WHERE host = new.host;
    INSERT INTO head
        SELECT host, priority, position, id FROM job
        WHERE state = 'queued' AND host = new.host
        ORDER BY priority DESC, position, id LIMIT 1;
END;

CREATE TRIGGER head_removed AFTER DELETE ON job WHEN old.state = 'queued'
BEGIN
    DELETE FROM head WHERE host = old.host;
    INSERT INTO head
        SELECT host, priority, position, id FROM job
        WHERE state = 'queued' AND host = old.host
        ORDER BY priority DESC, position, id LIMIT 1;
END;

CREATE TABLE tally (
    state TEXT PRIMARY KEY,
    jobs INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TRIGGER tally_added AFTER INSERT ON job
BEGIN
    UPDATE tally SET jobs = jobs + 1 WHERE state = new.state;
END;

CREATE TRIGGER tally_changed AFTER UPDATE OF state ON job
WHEN old.state <> new.state
BEGIN
    UPDATE tally SET jobs = jobs - 1 WHERE state = old.state;
    UPDATE tally SET jobs = jobs + 1 WHERE state = new.state;
END;

CREATE TRIGGER tally_removed AFTER DELETE ON job
BEGIN
    UPDATE tally SET jobs = jobs - 1 WHERE state = old.state;
END;
"""


class WrongSchema(Exception):  # noqa: N818  says what is the matter
    """The database was not made by this program, or by a newer one."""


def open_database(path: Path) -> sqlite3.Connection:
    """Open the database, making it if it is not there, readable by its owner only.

    It blocks; the connection belongs to the calling thread.

    :raises WrongSchema: the file holds something else, or a newer form.
    :raises sqlite3.Error: it cannot be opened, or is damaged.
    :raises OSError: the file cannot be made.
    """
    # SQLite would make it with the process's umask; the files beside it (-wal, -shm)
    # get the mode of this one.
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    # No implicit transactions: the store says BEGIN and COMMIT itself.
    database = sqlite3.connect(path, isolation_level=None)
    try:
        database.row_factory = sqlite3.Row
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = FULL")
        database.execute("PRAGMA foreign_keys = ON")
        database.execute("PRAGMA busy_timeout = 5000")
        # A long burst of commits must not leave a log of gigabytes behind.
        database.execute("PRAGMA journal_size_limit = 67108864")
        _prepare(database)
    except BaseException:
        database.close()
        raise
    return database


def _prepare(database: sqlite3.Connection) -> None:
    tables = {
        row[0]
        for row in database.execute("SELECT name FROM sqlite_master WHERE type='table'")
    }
    if not tables:
        # executescript() commits what is open, so the transaction is in the script:
        # a crash in the middle leaves an empty file, which is made again.
        states = ", ".join(f"('{state}', 0)" for state in State)
        database.executescript(
            f"BEGIN IMMEDIATE; {_TABLES}"  # noqa: S608  fixed text and our own enum
            f"INSERT INTO tally VALUES {states};"
            f"INSERT INTO meta VALUES ('schema', '{VERSION}'); COMMIT;"
        )
        return
    if "meta" not in tables:
        raise WrongSchema("the file is a database of another program")
    row = database.execute("SELECT value FROM meta WHERE key = 'schema'").fetchone()
    if row is None or int(row[0]) != VERSION:
        found = "unknown" if row is None else row[0]
        raise WrongSchema(
            f"the database has form {found}, this program knows form {VERSION}; "
            "it was made by a newer inetfetch"
        )
