"""The fixtures of the FTP servers themselves, by ftplib and curl."""

from __future__ import annotations

import ftplib
import io
import shutil
import ssl
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.interop.ftpabilities import KINDS, LACKS, to_each
from tests.interop.ftpclient import client
from tests.interop.ftpserver import DOORS
from tests.interop.ftpsite import (
    FILES,
    LATIN,
    MANY,
    MIB,
    NAMES,
    QUOTED,
    SPARSE,
    UTF8,
    WRITTEN,
)

if TYPE_CHECKING:
    from tests.interop.ftpserver import FtpServer, Room

EVERY_DOOR = tuple(DOORS)


def got(talk: ftplib.FTP, name: str, rest: int | None = None) -> bytes:
    """Return a file's contents."""
    came: list[bytes] = []
    talk.retrbinary(f"RETR {name}", came.append, rest=rest)
    return b"".join(came)


def listed(talk: ftplib.FTP, command: str) -> list[str]:
    """Return the lines of a listing."""
    lines: list[str] = []
    talk.retrlines(command, lines.append)
    return lines


def names(room: Room) -> list[str]:
    """Return what is in a folder of the server's."""
    return [path.name for path in room.folder.iterdir()]


@to_each(doors=EVERY_DOOR)
def test_every_file_is_served_to_anybody(ftp: FtpServer) -> None:
    """What stands in the folder comes back, byte for byte, through every door."""
    with client(ftp) as talk:
        for name, contents in FILES.items():
            assert got(talk, f"/{name}") == contents
        assert talk.quit().startswith("221")


@to_each("TLS", doors=("open", "six"))
def test_tls_may_be_asked_for(ftp: FtpServer) -> None:
    """The same server takes ``AUTH TLS``, and protects data."""
    with client(ftp, tls=True) as talk:
        assert got(talk, "/small.txt") == FILES["small.txt"]
        assert "small.txt" in listed(talk, "NLST")


@to_each()
def test_sizes_and_times(ftp: FtpServer) -> None:
    """In binary, and in UTC."""
    with client(ftp) as talk:
        talk.voidcmd("TYPE I")
        assert talk.size("/five-mebibytes.bin") == 5 * MIB
        assert talk.size("/sparse.bin") == SPARSE
        assert talk.size("/empty.bin") == 0
        assert talk.sendcmd("MDTM /small.txt") == "213 20231114221320"
        assert WRITTEN == 1_700_000_000


@to_each("REST")
def test_going_on_in_the_middle(ftp: FtpServer) -> None:
    """Of a file beyond what a socket holds."""
    with client(ftp) as talk:
        assert got(talk, "/sparse.bin", SPARSE - 10) == bytes(10)
        assert got(talk, "/five-mebibytes.bin", 3 * MIB + 1)[:2] == b"\1\2"


@to_each()
def test_names_that_are_odd(ftp: FtpServer) -> None:
    """Blanks, dots, dashes, brackets."""
    with client(ftp) as talk:
        talk.cwd("/names")
        for name in NAMES:
            assert got(talk, name) == name.encode()
        for name in NAMES:
            assert any(line.endswith(f" {name}") for line in listed(talk, "LIST"))


@to_each("UTF-8")
def test_names_in_utf8(ftp: FtpServer) -> None:
    """Asked for and listed."""
    with client(ftp) as talk:
        talk.cwd("/names")
        for name in UTF8:
            assert got(talk, name) == name.encode()
        assert set(UTF8) <= set(listed(talk, "NLST"))


@to_each("Latin-1")
def test_names_that_are_no_utf8(ftp: FtpServer) -> None:
    """A byte is a byte."""
    name, iac = (raw.decode("latin-1") for raw in LATIN)
    with client(ftp, encoding="latin-1") as talk:
        talk.cwd("/latin")
        assert got(talk, name) == LATIN[0]
        assert {name, iac} <= set(listed(talk, "NLST"))
        assert got(talk, iac) == LATIN[1]


@to_each("doubled IAC")
def test_iac_may_be_doubled(ftp: FtpServer) -> None:
    """As Telnet has it; the others take two bytes for two."""
    iac = LATIN[1].replace(b"\xff", b"\xff\xff").decode("latin-1")
    with client(ftp, encoding="latin-1") as talk:
        assert got(talk, f"/latin/{iac}") == LATIN[1]


@to_each()
def test_many_names(ftp: FtpServer) -> None:
    """A listing that does not fit into one packet."""
    with client(ftp) as talk:
        talk.cwd("/many")
        lines = [line for line in listed(talk, "LIST") if line.endswith(".txt")]
        listing = sorted(line.rpartition(" ")[2] for line in lines)
        assert listing == [f"{n:03}.txt" for n in range(MANY)]


@to_each("NLST of where one is")
def test_bare_names(ftp: FtpServer) -> None:
    """NLST is a list of names alone."""
    with client(ftp) as talk:
        talk.cwd("/names")
        assert set(NAMES) <= set(listed(talk, "NLST"))


@to_each("quotes in PWD")
def test_folder_with_quotes(ftp: FtpServer) -> None:
    """PWD doubles the quotes of a name."""
    with client(ftp) as talk:
        talk.cwd(f"/{QUOTED}")
        assert '"/say ""hi"""' in talk.sendcmd("PWD")


@to_each()
def test_folders(ftp: FtpServer) -> None:
    """One goes down and up, and not to where nothing is."""
    with client(ftp) as talk:
        assert talk.pwd() == "/"
        talk.cwd(f"/{QUOTED}")
        talk.cwd("/folder/deeper")
        talk.cwd("..")
        assert talk.pwd() == "/folder"
        with pytest.raises(ftplib.error_perm):
            talk.cwd("/nowhere")


