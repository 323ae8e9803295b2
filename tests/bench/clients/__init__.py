"""The clients: one module each, with a function for each kind of work it can do.

``small(job)`` fetches answers into memory, ``large(job)`` a body to nothing,
``files(job)`` bodies to files, ``slow(job)`` over many slow connections at a time;
with one login on an FTP server ``ftp_read(job)`` fetches a large file to nothing,
``ftp_small(job)`` small ones, ``ftp_write(job)`` stores one, ``ftp_list(job)`` lists.

Each runs in a process of its own (``python -m tests.bench.clients``), so that no
client pays for what another has left behind, and a missing one hurts nobody.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from importlib.util import find_spec

__all__ = ["CLIENTS", "US", "US_ON_UVLOOP", "Client", "chosen"]

_EXTRA = "pip install 'twinet[bench]'"
_OURS = "pip install -e ."


@dataclass(frozen=True, slots=True)
class Client:
    """One way to do the job.

    :ivar name: in tables and on command lines.
    :ivar module: in this package.
    :ivar needs: the module, or the program, without which it cannot run.
    :ivar remedy: how to get that.
    :ivar program: it is a program, not a module.
    :ivar heard: it is given a status callback.
    :ivar uvloop: it runs on uvloop's loop.
    :ivar share: of the requests; slow clients are given fewer.
    :ivar ftp: the module for FTP, if it is another one.
    """

    name: str
    module: str
    needs: str
    remedy: str
    program: bool = False
    heard: bool = False
    uvloop: bool = False
    share: float = 1.0
    ftp: str = ""

    def module_for(self, kind: str) -> str:
        """Return the module, in this package, with the function of that name."""
        return self.ftp if kind.startswith("ftp_") and self.ftp else self.module

    @property
    def installed(self) -> bool:
        if self.program:
            return shutil.which(self.needs) is not None
        if self.uvloop and find_spec("uvloop") is None:
            return False
        return find_spec(self.needs) is not None


#: The row to which all others are compared: the honest one, with a status callback.
US = "twinet-heard"
#: The same on uvloop.
US_ON_UVLOOP = "twinet-uvloop"

CLIENTS = {
    client.name: client
    for client in (
        Client(US, "ours", "twinet", _OURS, heard=True, ftp="ours_ftp"),
        Client("twinet-unheard", "ours", "twinet", _OURS),
        Client("twinet-callbacks", "ours_by_callbacks", "twinet", _OURS, heard=True),
        Client("twinet-blocking", "ours_blocking", "twinet", _OURS, heard=True),
        Client("twinet-blocking-unheard", "ours_blocking", "twinet", _OURS),
        Client("twinet-aio", "ours_aio", "twinet", _OURS, heard=True),
        Client("twinet-aio-unheard", "ours_aio", "twinet", _OURS),
        Client(
            "twinet-aio-uvloop",
            "ours_aio",
            "twinet",
            _EXTRA,
            heard=True,
            uvloop=True,
        ),
        Client(
            US_ON_UVLOOP,
            "ours",
            "twinet",
            _EXTRA,
            heard=True,
            uvloop=True,
            ftp="ours_ftp",
        ),
        Client("treq-on-twinet", "treq_on_ours", "treq", _OURS, heard=True, share=0.5),
        Client("treq", "on_treq", "treq", "pip install treq", share=0.25),
        Client("agent", "on_agent", "twisted", "pip install twisted", share=0.25),
        Client("aiohttp", "on_aiohttp", "aiohttp", _EXTRA),
        Client("aiohttp-uvloop", "on_aiohttp", "aiohttp", _EXTRA, uvloop=True),
        Client("httpx", "on_httpx", "httpx", _EXTRA, share=0.05),
        Client("httpx-sync", "on_httpx_in_threads", "httpx", _EXTRA, share=0.2),
        Client(
            "requests", "on_requests", "requests", "pip install requests", share=0.2
        ),
        Client("http.client", "on_http_client", "http", "it comes with Python"),
        Client("pycurl", "on_pycurl", "pycurl", _EXTRA),
        Client(
            "curl",
            "on_curl",
            "curl",
            "apt-get install curl",
            program=True,
            ftp="on_curl_ftp",
        ),
        Client(
            "aria2",
            "on_aria2",
            "aria2c",
            "apt-get install aria2",
            program=True,
            ftp="on_aria2_ftp",
        ),
        Client("ftplib", "on_ftplib", "ftplib", "it comes with Python"),
        Client("aioftp", "on_aioftp", "aioftp", _EXTRA),
        Client("twisted-ftp", "on_twisted_ftp", "twisted", "pip install twisted"),
        # With Gopher: gopher(job) fetches files, one after the other, to nothing.
        Client("twinet-gopher", "ours_gopher", "twinet", _OURS, heard=True),
        Client("twinet-gopher-unheard", "ours_gopher", "twinet", _OURS),
        Client(
            "curl-gopher",
            "on_curl_gopher",
            "curl",
            "apt-get install curl",
            program=True,
        ),
    )
}


def chosen(text: str) -> list[str]:
    """Return the names in a comma list (for argparse).

    :raises ValueError: there is no such client.
    """
    names = text.split(",")
    for name in names:
        if name not in CLIENTS:
            msg = f"{name} is none of {', '.join(CLIENTS)}"
            raise ValueError(msg)
    return names
