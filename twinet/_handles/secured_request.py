"""What a request has of TLS: whom it trusts, what it shows, what was seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinet._handles.handed_body import HandedBody
from twinet._net.client_certificate import ClientCertificate
from twinet.errors import InvalidParameter, SecCertErrors
from twinet.flags import SecurityFlag

if TYPE_CHECKING:
    from twinet._handles.handle import Handle
    from twinet._net.client_certificate import GivenCertificate
    from twinet.errors import CertificateFault
    from twinet.tls import TlsInfo

__all__ = ["SecuredRequest"]


class SecuredRequest(HandedBody):
    """A request that may go over TLS."""

    #: what is shown to a server that asks who we are, instead of the session's.
    _certificate: ClientCertificate | None = None
    _security_flags = SecurityFlag(0)

    @property
    def security_flags(self) -> SecurityFlag:
        """The certificate faults that are let through; acts on the next send.

        :raises InvalidParameter: 87, what is set are no flags.
        :source: INTERNET_OPTION_SECURITY_FLAGS.
        """
        return self._security_flags

    @security_flags.setter
    def security_flags(self, flags: SecurityFlag) -> None:
        if not isinstance(flags, int):
            msg = (
                f"security_flags are members of twinet.SecurityFlag, joined by |; "
                f"not {flags!r}"
            )
            raise InvalidParameter(msg)
        self._security_flags = SecurityFlag(flags)

    @property
    def tls(self) -> TlsInfo | None:
        """The TLS connection that the answer came over.

        ``None`` without TLS, and as long as there is no answer.

        :raises SecInvalidCert: 12169, a certificate of the server cannot be read.
        """
        return None if self._response is None else self._response.tls

    @property
    def client_certificate(self) -> ClientCertificate | None:
        """What this request shows to its server, if that asks who we are.

        It belongs to the server that the request was opened for: one that is
        redirected to is shown that of the session, if there is one.  What is set, in
        any form that ``Session(client_certificate=...)`` takes, acts on the next send.
        """
        return self._certificate

    @client_certificate.setter
    def client_certificate(self, given: GivenCertificate | None) -> None:
        self._certificate = None if given is None else ClientCertificate.of(given)

    def _as_masked(self, error: CertificateFault) -> CertificateFault:
        """Return what ERROR_MASK makes of a certificate's faults."""
        parent: Handle = self._parent  # type: ignore[assignment]  # it always has one
        mask = parent._error_mask if self._error_mask is None else self._error_mask
        kinds = {fault.kind for fault in error.faults}
        if not mask or len(kinds) == 1:
            return error
        combined = SecCertErrors(error.message)
        combined.faults = error.faults
        combined.__cause__ = error
        return combined
