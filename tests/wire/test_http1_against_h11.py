"""The reader against h11, on thousands of damaged answers.

Each input is read by both.  Verdict, heads, body, trailers and keep-alive must be the
same, or the difference must fall in one of the classes of :data:`CLASSES`.  A class is
found by looking at the raw input alone (:func:`dissect`, a third reading that uses
neither parser), and it says exactly what ours must be then: for a *refusal* the heads
and the body before the place where the rule is broken, and a fault; for an *acceptance*
what h11 says to the same input without the thing that it does not take.

``python -m tests.wire.test_http1_against_h11 [number] [seed]`` prints the counts.
"""

from __future__ import annotations

import random
import re
import sys
from collections import Counter
from typing import Any, NamedTuple

import h11
from twisted.trial.unittest import SynchronousTestCase

from tests.wire.answers import (
    BAD,
    CORPUS,
    GOOD,
    HEAD_PARTS,
    SURPLUS,
    Answer,
    joined,
    read,
)
from twinet._wire.http1 import Fault
from twinet.errors import Truncated

#: What h11 and we read differently, and why we do it our way.
CLASSES = {
    # Refusals: h11 goes on, we do not.
    "start": "not HTTP/1 from its first bytes: refused at once, h11 waits for a line",
    "version": "h11 takes any digit.digit; only 1.0 and 1.1 are this protocol",
    "reason control": "h11 takes control bytes in the reason; RFC 9112 4 has none",
    "value control": "h11 takes control bytes in values; RFC 9110 5.5 has none",
    "equal lengths": "h11 takes doubled or listed equal lengths; we refuse",
    "huge length": "h11 takes 20 digits; we stop at 2**63",
    "length and coding": "h11 lets the coding win; a mark of smuggling, refused",
    "coding in 1.0": "RFC 9112 6.1: the framing is faulty; h11 takes it",
    "chunk blank": "h11 takes blanks at the end of a chunk line",
    "chunk extension": "h11 takes any bytes as an extension, we names and values",
    "chunk size": "h11 takes 20 digits; llhttp stops at 2**64",
    "chunk line": "an unfinished chunk line that is wrong already; h11 waits",
    "trailer line end": "h11 takes LF alone after a chunked body",
    "trailer fold": "h11 unfolds trailers; nobody sends such, refused",
    "trailer control": "h11 takes control bytes in trailers",
    "trailer framing": "h11 takes framing fields among the trailers",
    "trailer line": "an unfinished trailer that is wrong already; h11 waits",
    # Acceptances: h11 refuses, we go on.
    "blank lines": "up to four blank lines before a status line are dropped",
    "length zeros": "h11 takes 20 digits, we any number of leading zeros",
    "chunk zeros": "the same for a chunk size",
    "tunnel framing": "RFC 9110 9.3.6: what a 2xx to CONNECT says of it is ignored",
    # Judgement of an equal answer.
    "1.0 kept alive": "h11 never keeps an HTTP/1.0 connection; Keep-Alive is honoured",
    "204 not kept": "it announces a body, which may come; h11 keeps the connection",
}


class Reading(NamedTuple):
    """What somebody made of an answer."""

    heads: list[tuple[Any, ...]]
    body: bytes
    #: trailers, or None without an end.
    trailers: list[tuple[bytes, bytes]] | None
    keep_alive: bool
    #: "ok", "error" or "incomplete" before the end of the stream.
    verdict: str
    #: "", "invalid" or "truncated", after it.
    error: str


def _fields(fields: Any) -> list[tuple[bytes, bytes]]:
    """Bring fields to the form that both can have."""
    result = []
    for name, value in fields:
        key = bytes(name).lower()
        if key == b"content-length":
            result.append((key, bytes(value).lstrip(b"0")))
        elif key == b"transfer-encoding":
            result.append((key, bytes(value).lower()))
        else:
            result.append((key, bytes(value)))
    return result


def ours(answer: Answer, pieces: list[bytes]) -> Reading:
    """Read with our reader."""
    verdict = "incomplete"
    for event in joined(read(answer, pieces, close=False)):
        verdict = {"end": "ok", "fault": "error"}.get(event[0], verdict)
    events = read(answer, pieces)
    heads, body, trailers, keep, error = [], b"", None, False, ""
    for kind, *parts in joined(events):
        if kind == "head":
            named = dict(zip(HEAD_PARTS, parts, strict=True))
            heads.append(
                (
                    named["status"],
                    named["version"],
                    named["reason"],
                    _fields(named["fields"]),
                )
            )
        elif kind == "body":
            body += parts[0]
        elif kind == "end":
            trailers, keep = _fields(parts[0]), parts[1]
        else:
            error = "truncated" if parts[0] is Truncated else "invalid"
    if trailers is not None:
        assert isinstance(events[-1], Fault) or error == ""
    return Reading(heads, body, trailers, keep, verdict, error)


