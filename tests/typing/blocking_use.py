"""What a strict user of ``twinet.blocking`` writes, and what mypy refuses.

Nothing here runs, as in ``correct_use`` and ``refused_use``.
"""

from __future__ import annotations

from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import assert_type

import twinet
from twinet import blocking
from twinet.ftp import FtpReply
from twinet.tls import TlsInfo


def http() -> None:
    """Values where Deferreds were, handles of the same kinds."""
    with blocking.Session(agent="coffee/1.0", connections_per_host=2) as session:
        assert_type(session, blocking.Session)
        request = session.get("http://a.example/", params={"a": "1"}, context=3)
        assert_type(request, blocking.HttpRequest)
        assert_type(request.read(10), bytes)
        assert_type(request.available(), int)
        assert_type(request.seek(0), int)
        assert_type(request.deliver(BytesIO()), int)
        assert_type(request.save("f"), Path)
        assert_type(request.response, twinet.Response)
        assert_type(request.url, str)
        assert_type(request.tls, TlsInfo | None)
        assert_type(request.limits, twinet.Limits)
        assert_type(request.session, blocking.Session)
        assert_type(request.parent, blocking.Handle | None)
        assert_type(request.send(b"x", form={"a": "1"}), blocking.HttpRequest)
        assert_type(request.start(3).finish(), blocking.HttpRequest)
        assert_type(request.write(b"x"), int)
        assert_type(request.query_info(5), str | int | datetime)
        for chunk in request:
            assert_type(chunk, bytes)
        request.limits = twinet.Limits(redirects=0)
        connection = session.http("a.example", tls=True)
        assert_type(connection, blocking.HttpConnection)
        assert_type(connection.open_request("PUT"), blocking.HttpRequest)
        assert_type(session.post("http://a/", json=[1]), blocking.HttpRequest)
        assert_type(session.fetch("http://a/", max_size=9), twinet.Response)
        assert_type(session.open_url("ftp://a/b"), blocking.Resource)
        assert_type(session.cookies, twinet.CookieJar)
        assert_type(session.close(), None)


def ftp_and_gopher(session: blocking.Session) -> None:
    """Get other handles by the mode of a file."""
    ftp = session.ftp("a.example", tls="explicit")
    assert_type(ftp, blocking.FtpConnection)
    assert_type(ftp.open_file("a"), blocking.FtpFile)
    assert_type(ftp.open_file("a", "w"), blocking.FtpUpload)
    assert_type(ftp.open_command("LIST -R"), blocking.FtpFile)
    assert_type(ftp.open_command("STOU", "w"), blocking.FtpUpload)
    assert_type(ftp.size("a"), int)
    assert_type(ftp.command("NOOP"), FtpReply)
    assert_type(ftp.get_file("a", "b"), Path)
    assert_type(ftp.find().next_entry(), twinet.DirectoryEntry | None)
    assert_type([entry.name for entry in ftp.find("*")], list[str])
    with ftp.open_file("a", "a") as upload:
        assert_type(upload.write(b"x"), int)
    gopher = session.gopher("a.example")
    assert_type(gopher.page(), blocking.GopherPage)
    assert_type(gopher.open_file("0a"), blocking.GopherFile)
    assert_type(next(gopher.find()), twinet.GopherEntry)


def short_calls() -> None:
    """No handle at all."""
    assert_type(blocking.fetch("http://a/", proxy=""), twinet.Response)
    assert_type(blocking.download("http://a/", "f"), Path)
    assert_type(blocking.listing("ftp://a/"), list[twinet.DirectoryEntry])


def refused(session: blocking.Session, request: blocking.HttpRequest) -> None:
    """Arguments that the handles do not take, and what cannot be set."""
    session.get(3)  # type: ignore[arg-type]
    session.get("http://a/", header={})  # type: ignore[call-arg]
    request.read("9")  # type: ignore[arg-type]
    request.url = "http://b/"  # type: ignore[misc]
    request.limits = 3  # type: ignore[assignment]
    session.treq()  # type: ignore[attr-defined]
    blocking.Session(agnt="x")  # type: ignore[call-arg]
    session.ftp("a").open_file("a", "x")  # type: ignore[call-overload]
