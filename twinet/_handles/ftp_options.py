"""The options of the handles of FTP."""

from __future__ import annotations

from twinet._handles.option_access import COMMON, Access, limit
from twinet.options import Option

__all__ = ["FTP_OPTIONS"]

FTP_OPTIONS: dict[Option, Access] = {
    **COMMON,
    # What is sent on the control connection is answered, and the answer has the limit.
    Option.SEND_TIMEOUT: limit("ftp_reply", zero_is_none=True),
    Option.RECEIVE_TIMEOUT: limit("ftp_reply", zero_is_none=True),
    Option.LISTEN_TIMEOUT: limit("connect"),
    Option.URL: Access(lambda handle: handle.url),
}
