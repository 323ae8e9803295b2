"""The options of a handle: one way to ask and to set, by WinINet's numbers.

Most options are attributes of the handles too; this is for those who know them by
their numbers, and for what the numbers promise: an unknown one is 12009, one that
lives on another kind of handle 12018, one that can only be read 12011.  What each kind
of handle has stands in a table of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twinet._handles.connection_options import CONNECTION_OPTIONS
from twinet._handles.ftp_options import FTP_OPTIONS
from twinet._handles.gopher_options import GOPHER_OPTIONS
from twinet._handles.request_options import REQUEST_OPTIONS
from twinet._handles.session_options import SESSION_OPTIONS
from twinet.errors import (
    IncorrectHandleType,
    InternetError,
    InvalidOperation,
    InvalidOption,
    OptionNotSettable,
)
from twinet.flags import HandleType
from twinet.options import OPTIONS, Kind, Option

if TYPE_CHECKING:
    from twinet._handles.handle import Handle
    from twinet._handles.option_access import Access

__all__ = ["HandleOptions"]

#: The places where an option may live to be found at a kind of handle, and the table
#: of what is found there.  What Windows keeps for the process is a session's here.
_TABLES = {
    HandleType.INTERNET: ({Kind.SESSION, Kind.PROCESS}, SESSION_OPTIONS),
    HandleType.CONNECT_HTTP: ({Kind.CONNECTION}, CONNECTION_OPTIONS),
    HandleType.HTTP_REQUEST: ({Kind.REQUEST}, REQUEST_OPTIONS),
    HandleType.CONNECT_FTP: ({Kind.FTP}, FTP_OPTIONS),
    HandleType.FTP_FILE: ({Kind.FTP}, FTP_OPTIONS),
    HandleType.FTP_FIND: ({Kind.FTP}, FTP_OPTIONS),
    **dict.fromkeys(
        (
            HandleType.CONNECT_GOPHER,
            HandleType.GOPHER_FIND,
            HandleType.GOPHER_FIND_HTML,
            HandleType.GOPHER_FILE,
        ),
        ({Kind.LEAF}, GOPHER_OPTIONS),
    ),
}
#: Asked of a handle they are not said to live elsewhere, but to be impossible.
_IMPOSSIBLE_ELSEWHERE = frozenset(
    (
        Option.MAX_CONNS_PER_SERVER,
        Option.MAX_CONNS_PER_1_0_SERVER,
        Option.MAX_CONNS_PER_PROXY,
    )
)


class HandleOptions:
    """``handle.options[Option.CONNECT_TIMEOUT] = 5``.

    Times are seconds here, ``None`` is no limit.  What is set acts on the handle and
    on those made under it later; what Windows has for the whole process, on the
    session.

    :raises InvalidHandle: 6, the handle is closed.
    :raises InvalidOption: 12009, there is no such option, it does not work in this
        version (the text says what is missing), or it is an act and cannot be read.
    :raises InvalidOperation: 12016, a limit of connections on a handle that is no
        session.
    :raises IncorrectHandleType: 12018, it lives on another kind of handle.
    :raises IncorrectHandleState: 12019, there is no answer yet, no TLS, or the request
        has been made or sent.
    :raises OptionNotSettable: 12011, it can only be read.
    :raises BadArguments: 160, a time of 0, or no connection at all.
    :raises InvalidParameter: 87, a value that the option cannot have.
    :source: InternetQueryOption, InternetSetOption.
    """

    __slots__ = ("_handle",)

    def __init__(self, handle: Handle) -> None:
        self._handle = handle

    def __repr__(self) -> str:
        return f"<options of {self._handle!r}>"

    def __getitem__(self, option: int) -> Any:
        access = self._access(option)
        if access.read is None:
            msg = f"setting {Option(option).name} is an act; there is nothing to read"
            raise InvalidOption(msg)
        return access.read(self._handle)

    def __setitem__(self, option: int, value: Any) -> None:
        access = self._access(option)
        if access.write is None:
            msg = f"the option {Option(option).name} can only be read"
            raise OptionNotSettable(msg)
        access.write(self._handle, value)

    def _access(self, option: int) -> Access:
        handle = self._handle
        handle._check_alive()
        try:
            option = Option(option)
        except ValueError:
            msg = f"there is no option {option!r}; see twinet.options.Option"
            raise InvalidOption(msg) from None
        row = OPTIONS[option]
        places, table = _TABLES[handle.handle_type]
        if not places & row.kinds:
            raise _elsewhere(option, handle)
        if row.missing:
            msg = f"the option {option.name} does not work: {row.missing}"
            raise InvalidOption(msg)
        access = table.get(option)
        if access is None:
            raise _elsewhere(option, handle)
        return access


def _elsewhere(option: Option, handle: Handle) -> InternetError:
    where = " or ".join(_WORDS[kind] for kind in Kind if kind in OPTIONS[option].kinds)
    msg = f"the option {option.name} is none of {handle}; it is one of {where}"
    if option in _IMPOSSIBLE_ELSEWHERE:
        return InvalidOperation(msg)
    return IncorrectHandleType(msg)


_WORDS = {
    Kind.PROCESS: "a session",
    Kind.SESSION: "a session",
    Kind.CONNECTION: "a connection",
    Kind.REQUEST: "a request",
    Kind.FTP: "an FTP handle",
    Kind.LEAF: "what a URL was opened as",
}
