"""What lips hear of sound that comes in pieces: log-mel frames and prosody, from one window."""

from __future__ import annotations

import numpy as np

from mien_trainer.frame_windows import FrameWindows
from mien_trainer.frames import F32
from mien_trainer.mel import LOOK_AHEAD, MELS, mel_of
from mien_trainer.mel import WINDOW as MEL_WINDOW
from mien_trainer.speak.prosody import COLUMNS, WINDOW, Prosody


class Hearing(FrameWindows):
    """Rows (n, M + 2) of `MelStream` and `ProsodyStream` side by side."""

    def __init__(self) -> None:
        self._prosody = Prosody()
        super().__init__(
            self._heard, columns=MELS + COLUMNS, width=WINDOW, lead=WINDOW - LOOK_AHEAD
        )

    def _heard(self, windows: F32) -> F32:
        return np.concatenate((mel_of(windows[:, -MEL_WINDOW:]), self._prosody(windows)), axis=1)
