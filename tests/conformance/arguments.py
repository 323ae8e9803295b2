"""What a recorded call becomes in Python: names become numbers, buffers go."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twinet import Handle, wininet

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Unknown", "arguments_of", "plain"]

#: The recorded program's User-Agent.
_AGENT = "oracle/1.0"
#: Recorded names of arguments that have another one here.
_NAMES = {
    "user": "username",
    "path": "object_name",
    "referer": "referrer",
    "accept": "accept_types",
    "info": "info_level",
    "body": "optional",
    "offset": "distance",
    "mask": "pattern",
}
#: ... of one function alone.
_OF_FUNCTION = {
    ("HttpAddRequestHeaders", "flags"): "modifiers",
    ("HttpSendRequestEx", "body"): "buffer",
}
#: Arguments of a recorded step that no function here takes.
_GONE = frozenset(
    ("call", "as", "on", "wait", "thread", "type", "own_buffers", "no_data")
)
#: What is given in Python's form and not by keyword.
_BYTES = frozenset(("body", "data"))


class Unknown(Exception):  # noqa: N818  a state of this house, no error
    """Something that the scenario needs does not exist here yet."""


def arguments_of(
    step: dict[str, Any],
    handle: Any,
    callback: Callable[[str], Any],
    ports: Callable[[str], str],
) -> tuple[list[Any], dict[str, Any]]:
    """Return the arguments of a step's call.

    :param handle: that it is made on.
    :param callback: gives the callback of a letter.
    :param ports: puts the port numbers into a text.
    :raises Unknown: a flag, an option or a service is not known here.
    """
    name = step["call"]
    if name == "InternetGetLastResponseInfo":
        # it is about the thread
        return [], {}
    args = [handle] if "on" in step else []
    kwargs: dict[str, Any] = {}
    for key, value in step.items():
        if key in _GONE or (key == "size" and not name.startswith("InternetRead")):
            continue
        kwargs[_renamed(name, key)] = _given(name, key, value, callback, ports)
    if name == "InternetOpen":
        kwargs.setdefault("agent", _AGENT)
    if name == "InternetSetCookie":
        kwargs["data"] = step["data"]
    return args, kwargs


def _renamed(function: str, key: str) -> str:
    if (function, key) in _OF_FUNCTION:
        return _OF_FUNCTION[function, key]
    return _NAMES.get(key, key)


def _given(
    function: str,
    key: str,
    value: Any,
    callback: Callable[[str], Any],
    ports: Callable[[str], str],
) -> Any:
    if key == "callback":
        return callback(value)
    if key == "port" and isinstance(value, str):
        return int(ports(value))
    if key == "attributes":
        # of Windows' files
        return 0
    if key in {"flags", "info", "service", "option", "access_type", "access"}:
        return number_of(value)
    if key == "accept":
        return (value,) if isinstance(value, str) else value
    if key in _BYTES and function != "InternetSetCookie":
        return None if value is None else value.encode("latin-1")
    return ports(value) if isinstance(value, str) else value


def number_of(value: Any) -> int:
    """Return the number of one or several recorded names."""
    if value is None or isinstance(value, int):
        return value or 0
    if isinstance(value, list):
        total = 0
        for name in value:
            total |= number_of(name)
        return total
    number = getattr(wininet, value, None)
    if number is None:
        msg = f"twinet.wininet has no {value}"
        raise Unknown(msg)
    return int(number)


def plain(value: Any, name_of: Callable[[Any], str]) -> Any:
    """Return a function's value in the recording's form."""
    if isinstance(value, Handle):
        return f"handle {name_of(value)}"
    if isinstance(value, str | bool) or value is None:
        return value
    return int(value) if isinstance(value, int) else str(value)
