"""A network of live lips: an ONNX file that alone is enough to move the lips of any bank.

Inputs: ``mel`` (1, N, M), ``state`` (1, R, W). Outputs: ``heads`` (1, N, H, O): for each delay how
likely each viseme and each contact is, both as logits, and weights of the mouth; ``after``
(1, R, W), the state for the frames that follow. All are float32 and N may be 1. What the numbers
mean is canonical JSON in the one metadata key ``mien``, the card; it is checked against the graph
and against the table of visemes when the file is opened.
"""

from __future__ import annotations

from pathlib import Path
from typing import cast

import numpy as np
from attrs import frozen

from mien.text.regular_file import NETWORK
from mien.versions import schema_name
from mien_trainer.fault import TrainerError, brief, read_bytes
from mien_trainer.frames import F32
from mien_trainer.lips.read import shipped_table
from mien_trainer.lips.table import Contact
from mien_trainer.mel import SILENCE
from mien_trainer.speak.network import card_of, open_session, sound_fault

SCHEMA = schema_name("lip-network")
INPUTS = ("mel", "state")
OUTPUTS = ("heads", "after")

_SHIPPED = Path(__file__).resolve().parents[1] / "networks" / "lips.onnx"
_MOST = 1 << 12
_COMMAND = "mien train lips"

_TRIED = 15
"""Frames that are run at once and one by one, to see: sums of every kind are among them."""


@frozen(kw_only=True)
class LipCard:
    """What a network of lips was made from and what it gives.

    ``visemes`` are those of the table, in its order; ``channels`` those whose weights it tells;
    ``delays`` are in frames. ``contact_odds`` is by how much it was taught to prefer a contact.
    ``heard`` are marks of the speakers whom it learned from, or whom a network did that it learned
    from (see `mien_trainer.lip_training`), ``seconds`` those of its recordings, ``synthetic`` those
    of speech that was made. ``state`` is (R, W).
    """

    name: str
    visemes: tuple[str, ...]
    channels: tuple[str, ...]
    delays: tuple[int, ...]
    contact_odds: float
    heard: tuple[str, ...]
    seconds: float
    synthetic: float
    frame_rate: int
    mels: int
    state: tuple[int, int]
    parameters: int

    @property
    def numbers(self) -> int:
        """O: what each head tells."""
        return len(self.visemes) + len(Contact) + len(self.channels)


class LipNetwork:
    """An exported network of lips, run by onnxruntime on one core.

    However many frames are run at once, their heads are the same, bit for bit: where onnxruntime
    takes sums in another order for another number of frames, they are run one by one.
    """

    def __init__(self, data: bytes, where: str) -> None:
        """Open the bytes of a file; ``where`` is what messages call it.

        Raises:
            TrainerError: onnxruntime is not installed; no ONNX file, or none of ours; its card does
                not belong to its graph or to the table of visemes.
        """
        self._session = open_session(data, where, _COMMAND)
        self.where, self.size = where, len(data)
        self.card = card_of(where, self._session, LipCard, SCHEMA, _COMMAND, _fault_of)
        self._at_once = True
        self.start = self._start()
        self._at_once = self._is_same()

    def run(self, mel: F32, state: F32) -> tuple[F32, F32]:
        """Heads (N, H, O) for mel (N, M), and the state (R, W) after them.

        Raises:
            TrainerError: the network cannot be run, or gives what is no number.
        """
        return self._run(mel, state) if self._at_once else self._one_by_one(mel, state)

    def _one_by_one(self, mel: F32, state: F32) -> tuple[F32, F32]:
        heads = [self._run(mel[:0], state)[0]]
        for frame in mel:
            head, state = self._run(frame[None], state)
            heads.append(head)
        return np.concatenate(heads), state

    def _is_same(self) -> bool:
        """Whether frames have the same heads at once and one by one, on this machine."""
        waves = np.sin(np.arange(_TRIED * self.card.mels, dtype=np.float32))
        mel = (SILENCE + 8.0 * (1.0 + waves)).astype(np.float32).reshape(_TRIED, -1)
        whole, parts = self._run(mel, self.start), self._one_by_one(mel, self.start)
        return all(np.array_equal(one, other) for one, other in zip(whole, parts, strict=True))

    def _run(self, mel: F32, state: F32) -> tuple[F32, F32]:
        card = self.card
        try:
            heads, after = cast(
                "list[F32]",
                self._session.run(list(OUTPUTS), {"mel": mel[None], "state": state[None]}),
            )
        except Exception as error:  # as above
            raise TrainerError(f"{self.where}: the network stopped ({brief(error)})") from None
        shape = (1, len(mel), len(card.delays), card.numbers)
        if heads.shape != shape or after.shape != (1, *card.state):
            raise TrainerError(f"{self.where}: gave heads of shape {heads.shape}, expected {shape}")
        if not np.isfinite(heads).all():
            raise TrainerError(
                f"{self.where}: gave what is no number; the network is damaged, train it again"
            )
        return heads[0], after[0]

    def _start(self) -> F32:
        """The state before a first frame: what silence leads to from any state."""
        rows, _ = self.card.state
        silence = np.full((rows, self.card.mels), SILENCE, dtype=np.float32)
        return self.run(silence, np.zeros(self.card.state, dtype=np.float32))[1]


def read_lip_network(path: Path) -> LipNetwork:
    """The network in a file.

    Raises:
        TrainerError: there is no such file, it is no regular file or too large, or as
            `LipNetwork`.
        OSError: the file cannot be read.
    """
    return LipNetwork(read_bytes(path, NETWORK), str(path))


def shipped_lips() -> Path | None:
    """The network of lips that ships; None where this installation has none."""
    return _SHIPPED if _SHIPPED.is_file() else None


def is_lip_network(path: Path) -> bool:
    """Whether a file is a network of lips, by its card; False of what cannot be read.

    Raises:
        TrainerError, OSError: as `read_bytes`.
    """
    return SCHEMA.encode() in read_bytes(path, NETWORK)


def _fault_of(card: LipCard) -> str | None:
    """What no network of ours says of itself."""
    table = shipped_table()
    if not card.name or not card.name.isprintable():
        return "its name is empty or has characters that cannot be shown"
    if card.visemes != tuple(table.visemes):
        return "its visemes are not those of the table; train it again"
    if len(set(card.channels)) < len(card.channels) or not set(card.channels) <= set(
        table.rig.names
    ):
        return "its channels are repeated, or none of the rig's"
    if card.delays != tuple(sorted(set(card.delays))) or card.delays[:1] != (0,):
        return "its delays do not rise from 0"
    if fault := sound_fault(card.frame_rate, card.mels):
        return fault
    if not card.contact_odds > 0.0 or not all(1 <= one <= _MOST for one in card.state):
        return f"odds of {card.contact_odds:g} or a state of {card.state}"
    return None
