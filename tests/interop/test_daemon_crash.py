"""Kill -9 at every point: nothing lost, nothing wrong, nothing twice."""

from __future__ import annotations

import http.client
import signal
import time

from twisted.trial import unittest

from tests.inetfetch.asking import ask
from tests.inetfetch.commandline import PATIENCE
from tests.inetfetch.daemonprocess import DaemonProcess
from tests.inetfetch.folders import names_in, temporary_folder
from tests.inetfetch.website import Website, content
from twinet.inetfetch.fetch.faults import POINTS

#: Two of them want the same name.
PATHS = ["/bytes/300000/a.bin", "/bytes/70000/b.bin", "/bytes/5000/a.bin"]


class CrashTests(unittest.SynchronousTestCase):
    def setUp(self):
        self.website = Website()
        self.addCleanup(self.website.close)
        self.daemon = DaemonProcess(temporary_folder(self) / "home")
        self.addCleanup(self.daemon.kill)

    def start(self, fault=""):
        """Start the daemon; return its port."""
        self.daemon.env["INETFETCH_FAULT"] = fault
        return int(self.daemon.start().rpartition(":")[2])

    def ask(self, port, method, path, **how):
        token = (self.daemon.state / "token").read_text().strip()
        headers = {"Authorization": f"Bearer {token}"}
        return ask(port, method, path, headers=headers, **how).json

    def add(self, port):
        """Add all jobs; the daemon may die over it."""
        body = [{"url": self.website.url + path} for path in PATHS]
        try:
            self.ask(port, "POST", "/api/v1/jobs", body=body)
        except (OSError, http.client.HTTPException) as reason:
            return reason
        return None

    def all_done(self, port):
        """Wait until no job is left to do; return the jobs."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            jobs = self.ask(port, "GET", "/api/v1/jobs")["jobs"]
            if all(job["state"] in {"done", "failed"} for job in jobs):
                return jobs
            time.sleep(0.02)
        return self.fail(jobs)

    def check(self, jobs):
        """Check that every job has its own whole file, and that there are no more."""
        self.assertEqual([job["state"] for job in jobs], ["done"] * 3, jobs)
        files = self.daemon.files
        self.assertEqual(names_in(files), ["a (1).bin", "a.bin", "b.bin"])
        sizes = {int(job["url"].split("/")[4]): job["final_path"] for job in jobs}
        self.assertEqual(len(set(sizes.values())), 3)
        for size, path in sizes.items():
            with open(path, "rb") as file:  # noqa: PTH123
                self.assertEqual(file.read(), content(size))

    def killed_at(self, fault):
        port = self.start(fault)
        lost = self.add(port)
        self.assertEqual(self.daemon.ended(), -signal.SIGKILL)
        if "after-add" in fault:
            self.assertIsNotNone(lost)
        self.check(self.all_done(self.start()))

    def test_kill_right_after_the_rename_of_two_jobs_in_a_row(self):
        """The second start is killed at the same step of another job."""
        port = self.start("after-rename")
        self.add(port)
        self.assertEqual(self.daemon.ended(), -signal.SIGKILL)
        self.start("after-rename")
        self.assertEqual(self.daemon.ended(), -signal.SIGKILL)
        self.check(self.all_done(self.start()))

    def test_kill_while_settling_is_settled_again(self):
        """The successor dies over the publication that it took over."""
        port = self.start("after-publishing")
        self.add(port)
        self.assertEqual(self.daemon.ended(), -signal.SIGKILL)
        for fault in ["after-publishing", "before-rename", "before-done"]:
            self.start(fault)
            self.assertEqual(self.daemon.ended(), -signal.SIGKILL)
        self.check(self.all_done(self.start()))

    def test_stop_in_the_middle_of_a_fetch_gives_it_back(self):
        """SIGTERM is quick, and the next start goes on."""
        port = self.start()
        body = {"url": f"{self.website.url}/stall/300000/a.bin"}
        self.ask(port, "POST", "/api/v1/jobs", body=body)
        self.website.reached.acquire(timeout=PATIENCE)
        self.daemon.stop()
        self.assertEqual(names_in(self.daemon.files), [])
        [job] = self.ask(self.start(), "GET", "/api/v1/jobs")["jobs"]
        self.assertIn(job["state"], {"queued", "fetching"})
        self.assertLessEqual(job["tries"], 1)


def _for_point(point):
    def test(self):
        self.killed_at(point)

    test.__doc__ = f"Killed at ``{point}``, then started again."
    return test


for _point in POINTS:
    setattr(CrashTests, f"test_kill_{_point.replace('-', '_')}", _for_point(_point))
