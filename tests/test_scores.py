"""Scores: read, checked at line and column, formatted, locked, performed into every format."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from attrs import evolve
from tests.program import ended

import mien
from mien.errors import SourceError
from mien.formats.registry import read_take, readable, writable, write_take
from mien.formats.take import steady_take
from mien.performance import sources
from mien.performance.lips import LipTrack, still_lips
from mien.performance.sources import LipRequest, SpokenLips, Word
from mien.scores.prepare import prepare
from mien.scores.read import read_score

BANK = "default@1.1.0"
HERE = Path(__file__).parent
GOLDEN = HERE / "golden" / "score"


def written(folder: Path, body: str) -> Path:
    path = folder / "line.yaml"
    path.write_text(f"schema: mien/score/1\nbank: {BANK}\n{body}", "utf-8")
    return path


def faults(path: Path) -> list[str]:
    """Line, column, code and message of all that is wrong."""
    try:
        found = prepare(read_score(path)).warnings
    except SourceError as refusal:
        found = refusal.faults
    return [
        f"{one.place.line}:{one.place.column} {one.code}: {one.message}"
        + (f" ({one.hint})" if one.hint else "")
        for one in found
    ]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("cues: [{time: 1, label: joy}]", ["1:1 score-endless: nothing says how long it is"]),
        (
            "seconds: 3\ncues:\n  - {time: 2, label: joy}\n  - {time: 1, label: awe}",
            ["6:12 cue-order: it begins at 1 s, not after 2 s"],
        ),
        (
            "seconds: 3\ncues:\n  - {time: 3.5, label: joy}",
            ["5:12 cue-beyond: it begins at 3.5 s, and the performance lasts from 0 to 3 s"],
        ),
        (
            "seconds: 3\ncues:\n  - {time: 0, shift: -1, label: joy}",
            ["5:12 cue-beyond: it begins at -1 s"],
        ),
        ("seconds: 3\ncues: [{label: joy}]", ["4:8 cue-moment: it has neither time nor word"]),
        (
            "seconds: 3\ncues: [{time: 1, word: so, label: joy}]",
            ["cue-moment: it has both time and word"],
        ),
        (
            "seconds: 3\ncues: [{word: so, label: joy}]",
            ["4:15 unknown-word: the lips do not know the words of the sound"],
        ),
        (
            "seconds: 3\ncues: [{time: 1, label: jy}, {time: 2, label: {joy: 0.5, aw: 0.5}}]",
            ["4:25 unknown-label: no label 'jy' (did you mean joy?", "4:62 unknown-label"],
        ),
        (
            "seconds: 3\ncues: [{time: 1, label: joy, style: peacful}]",
            ["4:37 unknown-name: joy has no style 'peacful' (did you mean peaceful?)"],
        ),
        (
            "seconds: 3\ncues: [{time: 1, label: {joy: 1}, style: peaceful}]",
            ["cue-refused: a style belongs to one label"],
        ),
        ("seconds: 3\ncues: [{time: 1, label: {joy: 0.9, awe: 0.9}}]", ["cue-refused: label wei"]),
        ("seconds: 3\ncues: [{time: 1, label: joy, at: hgh}]", ["4:34 cue-refused: no anchor"]),
        (
            "seconds: 3\ncues: [{time: 1, label: joy, at: high, intensity: 1}]",
            ["cue-refused: at and intensity both say where"],
        ),
        ("seconds: 3\ncues: [{time: 1, at: high}]", ["4:22 cue-refused: at without a label"]),
        (
            "seconds: 3\nstart: {label: joi}\ngaze: [{time: 9, look: left}]",
            ["4:16 unknown-label: no label 'joi'", "5:15 cue-beyond: it begins at 9 s"],
        ),
        (
            "seconds: 3\ncues: [{time: 2.8, label: joy}]",
            ["4:8 cue-unseen: the face comes to rest in the last half second"],
        ),
        ("seconds: 3\nlips: {from: network}", ["4:14 bad-lips: lips from network need a sound"]),
        ("seconds: 3\nlips: {from: take}", ["4:14 bad-lips: lips from take need a file"]),
        ("seconds: 3\nlips: {from: take, file: no.fbx}", ["bad-lips: ", ""]),
        ("audio: no.wav", ["3:8 bad-sound: "]),
        ("audio: no.wav\nlips: {from: words, text: Hi}", ["3:8 bad-sound: "]),
        ("audio: no.wav\nlips: {from: none}", ["3:8 bad-sound: "]),
        (
            "seconds: 3\nceus: []",
            ["4:1 unknown-key: there is no key ceus here (did you mean cues?)"],
        ),
        ("seconds: 3\ncues: [{time: 1, transition: 0}]", ["out-of-range"]),
        (
            "seconds: 3\ngaze: [{time: 1, look: lfet}]",
            ['up or down, or numbers, found the text "lfet" (did you mean left?)'],
        ),
        ("seconds: 3\nlife: {blinks: 9}", ["out-of-range"]),
        (
            "seconds: 3\ncues: [{time: 1, label: joy, intensity: high}]",
            ['wrong-type: expected a number, found the text "high" (an intensity by its name is'],
        ),
    ],
)
def test_what_is_wrong_is_said_where_it_stands(
    tmp_path: Path, body: str, expected: list[str]
) -> None:
    found = faults(written(tmp_path, body))
    assert found, body
    for wanted, fault in zip(expected, found, strict=False):
        assert wanted in fault


TIMED = """schema: mien/score/1
bank: {bank}
seconds: 6
cues:
  - {{time: 0.2, label: cross, sequence: flash, at: high, transition: 0.1}}
  - {{time: {second}, label: glad, sequence: {sequence}, transition: 0.2}}
  - {{time: 3.9, label: calm}}
