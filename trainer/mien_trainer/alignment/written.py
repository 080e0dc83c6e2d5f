"""What people write in figures and signs, in the ways in which it is said: the sound decides.

A transcript says "$5", "1999" or "3rd" where somebody speaks words, and which ones is not written:
nineteen ninety nine or one nine nine nine. All of such a token becomes one word with a
pronunciation for each way of saying it, so that the aligner chooses.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence

from mien_trainer.alignment.numerals import cardinals, digits, ordinal, ordinals, plurals, years
from mien_trainer.alignment.units import CLOSE, LONG, units

Ways = tuple[tuple[str, ...], ...]
"""Ways to say a token, each in words, the likeliest first."""

_MARKS = re.compile("[\u02c8\u02cc\u00b7*_~`\u200b-\u200d\u2060\ufeff\u00ad]")
"""Stress marks of phonetics, dots between syllables, emphasis of Markdown, what is not seen."""
_FOLDED: dict[int, str] = str.maketrans(
    dict(zip("\u00f8\u0142\u0111\u00d8\u0141\u0110", "oldOLD", strict=True))
    | {"\u00e6": "ae", "\u0153": "oe", "\u00df": "ss", "\u00c6": "AE", "\u0152": "OE"}
)
"""Letters that no accent makes of another one."""

_NUMBER = r"(?:\d{1,3}(?:,\d{3})+|\d+)"
_MONEY = {
    "$": (("dollar", "dollars"), ("cent", "cents")),
    "\u00a3": (("pound", "pounds"), ("penny", "pence")),
    "\u20ac": (("euro", "euros"), ("cent", "cents")),
}
_SIZES = "thousand|million|billion|trillion"
_LATIN = {"eg": ["for", "example"], "ie": ["that", "is"]}
_ABBREVIATED = {"capt": "captain", "dept": "department", "lt": "lieutenant", "prof": "professor"}


def plain(text: str) -> str:
    """``text`` without marks that nobody says; a letter and its accents are one sign."""
    return unicodedata.normalize("NFC", _MARKS.sub("", text))


def folded(word: str) -> str:
    """A word without the accents of its letters: caf\u00e9 is cafe."""
    parts = unicodedata.normalize("NFKD", word.translate(_FOLDED))
    return "".join(sign for sign in parts if not unicodedata.combining(sign))


def written_tokens(text: str) -> Iterator[tuple[str, Ways]]:
    """``text`` in pieces: what is written in figures or signs, with its ways, and what is not."""
    done = 0
    for found in _PATTERN.finditer(text):
        if found.start() > done:
            yield text[done : found.start()], ()
        kind = found.lastgroup or ""
        said = _READERS[kind](found[kind].casefold())
        yield found[0], tuple(dict.fromkeys(tuple(way) for way in said))
        done = found.end()
    if done < len(text):
        yield text[done:], ()


def _money(token: str) -> Iterator[Sequence[str]]:
    number, *sizes = token[1:].split()
    number, _, decimals = number.partition(".")
    (one, more), (coin, coins) = _MONEY[token[0]]
    for whole in cardinals(number):
        unit = one if int(number.replace(",", "")) == 1 else more
        if sizes:
            point = ["point", *digits(decimals)] if decimals else []
            yield [*whole, *point, *sizes, more]
        elif not decimals:
            yield [*whole, unit]
        elif len(decimals) == 2 and int(decimals):
            for part in cardinals(str(int(decimals))):
                yield [*whole, unit, "and", *part, coin if int(decimals) == 1 else coins]
                yield [*whole, unit, *part]
                yield [*whole, *part]
        else:
            yield [*whole, unit]
            yield [*whole, "point", *digits(decimals), more]


def _number(token: str) -> Iterator[Sequence[str]]:
    whole, _, decimals = token.partition(".")
    if decimals:
        yield from ([*way, "point", *digits(decimals)] for way in cardinals(whole))
        return
    if "," not in token and re.fullmatch(r"[12]\d{3}", token):
        yield from years(token)
    yield from cardinals(token)
    if "," not in token and len(token) > 2:
        yield digits(token)
        yield digits(token, zero="oh")


def _measure(token: str) -> Iterator[Sequence[str]]:
    figures = re.match(r"[\d,.]*\d", token)
    number = figures[0] if figures else token
    whole, _, decimals = number.partition(".")
    point = ["point", *digits(decimals)] if decimals else []
    for way in cardinals(whole):
        for unit in units(token.removeprefix(number).strip(), one=number == "1"):
            yield [*way, *point, *unit]


def _negative(token: str) -> Iterator[Sequence[str]]:
    """A dash may be a minus, or no more than a dash."""
    ways = [way for _, said in written_tokens(token[1:]) for way in said]
    for sign in (["minus"], ["negative"], []):
        yield from ([*sign, *way] for way in ways)


def _numbered(token: str) -> Iterator[Sequence[str]]:
    sign = "pound" if token.startswith("#") else "no"
    ways = list(_number(token.lstrip("no.#\u2116 ")))
    for named in ("number", sign):
        yield from ([named, *way] for way in ways)


def _latin(token: str) -> Iterator[Sequence[str]]:
    letters = [letter for letter in token if letter.isalpha()]
    yield _LATIN["".join(letters)]
    yield [f"{letter}." for letter in letters]


def _ordinal(token: str) -> Iterator[Sequence[str]]:
    return ordinals(token[:-2])


def _decade(token: str) -> Iterator[Sequence[str]]:
    figures = token.strip("'s")
    head = list(years(figures)) if len(figures) == 4 else list(cardinals(figures))
    for way in head:
        yield [*way[:-1], plurals(way[-1])]


def _time(token: str) -> Iterator[Sequence[str]]:
    hours, minutes = token.split(":")
    for hour in cardinals(str(int(hours))):
        if minutes == "00":
            yield hour
            yield [*hour, "o'clock"]
            yield [*hour, "hundred"]
        else:
            least = ["oh"] if minutes.startswith("0") else []
            yield from ([*hour, *least, *way] for way in cardinals(str(int(minutes))))


def _fraction(token: str) -> Iterator[Sequence[str]]:
    above, below = (int(part) for part in token.split("/"))
    named = {2: "half", 4: "quarter"}
    for part in cardinals(str(above)):
        for under in filter(None, (named.get(below), ordinal(below)[-1])):
            more = "halves" if under == "half" else f"{under}s"
            yield [*part, under if above == 1 else more]
        yield [*part, "over", *next(iter(cardinals(str(below))))]
    if above == 1 and below in named:
        yield ["a", named[below]]


def _abbreviated(token: str) -> Iterator[Sequence[str]]:
    yield [_ABBREVIATED[token.rstrip(".")]]


_READERS: dict[str, Callable[[str], Iterable[Sequence[str]]]] = {
    "money": _money,
    "ordinal": _ordinal,
    "decade": _decade,
    "time": _time,
    "fraction": _fraction,
    "negative": _negative,
    "numbered": _numbered,
    "measure": _measure,
    "latin": _latin,
    "number": _number,
    "short": _abbreviated,
}
_COUNTED = rf"{_NUMBER}(?:\.\d+)?"
_ALONE = r"(?![\w/:]|[.,]\d)"
"""What follows a number that is no part of something else."""

_MONEY_SUM = rf"[$\u00a3\u20ac]\s?{_COUNTED}(?:\s(?:{_SIZES})\b)?"
_MEASURE = rf"{_COUNTED}(?:(?:{'|'.join(CLOSE)})|\s(?:{'|'.join(LONG)})){_ALONE}"
_PATTERN = re.compile(
    rf"(?<![\w.-])(?P<negative>[-\u2212](?:{_MONEY_SUM}|{_MEASURE}|{_COUNTED}{_ALONE}))"
    rf"|(?P<money>{_MONEY_SUM})"
    rf"|(?<![\w.])(?:(?P<numbered>(?:no\.\s?|#|\u2116\s?){_COUNTED}{_ALONE})"
    rf"|(?P<latin>(?:e\.\s?g|i\.\s?e)\b\.?)"
    rf"|(?P<measure>{_MEASURE})"
    rf"|(?P<ordinal>\d{{1,6}}(?:st|nd|rd|th))\b"
    rf"|(?P<decade>(?:'?\d0|[12]\d\d0)'?s)\b"
    rf"|(?P<time>(?:[01]?\d|2[0-3]):[0-5]\d)(?![\d:])"
    rf"|(?P<fraction>\d/[2-9])(?![\d/])"
    rf"|(?P<number>{_COUNTED}){_ALONE}"
    rf"|(?P<short>(?:{'|'.join(_ABBREVIATED)})\b\.?))",
    flags=re.IGNORECASE,
)
