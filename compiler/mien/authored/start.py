"""A bank of one's own, made of another: sources copied with their comments, a new manifest."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from pathlib import Path, PurePosixPath

from mien import resources
from mien.authored.bank import AuthoredBank, Document
from mien.authored.documents import read_valid, required_keys
from mien.authored.rig_checks import check_rig, rig_names
from mien.authored.surroundings import orders_around
from mien.errors import SourceError
from mien.migrate.upgrade import migrate_text
from mien.text.atomic import draft_folder
from mien.text.files import read_source, shown_path
from mien.text.format import Orders, format_json, format_yaml
from mien.text.node import MappingNode, items, text

SCHEMAS = "schema"
"""The folder in the new bank that holds the schemas, for editors."""

FIRST_VERSION = "0.1.0"

_GITIGNORE = """\
# What `mien compile` writes; mien.lock is committed, the artifact is made from it anew.
build/
"""

_MODELINE = re.compile(r"^#[ \t]*yaml-language-server:.*$", re.MULTILINE)


def start_bank(bank: AuthoredBank, folder: Path, bank_id: str, title: str) -> None:
    """Write a bank called ``bank_id``, for people ``title``, into ``folder``: all of it or nothing.

    ``folder`` is new or empty. It gets the sources of ``bank`` with its rig, in canonical form, the
    schemas that they follow, a README and a .gitignore.

    Raises:
        OSError: the folder cannot be written.
        SourceError: a source changed while it was read, and cannot be read any more.
    """
    origin = bank.manifest
    values = {
        "id": bank_id,
        "version": FIRST_VERSION,
        "title": title,
        "description": f"Our own faces, started from the bank {origin.id} {origin.version}.",
        "authors": ["put your name here"],
    }
    texts = {name: _source(one, values) for name, one in bank.documents.items()}
    started = f"the bank {origin.id} {origin.version} ({origin.licence})"
    texts["README.md"] = _readme(title, started, texts, origin.labels[-1], "name")
    _write(folder, texts)


def start_on_rig(rig: Path, folder: Path, bank_id: str, title: str) -> str:
    """Write a bank called ``bank_id`` for the rig in the file ``rig``, and return the rig's id.

    The bank has one label, neutral, at rest at every intensity, and what the rig asks for beside
    it; a bank of more labels grows from there. ``folder`` and ``title`` are as for `start_bank`.

    Raises:
        OSError: the folder cannot be written.
        SourceError: with every fault of the rig.
    """
    root = read_valid(rig, "rig")
    faults = check_rig(root, rig_names(root), None).faults
    if faults:
        raise SourceError(faults)
    rig_id = text(root, "id") or rig.stem
    source = read_source(rig, shown=shown_path(rig), inside=rig.resolve().parent)
    place = f"rigs/{rig_id}{rig.suffix}"
    is_json = rig.suffix == ".json"
    values = {"id": bank_id, "title": title, "rig": rig_id}
    manifest = _MANIFEST.format(
        **{key: json.dumps(value, ensure_ascii=False) for key, value in values.items()},
        **_budgets(len(items(root, "channels"))),
    )
    keys = required_keys("emotion", root)
    neutral = _NEUTRAL
    neutral += "action_units: {core: []}\n" if "action_units" in keys else ""
    neutral += "speech: {attenuation: 0.5}\n" if "speech" in keys else ""
    texts = {
        place: format_json(source, place) if is_json else _yaml(source, place),
        "bank.yaml": _yaml(manifest, "bank.yaml"),
        "emotions/neutral.yaml": _yaml(neutral, "emotions/neutral.yaml"),
    }
    if required_keys("rules", root):
        texts["rules.yaml"] = _yaml(_RULES, "rules.yaml")
    texts["README.md"] = _readme(
        title, f"the rig {rig_id}", texts, "neutral", "licence under `licence`, and your name"
    )
    _write(folder, texts)
    return rig_id


_MANIFEST = """\
schema: mien/bank/2
id: {id}
version: 0.1.0
title: {title}
description: Our own faces on our own rig.
licence: put your licence here, such as CC0-1.0
authors: [put your name here]
rig: {rig}
labels: [neutral]
intensities: [low, mid, high]
metric: {{valence: 1, arousal: 0.8, dominance: 0.5}}
kernel: {{name: wendland-c2, support: 1.6}}
plateau: {{reach: 0.96, flat: 0.25}}
budgets:
  # The mean is over the channels that the bank can move: the fewer they are, the larger it is.
  slope: {{mean: {mean:g}, channel: 5}}
  # A mean over all channels: the more they are, the smaller it is.
  separation: {separation:g}
  spacing: 0.3
