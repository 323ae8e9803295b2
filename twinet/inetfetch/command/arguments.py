"""The arguments: what may be typed after ``inetfetch``, and the help about it."""

from __future__ import annotations

import argparse
import os

from twinet.inetfetch.queue.job import State

__all__ = ["make_parser"]

_ABOUT = """\
Fetch files from the internet: at once with "get", or through the daemon
(started with "twistd -n inetfetch") with the other commands.
"""

_CODES = """\
exit codes:
  0   all is well
  1   a failure that has no number of its own; "wait": a job failed
  2   wrong usage, or a URL or a proxy that cannot be
  3   could not find or reach the server or the proxy
  4   a time limit ran out
  5   the server answered with an error (4xx, 5xx)
  6   the server's certificate cannot be trusted, or TLS failed
  7   trouble with a local file: it exists already, the disk is full ...
  130 interrupted (Ctrl-C); 141 nobody reads the output; 143 terminated
Of several failures the first one counts.
"""

_ENVIRONMENT = """\
environment:
  INETFETCH_URL         the daemon's address, such as http://127.0.0.1:6800
  INETFETCH_STATE_DIR   the daemon's state folder, where its address and its token
                        are found (~/.local/state/inetfetch)
  INETFETCH_TOKEN_FILE  the file with the token, if it is elsewhere
  INETFETCH_TRUST_ROOTS a PEM file with certificates to believe besides the system's
  http_proxy, https_proxy, ftp_proxy, all_proxy, no_proxy
                        what "get" goes through, as other programs understand them
"""

_SCHEMES = "http:, https:, ftp:, ftps:, gopher: or gophers:"


