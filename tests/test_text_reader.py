"""Reading text: tokens, features, tags, units, records, the command, the twin in JavaScript."""

from __future__ import annotations

import json
import re
import subprocess
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st
from tests.child import installed
from tests.program import ended, ran
from tests.sounds import write_wav

import mien
from mien import resources
from mien.artifact.container import pack, unpack
from mien.errors import ArtifactError, QueryError
from mien.exact import exact_exp
from mien.reading.features import features_of
from mien.reading.lines import TextError, file_lines
from mien.reading.lock import drift, parse_reader_lock, reader_lock
from mien.reading.reader import Options, Reader, reader
from mien.reading.reading import strength_of
from mien.reading.readings import find_readings, read_readings
from mien.reading.released import find_reader
from mien.reading.score import ScoreSound, score_text
from mien.reading.tags import TagWords, tags_of
from mien.reading.tokens import Kind, normal, tokens_of
from mien.reading.units import sentences, spoken_by
from mien.reading.weights import Weights, read_weights, weights_bytes
from mien.scores.prepare import prepare
from mien.scores.read import read_score
from mien_trainer.frames import SAMPLE_RATE
from mien_trainer.reader.recipe import PROBE_LIST, find_recipe, read_recipe
from mien_trainer.reader.train import sentences_sha256

HERE = Path(__file__).parent
BANK = mien.load("default@1.1.0")
SHIPPED = find_reader("linear").path
WEIGHTS = read_weights(SHIPPED.read_bytes())
READER = Reader(WEIGHTS, BANK)
PROBE_TEXTS = PROBE_LIST.read_text("utf-8").splitlines()
STRANGE = st.text(
    alphabet=st.one_of(
        st.sampled_from(list("aeINOT'\u2019.…!?:;)(<3xD -,\u200d안않지만ㅋ😂❤️👍🏽İßﬁ")),
        st.characters(),
    ),
    max_size=60,
)


def names(text: str) -> list[str]:
    return [token.text for token in tokens_of(text)]


def test_tokens_are_small_words_marks_and_emoji() -> None:
    assert names("I\u2019m SOOO happy!!! :) 😂") == ["i'm", "soo", "happy", "!!", ":)", "😂"]
    assert names("행복하지 않다 ㅋㅋㅋㅋ...") == ["행복하지", "않다", "ㅋㅋ", "…"]
    assert names("Привет 你好 ١٢") == []
    (token,) = tokens_of("goooal")
    assert (token.text, token.short) == ("gooal", "goal")


@given(STRANGE)
def test_any_text_is_read(text: str) -> None:
    found = READER(text)
    assert found.label in BANK.labels
    assert 0.0 <= found.confidence <= 1.0
    assert 0.0 <= found.strength <= 1.0
    assert 0.0 <= found.intensity <= 1.0
    assert READER(text) == found
    if not any(token.spoken or token.kind is Kind.EMOJI for token in tokens_of(text)):
        assert found.by in ("nothing", "tag")
    if found.by == "nothing":
        assert (found.label, found.confidence, found.strength) == ("neutral", 0.0, 0.0)


@given(STRANGE)
def test_tokens_have_their_places_in_the_normal_text(text: str) -> None:
    plain = normal(text)
    places = [(token.start, token.end) for token in tokens_of(text)]
    assert all(start < end for start, end in places)
    assert places == sorted(places)
    if "\u0130" not in plain:
        assert not places or places[-1][1] <= len(plain)


def test_words_in_the_reach_of_a_negation_are_others() -> None:
    def numbers(text: str) -> set[int]:
        return {feature.number for feature in features_of(text, tokens_of(text))}

    def shared(one: str, other: str) -> int:
        return len(numbers(one) & numbers(other))

    assert shared("happy", "so happy") > shared("happy", "not happy")
    assert shared("not a happy day", "never happy") > shared("happy", "never happy")
    assert numbers("happy") <= numbers("not really, happy")  # a comma ends the reach
    assert numbers("laughing") <= numbers("can't stop laughing")  # and so does a second one


