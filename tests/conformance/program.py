"""The program of a scenario: its steps, done through ``twinet.wininet``.

It runs in a thread of its own, as the recorded program ran in its main thread, and
writes down what it sees in the form that the recordings have.  The reactor runs
elsewhere.
"""

from __future__ import annotations

import tempfile
import threading
import time
from concurrent.futures import Future
from pathlib import Path
from typing import TYPE_CHECKING, Any

import twinet
from tests.conformance.arguments import Unknown, arguments_of, plain
from tests.conformance.buffers import BUFFERED, buffer_of, handle_in
from tests.conformance.names import Names
from tests.conformance.servers import Servers
from twinet import wininet
from twinet.errors import InternetError

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conformance.recording import Event, Recording

__all__ = ["QUIET", "WAYS", "Program", "Unknown"]

#: Where callbacks run: the four deliveries.
WAYS = ("reactor", "pool", "queue", "caller")
#: After a call that was pending, until nothing has happened for so long (seconds).
QUIET = 0.04
#: Nothing in a scenario may take longer (seconds).
_LIMIT = 20.0
#: What reads: its bytes are the recorded buffers.
_PENDING = 997


class Hung(Exception):  # noqa: N818  what happened
    """Something that the scenario waits for does not happen."""


class Program:
    """One run of a scenario.

    :param way: one of :data:`WAYS`.
    :param quiet: how long nothing must have happened before the next step.
    :ivar events: what the program saw.
    :ivar wire: what the servers saw.
    """

    def __init__(
        self, recording: Recording, way: str, reactor: Any, quiet: float = QUIET
    ) -> None:
        self._recording = recording
        self._quiet = quiet
        self._reactor = reactor
        self.way = "caller" if recording.synchronous else way
        if any(
            step.get("hook", {}).get("action") == "block" for step in recording.steps
        ):
            # A callback that blocks needs a thread that may be blocked.
            self.way = "pool"
        self._lock = threading.RLock()
        if self.way == "caller" and any(
            step.get("hook", {}).get("status") == "REQUEST_COMPLETE"
            for step in recording.steps
        ):
            msg = "a blocking session tells no REQUEST_COMPLETE"
            raise Unknown(msg)
        self._step = 0
        self.events: list[Event] = []
        self._queue: twinet.QueueDelivery | None = None
        self._names = Names()
        self._callbacks = {name: self._callback(name) for name in "ABC"}
        self._hooks: list[dict[str, Any]] = []
        self._holds: dict[int, threading.Event] = {}
        self._held: set[int] = set()
        #: the steps whose call was pending when it was recorded.
        self._waited = {
            event["step"]
            for event in recording.events
            if event.get("returns") == "pending"
        }
        self._undumped: list[tuple[str, Any]] = []
        self._threads: list[threading.Thread] = []
        self._open_calls = 0
        self._changed = time.monotonic()
        self.servers = Servers(recording.servers, lambda: self._step)
        #: where the program's own files are.
        self._local = tempfile.TemporaryDirectory(prefix="twinet-replay-")
        #: what became of them.
        self.files: dict[str, str] = {}

    @property
    def wire(self) -> list[Event]:
        """What the servers saw."""
        return self.servers.wire

    def run(self) -> None:
        """Do all steps; what is left at the end is closed."""
        wininet_jar().clear()
        local = Path(self._local.name)
        for name, text in self._recording.files_before.items():
            (local / name).write_bytes(text.encode("latin-1"))
        try:
            for number, step in enumerate(self._recording.steps):
                self._step = number
                self._do(step)
            for thread in self._threads:
                thread.join(_LIMIT)
        finally:
            self._step = len(self._recording.steps)
            for hold in self._holds.values():
                hold.set()
            self._finish()

    def _finish(self) -> None:
        self.servers.over = True
        session = self._names.handle("S")
        if session is not None and session.alive:
            _ended(wininet.InternetCloseHandle(session))
        self.servers.stop()
        with self._local as local:
            self.files = {
                path.name: path.read_bytes().decode("latin-1")
                for path in Path(local).iterdir()
            }

    def _filled(self, text: str) -> str:
        """Put ports and the folder of local files into an argument."""
        if text.startswith("{local}"):
            return str(Path(self._local.name, text.removeprefix("{local}\\")))
        return self.servers.with_ports(text)

    # -- the steps

    def _do(self, step: dict[str, Any]) -> None:
        if "call" in step:
            self._call_step(step)
        elif "gate" in step:
            self._note({"event": "gate opened", "gate": step["gate"]})
            self.servers.gates[step["gate"]].set()
            self._settle()
        elif "sleep" in step:
            until = time.monotonic() + max(step["sleep"], self._quiet)
            self._await(lambda: time.monotonic() >= until)
        elif "hook" in step:
            self._hooks.append(step["hook"])
        elif "release" in step:
            self._note({"event": "callback let go", "hold": step["release"]})
            self._holds[step["release"]].set()
            self._settle()
        elif "dump" in step:
            self._dump()
        else:
            self._wait_step(step)

    def _wait_step(self, step: dict[str, Any]) -> None:
        match step["wait"]:
            case "complete":
                self._await(lambda: self._completed() >= step["count"])
            case "status":
                self._await(lambda: self._has_come(step["status"]))
            case "request":
                self._await(lambda: self.servers.requests >= step["count"])
            case "held":
                self._await(lambda: step["hold"] in self._held)
        self._settle()

    def _completed(self) -> int:
        if self.way == "caller":
            # Nothing announces the end of a call: it returns.
            return sum(
                "returns" in event and event["step"] in self._waited
                for event in self.events
            )
        return sum(e.get("status") == "REQUEST_COMPLETE" for e in self.events)

    def _has_come(self, status: str) -> bool:
        return any(e.get("status") == status for e in self.events)

    def _call_step(self, step: dict[str, Any]) -> None:
        name = step["call"]
        waits = step.get("wait", True)
        if self._recording.needs_ftp:
            # the recorded login blocked, and what blocked had a thread of its own
            waits = (waits and not step.get("thread")) or name == "InternetConnect"
        if self.way == "caller" and not waits and name != "InternetCloseHandle":
            later: Future[Any] = Future()
            self._undumped.append((name, later))
            thread = threading.Thread(
                target=self._call, args=(step, later), daemon=True
            )
            self._threads.append(thread)
            thread.start()
            # It is blocked, or has returned, before the next step.
            self._settle()
            return
        result = self._call(step)
        if isinstance(result, Future) and waits:
            self._await(result.done)
        if isinstance(result, Future) or self.way in {"pool", "queue"} or _acts(name):
            self._settle()
        elif self._recording.needs_ftp and name == "InternetCloseHandle":
            # the server sees it a little later
            self._changed = time.monotonic()
            self._settle()
        if isinstance(result, Future):
            if waits:
                self._name_late(step, result)
                self._buffer(name, result)
            else:
                self._undumped.append((name, result))

    def _call(self, step: dict[str, Any], later: Future[Any] | None = None) -> Any:
        """Call a function and write down what it gives.

        :param later: takes it, if the program looks at it in another step.
        """
        name = step["call"]
        event: Event = {"event": "call", "step": self._step, "function": name}
        plan = {k: v for k, v in step.items() if k not in {"call", "as", "wait"}}
        event["arguments"] = {k: v for k, v in plan.items() if k != "on"}
        if "on" in step:
            event["arguments"]["handle"] = step["on"]
        if "as" in step:
            self._names.expect(step["as"])
        function = getattr(wininet, name, None)
        if function is None:
            self._note(event | {"returns": "missing"})
            raise_missing(name, step)
            return None
        args, kwargs = arguments_of(
            step, self._handle_of(step), self._lookup, self._filled
        )
        if name == "InternetOpen":
            args, kwargs = self._open_arguments(args, kwargs)
        self._note(event)
        self._open_calls += 1
        try:
            result = function(*args, **kwargs)
        except InternetError as error:
            event.update(returns="failed", error_number=error.code)
            result = None
        else:
            self._describe(event, step, result)
        finally:
            self._open_calls -= 1
        if later is not None:
            event.pop("out", None)
            later.set_result(result)
        elif not isinstance(result, Future):
            self._immediate_buffer(name, event, result)
        return result

    def _open_arguments(self, args: list[Any], kwargs: dict[str, Any]) -> Any:
        kwargs["reactor"] = self._reactor
        if self.way == "caller":
            kwargs["flags"] &= ~int(wininet.INTERNET_FLAG_ASYNC)
        elif self.way == "pool":
            kwargs["delivery"] = twinet.PoolDelivery()
        elif self.way == "queue":
            self._queue = kwargs["delivery"] = twinet.QueueDelivery()
        return args, kwargs

    def _handle_of(self, step: dict[str, Any]) -> Any:
        return self._names.handle(step.get("on", ""))

    def _lookup(self, name: str) -> Any:
        return self._callbacks.get(name)

    # -- what comes back

    def _describe(self, event: Event, step: dict[str, Any], result: Any) -> None:
        name = step["call"]
        closing = name == "InternetCloseHandle"
        if isinstance(result, Future) and not closing:
            event.update(returns="pending", error_number=_PENDING)
        elif closing:
            event["returns"] = "ok"
            if isinstance(result, Future):
                self._await(result.done)
        elif (handle := handle_in(result)) is not None and "as" in step:
            self._names.give(handle, step["as"])
            event["returns"] = f"handle {step['as']}"
        elif name == "InternetGetLastResponseInfo":
            code, text = result
            event["returns"] = "ok"
            event["out"] = {"value": text, "response_error": code}
        elif name == "InternetSetStatusCallback":
            letter = next(
                (n for n, c in self._callbacks.items() if c is result), "none"
            )
            event["returns"] = f"previous callback: {letter}"
        elif name in {"InternetSetFilePointer", "FtpGetFileSize"}:
            event["returns"] = result
        else:
            event["returns"] = "ok"
            self._describe_value(event, result)

    def _describe_value(self, event: Event, result: Any) -> None:
        value = plain(result, self._names.of)
        if isinstance(value, str):
            event["out"] = {"value": self._ports_back(value)}
        elif isinstance(value, int) and not isinstance(result, bool):
            event["out"] = {"number": value}

    def _immediate_buffer(self, name: str, event: Event, result: Any) -> None:
        done = event.get("returns") == "ok" or isinstance(result, tuple)
        if done and name.startswith(BUFFERED):
            event.pop("out", None)
            self._buffer(name, result)

    def _buffer(self, name: str, result: Any) -> None:
        if not name.startswith(BUFFERED):
            return
        value = result
        if isinstance(result, Future):
            if result.exception(_LIMIT) is not None:
                return
            value = result.result()
        if value is None:
            # It failed, in a thread of its own.
            return
        if "no_data" not in self._recording.steps[self._step]:
            self._note(buffer_of(value))

    def _name_late(self, step: dict[str, Any], result: Future[Any]) -> None:
        """Name a handle that nothing has told of: its context is 0."""
        if "as" in step and result.exception(_LIMIT) is None:
            handle = handle_in(result.result())
            if handle is not None and self._names.of(handle, None) is None:
                self._names.give(handle, step["as"])

    def _dump(self) -> None:
        left = []
        for name, result in self._undumped:
            if result.done():
                self._buffer(name, result)
            else:
                left.append((name, result))
        self._undumped = left

    # -- callbacks

    def _callback(self, letter: str) -> Callable[..., None]:
        def callback(handle: Any, context: Any, status: Any, info: Any, length: int):
            self._told(letter, handle, context, status, info, length)

        return callback

    def _told(
        self,
        letter: str,
        handle: Any,
        context: Any,
        status: Any,
        info: Any,
        length: int,
    ) -> None:
        with self._lock:
            if status == wininet.INTERNET_STATUS_HANDLE_CREATED:
                self._names.created(info)
            event: Event = {
                "event": "notification",
                "step": self._step,
                "callback": letter,
                "handle": self._names.of(handle),
                "kind": self._names.kind(handle),
                "context": context,
                "status": status.name,
                "info_length": length,
                "inside_call": bool(self._open_calls),
            }
            if status == wininet.INTERNET_STATUS_REQUEST_COMPLETE:
                event.update(self._completion(info))
            else:
                event["info"] = self._info(info)
            self._changed = time.monotonic()
            self.events.append(event)
            hook = self._hook(event)
        if hook is not None:
            self._act(hook, event)

    def _completion(self, info: Any) -> Event:
        """Give the result and the error as Windows has them."""
        result, error = info
        if error:
            said = wininet.InternetGetLastResponseInfo()[1]
            end = {"result": 0, "error_number": error}
            return end | ({"last_response": said} if said else {})
        if isinstance(result, twinet.Handle):
            return {"result": f"handle {self._names.of(result)}", "error_number": 0}
        number = isinstance(result, int) and not isinstance(result, bool)
        # that of FtpPutFile is ours alone
        if number and not self._recording.needs_ftp:
            # The count of InternetQueryDataAvailable comes in the error's place.
            return {"result": 1, "error_number": result}
        return {"result": 1, "error_number": 0}

    def _info(self, info: Any) -> Any:
        if isinstance(info, twinet.Handle):
            return f"handle {self._names.of(info)}"
        return self._ports_back(info) if isinstance(info, str) else info

    def _ports_back(self, text: str) -> str:
        for name, port in self.servers.ports.items():
            text = text.replace(f":{port}", f":{{{name}}}")
        return text

    def _hook(self, event: Event) -> dict[str, Any] | None:
        for hook in self._hooks:
            names = {event["handle"], str(event.get("info")).removeprefix("handle ")}
            if hook["status"] == event["status"] and hook["on"] in names:
                self._hooks.remove(hook)
                return hook
        return None

    def _act(self, hook: dict[str, Any], event: Event) -> None:
        match hook["action"]:
            case "close":
                target = str(hook.get("target", event["handle"]))
                call: Event = {
                    "event": "call",
                    "step": self._step,
                    "function": "InternetCloseHandle",
                    "made_inside_notification": True,
                    "arguments": {"handle": target},
                }
                self._note(call)
                try:
                    wininet.InternetCloseHandle(self._names.handle(target))
                except InternetError as error:
                    call.update(returns="failed", error_number=error.code)
                else:
                    call["returns"] = "ok"
            case "block":
                number = hook["hold"]
                hold = self._holds.setdefault(number, threading.Event())
                self._note({"event": "callback held", "hold": number})
                self._held.add(number)
                hold.wait(_LIMIT)

    # -- waiting

    def _note(self, event: Event) -> None:
        with self._lock:
            event.setdefault("step", self._step)
            self._changed = time.monotonic()
            self.events.append(event)

    def _settle(self) -> None:
        """Wait until nothing has happened for a moment."""
        self._await(lambda: time.monotonic() - self._changed > self._quiet)

    def _await(self, happened: Callable[[], bool]) -> None:
        limit = time.monotonic() + _LIMIT
        while not happened():
            if time.monotonic() > limit:
                msg = f"step {self._step} waits for what does not happen"
                raise Hung(msg)
            if self._queue is not None:
                self._queue.deliver(0.002)
            else:
                threading.Event().wait(0.005)


def _acts(name: str) -> bool:
    """Tell whether a function may cause something to happen after it has returned."""
    return name.startswith(("HttpSend", "HttpEnd", "InternetOpenUrl", "Ftp", *BUFFERED))


def wininet_jar() -> Any:
    """Return the cookies that all sessions of the door share."""
    return wininet.cookies.JAR


def raise_missing(name: str, step: dict[str, Any]) -> None:
    """Refuse a scenario that needs a function which does not exist yet.

    A call that is made to fail, on a handle that is none, needs nothing of it.
    """
    if step.get("on") != "nothing":
        msg = f"twinet.wininet has no {name}"
        raise Unknown(msg)


def _ended(result: Any) -> Any:
    return result.result(_LIMIT) if isinstance(result, Future) else result
