"""A script for Unreal's editor: keys every face on a frame of the selected animation sequence.

Names begin with a capital, as Live Link and Unreal's own characters have them.
"""

from __future__ import annotations

from collections.abc import Iterator

from attrs import evolve

from mien.formats.faces import FaceSet
from mien.formats.python_faces import constants

_HEAD = '''\
"""Faces as curves. Select one animation sequence in the content browser and run this with
"Execute Python Script": face k of FACES is on frame k, as for a pose asset made from the sequence.
"""

import unreal

'''
_TAIL = """\
FRAMES_A_SECOND = 30.0


def key_faces(sequence):
    \"\"\"Replace the curve of every channel; the sequence has to be long enough.\"\"\"
    library = unreal.AnimationLibrary
    times = [number / FRAMES_A_SECOND for number in range(len(FACES))]
    length = library.get_sequence_length(sequence)
    if length < times[-1] - 1e-4:
        raise ValueError(f"the sequence lasts {length:.3f} s, the faces need {times[-1]:.3f} s")
    kind = unreal.RawCurveTrackTypes.RCT_FLOAT
    for channel in CHANNELS:
        if library.does_curve_exist(sequence, channel, kind):
            library.remove_curve(sequence, channel)
        library.add_curve(sequence, channel, kind)
        values = [face.get(channel, 0.0) for face in FACES.values()]
        library.add_float_curve_keys(sequence, channel, times, values)
    unreal.EditorAssetLibrary.save_loaded_asset(sequence)


if __name__ == "__main__":
    chosen = unreal.EditorUtilityLibrary.get_selected_assets()
    sequences = [asset for asset in chosen if isinstance(asset, unreal.AnimSequence)]
    if len(sequences) != 1:
        raise ValueError(f"select one animation sequence; {len(sequences)} are selected")
    key_faces(sequences[0])
    unreal.log(f"{len(FACES)} faces of {SOURCE}, a frame each: {', '.join(FACES)}")
"""


def face_pieces(faces: FaceSet) -> Iterator[str]:
    """The script."""
    names = tuple(name[:1].upper() + name[1:] for name in faces.channels)
    yield _HEAD
    yield from constants(evolve(faces, channels=names))
    yield _TAIL