def test_what_stands_before_a_but_counts_half() -> None:
    text = "sad but happy"
    counts = {one.number: one.count for one in features_of(text, tokens_of(text))}
    (sad, *_), (happy, *_) = (features_of(word, tokens_of(word)) for word in ("sad", "happy"))
    assert counts[happy.number] == 2 * counts[sad.number]


def test_emoji_do_not_overrule_words() -> None:
    assert READER("😂😂").label == "amusement"
    assert READER("😂😂").by == "emoji"
    angry = READER("I hate you all so much, get out of here")
    assert READER("I hate you all so much, get out of here 😂").labels == angry.labels


def test_whom_a_text_is_about_does_not_move_its_label() -> None:
    for text in ("{} lost the game and went home.", "I am afraid of {}", "{} is so happy today!"):
        found = [READER(text.format(who)).labels for who in ("he", "she", "they")]
        assert found[0] == found[1] == found[2]


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("I'm so happy to see you!", "joy"),
        ("I am not happy about this.", "sadness"),
        ("I'm not sad.", "neutral"),
        ("There's nothing to worry about.", "relief"),
        ("You're pathetic.", "contempt"),
        ("I'm so bored.", "boredom"),
        ("The view is breathtaking.", "awe"),
        ("너무 행복해", "joy"),
        ("행복하지 않아", "sadness"),
    ],
)
def test_it_reads(text: str, label: str) -> None:
    assert READER(text).label == label


def test_confidence_sets_the_strength_and_the_top_label_is_no_mixture() -> None:
    found = READER("I'm so happy to see you!")
    assert next(iter(found.labels)) == found.label
    assert found.strength == strength_of(found.confidence)
    assert (strength_of(0.1), strength_of(0.9)) == (0.0, 1.0)
    assert strength_of(0.375) == pytest.approx(0.5)
    assert found.at in BANK.intensities
    assert found.vad == tuple(BANK.anchor(found.label, found.at or "").tolist())


def test_points_lie_on_the_line_of_the_label() -> None:
    loose = READER.with_options(Options(snap=False))
    found = loose("I'm really quite happy about it")
    assert found.at is None
    along = BANK.point(found.label, intensity=found.intensity)
    assert found.vad == tuple(along.tolist())


def test_sums_are_those_of_plain_python() -> None:
    """The logits, recomputed with Python's own whole numbers."""
    weights = WEIGHTS
    for text in PROBE_TEXTS:
        tokens = tokens_of(text)
        if not any(token.spoken for token in tokens):
            continue
        features = features_of(normal(text), tokens)
        place = {int(number): row for row, number in enumerate(weights.features.tolist())}
        rows = [(place[f.number], f.count) for f in features if f.number in place]
        length = sum(f.count**2 for f in features) ** 0.5
        found = READER(text).labels
        for i, label in enumerate(weights.labels):
            total = sum(int(weights.table[row, i]) * count for row, count in rows)
            logit = float(weights.bias[i]) + total * float(weights.scale[i]) / length
            assert found[label] == pytest.approx(1 / (1 + float(exact_exp(-logit))), abs=1e-15)


def test_explanations_name_the_words() -> None:
    explained = READER.with_options(Options(explain=True))
    found = explained("The weather is fine and I am delighted.")
    assert found.because[0].word == "delighted"
    assert found.because[0].moves > 0


def test_options_move_what_is_shown() -> None:
    text = "What is that?"
    plain = READER(text)
    assert READER.with_options(Options(prefer={"fear": 10.0}))(text).label == "fear"
    half = READER.with_options(Options(strength=0.5))(text)
    assert half.strength == plain.strength / 2
    lines = ["I am so sad today.", "Okay."]
    alone = list(READER.read(lines))
    together = list(READER.with_options(Options(context=2)).read(lines))
    assert together[0] == alone[0]
    assert together[1].labels["sadness"] > alone[1].labels["sadness"]
    for wrong in (
        Options(per="word"),
        Options(context=-1),
        Options(strength=2.0),
        Options(prefer={"jy": 1.0}),
    ):
        with pytest.raises(QueryError):
            READER.with_options(wrong)
    with pytest.raises(QueryError, match="no option contexts"):
        reader(contexts=2)


