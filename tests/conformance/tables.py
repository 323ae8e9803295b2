"""The recorded tables: plain function calls, made through ``twinet.wininet``."""

from __future__ import annotations

import json
from contextlib import suppress
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from tests.conformance.replay import Verdict
from twinet import wininet
from twinet.errors import InternetError
from twinet.flags import Icu
from twinet.urls import UrlComponents

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

__all__ = ["judge", "replay_table"]

#: An encoded @ in a user name, decoded before the URL is taken apart.
_BORDER = "borders-before-decoding"
_WHOLE_DATES = "whole-dates"
_NO_BUFFERS = "no-buffers"
#: ERROR_INSUFFICIENT_BUFFER; InternetCombineUrl has none.
_TOO_SMALL = frozenset((0, 122))
#: Recorded names of a URL's parts that have another one here.
_PARTS = {"user": "username"}


def replay_table(path: Path) -> list[Verdict]:
    """Make the calls of a table and judge each."""
    data = json.loads(path.read_text(encoding="utf-8"))
    return [
        judge(f"{data['name']}[{number}]", data["function"], case)
        for number, case in enumerate(data["cases"])
    ]


def judge(name: str, function: str, case: dict[str, Any]) -> Verdict:
    """Make one call and judge what comes of it."""
    given, judgement = case["arguments"], case["judgement"]
    out = dict(case.get("out") or {})
    size = out.pop("size", None)
    try:
        ours = _call(function, given)
    except InternetError as error:
        if case["returns"] != "ok" and error.code == case["error_number"]:
            return Verdict(name, judgement, "equal")
        where = f"{given}: {error}"
        return Verdict(name, judgement, "different", where=where)
    length = len(ours.get("value", ""))
    if case["returns"] != "ok":
        # The caller's buffer was too small: with its NUL this is as long.
        if (
            case["error_number"] in _TOO_SMALL
            and "size" in given
            and size == length + 1
        ):
            return Verdict(name, judgement, "deviation", (_NO_BUFFERS,))
        where = f"{given}: failed with {case['error_number']} there, {ours} here"
        return Verdict(name, judgement, "different", where=where)
    recorded = {key: "" if value is None else value for key, value in out.items()}
    if ours == recorded and size in {None, length}:
        return Verdict(name, judgement, "equal")
    where = f"{recorded} ({size}) there, {ours} here"
    if judgement == "doubtful" and (entry := _on_purpose(function, given, ours)):
        return Verdict(name, judgement, "deviation", (entry,), where)
    return Verdict(name, judgement, "different", where=where)


def _on_purpose(function: str, given: dict[str, Any], ours: dict[str, Any]) -> str:
    """Name the deviation, if what was meant is what we give."""
    if function == "InternetCrackUrl" and "ICU_DECODE" in given["flags"]:
        meant = urlsplit(given["url"])
        host, user = ours["host"], ours["user"]
        kept = host == meant.hostname and user == unquote(meant.username or "")
        return _BORDER if kept and "%40" in given["url"] else ""
    if function == "InternetTimeToSystemTime":
        # The standard library reads the forms of RFC 850 and of asctime as well.
        with suppress(ValueError):
            time = parsedate_to_datetime(given["text"])
            return _WHOLE_DATES if ours == {"value": _shown(time)} else ""
    return ""


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
