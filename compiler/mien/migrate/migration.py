"""One step of a document kind from a schema version to a later one, and the edits it is made of."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

from attrs import frozen

from mien.text.node import MappingNode, Node, Path, ScalarNode, Span, at
from mien.versions import VERSIONS


@frozen(kw_only=True)
class Edit:
    """New text for a span of the old one."""

    span: Span
    text: str


Rewrite = Callable[[str, Node], Sequence[Edit]]
"""The text of a document and its nodes to the edits that bring it up to date.

Spans are of the text that is given; edits must not overlap. The text is YAML or JSON: an edit must
be good in both, as those of `rename_key` and `set_text` are. The line that names the schema is
edited for it. Keys that are not there need no edit: the document may rely on a default.
"""


@frozen(kw_only=True)
class Migration:
    """``mien/<kind>/<before>`` to ``mien/<kind>/<after>``."""

    kind: str
    before: int
    after: int
    rewrite: Rewrite


def unchanged(_text: str, _root: Node) -> Sequence[Edit]:
    """The rewrite of a version that only adds to the one before: there is nothing to edit."""
    return ()


MIGRATIONS: tuple[Migration, ...] = (
    Migration(kind="bank", before=1, after=2, rewrite=unchanged),
    Migration(kind="emotion", before=1, after=2, rewrite=unchanged),
)
"""Those of a bank's sources. Version 2 adds shapes in time, and a budget for their speed."""


def is_current(kind: str, version: int) -> bool:
    """Whether a source of that version says what one of the current version would say.

    Such a file is read as it is, and nobody is asked to rewrite it.
    """
    target = VERSIONS[kind]
    steps = way(kind, version, target, MIGRATIONS)
    return version == target or (bool(steps) and all(step.rewrite is unchanged for step in steps))


def way(
    kind: str, version: int, target: int, migrations: Sequence[Migration]
) -> tuple[Migration, ...]:
    """The migrations from one version of a kind to another, in order; empty where there is no way.

    Each goes to a later version, and from each version the one that goes furthest is taken.
    """
    steps: list[Migration] = []
    while version < target:
        onward = [one for one in migrations if one.kind == kind and version == one.before]
        fitting = [one for one in onward if version < one.after <= target]
        if not fitting:
            return ()
        step = max(fitting, key=lambda one: one.after)
        steps.append(step)
        version = step.after
    return tuple(steps)


def rename_key(root: Node, path: Path, name: str) -> list[Edit]:
    """The key at ``path`` called ``name`` from now on; nothing where there is no such key."""
    above = at(root, path[:-1])
    if not isinstance(above, MappingNode):
        return []
    return [_edit(entry.key, name) for entry in above.entries if entry.name == path[-1]]


def set_text(root: Node, path: Path, text: str) -> list[Edit]:
    """Another text for the scalar at ``path``; nothing where there is none."""
    found = at(root, path)
    return [_edit(found, text)] if isinstance(found, ScalarNode) else []


def apply(text: str, edits: Sequence[Edit]) -> str:
    """The text with every edit made.

    Raises:
        ValueError: two edits overlap.
    """
    last = len(text)
    for edit in sorted(edits, key=lambda one: one.span.start, reverse=True):
        if edit.span.end > last:
            raise ValueError("two edits of a migration overlap")
        text = text[: edit.span.start] + edit.text + text[edit.span.end :]
        last = edit.span.start
    return text


def _edit(node: ScalarNode, text: str) -> Edit:
    """In the quotes that the author used: JSON's, YAML's double ones, or none."""
    quoted = node.source.startswith(('"', "'"))
    return Edit(span=node.span, text=json.dumps(text, ensure_ascii=False) if quoted else text)