def theirs(answer: Answer, raw: bytes) -> Reading:
    """Read with h11; the class of the error follows from h11's state."""
    connection = h11.Connection(h11.CLIENT, max_incomplete_event_size=1 << 20)
    target = b"h:1" if answer.verb == b"CONNECT" else b"/"
    connection.send(
        h11.Request(method=answer.verb, target=target, headers=[(b"Host", b"h")])
    )
    connection.send(h11.EndOfMessage())
    heads: list[tuple[Any, ...]] = []
    body = bytearray()
    trailers: list[tuple[bytes, bytes]] | None = None
    keep = False
    error = ""

    def drain() -> str:
        nonlocal trailers, keep
        while True:
            event = connection.next_event()
            if event is h11.NEED_DATA:
                return "incomplete"
            if isinstance(event, (h11.Response, h11.InformationalResponse)):
                fields = _fields(event.headers.raw_items())
                reason = bytes(event.reason).strip(b" \t")
                version = bytes(event.http_version)
                heads.append((event.status_code, version, reason, fields))
                if connection.their_state is h11.SWITCHED_PROTOCOL:
                    trailers = []
                    return "ok"
            elif isinstance(event, h11.Data):
                body.extend(event.data)
            else:
                assert isinstance(event, h11.EndOfMessage), event
                trailers = _fields(event.headers.raw_items())
                surplus, closed = connection.trailing_data
                keep = connection.their_state is h11.DONE and not surplus and not closed
                return "ok"

    try:
        if raw:
            connection.receive_data(raw)
        verdict = drain()
    except h11.RemoteProtocolError:
        verdict, error = "error", "invalid"
    if verdict == "incomplete":
        inside = connection.their_state is h11.SEND_BODY
        try:
            connection.receive_data(b"")
            drain()
        except h11.RemoteProtocolError:
            error = "truncated" if inside else "invalid"
    return Reading(heads, bytes(body), trailers, keep, verdict, error)


# -- the third reading


class Dissection(NamedTuple):
    """What the raw input has of the things that are read differently."""

    #: the first refusal: class, how many heads come before it, the body before it.
    refusal: tuple[str, int, bytes] | None
    #: acceptances, and the input without them.
    acceptances: list[str]
    plain: bytes
    #: the last head is HTTP/1.0 and asks to be kept.
    kept_1_0: bool
    #: it is a 204 that announces a body.
    not_kept: bool = False


_CONTROL = re.compile(rb"[\x01-\x08\x0e-\x1f\x7f]")  # those that h11 takes
_TOKEN = rb"[-!#$%&'*+.^_`|~0-9A-Za-z]+"
_WORD = rb"[-!#$%&'*+.^_`|~0-9A-Za-z]*"
_QUOTED_BYTE = rb"(?:[\t !#-\[\]-~\x80-\xff]|\\[\t -~\x80-\xff])"
_QUOTED = rb'"' + _QUOTED_BYTE + rb'*"'
#: As llhttp has it: wider than RFC 9112 7.1.1, since names and values may be empty.
#: No CR or LF gets into it, so this cannot move the end of the line.
_EXTENSION = rb";(?!\r|\Z)" + _WORD + rb"(?:=" + _WORD + rb"(?:" + _QUOTED + rb")?)?"
_CHUNK_LINE = re.compile(rb"[0-9A-Fa-f]+(?:" + _EXTENSION + rb")*")
#: Any beginning of such a line, perhaps with the CR of its end.
_CHUNK_LINE_BEGUN = re.compile(
    rb"(?:[0-9A-Fa-f]+(?:" + _EXTENSION + rb")*"
    rb"(?:;" + _WORD + rb"(?:=" + _WORD + rb'(?:"' + _QUOTED_BYTE + rb"*\\?)?)?|\r)?)?"
)
_TRAILER = re.compile(rb"(" + _TOKEN + rb"):([\t -~\x80-\xff]*)")
_TRAILER_BEGUN = re.compile(rb"(?:\r|" + _TOKEN + rb"(?::[\t -~\x80-\xff]*\r?)?)?")


