"""Our TLS layer in both its ways, and Twisted's: each story comes to the same."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from OpenSSL import SSL
from twisted.internet.error import ConnectionLost
from twisted.trial.unittest import SynchronousTestCase

from tests.net.certificates import root, server_context
from tests.net.layer_meeting import LONG, Meeting
from tests.net.twisted_layer import twisted_layer
from twinet._net import tls_records
from twinet._net.tls_layer import NoFarewell, TlsLayer
from twinet._net.tls_records import QuickRecords, Records, Scratch, records_for

if TYPE_CHECKING:
    from collections.abc import Callable

VERSIONS = (SSL.TLS1_2_VERSION, SSL.TLS1_3_VERSION)


def _converse(meeting: Meeting) -> None:
    meeting.shake()
    meeting.line.transport.write(b"ask")
    meeting.settle()
    meeting.arrive(meeting.far.say(b"answer"))
    meeting.line.transport.writeSequence([b"ask ", b"again"])


def _byte_by_byte(meeting: Meeting) -> None:
    meeting.connect()
    while data := meeting.wire.value():
        meeting.carry()
        for byte in meeting.far.give() or data[:0]:
            meeting.arrive(bytes([byte]))
    for byte in meeting.far.say(b"answer" * 9):
        meeting.arrive(bytes([byte]))


def _long_both_ways(meeting: Meeting) -> None:
    meeting.shake()
    meeting.line.transport.write(LONG)
    meeting.settle()
    meeting.arrive(meeting.far.say(LONG * 3))


def _written_before(meeting: Meeting) -> None:
    meeting.connect()
    meeting.line.transport.write(b"too ")
    meeting.line.transport.write(b"early")
    meeting.settle()
    meeting.line.transport.write(b", late")


def _written_when_ready(meeting: Meeting) -> None:
    meeting.line.on_ready = lambda: meeting.line.transport.write(b"ask")
    meeting.shake()


def _farewell(meeting: Meeting) -> None:
    meeting.shake()
    said = meeting.far.say(b"the end")
    meeting.far.tls.shutdown()
    meeting.arrive(said + meeting.far.give())
    meeting.line.transport.write(b"too late")
    meeting.lose()


def _farewell_in_handshake(meeting: Meeting) -> None:
    meeting.connect()
    meeting.arrive(b"\x15\x03\x03\x00\x02\x01\x00")
    meeting.lose()


def _closed(meeting: Meeting) -> None:
    meeting.shake()
    meeting.arrive(meeting.far.say(b"the end")[:-1])
    meeting.lose()


def _closed_in_handshake(meeting: Meeting) -> None:
    meeting.connect()
    meeting.carry()
    meeting.arrive(meeting.far.give()[:50])
    meeting.lose()


def _reset(meeting: Meeting) -> None:
    meeting.shake()
    meeting.arrive(meeting.far.say(b"the end"))
    meeting.lose(ConnectionLost)


def _garbage(meeting: Meeting) -> None:
    meeting.shake()
    meeting.arrive(meeting.far.say(b"good") + b"garbage that is no record")
    meeting.lose()


def _bit_turned(meeting: Meeting) -> None:
    meeting.shake()
    record = bytearray(meeting.far.say(b"good"))
    record[-1] ^= 1
    meeting.arrive(bytes(record))
    meeting.lose()


def _plain_text(meeting: Meeting) -> None:
    meeting.connect()
    meeting.arrive(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    meeting.lose()


def _stranger(meeting: Meeting) -> None:
    context = server_context(root().issue(["other.example"]))
    meeting.far.tls = SSL.Connection(context, None)
    meeting.far.tls.set_accept_state()
    meeting.shake()
    meeting.lose()


def _closing(meeting: Meeting) -> None:
    meeting.shake()
    meeting.line.transport.write(b"the end")
    meeting.line.close()
    meeting.line.transport.write(b"too late")


def _closing_in_handshake(meeting: Meeting) -> None:
    meeting.connect()
    meeting.line.close()
    meeting.settle()


def _closing_when_told(meeting: Meeting) -> None:
    meeting.line.on_ready = meeting.line.close
    meeting.shake()


def _aborting(meeting: Meeting) -> None:
    meeting.shake()
    meeting.line.on_data = meeting.line.abort
    meeting.arrive(meeting.far.say(b"x"))
    meeting.arrive(meeting.far.say(b"never heard"))
    # A real transport drops what is written before an abort.
    meeting.wire.clear()


def _renegotiating(meeting: Meeting) -> None:
    meeting.shake()
    if meeting.far.tls.get_protocol_version_name() == "TLSv1.2":
        meeting.far.tls.renegotiate()
        meeting.far.tls.do_handshake()
    meeting.arrive(meeting.far.say(b"and by the way"))
    meeting.settle()


STORIES = [
    _converse,
    _byte_by_byte,
    _long_both_ways,
    _written_before,
    _written_when_ready,
    _farewell,
    _farewell_in_handshake,
    _closed,
    _closed_in_handshake,
    _reset,
    _garbage,
    _bit_turned,
    _plain_text,
    _stranger,
    _closing,
    _closing_in_handshake,
    _closing_when_told,
    _aborting,
    _renegotiating,
]
#: Where Twisted stumbles over an error without words.
OURS_ALONE = {_farewell_in_handshake}


def _with(scratch: Scratch) -> Callable[..., TlsLayer]:
    """Return what makes layers that call OpenSSL's functions themselves."""
    return functools.partial(TlsLayer, scratch=scratch)


