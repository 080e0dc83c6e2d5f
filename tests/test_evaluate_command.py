"""`mien evaluate`: networks through every measurement, and what keeps them from it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from attrs import evolve
from click.testing import CliRunner, Result
from tests.program import ran
from tests.targets.sets import write_set
from tests.targets.spoken import PAUSE, SOUND, SOUNDS, spoken_clip

import mien
from mien_trainer.cli.evaluate import command
from mien_trainer.evaluate.clips import pick, silence
from mien_trainer.evaluate.lips import LATE, closures, compare_lips, lip_match
from mien_trainer.evaluate.network import EvaluatedNetwork, Predictor
from mien_trainer.evaluate.result import Evaluation, Report, figures
from mien_trainer.evaluate.run import STEPS, evaluate
from mien_trainer.evaluate.speed import Speed
from mien_trainer.export.card import Share, learned_from
from mien_trainer.fault import TrainerError
from mien_trainer.frames import F32, FRAME_RATE
from mien_trainer.speech import Split
from mien_trainer.targets.clip import Clip, ShardHeader
from mien_trainer.targets.manifest import manifest_digest, read_manifest
from mien_trainer.targets.rows import ClipRow, clip_rows

pytest.importorskip("pyarrow", reason="needs the extra mien[targets]")


BANK = mien.load("default")
CHANNELS = BANK.channels
TWICE = SOUNDS * 2
HELD = 2
"""Frames that a contact is made before the core of its sound."""

FRAMES = 2 * PAUSE + SOUND * len(TWICE)
HEARD = frozenset({"anna"})


def clip(number: int, split: Split, voice: str, label: str, *, real: bool = False) -> Clip:
    """A clip whose lips close for p, b and m, and touch for f and v."""
    text = "said for this test"
    return spoken_clip(
        BANK, number, split, voice, label, text=text, sounds=TWICE, pauses=False, real=real
    )


CLIPS = (
    clip(0, Split.TRAIN, "anna", "joy"),
    clip(1, Split.TRAIN, "anna", "fear"),
    clip(2, Split.TEST, "anna", "joy"),
    clip(3, Split.TEST, "zoe", "joy"),
    clip(4, Split.TEST, "zoe", "fear"),
    clip(5, Split.TEST, "mary", "anger", real=True),
)
UNHEARD = CLIPS[2:]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_set(tmp_path_factory.mktemp("set") / "data", ShardHeader.of(BANK), CLIPS)


class Memory:
    """What was taught, so many frames late."""

    def __init__(self, clips: Sequence[Clip], late: int = 0) -> None:
        self._clips, self._late = clips, late

    def __call__(self, mel: F32, conditions: F32) -> F32:
        faces = [self._of(sound) for sound in mel]
        return np.stack(faces)

    def _of(self, mel: F32) -> F32:
        clip = next(one for one in self._clips if np.array_equal(one.mel, mel))
        return np.concatenate([clip.targets[:1].repeat(self._late, 0), clip.targets])[: len(mel)]


class Rule:
    """The compiled rule in silence."""

    def __call__(self, mel: F32, conditions: F32) -> F32:
        rows = conditions.reshape(-1, conditions.shape[-1])
        labels, vads = rows[:, :-3].argmax(axis=1), np.ascontiguousarray(rows[:, -3:])
        return BANK.faces(labels, vads).reshape(*mel.shape[:2], len(CHANNELS))


def subject(predict: Predictor) -> EvaluatedNetwork:
    return EvaluatedNetwork(predict=predict, bank=BANK)


@pytest.mark.parametrize("late", [0, HELD, HELD + 1, HELD + LATE, HELD + LATE + 1])
def test_contacts_are_in_time_or_a_little_late(late: int) -> None:
    found = closures(subject(Memory(UNHEARD, late)), UNHEARD, "mid")
    assert [one.label for one in found] == list(BANK.labels)
    for one in found:
        assert (one.lips.total, one.teeth.total) == (6 * len(UNHEARD), 4 * len(UNHEARD))
        for kept in (one.lips, one.teeth):
            assert (kept.share == 1.0) == (late <= HELD)
            assert (kept.share_late == 1.0) == (late <= HELD + LATE)
            assert (kept.share < 0.1) == (late > HELD), "but for one that follows a pause"
            assert (kept.gap > 0.05) == (late > HELD)


def test_lips_as_taught_match_and_others_do_not() -> None:
    same = lip_match(subject(Memory(UNHEARD)), "same", UNHEARD)
    assert same.correlation == pytest.approx(1.0)
    assert same.error == 0.0
    assert same.opening == pytest.approx(1.0)
    assert same.shut == 0.0
    assert same.seconds == pytest.approx(len(UNHEARD) * FRAMES / FRAME_RATE)
    still = lip_match(subject(Rule()), "still", UNHEARD[:1])
    assert still.correlation == pytest.approx(0.0, abs=1e-6)
    assert still.error > 0.005
    assert still.opening < 0.5


def test_a_mouth_that_stays_shut_is_told() -> None:
    def mute(mel: F32, conditions: F32) -> F32:
        return np.zeros((*mel.shape[:2], len(BANK.channels)), dtype=np.float32)

    found = lip_match(subject(mute), "mute", UNHEARD)
    assert (found.opening, found.shut) == (0.0, 1.0)


def test_an_older_network_is_matched_on_what_it_knows_in_unheard_voices() -> None:
    new, old = subject(Memory(UNHEARD, 3)), subject(Memory(UNHEARD))
    found = compare_lips(new, old, "v2", UNHEARD, HEARD, ["joy", "anger"])
    assert found is not None
    assert (found.clips, found.labels) == (1, ("joy",))
    assert found.other == pytest.approx(1.0)
    assert found.shortfall == pytest.approx(1.0 - lip_match(new, "", UNHEARD[1:2]).correlation)
    assert compare_lips(new, old, "v2", UNHEARD, HEARD, ["awe"]) is None


SPEED = Speed(real_time=500.0, latency=0.0002, look_ahead=0.02, size=800_000)


def measured(predict: Memory | Rule, clips: Sequence[Clip] = UNHEARD) -> Evaluation:
    steps: list[None] = []
    found = evaluate(
        "one", "c" * 64, subject(predict), clips, HEARD, SPEED, lambda: steps.append(None)
    )
    assert len(steps) == STEPS
    return found


@pytest.fixture(scope="module")
def ideal() -> Evaluation:
    return evolve(measured(Rule()), closures=())


def test_the_rule_keeps_every_figure_but_closures(ideal: Evaluation) -> None:
    assert all(row.kept for row in figures(ideal))
    missed = [row.name for row in figures(measured(Rule())) if not row.kept]
    assert missed == ["closures of p, b, m kept, least label"]
    assert {one.name for one in ideal.lips} == {
        "unheard sentences",
        "an unheard voice",
        "recorded speech",
    }
    assert ideal.example.voice != "anna"


@pytest.mark.parametrize(("drift", "kept"), [(None, True), (0.005, True), (0.0051, False)])
def test_a_report_is_kept_if_its_networks_and_their_drift_are(
    ideal: Evaluation, drift: float | None, kept: bool
) -> None:
    assert Report(networks=(ideal, ideal), drift=drift).kept is kept
    slow = evolve(ideal, speed=evolve(SPEED, real_time=49.0))
    assert not Report(networks=(ideal, slow), drift=drift).kept


def test_clips_that_are_too_short_are_said() -> None:
    short = [evolve(one, mel=one.mel[:100]) for one in UNHEARD]
    with pytest.raises(TrainerError, match="no clip of the test split is spoken for 120 frames"):
        measured(Rule(), short)


def rows(count: int) -> list[ClipRow]:
    return [
        ClipRow(
            id=f"{number:04}",
            source="x",
            real=number % 5 == 0,
            voice=("anna", "zoe", "")[number % 3],
            label="joy",
            licence="CC0-1.0",
        )
        for number in range(count)
    ]


def test_the_same_clips_are_picked_a_third_of_each_kind() -> None:
    many = rows(300)
    ids = pick(many, HEARD, 30)
    assert ids == pick(many[::-1], HEARD, 30)
    kinds = [(row.real, row.voice) for row in many if row.id in ids]
    assert (kinds.count((False, "anna")), kinds.count((False, "zoe"))) == (10, 10)
    assert sum(real for real, _ in kinds) == 10
    assert all(voice for _, voice in kinds)
    assert pick(many, HEARD, 30) < pick(many, HEARD, 60)
    assert len(pick(rows(9), HEARD, 300)) == 6


def test_rows_say_what_the_shards_hold(data: Path) -> None:
    found = clip_rows(data, read_manifest(data), Split.TEST)
    assert [row.id for row in found] == [one.id for one in UNHEARD]
    assert [row.licence for row in found] == [one.licence for one in UNHEARD]


def test_a_card_counts_what_was_trained_on(tiny: Path, data: Path) -> None:
    from mien_trainer.speak.network import read_network

    card = read_network(tiny / "tiny.onnx").card
    own = evolve(card, targets=manifest_digest(read_manifest(data)))
    found = learned_from(data, own)
    assert (found.clips, found.trained, found.voices) == (6, 2, ("anna",))
    assert found.shares == (
        Share(source="espeak", licence="CC0-1.0", real=False, clips=2, voices=1),
    )
    with pytest.raises(TrainerError, match="the network tiny learned from none"):
        learned_from(data, card)


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(command, [*map(str, arguments)], standalone_mode=False)


@pytest.fixture(scope="module")
def report(tiny: Path, data: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What is said of the small network twice, beside itself."""
    page = tmp_path_factory.mktemp("page") / "page.html"
    twin = page.with_name("twin.onnx")
    shutil.copy(tiny / "tiny.onnx", twin)
    network = tiny / "tiny.onnx"
    result = run(network, twin, "--data", data, "--beside", network, "-o", page, "--format", "json")
    assert result.return_value == 1, "random weights keep no preset"
    start = result.output.index("{")
    return {**json.loads(result.output[start:]), "page": page.read_text("utf-8")}


