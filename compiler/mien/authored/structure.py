"""Valid documents to records: shorthands unpacked, numbers as floats, maps in canonical order.

Records depend on what documents say and not on how they are written: maps by channel come in the
order of the rig, maps by intensity in the order of the bank, all others sorted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from itertools import chain
from typing import Any

from cattrs import Converter

from mien.authored.bank import TERMS, Manifest, Rules
from mien.authored.emotion import Emotion
from mien.authored.rig import Rig
from mien.authored.timeline import Level
from mien.text.node import Node, entries, plain, texts

Data = dict[str, Any]


@cache
def _converter() -> Converter:
    converter = Converter(detailed_validation=False)
    converter.register_structure_hook(float, _float)
    converter.register_structure_hook(Level | str, _ends)
    return converter


def _ends(value: Any, _: object) -> Level | str:  # noqa: ANN401  cattrs hands over anything
    return value if isinstance(value, str) else Level(**value)


def _float(value: Any, _: type[float]) -> float:  # noqa: ANN401  cattrs hands over anything
    return float(value) + 0.0  # -0.0 becomes 0.0


def manifest_record(root: Node) -> Manifest:
    """The record of a valid bank.yaml."""
    return _converter().structure(plain(root), Manifest)


def rig_record(root: Node) -> Rig:
    """The record of a valid rig."""
    data = _mapping(root)
    channels = [{"name": one["name"], "class_": one["class"]} for one in data["channels"]]
    names = _Names([one["name"] for one in channels], data.get("shorthands", {}))
    seal: Data = data.get("lip_seal", {"sealing": {}, "parting": []})
    units: Data = data.get("action_units", {})
    prepared: Data = {
        "description": "",
        "mirror": [],
        "antagonists": [],
        "ceilings": [],
        **data,
        "channels": channels,
        "shorthands": dict(sorted(names.shorthands.items())),
        "conjugates": [
            {**one, "channels": names.members(one["channels"])}
            for one in data.get("conjugates", [])
        ],
        "action_units": {
            int(code): {**units[code], "channels": names.unpack(units[code]["channels"])}
            for code in sorted(units, key=int)
        },
        "lip_seal": {
            "sealing": names.unpack(seal["sealing"]),
            "parting": names.members(seal["parting"]),
        },
    }
    return _converter().structure(prepared, Rig)


def rules_record(root: Node, rig: Rig) -> Rules:
    """The record of valid rules for ``rig``; pairs of overrides are spelled as the rig does."""
    data = _mapping(root)
    names = _Names(rig.names, rig.shorthands)
    spelled = {frozenset(pair.pair): list(pair.pair) for pair in rig.antagonists}
    policy: Data = data.get("antagonists", {"near": "cap", "soft": "cap"})
    trends: Data = names.unpack(data.get("trends", {}))
    prepared = {
        "strength": 0.0,
        **data,
        "trends": {
            channel: {
                "coefficients": [trend.get(term, 0.0) for term in TERMS],
                "reason": trend["reason"],
            }
            for channel, trend in trends.items()
        },
        "antagonists": {
            "near": policy["near"] == "cap",
            "soft": policy["soft"] == "cap",
            "overrides": [
                {**one, "pair": spelled[frozenset(one["pair"])]}
                for one in policy.get("overrides", [])
            ],
        },
    }
    return _converter().structure(prepared, Rules)


def emotion_record(root: Node, rig: Rig, intensities: Sequence[str]) -> Emotion:
    """The record of a valid emotion file for ``rig``."""
    data = _mapping(root)
    names = _Names(rig.names, rig.shorthands)
    styles: Data = data.get("styles", {})
    units: Data = data.get("action_units", {})
    speech: Data = data.get("speech", {"attenuation": 0.0})
    prepared: Data = {
        "sources": [],
        **data,
        "action_units": {
            part: [_action_unit(one) for one in units.get(part, [])]
            for part in ("core", "optional")
        },
        "anchors": {name: data["anchors"][name] for name in intensities},
        "archetypes": {name: names.unpack(data["archetypes"][name]) for name in intensities},
        "styles": {
            name: {
                **styles[name],
                "gain": names.unpack(styles[name].get("gain", {})),
                "offset": names.unpack(styles[name].get("offset", {})),
            }
            for name in sorted(styles)
        },
        "speech": {**speech, "channels": names.unpack(speech.get("channels", {}))},
        "dynamics": _dynamics(data["dynamics"], names) if "dynamics" in data else None,
        "sequences": {
            name: _sequence(one, names) for name, one in sorted(data.get("sequences", {}).items())
        },
    }
    return _converter().structure(prepared, Emotion)


def aliases_record(root: Node) -> Mapping[str, tuple[str, ...]]:
    """Other words for labels, by the label, of a valid aliases.yaml."""
    return {entry.name: texts(entry.value) for entry in entries(root, "labels")}


def _dynamics(written: Data, names: _Names) -> Data:
    moves = {
        part: {**written[part], "follow": names.unpack(written[part].get("follow", {}))}
        for part in ("onset", "offset")
    }
    return {**written, **moves}


def _sequence(written: Data, names: _Names) -> Data:
    """Keys with full channel names; ``from`` and ``until`` are words that attributes cannot be."""
    keys = [
        {**key, **{part: names.unpack(key.get(part, {})) for part in ("share", "weight")}}
        for key in written["keys"]
    ]
    swings = {
        part: [
            {**_span(one), "channels": names.members(one.get("channels", []))}
            for one in written.get(part, [])
        ]
        for part in ("pulses", "tremors")
    }
    loop = {"loop": _span(written["loop"])} if "loop" in written else {}
    return {**written, "keys": keys, **swings, **loop}


def _span(written: Data) -> Data:
    rest = {key: value for key, value in written.items() if key not in ("from", "until")}
    return {**rest, "begin": written["from"], "end": written["until"]}


def _mapping(root: Node) -> Data:
    value = plain(root)
    if not isinstance(value, dict):
        raise TypeError("a valid document is a mapping")
    return value


def _action_unit(written: int | float | str) -> Data:
    if isinstance(written, str):
        return {"code": int(written[1:]), "side": written[0]}
    return {"code": int(written), "side": ""}


class _Names:
    """The channels of a rig and the names that stand for them."""

    def __init__(self, channels: Iterable[str], shorthands: Mapping[str, Sequence[str]]) -> None:
        self.order = {name: position for position, name in enumerate(channels)}
        self.shorthands = shorthands

    def members(self, names: Iterable[str]) -> list[str]:
        """Full names, shorthands replaced by their members, each once."""
        own = ((name,) if name in self.order else self.shorthands[name] for name in names)
        return list(dict.fromkeys(chain.from_iterable(own)))

    def unpack(self, values: Mapping[str, Any]) -> Data:
        """Values by full channel name in rig order; a full name overrides its shorthand."""
        unpacked: Data = {}
        for name, value in values.items():
            if name not in self.order:
                unpacked.update(dict.fromkeys(self.shorthands[name], value))
        unpacked.update({name: value for name, value in values.items() if name in self.order})
        return dict(sorted(unpacked.items(), key=lambda item: self.order[item[0]]))
