"""The members of a mirror that need no wait: what its handle shows and tells."""

from __future__ import annotations

from typing import (
    TYPE_CHECKING,
    Any,
    Concatenate,
    Generic,
    ParamSpec,
    TypeVar,
    overload,
)

from twinet._mirrors.retold import retold, told_as

if TYPE_CHECKING:
    from collections.abc import Callable

    from twinet._mirrors.mirror import Mirror

__all__ = ["Options", "Sets", "Shows", "asks", "shows_handle"]

H = TypeVar("H")
P = ParamSpec("P")
T = TypeVar("T")


def asks(call: Callable[Concatenate[H, P], T]) -> Callable[Concatenate[Any, P], T]:
    """Ask what a handle knows, in any thread."""
    name = call.__name__

    @told_as(call)
    def function(self: Any, /, *args: P.args, **kwargs: P.kwargs) -> T:
        answer: T = getattr(self._handle, name)(*args, **kwargs)
        return answer

    return function


class Shows(Generic[T]):
    """What a handle tells when it is asked."""

    def __init__(self, asked: Callable[[Any], T], words: str = "") -> None:
        self.__doc__ = words or retold(asked.__doc__ or "")

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, mirror: None, owner: type) -> Shows[T]: ...
    @overload
    def __get__(self, mirror: Mirror, owner: type) -> T: ...
    def __get__(self, mirror: Mirror | None, owner: type) -> Any:
        """Ask the handle, in this thread."""
        if mirror is None:
            return self
        return mirror._glass.shown(getattr(mirror._handle, self._name))


def shows_handle(asked: Callable[[Any], Any]) -> Shows[Any]:
    """Show another handle; of what kind its mirror is says the annotation."""
    return Shows(asked)


class Sets(Shows[T]):
    """What can be set on a handle as well."""

    def __set__(self, mirror: Mirror, value: T) -> None:
        """Set it, as calls are made."""
        handle = mirror._handle
        mirror._glass.call(handle, setattr, handle, self._name, value)


class Options:
    """The options of a mirror's handle, as ``twinet.Handle.options``."""

    __slots__ = ("_mirror",)

    def __init__(self, mirror: Mirror) -> None:
        self._mirror = mirror

    def __repr__(self) -> str:
        return f"<options of {self._mirror!r}>"

    def __getitem__(self, option: int) -> Any:
        handle = self._mirror._handle
        return self._mirror._glass.call(handle, handle.options.__getitem__, option)

    def __setitem__(self, option: int, value: Any) -> None:
        handle = self._mirror._handle
        self._mirror._glass.call(handle, handle.options.__setitem__, option, value)
