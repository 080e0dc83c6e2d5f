"""`mien sheet`: every face on one page, measured and marked, and what changed between two banks."""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from attrs import evolve
from click.testing import CliRunner

from mien import resources
from mien.authored.bank import AuthoredBank, Budgets
from mien.authored.reader import read_bank
from mien.cli.commands.sheet import command
from mien.drawing.document import shipped_face
from mien.sheet.compare import comparison
from mien.sheet.faces import largest_movements, named_faces
from mien.sheet.html import html
from mien.sheet.overview import overview
from mien.sheet.page import Cell, Note, Page, Tone
from mien.sheet.picture import picture
from mien.text.fault import Fault
from mien.text.node import Place

DEFAULT = resources.presets() / "default"


@pytest.fixture(scope="module")
def bank() -> AuthoredBank:
    return read_bank(DEFAULT)


@pytest.fixture(scope="module")
def page(bank: AuthoredBank) -> Page:
    return overview(bank)


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A bank of one's own: the default one, to change."""
    folder = tmp_path / "presets" / "default"
    shutil.copytree(DEFAULT, folder)
    shutil.copytree(resources.presets() / "rigs", folder.parent / "rigs")
    return folder


def cell_of(page: Page, title: str, name: str) -> Cell:
    row = next(row for row in page.rows if row.title == title)
    return next(cell for cell in row.cells if cell.name == name)


def test_control_characters_of_a_title_make_no_broken_file(folder: Path) -> None:
    manifest = folder / "bank.yaml"
    text = re.sub(
        r"(?m)^title: .*$", r'title: "De\\e[2J\\x01 <b> fault"', manifest.read_text("utf-8")
    )
    manifest.write_text(text, "utf-8")
    page = overview(read_bank(folder))
    drawn = picture(page, shipped_face())
    ET.fromstring(drawn)  # noqa: S314  our own text
    for written in (drawn, html(page, shipped_face())):
        assert "\x1b" not in written
        assert "De\\x1b[2J\\x01 &lt;b&gt; fault" in written


def test_long_names_are_cut_where_the_next_face_begins(page: Page) -> None:
    name = "CTRL_expressions_browRaiseOuterL"
    notes = (Note(text=f"{name} 0.20"), Note(text=f"not drawn: {name}", tone=Tone.NEAR))
    cell = evolve(page.rows[0].cells[0], notes=notes)
    row = evolve(page.rows[0], cells=(cell, cell), notes=())
    alone = evolve(page, rows=(row,), notes=(), summary=())
    root = ET.fromstring(picture(alone, shipped_face()))  # noqa: S314  our own text
    texts = [
        one for one in root.iter() if one.tag.endswith("text") and one.get("font-size") == "11"
    ]
    column = [one for one in texts if one.get("x") == texts[0].get("x")]
    lines = [one.text or "" for one in column]
    assert "".join(lines).replace(" ", "") == f"{name}0.20notdrawn:{name}"
    assert max(map(len, lines)) <= 24
    assert len({one.get("y") for one in column}) == len(lines) > 2
    assert float(column[-1].get("y", "0")) < float(root.get("height", "0"))


def test_a_row_for_each_label_a_face_for_each_name(bank: AuthoredBank, page: Page) -> None:
    rows, strips = page.rows[: len(bank.emotions)], page.rows[len(bank.emotions) :]
    assert [row.title for row in rows] == [emotion.title for emotion in bank.emotions]
    assert all(" in time: " in row.title for row in strips)
    for row, emotion in zip(rows, bank.emotions, strict=True):
        assert [cell.name for cell in row.cells] == [*bank.manifest.intensities, *emotion.styles]


def test_faces_are_the_archetypes_and_the_compiled_styles(bank: AuthoredBank) -> None:
    joy = {face.name: face for face in named_faces(bank) if face.label == "joy"}
    assert joy["mid"].weights == bank.emotions[1].archetypes["mid"]
    assert joy["peaceful"].style
    assert joy["peaceful"].vad == bank.emotions[1].styles["peaceful"].anchor.vad
    assert joy["peaceful"].weights["mouthSmileLeft"] > 0.2


def test_cells_name_strong_channels_and_the_nearest_label(page: Page) -> None:
    texts = [note.text for note in cell_of(page, "Joy", "mid").notes]
    assert texts[0].startswith("mouthSmile 0.8")
    assert re.fullmatch(r"0\.\d{3} from amusement", texts[-1])
    styled = [note.text for note in cell_of(page, "Joy", "peaceful").notes]
    assert not any(" from " in text for text in styled)


def test_near_labels_stand_out(bank: AuthoredBank) -> None:
    budgets = evolve(bank.manifest.budgets, separation=0.03)
    strict = evolve(bank, manifest=evolve(bank.manifest, budgets=budgets))
    assert isinstance(budgets, Budgets)
    tones = {note.tone for note in cell_of(overview(strict), "Interest", "low").notes}
    assert Tone.NEAR in tones
    assert Tone.ERROR not in tones


