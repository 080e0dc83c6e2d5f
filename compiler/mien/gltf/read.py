"""A model file to its records: container, JSON, and whether all of it fits together."""

from __future__ import annotations

import re
from pathlib import Path

from mien.gltf.checks import check_accessors, check_buffers, check_nodes
from mien.gltf.container import Container, read_container
from mien.gltf.cursor import Cursor, parsed
from mien.gltf.faults import ModelFaults
from mien.gltf.model import (
    WIDTHS,
    Accessor,
    Animation,
    Buffer,
    Mesh,
    Model,
    Node,
    Primitive,
    Sparse,
    Track,
    View,
)
from mien.gltf.target_names import names_of_mesh
from mien.gltf.vrm import animated_expressions, bones_of, expressions_of

EXTRAS = "mien"
"""The key of ``extras`` under which mien writes where a file comes from."""

_PACKED = ("EXT_meshopt_compression", "KHR_meshopt_compression")
_COMPONENTS = (5120, 5121, 5122, 5123, 5125, 5126)
_INDEX_TYPES = (5121, 5123, 5125)
_STEPS = ("LINEAR", "STEP", "CUBICSPLINE")
_VERSION = re.compile(r"2\.[0-9]+\Z")


def read_model(path: Path) -> Model:
    """The model in the file ``path``: GLB, VRM, VRMA, or glTF with its buffers beside it.

    Raises:
        SourceError: with everything that keeps it from being used: the container, the JSON, ranges
            that lie outside their buffers, positions in lists that are not so long.
    """
    faults = ModelFaults(path)
    container = read_container(path, faults)
    document = parsed(container.text, faults)
    if not container.chunks:
        faults.locate(container.text)
    model = _model(path, container, document, faults)
    faults.raise_errors()
    return model


def _model(path: Path, container: Container, document: Cursor, faults: ModelFaults) -> Model:
    version = document["asset"].required()["version"].required().text("2.0")
    if not _VERSION.match(version):
        faults.add(("asset", "version"), "model-structure", f"found {version!r}, expected 2.0")
    buffers = tuple(map(_buffer, document["buffers"].items()))
    views = tuple(_view(one, len(buffers)) for one in document["bufferViews"].items())
    accessors = tuple(_accessor(one, len(views)) for one in document["accessors"].items())
    meshes = tuple(_mesh(one, len(accessors)) for one in document["meshes"].items())
    listed = document["nodes"].items()
    nodes = check_nodes([_node(one, len(meshes), len(listed)) for one in listed], faults)
    check_buffers(container, buffers, views, faults)
    check_accessors(accessors, views, meshes, faults)
    extensions = document["extensions"]
    counts = {"nodes": len(nodes), "meshes": len(meshes)}
    note = _note(document["asset"])
    return Model(
        path=path,
        format=_format(extensions),
        container=container,
        generator=document["asset"]["generator"].text(),
        source=note["source"].text(),
        rate=note["rate"].number(),
        buffers=buffers,
        views=views,
        accessors=accessors,
        meshes=meshes,
        nodes=nodes,
        animations=tuple(
            _animation(one, len(nodes), accessors) for one in document["animations"].items()
        ),
        expressions=expressions_of(extensions, **counts),
        animated=animated_expressions(extensions, nodes=len(nodes)),
        bones=bones_of(extensions, nodes=len(nodes)),
        warnings=faults.warnings,
    )


def _note(asset: Cursor) -> Cursor:
    """What mien wrote of the file; extras of others are theirs, whatever they are."""
    extras = asset["extras"]
    if not isinstance(extras.value, dict) or not isinstance(extras[EXTRAS].value, dict):
        return Cursor(None, (), asset.faults)
    return extras[EXTRAS]


def _format(extensions: Cursor) -> str:
    if extensions.has("VRMC_vrm"):
        return "VRM 1.0"
    if extensions.has("VRM"):
        return "VRM 0.x"
    return "VRMA" if extensions.has("VRMC_vrm_animation") else "glTF"


def _buffer(one: Cursor) -> Buffer:
    uri = one["uri"]
    return Buffer(
        length=one["byteLength"].required().whole(1, least=1),
        uri=uri.text() if uri else None,
        fallback=any(one["extensions"].has(name) for name in _PACKED),
    )


