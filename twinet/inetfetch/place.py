"""The place of the daemon: where it listens, and the token that it wants.

The environment says so, else what the daemon wrote into its state folder, else the
defaults.  Everything here is looked up anew for each command.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from twinet.inetfetch.command.report import Exit, Trouble

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Place", "find_place", "state_dir"]

DEFAULT_URL = "http://127.0.0.1:6800"
#: A token is 43 letters or so; more is some other file (bytes).
_TOKEN_MOST = 4096


@dataclass(frozen=True, slots=True)
class Place:
    """Where the daemon is.

    :ivar url: its base URL, without a slash at the end.
    :ivar token: what proves that we may; ``None`` when there is none.
    :ivar token_file: where the token was looked for.
    :ivar guessed: nobody said where the daemon is: it is the default.
    """

    url: str
    token: str | None
    token_file: Path
    guessed: bool = False

    def __repr__(self) -> str:
        return f"<Place {self.url} {self.token_file}>"  # never the token


def state_dir(environment: Mapping[str, str]) -> Path:
    """Return the daemon's state folder, which may not be there."""
    given = environment.get("INETFETCH_STATE_DIR")
    if given:
        return _expanded(given)
    state = environment.get("XDG_STATE_HOME")
    # A relative path must be ignored (XDG Base Directory Specification 0.8).
    if state and Path(state).is_absolute():
        return Path(state) / "inetfetch"
    return _expanded("~") / ".local" / "state" / "inetfetch"


def _expanded(path: str) -> Path:
    try:
        return Path(path).expanduser()
    except RuntimeError:  # no home folder for this user
        return Path(path)


def find_place(environment: Mapping[str, str]) -> Place:
    """Return where the daemon is.

    :raises Trouble: a file that should say so cannot be read.
    """
    folder = state_dir(environment)
    told = environment.get("INETFETCH_URL") or _written_url(folder)
    url = told or DEFAULT_URL
    given = environment.get("INETFETCH_TOKEN_FILE")
    token_file = Path(given) if given else folder / "token"
    token = _token(token_file, must_be=bool(given))
    return Place(url.rstrip("/"), token, token_file, guessed=told is None)


def _written_url(folder: Path) -> str | None:
    """Return the address that a daemon wrote down when it began to listen."""
    path = folder / "daemon.json"
    try:
        told = json.loads(path.read_bytes())
        url = told["url"]
    except FileNotFoundError:
        return None
    except OSError as error:
        raise Trouble(
            f"cannot read {path}: {error.strerror}; "
            "name the daemon's address in INETFETCH_URL",
            Exit.LOCAL,
        ) from error
    except (ValueError, KeyError, TypeError):
        told, url = {}, None
    if url is None and "listen" in told:
        raise Trouble(
            f"the daemon listens on {told['listen']}, which cannot be reached over "
            "TCP; give it a tcp: or ssl: endpoint (twistd -n inetfetch --listen)",
            Exit.CONNECT,
        )
    if not isinstance(url, str):
        raise Trouble(
            f"{path} does not say where the daemon is; restart the daemon, "
            "or name its address in INETFETCH_URL",
            Exit.LOCAL,
        )
    return url


def _token(path: Path, *, must_be: bool) -> str | None:
    try:
        with path.open("rb") as file:
            token = file.read(_TOKEN_MOST + 1).strip()
    except FileNotFoundError:
        if not must_be:
            return None  # the daemon never ran here; it will say if it wants one
        raise Trouble(
            f"INETFETCH_TOKEN_FILE names {path}, and there is no such file", Exit.LOCAL
        ) from None
    except OSError as error:
        raise Trouble(
            f"cannot read the daemon's token from {path}: {error.strerror}; run this "
            "as the user who runs the daemon, or name a copy in INETFETCH_TOKEN_FILE",
            Exit.LOCAL,
        ) from error
    # It becomes part of a header field: blanks and controls have no place in it.
    if len(token) > _TOKEN_MOST or not re.fullmatch(rb"[\x21-\x7e]+", token):
        raise Trouble(
            f"{path} does not hold a token; remove it and restart the daemon, "
            "which makes a new one",
            Exit.LOCAL,
        )
    return token.decode("ascii")
