"""Listings of many servers, and what they say.

The lines are written for these tests, after forms that were published; ``source`` says
where.  What is expected stands in one line for each entry::

    kind size time name [-> target]

Kinds are f, d, l and o, for file, directory, link and other.  The time is exact to what
it shows, and ``Z`` says that it is known to be UTC.  ``-`` is what the server does not
say.  All times are read on 27 November 2026, noon, UTC.
"""

# ruff: noqa: E501  listings are as wide as they are

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from twinet.records import DirectoryEntry

__all__ = ["CASES", "Case", "shown"]

COMMONS = "Apache Commons Net, src/test/java/org/apache/commons/net/ftp/parser"
CHROMIUM = "Chromium 88, net/data/ftp"
FILEZILLA = "FileZilla, samples in FtpListResult.cpp"
DJB = "https://cr.yp.to/ftpparse.html, samples in ftpparse.c"
MOZILLA = "Mozilla, comments in ParseFTPList.cpp"
RFC = "RFC 3659, section 7"


@dataclass
class Case:
    """One listing.

    :ivar unknown: how many of its lines are no listing's.
    """

    server: str
    source: str
    listing: bytes
    expected: str
    kind: Literal["list", "mlsd"] = "list"
    encoding: str = "utf-8"
    unknown: int = 0

    @property
    def lines(self) -> list[bytes]:
        return [line for line in self.listing.split(b"\n") if line]

    @property
    def entries(self) -> list[str]:
        return [line for line in self.expected.split("\n") if line]


def shown(entry: DirectoryEntry) -> str:
    """Return an entry as it is written down here."""
    size = "-" if entry.size is None else str(entry.size)
    time = "-"
    if entry.modified is not None:
        utc = "Z" if entry.modified_is_utc else ""
        naive = entry.modified.replace(tzinfo=None)
        if entry.precision == "day":
            time = naive.date().isoformat()
        elif entry.precision == "minute":
            time = naive.isoformat(timespec="minutes")
        else:
            time = naive.isoformat()
        time += utc
    name = entry.name if entry.target is None else f"{entry.name} -> {entry.target}"
    return f"{entry.kind[0]} {size} {time} {name}"


