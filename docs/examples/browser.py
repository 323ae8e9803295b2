"""Fetch a page with its pictures, sounds and styles, all at once.

``python browser.py WATERFALL.svg [URL]``; without a URL it brings a site of its own.

What the page refers to is asked for as soon as it is read, while the rest of the page
is still on its way, and each thing is taken when it comes.  The picture shows when.
"""

from __future__ import annotations

import codecs
import sys
from html.parser import HTMLParser
from http import HTTPStatus
from typing import Any
from urllib.parse import urljoin

from slow_site import Answer, serving
from twisted.internet.defer import Deferred, gatherResults
from twisted.internet.task import react

import twinet
from twinet.timeline import Timeline

#: Which attribute of which element names something that belongs to a page.
REFERENCES = {"img": "src", "audio": "src", "script": "src", "link": "href"}


class Page(HTMLParser):
    """Reads a page as it comes, and finds what belongs to it.

    :ivar found: what has been found and not been taken yet.
    """

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        # A letter may be cut in two between the pieces.
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode

    def read(self, piece: bytes) -> list[str]:
        """Read a piece; return what it refers to."""
        self.feed(self._decode(piece))
        found, self.found = self.found, []
        return found

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take note of an element (``HTMLParser``)."""
        reference = dict(attrs).get(REFERENCES.get(tag, ""))
        if reference:
            self.found.append(reference)


async def browse(session: twinet.Session, url: str) -> None:
    """Fetch a page, and what belongs to it."""
    page, coming = Page(), []
    async with await session.get(url) as request:
        async for piece in request:
            for reference in page.read(piece):
                print("found", reference)
                found = fetch(session, reference, urljoin(url, reference))
                coming.append(Deferred.fromCoroutine(found))
    print("the page is here")
    await gatherResults(coming, consumeErrors=True)


async def fetch(session: twinet.Session, name: str, url: str) -> None:
    """Fetch one thing; a page is shown without what cannot be had."""
    try:
        answer = await session.fetch(url)
    except twinet.InternetError as error:
        print(f"{name} cannot be had: {error.message}")
        return
    if answer.status_code == HTTPStatus.OK:
        print(f"{name} is here: {len(answer.body or b'')} bytes")
    else:
        print(f"{name} cannot be had: {answer.status_code} {answer.reason}")


async def main(reactor: Any, picture: str, *urls: str) -> None:
    """Look at a page, and draw where the time went."""
    timeline = Timeline("A page and what belongs to it")
    async with twinet.Session(reactor) as session:
        timeline.record(session)
        if urls:
            await browse(session, *urls)
        else:
            with serving(SITE, "localhost") as site:
                await browse(session, f"{site}/index.html")
    print("drawn:", timeline.save(picture))


# -- the site that it brings

HTML = """<!doctype html>
<link rel="stylesheet" href="style.css">
<script src="menu.js"></script>
<h1>Fourth Coffee</h1>
<img src="beans.jpg"> <img src="roaster.jpg"> <img src="cup.jpg">
<audio src="grinder.ogg"></audio>
<p>We roast every morning. \N{HOT BEVERAGE}</p>
<img src="map.png"> <img src="gone.png">
"""
SITE = {
    # Each after how long, in how many pieces, and how long these take (seconds).
    "/index.html": Answer(HTML.encode(), "text/html", 0.08, 6, 0.5),
    "/style.css": Answer(b"h1 { color: brown }\n" * 40, "text/css", 0.05),
    "/menu.js": Answer(b"// open, close\n" * 90, "text/javascript", 0.12),
    "/beans.jpg": Answer(b"jpg " * 15_000, "image/jpeg", 0.1, 10, 0.4),
    "/roaster.jpg": Answer(b"jpg " * 22_000, "image/jpeg", 0.14, 10, 0.5),
    "/cup.jpg": Answer(b"jpg " * 9_000, "image/jpeg", 0.2, 10, 0.2),
    "/grinder.ogg": Answer(b"ogg " * 40_000, "audio/ogg", 0.15, 10, 0.6),
    "/map.png": Answer(b"png " * 12_000, "image/png", 0.25, 10, 0.25),
}


if __name__ == "__main__":
    react(main, sys.argv[1:])
