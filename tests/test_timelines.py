"""Faces in time: continuous, within their bound, back at rest, the same bits in every reader."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.child import finished, installed

from mien.artifact.read import read_artifact
from mien.artifact.write import artifact_bytes
from mien.authored.emotion import Style
from mien.authored.reader import read_bank
from mien.authored.timeline import Key, Pulse, Sequence, Tremor
from mien.bank import Bank
from mien.conformance.vector import FOLDER
from mien.engine.registry import get_engine
from mien.errors import QueryError
from mien.resources import presets
from mien.timelines.bound import ROUNDING, ROUNDING_DEGREES, bound_of
from mien.timelines.clip import Clip, Sample
from mien.timelines.easing import EASINGS, Easing
from mien.timelines.table import Shown
from mien.versions import ENGINE

HERE = Path(__file__).parent
TIMED = HERE / "banks" / "timed"
WEB = HERE.parent / "compiler" / "mien" / "web"
PARTS = ("gain", "offset", "head", "gaze")

times = st.floats(-100.0, 6000.0, allow_nan=False)
holds = st.none() | st.floats(0.0, 5000.0, allow_nan=False)


@cache
def bank() -> Bank:
    """The bank with timelines, through its artifact."""
    tables = get_engine(ENGINE).compile_tables(read_bank(TIMED))
    return Bank(read_artifact(artifact_bytes(tables)))


def clips() -> list[Clip]:
    return [
        timeline.clip(name, level)
        for timeline in bank().timelines.values()
        for name in (None, *timeline.sequences)
        for level in range(3)
    ]


def sampled(clip: Clip, at: list[float], hold: float | None = None) -> Sample:
    return clip.sample(np.array(at, dtype=np.float64), hold)


def same(one: Sample, other: Sample) -> bool:
    pairs = [(getattr(one, part), getattr(other, part)) for part in PARTS]
    return all(np.array_equal(a.view(np.uint32), b.view(np.uint32)) for a, b in pairs)


any_clip = st.sampled_from(clips())


@pytest.mark.parametrize("easing", EASINGS, ids=lambda one: one.name)
def test_easings_rise_from_0_to_1_no_steeper_than_they_say(easing: Easing) -> None:
    t = np.linspace(0.0, 1.0, 20_001)
    value = easing(t)
    assert (value[0], value[-1]) == (0.0, 1.0)
    slope = np.diff(value) / np.diff(t)
    assert slope.min() >= -1e-9
    assert easing.steepest * 0.999 <= slope.max() <= easing.steepest + 1e-9


@given(clip=any_clip, start=times, step=st.floats(0.0, 200.0), hold=holds)
@settings(max_examples=300)
def test_no_change_passes_the_bound(clip: Clip, start: float, step: float, hold: float) -> None:
    """Continuity too: as the step goes to 0, so does the change."""
    before, after = start, start + step
    found, bound = sampled(clip, [before, after], hold), bound_of(clip, hold)
    for part in PARTS:
        rounding = ROUNDING if part in ("gain", "offset") else ROUNDING_DEGREES
        change = np.abs(np.diff(getattr(found, part).astype(np.float64), axis=0))[0]
        assert (change <= getattr(bound, part) * (after - before) + rounding).all(), part
    face = np.linspace(0.0, 1.0, clip.channels, dtype=np.float32)
    weights = np.clip(found.gain * face + found.offset, 0.0, 1.0).astype(np.float64)
    change = np.abs(np.diff(weights, axis=0))[0]
    assert (change <= bound.weight * (after - before) + ROUNDING).all()
    assert (found.gain <= bound.most + ROUNDING).all()


@pytest.mark.parametrize("clip", clips(), ids=lambda one: f"{one.label}-{one.name}")
def test_the_bound_is_reached(clip: Clip) -> None:
    """A bound that nothing comes near would promise little."""
    fine = np.arange(0.0, clip.length + 3000.0, 0.25)
    bound = bound_of(clip)
    for part in ("gain", "head", "gaze"):
        change = np.abs(np.diff(getattr(clip.sample(fine), part).astype(np.float64), axis=0))
        limit = getattr(bound, part)
        assert (change.max(axis=0) / 0.25 >= 0.95 * limit - 1e-3).all(), part


@given(clip=any_clip, at=st.lists(times, min_size=1, max_size=9), hold=holds)
def test_a_time_gives_the_same_bits_alone_and_among_others(
    clip: Clip, at: list[float], hold: float | None
) -> None:
    whole = sampled(clip, at, hold)
    for row, t in enumerate(at):
        one = sampled(clip, [t], hold)
        for part in PARTS:
            assert getattr(one, part).tobytes() == getattr(whole, part)[row].tobytes()


@given(clip=any_clip, hold=st.floats(0.0, 5000.0))
def test_what_is_released_ends_at_rest(clip: Clip, hold: float) -> None:
    end = clip.end(hold)
    found = sampled(clip, [end, end + 0.5, end + 1e6], hold)
    for part in PARTS:
        assert not getattr(found, part).any()
    assert same(sampled(clip, [end], hold), sampled(clip, [end + 1e6], hold))


def test_a_plain_apex_is_the_face_itself_bit_for_bit() -> None:
    glad = bank().timelines["glad"]
    clip = glad.dynamics
    found = sampled(clip, [float(clip.length), clip.length + 900.0])
    for vad in ([0.1, 0.2, -0.3], [0.9, 0.8, 0.5], [-1.0, 1.0, 1.0]):
        face = bank().face("glad", vad=vad, style="sly")
        faces = np.stack([face, face])
        assert bank().timed(faces, found.gain, found.offset).tobytes() == faces.tobytes()


@given(st.lists(st.floats(0.0, 1.0, width=32), min_size=8, max_size=8))
def test_gain_1_and_offset_0_change_no_face(weights: list[float]) -> None:
    """A face is what conflict has left, and conflict leaves that alone."""
    some = bank().compose(np.zeros(8, dtype=np.float32), weights)
    again = bank().timed(some, np.ones(8), np.zeros(8))
    assert again.tobytes() == some.tobytes()


def test_a_sequence_ends_as_the_face_that_it_names() -> None:
    for level in ("low", "mid", "high"):
        clip = bank().timelines["glad"].clip("laugh", level)
        found = sampled(clip, [clip.end()])
        face = bank().timed(bank().face("glad", at=level), found.gain[0], found.offset[0])
        assert face.tobytes() == bank().face("calm", at="low").tobytes()


def test_a_loop_goes_on_for_as_long_as_it_is_held() -> None:
    clip = bank().timelines["glad"].clip("beam")
    assert clip.loop == (400, 2400)
    assert clip.end() == np.inf
    first = np.arange(400.0, 2400.0, 12.5)
    assert same(clip.sample(first), clip.sample(first + 2000.0 * 1000))


def test_what_a_label_says_of_itself() -> None:
    glad, cross = (bank().timelines[name] for name in ("glad", "cross"))
    assert "calm" not in bank().timelines
    assert (glad.kind, glad.usual, glad.sequences) == (Shown.EVENT, "laugh", ("beam", "laugh"))
    assert (glad.resolves, glad.cross) == (("calm", "cross"), 300)
    assert glad.blinks is not None
    assert glad.blinks.suppressed == 800
    assert (cross.kind, cross.usual, cross.blinks) == (Shown.HELD, None, None)
    assert cross.dynamics.end() == np.inf
    assert cross.dynamics.end(1000.0) == 1900.0
    # 50 ms of lead, 500 of onset, 120 of the jaw, 900 of apex, 800 of offset, 100 of the smile
    assert glad.dynamics.end() == 50 + 500 + 120 + 900 + 800 + 100
    with pytest.raises(QueryError, match="no sequence 'weep': beam, laugh"):
        glad.clip("weep")
    with pytest.raises(QueryError, match="no intensity 'huge'"):
        glad.clip("laugh", "huge")
    with pytest.raises(QueryError, match="intensity 3 is out of range"):
        glad.clip("laugh", 3)


def test_what_swings_and_styles_make_stays_in_the_ranges_of_artifacts() -> None:
    """A face of 1.5 in a style of gain 2, a tremor at the top, a head beyond 90 degrees."""
    bank = read_bank(TIMED)
    glad = next(one for one in bank.emotions if one.label == "glad")
    keys = (
        Key(t=300, face=1.5, style="loud", weight={"jawOpen": 1.0}, head={"yaw": -90.0}),
        Key(t=2000, face=0.0, head={"yaw": 0.0}),
    )
    wild = Sequence(
        description="wild",
        keys=keys,
        ends="rest",
        pulses=(Pulse(begin=400, end=1500, hz=3.0, head={"yaw": -20.0}),),
        tremors=(Tremor(begin=400, end=1500, hz=(5, 8), amount=0.5, channels=("jawOpen",)),),
    )
    loud = Style(
        description="loud",
        anchor=glad.styles["sly"].anchor,
        gain={"mouthSmileLeft": 2.0},
        offset={"mouthSmileRight": 1.0, "browDownLeft": -1.0},
    )
    emotions = tuple(
        evolve(one, styles={**one.styles, "loud": loud}, sequences={"laugh": wild})
        if one is glad
        else one
        for one in bank.emotions
    )
    tables = get_engine(ENGINE).compile_tables(evolve(bank, emotions=emotions))
    assert Bank(read_artifact(artifact_bytes(tables))).timelines["glad"].sequences == ("laugh",)


def test_conditions_hold_for_their_intensities_alone() -> None:
    glad = bank().timelines["glad"]
    low, mid, high = (glad.clip("laugh", level) for level in ("low", "mid", "high"))
    at = [600.0, 1000.0]
    assert same(sampled(low, at), sampled(mid, at))
    assert not same(sampled(low, at), sampled(high, at))


def test_a_bank_without_timelines_has_the_artifact_that_it_always_had() -> None:
    for version in ("1.0.0", "1.1.0"):
        path = presets() / "releases" / "default" / version / "default.safetensors"
        tables = read_artifact(path)
        assert artifact_bytes(tables) == path.read_bytes()
        assert Bank(tables).timelines == {}


def test_timed_refuses_what_no_clip_gives() -> None:
    face = bank().face("glad")
    for gain, offset in ((-0.1, 0.0), (2.1, 0.0), (1.0, -1.1), (1.0, float("nan"))):
        with pytest.raises(QueryError):
            bank().timed(face, np.full(8, gain), np.full(8, offset))
    with pytest.raises(QueryError, match="shape"):
        bank().timed(face, np.ones((2, 8)), np.zeros(8))


QUERIES = [
    (label, name, level, hold)
    for label in ("glad", "cross")
    for name in (None, *bank().timelines[label].sequences)
    for level in (0, 2)
    for hold in (None, 0.0, 333.3, 2500.0)
]
INSTANTS = [-5.0, 0.0, *(frame * 1000.0 / 60.0 for frame in range(0, 300, 7)), 1e7 + 0.123]


def ours(query: tuple[str, str | None, int, float | None]) -> list[str]:
    label, name, level, hold = query
    found = sampled(bank().timelines[label].clip(name, level), INSTANTS, hold)
    return [
        b"".join(getattr(found, part)[row].astype("<f4").tobytes() for part in PARTS).hex()
        for row in range(len(INSTANTS))
    ]


def test_javascript_gives_the_same_bits(tmp_path: Path) -> None:
    node = installed("node")
    artifact = tmp_path / "timed.safetensors"
    artifact.write_bytes(artifact_bytes(bank().tables))
    script = f"""
        import {{ readFileSync }} from "node:fs";
        import {{ readArtifact }} from {json.dumps((WEB / "artifact.js").as_uri())};
        import {{ clipOf, endOf, sample }} from {json.dumps((WEB / "timelines.js").as_uri())};
        const {{ labels }} = readArtifact(readFileSync({json.dumps(str(artifact))}));
        const hex = (array) => Buffer.from(array.buffer).toString("hex");
        const found = {json.dumps(QUERIES)}.map(([name, sequence, level, hold]) => {{
          const clip = clipOf(labels.find(({{ label }}) => label === name), sequence, level);
          const at = (time) => {{
            const {{ gain, offset, head, gaze }} = sample(clip, time, hold);
            return hex(gain) + hex(offset) + hex(head) + hex(gaze);
          }};
          return [String(endOf(clip, hold)), {json.dumps(INSTANTS)}.map(at)];
        }});
        console.log(JSON.stringify(found));
    """
    ended = finished([node, "--input-type=module", "-e", script])
    found = cast("list[tuple[str, list[str]]]", json.loads(ended.stdout))
    for query, (end, bits) in zip(QUERIES, found, strict=True):
        label, name, level, hold = query
        clip = bank().timelines[label].clip(name, level)
        assert float(end.lower().replace("infinity", "inf")) == clip.end(hold)
        assert bits == ours(query), query


def test_the_page_for_writers_of_evaluators_gives_the_same_bits(tmp_path: Path) -> None:
    artifact = tmp_path / "timed.safetensors"
    artifact.write_bytes(artifact_bytes(bank().tables))
    page = (FOLDER / "evaluator.md").read_text(encoding="utf-8")
    (source,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    program: dict[str, Any] = {}
    exec(compile(source, "evaluator.md", "exec"), program)  # noqa: S102 - our own page
    theirs = program["read"](artifact)
    for query in QUERIES:
        label, name, level, hold = query
        clip = bank().timelines[label].clip(name, level)
        number = 0
        if name is not None:
            sequences = bank().timelines[label].sequences
            number = theirs["labels"][label]["sequence_clips"][sequences.index(name)][level]
        for t, bits in zip(INSTANTS[::5], ours(query)[::5], strict=True):
            parts = program["sample"](theirs, label, number, t, clip.released_at(hold))
            found = b"".join(np.array(part, dtype="<f4").tobytes() for part in parts)
            assert found.hex() == bits
        face = bank().face(label, at="high")
        gain, offset, _, _ = program["sample"](theirs, label, number, 700.0)
        timed = np.array(program["timed"](theirs, list(face), gain, offset), dtype=np.float32)
        whole = sampled(clip, [700.0], np.inf)
        assert timed.tobytes() == bank().timed(face, whole.gain[0], whole.offset[0]).tobytes()
