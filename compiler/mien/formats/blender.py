"""A script for Blender: sets the shape keys of a mesh to a face, or keys every face on a frame."""

from __future__ import annotations

from collections.abc import Iterator

from mien.formats.faces import FaceSet
from mien.formats.python_faces import constants

_HEAD = '''\
"""Faces as shape keys. Select the mesh, then run this in Blender's text editor: it keys each face
on a frame of its own, with a marker of its name. set_face(mesh, "joy_high") only sets the weights.
"""

import bpy

'''
_TAIL = """\
STEP = 10


def set_face(mesh, name, frame=None):
    \"\"\"Set the shape keys of all channels, on a frame if given; returns those that lack.\"\"\"
    if mesh is None or mesh.type != "MESH" or mesh.data.shape_keys is None:
        raise ValueError("select a mesh with shape keys")
    blocks = mesh.data.shape_keys.key_blocks
    missing = [channel for channel in CHANNELS if channel not in blocks]
    if len(missing) == len(CHANNELS):
        raise ValueError(f"{mesh.name} has no shape key called as a channel, such as {CHANNELS[0]}")
    for channel in CHANNELS:
        if channel in blocks:
            blocks[channel].value = FACES[name].get(channel, 0.0)
            if frame is not None:
                blocks[channel].keyframe_insert("value", frame=frame)
    return missing


def key_faces(mesh):
    \"\"\"Key each face on its frame, the first on frame 1; returns the channels that lack.\"\"\"
    missing = []
    for number, name in enumerate(FACES):
        missing = set_face(mesh, name, frame=1 + STEP * number)
        bpy.context.scene.timeline_markers.new(name, frame=1 + STEP * number)
    return missing


if __name__ == "__main__":
    lacking = key_faces(bpy.context.object)
    print(f"{len(FACES)} faces of {SOURCE}; without a shape key: {', '.join(lacking) or 'none'}")
"""


def face_pieces(faces: FaceSet) -> Iterator[str]:
    """The script."""
    yield _HEAD
    yield from constants(faces)
    yield _TAIL
