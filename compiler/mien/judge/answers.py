"""What an observer answered: the form to fill in, and the filled one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

from attrs import frozen

from mien.authored.documents import read_valid
from mien.errors import SourceError
from mien.judge.key import Key
from mien.text.fault import Fault, counted, fault_at
from mien.text.files import shown_path
from mien.text.node import Node, plain
from mien.text.suggest import label_hint
from mien.versions import schema_name

KIND = "blind-answers"
FORM = "answers.yaml"
UNSURE = "unsure"
"""The answer of one who cannot tell."""

FREE, FORCED = "free", "forced"


@frozen(kw_only=True)
class Answers:
    """By number, what one observer answered; a round that nobody was asked for is empty."""

    observer: str
    free: Mapping[int, str]
    forced: Mapping[int, str]


def form_text(key: Key) -> str:
    """An empty form, which belongs to ``key``."""
    lines = (f'  {number}: {{{FREE}: "", {FORCED}: ""}}' for number in key.faces)
    return "\n".join(
        (
            "# Write between the quotes. See instructions.txt.",
            f"schema: {schema_name(KIND)}",
            f'key: "{key.digest}"  # leave this as it is',
            'observer: ""',
            "answers:",
            *lines,
            "",
        )
    )


def read_answers(path: Path, key: Key) -> Answers:
    """A filled form that belongs to ``key``.

    A round (free, forced) is answered for every face or for none; one without a name is called by
    its file.

    Raises:
        SourceError: with every number that is unknown, missing or answered twice, every label that
            is none; or the form belongs to another key.
    """
    root = read_valid(path, KIND)
    data = cast("dict[str, Any]", plain(root))
    if data["key"] != key.digest:
        raise SourceError([_of_another_key(root)])
    answers = {
        number: {name: _word(given.get(name)) for name in (FREE, FORCED)}
        for number, given in data["answers"].items()
    }
    faults = [*_strangers(root, answers, key), *_gaps(root, answers, key)]
    faults += _no_labels(root, answers, key)
    if faults:
        raise SourceError(faults)
    rounds = {
        name: {int(number): given[name] for number, given in answers.items() if given[name]}
        for name in (FREE, FORCED)
    }
    observer = (data.get("observer") or "").strip() or shown_path(path)
    return Answers(observer=observer, free=rounds[FREE], forced=rounds[FORCED])


def _word(given: str | None) -> str:
    return " ".join((given or "").casefold().split())


_Given = Mapping[str, Mapping[str, str]]


def _of_another_key(root: Node) -> Fault:
    message = "these answers were given to the sheets of another key"
    hint = "give the key that was written with the sheets they answer"
    return fault_at(root, ("key",), "answers-of-another-key", message, hint)


def _strangers(root: Node, answers: _Given, key: Key) -> Iterator[Fault]:
    for number in answers:
        if int(number) not in key.faces:
            message = f"no face has the number {number}"
            hint = f"the faces have the numbers {min(key.faces)} to {max(key.faces)}"
            yield fault_at(root, ("answers", number), "unknown-number", message, hint, key=True)


def _gaps(root: Node, answers: _Given, key: Key) -> Iterator[Fault]:
    absent = [str(number) for number in key.faces if str(number) not in answers]
    if absent:
        yield _missing(
            root, ("answers",), f"{counted(len(absent), 'face')} missing: {', '.join(absent)}"
        )
    asked = [name for name in (FREE, FORCED) if any(given[name] for given in answers.values())]
    if not asked:
        yield _missing(root, ("answers",), "no face is answered")
    for number, given in answers.items():
        for name in asked:
            if not given[name]:
                yield _missing(root, ("answers", number, name), f"face {number} is not answered")


def _missing(root: Node, path: tuple[str, ...], message: str) -> Fault:
    hint = f"answer every face; who cannot tell writes {UNSURE}"
    return fault_at(root, path, "answer-missing", message, hint)


def _no_labels(root: Node, answers: _Given, key: Key) -> Iterator[Fault]:
    for number, given in answers.items():
        chosen = given[FORCED]
        if chosen and chosen != UNSURE and chosen not in key.labels:
            path = ("answers", number, FORCED)
            message = f"{chosen!r} is none of the choices"
            hint = label_hint(chosen, key.labels, key.aliases)
            yield fault_at(root, path, "unknown-choice", message, hint)
