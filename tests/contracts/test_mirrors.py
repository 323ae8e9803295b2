"""The mirrors of the handles have all that the handles have, in the same words."""

from __future__ import annotations

import importlib
import inspect
import re
from typing import TYPE_CHECKING, Any

from twisted.trial.unittest import SynchronousTestCase

import twinet

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

HANDLES = (
    *("Handle", "Resource", "Session", "HttpConnection", "HttpRequest"),
    *("FtpConnection", "FtpFile", "FtpUpload", "FtpFind"),
    *("GopherConnection", "GopherFile", "GopherPage", "GopherFind"),
)
#: What needs no handle.
SINGLE_CALLS = ("download", "fetch", "listing")
#: What the parts of the library say to each other, and not to programs.
SEAM = re.compile(r"_|take_|tell_|(lane|lasting|called_from_outside|preconfigured)$")
#: What is no call of a program's, and what makes no sense in another kind of program.
LEFT_OUT = {
    "Session.treq": "treq's calls return Deferreds",
    "Session.delivery": "the room decides where callbacks are called",
    "HttpConnection.code_pages": "an option's",
    "HttpRequest.turn": "the pool's",
    "HttpRequest.ignores_offline": "the daemon's",
}
#: Words of what is asynchronous, in docstrings.
FOREIGN = re.compile(r"\b[Ff]ires?\b|Deferred|\basync\b|this is not the reactor")


def public_names(kind: type) -> Iterator[str]:
    """Give the names that programs use; what every object has is none."""
    for name in dir(kind):
        if not SEAM.match(name) and not hasattr(object, name):
            yield name


class Room:
    """The checks; each room of mirrors is one case."""

    name: str
    #: what it adds to the iteration and the blocks of its programs.
    protocol: tuple[str, ...]
    #: how a docstring speaks that belongs to another kind of program.
    foreign = FOREIGN

    def setUp(self: Any) -> None:
        self.room: ModuleType = importlib.import_module(self.name)

    def test_every_kind_of_handle_has_a_mirror(self: Any) -> None:
        """By the same name, and derived as there."""
        for name in HANDLES:
            mirror = getattr(self.room, name)
            self.assertIn(name, self.room.__all__)
            handle = getattr(twinet, name)
            for base in HANDLES:
                self.assertEqual(
                    issubclass(mirror, getattr(self.room, base)),
                    issubclass(handle, getattr(twinet, base)),
                    f"{name} of {base}",
                )

    def test_no_name_of_a_handle_is_forgotten(self: Any) -> None:
        """Whoever adds a call to a handle adds a line to its mirrors."""
        missing = [
            f"{self.name}.{kind}.{name}"
            for kind in HANDLES
            for name in public_names(getattr(twinet, kind))
            if not hasattr(getattr(self.room, kind), name)
            and f"{kind}.{name}" not in LEFT_OUT
        ]
        self.assertEqual(missing, [])

    def test_iteration_and_blocks_are_those_of_its_programs(self: Any) -> None:
        """Where a handle has ``async for``, its mirror can be iterated over."""
        iterate, enter, leave = self.protocol
        for kind in HANDLES:
            handle, mirror = getattr(twinet, kind), getattr(self.room, kind)
            self.assertTrue(hasattr(mirror, enter) and hasattr(mirror, leave), kind)
            self.assertEqual(
                hasattr(mirror, iterate), hasattr(handle, "__aiter__"), kind
            )

    def test_parameters_are_the_same(self: Any) -> None:
        """Names, defaults and kinds; what comes out is no Deferred."""
        checked = 0
        for kind in HANDLES:
            mirror = getattr(self.room, kind)
            for name in ("__init__", *public_names(getattr(twinet, kind))):
                call = inspect.getattr_static(getattr(twinet, kind), name)
                if not inspect.isfunction(call) or f"{kind}.{name}" in LEFT_OUT:
                    continue
                if name == "__init__" and kind != "Session":
                    continue
                mirrored = inspect.getattr_static(mirror, name)
                self.check_signature(call, mirrored, f"{kind}.{name}")
                checked += 1
        for name in SINGLE_CALLS:
            call, mirrored = getattr(twinet, name), getattr(self.room, name)
            self.check_signature(call, mirrored, name)
        self.assertGreater(checked, 80)

    def check_signature(self: Any, call: Any, mirrored: Any, name: str) -> None:
        """Compare a call with its mirror."""
        self.assertEqual(mirrored.__name__, call.__name__)
        there, here = inspect.signature(call), inspect.signature(mirrored)
        parameters = dict(there.parameters)
        # The room decides where callbacks are called.
        parameters.pop("delivery", None)
        self.assertEqual(list(parameters), list(here.parameters), name)
        self.assertEqual(
            [each.default for each in parameters.values()],
            [each.default for each in here.parameters.values()],
        )
        self.check_answer(here.return_annotation, there.return_annotation, name)

    def check_answer(self: Any, answer: str, there: str, name: str) -> None:
        """Look at what a call says it gives, and its handle's."""
        self.assertNotIn("Deferred", answer, name)

    def test_docstrings_speak_to_its_programs(self: Any) -> None:
        """Each member has one, without the words of what is asynchronous."""
        for kind in HANDLES:
            mirror = getattr(self.room, kind)
            told = {kind: mirror.__doc__}
            for name in public_names(mirror):
                member = inspect.getattr_static(mirror, name)
                told[f"{kind}.{name}"] = member.__doc__
                if inspect.isfunction(member):
                    self.assertIn(self.name, member.__module__)
                    self.assertEqual(member.__qualname__.split(".")[1], name)
            for name in SINGLE_CALLS:
                told[name] = getattr(self.room, name).__doc__
            for name, words in told.items():
                self.assertTrue(words, name)
                self.assertIsNone(self.foreign.search(words), f"{name}: {words}")


class Blocking(Room, SynchronousTestCase):
    """Those for threads and scripts."""

    name = "twinet.blocking"
    protocol = ("__iter__", "__enter__", "__exit__")


class Aio(Room, SynchronousTestCase):
    """Those for asyncio's tasks."""

    name = "twinet.aio"
    protocol = ("__aiter__", "__aenter__", "__aexit__")
    foreign = re.compile(r"\b[Ff]ires?\b|Deferred|this is not the reactor")

    def check_answer(self, answer: str, there: str, name: str) -> None:
        """See that what was a Deferred is a future."""
        super().check_answer(answer, there, name)
        waits = "Deferred" in there
        self.assertEqual(answer.startswith("asyncio.Future["), waits, name)
