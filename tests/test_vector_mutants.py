"""The test vector tells a right evaluator from a wrong one: each mutant below must fail it.

A mutant is the program of docs/evaluator.md with a few pieces of text replaced: a mistake that
someone who writes an evaluator in another language could make.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest

from mien.conformance.timed_vector import bits
from mien.conformance.vector import FOLDER

Edits = tuple[tuple[str, str], ...]

_FUSED = """
def fma(a, b, c):
    # Exact product, one rounding of the sum to binary64, one to binary32.
    return float32(float(a) * float(b) + float(c))
"""

_FLUSHING = """
import numpy

class Flushing(float):
    # float32 whose subnormal results are zero; with INPUTS, subnormal operands too.
    INPUTS = {inputs}

    def __new__(cls, x):
        x = numpy.float32(x)
        return float.__new__(cls, 0.0 if abs(x) < 2.0**-126 and {results} else float(x))

    def take(x):
        return 0.0 if Flushing.INPUTS and abs(x) < 2.0**-126 else float(x)

    def __add__(self, other):
        return Flushing(numpy.float32(Flushing.take(self)) + numpy.float32(Flushing.take(other)))

    def __sub__(self, other):
        return Flushing(numpy.float32(Flushing.take(self)) - numpy.float32(Flushing.take(other)))

    def __mul__(self, other):
        return Flushing(numpy.float32(Flushing.take(self)) * numpy.float32(Flushing.take(other)))

    def __truediv__(self, other):
        return Flushing(numpy.float32(Flushing.take(self)) / numpy.float32(Flushing.take(other)))

