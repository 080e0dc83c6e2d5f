"""`mien doctor`: what it finds in takes that are made wrong on purpose, and what it lets pass."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from attrs import evolve
from tests.program import ended

from mien.doctor.findings import Finding, findings
from mien.doctor.measurements import Measurements, measure
from mien.formats import livelink, named_json
from mien.formats.arkit import arkit_channels, arkit_rig
from mien.formats.take import F64, Take, recorded_take, steady_take

CHANNELS = arkit_channels()
ROWS = 120


def at(channel: str) -> int:
    return CHANNELS.index(channel)


def moving(**columns: F64 | float) -> F64:
    """Weights (N, C) in which every channel moves a little, antagonists below their caps."""
    wave = 0.5 + 0.5 * np.sin(np.arange(ROWS)[:, np.newaxis] / 9.0 + np.arange(len(CHANNELS)))
    weights = 0.02 * wave
    for name, values in columns.items():
        weights[:, at(name)] = values
    return weights


def looking() -> Take:
    """Eyes that look around, with the turns that the app records for it."""
    rng = np.random.default_rng(3)
    gaze = np.convolve(rng.normal(0, 1, ROWS + 20), np.ones(21) / 5, "valid")[:ROWS]
    lift = np.convolve(rng.normal(0, 1, ROWS + 20), np.ones(21) / 5, "valid")[:ROWS]
    right, down = 0.2 * np.tanh(gaze), 0.2 * np.tanh(lift)
    weights = moving(
        eyeLookOutRight=np.maximum(right, 0.0),
        eyeLookInLeft=np.maximum(right, 0.0),
        eyeLookInRight=np.maximum(-right, 0.0),
        eyeLookOutLeft=np.maximum(-right, 0.0),
        **{f"eyeLookDown{side}": np.maximum(down, 0.0) for side in ("Left", "Right")},
        **{f"eyeLookUp{side}": np.maximum(-down, 0.0) for side in ("Left", "Right")},
    )
    zero = np.zeros(ROWS)
    eyes = np.stack([35 * right, 32 * down, zero] * 2, axis=1)
    return recorded_take(60.0, CHANNELS, np.arange(ROWS) / 60.0, weights, eyes=eyes)


def exchanged(take: Take, names: dict[str, str]) -> Take:
    """The take with columns under other names."""
    order = [at(names.get(name, name)) for name in CHANNELS]
    return evolve(take, weights=take.weights[:, order])


def swapped_sides() -> Take:
    names = [name for name in CHANNELS if name.endswith("Left")]
    pairs = [(name, f"{name.removesuffix('Left')}Right") for name in names]
    return exchanged(looking(), {a: b for pair in pairs for a, b in (pair, pair[::-1])})


def measured(take: Take) -> Measurements:
    return measure(take, arkit_rig())


def said(take: Take) -> dict[str, Finding]:
    return {one.kind: one for one in findings(measured(take))}


def test_a_take_in_order_has_no_findings() -> None:
    found = measured(looking())
    assert findings(found) == ()
    assert (found.rows, found.rate) == (ROWS, 60.0)
    assert found.row_rate == pytest.approx(60.0)
    assert found.moving == CHANNELS
    assert [(turn.eye, turn.axis) for turn in found.eyes] == [
        *(("Left", "yaw"), ("Right", "yaw"), ("Left", "pitch"), ("Right", "pitch"))
    ]
    assert all(turn.agreement > 0.99 for turn in found.eyes)


def test_exchanged_sides_are_seen_by_the_eyes() -> None:
    found = said(swapped_sides())
    assert list(found) == ["sides-exchanged"]
    assert found["sides-exchanged"].wrong
    assert "left and right are exchanged" in found["sides-exchanged"].message


def test_in_and_out_of_one_eye_exchanged_are_named() -> None:
    inner, outer = "eyeLookInLeft", "eyeLookOutLeft"
    found = said(exchanged(looking(), {inner: outer, outer: inner}))
    assert list(found) == ["eye-turn"]
    assert found["eye-turn"].wrong
    assert found["eye-turn"].message.startswith(
        "LeftEyeYaw runs against eyeLookOutLeft minus eyeLookInLeft (r -"
    )
    assert found["eye-turn"].hint.startswith("are Out and In exchanged")


def test_columns_out_of_order_are_seen_by_the_eyes() -> None:
    shifted = dict(zip(CHANNELS, (*CHANNELS[1:], CHANNELS[0]), strict=True))
    turns = [one for one in findings(measured(exchanged(looking(), shifted))) if one.wrong]
    assert any(one.kind == "eye-turn" and "in the order of the header" in one.hint for one in turns)


def test_eyes_that_hardly_turn_prove_nothing() -> None:
    take = looking()
    assert take.eyes is not None
    assert measured(evolve(take, eyes=take.eyes * np.float32(0.01))).eyes == ()
    assert measured(evolve(take, eyes=None)).eyes == ()


@pytest.mark.parametrize(("lost", "wrong"), [(20, False), (50, True)])
def test_a_gap_is_wrong_where_too_much_would_be_made_up(lost: int, wrong: bool) -> None:
    times = np.delete(np.arange(ROWS) / 60.0, range(40, 40 + lost))
    found = said(recorded_take(60.0, CHANNELS, times, moving()[: len(times)]))
    assert list(found) == ["gaps"]
    assert found["gaps"].wrong == wrong
    assert found["gaps"].message == f"{lost} frames ({lost / 60:.2f} s) lost at 0.67 s"


def test_single_frames_that_are_lost_are_counted_as_frames() -> None:
    def lost(*rows: int) -> str:
        times = np.delete(np.arange(ROWS) / 60.0, rows)
        return said(recorded_take(60.0, CHANNELS, times, moving()[: len(times)]))["gaps"].message

    assert lost(40) == "1 frame lost at 0.67 s"
    assert lost(40, 60) == "2 frames lost in 2 gaps, at most 1 frame at once, at 0.67 s"
    assert lost(40, 60, 61) == (
        "3 frames lost in 2 gaps, at most 2 frames (0.03 s) at once, at 1.00 s"
    )


def test_an_uneven_clock_is_a_note() -> None:
    uneven = np.arange(ROWS) / 60.0 + np.random.default_rng(1).uniform(0, 0.008, ROWS)
    found = said(recorded_take(60.0, CHANNELS, uneven, moving()))
    assert list(found) == ["jitter"]
    assert "expected 16.7 ms each" in found["jitter"].message


def test_rows_that_come_twice_or_hold_no_face_are_counted() -> None:
    times = np.arange(ROWS) / 60.0
    times[60:] -= 1 / 60.0
    found = said(recorded_take(60.0, CHANNELS, times, moving(), lost=2))
    assert set(found) == {"repeated-rows", "lost-rows"}
    assert found["repeated-rows"].message.startswith("1 row of a moment")
    assert found["lost-rows"].message == "2 rows without a face"


def test_the_range_is_a_note_near_and_wrong_far() -> None:
    wave = 0.5 + 0.53 * np.sin(np.arange(ROWS) / 9.0)
    near = recorded_take(60.0, CHANNELS, np.arange(ROWS) / 60.0, moving(jawOpen=wave))
    found = findings(measured(near))
    assert [(one.kind, one.wrong) for one in found] == [("weights-outside", False)]
    assert found[0].message.startswith("jawOpen beyond [0, 1] a little (from -0.0")
    far = recorded_take(60.0, CHANNELS, np.arange(ROWS) / 60.0, moving(jawOpen=1.3 * wave))
    found = findings(measured(far))
    assert [(one.kind, one.wrong) for one in found] == [("weights-outside", True)]
    assert found[0].message.startswith("jawOpen runs from -0.0")


def test_what_stands_still_is_named() -> None:
    weights = moving(cheekPuff=0.0, tongueOut=0.0, jawForward=0.25, noseSneerRight=0.0)
    found = findings(measured(steady_take(60.0, CHANNELS, weights.astype(np.float32))))
    assert [one.message for one in found] == [
        "noseSneerRight never moves, and noseSneerLeft does",
        "cheekPuff, noseSneerRight and tongueOut stayed at rest",
        "never moving: jawForward at 0.25",
    ]
    assert [one.kind for one in found] == ["one-sided", "still", "stuck"]
    assert not any(one.wrong for one in found)
    still = steady_take(60.0, CHANNELS, np.zeros((9, len(CHANNELS)), dtype=np.float32))
    assert [(one.message, one.wrong) for one in findings(measured(still))] == [
        ("no channel moves", True)
    ]


def test_opposites_at_once_are_told_with_the_moment() -> None:
    push = np.where(np.arange(ROWS) == 30, 0.4, 0.01)
    hard = moving(jawLeft=push, jawRight=push)
    found = said(steady_take(60.0, CHANNELS, hard.astype(np.float32)))
    assert found["opposites-together"].wrong
    assert found["opposites-together"].message == (
        "jawLeft and jawRight are opposites, and both reach 0.40 at 0.50 s (expected one of the "
        "two at rest), in 1 row"
    )
    soft = next(one for one in arkit_rig().antagonists if one.kind.value == "soft")
    push = soft.cap + 0.1 + np.linspace(0.0, 0.1, ROWS)
    both = moving(**dict.fromkeys(soft.pair, push))
    found = said(steady_take(60.0, CHANNELS, both.astype(np.float32)))
    assert not found["opposites-together"].wrong
    assert f"(expected the weaker up to {soft.cap:g})" in found["opposites-together"].message


def test_many_opposites_at_once_are_one_finding() -> None:
    pairs = [one.pair for one in arkit_rig().antagonists if one.kind.value == "hard"][:6]
    assert len(pairs) == 6
    everyone = moving(**{name: 0.5 for pair in pairs for name in pair})
    everyone[60:, at(pairs[0][0])] = everyone[60:, at(pairs[0][1])] = 0.6
    found = findings(measured(steady_take(60.0, CHANNELS, everyone.astype(np.float32))))
    (one,) = (one for one in found if one.kind == "opposites-together" and one.wrong)
    assert one.message.startswith(f"{pairs[0][0]} and {pairs[0][1]} are opposites")
    assert f"; so do {pairs[1][0]} with {pairs[1][1]}, " in one.message


def renamed(take: Take, old: str, new: str) -> bytes:
    return livelink.encode(take).replace(old.encode(), new.encode(), 1)


def test_a_missing_channel_is_told_with_the_name_that_may_be_meant(tmp_path: Path) -> None:
    path = tmp_path / "take.csv"
    path.write_bytes(renamed(looking(), "MouthSmileLeft", "MouthSmilLef"))
    out = ended(1, "doctor", path).stdout
    assert "wrong: there is no mouthSmileLeft [channel-missing]\n" in out
    assert "hint: MouthSmilLef may be mouthSmileLeft\n" in out
    path.write_bytes(renamed(looking(), "MouthSmileLeft", "Angry"))
    out = ended(1, "doctor", path).stdout
    assert "hint: a channel that is missing stays at rest\n" in out
    assert "note: Angry is no channel, left out [name-unknown]\n" in out


def test_json_that_lacks_channels_is_measured_too(tmp_path: Path) -> None:
    path = tmp_path / "take.json"
    own = CHANNELS[:51]
    weights = moving()[:, :51].astype(np.float32)
    path.write_bytes(named_json.encode(steady_take(60.0, own, weights)))
    assert "note: tongueOut was not recorded, and stays at rest [no-tongue]" in (
        ended(0, "doctor", path).stdout
    )
    path.write_bytes(named_json.encode(steady_take(60.0, own[1:], weights[:, 1:])))
    assert "there is no eyeBlinkLeft [channel-missing]" in ended(1, "doctor", path).stdout


def test_text_and_json_say_the_same(tmp_path: Path) -> None:
    good, bad, broken = (tmp_path / name for name in ("good.csv", "bad.csv", "broken.json"))
    good.write_bytes(livelink.encode(looking()))
    bad.write_bytes(livelink.encode(swapped_sides()))
    broken.write_text("{")
    out = ended(0, "doctor", good).stdout
    assert out.startswith(
        f"{good}: Live Link Face CSV, 120 rows in 2.00 s\n  rate      60 a second"
    )
    assert out.endswith(
        "52 recorded, 52 move\n  eyes      turns and look channels, r 1.000 to 1.000 (expected 1)\n"
    )
    documents = json.loads(ended(1, "doctor", good, bad, "--format", "json").stdout)["files"]
    assert [one["file"] for one in documents] == [str(good), str(bad)]
    assert [[finding["kind"] for finding in one["findings"]] for one in documents] == [
        *([], ["sides-exchanged"])
    ]
    assert documents[0]["rows"] == 120
    assert documents[1]["eyes"][0]["agreement"] < -0.9
    documents = json.loads(ended(2, "doctor", broken, good, "--format", "json").stdout)["files"]
    assert [one["code"] for one in documents[0]["faults"]] == ["no-json"]
    assert documents[1]["findings"] == []


def test_what_cannot_be_read_is_two_and_the_others_are_still_told(tmp_path: Path) -> None:
    good, other = tmp_path / "good.csv", tmp_path / "take.fbx"
    good.write_bytes(livelink.encode(looking()))
    other.write_text("x")
    found = ended(2, "doctor", other, tmp_path / "none.csv", good)
    assert "expected a name that ends in .csv" in found.stderr
    assert "the file cannot be read: no such file" in found.stderr
    assert "120 rows" in found.stdout
    ended(2, "doctor")
    assert "expected a name that ends in" in ended(2, "doctor", other, "--format", "json").stdout


def test_tables_of_a_folder_that_are_no_takes_are_left_out_and_damaged_takes_told(
    tmp_path: Path,
) -> None:
    whole = livelink.encode(looking())
    header, *rows = whole.decode().splitlines()
    (tmp_path / "good.csv").write_bytes(whole)
    (tmp_path / "scores.csv").write_text("person;age;notes\nA;30;grüße\n", "latin-1")
    (tmp_path / "words.csv").write_text("word,start_s,end_s\nhello,0,1\n", "utf-8")
    said = ended(0, "doctor", tmp_path)
    assert "good.csv: Live Link Face CSV, 120 rows" in said.stdout
    assert said.stderr == "left out, as they are no takes: 2 files\n"
    document = json.loads(ended(0, "doctor", tmp_path, "--format", "json").stdout)
    assert [Path(one["file"]).name for one in document["left_out"]] == ["scores.csv", "words.csv"]
    damaged = {
        "empty.csv": b"",
        "cut.csv": whole[:3000],
        "headless.csv": "\n".join(rows).encode(),
        "binary.csv": bytes(range(256)),
        "semicolons.csv": whole.replace(b",", b";"),
        "misspelt.csv": header.replace("ight", "igt").replace("eft", "ef").encode() + b"\n1,2\n",
        "utf16.csv": whole.decode().encode("utf-16"),
    }
    for name, data in damaged.items():
        (tmp_path / name).write_bytes(data)
    said = ended(2, "doctor", tmp_path)
    assert all(f"{name}:" in said.stderr for name in damaged)
    assert said.stderr.endswith("left out, as they are no takes: 2 files\n")


def test_each_file_has_its_own_refusal(tmp_path: Path) -> None:
    names = ("empty", "none.csv", "none", "notes.md", "line.wav", "take.csv.gz", "good.csv")
    empty, lost, nothing, strange, sound, packed, good = (tmp_path / name for name in names)
    empty.mkdir()
    for path in (strange, sound, packed):
        path.write_text("x")
    good.write_bytes(livelink.encode(looking()))
    files = [*map(str, (empty, lost, nothing, strange, sound, packed, good))]
    found = ended(2, "doctor", *files)
    assert f"{empty}: error: there is no take in this folder" in found.stderr
    assert f"{nothing}: there is no such file\n" in found.stderr
    assert f"{sound}: it is sound, and holds no face; `mien speak`" in found.stderr
    assert f"{packed}: it is compressed; gunzip it" in found.stderr
    (ends,) = (line for line in found.stderr.splitlines() if str(strange) in line)
    assert all(ends.count(f"{one} (") == 1 for one in (" .csv", " .json", " .pcap"))
    assert ends.endswith(", or a model: .vrm, .glb, .gltf, .vrma")
    assert "120 rows" in found.stdout
    documents = json.loads(ended(2, "doctor", *files, "--format", "json").stdout)["files"]
    assert [one["file"] for one in documents] == files
