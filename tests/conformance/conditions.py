"""The conditions of ``deviations.toml``: a function for each entry, by its name.

Each is asked whether it explains one difference of a case; the words are in the list.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, unquote_to_bytes

from tests.conformance.requests import differing, plain

if TYPE_CHECKING:
    from tests.conformance.case import Case
    from tests.conformance.compare import Difference

_CLOSING = frozenset(("CLOSING_CONNECTION", "CONNECTION_CLOSED"))
_LAST = _CLOSING | {"REQUEST_COMPLETE", "HANDLE_CLOSING"}
_READ = frozenset(("RECEIVING_RESPONSE", "RESPONSE_RECEIVED"))
_CONNECT = frozenset(("CONNECTING_TO_SERVER", "CONNECTED_TO_SERVER"))
_LOOK_UP = frozenset(("RESOLVING_NAME", "NAME_RESOLVED"))
_RESULT = frozenset(("result", "error_number"))
_RETURN = frozenset(("returns", "error_number", "value", "number"))
_BROKEN = frozenset((12152, 12031))
#: The limits of this library, in milliseconds.
_DEFAULT_LIMITS = {
    "INTERNET_OPTION_CONNECT_TIMEOUT": 30000,
    "INTERNET_OPTION_RECEIVE_TIMEOUT": 60000,
}


def cancelled_by_close(case: Case, d: Difference) -> bool:
    if d.what == "call":
        # In a blocking session the call itself ends so.
        went_well = _then(d, "error_number") in {0, 997}
        ended = went_well and _now(d, "error_number") == 12017
        return bool(case.cancelled) and ended
    step = case.cancelled.get(d.handle)
    if d.what != "notification" or step is None or d.step < step:
        return False
    if d.extra:
        return d.step == step and d.status in _LAST and case.closes_in_order(d.handle)
    if d.missing:
        return True
    ended = d.status == "REQUEST_COMPLETE" and _now(d, "error_number") == 12017
    return ended and set(d.fields) <= _RESULT | {"step"}


def bytes_not_sent_after_close(case: Case, d: Difference) -> bool:
    closed = min(case.cancelled.values(), default=None)
    sent = d.what in {"request", "connections"} and d.missing
    return sent and closed is not None and d.step >= closed


def broken_answer_is_an_error(case: Case, d: Difference) -> bool:
    if not case.broken:
        return False
    if d.what == "buffer":
        return d.missing
    if d.what == "call":
        failed = _now(d, "error_number") in _BROKEN | {6, 12019}
        nothing = d.fields == ("number",) and _number(d) == 0
        return set(d.fields) <= _RETURN and (failed or nothing)
    if d.what != "notification":
        return False
    if d.status == "REQUEST_COMPLETE":
        return set(d.fields) <= _RESULT and _now(d, "error_number") in _BROKEN
    if d.status == "RESPONSE_RECEIVED":
        return d.missing
    if d.status == "HANDLE_CLOSING":
        return d.extra or d.missing or _moved(d)
    return d.extra and d.status in _CLOSING and case.closes_in_order(d.handle)


def time_limit_is_12002(case: Case, d: Difference) -> bool:
    limited = any("TIMEOUT" in str(step.get("option")) for step in case.recording.steps)
    numbers = _then(d, "error_number"), _now(d, "error_number")
    return limited and d.fields == ("error_number",) and numbers == (12030, 12002)


def body_again_after_307(case: Case, d: Difference) -> bool:
    if not case.sends("HTTP/1.1 307"):
        return False
    if d.what == "request":
        first = next(e["text"] for e in case.recording.wire if "text" in e)
        body = _text(d.ours).partition("\r\n\r\n")[2]
        same = body == first.partition("\r\n\r\n")[2] != ""
        return bool(same and set(d.fields) <= {"body", "content-length"})
    again = [len(plain(_text(e))) for e in case.wire if e["what"] == "request"][-1:]
    return (
        d.status == "REQUEST_SENT"
        and d.fields == ("info",)
        and [_now(d, "info")] == again
    )


def follows_308(case: Case, d: Difference) -> bool:
    if not case.sends("HTTP/1.1 308"):
        return False
    if d.what == "notification":
        order = [o.status for o in case.differences if o.what == "notification"]
        return d.extra and order == [
            "REDIRECT",
            "SENDING_REQUEST",
            "REQUEST_SENT",
            "RECEIVING_RESPONSE",
            "RESPONSE_RECEIVED",
        ]
    if d.what == "request":
        return d.extra
    if d.what == "buffer":
        return bool(_now(d, "data") == "landed")
    asked = _number(d) == 200 or str(_value(d)).endswith("/new")
    return d.what == "call" and asked and set(d.fields) <= {"number", "value"}


def no_handle_is_6(case: Case, d: Difference) -> bool:
    numbers = _then(d, "error_number"), _now(d, "error_number")
    return d.fields == ("error_number",) and d.what == "call" and numbers == (12018, 6)


def failing_raises(case: Case, d: Difference) -> bool:
    return (
        d.what == "call"
        and d.fields == ("error_number",)
        and _then(d, "function") == "InternetSetStatusCallback"
        and (_then(d, "error_number"), _now(d, "error_number")) == (0, 6)
    )


def no_buffers(case: Case, d: Difference) -> bool:
    needed = ((d.recorded or {}).get("out") or {}).get("size")
    value = _value(d)
    small = d.what == "call" and _then(d, "error_number") == 122
    return small and isinstance(value, str) and len(value) + 1 == needed


def closing_told_when_it_happens(case: Case, d: Difference) -> bool:
    if d.status not in _CLOSING or not case.closes_in_order(d.handle):
        return False
    if d.extra:
        return case.server_closes and not _recorded_closing(case, d.handle)
    closing = case.step(d.step).get("call") == "InternetCloseHandle"
    return closing and _moved(d) and _now(d, "step") < d.step


def surplus_closes(case: Case, d: Difference) -> bool:
    order = case.closes_in_order(d.handle)
    return case.surplus_after_head and order and d.extra and d.status in _CLOSING


def failed_open_closes(case: Case, d: Difference) -> bool:
    if d.status != "HANDLE_CLOSING" or not _moved(d):
        return False
    step = _now(d, "step")
    opened = case.step(step).get("call") == "InternetOpenUrl"
    *_, end, last = case.told(d.handle)
    # In a blocking session the call itself says that it failed.
    failed = case.call(step).get("returns") == "failed" or (
        end["status"] == "REQUEST_COMPLETE" and end["error_number"] != 0
    )
    return opened and failed and last["status"] == "HANDLE_CLOSING"


def immediate_read_is_silent(case: Case, d: Difference) -> bool:
    call = case.call(d.step)
    read = str(call.get("function")).startswith(("InternetRead", "InternetQueryData"))
    at_once = call.get("returns") == "ok" and _recorded_at_once(case, d.step)
    return d.missing and d.status in _READ and read and at_once


def no_answer_is_12019(case: Case, d: Difference) -> bool:
    function = str(case.call(d.step).get("function"))
    failed = case.call(d.step).get("error_number") == 12019
    if not failed:
        return False
    if function == "HttpEndRequest":
        end = d.status == "REQUEST_COMPLETE" and _then(d, "error_number") == 12017
        return d.what == "call" or (d.missing and end)
    nothing = d.what != "buffer" or _then(d, "count") == 0
    return (
        function.startswith("InternetRead") and d.what in {"call", "buffer"} and nothing
    )


def exists_is_12155(case: Case, d: Difference) -> bool:
    numbers = _then(d, "error_number"), _now(d, "error_number")
    adding = "HTTP_ADDREQ_FLAG_ADD_IF_NEW" in str(case.step(d.step).get("flags"))
    return adding and d.fields == ("error_number",) and numbers == (12153, 12155)


def verb_can_be_asked(case: Case, d: Difference) -> bool:
    asked = case.step(d.step).get("info") in (
        "HTTP_QUERY_REQUEST_METHOD",
        ["HTTP_QUERY_REQUEST_METHOD"],
    )
    verbs = [step["verb"] for step in case.recording.steps if "verb" in step]
    return asked and _then(d, "error_number") == 12150 and _value(d) in verbs


def interim_is_told(case: Case, d: Difference) -> bool:
    return d.extra and d.status == "INTERMEDIATE_RESPONSE" and case.sends("HTTP/1.1 1")


def cookies_are_told(case: Case, d: Difference) -> bool:
    if not d.extra:
        return False
    if d.status == "COOKIE_RECEIVED":
        return case.says("\r\nSet-Cookie:")
    return d.status == "COOKIE_SENT" and (
        case.says("\r\nSet-Cookie:")
        or any(step.get("call") == "InternetSetCookie" for step in case.recording.steps)
    )


def no_fragment_on_the_wire(case: Case, d: Difference) -> bool:
    if d.what != "request" or d.fields != ("line",):
        return False
    theirs, ours = _target(d.recorded), _target(d.ours)
    return "#" in theirs and theirs.partition("#")[0] == ours


def escaped_target(case: Case, d: Difference) -> bool:
    if d.what != "request" or d.fields != ("line",):
        return False
    theirs, ours = _target(d.recorded), _target(d.ours)
    meant = unquote_to_bytes(theirs.encode("latin-1")).decode("latin-1")
    return theirs != ours and ours.isascii() and unquote(ours) == meant


def address_looked_up_once(case: Case, d: Difference) -> bool:
    if d.status not in _LOOK_UP or not d.missing:
        return False
    told = [(e["status"], e.get("info")) for e in case.told(d.handle)]
    return told.count((d.status, _then(d, "info"))) == 1


def connection_free_when_answered(case: Case, d: Difference) -> bool:
    again = [o.ours for o in case.differences if o.what == "request" and o.extra]
    fewer = [
        o.recorded for o in case.differences if o.what == "connections" and o.missing
    ]
    if not again or len(again) != len(fewer):
        return False
    if d.what in {"connections", "request"}:
        return d.missing if d.what == "connections" else d.extra
    return d.missing and d.status in _CONNECT and d.step == (fewer[0] or {})["step"]


def blocking_calls_just_return(case: Case, d: Difference) -> bool:
    return case.recording.synchronous and d.missing and d.status == "REQUEST_COMPLETE"


def no_wait_gives_data(case: Case, d: Difference) -> bool:
    waiting = [
        number
        for number, step in enumerate(case.recording.steps)
        if "IRF_NO_WAIT" in str(step.get("flags"))
        and case.call(number).get("returns") == "pending"
    ]
    if not waiting or d.step < waiting[0]:
        return False
    if d.what == "notification":
        return d.extra and d.status in _READ | {"REQUEST_COMPLETE"}
    return d.what in {"call", "buffer"} and set(d.fields) <= _RETURN | {"count", "data"}


def options_of_all_handles(case: Case, d: Difference) -> bool:
    option = str(case.step(d.step).get("option"))
    if d.what != "call" or _then(d, "function") != "InternetQueryOption":
        return False
    if option == "INTERNET_OPTION_PARENT_HANDLE":
        return bool(_then(d, "error_number") == 12018 and _now(d, "returns") == "ok")
    return option in _DEFAULT_LIMITS and _number(d) == _DEFAULT_LIMITS[option]


def ftp_comes_later(case: Case, d: Difference) -> bool:
    made = str(_then(d, "function")).startswith("Ftp")
    return d.what == "call" and made and _now(d, "returns") == "missing"


def own_head_is_ours(case: Case, d: Difference) -> bool:
    info = str(case.step(d.step).get("info"))
    if "RAW_HEADERS_CRLF" not in info or "REQUEST_HEADERS" not in info:
        return False
    theirs = ((d.recorded or {}).get("out") or {}).get("value", "")
    as_request = {"what": "request", "step": d.step}
    return d.fields == ("value",) and not differing(
        case.recording,
        {**as_request, "text": theirs},
        {**as_request, "text": str(_value(d))},
    )


def callbacks_hold_nothing(case: Case, d: Difference) -> bool:
    held = [
        s for s in case.recording.steps if s.get("hook", {}).get("action") == "block"
    ]
    earlier = (d.ours or {}).get("step", d.step) < d.step and set(d.fields) == {
        "step",
        "text",
    }
    same = _text(d.ours).split("\r\n")[0] == _text(d.recorded).split("\r\n")[0]
    return bool(held) and d.what == "request" and earlier and same


def proxy_is_named(case: Case, d: Difference) -> bool:
    proxies = [
        str(step["proxy"]).partition(":")[0]
        for step in case.recording.steps
        if step.get("access_type") == "INTERNET_OPEN_TYPE_PROXY"
    ]
    return (
        d.status in {"CONNECTING_TO_SERVER", "CONNECTED_TO_SERVER"}
        and set(d.fields) == {"info", "info_length"}
        and _then(d, "info") == ""
        and _now(d, "info") in proxies
    )


# -- reading a difference


def _then(d: Difference, name: str) -> Any:
    return (d.recorded or {}).get(name, 0 if name == "error_number" else None)


def _now(d: Difference, name: str) -> Any:
    return (d.ours or {}).get(name, 0 if name == "error_number" else None)


def _value(d: Difference) -> Any:
    return ((d.ours or {}).get("out") or {}).get("value")


def _number(d: Difference) -> Any:
    return ((d.ours or {}).get("out") or {}).get("number")


def _text(event: Any) -> str:
    return str((event or {}).get("text", ""))


def _target(event: Any) -> str:
    return _text(event).split(" ")[1]


def _moved(d: Difference) -> bool:
    """Tell whether it only comes in another step, inside a call or not."""
    return "step" in d.fields and set(d.fields) <= {"step", "inside_call"}


def _recorded_at_once(case: Case, step: int) -> bool:
    return any(
        event["event"] == "call" and event["step"] == step and event["returns"] == "ok"
        for event in case.recording.events
    )


def _recorded_closing(case: Case, handle: str) -> bool:
    """Tell whether the recorded handle told of a closing in every run."""
    return any(
        event.get("status") in _CLOSING
        and event["handle"] == handle
        and "varies" not in event
        for event in case.recording.events
    )