def test_lint_marks_stand_at_their_face(
    bank: AuthoredBank, monkeypatch: pytest.MonkeyPatch
) -> None:
    joy = next(document for name, document in bank.documents.items() if name.endswith("/joy.yaml"))
    file = joy.root.place.file

    def fault(path: str, where: str) -> Fault:
        return Fault(place=Place(where, 3, 1), path=path, code="some-rule", message="wrong")

    faults = (
        fault("archetypes.low.mouthSmile", file),
        fault("styles.peaceful.gain", file),
        fault("speech", file),
        fault("strength", "rules.yaml"),
    )

    def lint(_: object) -> tuple[Fault, ...]:
        return faults

    monkeypatch.setattr("mien.sheet.overview.lint", lint)
    marked = overview(bank)
    for name in ("low", "peaceful"):
        assert cell_of(marked, "Joy", name).notes[-1].tone is Tone.ERROR
    assert all(note.tone is Tone.PLAIN for note in cell_of(marked, "Joy", "mid").notes)
    row = next(row for row in marked.rows if row.title == "Joy")
    assert [note.text for note in row.notes] == ["some-rule"]
    assert [note.detail for note in marked.notes] == ["rules.yaml:3:1: wrong"]
    assert "4 lint marks" in marked.summary[-1]
    assert '<li class="error"' in html(marked, shipped_face())
    assert "▲ some-rule" in picture(marked, shipped_face())


def test_sides_fold_where_they_are_even(bank: AuthoredBank) -> None:
    weights = {
        "mouthSmileLeft": 0.5,
        "mouthSmileRight": 0.54,
        "browOuterUpLeft": 0.3,
        "jawOpen": 0.001,
    }
    shown = [(name, round(weight, 6)) for name, weight in largest_movements(bank.rig, weights)]
    assert shown == [("mouthSmile", 0.52), ("browOuterUpLeft", 0.3)]
    apart = largest_movements(bank.rig, {"mouthSmileLeft": 0.2, "mouthSmileRight": 0.5})
    assert apart == [("mouthSmileRight", 0.5), ("mouthSmileLeft", 0.2)]


def test_html_stands_alone(page: Page) -> None:
    text = html(page, shipped_face())
    assert text == html(page, shipped_face())
    assert not re.search(r'(src|href)="|@import|url\((?!#)', text)
    ids = re.findall(r' id="([^"]+)"', text)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r"url\(#([^)]+)\)", text)) <= set(ids)
    assert "prefers-color-scheme: dark" in text
    assert text.count("<figure") == sum(len(row.cells) for row in page.rows)


def test_no_change_no_faces(bank: AuthoredBank) -> None:
    unchanged = comparison(bank, bank)
    assert unchanged.rows == ()
    assert unchanged.summary == ("No face changed.",)
    assert "No face changed." in picture(unchanged, shipped_face())


def test_comparison_shows_only_what_changed(bank: AuthoredBank, copied: Path) -> None:
    emotion = copied / "emotions" / "joy.yaml"
    text = emotion.read_text("utf-8")
    emotion.write_text(text.replace("    cheekSquint: 0.92", "    cheekSquint: 0.72"), "utf-8")
    page = comparison(bank, read_bank(copied))
    titles = [row.title for row in page.rows]
    assert "joy high" in titles
    assert "joy low" not in titles
    assert all(title.startswith("joy ") for title in titles)
    row = page.rows[titles.index("joy high")]
    assert [cell.name for cell in row.cells] == ["before", "after"]
    assert "cheekSquint -0.20" in [note.text for note in row.cells[1].notes]


def test_added_and_removed_faces_have_an_empty_place(bank: AuthoredBank) -> None:
    joy = bank.emotions[1]
    styles = {name: style for name, style in joy.styles.items() if name != "peaceful"}
    fewer = evolve(
        bank,
        emotions=tuple(evolve(one, styles=styles) if one is joy else one for one in bank.emotions),
    )
    removed, added = comparison(bank, fewer), comparison(fewer, bank)
    assert [row.title for row in removed.rows] == ["joy peaceful"]
    assert removed.rows[0].cells[1].weights is None
    assert added.rows[0].cells[0].weights is None
    assert [note.text for note in added.rows[0].cells[1].notes] == ["new"]
    assert 'class="none"' in html(removed, shipped_face())
    assert "stroke-dasharray" in picture(added, shipped_face())


@pytest.mark.parametrize(
    ("suffix", "start"), [(".html", b"<!doctype html>"), (".svg", b"<svg"), (".png", b"\x89PNG")]
)
def test_command_writes_each_kind(tmp_path: Path, suffix: str, start: bytes) -> None:
    if suffix == ".png":
        pytest.importorskip("resvg_py")
    out = tmp_path / f"sheet{suffix}"
    done = CliRunner().invoke(command, ["default", "-o", str(out)], standalone_mode=False)
    assert done.return_value == 0
    assert " faces of default " in done.output
    assert out.read_bytes().startswith(start)


def test_command_compares(tmp_path: Path, copied: Path) -> None:
    emotion = copied / "emotions" / "awe.yaml"
    text = re.sub(r"(  mid:\n(?:    .*\n)*?    jawOpen: )[\d.]+", r"\g<1>0.45", emotion.read_text())
    emotion.write_text(text, "utf-8")
    out = tmp_path / "changed.html"
    arguments = [str(DEFAULT), str(copied), "-o", str(out)]
    done = CliRunner().invoke(command, arguments, standalone_mode=False)
    assert done.return_value == 0
    assert "awe mid" in out.read_text("utf-8")


def test_command_refuses_other_kinds(tmp_path: Path) -> None:
    done = CliRunner().invoke(command, ["default", "-o", str(tmp_path / "sheet.gif")])
    assert done.exit_code == 2
    assert ".html, .svg, .png" in done.output


def test_command_names_the_missing_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "resvg_py", None)
    done = CliRunner().invoke(command, ["default", "-o", str(tmp_path / "sheet.png")])
    assert done.exit_code == 2
    assert "mien[png]" in done.output
    assert not (tmp_path / "sheet.png").exists()
