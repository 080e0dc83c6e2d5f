"""What is to be said of a VRM's expressions: weights, switches, and what happens in speech."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mien.doctor.findings import Finding, listed
from mien.doctor.models import Clip, ModelMeasurements
from mien.formats.vrm import LIDS, SQUINT
from mien.gltf.vrm import BLINKS, EMOTIONS, VOWELS

_OLD = "VRM 0.x"
_PERCENT = 1.5
"""Weights over this, on a scale where 1 is all the way, are percentages."""

_MOUTH = ("jaw", "mouth", "tongue", "cheekPuff")


def expression_findings(found: ModelMeasurements) -> Iterator[Finding]:
    """Everything worth saying of the expressions of a VRM."""
    yield from _presets(found)
    yield from _binds(found)
    yield from _weights(found)
    yield from _binary(found)
    yield from _speaking(found)
    yield from _blinking(found)


def _presets(found: ModelMeasurements) -> Iterator[Finding]:
    there = found.presets
    if missing := _missing(found, EMOTIONS):
        hint = "applications show these five by their names"
        yield Finding(kind="no-emotions", message=missing, hint=hint)
    if missing := _missing(found, VOWELS):
        hint = "applications move lips by these where they have no better ones"
        yield Finding(kind="no-lips", message=missing, hint=hint)
    if missing := _missing(found, BLINKS[:1]):
        yield Finding(kind="no-blink", message=missing, hint="eyes that never blink look dead")
    dead = [one.name for one in found.clips if one.expression.preset in there and one.dead]
    shown = [name for name in dead if name in (*EMOTIONS, *VOWELS, *BLINKS)]
    if shown:
        yield Finding(
            kind="dead",
            message=f"presets that change nothing: {listed(shown)}",
            hint="bind morph targets to them, or let `mien export --to vrm` do it",
            wrong=True,
        )
    names = found.presets
    for twice in dict.fromkeys(name for name in names if names.count(name) > 1):
        message = f"the preset {twice} is there {names.count(twice)} times"
        yield Finding(kind="doubled", message=message, hint="keep one", wrong=True)


def _missing(found: ModelMeasurements, wanted: Sequence[str]) -> str:
    missing = [name for name in wanted if name not in found.presets]
    return f"there is no preset {listed(missing)}" if missing else ""


def _binds(found: ModelMeasurements) -> Iterator[Finding]:
    lost = [one.name for one in found.clips if any(shape is None for shape in one.shapes)]
    if lost:
        yield Finding(
            kind="lost-binds",
            message=f"morph targets that are not there are bound to {listed(lost)}",
            hint="the mesh was changed after its expressions were made",
            wrong=True,
        )


def _weights(found: ModelMeasurements) -> Iterator[Finding]:
    """Of VRM 1.0 they go to 1, of VRM 0.x to 100: each is met in files of the other."""
    pairs = [(one, weight) for one in found.clips for weight in one.weights if weight]
    if not pairs:
        return
    old = found.model.format == _OLD
    scale = 100.0 if old else 1.0
    faint = [one.name for one in found.clips if one.weights and 0.0 < max(one.weights) <= 0.015]
    if old and faint:
        yield Finding(
            kind="under-weighted",
            message=f"{_share(faint, found)} move by 1 % at most: {listed(faint)}",
            hint="weights of VRM 0.x go to 100; these were written as if they went to 1",
            wrong=True,
        )
    over = list(dict.fromkeys(one.name for one, weight in pairs if weight > _PERCENT))
    if over:
        largest = max(weight for _, weight in pairs) * scale
        every = all(weight > _PERCENT for _, weight in pairs)
        hint = "weights of VRM 1.0 go to 1; these are percentages of VRM 0.x" if every else ""
        yield Finding(
            kind="over-weighted",
            message=f"weights up to {largest:g}, expected at most {scale:g}: {listed(over)}",
            hint=hint or "faces go further than they were made for",
            wrong=True,
        )
    below = list(dict.fromkeys(one.name for one, weight in pairs if weight < 0.0))
    if below:
        message = f"weights below 0, which undo a shape: {listed(below)}"
        yield Finding(kind="negative", message=message)


def _share(names: list[str], found: ModelMeasurements) -> str:
    bound = sum(bool(one.weights) for one in found.clips)
    return "all expressions" if len(names) == bound else f"{len(names)} of {bound} expressions"


def _binary(found: ModelMeasurements) -> Iterator[Finding]:
    switched = [one for one in found.clips if one.expression.binary]
    channels = [one.name for one in switched if one.channel or one.name in (*VOWELS, *BLINKS)]
    if channels:
        yield Finding(
            kind="binary",
            message=f"switched on and off, nothing between: {listed(channels)}",
            hint="take isBinary off: a channel that jumps at one half cannot be moved",
            wrong=True,
        )
    rest = [one.name for one in switched if one.name not in channels]
    if rest:
        message = f"switched on over one half, with nothing between: {listed(rest)}"
        yield Finding(kind="binary", message=message)


def _speaking(found: ModelMeasurements) -> Iterator[Finding]:
    faces = [one for one in found.clips if one.name in EMOTIONS]
    blocking = [one.name for one in faces if one.expression.override_mouth == "block"]
    if blocking:
        yield Finding(
            kind="lips-stop",
            message=f"lips stand still in speech while one of these shows: {listed(blocking)} "
            "(overrideMouth is block)",
            hint="blend fades lips as much as the emotion shows; none keeps them",
        )
    fading = [one.name for one in faces if one.expression.override_mouth == "blend"]
    if fading:
        yield Finding(
            kind="lips-fade",
            message=f"the five vowels fade as much as one of these shows: {listed(fading)} "
            "(overrideMouth is blend); at full strength lips stand still",
            hint="of two at once three-vrm takes the sum, UniVRM the larger one"
            if len(fading) > 1
            else "",
        )
    free = [one for one in faces if one.expression.override_mouth == "none"]
    opening = [one.name for one in free if _moves(one, _MOUTH) or _shares(found, one, VOWELS)]
    if opening:
        why = "VRM 0.x has no overrides" if found.model.format == _OLD else "overrideMouth is none"
        yield Finding(
            kind="mouth-twice",
            message=f"mouth and lips add up in speech: {listed(opening)} ({why})",
            hint="show them weaker while speaking: `mien export --speaking` writes such faces",
        )
    if (blocking or fading) and found.by_clip:
        yield Finding(
            kind="override-of-vowels",
            message="overrides hold back the five vowels alone, not lips that are moved by the "
            f"{len(found.by_clip)} channels",
            hint="let the bank fade the mouth: `speech` and `--speaking` do",
        )


def _blinking(found: ModelMeasurements) -> Iterator[Finding]:
    """By the rule by which mien itself writes overrideBlink."""
    faces = [one for one in found.clips if one.name in EMOTIONS]
    twice = [
        one.name
        for one in faces
        if one.expression.override_blink == "none" and _lids(found, one) > LIDS
    ]
    if twice:
        old = found.model.format == _OLD
        yield Finding(
            kind="lids-twice",
            message=f"lids that are narrowed already close too far in a blink: {listed(twice)}",
            hint="VRM 0.x cannot say so: blink less while they show"
            if old
            else "set overrideBlink to blend",
        )


def _lids(found: ModelMeasurements, clip: Clip) -> float:
    """How far it closes the lids of an eye: by channels, or by what a preset for blinks moves."""
    own = [
        (one, weight)
        for weight, one in zip(clip.weights, clip.shapes, strict=True)
        if one is not None
    ]
    sides = [
        sum(
            {f"eyeBlink{side}": 1.0, f"eyeSquint{side}": SQUINT}.get(one.channel or "", 0.0)
            * weight
            for one, weight in own
        )
        for side in ("Left", "Right")
    ]
    blinks = {
        (one.mesh, one.index): weight
        for blink in found.clips
        if blink.expression.preset in BLINKS
        for weight, one in zip(blink.weights, blink.shapes, strict=True)
        if one is not None and weight > 0.0
    }
    shared = [
        weight / blinks[one.mesh, one.index]
        for one, weight in own
        if (one.mesh, one.index) in blinks and not one.channel
    ]
    return max((*sides, *shared))


def _moves(clip: Clip, stems: tuple[str, ...]) -> bool:
    """Whether it moves a channel whose name begins so, by a morph target of that name."""
    return any(
        one is not None and one.channel is not None and one.channel.startswith(stems) and weight
        for weight, one in zip(clip.weights, clip.shapes, strict=True)
    )


def _shares(found: ModelMeasurements, clip: Clip, presets: tuple[str, ...]) -> bool:
    """Whether it moves a morph target that one of the presets moves, too."""
    return any(clip.moved & one.moved for one in found.clips if one.expression.preset in presets)