def dissect(raw: bytes, verb: bytes) -> Dissection:
    """Look for the things of :data:`CLASSES` in the raw bytes, in reading order."""
    heads = blanks = at = 0
    accepted: list[str] = []
    plain = b""

    def found(refusal: tuple[str, int, bytes] | None, *, kept: bool) -> Dissection:
        return Dissection(refusal, accepted, plain + raw[at:], kept)

    while True:
        blank = re.compile(rb"(?:\r?\n)+\r?\Z|(?:\r?\n)+|\r\Z").match(raw, at)
        if blank:
            blanks += blank.group().count(b"\n")
            if blanks > 4:
                return found(None, kept=False)
            at = blank.end()
            accepted.append("blank lines")
        end = re.compile(rb"\n\r?\n").search(raw, at)
        start = raw[at : at + 7]
        if start != b"HTTP/1."[: len(start)]:
            wrong = (
                "version" if end and re.match(rb"HTTP/\d\.\d ", raw[at:]) else "start"
            )
            return found((wrong, heads, b""), kept=False)
        if not end:
            return found(None, kept=False)
        head = raw[at : end.end()]
        lines = _unfolded(head)
        line = re.fullmatch(rb"HTTP/(\d\.\d) (\d{3})(?: ([^\n]*))?", lines[0])
        if line is None:
            return found(None, kept=False)
        version, status, reason = line[1], int(line[2]), line[3] or b""
        head, ignored = _ignored(head, verb, version, status)
        accepted += ignored
        lines = _unfolded(head)
        if wrong := _head_refusal(version, reason, lines[1:]):
            return found((wrong, heads, b""), kept=False)
        short = re.sub(rb"(?i)(\ncontent-length:[ \t]*)0+(?=\d{20})", rb"\1", head)
        short = re.sub(
            rb"(?i)(\ncontent-length:\s*)0+(\d{1,19}[ \t]*\r?\n)", rb"\1\2", short
        )
        if len(head) - len(short) > 0:
            accepted.append("length zeros")
        plain += short
        at = end.end()
        heads += 1
        if status >= 200:
            break
    values = _values(lines[1:])
    tokens = {token.strip() for token in b",".join(values[b"connection"]).split(b",")}
    kept = version == b"1.0" and b"keep-alive" in tokens and b"close" not in tokens
    bodiless = status in (204, 304) or verb == b"HEAD"
    if bodiless or (verb == b"CONNECT" and status < 300):
        length = b"".join(values[b"content-length"]).strip(b"0")
        announced = length or values[b"transfer-encoding"]
        not_kept = status == 204 and bool(announced)
        return found(None, kept=kept)._replace(not_kept=not_kept)
    if values[b"transfer-encoding"] == [b"chunked"]:
        refusal, zeros, rest = _walk_chunks(raw[at:])
        if zeros:
            accepted.append("chunk zeros")
        at = len(raw)
        plain += rest
        if refusal is not None:
            return found((refusal[0], heads, refusal[1]), kept=kept)
    return found(None, kept=kept)


def _unfolded(head: bytes) -> list[bytes]:
    lines = [line.removesuffix(b"\r") for line in head.split(b"\n")][:-2]
    result = lines[:1]
    for line in lines[1:]:
        if line[:1] in (b" ", b"\t") and len(result) > 1:
            result[-1] += b" " + line.lstrip(b" \t")
        else:
            result.append(line)
    return result


def _values(lines: list[bytes]) -> dict[bytes, list[bytes]]:
    """Find the values of the framing fields, lower-cased."""
    values: dict[bytes, list[bytes]] = {
        b"connection": [],
        b"content-length": [],
        b"transfer-encoding": [],
    }
    for line in lines:
        name, _, value = line.partition(b":")
        if name.lower() in values:
            values[name.lower()].append(value.strip(b" \t").lower())
    return values


_FRAMING_LINES = re.compile(
    rb"(?i)(?<=\n)(?:content-length|transfer-encoding):[\t -~\x80-\xff]*\r?\n"
    rb"(?:[ \t][\t -~\x80-\xff]*\r?\n)*"
)


