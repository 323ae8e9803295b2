"""A listing: MLSD where the server knows it, else LIST (RFC 3659, RFC 959)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from twinet._ftp.refusal import unknown
from twinet._ftp.retrieval import Retrieval
from twinet.errors import ExtendedError

if TYPE_CHECKING:
    from twinet._ftp.login import Login
    from twinet._ftp.operation import Operation
    from twinet._ftp.retrieval import Reader
    from twinet._wire.ftp_features import Features

    Kind = Literal["mlsd", "list"]

__all__ = ["begin_listing"]

#: What MLSD is to tell, where it can be told to.
_FACTS = ("type", "size", "modify")
#: How some servers say that a directory is empty.
_EMPTY = re.compile(r"[45]50.*\bno (?:such )?files\b", re.IGNORECASE | re.DOTALL)


async def begin_listing(
    login: Login, operation: Operation, directory: str, reader: Reader
) -> tuple[Retrieval | None, Kind]:
    """Have a listing begun; return where it comes from, and in which form.

    :param directory: empty is the current one.
    :returns: no retrieval when the server says that there is nothing.
    :raises InternetError: the server refuses.
    """
    await login.speak_utf8(operation)
    features = await login.features(operation)
    await login.set_type(operation, "A")
    if features.mlst and login.knows("MLSD"):
        await _choose_facts(login, operation, features)
        retrieval = Retrieval(login, login.line("MLSD", directory), reader)
        try:
            await retrieval.begin(operation)
        except ExtendedError:
            last = login.control.last
            if login.control.over is not None or last is None or not unknown(last):
                raise
            login.forget("MLSD")
        else:
            return retrieval, "mlsd"
    if directory.startswith("-"):
        # Servers hand it to ls, which would take it for an option.
        directory = f"./{directory}"
    retrieval = Retrieval(login, login.line("LIST", directory), reader)
    try:
        await retrieval.begin(operation)
    except ExtendedError as error:
        if _EMPTY.match(error.server_text or "") is None:
            raise
        return None, "list"
    return retrieval, "list"


async def _choose_facts(login: Login, operation: Operation, features: Features) -> None:
    """Have MLSD tell what an entry holds, once for a login."""
    wanted = features.facts_to_ask(_FACTS)
    if wanted is not None and login.knows("OPTS MLST"):
        login.forget("OPTS MLST")
        # Whatever it answers: what it does not tell is not known then.
        await login.ask(operation, login.line("OPTS", wanted))
