"""Every lint rule: a sound bank passes it, a bank broken in one way does not."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from tests.imported import imported_after

from mien.authored.bank import (
    TERMS,
    AntagonistPolicy,
    AuthoredBank,
    Budgets,
    CapOverride,
    Document,
    Kernel,
    Manifest,
    Metric,
    Plateau,
    Rules,
    SlopeBudget,
    Trend,
)
from mien.authored.emotion import (
    ActionUnits,
    ActionUnitUse,
    Anchor,
    Emotion,
    Exemption,
    Speech,
    Style,
    Vad,
    Weights,
)
from mien.authored.rig import (
    ActionUnit,
    Antagonist,
    Ceiling,
    Channel,
    ChannelClass,
    Conjugate,
    LipSeal,
    PairKind,
    Rig,
)
from mien.lint import closest_pairs, lint
from mien.lint.action_units import main_channels
from mien.text.fault import Fault, Severity
from mien.text.node import Entry, MappingNode, Place, ScalarNode, Span

CHANNELS = (
    "eyeLookInRight",
    "eyeLookOutLeft",
    "jawOpen",
    "mouthClose",
    "mouthSmileLeft",
    "mouthSmileRight",
    "mouthFrownLeft",
    "mouthFrownRight",
    "browInnerUp",
)


def pair(a: str, b: str, kind: PairKind, cap: float) -> Antagonist:
    return Antagonist(pair=(a, b), kind=kind, cap=cap, reason="one corner")


def rig() -> Rig:
    return Rig(
        id="small",
        title="Small",
        channels=tuple(Channel(name=name, class_=ChannelClass.SHARED) for name in CHANNELS),
        shorthands={
            "mouthSmile": ("mouthSmileLeft", "mouthSmileRight"),
            "mouthFrown": ("mouthFrownLeft", "mouthFrownRight"),
            "gazeLeft": ("eyeLookOutLeft", "eyeLookInRight"),
        },
        mirror=(("mouthSmileLeft", "mouthSmileRight"), ("mouthFrownLeft", "mouthFrownRight")),
        antagonists=(
            pair("mouthSmileLeft", "mouthFrownLeft", PairKind.HARD, 0.0),
            pair("mouthSmileRight", "mouthFrownRight", PairKind.HARD, 0.0),
            pair("jawOpen", "browInnerUp", PairKind.NEAR, 0.1),
            pair("jawOpen", "mouthFrownLeft", PairKind.SOFT, 0.3),
        ),
        ceilings=(Ceiling(channel="mouthClose", under="jawOpen", slack=0.06, reason="corrects"),),
        conjugates=(Conjugate(channels=("eyeLookOutLeft", "eyeLookInRight"), reason="AU61"),),
        action_units={
            12: ActionUnit(
                name="Lip corner puller",
                channels={"mouthSmileLeft": 1.0, "mouthSmileRight": 1.0, "jawOpen": 0.2},
            ),
            15: ActionUnit(
                name="Lip corner depressor",
                channels={"mouthFrownLeft": 1.0, "mouthFrownRight": 1.0},
            ),
        },
        lip_seal=LipSeal(sealing={"mouthClose": 0.4}, parting=("jawOpen",)),
    )


def style(vad: Vad) -> Style:
    return Style(description="", anchor=Anchor(vad=vad, basis=""), gain={}, offset={})


def emotion(
    label: str, archetypes: Mapping[str, Weights], *, core: tuple[ActionUnitUse, ...] = ()
) -> Emotion:
    return Emotion(
        label=label,
        title=label,
        description="",
        sources=(),
        action_units=ActionUnits(core=core, optional=()),
        anchors={
            "low": Anchor(vad=(0.0, 0.0, 0.0), basis=""),
            "mid": Anchor(vad=(0.4, 0.0, 0.0), basis=""),
            "high": Anchor(vad=(0.8, 0.0, 0.0), basis=""),
        },
        archetypes=archetypes,
        styles={"calm": style((0.1, 0.1, 0.1)), "wild": style((0.2, 0.2, 0.2))},
        speech=Speech(attenuation=0.5, channels={}),
    )


def both(channel: str, weight: float) -> dict[str, float]:
    return {f"{channel}Left": weight, f"{channel}Right": weight}


JOY_LOW = both("mouthSmile", 0.3)


def use(code: int, side: str = "") -> ActionUnitUse:
    return ActionUnitUse(code=code, side=side)


def bank() -> AuthoredBank:
    manifest = Manifest(
        id="small",
        version="1.0.0",
        title="Small",
        description="",
        licence="CC0-1.0",
        authors=("us",),
        rig="small",
        labels=("neutral", "joy", "sadness"),
        intensities=("low", "mid", "high"),
        metric=Metric(valence=1.0, arousal=0.8, dominance=0.5),
        kernel=Kernel(name="wendland-c2", support=1.6),
        plateau=Plateau(reach=0.96, flat=0.25),
        budgets=Budgets(slope=SlopeBudget(mean=1.0, channel=5.0), separation=0.02, spacing=0.3),
    )
    joy = {"low": both("mouthSmile", 0.3), "mid": both("mouthSmile", 0.6)}
    joy["high"] = {**both("mouthSmile", 0.8), "jawOpen": 0.3}
    sadness = {"low": both("mouthFrown", 0.3), "mid": both("mouthFrown", 0.5)}
    sadness["high"] = {**both("mouthFrown", 0.7), "browInnerUp": 0.5}
    coefficients = tuple(0.5 for _ in TERMS)
    trend = Trend(coefficients=coefficients, reason="follows")
    return AuthoredBank(
        manifest=manifest,
        rig=rig(),
        rules=Rules(
            strength=0.5,
            trends={"mouthSmileLeft": trend, "mouthSmileRight": trend},
            antagonists=AntagonistPolicy(near=True, soft=True, overrides=()),
        ),
        emotions=(
            emotion("neutral", {"low": {"jawOpen": 0.04}, "mid": {}, "high": {}}),
            emotion("joy", joy, core=(use(12),)),
            emotion("sadness", sadness, core=(use(15),)),
        ),
        documents={},
    )


def change(label: str, **changes: Any) -> AuthoredBank:  # noqa: ANN401 - any field
    """The sound bank with one label changed."""
    sound = bank()
    emotions = tuple(
        evolve(one, **changes) if one.label == label else one for one in sound.emotions
    )
    return evolve(sound, emotions=emotions)


def with_weights(label: str, intensity: str, **weights: float) -> AuthoredBank:
    """The sound bank with some weights of one archetype changed."""
    (found,) = (one for one in bank().emotions if one.label == label)
    archetypes = dict(found.archetypes)
    archetypes[intensity] = {**archetypes[intensity], **weights}
    return change(label, archetypes=archetypes)


def move(label: str, **vads: Vad) -> AuthoredBank:
    (found,) = (one for one in bank().emotions if one.label == label)
    moved = {name: Anchor(vad=vad, basis="") for name, vad in vads.items()}
    return change(label, anchors={**found.anchors, **moved})


def only(broken: AuthoredBank) -> Fault:
    (fault,) = lint(broken)
    return fault


def codes(broken: AuthoredBank) -> set[str]:
    return {fault.code for fault in lint(broken)}


def test_a_sound_bank_passes_every_rule() -> None:
    assert lint(bank()) == ()


def test_lint_imports_no_numpy() -> None:
    assert "numpy" not in imported_after("import mien.lint")


def test_very_many_intensities_warn_then_refuse() -> None:
    def many(count: int) -> Fault:
        names = tuple(f"i{n}" for n in range(count))
        broken = evolve(bank(), emotions=())
        return only(evolve(broken, manifest=evolve(broken.manifest, intensities=names)))

    assert many(51).severity is Severity.WARNING
    assert many(200).severity is Severity.WARNING
    assert many(201).severity is Severity.ERROR
    names = tuple(f"i{n}" for n in range(50))
    few = evolve(bank(), emotions=())
    assert lint(evolve(few, manifest=evolve(few.manifest, intensities=names))) == ()


def test_close_anchors_are_named_with_their_distance() -> None:
    fault = only(move("joy", mid=(0.3, 0.3, 0.0), high=(0.5, 0.3, 0.0)))
    assert fault.code == "anchor-spacing"
    assert "mid and high are 0.2 apart, expected at least 0.3" in fault.message


def test_anchors_exactly_at_the_spacing_pass() -> None:
    assert lint(move("joy", low=(0.1, 0.0, 0.0), mid=(0.4, 0.0, 0.0), high=(0.7, 0.0, 0.0))) == ()


def test_the_metric_counts_not_the_raw_difference() -> None:
    assert codes(move("joy", mid=(0.0, 0.0, 0.4), high=(0.8, 0.0, 0.0))) == {"anchor-spacing"}


def test_coinciding_intensity_anchors_are_one_specific_fault() -> None:
    assert codes(move("joy", high=(0.4, 0.0, 1e-9))) == {"anchors-coincide"}


@pytest.mark.parametrize(
    ("apart", "expected"),
    [
        (1e-6 - 1e-9, {"anchors-coincide"}),
        (1e-6, {"anchor-spacing"}),
        (0.3 - 1e-8, {"anchor-spacing"}),
        (0.3 - 1e-10, set[str]()),
    ],
)
def test_anchors_count_as_one_point_or_as_close(apart: float, expected: set[str]) -> None:
    assert codes(move("joy", low=(0.0, 0.0, 0.0), mid=(apart, 0.0, 0.0))) == expected


@pytest.mark.parametrize(("apart", "expected"), [(1e-6 - 1e-9, True), (1e-6, False)])
def test_styles_count_as_one_point(apart: float, expected: bool) -> None:
    near = {"calm": style((0.0, 0.0, 0.0)), "wild": style((apart, 0.0, 0.0))}
    assert (codes(change("joy", styles=near)) == {"anchors-coincide"}) is expected


def test_coinciding_style_anchors() -> None:
    twins = {"calm": style((0.1, 0.1, 0.1)), "wild": style((0.1, 0.1, 0.1))}
    fault = only(change("joy", styles=twins))
    assert fault.code == "anchors-coincide"
    assert fault.path == "styles.wild.anchor.vad"


def test_hard_antagonists() -> None:
    fault = only(with_weights("joy", "high", mouthFrownLeft=0.1))
    assert fault.code == "antagonists"
    assert "mouthSmileLeft 0.8 and mouthFrownLeft 0.1" in fault.message
    assert fault.path == "archetypes.high.mouthFrownLeft"


def test_near_and_soft_pairs_hold_to_their_cap_unless_the_bank_says_otherwise() -> None:
    near = with_weights("sadness", "high", jawOpen=0.2)
    assert codes(near) == {"antagonists"}
    assert lint(with_weights("sadness", "high", jawOpen=0.1)) == ()
    off = evolve(near.rules, antagonists=evolve(near.rules.antagonists, near=False))
    assert lint(evolve(near, rules=off)) == ()
    override = CapOverride(pair=("browInnerUp", "jawOpen"), cap=0.25, reason="ours")
    looser = evolve(near.rules, antagonists=evolve(near.rules.antagonists, overrides=(override,)))
    assert lint(evolve(near, rules=looser)) == ()
    soft = with_weights("sadness", "mid", jawOpen=0.31)
    assert codes(soft) == {"antagonists"}
    off = evolve(soft.rules, antagonists=evolve(soft.rules.antagonists, soft=False))
    assert lint(evolve(soft, rules=off)) == ()


def test_caps_are_compared_as_float32() -> None:
    assert lint(with_weights("sadness", "high", jawOpen=0.1 + 1e-12)) == ()
    assert codes(with_weights("sadness", "high", jawOpen=0.1 + 1e-8)) == {"antagonists"}


def test_a_ceiling_says_a_weight_that_passes() -> None:
    over = with_weights("neutral", "low", jawOpen=0.03, mouthClose=0.09)
    assert "expected at most 0.0899:" in only(over).message
    assert lint(with_weights("neutral", "low", jawOpen=0.03, mouthClose=0.0899)) == ()


def test_ceiling() -> None:
    fault = only(with_weights("joy", "high", mouthClose=0.4))
    assert fault.code == "ceiling"
    assert "expected at most 0.36" in fault.message
    assert lint(with_weights("joy", "high", mouthClose=0.36)) == ()


def test_a_ceiling_over_a_channel_at_rest() -> None:
    assert codes(with_weights("joy", "low", mouthClose=0.065)) == {"ceiling"}
    assert lint(with_weights("joy", "low", mouthClose=0.06)) == ()


def test_of_equal_antagonists_the_first_of_the_pair_is_named() -> None:
    fault = only(with_weights("joy", "low", mouthFrownLeft=0.3))
    assert fault.path == "archetypes.low.mouthSmileLeft"


def test_conjugate_gaze() -> None:
    fault = only(with_weights("joy", "mid", eyeLookOutLeft=0.2))
    assert fault.code == "conjugates"
    assert "eyeLookOutLeft 0.2, eyeLookInRight 0" in fault.message
    assert "`gazeLeft`" in fault.hint
    assert lint(with_weights("joy", "mid", eyeLookOutLeft=0.2, eyeLookInRight=0.2)) == ()


def test_core_action_units_show_at_every_intensity() -> None:
    fault = only(with_weights("joy", "low", **both("mouthSmile", 0.04), browInnerUp=0.3))
    assert fault.code == "action-unit-active"
    assert "AU12 (Lip corner puller)" in fault.message
    assert "low has mouthSmile 0.04; expected at least 0.05" in fault.message


def test_core_action_units_rise() -> None:
    fault = only(with_weights("joy", "mid", mouthSmileRight=0.1))
    assert fault.code == "action-unit-rises"
    assert "mouthSmileRight 0.3, 0.1, 0.8" in fault.message
    flat = {name: both("mouthSmile", 0.6) for name in ("low", "mid", "high")}
    assert codes(change("joy", archetypes=flat)) >= {"action-unit-rises"}


def test_channels_that_only_spill_from_an_action_unit_may_rest() -> None:
    assert "jawOpen" not in bank().emotions[1].archetypes["low"]
    assert lint(bank()) == ()


def half(weight: float) -> AuthoredBank:
    """The sound bank with a third channel that shows AU12 by ``weight``, and rests everywhere."""
    sound = bank()
    unit = ActionUnit(
        name="Lip corner puller",
        channels={"mouthSmileLeft": 0.5, "mouthSmileRight": 0.5, "browInnerUp": weight},
    )
    return evolve(sound, rig=evolve(sound.rig, action_units={**sound.rig.action_units, 12: unit}))


def test_half_of_the_largest_weight_makes_a_main_channel() -> None:
    assert main_channels(half(0.25).rig, use(12))[-1] == "browInnerUp"
    assert {(one.code, "browInnerUp 0" in one.message) for one in lint(half(0.25))} == {
        ("action-unit-active", True)
    }
    below = half(0.25 - 1e-9)
    assert main_channels(below.rig, use(12)) == ("mouthSmileLeft", "mouthSmileRight")
    assert lint(below) == ()


def test_an_action_unit_without_weights_has_no_main_channel() -> None:
    sound = bank()
    unit = ActionUnit(name="None", channels={"browInnerUp": 0.0})
    rig = evolve(sound.rig, action_units={12: unit})
    assert main_channels(rig, use(12)) == ()


@pytest.mark.parametrize(
    ("weights", "broken"),
    [
        ((0.3, 0.3, 0.8), False),
        ((0.3, 0.8, 0.8), False),
        ((0.3, 0.3 - 1e-9, 0.8), True),
        ((0.3, 0.8, 0.8 - 1e-9), True),
        ((0.6, 0.6, 0.6), True),
        ((0.6, 0.8, 0.6), True),
        ((0.6, 0.6, 0.6 + 1e-9), False),
    ],
)
def test_equal_neighbours_rise_if_the_ends_do(weights: tuple[float, ...], broken: bool) -> None:
    names = ("low", "mid", "high")
    archetypes = {
        name: both("mouthSmile", weight) for name, weight in zip(names, weights, strict=True)
    }
    assert codes(change("joy", archetypes=archetypes)) == (
        {"action-unit-rises"} if broken else set()
    )


@pytest.mark.parametrize(("weight", "broken"), [(0.05, False), (0.05 - 1e-9, True)])
def test_a_weight_of_five_hundredths_shows(weight: float, broken: bool) -> None:
    shown = with_weights("joy", "low", **both("mouthSmile", weight), browInnerUp=0.3)
    assert codes(shown) == ({"action-unit-active"} if broken else set())


def test_a_unit_that_only_just_shows_is_expected_to_rise() -> None:
    flat = {name: both("mouthSmile", 0.05) for name in ("low", "mid", "high")}
    assert "action-unit-rises" in codes(change("joy", archetypes=flat))
    absent = {name: both("mouthSmile", 0.04) for name in ("low", "mid", "high")}
    assert "action-unit-rises" not in codes(change("joy", archetypes=absent))


def test_two_intensities_rise_too() -> None:
    falling = change("joy", archetypes={"low": both("mouthSmile", 0.8), "high": JOY_LOW})
    both_ends = evolve(falling, manifest=evolve(falling.manifest, intensities=("low", "high")))
    assert "action-unit-rises" in codes(both_ends)
    alone = change("joy", archetypes={"low": both("mouthSmile", 0.8)})
    one_end = evolve(alone, manifest=evolve(alone.manifest, intensities=("low",)))
    assert "action-unit-rises" not in codes(one_end)


def test_one_sided_action_units_ask_for_their_side_only() -> None:
    one_sided = {
        name: {"mouthSmileRight": weight}
        for name, weight in (("low", 0.3), ("mid", 0.5), ("high", 0.8))
    }
    units = ActionUnits(core=(use(12, "R"),), optional=())
    assert lint(change("joy", archetypes=one_sided, action_units=units)) == ()
    units = ActionUnits(core=(use(12, "L"),), optional=())
    broken = change("joy", archetypes=one_sided, action_units=units)
    assert codes(broken) == {"action-unit-active"}


def exempt(label: str, found: AuthoredBank, rule: str, subject: str) -> AuthoredBank:
    exemption = Exemption(rule=rule, subject=subject, reason="on purpose")
    emotions = tuple(
        evolve(one, exceptions=(exemption,)) if one.label == label else one
        for one in found.emotions
    )
    return evolve(found, emotions=emotions)


@pytest.mark.parametrize("subject", ["AU12", "R12"])
def test_an_exception_with_its_reason_silences_a_rule(subject: str) -> None:
    broken = with_weights("joy", "mid", mouthSmileRight=0.1)
    assert lint(exempt("joy", broken, "action-unit-rises", subject)) == ()


def test_an_exception_for_one_side_does_not_cover_the_other() -> None:
    broken = with_weights("joy", "mid", **both("mouthSmile", 0.1))
    fault = only(exempt("joy", broken, "action-unit-rises", "L12"))
    assert "mouthSmileRight 0.3, 0.1, 0.8" in fault.message


def test_an_exception_that_is_not_needed_is_a_warning() -> None:
    fault = only(exempt("joy", bank(), "action-unit-rises", "AU12"))
    assert (fault.code, fault.severity) == ("exception-unneeded", Severity.WARNING)


def test_an_exception_for_nothing_known_is_a_warning_with_the_nearest_name() -> None:
    fault = only(exempt("joy", bank(), "action-unit-rise", "AU12"))
    assert (fault.code, fault.severity) == ("exception-unknown", Severity.WARNING)
    assert fault.hint == "did you mean action-unit-rises?"
    assert only(exempt("joy", bank(), "action-unit-rises", "AU15")).code == "exception-unknown"


def test_the_middle_of_neutral_rests() -> None:
    fault = only(with_weights("neutral", "mid", jawOpen=0.02))
    assert fault.code == "neutral-rest"
    renamed = with_weights("neutral", "mid", jawOpen=0.02)
    emotions = tuple(evolve(e, label=f"{e.label}_of_ours") for e in renamed.emotions)
    assert lint(evolve(renamed, emotions=emotions)) == ()


def test_neutral_rests_in_the_middle_of_five() -> None:
    names = ("faint", "low", "mid", "high", "peak")
    found = bank()
    neutral = evolve(
        found.emotions[0],
        anchors={name: Anchor(vad=(0.3 * at, 0.0, 0.0), basis="") for at, name in enumerate(names)},
        archetypes={name: {"jawOpen": 0.02} for name in names},
    )
    manifest = evolve(found.manifest, intensities=names)
    five = evolve(found, manifest=manifest, emotions=(neutral,))
    assert [one.path for one in lint(five) if one.code == "neutral-rest"] == [
        "archetypes.mid.jawOpen"
    ]


def test_labels_too_close_are_named_with_what_would_part_them() -> None:
    close = change("sadness", action_units=ActionUnits(core=(), optional=()))
    low = {**both("mouthSmile", 0.25)}
    archetypes = {**close.emotions[2].archetypes, "low": low}
    emotions = (*close.emotions[:2], evolve(close.emotions[2], archetypes=archetypes))
    fault = only(evolve(close, emotions=emotions))
    assert fault.code == "separation"
    assert "joy and sadness at low are 0.01111 apart" in fault.message
    assert "mouthSmile (joy 0.3, sadness 0.25; at high 0.8, 0)" in fault.hint


def test_identical_labels_are_told_apart_by_their_action_units() -> None:
    twin = {name: dict(weights) for name, weights in bank().emotions[1].archetypes.items()}
    broken = change("sadness", archetypes=twin)
    hints = {fault.hint for fault in lint(broken) if fault.code == "separation"}
    apart = "mouthSmile (AU12 of joy), mouthFrown (AU15 of sadness)"
    assert hints == {
        f"these would tell them apart best at {level}: {apart}" for level in ("low", "mid", "high")
    }


def test_few_styles_is_a_warning() -> None:
    fault = only(change("joy", styles={"calm": style((0.1, 0.1, 0.1))}))
    assert (fault.code, fault.severity) == ("few-styles", Severity.WARNING)


def trends(**coefficients: float) -> AuthoredBank:
    sound = bank()
    changed = {
        name: Trend(coefficients=(value,) * len(TERMS), reason="r")
        for name, value in coefficients.items()
    }
    return evolve(sound, rules=evolve(sound.rules, trends=changed))


def test_trends_that_differ_between_the_sides_warn() -> None:
    fault = only(trends(mouthSmileLeft=0.5, mouthSmileRight=0.4))
    assert (fault.code, fault.severity) == ("trend-mirror", Severity.WARNING)
    assert "only mouthSmileLeft has a trend" in only(trends(mouthSmileLeft=0.5)).message


def test_trends_that_differ_within_a_movement_warn() -> None:
    assert only(trends(eyeLookOutLeft=0.5)).code == "trend-conjugate"
    assert lint(trends(eyeLookOutLeft=0.5, eyeLookInRight=0.5)) == ()


def node(value: str | float, line: int) -> ScalarNode:
    return ScalarNode(
        value=value,
        place=Place("emotions/joy.yaml", line, 5),
        span=Span(start=0, end=0),
        source=str(value),
    )


def mapping(line: int, **entries: ScalarNode | MappingNode) -> MappingNode:
    return MappingNode(
        entries=tuple(Entry(key=node(key, line), value=value) for key, value in entries.items()),
        place=Place("emotions/joy.yaml", line, 1),
        span=Span(start=0, end=0),
    )


def test_a_fault_points_at_the_shorthand_that_the_author_wrote() -> None:
    broken = with_weights("joy", "low", **both("mouthFrown", 0.1))
    low = mapping(7, mouthSmile=node(0.3, 8), mouthFrown=node(0.1, 9))
    root = mapping(1, archetypes=mapping(6, low=low))
    document = Document(
        name="emotions/joy.yaml",
        kind="emotion",
        path=Path("joy.yaml"),
        root=root,
        digest="",
        version=1,
    )
    faults = lint(evolve(broken, documents={"emotions/joy.yaml": document}))
    assert {(fault.place.line, fault.path) for fault in faults if fault.code == "antagonists"} == {
        (9, "archetypes.low.mouthFrown")
    }


def test_closest_pairs_are_the_nearest_first() -> None:
    nearest = closest_pairs(bank())
    assert tuple(nearest) == ("low", "mid", "high")
    assert [(pair.first, pair.second) for pair in nearest["low"]][-1] == ("joy", "sadness")
    assert nearest["low"][2].distance == pytest.approx(4 * 0.3 / 9)
    distances = [pair.distance for pair in nearest["high"]]
    assert distances == sorted(distances)
    assert len(closest_pairs(bank(), count=1)["mid"]) == 1
