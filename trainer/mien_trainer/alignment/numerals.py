"""Numbers in English words, in the ways in which they are said."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product

# fmt: off
SMALL = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine",
    "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen",
    "seventeen", "eighteen", "nineteen",
)
# fmt: on
TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_SIZES = ((10**12, "trillion"), (10**9, "billion"), (10**6, "million"), (1000, "thousand"))
_LONGEST = 15
"""Figures of more digits are said digit by digit."""
_FEW = 2
"""How many groups of three say "and" or not; more would be as many ways as two to their power."""
_ORDINALS = {
    "one": "first",
    "two": "second",
    "three": "third",
    "five": "fifth",
    "eight": "eighth",
    "nine": "ninth",
    "twelve": "twelfth",
}


def digits(figures: str, zero: str = "zero") -> list[str]:
    """One digit after the other."""
    return [zero if digit == "0" else SMALL[int(digit)] for digit in figures]


def below_hundred(number: int) -> list[str]:
    """The words of a number from 0 to 99."""
    if number < len(SMALL):
        return [SMALL[number]]
    tens, ones = divmod(number, 10)
    return [TENS[tens - 2], *([SMALL[ones]] if ones else [])]


def cardinals(figures: str) -> Iterator[list[str]]:
    """The ways to count so many: with and without "and". Figures that begin with 0 are digits."""
    plain = figures.replace(",", "")
    if (len(plain) > 1 and plain.startswith("0")) or len(plain) > _LONGEST:
        yield digits(plain)
        yield digits(plain, zero="oh")
        return
    number = int(plain)
    groups: list[tuple[list[list[str]], list[str]]] = []
    for size, name in _SIZES:
        count, number = divmod(number, size)
        if count:
            groups.append((_below_thousand(count, last=False), [name]))
    if number or not groups:
        groups.append((_below_thousand(number, last=bool(groups)), []))
    ways = [ways if place < _FEW else ways[:1] for place, (ways, _) in enumerate(groups)]
    names = [name for _, name in groups]
    for chosen in product(*ways):
        said = [word for way, name in zip(chosen, names, strict=True) for word in (*way, *name)]
        yield said
        if said[0] == "one" and len(said) > 1:
            yield ["a", *said[1:]]


def years(figures: str) -> Iterator[list[str]]:
    """Four digits in pairs: nineteen ninety nine, nineteen oh five, nineteen hundred."""
    century, rest = int(figures[:2]), int(figures[2:])
    if figures[1] == "0" and rest < 10:
        return
    if rest == 0:
        yield [*below_hundred(century), "hundred"]
    else:
        yield [*below_hundred(century), *(["oh"] if rest < 10 else []), *below_hundred(rest)]


def ordinals(figures: str) -> Iterator[list[str]]:
    """The ways to say which one it is: twenty first."""
    for way in cardinals(figures):
        yield [*way[:-1], _ordinal(way[-1])]


def ordinal(number: int) -> list[str]:
    """The usual way to say which one it is."""
    return next(ordinals(str(number)))


def plurals(word: str) -> str:
    """The last word of a decade: nineties."""
    return f"{word[:-1]}ies" if word.endswith("y") else f"{word}s"


def _ordinal(word: str) -> str:
    return _ORDINALS.get(word) or (f"{word[:-1]}ieth" if word.endswith("y") else f"{word}th")


def _below_thousand(number: int, *, last: bool) -> list[list[str]]:
    """The ways to say 0 to 999; ``last`` where larger ones stand before it."""
    hundreds, rest = divmod(number, 100)
    if not hundreds:
        said = below_hundred(rest)
        return [said, ["and", *said]] if last else [said]
    head: Sequence[str] = (SMALL[hundreds], "hundred")
    if not rest:
        return [[*head]]
    return [[*head, *below_hundred(rest)], [*head, "and", *below_hundred(rest)]]
