"""One step of a document kind from a schema version to a later one."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from attrs import frozen

from mien.text.node import Node, Span


@frozen(kw_only=True)
class Edit:
    """New text for a span of the old one."""

    span: Span
    text: str


Rewrite = Callable[[str, Node], Sequence[Edit]]
"""The text of a document and its nodes to the edits that bring it up to date.

Spans are of the text that is given. The line that names the schema is edited for it.
"""


@frozen(kw_only=True)
class Migration:
    """``mien/<kind>/<before>`` to ``mien/<kind>/<after>``."""

    kind: str
    before: int
    after: int
    rewrite: Rewrite


MIGRATIONS: tuple[Migration, ...] = ()
"""Every migration there is. All kinds are at their first version, so there is none yet."""


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
