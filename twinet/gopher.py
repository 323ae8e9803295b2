"""Gopher's words: item types, the entries of menus, and attributes of Gopher+.

The numbers are WinINet's; the header of Windows XP has them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, IntFlag
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from datetime import datetime

__all__ = [
    "FILE_MASK",
    "GopherAbstract",
    "GopherAdmin",
    "GopherAsk",
    "GopherAttribute",
    "GopherAttributeId",
    "GopherCaps",
    "GopherCategory",
    "GopherEntry",
    "GopherGeography",
    "GopherItem",
    "GopherRange",
    "GopherType",
    "GopherView",
]


class GopherType(IntFlag):
    """What an item of a menu is (``GOPHER_TYPE_...``)."""

    TEXT_FILE = 0x00000001
    """``0``: a text."""
    DIRECTORY = 0x00000002
    """``1``: a menu."""
    CSO = 0x00000004
    """``2``: a CSO phone book, which has a protocol of its own."""
    ERROR = 0x00000008
    """``3``: what went wrong, in words."""
    MAC_BINHEX = 0x00000010
    """``4``: a Macintosh file in BinHex, which is text."""
    DOS_ARCHIVE = 0x00000020
    """``5``: an archive, or another binary file."""
    UNIX_UUENCODED = 0x00000040
    """``6``: a uuencoded file, which is text."""
    INDEX_SERVER = 0x00000080
    """``7``: a search; its answer is a menu."""
    TELNET = 0x00000100
    """``8``: a telnet session."""
    BINARY = 0x00000200
    """``9``: a binary file."""
    REDUNDANT = 0x00000400
    """``+``: the item before it, on another server."""
    TN3270 = 0x00000800
    """``T``: a telnet session of an IBM 3270 terminal."""
    GIF = 0x00001000
    """``g``: a GIF image."""
    IMAGE = 0x00002000
    """``I``: an image."""
    BITMAP = 0x00004000
    """``:``: a bitmap (Gopher+)."""
    MOVIE = 0x00008000
    """``;``: a film."""
    SOUND = 0x00010000
    """``<`` or ``s``: a sound."""
    HTML = 0x00020000
    """``h``: a page; a selector that begins with ``URL:`` is a link elsewhere."""
    PDF = 0x00040000
    """``d`` or ``P``: a document."""
    CALENDAR = 0x00080000
    """``c``: a calendar."""
    INLINE = 0x00100000
    """``i``: a line to be read; there is nothing behind it."""
    UNKNOWN = 0x20000000
    """Any other character: what it is, is not known; it is read as a binary file."""
    ASK = 0x40000000
    """A form has to be filled in (Gopher+), besides one of the others."""
    GOPHER_PLUS = 0x80000000
    """It is an item of Gopher+, besides one of the others."""


#: The types that can be opened as files (``GOPHER_TYPE_FILE_MASK``).
FILE_MASK = GopherType(0x001FF271)


class GopherCategory(IntEnum):
    """The block that an attribute stands in (``GOPHER_CATEGORY_ID_...``)."""

    ALL = 0xABCCCC01
    """Any of them, in a question."""
    INFO = 0xABCCCC02
    """``+INFO``: the item as it stands in its menu."""
    ADMIN = 0xABCCCC03
    """``+ADMIN``: who is in charge, and since when it is as it is."""
    VIEWS = 0xABCCCC04
    """``+VIEWS``: the forms that it can be had in."""
    ABSTRACT = 0xABCCCC05
    """``+ABSTRACT``: what it is about."""
    VERONICA = 0xABCCCC06
    """``+VERONICA``: what search engines should know."""
    ASK = 0xABCCCC07
    """``+ASK``: the form that has to be filled in."""
    UNKNOWN = 0xABCCCC08
    """A block of another name."""


class GopherAttributeId(IntEnum):
    """What an attribute tells (``GOPHER_ATTRIBUTE_ID_...``)."""

    ALL = 0xABCCCC09
    """Any of them, in a question."""
    ADMIN = 0xABCCCC0A
    """Who is in charge: a :class:`GopherAdmin`."""
    MOD_DATE = 0xABCCCC0B
    """When it was changed last: a time in UTC as servers mean it."""
    TTL = 0xABCCCC0C
    """How long it may be kept (seconds)."""
    SCORE = 0xABCCCC0D
    """How well it fits a search."""
    RANGE = 0xABCCCC0E
    """What scores there are: a :class:`GopherRange`."""
    SITE = 0xABCCCC0F
    """The name of the site."""
    ORG = 0xABCCCC10
    """The organization."""
    LOCATION = 0xABCCCC11
    """The place: city, state, country."""
    GEOG = 0xABCCCC12
    """The place: a :class:`GopherGeography`."""
    TIMEZONE = 0xABCCCC13
    """The time zone: hours from GMT."""
    PROVIDER = 0xABCCCC14
    """Who provides it."""
    VERSION = 0xABCCCC15
    """The server's version."""
    ABSTRACT = 0xABCCCC16
    """What it is about: a :class:`GopherAbstract`."""
    VIEW = 0xABCCCC17
    """One form that it can be had in: a :class:`GopherView`."""
    TREEWALK = 0xABCCCC18
    """Whether search engines may go through what is below: true or false."""
    UNKNOWN = 0xABCCCC19
    """Anything else: a text."""


