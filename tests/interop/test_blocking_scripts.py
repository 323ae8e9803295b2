"""Scripts that block: signals, the end of the interpreter, forks, a prompt, a loop.

Each is a process of its own, as the thread of its reactor is one for the whole process.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path
from typing import IO, Any
from unittest import skipUnless

from twisted.trial.unittest import SynchronousTestCase

from tests.blocking.silentpeer import SilentPeer
from tests.inetfetch.commandline import PATIENCE, environment
from tests.inetfetch.website import Website, content

BEGIN = """
import os, signal, sys, threading
import twinet
from twinet import blocking
"""


class Scripts(SynchronousTestCase):
    """A site, a peer that says nothing, and programs that ask them."""

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.home = Path(folder.name)
        self.site = Website()
        self.addCleanup(self.site.close)
        self.silent = SilentPeer()
        self.addCleanup(self.silent.close)

    def start(self, script: str, *options: str) -> subprocess.Popen[str]:
        """Start a program; it may name SITE, SILENT, HALF, MOVED."""
        path = self.home / "script.py"
        text = BEGIN + textwrap.dedent(script)
        for name, url in (
            ("SITE", f"{self.site.url}/bytes/1000/x"),
            ("SILENT", self.silent.url()),
            ("HALF", f"{self.site.url}/stall/1000/x"),
            ("MOVED", f"{self.site.url}/to/bytes/1000/x"),
        ):
            text = text.replace(name, repr(url))
        path.write_text(text, encoding="utf-8")
        process = subprocess.Popen(
            [sys.executable, *options, str(path)],
            cwd=self.home,
            env=environment(self.home),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.addCleanup(self.end, process)
        return process

    def end(self, process: subprocess.Popen[str]) -> None:
        process.kill()
        process.wait()
        pipes: tuple[Any, ...] = (process.stdin, process.stdout, process.stderr)
        for pipe in pipes:
            pipe.close()

    def run_script(self, script: str) -> list[str]:
        """Run it to its end, which must be a good one; its lines."""
        process = self.start(script)
        out, err = process.communicate(timeout=PATIENCE)
        self.assertEqual((process.returncode, err), (0, ""))
        return out.splitlines()

    def read_line(self, process: subprocess.Popen[str]) -> str:
        out: IO[str] | None = process.stdout
        assert out is not None
        return out.readline().strip()

    def reached(self) -> None:
        self.assertTrue(self.silent.reached.acquire(timeout=PATIENCE))

    def left(self) -> None:
        self.assertTrue(self.silent.left.acquire(timeout=PATIENCE))


class Interruptions(Scripts):
    """Ctrl-C, and what other signal handlers raise, while a call waits."""

    def test_ctrl_c_ends_the_call_and_nothing_else(self) -> None:
        """The socket is closed before the program goes on; the session goes on too."""
        process = self.start("""
            session = blocking.Session(proxy="")
            session.set_status_callback(lambda news: told.append(news))
            told = []
            try:
                session.get(SILENT)
            except KeyboardInterrupt:
                print("interrupted", told[-1].status.name, told[-1].context.alive)
                sys.stdout.flush()
                sys.stdin.readline()
            print(session.alive, session.fetch(SITE).status_code)
            session.close()
        """)
        self.reached()
        process.send_signal(signal.SIGINT)
        self.assertEqual(self.read_line(process), "interrupted HANDLE_CLOSING False")
        self.left()
        out, err = process.communicate("\n", timeout=PATIENCE)
        self.assertEqual((process.returncode, out, err), (0, "True 200\n", ""))

    def test_ctrl_c_in_a_read_closes_the_request(self) -> None:
        """What came and was lost with the call is never taken for read."""
        process = self.start("""
            session = blocking.Session(proxy="")
            request = session.get(HALF)
            request.set_status_callback(
                lambda news: print(news.status.name, flush=True))
            try:
                request.read(1000)
            except KeyboardInterrupt:
                print(request.alive, session.alive)
            session.close()
        """)
        self.assertEqual(self.read_line(process), "RECEIVING_RESPONSE")
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=PATIENCE)
        self.assertEqual((process.returncode, err), (0, ""))
        self.assertEqual(out.splitlines()[-2:], ["HANDLE_CLOSING", "False True"])

    def test_a_second_ctrl_c_does_not_hang(self) -> None:
        """However long a call takes to be cancelled."""
        process = self.start("""
            from twisted.internet.defer import Deferred
            from twinet.blocking.way import Blocked
            stubborn = Deferred(lambda _: print("cancelled", flush=True))
            stubborn.addBoth(lambda _: Deferred())
            def begin():
                print("begun", flush=True)
                return stubborn
            glass = Blocked(blocking.Handle, None)
            try:
                glass.call(None, begin)
            except KeyboardInterrupt:
                print("out")
        """)
        self.assertEqual(self.read_line(process), "begun")
        process.send_signal(signal.SIGINT)
        self.assertEqual(self.read_line(process), "cancelled")
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=PATIENCE)
        self.assertEqual((process.returncode, out, err), (0, "out\n", ""))

    def test_a_traceback_is_short(self) -> None:
        """The program's line, and few of ours."""
        process = self.start("""
            blocking.fetch(SILENT, proxy="")
        """)
        self.reached()
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=PATIENCE)
        self.assertEqual(process.returncode, -signal.SIGINT)
        lines = err.splitlines()
        self.assertEqual(lines[-1], "KeyboardInterrupt")
        files = [line for line in lines if line.startswith("  File")]
        self.assertIn("script.py", files[0])
        self.assertLess(len(files), 7, err)
        self.assertNotIn("Twisted", err)

    def test_a_handler_that_exits_ends_the_program(self) -> None:
        """SystemExit goes through as well, past a context manager."""
        process = self.start("""
            signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
            with blocking.Session(proxy="") as session:
                session.get(SILENT)
        """)
        self.reached()
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=PATIENCE)
        self.assertEqual((process.returncode, out, err), (143, "", ""))
        self.left()

    def test_a_handler_may_make_calls(self) -> None:
        """Those end; the call that was under way goes on, unless they end it."""
        out = self.run_script("""
            def ring(*_):
                bodies.append(session.fetch(SITE).body)
                if len(bodies) == 20:
                    signal.setitimer(signal.ITIMER_REAL, 0)
                    session.close()
            bodies = []
            signal.signal(signal.SIGALRM, ring)
            session = blocking.Session(proxy="")
            session.set_status_callback(lambda news: None)
            signal.setitimer(signal.ITIMER_REAL, 0.02, 0.02)
            try:
                session.get(SILENT)
            except twinet.errors.OperationCancelled:
                print({len(body) for body in bodies})
        """)
        self.assertEqual(out, ["{1000}"])

    def test_an_alarm_is_a_limit_of_ones_own(self) -> None:
        """An exception of the program's, from its own handler."""
        out = self.run_script("""
            class TooLong(Exception):
                pass
            def ring(*_):
                raise TooLong
            signal.signal(signal.SIGALRM, ring)
            with blocking.Session(proxy="") as session:
                signal.setitimer(signal.ITIMER_REAL, 0.3)
                try:
                    session.get(SILENT)
                except TooLong:
                    print("too long")
                print(session.fetch(SITE).status_code)
        """)
        self.assertEqual(out, ["too long", "200"])
        self.left()


