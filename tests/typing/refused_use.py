"""What a type checker must refuse.

Nothing here runs: mypy is the test. Each line breaks its promise on purpose, and mypy
in strict mode complains about an ``ignore`` that nothing needs; so this file fails as
soon as one of these types has become ``Any``.
"""

from __future__ import annotations

import twinet


def takes_a_number(number: int) -> None:
    """Take what a notification is not."""


class NoSink:
    """It has no ``write``."""


async def refused(session: twinet.Session) -> None:
    """One wrong use a line."""
    session.get(5)  # type: ignore[arg-type]  # not an URL
    session.get("http://a/", flags="NO_CACHE")  # type: ignore[arg-type]  # no flag
    session.get("http://a/", headers=[1])  # type: ignore[list-item]  # no field
    session.get("http://a/", params="a=1")  # type: ignore[arg-type]  # no pairs
    session.get("http://a/", form={})  # type: ignore[call-arg]  # a GET has none
    session.post("http://a/", "text")  # type: ignore[arg-type]  # not bytes
    session.post("http://a/", form={"a": None})  # type: ignore[dict-item]  # no value
    session.post("http://a/", files={"f": "text"})  # type: ignore[dict-item]
    session.post("http://a/", headres={})  # type: ignore[call-arg]  # misspelt
    session.head("http://a/", json=1)  # type: ignore[call-arg]  # it has no body
    session.treq(timeout=1)  # type: ignore[call-arg]  # that is for a call
    session.set_status_callback(takes_a_number)  # type: ignore[arg-type]
    session.put("http://a/", 5)  # type: ignore[arg-type]  # no body
    session.request("GET")  # type: ignore[call-arg]  # where to?
    session.open_url("http://a/", head={})  # type: ignore[call-arg]  # misspelt
    request = await session.get("http://a/")
    request.send("text")  # type: ignore[arg-type]  # not bytes
    request.start("5")  # type: ignore[arg-type]  # no length
    request.write("text")  # type: ignore[arg-type]  # not bytes
    request.read("5")  # type: ignore[arg-type]  # no number
    request.seek("5")  # type: ignore[arg-type]  # no number
    request.client_certificate = 5  # type: ignore[assignment]  # no certificate
    request.limits = {"connect": 5}  # type: ignore[assignment]  # no Limits
    request.response.headers.get(b"a")  # type: ignore[call-overload]  # text
    print(request.tls.version)  # type: ignore[union-attr]  # there may be none
    request.deliver(NoSink())  # type: ignore[arg-type]  # nothing can be written
    request.save(b"name")  # type: ignore[arg-type]  # a path is text
    request.response.status_code.upper()  # type: ignore[attr-defined]  # a number
    twinet.Limits(connect="5")  # type: ignore[arg-type]  # no number
    twinet.Limits(conect=5)  # type: ignore[call-arg]  # misspelt
    twinet.Limits().connect = 5  # type: ignore[misc]  # frozen
    twinet.fetch("http://a/", max_size="1M")  # type: ignore[arg-type]  # not bytes
    twinet.Session(agent=b"bytes")  # type: ignore[arg-type]  # text
    twinet.Session(limits={"connect": 5})  # type: ignore[arg-type]  # no Limits
    twinet.Session(proxy=["p:8080"])  # type: ignore[arg-type]  # no text
    twinet.Session(trace=5)  # type: ignore[arg-type]  # nobody to tell
    twinet.Session(trace=takes_a_number)  # type: ignore[arg-type]  # no record
    twinet.Session(delivery=5)  # type: ignore[arg-type]  # no delivery
    twinet.Session(trust_roots=5)  # type: ignore[arg-type]  # no certificates
    twinet.TracePrinter("f.txt")  # type: ignore[arg-type]  # no open file
    twinet.ClientCertificate(5)  # type: ignore[arg-type]  # no path
    twinet.Session(client_certificate=5)  # type: ignore[arg-type]  # no certificate
    await twinet.download("http://a/f")  # type: ignore[call-arg]  # where to?
