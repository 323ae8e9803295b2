"""Ears for secrets: they keep all that is told, logged, raised or shown."""

from __future__ import annotations

import re
import traceback
from base64 import b64encode, urlsafe_b64encode
from hashlib import md5, sha256
from typing import TYPE_CHECKING, Any

from twisted.logger import eventAsText, globalLogPublisher
from twisted.python.failure import Failure

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["Canary", "Ears"]


class Canary:
    """A secret that nothing else looks like, in whatever form it may sing.

    :param secret: it begins with letters and digits, which no encoding of text changes.
    :param user: and ``realms``: with what servers hash it.
    :ivar core: these letters and digits.
    """

    def __init__(self, secret: str, user: str = "", realms: Iterable[str] = ()) -> None:
        core = re.match("[A-Za-z0-9]{8,}", secret)
        assert core is not None, "it might be found in anything"
        self.core = core[0]
        self.secret = secret
        self.user = user
        self.realms = tuple(realms)

    def __repr__(self) -> str:
        return f"<Canary {self.core[:5]}...>"

    def forms(self) -> Iterator[tuple[str, str]]:
        """Yield a name and a text for each form that gives it away."""
        raw = self.core.encode()
        yield "itself", self.core
        yield "reversed", self.core[::-1]
        yield "in hex", raw.hex()
        yield "percent-encoded whole", "".join(f"%{byte:02X}" for byte in raw)
        for shift in range(3):
            # wherever it begins in what is encoded: without the ends, which depend
            # on what is beside it
            for encode in (b64encode, urlsafe_b64encode):
                inside = encode(bytes(shift) + raw)[4:-4].decode()
                yield f"in base64, shifted by {shift}", inside
        for realm in self.realms:
            known = f"{self.user}:{realm}:{self.secret}".encode()
            yield f"hashed for {realm}, by MD5", md5(known).hexdigest()
            yield f"hashed for {realm}, by SHA-256", sha256(known).hexdigest()


class Ears:
    """Keep all that is said, and tell whether a secret is in it.

    :param fail: whether a listener fails now and then, which is logged.
    """

    def __init__(self, *, fail: bool = False) -> None:
        self.seen: list[str] = []
        self._times = 0
        self._fail = fail

    # -- what is listened to

    def listen_to_logs(self) -> Any:
        """Hear all that is logged, at every level; call what is returned to end."""

        def keep(event: Any) -> None:
            self.seen.append(eventAsText(event))
            # The keys too: an observer may write them as JSON.
            self.seen.append(str({k: v for k, v in event.items() if k != "log_trace"}))

        observe: Any = keep  # its type
        globalLogPublisher.addObserver(observe)
        return lambda: globalLogPublisher.removeObserver(observe)

    def heard(self, news: Any) -> None:
        """Keep a notification, and all that it leads to."""
        self.seen.append(f"{news} {news!r} {news.info} {news.info!r} {news.context!r}")
        self.shown(news.handle)
        self.fail_now()

    def traced(self, record: Any) -> None:
        """Keep a record of a trace."""
        self.seen.append(f"{record} {record!r} {record.data!r}")
        self.fail_now()

    def shown(self, *things: Any) -> None:
        """Keep how things show themselves."""
        self.seen += [f"{thing} {thing!r}" for thing in things]

    def failed(self, failure: Failure | BaseException) -> None:
        """Keep all that an error shows, and what it comes from."""
        error: BaseException | None
        if isinstance(failure, Failure):
            self.seen.append(failure.getTraceback())
            error = failure.value
        else:
            error = failure
        if error is not None:
            self.seen += traceback.format_exception(error)
        while error is not None:
            self.seen.append(f"{error} {error!r} {error.args} {vars(error)}")
            error = error.__cause__ or error.__context__

    def fail_now(self) -> None:
        """Fail as listeners do, now and then: it takes its time."""
        self._times += 1
        if self._fail and self._times % 7 == 0:
            msg = "a listener that fails"
            raise ValueError(msg)

    # -- what they heard

    def sung(self, *canaries: Canary) -> list[str]:
        """Return a line for each form of each secret that was heard; begin anew."""
        assert self.seen, "nothing was heard at all"
        text = "\n".join(self.seen)
        lower = text.lower()
        self.seen.clear()
        return [
            f"{canary!r} {how}: {text[max(0, at - 300) : at + 80]!r}"
            for canary in canaries
            for how, form in canary.forms()
            if (at := lower.find(form.lower())) >= 0
        ]
