"""Sheets without names: what observers get, what the key says, and that nothing tells."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import pytest
from tests.program import ended

from mien.authored.bank import AuthoredBank
from mien.authored.reader import read_bank
from mien.avatar.browser import AvatarError
from mien.avatar.draw import Facts, Shot
from mien.drawing.document import shipped_face
from mien.drawing.rig_weights import drawn_weights
from mien.drawing.svg import shapes
from mien.judge import blind
from mien.judge.answers import read_answers
from mien.judge.key import Key, key_text, make_key, read_key

TINY = Path(__file__).parent / "banks" / "tiny"


@pytest.fixture(scope="module")
def bank() -> AuthoredBank:
    return read_bank(TINY)


@pytest.fixture
def sheets(tmp_path: Path) -> Callable[..., tuple[Path, Key]]:
    """Runs `mien sheet --blind`; gives the folder and its key."""

    def made(*arguments: str, name: str = "faces", source: str = str(TINY)) -> tuple[Path, Key]:
        folder = tmp_path / name
        ended(0, "sheet", source, "--blind", "4", "-o", folder, *arguments)
        return folder, read_key(tmp_path / f"{name}.key.json")

    return made


def test_every_face_stands_once_under_the_number_of_the_key(
    bank: AuthoredBank, sheets: Callable[..., tuple[Path, Key]]
) -> None:
    folder, key = sheets()
    archetypes = {
        (one.label, name): face for one in bank.emotions for name, face in one.archetypes.items()
    }
    hidden = [(face.label, face.intensity) for face in key.faces.values()]
    assert sorted(hidden) == sorted(archetypes)
    assert list(key.faces) == list(range(1, len(hidden) + 1))
    pages = sorted(folder.glob("sheet-*.html"))
    assert len(pages) == -(-len(hidden) // 4)
    text = "".join(page.read_text("utf-8") for page in pages)
    for number, face in key.faces.items():
        found = drawn_weights(
            shipped_face(), archetypes[face.label, face.intensity], bank.rig.aliases
        )
        drawn = shapes(shipped_face(), found.weights, prefix=f"f{number}")
        assert re.search(rf"{re.escape(drawn)}</svg>\n<text[^>]*>{number}</text>", text)


def test_nothing_that_observers_get_tells_the_names(
    sheets: Callable[..., tuple[Path, Key]],
) -> None:
    folder, key = sheets(source="default")
    bank = read_bank(Path("presets/default")) if Path("presets/default").is_dir() else None
    titles = [one.title for one in bank.emotions] if bank else []
    names = {*key.labels, *key.intensities, *titles, key.bank}
    telling = re.compile(rf"\b({'|'.join(map(re.escape, names))})\b", re.IGNORECASE)
    for path in folder.iterdir():
        if path.name != blind.CHOICES:
            assert not telling.search(path.name.replace("-", " "))
            assert not telling.search(path.read_text("utf-8")), path
    assert all(label in (folder / blind.CHOICES).read_text() for label in key.labels)
    assert not list(folder.glob("*key*"))


def test_pictures_hold_pixels_and_nothing_else(sheets: Callable[..., tuple[Path, Key]]) -> None:
    pytest.importorskip("resvg_py")
    folder, _ = sheets("--png")
    pages = sorted(folder.glob("sheet-*.png"))
    assert pages
    for page in pages:
        assert set(chunks(page.read_bytes())) == {b"IHDR", b"IDAT", b"IEND"}


def chunks(data: bytes) -> Iterator[bytes]:
    position = 8
    while position < len(data):
        length, kind = struct.unpack(">I4s", data[position : position + 8])
        yield kind
        position += 12 + length


def test_the_seed_alone_chooses_the_order(sheets: Callable[..., tuple[Path, Key]]) -> None:
    one, key = sheets(name="one")
    again, _ = sheets("--seed", "0", name="again")
    other, other_key = sheets("--seed", "7", name="other")
    content = {path.name: path.read_bytes() for path in one.iterdir()}
    assert {path.name: path.read_bytes() for path in again.iterdir()} == content
    assert {path.name: path.read_bytes() for path in other.iterdir()} != content
    assert set(key.faces.values()) == set(other_key.faces.values())
    assert key.digest != other_key.digest


def test_labels_and_intensities_choose(sheets: Callable[..., tuple[Path, Key]]) -> None:
    _, key = sheets("--labels", "fear,joy", "--at", "high, mid", source="default")
    assert {(face.label, face.intensity) for face in key.faces.values()} == {
        (label, level) for label in ("joy", "fear") for level in ("mid", "high")
    }
    assert len(key.labels) == 16, "the choices are all labels of the bank"


def test_the_form_is_read_again_once_it_is_filled(sheets: Callable[..., tuple[Path, Key]]) -> None:
    folder, key = sheets()
    form = folder / "answers.yaml"
    form.write_text(
        form.read_text().replace('free: ""', "free: glad").replace('observer: ""', "observer: Ada")
    )
    answers = read_answers(form, key)
    assert answers.observer == "Ada"
    assert answers.free == dict.fromkeys(key.faces, "glad")
    assert answers.forced == {}


def test_each_head_shows_the_faces_of_its_numbers(
    bank: AuthoredBank, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[tuple[str, Mapping[str, float]]] = []

    def draw(model: Path, shots: Sequence[Shot], *, size: int) -> Iterator[Facts | bytes]:
        assert size >= 256
        yield Facts(format="glTF", present=("jawOpen",), missing=(), still=())
        for shot in shots:
            taken.append((model.name, shot.weights))
            yield b"picture %d" % len(taken)

    monkeypatch.setattr(blind, "draw_faces", draw)
    key = make_key(bank, source="tiny", heads=["a.glb", "b.glb"])
    steps: list[int] = []
    paths = {name: Path(name) for name in key.heads}
    faces = blind.blind_sheets(bank, key, paths, lambda: steps.append(1))
    assert len(steps) == len(faces) == len(key.faces)
    archetypes = {one.label: one.archetypes for one in bank.emotions}
    images = [
        f"data:image/jpeg;base64,{_base64(b'picture %d' % n)}" for n in range(1, len(taken) + 1)
    ]
    shown = dict(zip(images, taken, strict=True))
    for face in faces:
        hidden = key.faces[face.number]
        head, weights = shown[face.image]
        wanted = archetypes[hidden.label][hidden.intensity]
        assert head == hidden.head
        assert weights == drawn_weights(shipped_face(), wanted, bank.rig.aliases).weights


def test_a_head_on_which_all_faces_look_alike_is_refused(
    bank: AuthoredBank, monkeypatch: pytest.MonkeyPatch
) -> None:
    def draw(model: Path, shots: Sequence[Shot], *, size: int) -> Iterator[Facts | bytes]:
        yield Facts(format="glTF", present=(), missing=("jawOpen",), still=(), unknown=("jaw",))
        yield from (b"picture" for _ in shots)

    monkeypatch.setattr(blind, "draw_faces", draw)
    key = make_key(bank, source="tiny", heads=["a.glb"])
    with pytest.raises(AvatarError, match="every face would look alike"):
        blind.blind_sheets(bank, key, {"a.glb": Path("a.glb")})


def _base64(data: bytes) -> str:
    import base64

    return base64.b64encode(data).decode()


def test_nothing_is_written_over(tmp_path: Path, sheets: Callable[..., tuple[Path, Key]]) -> None:
    folder, key = sheets()
    arguments = ["sheet", str(TINY), "--blind", "4", "-o", str(folder)]
    assert "exists already" in ended(2, *arguments).stderr
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()
    assert "another key is there" in ended(2, *arguments, "--seed", "9").stderr
    assert not folder.exists()
    assert (tmp_path / "faces.key.json").read_text() == key_text(key)
    ended(0, *arguments)  # the same key may be written again


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--seed", "1", "-o", "s.html"], "belong to --blind"),
        (["--png", "-o", "s.html"], "belong to --blind"),
        (["--blind", "4", "--judge", "-o", "s"], "is not for --judge"),
        (["--blind", "0", "-o", "s"], "1<=x<=60"),
        (["--blind", "4", "--avatar", "drawn", "--avatar", "drawn", "-o", "s"], "called drawn"),
        (["--blind", "4", "--labels", "jioy", "-o", "s"], "did you mean joy?"),
        (["--blind", "4", "--at", "hgih", "-o", "s"], "did you mean high?"),
        (["--blind", "4", "-o", "nowhere/s"], "there is no such folder"),
    ],
)
def test_options_that_do_not_fit(
    arguments: list[str], words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert words in ended(2, "sheet", "default", *arguments).stderr
    assert list(tmp_path.iterdir()) == []
