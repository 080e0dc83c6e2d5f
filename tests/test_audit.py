"""`mien targets audit`: sound sets pass, and what is wrong with others is found and named."""

from __future__ import annotations

import json
import math
import re
import statistics
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from attrs import evolve
from click import UsageError
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

import mien
from mien import resources
from mien.bank import Bank
from mien.errors import MienError
from mien.formats.registry import write_take
from mien.formats.take import steady_take
from mien_trainer.audit.inputs import open_input
from mien_trainer.audit.limits import SETTLE, SILENT
from mien_trainer.audit.report import Report
from mien_trainer.audit.run import audit
from mien_trainer.audit.statistics import BINS, Histogram, silent_frames
from mien_trainer.cli.audit import command
from mien_trainer.frames import F32, FRAME_RATE, SAMPLE_RATE
from mien_trainer.speech import Split
from mien_trainer.targets.clip import Clip, ShardHeader
from mien_trainer.targets.manifest import Refused, read_manifest, write_manifest

pytest.importorskip("pyarrow", reason="needs the extra mien[targets]")

from tests.program import ended
from tests.sounds import write_wav
from tests.targets.sets import write_set
from tests.targets.spoken import PAUSE, SOUND, SOUNDS, spoken_clip

from mien_trainer.targets.shard import arrow, shard_bytes, shard_table

FRAMES = 2 * PAUSE + SOUND * len(SOUNDS)


@pytest.fixture(scope="module")
def bank() -> Bank:
    return mien.load("default")


def sound_set(bank: Bank) -> list[Clip]:
    """Three clips a label: two voices to learn from, one held out."""
    kinds = (
        (Split.TRAIN, "anna", "one"),
        (Split.VALIDATION, "anna", "two"),
        (Split.TEST, "zoe", "three"),
    )
    return [
        spoken_clip(bank, 3 * place + at, split, voice, label, text=word)
        for place, label in enumerate(bank.labels)
        for at, (split, voice, word) in enumerate(kinds)
    ]


def foreign_bytes(
    clips: Sequence[Clip], head: ShardHeader, artifacts: Sequence[str] | None = None
) -> bytes:
    """A shard by a program that checks nothing; ``artifacts`` are those of its rows."""

    whole = shard_bytes(clips[:0], head)
    pa, parquet = arrow(), arrow("pyarrow.parquet")
    kinds = parquet.read_schema(pa.BufferReader(whole))
    made = shard_table(clips, head)
    if artifacts is not None:
        place = made.schema.get_field_index("artifact")
        made = made.set_column(place, made.schema.field(place), pa.array(artifacts))
    sink = pa.BufferOutputStream()
    parquet.write_table(made.replace_schema_metadata(kinds.metadata), sink)
    return cast("bytes", sink.getvalue().to_pybytes())


def audited(folder: Path) -> Report:
    return audit(open_input(folder, None), folder.name)


def codes(report: Report) -> list[str]:
    return [finding.code for finding in report.findings]


def changed(clips: Iterable[Clip], number: int, **values: Any) -> list[Clip]:  # noqa: ANN401  any field
    """The clips, the one of that number with other values."""
    name = f"clip{number:04}"
    return [evolve(clip, **values) if clip.id == name else clip for clip in clips]


@pytest.fixture(scope="module")
def clips(bank: Bank) -> list[Clip]:
    return sound_set(bank)