WORDS = TagWords(
    labels=BANK.labels,
    own=BANK.aliases,
    anchors={one: (*BANK.intensities, *BANK.styles(one)) for one in BANK.labels},
)


@pytest.mark.parametrize(
    ("text", "label", "intensity", "at"),
    [
        ("[happy] hi", "joy", None, None),
        ("<joy:0.4> hi", "joy", 0.4, None),
        ("[anger high] no", "anger", None, "high"),
        ("(sighs) well", "sadness", None, None),
        ("*Laughs* stop", "amusement", None, None),
    ],
)
def test_tags(text: str, label: str, intensity: float | None, at: str | None) -> None:
    (tag,), unknown = tags_of(text, WORDS)
    assert (tag.label, tag.intensity, tag.at) == (label, intensity, at)
    assert not unknown


@pytest.mark.parametrize("text", ["[12] a list", "(maybe) so", "*very* good", "a < b > c", "3 > 2"])
def test_what_is_no_tag_is_text(text: str) -> None:
    assert tags_of(text, WORDS)[0] == []


def test_unknown_tags_are_answered_with_the_nearest() -> None:
    found = next(READER.read(["[hapy] Hello there."]))
    assert found.by == "words"
    assert found.notes == ("no label 'hapy' (did you mean joy?); it is read as text",)
    (found,) = READER.read(["[joy:7] Hello."])
    assert "not from 0 to 1" in found.notes[0]
    (found,) = READER.read(["[joy:huge] Hello."])
    assert "expected one of low, mid, high" in found.notes[0]


def test_a_tag_holds_to_the_next_or_the_end_of_its_line() -> None:
    text = "Well. [sad] She left. I miss her. (laughs) Just kidding!"
    found = [(one.text, one.by, one.label) for one in READER.read([text, "It is noon."])]
    assert found[1:] == [
        ("She left.", "tag", "sadness"),
        ("I miss her.", "tag", "sadness"),
        ("Just kidding!", "tag", "amusement"),
        ("It is noon.", "words", "neutral"),
    ]
    (alone,) = READER.read(["(yawns)"])
    assert (alone.text, alone.label, alone.strength) == ("", "boredom", 1.0)


SCRIPT = ["MARA: I'm so happy! (A noise.)", "TOM (angrily) : Who is it?", "", "Mara: Note: no."]


def test_names_of_speakers_are_not_read() -> None:
    found = list(READER.read(SCRIPT))
    assert [one.speaker for one in found] == ["MARA", "MARA", "TOM", ""]
    assert [one.text for one in found] == [
        "I'm so happy!",
        "(A noise.)",
        "Who is it?",
        "Mara: Note: no.",
    ]
    assert (found[0].span.start, found[0].span.end) == (6, 19)
    assert (found[2].label, found[2].by) == ("anger", "tag")
    for line in ("12: a", "A: b", "https://a.b", "Tom:b", "12:30 o'clock", ": x"):
        assert spoken_by(line) == ("", line)


def test_speakers_are_shown_and_told_of(tmp_path: Path) -> None:
    path, score = tmp_path / "page.txt", str(tmp_path / "page.yaml")
    path.write_text("\n".join(SCRIPT), "utf-8")
    assert "MARA: I'm so happy!" in said(str(path))[1]
    status, _, err = said(str(path), "--score", "-o", score)
    assert (status, "lines of MARA, TOM on one face; --speaker NAME" in err) == (0, True)
    assert "on one face" not in said(str(path), "--speaker", "tom", "--score", "-o", score)[2]
    assert said(str(path), "--speaker", "Tim")[0] == 2