_quick = _with(Scratch())


class AllLayersTests(SynchronousTestCase):
    """The same stories with our layer, in both its ways, and with Twisted's."""

    def test_stories_come_to_the_same(self):
        """What the line hears, what the far end gets, and how it is closed."""
        for story in STORIES:
            for newest in VERSIONS:
                ours = Meeting(_quick, newest)
                story(ours)
                by_methods = Meeting(TlsLayer, newest)
                story(by_methods)
                seen = ours.outcome()
                self.assertEqual(seen, by_methods.outcome(), story.__name__)
                if story not in OURS_ALONE:
                    theirs = Meeting(twisted_layer, newest)
                    story(theirs)
                    heard, *rest = seen
                    # Ours says more of a loss: its kind of ConnectionLost.
                    heard = [ConnectionLost if h is NoFarewell else h for h in heard]
                    self.assertEqual([heard, *rest], theirs.outcome(), story.__name__)

    def test_each_way_is_what_it_is_called(self):
        """Else one would be compared with itself."""
        for make, kind in ((_quick, QuickRecords), (TlsLayer, Records)):
            layer = Meeting(make).shake().layer
            self.assertIs(type(layer._records), kind)

    def test_parts_that_are_missing_are_done_without(self):
        """They are pyOpenSSL's own, and may have another name one day."""
        tls = Meeting().shake().layer._records.tls
        self.assertIs(type(records_for(tls, Scratch())), QuickRecords)
        self.patch(tls_records, "_PARTS", ("_no_such_part",))
        self.assertIs(type(records_for(tls, Scratch())), Records)
        self.patch(tls_records, "_PARTS", ())
        self.patch(tls_records, "_FUNCTIONS", ("no_such_function",))
        self.assertIs(type(records_for(tls, Scratch())), Records)
        self.patch(tls_records, "_ffi", None)
        self.assertIs(type(records_for(tls, Scratch())), Records)

    def test_record_that_is_taken_in_part_is_an_error(self):
        """It cannot be with a buffer in memory; bytes must not be lost if it is."""
        records = Meeting().shake().layer._records
        self.patch(records.tls, "send", lambda data: len(data) - 1)
        self.assertRaises(SSL.Error, records.write, b"two")

    def test_quick_write_that_has_to_wait_says_so(self):
        """As before the end of the handshake."""
        meeting = Meeting(_quick)
        meeting.connect()
        self.assertRaises(SSL.WantReadError, meeting.layer._records.write, b"x")

    def test_one_buffer_serves_many(self):
        """What was read is copied before the next one reads."""
        make = _with(Scratch())
        meetings = [Meeting(make).shake() for _ in range(3)]
        for number, meeting in enumerate(meetings):
            meeting.arrive(meeting.far.say(b"%d" % number))
            meeting.layer.write(b"to %d" % number)
        for number, meeting in enumerate(meetings):
            meeting.carry()
            self.assertEqual(meeting.line.received, [b"%d" % number])
            self.assertEqual(meeting.far.plain, b"to %d" % number)