@to_each("MLSD")
def test_facts(ftp: FtpServer) -> None:
    """MLSD says what LIST lets one guess."""
    with client(ftp) as talk:
        facts = dict(talk.mlsd("/", ["type", "size", "modify"]))
    assert facts["small.txt"]["size"] == str(len(FILES["small.txt"]))
    assert facts["small.txt"]["modify"] == "20231114221320"
    assert facts["folder"]["type"] == "dir"


@to_each("ASCII")
def test_text(ftp: FtpServer) -> None:
    """In ASCII each line ends with CR LF, whatever the file has."""
    with client(ftp) as talk:
        talk.voidcmd("TYPE A")
        with talk.transfercmd("RETR /unix.txt") as data:
            came = b"".join(iter(lambda: data.recv(100), b""))
        talk.voidresp()
        assert came == FILES["unix.txt"].replace(b"\n", b"\r\n")


@to_each(doors=EVERY_DOOR)
def test_writing(ftp: FtpServer) -> None:
    """Files come, are written again, change their names, and go; so do folders."""
    room = ftp.room()
    with client(ftp, ftp.writer) as talk:
        talk.cwd(room.name)
        talk.storbinary("STOR new.bin", io.BytesIO(FILES["five-mebibytes.bin"]))
        assert (room.folder / "new.bin").read_bytes() == FILES["five-mebibytes.bin"]
        talk.storbinary("STOR new.bin", io.BytesIO(b"short"))
        assert (room.folder / "new.bin").read_bytes() == b"short"
        talk.rename("new.bin", "old.bin")
        assert names(room) == ["old.bin"]
        talk.delete("old.bin")
        talk.mkd("made")
        assert names(room) == ["made"]
        talk.rmd("made")
        assert names(room) == []


@to_each("REST")
def test_writing_on_from_the_middle(ftp: FtpServer) -> None:
    """What is behind the place stays as long as nothing is written there."""
    room = ftp.room()
    with client(ftp, ftp.writer) as talk:
        talk.cwd(room.name)
        talk.storbinary("STOR x", io.BytesIO(b"0123456789"))
        talk.storbinary("STOR x", io.BytesIO(b"abcdefg"), rest=5)
        assert (room.folder / "x").read_bytes() == b"01234abcdefg"


@to_each("APPE")
def test_appending(ftp: FtpServer) -> None:
    """APPE makes a file, and makes it longer."""
    room = ftp.room()
    with client(ftp, ftp.writer) as talk:
        talk.cwd(room.name)
        for piece in (b"one", b"two"):
            talk.storbinary("APPE x", io.BytesIO(piece))
        assert (room.folder / "x").read_bytes() == b"onetwo"


@to_each(doors=("open", "six"))
def test_active_connections(ftp: FtpServer) -> None:
    """The server connects: EPRT by IPv6, PORT by IPv4."""
    with client(ftp) as talk:
        talk.set_pasv(False)
        assert got(talk, "/small.txt") == FILES["small.txt"]


@to_each(doors=("open", "six"))
def test_extended_passive(ftp: FtpServer) -> None:
    """EPSV serves both families."""
    with client(ftp) as talk:
        host, port = ftplib.parse229(talk.sendcmd("EPSV"), (ftp.host, ftp.port))
        assert host == ftp.host
        assert port != ftp.port


@to_each("ABOR")
def test_transfer_that_is_given_up(ftp: FtpServer) -> None:
    """ABOR ends it, and the connection goes on."""
    with client(ftp) as talk:
        talk.voidcmd("TYPE I")
        data = talk.transfercmd("RETR /sparse.bin")
        assert data.recv(10) == bytes(10)
        data.close()
        talk.putcmd("ABOR")
        # what became of the transfer is told before, or not at all
        while talk.getmultiline()[:3] not in {"225", "226"}:
            pass
        assert talk.sendcmd("NOOP").startswith("200")


@to_each(doors=("reuse",))
def test_another_session_is_refused(ftp: FtpServer) -> None:
    """The door ``reuse`` is one: without the same session there are no data."""
    with (
        client(ftp, reuses=False) as talk,
        pytest.raises((ftplib.Error, ssl.SSLError, EOFError, OSError)),
    ):
        got(talk, "/small.txt")


@to_each(doors=("asks",))
def test_nobody_without_a_certificate(ftp: FtpServer) -> None:
    """The door ``asks`` is one."""
    with (
        pytest.raises((ftplib.Error, ssl.SSLError, EOFError, OSError)),
        client(ftp, certificate=False),
    ):
        pass


@to_each(doors=("open", "implicit", "reuse"))
def test_curl_reads_and_writes(ftp: FtpServer) -> None:
    """Another client, with another notion of sessions and certificates."""
    curl = shutil.which("curl")
    if curl is None:
        pytest.skip("apt-get install curl")

    def run(*what: str) -> bytes:
        tls = ["--cacert", str(ftp.ca_pem)]
        if ftp.door.secure:
            tls += ["--ssl-reqd", "--cert", str(ftp.client_pem)]
        command = [curl, "-q", "-sS", "--max-time", "10", *tls, *what]
        return subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout

    assert run(f"{ftp.url()}/small.txt") == FILES["small.txt"]
    assert b"five-mebibytes.bin" in run(f"{ftp.url()}/")
    room = ftp.room()
    (room.folder / "x").write_bytes(b"sent")
    run("-T", str(room.folder / "x"), f"{ftp.url(ftp.writer)}{room.name}/y")
    assert (room.folder / "y").read_bytes() == b"sent"


def test_what_is_lacking_belongs_to_servers_that_are_here() -> None:
    """A name that is written wrongly would leave out nobody."""
    for ability, whom in LACKS.items():
        assert whom.keys() <= KINDS.keys(), ability
        assert all(whom.values())
