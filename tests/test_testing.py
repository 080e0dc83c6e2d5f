"""`mien.testing`: banks that keep their promises pass, and each broken promise is found."""

from __future__ import annotations

import math
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from attrs import evolve
from hypothesis import Phase, given, settings

import mien
from mien.bank import Bank
from mien.engine.tables import F32, LabelTable, Tables
from mien.lock.write import write_lock
from mien.testing import (
    Mixture,
    Query,
    banks,
    label_weights,
    mixtures,
    points,
    queries,
    strategies,
    visemes,
)
from mien.testing.properties import PROPERTIES, PropertyError
from mien.testing.subject import Subject
from mien.text.atomic import write_atomic

TINY = Path(__file__).parent / "banks" / "tiny"
BANK = mien.load("default")
F = np.float32


@given(queries(BANK))
def test_queries_are_answered(query: Query) -> None:
    assert query.face(BANK).shape == (52,)
    assert query.style is None or query.style in BANK.styles(query.label)


@given(mixtures(BANK))
def test_mixtures_are_answered(mixture: Mixture) -> None:
    assert mixture.face(BANK).shape == (52,)


@given(label_weights(BANK))
def test_label_weights_sum_to_one_exactly(weights: dict[str, float]) -> None:
    assert sum(weights.values()) == 1.0
    assert all(float(np.float32(weight)) == weight > 0.0 for weight in weights.values())


@given(points(BANK, "joy"))
def test_points_are_float32_in_the_cube(point: tuple[float, float, float]) -> None:
    assert all(-1.0 <= value <= 1.0 and float(np.float32(value)) == value for value in point)


@given(visemes(BANK))
def test_visemes_leave_the_brows_alone(lips: F32) -> None:
    assert not lips[BANK.channels.index("browInnerUp")]


@settings(max_examples=5)
@given(banks(channels=6, labels=2))
def test_made_up_banks_have_faces(bank: Bank) -> None:
    assert bank.face(bank.labels[0], at=bank.intensities[0]).shape == (6,)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Subject:
    """A bank of three labels, compiled."""
    home = tmp_path_factory.mktemp("tiny") / "bank"
    shutil.copytree(TINY, home)
    subject = Subject(home)
    write_atomic(home / "mien.lock", write_lock(subject.lock).encode())
    return subject


@pytest.mark.parametrize("name", PROPERTIES)
def test_a_bank_keeps_its_promises(name: str, tiny: Subject) -> None:
    PROPERTIES[name](tiny)


class Broken(Subject):
    """A subject whose bank, unlike its lock, is not what the sources say."""

    def __init__(self, whole: Subject, tables: Tables) -> None:
        super().__init__(whole.folder)
        self.__dict__.update(compiled=whole.compiled, bank=Bank(tables))


def steeper(tables: Tables) -> Tables:
    """Plateaus that fall off at once."""
    narrow = F(0.1)
    return labels_with(tables, lambda one: evolve(one, plateau_span=one.plateau_span * narrow))


def labels_with(tables: Tables, change: Callable[[LabelTable], LabelTable]) -> Tables:
    return evolve(tables, labels=tuple(change(table) for table in tables.labels))


def open_lips(tables: Tables) -> Tables:
    """No seal: `compose` parts lips as it finds them."""
    return evolve(tables, sealing_levels=np.full_like(tables.sealing_levels, 1e9))


@pytest.fixture
def as_found() -> Iterator[None]:
    """What is found is shown as it is, to save the time of looking for a smaller case."""
    before = settings.get_current_profile_name()
    phases = [phase for phase in Phase if phase not in (Phase.shrink, Phase.explain)]
    settings.register_profile("as found", deadline=None, derandomize=True, phases=phases)
    settings.load_profile("as found")
    yield
    settings.load_profile(before)


@pytest.mark.usefixtures("as_found")
@pytest.mark.parametrize(
    ("name", "broken", "message"),
    [
        ("steps_keep_the_proved_slope", steeper, "proved is"),
        ("closures_close_under_every_label", open_lips, "parts lips that a sound has closed"),
    ],
)
def test_a_broken_promise_is_found(
    name: str, broken: Callable[[Tables], Tables], message: str, tiny: Subject
) -> None:
    subject = Broken(tiny, broken(tiny.bank.tables))
    with pytest.raises(PropertyError, match="authored at") as error:
        PROPERTIES[name](subject)
    assert message in str(error.value)


