"""The egress policy: what each address is, and who may go there."""

from __future__ import annotations

from ipaddress import ip_address

from twisted.trial import unittest

from twinet import Proxy
from twinet.inetfetch.fetch.policy import EgressPolicy, judge, parse_nets
from twinet.records import Destination

PUBLIC, PRIVATE, NEVER = "public", "private", "never"

#: Address and what the policy takes it for.
ADDRESSES = [
    ("1.1.1.1", PUBLIC),
    ("8.8.8.8", PUBLIC),
    ("93.184.216.34", PUBLIC),
    ("9.255.255.255", PUBLIC),
    ("11.0.0.0", PUBLIC),
    ("100.63.255.255", PUBLIC),
    ("100.128.0.0", PUBLIC),
    ("126.255.255.255", PUBLIC),
    ("128.0.0.1", PUBLIC),
    ("169.253.255.255", PUBLIC),
    ("169.255.0.0", PUBLIC),
    ("172.15.255.255", PUBLIC),
    ("172.32.0.0", PUBLIC),
    ("192.167.255.255", PUBLIC),
    ("192.169.0.0", PUBLIC),
    ("223.255.255.255", PUBLIC),
    ("203.0.113.7", PUBLIC),
    ("2606:4700:4700::1111", PUBLIC),
    ("2a00:1450:4001:81b::200e", PUBLIC),
    ("2001:4860:4860::8888", PUBLIC),
    ("2001:db8::1", PUBLIC),
    ("10.0.0.0", PRIVATE),
    ("10.1.2.3", PRIVATE),
    ("10.255.255.255", PRIVATE),
    ("172.16.0.0", PRIVATE),
    ("172.31.255.255", PRIVATE),
    ("192.168.0.1", PRIVATE),
    ("192.168.255.255", PRIVATE),
    ("100.64.0.0", PRIVATE),
    ("100.127.255.255", PRIVATE),
    ("198.18.0.1", PRIVATE),
    ("192.0.0.8", PRIVATE),
    ("fc00::1", PRIVATE),
    ("fd12:3456:789a::1", PRIVATE),
    ("fec0::1", PRIVATE),
    ("127.0.0.1", NEVER),
    ("127.1.2.3", NEVER),
    ("127.255.255.255", NEVER),
    ("::1", NEVER),
    ("0.0.0.0", NEVER),
    ("0.1.2.3", NEVER),
    ("::", NEVER),
    ("169.254.0.1", NEVER),
    ("169.254.169.254", NEVER),
    ("169.254.170.2", NEVER),
    ("100.100.100.200", NEVER),
    ("168.63.129.16", NEVER),
    ("192.0.0.192", NEVER),
    ("fd00:ec2::254", NEVER),
    ("fd20:ce::254", NEVER),
    ("fe80::1", NEVER),
    ("fe80::1%eth0", NEVER),
    ("febf::1", NEVER),
    ("224.0.0.1", NEVER),
    ("239.255.255.250", NEVER),
    ("ff02::1", NEVER),
    ("ff05::2", NEVER),
    ("240.0.0.1", NEVER),
    ("255.255.255.255", NEVER),
    # what carries an IPv4 address is judged by it
    ("::ffff:8.8.8.8", PUBLIC),
    ("::ffff:10.0.0.1", PRIVATE),
    ("::ffff:127.0.0.1", NEVER),
    ("::ffff:169.254.169.254", NEVER),
    ("::ffff:0:192.168.1.1", PRIVATE),
    ("::ffff:0:127.0.0.1", NEVER),
    ("::127.0.0.1", NEVER),
    ("::10.0.0.1", PRIVATE),
    ("64:ff9b::808:808", PUBLIC),
    ("64:ff9b::a00:1", PRIVATE),
    ("64:ff9b::7f00:1", NEVER),
    ("64:ff9b::a9fe:a9fe", NEVER),
    ("64:ff9b:1::7f00:1", NEVER),
    ("2002:808:808::1", PUBLIC),
    ("2002:c0a8:101::1", PRIVATE),
    ("2002:7f00:1::1", NEVER),
    ("2002:a9fe:a9fe::", NEVER),
    ("2001:0:4136:e378:8000:63bf:f7f7:f7f7", PUBLIC),  # Teredo, client 8.8.8.8
    ("2001:0:4136:e378:8000:63bf:80ff:fffe", NEVER),  # Teredo, client 127.0.0.1
    ("2001:0:7f00:1:8000:63bf:f7f7:f7f7", NEVER),  # Teredo, server 127.0.0.1
    ("2001:db8::5efe:10.0.0.1", PRIVATE),  # ISATAP
    ("2001:db8::200:5efe:127.0.0.1", NEVER),
]


