"""A text that is given to a command, line by line, and what is to be said of its readings."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from mien.cli.terminal import say

if TYPE_CHECKING:
    from mien.reading.reading import Reading


def text_lines(text: str) -> Iterable[str]:
    """The lines of a text itself, of the file that it names, or of stdin (-).

    Raises:
        QueryError: it looks like the name of a file, and there is none, or it is a folder.
        TextError: a byte of the text or the file is not UTF-8.
        OSError: the file cannot be read.
    """
    from mien.reading.lines import file_lines, require_text, stream_lines
    from mien.text.words_or_file import words_or_file

    if text == "-":
        return stream_lines(sys.stdin.buffer, "stdin")
    path, words = words_or_file(text)
    return file_lines(path) if path is not None else require_text(words or "").splitlines()


def tell_of_speakers(readings: Iterable[Reading]) -> None:
    """Say, on stderr, where one face is to say the lines of several."""
    names = list(dict.fromkeys(one.speaker for one in readings if one.speaker))
    if len(names) > 1:
        say(f"lines of {', '.join(names)} on one face; --speaker NAME takes those of one", err=True)


def noted(readings: Iterator[Reading]) -> Iterator[Reading]:
    """The readings, each after what its unit has of tags that do nothing, on stderr."""
    for one in readings:
        for note in one.notes:
            say(f"line {one.span.line}: {note}", err=True)
        if one.idle is not None:
            say(
                f"warning: line {one.idle.line}, column {one.idle.column}: no words follow "
                f"{one.idle.written} in its line, so that its face is shown without any; put it "
                "before the words that it is for",
                err=True,
            )
        yield one
