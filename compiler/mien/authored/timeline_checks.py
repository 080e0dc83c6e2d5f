"""What a schema cannot say about a label's shape in time: its names, and the order of its keys."""

from __future__ import annotations

from collections.abc import Sequence

from mien.authored.rig_checks import Complaints, RigNames, check_channel_items, check_channel_keys
from mien.text.node import Path, at, entries, items, number, text, texts
from mien.text.suggest import did_you_mean


def check_timeline_names(
    complaints: Complaints, labels: Sequence[str], intensities: Sequence[str]
) -> None:
    """Labels, intensities, styles and sequences that must exist."""
    root = complaints.root
    sequences = [entry.name for entry in entries(root, "sequences")]
    styles = [entry.name for entry in entries(root, "styles")]
    if at(root, ("dynamics",)) is not None:
        _known(complaints, ("dynamics", "usual"), sequences, code="unknown-sequence")
        for position in range(len(items(root, "dynamics", "then", "labels"))):
            _known(
                complaints, ("dynamics", "then", "labels", position), labels, code="unknown-label"
            )
        if text(root, "dynamics", "kind") == "sequence" and not text(root, "dynamics", "usual"):
            message = "a label of kind sequence says under usual which sequence it is"
            hint = "write usual: and the name of one of its sequences"
            complaints.at_value(("dynamics", "kind"), "usual-missing", message, hint)
    for name in sequences:
        head: Path = ("sequences", name)
        _known(complaints, (*head, "ends", "label"), labels, code="unknown-label")
        _known(complaints, (*head, "ends", "at"), intensities, code="unknown-intensity")
        for position, _ in enumerate(items(root, *head, "keys")):
            key = (*head, "keys", position)
            _known(complaints, (*key, "style"), styles, code="unknown-style")
            _known(complaints, (*key, "like", "label"), labels, code="unknown-label")
            _known(complaints, (*key, "like", "at"), intensities, code="unknown-intensity")
            _levels(complaints, key, intensities)
        for part in ("pulses", "tremors"):
            for position, _ in enumerate(items(root, *head, part)):
                _levels(complaints, (*head, part, position), intensities)
        _order(complaints, head)


def check_timeline_channels(complaints: Complaints, rig: RigNames) -> None:
    """Channels that the rig must know."""
    root = complaints.root
    for part in ("onset", "offset"):
        check_channel_keys(complaints, ("dynamics", part, "follow"), rig)
    for entry in entries(root, "sequences"):
        for position, _ in enumerate(items(entry.value, "keys")):
            for part in ("share", "weight"):
                check_channel_keys(
                    complaints, ("sequences", entry.name, "keys", position, part), rig
                )
        for part in ("pulses", "tremors"):
            for position, _ in enumerate(items(entry.value, part)):
                path: Path = ("sequences", entry.name, part, position, "channels")
                check_channel_items(complaints, path, rig, shorthands=True)


def _known(complaints: Complaints, path: Path, known: Sequence[str], *, code: str) -> None:
    what = code.removeprefix("unknown-")
    name = text(complaints.root, *path)
    if name is None or name in known or (not known and what not in ("sequence", "style")):
        return  # without a manifest, nobody knows the labels and intensities
    message = f"there is no {what} {name} here"
    complaints.at_value(path, code, message, did_you_mean(name, known))


def _levels(complaints: Complaints, path: Path, intensities: Sequence[str]) -> None:
    for position in range(len(texts(complaints.root, *path, "at"))):
        _known(complaints, (*path, "at", position), intensities, code="unknown-intensity")


def _order(complaints: Complaints, head: Path) -> None:
    """Keys in order of time, none of them twice, and stretches that have a length."""
    root = complaints.root
    before: float | None = None
    for position, key in enumerate(items(root, *head, "keys")):
        t, over = number(key, "t"), number(key, "over")
        if t is None:
            continue
        if before is not None and t < before:
            message = f"the key at {t:g} ms comes after one at {before:g} ms"
            hint = "keys stand in the order of their times"
            complaints.at_value((*head, "keys", position, "t"), "key-order", message, hint)
        if over is not None and over > t:
            message = f"a movement of {over:g} ms that ends at {t:g} ms begins before the sequence"
            hint = f"{t:g} at most"
            complaints.at_value((*head, "keys", position, "over"), "key-over", message, hint)
        before = t if before is None else max(before, t)
    stretches: list[Path] = [
        (*head, part, position)
        for part in ("pulses", "tremors")
        for position in range(len(items(root, *head, part)))
    ]
    if at(root, (*head, "loop")) is not None:
        stretches.append((*head, "loop"))
    for path in stretches:
        begin, end = number(root, *path, "from"), number(root, *path, "until")
        if begin is not None and end is not None and end <= begin:
            message = f"from {begin:g} until {end:g} ms is no time at all"
            hint = "until is later than from"
            complaints.at_value((*path, "until"), "stretch-empty", message, hint)