def above_one(faces: F32) -> F32:
    return faces + F(1)


def not_numbers(faces: F32) -> F32:
    return faces * F(math.nan)


def off_by_one_bit(faces: F32) -> F32:
    return np.asarray(np.nextafter(faces, F(2)), np.float32)


def halved(faces: F32) -> F32:
    return faces * F(0.5)


@pytest.mark.usefixtures("as_found")
@pytest.mark.parametrize(
    ("name", "method", "change", "message"),
    [
        ("weights_are_in_range", "face", above_one, "is outside [0, 1]"),
        ("weights_are_in_range", "face", not_numbers, "is outside [0, 1]"),
        ("anchors_are_exact", "face", off_by_one_bit, "is not the archetype's at"),
        ("alone_as_in_batches", "faces", off_by_one_bit, "has other bits in a batch"),
        ("conflicts_are_idempotent", "compose", halved, "changes when it is resolved again"),
    ],
)
def test_faces_that_differ_are_found(
    name: str,
    method: str,
    change: Callable[[F32], F32],
    message: str,
    tiny: Subject,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    whole: Callable[..., F32] = getattr(Bank, method)

    def changed(*arguments: object, **options: object) -> F32:
        return change(whole(*arguments, **options))

    monkeypatch.setattr(Bank, method, changed)
    with pytest.raises(PropertyError, match=re.escape(message)):
        PROPERTIES[name](tiny)


def run_pytest(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """pytest in ``folder`` with the plugin, as an installed mien brings it."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "mien.testing.plugin"]
    # Without plugins that are found by themselves: mien may be installed here, or not.
    return subprocess.run(
        [*command, "-p", "no:cacheprovider", *options],
        cwd=folder,
        env={
            "PYTHONPATH": str(Path(mien.__file__).parents[1]),
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
            "PATH": "",
        },
        capture_output=True,
        text=True,
    )


def test_the_plugin_proves_a_bank_and_says_what_is_stale(tiny: Subject) -> None:
    fine = run_pytest(tiny.folder.parent, "--mien", "bank", "-k", "lock or anchors or conflicts")
    assert fine.returncode == 0, fine.stdout + fine.stderr
    assert "3 passed" in fine.stdout
    for name, why in (("nope", "there is no such folder"), (".", "it has no bank.yaml")):
        refused = run_pytest(tiny.folder.parent, "--mien", name)
        assert refused.returncode == pytest.ExitCode.USAGE_ERROR
        message = f"ERROR: --mien {name}: expected the folder of a bank, but {why}\n"
        assert message in refused.stderr
    (tiny.folder / "mien.lock").unlink()
    stale = run_pytest(tiny.folder.parent, "--mien", "bank", "-k", "lock")
    assert stale.returncode == 1
    assert "the lock is stale: there is no lock yet. Run `mien compile" in stale.stdout


def test_the_plugin_takes_banks_from_the_settings_and_says_what_is_broken(tmp_path: Path) -> None:
    shutil.copytree(TINY, tmp_path / "bank")
    (tmp_path / "pytest.ini").write_text("[pytest]\nmien = bank\n")
    glad = tmp_path / "bank" / "emotions" / "glad.yaml"
    glad.write_text(glad.read_text() + "gladness: 1\n")
    broken = run_pytest(tmp_path, "-k", "anchors")
    assert broken.returncode == 1
    assert "glad.yaml:" in broken.stdout
    assert "gladness" in broken.stdout
    assert "Traceback" not in broken.stdout


def test_a_slow_machine_breaks_no_promise(tiny: Subject, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither Hypothesis's deadline nor its check of slow drawing ends a property."""
    real_face, real_rounded = Query.face, strategies.rounded

    def slow_face(query: Query, bank: Bank) -> F32:
        time.sleep(0.3)
        return real_face(query, bank)

    def slow_rounded(place: npt.NDArray[np.floating[Any]]) -> tuple[float, float, float]:
        time.sleep(1.0)
        return real_rounded(place)

    before = settings.get_current_profile_name()
    settings.register_profile("shipped", max_examples=12, deadline=200)
    settings.load_profile("shipped")
    monkeypatch.setattr(Query, "face", slow_face)
    monkeypatch.setattr(strategies, "rounded", slow_rounded)
    try:
        PROPERTIES["weights_are_in_range"](tiny)
    finally:
        settings.load_profile(before)
