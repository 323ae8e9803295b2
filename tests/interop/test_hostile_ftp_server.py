"""The hostile FTP server itself: where no script says otherwise, it does well."""

from __future__ import annotations

import ftplib
import io
import socket
import ssl
from typing import Any

import pytest
import pytest_twisted
from twisted.internet.threads import deferToThread

from tests.interop.hostile.ftp.case import saying
from tests.interop.hostile.ftp.data import CUTS, DATA
from tests.interop.hostile.ftp.replies import REPLIES
from tests.interop.hostile.ftp.secure import SECURE
from tests.interop.hostile.ftp.server import CONTENTS, HostileFtpServer
from tests.interop.hostile.ftp.silence import SILENCE
from tests.interop.hostile.talker import NEEDS_TCP_INFO
from tests.net.certificates import Server, pem, root, server_context

pytestmark = [NEEDS_TCP_INFO, pytest.mark.usefixtures("nothing_is_logged")]


def talk_with(port: int, *, tls: bool) -> None:
    """Do everything once, as ftplib has it."""
    with ftplib.FTP_TLS(timeout=10) if tls else ftplib.FTP(timeout=10) as talk:
        if isinstance(talk, ftplib.FTP_TLS):
            roots = pem(root().certificate).decode()
            talk.context = ssl.create_default_context(cadata=roots)
        talk.connect("127.0.0.1", port)
        talk.login("somebody", "secret")
        if isinstance(talk, ftplib.FTP_TLS):
            talk.prot_p()
        assert "MLST" in talk.sendcmd("FEAT")
        for family in (socket.AF_INET6, socket.AF_INET):
            # it takes EPSV for one of them, and PASV for the other
            talk.af = family
            came: list[bytes] = []
            talk.retrbinary("RETR /file", came.append)
            assert b"".join(came) == CONTENTS
        came = []
        talk.retrbinary("RETR /file", came.append, rest=100)
        assert b"".join(came) == CONTENTS[100:]
        talk.storbinary("STOR /new", io.BytesIO(CONTENTS))
        assert [name for name, _ in talk.mlsd()] == ["file"]
        assert talk.pwd() == "/"
        talk.voidcmd("TYPE I")
        assert talk.size("/file") == len(CONTENTS)
        talk.rename("/file", "/other")
        assert talk.quit().startswith("221")


@pytest.mark.parametrize("tls", [False, True])
@pytest_twisted.ensureDeferred
async def test_it_does_well(tls: bool) -> None:
    """Else a case would show what nobody meant."""
    context: Any = Server(server_context(root().issue(["127.0.0.1"]))) if tls else None
    server = HostileFtpServer({}, context)
    try:
        await deferToThread(talk_with, server.port, tls=tls)
        assert server.stored == CONTENTS
        await server.all_gone()
    finally:
        await server.stop()
    assert not server.faults, server.faults


@pytest_twisted.ensureDeferred
async def test_it_does_what_a_script_says() -> None:
    """A script stands in the place of the verb."""
    server = HostileFtpServer({"PWD": saying("550 nowhere")})

    def talk() -> None:
        with ftplib.FTP(timeout=10) as client:
            client.connect("127.0.0.1", server.port)
            with pytest.raises(ftplib.error_perm, match="550 nowhere"):
                client.pwd()

    try:
        await deferToThread(talk)
    finally:
        await server.stop()


def test_each_misbehaviour_has_a_name_of_its_own() -> None:
    """A failure names its case; there are many."""
    names = [
        case.name for group in (SILENCE, REPLIES, DATA, CUTS, SECURE) for case in group
    ]
    assert len(set(names)) == len(names)
    assert len(names) > 150