class JudgeTests(unittest.SynchronousTestCase):
    def passes(self, address: str, **how: object) -> bool:
        return judge(ip_address(address), **how) is None  # type: ignore[arg-type]

    def test_local_job_reaches_public_and_private_addresses_only(self):
        """The first hop of a job of the local token."""
        for address, kind in ADDRESSES:
            self.assertEqual(
                self.passes(address, local=True), kind is not NEVER, address
            )

    def test_other_job_reaches_public_addresses_only(self):
        """A scoped token may not look round in the operator's network."""
        for address, kind in ADDRESSES:
            self.assertEqual(self.passes(address), kind is PUBLIC, address)

    def test_redirect_from_a_public_server_reaches_public_addresses_only(self):
        """A stranger does not choose what the daemon fetches inside."""
        for address, kind in ADDRESSES:
            passed = self.passes(
                address, local=True, hop=1, came_from=ip_address("93.184.216.34")
            )
            self.assertEqual(passed, kind is PUBLIC, address)

    def test_redirect_from_a_private_server_reaches_private_addresses(self):
        """A server of the operator's may send on to another one."""
        for near in ["10.0.0.1", "fd00::1", "::ffff:192.168.0.1", "127.0.0.1"]:
            for address, kind in ADDRESSES:
                passed = self.passes(
                    address, local=True, hop=1, came_from=ip_address(near)
                )
                self.assertEqual(passed, kind is not NEVER, address)

    def test_redirect_from_an_unknown_server_counts_as_public(self):
        """Behind a proxy nobody knows who redirected."""
        self.assertFalse(self.passes("10.0.0.1", local=True, hop=1))

    def test_server_that_carries_a_public_address_is_public(self):
        """A mapped public address is no way round."""
        for far in ["::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1"]:
            passed = self.passes(
                "10.0.0.1", local=True, hop=1, came_from=ip_address(far)
            )
            self.assertFalse(passed, far)

    def test_allowed_network_passes_everywhere(self):
        """What the operator named is allowed, on every hop and to everybody."""
        nets = parse_nets("127.0.0.0/8, 10.1.0.0/16,fe80::/10,::1")
        for address, passes in [
            ("127.0.0.1", True),
            ("::ffff:127.0.0.1", True),
            ("64:ff9b::7f00:1", True),
            ("10.1.255.255", True),
            ("10.2.0.0", False),
            ("fe80::5", True),
            ("::1", True),
            ("::", False),
            ("169.254.169.254", False),
        ]:
            self.assertEqual(
                self.passes(
                    address, allow_nets=nets, hop=1, came_from=ip_address("8.8.8.8")
                ),
                passes,
                address,
            )

    def test_everything_may_be_allowed(self):
        """The two nets of all addresses switch the policy off."""
        nets = parse_nets("0.0.0.0/0,::/0")
        for address, _ in ADDRESSES:
            self.assertTrue(self.passes(address, allow_nets=nets), address)

    def test_refusal_names_the_way_out(self):
        """A person who meant it is told which option to change."""
        for address, kind in ADDRESSES:
            if kind is NEVER:
                refusal = judge(ip_address(address), local=True)
                self.assertIn("policy.allow_nets", refusal)
                self.assertIn("INETFETCH_POLICY_ALLOW_NETS", refusal)
                self.assertIn(str(ip_address(address)), refusal)


