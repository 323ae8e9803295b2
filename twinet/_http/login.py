"""The login: what one request says of who it is, to its server or to a proxy.

Theory of operation.  Before each sending ``value`` is asked for what goes into the
Authorization (or Proxy-Authorization) field; after each answer the login is told,
either ``met``, when it was a challenge (401, 407), or ``accepted``.

There are three steps at most.  *Ahead*: something may be said before it is asked for,
when the place is known.  A refusal of that is none of the user's: the nonce may be
unknown to a server that was started anew.  *Answered*: the challenge is met, with the
strongest of what it offers.  *Stale*: the server takes back the nonce that it gave,
once.  Whatever asks for more than that gets no answer, and its challenge is the
program's: a weaker scheme is not tried after a stronger one, as whoever sits on the
line could ask for that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from twinet._http.offer import basic_answer, offers_of
from twinet._wire.challenge import read_parameters

if TYPE_CHECKING:
    from collections.abc import Iterable

    from twinet._http.login_memory import LoginMemory
    from twinet._http.offer import Offer
    from twinet._http.protection_space import Place, ProtectionSpace
    from twinet._wire.digest import DigestAnswer, DigestSession, DigestSubject
    from twinet._wire.http1 import Head
    from twinet.records import Credentials

__all__ = ["Eagerness", "Login"]


class Eagerness(NamedTuple):
    """What is said before it is asked for; Digest where it is remembered, always.

    :ivar again: Basic, to whoever has asked before.
    :ivar at_once: Basic, to whoever has not asked.
    """

    again: bool = False
    at_once: bool = False


class _Papers(NamedTuple):
    """Who one says one is, and to whom; what went out last, or goes out next.

    :ivar space: ``None`` before it has asked.
    :ivar session: Digest's; ``None`` is Basic.  Its own, as another request may be
        challenged meanwhile and begin a new one.
    """

    who: Credentials
    space: ProtectionSpace | None = None
    session: DigestSession | None = None


class Login:
    """One request at one place.

    :param subject: the request as Digest sees it.
    :param target: the path that is asked for.
    :param given: who the request says it is; without that the memory is asked.
    """

    # Defaults, because most are never asked.
    _papers: _Papers | None = None
    #: whether the papers answer a challenge, and were not shown before one.
    _answered = False
    _was_stale = False
    #: what went out last, when it was Digest's.
    _answer: DigestAnswer | None = None

    def __init__(
        self,
        memory: LoginMemory,
        place: Place,
        subject: DigestSubject,
        target: str,
        given: Credentials | None,
        eagerness: Eagerness,
    ) -> None:
        self._memory = memory
        self._place = place
        self._subject = subject
        self._target = target
        if given is not None and not given.password:
            # Only the user name was said.
            given = memory.known_at(place, given.username) or given
        self._given = given
        self._eagerness = eagerness

    def __repr__(self) -> str:
        return f"<Login at {self._place.host}:{self._place.port}>"

    def value(self) -> bytes:
        """Return what the field holds in the next sending; empty: there is none.

        Each call counts as one use of a nonce.
        """
        if self._papers is None:
            self._papers = self._foreseen()
        self._answer = None
        if self._papers is None:
            return b""
        who, space, session = self._papers
        if session is None:
            return basic_answer(who, utf8=space is not None and space.utf8)
        self._answer = session.answer(who, self._subject)
        return self._answer.value

    def met(self, head: Head) -> bool:
        """Tell whether a challenge is met: send once more, with another ``value``."""
        name = b"proxy-authenticate" if self._place.proxy else b"www-authenticate"
        chosen = self._choice(head.fields, name)
        last, ahead = self._papers, not self._answered
        if chosen is not None and last is not None:
            offer, who = chosen
            if ahead:
                # The same once more would be refused again.
                same = last.who == who and last.session is None
                refused = same and offer.digest is None
            else:
                stale = offer.digest is not None and offer.digest.stale
                refused = self._was_stale or not stale
                self._was_stale = True
            if refused:
                chosen = None
        if chosen is None:
            self._take_refusal()
            return False
        offer, who = chosen
        space = self._memory.asked(self._place, offer, self._target)
        self._papers = _Papers(who, space, space.digest)
        self._answered = True
        return True

    def accepted(self, head: Head) -> None:
        """Take note of an answer that is no challenge, and of what comes with it."""
        if self._papers is None:
            return
        who, space, session = self._papers
        if space is None:
            # Nothing is known of its realm.
            return
        self._memory.accepted(space, who)
        answer = self._answer
        if answer is None or session is None:
            return
        prefix = b"proxy-" if self._place.proxy else b""
        name = prefix + b"authentication-info"
        values = [v for n, v in head.fields if n.lower() == name]
        info = read_parameters(b", ".join(values)) if values else None
        if info and answer.proves(info):
            session.renew(info.get(b"nextnonce", b""))

    # -- inside

    def _foreseen(self) -> _Papers | None:
        """Return what is said before it is asked for."""
        memory, place = self._memory, self._place
        space = memory.space_for(place, self._target)
        if space is None:
            who = None
            if self._eagerness.at_once:
                # Who one is everywhere is not told to everybody who did not ask.
                who = self._given or memory.known_at(place, by_name=True)
            return None if who is None else _Papers(who)
        who = self._given or space.credentials or memory.known_at(place)
        if who is None:
            return None
        if space.digest is None:
            return _Papers(who, space) if self._eagerness.again else None
        body_at_hand = self._subject.body is not None
        if space.digest.can_answer(body_at_hand=body_at_hand):
            return _Papers(who, space, space.digest)
        return None

    def _choice(
        self, fields: Iterable[tuple[bytes, bytes]], name: bytes
    ) -> tuple[Offer, Credentials] | None:
        """Return the strongest offer that can be met, and who meets it."""
        for offer in offers_of(fields, name):
            digest = offer.digest
            if (
                digest is not None
                and digest.qops == {b"auth-int"}
                and self._subject.body is None
            ):
                # It wants the hash of a body that is not at hand.
                continue
            who = self._given or self._memory.credentials_for(self._place, offer.realm)
            if who is not None:
                return offer, who
        return None

    def _take_refusal(self) -> None:
        """Forget whom the place does not take any more."""
        if self._papers is not None:
            who, space, _ = self._papers
            if space is not None and space.credentials == who:
                space.credentials = None