"""


def _budgets(channels: int) -> Mapping[str, float]:
    """The budgets of the bank that ships, for faces that move as many channels of another rig."""
    return {
        "mean": min(5.0, max(1.0, round(50 / channels, 1))),
        "separation": min(0.03, max(0.001, round(1.5 / channels, 3))),
    }


_NEUTRAL = """\
schema: mien/emotion/2
label: neutral
title: Neutral
description: A face at rest.
anchors:
  low: {vad: [0, -0.45, 0], basis: rest with low arousal}
  mid: {vad: [0, 0, 0], basis: the origin}
  high: {vad: [0.08, 0.42, 0.14], basis: rest with raised arousal}
archetypes:
  low: {}
  mid: {}
  high: {}
"""

_RULES = """\
schema: mien/rules/1
antagonists: {near: cap, soft: cap}
"""


def _write(folder: Path, texts: Mapping[str, str]) -> None:
    """All the files by their names in ``folder``, with the schemas, or nothing."""
    target = folder.resolve()
    target.parent.mkdir(parents=True, exist_ok=True)
    with draft_folder(target) as draft:
        for name, content in {**texts, ".gitignore": _GITIGNORE}.items():
            path = draft / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(content, encoding="utf-8", newline="\n")
        _copy_schemas(draft)
        _publish(draft, target)


def _publish(draft: Path, target: Path) -> None:
    """Give the draft its name; only the folder that people stand in is filled instead."""
    if target == Path.cwd():
        for path in sorted(draft.iterdir(), key=lambda path: path.name.startswith("bank.")):
            path.rename(target / path.name)
        return
    draft.chmod((target if target.exists() else draft / SCHEMAS).stat().st_mode)
    if target.exists():
        target.rmdir()
    draft.rename(target)


def _source(document: Document, values: Mapping[str, object]) -> str:
    path = document.path
    text = read_source(path, shown=document.root.place.file, inside=path.resolve().parent)
    if PurePosixPath(document.name).stem == "bank":
        text = _replaced(text, document, values)
    text = migrate_text(text, document.name)
    orders = orders_around(path, document.root)
    if path.suffix == ".json":
        return format_json(text, document.name, orders)
    return _yaml(text, document.name, orders)


def _yaml(text: str, name: str, orders: Orders | None = None) -> str:
    return format_yaml(_with_modeline(text, name), name, orders or Orders())


def _replaced(text: str, document: Document, values: Mapping[str, object]) -> str:
    """The text with the values of some top-level keys replaced; JSON is also YAML."""
    root = document.root
    entries = root.entries if isinstance(root, MappingNode) else ()
    for entry in sorted(entries, key=lambda entry: -entry.value.span.start):
        if entry.name in values:
            span = entry.value.span
            ending = "\n" if text[span.start : span.end].endswith("\n") else ""
            written = json.dumps(values[entry.name], ensure_ascii=False)
            text = text[: span.start] + written + ending + text[span.end :]
    return text


def _with_modeline(text: str, name: str) -> str:
    """The text of the source ``name`` with the line that tells editors where the schema lies."""
    parts = PurePosixPath(name).parts
    kind = {"emotions": "emotion", "rigs": "rig"}.get(parts[0], PurePosixPath(parts[0]).stem)
    line = f"# yaml-language-server: $schema={'../' * (len(parts) - 1)}{SCHEMAS}/{kind}.schema.json"
    if _MODELINE.search(text):
        return _MODELINE.sub(line, text, count=1)
    return f"{line}\n{text}"


def _copy_schemas(folder: Path) -> None:
    (folder / SCHEMAS).mkdir()
    for kind in ("bank", "emotion", "rig", "rules"):
        name = f"{kind}.schema.json"
        (folder / SCHEMAS / name).write_bytes((resources.schemas() / name).read_bytes())


def _readme(title: str, started: str, names: Collection[str], label: str, put: str) -> str:
    rules = "- `rules.yaml`: how faces lean with valence, arousal and dominance.\n"
    if not {"rules.yaml", "rules.json"} & set(names):
        rules = ""
    return f"""\
# {title}

Emotion presets, started from {started}.

- `bank.yaml`: version, labels, budgets. Put your {put} under `authors`.
- `emotions/`: one file a label: anchors, faces at each intensity, styles.
{rules}- `rigs/`: the channels of the face.
- `schema/`: for your editor, which completes and explains every key.

```sh
mien check .      # schema and meaning: every fault in one run
mien fmt .        # canonical order and spacing, comments kept
mien compile .    # the artifact, and mien.lock: commit the lock
mien face . {label}
```
"""