@pytest.fixture(scope="module")
def folder(bank: Bank, clips: list[Clip], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A set with nothing wrong, but that it has few phonemes."""
    return write_set(tmp_path_factory.mktemp("audit") / "sound", ShardHeader.of(bank), clips)


@pytest.fixture(scope="module")
def report(folder: Path) -> Report:
    return audited(folder)


def test_a_sound_set_passes(report: Report) -> None:
    assert codes(report) == ["phonemes"]
    assert not report.failed
    assert report.faults == ()
    assert (report.clips, report.frames, report.unmeasured) == (48, 48 * FRAMES, 0)
    assert report.whole.kept == report.whole.closures == 48 * 5
    assert all(abs(group.excess) < 1e-6 for group in report.labels)
    assert all(group.own == 1.0 and group.distance < 1e-3 for group in report.labels)


def test_a_mouth_open_in_silence_is_found_in_its_label_alone(
    bank: Bank, clips: list[Clip], tmp_path: Path
) -> None:
    def opened(clip: Clip) -> Clip:
        targets = clip.targets.copy()
        jaw = bank.channels.index("jawOpen")
        silent = clip.speech == 0.0
        targets[silent, jaw] = np.minimum(1.0, targets[silent, jaw] + 0.25)
        return evolve(clip, targets=targets, source="takes", real=True)

    mixed = [*(opened(one) if one.label == "joy" else one for one in clips)]
    found = audited(write_set(tmp_path / "open", ShardHeader.of(bank), mixed))
    wrong = [one for one in found.findings if one.code == "mouth-open"]
    assert [one.subject for one in wrong] == ["takes, joy"]
    assert found.failed
    assert found.open[0].label == "joy"
    assert found.open[0].value > 0.1
    group = next(one for one in found.groups if one.source == "takes")
    assert group.real is True
    assert group.excess > 0.1


def test_too_little_silence_a_label_is_judged_by_source(
    bank: Bank, clips: list[Clip], tmp_path: Path
) -> None:
    """A clip a label has too little silence to be judged; their source has enough."""
    jaw = bank.channels.index("jawOpen")
    few = [evolve(one, targets=one.targets.copy()) for one in clips if one.split is Split.TRAIN]
    for one in few:
        one.targets[one.speech == 0.0, jaw] = 0.5
        one.targets[:, bank.channels.index("mouthPressLeft")] = 0.0
        one.targets[:, bank.channels.index("mouthPressRight")] = 0.0
    found = audited(write_set(tmp_path / "few", ShardHeader.of(bank), few))
    assert [one.subject for one in found.findings if one.code == "mouth-open"] == ["espeak"]


def test_closures_lost_are_found_by_label_and_by_voice(
    bank: Bank, clips: list[Clip], tmp_path: Path
) -> None:
    jaw = bank.channels.index("jawOpen")

    def parted(clip: Clip) -> Clip:
        targets = clip.targets.copy()
        targets[clip.speech > 0.0, jaw] = np.maximum(0.4, targets[clip.speech > 0.0, jaw])
        return evolve(clip, targets=targets)

    zoe = [parted(one) if one.voice == "zoe" and one.label == "awe" else one for one in clips]
    more = [evolve(one, id=f"{one.id}{k}", mel=one.mel + k) for k in range(8) for one in zoe]
    found = audited(write_set(tmp_path / "parted", ShardHeader.of(bank), more))
    wrong = [one for one in found.findings if one.code == "closures"]
    assert [one.subject for one in wrong] == ["espeak, awe"]
    assert "80 of 120" in wrong[0].message
    voices = {voice.voice: voice for voice in found.voices}
    assert voices["anna"].kept == voices["anna"].closures == 8 * 32 * 5
    assert voices["zoe"].kept == voices["zoe"].closures - 8 * 5


def with_row(values: F32, frame: int, place: int, value: float) -> F32:
    changed = values.copy()
    changed[frame, place] = value
    return changed


def test_each_broken_clip_is_named_and_nothing_else(
    bank: Bank, clips: list[Clip], tmp_path: Path
) -> None:
    smile, frown = (bank.channels.index(f"mouth{name}Left") for name in ("Smile", "Frown"))
    both = with_row(with_row(clips[12].targets, 3, smile, 0.5), 3, frown, 0.4)
    joy = bank.labels.index("joy")
    broken = changed(clips, 0, targets=with_row(clips[0].targets, 5, 7, math.nan))
    broken = changed(broken, 3, mel=with_row(clips[3].mel, 6, 1, math.inf))
    broken = changed(broken, 6, targets=with_row(clips[6].targets, 7, 2, 1.2))
    broken = changed(broken, 9, conditions=with_row(clips[9].conditions, 8, joy, 1.0))
    broken = changed(broken, 12, targets=both)
    broken = changed(broken, 15, conditions=with_row(clips[15].conditions, 2, 17, -1.5))
    broken = changed(broken, 18, label="joy")
    broken = changed(broken, 21, mel=np.full_like(clips[21].mel, -18.4))
    found = audited(write_set(tmp_path / "broken", ShardHeader.of(bank), broken, foreign_bytes))
    told = {(kind.code, fault.clip): fault.message for kind in found.faults for fault in kind.first}
    assert set(told) == {
        ("not-a-number", "clip0000"),
        ("not-a-number", "clip0003"),
        ("out-of-range", "clip0006"),
        ("conditions", "clip0009"),
        ("antagonists", "clip0012"),
        ("conditions", "clip0015"),
        ("conditions", "clip0018"),
        ("silent", "clip0021"),
    }
    assert told["not-a-number", "clip0000"] == "targets of frame 5 is not finite"
    assert (
        "mouthSmileLeft 0.500 with mouthFrownLeft 0.400 in frame 3"
        in told["antagonists", "clip0012"]
    )
    assert told["conditions", "clip0015"] == "A of frame 2 is -1.5, expected [-1, 1]"
    assert all(fault.shard == "train-00000.parquet" for k in found.faults for fault in k.first)
    assert found.unmeasured == 6
    assert set(codes(found)) == {*(code for code, _ in told), "phonemes"}


def test_series_of_other_lengths_are_named(bank: Bank, clips: list[Clip]) -> None:
    from mien_trainer.audit.faults import structure_faults

    clip = clips[0]
    assert list(structure_faults(clip, bank, 80)) == []
    short = evolve(clip, mel=clip.mel[:-1], speech=clip.speech[:-2])
    told = [message for code, message in structure_faults(short, bank, 80) if code == "lengths"]
    assert told == [
        f"mel has shape ({FRAMES - 1}, 80), expected ({FRAMES}, 80)",
        f"speech has shape ({FRAMES - 2},), expected ({FRAMES},)",
    ]


def test_leaks_and_doubles_are_named(bank: Bank, clips: list[Clip], tmp_path: Path) -> None:
    leaking = changed(clips, 2, text="One!")
    leaking = changed(leaking, 4, id="clip0003")
    extra = [
        evolve(clips[9], id="again"),
        evolve(clips[12], id="elsewhere", split=Split.TEST, text="three"),
        evolve(clips[5], id="zoe-learned", split=Split.TRAIN, text="one", mel=clips[5].mel + 1),
    ]
    found = audited(write_set(tmp_path / "leaks", ShardHeader.of(bank), [*leaking, *extra]))
    told = {(kind.code, fault.clip) for kind in found.faults for fault in kind.first}
    assert told == {
        ("sentence-leak", "clip0002"),
        ("same-id", "clip0003"),
        ("duplicate", "again"),
        ("duplicate-leak", "elsewhere"),
        ("voice-leak", "zoe-learned"),
    }
    assert next(f for f in found.findings if f.code == "duplicate").severity.value == "warning"


def test_a_clip_of_another_artifact_is_named(bank: Bank, clips: list[Clip], tmp_path: Path) -> None:
    def write(part: Sequence[Clip], head: ShardHeader) -> bytes:
        rows = ["f" * 64 if one.id == "clip0006" else head.artifact for one in part]
        return foreign_bytes(part, head, rows)

    found = audited(write_set(tmp_path / "rows", ShardHeader.of(bank), clips, write))
    faults = [fault for kind in found.faults for fault in kind.first]
    assert [(fault.shard, fault.clip) for fault in faults] == [("train-00000.parquet", "clip0006")]
    assert "f" * 64 in faults[0].message
    assert bank.digest in faults[0].message


def test_shards_of_another_artifact_or_other_bytes_are_named(
    bank: Bank, clips: list[Clip], tmp_path: Path
) -> None:
    folder = write_set(tmp_path / "shards", ShardHeader.of(bank), clips)
    other = evolve(ShardHeader.of(bank), artifact="e" * 64)
    test = [clip for clip in clips if clip.split is Split.TEST]
    (folder / "test-00000.parquet").write_bytes(shard_bytes(test, other))
    validation = [clip for clip in clips if clip.split is Split.VALIDATION]
    (folder / "validation-00000.parquet").write_bytes(
        shard_bytes(validation[::-1], ShardHeader.of(bank))
    )
    (folder / "train-00009.parquet").write_bytes(b"")
    found = audited(folder)
    told = {(kind.code, fault.shard) for kind in found.faults for fault in kind.first}
    assert told == {
        ("artifact", "test-00000.parquet"),
        ("shard-changed", "validation-00000.parquet"),
        ("stray-shard", "train-00009.parquet"),
    }
    assert found.clips == 32


def test_clips_that_were_refused_are_pointed_out(
    bank: Bank, clips: list[Clip], tmp_path: Path
) -> None:
    folder = write_set(tmp_path / "refused", ShardHeader.of(bank), clips)
    refused = Refused(clip="train-000009", source="flite", item="kal/s0001", reason="no such voice")
    write_manifest(folder, evolve(read_manifest(folder), refused=(refused,)))
    found = audited(folder)
    assert not found.failed
    told = next(one for one in found.findings if one.code == "refused")
    assert (told.subject, told.message) == ("1 clip", "train-000009: flite: no such voice")


def test_clipped_channels_are_pointed_out(bank: Bank, clips: list[Clip], tmp_path: Path) -> None:
    place = bank.channels.index("cheekSquintLeft")

    def flat(clip: Clip) -> Clip:
        targets = clip.targets.copy()
        targets[:, place] = 1.0
        return evolve(clip, targets=targets)

    found = audited(write_set(tmp_path / "flat", ShardHeader.of(bank), map(flat, clips)))
    finding = next(one for one in found.findings if one.code == "clipped")
    assert "cheekSquintLeft in 100%" in finding.message
    assert not found.failed


def slow(bank: Bank, clips: Iterable[Clip], label: str) -> dict[str, float]:
    """The figures of a label by plain Python, a number at a time."""
    kinds = dict(zip(bank.channels, bank.tables.classes, strict=True))
    archetypes = [
        (table.label, row.tolist()) for table in bank.tables.labels for row in table.archetypes
    ]
    sums: dict[str, list[float]] = {}

    def note(name: str, value: float) -> None:
        sums.setdefault(name, []).append(value)

    def opening(face: Sequence[float]) -> float:
        """How far lips part, which has tests of its own."""
        from mien_trainer.lips.closures import lip_gap

        return float(lip_gap(np.array([face]), bank.channels)[0])

    for clip in clips:
        if clip.label != label:
            continue
        rows: list[list[float]] = clip.targets.tolist()
        expected = [
            bank.face(label, vad=vad, speech=said).tolist()
            for vad, said in zip(
                clip.conditions[:, 16:].tolist(), clip.speech.tolist(), strict=True
            )
        ]
        silent = [
            all(s <= 0.05 for s in clip.speech[max(0, k - 6) : k + 7]) for k in range(len(rows))
        ]
        spoken = [s >= 0.5 for s in clip.speech.tolist()]
        for name, mask in (("silence", silent), ("speech", spoken)):
            for k, counted in enumerate(mask):
                if not counted:
                    continue
                for at, channel in enumerate(bank.channels):
                    kind = kinds[channel].lower()
                    if kind == "expression":
                        continue
                    note(f"{name} {kind} weight", rows[k][at])
                    if k and mask[k - 1]:
                        note(f"{name} {kind} motion", abs(rows[k][at] - rows[k - 1][at]))
        for k, counted in enumerate(silent):
            if counted:
                note("gap", opening(rows[k]))
                note("rest", opening(expected[k]))
                far = [
                    (sum(abs(a - b) for a, b in zip(rows[k], face, strict=True)) / 52, name)
                    for name, face in archetypes
                ]
                note("distance", min(far)[0])
                note("own", min(far)[1] == label)
    return {
        "distance": statistics.median_low(sums.pop("distance")),
        **{name: sum(values) / len(values) for name, values in sums.items()},
    }


@pytest.mark.parametrize("label", ["joy", "awe"])
def test_figures_equal_plain_python(
    bank: Bank, clips: list[Clip], label: str, tmp_path: Path
) -> None:
    random = np.random.default_rng(7)

    def shaken(clip: Clip) -> Clip:
        noise = random.uniform(-0.2, 0.2, clip.targets.shape).astype(np.float32)
        return evolve(clip, targets=np.clip(clip.targets + noise, 0.0, 1.0))

    noisy = [shaken(clip) for clip in clips if clip.label in ("joy", "awe")]
    found = audited(write_set(tmp_path / "noisy", ShardHeader.of(bank), noisy))
    group = next(one for one in found.labels if one.label == label)
    wanted = slow(bank, noisy, label)
    moments = {"silence": group.silence, "speech": group.speech}
    measured = {
        f"{name} {kind} {what}": getattr(getattr(moment, kind), what)
        for name, moment in moments.items()
        for kind in ("shared", "lipsync")
        for what in ("weight", "motion")
    }
    measured |= {"gap": group.gap, "rest": group.rest, "own": group.own}
    assert measured == pytest.approx({k: v for k, v in wanted.items() if k != "distance"}, abs=1e-6)
    assert group.distance == pytest.approx(wanted["distance"], abs=1 / 4000)


def run(*arguments: object) -> Result:
    return CliRunner().invoke(command, [str(one) for one in arguments], standalone_mode=False)


def test_the_command_tells_what_matters_first(
    bank: Bank, clips: list[Clip], folder: Path, tmp_path: Path
) -> None:
    done = run(folder)
    assert done.return_value == 0
    assert "48 clips, 1.5 minutes, default 2.1.0: fine, 1 thing worth a look" in done.output
    assert "embarrassment" in done.output
    wrong = write_set(tmp_path / "wrong", ShardHeader.of(bank), changed(clips, 2, text="One!"))
    failed = run(wrong, "--format", "json")
    assert failed.return_value == 1
    told: dict[str, Any] = json.loads(failed.stdout)
    assert told["failed"] is True
    assert told["faults"][0]["first"][0]["clip"] == "clip0002"
    assert len(told["labels"]) == 16


def test_json_is_whole_and_the_same_every_time(folder: Path) -> None:
    one, other = (run(folder, "--format", "json").stdout for _ in range(2))
    assert one == other
    assert "NaN" not in one
    assert "Infinity" not in one


def test_the_page_stands_alone(bank: Bank, clips: list[Clip], tmp_path: Path, folder: Path) -> None:
    odd = changed(clips, 0, id="<b>&", text="<script>")
    odd = changed(odd, 3, targets=with_row(clips[3].targets, 5, 7, 1.5), id="<i>")
    out = tmp_path / "page.html"
    assert run(write_set(tmp_path / "odd", ShardHeader.of(bank), odd), "-o", out).return_value == 1
    text = out.read_text("utf-8")
    assert not re.search(r'(src|href)="|@import|url\((?!#)|<script|<b>&|<i>', text)
    ids = re.findall(r' id="([^"]+)"', text)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r"url\(#([^)]+)\)", text)) <= set(ids)
    assert "prefers-color-scheme: dark" in text
    assert all(f"<h3>{label}</h3>" in text for label in bank.labels)
    again = tmp_path / "again.html"
    run(folder, "-o", again)
    first = again.read_bytes()
    run(folder, "-o", again)
    assert again.read_bytes() == first


def spoil(folder: Path, how: str) -> None:
    """Break the manifest or the shard of test clips."""

    manifest, shard = folder / "manifest.json", folder / "test-00000.parquet"
    if how == "no manifest":
        manifest.unlink()
    elif how == "no JSON":
        manifest.write_text("{", "utf-8")
    elif how == "no shard":
        shard.unlink()
    elif how == "cut":
        shard.write_bytes(shard.read_bytes()[:-100])
    else:
        parquet = arrow("pyarrow.parquet")
        table = parquet.read_table(shard)
        told = table.schema.metadata[b"mien"].replace(b"targets-shard/1", b"targets-shard/9")
        parquet.write_table(table.replace_schema_metadata({b"mien": told}), shard)


@pytest.mark.parametrize(
    ("how", "told"),
    [
        ("no manifest", "expected targets (a manifest.json"),
        ("no JSON", "not a JSON text"),
        ("no shard", "there is no such file"),
        ("cut", "damaged or cut off"),
        ("other schema", "expected mien/targets-shard/1"),
    ],
)
def test_what_cannot_be_read_is_refused(
    bank: Bank, clips: list[Clip], tmp_path: Path, how: str, told: str
) -> None:
    folder = write_set(tmp_path / "set", ShardHeader.of(bank), clips)
    spoil(folder, how)
    assert told in refusal(folder, "-o", tmp_path / "page.html")
    assert not (tmp_path / "page.html").exists()


def refusal(*arguments: object) -> str:
    """What the command says when it refuses; `mien` exits with 2 for these kinds of exceptions."""
    error = run(*arguments).exception
    assert isinstance(error, MienError | UsageError)
    return str(error)


def test_another_bank_is_refused_naming_both(bank: Bank, folder: Path) -> None:
    release = resources.presets() / "releases" / "default" / "1.0.0" / "default.safetensors"
    told = refusal(folder, "--bank", release)
    assert bank.digest in told
    assert mien.load(release).digest in told
    assert "--bank" in told


def test_the_program_exits_with_what_was_found(folder: Path, tmp_path: Path) -> None:
    ended(0, "targets", "audit", folder)
    ended(2, "targets", "audit", tmp_path)


def test_neither_targets_nor_takes(tmp_path: Path) -> None:
    assert "found neither" in refusal(tmp_path)
    assert "there is no such folder" in refusal(tmp_path / "missing")
    assert "should end in .html" in refusal(tmp_path, "-o", tmp_path / "page.pdf")


def test_an_unknown_bank_is_refused(folder: Path) -> None:
    assert "no bank 'defualt': did you mean default?" in refusal(folder, "--bank", "defualt")


def record(folder: Path, bank: Bank, name: str, jaw: float) -> None:
    """A second of silence, one of noise, one of silence; neutral but for the jaw."""
    weights = np.zeros((3 * FRAME_RATE, len(bank.channels)), dtype=np.float32)
    weights[:, bank.channels.index("jawOpen")] = jaw
    write_take(folder / f"{name}.csv", steady_take(60, bank.channels, weights))
    sound = np.random.default_rng(1).uniform(-0.3, 0.3, 3 * SAMPLE_RATE)
    sound[:SAMPLE_RATE] *= 1e-4
    sound[-SAMPLE_RATE:] *= 1e-4
    write_wav(folder / f"{name}.wav", sound)


def test_takes_are_judged_before_they_become_targets(bank: Bank, tmp_path: Path) -> None:
    shut, agape = tmp_path / "shut", tmp_path / "agape"
    for folder, jaw in ((shut, 0.0), (agape, 0.3)):
        folder.mkdir()
        lines = ["schema: mien/takes/1", "voice: nobody", "licence: CC0-1.0", "takes:"]
        for name in ("one", "two"):
            record(folder, bank, name, jaw)
            lines.append(f"  {name}: {{label: neutral}}")
        lines.append("  three: {label: joy}")
        (folder / "labels.yaml").write_text("\n".join(lines) + "\n", "utf-8")
    sound, open_ = audited(shut), audited(agape)
    assert codes(sound) == ["refused"]
    assert "there is no three.csv" in sound.findings[0].message
    assert not sound.failed
    assert sound.whole.silence.frames > 2 * FRAME_RATE
    assert (open_.findings[0].code, open_.findings[0].subject) == ("mouth-open", "takes, neutral")
    assert open_.labels[0].gap == pytest.approx(0.3, abs=0.03)


def test_takes_that_are_all_refused_are_not_fine(tmp_path: Path) -> None:
    lines = ["schema: mien/takes/1", "voice: nobody", "licence: CC0-1.0", "takes:"]
    lines += ["  one: {label: joy}"]
    (tmp_path / "labels.yaml").write_text("\n".join(lines) + "\n", "utf-8")

    done = run(tmp_path)

    assert done.return_value == 1, done.output
    assert "0 clips, 0.0 minutes, default 2.1.0: 1 error, 1 thing worth a look" in done.output
    assert "error: the set: has not one clip that can be used [no-clips]" in done.output
    assert "warning: 1 fault: " in done.output
    assert "there is no one.csv" in done.output


@given(st.lists(st.floats(0.0, 1.0, width=32), max_size=40))
def test_silence_is_away_from_speech(levels: list[float]) -> None:
    silent = silent_frames(np.array(levels, dtype=np.float32)).tolist()
    quietest = float(np.float32(SILENT))
    assert silent == [
        all(level <= quietest for level in levels[max(0, k - SETTLE) : k + SETTLE + 1])
        for k in range(len(levels))
    ]


@given(st.lists(st.floats(0.0, 1.0, width=32), min_size=1, max_size=60), st.floats(0.01, 1.0))
def test_quantiles_are_right_to_a_bin_in_any_pieces(values: list[float], share: float) -> None:
    whole, parts = Histogram(), Histogram()
    whole.add(np.array(values, dtype=np.float32))
    for value in values:
        part = Histogram()
        part.add(np.array([value], dtype=np.float32))
        parts.merge(part)
    exact = sorted(values)[max(1, math.ceil(share * len(values))) - 1]
    assert whole.quantile(share) == parts.quantile(share)
    assert abs(whole.quantile(share) - exact) <= 1.0 / BINS
    assert sum(whole.histogram(40, 1.0)) == len(values)
