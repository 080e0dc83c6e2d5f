"""The moods of TalkingHead in JavaScript: the resting face of each, by its name.

What is read is the literal objects ``name: { baseline: { channel: weight, ... } ... }`` of its own
source and of modules made for it, and those of the modules that mien writes. No code is run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from mien.authored.rig import Rig
from mien.errors import SourceError
from mien.formats.text_file import fault, read_text
from mien.intake.face_table import FaceTable, FaceWeights, middle
from mien.text.files import place_of_offset, shown_path
from mien.text.node import Place

_NAME = r"""(?:'([^'\n]*)'|"([^"\n]*)"|([A-Za-z_$][\w$]*))"""
_COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.DOTALL)
_MOOD = re.compile(_NAME + r"\s*:\s*\{\s*baseline\s*:\s*\{([^{}]*)\}")
_MODULE = re.compile(r"\bbaselines\s*=\s*\{")
_FACE = re.compile(_NAME + r"\s*:\s*\{([^{}]*)\}")
_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_WEIGHT = re.compile(_NAME + rf"\s*:\s*(?:({_NUMBER})|\[([^\[\]]*)\])\s*(?:,|\Z)")
_LEVEL = re.compile(r"_([a-z0-9-]+)\Z")


def read_moods(path: Path, rig: Rig, levels: tuple[str, ...]) -> FaceTable:
    """The resting faces of the moods in a JavaScript file.

    ``levels`` are the intensities at which a name such as ``joy_high`` may end.

    Raises:
        SourceError: the file cannot be read, or holds no mood.
    """
    name = shown_path(path)
    text = _COMMENT.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), read_text(path))
    weights = FaceWeights(rig)
    count = 0
    for mood, start, body in _moods(text):
        count += 1
        level = _LEVEL.search(mood)
        known = level is not None and level[1] in levels
        numbers = list(_numbers(text, start, body, name, weights))
        label = mood[: level.start()] if level and known else mood
        place = place_of_offset(text, start, name)
        weights.add(label, level[1] if level and known else "", numbers, place)
    if not count:
        message = "there is no mood in it, such as happy: { baseline: { mouthSmile: 0.5 } }"
        raise SourceError([fault(Place(name), "no-face", message)])
    return weights.table()


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
    text: str, start: int, body: str, file: str, weights: FaceWeights
) -> Iterator[tuple[str, float, Place, str]]:
    for one in _WEIGHT.finditer(body):
        place = place_of_offset(text, start + one.start(), file)
        if one[4] is not None:
            yield one[1] or one[2] or one[3], float(one[4]), place, ""
            continue
        parts = re.findall(_NUMBER, one[5])
        if len(parts) > 1:
            weights.drawn += 1
            low, high, *skew = map(float, parts[:3])
            value = middle(low, high, skew[0] if skew and skew[0] > 0.0 else 1.0)
            yield one[1] or one[2] or one[3], value, place, ""
