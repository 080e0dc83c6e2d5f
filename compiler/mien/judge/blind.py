"""Faces without names for observers: numbered sheets, a form for answers, and what to do."""

from __future__ import annotations

import base64
import errno
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from mien.authored.bank import AuthoredBank
from mien.avatar.draw import Facts, Shot, draw_faces
from mien.drawing.document import shipped_face
from mien.drawing.rig_weights import drawn_weights, undrawn_sentence
from mien.drawing.svg import UndrawableError, png
from mien.judge.answers import FORM, UNSURE, form_text
from mien.judge.head import require_shapes
from mien.judge.key import Key, key_text
from mien.sheet.contact import NumberedFace, contact_page, contact_sheet
from mien.text.atomic import draft_folder, sync_folder, write_atomic
from mien.text.fault import counted
from mien.text.regular_file import SOURCE, read_regular

CHOICES = "choices.txt"
_SIZE = 512
"""Pixels a side of a picture of a head: twice the size that it is shown at."""


def key_path(folder: Path) -> Path:
    """Where the key of ``folder`` lies: beside it, not in it."""
    return folder.with_name(f"{folder.name}.key.json")


def require_free(folder: Path, key: Key) -> None:
    """See that nothing is lost by writing the sheets of ``key``.

    Raises:
        OSError: the folder is there already, or another key is, or its own folder is not.
    """
    if folder.exists() or folder.is_symlink():
        raise OSError(errno.EEXIST, "it exists already: name a new folder", str(folder))
    if not folder.parent.is_dir():
        raise OSError(errno.ENOENT, "there is no such folder", str(folder.parent))
    path = key_path(folder)
    if path.exists() and read_regular(path, SOURCE) != key_text(key).encode():
        why = "another key is there, which answers may still need: name another folder"
        raise OSError(errno.EEXIST, why, str(path))


def blind_sheets(
    bank: AuthoredBank,
    key: Key,
    avatars: Mapping[str, Path],
    step: Callable[[], None] = lambda: None,
) -> tuple[NumberedFace, ...]:
    """The faces of ``key`` to be drawn, each on its head: an avatar, else the drawn face.

    ``step`` is called after every picture of an avatar.

    Raises:
        UndrawableError: nothing of a face can be drawn.
        AvatarError: an avatar cannot be used, or there is no browser that works.
        OSError: an avatar cannot be read.
    """
    archetypes = {emotion.label: emotion.archetypes for emotion in bank.emotions}
    drawing = shipped_face()
    weights: dict[int, Mapping[str, float]] = {}
    for number, face in key.faces.items():
        found = drawn_weights(drawing, archetypes[face.label][face.intensity], bank.rig.aliases)
        if found.blank:
            raise UndrawableError(undrawn_sentence(found.undrawn))
        weights[number] = found.weights
    images: dict[int, str] = {}
    for head, path in avatars.items():
        numbers = [number for number, face in key.faces.items() if face.head == head]
        images |= zip(
            numbers, _pictures(path, [weights[one] for one in numbers], step), strict=True
        )
    return tuple(
        NumberedFace(number=number, weights=one, image=images.get(number, ""))
        for number, one in weights.items()
    )


def _pictures(
    path: Path, faces: list[Mapping[str, float]], step: Callable[[], None]
) -> Iterator[str]:
    for one in draw_faces(path, [Shot(weights=face) for face in faces], size=_SIZE):
        if isinstance(one, Facts):
            require_shapes(path.name, one)
        else:
            yield f"data:image/jpeg;base64,{base64.b64encode(one).decode('ascii')}"
            step()


def write_blind(
    folder: Path, key: Key, faces: tuple[NumberedFace, ...], each: int, *, pictures: bool = False
) -> tuple[str, ...]:
    """Write the sheets, ``each`` faces on one, what goes with them, and the key beside them.

    Sheets are HTML, PNG where ``pictures``. Returns the names of the sheets.

    Raises:
        PngUnavailableError: PNG is wanted and the extra ``mien[png]`` is not installed.
        OSError: as `require_free`, or it cannot be written; then there is no folder.
    """
    require_free(folder, key)
    sheets = dict(_sheets(faces, each, pictures=pictures))
    files = {
        **sheets,
        FORM: form_text(key).encode(),
        CHOICES: "\n".join(("Choose one of these for each face:", "", *key.labels, "")).encode(),
        "instructions.txt": instructions(len(faces), tuple(sheets)).encode(),
    }
    with draft_folder(folder) as draft:
        made = draft / folder.name  # made as folders usually are: the draft is closed to others
        made.mkdir()
        for name, data in files.items():
            write_atomic(made / name, data)
        write_atomic(key_path(folder), key_text(key).encode())
        made.rename(folder)
    sync_folder(folder.parent)
    return tuple(sheets)


def _sheets(
    faces: tuple[NumberedFace, ...], each: int, *, pictures: bool
) -> Iterator[tuple[str, bytes]]:
    drawing = shipped_face()
    starts = range(0, len(faces), each)
    digits = len(str(len(starts)))
    for sheet, start in enumerate(starts, 1):
        shown = faces[start : start + each]
        title = f"Sheet {sheet} of {len(starts)}"
        name = f"sheet-{sheet:0{digits}}"
        if pictures:
            yield f"{name}.png", png(contact_sheet(title, shown, drawing))
        else:
            yield f"{name}.html", contact_page(title, shown, drawing).encode()


def instructions(count: int, sheets: tuple[str, ...]) -> str:
    """What an observer is asked to do."""
    named = sheets[0] if len(sheets) == 1 else f"{sheets[0]} to {sheets[-1]}"
    shown = f"{counted(count, 'face')} on {counted(len(sheets), 'sheet')} ({named})"
    return f"""\
What do these faces show?

You see {shown}, each with a number. There is no
right or wrong: say what you see. Please do it alone, and without searching for help.

1. Open {FORM} in a text editor and write your name, or any name, after `observer`.
2. Go through the sheets in order, one face at a time. For each number write after `free` what
   the person feels or shows, in one word or a few: the first that comes to you. A face may show
   nothing much: then say that. Where you cannot tell, write {UNSURE}.
3. Only when every face has a word: open {CHOICES}. Go through the sheets once more, and write
   after `forced` the word of that list that fits best, even where none fits well. Where you
   cannot choose, write {UNSURE}. Leave the words of the first round as they are.
4. Send {FORM} back.
"""
