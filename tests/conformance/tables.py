"""The recorded tables: plain function calls, made through ``twinet.wininet``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.conformance.replay import Verdict
from twinet import wininet
from twinet.errors import InternetError
from twinet.flags import Icu
from twinet.urls import UrlComponents

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

__all__ = ["replay_table"]

#: An encoded @ in a user name, decoded before the URL is taken apart.
_BORDER = "borders-before-decoding"
_WHOLE_DATES = "whole-dates"
_NO_BUFFERS = "no-buffers"
#: Recorded names of a URL's parts that have another one here.
_PARTS = {"user": "username"}


def replay_table(path: Path) -> list[Verdict]:
    """Make the calls of a table and judge each."""
    data = json.loads(path.read_text(encoding="utf-8"))
    return [
        _judged(f"{data['name']}[{number}]", data["function"], case)
        for number, case in enumerate(data["cases"])
    ]


def _judged(name: str, function: str, case: dict[str, Any]) -> Verdict:
    judgement = case["judgement"]
    try:
        ours = _call(function, case["arguments"])
    except InternetError as error:
        where = f"{case['arguments']}: {error}"
        return Verdict(name, judgement, "different", where=where)
    if case["returns"] != "ok":
        # The caller's buffer was too small for what there was to give.
        needed = (case.get("out") or {}).get("size", 0)
        small = case.get("error_number") in {0, 122} and "size" in case["arguments"]
        if small and (not needed or needed == len(ours["value"]) + 1):
            return Verdict(name, judgement, "deviation", (_NO_BUFFERS,))
        return Verdict(name, judgement, "different", where=str(case["arguments"]))
    recorded = {k: v if v is not None else "" for k, v in case["out"].items()}
    recorded.pop("size", None)
    if ours == recorded:
        return Verdict(name, judgement, "equal")
    where = f"{recorded} there, {ours} here"
    if judgement == "doubtful" and (entry := _on_purpose(function, case)):
        return Verdict(name, judgement, "deviation", (entry,), where)
    return Verdict(name, judgement, "different", where=where)


def _on_purpose(function: str, case: dict[str, Any]) -> str:
    given = case["arguments"]
    if function == "InternetCrackUrl" and "%40" in given["url"]:
        return _BORDER
    # The forms of RFC 850 and of asctime, which HTTP has as well.
    return _WHOLE_DATES if function == "InternetTimeToSystemTime" else ""


def _call(function: str, given: dict[str, Any]) -> dict[str, Any]:
    flags = Icu(0)
    for name in given.get("flags") or ():
        flags |= Icu[name.removeprefix("ICU_")]
    match function:
        case "InternetTimeToSystemTime":
            return {"value": _shown(wininet.InternetTimeToSystemTime(given["text"]))}
        case "InternetCanonicalizeUrl":
            return {"value": wininet.InternetCanonicalizeUrl(given["url"], flags)}
        case "InternetCombineUrl":
            base, relative = given["base"], given["relative"]
            return {"value": wininet.InternetCombineUrl(base, relative, flags)}
        case "InternetCreateUrl":
            skipped = {"flags", "size"}
            parts = {_PARTS.get(k, k): v for k, v in given.items() if k not in skipped}
            made = wininet.InternetCreateUrl(UrlComponents(**parts), flags)
            return {"value": made}
    cracked = wininet.InternetCrackUrl(given["url"], flags)
    return {
        "scheme": cracked.scheme,
        "scheme_number": cracked.scheme_number,
        "host": cracked.host,
        "port": cracked.port,
        "user": cracked.username or "",
        "password": cracked.password or "",
        "path": cracked.path,
        "extra": cracked.extra,
    }


def _shown(time: datetime) -> str:
    weekday = time.isoweekday() % 7
    return f"{time:%Y-%m-%d %H:%M:%S} dow={weekday}"
