"""``inetfetch get`` against a real server: files, lines, exit codes."""

from __future__ import annotations

import socket

import trustme

from tests.inetfetch.commandline import InProcess
from tests.inetfetch.website import Website, content
from tests.wire.coded import SHRINKERS
from twinet.inetfetch.command import bars


class Get(InProcess):
    """One shot over HTTP."""

    def setUp(self):
        super().setUp()
        self.site = Website()
        self.addCleanup(self.site.close)
        self.url = self.site.url

    async def test_a_url_becomes_a_file_of_its_name(self):
        """The file is right, and a pipe gets two lines."""
        end = await self.run_command("get", f"{self.url}/bytes/300000/a%20b.bin?x=1#y")
        self.assertEqual((end.code, end.err), (0, ""))
        self.assertEqual(self.files(), {"a b.bin": content(300000)})
        self.assertEqual(
            end.out,
            f"start a b.bin {self.url}/bytes/300000/a%20b.bin?x=1#y\n"
            "done a b.bin 300000\n",
        )

    async def test_an_output_name_is_taken(self):
        """-o names the file; a body without a length ends with the connection."""
        end = await self.run_command(
            "get", f"{self.url}/close/70000/x", "-o", "mine.txt"
        )
        self.assertEqual((end.code, end.err), (0, ""))
        self.assertEqual(self.files(), {"mine.txt": content(70000)})

    async def test_a_folder_is_made(self):
        """-d names a folder that need not be there; the lines have it too."""
        end = await self.run_command("get", f"{self.url}/bytes/5/x", "-d", "new/folder")
        self.assertEqual((end.code, end.err), (0, ""))
        self.assertEqual(self.files(), {"new/folder/x": content(5)})
        self.assertIn("done new/folder/x 5\n", end.out)

    async def test_a_folder_that_cannot_be_made_is_a_local_trouble(self):
        """Nothing is asked for then."""
        (self.folder / "file").touch()
        end = await self.run_command(
            "get", f"{self.url}/bytes/5/x", "-d", "file/folder"
        )
        self.assertEqual(end.code, 7)
        self.assert_one_line(end.err, "file/folder")
        self.assertEqual(self.site.paths, [])

    async def test_quiet_says_nothing(self):
        """-q leaves only troubles."""
        end = await self.run_command("get", "-q", f"{self.url}/bytes/5/x")
        self.assertEqual((end.code, end.out, end.err), (0, "", ""))

    async def test_a_redirect_keeps_the_name_that_was_asked_for(self):
        """A server cannot choose the file's name."""
        end = await self.run_command("get", f"{self.url}/to/bytes/5/.bashrc")
        self.assertEqual((end.code, end.err), (0, ""))
        self.assertEqual(self.files(), {"bashrc": content(5)})
        self.site.paths.clear()
        end = await self.run_command("get", f"{self.url}/to/bytes/5/evil?/mine")
        self.assertEqual(self.files(), {"bashrc": content(5), "evil": content(5)})

    async def test_a_name_from_a_url_stays_in_the_folder(self):
        """An encoded path is no path, and a hidden file is not made."""
        end = await self.run_command(
            "get", f"{self.url}/bytes/1/..%2F..%2Fup", f"{self.url}/bytes/2/%1b%00x"
        )
        self.assertEqual((end.code, end.err), (0, ""))
        self.assertEqual(self.files(), {"_.._up": content(1), "__x": content(2)})

    async def test_a_file_that_exists_is_left_alone(self):
        """It is an error, and the server is not asked."""
        (self.folder / "x").write_bytes(b"mine")
        end = await self.run_command("get", f"{self.url}/bytes/5/x")
        self.assertEqual(end.code, 7)
        self.assert_one_line(end.err, "x exists already")
        self.assertEqual(self.files(), {"x": b"mine"})
        self.assertEqual(self.site.paths, [])

    async def test_a_dangling_link_is_left_alone(self):
        """What it points to is not written."""
        (self.folder / "x").symlink_to(self.folder / "elsewhere")
        end = await self.run_command("get", f"{self.url}/bytes/5/x")
        self.assertEqual(end.code, 7)
        self.assertEqual(self.files(), {})

    async def test_a_folder_that_is_not_there_is_a_local_trouble(self):
        """-o does not make folders, and says so."""
        end = await self.run_command("get", f"{self.url}/bytes/5/x", "-o", "no/x")
        self.assertEqual(end.code, 7)
        self.assert_one_line(end.err, "no/", "folder does not exist")

    async def test_two_urls_of_one_name_are_refused(self):
        """Before anything is fetched, because one would always fail."""
        end = await self.run_command(
            "get", f"{self.url}/bytes/1/x", f"{self.url}/bytes/2/x"
        )
        self.assertEqual(end.code, 2)
        self.assert_one_line(end.err, "both become x", "-o")
        self.assertEqual(self.site.paths, [])

    async def test_an_output_name_with_two_urls_is_refused(self):
        """It could only be right for one."""
        end = await self.run_command("get", "-o", "x", self.url, self.url)
        self.assertEqual(end.code, 2)
        self.assert_one_line(end.err, "-o")

    async def test_standard_output_is_refused(self):
        """It would break the promise about names."""
        end = await self.run_command("get", "-o", "-", self.url)
        self.assertEqual(end.code, 2)
        self.assert_one_line(end.err, "./-")

    async def test_an_error_status_leaves_no_file(self):
        """The page that comes with it is not what was asked for."""
        end = await self.run_command("get", f"{self.url}/status/404")
        self.assertEqual(end.code, 5)
        self.assert_one_line(end.err, "/status/404: the server answered 404 Not Found")
        self.assertEqual(self.files(), {})

    async def test_a_body_that_breaks_off_leaves_no_file(self):
        """Neither under the final name nor under a temporary one."""
        end = await self.run_command("get", f"{self.url}/short/200000/x")
        self.assertEqual(end.code, 1)
        self.assert_one_line(end.err, "/short/200000/x: ", "100000", "200000")
        self.assertEqual(self.files(), {})

    async def test_something_that_is_not_http_is_a_failure(self):
        """The line says that it is not HTTP."""
        end = await self.run_command("get", f"{self.url}/garbage")
        self.assertEqual(end.code, 1)
        self.assert_one_line(end.err, "/garbage: ")

    async def test_nobody_there_is_three(self):
        """So is a name that nobody has."""
        with socket.socket() as closed:
            closed.bind(("127.0.0.1", 0))
            port = closed.getsockname()[1]
            end = await self.run_command("get", f"http://127.0.0.1:{port}/x")
        self.assertEqual(end.code, 3)
        self.assert_one_line(end.err, f"http://127.0.0.1:{port}/x: ", "refused")
        end = await self.run_command("get", "http://name.invalid/x")
        self.assertEqual(end.code, 3)
        self.assert_one_line(end.err, "name.invalid")

    async def test_a_server_that_says_nothing_runs_into_the_limit(self):
        """--max-time ends it, with the number for time."""
        end = await self.run_command("get", f"{self.url}/silent", "--max-time", "0.2")
        self.assertEqual(end.code, 4)
        self.assert_one_line(end.err, "0.2 s")
        self.assertEqual(self.files(), {})

    async def test_what_is_no_url_is_wrong_usage(self):
        """The others are still fetched."""
        end = await self.run_command(
            "get", "ftp://127.0.0.1/a", f"{self.url}/bytes/5/x", "http://[::1/b"
        )
        self.assertEqual(end.code, 2)
        self.assertNotIn("Traceback", end.err)

    async def test_of_several_failures_the_first_on_the_line_counts(self):
        """All the others are tried, and each has a line."""
        end = await self.run_command(
            "get",
            f"{self.url}/bytes/7/a",
            f"{self.url}/to/to/to/status/503",
            f"{self.url}/short/10/b",
            f"{self.url}/bytes/8/c",
        )
        self.assertEqual(end.code, 5)
        self.assertEqual(end.err.count("\n"), 2, end.err)
        self.assertIn("/status/503: the server answered 503", end.err)
        self.assertIn("/short/10/b: ", end.err)
        self.assertEqual(self.files(), {"a": content(7), "c": content(8)})

    async def test_an_answer_without_content_leaves_no_file(self):
        """An empty file would look like the content."""
        for status in (204, 206, 300):
            end = await self.run_command("get", f"{self.url}/status/{status}")
            self.assertEqual(end.code, 1)
            self.assert_one_line(end.err, f"answered {status}", "whole content")
        self.assertEqual(self.files(), {})

    async def test_a_user_name_and_a_password_are_sent_and_not_shown(self):
        """Neither in a line of progress nor in one of trouble."""
        url = self.url.replace("//", "//u%40x:sec%3Aret@")
        end = await self.run_command("get", f"{url}/bytes/1/x", f"{url}/status/403")
        self.assertEqual(end.code, 5)
        self.assertEqual(self.files(), {"x": content(1)})
        for fields in self.site.fields:
            self.assertEqual(fields["Authorization"], "Basic dUB4OnNlYzpyZXQ=")
        self.assertIn("u%40x:***@", end.out)
        self.assertIn("u%40x:***@", end.err)
        self.assertNotIn("ret", end.out + end.err)

    async def test_the_file_is_asked_for_as_it_is(self):
        """A coding for the way would be stored instead of the content."""
        await self.run_command("get", f"{self.url}/bytes/1/x")
        (fields,) = self.site.fields
        self.assertEqual(fields["Accept-Encoding"], "identity")
        self.assertRegex(fields["User-Agent"], "^inetfetch/")
        self.assertNotIn("Authorization", fields)

    async def test_a_compressed_file_is_decoded(self):
        """In each coding; the lines count what travels, and in the end the file."""
        body = content(300_000)
        for coding, make in SHRINKERS.items():
            self.site.coded = (coding, make(body))
            end = await self.run_command(
                "get", "--compressed", f"{self.url}/coded/{coding}.txt"
            )
            self.assertEqual((end.code, end.err), (0, ""))
            self.assertIn(f"done {coding}.txt 300000\n", end.out)
            asked = self.site.fields[-1]["Accept-Encoding"]
            self.assertEqual(asked, "gzip, deflate, br, zstd")
        self.assertEqual(self.files(), {f"{c}.txt": body for c in SHRINKERS})

    async def test_what_is_not_compressed_is_taken_as_it_is(self):
        """Servers need not do what they are asked for."""
        for coding in ("identity", ""):
            self.site.coded = (coding, b"plain")
            end = await self.run_command("get", "--compressed", f"{self.url}/coded/x")
            self.assertEqual((end.code, end.err), (0, ""))
            self.assertEqual(self.files(), {"x": b"plain"})
            (self.folder / "x").unlink()
        self.site.coded = ("compress", b"")
        end = await self.run_command("get", "--compressed", f"{self.url}/coded/x")
        self.assertEqual((end.code, self.files()), (0, {"x": b""}))

    async def test_what_cannot_be_decoded_leaves_no_file(self):
        """An unknown coding, or a damaged file."""
        for coded, *words in (
            (("compress", b"x"), "coded as compress", "twinet[brotli,zstd]"),
            (("br, x-own", b"x"), "coded as br, x-own", "leave --compressed out"),
            (("br", b"no br"), "the br body is damaged"),
            (("zstd", SHRINKERS["zstd"](content(9))[:-1]), "too early"),
        ):
            self.site.coded = coded
            end = await self.run_command("get", "--compressed", f"{self.url}/coded/x")
            self.assertEqual(end.code, 1)
            self.assert_one_line(end.err, "/coded/x: ", *words)
            self.assertEqual(self.files(), {})

    async def test_a_pipe_that_is_closed_ends_the_others_too(self):
        """What they have written is gone; what was done before stays."""

        def done(*_):
            raise BrokenPipeError

        self.patch(bars.Lines, "done", done)
        with self.assertRaises(BrokenPipeError):
            await self.run_command(
                "get", f"{self.url}/stall/600000/x", f"{self.url}/bytes/5/y"
            )
        self.assertEqual(self.files(), {"y": content(5)})