UNIX = [
    Case(
        "vsftpd",
        "https://security.appspot.com/vsftpd.html, ls.c writes such lines",
        b"""\
drwxr-xr-x    2 0        0            4096 Nov 20 09:15 incoming
drwxr-xr-x   14 1000     1000         4096 Jan 03  2024 pub
-rw-r--r--    1 1000     1000          170 Aug 17 18:02 welcome.msg
-rw-------    1 0        0      4294967296 Feb 29  2024 four gigabytes.img
lrwxrwxrwx    1 0        0               3 Mar 01 12:00 latest -> pub
""",
        """
d - 2026-11-20T09:15 incoming
d - 2024-01-03 pub
f 170 2026-08-17T18:02 welcome.msg
f 4294967296 2024-02-29 four gigabytes.img
l - 2026-03-01T12:00 latest -> pub
""",
    ),
    Case(
        "ProFTPD",
        "http://www.proftpd.org/docs/howto/ListOptions.html",
        b"""\
-rw-r--r--   1 proftpd  nogroup     10486 Oct  5 23:59 ChangeLog
drwxrwxr-x   3 proftpd  nogroup      4096 Dec  1  2025 modules
drwxrwsr-x   3 proftpd  www          4096 Dec 31  2025 setgid
-rwsr-xr-x   1 root     root        53112 Jul  7  2025 setuid
drwxrwxrwt   9 root     root         4096 Nov 27 11:58 tmp
-rwSr-Sr-T   1 root     root            0 Nov 26 00:00 no execute
""",
        """
f 10486 2026-10-05T23:59 ChangeLog
d - 2025-12-01 modules
d - 2025-12-31 setgid
f 53112 2025-07-07 setuid
d - 2026-11-27T11:58 tmp
f 0 2026-11-26T00:00 no execute
""",
    ),
    Case(
        "Pure-FTPd",
        "https://www.pureftpd.org/project/pure-ftpd/doc, ls.c writes such lines",
        b"""\
drwxr-xr-x    6 1001       web              4096 Nov  1 08:00 .
drwxr-xr-x    6 1001       web              4096 Nov  1 08:00 ..
-rw-------    1 1001       web               134 Oct 12 17:21 .ftpquota
drwxr-x---    9 1001       web              4096 May  5  2026 public_html
""",
        """
f 134 2026-10-12T17:21 .ftpquota
d - 2026-05-05 public_html
""",
    ),
    Case(
        "pyftpdlib",
        "https://pyftpdlib.readthedocs.io, AbstractedFS.format_list",
        b"""\
-rw-rw-rw-   1 owner   group    7045120 Sep 02 03:47 music.mp3
drwxrwxrwx   1 owner   group          0 Aug 31 18:50 e-books
-rw-rw-rw-   1 owner   group        380 Sep 02  3:40 module.py
""",
        """
f 7045120 2026-09-02T03:47 music.mp3
d - 2026-08-31T18:50 e-books
f 380 2026-09-02T03:40 module.py
""",
    ),
    Case(
        "Twisted's server, and its client's tests",
        "https://docs.twisted.org, twisted.test.test_ftp.FTPFileListingTests",
        b"""\
-rw-r--r--   1 root     other        531 Jan 29 03:26 README
-rw-r--r--   1 root     other        531 Jan 29 2003 OLDREADME
drw-r--r--   2 root     other        531 Jan  9  2003 A B
lrw-r--r--   1 root     other          1 Jan 29 03:26 B A -> D C/A B
""",
        """
f 531 2026-01-29T03:26 README
f 531 2003-01-29 OLDREADME
d - 2003-01-09 A B
l - 2026-01-29T03:26 B A -> D C/A B
""",
    ),
    Case(
        "wu-ftpd, and others that run ls",
        DJB,
        b"""\
total 14786
-rw-r--r--   1 root     other        531 Jan 29 03:26 README
dr-xr-xr-x   2 root     other        512 Apr  8  1994 etc
dr-xr-xr-x   2 root     512 Apr  8  1994 no group
lrwxrwxrwx   1 root     other          7 Jan 25 00:17 bin -> usr/bin
""",
        """
f 531 2026-01-29T03:26 README
d - 1994-04-08 etc
d - 1994-04-08 no group
l - 2026-01-25T00:17 bin -> usr/bin
""",
    ),
    Case(
        "Windows, as a Unix would show it",
        DJB,
        b"""\
----------   1 owner    group         1803128 Jul 10 10:18 ls-lR.Z
d---------   1 owner    group               0 May  9 19:45 Softlib
""",
        """
f 1803128 2026-07-10T10:18 ls-lR.Z
d - 2026-05-09T19:45 Softlib
""",
    ),
    Case(
        "WFTPD",
        DJB,
        b"-rwxrwxrwx   1 noone    nogroup      322 Aug 19  1996 message.ftp\n",
        "f 322 1996-08-19 message.ftp",
    ),
    Case(
        "NetWare",
        DJB,
        b"""\
d [R----F--] supervisor            512       Jan 16 18:53    login
- [R----F--] rhesus             214059       Oct 20 15:27    cx.exe
""",
        """
d - 2026-01-16T18:53 login
f 214059 2026-10-20T15:27 cx.exe
""",
    ),
    Case(
        "NetWare 5",
        f"{COMMONS}/NetwareFTPEntryParserTest.java; {CHROMIUM}/dir-listing-netware-1",
        b"""\
total 0
d [-----F--] SCION_SYS                         512 Apr 13 23:52 SYS
d [----AF--]          0                        512 Feb 22 17:32 _ADMIN
d [-W---F--] SCION_VOL2                        512 Apr 13 23:12 VOL2
- [RWCEAFMS] rwinston                        19968 Mar 12 15:20 Summary of it.doc
d [RWCEAFMS] rwinston                          512 Nov 24  2005 Favorites
""",
        """
d - 2026-04-13T23:52 SYS
d - 2026-02-22T17:32 _ADMIN
d - 2026-04-13T23:12 VOL2
f 19968 2026-03-12T15:20 Summary of it.doc
d - 2005-11-24 Favorites
""",
    ),
    Case(
        "Hellsoft's server for NetWare",
        MOZILLA,
        b"""\
d[RWCEAFMS] admin            512 Jan 16 18:53 login
-[RWCEAFMS] admin            770 Feb 28  2001 autoexec.ncf
""",
        """
d - 2026-01-16T18:53 login
f 770 2001-02-28 autoexec.ncf
""",
    ),
    Case(
        "NetPresenz, on a Macintosh",
        f"{DJB}; {COMMONS}/MacOsPeterFTPEntryParserTest.java",
        b"""\
-------r--         326  1391972  1392298 Nov 22  1995 MegaPhone.sit
drwxrwxr-x               folder        2 May 10  1996 network
-rw-r--r--    54149       27826    81975 Jul 22  2010 09.jpg
drwxr-xr-x               folder        0 Jan  4 14:51 Alias_to_Steak
""",
        # The two forks together are not what one gets of them.
        """
f - 1995-11-22 MegaPhone.sit
d - 1996-05-10 network
f - 2010-07-22 09.jpg
d - 2026-01-04T14:51 Alias_to_Steak
""",
    ),
    Case(
        "GNU ls, --time-style=full-iso",
        "https://www.gnu.org/software/coreutils/manual, Formatting file timestamps",
        b"""\
-rw-r--r-- 1 root root     35147 2020-07-21 23:45:56.477817180 -0400 COPYING
drwxr-xr-x 2 root root      4096 2020-07-21 23:45:56.000000000 +0530 doc files
lrwxrwxrwx 1 root root         7 2026-11-27 10:00:00.123456789 +0000 bin -> usr/bin
""",
        """
f 35147 2020-07-22T03:45:56Z COPYING
d - 2020-07-21T18:15:56Z doc files
l - 2026-11-27T10:00:00Z bin -> usr/bin
""",
    ),
    Case(
        "GNU ls, --time-style=long-iso; Debian of old",
        "https://www.gnu.org/software/coreutils/manual, Formatting file timestamps",
        b"""\
-rw-r--r-- 1 root root 35147 2020-07-21 23:45 COPYING
-rw-r----- 1 neeme neeme 346 2005-04-08 11:22 services.vsp
drwxr-xr-x 2 root root  4096 2020-07-21 23:45 two  blanks
""",
        """
f 35147 2020-07-21T23:45 COPYING
f 346 2005-04-08T11:22 services.vsp
d - 2020-07-21T23:45 two  blanks
""",
    ),
    Case(
        "GNU ls, --time-style=iso",
        "https://www.gnu.org/software/coreutils/manual, Formatting file timestamps",
        b"""\
-rw-r--r-- 1 root root     12 07-01 00:00 recent
-rw-r--r-- 1 root root     13 2024-07-01  older
-rw-r--r-- 1 root root     14 12-24 18:00 last winter
""",
        """
f 12 2026-07-01T00:00 recent
f 13 2024-07-01 older
f 14 2025-12-24T18:00 last winter
""",
    ),
    Case(
        "FreeBSD's ls -lT, and sizes that were rounded by ls -lh",
        "https://man.freebsd.org/cgi/man.cgi?ls(1)",
        b"""\
-rw-r--r--  1 root  wheel   6142 Oct 21 06:53:41 2023 COPYRIGHT
drwxr-xr-x  2 root  wheel    512 Jan  2 03:04:05 2026 bin
-rw-r--r--  1 root  wheel   6.0K Oct 21  2023 rounded
-rw-r--r--  1 root  wheel   12M Oct 21  2023 rounded, too
""",
        """
f 6142 2023-10-21T06:53:41 COPYRIGHT
d - 2026-01-02T03:04:05 bin
f - 2023-10-21 rounded
f - 2023-10-21 rounded, too
""",
    ),
    Case(
        "Solaris and AIX, with devices and access lists",
        f"{COMMONS}/UnixFTPEntryParserTest.java",
        b"""\
crw-r----- 1 root kmem 0, 27 Jan 30 11:42 kmem
crw-------   1 root     sys      109,767 Jul  2  2004 pci@1c,600000:devctl
brw-rw----   1 root     disk       8,   0 Nov 20 07:00 sda
drwxrwx---+ 23 500     500    0 Jan 10 13:09 testACL
drwxr-x---+1464 chrism   chrism     41472 Feb 25 13:17 20090225
prw-r--r--   1 root     root           0 Nov 20 07:00 pipe
srwxrwxrwx   1 root     root           0 Nov 20 07:00 socket
Drw-r--r--   1 root     root           0 Nov 20 07:00 door
-rw-r--r--.  1 root     root         101 Nov 20 07:00 selinux
-rw-r--r--@  1 me       staff       6148 Nov 20 07:00 .DS_Store
""",
        """
o - 2026-01-30T11:42 kmem
o - 2004-07-02 pci@1c,600000:devctl
o - 2026-11-20T07:00 sda
d - 2026-01-10T13:09 testACL
d - 2026-02-25T13:17 20090225
o - 2026-11-20T07:00 pipe
o - 2026-11-20T07:00 socket
o - 2026-11-20T07:00 door
f 101 2026-11-20T07:00 selinux
f 6148 2026-11-20T07:00 .DS_Store
""",
    ),
    Case(
        "odd owners and groups",
        f"{COMMONS}/UnixFTPEntryParserTest.java; {FILEZILLA}",
        b"""\
drwx------ 4 maxm Domain Users 512 Oct 2 10:59 .metadata
drwxr-xr-x   2 john smith     test group         4096 Mar  2 15:13 zxbox
-rwxr-xr-x   2 user     my group 500        5000000000 Mar  2 15:13 big
-rw-r--r--   1 group domain user 531 Jan 29 03:26 domain file
-rw-r--r--   1 1        3518644 May 25 12:12 std
drwxr-xr-x 1 usernameftp 512 Jan 29 23:32 prog
-rw-r--r--   1 ftpuser  ftpusers 12414535 Mar 17 11:07 test 1999 abc.pdf
-rw-rw-rw-   1 user group 5840 Mar 19 09:34 123 456 abc.csv
-rwxrwx---   1 ftp      ftp-admin 816026400 Oct  5  2008 bloplab 7 cd1.img
-rw-r--r--   1 DOM\\me   DOM\\all    10 Nov 20 07:00 backslash
""",
        """
d - 2026-10-02T10:59 .metadata
d - 2026-03-02T15:13 zxbox
f 5000000000 2026-03-02T15:13 big
f 531 2026-01-29T03:26 domain file
f 3518644 2026-05-25T12:12 std
d - 2026-01-29T23:32 prog
f 12414535 2026-03-17T11:07 test 1999 abc.pdf
f 5840 2026-03-19T09:34 123 456 abc.csv
f 816026400 2008-10-05 bloplab 7 cd1.img
f 10 2026-11-20T07:00 backslash
""",
    ),
    Case(
        "a size that ran into the group",
        FILEZILLA,
        b"-r-xr-xr-x longowner longgroup123456 Feb 12 17:20 concatenated\n",
        "f - 2026-02-12T17:20 concatenated",
    ),
    Case(
        "names with blanks at their ends, and blank names",
        f"{DJB}; {CHROMIUM}/dir-listing-ls-19",
        b"""\
-rw-r--r--   1 root     other        531 Jan 29 03:26  DO NOT READ ME
-rw-r--r--   1 root     other        531 Jan 29 03:26 trailing\x20\x20
-rw-r--r--   1 root     other        531 Jan 29 03:26    three
drwxr-xr-x    2 0        0            4096 Mar 18  2007\x20\x20
""",
        """
f 531 2026-01-29T03:26  DO NOT READ ME
f 531 2026-01-29T03:26 trailing\x20\x20
f 531 2026-01-29T03:26    three
d - 2007-03-18\x20\x20
""",
    ),
    Case(
        "dates in figures",
        f"{FILEZILLA}; {CHROMIUM}/dir-listing-ls-32",
        b"""\
-rw-r--r--   1 root     other        531 09-26 2000 month and day, year
-rw-r--r--   1 root     other        531 09-26 13:45 month and day, time
-r-xr-xr-x   2 root     other      2235 1999/10/12 17:12 slashes
-r-xr-xr-x   2 root     other      2235 24-04-2003 17:12 day first
dr-xr-xr-x  50 0       0             0 Jan  1 00:0 proc
""",
        """
f 531 2000-09-26 month and day, year
f 531 2026-09-26T13:45 month and day, time
f 2235 1999-10-12T17:12 slashes
f 2235 2003-04-24T17:12 day first
d - 2026-01-01T00:00 proc
""",
    ),
    Case(
        "a router, whose users are all one",
        f"{CHROMIUM}/dir-listing-ls-28",
        b"""\
drwxr-x   2       10     4096 Dec 10 14:32 pollq
drwxrwx   2       10     4096 Jul 28 02:41 tmp
""",
        """
d - 2025-12-10T14:32 pollq
d - 2026-07-28T02:41 tmp
""",
    ),
    Case(
        "a server that shows attributes as the group",
        f"{CHROMIUM}/dir-listing-ls-13",
        b"""\
-r--r--r--  1 ftp      -A---       93064 Dec 28  2007 test.jpg
dr--r--r--  1 ftp      -----           0 Nov 17 17:08 kernels
""",
        """
f 93064 2007-12-28 test.jpg
d - 2026-11-17T17:08 kernels
""",
    ),
    Case(
        "a name that ls -F marks, and large sums",
        f"{CHROMIUM}/dir-listing-ls-30; GNU coreutils manual, ls -p",
        b"""\
total 395136991232
total 1.4M
drwx-wx-wx 10  ftpadmin        ftpusers 256     May 27 2010 downloads
drwxr-xr-x  2  ftpadmin        ftpusers 256     May 27 2010 marked/
""",
        """
d - 2010-05-27 downloads
d - 2010-05-27 marked
""",
    ),
    Case(
        "links whose names and targets have arrows and blanks",
        "POSIX.1-2024, ls: the size of a link is the length of its target",
        b"""\
lrwxrwxrwx 1 r r 1 Nov 20 07:00 a -> b -> c
lrwxrwxrwx 1 r r 6 Nov 20 07:00 a -> b -> c
lrwxrwxrwx 1 r r 9 Nov 20 07:00 plain -> ../x y -> z
lrwxrwxrwx 1 r r 9 Nov 20 07:00 without
""",
        """
l - 2026-11-20T07:00 a -> b -> c
l - 2026-11-20T07:00 a -> b -> c
l - 2026-11-20T07:00 plain -> ../x y -> z
l - 2026-11-20T07:00 without
""",
    ),
]

