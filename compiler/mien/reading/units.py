"""A text in units: lines, or the sentences of each line. Twin of web/reader_units.js."""

from __future__ import annotations

import re
from collections.abc import Iterator

_SPEAKER = re.compile(
    r"\s*(?P<name>[^\W\d_][\w .'\u2019-]{0,38}?)\s*(?:\([^()]{1,40}\)\s*)?(?P<colon>:)(?:\s|$)"
)

PER = ("sentence", "line", "all")

_END = re.compile(r"[.!?\u2026\u3002\uff01\uff1f]+[\"'\u201d\u2019)\]]*(?=\s)")
_SHORT = re.compile(
    r"(?:^|[\s(\"'])(?:mr|mrs|ms|dr|prof|st|sr|jr|vs|etc|e\.g|i\.e|no|[a-z])\.\Z", re.IGNORECASE
)


def spoken_by(line: str, *, any_case: bool = False) -> tuple[str, str]:
    """Who speaks a line of a script, and the line with spaces in place of the name and its colon.

    A name stands first, in capitals, before a colon, as in ``MARA (angrily): No!``; with
    ``any_case`` it may be written as names are. "" where no name stands there.
    """
    match = _SPEAKER.match(line)
    if match is None:
        return "", line
    name = match["name"].rstrip()
    shouted = len(name) > 1 and name == name.upper() and name != name.lower()
    if not (shouted or any_case):
        return "", line
    first, last = match.end("name"), match.start("colon")
    return name, " " * first + line[first:last] + " " + line[last + 1 :]


def sentences(line: str) -> Iterator[tuple[int, int]]:
    """Where the sentences of a line stand, ``[start, end)``, without the spaces around them."""
    start = 0
    for match in _END.finditer(line):
        if match[0] == "." and _SHORT.search(line[max(0, match.end() - 8) : match.end()]):
            continue
        yield from _trimmed(line, start, match.end())
        start = match.end()
    yield from _trimmed(line, start, len(line))


def _trimmed(line: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while start < end and line[start].isspace():
        start += 1
    while end > start and line[end - 1].isspace():
        end -= 1
    if start < end:
        yield start, end
