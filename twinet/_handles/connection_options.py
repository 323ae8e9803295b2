"""The options of an HTTP connection; most are for the requests opened under it."""

from __future__ import annotations

from typing import Any

from twinet._handles.option_access import COMMON, Access
from twinet._handles.proxy_options import PROXY_SETTINGS_CHANGED
from twinet._handles.session_options import (
    read_decoding,
    read_mask,
    write_decoding,
    write_mask,
)
from twinet._http.auth import check_credentials
from twinet._wire.url_charset import charset_of
from twinet.errors import InvalidParameter
from twinet.options import Option
from twinet.records import Credentials

__all__ = ["CONNECTION_OPTIONS", "IDN", "PASSWORD", "USERNAME"]

#: INTERNET_FLAG_IDN_DIRECT and INTERNET_FLAG_IDN_PROXY.
_DIRECT, _BOTH = 1, 3


def _credentials(handle: Any) -> Credentials:
    """Return what a handle answers challenges with; a request's parent may know it."""
    known = handle._credentials or handle._parent._credentials
    return known or Credentials("", "")


def _write_username(handle: Any, value: Any) -> None:
    handle._credentials = check_credentials(value, _credentials(handle).password)


def _write_password(handle: Any, value: Any) -> None:
    handle._credentials = check_credentials(_credentials(handle).username, value)


def _write_idn(_handle: Any, value: Any) -> None:
    if type(value) is not int or value not in (_DIRECT, _BOTH):
        msg = f"IDN is 1 or 3: names go out in their ASCII form; not {value!r}"
        raise InvalidParameter(msg)


def _code_page(place: int) -> Access:
    """Return the access to the code page of the path (0) or the query (1)."""

    def read(connection: Any) -> int:
        page: int = connection.code_pages[place]
        return page

    def write(connection: Any, value: Any) -> None:
        charset_of(value)
        pages = list(connection.code_pages)
        pages[place] = value
        connection.code_pages = tuple(pages)

    return Access(read, write)


USERNAME = Access(lambda handle: _credentials(handle).username, _write_username)
PASSWORD = Access(lambda handle: _credentials(handle).password, _write_password)
IDN = Access(lambda _: _BOTH, _write_idn)

CONNECTION_OPTIONS: dict[Option, Access] = {
    **COMMON,
    Option.PROXY_SETTINGS_CHANGED: PROXY_SETTINGS_CHANGED,
    Option.USERNAME: USERNAME,
    Option.PASSWORD: PASSWORD,
    Option.ERROR_MASK: Access(read_mask, write_mask),
    Option.HTTP_DECODING: Access(read_decoding, write_decoding),
    Option.CODEPAGE_PATH: _code_page(0),
    Option.CODEPAGE_EXTRA: _code_page(1),
    Option.IDN: IDN,
}