def _ignored(
    head: bytes, verb: bytes, version: bytes, status: int
) -> tuple[bytes, list[str]]:
    """Return a head as it counts, and what was ignored in it."""
    tunnel = verb == b"CONNECT" and 200 <= status < 300
    if not (tunnel and _misframed(version, _unfolded(head))):
        return head, []
    return _FRAMING_LINES.sub(b"", head), ["tunnel framing"]


def _misframed(version: bytes, lines: list[bytes]) -> bool:
    """Tell whether the framing fields of a head are a fault elsewhere."""
    values = _values(lines[1:])
    lengths, codings = values[b"content-length"], values[b"transfer-encoding"]
    if codings:
        return bool(lengths) or codings != [b"chunked"] or version == b"1.0"
    return len(lengths) > 1 or any(
        not length.isdigit() or int(length) >= 2**63 for length in lengths
    )


def _head_refusal(version: bytes, reason: bytes, lines: list[bytes]) -> str:
    values = _values(lines)
    lengths = [
        part.strip() for part in b",".join(values[b"content-length"]).split(b",")
    ]
    codings = values[b"transfer-encoding"]
    if version not in (b"1.0", b"1.1"):
        return "version"
    if _CONTROL.search(reason):
        return "reason control"
    if any(_CONTROL.search(line.partition(b":")[2]) for line in lines):
        return "value control"
    if values[b"content-length"] and codings:
        return "length and coding"
    if len(lengths) > 1 and len(set(lengths)) == 1:
        return "equal lengths"
    if lengths[0].isdigit() and int(lengths[0]) >= 2**63:
        return "huge length"
    if codings and version == b"1.0":
        return "coding in 1.0"
    return ""


def _walk_chunks(raw: bytes) -> tuple[tuple[str, bytes] | None, bool, bytes]:
    """Walk through chunk framing.

    Gives the refusal with the body before it, whether sizes had too many zeros, and
    the framing without these.
    """
    body = plain = b""
    at, zeros = 0, False
    while True:
        end = raw.find(b"\r\n", at)
        if end < 0:
            # llhttp judges each byte, h11 whole lines only.
            bad = not _CHUNK_LINE_BEGUN.fullmatch(raw[at:]) or _oversized(raw[at:])
            return ("chunk line", body) if bad else None, zeros, plain + raw[at:]
        line = raw[at:end]
        digits = re.match(rb"[0-9A-Fa-f]*", line)
        assert digits is not None
        if _oversized(line):
            return ("chunk size", body), zeros, plain + raw[at:]
        if not _CHUNK_LINE.fullmatch(line):
            blank = _CHUNK_LINE.fullmatch(line.rstrip(b" \t"))
            wrong = "chunk blank" if blank else "chunk extension"
            if not re.match(rb"[0-9A-Fa-f]+[ \t]*(;|\Z)", line):
                return None, zeros, plain + raw[at:]  # h11 refuses it too
            return (wrong, body), zeros, plain + raw[at:]
        if len(digits[0]) > 20:
            zeros = True
            plain += (digits[0].lstrip(b"0") or b"0") + line[len(digits[0]) :] + b"\r\n"
        else:
            plain += line + b"\r\n"
        at = end + 2
        size = int(digits[0], 16)
        if size == 0:
            wrong = _trailer_refusal(raw[at:])
            return (wrong, body) if wrong else None, zeros, plain + raw[at:]
        data = raw[at : at + size]
        body += data
        at += size
        plain += data
        if raw[at : at + 2] != b"\r\n":
            return None, zeros, plain + raw[at:]
        plain += b"\r\n"
        at += 2


def _oversized(line: bytes) -> bool:
    digits = re.match(rb"[0-9A-Fa-f]*", line)
    assert digits is not None
    return len(digits[0].lstrip(b"0")) > 16


def _trailer_refusal(raw: bytes) -> str:
    section = re.compile(rb"\r?\n|.*?\n\r?\n", re.DOTALL).match(raw)
    if section is None:
        # Not whole: ours may have seen a fault in what has come.
        *lines, last = raw.split(b"\r\n")
        whole = all(_TRAILER.fullmatch(line) for line in lines)
        begun = [*lines, last] if b":" in last else lines
        if whole and _TRAILER_BEGUN.fullmatch(last) and not _frames(begun):
            return ""
        return "trailer line"
    text = section[0]
    if re.search(rb"(?<!\r)\n", text):
        return "trailer line end"
    lines = text.split(b"\r\n")[:-2] if text != b"\r\n" else []
    if any(line[:1] in (b" ", b"\t") for line in lines):
        return "trailer fold"
    if _CONTROL.search(b"".join(lines)):
        return "trailer control"
    return "trailer framing" if _frames(lines) else ""


