"""Listen on a port, and run Gophernicus for each connection: ``PORT PROGRAM ROOT``."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys

#: Who it is run as where we are root, as which it refuses to run.
NOBODY = 65534


def main() -> None:
    """Serve until killed."""
    port, program, root = sys.argv[1:]
    command = [program, "-nu", "-nh", "-h", "127.0.0.1", "-p", port, "-r", root]
    who = NOBODY if os.getuid() == 0 else None
    # Children are not waited for.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.create_server(("127.0.0.1", int(port)), backlog=64) as listening:
        while True:
            connection, _ = listening.accept()
            with connection:
                subprocess.Popen(
                    command,
                    stdin=connection.fileno(),
                    stdout=connection.fileno(),
                    user=who,
                    group=who,
                )


main()