float32 = Flushing
"""

_IMPORT = "from numpy import float32\n"
_R2 = "r2 = ((l1 * dV) * dV + (l2 * dA) * dA) + (l3 * dD) * dD"
_PAIR = "left = min(x[c], cap) if x[c] <= x[p] else x[c] - max(ZERO, x[p] - cap)"
_CEILING = "y[a] = min(y[a], y[b] + slack)"
_SIGNAL = "signal = (ONE + q / float32(math.sqrt(ONE + q * q))) * HALF"
_PHI = "phi.append((p2 * p2) * (FOUR * u + ONE))"
_BLEND = "blend.append((t * t) * (THREE - TWO * t))"
_FACE = "x.append(min(ONE, h + (ONE - total) * clamp(g)))"
_STYLE = "x = conflict(bank, [clamp(k * w + o) for k, w, o in zip(gain, x, offset)])"
_FADE = 'return [w * (ONE - s * att) for w, att in zip(x, label["attenuation"])]'
_MIX = "mixed = [m + p * w for m, w in zip(mixed, face(bank, name, vad, None, speech))]"
_MIXED = "return conflict(bank, [min(ONE, m) for m in mixed])"
_SEAL = "seal = max(seal, visemes[c] / level)"
_OPEN = "x[c] = x[c] * (ONE - min(ONE, seal))"
_COMPOSED = "return conflict(bank, [clamp(w + v) for w, v in zip(x, visemes)])"
_POINT = "ends = zip(anchors[i], anchors[i + 1])"
_TERMS = "(V, A, D, V * V, A * A, D * D, V * A, V * D, A * D)"
_TREND = f"""q = rule[0]
        for k, term in zip(rule[1:], {_TERMS}):
            q = q + k * term"""
_BASIS = """g = label["strength"][c] * signal
        for i, weights in enumerate(label["weights"]):
            g = g + weights[c] * phi[i]"""


def fused(old: str, new: str) -> Edits:
    return ((_IMPORT, _IMPORT + _FUSED), (old, new))


def once(old: str, new: str) -> Edits:
    return ((old, new),)


MUTANTS: Mapping[str, Edits] = {
    # Sums and products in another order, or rounded less often.
    "mixture summed backwards": once(
        'for name in bank["labels"]:\n        p', 'for name in reversed(bank["labels"]):\n        p'
    ),
    "mixture summed in the order of the weights": once(
        'for name in bank["labels"]:\n        p', "for name in weights:\n        p"
    ),
    "valence term l1*(dV*dV)": once(_R2, _R2.replace("(l1 * dV) * dV", "l1 * (dV * dV)")),
    "arousal term l2*(dA*dA)": once(_R2, _R2.replace("(l2 * dA) * dA", "l2 * (dA * dA)")),
    "dominance term l3*(dD*dD)": once(_R2, _R2.replace("(l3 * dD) * dD", "l3 * (dD * dD)")),
    "distance summed from the right": once(
        _R2, "r2 = (l1 * dV) * dV + ((l2 * dA) * dA + (l3 * dD) * dD)"
    ),
    "distance in float64": once(
        _R2,
        "e, n, w = float(dV), float(dA), float(dD)\n"
        "        r2 = float32(float(l1) * e * e + float(l2) * n * n + float(l3) * w * w)",
    ),
    "trend summed backwards": once(
        _TREND,
        f"q = ZERO\n        for k, term in zip(rule[::-1], (ONE, *{_TERMS})[::-1]):\n"
        "            q = q + k * term",
    ),
    "trend in float64": once(
        _TREND,
        f"q = float(rule[0])\n        for k, term in zip(rule[1:], {_TERMS}):\n"
        "            q = q + float(k) * float(term)\n        q = float32(q)",
    ),
    "rule's terms VA and VD swapped": once("V * A, V * D, A * D", "V * D, V * A, A * D"),
    "sigmoid with a reciprocal root": once(
        _SIGNAL, "signal = (ONE + q * (ONE / float32(math.sqrt(ONE + q * q)))) * HALF"
    ),
    "sigmoid's root in float64": once(
        _SIGNAL, "signal = (ONE + float32(float(q) / math.sqrt(1.0 + float(q) * float(q)))) * HALF"
    ),
    "basis sum backwards": once(
        'for i, weights in enumerate(label["weights"]):',
        'for i, weights in reversed(list(enumerate(label["weights"]))):',
    ),
    "basis sum before the trend": once(
        _BASIS,
        'g = ZERO\n        for i, weights in enumerate(label["weights"]):\n'
        '            g = g + weights[c] * phi[i]\n        g = g + label["strength"][c] * signal',
    ),
    "basis sum in float64": once(
        _BASIS,
        'g = float(label["strength"][c]) * float(signal)\n'
        '        for i, weights in enumerate(label["weights"]):\n'
        "            g = g + float(weights[c]) * float(phi[i])\n        g = float32(g)",
    ),
    "support as a reciprocal": once(
        'u = float32(math.sqrt(r2)) / bank["support"][0]',
        'u = float32(math.sqrt(r2)) * (ONE / bank["support"][0])',
    ),
    "span as a reciprocal": once(
        "t = clamp((outer - r2) / span)", "t = clamp((outer - r2) * (ONE / span))"
    ),
    "fourth power as p*p*p*p": once(_PHI, "phi.append(((p2 * p) * p) * (FOUR * u + ONE))"),
    "basis function from the right": once(_PHI, "phi.append(p2 * (p2 * (FOUR * u + ONE)))"),
    "smoothstep as t*(t*(3-2t))": once(_BLEND, "blend.append(t * (t * (THREE - TWO * t)))"),
    "smoothstep as 3tt-2ttt": once(_BLEND, "blend.append(THREE * t * t - TWO * t * t * t)"),
    "blend as g + B*(y-g)": once(_FACE, "x.append(min(ONE, clamp(g) + (h - total * clamp(g))))"),
    "mixture in float64": once(
        _MIX,
        "mixed = [float(m) + float(p) * float(w)"
        " for m, w in zip(mixed, face(bank, name, vad, None, speech))]",
    )
    + once(_MIXED, "return conflict(bank, [min(ONE, float32(m)) for m in mixed])"),
    "fade as f - f*s*att": once(
        _FADE, 'return [w - w * s * att for w, att in zip(x, label["attenuation"])]'
    ),
    # Multiply-add fused into one rounding.
    "distance fused": fused(_R2, "r2 = fma(l3 * dD, dD, fma(l2 * dA, dA, (l1 * dV) * dV))"),
    "distance's first sum fused": fused(
        _R2, "r2 = fma(l1 * dV, dV, (l2 * dA) * dA) + (l3 * dD) * dD"
    ),
    "trend fused": fused("q = q + k * term", "q = fma(k, term, q)"),
    "sigmoid fused": fused(
        _SIGNAL, "signal = (ONE + q / float32(math.sqrt(fma(q, q, ONE)))) * HALF"
    ),
    "basis sum fused": fused("g = g + weights[c] * phi[i]", "g = fma(weights[c], phi[i], g)"),
    "blend fused on the other side": fused(
        _FACE,
        "own = label['archetypes']\n"
        "        k = max(range(len(blend)), key=lambda i: blend[i])\n"
        "        x.append(min(ONE, fma(blend[k], own[k][c], (ONE - total) * clamp(g))))",
    ),
    "blend fused": fused(_FACE, "x.append(min(ONE, fma(ONE - total, clamp(g), h)))"),
    "style fused": fused(_STYLE, _STYLE.replace("k * w + o", "fma(k, w, o)")),
    "fade fused": fused(_FADE, _FADE.replace("ONE - s * att", "fma(-s, att, ONE)")),
    "mixture fused": fused(_MIX, _MIX.replace("m + p * w", "fma(p, w, m)")),
    # Subnormal numbers.
    "results flushed to zero": once(_IMPORT, _FLUSHING.format(inputs=False, results=True)),
    "operands and results taken as zero": once(
        _IMPORT, _FLUSHING.format(inputs=True, results=True)
    ),
    "operands taken as zero": once(_IMPORT, _FLUSHING.format(inputs=True, results=False)),
    # Conflicts.
    "ceiling under the unresolved value": once(_CEILING, "y[a] = min(y[a], x[b] + slack)"),
    "ceiling of the unresolved value": once(_CEILING, "y[a] = min(x[a], y[b] + slack)"),
    "ceiling without slack": once(_CEILING, "y[a] = min(y[a], y[b])"),
    "ceilings left out": once(_CEILING, "pass"),
    "last ceiling left out": once(
        'zip(bank["ceilings"], bank["slacks"])', 'zip(bank["ceilings"][:-1], bank["slacks"])'
    ),
    "antagonists one after the other": once(
        _PAIR, "left = min(y[c], cap) if y[c] <= y[p] else y[c] - max(ZERO, y[p] - cap)"
    ),
    "antagonists in other order, one after the other": once(
        _PAIR, "left = min(y[c], cap) if y[c] <= y[p] else y[c] - max(ZERO, y[p] - cap)"
    )
    + once(
        'for pair, cap in zip(bank["pairs"], bank["caps"]):',
        'for pair, cap in zip(bank["pairs"][::-1], bank["caps"][::-1]):',
    ),
    "antagonists one-sided": once("for c, p in (pair, reversed(pair)):", "for c, p in (pair,):"),
    "equal antagonists taken as unequal": once(_PAIR, _PAIR.replace("x[c] <= x[p]", "x[c] < x[p]")),
    "antagonists by the excess of the smaller": once(
        _PAIR, "left = x[c] - max(ZERO, min(x[c], x[p]) - cap)"
    ),
    "antagonists without caps": once(_PAIR, _PAIR.replace("cap", "ZERO")),
    "last antagonist of a channel wins": once("y[c] = min(y[c], left)", "y[c] = left"),
    "antagonists' losses add up": once("y[c] = min(y[c], left)", "y[c] = y[c] - (x[c] - left)"),
    # Order of the stages, and holds.
    "style before conflicts": once(
        "    x = conflict(bank, x)\n    if style is not None:", "    if style is not None:"
    ),
    "no conflicts after a style": once(
        _STYLE, "x = [clamp(k * w + o) for k, w, o in zip(gain, x, offset)]"
    ),
    "style not held to 1": once(_STYLE, _STYLE.replace("clamp(k * w + o)", "max(ZERO, k * w + o)")),
    "style not held to 0": once(_STYLE, _STYLE.replace("clamp(k * w + o)", "min(ONE, k * w + o)")),
    "offset before gain": once(_STYLE, _STYLE.replace("k * w + o", "k * (w + o)")),
    "speech before conflicts": once(
        "    x = conflict(bank, x)\n    if style",
        '    x = [w * (ONE - float32(speech) * att) for w, att in zip(x, label["attenuation"])]\n'
        "    x = conflict(bank, x)\n    if style",
    )
    + once(_FADE, "return x"),
    "speech before the style": once(
        "    if style is not None:\n",
        '    x = [w * (ONE - float32(speech) * att) for w, att in zip(x, label["attenuation"])]\n'
        "    if style is not None:\n",
    )
    + once(_FADE, "return x"),
    "basis not held to 1": once(_FACE, _FACE.replace("clamp(g)", "max(ZERO, g)")),
    "basis not held to 0": once(_FACE, _FACE.replace("clamp(g)", "min(ONE, g)")),
    "mixture not held to 1": once(_MIXED, "return conflict(bank, mixed)"),
    "mixture without conflicts": once(_MIXED, "return [min(ONE, m) for m in mixed]"),
    "mixture's weights made to sum to 1": once(
        "    mixed = [ZERO]",
        "    weights = {k: w / sum(weights.values()) for k, w in weights.items()}\n"
        "    mixed = [ZERO]",
    ),
    "mixture's weights not rounded": once(
        "p = float32(weights.get(name, 0))", "p = weights.get(name, 0)"
    )
    + once(_MIX, _MIX.replace("m + p * w", "m + float32(p * float(w))")),
    "mixture under no speech": once(_MIX, _MIX.replace(", None, speech)", ")")),
    "V not rounded to float32": once(
        "V, A, D = map(float32, vad)", "V, A, D = (numpy.float64(x) for x in vad)"
    )
    + once(_IMPORT, f"import numpy\n{_IMPORT}")
    + once(_FADE, f"x = [float32(w) for w in x]\n    {_FADE}"),
    "speech not rounded to float32": once("s = float32(speech)", "s = speech")
    + once(
        _FADE,
        "return [float32(float(w) * (1 - s * float(att)))"
        ' for w, att in zip(x, label["attenuation"])]',
    ),
    # Intensity.
    "intensity in float32": once(
        "x = t * (len(anchors) - 1)", "x = float32(t * (len(anchors) - 1))"
    ),
    "intensity's point in float32": once(
        "return [float32(float(a) + (float(b) - float(a)) * w) for a, b in ends]",
        "return [a + (b - a) * float32(w) for a, b in ends]",
    ),
    "no exact end at intensity 1": once("if w == 1:", "if False:"),
    "intensity as (1-w)*a + w*b": once(
        "return [float32(float(a) + (float(b) - float(a)) * w) for a, b in ends]",
        "return [float32(float(a) * (1 - w) + float(b) * w) for a, b in ends]",
    ),
    # Visemes.
    "seal level ignored": once(_SEAL, "seal = max(seal, visemes[c])"),
    "seal as all or nothing": once(_SEAL, "seal = max(seal, ONE if visemes[c] >= level else ZERO)"),
    "seal by a reciprocal level": once(_SEAL, "seal = max(seal, visemes[c] * (ONE / level))"),
    "seals of several channels add up": once(_SEAL, "seal = seal + visemes[c] / level"),
    "last seal wins": once(_SEAL, "seal = visemes[c] / level"),
    "seal past 1": once(_OPEN, "x[c] = x[c] * (ONE - seal)"),
    "parting as f - f*seal": once(_OPEN, "x[c] = x[c] - x[c] * min(ONE, seal)"),
    "seal closes the visemes too": once(
        _OPEN, f"{_OPEN}\n        visemes[c] = visemes[c] * (ONE - min(ONE, seal))"
    ),
    "compose not held to 1": once(_COMPOSED, _COMPOSED.replace("clamp(w + v)", "w + v")),
    "compose without conflicts": once(
        _COMPOSED, "return [clamp(w + v) for w, v in zip(x, visemes)]"
    ),
    "compose takes the larger": once(_COMPOSED, _COMPOSED.replace("clamp(w + v)", "max(w, v)")),
    "visemes not rounded to float32": once(
        "visemes = [float32(v) for v in visemes]", "visemes = [float(v) for v in visemes]"
    )
    + once(_COMPOSED, _COMPOSED.replace("clamp(w + v)", "clamp(float32(float(w) + v))"))
    + once(_SEAL, "seal = max(seal, float32(visemes[c] / float(level)))"),
}


def program(edits: Edits) -> dict[str, Callable[..., Any]]:
    """The functions of the page's program with each edit made in its one place."""
    page = (FOLDER / "evaluator.md").read_text(encoding="utf-8")
    (source,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    for old, new in edits:
        assert source.count(old) == 1, old
        source = source.replace(old, new)
    names: dict[str, Callable[..., Any]] = {}
    exec(compile(source, "evaluator.md", "exec"), names)  # noqa: S102 - our own page
    return names


def wrong_answers(functions: Mapping[str, Callable[..., Any]]) -> list[str]:
    """The kinds of the vector's questions that the functions answer with other bits."""
    vector: dict[str, list[dict[str, Any]]] = json.loads((FOLDER / "vector.json").read_bytes())
    bank = functions["read"](FOLDER / "vector.safetensors")
    asks: Mapping[str, Callable[[dict[str, Any]], Any]] = {
        "faces": lambda q: functions["face"](bank, q["label"], q["vad"], q["style"], q["speech"]),
        "mixtures": lambda q: functions["mixture"](bank, q["weights"], q["vad"], q["speech"]),
        "intensities": lambda q: functions["point"](bank, q["label"], q["intensity"]),
        "compositions": lambda q: functions["compose"](
            bank, [functions["float32"](x) for x in q["face"]], q["visemes"]
        ),
    }
    return [
        kind
        for kind, ask in asks.items()
        for q in vector[kind]
        if bits(np.array(ask(q), np.float32)) != q["expected"]
    ]


def test_the_program_itself_passes() -> None:
    assert wrong_answers(program(())) == []


@pytest.mark.parametrize("name", MUTANTS)
def test_a_wrong_evaluator_fails(name: str) -> None:
    with np.errstate(all="ignore"):
        assert wrong_answers(program(MUTANTS[name])), f"the vector does not notice: {name}"
