"""Whatever a program is made to give to the doors: one request goes out, or an error.

A program takes file names, values of fields and URLs from others, who would like to
write a header field or a request of their own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import h11
from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase
from twisted.web.http_headers import Headers

import twinet
from tests.http.memory import MemoryNet, Peer
from twinet import Option, ProxySettings
from twinet.errors import InternetError
from twinet.query import AddRequest

if TYPE_CHECKING:
    from collections.abc import Callable

URL = "http://127.0.0.1/"
#: Ends of lines, real and by somebody's mistake, and what would end a name or a value.
EVIL = (
    *("\r\nX-Evil: 1", "\nX-Evil: 1", "\rX-Evil: 1", "\0", "\x0bX-Evil: 1", "\x1b"),
    *("\x85X-Evil: 1", "\u2028X-Evil: 1", "\u010aX-Evil: 1", "\u560a\u560dX-Evil: 1"),
    "\r\n\r\nGET /evil HTTP/1.1\r\n\r\n",
    " HTTP/1.1\r\nX-Evil: 1",
    *("\ud800", "\udc0a", "\udc0d\udc0aX-Evil: 1"),
    *('"; filename="evil', '\\"\r\nX-Evil: 1'),
)
ODD: tuple[Any, ...] = (
    None,
    1,
    1.5,
    b"x",
    bytearray(b"x"),
    [],
    ["a"],
    {},
    object(),
    ("a",),
    True,
    ...,
)


def raw(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def changed(net: MemoryNet, change: Callable[[Any], Any]) -> Any:
    request = net.session.http("127.0.0.1").open_request("GET", "/", headers={"X": "y"})
    change(request.headers)
    return request.send()


def optioned(net: MemoryNet, option: Option, value: Any) -> Any:
    handle: Any = net.session
    if option is not Option.USER_AGENT:
        handle = net.session.http("127.0.0.1")
    handle.options[option] = value
    return net.session.get(URL)


def proxied(net: MemoryNet, proxy: Any, bypass: Any = "") -> Any:
    if bypass != "" or not isinstance(proxy, str | None):
        proxy = ProxySettings(proxy, bypass)
    net.session.set_proxy(proxy)
    return net.session.get("http://192.0.2.1/")


def agent(net: MemoryNet, *args: Any) -> Any:
    return twinet.Agent(session=net.session).request(*args)


def treq(net: MemoryNet, verb: Any = "GET", url: Any = URL, **how: Any) -> Any:
    return net.session.treq().request(verb, url, **how)


#: Doors that take text or bytes.
TEXTS: dict[str, Any] = {
    "URL": lambda n, x: n.session.get(URL + x),
    "host": lambda n, x: n.session.get(f"http://127.0.0.1{x}/"),
    "user": lambda n, x: n.session.get(f"http://u{x}@127.0.0.1/"),
    "fragment": lambda n, x: n.session.get(f"{URL}#{x}"),
    "verb": lambda n, x: n.session.request(f"GET{x}", URL),
    "field name": lambda n, x: n.session.get(URL, headers=[(f"X{x}", "y")]),
    "field value": lambda n, x: n.session.get(URL, headers=[("X", f"y{x}")]),
    "field begin": lambda n, x: n.session.get(URL, headers=[("X", f"{x}y")]),
    "raw name": lambda n, x: n.session.get(URL, headers=[(raw(f"X{x}"), b"y")]),
    "raw value": lambda n, x: n.session.get(URL, headers=[(b"X", raw(f"y{x}"))]),
    **{
        name: lambda n, x, name=name, value=value: n.session.post(
            URL, b"abc", headers=[(name, f"{value}{x}")]
        )
        for name, value in (
            ("Content-Length", "3"),
            ("Transfer-Encoding", "chunked"),
            ("Connection", "close"),
            ("Host", "h"),
            ("TE", "trailers"),
            ("Expect", "100-continue"),
            ("Cookie", "a=b"),
        )
    },
    "params": lambda n, x: n.session.get(URL, params={f"a{x}": f"b{x}"}),
    "form": lambda n, x: n.session.post(URL, form={f"a{x}": f"b{x}"}),
    "json": lambda n, x: n.session.post(URL, json={f"a{x}": f"b{x}"}),
    "part": lambda n, x: n.session.post(URL, form={f"a{x}": "b"}, files={"f": b"x"}),
    "file": lambda n, x: n.session.post(URL, files={f"f{x}": b"x"}),
    "file name": lambda n, x: n.session.post(URL, files={"f": (f"f{x}", b"x")}),
    "file type": lambda n, x: n.session.post(
        URL, files={"f": ("f", f"text/plain{x}", b"x")}
    ),
    "agent": lambda n, x: optioned(n, Option.USER_AGENT, f"a{x}"),
    "target": lambda n, x: (
        n.session.http("127.0.0.1").open_request("GET", f"/{x}").send()
    ),
    "connection": lambda n, x: (
        n.session.http(f"127.0.0.1{x}").open_request("GET", "/").send()
    ),
    "add name": lambda n, x: changed(n, lambda f: f.add(f"X{x}", "y")),
    "add": lambda n, x: changed(n, lambda f: f.add("X", f"y{x}")),
    "replace": lambda n, x: changed(n, lambda f: f.replace("X", f"y{x}")),
    **{
        how.name or "": lambda n, x, how=how: changed(
            n, lambda f: f.apply([(b"X", raw(f"y{x}"))], how)
        )
        for how in AddRequest
    },
    "jar": lambda n, x: (n.session.cookies.set(URL, "a", f"b{x}"), n.session.get(URL))[
        1
    ],
    "proxy": lambda n, x: proxied(n, f"127.0.0.9:3128{x}"),
    "proxy user": lambda n, x: proxied(n, f"http://u{x}:p@127.0.0.9:3128"),
    "proxy password": lambda n, x: proxied(
        n, f"http://u:{quote(raw(x))}@127.0.0.9:3128"
    ),
    "bypass": lambda n, x: proxied(n, "127.0.0.9:3128", f"a{x}"),
    "IAgent method": lambda n, x: agent(n, raw(f"GET{x}"), raw(URL)),
    "IAgent URL": lambda n, x: agent(n, b"GET", raw(URL + x)),
    "IAgent field": lambda n, x: agent(
        n, b"GET", raw(URL), Headers({b"X": [raw(f"y{x}")]})
    ),
    "treq URL": lambda n, x: treq(n, url=URL + x),
    "treq verb": lambda n, x: treq(n, f"G{x}"),
    "treq cookie": lambda n, x: treq(n, cookies={"a": f"b{x}"}),
    "treq cookie name": lambda n, x: treq(n, cookies={f"a{x}": "b"}),
    "treq auth": lambda n, x: treq(n, auth=(f"a{x}", f"b{x}")),
    "treq field": lambda n, x: treq(n, headers={"a": [f"b{x}"]}),
    "treq field name": lambda n, x: treq(n, headers={f"a{x}": "b"}),
    "treq data": lambda n, x: treq(n, "POST", data={f"a{x}": f"b{x}"}),
    "treq file": lambda n, x: treq(n, "POST", files={f"a{x}": (f"b{x}", b"x")}),
}
#: Doors that may be given what is no text at all.
ANYTHING: dict[str, Any] = {
    "URL": lambda n, x: n.session.get(x),
    "verb": lambda n, x: n.session.request(x, URL),
    "headers": lambda n, x: n.session.get(URL, headers=x),
    "field name": lambda n, x: n.session.get(URL, headers=[(x, "y")]),
    "field value": lambda n, x: n.session.get(URL, headers=[("X", x)]),
    "params": lambda n, x: n.session.get(URL, params=x),
    "param": lambda n, x: n.session.get(URL, params={"a": x}),
    "form": lambda n, x: n.session.post(URL, form=x),
    "form field": lambda n, x: n.session.post(URL, form={"a": x}),
    "files": lambda n, x: n.session.post(URL, files=x),
    "file": lambda n, x: n.session.post(URL, files={"a": x}),
    "file name": lambda n, x: n.session.post(URL, files={"a": (x, b"x")}),
    "file type": lambda n, x: n.session.post(URL, files={"a": ("a", x, b"x")}),
    "body": lambda n, x: n.session.post(URL, x),
    "target": lambda n, x: n.session.http("127.0.0.1").open_request("GET", x).send(),
    "host": lambda n, x: n.session.http(x).open_request("GET", "/").send(),
    "port": lambda n, x: n.session.http("127.0.0.1", x).open_request("GET").send(),
    "user": lambda n, x: (
        n.session.http("127.0.0.1", username=x).open_request("GET").send()
    ),
    "proxy": proxied,
    "bypass": lambda n, x: proxied(n, "127.0.0.9:3128", x),
    **{
        option.name: lambda n, x, option=option: optioned(n, option, x)
        for option in (Option.USERNAME, Option.PASSWORD, Option.USER_AGENT)
    },
    "IAgent method": lambda n, x: agent(n, x, raw(URL)),
    "IAgent URL": lambda n, x: agent(n, b"GET", x),
    "treq URL": lambda n, x: treq(n, url=x),
    "treq cookies": lambda n, x: treq(n, cookies=x),
    "treq auth": lambda n, x: treq(n, auth=x),
    "treq auth user": lambda n, x: treq(n, auth=(x, "s3cr3t")),
    "treq data": lambda n, x: treq(n, "POST", data=x),
}


class ArgumentTests(SynchronousTestCase):
    """Each door by itself, over memory; the far end is a strict server's parser."""

    def ask(self, door: Any, given: Any) -> tuple[list[Any], Peer | None]:
        """Give it; return what went wrong, and the server's end of what went out."""
        net = MemoryNet()
        wrong: list[Any] = []
        try:
            pending = door(net, given)
        except InternetError as error:
            wrong.append(error)
        else:
            self.assertIsInstance(pending, Deferred)
            pending.addErrback(lambda failure: wrong.append(failure.value))
        peer = None
        if net.attempts:
            peer = net.accept()
            for _ in range(5):
                net.advance()
        self.addCleanup(net.session.close)
        return wrong, peer

    def heard(self, data: bytes) -> list[tuple[bytes, bytes]]:
        """Return the fields of the one request that these bytes are."""
        server = h11.Connection(h11.SERVER)
        server.receive_data(data)
        head = server.next_event()
        assert isinstance(head, h11.Request), head
        event: Any = head
        while not isinstance(event, h11.EndOfMessage):
            if event is h11.NEED_DATA:
                # The body waits for leave.
                self.assertIn((b"expect", b"100-continue"), list(head.headers))
                break
            event = server.next_event()
        self.assertEqual(server.trailing_data[0], b"")
        return list(head.headers)

    def test_nothing_is_smuggled_in(self) -> None:
        """No field, no request, no line of a part's head."""
        for name, door in TEXTS.items():
            for evil in EVIL:
                wrong, peer = self.ask(door, evil)
                for error in wrong:
                    self.assertIsInstance(error, InternetError, (name, evil))
                self.assertEqual(len(wrong), peer is None, (name, evil, wrong))
                if peer is not None:
                    data = peer.request()
                    names = [field for field, _ in self.heard(data)]
                    self.assertNotIn(b"x-evil", names, (name, evil))
                    self.assertNotIn(b"\nX-Evil", data, (name, evil))
                    body = data.partition(b"\r\n\r\n")[2]
                    self.assertNotIn(b'filename="evil', body, (name, evil))

    def test_odd_types_are_errors_in_words(self) -> None:
        """Or mean something; never an exception of somebody else's."""
        for name, door in ANYTHING.items():
            for odd in ODD:
                wrong, peer = self.ask(door, odd)
                for error in wrong:
                    self.assertIsInstance(error, InternetError, (name, odd))
                    self.assertNotIn("s3cr3t", f"{error} {error!r}")
                if peer is not None:
                    self.heard(peer.request())
