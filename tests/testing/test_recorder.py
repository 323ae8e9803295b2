"""The recorder: what was told, as a list, as a table, and against what should be."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from twinet import Status
from twinet.errors import InvalidParameter, OperationCancelled
from twinet.testing import HttpAnswer, HttpPeer, MemoryNetwork

TABLE = """\
seconds  handle                     context  status
  0.000  Session                    'a'      HANDLE_CREATED
  0.000  GET http://shop.example/a  'a'      RESOLVING_NAME shop.example
  0.000  GET http://shop.example/a  'a'      NAME_RESOLVED 192.0.2.1
  0.000  GET http://shop.example/a  'a'      CONNECTING_TO_SERVER 192.0.2.1
  0.000  GET http://shop.example/a  'a'      CONNECTED_TO_SERVER 192.0.2.1
  0.000  GET http://shop.example/a  'a'      SENDING_REQUEST
  0.000  GET http://shop.example/a  'a'      REQUEST_SENT 76
  0.000  GET http://shop.example/a  'a'      RECEIVING_RESPONSE
  2.500  GET http://shop.example/a  'a'      RESPONSE_RECEIVED 79
  2.500  GET http://shop.example/a  'a'      REQUEST_COMPLETE ok"""


class RecorderTests(SynchronousTestCase):
    """What a session tells of one request and another."""

    def setUp(self):
        self.network = MemoryNetwork()
        shop = HttpPeer()
        shop.answer("GET", "/a", HttpAnswer(200, "short", delay=2.5))
        self.network.add("shop.example", shop)
        self.heard = self.network.recorder()
        self.session = self.network.session()
        self.session.set_status_callback(self.heard)

    def get(self, context: str = "a"):
        """Send a request."""
        url = "http://shop.example/a"
        return self.network.run(self.session.get(url, context=context))

    def test_it_prints_as_a_table(self):
        """With the time of the network."""
        self.get()
        self.assertEqual(str(self.heard), TABLE)

    def test_it_is_a_sequence_of_notifications(self):
        """Of which one can ask for those of a handle, a context, a status."""
        first, second = self.get(), self.get("b")
        self.assertEqual(self.heard[0].status, Status.HANDLE_CREATED)
        self.assertEqual(len(self.heard), len(list(self.heard)))
        self.assertEqual(self.heard.statuses[-1], Status.REQUEST_COMPLETE)
        self.assertEqual(len(self.heard.of(first)), 9)
        self.assertEqual(self.heard.of("b").lines, self.heard.lines[10:])
        self.assertIn(second, [each.handle for each in self.heard.of("b")])
        ends = self.heard.only(Status.REQUEST_COMPLETE)
        self.assertEqual([each.context for each in ends], ["a", "b"])
        self.assertEqual(ends.take(), ["REQUEST_COMPLETE ok"] * 2)
        self.assertEqual(len(ends), 0)
        self.assertEqual(str(ends), "seconds  handle  context  status")

    def test_a_sequence_is_expected_in_short_or_in_full(self):
        """By status, by line, and with gaps."""
        self.get()
        self.heard.expect(*TABLE_LINES)
        self.heard.expect(*self.heard.statuses)
        self.heard.expect(...)
        self.heard.expect("HANDLE_CREATED", ..., Status.SENDING_REQUEST, ...)
        self.heard.expect(..., "REQUEST_SENT", ..., "REQUEST_COMPLETE ok")
        for wrong in (
            (),
            ("HANDLE_CREATED",),
            (..., "HANDLE_CREATED"),
            (..., "REQUEST_COMPLETE 12017"),
            (*TABLE_LINES, "HANDLE_CLOSING"),
            (..., "REQUEST_COMPLETE", "REQUEST_COMPLETE"),
        ):
            self.assertRaises(AssertionError, self.heard.expect, *wrong)

    def test_another_sequence_is_shown_beside_the_expected(self):
        """What was wanted in short is shown in short."""
        self.get()
        error = self.assertRaises(
            AssertionError, self.heard.expect, "HANDLE_CREATED", "HANDLE_CLOSING"
        )
        lines = str(error).splitlines()
        self.assertIn("- HANDLE_CLOSING", lines)
        self.assertIn("+ RESOLVING_NAME shop.example", lines)
        self.assertIn("  HANDLE_CREATED", lines)

    def test_what_cannot_be_told_is_no_expectation(self):
        """A misspelt status would fail for ever, or never."""
        for wrong in ("REQUEST_COMPLETED", "", 100, None):
            self.assertRaises(InvalidParameter, self.heard.expect, wrong)

    def test_a_program_may_act_inside_the_callback(self):
        """As programs do: here it closes at the redirect that never comes."""

        def close(step):
            if step.status is Status.SENDING_REQUEST:
                step.handle.close()

        self.heard.react = close
        self.assertRaises(OperationCancelled, self.get)
        self.heard.expect(
            "HANDLE_CREATED", ..., "SENDING_REQUEST", ..., "REQUEST_COMPLETE 12017", ...
        )
        self.network.close()


TABLE_LINES = [line[45:] for line in TABLE.splitlines()[1:]]
