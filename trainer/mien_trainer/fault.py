"""What can go wrong for reasons that lie outside the program, and how it is said."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

from mien.errors import MienError
from mien.text.regular_file import FileKind, is_refusal, read_regular

_BRIEF = 200


class TrainerError(MienError):
    """Something a person has to change; the message says what was found and what to do.

    Commands show the message and exit with 2.
    """


class TorchMissingError(TrainerError):
    """A package of the extra mien[train] is not installed."""


def need_torch() -> None:
    """See that training is possible, before anything imports torch.

    Raises:
        TorchMissingError: it is not.
    """
    _need(("torch", "safetensors", "pyarrow"), TorchMissingError)


def need_onnx() -> None:
    """See that networks can be exported.

    Raises:
        TrainerError: a package of the extra is not installed.
    """
    _need(("onnx", "onnxscript"), TrainerError)


def _need(names: Iterable[str], error: type[TrainerError]) -> None:
    for name in names:
        if find_spec(name) is None:
            raise error(f"{name} is not installed: pip install 'mien[train]'")


def brief(error: object) -> str:
    """What another library says, in one line of printable characters that is not too long."""
    line = " ".join(str(error).split())
    shown = "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in line)
    return shown if len(shown) <= _BRIEF else shown[: _BRIEF - 1] + "\N{HORIZONTAL ELLIPSIS}"


def read_bytes(path: Path, kind: FileKind) -> bytes:
    """The bytes of a regular file of a kind; pipes and devices are never waited for.

    Raises:
        TrainerError: there is no such file, it is something else, or it is larger.
        OSError: it cannot be read.
    """
    try:
        return read_regular(path, kind)
    except FileNotFoundError:
        raise TrainerError(f"{path}: there is no such file, expected {kind.name}") from None
    except OSError as error:
        if not is_refusal(error):
            raise
        raise TrainerError(f"{path}: {error.strerror}") from None
