"""The ids of jobs: they grow, and they are UUIDs."""

from __future__ import annotations

import uuid

from twisted.trial import unittest

from twinet.inetfetch.queue.ids import JobIds, new_gid


class JobIdsTests(unittest.SynchronousTestCase):
    def test_id_is_a_uuid_of_version_seven_with_its_time(self):
        """RFC 9562, section 5.7: version, variant and 48 bits of milliseconds."""
        text, position = JobIds().next(1_700_000_000.123)
        made = uuid.UUID(text)
        self.assertEqual((made.version, made.variant), (7, uuid.RFC_4122))
        self.assertEqual(made.int >> 80, 1_700_000_000_123)
        self.assertEqual(int(position), 1_700_000_000_123)

    def test_many_ids_in_one_millisecond_grow(self):
        """More of them than the counter holds still sort in their order."""
        ids = JobIds()
        made = [ids.next(5.0) for _ in range(10_000)]
        self.assertEqual(made, sorted(made))
        self.assertEqual(len({text for text, _ in made}), 10_000)
        self.assertEqual(len({position for _, position in made}), 10_000)

    def test_clock_that_goes_back_makes_no_smaller_id(self):
        """A clock that was set back does not put new jobs before old ones."""
        ids = JobIds()
        before = ids.next(1000.0)
        self.assertGreater(ids.next(10.0), before)

    def test_gid_has_sixteen_digits(self):
        """The form of aria2's clients."""
        self.assertRegex(new_gid(), "^[0-9a-f]{16}$")
        self.assertNotEqual(new_gid(), new_gid())
