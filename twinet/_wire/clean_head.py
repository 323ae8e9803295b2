"""Heads that are beyond doubt, read by one regular expression.

Theory of operation.  Nearly every head is clean: HTTP/1.1, a final status with a
reason, lines that end with CRLF, names that are tokens, values without control bytes,
no fold; and each field that rules framing there once at most, spelt as everybody
spells it, with a value that leaves no choice.  One match tells that a head is so, where
it ends, and what it says of framing; the fields are only taken apart when somebody asks
for them (:attr:`Head.fields`).  That costs a fifth of a parser that calls back for each
field.

Everything else, good or bad, does not match, and takes the long way
(:mod:`twinet._wire.head_search`, :mod:`twinet._wire.http_head`), which alone mends
heads and finds words for faults.  So the pattern may refuse as much as it likes, and
must never take what the long way would refuse or read otherwise; a test reads thousands
of heads both ways.

Each line can match in one way only, so the work is linear in the length of the head.
"""

from __future__ import annotations

import re
from http import HTTPStatus

from twinet._wire.answer_events import Head
from twinet._wire.http_head import BODILESS, leave_out_body

__all__ = ["SHORTEST_LINE", "clean_head"]

#: The shortest field line that is clean: a name of one letter, a colon, CRLF (bytes).
SHORTEST_LINE = 4

_TOKEN = rb"[-!#$%&'*+.^_`|~0-9A-Za-z]"
#: The same without the letters that the fields which rule framing begin with.
_HARMLESS = rb"[-!#$%&'*+.^_`|~0-9ABD-SU-Zabd-su-z]"
#: The rest of a line, its end included.
_REST = rb"[\t -~\x80-\xff]*+\r\n"
_CLEAN = re.compile(
    rb"HTTP/1\.1 ([2-9][0-9]{2} [\t -~\x80-\xff]*+)\r\n(?:"
    + rb"|".join(
        (
            _HARMLESS + _TOKEN + rb"*+:" + _REST,
            # Refused when there was one before.
            rb"[Cc]ontent-[Ll]ength: ?(?(2)(?!))([0-9]{1,18})\r\n",
            rb"[Cc]onnection: ?(?:[Kk]eep-[Aa]live|([Cc]lose))\r\n",
            rb"[Tt]ransfer-[Ee]ncoding: ?(?(4)(?!))(chunked)\r\n",
            # Refused when it is one of these three, spelt or valued otherwise.
            rb"[CcTt](?!(?i:ontent-length|onnection|ransfer-encoding):)"
            + _TOKEN
            + rb"*+:"
            + _REST,
        )
    )
    + rb")*\r\n"
).match
#: Nearly all status lines, so that a code needs no reading and a reason no trimming.
_STATUS_LINES = {
    b"%d %b" % (status, phrase): (int(status), phrase)
    for status in HTTPStatus
    for phrase in (status.phrase.encode("ascii"),)
}
#: The methods after which the head of an answer does not rule its body.
_ODD_VERBS = frozenset((b"HEAD", b"CONNECT"))


def clean_head(data: bytes, verb: bytes, limit: int) -> Head | None:
    """Read the head that stands at the beginning of the data.

    :param verb: the method of the request that is answered; it decides on bodies.
    :param limit: how long the head may be (bytes).
    :returns: None when it is not whole, longer, or not clean beyond doubt.
    """
    found = _CLEAN(data, 0, limit)
    if found is None:
        return None
    line, digits, close, coding = found.groups()
    if coding is not None and digits is not None:
        return None
    head = Head()
    known = _STATUS_LINES.get(line)
    if known is None:
        head.status = int(line[:3])
        head.reason = line[4:].strip(b" \t")
    else:
        head.status, head.reason = known
    head.version = b"1.1"
    head.raw = found.group()
    head.length = None if digits is None else int(digits)
    head.chunked = coding is not None
    head.persistent = close is None
    head.interim = False
    head.parsed = None
    if head.status in BODILESS or verb in _ODD_VERBS:
        leave_out_body(head, verb)
    return head