"""


def timed(folder: Path, second: float = 1.5, sequence: str = "dynamics") -> Path:
    path = folder / "timed.yaml"
    bank = HERE / "banks" / "timed"
    path.write_text(TIMED.format(bank=bank, second=second, sequence=sequence))
    return path


def test_sequences_are_played_one_at_a_time(tmp_path: Path) -> None:
    path = timed(tmp_path)
    assert not faults(path)
    take = mien.perform(path, life=False)
    plain = tmp_path / "plain.yaml"
    plain.write_text(path.read_text().replace(", sequence: flash", ""))
    assert not np.array_equal(take.weights, mien.perform(plain, life=False).weights)
    found = faults(timed(tmp_path, second=0.6))
    assert found == [
        "6:40 sequences-overlap: the sequence before it plays until 1.1 s (let it end, or leave "
        "one out)"
    ]
    found = faults(timed(tmp_path, sequence="flush"))
    assert found[0].startswith("6:40 unknown-name: glad has no sequence 'flush'")
    path.write_text(path.read_text().replace("label: glad, sequence: flush", "label: {glad: 1}"))
    path.write_text(path.read_text().replace("label: cross,", "label: {cross: 1},"))
    assert "cue-refused: a sequence belongs to one label" in faults(path)[0]
    path = written(tmp_path, "seconds: 2\ncues: [{time: 0, label: joy, sequence: laugh}]\n")
    assert "default 1.1.0 has no timeline of joy" in faults(path)[0]


def test_the_golden_sequence_has_its_lock(tmp_path: Path) -> None:
    path = timed(tmp_path)
    ended(0, "score", "lock", path)
    found = path.with_suffix(".lock").read_text()
    golden = GOLDEN.with_name("score_timed.lock").read_text()
    assert _without_score(found) == _without_score(golden)


def _without_score(lock: str) -> str:
    """The lock without the digest of the score, in which a path of this machine stands."""
    return "".join(one for one in lock.splitlines(keepends=True) if "sha256:" not in one)


def test_a_bank_that_is_not_there_is_named(tmp_path: Path) -> None:
    path = tmp_path / "line.yaml"
    path.write_text("schema: mien/score/1\nbank: defualt\nseconds: 1\n")
    assert faults(path)[0].startswith("2:7 unknown-bank: no bank 'defualt': did you mean default?")


def test_all_faults_are_said_at_once(tmp_path: Path) -> None:
    cues = "  - {time: 2, label: jy}\n  - {time: 1, label: joy}\n  - {label: joy}\n"
    codes = [one.split()[1] for one in faults(written(tmp_path, f"seconds: 9\ncues:\n{cues}"))]
    assert codes == ["unknown-label:", "cue-order:", "cue-moment:"]


@pytest.mark.parametrize(
    "command",
    [
        ("perform", "line.yaml", "-o", "line.csv"),
        ("score", "check", "line.yaml"),
        ("score", "lock", "line.yaml"),
        ("score", "plan", "line.yaml"),
        ("speak", "line.wav", "--score", "line.yaml"),
    ],
)
def test_every_command_says_names_that_are_not_there_beside_a_wrong_form(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    written(tmp_path, "seeds: 7\naudio: none.wav\ncues: [{time: 1, label: jy}]\n")
    said = ended(1 if "check" in command else 2, *command).output
    assert "did you mean seed?" in said
    assert "no label 'jy'" in said
    assert ("none.wav: there is no such file" in said) is (command[0] != "speak")
    assert f"{2 if command[0] == 'speak' else 3} errors" in said


@pytest.fixture
def words(monkeypatch: pytest.MonkeyPatch) -> None:
    """A source of lips that knows words."""

    def lips(request: LipRequest) -> SpokenLips:
        said = (("Oh,", 0.2), ("so", 1.0), ("it's", 1.3), ("so", 2.0))
        return SpokenLips(
            frames=180,
            tracks=lambda: iter([still_lips(request.bank.channels, 180)]),
            source="words",
            said="lips of words",
            words=tuple(Word(text=text, start=at, end=at + 0.2) for text, at in said),
        )

    monkeypatch.setattr(sources, "SOURCES", {"take": f"{__name__}:_WORDS"})
    monkeypatch.setitem(globals(), "_WORDS", lips)


@pytest.mark.usefixtures("words")
def test_cues_begin_with_words_each_after_the_one_before(tmp_path: Path) -> None:
    cues = "[{word: so, label: joy}, {word: IT'S, shift: 0.1, label: awe}, {word: so, label: fear}]"
    path = written(tmp_path, f"lips: {{from: take, file: x.csv}}\ncues: {cues}\n")
    assert [one.start for one in prepare(read_score(path)).plan.moves] == [60000, 84000, 120000]
    path = written(tmp_path, "lips: {from: take, file: x.csv}\ncues: [{word: sow}, {word: oh}]\n")
    assert (
        faults(path)[0] == "4:15 unknown-word: the word 'sow' is not said after 0 s (did you "
        "mean so?)"
    )


def speech(folder: Path) -> Path:
    """A take of lips: open and shut, twice a second, for two seconds, then nothing."""
    channels = mien.load(BANK).channels
    weights = np.zeros((180, len(channels)), dtype=np.float32)
    beat = np.abs(np.arange(120) % 30 - 15) / 15.0
    weights[:120, channels.index("jawOpen")] = 0.4 * beat
    weights[:120, channels.index("mouthPressLeft")] = 0.6 * (1.0 - beat)
    weights[:120, channels.index("mouthPressRight")] = 0.6 * (1.0 - beat)
    weights[:, channels.index("browInnerUp")] = 0.5  # not the mouth's: left out
    path = folder / "lips.json"
    write_take(path, steady_take(60, channels, weights))
    return path


SCORE = """seconds: 4
seed: 7
lips: {from: take, file: lips.json}
cues:
  - {time: 0.1, label: interest, style: curious, transition: 0.5}
  - {time: 1.2, label: {joy: 0.6, surprise: 0.4}, at: high}
  - {time: 1.4, label: joy, vad: [0.7, 0.2, 0.3]}
  - {time: 2.5, label: sadness, intensity: 0.75, strength: 0.8, transition: 0.7}
