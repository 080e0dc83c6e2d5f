"""Valid documents to records: shorthands unpacked, numbers as floats, maps in canonical order.

Records depend on what documents say and not on how they are written: maps by channel come in the
order of the rig, maps by intensity in the order of the bank, all others sorted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from mien.authored.bank import Budgets, Kernel, Manifest, Metric, Plateau, SlopeBudget
from mien.authored.emotion import (
    ActionUnits,
    ActionUnitUse,
    Anchor,
    Emotion,
    Exemption,
    Speech,
    Style,
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
from mien.authored.rules import TERMS, AntagonistPolicy, CapOverride, Rules, Trend
from mien.text.node import Node, plain

Data = dict[str, Any]
"""A mapping of a document; its schema has been checked, so its keys and types are known."""


def manifest_record(root: Node) -> Manifest:
    """The record of a valid bank.yaml."""
    data = _mapping(root)
    budgets: Data = data["budgets"]
    return Manifest(
        id=data["id"],
        version=data["version"],
        title=data["title"],
        description=data["description"],
        licence=data["licence"],
        authors=tuple(data["authors"]),
        rig=data["rig"],
        labels=tuple(data["labels"]),
        intensities=tuple(data["intensities"]),
        metric=Metric(**_numbers(data["metric"])),
        kernel=Kernel(name=data["kernel"]["name"], support=_number(data["kernel"]["support"])),
        plateau=Plateau(**_numbers(data["plateau"])),
        budgets=Budgets(
            slope=SlopeBudget(**_numbers(budgets["slope"])),
            separation=_number(budgets["separation"]),
            spacing=_number(budgets["spacing"]),
        ),
    )


def rig_record(root: Node) -> Rig:
    """The record of a valid rig."""
    data = _mapping(root)
    names = _Names([one["name"] for one in data["channels"]], data.get("shorthands", {}))
    seal: Data = data.get("lip_seal", {"sealing": {}, "parting": []})
    units: Data = data.get("action_units", {})
    return Rig(
        id=data["id"],
        title=data["title"],
        description=data.get("description", ""),
        channels=tuple(
            Channel(name=one["name"], class_=ChannelClass(one["class"])) for one in data["channels"]
        ),
        shorthands={name: tuple(names.shorthands[name]) for name in sorted(names.shorthands)},
        mirror=tuple(_pair(one) for one in data.get("mirror", [])),
        antagonists=tuple(
            Antagonist(
                pair=_pair(one["pair"]),
                kind=PairKind(one["kind"]),
                cap=_number(one["cap"]),
                reason=one["reason"],
            )
            for one in data.get("antagonists", [])
        ),
        ceilings=tuple(
            Ceiling(
                channel=one["channel"],
                under=one["under"],
                slack=_number(one["slack"]),
                reason=one["reason"],
            )
            for one in data.get("ceilings", [])
        ),
        conjugates=tuple(
            Conjugate(channels=names.members(one["channels"]), reason=one["reason"])
            for one in data.get("conjugates", [])
        ),
        action_units={
            int(code): ActionUnit(
                name=units[code]["name"], channels=names.weights(units[code]["channels"])
            )
            for code in sorted(units, key=int)
        },
        lip_seal=LipSeal(
            sealing=names.weights(seal["sealing"]), parting=names.members(seal["parting"])
        ),
    )


def rules_record(root: Node, rig: Rig) -> Rules:
    """The record of valid rules for ``rig``; pairs of overrides are spelled as the rig does."""
    data = _mapping(root)
    names = _Names(rig.names, rig.shorthands)
    spelled = {frozenset(pair.pair): pair.pair for pair in rig.antagonists}
    policy: Data = data["antagonists"]
    return Rules(
        description=data.get("description", ""),
        strength=_number(data["strength"]),
        trends={
            channel: Trend(
                coefficients=tuple(_number(trend.get(term, 0.0)) for term in TERMS),
                reason=trend["reason"],
            )
            for channel, trend in names.unpack(data["trends"]).items()
        },
        antagonists=AntagonistPolicy(
            near=policy["near"] == "cap",
            soft=policy["soft"] == "cap",
            overrides=tuple(
                CapOverride(
                    pair=spelled[frozenset(one["pair"])],
                    cap=_number(one["cap"]),
                    reason=one["reason"],
                )
                for one in policy.get("overrides", [])
            ),
        ),
    )


def emotion_record(root: Node, rig: Rig, intensities: Sequence[str]) -> Emotion:
    """The record of a valid emotion file for ``rig``."""
    data = _mapping(root)
    names = _Names(rig.names, rig.shorthands)
    styles: Data = data.get("styles", {})
    units: Data = data["action_units"]
    speech: Data = data["speech"]
    return Emotion(
        label=data["label"],
        title=data["title"],
        description=data["description"],
        sources=tuple(data.get("sources", [])),
        action_units=ActionUnits(
            core=tuple(_action_unit(one) for one in units.get("core", [])),
            optional=tuple(_action_unit(one) for one in units.get("optional", [])),
        ),
        anchors={name: _anchor(data["anchors"][name]) for name in intensities},
        archetypes={name: names.weights(data["archetypes"][name]) for name in intensities},
        styles={
            name: Style(
                description=styles[name]["description"],
                anchor=_anchor(styles[name]["anchor"]),
                gain=names.weights(styles[name].get("gain", {})),
                offset=names.weights(styles[name].get("offset", {})),
            )
            for name in sorted(styles)
        },
        speech=Speech(
            attenuation=_number(speech["attenuation"]),
            channels=names.weights(speech.get("channels", {})),
        ),
        exceptions=tuple(
            Exemption(rule=one["rule"], subject=one["subject"], reason=one["reason"])
            for one in data.get("exceptions", [])
        ),
        head=data.get("head", ""),
        gaze=data.get("gaze", ""),
        asymmetry=data.get("asymmetry", ""),
        timing=data.get("timing", ""),
    )


def _mapping(root: Node) -> Data:
    value = plain(root)
    if not isinstance(value, dict):
        raise TypeError("a valid document is a mapping")
    return value


def _number(value: float) -> float:
    return float(value) + 0.0  # -0.0 becomes 0.0


def _numbers(values: Mapping[str, float]) -> dict[str, float]:
    return {name: _number(value) for name, value in values.items()}


def _pair(names: Sequence[str]) -> tuple[str, str]:
    first, second = names
    return first, second


def _anchor(written: Data) -> Anchor:
    valence, arousal, dominance = written["vad"]
    return Anchor(
        vad=(_number(valence), _number(arousal), _number(dominance)), basis=written["basis"]
    )


def _action_unit(written: int | float | str) -> ActionUnitUse:
    if isinstance(written, str):
        return ActionUnitUse(code=int(written[1:]), side=written[0])
    return ActionUnitUse(code=int(written), side="")


class _Names:
    """The channels of a rig and the names that stand for them."""

    def __init__(self, channels: Iterable[str], shorthands: Mapping[str, Sequence[str]]) -> None:
        self.order = {name: position for position, name in enumerate(channels)}
        self.shorthands = shorthands

    def members(self, names: Iterable[str]) -> tuple[str, ...]:
        """Full names, shorthands replaced by their members, each once."""
        full = (one for name in names for one in self._expand(name))
        return tuple(dict.fromkeys(full))

    def unpack(self, values: Mapping[str, Any]) -> Data:
        """Values by full channel name in rig order; a full name overrides its shorthand."""
        unpacked: Data = {}
        for name, value in values.items():
            if name not in self.order:
                unpacked.update(dict.fromkeys(self.shorthands[name], value))
        unpacked.update({name: value for name, value in values.items() if name in self.order})
        return dict(sorted(unpacked.items(), key=lambda item: self.order[item[0]]))

    def weights(self, values: Mapping[str, float]) -> dict[str, float]:
        """Numbers, unpacked."""
        return _numbers(self.unpack(values))

    def _expand(self, name: str) -> Sequence[str]:
        return (name,) if name in self.order else self.shorthands[name]
