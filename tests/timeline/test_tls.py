"""TLS and proxies in a timeline: real handshakes, on loopback."""

from __future__ import annotations

from tests.http.secure import SecureCase
from tests.http.test_proxies_on_loopback import ProxiedCase
from tests.timeline.archive import entries
from twinet.errors import CertificateFault
from twinet.timeline import Phase, Timeline

FRESH = ["look-up", "connect", "TLS", "send", "wait", "receive"]


def phases(timeline: Timeline) -> list[list[str]]:
    """Return the phases of each row that took time, in order, without the resting."""
    resting = (Phase.QUEUE, Phase.IDLE)
    return [
        [span.phase.value for span in row.spans if span.phase not in resting]
        for row in timeline.rows
    ]


class Handshakes(SecureCase):
    """HTTPS, straight."""

    async def test_the_handshake_is_a_phase_of_a_new_connection(self):
        """Between connect and send; a kept one has none."""
        url = self.serve()
        timeline = Timeline()
        timeline.record(self.session)
        await self.session.fetch(url)
        await self.session.fetch(url)
        first, second = phases(timeline)
        self.assertEqual(first, FRESH)
        self.assertEqual(second, FRESH[3:])
        fresh, kept = entries(timeline.har())
        self.assertGreater(fresh["timings"]["ssl"], 0)
        self.assertGreater(fresh["timings"]["connect"], fresh["timings"]["ssl"])
        self.assertEqual(kept["timings"]["ssl"], -1)
        self.assertEqual(fresh["serverIPAddress"], "127.0.0.1")
        self.assertEqual(fresh["connection"], kept["connection"])

    async def test_a_handshake_that_fails_ends_in_its_phase(self):
        """Nothing was sent."""
        url = self.serve().replace("127.0.0.1", "localhost")
        timeline = Timeline()
        timeline.record(self.session)
        with self.assertRaises(CertificateFault):
            await self.session.fetch(url)
        (row,) = timeline.rows
        self.assertEqual(phases(timeline), [FRESH[:3]])
        self.assertEqual((row.sent, row.status), (0, "SecCertCnInvalid"))


class Proxies(ProxiedCase):
    """HTTPS and HTTP through proxies."""

    async def fetched(self, speech: str, *, tls: bool) -> Timeline:
        """Fetch something through a proxy."""
        timeline = Timeline()
        session = self.session(self.proxy(speech))
        timeline.record(session)
        await session.fetch(self.url(self.serve(tls=tls)))
        return timeline

    async def test_the_way_through_a_proxy_is_a_part_of_tls_or_of_connect(self):
        """Nobody is told when it has been asked, and when it has answered."""
        for speech in ("http", "https", "socks5"):
            (secure,) = phases(await self.fetched(speech, tls=True))
            self.assertEqual(secure[-5:], FRESH[1:], speech)
            (plain,) = phases(await self.fetched(speech, tls=False))
            self.assertEqual(plain[-4:], [FRESH[1], *FRESH[3:]], speech)