PROBLEMS = [
    Case(
        "servers that do not tell the group, with access lists",
        "https://github.com/mscdex/node-ftp/issues/112 and 188",
        b"""\
total 871
-rw-------+   1 9469            0 May  6  2011 .Xauthority
----------+   1 0               0 Mar  1  2001 .notar
lrwxrwxrwx    1 0              12 Oct 20  2010 DATASETS -> pub/DATASETS
drwxr-x---+  82 9424           89 Mar 17 11:57 private
-rw-------+   1 0         1945600 Oct 20  2005 system.files
-rw-r--r-- 1 oinstall 65536 Jul 25 15:01 dump.dmp
""",
        """
f 0 2011-05-06 .Xauthority
f 0 2001-03-01 .notar
l - 2010-10-20 DATASETS -> pub/DATASETS
d - 2026-03-17T11:57 private
f 1945600 2005-10-20 system.files
f 65536 2026-07-25T15:01 dump.dmp
""",
    ),
    Case(
        "modes that are too short, or have odd letters",
        "https://github.com/patrickjuchli/basic-ftp/issues/193; "
        "https://github.com/icetee/node-ftp/issues/6",
        b"""\
drw-r--rw   1     root     root         0 Apr 21 19:31 Directory1
drwxr-S---    3 105207   501            18 Jul 04  2017 .pki
""",
        """
d - 2026-04-21T19:31 Directory1
d - 2017-07-04 .pki
""",
    ),
    Case(
        "January to August without a year, in August",
        "https://github.com/aio-libs/aioftp/issues/196",
        b"""\
-rw-r--r-- 1 ftp ftp 1 Jan 05 10:20 winter
-rw-r--r-- 1 ftp ftp 2 Aug 14 10:20 summer
""",
        """
f 1 2026-01-05T10:20 winter
f 2 2026-08-14T10:20 summer
""",
    ),
    Case(
        "facts in another order, an empty line at the end",
        "https://midnight-commander.org/ticket/4455; "
        "https://github.com/secsy/goftp/issues/45",
        b"""\
Size=435123;Modify=20141113182638;Type=file;Perm=radfw; blue-pattern.jpg
Type=dir;Size=0;Modify=20191124122657; subdir1

""",
        """
f 435123 2014-11-13T18:26:38Z blue-pattern.jpg
d - 2019-11-24T12:26:57Z subdir1
""",
        "mlsd",
    ),
    Case(
        "a semicolon in a name; no facts at all",
        "https://github.com/crazy-max/ftpgrab/issues/55; "
        "https://github.com/morris/vinyl-ftp/issues/12",
        b"""\
type=file;size=7903718;modify=20190718185113;UNIX.mode=0644;UNIX.uid=1001; file;test.txt
 .
 ..
 .htaccess
""",
        """
f 7903718 2019-07-18T18:51:13Z file;test.txt
o - - .htaccess
""",
        "mlsd",
    ),
]

