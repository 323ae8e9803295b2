"""``twistd inetfetch`` as a program: how it starts, how it refuses, how it ends."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from typing import Any

import trustme
from twisted.trial import unittest

from tests.inetfetch.asking import ask
from tests.inetfetch.commandline import PATIENCE, environment
from tests.inetfetch.folders import names_in, temporary_folder
from tests.inetfetch.website import Website, content
from twinet.inetfetch.service import sample_line
from twinet.inetfetch.settings import Options

TWISTD = [sys.executable, "-c", "from twisted.scripts.twistd import run; run()"]
TWIST = [sys.executable, "-m", "twisted", "inetfetch"]
FREE = "tcp:0:interface=127.0.0.1"


class TwistdCase(unittest.SynchronousTestCase):
    def setUp(self):
        self.home = temporary_folder(self)
        self.work = self.home / "work"
        self.work.mkdir()
        self.state = self.home / "state" / "inetfetch"

    def start(self, *arguments, program=None, **env):
        """Start a daemon; return its process when it listens."""
        process = self.popen(*arguments, program=program, **env)
        end = time.monotonic() + PATIENCE
        while not (self.state / "daemon.json").exists():
            if process.poll() is not None or time.monotonic() > end:
                self.fail(process.communicate())
            time.sleep(0.02)
        return process

    def popen(self, *arguments, program=None, **env):
        process = subprocess.Popen(
            [*(program or [*TWISTD, "-n", "inetfetch"]), *arguments],
            cwd=self.work,
            # Twisted leaves a file open while it is imported.
            env=environment(self.home, {"PYTHONWARNINGS": "", **env}),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )
        self.addCleanup(self.end, process)
        return process

    def end(self, process):
        process.kill()
        process.communicate()

    def run_program(self, *arguments, program=None, **env):
        """Run to the end; return exit code, standard output and error."""
        process = self.popen(*arguments, program=program, **env)
        out, err = process.communicate(timeout=PATIENCE)
        return process.returncode, out, err

    def announced(self):
        return json.loads((self.state / "daemon.json").read_text())

    def assert_refused(self, outcome, *words):
        """Check that one clear line says why; no traceback; exit code 1."""
        code, out, err = outcome
        self.assertEqual(code, 1, outcome)
        lines = [line for line in err.splitlines() if line.startswith("inetfetch: ")]
        self.assertEqual(len(lines), 1, err)
        for word in words:
            self.assertIn(word, lines[0])
        self.assertNotIn("Traceback", out + err)


def fetched(case, url):
    """Add a job and return it when it has ended."""
    port = int(case.announced()["url"].rpartition(":")[2])
    token = (case.state / "token").read_text().strip()
    headers = {"Authorization": f"Bearer {token}"}
    added = ask(port, "POST", "/api/v1/jobs", body={"url": url}, headers=headers)
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        path = added.headers["Location"]
        job = ask(port, "GET", path, headers=headers).json
        if job["finished"]:
            return job
        time.sleep(0.02)
    return case.fail(job)


class StartTests(TwistdCase):
    def test_without_any_option_it_starts_with_defaults_that_work(self):
        """It says where it is, and how to add a job; other users see nothing."""
        process = self.start(INETFETCH_LISTEN=FREE)
        url = self.announced()["url"]
        port = int(url.rpartition(":")[2])
        answer = ask(port, "GET", "/healthz")
        self.assertEqual((answer.status, answer.json), (200, {"status": "ok"}))
        token = (self.state / "token").read_text().strip()
        headers = {"Authorization": f"Bearer {token}"}
        self.assertEqual(ask(port, "GET", "/api/v1/jobs", headers=headers).status, 200)
        process.terminate()
        out, err = process.communicate(timeout=PATIENCE)
        self.assertEqual((process.returncode, err), (0, ""))
        for words in [
            f"listening on {url}\n",
            f"token file {self.state}/token\n",
            f"files go to {self.home}/Downloads\n",
            "add https://example.org/\n",
        ]:
            self.assertIn(words, out)
        self.assertNotIn(token, out)
        self.assertEqual(self.state.stat().st_mode & 0o777, 0o700)
        self.assertEqual(names_in(self.state), ["jobs.db", "lock", "token"])
        self.assertEqual(names_in(self.work), [])

    def test_announcement_leads_to_the_daemon(self):
        """Its address, the token file, the folder and the process."""
        process = self.start("--listen", FREE)
        announced = self.announced()
        self.assertEqual(announced["pid"], process.pid)
        self.assertEqual(announced["token_file"], str(self.state / "token"))
        self.assertEqual(announced["dir"], str(self.home / "Downloads"))
        mode = (self.state / "daemon.json").stat().st_mode & 0o777
        self.assertEqual(mode, 0o600)

    def test_daemon_in_the_background_reports_success_when_it_listens(self):
        """The process in the foreground ends with 0 only then; files are readable."""
        log = self.home / "log"
        code, _, err = self.run_program(
            f"--logfile={log}", "inetfetch", "--listen", FREE, program=TWISTD
        )
        self.assertEqual((code, err), (0, ""))
        end = time.monotonic() + PATIENCE
        announced = self.announced()  # it is there already
        port = int(announced["url"].rpartition(":")[2])
        self.assertEqual(ask(port, "GET", "/healthz").status, 200)
        os.kill(announced["pid"], signal.SIGTERM)
        while (self.state / "daemon.json").exists() and time.monotonic() < end:
            time.sleep(0.02)
        self.assertEqual(names_in(self.state), ["jobs.db", "lock", "token"])
        self.assertEqual(names_in(self.work), [])

    def test_twist_works_too(self):
        """The newer program of Twisted's."""
        process = self.start("--listen", FREE, program=TWIST)
        process.terminate()
        process.communicate(timeout=PATIENCE)
        self.assertEqual(process.returncode, 0)
        self.assertEqual(names_in(self.state), ["jobs.db", "lock", "token"])

    def test_help_names_every_option(self):
        """And does not start anything."""
        code, out, _ = self.run_program("--help")
        self.assertEqual(code, 0)
        for option in Options({}).docs:
            self.assertIn(f"--{option}", out)
        self.assertFalse(self.state.exists())


