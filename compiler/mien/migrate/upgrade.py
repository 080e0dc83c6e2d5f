"""A document of any version to the current one: as text for a file, or in memory for a reader."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, cast

from attrs import evolve

from mien.errors import SourceError
from mien.migrate import migration
from mien.migrate.migration import Migration, apply, set_text, unchanged, way
from mien.text.fault import Fault, fault, fault_at, refusal
from mien.text.json_nodes import parse_json
from mien.text.node import MappingNode, Node, Place, ScalarNode, plain, value_place
from mien.text.node import text as text_at
from mien.text.suggest import did_you_mean
from mien.text.yaml_nodes import parse_yaml
from mien.versions import SOURCES, VERSIONS, schema_name

_SCHEMA = re.compile(r"mien/([a-z][a-z-]*)/(0|[1-9][0-9]{0,5})\Z")


def migrate_text(text: str, file: str, migrations: Sequence[Migration] | None = None) -> str:
    """The document in the current version of its kind: the same text where it is current already.

    Args:
        text: YAML, or JSON where ``file`` ends in .json.
        file: the name that faults carry.
        migrations: the steps that may be taken; by default those of a bank's sources.

    Raises:
        SourceError: the text cannot be read, does not say what it is, is newer than this program,
            or there is no way from its version.
    """
    root = _parse(text, file)
    match = _SCHEMA.match(text_at(root, "schema") or "")
    if match is None or match[1] not in VERSIONS:
        raise SourceError([_unknown(root, file)])
    wrong, steps = _way(root, match[1], migrations)
    if wrong is not None:
        raise SourceError([wrong])
    return _migrated(text, root, file, steps)[0]


def upgrade(
    text: str, root: Node, file: str, kind: str, migrations: Sequence[Migration] | None = None
) -> Node:
    """The nodes of a document in the current version of ``kind``, for a reader.

    ``root`` itself where it is current, or where `schema_fault` says why it cannot be read. Places
    in the new nodes are those of the text that `migrate_text` would give.

    Args:
        text: the document, YAML, or JSON where ``file`` ends in .json.
        root: its nodes.
        file: the name that faults carry.
        kind: the kind that is expected here.
        migrations: as for `migrate_text`.
    """
    _, steps = _way(root, kind, migrations)
    if steps and all(step.rewrite is unchanged for step in steps):
        return _saying(root, schema_name(kind))
    return _migrated(text, root, file, steps)[1]


def upgrade_json(
    document: Mapping[str, Any], file: str, kind: str, migrations: Sequence[Migration]
) -> dict[str, Any]:
    """As `upgrade`, of a JSON document that a program stored, such as a checkpoint's config.

    Raises:
        SourceError: as `migrate_text`, and where the document is of another kind.
    """
    text = json.dumps(document)
    root = _parse(text, ".json")
    wrong, steps = _way(root, kind, migrations)
    if wrong is not None:
        raise refusal(file, wrong.code, wrong.message, wrong.hint, path="schema")
    if not steps:
        return dict(document)
    return cast("dict[str, Any]", plain(_migrated(text, root, ".json", steps)[1]))


def schema_fault(
    root: Node, kind: str, migrations: Sequence[Migration] | None = None
) -> Fault | None:
    """The fault of a document that says it is none of ``kind`` in its current version.

    Where ``migrations`` lead from its version to the current one, the hint names `mien migrate`;
    `upgrade` takes such a document there without touching its file. A version to which the current
    one only adds is as good.
    """
    wrong, steps = _way(root, kind, migrations)
    if all(step.rewrite is unchanged for step in steps):
        return wrong
    message = "`mien migrate` with the file or its bank's folder brings it up to date"
    return _fault(root, f"{text_at(root, 'schema')} is older than {schema_name(kind)}", message)


def written_version(root: Node, kind: str) -> int:
    """The version that a document of ``kind`` says; the current one where it says none."""
    match = _SCHEMA.match(text_at(root, "schema") or "")
    return int(match[2]) if match is not None and match[1] == kind else VERSIONS[kind]


def _way(
    root: Node, kind: str, migrations: Sequence[Migration] | None
) -> tuple[Fault | None, tuple[Migration, ...]]:
    """Why the document cannot be brought to the current version of ``kind``, or the steps to it."""
    found = text_at(root, "schema")
    wanted = schema_name(kind)
    if found is None or found == wanted:
        return None, ()
    match = _SCHEMA.match(found)
    if match is None or match[1] not in VERSIONS:
        names = [schema_name(one) for one in {**dict.fromkeys(SOURCES), kind: None}]
        wrong = _fault(root, f"expected {wanted}, found {found}", did_you_mean(found, names))
        return wrong, ()
    version = int(match[2])
    if match[1] != kind:
        message = f"expected a file of kind {kind}, found one of kind {match[1]}"
        return _fault(root, message, f"is the file in the right place? {wanted} belongs here"), ()
    if version > VERSIONS[kind]:
        message = f"{found} is newer than this mien, which knows {wanted}"
        return _fault(root, message, "upgrade mien: python -m pip install --upgrade mien"), ()
    steps = way(
        kind, version, VERSIONS[kind], migration.MIGRATIONS if migrations is None else migrations
    )
    if steps:
        return None, steps
    message = f"{found} is older than {wanted}, and there is no way from it"
    return _fault(root, message, f"bring the file up to date by hand and write {wanted}"), ()


def _migrated(text: str, root: Node, file: str, steps: Sequence[Migration]) -> tuple[str, Node]:
    for step in steps:
        edits = [*step.rewrite(text, root)]
        edits += set_text(root, ("schema",), f"mien/{step.kind}/{step.after}")
        text = apply(text, edits)
        root = _parse(text, file)
    return text, root


def _saying(root: Node, schema: str) -> Node:
    """The same nodes in the same places, with another schema."""
    if not isinstance(root, MappingNode):
        return root
    return evolve(
        root,
        entries=tuple(
            evolve(entry, value=evolve(entry.value, value=schema, source=schema))
            if entry.name == "schema" and isinstance(entry.value, ScalarNode)
            else entry
            for entry in root.entries
        ),
    )


def _parse(text: str, file: str) -> Node:
    root, faults = (parse_json if file.endswith(".json") else parse_yaml)(text, file)
    if root is None or faults:
        raise SourceError(faults)
    return root


def _unknown(root: Node, file: str) -> Fault:
    found = text_at(root, "schema") or ""
    match = _SCHEMA.match(found)
    if match is not None:
        message = f"{match[1]} is not a kind of source that this mien knows"
        return _fault(root, message, did_you_mean(match[1], sorted(VERSIONS)))
    message = "the file does not say what it is"
    hint = "a source starts with `schema: mien/emotion/2` (or bank, rules, rig)"
    place = value_place(root, ("schema",)) if found else Place(file)
    return fault(place, "format-unknown", message, hint, path="schema")


def _fault(root: Node, message: str, hint: str) -> Fault:
    return fault_at(root, ("schema",), "schema-version", message, hint)