gaze:
  - {time: 0.8, look: left}
  - {time: 2, look: [10, 12], head: 0.6}
"""


def test_the_golden_score_has_its_lock(tmp_path: Path) -> None:
    """Every number of it, on any machine. `mien score lock` writes it anew where it is stale."""
    speech(tmp_path)
    path = written(tmp_path, SCORE)
    ended(0, "score", "lock", path)
    golden = GOLDEN.with_suffix(".lock")
    assert path.with_suffix(".lock").read_text() == golden.read_text()
    ended(0, "score", "lock", path, "--check")
    path.write_text(path.read_text().replace("seed: 7", "seed: 8"))
    ended(1, "score", "lock", path, "--check")


def test_a_take_in_every_format(tmp_path: Path) -> None:
    speech(tmp_path)
    path = written(tmp_path, SCORE)
    take = mien.perform(path)
    assert take.weights.shape == (240, 52)
    assert not take.weights[-1].any()
    assert take.head is not None
    assert take.eyes is not None
    for form in writable():
        out = tmp_path / f"take{form.ending}"
        ended(0, "perform", path, "-o", out)
        if form in readable() and form.sampled:
            again = read_take(out, channels=take.channels)
            assert np.abs(again.weights - take.weights).max() < 1e-5
    for name in ("take.csv", "take.json"):
        again = read_take(tmp_path / name, channels=take.channels)
        assert again.head is not None
        assert again.eyes is not None
        assert np.abs(again.head - take.head).max() < 1e-3
        assert np.abs(again.eyes - take.eyes).max() < 1e-3
    still = mien.perform(path, life=False)
    assert (still.weights[:, take.channels.index("eyeBlinkLeft")] == 0.0)[:70].all()


def test_lips_close_under_every_cue(tmp_path: Path) -> None:
    speech(tmp_path)
    take = mien.perform(written(tmp_path, SCORE))
    shut = np.arange(15, 120, 30)
    for name in ("jawOpen", "mouthFunnel", "mouthLowerDownLeft", "mouthUpperUpLeft", "tongueOut"):
        assert not take.weights[shut, take.channels.index(name)].any(), name


def test_another_bank_and_no_life(tmp_path: Path) -> None:
    path = written(tmp_path, "seconds: 2\ncues: [{time: 0, label: joy}]\n")
    out = tmp_path / "take.json"
    said = ended(0, "perform", path, "--bank", "default@1.0.0", "--no-life", "-o", out)
    assert "120 faces of default 1.0.0" in said.stdout
    take = json.loads(out.read_text())
    assert "head" not in take
    assert "default 1.0.0" in take["source"]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("-o", "take.fbx"), "or a film: .mp4, .webm"),
        (("-o", "take.csv", "--avatar", "line.yaml"), "--avatar is for films"),
    ],
)
def test_wrong_usage_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], expected: str
) -> None:
    monkeypatch.chdir(tmp_path)
    written(tmp_path, "seconds: 1\n")
    assert expected in ended(2, "perform", "line.yaml", *arguments).stderr


def test_check_says_what_is_used(tmp_path: Path) -> None:
    speech(tmp_path)
    path = written(tmp_path, SCORE)
    said = ended(0, "score", "check", path).stdout
    assert "4 cues in 4.00 s" in said
    assert "lips from the take lips.json, 180 frames" in said
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("schema: mien/score/1\nseconds: 1\ncues: [{time: 2}]\n")
    found = json.loads(ended(1, "score", "check", path, wrong, "--format", "json").stdout)
    assert [one["code"] for one in found["faults"]] == ["cue-beyond"]
    assert found["scores"][0]["frames"] == 240


@pytest.mark.parametrize(
    "wrong", ["ceus: []\nseconds: 1\n", "seconds: 1\ncues: [{time: 2}]\n", "{"]
)
def test_a_bad_score_fails_its_check_and_is_bad_input_to_all_else(
    wrong: str, tmp_path: Path
) -> None:
    path = str(written(tmp_path, wrong))
    said = ended(1, "score", "check", path).stdout
    for command in (["perform", path, "-o", str(tmp_path / "a.csv")], ["score", "lock", path]):
        assert said.splitlines()[0] in ended(2, *command).stderr


def test_fmt_puts_keys_in_the_order_of_the_schema(tmp_path: Path) -> None:
    path = written(tmp_path, "seconds: 2\ncues:\n  - {label: joy, time: 0.50}  # here\n")
    ended(0, "score", "fmt", path)
    assert "  - {time: 0.5, label: joy}  # here\n" in path.read_text()
    ended(0, "score", "fmt", "--check", path)


def test_fmt_leaves_a_broken_score_alone(tmp_path: Path) -> None:
    path = written(tmp_path, "ceus: []\nseconds: 2\n")
    before = path.read_bytes()
    assert "there is no key ceus" in ended(2, "score", "fmt", path).stderr
    assert path.read_bytes() == before
    assert "nope.yaml' does not exist" in ended(2, "score", "fmt", tmp_path / "nope.yaml").stderr


def test_wrong_keys_hide_no_wrong_names(tmp_path: Path) -> None:
    cues = "cues:\n- {time: 1, label: jyo}\n- {time: 2, label: {joy: 0.5, aw: 0.5}}\n"
    path = written(tmp_path, f"audio: no.wav\nceus: []\n{cues}")
    found = json.loads(ended(1, "score", "check", path, "--format", "json").stdout)["faults"]
    assert [(one["code"], one["line"]) for one in found] == [
        ("bad-sound", 3),
        ("unknown-key", 4),
        ("unknown-label", 6),
        ("unknown-label", 7),
    ]


def test_json_is_a_score_too(tmp_path: Path) -> None:
    path = tmp_path / "line.json"
    path.write_text(
        '{"schema": "mien/score/1", "seconds": 1, "cues": [{"time": 0, "label": "joy"}]}'
    )
    assert len(mien.perform(path).weights) == 60


def test_blocks_of_lips_of_any_size_give_the_same_take(tmp_path: Path) -> None:
    speech(tmp_path)
    prepared = prepare(read_score(written(tmp_path, SCORE)))
    whole = prepared.take()
    assert prepared.lips is not None
    track = next(iter(prepared.lips.tracks()))

    def pieces() -> Iterator[LipTrack]:
        for at in range(0, track.frames, 11):
            yield LipTrack(
                channels=track.channels,
                weights=track.weights[at : at + 11],
                speech=track.speech[at : at + 11],
                contacts=track.contacts[at : at + 11],
                emphases=track.emphases[at : at + 11],
            )

    cut = evolve(prepared, lips=evolve(prepared.lips, tracks=pieces)).take()
    assert cut.weights.tobytes() == whole.weights.tobytes()


def test_the_examples_of_the_page_and_of_the_readme_run(tmp_path: Path) -> None:
    page = (HERE.parent / "compiler" / "mien" / "docs" / "scores.md").read_text()
    path = tmp_path / "page.yaml"
    path.write_text(page.split("```yaml\n")[1].split("```")[0])
    assert not faults(path)
    assert len(mien.perform(path).weights) == 360
    readme = (HERE.parent / "README.md").read_text()
    shown = next(one for one in readme.split("```yaml\n") if one.startswith("schema: mien/score/1"))
    path.write_text(shown.split("```")[0].replace("audio: line.wav", "seconds: 6"))
    assert not faults(path)


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="no ffmpeg on this machine")
@pytest.mark.parametrize("ending", [".mp4", ".webm"])
def test_a_film_has_its_pictures_and_the_sound(tmp_path: Path, ending: str) -> None:
    pytest.importorskip("resvg_py")
    soundfile = pytest.importorskip("soundfile", reason="needs the extra mien[targets]")
    soundfile.write(str(tmp_path / "line.wav"), 0.1 * np.sin(np.arange(8000) / 9.0), 16000)
    body = "audio: line.wav\nlips: {from: none}\ncues: [{time: 0, label: joy}]\n"
    path, out = written(tmp_path, body), tmp_path / f"film{ending}"
    ended(0, "perform", path, "-o", out)
    asked = ["ffprobe", "-v", "error", "-count_frames", "-show_streams", "-of", "json", str(out)]
    found = json.loads(subprocess.run(asked, capture_output=True, check=True).stdout)["streams"]
    streams = {one["codec_type"]: one for one in found}
    assert int(streams["video"]["nb_read_frames"]) == 15
    assert streams["video"]["width"] == 480
    assert "audio" in streams


def test_a_film_draws_another_rig_by_the_names_that_it_gives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("resvg_py")
    monkeypatch.chdir(tmp_path)
    channels = "channels: [{name: Grin, class: EXPRESSION}]\naliases: {Grin: [mouthSmileLeft]}\n"
    Path("robot.yaml").write_text(f"schema: mien/rig/1\nid: robot\ntitle: Robot\n{channels}")
    ended(0, "init", "presets/ours", "--rig", "robot.yaml")
    neutral = Path("presets/ours/emotions/neutral.yaml")
    neutral.write_text(neutral.read_text().replace("high: {}", "high: {Grin: 0.1}"))
    cue = "{time: 0, label: neutral, intensity: 1}"
    path = written(tmp_path, f"seconds: 0.5\nend: hold\ncues: [{cue}]\n")
    drawn: list[bytes] = []

    def kept(ending: str, pictures: Iterator[bytes], *rest: object, **settings: object) -> bytes:
        drawn.extend(pictures)
        return b""

    monkeypatch.setattr("mien.film.drawn.film_bytes", kept)
    ended(0, "perform", path, "--bank", "presets/ours", "-o", "film.mp4")
    assert drawn


def test_a_bank_with_other_channels_fills_the_columns_of_the_phone(tmp_path: Path) -> None:
    path = timed(tmp_path)
    for name in ("take.csv", "take.json"):
        ended(0, "perform", path, "--no-life", "-o", tmp_path / name)
    phone = read_take(tmp_path / "take.csv")
    own = read_take(tmp_path / "take.json")
    assert len(phone.channels) == 52
    assert (
        np.abs(
            phone.weights_at(own.times)[:, phone.channels.index("jawOpen")]
            - own.weights[:, own.channels.index("jawOpen")]
        ).max()
        < 1e-5
    )


@pytest.mark.parametrize("command", [["score", "check"], ["score", "lock"], ["perform"]])
def test_a_score_that_is_not_there_is_wrong_usage(command: list[str], tmp_path: Path) -> None:
    out = ["-o", str(tmp_path / "a.csv")] if command == ["perform"] else []
    assert "does not exist" in ended(2, *command, tmp_path / "none.yaml", *out).stderr