def test_only_the_lines_of_a_speaker_are_read() -> None:
    mara = READER.with_options(Options(speaker="mara"))
    assert [one.text for one in mara.read(SCRIPT)] == ["I'm so happy!", "(A noise.)", "Note: no."]
    whole = READER.with_options(Options(speaker="Tom", per="all"))
    assert [one.text for one in whole.read(SCRIPT)] == ["Who is it?"]
    with pytest.raises(QueryError, match=r"no line is spoken by Tim; did you mean TOM\?"):
        list(READER.with_options(Options(speaker="Tim")).read(SCRIPT))


@given(st.text(alphabet=list("AbÉ:() \u00a0.'-1\U0001f600"), max_size=30), st.booleans())
def test_a_line_keeps_its_places_without_its_speaker(line: str, any_case: bool) -> None:
    name, text = spoken_by(line, any_case=any_case)
    assert len(text) == len(line)
    assert all(one in (" ", other) for one, other in zip(text, line, strict=True))
    assert name in line


def test_sentences() -> None:
    line = "  Mr. Kim left... Did he? “Yes!” he said, e.g. twice. 정말요? 네"
    assert [line[start:end] for start, end in sentences(line)] == [
        "Mr. Kim left...",
        "Did he?",
        "“Yes!”",
        "he said, e.g. twice.",
        "정말요?",
        "네",
    ]


@given(STRANGE)
def test_sentences_lose_nothing_but_spaces(line: str) -> None:
    found = list(sentences(line))
    rest = line
    for start, end in found:
        assert line[start:end].strip() == line[start:end] != ""
    for start, end in reversed(found):
        rest = rest[:start] + rest[end:]
    assert not rest.strip()


def test_a_file_that_is_no_text_is_refused_at_its_byte(tmp_path: Path) -> None:
    path = tmp_path / "bad.txt"
    path.write_bytes(b"\xef\xbb\xbfabc\nd\xff")
    lines = file_lines(path)
    assert next(lines) == "abc\n"
    with pytest.raises(TextError, match="byte 8 is 0xff"):
        next(lines)


def small_weights() -> Weights:
    return evolve(WEIGHTS, features=WEIGHTS.features[:3], table=WEIGHTS.table[:3])


def test_the_file_comes_back_and_damage_is_seen() -> None:
    data = weights_bytes(small_weights())
    back = read_weights(data)
    assert weights_bytes(back) == data
    assert np.array_equal(back.table, WEIGHTS.table[:3])
    for place in range(0, len(data), 97):
        damaged = data[:place] + bytes([data[place] ^ 4]) + data[place + 1 :]
        with pytest.raises(ArtifactError):
            read_weights(damaged)
    for end in (0, 7, 100, len(data) - 1):
        with pytest.raises(ArtifactError):
            read_weights(data[:end])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"bias": np.full(19, np.nan, dtype=np.float32)}, "tensor bias: a number outside"),
        ({"confidence": np.full((2, 17), 1.5, dtype=np.float32)}, "tensor confidence"),
        ({"features": np.array([3, 2, 1], dtype=np.uint32)}, "expected ascending"),
        ({"labels": ("neutral",)}, "expected"),
        ({"neutral": "calm"}, "the neutral one among them"),
    ],
)
def test_hostile_files_are_refused(change: dict[str, object], message: str) -> None:
    with pytest.raises(ArtifactError, match=message):
        read_weights(weights_bytes(evolve(small_weights(), **change)))  # type: ignore[arg-type]


def test_other_files_are_refused() -> None:
    tensors, metadata = unpack(weights_bytes(small_weights()))
    other = json.loads(metadata) | {"schema": "mien/artifact/1"}
    with pytest.raises(ArtifactError, match="schema is mien/artifact/1"):
        read_weights(pack(tensors, json.dumps(other)))
    del tensors["scale"]
    with pytest.raises(ArtifactError, match="tensor scale"):
        read_weights(pack(tensors, metadata))


