# ruff: noqa: RUF001  IPA is meant
"""Tables of visemes: what the shipped one knows, how symbols are read, what is refused."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.program import ended

from mien import resources
from mien.errors import SourceError
from mien_trainer.lips.read import read_table, shipped_table
from mien_trainer.lips.table import Contact
from mien_trainer.phonemes import IPA, SILENCE, Phoneme

HERE = Path(__file__).parent / "visemes"
SHIPPED = resources.presets() / "visemes" / "english.yaml"
TABLE = shipped_table()


@pytest.mark.parametrize("voice", ["en-us", "en-gb"])
def test_every_symbol_of_the_synthesiser_is_known(voice: str) -> None:
    lines = (HERE / f"espeak-{voice}.txt").read_text("utf-8").splitlines()
    symbols = [line for line in lines if not line.startswith("#")]
    assert len(symbols) > 50
    assert {one: TABLE.read(one).unknown for one in symbols if TABLE.read(one).unknown} == {}


@pytest.mark.parametrize("voice", ["en-us", "en-gb"])
@pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="espeak-ng is not installed")
def test_what_the_synthesiser_says_today_is_known(voice: str) -> None:
    text = (
        "The boy bought milk; five fish. Pure fire, poor Loch Ness! A genre, the bottle, a button"
    )
    command = ["espeak-ng", "-q", "--ipa=1", "--sep= ", "-v", voice, text]
    said = subprocess.run(command, capture_output=True, check=True, timeout=60).stdout
    symbols = said.decode().split()
    assert len(symbols) > 40
    phonemes = [Phoneme(symbol=one, start=0.0, end=0.1) for one in symbols]
    assert TABLE.unknown(phonemes) == {}


@pytest.mark.parametrize("ipa", sorted(set(IPA.values())))
def test_every_sound_of_the_other_sources_is_known(ipa: str) -> None:
    assert TABLE.read(ipa).unknown == ()


@pytest.mark.parametrize(
    ("symbol", "visemes"),
    [
        ("tʃ", ("CH",)),
        ("t͡ʃ", ("CH",)),
        ("ˈɔɪ", ("O", "IH")),
        ("ɔːɹ", ("O", "RR")),
        ("iːː", ("I",)),
        ("nʲ", ("nn",)),
        ("n̩", ("nn",)),
        ("ɑ̃", ("aa",)),
        ("aɪɚ", ("aa", "IH", "AX")),
        ("əl", ("AX", "DD")),
        ("ç", ("CH",)),
        ("c\u0327", ("CH",)),
        (SILENCE, ("sil",)),
    ],
)
def test_symbols_are_read_longest_first_and_marks_forgiven(
    symbol: str, visemes: tuple[str, ...]
) -> None:
    assert TABLE.read(symbol).visemes == visemes
    assert TABLE.read(symbol).unknown == ()


def test_what_is_unknown_has_the_fallback_and_is_counted() -> None:
    symbols = ["ʘ", "aʘ", "p", "", "ʘ"]
    phonemes = [Phoneme(symbol=one, start=0.0, end=0.1) for one in symbols]
    assert TABLE.read("aʘ").visemes == ("aa", TABLE.fallback)
    assert TABLE.read("").visemes == (TABLE.fallback,)
    assert TABLE.unknown(phonemes) == {"": 1, "ʘ": 3}


@given(st.text(max_size=6))
def test_any_text_has_visemes(symbol: str) -> None:
    reading = TABLE.read(symbol)
    assert reading.visemes
    assert set(reading.visemes) <= set(TABLE.visemes)


def test_emotion_keeps_smile_and_frown() -> None:
    written = {name for viseme in TABLE.visemes.values() for name in viseme.weights}
    assert not {name for name in written if "Smile" in name or "Frown" in name}


def test_contacts_seal_and_touch_by_their_own_weights() -> None:
    kept = {name: one.contact for name, one in TABLE.visemes.items() if one.contact is not None}
    assert kept == {"PP": Contact.LIPS, "FF": Contact.TEETH}
    seal = TABLE.rig.lip_seal.sealing
    for name in kept:
        weights = TABLE.visemes[name].weights
        assert max(weights.get(channel, 0.0) / level for channel, level in seal.items()) >= 1.0


def test_leads_are_modest() -> None:
    leads = [group.lead for group in TABLE.groups.values()]
    assert min(leads) >= 0.03
    assert max(leads) <= 0.06
    assert TABLE.groups["jaw"].pace > TABLE.groups["lips"].pace


def refused(tmp_path: Path, old: str, new: str) -> list[str]:
    """The faults, as lines, of the shipped table with one change."""
    text = SHIPPED.read_text("utf-8")
    assert old in text
    path = tmp_path / "english.yaml"
    path.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(SourceError) as caught:
        read_table(path)
    return [str(fault).replace(path.as_posix(), "english.yaml") for fault in caught.value.faults]


@pytest.mark.parametrize(
    ("old", "new", "code", "said"),
    [
        ("tongueOut: 0.22", "tongueOat: 0.22", "unknown-channel", "did you mean tongueOut?"),
        ("[jawOpen]\n    pace", "[jawOpne]\n    pace", "unknown-channel", "did you mean jawOpen?"),
        ("tongueOut: 0.22", "mouthSmile: 0.2", "channel-without-group", "mouthSmileLeft is in no"),
        ("[tongueOut]", "[tongueOut, jawOpen]", "repeated-channel", "in the groups jaw and tongue"),
        ("class: sibilant", "class: sibilants", "unknown-name", "did you mean sibilant?"),
        ("{jaw: 2.2,", "{jaws: 2.2,", "unknown-name", "did you mean jaw?"),
        ("aɪ: [aa, IH]", "aɪ: [aa, IG]", "unknown-name", "there is no IG"),
        ("fallback: AX", "fallback: AXE", "unknown-name", "there is no AXE"),
        ("[s, z, ts", "[s, z, p, ts", "repeated-sound", "stands under PP already"),
        ("[_, ", "[", "silence-missing", "no viseme has the sound _"),
        ("mouthPress: 0.45", "mouthPress: 0.3", "contact-open", "mouthPressLeft 0.4"),
        ("jawOpen: 0.01", "jawOpen: 0.2", "viseme-conflict", "lips can press only while"),
        ("mouthClose: 0.04", "mouthClose: 0.3", "viseme-conflict", "over jawOpen + 0.06"),
        ("power: 1.6", "power: 1", "out-of-range", "a number above 1"),
        ("lead: 0.045", "lead: 450", "out-of-range", "from 0 to 0.2"),
        ("contact: lips", "contact: lip", "unknown-value", "did you mean lips?"),
        (
            "mien/visemes/1",
            "mien/visemes/2",
            "schema-version",
            "newer than this mien, which knows mien/visemes/1",
        ),
        ("rig: arkit52", "rig: arkit53", "rig-missing", "did you mean arkit52?"),
    ],
)
def test_faults_name_their_place_and_a_way_out(
    tmp_path: Path, old: str, new: str, code: str, said: str
) -> None:
    faults = refused(tmp_path, old, new)
    assert any(f"[{code}]" in fault and said in fault for fault in faults), faults
    assert all(fault.startswith("english.yaml:") for fault in faults)


def test_all_faults_come_in_one_run(tmp_path: Path) -> None:
    text = SHIPPED.read_text("utf-8")
    for old, new in (("fallback: AX", "fallback: AXE"), ("tongueOut: 0.22", "tongueOat: 0.22")):
        text = text.replace(old, new, 1)
    path = tmp_path / "english.yaml"
    path.write_text(text, "utf-8")
    with pytest.raises(SourceError) as caught:
        read_table(path)
    assert [fault.code for fault in caught.value.faults] == ["unknown-channel", "unknown-name"]


def test_weights_are_put_in_the_order_of_the_rig(tmp_path: Path) -> None:
    text = SHIPPED.read_text("utf-8")
    ordered = "      jawOpen: 0.05\n      mouthRollLower: 0.56\n"
    assert ordered in text
    swapped = text.replace(ordered, "      mouthRollLower: 0.56\n      jawOpen: 0.05\n")
    path = tmp_path / "english.yaml"
    path.write_text(swapped, "utf-8")
    ended(0, "fmt", path)
    assert path.read_text("utf-8") == text


def test_a_file_that_is_not_there_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"none\.yaml"):
        read_table(tmp_path / "none.yaml")