def _frames(lines: list[bytes]) -> bool:
    names = {line.partition(b":")[0].lower() for line in lines}
    return bool(names & {b"content-length", b"transfer-encoding"})


# -- the comparison


def compare(answer: Answer, mine: Reading) -> list[str]:
    """Name the classes of the difference; empty without one.

    :raises AssertionError: for a difference that no class explains.
    """
    reference = theirs(answer, answer.raw)
    if mine == reference:
        return []
    cuts = dissect(answer.raw, answer.verb)
    classes: list[str] = []
    if cuts.acceptances:
        classes += sorted(set(cuts.acceptances))
        reference = theirs(answer, cuts.plain)
        if mine == reference:
            return classes
    if cuts.kept_1_0 and mine == reference._replace(keep_alive=True):
        # Only when nothing follows the answer: its last byte is needed.
        assert theirs(answer, cuts.plain[:-1]).verdict != "ok", "kept with surplus"
        return [*classes, "1.0 kept alive"]
    if cuts.not_kept and mine == reference._replace(keep_alive=False):
        return [*classes, "204 not kept"]
    assert cuts.refusal is not None, "no class"
    name, heads, body = cuts.refusal
    expected = Reading(
        heads=reference.heads[:heads],
        body=body,
        trailers=None,
        keep_alive=False,
        verdict="error",
        error="invalid",
    )
    assert mine == expected, f"{name}, but we should have {expected}"
    assert len(reference.heads) >= heads, name
    assert reference.body.startswith(body), name
    return [*classes, name]


# -- the damage

_TOKENS = [
    *(
        b"HTTP/1.1 HTTP/1.0 HTTP/1.2 HTTP/2.0 ICY 200 204 304 100 101 099 999 OK "
        b"\r\n \n \r \r\n\r\n \n\t \t : , ; = \x22 \\ \x00 \x01 \x0b \x1f \x7f \xff "
        b"0 1 5 a F + - 0x 000000000000000000000 fffffffffffffffff 9223372036854775808 "
        b"9223372036854775807 Content-Length Transfer-Encoding chunked identity gzip "
        b"Connection close keep-alive 0\r\n\r\n 5\r\nhello\r\n"
    ).split(b" "),
    b" ",
    b": ",
    b"\r\n ",
    b"Content-Length: 5\r\n",
    b"Content-Length: 2\r\n",
    b"content-length: 0\r\n",
    b"Transfer-Encoding: chunked\r\n",
    b"Transfer-Encoding: gzip\r\n",
    b"Connection: close\r\n",
    b"Connection: keep-alive\r\n",
    b"Upgrade: h2c\r\n",
    b"Trailer: X\r\n",
    b"HTTP/1.1 200 OK\r\n",
    b"HTTP/1.1 100 Continue\r\n\r\n",
]


def _flip(chance: random.Random, raw: bytearray) -> None:
    if raw:
        raw[chance.randrange(len(raw))] ^= 1 << chance.randrange(8)


def _replace(chance: random.Random, raw: bytearray) -> None:
    if raw:
        raw[chance.randrange(len(raw))] = chance.randrange(256)


def _delete(chance: random.Random, raw: bytearray) -> None:
    at = chance.randrange(len(raw) + 1)
    del raw[at : at + chance.choice((1, 1, 1, 2, 3, 8))]


def _insert(chance: random.Random, raw: bytearray) -> None:
    at = chance.randrange(len(raw) + 1)
    raw[at:at] = chance.choice(_TOKENS)


def _insert_at_line(chance: random.Random, raw: bytearray) -> None:
    starts = [found.end() for found in re.finditer(rb"\n", raw)] or [0]
    at = chance.choice(starts)
    raw[at:at] = chance.choice(_TOKENS)


def _insert_at_edge(chance: random.Random, raw: bytearray) -> None:
    edges = [found.start() for found in re.finditer(rb"\b|(?=[\r\n:;,])", raw)] or [0]
    at = chance.choice(edges)
    raw[at:at] = chance.choice(_TOKENS)


def _swap_token(chance: random.Random, raw: bytearray) -> None:
    words = list(re.finditer(rb"[\w/.-]+|\r\n|[^\w\s]", raw))
    if words:
        start, end = chance.choice(words).span()
        raw[start:end] = chance.choice(_TOKENS)


