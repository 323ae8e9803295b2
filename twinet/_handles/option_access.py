"""How an option of a handle is read and set, and what all kinds of handles have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from twinet.errors import BadArguments, InvalidParameter
from twinet.options import Option

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["COMMON", "Access", "boolean", "limit", "nothing", "within"]


class Access(NamedTuple):
    """The two ways to an option; each is given the handle.

    :ivar read: None, when setting the option is an act and there is nothing to read.
    :ivar write: None, when it can only be read.
    """

    read: Callable[[Any], Any] | None
    write: Callable[[Any, Any], None] | None = None


# -- values


def boolean(option: Option, value: Any) -> bool:
    """Return what is True or False.

    :raises InvalidParameter: 87, it is neither.
    """
    if not isinstance(value, bool):
        msg = f"{option.name} is True or False; not {value!r}"
        raise InvalidParameter(msg)
    return value


def nothing(option: Option, value: Any) -> None:
    """Take what stands for no value.

    :raises InvalidParameter: 87, it is something else: False does not take it back.
    """
    if value is not None and value is not True:
        msg = f"{option.name} takes no value; set it to None, not to {value!r}"
        raise InvalidParameter(msg)


def within(option: Option, value: Any, least: int, most: int) -> int:
    """Return a whole number.

    :raises InvalidParameter: 87, it is none, or out of its range.
    """
    if type(value) is not int or not least <= value <= most:
        msg = f"{option.name} is a whole number from {least} to {most}; not {value!r}"
        raise InvalidParameter(msg)
    return value


# -- what every handle has


def limit(*names: str, zero_is_none: bool = False) -> Access:
    """Return how limits are read (the first) and set (all of them)."""

    def read(handle: Any) -> float | None:
        value: float | None = getattr(handle.limits, names[0])
        return value

    def write(handle: Any, value: Any) -> None:
        if type(value) in (int, float) and not value > 0:
            if value != 0 or not zero_is_none:
                msg = "a time limit of 0 would always have run out; None means no limit"
                raise BadArguments(msg)
            value = None
        handle.limits = handle.limits.but(**dict.fromkeys(names, value))

    return Access(read, write)


def _read_addresses(handle: Any) -> int | None:
    addresses: int | None = handle.limits.addresses
    return addresses


def _write_addresses(handle: Any, value: Any) -> None:
    handle.limits = handle.limits.but(addresses=value)


def _write_context(handle: Any, value: Any) -> None:
    handle.context = value


def _drop_idle(handle: Any, value: Any) -> None:
    nothing(Option.SETTINGS_CHANGED, value)
    while handle.parent is not None:
        handle = handle.parent
    handle.engine.pool.drop_idle()


COMMON: dict[Option, Access] = {
    Option.CONNECT_TIMEOUT: limit("connect"),
    Option.CONNECT_RETRIES: Access(_read_addresses, _write_addresses),
    Option.SEND_TIMEOUT: limit("send", zero_is_none=True),
    # One limit there; here the wait for the head and the waits in the body.
    Option.RECEIVE_TIMEOUT: limit("first_byte", "idle", zero_is_none=True),
    Option.DATA_SEND_TIMEOUT: limit("send", zero_is_none=True),
    Option.DATA_RECEIVE_TIMEOUT: limit("idle", zero_is_none=True),
    Option.HANDLE_TYPE: Access(lambda handle: handle.handle_type),
    Option.PARENT_HANDLE: Access(lambda handle: handle.parent),
    Option.CONTEXT_VALUE: Access(lambda handle: handle.context, _write_context),
    Option.SETTINGS_CHANGED: Access(None, _drop_idle),
}
"""The options that mean the same on all handles."""