def test_a_reader_for_other_labels_is_refused() -> None:
    with pytest.raises(QueryError, match=r"for other labels: .* has no neutral, joy"):
        Reader(READER.weights, mien.load(HERE / "banks" / "tiny"))


def test_the_shipped_reader_is_small_and_credits_whom_it_learnt_from() -> None:
    assert SHIPPED.stat().st_size < 2_000_000
    weights = READER.weights
    assert weights.licence == "Apache-2.0"
    assert {one.split(",")[0] for one in weights.credits} == {
        "GoEmotions",
        "KOTE",
        "EmoTag1200",
        "Glasgow Norms",
    }
    assert {"recipe", "readings", "sentences", "vocabulary"} <= weights.made_from.keys()


def test_the_frozen_list_reads_as_it_did() -> None:
    shown = str(SHIPPED.with_name("mien.lock"))
    lock = parse_reader_lock(SHIPPED.with_name("mien.lock").read_bytes(), shown)
    assert drift(lock, reader_lock(SHIPPED.read_bytes(), READER, PROBE_TEXTS)) == []


def test_javascript_reads_the_same_bits(tmp_path: Path) -> None:
    node = installed("node")
    texts = [*PROBE_TEXTS, "", "1 < 2 <3", "İstanbul'da NOT bad but ﬁne", "x" * 5000, "a, " * 3000]
    texts += ["".join(PROBE_TEXTS[i::5]) for i in range(5)]
    script = tmp_path / "read.mjs"
    script.write_text(
        'import { readFileSync } from "node:fs";\n'
        f'import {{ Reader }} from "{(resources.web() / "reader.js").as_uri()}";\n'
        f"const reader = new Reader(new Uint8Array(readFileSync({str(SHIPPED)!r})), "
        f"{json.dumps(BANK.intensities)});\n"
        'const texts = JSON.parse(readFileSync(0, "utf8"));\n'
        "const prefer = { fear: 1.5 };\n"
        "const found = texts.map((text) => [reader.read(text), reader.read(text, { prefer })]);\n"
        "console.log(JSON.stringify(found.flat().map((one) => "
        "({ ...one, labels: [...one.labels] }))));\n",
        "utf-8",
    )
    done = subprocess.run(
        [node, str(script)], input=json.dumps(texts), capture_output=True, text=True, check=True
    )
    preferring = READER.with_options(Options(prefer={"fear": 1.5}))
    ours = [one for text in texts for one in (READER(text), preferring(text))]
    for theirs, found in zip(json.loads(done.stdout), ours, strict=True):
        kept = {
            key: theirs[key] for key in theirs if key not in ("text", "span", "notes", "speaker")
        }
        assert kept == {
            "by": found.by,
            "label": found.label,
            "labels": [list(pair) for pair in found.labels.items()],
            "confidence": found.confidence,
            "strength": found.strength,
            "intensity": found.intensity,
            "at": found.at,
            "vad": None,
        }


def said(*arguments: str) -> tuple[int, str, str]:
    found = ran("read", *arguments)
    return found.exit_code, found.stdout, found.stderr