class ProxyTests(TwistdCase):
    def said(self, process):
        """End it, and return what it said."""
        process.terminate()
        out, err = process.communicate(timeout=PATIENCE)
        self.assertEqual((process.returncode, err), (0, ""))
        self.assertNotIn("geheim", out)
        return out

    def test_jobs_go_through_the_operators_proxy(self):
        """To names that only the proxy knows; it says so, without the password."""
        proxy = Website()
        self.addCleanup(proxy.close)
        at = proxy.url.removeprefix("http://")
        process = self.start(
            "--listen", FREE, INETFETCH_PROXY=f"http://user:geheim@{at}"
        )
        job = fetched(self, "http://nobody.invalid/bytes/5000/a.bin")
        self.assertEqual(job["state"], "done", job)
        self.assertEqual(proxy.paths, ["http://nobody.invalid/bytes/5000/a.bin"])
        file = self.home / "Downloads" / "a.bin"
        self.assertEqual(file.read_bytes(), content(5000))
        job = fetched(self, "http://169.254.169.254/bytes/5/b")
        self.assertEqual(job["state"], "failed", job)
        self.assertEqual(len(proxy.paths), 1)
        self.assertIn(f"jobs go through http://{at};", self.said(process))

    def test_a_proxy_of_the_shell_is_not_taken_up_in_silence(self):
        """It is told that it is not used."""
        process = self.start("--listen", FREE, http_proxy="http://u:geheim@p:1")
        self.assertIn("http_proxy name", self.said(process))

    def test_a_proxy_that_cannot_be_is_refused(self):
        """At the start."""
        code, out, err = self.run_program("--proxy", "http://u:geheim@p:x")
        self.assertEqual(code, 1)
        self.assertIn("--proxy: ", out + err)
        self.assertNotIn("geheim", out + err)


class FetchTests(TwistdCase):
    def test_file_arrives_over_https_with_roots_of_ones_own(self):
        """Those that the operator gave; without them the job says what is wrong."""
        authority = trustme.CA()
        website = Website(authority.issue_cert("127.0.0.1", "localhost"))
        self.addCleanup(website.close)
        roots = self.home / "roots.pem"
        authority.cert_pem.write_to_path(str(roots))
        for given, state in [([], "failed"), (["--trust-roots", str(roots)], "done")]:
            process = self.start(
                "--listen",
                FREE,
                "--policy-allow-nets=127.0.0.0/8",
                "--dir",
                str(self.home / "files"),
                *given,
            )
            job = fetched(self, f"{website.url}/bytes/5000/a.bin")
            self.assertEqual(job["state"], state, job)
            self.end(process)
            (self.state / "daemon.json").unlink()
        self.assertEqual((self.home / "files/a.bin").read_bytes(), content(5000))


