"""Slips of the hand in a source, and what was probably meant: spaces, tabs, commas, percentages."""

from __future__ import annotations

import re
from collections.abc import Iterator

_NO_BREAK = "\u00a0\u2007\u202f"
_STRAY_SPACE = re.compile(
    rf"^[ \t]*([{_NO_BREAK}])|[:,\[{{-]\s?([{_NO_BREAK}])|([{_NO_BREAK}])\s*:", re.MULTILINE
)
_TAB = re.compile(r" *(\t)[ \t]*[^\s#]")
_NO_SPACE = re.compile(r"\s*(?:- )?([A-Za-z_]\w*):([^\s:/].*)")
_NO_DASH_SPACE = re.compile(r"\s*-([A-Za-z_]\w*)")
_NAME_AND_VALUE = re.compile(r"([A-Za-z_]\w*)(?::\s*|\s+)([-+]?[0-9.]{1,20})")
_DECIMAL_COMMA = re.compile(r"([-+]?[0-9]{1,9}),([0-9]{1,9})")
_PERCENTAGE = re.compile(r"([-+]?[0-9]+(?:\.[0-9]+)?) ?%")

Slip = tuple[int, str, str]
"""Where in a text, what is found there, what to do."""


def no_break_spaces(text: str) -> tuple[Slip, ...]:
    """Every no-break space that stands where an ordinary one would separate."""
    return tuple(
        (
            match.start(match.lastindex or 0),
            "a no-break space stands here, which YAML takes for a letter",
            "replace it by an ordinary space",
        )
        for match in _STRAY_SPACE.finditer(text)
    )


def holds_no_break_space(text: str) -> bool:
    """Whether one is anywhere in the text."""
    return any(one in text for one in _NO_BREAK)


def slips_near(text: str, offset: int) -> tuple[Slip, ...]:
    """What may have made a text unreadable at an offset: in its line or in the one before."""
    if spaces := no_break_spaces(text):
        return spaces
    return tuple(_line_slips(text, offset))[:1]


def _line_slips(text: str, offset: int) -> Iterator[Slip]:
    start = text.rfind("\n", 0, offset) + 1
    before = text.rfind("\n", 0, max(0, start - 1)) + 1
    for at in (before, start) if before < start else (start,):
        line = text[at:].partition("\n")[0]
        if tab := _TAB.match(line):
            yield at + tab.start(1), "a tab indents this line", "indent with spaces, not with tabs"
        elif found := _NO_SPACE.fullmatch(line.rstrip()):
            yield (
                at + found.start(2),
                f"there is no space after the colon of {found[1]}",
                f"write `{found[1]}: {found[2]}`",
            )
        elif found := _NO_DASH_SPACE.fullmatch(line.rstrip()):
            yield at + found.start(1), "there is no space after the dash", f"write `- {found[1]}`"


def name_and_value(text: str) -> tuple[str, str] | None:
    """The two parts of ``jawOpen:0.5`` or ``jawOpen 0.5``, which YAML reads as one name."""
    match = _NAME_AND_VALUE.fullmatch(text)
    return (match[1], match[2]) if match else None


def number_hint(text: str) -> str:
    """How to write what was probably meant by a text that should be a number, or nothing."""
    if match := _DECIMAL_COMMA.fullmatch(text):
        return f"write {match[1]}.{match[2]}: a point, not a comma"
    if match := _PERCENTAGE.fullmatch(text):
        return f"write {_hundredth(match[1])}: weights go from 0 to 1"
    if re.fullmatch(r"[-+]?[0-9.]+", text):
        return "write it without quotes"
    return ""


def list_hint(text: str) -> str:
    """How to write a list of which only its items were written."""
    apart = r"[,\s]+" if re.fullmatch(r"[-+0-9.,\s]+", text) else r",\s*"
    return f"write a list: [{', '.join(re.split(apart, text.strip()))}]"


def range_hint(found: float, highest: float | None) -> str:
    """What was probably meant by a number over 1 where at most 1 is allowed."""
    if highest == 1 and 10 <= abs(found) <= 100:
        return f"did you mean {_hundredth(found)}?"
    return ""


def version_hint(source: str) -> str:
    """How to write a version of which only one or two parts were written, or nothing."""
    match = re.fullmatch(r"v?([0-9]+)(\.[0-9]+)?(\.[0-9]+)?", source)
    return f"write {match[1]}{match[2] or '.0'}{match[3] or '.0'}" if match else ""


def _hundredth(value: float | str) -> str:
    return f"{float(value) / 100:g}"
