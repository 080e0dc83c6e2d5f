"""One base for every exception of the product, and four names that callers can catch."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.imported import imported_after

import mien
import mien_trainer
from mien import ArtifactError, MienError, QueryError, SourceError
from mien.text.fault import Fault
from mien.text.node import Place

HERE = Path(__file__).parent
EXTRAS = {
    "datasets",
    "matplotlib",
    "mediapipe",
    "onnx",
    "onnxruntime",
    "onnxscript",
    "PIL",
    "pocketsphinx",
    "pyarrow",
    "ray",
    "resvg_py",
    "safetensors",
    "scipy",
    "soundfile",
    "soxr",
    "tensorboard",
    "torch",
}
"""What a module may lack where its extra is not installed; anything else missing is a fault."""


def exceptions() -> Iterator[type[BaseException]]:
    """Every exception class that a module of the product defines."""
    for package in (mien, mien_trainer):
        for info in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if info.name.endswith("__main__"):
                continue
            try:
                module = importlib.import_module(info.name)
            except ModuleNotFoundError as error:
                if (error.name or "").partition(".")[0] in EXTRAS:
                    continue
                raise
            for _, found in inspect.getmembers(module, inspect.isclass):
                own = found.__module__ == info.name
                if own and issubclass(found, BaseException) and not issubclass(found, Warning):
                    yield found


def test_every_exception_of_the_product_has_one_base() -> None:
    found = list(exceptions())
    assert len(found) > 20
    assert not [kind for kind in found if not issubclass(kind, MienError)]


def test_the_public_errors_keep_their_built_in_kin() -> None:
    assert issubclass(QueryError, ValueError)
    assert issubclass(ArtifactError, ValueError)
    assert not issubclass(SourceError, ValueError)


def test_a_caller_catches_all_with_one_name(tmp_path: Path) -> None:
    bank = mien.load("default")
    with pytest.raises(MienError, match="no label 'jot': did you mean joy"):
        bank.face("jot")
    damaged = tmp_path / "bank.mien"
    damaged.write_bytes(b"MIEN")
    with pytest.raises(MienError) as caught:
        mien.load(damaged)
    assert isinstance(caught.value, ArtifactError)
    with pytest.raises(MienError) as caught:
        mien.load("defualt")
    assert isinstance(caught.value, QueryError)
    folder = tmp_path / "empty"
    folder.mkdir()
    with pytest.raises(MienError) as caught:
        mien.load(folder)
    assert isinstance(caught.value, SourceError)
    assert caught.value.faults


def test_faults_come_in_the_order_of_the_file() -> None:
    faults = [
        Fault(place=Place("a.yaml", line, 1), path="", code="c", message=str(line))
        for line in (3, 1, 2)
    ]
    assert [fault.place.line for fault in SourceError(faults).faults] == [1, 2, 3]


def test_the_errors_come_without_numpy() -> None:
    assert "numpy" not in imported_after("from mien import MienError, SourceError")
