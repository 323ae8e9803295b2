"""A cookie, as jars keep it and programs look at it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    #: The three words of the SameSite attribute, in lower case.
    SameSite = Literal["strict", "lax", "none"]

__all__ = ["Cookie"]


# Not frozen, because its last use is written at each request.  Read it only.
@dataclass(slots=True, repr=False, eq=False)
class Cookie:
    """One cookie of a jar; read it, do not change it.

    :ivar name: may be empty; such a cookie is sent as its value alone.
    :ivar value: a secret more often than not, so that ``repr`` does not show it.
    :ivar domain: the host that set it, or the domain that it was set for; lower case,
        ASCII, without a dot before it.
    :ivar path: the beginning of the paths that it goes to.
    :ivar host_only: whether it goes back to that host alone, and not to those below.
    :ivar secure: whether it goes over https alone.
    :ivar http_only: whether it is hidden from what stands for the scripts of a page
        (``InternetGetCookie``).
    :ivar same_site: ``strict``, ``lax`` or ``none``; ``None`` if it did not say.
    :ivar expires: in seconds since 1970; ``None`` ends with the session.
    :ivar created: a number, lower than that of cookies that were set later.
    :ivar last_access: the same for its last use.
    """

    name: str
    value: str
    domain: str
    path: str = "/"
    host_only: bool = True
    secure: bool = False
    http_only: bool = False
    same_site: SameSite | None = None
    expires: float | None = None
    created: int = 0
    last_access: int = 0

    @property
    def persistent(self) -> bool:
        """Whether it says when it ends; else it ends with the session."""
        return self.expires is not None

    def __repr__(self) -> str:
        return f"<Cookie {self.name} of {self.domain}{self.path}>"