def test_the_command_reads_text_files_and_stdin(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    status, out, _ = said("I'm so happy! I hate it.")
    assert status == 0
    assert [line.split()[0] for line in out.splitlines()] == ["label", "joy", "anger"]
    path = tmp_path / "line.txt"
    path.write_text("[hapy] I'm so happy!\n\nI hate it. So much.\n", "utf-8")
    status, out, err = said(str(path), "--per", "line", "--format", "jsonl")
    assert "line 1: no label 'hapy'" in err
    records = [json.loads(line) for line in out.splitlines()]
    assert [(one["line"], one["label"]) for one in records] == [(1, "joy"), (3, "anger")]
    status, out, _ = said(str(path), "--per", "all", "--format", "json", "--face")
    (record,) = json.loads(out)["readings"]
    assert len(record["face"]) == len(BANK.channels)
    with path.open("rb") as stream:
        monkeypatch.setattr("sys.stdin", type("In", (), {"buffer": stream}))
        status, out, _ = said("-", "--explain", "--format", "jsonl", "--no-snap")
    assert [json.loads(line)["at"] for line in out.splitlines()] == [None] * 3
    assert json.loads(out.splitlines()[0])["because"]


def test_an_explanation_has_a_legend() -> None:
    _, plain, _ = said("I'm so happy!")
    _, explained, _ = said("I'm so happy!", "--explain")
    legend, _, table = explained.partition("\n\n")
    assert table.splitlines()[0] == plain.splitlines()[0]
    for column in plain.splitlines()[0].split()[:-1]:
        assert f"\n{column} " in f"\n{legend}"
    assert "+ towards it, - away from it" in legend
    assert "happy +" in table.splitlines()[2]


@pytest.mark.parametrize(
    ("lines", "warned"),
    [
        (["Hi there. [happy]"], ["line 1, column 11: no words follow [happy]"]),
        (["", "MARA: <joy> [sad:0.4] Hi"], ["line 2, column 7: no words follow <joy>"]),
        (["[happy] Hi [sad]  ", "no"], ["line 1, column 12: no words follow [sad]"]),
        (["[happy]", "Hi", "Hi (sighs)", "Hi *laughs*", "(sighs) [joy]", "[joy]Hi[/joy]"], []),
    ],
)
@pytest.mark.parametrize("per", ["sentence", "line", "all"])
def test_a_tag_that_no_words_follow_is_told_of(
    lines: list[str], warned: list[str], per: str, tmp_path: Path
) -> None:
    path = tmp_path / "line.txt"
    path.write_text("\n".join(lines), "utf-8")
    status, _, err = said(str(path), "--per", per)
    assert status == 0
    found = [one.removeprefix("warning: ").partition(" in its")[0] for one in err.splitlines()]
    assert found == warned


@given(st.lists(st.sampled_from(["[joy]", "<sad>", "(sighs)", "[/joy]", "hi", " ", "\n", "[12]"])))
def test_a_tag_is_idle_before_a_blank_in_a_line_with_words(pieces: list[str]) -> None:
    text = "".join(pieces)
    expected: list[tuple[str, int, int]] = []
    for number, line in enumerate(text.split("\n"), 1):
        parts = re.split(r"(\[joy\]|<sad>|\(sighs\)|\[/joy\])", line)
        column = 1
        for part, following in pairwise([*parts, ""]):
            worded = any(one.strip() for one in parts[::2])
            if part in ("[joy]", "<sad>") and worded and not following.strip():
                expected.append((part, number, column))
            column += len(part)
    read = READER.with_options(Options(per="all")).read(text.split("\n"))
    found = [one.idle for one in read if one.idle is not None]
    assert [(one.written, one.line, one.column) for one in found] == expected


def test_empty_texts_are_neutral() -> None:
    for text in ("", "   ", "!!!", "Привет"):
        status, out, _ = said(text, "--format", "jsonl")
        record = json.loads(out)
        assert (status, record["label"], record["confidence"]) == (0, "neutral", 0.0)


def test_a_line_of_a_megabyte_is_read(tmp_path: Path) -> None:
    path = tmp_path / "long.txt"
    path.write_text("happy " * 175_000, "utf-8")
    status, out, _ = said(str(path))
    assert status == 0
    assert out.splitlines()[1].split()[0] == "joy"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["hi", "--score"], "--score and -o belong together"),
        (["hi", "--audio", str(HERE / "conftest.py")], "--audio needs --score"),
        (["hi", "--face"], "--face needs --format"),
        (["hi", "--prefer", "jy"], "did you mean joy?"),
        (["hi", "--prefer", "joy=much"], "expected LABEL or LABEL=RAISE"),
        (["hi", "--bank", str(HERE / "banks" / "tiny")], "for other labels"),
        (["hi", "--reader", str(HERE / "conftest.py")], "not a .safetensors file"),
    ],
)
def test_the_command_refuses(arguments: list[str], message: str) -> None:
    status, _, err = said(*arguments)
    assert status == 2
    assert message in err


