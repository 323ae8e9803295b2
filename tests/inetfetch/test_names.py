"""File names: what strangers and clients come up with."""

from __future__ import annotations

import unicodedata

from twisted.trial import unittest

from twinet.inetfetch.fetch import names

#: URL and the name that becomes of it.
FROM_URL = [
    ("http://h/", "index.html"),
    ("http://h", "index.html"),
    ("http://h/a.bin", "a.bin"),
    ("http://h/dir/", "index.html"),
    ("http://h/dir/a.tar.gz?x=1/2#frag", "a.tar.gz"),
    ("http://h/a%20b.txt", "a b.txt"),
    ("http://h/%C3%A4.txt", "ä.txt"),
    ("http://h/a%CC%88.txt", "ä.txt"),  # decomposed becomes composed
    ("http://h/..", "index.html"),
    ("http://h/.", "index.html"),
    ("http://h/%2e%2e", "index.html"),
    ("http://h/..%2f..%2fetc%2fpasswd", "_.._etc_passwd"),
    ("http://h/%2fetc%2fpasswd", "_etc_passwd"),
    ("http://h/..%5c..%5cboot.ini", "_.._boot.ini"),
    ("http://h/c%3a%5cx", "c__x"),
    ("http://h/.bashrc", "bashrc"),
    ("http://h/...hidden", "hidden"),
    ("http://h/%20%20.x%20", "x"),
    ("http://h/a%00.exe", "a_.exe"),
    ("http://h/a%0d%0ab", "a__b"),
    ("http://h/a%7fb", "a_b"),
    ("http://h/a%1b%5b31mb", "a_[31mb"),
    ("http://h/exe%E2%80%AEgpj.scr", "exe_gpj.scr"),  # right-to-left override
    ("http://h/a%E2%80%8Bb", "a_b"),  # zero-width space
    ("http://h/a%E2%80%A8b", "a_b"),  # line separator
    ("http://h/%FF%FE", "__"),
    ("http://h/%D9%86%E2%80%8C%D8%A7", "\u0646\u200c\u0627"),  # Persian spelling
    ("http://h/%F0%9F%91%A9%E2%80%8D%F0%9F%94%AC", "\U0001f469\u200d\U0001f52c"),
    ("http://h/CON", "_CON"),
    ("http://h/nul.txt", "_nul.txt"),
    ("http://h/Com1.tar.gz", "_Com1.tar.gz"),
    ("http://h/lpt%C2%B9.x", "_lpt¹.x"),
    ("http://h/console.txt", "console.txt"),
    ("http://h/name.", "name"),
    ("http://h/name%20.%20.", "name"),
    ("http://h/%3f%2a%3c%3e%7c%22", "______"),
    ("http://h/-rf", "-rf"),
    ("http://h/a;b=c", "a;b=c"),
]

#: Paths that a client may not give, and a word of the reason.
REFUSED = [
    ("", "empty"),
    ("/etc/passwd", "absolute"),
    ("..", ".."),
    ("../x", ".."),
    ("a/../b", ".."),
    ("a/./b", "'.'"),
    ("a//b", "empty part"),
    ("a/", "empty part"),
    (".bashrc", "dot"),
    (".ssh/authorized_keys", "dot"),
    ("a\\b", "backslash"),
    ("a\0b", "cannot be seen"),
    ("a\nb", "cannot be seen"),
    ("a\u202eb", "cannot be seen"),
    ("a\ud800b", "cannot be seen"),
    ("x" * 201, "bytes"),
    ("ä" * 101, "bytes"),
]


class NameTests(unittest.SynchronousTestCase):
    def test_name_from_url_is_cleaned(self):
        """Whatever a URL suggests, the name is one harmless part of a path."""
        for url, name in FROM_URL:
            self.assertEqual(names.name_from_url(url), name, url)

    def test_every_character_gives_a_name_that_can_be_used(self):
        """No single character makes a name that leaves its folder or hides."""
        for number in [*range(0x300), 0x200B, 0x202E, 0x2028, 0xD800, 0xFEFF, 0xFFFD]:
            name = names.clean_name(f"a{chr(number)}b{chr(number)}")
            self.assertNotIn("/", name)
            self.assertNotIn("\0", name)
            name.encode()
            self.assertTrue(name)
            self.assertNotIn(unicodedata.category(name[1]), {"Cc", "Cf", "Cs"})

    def test_long_name_is_cut_and_keeps_its_ending(self):
        """The name fits, its characters are whole, and it still opens."""
        name = names.clean_name("ü" * 300 + ".tar.gz")
        self.assertLessEqual(len(name.encode()), names.MAX_BYTES)
        self.assertTrue(name.endswith("ü.tar.gz"))
        dotted = names.clean_name("a." + "b" * 300)
        self.assertEqual(len(dotted), names.MAX_BYTES)

    def test_longest_part_file_fits_into_a_file_system(self):
        """255 bytes are what common file systems take."""
        name = names.clean_name("x" * 500)
        part = names.part_name(name, "0123456789abcdef", 10**9)
        self.assertLessEqual(len(part.encode()), 255)
        self.assertLessEqual(len(names.numbered(name, 10**6).encode()), 255)

    def test_cleaned_name_stays_as_it_is(self):
        """Cleaning twice changes nothing more."""
        for url, name in FROM_URL:
            self.assertEqual(names.clean_name(name), name, url)

    def test_number_goes_before_the_ending(self):
        """The second file of a name still opens with the right program."""
        for name, second in [
            ("a.bin", "a (1).bin"),
            ("a", "a (1)"),
            ("a.tar.gz", "a (1).tar.gz"),
            ("a.b.c", "a.b (1).c"),
            (".tar.gz", ".tar (1).gz"),
            ("a.gz", "a (1).gz"),
        ]:
            self.assertEqual(names.numbered(name, 1), second)
            self.assertEqual(names.numbered(name, 0), name)


class PathTests(unittest.SynchronousTestCase):
    def test_plain_path_is_taken_as_it_is(self):
        """What a client asks for is what it gets."""
        for path in ["a.bin", "a/b/c.bin", "12:30.log", "a b", "ä", "x" * 200, "con"]:
            self.assertEqual(names.check_path(path), path)

    def test_path_that_leads_elsewhere_is_refused_with_the_reason(self):
        """Nothing is silently bent into another path."""
        for path, word in REFUSED:
            refusal = self.assertRaises(names.BadPath, names.check_path, path)
            self.assertIn(word, str(refusal), path)


class PartNameTests(unittest.SynchronousTestCase):
    def test_part_file_is_recognised_by_its_job(self):
        """The sweep finds the job's gid again, whatever the file is called."""
        gid = "0123456789abcdef"
        for name in ["a.bin", "a", "a.part", "x.0123456789abcdef.1.part"]:
            self.assertEqual(names.part_gid(names.part_name(name, gid, 7)), gid)

    def test_other_files_are_not_taken_for_part_files(self):
        """A person's own files are never swept away."""
        for name in [
            "a.part",
            ".a.part",
            ".a.1.part",
            "a.0123456789abcdef.1.part",
            ".a.0123456789ABCDEF.1.part",
            ".a.0123456789abcde.1.part",
            ".a.0123456789abcdef.x.part",
            ".a.0123456789abcdef.1.bad",
            ".part",
            "",
        ]:
            self.assertIsNone(names.part_gid(name), name)
