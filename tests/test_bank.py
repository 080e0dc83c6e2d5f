"""The runtime bank: what it answers, and how it says no."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest

import mien
from mien.artifact.write import artifact_bytes
from mien.bank import Bank
from mien.engine.e1.evaluate import KERNEL_ROWS
from mien.errors import QueryError
from mien.picture import Picture
from mien.resources import presets

BANK = mien.load(presets() / "default")
TINY = mien.load(Path(__file__).parent / "banks" / "tiny")
"""A bank without the label neutral."""

f = np.float32


def test_it_knows_its_names() -> None:
    assert BANK.id == "default"
    assert "joy" in BANK.labels
    assert len(BANK.channels) == 52
    assert BANK.intensities == ("low", "mid", "high")
    assert len(BANK.styles("joy")) >= 2
    assert len(BANK.digest) == 64
    assert repr(BANK).startswith("<Bank default ")


def test_every_way_to_a_bank_gives_the_same(tmp_path: Path) -> None:
    path = tmp_path / "default.safetensors"
    path.write_bytes(artifact_bytes(BANK.tables))
    assert mien.load(path).digest == mien.load(str(path)).digest == BANK.digest
    assert mien.load("default").id == "default"


@pytest.mark.parametrize(
    ("source", "message"),
    [("defualt", "did you mean default"), ("a/b", "expected a folder"), ("nosuch", "no bank")],
)
def test_a_bank_that_is_not_there(source: str, message: str) -> None:
    with pytest.raises(QueryError, match=message):
        mien.load(source)


def test_anchors_are_exact_by_every_name() -> None:
    for label, table in zip(BANK.labels, BANK.tables.labels, strict=True):
        for k, name in enumerate(BANK.intensities):
            archetype = table.archetypes[k]
            vad = BANK.anchor(label, name)
            assert BANK.face(label, at=name).tobytes() == archetype.tobytes()
            assert BANK.face(label, vad=vad).tobytes() == archetype.tobytes()
            assert BANK.face(label, intensity=k / 2).tobytes() == archetype.tobytes()
            assert BANK.point(label, intensity=k / 2).tobytes() == vad.tobytes()
    assert BANK.face("joy").tobytes() == BANK.face("joy", at="mid").tobytes()


def test_intensity_runs_along_the_anchors() -> None:
    low, mid = BANK.anchor("joy", "low"), BANK.anchor("joy", "mid")
    np.testing.assert_allclose(BANK.point("joy", intensity=0.25), (low + mid) / 2, atol=1e-7)


def test_a_style_is_worn_at_its_own_point() -> None:
    style = BANK.styles("joy")[0]
    own = BANK.face("joy", vad=BANK.anchor("joy", style), style=style)
    assert BANK.face("joy", style=style).tobytes() == own.tobytes()
    assert BANK.point("joy", at="mid", style=style).tobytes() == BANK.point("joy").tobytes()


def test_speech_leaves_the_lips_to_the_audio() -> None:
    quiet, spoken = BANK.face("joy", at="high"), BANK.face("joy", at="high", speech=1.0)
    classes = np.array(BANK.tables.classes)
    assert quiet[classes == "LIPSYNC"].any()
    assert not spoken[classes == "LIPSYNC"].any()
    expression = classes == "EXPRESSION"
    assert spoken[expression].tobytes() == quiet[expression].tobytes()
    assert (spoken <= quiet).all()


def test_a_mixture_of_one_is_that_label() -> None:
    vad = (0.3, 0.2, -0.1)
    face = BANK.face("joy", vad=vad)
    assert BANK.face({"joy": 1.0, "awe": 0.0}, vad=vad).tobytes() == face.tobytes()
    order = BANK.face({"awe": 0.25, "joy": 0.75}, vad=vad)
    assert BANK.face({"joy": 0.75, "awe": 0.25}, vad=vad).tobytes() == order.tobytes()
    half = BANK.point({"joy": 0.5, "awe": 0.5}, at="high")
    mean = (BANK.anchor("joy", "high") + BANK.anchor("awe", "high")) / 2
    np.testing.assert_allclose(half, mean, atol=1e-6)


def test_sealed_lips_close_every_face() -> None:
    tables = BANK.tables
    visemes = np.zeros(52, f)
    visemes[tables.sealing] = tables.sealing_levels
    faces = np.stack([t.archetypes[-1] for t in tables.labels])
    closed = BANK.compose(faces, np.tile(visemes, (len(faces), 1)))
    parting = np.setdiff1d(tables.parting, tables.sealing)
    assert not closed[:, parting].any()
    assert closed[0].tobytes() == BANK.compose(faces[0], visemes).tobytes()
    silent = BANK.compose(faces, np.zeros_like(faces))
    assert silent.tobytes() == faces.tobytes()


def test_weights_by_name_are_those_of_the_face() -> None:
    face = BANK.face("joy", at="low")
    named = BANK.named(face)
    assert tuple(named) == BANK.channels
    assert named["mouthSmileLeft"] == 0.68
    assert np.array(list(named.values()), f).tobytes() == face.tobytes()


def test_a_picture_shows_itself_in_a_notebook() -> None:
    low, high = (BANK.picture(BANK.face("joy", at=name)) for name in ("low", "high"))
    shown = low.html()
    assert vars(Picture)["_repr_html_"] is vars(Picture)["html"]
    root = ET.fromstring(shown)  # noqa: S314  our own
    assert [one.tag.rpartition("}")[2] for one in root] == ["svg", "pre"]
    assert "mouthSmileLeft       0.680  " in (root[1].text or "")
    assert str(low).endswith("\n  40 channels at rest")
    assert low.svg() == BANK.picture(BANK.face("joy", at="low")).svg()
    ids = [set(re.findall(r'id="([^"]+)"', one.svg())) for one in (low, high)]
    assert ids[0]
    assert not ids[0] & ids[1]


def test_a_picture_of_channels_that_are_not_drawn_is_a_table() -> None:
    shown = Picture(weights={"tailWag<b>": 0.5}).html()
    assert "<svg" not in shown
    assert "<p>" in shown
    assert "tailWag&lt;b&gt;  0.500" in shown
    assert "<b>" not in shown


def test_a_batch_is_its_faces() -> None:
    rng = np.random.default_rng(0)
    drawn: list[int] = rng.integers(0, 16, 60).tolist()
    names = [BANK.labels[e] for e in drawn]
    vads = rng.uniform(-1, 1, (60, 3))
    styles = [(None, *BANK.styles(name))[row % 3] for row, name in enumerate(names)]
    speech = rng.uniform(0, 1, 60)
    faces = BANK.faces(names, vads, style=styles, speech=speech)
    for row, face in enumerate(faces):
        one = BANK.face(names[row], vad=vads[row], style=styles[row], speech=speech[row])
        assert one.tobytes() == face.tobytes()
    positions = np.array([BANK.labels.index(name) for name in names])
    out = np.empty_like(faces)
    assert BANK.faces(positions, vads.tolist(), out=out) is out
    assert out.tobytes() == BANK.faces(np.array(names), vads).tobytes()
    style = BANK.styles("joy")[0]
    styled = BANK.faces(["joy"], vads[:1], style=style, speech=0.5)[0]
    assert styled.tobytes() == BANK.face("joy", vad=vads[0], style=style, speech=0.5).tobytes()
    assert BANK.faces([], np.zeros((0, 3))).shape == (0, 52)


def test_a_warm_bank_gives_the_same_single_faces_without_the_numpy_path(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bank = Bank(BANK.tables)
    style = bank.tables.labels[3].styles[0]

    def ask() -> list[bytes]:
        label, vad = bank.labels[3], (0.1, -0.2, 0.3)
        plain, styled = bank.face(label, vad=vad), bank.face(label, vad=vad, style=style)
        return [face.tobytes() for face in (plain, styled, bank.face(label, vad=vad, speech=0.5))]

    cold = ask()
    bank.warm_up()

    def refuse(*_: object) -> None:
        raise AssertionError("the NumPy path was taken")

    monkeypatch.setattr("mien.engine.e1.evaluate.NumpyPath.faces", refuse)
    assert ask() == cold


def test_a_large_batch_takes_any_memory() -> None:
    bank = Bank(BANK.tables)
    vads = np.zeros((KERNEL_ROWS, 3), f)
    labels = np.zeros(KERNEL_ROWS, np.int64)
    vads.setflags(write=False)
    faces = bank.faces(labels, np.asfortranarray(vads), threads=2)
    assert faces[-1].tobytes() == BANK.face(BANK.labels[0], vad=(0, 0, 0)).tobytes()


def test_weights_leave_the_rest_to_neutral() -> None:
    short, whole = {"joy": 0.75}, {"joy": 0.75, "neutral": 0.25}
    assert BANK.face(short).tobytes() == BANK.face(whole).tobytes()
    assert BANK.point(short).tobytes() == BANK.point(whole).tobytes()
    added = BANK.face({"neutral": 0.25, "joy": 0.5})
    assert added.tobytes() == BANK.face({"neutral": 0.5, "joy": 0.5}).tobytes()
    assert BANK.face({"joy": 0.0}).tobytes() == BANK.face({"neutral": 1.0}).tobytes()
    almost = {"joy": 0.75, "awe": 0.25 - 1e-9}
    assert BANK.face(almost).tobytes() == BANK.face({"joy": 0.75, "awe": 0.25}).tobytes()


P = np.zeros((2, 3))
NAN = np.array([[0, np.nan, 0], [2, 0, -3]])
Query = Callable[[], object]
QUESTIONS: list[tuple[Query, str]] = [
    (lambda: BANK.face("jyo"), "no label 'jyo': did you mean joy"),
    (lambda: BANK.face("joy", at="middle"), "no anchor of joy 'middle'"),
    (
        lambda: BANK.face("joy", style="smug"),
        "no style of joy 'smug': known: mischievous, peaceful",
    ),
    (lambda: BANK.face("joy", style="peacefull"), "did you mean peaceful"),
    (lambda: BANK.styles("x"), "no label 'x'"),
    (lambda: BANK.face("joy", vad=(0, 0)), "expected three numbers"),
    (lambda: BANK.face("joy", vad=("a", 0, 0)), "expected three numbers"),  # type: ignore[arg-type]
    (lambda: BANK.face("joy", vad=(0, 1.5, 0)), r"outside \[-1, 1\]: arousal 1.5$"),
    (lambda: BANK.face("joy", vad=(0, 0, float("nan"))), ": dominance nan$"),
    (lambda: BANK.face(3), "label is 3, expected a label or label weights"),  # type: ignore[arg-type]
    (lambda: BANK.face(None), "label is None, expected a label"),  # type: ignore[arg-type]
    (lambda: BANK.face({}), "label weights are empty"),
    (lambda: BANK.point({}), "label weights are empty"),
    (lambda: mien.load(3), "bank is 3, expected its name or its path"),  # type: ignore[arg-type]
    (lambda: mien.load(None), "bank is None, expected"),  # type: ignore[arg-type]
    (lambda: BANK.anchor("joy", P), "no anchor of joy"),  # type: ignore[arg-type]
    (lambda: BANK.face("joy", intensity=1.1), "intensity is 1.1"),
    (lambda: BANK.face("joy", speech=-1), "speech is -1"),
    (lambda: BANK.face("joy", at="low", intensity=0), "only one of vad, at and intensity"),
    (lambda: BANK.face({"joy": 0.5, "awe": 0.6}), "sum to 1.1, expected 1"),
    (lambda: TINY.face({"glad": 0.5}), "sum to 0.5, expected 1"),
    (lambda: BANK.face("happy"), "did you mean joy. the labels are neutral, joy, .*sympathy$"),
    (lambda: BANK.face({"sad": 1}), "did you mean sadness"),
    (lambda: BANK.face("rage"), "did you mean anger"),
    (lambda: BANK.face("zzzz"), "no label 'zzzz': the labels are neutral, joy"),
    (lambda: BANK.face({"joy": 2, "awe": -1}), "the weight of joy is 2"),
    (lambda: BANK.face({"joi": 1}), "did you mean joy"),
    (lambda: BANK.face({"joy": 1}, vad=(0, 0, 0), style="peaceful"), "belongs to one label"),
    (lambda: BANK.faces(["joy", "awe"], NAN), "row 0 arousal nan, row 1 valence 2.0, .*-3.0; np"),
    (lambda: BANK.faces(["joy", "awe"], np.full((2, 3), 9)), "and 3 more"),
    (lambda: BANK.faces(["joy"], P), "1 labels for 2 rows"),
    (lambda: BANK.faces(["joy"], P[:1], style=3), "style is 3, expected"),  # type: ignore[arg-type]
    (lambda: BANK.faces(["joy"], P[:1], threads=0.5), "threads is 0.5"),  # type: ignore[arg-type]
    (lambda: BANK.faces(["joy"], P[:1], out=[]), "out is a list, expected a"),  # type: ignore[arg-type]
    (lambda: BANK.faces(["joy", "awee"], P), "no label 'awee': did you mean awe"),
    (lambda: BANK.faces("joy", P), "one label a row"),
    (lambda: BANK.faces(np.array([0, 16]), P), "row 1: label 16, expected 0 to 15"),
    (lambda: BANK.faces(np.zeros((2, 2), int), P), r"labels has shape \(2, 2\)"),
    (lambda: BANK.faces(np.zeros(2), P), "no label 0.0"),
    (lambda: BANK.faces(["joy"], P[:, :2]), r"shape \(2, 2\), expected \(n, 3\)"),
    (lambda: BANK.faces(["joy"], [[1, 2], [3]]), "ragged"),
    (lambda: BANK.faces(["joy", "awe"], P.astype(str)), "dtype <U"),
    (lambda: BANK.faces(["joy", "awe"], P, style=["x", None]), "no style of joy 'x'"),
    (lambda: BANK.faces(["joy", "awe"], P, style=np.array([9, 0])), "row 0: joy has no style 9"),
    (lambda: BANK.faces(["joy", "awe"], P, style=[None]), "1 styles for 2 rows"),
    (lambda: BANK.named(np.zeros((2, 52))), r"face has shape \(2, 52\), expected one face"),
    (lambda: BANK.picture([0.5]), r"face has shape \(1,\)"),
    (lambda: BANK.faces(["joy", "awe"], P, speech=[0, 2]), "row 1: speech is 2"),
    (lambda: BANK.faces(["joy", "awe"], P, speech=[0]), r"speech has shape \(1,\)"),
    (lambda: BANK.faces(["joy", "awe"], P, threads=0), "threads is 0"),
    (lambda: BANK.faces(["joy", "awe"], P, out=np.empty((2, 9), f)), r"float32 \(2, 52\)"),
    (lambda: BANK.compose(P, P), r"face has shape \(2, 3\)"),
    (lambda: BANK.compose(np.zeros(52), np.full(52, 2)), "visemes is 2.0 at .0."),
]


@pytest.mark.parametrize(("ask", "message"), QUESTIONS)
def test_what_cannot_be_answered_is_said(ask: Query, message: str) -> None:
    with pytest.raises(QueryError, match=message):
        ask()


def test_one_face_needs_neither_numba_nor_the_sources(tmp_path: Path) -> None:
    path = tmp_path / "bank.safetensors"
    path.write_bytes(artifact_bytes(BANK.tables))
    program = (
        "import sys, mien\n"
        "assert 'numpy' not in sys.modules\n"
        f"bank = mien.load({str(path)!r})\n"
        "bank.face('joy'); bank.faces(['joy'] * 100, [[0, 0, 0]] * 100)\n"
        "heavy = {'numba', 'yaml', 'jsonschema', 'cattrs', 'scipy'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
        "mien.load('default').face('joy')\n"
        "sources = ('mien.authored', 'mien.lint', 'mien.compile', 'mien.lock', 'mien.migrate')\n"
        "found = [name for name in sys.modules if name.startswith(sources)]\n"
        "assert not found, found\n"
    )
    root = str(Path(__file__).resolve().parents[1] / "compiler")
    subprocess.run([sys.executable, "-c", program], check=True, env={"PYTHONPATH": root})