class Ends(Scripts):
    """The end of the interpreter, and the errors that end it."""

    def test_open_sessions_keep_no_program(self) -> None:
        """With a request that is open, and a thread that is blocked."""
        process = self.start("""
            session = blocking.Session(proxy="")
            request = session.get(SITE)
            other = blocking.Session(proxy="")
            threading.Thread(target=other.get, args=(SILENT,), daemon=True).start()
            sys.stdin.readline()
            print(len(request.read(10)))
        """)
        self.reached()
        out, err = process.communicate("\n", timeout=PATIENCE)
        self.assertEqual((process.returncode, out, err), (0, "10\n", ""))
        self.left()

    def test_an_error_points_at_the_programs_line(self) -> None:
        """And not at twenty of the reactor's."""
        process = self.start("""
            with blocking.Session(proxy="") as session:
                session.get("http://127.0.0.1:1/")
        """)
        _, err = process.communicate(timeout=PATIENCE)
        self.assertEqual(process.returncode, 1)
        lines = err.splitlines()
        self.assertIn("CannotConnect: cannot connect to 127.0.0.1", lines[-1])
        files = [line for line in lines if line.startswith("  File")]
        self.assertEqual(len(files), 2, err)
        self.assertIn("script.py", files[0])
        self.assertNotIn("Traceback", "\n".join(lines[1:]))

    def test_a_callback_that_raises_is_reported_and_hurts_nobody(self) -> None:
        """With its traceback on the standard error; the call goes on."""
        process = self.start("""
            def listen(news):
                if news.status is twinet.Status.REQUEST_SENT:
                    raise ValueError("oh")
            with blocking.Session(proxy="") as session:
                session.set_status_callback(listen)
                print(session.fetch(SITE).status_code)
        """)
        out, err = process.communicate(timeout=PATIENCE)
        self.assertEqual((process.returncode, out), (0, "200\n"))
        self.assertIn("ValueError: oh", err)
        self.assertIn("raised an exception on REQUEST_SENT", err)


