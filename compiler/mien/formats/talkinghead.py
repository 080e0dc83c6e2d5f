"""Moods for TalkingHead as a JavaScript module: a resting face by the names of its channels.

A mood has to bring its own loops, else the eyes stop blinking; an empty one stands in for the
mouth's, which would lay random movements of the lips over the face.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from mien.formats.faces import FaceSet

_TAIL = """\
};

const loops = [
  { name: "blink", delay: [1000, 8000, 1, 2], dt: [50, [100, 300], 100],
    vs: { eyeBlinkLeft: [1, 1, 0], eyeBlinkRight: [1, 1, 0] } },
  { name: "eyes", delay: [200, 5000], dt: [[100, 500], [100, 5000, 2]],
    vs: { eyesRotateX: [[-0.1, 0.1]], eyesRotateY: [[-0.3, 0.3]] } },
  { name: "mouth", delay: 5000, dt: [1000], vs: {} },
];

/** Every mood by its name, a label and an intensity or style: joy_high. */
export const moods = Object.fromEntries(
  Object.entries(baselines).map(([name, baseline]) => [
    name,
    { baseline, speech: { deltaRate: 0, deltaPitch: 0, deltaVolume: 0 }, anims: loops },
  ]),
);

/** Gives a TalkingHead these moods, for its setMood. */
export function addMoods(head) {
  Object.assign(head.animMoods, moods);
}
"""


def face_pieces(faces: FaceSet) -> Iterator[str]:
    """The module; channels at rest are left out, TalkingHead has them at rest itself."""
    yield f"// Moods for TalkingHead, made from {faces.source}\n"
    yield '// import { addMoods } from "./moods.mjs"; addMoods(head); head.setMood("joy_high");\n\n'
    yield f"export const source = {json.dumps(faces.source)};\n\nconst baselines = {{\n"
    for face in faces.faces:
        yield f"  {json.dumps(face.name.lower())}: {json.dumps(faces.moved(face))},\n"
    yield _TAIL
