"""Evaluating needs tables and nothing else: no authored records, no lint, no parser."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.child import finished

from mien.artifact.write import artifact_bytes
from mien.conformance.banks import generated_bank
from mien.engine.registry import get_engine

EVALUATES = """
import sys
from pathlib import Path
from mien.artifact.read import read_artifact
from mien.engine.registry import get_engine

tables = read_artifact(Path("bank.safetensors"))
evaluator = get_engine(tables.engine).evaluator(tables)
face = evaluator.face(0, (0.1, 0.2, 0.3), 0, 0.5)
evaluator.compose(face, evaluator.mixture([(0, face.dtype.type(1.0))], (0.0, 0.0, 0.0), 0.0))
print(*sorted(name for name in sys.modules if name.split(".")[0] in ("mien", "numba")))
"""

ASKS_A_BANK = """
import sys
import mien

bank = mien.load("bank.safetensors")
bank.face(bank.labels[0])
bank.faces([bank.labels[0]], [[0.1, 0.2, 0.3]])
print(*sorted(name for name in sys.modules if name.split(".")[0] in ("mien", "numba")))
"""


def imported(program: str, folder: Path) -> set[str]:
    """The modules of mien, and numba's, that ``program`` has loaded when it ends."""
    tables = get_engine(1).compile_tables(generated_bank(3))
    (folder / "bank.safetensors").write_bytes(artifact_bytes(tables))
    ended = finished([sys.executable, "-c", program], cwd=folder)
    return set(ended.stdout.split())


def test_reading_an_artifact_and_evaluating_it_loads_these_modules(tmp_path: Path) -> None:
    assert imported(EVALUATES, tmp_path) == {
        "mien",
        "mien.artifact",
        "mien.artifact.container",
        "mien.artifact.layout",
        "mien.artifact.read",
        "mien.artifact.refusals",
        "mien.artifact.timelines",
        "mien.artifact.write",
        "mien.engine",
        "mien.engine.e1",
        "mien.engine.e1.conflict",
        "mien.engine.e1.evaluate",
        "mien.engine.e1.numpy_path",
        "mien.engine.e1.plan",
        "mien.engine.e1.solve",
        "mien.engine.registry",
        "mien.engine.tables",
        "mien.errors",
        "mien.text",
        "mien.text.canonical",
        "mien.text.regular_file",
        "mien.timelines",
        "mien.timelines.axes",
        "mien.timelines.easing",
        "mien.timelines.table",
        "mien.timelines.track",
        "mien.versions",
        "mien.twins",
    }


def test_a_bank_from_an_artifact_loads_nothing_of_authoring(tmp_path: Path) -> None:
    loaded = imported(ASKS_A_BANK, tmp_path)
    authoring = ("mien.authored", "mien.lint", "mien.certify", "mien.compile", "mien.lock", "numba")
    assert not [name for name in loaded if name.startswith(authoring)]
    parsers = {"mien.text.yaml_nodes", "mien.text.json_nodes", "mien.text.core_schema"}
    assert not loaded & parsers
