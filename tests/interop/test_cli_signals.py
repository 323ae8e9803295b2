"""What is left when a person or a supervisor ends a command: nothing."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
from pathlib import Path

from tests.inetfetch.commandline import PATIENCE, PROGRAM, CommandLine
from tests.inetfetch.website import Website, content


class Signals(CommandLine):
    """A signal in the middle of a download."""

    def setUp(self):
        super().setUp()
        self.site = Website()
        self.addCleanup(self.site.close)
        self.url = self.site.url

    def interrupt(self, number: int, *arguments: str) -> tuple[int, str, str]:
        """Send a signal when all URLs have begun to stall."""
        process = self.start(*arguments)
        for argument in arguments:
            if argument.startswith("http"):
                self.assertTrue(self.site.reached.acquire(timeout=PATIENCE))
        process.send_signal(number)
        out, err = process.communicate(timeout=PATIENCE)
        return process.returncode, out, err

    def test_an_interrupt_in_the_body_leaves_nothing(self):
        """130, no file of any name, no traceback, nothing said."""
        code, out, err = self.interrupt(
            signal.SIGINT, "get", f"{self.url}/stall/600000/x"
        )
        self.assertEqual((code, err), (130, ""))
        self.assertEqual(self.files(), {})
        self.assertNotIn("done", out)

    def test_an_interrupt_before_the_answer_leaves_nothing(self):
        """The server has said nothing yet."""
        code, _, err = self.interrupt(signal.SIGINT, "get", f"{self.url}/silent")
        self.assertEqual((code, err), (130, ""))
        self.assertEqual(self.files(), {})

    def test_an_interrupt_ends_all_downloads(self):
        """Those that wait for their turn never begin."""
        code, _, err = self.interrupt(
            signal.SIGINT,
            *("get", "-j3"),
            *(f"{self.url}/stall/600000/{n}" for n in range(3)),
        )
        self.assertEqual((code, err), (130, ""))
        self.assertEqual(self.files(), {})

    def test_what_was_done_before_stays(self):
        """An interrupt takes away only what is not whole."""
        process = self.start(
            *("get", "-j1", f"{self.url}/bytes/9/a"),
            *(f"{self.url}/stall/600000/b", f"{self.url}/bytes/9/c"),
        )
        self.assertTrue(self.site.reached.acquire(timeout=PATIENCE))
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=PATIENCE)
        self.assertEqual((process.returncode, err), (130, ""))
        self.assertEqual(self.files(), {"a": content(9)})

    def test_a_termination_leaves_nothing(self):
        """143, as a shell gives it for a program that the signal has ended."""
        code, _, err = self.interrupt(
            signal.SIGTERM, "get", f"{self.url}/stall/600000/x"
        )
        self.assertEqual((code, err), (143, ""))
        self.assertEqual(self.files(), {})

    def test_a_closed_terminal_leaves_nothing(self):
        """129; but whoever runs it under nohup wants it to go on."""
        code, _, err = self.interrupt(
            signal.SIGHUP, "get", f"{self.url}/stall/600000/x"
        )
        self.assertEqual((code, err), (129, ""))
        self.assertEqual(self.files(), {})

    def test_an_ignored_signal_stays_ignored(self):
        """A shell starts background jobs of scripts so."""
        process = self.start(
            "get",
            f"{self.url}/stall/4/x",
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN),
        )
        self.assertTrue(self.site.reached.acquire(timeout=PATIENCE))
        process.send_signal(signal.SIGINT)
        self.site.released.set()
        _, err = process.communicate(timeout=PATIENCE)
        self.assertEqual(process.returncode, 1)  # by the short body
        self.assert_one_line(err)

    def test_an_interrupt_while_connecting_ends_it(self):
        """A server whose queue of connections is full does not even refuse."""
        with socket.socket() as full, socket.socket() as first:
            full.bind(("127.0.0.1", 0))
            full.listen(0)
            first.connect(full.getsockname())
            fillers = [socket.socket() for _ in range(3)]
            for filler in fillers:
                filler.setblocking(False)
                filler.connect_ex(full.getsockname())
            port = full.getsockname()[1]
            process = self.start("get", f"http://127.0.0.1:{port}/x")
            assert process.stdout is not None
            self.assertEqual(
                process.stdout.readline(), f"start x http://127.0.0.1:{port}/x\n"
            )
            process.send_signal(signal.SIGINT)
            _, err = process.communicate(timeout=PATIENCE)
            for filler in fillers:
                filler.close()
        self.assertEqual((process.returncode, err), (130, ""))

    def test_a_second_interrupt_does_not_hurt(self):
        """People press it more than once."""
        process = self.start("get", f"{self.url}/stall/600000/x")
        self.assertTrue(self.site.reached.acquire(timeout=PATIENCE))
        for _ in range(3):
            process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=PATIENCE)
        self.assertEqual((process.returncode, err), (130, ""))


class Output(CommandLine):
    """Output that cannot be written."""

    def setUp(self):
        super().setUp()
        self.site = Website()
        self.addCleanup(self.site.close)
        self.url = self.site.url

    def test_a_pipe_that_nobody_reads_ends_it_quietly(self):
        """As other programs end there: 141, and no file is left half done."""
        read, write = os.pipe()
        process = self.start("get", f"{self.url}/bytes/5/x", stdout=write)
        os.close(write)
        os.close(read)
        _, err = process.communicate(timeout=PATIENCE)
        self.assertEqual((process.returncode, err), (141, ""))
        self.assertEqual(self.files(), {})

    def test_a_full_disk_under_the_output_is_told(self):
        """One line, and the number for local troubles."""
        device = Path("/dev/full")
        if not device.exists():
            self.skipTest("there is no /dev/full here")
        with device.open("w") as full:
            end = self.run_command("get", f"{self.url}/bytes/5/x", stdout=full)
        self.assertEqual(end.code, 7)
        self.assert_one_line(end.err, "output")

    def test_a_closed_output_is_no_trouble(self):
        """As after ">&-" in a shell."""
        arguments = ["get", f"{self.url}/bytes/5/x"]
        process = subprocess.run(
            ["sh", "-c", 'exec "$@" >&- 2>&-', "sh", *PROGRAM, *arguments],
            cwd=self.folder,
            env=self.environment(),
            timeout=PATIENCE,
            check=False,
        )
        self.assertEqual(process.returncode, 0)
        self.assertEqual(self.files(), {"x": content(5)})

    def test_a_narrow_encoding_is_no_trouble(self):
        """A name that the terminal cannot show is shown in escapes."""
        end = self.run_command(
            "get",
            f"{self.url}/bytes/5/%E2%82%AC",
            env={"LC_ALL": "C", "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "1"},
        )
        self.assertEqual((end.code, end.err), (0, ""))
        self.assertIn("done \\u20ac 5\n", end.out)
        self.assertEqual(self.files(), {"€": content(5)})
