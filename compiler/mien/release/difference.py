"""The first place at which two artifacts differ, in words: label, table, intensity, channel."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from mien.artifact.container import Array, unpack
from mien.artifact.layout import LABEL, SHARED, TIMELINE, label_name, shared_name
from mien.artifact.read import read_artifact
from mien.authored.bank import TERMS
from mien.engine.tables import Tables
from mien.errors import ArtifactError


def first_difference(released: bytes, now: bytes) -> str | None:
    """Where ``released`` first differs from ``now``, an artifact that was compiled just now.

    Shared tables come first, then labels in the order of the bank. None where the bytes are equal.
    """
    if released == now:
        return None
    tables = read_artifact(now)
    try:
        old, old_text = unpack(released)
    except ArtifactError as error:
        return f"{error}; {_bytes(released, now)}"
    new, new_text = unpack(now)
    for name, words, letters in _tensors(tables):
        found = _tensor(old.get(name), new[name], words, letters, tables)
        if found is not None:
            return found
    if old_text != new_text:
        at = first_unlike(old_text.encode(), new_text.encode())
        return f"the metadata, from its byte {at}: {_around(old_text, at)} released, " + (
            f"{_around(new_text, at)} now"
        )
    return _bytes(released, now)


def _tensors(tables: Tables) -> Iterator[tuple[str, str, tuple[str | int, ...]]]:
    """Tensor, how people call it, its dimensions; in the order in which they are compared."""
    for field, letters in SHARED.items():
        yield shared_name(field), f"shared table {field}", letters
    for label in tables.labels:
        own: Mapping[str, tuple[str | int, ...]] = LABEL
        if label.timeline is not None:
            own = {**LABEL, **TIMELINE}
        for field, letters in own.items():
            # S is the label's own count of styles; the letter carries the label's name along.
            named = tuple(f"S {label.label}" if letter == "S" else letter for letter in letters)
            yield label_name(label.label, field), f"label {label.label}, table {field}", named


def _tensor(
    old: Array | None, new: Array, words: str, letters: tuple[str | int, ...], tables: Tables
) -> str | None:
    if old is None:
        return f"{words}: missing in the released file"
    if old.shape != new.shape or old.dtype != new.dtype:
        return f"{words}: {old.dtype} {old.shape} released, {new.dtype} {new.shape} now"
    differing = np.argwhere(old.view(np.uint32) != new.view(np.uint32))
    if len(differing) == 0:
        return None
    at = tuple(int(index) for index in differing[0])
    pairs = zip(letters, at, strict=True)
    where = ", ".join(filter(None, (_position(letter, index, tables) for letter, index in pairs)))
    count = len(differing)
    more = f" ({count - 1} more in this table)" if count > 1 else ""
    values = f"{_value(old, at)} released, {_value(new, at)} now"
    return f"{words}, {where}: {values}{more}" if where else f"{words}: {values}{more}"


def _position(letter: str | int, index: int, tables: Tables) -> str:
    if letter == "C":
        return f"channel {tables.channels[index]}"
    if letter == "K":
        return f"intensity {tables.intensities[index]}"
    if isinstance(letter, str) and letter.startswith("S "):
        label = tables.labels[tables.label_index[letter.removeprefix("S ")]]
        return f"style {label.styles[index]}"
    if letter == 3:
        return ("valence", "arousal", "dominance")[index]
    if letter == len(TERMS):
        return f"term {TERMS[index]}"
    return "" if letter == 1 else f"position {index}"


def _value(tensor: Array, at: tuple[int, ...]) -> str:
    value = tensor[at]
    bits = int(tensor.view(np.uint32)[at])
    return f"{value} (0x{bits:08x})"


def _bytes(released: bytes, now: bytes) -> str:
    at = first_unlike(released, now)
    if at == min(len(released), len(now)):
        return (
            f"the file has {len(released)} bytes, its sources compile to {len(now)}; they are "
            "equal up to the shorter one's end"
        )
    return f"byte {at} is 0x{released[at]:02x} in the released file, 0x{now[at]:02x} now"


def first_unlike(one: Sequence[object], other: Sequence[object]) -> int:
    """The position from which two are not alike: the shorter's end where it begins the other."""
    pairs = zip(one, other, strict=False)
    return next((at for at, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))


def _around(text: str, at: int) -> str:
    """A few bytes of the text from that byte on."""
    return ascii(text.encode()[max(0, at - 10) : at + 20].decode(errors="replace"))
