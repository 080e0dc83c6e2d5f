"""A model as records: what of a glTF file is needed to move and to judge a face.

Positions in the file's own lists name things, as glTF does: node 3, mesh 0, accessor 17.
"""

from __future__ import annotations

from pathlib import Path

from attrs import field, frozen

from mien.gltf.container import Container
from mien.text.fault import Fault

WIDTHS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT2": 4, "MAT3": 9, "MAT4": 16}
"""Numbers of an element, by the type of its accessor."""


@frozen(kw_only=True)
class Buffer:
    """Bytes: in the binary chunk where there is no ``uri``, in a data URI, or in another file.

    ``fallback`` where there are none, because everything in it is compressed elsewhere.
    """

    length: int
    uri: str | None = field(default=None, repr=False)
    fallback: bool = False


@frozen(kw_only=True)
class View:
    """A range of a buffer; ``stride`` 0 where elements touch; ``packed`` where compressed."""

    buffer: int
    start: int
    length: int
    stride: int = 0
    packed: bool = False


@frozen(kw_only=True)
class Sparse:
    """Elements of an accessor that differ: ``count`` positions, and as many values."""

    count: int
    index_view: int
    index_start: int
    index_type: int
    value_view: int
    value_start: int


@frozen(kw_only=True)
class Accessor:
    """``count`` elements of ``kind`` (a key of `WIDTHS`); ``view`` None for zeros.

    ``component`` is the number by which glTF calls the type of a number (5126: float32).
    """

    count: int
    kind: str
    component: int
    view: int | None = None
    start: int = 0
    normalized: bool = False
    sparse: Sparse | None = None

    @property
    def width(self) -> int:
        """Numbers of an element."""
        return WIDTHS[self.kind]


@frozen(kw_only=True)
class Primitive:
    """``positions`` is the accessor of its points; ``targets`` those of how far each is moved.

    None where a target moves no point, or where the mesh is compressed.
    """

    positions: int | None
    targets: tuple[int | None, ...] = ()


@frozen(kw_only=True)
class Mesh:
    """``target_names`` is () where there is no certain name for each target.

    ``weights`` are its face at rest.
    """

    name: str
    primitives: tuple[Primitive, ...]
    target_names: tuple[str, ...] = ()
    weights: tuple[float, ...] = ()

    @property
    def targets(self) -> int:
        """How many morph targets its first primitive has."""
        return len(self.primitives[0].targets) if self.primitives else 0


@frozen(kw_only=True)
class Node:
    """``rotation`` is x, y, z, w; ``weights`` stand in for those of its mesh where there are any.

    What the file leaves out is as glTF says; of a node with a matrix nothing is told.
    """

    name: str
    mesh: int | None = None
    children: tuple[int, ...] = ()
    parent: int | None = None
    weights: tuple[float, ...] = ()
    translation: tuple[float, ...] = (0.0, 0.0, 0.0)
    rotation: tuple[float, ...] = (0.0, 0.0, 0.0, 1.0)


@frozen(kw_only=True)
class Track:
    """What one channel of an animation moves: ``path`` of ``node``, by two accessors.

    ``interpolation`` is LINEAR, STEP or CUBICSPLINE.
    """

    node: int
    path: str
    times: int
    values: int
    interpolation: str = "LINEAR"


@frozen(kw_only=True)
class Animation:
    """An animation; tracks of no node are left out."""

    name: str
    tracks: tuple[Track, ...] = ()


@frozen(kw_only=True)
class Bind:
    """A morph target that an expression moves, by ``weight`` on the file's own scale.

    VRM 1.0 names a node, and its weights go to 1; VRM 0.x names a mesh, and they go to 100.
    """

    index: int
    weight: float
    node: int | None = None
    mesh: int | None = None


@frozen(kw_only=True)
class Expression:
    """An expression of a VRM; ``preset`` as VRM 1.0 calls it, "" for one of the model's own.

    ``name`` is the file's name for it. ``others`` is how many materials and textures it changes.
    An override is "none", "block" or "blend"; VRM 0.x has none.
    """

    name: str
    preset: str = ""
    binds: tuple[Bind, ...] = ()
    others: int = 0
    binary: bool = False
    override_mouth: str = "none"
    override_blink: str = "none"
    override_look: str = "none"


@frozen(kw_only=True)
class AnimatedExpression:
    """An expression of a VRMA, and the node whose x is its weight."""

    name: str
    preset: bool
    node: int


@frozen(kw_only=True)
class Model:
    """A glTF file. ``format`` is "VRM 1.0", "VRM 0.x", "VRMA" or "glTF".

    ``bones`` are the humanoid's: name, in the words of VRM 1.0, and node. ``source`` is what mien
    wrote of where the file comes from, ``rate`` the frames a second of its animation, 0 where it
    did not write that. ``warnings`` are faults that do not keep it from being used.
    """

    path: Path
    format: str
    container: Container = field(repr=False)
    generator: str = ""
    source: str = ""
    rate: float = 0.0
    buffers: tuple[Buffer, ...] = ()
    views: tuple[View, ...] = ()
    accessors: tuple[Accessor, ...] = ()
    meshes: tuple[Mesh, ...] = ()
    nodes: tuple[Node, ...] = ()
    animations: tuple[Animation, ...] = ()
    expressions: tuple[Expression, ...] = ()
    animated: tuple[AnimatedExpression, ...] = ()
    bones: tuple[tuple[str, int], ...] = ()
    warnings: tuple[Fault, ...] = ()

    def nodes_of(self, mesh: int) -> tuple[int, ...]:
        """The nodes that show a mesh."""
        return tuple(at for at, node in enumerate(self.nodes) if node.mesh == mesh)
