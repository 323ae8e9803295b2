"""The conditions of what differs on purpose in FTP; as ``conditions.py``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.conformance.case import Case
    from tests.conformance.compare import Difference

_CONNECTING = frozenset(
    ("RESOLVING_NAME", "NAME_RESOLVED", "CONNECTING_TO_SERVER", "CONNECTED_TO_SERVER")
)
_READ = frozenset(("RECEIVING_RESPONSE", "RESPONSE_RECEIVED"))
_CHILDREN = frozenset(("file", "find"))
_OPENS = frozenset(("FtpOpenFile", "FtpFindFirstFile", "InternetOpenUrl"))
_CONNECTIONS = frozenset(("connection", "hidden connection"))
_COPIES = frozenset(("FtpGetFile", "FtpPutFile"))
_CLOSING = frozenset(("CLOSING_CONNECTION", "CONNECTION_CLOSED"))
_RETURN = frozenset(("returns", "error_number"))


def ftp_login_waits(case: Case, d: Difference) -> bool:
    step = case.step(d.step)
    if step.get("service") != "INTERNET_SERVICE_FTP":
        return False
    if d.what == "call":
        return set(d.fields) <= _RETURN and _now(d, "returns") == "pending"
    if d.what != "notification":
        return False
    if d.fields:
        return d.fields == ("inside_call",)
    call = _recorded_call(case, d.step)
    right = (
        _now(d, "result") == call["returns"]
        if str(call["returns"]).startswith("handle")
        else _now(d, "error_number") == call.get("error_number")
    )
    return d.extra and d.status == "REQUEST_COMPLETE" and right


def connecting_told_of_the_connection(case: Case, d: Difference) -> bool:
    if d.what != "notification" or d.status not in _CONNECTING or d.fields:
        return False
    mine = d.recorded or d.ours or {}
    if (mine["kind"] == "session") is not d.missing:
        return False
    others = [
        other.ours if d.missing else other.recorded
        for other in case.differences
        if other.status == d.status and other.extra is d.missing
    ]
    same = ("step", "callback", "context", "info")
    return any(
        other is not None and all(other.get(key) == mine.get(key) for key in same)
        for other in others
    )


def children_tell_their_own(case: Case, d: Difference) -> bool:
    if d.what != "notification":
        return False
    step = case.step(d.step)
    call = step.get("call")
    event = d.ours or d.recorded or {}
    if d.status == "HANDLE_CREATED" and call in _OPENS:
        return (d.extra or set(d.fields) == {"context"}) and _own(step, d)
    if d.fields:
        copied = call in _COPIES and set(d.fields) == {"context"}
        return copied and _own(step, d)
    if d.missing and call in _COPIES and step.get("context") == 0:
        return True
    if d.status in _READ:
        if d.extra:
            return event["kind"] in _CHILDREN and _of_its_handle(case, d)
        # what comes when the handle is closed is nobody's any more
        told = _extra(case, d.status)
        enough = told + _closed_children(case) >= _missing(case, d.status)
        return event["kind"] in _CONNECTIONS and told > 0 and enough
    if d.missing and d.status in _CLOSING and event["kind"] == "hidden connection":
        return case.closes_in_order(_made_by_url(case))
    if d.status == "REQUEST_COMPLETE" and call in _OPENS:
        return _counterpart(case, d)
    failed = call in _OPENS and case.call(d.step).get("returns") != "ok"
    closing = d.extra and d.status == "HANDLE_CLOSING" and event["kind"] in _CHILDREN
    return closing and failed and _own(step, d)


def directories_are_listed(case: Case, d: Difference) -> bool:
    urls = [str(step.get("url", "")) for step in case.recording.steps]
    if not any(url.startswith("ftp:") and url.endswith("/") for url in urls):
        return False
    event = d.ours or {}
    if d.what == "notification" and not d.missing:
        mine = d.handle == _made_by_url(case)
        return mine or str(event.get("info")) == f"handle {_made_by_url(case)}"
    return True


def passive_unless_it_is_refused(case: Case, d: Difference) -> bool:
    opened = case.step(d.step)
    active = "PASSIVE" not in str(opened.get("flags"))
    if opened.get("call") != "InternetOpenUrl" or not active or d.what != "request":
        return False
    event = d.recorded or d.ours or {}
    if d.missing:
        return str(event.get("line")).startswith("PORT")
    return d.extra and (event["what"] == "data connected" or event["line"] == "PASV")


def ftp_calls_wait(case: Case, d: Difference) -> bool:
    call = str(case.step(d.step).get("call"))
    if d.extra and d.status == "REQUEST_COMPLETE" and call == "None":
        # of a read that still was pending when its step was over
        return bool((d.ours or {})["kind"] == "file" and _now(d, "result") == 1)
    silent = any(
        step.get("call") == "InternetConnect" and step.get("context") == 0
        for step in case.recording.steps
    )
    waits = ("InternetRead", "Ftp") if silent else ("InternetRead", "FtpCommand")
    if not call.startswith(waits):
        return False
    if d.what == "call":
        return set(d.fields) <= _RETURN and _now(d, "returns") == "pending"
    if d.fields == ("inside_call",):
        return True
    recorded = _recorded_call(case, d.step).get("error_number", 0)
    done = d.status == "REQUEST_COMPLETE" and _now(d, "error_number") == recorded
    return d.extra and done


def commands_have_data(case: Case, d: Difference) -> bool:
    steps = [
        number
        for number, step in enumerate(case.recording.steps)
        if step.get("call") == "FtpCommand" and step.get("expect_response")
    ]
    if not steps or d.step < steps[0]:
        return False
    event = d.ours or {}
    if d.what == "notification":
        mine = "hidden" in (d.handle, str(event.get("info"))[7:])
        context = case.recording.steps[steps[0]].get("context")
        return bool(d.extra and mine and event["context"] == context)
    data = event.get("what") in {"data connected", "data closed early"}
    sent = str(event.get("line")).startswith(("TYPE", "PASV", "LIST"))
    return d.what == "request" and d.extra and (data or sent)


def empty_name_is_87(case: Case, d: Difference) -> bool:
    if "" not in (case.step(d.step).get("directory"), case.step(d.step).get("file")):
        return False
    if d.what == "call":
        numbers = _then(d, "error_number"), _now(d, "error_number")
        return numbers == (997, 87)
    return d.missing and d.what in {"notification", "request"}


def no_passive_mode_is_12112(case: Case, d: Difference) -> bool:
    if d.status != "REQUEST_COMPLETE" or not (d.missing or d.extra):
        return False
    numbers = {
        _then(other, "error_number") or _now(other, "error_number")
        for other in case.differences
        if other.status == d.status and other.step == d.step
    }
    refused = any(
        str(entry.get("line")).startswith("500") for entry in case.recording.wire
    )
    own = d.missing or _own(case.step(d.step), d)
    return refused and own and numbers == {12003, 12112}


def failures_have_numbers(case: Case, d: Difference) -> bool:
    call = _then(d, "function"), _then(d, "error_number"), _now(d, "error_number")
    wanted = {("FtpFindFirstFile", 0, 18), ("InternetOpenUrl", 0, 12029)}
    return d.fields == ("error_number",) and call in wanted


def url_paths_begin_at_the_login(case: Case, d: Difference) -> bool:
    opened = case.step(d.step).get("call") == "InternetOpenUrl"
    theirs, ours = str(_then(d, "line")), str(_now(d, "line"))
    return opened and d.fields == ("command",) and theirs.replace(" /", " ") == ours


def url_connection_goes_with_it(case: Case, d: Difference) -> bool:
    step = _now(d, "step") or 0
    closing = case.step(step).get("call") == "InternetCloseHandle"
    mine = closing and case.step(step).get("on") == _made_by_url(case)
    closed = d.what == "request" and _now(d, "what") == "closed"
    return closed and d.fields == ("step",) and mine


def sizes_are_known(case: Case, d: Difference) -> bool:
    sent = [entry["bytes"] for entry in case.wire if entry["what"] == "data sent"]
    asked = _then(d, "function") == "FtpGetFileSize"
    known = _now(d, "returns") in sent
    return asked and d.fields == ("returns",) and known


def dropped_is_12111(case: Case, d: Difference) -> bool:
    gone = [
        entry["step"]
        for entry in case.recording.wire
        if (entry["who"], entry["what"]) == ("server", "closed")
    ]
    if not gone or d.step < gone[0]:
        return False
    if d.what == "call":
        failed = _now(d, "error_number") == 12111
        return set(d.fields) <= _RETURN and failed
    if d.status == "REQUEST_COMPLETE":
        numbers = _then(d, "error_number"), _now(d, "error_number")
        moved = numbers == (12110, 0) or numbers in {(12110, 12111), (0, 12003)}
        return moved and (bool(d.fields) is bool(d.recorded and d.ours))
    if d.status in _READ:
        return d.missing
    return d.status in _CLOSING and case.closes_in_order(d.handle)


def file_is_open_when_it_is(case: Case, d: Difference) -> bool:
    opened = [
        step.get("as")
        for step in case.recording.steps
        if step.get("call") == "FtpOpenFile"
    ]
    if d.handle not in opened:
        return False
    if d.status == "HANDLE_CLOSING":
        return d.fields == ("inside_call",)
    if d.status != "REQUEST_COMPLETE":
        return False
    if d.extra:
        opening = case.step(d.step).get("call") == "FtpOpenFile"
        return opening and _now(d, "result") == f"handle {d.handle}"
    return bool(d.missing and _then(d, "error_number") == 0)


def lines_end_as_here(case: Case, d: Difference) -> bool:
    theirs, ours = (str((e or {}).get("text")) for e in (d.recorded, d.ours))
    return d.what == "file" and ours == theirs.replace("\r\n", "\n")


def given_up_is_no_file(case: Case, d: Difference) -> bool:
    early = d.what == "request" and d.extra and _now(d, "what") == "data closed early"
    gone = d.what == "file" and d.ours is None
    return (early or gone) and bool(case.cancelled)


def nobody_is_anonymous(case: Case, d: Difference) -> bool:
    lines = _then(d, "line"), _now(d, "line")
    return d.fields == ("command",) and lines == ("PASS {user}", "PASS anonymous@")


def names_have_blanks(case: Case, d: Difference) -> bool:
    theirs, ours = _then(d, "find"), _now(d, "find")
    if d.what != "buffer" or not theirs or not ours:
        return False
    longer = ours["name"].startswith(theirs["name"] + " ")
    return longer and {**ours, "name": ""} == {**theirs, "name": ""}


def words_of_failures_alone(case: Case, d: Difference) -> bool:
    asked = _then(d, "function") == "InternetGetLastResponseInfo"
    value = ((d.ours or {}).get("out") or {}).get("value")
    return d.what == "call" and asked and d.fields == ("value",) and value == ""


# -- reading


def _then(d: Difference, name: str) -> Any:
    return (d.recorded or {}).get(name, 0 if name == "error_number" else None)


def _now(d: Difference, name: str) -> Any:
    return (d.ours or {}).get(name, 0 if name == "error_number" else None)


def _recorded_call(case: Case, step: int) -> dict[str, Any]:
    return next(
        event
        for event in case.recording.events
        if event["event"] == "call" and event["step"] == step
    )


def _own(step: dict[str, Any], d: Difference) -> bool:
    """Tell whether something is told with the context that its call was given."""
    return bool(_now(d, "context") == step.get("context"))


def _of_its_handle(case: Case, d: Difference) -> bool:
    """Tell whether it carries the context that the handle was made with."""
    made = [
        step.get("context")
        for step in case.recording.steps
        if step.get("as") == d.handle
    ]
    return _now(d, "context") in made


def _extra(case: Case, status: str) -> int:
    return sum(
        d.extra and d.status == status and (d.ours or {})["kind"] in _CHILDREN
        for d in case.differences
    )


def _made_by_url(case: Case) -> str:
    made = (
        str(step.get("as"))
        for step in case.recording.steps
        if step.get("call") == "InternetOpenUrl"
    )
    return next(made, "")


def _closed_children(case: Case) -> int:
    children = {
        step.get("as") for step in case.recording.steps if step.get("call") in _OPENS
    }
    return sum(
        step.get("call") == "InternetCloseHandle" and step.get("on") in children
        for step in case.recording.steps
    )


def _missing(case: Case, status: str) -> int:
    return sum(d.missing and d.status == status for d in case.differences)


def _counterpart(case: Case, d: Difference) -> bool:
    """Tell whether the same end is missing at one handle, and there at another."""
    mine = d.recorded or d.ours or {}
    for other in case.differences:
        if other.status != d.status or other.extra is not d.missing:
            continue
        if other.handle == d.handle:
            continue
        theirs = other.recorded or other.ours or {}
        same = ("step", "callback", "result", "error_number")
        if all(theirs.get(key) == mine.get(key) for key in same):
            return True
    return False
