"""The sequences that cues ask for, out of the timelines of a bank."""

from __future__ import annotations

from mien.authored.rig_checks import Complaints
from mien.bank import Bank
from mien.performance.poses import DYNAMICS
from mien.scores.record import Cue
from mien.text.node import Path as NodePath
from mien.text.suggest import did_you_mean
from mien.timelines.clip import Clip


def clip_of(bank: Bank, cue: Cue, path: NodePath, complaints: Complaints) -> Clip | None:
    """The clip of a cue's sequence; None once it is said that there is none."""
    where = (*path, "sequence")
    label = cue.state.label
    if not isinstance(label, str):
        message = "a sequence belongs to one label"
        complaints.at_value(where, "cue-refused", message, "name the label alone")
        return None
    timeline = bank.timelines.get(label)
    known = () if timeline is None else (DYNAMICS, *timeline.sequences)
    if timeline is None or cue.sequence not in known:
        message = f"{label} has no sequence {cue.sequence!r}"
        hint = f"{bank.id} {bank.version} has no timeline of {label}"
        hint = did_you_mean(str(cue.sequence), known) if known else hint
        complaints.at_value(where, "unknown-name", message, hint)
        return None
    if cue.sequence == DYNAMICS:
        return timeline.clip()
    at = cue.state.at if cue.state.at in bank.intensities else None
    return timeline.clip(cue.sequence, at)
