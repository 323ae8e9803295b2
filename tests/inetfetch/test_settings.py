"""The options: command line, environment, defaults."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from twisted.python import usage
from twisted.trial import unittest

from twinet import ProxySettings
from twinet.inetfetch.api.guard import LOCAL_HOSTS
from twinet.inetfetch.settings import Options

HOME = Path("~").expanduser()


class SettingsTests(unittest.SynchronousTestCase):
    def settings(self, *arguments, **environment):
        options: Any = Options(environment)
        options.parseOptions(list(arguments))
        return options.settings

    def test_defaults_work_without_any_option(self):
        """This machine only, the user's own folders."""
        settings = self.settings()
        self.assertEqual(settings.state_dir, HOME / ".local/state/inetfetch")
        self.assertEqual(settings.root, HOME / "Downloads")
        self.assertEqual(settings.listen, "tcp:6800:interface=127.0.0.1")
        self.assertEqual((settings.max_active, settings.max_active_per_host), (5, 2))
        self.assertEqual((settings.trust_roots, settings.allow_nets), (None, ()))
        self.assertIsNone(settings.netrc)
        self.assertEqual((settings.hosts, settings.origins), (LOCAL_HOSTS, frozenset()))
        self.assertFalse(settings.insecure_listen)
        self.assertTrue(settings.usual_state_dir)
        self.assertEqual(settings.proxy, ProxySettings.direct())

    def test_state_folder_follows_the_desktop_standard(self):
        """XDG_STATE_HOME, if it is absolute."""
        self.assertEqual(
            self.settings(XDG_STATE_HOME="/xdg").state_dir, Path("/xdg/inetfetch")
        )
        self.assertEqual(
            self.settings(XDG_STATE_HOME="xdg").state_dir,
            HOME / ".local/state/inetfetch",
        )

    def test_every_option_has_a_variable(self):
        """The name in capitals; an empty one counts as not given."""
        settings = self.settings(
            INETFETCH_STATE_DIR="/s",
            INETFETCH_DIR="~/d",
            INETFETCH_LISTEN="tcp:1",
            INETFETCH_TRUST_ROOTS="/r.pem",
            INETFETCH_NETRC="/n",
            INETFETCH_PROXY="http=p:1",
            INETFETCH_PROXY_BYPASS="<local>",
            INETFETCH_MAX_ACTIVE="7",
            INETFETCH_MAX_ACTIVE_PER_HOST=" 3 ",
            INETFETCH_POLICY_ALLOW_NETS="10.0.0.0/8,::1",
            INETFETCH_ALLOW_HOSTS="Box.lan, other",
            INETFETCH_ALLOW_ORIGINS="https://ui.example",
            INETFETCH_INSECURE_LISTEN="1",
        )
        self.assertEqual(settings.state_dir, Path("/s"))
        self.assertEqual(settings.root, HOME / "d")
        self.assertEqual(settings.listen, "tcp:1")
        self.assertEqual(settings.trust_roots, Path("/r.pem"))
        self.assertEqual(settings.netrc, Path("/n"))
        self.assertEqual(settings.proxy, ProxySettings("http=p:1", "<local>"))
        self.assertEqual((settings.max_active, settings.max_active_per_host), (7, 3))
        self.assertEqual(
            [str(n) for n in settings.allow_nets], ["10.0.0.0/8", "::1/128"]
        )
        self.assertEqual(settings.hosts, LOCAL_HOSTS | {"box.lan", "other"})
        self.assertEqual(settings.origins, {"https://ui.example"})
        self.assertTrue(settings.insecure_listen)
        self.assertTrue(settings.usual_state_dir)  # the command line reads it too
        self.assertEqual(self.settings(INETFETCH_MAX_ACTIVE="").max_active, 5)

    def test_command_line_goes_before_the_environment(self):
        """For every option alike."""
        settings = self.settings(
            "--max-active=9",
            "--state-dir=/cli",
            "--listen=",
            INETFETCH_MAX_ACTIVE="7",
            INETFETCH_STATE_DIR="/env",
            INETFETCH_LISTEN="tcp:1",
        )
        self.assertEqual((settings.max_active, settings.state_dir), (9, Path("/cli")))
        self.assertFalse(settings.usual_state_dir)
        self.assertEqual(settings.listen, "tcp:6800:interface=127.0.0.1")

    def test_the_proxies_of_other_programs_are_not_taken_up(self):
        """They are only known, to be told of."""
        settings = self.settings(http_proxy="p:1", ALL_PROXY="q:1", https_proxy="")
        self.assertFalse(settings.proxy)
        self.assertEqual(settings.unused_proxies, ("http_proxy", "ALL_PROXY"))
        self.assertTrue(self.settings("--proxy=p:1").proxy)

    def test_relative_folders_become_absolute(self):
        """The program changes its folder when it goes into the background."""
        settings = self.settings("--state-dir=s", "--dir=d", "--trust-roots=r")
        for path in [settings.state_dir, settings.root, settings.trust_roots]:
            self.assertEqual(path.parent, Path.cwd())

    def test_wrong_value_is_a_clear_usage_error(self):
        """It names the option."""
        for arguments, word in [
            (["--max-active=0"], "--max-active"),
            (["--max-active=x"], "--max-active"),
            (["--max-active-per-host=-1"], "--max-active-per-host"),
            (["--max-active=99999"], "--max-active"),
            (["--policy-allow-nets=home"], "INETFETCH_POLICY_ALLOW_NETS"),
            (["--proxy=http://u:geheim@p:x"], "--proxy"),
            (["--proxy=p", "--proxy-bypass=<x>"], "bypass"),
            (["--proxy-bypass=<local>"], "--proxy"),
            (["--nonsense"], "nonsense"),
        ]:
            error = self.assertRaises(usage.UsageError, self.settings, *arguments)
            self.assertIn(word, str(error))
            self.assertNotIn("geheim", str(error))

    def test_no_pid_file_unless_it_was_asked_for(self):
        """A stale twistd.pid would stop the next start."""
        for given, becomes in [("twistd.pid", ""), ("mine.pid", "mine.pid")]:
            options: Any = Options({})
            options.parent = {"pidfile": given}
            options.parseOptions([])
            self.assertEqual(options.parent["pidfile"], becomes)
