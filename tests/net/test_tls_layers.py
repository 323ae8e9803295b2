"""Our TLS layer and Twisted's: the same stories come to the same."""

from __future__ import annotations

from OpenSSL import SSL
from twisted.internet.error import ConnectionLost
from twisted.trial.unittest import SynchronousTestCase

from tests.net.certificates import root, server_context
from tests.net.layer_meeting import LONG, Meeting
from tests.net.twisted_layer import twisted_layer
from twinet._net.tls_layer import TlsLayer

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


class BothLayersTests(SynchronousTestCase):
    """The same stories with our layer and with Twisted's."""

    def test_stories_come_to_the_same(self):
        """What the line hears, what the far end gets, and how it is closed."""
        for story in STORIES:
            if story in OURS_ALONE:
                continue
            for newest in VERSIONS:
                ours = Meeting(TlsLayer, newest)
                story(ours)
                theirs = Meeting(twisted_layer, newest)
                story(theirs)
                self.assertEqual(ours.outcome(), theirs.outcome(), story.__name__)