LANGUAGES = [
    Case(
        "German",
        f"{FILEZILLA}; glibc, localedata/locales/de_DE",
        """\
insgesamt 12
-rw-r--r--   1 root     other      2235 26. Juli, 20:10 Juli
-r-xr-xr-x   2 root     other      2236 2.   Okt.  2003 Oktober
-rw-r--r--   1 root     root       2237 14. Mär 20:10 März
-rw-r--r--   1 root     root       2238 Dez 24  2025 Weihnachten
""".encode(),
        """
f 2235 2026-07-26T20:10 Juli
f 2236 2003-10-02 Oktober
f 2237 2026-03-14T20:10 März
f 2238 2025-12-24 Weihnachten
""",
    ),
    Case(
        "German in Latin-1",
        "glibc, localedata/locales/de_DE (ISO-8859-1)",
        """\
-rw-r--r--   1 root     root       2237 14. Mär 20:10 Übung
""".encode("latin-1"),
        "f 2237 2026-03-14T20:10 Übung",
        encoding="latin-1",
    ),
    Case(
        "French, Spanish, Italian, Portuguese",
        f"Unicode CLDR, abbreviated months; {FILEZILLA}",
        """\
-rw-r--r-- 1 root root 1 15 févr. 10:20 fr
-rw-r--r-- 1 root root 2 1 août 2025 fr
-rw-r--r-- 1 root root 3 déc. 31 2025 fr
-rw-r--r-- 1 root root 4 ene 5 10:20 es
-rw-r--r-- 1 root root 5 dic 5 2024 es
-rw-r--r-- 1 root root 6 gen 6 10:20 it
-rw-r--r-- 1 root root 7 7 mag 2024 it
-rw-r--r-- 1 root root 8 8 out 10:20 pt
""".encode(),
        """
f 1 2026-02-15T10:20 fr
f 2 2025-08-01 fr
f 3 2025-12-31 fr
f 4 2026-01-05T10:20 es
f 5 2024-12-05 es
f 6 2026-01-06T10:20 it
f 7 2024-05-07 it
f 8 2026-10-08T10:20 pt
""",
    ),
    Case(
        "Dutch, Swedish, Polish, Czech, Finnish, Turkish",
        f"Unicode CLDR, abbreviated months; {FILEZILLA}",
        """\
-rw-r--r-- 1 root root 1 3 mrt 10:20 nl
-rw-r--r-- 1 root root 2 4 maj 2025 sv
-rw-r--r-- 1 root root 3 5 paź 2025 pl
-rw-r--r-- 1 root root 4 6 gru 2025 pl
-rw-r--r-- 1 root root 5 úno 7 2025 cs
-rw-r--r-- 1 root root 6 joulu 8 2025 fi
-rw-r--r-- 1 root root 7 Ağu 9 2025 tr
""".encode(),
        """
f 1 2026-03-03T10:20 nl
f 2 2025-05-04 sv
f 3 2025-10-05 pl
f 4 2025-12-06 pl
f 5 2025-02-07 cs
f 6 2025-12-08 fi
f 7 2025-08-09 tr
""",
    ),
    Case(
        "Russian, day before month",
        f"{CHROMIUM}/dir-listing-ls-25",
        """\
итого 16
drwxr-xr-x    3 ftp      ftp          4096 15 апр 18:11 .
drwxr-xr-x    3 ftp      ftp          4096 15 июл 18:11 ..
-rw-r--r--    1 ftp      ftp           528 01 май 2007 .message
-rw-r--r--    1 ftp      ftp           529 01 ноя 2007 README
-rw-r--r--    1 ftp      ftp           560 28 сен 2007 index.html
drwxr-xr-x   33 ftp      ftp          4096 12 фев 2008 pub
-rwxrwxr-x    1 ftp      ftp      17577705968 Mar 08  2009 Пирог (1).ts
""".encode(),
        """
f 528 2007-05-01 .message
f 529 2007-11-01 README
f 560 2007-09-28 index.html
d - 2008-02-12 pub
f 17577705968 2009-03-08 Пирог (1).ts
""",
    ),
    Case(
        "Russian in windows-1251 and KOI8-R",
        f"{FILEZILLA}, the months' table",
        "-rw-r--r-- 1 r r 1 12 фев 2008 имя\n".encode("cp1251")
        + "-rw-r--r-- 1 r r 2 12 дек 2008 x\n".encode("koi8-r"),
        """
f 1 2008-02-12 имя
f 2 2008-12-12 x
""",
        encoding="cp1251",
    ),
    Case(
        "Japanese, Chinese, Korean",
        f"{COMMONS}/UnixFTPEntryParserTest.java",
        """\
-rw-rw---- 1 ep1adm sapsys 0 6月 3日 2003年 試験.csv
-rw-rw---- 1 ep1adm sapsys 1 8月 17日 20:10 caerrinf
-rwxr-xr-x 2 user group 4096 3月 2 15:13 zxbox
-rw-r--r-- 1 root root 7 5월 9 2020 한국어
-rw-r--r-- 1 root root 8 5월 9일 2020년 한국어
合計 12
总用量 12
""".encode(),
        """
f 0 2003-06-03 試験.csv
f 1 2026-08-17T20:10 caerrinf
f 4096 2026-03-02T15:13 zxbox
f 7 2020-05-09 한국어
f 8 2020-05-09 한국어
""",
    ),
    Case(
        "Japanese in Shift JIS",
        FILEZILLA,
        "-rw-r--r--   1 root       sys   8473  4月 18日 2003年 表.txt\n".encode(
            "shift_jis"
        ),
        "f 8473 2003-04-18 表.txt",
        encoding="shift_jis",
    ),
    Case(
        "names in Latin-1, read as UTF-8",
        f"{CHROMIUM}/dir-listing-ls-16",
        "-r-xr-xr-x   1 owner    group   125 Oct 11  2007 Gastronomía.txt\n".encode(
            "latin-1"
        ),
        "f 125 2007-10-11 Gastronom\udceda.txt",
    ),
]

