"""MEAD features in the layouts that docs/mead.md describes, made small here."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path, PurePosixPath

import numpy as np
import pytest
from jsonschema import Draft202012Validator
from tests.sounds import write_wav

from mien import resources
from mien.formats.arkit import arkit_channels, sdk_channels
from mien_trainer.frames import F32, SAMPLE_RATE, frame_count
from mien_trainer.mead import source as mead
from mien_trainer.mead.clips import EMOTIONS, ClipName, clip_name, split_of_clip
from mien_trainer.mead.source import MeadSource
from mien_trainer.speech import (
    Prosody,
    SpeechRefusedError,
    SpeechSource,
    SpeechUnavailableError,
    Split,
)

NAMES, SDK = arkit_channels(), sdk_channels()
ROWS, RATE = 36, 30
Features = Callable[[Path, F32], None]


def weights(seed: int = 0) -> F32:
    """Rows in the rig's order, each channel its own ramp."""
    ends = np.random.default_rng(seed).uniform(0.1, 0.9, (2, len(NAMES)))
    share = np.linspace(0.0, 1.0, ROWS)[:, np.newaxis]
    return np.asarray(ends[0] + (ends[1] - ends[0]) * share, dtype=np.float32)


def in_sdk_order(rows: F32, count: int = 52) -> F32:
    return rows[:, [NAMES.index(name) for name in SDK]][:, :count]


def write_tone(path: Path, seconds: float = ROWS / RATE) -> None:
    times = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    write_wav(path, 0.3 * np.sin(900.0 * times) * (np.abs(times - 0.6) < 0.4))


def write_npy(path: Path, rows: F32) -> None:
    np.save(path, in_sdk_order(rows))


def write_npz(path: Path, rows: F32) -> None:
    np.savez(path, blendshapes=in_sdk_order(rows), head=np.zeros((3, 3)))


def write_csv(path: Path, rows: F32) -> None:
    lines = [",".join(["frame", *NAMES])]
    lines += [",".join(map(str, [number, *row])) for number, row in enumerate(rows.tolist())]
    path.write_text("\n".join(lines), "utf-8")


def put(path: Path, rows: F32, write: Features = write_npy) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    write(path, rows)
    return path


@pytest.fixture
def nested(tmp_path: Path) -> Path:
    """Two actors of different splits, as MEAD's archives unpack."""
    root = tmp_path / "MEAD"
    for actor, number, emotion, level in (
        ("M003", "001", "happy", 1),
        ("M003", "002", "angry", 3),
        ("M003", "010", "neutral", 1),
        ("M032", "025", "sad", 2),
        ("W040", "028", "contempt", 2),
    ):
        inside = f"{emotion}/level_{level}/{number}"
        put(root / actor / "arkit" / f"{inside}.npy", weights(int(number)))
        write_tone(root / actor / "audio" / f"{inside}.wav")
    return root


def test_clips_are_labelled_by_their_folders(nested: Path) -> None:
    source: SpeechSource = MeadSource(nested)
    assert [(one.key, one.label, one.intensity, one.split) for one in source.items()] == [
        ("M003/angry/level_3/002", "anger", "high", Split.TRAIN),
        ("M003/happy/level_1/001", "joy", "low", Split.TRAIN),
        ("M003/neutral/level_1/010", "neutral", "mid", Split.TRAIN),
        ("M032/sad/level_2/025", "sadness", "mid", Split.VALIDATION),
        ("W040/contempt/level_2/028", "contempt", "mid", Split.TEST),
    ]
    assert (source.name, source.real) == ("mead", True)
    assert {one.voice for one in source.items()} == {"M003", "M032", "W040"}


def test_a_clip_is_speech_with_its_own_curves(nested: Path) -> None:
    source = MeadSource(nested)
    spoken = source.speak(source.items()[0], Prosody())
    rows = weights(2)
    assert spoken.curves is not None
    assert spoken.curves.shape == (frame_count(len(spoken.audio)), 52)
    assert np.allclose(spoken.curves[: 2 * ROWS - 1 : 2], rows, atol=1e-6)
    assert np.allclose(spoken.curves[1], (rows[0] + rows[1]) / 2, atol=1e-6)
    assert spoken.licence.startswith("MEAD terms of use")
    assert [phoneme.symbol for phoneme in spoken.phonemes] == ["_", "?", "_"]
    source.close()


@pytest.mark.parametrize(
    ("suffix", "write"), [(".npy", write_npy), (".npz", write_npz), (".csv", write_csv)]
)
def test_every_kind_of_file_gives_the_same(tmp_path: Path, suffix: str, write: Features) -> None:
    put(tmp_path / f"M003/arkit/sad/level_2/003{suffix}", weights(), write)
    write_tone(tmp_path / "M003/audio/sad/level_2/003.wav")
    source = MeadSource(tmp_path)
    curves = source.speak(source.items()[0], Prosody()).curves
    assert curves is not None
    assert np.allclose(curves[: 2 * ROWS - 1 : 2], weights(), atol=1e-6)


