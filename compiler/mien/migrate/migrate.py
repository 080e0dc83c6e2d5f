"""A source text of any version to the current one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from mien.authored.versions import KINDS, VERSION
from mien.errors import SourceError
from mien.migrate.edits import apply, set_text
from mien.migrate.migration import MIGRATIONS, Migration, way
from mien.text.fault import Fault
from mien.text.json_nodes import parse_json
from mien.text.node import Node
from mien.text.peek import text as text_at
from mien.text.place import Place
from mien.text.suggest import did_you_mean
from mien.text.where import value_place
from mien.text.yaml_nodes import parse_yaml

CURRENT: Mapping[str, int] = dict.fromkeys(KINDS, VERSION)
"""The version of each kind that this program reads."""


def migrate_text(
    text: str,
    file: str,
    *,
    migrations: Sequence[Migration] = MIGRATIONS,
    current: Mapping[str, int] = CURRENT,
) -> str:
    """The document in the current version of its kind: the same text where it is current already.

    Args:
        text: YAML, or JSON where ``file`` ends in .json.
        file: the name that faults carry.
        migrations: the steps that may be taken.
        current: the version of each kind to reach.

    Raises:
        SourceError: the text cannot be read, does not say what it is, is newer than ``current``, or
            there is no way from its version.
    """
    root = _parse(text, file)
    kind, version = _says(root, file)
    if kind not in current:
        raise SourceError([_unknown(root, kind, current)])
    if version > current[kind]:
        raise SourceError([_newer(root, kind, version, current[kind])])
    steps = way(kind, version, current[kind], migrations)
    if not steps and version < current[kind]:
        raise SourceError([_no_way(root, kind, version, current[kind])])
    for step in steps:
        edits = [*step.rewrite(text, root)]
        edits += set_text(root, ("schema",), f"mien/{kind}/{step.after}")
        text = apply(text, edits)
        root = _parse(text, file)
    return text


def _parse(text: str, file: str) -> Node:
    root, faults = (parse_json if file.endswith(".json") else parse_yaml)(text, file)
    if root is None or faults:
        raise SourceError(faults)
    return root


def _says(root: Node, file: str) -> tuple[str, int]:
    found = text_at(root, "schema") or ""
    name, _, version = found.rpartition("/")
    if not name.startswith("mien/") or not version.isdecimal():
        raise SourceError(
            [
                Fault(
                    place=value_place(root, ("schema",)) if found else Place(file),
                    path="schema",
                    code="format-unknown",
                    message="the file does not say what it is",
                    hint="a source starts with `schema: mien/emotion/1` (or bank, rules, rig)",
                )
            ]
        )
    return name.removeprefix("mien/"), int(version)


def _unknown(root: Node, kind: str, known: Iterable[str]) -> Fault:
    return Fault(
        place=value_place(root, ("schema",)),
        path="schema",
        code="schema-version",
        message=f"{kind} is not a kind of source that this mien knows",
        hint=did_you_mean(kind, sorted(known)),
    )


def _newer(root: Node, kind: str, version: int, target: int) -> Fault:
    return Fault(
        place=value_place(root, ("schema",)),
        path="schema",
        code="schema-version",
        message=f"mien/{kind}/{version} is newer than this mien, which knows mien/{kind}/{target}",
        hint="upgrade mien: python -m pip install --upgrade mien",
    )


def _no_way(root: Node, kind: str, version: int, target: int) -> Fault:
    return Fault(
        place=value_place(root, ("schema",)),
        path="schema",
        code="schema-version",
        message=f"there is no way from mien/{kind}/{version} to mien/{kind}/{target}",
        hint="bring the file up to date by hand",
    )