DOS = [
    Case(
        "IIS",
        f"{DJB}; {CHROMIUM}/dir-listing-windows-1",
        b"""\
04-27-00  09:09PM       <DIR>          licensed
07-18-00  10:16AM       <DIR>          pub
04-14-00  03:47PM                  589 readme.htm
11-02-09  05:32PM       <DIR>          NT
01-06-09  02:42PM                  458 Read me.txt
01-15-20  12:20AM           5000000000 midnight.iso
01-15-20  12:20PM                    0 noon
""",
        """
d - 2000-04-27T21:09 licensed
d - 2000-07-18T10:16 pub
f 589 2000-04-14T15:47 readme.htm
d - 2009-11-02T17:32 NT
f 458 2009-01-06T14:42 Read me.txt
f 5000000000 2020-01-15T00:20 midnight.iso
f 0 2020-01-15T12:20 noon
""",
    ),
    Case(
        "IIS, four-digit years; Windows CE, 24 hours",
        f"{COMMONS}/NTFTPEntryParserTest.java",
        b"""\
05-26-1995  10:57AM               143712 $LDR$
12-05-96  17:03         <DIR>          absoft2
05-22-97  08:08                    828 AUTOEXEC.BAK
01-01-98  05:00       <DIR>          Storage Card
09-06-06  19:00                   69 desktop.ini
05-22-97  12:08                  5000000000 10 years and under
12-03-96  06:38       <DIR>           leading blank
""",
        """
f 143712 1995-05-26T10:57 $LDR$
d - 1996-12-05T17:03 absoft2
f 828 1997-05-22T08:08 AUTOEXEC.BAK
d - 1998-01-01T05:00 Storage Card
f 69 2006-09-06T19:00 desktop.ini
f 5000000000 1997-05-22T12:08 10 years and under
d - 1996-12-03T06:38  leading blank
""",
    ),
    Case(
        "year first, thousands apart",
        FILEZILLA,
        b"""\
2002-09-02  18:48       <DIR>          longyear dir
2002-09-02  19:06                9,730 longyear file
2020-03-04  00:00            1,234,567 more
""",
        """
d - 2002-09-02T18:48 longyear dir
f 9730 2002-09-02T19:06 longyear file
f 1234567 2020-03-04T00:00 more
""",
    ),
    Case(
        "dir of Windows, in three countries",
        "https://learn.microsoft.com/windows-server/administration/windows-commands/dir",
        b"""\
 Volume in drive C has no label.
 Volume Serial Number is 1234-ABCD

 Directory of C:\\inetpub

01/15/2020  10:20 AM    <DIR>          .
01/15/2020  10:20 AM    <DIR>          ..
01/15/2020  10:20 AM    <DIR>          ftproot
01/15/2020  10:20 AM    <JUNCTION>     Documents and Settings [C:\\Users]
01/15/2020  10:20 AM    <SYMLINKD>     data [D:\\data]
01/15/2020  10:20 AM    <SYMLINK>      hosts [..\\hosts]
25.12.2019  18:00             1.024 frohe.txt
25/12/2019  18:00               512 joyeux.txt
               2 File(s)          1,536 bytes
               3 Dir(s)  10,000,000 bytes free
""",
        """
d - 2020-01-15T10:20 ftproot
l - 2020-01-15T10:20 Documents and Settings -> C:\\Users
l - 2020-01-15T10:20 data -> D:\\data
l - 2020-01-15T10:20 hosts -> ..\\hosts
f 1024 2019-12-25T18:00 frohe.txt
f 512 2019-12-25T18:00 joyeux.txt
""",
    ),
]