class GopherAdmin(NamedTuple):
    """Who is in charge (``GOPHER_ADMIN_ATTRIBUTE_TYPE``)."""

    comment: str
    email_address: str


class GopherRange(NamedTuple):
    """The lowest and the highest score (``GOPHER_SCORE_RANGE_ATTRIBUTE_TYPE``)."""

    lower_bound: int
    upper_bound: int


class GopherGeography(NamedTuple):
    """A place on the earth (``GOPHER_GEOGRAPHICAL_LOCATION_ATTRIBUTE_TYPE``)."""

    degrees_north: int
    minutes_north: int
    seconds_north: int
    degrees_east: int
    minutes_east: int
    seconds_east: int


class GopherAbstract(NamedTuple):
    """What an item is about, and where more is said about that."""

    short_abstract: str
    abstract_file: str


class GopherView(NamedTuple):
    """A form that an item can be had in (``GOPHER_VIEW_ATTRIBUTE_TYPE``).

    :ivar language: such as ``En_US``; perhaps empty.
    :ivar size: about (bytes); ``None`` when the server does not say.
    """

    content_type: str
    language: str
    size: int | None

    @property
    def name(self) -> str:
        """What is asked for to get it."""
        return f"{self.content_type} {self.language}".rstrip()


class GopherAsk(NamedTuple):
    """One line of a form (``GOPHER_ASK_ATTRIBUTE_TYPE``)."""

    question_type: str
    question_text: str


@dataclass(frozen=True, slots=True)
class GopherAttribute:
    """One attribute of an item (``GOPHER_ATTRIBUTE_TYPE``).

    :ivar category_name: the block's name with its plus, as ``+ADMIN``.
    :ivar name: the attribute's; the block's own where it has none.
    :ivar value: what ``attribute`` says; text where it could not be read so.
    """

    category: GopherCategory
    attribute: GopherAttributeId
    category_name: str
    name: str
    value: object


@dataclass(frozen=True, slots=True)
class GopherEntry:
    """One item of a menu.

    :ivar type: what it is; one type, with ``GOPHER_PLUS`` and ``ASK`` beside it.
    :ivar sign: the character of the type, as the menu has it.
    :ivar display_string: the words for people; UTF-8, and Latin-1 where it is none.
    :ivar selector: what the server is asked for.  Bytes that are no UTF-8 are
        surrogates, and go out as they came.
    :ivar host: where it is, and ``port``; of a line that is only to be read, whatever
        the server has written.
    :ivar locator: it as text, for who opens it.
    :ivar url: it as a URL (RFC 4266); where the selector of a page is a link, that;
        empty for a line that is only to be read.
    :ivar size: about how long it is (bytes), and ``modified``; Gopher+ alone tells
        them, and only when it is asked for attributes.
    :source: GOPHER_FIND_DATA.
    """

    type: GopherType
    sign: str
    display_string: str
    selector: str
    host: str
    port: int
    locator: str
    url: str
    size: int | None = None
    modified: datetime | None = None

    @property
    def is_file(self) -> bool:
        """Whether it can be opened as a file (``IS_GOPHER_FILE``)."""
        kind = self.type
        inline = bool(kind & GopherType.INLINE)
        return bool(kind & (FILE_MASK | GopherType.UNKNOWN)) and not inline

    @property
    def is_menu(self) -> bool:
        """Whether it is a menu, or a search that answers with one."""
        return bool(self.type & (GopherType.DIRECTORY | GopherType.INDEX_SERVER))

    @property
    def is_gopher_plus(self) -> bool:
        """Whether its server says that it has attributes."""
        return bool(self.type & GopherType.GOPHER_PLUS)


@dataclass(frozen=True, slots=True)
class GopherItem:
    """An item with the attributes that its server tells of it.

    :ivar entry: what ``+INFO`` says, with size and time of the other blocks; ``None``
        where the server left that block out.
    :ivar text: the attributes as they came, line by line.
    """

    entry: GopherEntry | None
    attributes: tuple[GopherAttribute, ...]
    text: str

    @property
    def views(self) -> tuple[GopherView, ...]:
        """The forms that the item can be had in."""
        return tuple(
            each.value for each in self.attributes if isinstance(each.value, GopherView)
        )


@dataclass(frozen=True, slots=True)
class GopherCaps:
    """What a server says of itself in ``caps.txt``.

    :ivar values: everything that it says, by name; of a name that comes twice, the
        last.
    :ivar path_delimiter: what is between the parts of a selector that is a path;
        ``None`` when selectors are none.
    :ivar expire: how long this may be kept (seconds); ``None`` when it does not say.
    :source: the caps file of Gopher servers, which has no standard: Gophernicus'
        and Bucktooth's are the model.
    """

    values: dict[str, str]
    path_delimiter: str | None
    expire: int | None

    @property
    def software(self) -> str:
        """The server's program, as it calls itself; perhaps empty."""
        return self.values.get("ServerSoftware", "")