def test_flat_names_are_read_too(tmp_path: Path) -> None:
    def write_51(path: Path, rows: F32) -> None:
        np.save(path, in_sdk_order(rows, 51)[np.newaxis])

    put(tmp_path / "arkit" / "M009_012_5_2.npy", weights(), write_51)
    write_tone(tmp_path / "wav" / "M009_012_5_2.wav")
    source = MeadSource(tmp_path)
    (item,) = source.items()
    assert (item.key, item.label, item.intensity) == (
        "M009/disgusted/level_3/012",
        "disgust",
        "high",
    )
    curves = source.speak(item, Prosody()).curves
    assert curves is not None
    expected = weights()
    expected[:, NAMES.index("tongueOut")] = 0.0
    assert np.allclose(curves[: 2 * ROWS - 1 : 2], expected, atol=1e-6)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("M003/audio/fear/level_2/004.m4a", ("M003", "fear", 2, "004")),
        ("data/W009/video/front/fear/level_2/004.npy", ("W009", "fear", 2, "004")),
        ("arkit/W009_004_4_1.npy", ("W009", "fear", 2, "004")),
        ("M003/video/left_30/fear/level_2/004.npy", None),
        ("M003/video/top/fear/level_2/004.npy", None),
        ("M003/fear/level_4/004.npy", None),
        ("M003/glad/level_1/004.npy", None),
        ("fear/level_1/004.npy", None),
        ("M003/fear/level_1/notes.csv", None),
        ("arkit/W009_004_8_1.npy", None),
    ],
)
def test_paths_tell_the_clip(path: str, name: tuple[str, str, int, str] | None) -> None:
    found = clip_name(PurePosixPath(path))
    told = found and (found.actor, found.emotion, found.level, found.number)
    assert told == name


def test_labels_are_the_banks() -> None:
    labels = {path.stem for path in (resources.presets() / "default" / "emotions").iterdir()}
    assert len(EMOTIONS) == 8
    assert set(EMOTIONS.values()) <= labels


def test_no_actor_and_no_sentence_crosses_over() -> None:
    seen: dict[str, set[Split]] = {}
    for actor in ("M003", "W029", "M032", "W036", "M042", "W040"):
        for emotion, last in (("happy", 30), ("neutral", 40)):
            for number in range(1, last + 1):
                name = ClipName(actor=actor, emotion=emotion, level=1, number=f"{number:03d}")
                split = split_of_clip(name)
                if split is not None:
                    seen.setdefault(actor, set()).add(split)
                    seen.setdefault(f"{emotion} {number}", set()).add(split)
    assert all(len(splits) == 1 for splits in seen.values())
    assert len(seen) == 6 + 30 + 40


def test_settings_say_rate_and_order(tmp_path: Path) -> None:
    def write_arkit(path: Path, rows: F32) -> None:
        np.save(path, rows)

    put(tmp_path / "M003/arkit/sad/level_2/003.npy", weights(), write_arkit)
    write_tone(tmp_path / "M003/audio/sad/level_2/003.wav", ROWS / 25)
    settings = tmp_path / "mead.yaml"
    settings.write_text("schema: mien/mead/1\nrate: 25\norder: arkit\nlicence: mine\n", "utf-8")
    source = MeadSource(tmp_path)
    spoken = source.speak(source.items()[0], Prosody())
    assert spoken.licence == "mine"
    assert spoken.curves is not None
    assert np.allclose(spoken.curves[12], weights()[5], atol=1e-6)
    named = json.dumps(["_neutral", *reversed(NAMES)])
    settings.write_text(f"schema: mien/mead/1\nrate: 25\ncolumns: {named}\n", "utf-8")

    def write_named(path: Path, rows: F32) -> None:
        np.save(path, np.concatenate((np.full((ROWS, 1), 0.5), rows[:, ::-1]), axis=1))

    put(tmp_path / "M003/arkit/sad/level_2/003.npy", weights(), write_named)
    again = MeadSource(tmp_path)
    curves = again.speak(again.items()[0], Prosody()).curves
    assert curves is not None
    assert np.array_equal(curves, spoken.curves)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("schema: mien/mead/1\nrate: fast\n", "mead.yaml:2:7: error: rate: expected a number"),
        ("schema: mien/mead/1\norder: mediapipe\n", "mead.yaml:2:8: error: order: expected sdk"),
        (
            "schema: mien/mead/1\ncolumns: "
            + json.dumps([name.replace("jawOpen", "jawOpne") for name in NAMES]),
            "did you mean jawOpen?",
        ),
    ],
)
def test_faults_of_settings_have_their_place(nested: Path, text: str, message: str) -> None:
    (nested / "mead.yaml").write_text(text, "utf-8")
    with pytest.raises(SpeechUnavailableError) as refusal:
        MeadSource(nested).items()
    assert message in str(refusal.value)


