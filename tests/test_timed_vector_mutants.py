"""The test vector of labels in time tells a right evaluator from a wrong one: each mutant fails it.

As in `test_vector_mutants`. What differs by the last bits of a binary64 number is rounded away in
nearly all answers, and is not among them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import numpy as np
import pytest
from tests.test_vector_mutants import Edits, program

from mien.conformance.timed_vector import bits
from mien.conformance.vector import FOLDER

_SHARE = "s = min(1.0, max(0.0, (t - times[i]) / (times[i + 1] - times[i])))"
_MADE = "return [low + (high - low) * done for low, high in ends]"
_CLAMPED = "clamp(k * w + o) for k, w, o in zip(gain, x, offset)"
_TIMED = f"def timed(bank, x, gain, offset):\n    return conflict(bank, [{_CLAMPED}])"
_ROUNDS = "rounds = max(0, math.floor((t - begin) / (until - begin))) if until else 0"
_OTHER = "rest if beyond else [0.0, 0.0]"
_RELEASED = "[x * share + 0.0 for x in pair]"


def once(old: str, new: str) -> Edits:
    return ((old, new),)


MUTANTS: Mapping[str, Edits] = {
    "smoothstep for smootherstep": once(
        "((s * s) * s) * (s * (6 * s - 15) + 10)", "s * s * (3 - 2 * s)"
    ),
    "linear for ease-in": once("lambda s: s * s,", "lambda s: s,"),
    "ease-in for ease-out": once("lambda s: s * (2 - s)", "lambda s: s * s"),
    "the easing of the key before": once("[begin + i + 1]](s)", "[begin + i]](s)"),
    "the first value before the last key": once("times[i] <= t)]", "times[i] < t)]")
    + once(_SHARE, _SHARE.replace("min(1.0, ", "min(0.999, ")),
    "before the first key it runs backwards": once(
        _SHARE, _SHARE.replace("max(0.0, ", "max(-9.0, ")
    ),
    "a share of the whole time": once(_SHARE, "s = min(1.0, max(0.0, t / times[-1]))"),
    "between two values in float32": once(
        _MADE,
        "return [float(float32(low) + float32(high - low) * float32(done)) for low, high in ends]",
    ),
    "repeats before its stretch begins": once(_ROUNDS, _ROUNDS.replace("max(0, ", "(")),
    "repeats from the start": once(
        _ROUNDS, "rounds = math.floor(t / (until - begin)) if until else 0"
    ),
    "never repeats": once(_ROUNDS, "rounds = 0"),
    "head and gaze follow the other channels": once(_OTHER, "rest"),
    "head and gaze are not released": once(_OTHER, "[1.0, 0.0] if beyond else [0.0, 0.0]"),
    "the rest for channels with a track": once(
        "[found.get(c, rest) for c in range(channels)]", "[rest for c in range(channels)]"
    ),
    "the offset is not released": once(_RELEASED, "[pair[0] * share + 0.0, pair[1]]"),
    "-0 of what is released": once(_RELEASED, "[x * share for x in pair]"),
    "released from the start": once("t - released, True", "t, True"),
    "released in float32": once(
        _RELEASED, "[float(float32(x) * float32(share)) + 0.0 for x in pair]"
    ),
    "a face in time without conflicts": once(
        _TIMED, _TIMED.replace(f"conflict(bank, [{_CLAMPED}])", f"[{_CLAMPED}]")
    ),
    "a face in time not held to [0, 1]": once(
        _TIMED, _TIMED.replace("clamp(k * w + o)", "k * w + o")
    ),
    "the offset before the gain": once(
        _TIMED, _TIMED.replace("clamp(k * w + o)", "clamp(k * (w + o))")
    ),
    "a face in time in binary64": once(
        _TIMED, _TIMED.replace("clamp(k * w + o)", "clamp(float32(float(k) * float(w) + float(o)))")
    ),
}


@cache
def queries() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((FOLDER / "timed.json").read_bytes())["times"]
    return found


def sampled(
    functions: Mapping[str, Callable[..., Any]], bank: Mapping[str, Any], q: Mapping[str, Any]
) -> tuple[Any, ...]:
    """Gain, offset, head and gaze that the functions have for a question of the vector."""
    label = bank["labels"][q["label"]]
    number, released = 0, q["hold"]
    if q["sequence"] is not None:
        row = label["sequences"].index(q["sequence"])
        number = label["sequence_clips"][row][q["intensity"]]
    elif released is None and label["timing"][1] >= 0:
        released = label["clips"][0][0] + label["timing"][1]
    parts: tuple[Any, ...] = functions["sample"](bank, q["label"], number, q["time"], released)
    return parts


def wrong_answers(functions: Mapping[str, Callable[..., Any]]) -> int:
    """How many of the vector's questions the functions answer with other bits."""
    bank = functions["read"](FOLDER / "timed.safetensors")
    wrong = 0
    for q in queries():
        parts = sampled(functions, bank, q)
        face = functions["timed"](bank, [np.float32(x) for x in q["face"]], *parts[:2])
        expected = [q[part] for part in ("gain", "offset", "head", "gaze", "expected")]
        wrong += [bits(np.array(part, np.float32)) for part in (*parts, face)] != expected
    return wrong


def test_the_program_itself_passes() -> None:
    assert wrong_answers(program(())) == 0


@pytest.mark.parametrize("name", MUTANTS)
def test_a_wrong_evaluator_fails(name: str) -> None:
    with np.errstate(all="ignore"):
        assert wrong_answers(program(MUTANTS[name])), f"the vector does not notice: {name}"