def _view(one: Cursor, buffers: int) -> View:
    return View(
        buffer=one["buffer"].required().index(buffers, "buffer") or 0,
        start=one["byteOffset"].whole(),
        length=one["byteLength"].required().whole(1, least=1),
        stride=one["byteStride"].whole(),
        packed=any(one["extensions"].has(name) for name in _PACKED),
    )


def _accessor(one: Cursor, views: int) -> Accessor:
    kind = one["type"].required().text("SCALAR")
    if kind not in WIDTHS:
        one["type"].wrong(f"one of {', '.join(WIDTHS)}")
        kind = "SCALAR"
    return Accessor(
        count=one["count"].required().whole(1, least=1),
        kind=kind,
        component=_component(one["componentType"], _COMPONENTS),
        view=one["bufferView"].index(views, "bufferView"),
        start=one["byteOffset"].whole(),
        normalized=one["normalized"].flag(),
        sparse=_sparse(one["sparse"], views) if one["sparse"] else None,
    )


def _sparse(one: Cursor, views: int) -> Sparse:
    indices, values = one["indices"].required(), one["values"].required()
    return Sparse(
        count=one["count"].required().whole(1, least=1),
        index_view=indices["bufferView"].required().index(views, "bufferView") or 0,
        index_start=indices["byteOffset"].whole(),
        index_type=_component(indices["componentType"], _INDEX_TYPES),
        value_view=values["bufferView"].required().index(views, "bufferView") or 0,
        value_start=values["byteOffset"].whole(),
    )


def _component(one: Cursor, known: tuple[int, ...]) -> int:
    found = one.required().whole(known[-1])
    if found in known:
        return found
    one.wrong(f"one of {', '.join(map(str, known))}")
    return known[-1]


def _mesh(one: Cursor, accessors: int) -> Mesh:
    primitives = one["primitives"].required().items()
    found = tuple(_primitive(part, accessors) for part in primitives)
    names = names_of_mesh(one, primitives, [len(part.targets) for part in found])
    weights = one["weights"].numbers()
    if weights and found and len(weights) != len(found[0].targets):
        message = f"{len(weights)} weights, and {len(found[0].targets)} morph targets"
        one.faults.add(one["weights"].path, "model-targets", message, warning=True)
    return Mesh(name=one["name"].text(), primitives=found, target_names=names, weights=weights)


def _primitive(one: Cursor, accessors: int) -> Primitive:
    return Primitive(
        positions=one["attributes"].required()["POSITION"].index(accessors, "accessor"),
        targets=tuple(
            target["POSITION"].index(accessors, "accessor") for target in one["targets"].items()
        ),
    )


def _node(one: Cursor, meshes: int, nodes: int) -> Node:
    children = (child.index(nodes, "node") for child in one["children"].items())
    return Node(
        name=one["name"].text(),
        mesh=one["mesh"].index(meshes, "mesh"),
        children=tuple(child for child in children if child is not None),
        weights=one["weights"].numbers(),
        translation=one["translation"].numbers(3) or (0.0, 0.0, 0.0),
        rotation=one["rotation"].numbers(4) or (0.0, 0.0, 0.0, 1.0),
    )


def _animation(one: Cursor, nodes: int, accessors: tuple[Accessor, ...]) -> Animation:
    samplers = one["samplers"].items()
    tracks = (_track(channel, samplers, nodes, accessors) for channel in one["channels"].items())
    return Animation(
        name=one["name"].text(), tracks=tuple(track for track in tracks if track is not None)
    )


def _track(
    channel: Cursor, samplers: list[Cursor], nodes: int, accessors: tuple[Accessor, ...]
) -> Track | None:
    target = channel["target"].required()
    node = target["node"].index(nodes, "node")
    number = channel["sampler"].required().index(len(samplers), "sampler")
    if node is None or number is None:
        return None
    sampler = samplers[number]
    times = sampler["input"].required().index(len(accessors), "accessor")
    values = sampler["output"].required().index(len(accessors), "accessor")
    step = sampler["interpolation"].text("LINEAR")
    if step not in _STEPS:
        sampler["interpolation"].wrong(f"one of {', '.join(_STEPS)}")
    if times is None or values is None:
        return None
    if (accessors[times].kind, accessors[times].component) != ("SCALAR", 5126):
        sampler["input"].faults.add(
            sampler["input"].path, "model-structure", "the times of a track are float32 scalars"
        )
    return Track(
        node=node,
        path=target["path"].required().text(),
        times=times,
        values=values,
        interpolation=step,
    )
