"""Whole programs of asyncio's, with real servers, in Python's strictest mode.

``-X dev -W error`` shows what is left behind: a socket, a file, a future nobody asked.
"""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.interop.gopherserver import PLAIN
from tests.interop.site import FILES

if TYPE_CHECKING:
    from tests.interop.gophernicus import Gophernicus
    from tests.interop.nginx import Nginx
    from tests.interop.plainftpd import PlainFtpd

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = Path(__file__).with_name("programs") / "visit_by_aio.py"


@pytest.mark.parametrize("kind", ["asyncio", "uvloop", "reactor"])
def test_visit(
    kind: str,
    nginx: Nginx,
    ftp_server: PlainFtpd,
    gophernicus: Gophernicus,
    tmp_path: Path,
) -> None:
    """HTTPS, FTP and Gopher from one program, and then nothing of it is left."""
    if kind == "uvloop" and find_spec("uvloop") is None:
        pytest.skip("uvloop is not installed: pip install uvloop")
    gopher = f"gopher://127.0.0.1:{gophernicus.port}"
    done = subprocess.run(
        [
            *(sys.executable, "-X", "dev", "-W", "error", PROGRAM, kind),
            *(nginx.https, nginx.ca_pem, ftp_server.ftp, gopher, tmp_path),
        ],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT), "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    # What takes long to be loaded is told of by the loop, in this mode.
    noise = [line for line in done.stderr.splitlines() if " took " not in line]
    assert (done.returncode, noise) == (0, [])
    told: dict[str, Any] = json.loads(done.stdout)
    assert told["threads"] == ["MainThread"]
    assert told["reactor"] is (kind == "reactor")
    assert len(told["found"]) == (1 if kind == "reactor" else 2)
    for found in told["found"]:
        assert found == {
            "small": FILES["small.txt"].decode(),
            "size": 1 << 20,
            "ftp": [["empty.bin", "one-mebibyte.bin"], "inner\n"],
            "gopher": PLAIN.decode().replace("\n", "\r\n"),
            "untrusted": 12045,
            "tls": "TLSv1.3",
        }
