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
from twinet._wire.credentials import check_credentials
from twinet._wire.url_charset import charset_of
from twinet.errors import InvalidParameter
from twinet.options import Option
from twinet.records import Credentials

__all__ = ["CONNECTION_OPTIONS", "CREDENTIALS", "IDN"]

#: INTERNET_FLAG_IDN_DIRECT and INTERNET_FLAG_IDN_PROXY.
_DIRECT, _BOTH = 1, 3


def _pair(attribute: str) -> tuple[Access, Access]:
    """Return the accesses to user name and password.

    :param attribute: of the handle, with both; a request's parent may know them.
    """

    def known(handle: Any) -> Credentials:
        given = getattr(handle, attribute) or getattr(handle._parent, attribute)
        return given or Credentials("", "")

    def write_username(handle: Any, value: Any) -> None:
        given = check_credentials(value, known(handle).password)
        setattr(handle, attribute, given)

    def write_password(handle: Any, value: Any) -> None:
        given = check_credentials(known(handle).username, value)
        setattr(handle, attribute, given)

    return (
        Access(lambda handle: known(handle).username, write_username),
        Access(lambda handle: known(handle).password, write_password),
    )


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


_USERNAME, _PASSWORD = _pair("_credentials")
_PROXY_USERNAME, _PROXY_PASSWORD = _pair("_proxy_credentials")
#: Who one is, to servers and to proxies: of connections and of requests.
CREDENTIALS: dict[Option, Access] = {
    Option.USERNAME: _USERNAME,
    Option.PASSWORD: _PASSWORD,
    Option.PROXY_USERNAME: _PROXY_USERNAME,
    Option.PROXY_PASSWORD: _PROXY_PASSWORD,
}
IDN = Access(lambda _: _BOTH, _write_idn)

CONNECTION_OPTIONS: dict[Option, Access] = {
    **COMMON,
    Option.PROXY_SETTINGS_CHANGED: PROXY_SETTINGS_CHANGED,
    **CREDENTIALS,
    Option.ERROR_MASK: Access(read_mask, write_mask),
    Option.HTTP_DECODING: Access(read_decoding, write_decoding),
    Option.CODEPAGE_PATH: _code_page(0),
    Option.CODEPAGE_EXTRA: _code_page(1),
    Option.IDN: IDN,
}
