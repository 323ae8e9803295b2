"""Ports that servers name, and addresses that we name."""

from __future__ import annotations

from ipaddress import IPv6Address

from twisted.trial.unittest import SynchronousTestCase

from twinet._wire.ftp_address import (
    eprt_argument,
    port_argument,
    read_227,
    read_229,
)
from twinet.errors import FtpNoPassiveMode, InvalidParameter


class Passive(SynchronousTestCase):
    """227 and 229: the port counts, and nothing else."""

    def test_227(self):
        """RFC 959; brackets may be missing (RFC 1123, section 4.1.2.6)."""
        for text in (
            "Entering Passive Mode (127,0,0,1,4,1).",
            "Entering Passive Mode. 127,0,0,1,4,1",
            "=127,0,0,1,4,1",
            "Passive (10, 1, 2, 3, 4, 1)",
            "127,0,0,1,4,1",
        ):
            self.assertEqual(read_227(text), 1025, text)

    def test_227_host_is_not_looked_at(self):
        """F9: any host gives the same."""
        self.assertEqual(read_227("(0,0,0,0,195,80)"), 50000)
        self.assertEqual(read_227("(192,168,1,1,195,80)"), 50000)

    def test_227_without_port(self):
        """12112, with the server's words."""
        for text in (
            "Entering Passive Mode",
            "(127,0,0,1,0,0)",
            "(127,0,0,1,256,1)",
            "(256,0,0,1,4,1)",
            "(127,0,0,1,4)",
            "(127,0,0,1,4,1,5)",
            "(1270,0,0,1,4,1)",
            "(a,b,c,d,e,f)",
            "",
        ):
            with self.assertRaises(FtpNoPassiveMode) as caught:
                read_227(text)
            self.assertEqual(caught.exception.server_text, text)

    def test_229(self):
        """RFC 2428, section 3; any delimiter; families and hosts are read over."""
        for text in (
            "Entering Extended Passive Mode (|||6446|)",
            "(!!!6446!)",
            "ok (see below) (|||6446|).",
            "(|1|132.235.1.2|6446|)",
            "(|2|::1|6446|)",
        ):
            self.assertEqual(read_229(text), 6446, text)

    def test_229_without_port(self):
        """12112."""
        for text in (
            "Entering Extended Passive Mode",
            "(|||0|)",
            "(|||65536|)",
            "(|||123456|)",
            "(|||6446|",
            "(||6446|)",
            "(|||64 46|)",
            "(|||-1|)",
            "(|||٣|)",
            "|||6446|",
        ):
            self.assertRaises(FtpNoPassiveMode, read_229, text)

    def test_long_texts_take_no_time(self):
        """Not with the square of their length."""
        for text in (
            "(" + "|" * 200_000,
            "(|" * 100_000,
            "1," * 100_000,
            "1" * 200_000,
        ):
            self.assertRaises(FtpNoPassiveMode, read_229, text)
            self.assertRaises(FtpNoPassiveMode, read_227, text)


class Active(SynchronousTestCase):
    """PORT and EPRT."""

    def test_port(self):
        """Six numbers (RFC 959, section 5.3.2)."""
        self.assertEqual(port_argument("192.0.2.1", 50000), "192,0,2,1,195,80")

    def test_eprt(self):
        """Family, address, port (RFC 2428, section 2)."""
        self.assertEqual(eprt_argument("132.235.1.2", 6275), "|1|132.235.1.2|6275|")
        self.assertEqual(
            eprt_argument("1080::8:800:200C:417A", 5282),
            "|2|1080::8:800:200c:417a|5282|",
        )

    def test_addresses_as_sockets_have_them(self):
        """The zone is ours alone, and IPv4 in IPv6 is IPv4."""
        self.assertEqual(eprt_argument("fe80::1%eth0", 5), "|2|fe80::1|5|")
        self.assertEqual(eprt_argument("::ffff:192.0.2.1", 5), "|1|192.0.2.1|5|")
        mapped = IPv6Address("::ffff:192.0.2.1")
        self.assertEqual(port_argument(mapped, 257), "192,0,2,1,1,1")

    def test_port_cannot_say_ipv6(self):
        """F10: there is no ``PORT ::1,128,47``."""
        with self.assertRaises(InvalidParameter) as caught:
            port_argument("::1", 5)
        self.assertIn("EPRT", str(caught.exception))