def make_parser() -> argparse.ArgumentParser:
    """Return the parser; ``command`` of what it returns names the command."""
    parser = argparse.ArgumentParser(
        prog="inetfetch",
        description=_ABOUT,
        epilog=f"{_ENVIRONMENT}\n{_CODES}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=_version())
    parser.set_defaults(command=None)
    commands = parser.add_subparsers(metavar="COMMAND", title="commands")

    def add(name: str, words: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(
            name,
            help=words,
            description=f"{words[0].upper()}{words[1:]}.",
            epilog=_CODES,
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )
        sub.set_defaults(command=name)
        return sub

    _get_options(add("get", "fetch URLs into files, at once and without the daemon"))
    _add_options(add("add", "put URLs into the daemon's queue"))
    ls = add("ls", "list the daemon's jobs")
    ls.add_argument(
        "--state",
        choices=[state.value for state in State],
        help="only the jobs in this state",
    )
    show = add("show", "tell all about some jobs")
    rm = add("rm", "cancel jobs, or forget jobs that have ended (their files stay)")
    wait = add(
        "wait", "wait until jobs have ended; without IDs, until nothing is left to do"
    )
    wait.add_argument(
        "--timeout", type=_seconds, metavar="SECONDS", help="give up after this time"
    )
    for sub, many in ((show, "+"), (rm, "+"), (wait, "*")):
        sub.add_argument(
            "ids",
            nargs=many,
            type=_name,
            metavar="ID",
            help="a job's id or gid, or the beginning of one",
        )
    for sub in (ls, show, rm, wait):
        _json_option(sub)
    return parser


def _get_options(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("urls", nargs="+", metavar="URL", help=_SCHEMES)
    sub.add_argument(
        "-o",
        "--output",
        metavar="FILE",
        help="the file's name, for one URL; without it the URL's last part",
    )
    sub.add_argument(
        "-d",
        "--directory",
        metavar="DIR",
        help="the folder for the files, made if it is not there",
    )
    sub.add_argument(
        "-q", "--quiet", action="store_true", help="show troubles and nothing else"
    )
    trace = sub.add_mutually_exclusive_group()
    trace.add_argument(
        "-v",
        "--verbose",
        action="count",
        default=0,
        help="show on standard error what goes over the wire, as curl does; "
        "-vv shows the data too",
    )
    trace.add_argument(
        "--trace",
        metavar="FILE",
        help="write the same into a file, with times and data; "
        "a file of that name is replaced",
    )
    sub.add_argument(
        "--timeline",
        metavar="FILE",
        help="write where the time went: a picture (.svg), what the tools of browsers "
        "open (.har), or a table (.txt); a file of that name is replaced",
    )
    sub.add_argument(
        "-j",
        "--jobs",
        type=_count,
        default=6,
        metavar="N",
        help="fetch so many at a time (%(default)s)",
    )
    sub.add_argument(
        "--compressed",
        action="store_true",
        help="let the files travel compressed, and decode them",
    )
    sub.add_argument(
        "--cookies",
        action="append",
        default=[],
        metavar="FILE",
        help="send the cookies of a cookies.txt, as browsers, curl and wget write it",
    )
    sub.add_argument(
        "--cookie-jar",
        metavar="FILE",
        help="the same, and keep there what servers set; the file need not exist, and "
        "whoever can read it may be logged in",
    )
    sub.add_argument(
        "--max-time",
        type=_seconds,
        metavar="SECONDS",
        help="the longest time that one file may take (no limit)",
    )
    sub.add_argument(
        "--connect-timeout",
        type=_seconds,
        metavar="SECONDS",
        help="the longest time that a connection may take (30)",
    )
    sub.add_argument(
        "--trust-roots",
        metavar="FILE",
        default=os.environ.get("INETFETCH_TRUST_ROOTS") or None,
        help="a PEM file: believe these certificates too",
    )
    sub.add_argument(
        "--user",
        metavar="NAME[:PASSWORD]",
        help="who one is at the servers; without a password it is asked for, and with "
        "one others can see it while the command runs",
    )
    who = sub.add_mutually_exclusive_group()
    who.add_argument(
        "--netrc",
        action="store_true",
        help="take users and passwords from ~/.netrc, or the file that NETRC names",
    )
    who.add_argument("--netrc-file", metavar="FILE", help="take them from this file")
    way = sub.add_mutually_exclusive_group()
    way.add_argument(
        "--proxy",
        metavar="LIST",
        help="go through these proxies: http://proxy:8080, socks5://proxy, or one for "
        "each protocol, 'http=proxy:8080 https=other:3128'; instead of those that the "
        "environment names",
    )
    way.add_argument(
        "--no-proxy",
        action="store_true",
        help="connect directly, even if the environment names a proxy",
    )
    sub.add_argument(
        "--proxy-bypass",
        metavar="LIST",
        help="with --proxy: connect directly to these hosts: '*.example.org;10.*', "
        "<local> for names without a dot; this machine always, without <-loopback>",
    )


def _add_options(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("urls", nargs="*", metavar="URL", help=_SCHEMES)
    sub.add_argument(
        "-i",
        "--list",
        metavar="FILE",
        help="a file with a URL on each line, - for standard input; "
        "blank lines and lines that begin with # are skipped",
    )
    sub.add_argument(
        "-o",
        "--output",
        metavar="NAME",
        help="the file's name below the daemon's download folder, for one URL",
    )
    _json_option(sub)


def _json_option(sub: argparse.ArgumentParser) -> None:
    sub.add_argument(
        "--json", action="store_true", help="print JSON, one object on each line"
    )


def _name(text: str) -> str:
    if not text:
        raise argparse.ArgumentTypeError("an empty ID names no job")
    return text


def _count(text: str) -> int:
    try:
        number = int(text)
    except ValueError:
        number = 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is not 1 or more")
    return number


def _seconds(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = 0
    if not 0 < number < float("inf"):
        raise argparse.ArgumentTypeError(f"{text} is not a time in seconds")
    return number


def _version() -> str:
    import twinet  # noqa: PLC0415

    return f"inetfetch {twinet.__version__}"
