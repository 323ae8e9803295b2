"""Names of months in listings: ``ls`` writes them in the language of its server."""

# ruff: noqa: RUF001  letters of other alphabets

from __future__ import annotations

from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["month_of"]

#: The months as ``ls`` shortens them (Unicode CLDR, and glibc's older locales).  No
#: word may be that of two months: Croatian is not here, whose July is Czech August.
_MONTHS = {
    "en": "jan feb mar apr may jun jul aug sep oct nov dec",
    "en long": "january february march april may june july august september october "
    "november december",
    "de": "jan feb mär apr mai jun jul aug sep okt nov dez",
    "de old": "jan feb mrz apr mai jun jul aug sep okt nov dez",
    "de at": "jän feb mär apr mai jun jul aug sep okt nov dez",
    "de long": "januar februar märz april mai juni juli aug sept okt nov dez",
    "fr": "janv févr mars avr mai juin juil août sept oct nov déc",
    "fr ascii": "jan fev mar avr mai juin juil aou sep oct nov dec",
    "es": "ene feb mar abr may jun jul ago sep oct nov dic",
    "it": "gen feb mar apr mag giu lug ago set ott nov dic",
    "pt": "jan fev mar abr mai jun jul ago set out nov dez",
    "nl": "jan feb mrt apr mei jun jul aug sep okt nov dec",
    "da": "jan feb mar apr maj jun jul aug sep okt nov dec",
    "sv": "jan feb mars april maj juni juli aug sep okt nov dec",
    "nb": "jan feb mars april mai juni juli aug sep okt nov des",
    "fi": "tammi helmi maalis huhti touko kesä heinä elo syys loka marras joulu",
    "pl": "sty lut mar kwi maj cze lip sie wrz paź lis gru",
    "cs": "led úno bře dub kvě čen čec srp zář říj lis pro",
    "hu": "jan febr márc ápr máj jún júl aug szept okt nov dec",
    "sl": "jan feb mar apr maj jun jul avg sep okt nov dec",
    "ro": "ian feb mar apr mai iun iul aug sept oct noi dec",
    "tr": "oca şub mar nis may haz tem ağu eyl eki kas ara",
    "ru": "янв фев мар апр май июн июл авг сен окт ноя дек",
    "ru case": "янв февр марта апр мая июня июля авг сент окт нояб дек",
    "uk": "січ лют бер кві тра чер лип сер вер жов лис гру",
    "el": "ιαν φεβ μαρ απρ μαι ιουν ιουλ αυγ σεπ οκτ νοε δεκ",
    "zh": "1月 2月 3月 4月 5月 6月 7月 8月 9月 10月 11月 12月",
    "ko": "1월 2월 3월 4월 5월 6월 7월 8월 9월 10월 11월 12월",
}
#: In which a server may say them.
_ENCODINGS = (
    *("utf-8", "latin-1", "iso8859-2", "iso8859-7", "iso8859-9", "cp1251", "koi8-r"),
    *("gbk", "shift_jis", "euc_jp", "euc_kr", "big5"),
)


def month_of(word: bytes) -> int | None:
    """Return a month's number, by its name in one of many languages."""
    if (month := _ENGLISH.get(word)) is not None:
        return month
    months = _every_month()
    return months.get(word) or months.get(word.rstrip(b".,"))


_ENGLISH = {
    spelt.encode(): number
    for number, word in enumerate(_MONTHS["en"].split(), 1)
    for spelt in (word, word.capitalize(), word.upper())
}


@cache
def _every_month() -> dict[bytes, int]:
    # Made when first asked: most servers speak English.
    return dict(_spellings())


def _spellings() -> Iterator[tuple[bytes, int]]:
    for words in _MONTHS.values():
        for number, word in enumerate(words.split(), 1):
            for spelt in {word, word.capitalize(), word.upper()}:
                for encoding in _ENCODINGS:
                    with suppress(UnicodeEncodeError):
                        yield spelt.encode(encoding), number
