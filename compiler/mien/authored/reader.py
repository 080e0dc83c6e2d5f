"""A folder to an authored bank, or to everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from mien.authored.bank import NO_RULES, AuthoredBank, Document
from mien.authored.checks import check_emotion, check_emotion_channels, check_labels, check_rules
from mien.authored.documents import Sources, gather, required_keys
from mien.authored.files import ALIASES
from mien.authored.rig_checks import RigNames, check_rig, rig_names
from mien.authored.timeline_checks import check_timeline_channels, check_timeline_names
from mien.errors import SourceError
from mien.migrate.upgrade import schema_fault
from mien.text.fault import Fault
from mien.text.node import text, texts


def read_bank(path: Path) -> AuthoredBank:
    """The bank in the folder ``path``, valid against its schemas and consistent in its names.

    Its rig is found in the bank's own folder ``rigs/``, else in ``rigs/`` beside the bank, else
    among the rigs that ship. What the faces mean is not judged here: see `mien.lint`.

    Raises:
        SourceError: with every fault of every file.
    """
    return bank_of(gather(path))


def bank_of(sources: Sources) -> AuthoredBank:
    """The bank that ``sources`` spell, for those who have read them already; see `read_bank`.

    Raises:
        SourceError: with every fault of every file.
    """
    if not sources.documents:
        raise SourceError(sources.faults)
    faults = [*sources.faults, *_without_echoes(sources.faults, _all_faults(sources))]
    if faults:
        raise SourceError(faults)
    return _structure(sources)


def _all_faults(sources: Sources) -> list[Fault]:
    from mien.authored.validate import validate

    faults: list[Fault] = []
    usable: dict[str, Document] = {}
    rigs = [one.root for one in sources.documents.values() if one.kind == "rig"]
    for name, document in sources.documents.items():
        other = schema_fault(document.root, document.kind)
        if other is not None:
            faults.append(other)
            continue
        usable[PurePosixPath(name).with_suffix("").as_posix()] = document
        required = required_keys(document.kind, rigs[0]) if rigs else ()
        faults.extend(validate(document.root, document.kind, required))
    faults.extend(_name_faults(usable, sources))
    return faults


def _name_faults(usable: Mapping[str, Document], sources: Sources) -> list[Fault]:
    """Names that one document uses and another one gives."""
    faults: list[Fault] = []
    manifest = usable.get("bank")
    rig: RigNames | None = None
    for stem, document in usable.items():
        if stem.startswith("rigs/"):
            rig = rig_names(document.root)
            wanted = text(manifest.root, "rig") if manifest else None
            faults.extend(check_rig(document.root, rig, wanted).faults)
    intensities = texts(manifest.root, "intensities") if manifest else ()
    labels = texts(manifest.root, "labels") if manifest else ()
    emotions = {
        stem.removeprefix("emotions/"): document
        for stem, document in usable.items()
        if stem.startswith("emotions/")
    }
    for label, document in emotions.items():
        complaints = check_emotion(document.root, label, intensities)
        check_timeline_names(complaints, labels, intensities)
        faults.extend(complaints.faults)
        if rig is not None:
            complaints = check_emotion_channels(document.root, rig)
            check_timeline_channels(complaints, rig)
            faults.extend(complaints.faults)
    if rig is not None and "rules" in usable:
        faults.extend(check_rules(usable["rules"].root, rig).faults)
    if manifest is not None and sources.labels is not None:
        faults.extend(check_labels(manifest.root, sources.labels, emotions))
    return faults


def _without_echoes(first: list[Fault], then: list[Fault]) -> list[Fault]:
    """The later faults, less those at places where reading had a fault already."""
    taken = {fault.place for fault in first}
    return [fault for fault in then if fault.place not in taken]


def _structure(sources: Sources) -> AuthoredBank:
    from mien.authored.structure import (
        aliases_record,
        emotion_record,
        manifest_record,
        rig_record,
        rules_record,
    )

    manifest = manifest_record(sources.named("bank").root)
    rig = rig_record(sources.named(f"rigs/{manifest.rig}").root)
    has_aliases = any(document.kind == ALIASES for document in sources.documents.values())
    has_rules = any(document.kind == "rules" for document in sources.documents.values())
    return AuthoredBank(
        manifest=manifest,
        rig=rig,
        rules=rules_record(sources.named("rules").root, rig) if has_rules else NO_RULES,
        emotions=tuple(
            emotion_record(sources.named(f"emotions/{label}").root, rig, manifest.intensities)
            for label in manifest.labels
        ),
        aliases=aliases_record(sources.named(ALIASES).root) if has_aliases else {},
        documents=dict(sorted(sources.documents.items())),
    )