def test_two_equal_networks_do_not_drift(report: dict[str, Any]) -> None:
    assert report["schema"] == "mien/evaluation/1"
    assert report["kept"] is False
    assert [one["value"] for one in report["together"]] == [0.0]
    one, other = report["networks"]
    assert one["name"] == "tiny"
    assert other["name"] == "twin"
    assert one["anchors"] == other["anchors"]


def test_a_network_beside_itself_is_never_short(report: dict[str, Any]) -> None:
    found = report["networks"][0]["beside"]
    assert found["correlation"] == found["other"]
    assert found["labels"] == ["joy"], "it does not know fear"


def test_its_speed_is_that_of_the_file(report: dict[str, Any], tiny: Path) -> None:
    speed = report["networks"][0]["speed"]
    assert speed["size"] == (tiny / "tiny.onnx").stat().st_size
    assert speed["look_ahead"] == 0.02
    assert speed["real_time"] > 0.0
    assert speed["latency"] > 0.0


def test_anchors_are_those_of_speaking_in_a_quiet_room(report: dict[str, Any], tiny: Path) -> None:
    from mien_trainer.speak.network import read_network, start_state

    network = read_network(tiny / "tiny.onnx")
    away: list[F32] = []
    for position, table in enumerate(BANK.tables.labels):
        for anchor, wanted in zip(table.anchors, table.archetypes, strict=True):
            row = np.zeros(19, dtype=np.float32)
            row[position], row[16:] = 1.0, anchor
            mel = silence().mel
            faces, _ = network.run(mel, np.tile(row, (120, 1)), start_state(network, row))
            away.append(np.abs(faces[60:] - wanted))
    silent = report["networks"][0]["anchors"][0]
    assert silent["mean"] == pytest.approx(float(np.mean(away)), abs=1e-6)
    assert silent["worst"] == pytest.approx(float(np.max(away)), abs=1e-6)