def test_a_script_becomes_a_score_that_is_performed(tmp_path: Path) -> None:
    text = tmp_path / "script.txt"
    lines = ["I'm so happy! Hm. I'm so happy!", "[sad high] She left me.", "<joy:0.4> Bye for now"]
    text.write_text("\n".join(lines), "utf-8")
    score = tmp_path / "script.score.yaml"
    status, out, _ = said(str(text), "--score", "-o", str(score), "--bank", "default@1.1.0")
    assert status == 0, out
    assert "    5 units of text became 3 cues: 2 are shorter than 0.9 s\n" in out
    assert "warning" not in ended(0, "score", "check", score).stdout
    prepared = prepare(read_score(score))
    cues = prepared.score.cues
    assert [cue.state.label for cue in cues] == ["joy", "sadness", "joy"]  # "Hm." does not flicker
    assert cues[1].state.at == "high"
    assert cues[2].state.vad is not None
    take = prepared.take(life=False)
    assert len(take.times)


def test_units_that_became_fewer_cues_are_counted() -> None:
    lines = [
        "I'm so happy!",
        "[joy high] And so are we!",
        "[joy high] All of us!",
        "[sad] Bye for now!",
    ]
    readings = list(READER.read(lines))
    sound = ScoreSound(path="a.wav", seconds=9.0, starts=(0.0, 3.0, 3.0, 6.0))
    written = score_text(readings, BANK, sound)
    assert (written.cues, written.units, written.timeless, written.alike) == (2, 4, 1, 1)
    assert written.joined == (
        "4 units of text became 2 cues: 1 shows what the one before it does, "
        "1 has no time in the sound"
    )
    assert score_text(readings[-1:], BANK).joined == ""


def test_the_cues_of_a_score_share_the_time_of_its_sound(tmp_path: Path) -> None:
    write_wav(tmp_path / "sound" / "line.wav", np.zeros(SAMPLE_RATE * 5))
    score = tmp_path / "line.score.yaml"
    arguments = ["--score", "--audio", str(tmp_path / "sound" / "line.wav"), "-o", str(score)]
    text = "I'm so happy to see you all! [sad] She left me here alone."
    assert said(text, *arguments, "--bank", "default@1.1.0")[0] == 0
    found = read_score(score)
    assert found.audio == tmp_path / "sound" / "line.wav"
    first, second = (cue.moment.time for cue in found.cues)
    assert first == 0.0
    assert second is not None
    assert 2.0 < second < 3.5


def test_the_shipped_reader_was_made_from_what_ships() -> None:
    made_from = READER.weights.made_from
    recipe = read_recipe(find_recipe("linear"))
    readings = read_readings(find_readings(recipe.readings, recipe.folder))
    assert made_from["recipe"] == recipe.sha256
    assert made_from["readings"] == readings.sha256
    assert made_from["sentences"] == sentences_sha256(recipe)


def test_a_tag_holds_to_the_end_of_its_line_or_to_what_closes_it() -> None:
    asked = READER.with_options(Options(per="all"))
    found = [(one.by, one.text) for one in asked.read(["(sighs) Hi there.", "I hate you."])]
    assert found == [("tag", "Hi there."), ("words", "I hate you.")]
    for text in ("<happy>Hi there.</happy> I hate you.", "[happy]Hi there.[/joy] I hate you."):
        found = [(one.by, one.text) for one in READER.read([text])]
        assert found == [("tag", "Hi there."), ("words", "I hate you.")]
    ((by, text),) = [(one.by, one.text) for one in READER.read(["**sobs** no"])]
    assert (by, text) == ("tag", "no")