OTHERS = [
    Case(
        "EPLF, anonftpd",
        "https://cr.yp.to/ftp/list/eplf.html",
        b"""\
+i8388621.48594,m825718503,r,s280,\tdjb.html
+i8388621.50690,m824255907,/,\t514
+i8388621.48598,m824253270,r,s612,\t514.html
+/,m824255907,i!#@$%^&*(),\t514
+r,up644,\tThis file name has spaces, commas, etc.
+up000,\tsecret
""",
        """
f 280 1996-03-01T22:15:03Z djb.html
d - 1996-02-13T23:58:27Z 514
f 612 1996-02-13T23:14:30Z 514.html
d - 1996-02-13T23:58:27Z 514
f - - This file name has spaces, commas, etc.
o - - secret
""",
    ),
    Case(
        "OpenVMS, TCPware",
        f"{CHROMIUM}/dir-listing-vms-1",
        b"""\

Directory ANONYMOUS_ROOT:[000000]

.WELCOME;1                 2  13-FEB-2002 23:32:40.47
DECUS.DIR;1                1   9-MAY-2001 22:18:51.69
MAIL_ARCHIVES.DIR;1
                           1  13-DEC-2005 08:45:27.56
README.TXT;4               2  18-APR-2000 10:40:39.90

Total of 4 files, 6 blocks.
""",
        """
f - 2002-02-13T23:32:40 .WELCOME
d - 2001-05-09T22:18:51 DECUS
d - 2005-12-13T08:45:27 MAIL_ARCHIVES
f - 2000-04-18T10:40:39 README.TXT
""",
    ),
    Case(
        "OpenVMS, MultiNet",
        f"{DJB}; {CHROMIUM}/dir-listing-vms-8; {MOZILLA}",
        b"""\
ANONYMOUS:[PUB]

00README.TXT;1      2 30-DEC-1996 17:44 [SYSTEM] (RWED,RWED,RE,RE)
CORE.DIR;1          1  8-SEP-1996 16:09 [SYSTEM] (RWE,RWE,RE,RE)
PLI_HTML_DOCS-BCK.ZIP;1
                      2992 25-MAR-2009 18:27 [ANONY,ANONYMOUS] (RWED,RWED,RE,RE)
README.FTP;1        %RMS-E-PRV, insufficient privilege or file protection violation
VMS721.ISO;2        ******  6-MAY-2008 09:29 [ANONY,ANONYMOUS] (RE,RWED,RE,RE)
FILE123.DAT;1
64   4-MAR-2019 00:04 [USR,USRGROUP] (RWED,RWED,RWED,R)

Total of 28 Files, 1557541 Blocks.
""",
        """
f - 1996-12-30T17:44 00README.TXT
d - 1996-09-08T16:09 CORE
f - 2009-03-25T18:27 PLI_HTML_DOCS-BCK.ZIP
f - - README.FTP
f - 2008-05-06T09:29 VMS721.ISO
f - 2019-03-04T00:04 FILE123.DAT
""",
    ),
    Case(
        "OpenVMS, UCX",
        f"{DJB}; {COMMONS}/VMSFTPEntryParserTest.java",
        b"""\
Directory USER1:[TEMP]

CII-MANUAL.TEX;1  213/216  29-JAN-1996 03:33:12  [ANONYMOU,ANONYMOUS]   (RWED,RWED,,)
1-JUN.LIS;3              9/9           2-JUN-1998 07:32:04  [GROUP,OWNER]    (RWED,)
1-JUN.LIS;2              9/9           1-JUN-1998 07:32:04  [GROUP,OWNER]    (RWED,)
DATA.DIR;1               1/9           2-jun-1998 07:32:04  [TRANSLATED]     (,RWED,)
UCX$REXECD_STARTUP.LOG;1098
                         4/15         24-FEB-2003 13:17:24  [POSTWARE,LP]    (RWED,)
FREEWARE40.DIR;1        27/36
         16-FEB-1999 10:01:46  [AP_HTTPD,APACHE$WWW                       (RWE,RWE,RE,RE)
A.;2                    18/18          1-JUL-1998 08:43:20  [GROUP,OWNER]    (RWED,)

Total of 5 files
""",
        """
f - 1996-01-29T03:33:12 CII-MANUAL.TEX
f - 1998-06-02T07:32:04 1-JUN.LIS
f - 1998-06-01T07:32:04 1-JUN.LIS;2
d - 1998-06-02T07:32:04 DATA
f - 2003-02-24T13:17:24 UCX$REXECD_STARTUP.LOG
d - 1999-02-16T10:01:46 FREEWARE40
f - 1998-07-01T08:43:20 A.
""",
    ),
    Case(
        "OpenVMS, CMU-IP and other orders",
        f"{MOZILLA}; {FILEZILLA}",
        b"""\
[VMSSERV.FILES]ALARM.DIR;1 1/3 5-MAR-1993 18:09
notime-file;1    2/8    15-JAN-2000    [IV2_XXX]   (RWED,RWED,RE,)
other-order;1   [SUMMARY]    1/3     2-AUG-2006 13:05  (RWE,RWE,RE,)
""",
        """
d - 1993-03-05T18:09 ALARM
f - 2000-01-15 notime-file
f - 2006-08-02T13:05 other-order
""",
    ),
    Case(
        "IBM i",
        "https://www.ibm.com/docs/en/i, File and directory entries in IBM i format; "
        f"{FILEZILLA}; {COMMONS}/OS400FTPEntryParserTest.java",
        b"""\
BAILEYSE     5263360 06/13/97 12:27:39 *FILE     BPTFSAVF
QSYS           77824 02/23/00 15:09:55 *DIR      a dir/
QSYS           77824 23/02/00 15:09:56 *DIR      qdls/
PEP     5000000000 04/24/03 14:06:29 *STMF      build.xml
QSECOFR          14 06/13/97 12:27:41 *SYMLNK   to QIBM
PEP              12 03/04/05 14:06:29 *STMF      any of three days.txt
QPGMR        16347136 29.06.13 15:45:09 *FILE      RPGUNIT.SAVF
QPGMR                                   *MEM       RPGUNITC1.FILE/RUCALLTST.MBR
             5263360 06/13/97 12:27:40 *STMF     anonymous.txt
""",
        """
f - 1997-06-13T12:27:39 BPTFSAVF
d - 2000-02-23T15:09:55 a dir
d - 2000-02-23T15:09:56 qdls
f 5000000000 2003-04-24T14:06:29 build.xml
l - 1997-06-13T12:27:41 to QIBM
f 12 - any of three days.txt
f - 2013-06-29T15:45:09 RPGUNIT.SAVF
f - - RPGUNITC1.FILE/RUCALLTST.MBR
f 5263360 1997-06-13T12:27:40 anonymous.txt
""",
    ),
    Case(
        "z/OS, data sets",
        f"{COMMONS}/MVSFTPEntryParserTest.java; {FILEZILLA}; z/OS IP User's Guide, DIr",
        b"""\
Volume Unit    Referred Ext Used Recfm Lrecl BlkSz Dsorg Dsname
SAVE00 3390   2004/06/23  1    1  FB     128  6144  PS    INCOMING.RPTBM023.D061704
SAVE02 3390   2004/06/23  1    1  FB     128  6144  PO-E  INCOMING.RPTBM025.D061704
PEX26F 3390   2017/07/03  115807  FB   29600 29600  PS    INCOMING.FIN.D170630
TSO004 3390   VSAM FILE.KSDS
Migrated                                                  NAME.OLD
ARCIVE Not Direct Access Device                           NAME.TAPE
""",
        """
f - - INCOMING.RPTBM023.D061704
d - - INCOMING.RPTBM025.D061704
f - - INCOMING.FIN.D170630
f - - FILE.KSDS
f - - NAME.OLD
f - - NAME.TAPE
""",
    ),
    Case(
        "z/OS, members of a data set",
        f"{COMMONS}/MVSFTPEntryParserTest.java; {FILEZILLA}",
        b"""\
 Name     VV.MM   Created       Changed      Size  Init   Mod   Id
TBSHELF1  01.03 2002/09/12 2002/10/11 09:37    11    11     0 KIL001
$VERSION  01.08 2001/09/18 2001/10/26 15:08  1116   992     0 KRHELSI
SAVE04
""",
        """
f - 2002-10-11T09:37 TBSHELF1
f - 2001-10-26T15:08 $VERSION
f - - SAVE04
""",
    ),
    Case(
        "OS/2",
        f"{CHROMIUM}/dir-listing-os2-1; {COMMONS}/OS2FTPEntryParserTest.java",
        b"""\
     0           DIR   05-12-97   16:52  Maintenance Desktop
587823    RSA    DIR   01-08-97   13:58  OS2KRNL
 33280      A          02-09-97   13:49  OS2LDR
     0           DIR   05-19-2000 12:56  local
5000000000      A          11-17-98   16:07  POPUPLOG.OS2
 36611      A    04-23-103  10:57  years since 1900
  1123 DIR  A    10-05-100  23:38  and a directory
""",
        """
d - 1997-05-12T16:52 Maintenance Desktop
d - 1997-01-08T13:58 OS2KRNL
f 33280 1997-02-09T13:49 OS2LDR
d - 2000-05-19T12:56 local
f 5000000000 1998-11-17T16:07 POPUPLOG.OS2
f 36611 2003-04-23T10:57 years since 1900
d - 2000-10-05T23:38 and a directory
""",
    ),
    Case(
        "VxWorks",
        f"{FILEZILLA}; VxWorks Programmer's Guide, dosFs",
        b"""\
  size          date       time       name
--------       ------     ------    --------
    2048    Feb-28-1998  05:23:30   ram           <DIR>
   19004    JAN-01-1980  00:00:00   BOOTROM.SYS
""",
        """
d - 1998-02-28T05:23:30 ram
f 19004 1980-01-01T00:00:00 BOOTROM.SYS
""",
    ),
    Case(
        "z/VM",
        f"{MOZILLA}; z/VM TCP/IP User's Guide, File List Formats",
        b"""\
README   ANONYMOU V         71        26          1 1997-04-02 12:33:20 TCP291
DIRACC   EXEC     V         77        42          2  4/02/97 12:33:20 TCP291
PUB               DIR        -         -          - 1999-05-21 12:35:01 -
""",
        """
f - 1997-04-02T12:33:20 README.ANONYMOU
f - 1997-04-02T12:33:20 DIRACC.EXEC
d - 1999-05-21T12:35:01 PUB
""",
    ),
]

