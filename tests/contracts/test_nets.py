"""The nets under the tests catch: leaks in the reactor, skips where none may be."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from tests.conftest import REQUIRE_PEERS

ROOT = Path(__file__).resolve().parents[2]


def outcome(plugin: str, *sources: str, **environment: str) -> tuple[str, str]:
    """Run pytest on files with one of our nets; its last line and its whole output."""
    with tempfile.TemporaryDirectory() as folder:
        for number, source in enumerate(sources):
            path = Path(folder) / f"test_{number}.py"
            path.write_text(textwrap.dedent(source))
        inherited = {
            name: value
            for name, value in os.environ.items()
            if name not in {REQUIRE_PEERS, "PYTEST_ADDOPTS"}
        }
        done = subprocess.run(
            [
                *(sys.executable, "-m", "pytest", "-p", plugin, "--rootdir", folder),
                *("-c", os.devnull, "-p", "no:cacheprovider"),
                *("--continue-on-collection-errors", folder),
            ],
            cwd=ROOT,
            env=inherited | environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    last = (done.stdout.strip().splitlines() or [""])[-1]
    return last, done.stdout + done.stderr


class Leaks(SynchronousTestCase):
    """``tests/interop/leftovers.py``."""

    LEAKY = """
        import socket, threading
        import pytest_twisted
        from twisted.internet import reactor, protocol, task, endpoints

        @pytest_twisted.ensureDeferred
        async def test_timer():
            reactor.callLater(0.1, lambda: None)

        @pytest_twisted.ensureDeferred
        async def test_repeating_timer():
            task.LoopingCall(lambda: None).start(0.005)

        @pytest_twisted.ensureDeferred
        async def test_port():
            reactor.listenTCP(0, protocol.Factory(), interface="127.0.0.1")

        @pytest_twisted.ensureDeferred
        async def test_connection():
            global server
            server = socket.create_server(("127.0.0.1", 0))
            point = endpoints.TCP4ClientEndpoint(reactor, *server.getsockname())
            await endpoints.connectProtocol(point, protocol.Protocol())

        @pytest_twisted.ensureDeferred
        async def test_thread():
            threading.Thread(
                target=threading.Event().wait, name="twinet-names-0", daemon=True
            ).start()

        @pytest_twisted.ensureDeferred
        async def test_neighbour():
            await task.deferLater(reactor, 0.2)
        """

    CLEAN = """
        import socket
        import pytest_twisted
        from twisted.internet import reactor, protocol, task, threads, endpoints
        from twisted.trial.unittest import SynchronousTestCase

        @pytest_twisted.ensureDeferred
        async def test_clean():
            await task.deferLater(reactor, 0.01)
            await threads.deferToThread(int)
            with socket.create_server(("127.0.0.1", 0)) as server:
                point = endpoints.TCP4ClientEndpoint(reactor, *server.getsockname())
                made = await endpoints.connectProtocol(point, protocol.Protocol())
            made.transport.loseConnection()
            reactor.callLater(0, lambda: None)

        class Case(SynchronousTestCase):
            def test_case(self):
                pass
        """

    def test_each_leak_is_caught_and_blamed_on_its_own_test(self):
        """Every kind, once; what leaked is taken away before the next test."""
        last, output = outcome("tests.interop.leftovers", self.LEAKY)
        for test, thing in (
            ("timer", "a timer: <DelayedCall"),
            ("repeating_timer", "a timer: <DelayedCall"),
            ("port", "a socket or pipe:"),
            ("connection", "a socket or pipe:"),
            ("thread", "a thread: twinet-names-0"),
        ):
            self.assertRegex(
                output, rf"ERROR at teardown of test_{test} _+\nleft behind:\n{thing}"
            )
        self.assertIn(" 6 passed, 5 errors in ", last, output)

    def test_clean_tests_pass(self):
        """A timer that fired, a socket on its way out, a thread of the reactor's."""
        last, output = outcome("tests.interop.leftovers", self.CLEAN)
        self.assertIn(" 2 passed in ", last, output)


class Skips(SynchronousTestCase):
    """The hooks in ``tests/conftest.py``."""

    SKIPS = """
        import pytest
        from twisted.trial.unittest import SkipTest, SynchronousTestCase

        @pytest.fixture
        def peer():
            pytest.skip("no such peer: apt-get install it")

        def test_by_a_fixture(peer):
            pass

        @pytest.mark.skip(reason="by a mark")
        def test_by_a_mark():
            pass

        @pytest.mark.xfail
        def test_that_is_expected_to_fail():
            assert False

        class Case(SynchronousTestCase):
            def test_by_trial(self):
                raise SkipTest("by trial")

            def test_by_attribute(self):
                pass

            test_by_attribute.skip = "by attribute"
        """
    WHOLE_FILE = """
        import pytest
        pytest.importorskip("no_such_module_at_all")
        """

    def test_skips_pass_on_a_desk(self):
        """Where a peer is missing its tests are skipped."""
        last, output = outcome("tests.conftest", self.SKIPS, self.WHOLE_FILE)
        self.assertIn(" 5 skipped, 1 xfailed in ", last, output)

    def test_skips_fail_where_peers_are_required(self):
        """Each kind of skip, with its reason; an expected failure stays one."""
        sources = (self.SKIPS, self.WHOLE_FILE)
        last, output = outcome("tests.conftest", *sources, **{REQUIRE_PEERS: "1"})
        for reason in (
            "apt-get install it",
            "by a mark",
            "by trial",
            "by attribute",
            "no_such_module_at_all",
        ):
            self.assertIn(reason, output)
        # errors: the whole file, and two tests that did not get as far as their body
        self.assertIn(" 2 failed, 1 xfailed, 3 errors in ", last, output)
