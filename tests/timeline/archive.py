"""A HAR document, checked: against the schema, and what no schema can say."""

from __future__ import annotations

import json
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

SCHEMA = Path(__file__).with_name("har-1.2.schema.json")


@cache
def validator() -> Draft202012Validator:
    """Return what checks against HAR 1.2."""
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(
        schema, format_checker=Draft202012Validator.FORMAT_CHECKER
    )


def entries(text: str) -> list[dict[str, Any]]:
    """Check a document; return its entries."""
    document = json.loads(text)
    validator().validate(document)
    log = document["log"]
    (page,) = log["pages"]
    former = datetime.fromisoformat(page["startedDateTime"])
    for entry in log["entries"]:
        assert entry["pageref"] == page["id"], entry
        begun = datetime.fromisoformat(entry["startedDateTime"])
        assert begun >= former, entry
        former = begun
        _check_times(entry)
    found: list[dict[str, Any]] = log["entries"]
    return found


def _check_times(entry: dict[str, Any]) -> None:
    """Check that the parts are the whole, and that ssl is a part of connect."""
    timings = entry["timings"]
    parts = [t for name, t in timings.items() if name != "ssl" and t != -1]
    assert abs(sum(parts) - entry["time"]) < 0.01, entry
    assert timings["ssl"] <= max(timings["connect"], -1), entry
