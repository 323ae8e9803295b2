"""The guard: Host, Origin and token."""

from __future__ import annotations

from twisted.trial import unittest

from twinet.inetfetch.api.guard import LOCAL_HOSTS, Guard
from twinet.inetfetch.api.problem import Problem

TOKEN = "the-token-of-this-daemon"


class GuardTests(unittest.SynchronousTestCase):
    def setUp(self):
        self.guard = Guard(TOKEN, LOCAL_HOSTS | {"box.lan"}, {"https://ui.example"})

    def status(self, check, values):
        try:
            check(values)
        except Problem as problem:
            return problem.status
        return None

    def test_own_names_are_answered_to_with_any_port(self):
        """However the port is written, and in any case."""
        for host in [
            "127.0.0.1",
            "127.0.0.1:6800",
            "localhost:1",
            "LOCALHOST",
            "[::1]:6800",
            "[::1]",
            "box.lan",
            "localhost.",
            "localhost:",
        ]:
            self.assertIsNone(self.status(self.guard.check_host, [host]), host)

    def test_other_names_are_refused(self):
        """A page whose name was pointed at this machine sends its own."""
        for host in [
            "evil.example",
            "evil.example:6800",
            "127.0.0.1.evil.example",
            "localhost.evil.example",
            "127.0.0.2",
            "127.0.0.1:6800:6800",
            "127.0.0.1@evil.example",
            "evil.example/127.0.0.1",
            "[::1].evil.example",
            "::1",
            "127.1",
            "",
            " ",
        ]:
            self.assertEqual(self.status(self.guard.check_host, [host]), 403, host)

    def test_literal_address_at_which_a_request_arrived_is_a_name(self):
        """Who listens for others is called by that; other addresses are not ours."""
        for address, host in [
            ("192.0.2.7", "192.0.2.7:6800"),
            ("2001:db8::7", "[2001:db8::7]"),
        ]:
            self.guard.check_host([host], address)
            for arrived_at in ["192.0.2.8", "", None]:
                with self.assertRaises(Problem):
                    self.guard.check_host([host], arrived_at)
        with self.assertRaises(Problem):
            self.guard.check_host(["evil.example"], "192.0.2.7")

    def test_one_host_is_needed(self):
        """Two would be read differently by different programs."""
        self.assertEqual(self.status(self.guard.check_host, []), 400)
        two = ["localhost", "evil.example"]
        self.assertEqual(self.status(self.guard.check_host, two), 400)

    def test_listed_origins_pass_and_no_others(self):
        """Exactly as listed; no origin at all is no web page."""
        self.assertIsNone(self.status(self.guard.check_origin, []))
        self.assertIsNone(self.status(self.guard.check_origin, ["https://ui.example"]))
        for origin in [
            "http://ui.example",
            "https://ui.example:444",
            "https://ui.example.evil.example",
            "null",
            "",
            "http://localhost:6800",
        ]:
            self.assertEqual(self.status(self.guard.check_origin, [origin]), 403)

    def test_only_the_right_token_passes(self):
        """In the one form that is known for it."""
        self.assertIsNone(self.status(self.guard.check_token, [f"Bearer {TOKEN}"]))
        self.assertIsNone(self.status(self.guard.check_token, [f"bearer  {TOKEN} "]))
        for fields in [
            [],
            [""],
            ["Bearer"],
            ["Bearer "],
            [f"Basic {TOKEN}"],
            [TOKEN],
            [f"Bearer {TOKEN}x"],
            [f"Bearer {TOKEN[:-1]}"],
            [f"Bearer {TOKEN.upper()}"],
            ["Bearer \xe4\xf6\xfc"],
            [f"Bearer {TOKEN}", f"Bearer {TOKEN}"],
        ]:
            self.assertEqual(self.status(self.guard.check_token, fields), 401, fields)

    def test_refusal_shows_no_token(self):
        """Neither the right nor the wrong one."""
        try:
            self.guard.check_token(["Bearer wrong-token"])
        except Problem as problem:
            self.assertNotIn(TOKEN, problem.detail)
            self.assertNotIn("wrong-token", problem.detail)
            self.assertIn("Bearer", problem.headers["WWW-Authenticate"])