def test_the_page_stands_alone_and_shows_every_face(report: dict[str, Any]) -> None:
    page: str = report["page"]
    assert page.startswith("<!doctype html>")
    assert "http://www.w3.org/2000/svg" in page
    assert "src=" not in page
    assert "<script" not in page
    assert page.count(">preset</figcaption>") == 48
    assert "figures keep their bounds" in page
    for label in BANK.labels:
        assert f"<h3>{label}</h3>" in page


def test_a_checkpoint_gives_the_figures_of_its_export(
    tiny: Path, data: Path, report: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def exported(checkpoint: object) -> bytes:
        return (tiny / "tiny.onnx").read_bytes()

    monkeypatch.setattr("mien_trainer.export.onnx.onnx_bytes", exported)
    result = run(tiny / "tiny.safetensors", "--data", data, "--no-gate", "--format", "json")
    assert result.return_value == 0
    found = json.loads(result.output[result.output.index("{") :])["networks"][0]
    wanted = report["networks"][0]
    assert found["checkpoint"] == wanted["checkpoint"]
    for one, other in zip(found["anchors"], wanted["anchors"], strict=True):
        assert one["mean"] == pytest.approx(other["mean"], abs=1e-5)
    for one, other in zip(found["lips"], wanted["lips"], strict=True):
        assert one["correlation"] == pytest.approx(other["correlation"], abs=1e-3)


def test_people_read_a_table(tiny: Path, data: Path) -> None:
    result = run(tiny / "tiny.onnx", "--data", data)
    assert result.return_value == 1
    lines = result.output.splitlines()
    assert any(line.startswith("  MISS  anchors in silence, mean error") for line in lines)
    assert any(line.startswith("  ok    look-ahead") for line in lines)
    assert lines[-1].endswith("figures miss their bounds")
    assert "was trained on other targets than" in result.output


def refused(*arguments: str | Path) -> str:
    result = ran("evaluate", *arguments)
    assert result.exit_code == 2
    return result.output


def test_another_artifact_is_refused_with_both_digests(tiny: Path, tmp_path: Path) -> None:
    other = write_set(tmp_path / "other", evolve(ShardHeader.of(BANK), artifact="b" * 64), CLIPS)
    message = refused(tiny / "tiny.onnx", "--data", other)
    assert f"{other}: made for artifact {'b' * 64}" in message
    assert BANK.digest in message


def test_a_checkpoint_of_another_artifact_is_refused(
    tiny: Path, data: Path, tmp_path: Path
) -> None:
    onnx = pytest.importorskip("onnx", reason="needs the extra mien[train]")
    graph = onnx.load(str(tiny / "tiny.onnx"))
    card = cast("dict[str, Any]", json.loads(graph.metadata_props[0].value))
    graph.metadata_props[0].value = json.dumps(card | {"artifact": "a" * 64})
    changed = tmp_path / "changed.onnx"
    onnx.save(graph, str(changed))
    message = refused(changed, "--data", data)
    assert "a" * 64 in message
    assert BANK.digest in message
    beside = refused(tiny / "tiny.onnx", "--data", data, "--beside", changed)
    assert f"{changed}: made for artifact {'a' * 64}" in beside


def test_what_cannot_be_read_is_named(tiny: Path, data: Path, tmp_path: Path) -> None:
    network = tiny / "tiny.onnx"
    assert "none.onnx: there is no such file" in refused(tmp_path / "none.onnx", "--data", data)
    assert "no checkpoint in this folder" in refused(tmp_path, "--data", data)
    assert "manifest.json: there is no such file" in refused(network, "--data", tmp_path)
    assert "should end in .html" in refused(network, "--data", data, "-o", "page.txt")


def test_a_shard_that_is_cut_off_is_named(tiny: Path, data: Path, tmp_path: Path) -> None:
    cut = tmp_path / "cut"
    shutil.copytree(data, cut)
    shard = cut / "test-00000.parquet"
    shard.write_bytes(shard.read_bytes()[:-100])
    assert f"{shard}: damaged or cut off" in refused(tiny / "tiny.onnx", "--data", cut)
