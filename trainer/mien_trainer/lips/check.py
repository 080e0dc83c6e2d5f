"""What a schema cannot say about a table of visemes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from unicodedata import normalize

from mien.authored.rig_checks import Complaints, RigNames, check_channel_items, check_channel_keys
from mien.text.node import Node, Path, entries, text, texts
from mien.text.suggest import did_you_mean
from mien_trainer.lips.table import VisemeTable
from mien_trainer.phonemes import SILENCE


def check_names(root: Node, rig: RigNames) -> Complaints:
    """Names that are used and given nowhere, or given twice; ``root`` is valid by its schema."""
    complaints = Complaints(root=root)
    groups = _names(root, "groups")
    visemes = _names(root, "visemes")
    owners = _groups(complaints, groups, rig)
    for name in _names(root, "classes"):
        for group in _names(root, "classes", name, "strength"):
            _known(complaints, ("classes", name, "strength", group), group, groups, key=True)
    for name in _names(root, "contacts"):
        check_channel_items(complaints, ("contacts", name, "holds"), rig, shorthands=True)
    for name in visemes:
        _viseme(complaints, name, rig, owners)
    for glide, steps in ((one, texts(root, "glides", one)) for one in _names(root, "glides")):
        for position, step in enumerate(steps):
            _known(complaints, ("glides", glide, position), step, visemes)
    _known(complaints, ("fallback",), text(root, "fallback") or "", visemes)
    _sounds(complaints, visemes)
    return complaints


def check_shapes(root: Node, table: VisemeTable) -> Complaints:
    """Weights that a face cannot show, and contacts that do not close."""
    complaints = Complaints(root=root)
    for name, viseme in table.visemes.items():
        path: Path = ("visemes", name, "weights")
        for message, hint in _conflicts(table, viseme.weights):
            complaints.at_key(path, "viseme-conflict", message, hint)
        sealing = table.rig.lip_seal.sealing.items()
        sealed = any(viseme.weights.get(channel, 0.0) >= level for channel, level in sealing)
        if viseme.contact is not None and not sealed:
            levels = " or ".join(f"{channel} {level:g}" for channel, level in sealing)
            message = f"{name} keeps contact and does not seal: an expression would part it"
            complaints.at_key(path, "contact-open", message, f"the rig seals from {levels}")
    return complaints


def _groups(complaints: Complaints, groups: Iterable[str], rig: RigNames) -> dict[str, str]:
    """The group of each channel."""
    owners: dict[str, str] = {}
    for group in groups:
        path: Path = ("groups", group, "channels")
        for name in check_channel_items(complaints, path, rig, shorthands=True):
            for channel in rig.expand(name):
                if owners.setdefault(channel, group) != group:
                    message = f"{channel} is in the groups {owners[channel]} and {group}"
                    hint = "keep it in one of the two"
                    complaints.at_value(path, "repeated-channel", message, hint)
    return owners


def _viseme(complaints: Complaints, name: str, rig: RigNames, owners: dict[str, str]) -> None:
    root = complaints.root
    here: Path = ("visemes", name)
    class_ = text(root, *here, "class") or ""
    _known(complaints, (*here, "class"), class_, _names(root, "classes"))
    contact = text(root, *here, "contact")
    if contact is not None:
        _known(complaints, (*here, "contact"), contact, _names(root, "contacts"))
    check_channel_keys(complaints, (*here, "weights"), rig)
    for key in _names(root, *here, "weights"):
        for channel in rig.expand(key):
            if channel not in owners:
                message = f"{channel} is in no group, so nothing says how it moves"
                hint = "put it under groups, or leave it to the expression"
                complaints.at_key((*here, "weights", key), "channel-without-group", message, hint)


def _sounds(complaints: Complaints, visemes: Iterable[str]) -> None:
    """Each symbol stands once, and silence is among them."""
    root = complaints.root
    places: dict[str, str] = {}
    listed: list[tuple[Path, str, str]] = [
        (("visemes", name, "sounds", position), name, sound)
        for name in visemes
        for position, sound in enumerate(texts(root, "visemes", name, "sounds"))
    ]
    listed += [(("glides", sound), "glides", sound) for sound in _names(root, "glides")]
    for path, owner, sound in listed:
        spelled = normalize("NFD", sound)
        if spelled in places:
            message = f"the sound {sound} stands under {places[spelled]} already"
            complaints.at_key(path, "repeated-sound", message, "keep one of the two")
        places.setdefault(spelled, owner)
    if SILENCE not in places:
        message = f"no viseme has the sound {SILENCE}, which stands for silence"
        hint = "give one without weights that sound"
        complaints.at_value(("visemes",), "silence-missing", message, hint)


def _conflicts(table: VisemeTable, weights: Mapping[str, float]) -> Iterator[tuple[str, str]]:
    for pair in table.rig.antagonists:
        low = min(weights.get(channel, 0.0) for channel in pair.pair)
        if low > pair.cap:
            yield (
                f"{' and '.join(pair.pair)} are both at {low:g}: the rig allows {pair.cap:g}",
                pair.reason,
            )
    for ceiling in table.rig.ceilings:
        high = weights.get(ceiling.under, 0.0) + ceiling.slack
        if weights.get(ceiling.channel, 0.0) > high:
            yield f"{ceiling.channel} is over {ceiling.under} + {ceiling.slack:g}", ceiling.reason


def _known(
    complaints: Complaints, path: Path, name: str, known: Iterable[str], *, key: bool = False
) -> None:
    names = tuple(known)
    if name in names:
        return
    complain = complaints.at_key if key else complaints.at_value
    hint = did_you_mean(name, names) or f"known: {', '.join(names)}"
    complain(path, "unknown-name", f"there is no {name}", hint)


def _names(root: Node, *path: str | int) -> tuple[str, ...]:
    return tuple(entry.name for entry in entries(root, *path))