class ParseTests(unittest.SynchronousTestCase):
    def test_list_of_networks_is_read(self):
        """Blanks and empty items do no harm."""
        nets = parse_nets(" 10.0.0.0/8 ,, ::1 ,")
        self.assertEqual([str(net) for net in nets], ["10.0.0.0/8", "::1/128"])
        self.assertEqual(parse_nets(""), ())

    def test_wrong_network_is_named(self):
        """The text says which item cannot be."""
        for text in ["10.0.0.1/8", "nonsense", "10.0.0.0/33", "10.0.0.0/8 ::1"]:
            refusal = self.assertRaises(ValueError, parse_nets, f"::1,{text}")
            self.assertIn(text, str(refusal))


class Context:
    def __init__(self, local):
        self.local = local


class EgressPolicyTests(unittest.SynchronousTestCase):
    def refusal(self, address, context=None, nets="", url="http://h/", **more):
        policy = EgressPolicy(parse_nets(nets))
        return policy(
            Destination(
                url=url,
                scheme="http",
                host="h",
                address=ip_address(address),
                port=80,
                context=context,
                **more,
            )
        )

    def test_job_of_the_local_token_may_name_a_private_address(self):
        """The context says whose job it is."""
        self.assertIsNone(self.refusal("10.0.0.1", Context(local=True)))
        self.assertIn("local token", self.refusal("10.0.0.1", Context(local=False)))

    def test_request_without_a_job_may_not(self):
        """Anything but a plain yes is a no."""
        self.assertIsNotNone(self.refusal("10.0.0.1"))
        self.assertIsNotNone(self.refusal("10.0.0.1", Context(local="no")))

    def test_what_the_operators_proxy_connects_to_is_its_matter(self):
        """Its own address passes, whatever it is, and so does every name."""
        proxy = Proxy("http", "10.0.0.9", 3128)
        for url in ("http://example.org/", "https://intranet/", "http://1.example/"):
            self.assertIsNone(self.refusal("10.0.0.9", url=url, proxy=proxy))
            self.assertIsNone(self.refusal("127.0.0.1", url=url, proxy=proxy))

    def test_an_address_in_a_url_is_judged_behind_a_proxy_too(self):
        """However it is written: the proxy would connect to it."""
        proxy = Proxy("http", "192.0.2.9", 3128)
        for host, kind in (
            ("169.254.169.254", "metadata"),
            ("127.0.0.1", "loopback"),
            ("127.1", "loopback"),
            ("2130706433", "loopback"),
            ("0x7f.0.0.1", "loopback"),
            ("0177.0.0.1", "loopback"),
            ("10.0.0.1.", "private"),
            ("[::1]:8080", "loopback"),
            ("[::ffff:10.0.0.1]", "private"),
            ("[fe80::1%25eth0]", "link-local"),
        ):
            url = f"http://{host}/"
            refusal = self.refusal("192.0.2.9", url=url, proxy=proxy)
            self.assertIn(kind, refusal or "", url)
        for host in ("93.184.216.34", "0x5db8d822", "[2606:2800::1]"):
            url = f"http://{host}/"
            self.assertIsNone(self.refusal("192.0.2.9", url=url, proxy=proxy), url)
        local = Context(local=True)
        url = "http://10.0.0.1/"
        self.assertIsNone(self.refusal("192.0.2.9", local, url=url, proxy=proxy))

    def test_redirect_is_told_from_the_first_hop(self):
        """Hop and server come from the library."""
        refusal = self.refusal(
            "10.0.0.1", Context(local=True), hop=1, came_from=ip_address("8.8.8.8")
        )
        self.assertIn("redirected", refusal)
