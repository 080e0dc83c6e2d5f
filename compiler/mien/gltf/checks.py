"""Whether the parts of a model fit together: nodes make trees, ranges lie in their buffers."""

from __future__ import annotations

import re
from collections.abc import Sequence

from attrs import evolve

from mien.gltf.container import Container
from mien.gltf.faults import ModelFaults
from mien.gltf.model import WIDTHS, Accessor, Buffer, Mesh, Node, View

SIZES = {5120: 1, 5121: 1, 5122: 2, 5123: 2, 5125: 4, 5126: 4}
"""Bytes of a number, by the type of its accessor's component."""

MOST_ZEROS = 1 << 24
"""Numbers that an accessor may have without a byte in the file."""

DATA_URI = re.compile(r"data:[^,]{0,200};base64,")
_CODE = "model-range"


def check_nodes(nodes: list[Node], faults: ModelFaults) -> tuple[Node, ...]:
    """The nodes with their parents; a fault where one has two, or is its own ancestor."""
    parents: dict[int, int] = {}
    for at, node in enumerate(nodes):
        for child in node.children:
            first = parents.setdefault(child, at)
            if first != at or node.children.count(child) > 1:
                message = f"node {child} is a child of node {first}, too"
                faults.add(("nodes", at, "children"), "model-structure", message)
    settled: set[int] = set()
    for start in range(len(nodes)):
        walked: dict[int, None] = {}
        up: int | None = start
        while up is not None and up not in settled and up not in walked:
            walked[up] = None
            up = parents.get(up)
        if up is not None and up in walked:
            faults.add(("nodes", up), "model-structure", f"node {up} is its own ancestor")
        settled.update(walked)
    return tuple(evolve(node, parent=parents.get(at)) for at, node in enumerate(nodes))


def check_buffers(
    container: Container, buffers: Sequence[Buffer], views: Sequence[View], faults: ModelFaults
) -> None:
    """Faults where a buffer says more than its bytes, or a view more than its buffer."""
    for at, buffer in enumerate(buffers):
        there = _available(container, buffer, at)
        if there is None:
            message = "it has neither a uri nor a binary chunk: its bytes are missing"
            faults.add(("buffers", at), "model-buffer", message, "export it as one .glb")
        elif buffer.length > there >= 0:
            message = f"it says {buffer.length:,} bytes, there are {there:,}"
            faults.add(("buffers", at, "byteLength"), "model-buffer", message)
    for at, view in enumerate(views):
        end, most = view.start + view.length, buffers[view.buffer].length if buffers else 0
        if end > most and not view.packed:
            message = f"it ends at byte {end:,} of buffer {view.buffer}, which has {most:,}"
            faults.add(("bufferViews", at), _CODE, message)


def check_accessors(
    accessors: Sequence[Accessor],
    views: Sequence[View],
    meshes: Sequence[Mesh],
    faults: ModelFaults,
) -> None:
    """Faults where an accessor leaves its view, or a target moves other points than there are."""
    for at, accessor in enumerate(accessors):
        size = element_size(accessor)
        _check_range(
            ("accessors", at), accessor.view, accessor.start, accessor, size, views, faults
        )
        if accessor.view is None and accessor.count > MOST_ZEROS:
            message = f"{accessor.count:,} elements without a byte, expected at most {MOST_ZEROS:,}"
            faults.add(("accessors", at, "count"), _CODE, message)
        _check_sparse(at, accessor, views, faults)
    for at, mesh in enumerate(meshes):
        for number, primitive in enumerate(mesh.primitives):
            if primitive.positions is None:
                continue
            points = accessors[primitive.positions].count
            for place, target in enumerate(primitive.targets):
                if target is not None and accessors[target].count != points:
                    path = ("meshes", at, "primitives", number, "targets", place)
                    message = f"it moves {accessors[target].count:,} points of {points:,}"
                    faults.add(path, "model-targets", message)


def element_size(accessor: Accessor) -> int:
    """Bytes of an element."""
    return WIDTHS[accessor.kind] * SIZES[accessor.component]


def _check_range(
    path: tuple[str | int, ...],
    view: int | None,
    start: int,
    accessor: Accessor,
    size: int,
    views: Sequence[View],
    faults: ModelFaults,
) -> None:
    if view is None or views[view].packed:
        return
    step = views[view].stride or size
    if step < size:
        message = f"elements of {size} bytes stand {step} bytes apart in bufferView {view}"
        faults.add(path, _CODE, message)
    end = start + step * (accessor.count - 1) + size
    if end > views[view].length:
        message = f"it ends at byte {end:,} of bufferView {view}, which has {views[view].length:,}"
        faults.add(path, _CODE, message)


def _check_sparse(at: int, accessor: Accessor, views: Sequence[View], faults: ModelFaults) -> None:
    sparse = accessor.sparse
    if sparse is None:
        return
    if sparse.count > accessor.count:
        message = f"{sparse.count:,} elements of {accessor.count:,} differ"
        faults.add(("accessors", at, "sparse", "count"), _CODE, message)
    few = evolve(accessor, count=sparse.count)
    for key, view, start, size in (
        ("indices", sparse.index_view, sparse.index_start, SIZES[sparse.index_type]),
        ("values", sparse.value_view, sparse.value_start, element_size(accessor)),
    ):
        if views:
            _check_range(("accessors", at, "sparse", key), view, start, few, size, views, faults)


def _available(container: Container, buffer: Buffer, at: int) -> int | None:
    """The bytes that a buffer has; -1 where that is found out when they are read, None for none."""
    if buffer.uri is not None:
        head = DATA_URI.match(buffer.uri)
        # Four characters of base64 are three bytes, less the padding.
        return (len(buffer.uri) - head.end()) * 3 // 4 if head else -1
    if buffer.fallback:
        return -1
    if at == 0 and container.binary is not None:
        return container.binary.length
    return None
