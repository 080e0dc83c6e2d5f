"""Shapes in time at the command line: asked for, listed, and drawn as filmstrips."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from tests.program import ended

from mien.authored.reader import read_bank
from mien.bank import load
from mien.sheet.filmstrips import FRAMES, filmstrips

BANKS = Path(__file__).parent / "banks"
TIMED, TINY = BANKS / "timed", BANKS / "tiny"


def printed(*arguments: str) -> str:
    return ended(0, *list(arguments)).stdout


def test_a_face_at_a_time_of_a_sequence() -> None:
    asked = ["face", str(TIMED), "glad", "--at", "high", "--format", "json"]
    plain = json.loads(printed(*asked))
    held = json.loads(printed(*asked, "--time", "700"))
    assert held["channels"] == plain["channels"]
    assert "time" not in plain
    end = json.loads(printed(*asked, "--sequence", "laugh", "--time", "1e6"))
    calm = printed("face", str(TIMED), "calm", "--at", "low", "--format", "json")
    assert end["channels"] == json.loads(calm)["channels"]
    assert (end["time"], end["sequence"]) == (1e6, "laugh")
    assert "laugh, 600 ms after its start" in printed(
        "face", str(TIMED), "glad", "--sequence", "laugh", "--time", "600"
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["glad", "--sequence", "laugh"], "--sequence needs a --time"),
        (["glad", "--time", "10", "--speech", "0.5"], "a face without speech"),
        (["glad", "--time", "nan"], "expected milliseconds"),
        (["glad", "--time", "10", "--sequence", "lagh"], "no sequence 'lagh': beam, laugh"),
        (["calm", "--time", "10"], "calm has no shape in time: glad, cross"),
        (["glad=0.5,cross=0.5", "--time", "10"], "a mixture has no timeline"),
    ],
)
def test_what_cannot_be_shown_in_time_is_said(arguments: list[str], said: str) -> None:
    assert said in ended(2, "face", TIMED, *arguments).stderr


def test_sequences_are_listed_where_there_are_any() -> None:
    assert "sequences, in time: glad: beam, laugh; cross: flash\n" in printed("list", str(TIMED))
    assert "sequences" not in printed("list", str(TINY))
    labels = json.loads(printed("list", str(TIMED), "--format", "json"))["labels"]
    glad = next(one for one in labels if one["label"] == "glad")
    assert glad["kind"] == "event"
    assert glad["usual"] == "laugh"
    assert glad["then"] == ["calm", "cross"]
    assert glad["sequences"] == {
        "beam": {"ms": 2400, "ends": "held"},
        "laugh": {"ms": 3300, "ends": "label"},
    }
    assert "sequences" not in labels[0]


def test_a_strip_shows_the_face_at_even_times_from_start_to_end() -> None:
    rows = filmstrips(read_bank(TIMED))
    assert [row.title for row in rows] == [
        "Glad in time: dynamics, mid",
        "Glad in time: beam, mid",
        "Glad in time: laugh, high",
        "Cross in time: dynamics, mid",
        "Cross in time: flash, mid",
    ]
    bank = load(TIMED)
    for row in rows:
        assert len(row.cells) == FRAMES
        assert row.cells[0].weights == {}
    laugh = rows[2]
    assert laugh.cells[0].name == "0.00 s"
    assert laugh.cells[-1].name == "3.30 s"
    calm = bank.named(bank.face("calm", at="low"))
    assert laugh.cells[-1].weights == {name: weight for name, weight in calm.items() if weight}
    assert any("head" in note.text for cell in laugh.cells for note in cell.notes)
    assert filmstrips(read_bank(TINY)) == ()


def test_the_sheet_draws_the_strips_with_the_head_turned(tmp_path: Path) -> None:
    for name in ("sheet.html", "sheet.svg"):
        ended(0, "sheet", TIMED, "-o", tmp_path / name)
    html, svg = ((tmp_path / name).read_text() for name in ("sheet.html", "sheet.svg"))
    assert "Glad in time: laugh, high" in html
    assert re.search(r'style="transform: translate\(.*\) rotate\(', html)
    assert re.search(r'<g transform="translate\(.*\) rotate\(', svg)