class Certificates(InProcess):
    """One shot over HTTPS."""

    def setUp(self):
        super().setUp()
        authority = trustme.CA()
        self.roots = self.home / "roots.pem"
        authority.cert_pem.write_to_path(str(self.roots))
        self.site = Website(authority.issue_cert("127.0.0.1"))
        self.addCleanup(self.site.close)

    async def test_a_stranger_is_six(self):
        """A certificate that nobody vouches for is refused, and nothing is sent."""
        end = await self.run_command("get", f"{self.site.url}/bytes/5/x")
        self.assertEqual(end.code, 6)
        self.assert_one_line(end.err, self.site.url)
        self.assertEqual(self.site.paths, [])
        self.assertEqual(self.files(), {})

    async def test_given_roots_are_believed(self):
        """By the option and by the variable."""
        roots = str(self.roots)
        end = await self.run_command(
            "get", "--trust-roots", roots, f"{self.site.url}/bytes/5/x"
        )
        self.assertEqual((end.code, end.err), (0, ""))
        end = await self.run_command(
            "get",
            f"{self.site.url}/bytes/6/y",
            env={"INETFETCH_TRUST_ROOTS": roots},
        )
        self.assertEqual((end.code, end.err), (0, ""))
        self.assertEqual(self.files(), {"x": content(5), "y": content(6)})

    async def test_roots_that_cannot_be_read_are_a_local_trouble(self):
        """Whether there is no file, or something else in it."""
        other = self.home / "other.pem"
        other.write_text("something else")
        for file in ("none.pem", str(other)):
            end = await self.run_command("get", "--trust-roots", file, self.site.url)
            self.assertEqual(end.code, 7)
            self.assert_one_line(end.err, file)
