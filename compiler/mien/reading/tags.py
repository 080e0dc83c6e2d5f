"""Explicit tags in a text: ``[happy]``, ``<joy:0.4>``, ``[anger high]``, ``(sighs)``, ``*laughs*``.

A tag names a label by its name or by another word for it, or one of the actions in
presets/aliases/actions.yaml, and holds until the next tag, one that closes it (``</happy>``), or
the end of the line. What is said in parentheses or asterisks is a tag only if it is an action; else
it is text.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Mapping, Sequence
from functools import cache
from typing import cast

from attrs import evolve, frozen

from mien.resources import presets
from mien.text.node import plain
from mien.text.suggest import Words, aliased_label, meant_label
from mien.text.yaml_nodes import require_yaml

_TAG = re.compile(
    r"\[(?P<square>[^\[\]<>\n]{1,40})\]|<(?P<angle>[^\[\]<>\n]{1,40})>"
    r"|\((?P<round>[^()\n]{1,40})\)|\*\*(?P<bold>[^*\n]{1,40})\*\*|\*(?P<star>[^*\n]{1,40})\*"
)
_INSIDE = re.compile(
    r"\s*(?P<name>[^\W\d_][\w -]*?)\s*(?:[:= ]\s*(?P<how>[0-9.]+|[a-z][a-z0-9_-]*))?\s*\Z"
)
_FIRST = re.compile(r"\s*(?P<name>[^\W\d_][\w-]*)")
_NAME = re.compile(r"[^\W\d_][\w -]*\Z")


@frozen
class Tag:
    """A tag that is understood: its label, and how strong (0 to 1) or at which anchor, if said.

    The label is "" where it closes the tag before it.
    """

    start: int
    end: int
    label: str
    intensity: float | None = None
    at: str | None = None


@frozen
class UnknownTag:
    """What looks like a tag and names nothing: it is read as text."""

    start: int
    end: int
    message: str


@frozen
class IdleTag:
    """A tag in brackets that no words follow, ``[joy]``, and its place: line and column, from 1."""

    written: str
    line: int
    column: int


@frozen(kw_only=True)
class TagWords:
    """What tags may say: a bank's labels, other words for them, and its anchors by label."""

    labels: tuple[str, ...]
    own: Words
    anchors: Mapping[str, Sequence[str]]


def tags_of(text: str, words: TagWords) -> tuple[list[Tag], list[UnknownTag]]:
    """The tags of a line, in order, and what looks like one but names nothing."""
    found: list[Tag] = []
    unknown: list[UnknownTag] = []
    read: dict[str, Tag | UnknownTag | None] = {}
    for match in _TAG.finditer(text):
        group = match.lastgroup or ""
        inside = match[group]
        if group in ("round", "bold", "star"):
            label = _acted(inside, words)
            if label is not None:
                found.append(Tag(match.start(), match.end(), label))
            continue
        if inside not in read:  # a line may say the same a hundred thousand times
            read[inside] = _tag(match.start(), match.end(), inside, words)
        tag = read[inside]
        if isinstance(tag, Tag):
            found.append(evolve(tag, start=match.start(), end=match.end()))
        elif tag is not None:
            unknown.append(evolve(tag, start=match.start(), end=match.end()))
    return found, unknown


def idle_tags(text: str, tags: Sequence[Tag], line: int) -> dict[int, IdleTag]:
    """By where they start, tags in brackets that no words follow in a line that has words.

    An action may stand anywhere: a sigh needs no words after it.
    """
    found: dict[int, IdleTag] = {}
    left, begin = deque(tags), 0
    for number, row in enumerate(text.split("\n") if tags else (), line):
        own: list[Tag] = []
        while left and left[0].start <= begin + len(row):
            own.append(left.popleft())
        ends = [*(tag.start for tag in own), begin + len(row)]
        starts = [begin, *(tag.end for tag in own)]
        said = [bool(text[start:end].strip()) for start, end in zip(starts, ends, strict=True)]
        for tag, followed in zip(own, said[1:], strict=True) if any(said) else ():
            if tag.label and not followed and text[tag.start] in "[<":
                written = text[tag.start : tag.end]
                found[tag.start] = IdleTag(written, number, tag.start - begin + 1)
        begin += len(row) + 1
    return found


def _tag(start: int, end: int, inside: str, words: TagWords) -> Tag | UnknownTag | None:
    """The tag with ``inside`` in its brackets; None for what is no tag, such as ``[12]``."""
    closes = inside.startswith("/")
    said = inside.removeprefix("/").strip()
    whole = aliased_label(said, words.labels, words.own) or _acted(said, words)
    if whole is not None:
        return Tag(start, end, "" if closes else whole)
    match = _INSIDE.match(inside)
    if match is None:
        return _misformed(start, end, inside, words)
    name, how = match["name"], match["how"]
    label = aliased_label(name, words.labels, words.own)
    if label is None:
        return _unknown(start, end, inside, name, words)
    if how is None:
        return Tag(start, end, label)
    try:
        value = float(how)
    except ValueError:
        return _anchored(start, end, label, how, words)
    if not 0.0 <= value <= 1.0:
        return UnknownTag(start, end, f"[{inside}]: {how} is not from 0 to 1")
    return Tag(start, end, label, intensity=value)


def _anchored(start: int, end: int, label: str, how: str, words: TagWords) -> Tag | UnknownTag:
    names = words.anchors[label]
    if how in names:
        return Tag(start, end, label, at=how)
    return UnknownTag(
        start, end, f"{label} has no anchor '{how}': expected one of {', '.join(names)}"
    )


def _unknown(start: int, end: int, inside: str, name: str, words: TagWords) -> UnknownTag:
    close = meant_label(name, words.labels, words.own)
    misformed = None if close else _misformed(start, end, inside, words)
    if misformed is not None:
        return misformed
    hint = f"did you mean {close}?" if close else f"the labels are {', '.join(words.labels)}"
    return UnknownTag(start, end, f"no label '{name}' ({hint}); it is read as text")


def _misformed(start: int, end: int, inside: str, words: TagWords) -> UnknownTag | None:
    """What begins as a label does and goes on as no tag may, such as ``[joy:0,4]``."""
    match = _FIRST.match(inside)
    name = match["name"] if match else ""
    label = aliased_label(name, words.labels, words.own)
    if label is None:
        return None
    forms = f"a tag is [{name}], [{name}:0.4] or [{name} {words.anchors[label][0]}]"
    return UnknownTag(start, end, f"[{inside}]: {forms}; it is read as text")


def _acted(inside: str, words: TagWords) -> str | None:
    name = inside.strip().lower()
    if not _NAME.match(name):
        return None
    known = known_actions().get(name)
    return None if known is None else aliased_label(known, words.labels, words.own)


@cache
def known_actions() -> Mapping[str, str]:
    """The label of the default bank for each action."""
    path = presets() / "aliases" / "actions.yaml"
    root = cast(
        "dict[str, dict[str, list[str]]]", plain(require_yaml(path.read_text("utf-8"), path.name))
    )
    return {
        word.replace("_", " "): label for label, group in root["labels"].items() for word in group
    }