@skipUnless(hasattr(os, "fork"), "needs fork")
class Forks(Scripts):
    """A child has one thread, and it is not the reactor's."""

    def test_a_child_is_refused_and_its_parent_goes_on(self) -> None:
        """12004, and what to do instead; old and new sessions alike."""
        out = self.run_script("""
            session = blocking.Session(proxy="")
            request = session.get(SITE)
            child = os.fork()
            if not child:
                for call in (lambda: request.read(1), session.close,
                             lambda: blocking.fetch(SITE), blocking.Session):
                    try:
                        call()
                    except twinet.InternetError as error:
                        print(error.code, "forked" in str(error))
                sys.stdout.flush()
                os._exit(0)
            os.waitpid(child, 0)
            print(len(request.read(1000)))
            session.close()
        """)
        self.assertEqual(out, ["12004 True"] * 4 + ["1000"])

    def test_a_fork_in_a_callback_lets_the_child_go(self) -> None:
        """The child comes back into a call whose reactor it does not have.

        Whatever has come before the fork, it has too; a redirect waits for its
        callback, and so the answer comes behind.
        """
        out = self.run_script("""
            def listen(news):
                if news.status is twinet.Status.REDIRECT:
                    children.append(os.fork())
            children = []
            session = blocking.Session(proxy="")
            try:
                status = session.fetch(MOVED, on_status=listen).status_code
            except twinet.InternetError as error:
                print(error.code, flush=True)
                os._exit(0)
            os.waitpid(children[0], 0)
            print(status)
        """)
        self.assertEqual(out, ["12004", "200"])

    def test_sessions_begun_after_the_fork_work(self) -> None:
        """In each of the children; what was made before is refused with words."""
        out = self.run_script("""
            for _ in range(2):
                child = os.fork()
                if not child:
                    print(blocking.fetch(SITE, proxy="").status_code, flush=True)
                    os._exit(0)
                os.waitpid(child, 0)
            session = blocking.Session(proxy="")
            child = os.fork()
            if not child:
                try:
                    session.get(SITE)
                except twinet.InternetError as error:
                    print("after the fork" in str(error), flush=True)
                os._exit(0)
            os.waitpid(child, 0)
            print(session.fetch(SITE).status_code)
        """)
        self.assertEqual(out, ["200", "200", "True", "200"])


