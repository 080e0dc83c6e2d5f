"""A bank of one's own, made of another: sources copied with their comments, a new manifest."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from mien import resources
from mien.authored.bank import AuthoredBank, Document
from mien.authored.surroundings import orders_around
from mien.text.atomic import draft_folder
from mien.text.files import read_source
from mien.text.format import format_json, format_yaml
from mien.text.node import MappingNode

SCHEMAS = "schema"
"""The folder in the new bank that holds the schemas, for editors."""

FIRST_VERSION = "0.1.0"

_GITIGNORE = """\
# What `mien compile` writes; mien.lock is committed, the artifact is made from it anew.
build/
"""

_MODELINE = re.compile(r"^#[ \t]*yaml-language-server:.*$", re.MULTILINE)


def start_bank(bank: AuthoredBank, folder: Path, bank_id: str) -> None:
    """Write a bank called ``bank_id`` into ``folder``: all of it or nothing.

    ``folder`` is new or empty. It gets the sources of ``bank`` with its rig, in canonical form, the
    schemas that they follow, a README and a .gitignore.

    Raises:
        OSError: the folder cannot be written.
        SourceError: a source changed while it was read, and cannot be read any more.
    """
    target = folder.resolve()
    target.parent.mkdir(parents=True, exist_ok=True)
    with draft_folder(target) as draft:
        for name, document in bank.documents.items():
            path = draft / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(_source(bank, document, bank_id), encoding="utf-8", newline="\n")
        _copy_schemas(draft)
        readme = _readme(bank, bank_id)
        (draft / "README.md").write_text(readme, encoding="utf-8", newline="\n")
        (draft / ".gitignore").write_text(_GITIGNORE, encoding="utf-8", newline="\n")
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


def _source(bank: AuthoredBank, document: Document, bank_id: str) -> str:
    path = document.path
    text = read_source(path, shown=document.root.place.file, inside=path.resolve().parent)
    if PurePosixPath(document.name).stem == "bank":
        text = _replaced(text, document, _manifest_values(bank, bank_id))
    orders = orders_around(path, document.root)
    if path.suffix == ".json":
        return format_json(text, document.name, orders)
    return format_yaml(_with_modeline(text, document), document.name, orders)


def _manifest_values(bank: AuthoredBank, bank_id: str) -> Mapping[str, object]:
    origin = bank.manifest
    return {
        "id": bank_id,
        "version": FIRST_VERSION,
        "title": bank_id.replace("-", " ").replace("_", " ").title(),
        "description": f"Our own faces, started from the bank {origin.id} {origin.version}.",
        "authors": ["put your name here"],
    }


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


def _with_modeline(text: str, document: Document) -> str:
    """The text with the line that tells editors where the schema lies."""
    parts = PurePosixPath(document.name).parts
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


def _readme(bank: AuthoredBank, bank_id: str) -> str:
    origin = bank.manifest
    has_rules = any(document.kind == "rules" for document in bank.documents.values())
    rules = "- `rules.yaml`: how faces lean with valence, arousal and dominance.\n"
    return f"""\
# {bank_id}

Emotion presets, started from the bank {origin.id} {origin.version} ({origin.licence}).

- `bank.yaml`: version, labels, budgets. Put your name under `authors`.
- `emotions/`: one file a label: anchors, faces at each intensity, styles.
{rules if has_rules else ""}- `rigs/`: the channels of the face.
- `schema/`: for your editor, which completes and explains every key.

```sh
mien check .      # schema and meaning: every fault in one run
mien fmt .        # canonical order and spacing, comments kept
mien compile .    # the artifact, and mien.lock: commit the lock
mien face . {origin.labels[-1]}
```
"""
