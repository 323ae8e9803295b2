"""The passage: what it takes to get past one proxy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from twinet import errors
from twinet._net.tls import TlsCreator
from twinet._wire.head_lines import readable

if TYPE_CHECKING:
    from twisted.python.failure import Failure

    from twinet._net.tls import TlsPolicy
    from twinet._wire.answer_events import Head
    from twinet._wire.greeting import Greeting
    from twinet.proxy import Proxy

__all__ = ["Passage", "ProxyChallenge", "ProxyTlsCreator"]


@dataclass(slots=True)
class Passage:
    """The way past one proxy, for one connection.

    :ivar greeting: what is said to it first, so that it leads to the server; ``None``
        when it gets the request itself.
    :ivar tls: how TLS is spoken with the proxy; ``None`` for a plain one.
    :ivar server_first: the server speaks first, as with FTP: what comes behind the
        proxy's last word is the server's.
    """

    proxy: Proxy
    greeting: Greeting | None
    tls: TlsCreator | None
    server_first: bool = False


class ProxyTlsCreator(TlsCreator):
    """Makes the TLS connection to a proxy, and says whose fault a fault is."""

    peer = "Proxy"

    def __init__(self, policy: TlsPolicy, proxy: Proxy) -> None:
        super().__init__(policy, proxy.host)
        self._proxy = proxy

    def explain(self, reason: Failure | BaseException) -> errors.InternetError:
        """Return the error that tells why the connection failed.

        :returns: ``SecureFailureProxy`` (12188), whose cause says the same as of a
            server, or ``ClientAuthCertNeededProxy`` (12187).  The flags that let faults
            of a server's certificate through do not let those of a proxy through, so
            it is no ``CertificateFault``.
        """
        error = super().explain(reason)
        kind: type[errors.InternetError] = errors.SecureFailureProxy
        if isinstance(error, errors.ClientAuthCertNeeded):
            kind = errors.ClientAuthCertNeededProxy
        proxied = kind(f"no TLS with the proxy {self._proxy}: {error.message}")
        proxied.__cause__ = error
        return proxied


class ProxyChallenge(errors.InternetError):
    """A 407 to CONNECT that could not be answered.

    It ends the opening.  For HTTP it is the answer to the request; nobody sees it
    raised.
    """

    def __init__(self, head: Head) -> None:
        super().__init__("the proxy wants to know who asks")
        self.head = head

    def refusal(self, proxy: Proxy) -> errors.InternetError:
        """Return the error that it is where there is no answer that it could be."""
        line = readable(self.head.raw.partition(b"\n")[0])
        if proxy.credentials is None:
            return errors.LoginFailure(
                f"the proxy {proxy} wants to know who asks ({line}); put user name and "
                "password before its host, as in http://user:password@proxy:3128",
                server_text=line,
            )
        return errors.IncorrectPassword(
            f"the proxy {proxy} does not accept the user name or its password ({line})",
            server_text=line,
        )
