"""What the calls of a handle say of themselves, told of their mirrors."""

from __future__ import annotations

import inspect
import re
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    Words = tuple[tuple[re.Pattern[str], str], ...]


__all__ = ["FOR_TASKS", "FOR_THREADS", "as_in", "retold", "told_as"]

P = ParamSpec("P")
T = TypeVar("T")


def _words(*pairs: tuple[str, str]) -> Words:
    return tuple((re.compile(pattern), words) for pattern, words in pairs)


#: The words of a call that returns a Deferred, and those of one that returns its
#: value, or is awaited.  What is not among them is seen by a contract test.
_WORDS = _words(
    (r"\bFire with\b", "Return"),
    (r"\bFire when\b", "Return when"),
    (r"\bfires with\b", "returns"),
    (r"\bits Deferred fires\b", "returns"),
    (r":returns: fires when", ":returns: when"),
    (r"\bfires\b", "returns"),
    (r"\bfire\b", "return"),
    (r"\n *:param delivery:.*(?:\n {8,}.*)*", ""),
)
#: What is said to programs whose calls block, in any thread.
FOR_THREADS = _words(
    (r"\basync (for|with)\b", r"\1"),
    (r"(;|,)?\s+or\s+this is not the reactor's thread", ""),
    (r"\n *:raises InvalidParameter: 87, this is not the reactor's thread\.", ""),
)
#: What is said to the tasks of an event loop.
FOR_TASKS = _words((r"\bthis is not the reactor's thread\b", "this is another loop"))
_DEFERRED = re.compile(r"Deferred\[((?:[^\[\]]|\[[^\[\]]*\])*)\]")


def retold(text: str, also: Words = ()) -> str:
    """Return a docstring as a mirror says it.

    :param also: the words of one kind of programs.
    """
    for pattern, words in _WORDS + also:
        text = pattern.sub(words, text)
    return text


def told_as(
    call: Callable[..., Any], gives: str = r"\1", also: Words = ()
) -> Callable[[Callable[P, T]], Callable[P, T]]:
    r"""Give a function the name, the signature and the words of a handle's call.

    :param gives: what it gives instead of ``Deferred[X]``; ``\1`` is X.
    """

    def decorate(function: Callable[P, T]) -> Callable[P, T]:
        _rename(function, call, gives, also)
        return function

    return decorate


def _rename(
    function: Callable[..., Any], call: Callable[..., Any], gives: str, also: Words
) -> None:
    name = call.__name__
    function.__name__ = name
    # So that a line of a traceback names the call.
    function.__code__ = function.__code__.replace(co_name=name, co_qualname=name)
    function.__doc__ = retold(call.__doc__ or "", also)
    signature = inspect.signature(call)
    answer = signature.return_annotation
    if isinstance(answer, str):
        answer = _DEFERRED.sub(gives, answer)
    parameters = signature.parameters.values()
    function.__signature__ = signature.replace(  # type: ignore[attr-defined]  # PEP 362
        # Where callbacks are called is not the program's to choose.
        parameters=[each for each in parameters if each.name != "delivery"],
        return_annotation=answer,
    )


def as_in(
    call: Callable[Concatenate[Any, P], None],
) -> Callable[[Callable[..., None]], Callable[Concatenate[Any, P], None]]:
    """Give the ``__init__`` of a mirror the parameters of its handle's."""

    def decorate(function: Callable[..., None]) -> Callable[..., None]:
        _rename(function, call, "", ())
        return function

    return decorate
