"""One base for every exception of the product, and four names that callers can catch."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.child import finished
from tests.imported import imported_after

import mien
import mien_trainer
from mien import ArtifactError, MienError, QueryError, SourceError
from mien.errors import EXTRAS
from mien.text.fault import Fault
from mien.text.node import Place

HERE = Path(__file__).parent
ABSENT = {
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
                if (error.name or "").partition(".")[0] in ABSENT:
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


def test_every_module_is_brought_by_the_extra_that_is_named() -> None:
    project = tomllib.loads((HERE.parent / "pyproject.toml").read_text())["project"]
    for extra, modules in EXTRAS.items():
        brought = " ".join(project["optional-dependencies"][extra]).replace("-", "_").lower()
        for module in modules:
            assert {"PIL": "pillow"}.get(module, module) in brought, (extra, module)


@pytest.mark.parametrize(
    "arguments",
    [
        ("speak", "line.wav", "--label", "joy"),
        ("speak", "-", "--label", "joy"),
        ("evaluate", "--voices", str(HERE)),
        ("perform", "line.yaml", "-o", "take.csv"),
    ],
)
def test_what_is_not_installed_is_named_with_its_extra(
    arguments: tuple[str, ...], tmp_path: Path
) -> None:
    (tmp_path / "line.wav").write_bytes(b"RIFF")
    (tmp_path / "line.yaml").write_text(
        "schema: mien/score/1\nbank: default@2.1.0\naudio: line.wav\ncues: []\n"
    )
    program = (
        "import sys\nsys.modules['soundfile'] = None\n"
        "from mien.cli.main import run\nsys.exit(run(sys.argv[1:]))"
    )
    ran = finished([sys.executable, "-c", program, *arguments], 2, cwd=tmp_path)
    assert "soundfile is not installed: pip install 'mien[speak]'" in ran.stderr
    assert "defect" not in ran.stderr


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
