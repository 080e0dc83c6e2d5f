"""Pictures in, MediaPipe's readings out: a program of its own, `python -m mien.judge.observe`.

MediaPipe writes to the terminal as it likes and may take its process with it; so it has its own.
Each picture comes on stdin as four bytes of length (little-endian) and a PNG, and is answered on
stdout by a line of JSON: channel name to weight in [0, 1], or null where no face is found.
"""

from __future__ import annotations

import importlib
import io
import json
import os
import sys
from typing import Any, BinaryIO

CONFIDENCE = 0.1
"""Drawn heads are less certain to be faces than people are."""


def main() -> None:
    """Answer pictures until stdin ends. The one argument is the model's path."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what libraries print does not mix with the answers
    with _landmarker(sys.argv[1]) as landmarker:
        _say(answers, "ready")
        while (picture := _next(sys.stdin.buffer)) is not None:
            _say(answers, _read(landmarker, picture))


def _landmarker(model: str) -> Any:  # noqa: ANN401  mediapipe has no types
    tasks: Any = importlib.import_module("mediapipe.tasks.python")
    vision: Any = importlib.import_module("mediapipe.tasks.python.vision")
    return vision.FaceLandmarker.create_from_options(
        vision.FaceLandmarkerOptions(
            base_options=tasks.BaseOptions(model_asset_path=model),
            output_face_blendshapes=True,
            num_faces=1,
            min_face_detection_confidence=CONFIDENCE,
            min_face_presence_confidence=CONFIDENCE,
        )
    )


def _read(landmarker: Any, picture: bytes) -> dict[str, float] | None:  # noqa: ANN401  likewise
    numpy: Any = importlib.import_module("numpy")
    pillow: Any = importlib.import_module("PIL.Image")
    mediapipe: Any = importlib.import_module("mediapipe")
    pixels = numpy.ascontiguousarray(pillow.open(io.BytesIO(picture)).convert("RGB"))
    image = mediapipe.Image(image_format=mediapipe.ImageFormat.SRGB, data=pixels)
    found = landmarker.detect(image).face_blendshapes
    if not found:
        return None
    return {str(one.category_name): float(one.score) for one in found[0]}


def _next(pictures: BinaryIO) -> bytes | None:
    head = pictures.read(4)
    return pictures.read(int.from_bytes(head, "little")) if len(head) == 4 else None


def _say(answers: BinaryIO, answer: object) -> None:
    answers.write(json.dumps(answer).encode() + b"\n")
    answers.flush()


if __name__ == "__main__":
    main()