class Surroundings(Scripts):
    """A prompt, a loop of asyncio's, a reactor that the program wants to run."""

    def test_a_prompt_shows_what_is_useful(self) -> None:
        """``python -i``: values, handles that say what they are, help."""
        process = self.start("", "-i")
        site = f"{self.site.url}/bytes/1000/x"
        out, err = process.communicate(
            "s = blocking.Session(proxy='')\n"
            f"r = s.get({site!r})\n"
            "r\n"
            "r.read(5)\n"
            "r.close()\n"
            "r\n"
            "r.read(5)\n"
            "help(r.read_some)\n",
            timeout=PATIENCE,
        )
        self.assertEqual(process.returncode, 0)
        lines = out.splitlines()
        self.assertEqual(
            lines[:3],
            [f"<GET {site} open>", repr(content(5)), f"<GET {site} closed>"],
        )
        self.assertIn("InvalidHandle", err)
        self.assertIn("Return the next bytes, as soon as there are any", out)

    def test_a_loop_of_asyncio_in_the_main_thread(self) -> None:
        """As in a notebook: a cell blocks, or a thread does while the loop goes on."""
        out = self.run_script("""
            import asyncio
            async def main():
                with blocking.Session(proxy="") as session:
                    # A cell of a notebook is called from inside the loop.
                    print(session.fetch(SITE).status_code)
                    ticks = 0
                    task = asyncio.create_task(
                        asyncio.to_thread(session.fetch, SITE))
                    while not task.done():
                        ticks += 1
                        await asyncio.sleep(0)
                    print(len((await task).body), ticks > 0)
            asyncio.run(main())
            # The next cell has another loop.
            asyncio.run(main())
        """)
        self.assertEqual(out, ["200", "1000 True"] * 2)

    def test_a_later_run_of_the_reactor_is_barred(self) -> None:
        """And the log has said so when the thread was started."""
        out = self.run_script("""
            from twisted.internet import error
            from twisted.logger import globalLogBeginner, formatEvent
            globalLogBeginner.beginLoggingTo(
                [lambda event: print(formatEvent(event))], redirectStandardIO=False)
            print(blocking.fetch(SITE, proxy="").status_code)
            from twisted.internet import reactor
            try:
                reactor.run()
            except error.ReactorAlreadyRunning:
                print("barred")
        """)
        self.assertIn("the reactor runs in a thread of its own now", out[0])
        self.assertEqual(out[1:], ["200", "barred"])

    def test_a_reactor_on_a_loop_of_asyncio_runs_in_the_thread_too(self) -> None:
        """The program has installed it, and does not run it."""
        out = self.run_script("""
            import asyncio
            from twisted.internet import asyncioreactor
            loop = asyncio.new_event_loop()
            asyncioreactor.install(loop)
            with blocking.Session(proxy="") as session:
                print(session.fetch(SITE).status_code, loop.is_running())
            # Twisted keeps it open; Python would complain of that at the end.
            from twisted.internet import reactor
            reactor.callFromThread(reactor.stop)
            for thread in threading.enumerate():
                if thread.name == "twinet-reactor":
                    thread.join()
            loop.close()
        """)
        self.assertEqual(out, ["200 True"])

    def test_a_reactor_of_the_programs_own_is_used(self) -> None:
        """It runs in the main thread, and the calls are made in others."""
        out = self.run_script("""
            from twisted.internet import reactor, threads
            session = blocking.Session(proxy="")
            def work():
                return session.fetch(SITE).status_code
            def main():
                work_done = threads.deferToThread(work)
                work_done.addCallback(print)
                work_done.addCallback(lambda _: threads.deferToThread(session.close))
                work_done.addBoth(lambda _: reactor.stop())
            reactor.callWhenRunning(main)
            reactor.run()
            print([each.name for each in threading.enumerate()
                   if each.name == "twinet-reactor"])
            try:
                blocking.fetch(SITE)
            except twinet.InternetError as error:
                print(error.code, "cannot be started again" in str(error))
        """)
        self.assertEqual(out, ["200", "[]", "12004 True"])
