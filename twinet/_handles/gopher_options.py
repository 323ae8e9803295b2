"""The options of the handles of Gopher."""

from __future__ import annotations

from twinet._handles.option_access import COMMON, Access
from twinet.options import Option

__all__ = ["GOPHER_OPTIONS"]

GOPHER_OPTIONS: dict[Option, Access] = {
    **COMMON,
    Option.URL: Access(lambda handle: handle.url),
}
