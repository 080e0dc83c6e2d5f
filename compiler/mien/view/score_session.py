"""The score of a page: read, tried as it is edited, and written.

Lips, sound and bank are opened once; while cues move only moves are made anew.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import cast

from attrs import field, frozen

from mien.artifact.read import read_artifact
from mien.authored.documents import valid_nodes
from mien.bank import Bank
from mien.errors import SourceError
from mien.performance.lips import LipTrack, joined
from mien.performance.page_data import lips_bytes
from mien.performance.sources import LipRequest, SpokenLips, open_lips, sound_frames
from mien.resolve import BankSource
from mien.scores.prepare import Openers, Prepared, prepare
from mien.scores.read import score_of
from mien.text.fault import Fault, fault_at
from mien.text.files import shown_path
from mien.text.format import Origins, rewritten
from mien.text.json_nodes import parse_json
from mien.text.node import Node, Plain, plain
from mien.text.yaml_nodes import parse_yaml
from mien.view.bank_files import BankFiles, digest
from mien.view.change import EditRefusedError
from mien.view.state import Snapshot
from mien.view.watch import file_state

Document = Mapping[str, Plain]

Listening = Callable[[Path | None], AbstractContextManager[Callable[[float], None]]]
"""What is told, for as long as it is open, the share of a sound that has been heard."""

SOUNDS = frozenset(
    {".aac", ".flac", ".m4a", ".mp3", ".mp4", ".oga", ".ogg", ".opus", ".wav", ".webm"}
)
"""How the names of sounds end that a page is given to play."""


@frozen(kw_only=True)
class Draft:
    """What the page wants the score to say, and where its cues and looks stood in the file."""

    document: Document
    origins: Origins
    base: str


@frozen(kw_only=True, eq=False)
class Trial:
    """What comes of a score's text.

    ``base`` is the digest of the file that it was read from, or that it was made for. ``prepared``
    is None where there are errors; ``document`` None where the text cannot be read.
    """

    base: str
    text: str
    document: Document | None = field(default=None)
    prepared: Prepared | None = field(default=None)
    faults: tuple[Fault, ...] = field(default=())


def untold(audio: Path | None) -> AbstractContextManager[Callable[[float], None]]:
    """Nobody is told."""
    del audio
    return nullcontext(lambda _: None)


class ScoreSession:
    """The score in the file ``path`` and its page; several requests may come at once.

    Whoever started the page is told by ``listening`` how far a sound has been heard.
    """

    def __init__(
        self,
        path: Path,
        snapshot: Callable[[], Snapshot],
        folder: Path,
        *,
        bank: str | None = None,
        listening: Listening = untold,
    ) -> None:
        self.path = path
        self._files = BankFiles(path.parent)
        self._snapshot = snapshot
        self._folder = folder
        self._bank = bank
        self._lock = Lock()
        self._open: dict[tuple[object, ...], object] = {}
        self._lips: tuple[SpokenLips | None, str, bytes] = (None, "", b"")
        self._sound: Path | None = None
        self._listening = listening
        self._heard: float | None = None

    @property
    def heard(self) -> float | None:
        """The share of the sound that has been heard; None where nobody listens to it now."""
        return self._heard

    @property
    def state(self) -> str:
        """Another text whenever the file has changed."""
        return repr(file_state(self.path))

    @property
    def read_only(self) -> str:
        """Why the file is not written to, or an empty text where it may be."""
        return "" if os.access(self.path, os.W_OK) else "its permissions do not allow it"

    def read(self) -> Trial:
        """What the file says now."""
        with self._lock:
            return self._tried(*self._read())

    def preview(self, draft: Draft) -> Trial:
        """What the score would be if it said something else.

        Raises:
            EditConflictError: the file has changed meanwhile.
            EditRefusedError: it cannot be read or rewritten.
        """
        with self._lock:
            return self._tried(self._edited(draft), draft.base)

    def write(self, draft: Draft) -> Trial:
        """Have the file say something else; faults of the score are no obstacle, a schema's are.

        Raises:
            EditConflictError: the file has changed meanwhile.
            EditRefusedError: it cannot be read, rewritten or written.
            OSError: the file cannot be written.
        """
        with self._lock:
            if self.read_only:
                raise EditRefusedError(f"{shown_path(self.path)} is not written: {self.read_only}")
            text = self._edited(draft)
            trial = self._tried(text, draft.base)
            if trial.document is None:
                raise EditRefusedError("nothing was written: it is no score", trial.faults)
            data = text.encode()
            self._files.replace(self.path, data, draft.base)
            return self._tried(text, digest(data))

    def lips(self) -> tuple[str, bytes]:
        """The lips that the score was last prepared with, after their digest."""
        with self._lock:
            return self._lips[1:]

    @property
    def sound(self) -> Path | None:
        """The sound of the score as it was last prepared; no other file of this machine."""
        with self._lock:
            found = self._sound
        return found if found is not None and found.suffix.lower() in SOUNDS else None

    def _read(self) -> tuple[str, str]:
        data = self._files.read(self.path)
        return _text(data), digest(data)

    def _edited(self, draft: Draft) -> str:
        data = self._files.read_unchanged(self.path, draft.base)
        json = self.path.suffix == ".json"
        try:
            return rewritten(
                _text(data), shown_path(self.path), draft.document, draft.origins, json=json
            )
        except SourceError as refusal:
            message = "the score cannot be rewritten; edit the file by hand"
            raise EditRefusedError(message, refusal.faults) from refusal

    def _tried(self, text: str, base: str) -> Trial:
        shown = shown_path(self.path)
        root, faults = (parse_json if self.path.suffix == ".json" else parse_yaml)(text, shown)
        if root is None or faults:
            return Trial(base=base, text=text, faults=faults)
        try:
            valid = valid_nodes(text, root, shown, "score")
        except SourceError as refusal:
            return Trial(base=base, text=text, faults=refusal.faults)
        document = cast("Document", plain(valid))
        try:
            prepared = self._prepared(valid)
        except SourceError as refusal:
            return Trial(base=base, text=text, document=document, faults=refusal.faults)
        return Trial(
            base=base, text=text, document=document, prepared=prepared, faults=prepared.warnings
        )

    def _prepared(self, root: Node) -> Prepared:
        openers = Openers(
            bank=lambda source: self._bank_of(source, root),
            lips=self._lips_of,
            sound=self._sound_of,
        )
        score = score_of(root, self.path)
        with self._told(score.audio) as listened:
            prepared = prepare(score, bank=self._bank, openers=openers, listened=listened)
            if prepared.lips is not self._lips[0] or not self._lips[1]:
                tracks = joined(_tracks(prepared, listened), prepared.bank.channels)
                data = lips_bytes(tracks)
                self._lips = (prepared.lips, sha256(data).hexdigest(), data)
        self._sound = prepared.score.audio
        return prepared

    @contextmanager
    def _told(self, audio: Path | None) -> Generator[Callable[[float], None]]:
        with self._listening(audio) as told:

            def listened(share: float) -> None:
                self._heard = share
                told(share)

            try:
                yield listened
            finally:
                self._heard = None

    def _bank_of(self, source: BankSource, root: Node) -> Bank:
        """The bank as the page has it."""
        snapshot = self._snapshot()
        if source.sources.resolve() != self._folder.resolve() or not snapshot.artifact:
            message = f"this page shows the bank in {shown_path(self._folder)}"
            hint = "start mien view again for another, or mend this one's faults"
            fault = fault_at(root, ("bank",), "unknown-bank", message, hint)
            raise SourceError([fault])
        found = self._kept(
            ("bank", snapshot.digest),
            lambda: Bank(read_artifact(snapshot.artifact), snapshot.digest),
        )
        return cast("Bank", found)

    def _lips_of(self, kind: str, request: LipRequest) -> SpokenLips:
        given = (request.audio, request.file, request.network)
        files = tuple(() if path is None else file_state(path) for path in given)
        key = ("lips", kind, files, request.text, request.bank.digest, request.prosody)
        return cast("SpokenLips", self._kept(key, lambda: open_lips(kind, request)))

    def _sound_of(self, audio: Path) -> int:
        return cast("int", self._kept(("sound", file_state(audio)), lambda: sound_frames(audio)))

    def _kept(self, key: tuple[object, ...], made: Callable[[], object]) -> object:
        """What was made for a key; only the newest of each kind is kept."""
        if key not in self._open:
            found = made()
            self._open = {one: it for one, it in self._open.items() if one[0] != key[0]}
            self._open[key] = found
        return self._open[key]


def _tracks(prepared: Prepared, listened: Callable[[float], None]) -> Iterator[LipTrack]:
    """The lips block by block; a network listens only now."""
    lips, done = prepared.lips, 0
    for track in () if lips is None else lips.tracks():
        yield track
        done += track.frames
        if prepared.lips_from == "network":
            listened(min(1.0, done / prepared.frames))


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError:
        raise EditRefusedError("the score is not UTF-8; mend it first") from None
