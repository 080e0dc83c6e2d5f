"""The names of a mesh's morph targets, by the rules of `web/avatar/target_names.js`.

Exporters differ: names stand with the mesh or with its primitives, the shape at rest is counted
among them or not, two shapes may share a name. What is unambiguous is mended, the rest told.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from mien.gltf.cursor import Cursor
from mien.text.fault import counted

_BASIS = re.compile(r"(?:basis|neutral|base|rest)\Z", re.IGNORECASE)
"""The shape at rest, which is no target."""

_CODE = "model-targets"


def names_of_mesh(
    mesh: Cursor, primitives: Sequence[Cursor], counts: Sequence[int]
) -> tuple[str, ...]:
    """A name for each target, () where that is not certain.

    ``counts`` are the targets of each primitive.
    """
    count = counts[0] if counts else 0
    odd = next((at for at, other in enumerate(counts) if other != count), None)
    if odd is not None:
        message = f"it has {counted(counts[odd], 'morph target')}, primitive 0 has {count}"
        mesh.faults.add(primitives[odd].path, _CODE, message, "export it again", warning=True)
    owners = [mesh, *primitives]
    lists = [found for owner in owners if (found := _listed(owner["extras"]))]
    if not count:
        return ()
    names = _chosen(mesh, lists, count)
    for name in dict.fromkeys(name for name in names if names.count(name) > 1):
        message = f"several morph targets are called {name}"
        mesh.faults.add(mesh.path, _CODE, message, "give each a name of its own", warning=True)
    return names


def _listed(extras: Cursor) -> tuple[str, ...]:
    """The names in extras, which may be anything at all."""
    if not isinstance(extras.value, dict):
        return ()
    return extras["targetNames"].texts()


def _chosen(mesh: Cursor, lists: list[tuple[str, ...]], count: int) -> tuple[str, ...]:
    exact = next((names for names in lists if len(names) == count), None)
    if exact is not None:
        return exact
    shifted = next(
        (names for names in lists if len(names) == count + 1 and _BASIS.match(names[0])), None
    )
    if shifted is not None:
        message = f"{shifted[0]}, the face at rest, is named among the targets: it is left out"
        mesh.faults.add(mesh.path, _CODE, message, warning=True)
        return shifted[1:]
    if lists:
        names, shapes = counted(len(lists[0]), "name"), counted(count, "morph target")
        message = f"{names} for {shapes}: which is which is not certain, so none is used"
    else:
        message = f"{counted(count, 'morph target')} without names"
    hint = "export them with their names (extras.targetNames)"
    mesh.faults.add(mesh.path, _CODE, message, hint, warning=True)
    return ()