def test_what_cannot_be_used_is_counted_by_reason(nested: Path) -> None:
    (nested / "M003/audio/happy/level_1/001.wav").unlink()
    (nested / "M032/arkit/sad/level_2/025.npy").unlink()
    put(nested / "M003/arkit/happy/level_1/030.npy", weights())
    write_tone(nested / "M003/audio/happy/level_1/030.wav")
    source = MeadSource(nested)
    assert len(source.items()) == 3
    assert sorted(str(one) for one in source.refusals()) == [
        "mead: clips whose actor is of one split and whose sentence of another: 1, "
        "the first M003/happy/level_1/030",
        "mead: clips with a sound and no features: 1, the first M032/sad/level_2/025",
        "mead: clips with features and no sound: 1, the first M003/happy/level_1/001",
    ]


def write_pickle(path: Path, rows: F32) -> None:
    np.save(path, np.array({"verts": rows}, dtype=object), allow_pickle=True)


def write_flame(path: Path, rows: F32) -> None:
    np.save(path, rows[:, :1].repeat(53, axis=1))


def write_text(path: Path, rows: F32) -> None:
    path.write_text("weights", "utf-8")


def write_nan(path: Path, rows: F32) -> None:
    changed = in_sdk_order(rows)
    changed[3, 4] = np.nan
    np.save(path, changed)


def write_long(path: Path, rows: F32) -> None:
    np.save(path, np.concatenate((in_sdk_order(rows), in_sdk_order(rows))))


def write_arrays(path: Path, rows: F32) -> None:
    with path.open("wb") as stream:
        np.savez(stream, one=rows, two=rows)


def write_flat(path: Path, rows: F32) -> None:
    np.save(path, rows.ravel())


@pytest.mark.parametrize(
    ("write", "message"),
    [
        (write_pickle, "holds Python objects, which may run code when read"),
        (write_flame, "53 columns, expected 51 or 52; these look like FLAME parameters"),
        (write_text, "this is no NumPy file"),
        (
            write_nan,
            "weights[3, 4] (browOuterUpRight) is nan, expected a weight from 0 to 1 (1 such)",
        ),
        (write_long, "the features last 2.40 s at 30 rows a second, the sound 1.20 s; set rate"),
        (write_arrays, "holds the arrays one, two, expected one of weights, blendshapes, arkit"),
        (write_flat, "holds float32 (1872,), expected weights (rows, channels)"),
    ],
)
def test_files_of_another_kind_are_refused_by_name(
    nested: Path, write: Features, message: str
) -> None:
    put(nested / "M003/arkit/happy/level_1/001.npy", weights(), write)
    source = MeadSource(nested)
    item = next(one for one in source.items() if one.label == "joy")
    with pytest.raises(SpeechRefusedError) as refusal:
        source.speak(item, Prosody())
    assert message in str(refusal.value)
    assert "M003/happy/level_1/001" in str(refusal.value)


def test_an_empty_or_missing_folder_says_what_is_expected(tmp_path: Path) -> None:
    with pytest.raises(SpeechUnavailableError, match="there is no folder"):
        MeadSource(tmp_path / "none").items()
    with pytest.raises(SpeechUnavailableError, match="such as M003/arkit/angry/level_1/001"):
        MeadSource(tmp_path).items()


def test_compressed_sound_needs_ffmpeg(nested: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sound = nested / "M003/audio/happy/level_1/001.wav"
    sound.rename(sound.with_suffix(".m4a"))
    monkeypatch.setattr(mead, "find_ffmpeg", lambda: None)
    source = MeadSource(nested)
    assert len(source.items()) == 4
    (refusal,) = source.refusals()
    assert "clips with sound as .m4a, for which ffmpeg has to be installed: 1" in str(refusal)


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="no ffmpeg on this machine")
def test_compressed_sound_is_read(nested: Path) -> None:
    plain = nested / "M003/audio/happy/level_1/001.wav"
    command = ["ffmpeg", "-v", "error", "-i", str(plain), str(plain.with_suffix(".m4a"))]
    subprocess.run(command, check=True, timeout=60)
    plain.unlink()
    source = MeadSource(nested)
    item = next(one for one in source.items() if one.label == "joy")
    spoken = source.speak(item, Prosody())
    assert len(spoken.audio) / SAMPLE_RATE == pytest.approx(1.2, abs=0.1)
    assert 0.2 < float(np.abs(spoken.audio).max()) < 0.5
    plain.with_suffix(".m4a").write_bytes(b"no sound")
    with pytest.raises(SpeechRefusedError, match="ffmpeg cannot read it"):
        source.speak(item, Prosody())


def test_the_schema_is_a_schema() -> None:
    found = json.loads((resources.schemas() / "mead.schema.json").read_text("utf-8"))
    Draft202012Validator.check_schema(found)
    assert found["$id"] == "https://mien.dev/schema/mead/1"