def _double_line(chance: random.Random, raw: bytearray) -> None:
    lines = raw.splitlines(keepends=True)
    if lines:
        at = chance.randrange(len(lines))
        lines.insert(chance.randrange(len(lines) + 1), lines[at])
        raw[:] = b"".join(lines)


def _line_end(chance: random.Random, raw: bytearray) -> None:
    ends = [found.start() for found in re.finditer(rb"\r\n", raw)]
    if ends:
        at = chance.choice(ends)
        raw[at : at + 2] = chance.choice((b"\n", b"\r", b"\r\r\n", b"\r\n ", b" \r\n"))


def _truncate(chance: random.Random, raw: bytearray) -> None:
    del raw[chance.randrange(len(raw) + 1) :]


def _append(chance: random.Random, raw: bytearray) -> None:
    raw += chance.choice(CORPUS).raw


_DAMAGES = (
    _flip,
    _replace,
    _delete,
    _insert,
    _insert,
    _insert_at_line,
    _insert_at_line,
    _insert_at_edge,
    _insert_at_edge,
    _swap_token,
    _swap_token,
    _double_line,
    _line_end,
    _truncate,
    _append,
)


def damaged(chance: random.Random) -> Answer:
    """Take an answer of the corpus and damage it in one to three ways."""
    answer = chance.choice(chance.choice((GOOD, GOOD, SURPLUS, BAD)))
    raw = bytearray(answer.raw)
    for _ in range(chance.choice((1, 1, 1, 2, 2, 3))):
        chance.choice(_DAMAGES)(chance, raw)
    return answer._replace(raw=bytes(raw))


def run(number: int, seed: int) -> tuple[Counter[str], list[str]]:
    """Compare so many inputs; return the counts and what nothing explains."""
    chance = random.Random(seed)
    counts: Counter[str] = Counter()
    wrong: list[str] = []
    for _ in range(number):
        answer = damaged(chance)
        raw = answer.raw
        mine = ours(answer, [raw])
        cuts = sorted(chance.randrange(len(raw) + 1) for _ in range(2))
        pieces = [raw[: cuts[0]], raw[cuts[0] : cuts[1]], raw[cuts[1] :]]
        try:
            assert ours(answer, pieces) == mine, f"cut at {cuts}"
            classes = compare(answer, mine)
        except AssertionError as error:
            wrong.append(
                f"{answer.verb!r} {raw!r}\n  {error}\n  ours   {mine}\n"
                f"  theirs {theirs(answer, raw)}"
            )
            continue
        counts.update(classes)
        counts["= " + mine.verdict + (" " + mine.error).rstrip()] += not classes
    return counts, wrong


def report(counts: Counter[str]) -> str:
    """Show the counts, equal readings first."""
    lines = [
        f"{counts[name]:6} {name:18} {CLASSES.get(name, 'read alike')}"
        for name in sorted(counts, key=lambda name: (name in CLASSES, -counts[name]))
    ]
    return "\n".join(lines)


class AgainstH11Tests(SynchronousTestCase):
    """h11 and our reader on the same bytes."""

    def test_corpus_reads_as_h11_reads_it(self):
        """Every answer of the corpus, undamaged."""
        for answer in CORPUS:
            compare(answer, ours(answer, [answer.raw]))

    def test_damaged_answers_read_as_h11_reads_them(self):
        """Ten thousand damaged answers differ only in the listed classes."""
        counts, wrong = run(10_000, 20261122)
        print(report(counts))
        self.assertEqual(wrong[:3], [], "\n".join(wrong[:3]))
        self.assertEqual(set(CLASSES) - set(counts), set(), "classes without a case")

    def test_random_bytes_never_raise(self):
        """Noise, alone and after good beginnings, ends in an answer or a fault."""
        chance = random.Random(7)
        for _ in range(3000):
            begun = chance.choice(CORPUS)
            start = begun.raw[: chance.randrange(len(begun.raw) + 1)]
            noise = chance.randbytes(chance.randrange(60))
            events = read(begun, [start + noise])
            self.assertIsInstance(events, list)
            self.assertNotEqual(events, [])


def main() -> int:
    """Print the counts for the given number of inputs and seed."""
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 20261122
    counts, wrong = run(number, seed)
    print(report(counts))
    print(f"{len(wrong)} unexplained")
    for text in wrong[:10]:
        print(text)
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