MLSD = [
    Case(
        "RFC 3659, section 8.1",
        RFC,
        b"""\
Type=cdir;Modify=19990219183438; /iana/assignments
Type=pdir;Modify=19990112030453; ..
Type=dir;Modify=19990219073522; media-types
Type=file;Size=44242;Modify=19990217230400; character-sets
Type=file;Size=1947;Modify=19990209215600.123; operating system names
""",
        """
d - 1999-02-19T07:35:22Z media-types
f 44242 1999-02-17T23:04:00Z character-sets
f 1947 1999-02-09T21:56:00.123000Z operating system names
""",
        "mlsd",
    ),
    Case(
        "RFC 3659, facts of a system",
        RFC,
        b"""\
type=cdir;unique=AQkAAAAAAAABCAAA; /
type=dir;unique=AQkAAAAAAAABEAAA; bin
type=OS.unix=slink:/foobar;perm=;unique=keVO1+4G4; foobar
type=OS.unix=chr-13/29;perm=;unique=keVO1+5G4; device
type=OS.unix=blk-11/108;perm=;unique=keVO1+6G4; block
type=file;perm=awr;unique=keVO1+8G4; writable
Media-Type=text/plain;Size=15;Type=file; a;b=c; d
perm=flcdmpe;modify=20260101000000; only a directory is changed to
perm=adfrw;modify=20260101000000; only a file is read
 cap60.pl198.tar.gz
""",
        """
d - - bin
l - - foobar -> /foobar
o - - device
o - - block
f - - writable
f 15 - a;b=c; d
d - 2026-01-01T00:00:00Z only a directory is changed to
f - 2026-01-01T00:00:00Z only a file is read
o - - cap60.pl198.tar.gz
""",
        "mlsd",
    ),
    Case(
        "Pure-FTPd, and tnftpd",
        f"{CHROMIUM}/dir-listing-mlsd-1 and -2",
        b"""\
type=dir;sizd=512;modify=20010414155043;UNIX.mode=0555;unique=6ag5b4e3ff; bin
type=dir;sizd=512;modify=20010705213550;UNIX.mode=0711;unique=6ag5b4e401; hidden
type=file;size=72;modify=20050422001005;UNIX.mode=0644;unique=100ff03g6164; index.html
""",
        """
d - 2001-04-14T15:50:43Z bin
d - 2001-07-05T21:35:50Z hidden
f 72 2005-04-22T00:10:05Z index.html
""",
        "mlsd",
    ),
    Case(
        "ProFTPD",
        "http://www.proftpd.org/docs/modules/mod_facts.html",
        b"""\
modify=20260115102033;perm=flcdmpe;type=cdir;unique=FD00U1;UNIX.group=0;UNIX.mode=0755; .
modify=20260115102033;perm=flcdmpe;type=pdir;unique=FD00U2;UNIX.group=0;UNIX.mode=0755; ..
modify=20260115102034;perm=adfrw;size=1234;type=file;unique=FD00U3;UNIX.mode=0644; a file
modify=20260115102035;perm=flcdmpe;type=OS.unix=symlink;unique=FD00U4;UNIX.mode=0777; lost
modify=20260115102036;perm=flcdmpe;type=dir;unique=FD00U5;UNIX.mode=02775; pub
""",
        """
f 1234 2026-01-15T10:20:34Z a file
l - 2026-01-15T10:20:35Z lost
d - 2026-01-15T10:20:36Z pub
""",
        "mlsd",
    ),
    Case(
        "pyftpdlib",
        "https://pyftpdlib.readthedocs.io, AbstractedFS.format_mlsx",
        b"""\
type=file;size=156;perm=r;modify=20071029155301;unique=8012; music.mp3
type=dir;size=0;perm=el;modify=20071127230206;unique=801e33; ebooks
type=file;size=211;perm=r;modify=20071103093626;unique=192; module.py
""",
        """
f 156 2007-10-29T15:53:01Z music.mp3
d - 2007-11-27T23:02:06Z ebooks
f 211 2007-11-03T09:36:26Z module.py
""",
        "mlsd",
    ),
    Case(
        "servers that leave something out, or in",
        f"{COMMONS}/MLSxEntryParserTest.java",
        b"""\
Type=file;Size=18446744073709551615;Modify=20260115102033; the most
TYPE=FILE;SIZE=7;MODIFY=20260115102033; capitals
Type=file;Size=8;Modify=20260115102033 no last semicolon
Type=file;Size=9;UNIX.owner=John Doe;Modify=20260115102033; blank in a value
Type=file;Size=;Modify=; nothing told
Type=file;Size=-1;Modify=20261315102033; nonsense told
Type=file;Size=10;Modify=19126011510203312; neither
""",
        """
f 18446744073709551615 2026-01-15T10:20:33Z the most
f 7 2026-01-15T10:20:33Z capitals
f 8 2026-01-15T10:20:33Z no last semicolon
f 9 2026-01-15T10:20:33Z blank in a value
f - - nothing told
f - - nonsense told
f 10 - neither
""",
        "mlsd",
    ),
]

WORDS = [
    Case(
        "what is no listing",
        "errors of ls and of servers, and lines that Commons Net and others refuse",
        b"""\
ls: cannot access 'x': No such file or directory
/bin/ls: Permission denied
zrwxr-xr-x   2 root     root         4096 Mar  2 15:13 zxbox
drwxr-xr-x   2 root     root         4096 Jam  4 00:03 zziplib
drwxr-xr-x   2 root     99           4096 Feb 23 30:01 zzplayer
drwxr-xr-x   2 root     root         4096 Aug 36  2001 zztpp
-rw-r--r--   1 14       staff       80284 Aug 22  zxJDBC-1.2.3.tar.gz
-rw-r--r--   1 root     root           10 Nov 20 07:00 ../../.bashrc
-rw-r--r--   1 root     root           10 Nov 20 07:00 nul\x00l
20-45-97  03:31PM                  681 no such day
05-20-97  13:31PM                  681 no such hour
+i8388621.48594,m825718503,r,s280, no tab
README;1                 nothing of the kind
file1.txt
.
""",
        "",
        unknown=15,
    ),
]

CASES = [*UNIX, *PROBLEMS, *LANGUAGES, *DOS, *OTHERS, *MLSD, *WORDS]
