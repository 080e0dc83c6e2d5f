"""All that the program says to people and programs goes through here.

Files, titles and arguments may hold control characters that would steer a terminal: clear it,
colour it, or turn text around. They become visible escapes; only our own colours get through.
"""

from __future__ import annotations

import itertools
import json
import os
import re
import sys
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from functools import partial
from time import monotonic
from typing import Any, NamedTuple

import click

_STEERING = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)
"""Control characters but tab and line feed, marks that turn text around, and lone surrogates."""

_REWRITE = "\r\x1b[K"

_PAUSE = 30.0
"""Seconds without a line of progress in a log, where something is done meanwhile."""

_LONGEST = 1000
"""Characters of a line of a message; names and values of files have no limit of their own."""


class Styled(NamedTuple):
    """Text with a colour of ours, as ``click.style`` takes it."""

    text: str
    colour: str | None = None
    bold: bool = False
    dim: bool = False


def visible(text: str) -> str:
    """The text, with what would steer a terminal written as escapes, as Python writes them."""
    return _STEERING.sub(lambda found: ascii(found[0])[1:-1], text)


def shortened(text: str) -> str:
    """The text, with an ellipsis for what a line of it has beyond ``_LONGEST`` characters."""
    return "\n".join(
        line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…" for line in text.split("\n")
    )


def say(*parts: str | Styled, err: bool = False, end: str = "\n") -> None:
    """Print the parts one after another, colours on terminals alone and not under NO_COLOR.

    On stderr, which people read, long lines are cut; stdout may be what a program asked for.
    """
    text = "".join(_printed(part, cut=err) for part in parts)
    click.echo(text + end, nl=False, err=err, color=False if os.environ.get("NO_COLOR") else None)


def write_json(data: Any, *, indent: int | None = 2) -> None:  # noqa: ANN401  any JSON value
    """Print a JSON value on stdout, steering characters in JSON's own escapes."""
    text = json.dumps(data, indent=indent, ensure_ascii=False)
    click.echo(_STEERING.sub(lambda found: f"\\u{ord(found[0]):04x}", text))


def write_report(output: str, data: object, lines: Iterable[str]) -> None:
    """Print a result in the format ``output``: ``data`` as JSON, or ``lines`` of text."""
    if output == "json":
        write_json(data)
    else:
        say("\n".join(lines))


@contextmanager
def progress(label: str, length: int) -> Generator[Callable[[], None]]:
    """A bar of ``length`` steps on a terminal, lines of `log_lines` elsewhere, such as in a log.

    The block calls what it gets after each step. What is drawn goes to stderr, so that the
    result on stdout stays clean.
    """
    if not sys.stderr.isatty():
        count, at = itertools.count(1), log_lines(label, length)
        yield lambda: at(next(count), "")
        return
    with click.progressbar(length=length, label=label, file=sys.stderr, show_pos=True) as bar:
        yield partial(bar.update, 1)


def log_lines(label: str, length: int) -> Callable[[int, str], None]:
    """Lines in a log: at first, every tenth of ``length`` steps, and where `_PAUSE` has passed.

    What is given back is called with how many steps are done, and what else there is to say.
    """
    before, said = -1, monotonic()

    def at(done: int, note: str) -> None:
        nonlocal before, said
        tenth = done * 10 // max(length, 1) > max(before, 0) * 10 // max(length, 1)
        if before < 0 or tenth or (done > before and monotonic() - said >= _PAUSE):
            after = f", {note}" if note else ""
            click.echo(f"{label}: {done} of {length}{after}", err=True)
            said = monotonic()
        before = done

    return at


@contextmanager
def current_label(doing: str) -> Generator[Callable[[str], None] | None]:
    """On a terminal, a line on stderr that names what is being worked on, gone at the end."""
    if not sys.stderr.isatty():
        yield None
        return
    try:
        yield lambda label: click.echo(f"{_REWRITE}{doing} {visible(label)}", nl=False, err=True)
    finally:
        click.echo(_REWRITE, nl=False, err=True)


def _printed(part: str | Styled, *, cut: bool) -> str:
    text = part if isinstance(part, str) else part.text
    text = visible(shortened(text) if cut else text)
    if isinstance(part, str):
        return text
    return click.style(text, fg=part.colour, bold=part.bold or None, dim=part.dim or None)
