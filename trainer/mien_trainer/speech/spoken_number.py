"""Numbers as they are read out: short ones in words, long ones digit by digit."""

from __future__ import annotations

# fmt: off
_SMALL = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine",
    "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen",
    "seventeen", "eighteen", "nineteen",
)
# fmt: on
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")


def spoken_number(digits: str) -> list[str]:
    """The words of a number written in digits, with or without a decimal point.

    Up to 99 it is a number, round hundreds and thousands are such, and the rest are digits, as
    codes are read: 42 is forty two, 500 five hundred, 1234 one two three four.
    """
    whole, point, decimals = digits.partition(".")
    words = _whole(whole)
    if point:
        words += ["point", *(_SMALL[int(digit)] for digit in decimals)]
    return words


def _whole(digits: str) -> list[str]:
    if len(digits) > 1 and digits.startswith("0"):
        return [_SMALL[int(digit)] for digit in digits]
    number = int(digits)
    if number < len(_SMALL):
        return [_SMALL[number]]
    if number < 100:
        tens, ones = divmod(number, 10)
        return [_TENS[tens - 2], *([_SMALL[ones]] if ones else [])]
    for size, name in ((1000, "thousand"), (100, "hundred")):
        if number % size == 0 and number // size < 100:
            return [*_whole(str(number // size)), name]
    return [_SMALL[int(digit)] for digit in digits]
