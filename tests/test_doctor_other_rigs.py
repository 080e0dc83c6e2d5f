"""`mien doctor` of takes and models whose channels are not ARKit's: judged by a bank's own rig."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.models import glb
from tests.other_rigs import write_bare_bank
from tests.program import ended

from mien.formats import named_json
from mien.formats.take import steady_take
from mien.gltf.channel_names import channel_of

NAMES = ("maw", "lid_L", "lid_R", "brow", "grin_L", "grin_R")
ELSEWHERE = "are they another rig's? `mien doctor --bank BANK` judges by the rig of a bank"


@pytest.fixture
def bank(tmp_path: Path) -> Path:
    write_bare_bank(tmp_path / "own", NAMES)
    return tmp_path / "own"


@pytest.fixture(params=["take.csv", "take.json", "head.glb"])
def file(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A sound file of the rig."""
    path = tmp_path / str(request.param)
    path.write_bytes(glb(NAMES) if path.suffix == ".glb" else take(path.suffix, NAMES))
    return path


def take(suffix: str, names: tuple[str, ...]) -> bytes:
    weights = 0.3 + 0.2 * np.sin(np.arange(60)[:, np.newaxis] / 9.0 + np.arange(len(names)))
    if suffix == ".json":
        return named_json.encode(steady_take(60.0, names, weights.astype(np.float32)))
    rows = [",".join(["time", *names])]
    rows += [",".join([f"{at / 60.0:.6f}", *map(str, row)]) for at, row in enumerate(weights)]
    return "\n".join(rows).encode()


def test_a_sound_file_of_an_own_rig_is_fine_by_its_bank(bank: Path, file: Path) -> None:
    said = ended(0, "doctor", file, "--bank", bank).output
    assert "wrong" not in said
    assert "note" not in said


def test_without_the_bank_the_option_is_named(file: Path) -> None:
    said = ended(1 if file.suffix == ".glb" else 2, "doctor", file).output
    assert ELSEWHERE in said


def test_most_names_unknown_point_to_the_option_and_few_do_not(tmp_path: Path) -> None:
    path = tmp_path / "take.csv"
    path.write_bytes(take(".csv", ("jawOpen", *NAMES)))
    assert f"    hint: {ELSEWHERE}\n" in ended(1, "doctor", path).stdout
    path.write_bytes(take(".csv", ("jawOpen", "mouthFunnel", "maw")))
    said = ended(1, "doctor", path).stdout
    assert "note: maw is no channel, left out [name-unknown]\n" in said
    assert ELSEWHERE not in said


def test_what_the_rig_has_is_missed_by_its_own_names(bank: Path, tmp_path: Path) -> None:
    csv, head = tmp_path / "take.csv", tmp_path / "head.glb"
    csv.write_bytes(take(".csv", NAMES[1:]))
    head.write_bytes(glb(NAMES[1:]))
    for path in (csv, head):
        said = ended(1, "doctor", path, "--bank", bank).stdout
        assert "wrong: there is no maw [channel-missing]\n" in said
    head.write_bytes(glb(("one", "two")))
    said = ended(1, "doctor", head, "--bank", bank).stdout
    assert "channels  none of 6\n" in said
    assert "hint: name its shapes as the rig does, such as maw and lid_L\n" in said


def test_takes_of_a_folder_are_told_from_other_tables_by_the_rig(
    bank: Path, tmp_path: Path
) -> None:
    takes = tmp_path / "takes"
    takes.mkdir()
    (takes / "one.csv").write_bytes(take(".csv", NAMES))
    (takes / "prices.csv").write_text("shelf,price\n1,2\n")
    said = ended(0, "doctor", takes, "--bank", bank)
    assert "one.csv" in said.stdout
    assert "left out, as they are no takes: 1 file\n" in said.stderr


def test_a_bank_that_is_none_is_refused_by_the_option(tmp_path: Path) -> None:
    file = tmp_path / "take.csv"
    file.write_bytes(take(".csv", NAMES))
    assert "'--bank': no bank 'nix'" in ended(2, "doctor", file, "--bank", "nix").stderr
    said = ended(2, "doctor", file, "--bank", file).stderr
    assert "is an artifact, which holds no rig" in said


@pytest.mark.parametrize("spelling", ["lid_L", "Lid_L", "head:lid_L", "lid_L.001", "LID.L"])
def test_separators_of_a_rigs_own_names_are_read_over(spelling: str) -> None:
    assert channel_of(spelling, NAMES) == "lid_L"