class RefusalTests(TwistdCase):
    def test_second_daemon_of_a_state_folder_is_refused(self):
        """It names the folder, and the first one goes on."""
        first = self.start("--listen", FREE)
        outcome = self.run_program("--listen", FREE)
        self.assert_refused(outcome, str(self.state), str(first.pid), "--state-dir")
        port = int(self.announced()["url"].rpartition(":")[2])
        self.assertEqual(ask(port, "GET", "/healthz").status, 200)

    def test_taken_port_is_refused(self):
        """It names the option."""
        with socket.create_server(("127.0.0.1", 0)) as taken:
            listen = f"tcp:{taken.getsockname()[1]}:interface=127.0.0.1"
            outcome = self.run_program("--listen", listen)
            self.assert_refused(outcome, "--listen", listen, "in use")
            # Nobody looks for a daemon that never was.
            self.assertFalse((self.state / "daemon.json").exists())
            in_background = self.run_program(
                f"--logfile={self.home}/log",
                f"--pidfile={self.home}/pid",
                "inetfetch",
                "--listen",
                listen,
                program=TWISTD,
            )
        self.assertEqual(in_background[0], 1)
        self.assertIn("cannot listen", in_background[2])
        self.assertIn("in use", (self.home / "log").read_text())
        # The child in the background removes it when its parent has told of the end.
        end = time.monotonic() + PATIENCE
        while (self.home / "pid").exists() and time.monotonic() < end:
            time.sleep(0.02)
        self.assertFalse((self.home / "pid").exists())

    def test_wrong_endpoint_is_refused(self):
        """With what is wrong about it."""
        for listen in ["nonsense:1", "tcp:x", "tcp:1:interface=192.0.2.1", "6800"]:
            outcome = self.run_program("--listen", listen)
            self.assert_refused(outcome, "--listen", listen)

    def test_listening_for_others_needs_tls_or_an_explicit_wish(self):
        """A forgotten interface= must not open the daemon to the network."""
        outcome = self.run_program("--listen", "tcp:0")
        self.assert_refused(outcome, "interface=127.0.0.1", "--insecure-listen")
        self.start("--listen", "tcp:0", "--insecure-listen")

    def test_folders_that_cannot_be_used_are_refused(self):
        """Each with its option."""
        (self.home / "file").write_bytes(b"")
        bad = str(self.home / "file" / "x")
        for option in ["--dir", "--state-dir", "--trust-roots"]:
            outcome = self.run_program("--listen", FREE, option, bad)
            self.assert_refused(outcome, option, bad)

    def test_damaged_state_is_refused(self):
        """The database and the token are not replaced."""
        self.state.mkdir(parents=True)
        database, token = self.state / "jobs.db", self.state / "token"
        database.write_bytes(b"this is no database" * 100)
        self.assert_refused(self.run_program("--listen", FREE), str(database))
        token.write_text("short\n")
        self.assert_refused(self.run_program("--listen", FREE), str(token))
        self.assertEqual(token.read_text(), "short\n")

    def test_wrong_number_is_a_usage_error(self):
        """As twistd tells them."""
        code, out, _ = self.run_program("--max-active", "many")
        self.assertEqual(code, 1)
        self.assertIn("--max-active must be a whole number", out)


class EndTests(TwistdCase):
    def test_both_signals_end_it_with_success(self):
        """And leave a state folder that is closed."""
        for number in [signal.SIGTERM, signal.SIGINT]:
            process = self.start("--listen", FREE)
            process.send_signal(number)
            out, _ = process.communicate(timeout=PATIENCE)
            self.assertEqual(process.returncode, 0, out)
            self.assertEqual(names_in(self.state), ["jobs.db", "lock", "token"])

    def test_killed_daemon_leaves_nothing_that_stops_the_next(self):
        """Neither a lock nor a pid file."""
        process = self.start("--listen", FREE)
        process.kill()
        process.wait()
        (self.state / "daemon.json").unlink()
        self.start("--listen", FREE)


class SampleLineTests(unittest.SynchronousTestCase):
    def setUp(self):
        self.folder = temporary_folder(self)
        self.scripts = self.folder / ".venv" / "bin"
        self.scripts.mkdir(parents=True)

    def line(self, program, *arguments):
        options: Any = Options({})
        options.parseOptions(list(arguments))
        return sample_line(options.settings, str(program), self.folder)

    def test_script_beside_twistd_is_named_as_it_can_be_called(self):
        """Relative to the folder in which the user is."""
        script = self.scripts / "inetfetch"
        script.touch(mode=0o755)
        expected = ".venv/bin/inetfetch add https://example.org/"
        self.assertEqual(self.line(self.scripts / "twistd"), expected)

    def test_script_elsewhere_is_named_in_full(self):
        """So that the line works as it stands."""
        (self.scripts / "inetfetch").touch(mode=0o755)
        line = sample_line(
            _settings(), str(self.scripts / "twistd"), self.folder / "other"
        )
        self.assertEqual(line, f"{self.scripts}/inetfetch add https://example.org/")

    def test_script_on_the_path_is_named_alone(self):
        """As the user calls it."""
        (self.scripts / "inetfetch").touch(mode=0o755)
        self.patch(os, "environ", {**os.environ, "PATH": str(self.scripts)})
        expected = "inetfetch add https://example.org/"
        self.assertEqual(self.line(self.scripts / "twistd"), expected)

    def test_line_leads_to_this_very_daemon(self):
        """The command line must find the state folder."""
        line = self.line("twistd", "--state-dir=/a b")
        expected = "INETFETCH_STATE_DIR='/a b' inetfetch add https://example.org/"
        self.assertEqual(line, expected)


def _settings():
    options: Any = Options({})
    options.parseOptions([])
    return options.settings
