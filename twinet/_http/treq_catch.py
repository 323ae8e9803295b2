"""What treq would have an agent send: caught, and not sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hyperlink import EncodedURL
from treq.client import HTTPClient
from twisted.internet.defer import Deferred
from twisted.web.http_headers import Headers
from twisted.web.iweb import IAgent
from zope.interface import implementer

if TYPE_CHECKING:
    from twisted.web.iweb import IBodyProducer, IResponse

__all__ = ["NOWHERE", "Catch"]


class _Nowhere(EncodedURL):
    """A URL that leads nowhere, and need not be made ready for being sent."""

    def to_uri(self) -> EncodedURL:
        """Return it as it is; to look at each part of it takes longer than the rest."""
        return self


#: What treq gets in the place of a URL of ours (RFC 2606).
NOWHERE = _Nowhere.from_text("http://treq.invalid/")


@implementer(IAgent)
class Catch:
    """An agent that keeps what it is asked to send.

    :ivar query: of the URL, percent-encoded.
    :ivar body: the bytes of the body.
    """

    query = ""
    body = b""

    @classmethod
    def of(cls, **given: Any) -> Catch:
        """Return what treq makes of the arguments of a request.

        :param given: ``params``, ``data`` (fields) or ``json``, as treq has them.
        :raises TypeError: or ValueError, or RecursionError: it cannot be written.
        """
        catch = cls()
        # The hook makes treq hand over bytes as they are.
        client = HTTPClient(catch, data_to_body_producer=lambda data: data)
        # Without a reactor treq installs one; it looks at it only for a timeout.
        stand_in: Any = catch
        client.request(
            "POST",
            NOWHERE,
            # With one of ours it does not ask its jar.
            headers=Headers({b"Cookie": [b""]}),
            allow_redirects=False,
            reactor=stand_in,
            **given,
        )
        return catch

    def request(
        self,
        method: bytes,  # noqa: ARG002  IAgent
        uri: bytes,
        headers: Headers | None = None,  # noqa: ARG002  IAgent
        bodyProducer: IBodyProducer | None = None,  # noqa: N803  IAgent
    ) -> Deferred[IResponse]:
        """Keep it; what is returned never fires (``IAgent``)."""
        self.query = uri.partition(b"?")[2].decode("ascii")
        self.body = bodyProducer  # type: ignore[assignment]  # what the hook returns
        return Deferred()
