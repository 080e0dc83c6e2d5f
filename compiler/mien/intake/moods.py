"""The moods of TalkingHead in JavaScript: the resting face of each, by its name.

What is read is the literal objects ``name: { baseline: { channel: weight, ... } ... }`` of its own
source and of modules made for it, and those of the modules that mien writes. No code is run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from mien.authored.rig import Rig
from mien.formats.text_file import read_text
from mien.intake.face_table import FaceTable, FaceWeights, middle
from mien.text.core_schema import MAX_FAULTS
from mien.text.fault import fault, refusal
from mien.text.files import shown_path
from mien.text.json_nodes import Offsets
from mien.text.node import Place

MOST = 4 << 20
"""Characters of a file of moods; TalkingHead's own source has a twentieth of it."""

_NAME = r"""(?:'([^'\n]*)'|"([^"\n]*)"|(?<![\w$])([A-Za-z_$][\w$]*+))"""
_COMMENT = re.compile(r"/[/*]")
_MOOD = re.compile(_NAME + r"\s*:\s*\{\s*baseline\s*:\s*\{([^{}]*)\}")
_MODULE = re.compile(r"\bbaselines\s*=\s*\{")
_FACE = re.compile(_NAME + r"\s*:\s*\{([^{}]*)\}")
_NUMBER = r"[-+]?(?:\d++(?:\.\d*+)?|\.\d++)(?:[eE][-+]?\d++)?"
_WEIGHT = re.compile(_NAME + rf"\s*:\s*(?:({_NUMBER})|\[([^\[\]]*)\])\s*(?:,|\Z)")
_LEVEL = re.compile(r"_([a-z0-9-]+)\Z")


def read_moods(path: Path, rig: Rig, levels: tuple[str, ...]) -> FaceTable:
    """The resting faces of the moods in a JavaScript file.

    ``levels`` are the intensities at which a name such as ``joy_high`` may end.

    Raises:
        SourceError: the file cannot be read, or holds no mood.
    """
    name = shown_path(path)
    text = _without_comments(read_text(path))
    if len(text) > MOST:
        message = f"the file has {len(text):,} characters, expected at most {MOST:,}"
        raise refusal(name, "file-too-large", message, "keep the moods alone")
    places = Offsets(text, name)
    weights = FaceWeights(rig)
    count = 0
    for mood, start, body in _moods(text):
        count += 1
        level = _LEVEL.search(mood)
        known = level is not None and level[1] in levels
        numbers = list(_numbers(start, body, places, weights))
        label = mood[: level.start()] if level and known else mood
        weights.add(label, level[1] if level and known else "", numbers, places.place(start))
    if not count:
        message = "there is no mood in it, such as happy: { baseline: { mouthSmile: 0.5 } }"
        raise refusal(name, "no-face", message)
    return weights.table()


def _without_comments(text: str) -> str:
    """The text with spaces in the place of comments; one that is never closed is all the rest."""
    parts: list[str] = []
    at = 0
    while found := _COMMENT.search(text, at):
        closing = "\n" if found[0] == "//" else "*/"
        end = text.find(closing, found.end())
        end = len(text) if end < 0 else end + (len(closing) if closing == "*/" else 0)
        comment = text[found.start() : end]
        parts += (text[at : found.start()], re.sub(r"[^\n]", " ", comment))
        at = end
    return "".join((*parts, text[at:]))


def _moods(text: str) -> Iterator[tuple[str, int, str]]:
    """Names, where their weights start, and the weights as text."""
    found = list(_MOOD.finditer(text))
    if not found and (module := _MODULE.search(text)):
        found = list(_FACE.finditer(text, module.end(), _end(text, module.end())))
    for one in found:
        yield one[1] or one[2] or one[3], one.start(4), one[4]


def _end(text: str, start: int) -> int:
    """Where the object that is open at ``start`` is closed."""
    depth = 1
    for found in re.finditer(r"[{}]", text[start:]):
        depth += 1 if found[0] == "{" else -1
        if not depth:
            return start + found.start()
    return len(text)


def _numbers(
    start: int, body: str, places: Offsets, weights: FaceWeights
) -> Iterator[tuple[str, float, Place, str]]:
    done = 0
    for one in _WEIGHT.finditer(body):
        _refuse_rest(start, body, (done, one.start()), places, weights)
        done = one.end()
        place = places.place(start + one.start())
        if one[4] is not None:
            yield one[1] or one[2] or one[3], float(one[4]), place, ""
            continue
        parts = re.findall(_NUMBER, one[5])
        if len(parts) > 1:
            weights.drawn += 1
            low, high, *skew = map(float, parts[:3])
            value = middle(low, high, skew[0] if skew and skew[0] > 0.0 else 1.0)
            yield one[1] or one[2] or one[3], value, place, ""
    _refuse_rest(start, body, (done, len(body)), places, weights)


def _refuse_rest(
    start: int, body: str, span: tuple[int, int], places: Offsets, weights: FaceWeights
) -> None:
    """A fault for what stands in ``span`` of a face and is no weight."""
    rest = body[span[0] : span[1]]
    found = rest.strip(", \t\n")
    if found and len(weights.faults) < MAX_FAULTS:
        place = places.place(start + span[0] + rest.index(found[0]))
        shown = " ".join(found[:40].split())
        message = f"found {shown!r}, expected weights such as mouthSmile: 0.5"
        hint = "numbers are read, and [start, end, skew]; no code is run"
        weights.faults.append(fault(place, "no-number", message, hint))
