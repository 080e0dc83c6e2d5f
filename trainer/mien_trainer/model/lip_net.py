"""The network of live lips: how likely each viseme and each contact is, and weights of the mouth.

    x      = blocks of causal convolutions over sound
    heads  = for each of `DELAYS`: logits of visemes and contacts, and weights of the mouth

The head of delay d speaks of the moment d frames ago, so that one network serves whoever can wait
and whoever cannot. Dimension letters: B sequences, N frames, R frames of context, M mel bands, W
width, H delays, O numbers of a head (visemes, contacts, channels).
"""

# torch annotates too little for pyright's strictest rules; mypy strict checks this file.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812  torch's own habit

from mien_trainer.model.net import features

DELAYS = (0, 2, 4)
"""Frames that the moment of each head lies in the past."""

DILATIONS = (1, 2, 4, 8, 16, 1, 2, 4, 8)
"""Frames between the taps of each block: together they hear 1.5 s, and the room with it."""


class LipNet(nn.Module):
    """Heads (B, N, H, O) of log-mel frames; see above."""

    mean: Tensor
    std: Tensor

    def __init__(
        self,
        outputs: int,
        *,
        width: int = 192,
        dilations: Sequence[int] = DILATIONS,
        mels: int = 80,
        dropped: float = 0.0,
    ) -> None:
        """``dropped`` is the share of each block's numbers without which it learns."""
        super().__init__()
        self.outputs, self.width = outputs, width
        self.register_buffer("mean", torch.full((mels,), 3.0))
        self.register_buffer("std", torch.full((mels,), 2.0))
        self.input = nn.Linear(mels, width)
        self.blocks = nn.ModuleList(SoundBlock(width, one, dropped) for one in dilations)
        self.norm = nn.LayerNorm(width)
        self.heads = nn.Linear(width, len(DELAYS) * outputs)
        nn.init.zeros_(self.heads.weight)
        nn.init.zeros_(self.heads.bias)

    @property
    def context(self) -> int:
        """R: the frames that it needs before a frame."""
        return sum(block.memory for block in self._blocks())

    def forward(self, mel: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        """Heads (B, N, H, O) of mel (B, N, M) after ``state`` (B, R, W), and the state after."""
        x = self.input((features(mel) - self.mean) / self.std)
        after: list[Tensor] = []
        at = 0
        for block in self._blocks():
            # What is remembered has its norm already: it is taken once of every frame.
            window = torch.cat((state[:, at : at + block.memory], block.norm(x)), dim=1)
            at += block.memory
            after.append(window[:, -block.memory :])
            x = x + block.mixed(window)
        return self._told(self.norm(x)), torch.cat(after, dim=1)

    def whole(self, mel: Tensor) -> tuple[Tensor, Tensor]:
        """Heads (B, N, H, O) of the last N of R + N frames of mel (B, R + N, M): what learns.

        And what they are told from (B, N, W).
        """
        x = self.input((features(mel) - self.mean) / self.std)
        for block in self._blocks():
            x = block(x)
        x = self.norm(x)
        return self._told(x), x

    def start(self, count: int) -> Tensor:
        """A state (B, R, W) of zeros, from which silence leads to the one before a first frame."""
        return torch.zeros(count, self.context, self.width)

    def _told(self, x: Tensor) -> Tensor:
        heads: Tensor = self.heads(x)
        return heads.reshape(heads.shape[0], heads.shape[1], len(DELAYS), self.outputs)

    def _blocks(self) -> list[SoundBlock]:
        return [block for block in self.blocks if isinstance(block, SoundBlock)]


class SoundBlock(nn.Module):
    """A residual block: a causal convolution of three taps, and a mix of its numbers."""

    def __init__(self, width: int, dilation: int, dropped: float = 0.0) -> None:
        super().__init__()
        self.dilation = dilation
        self.dropped = dropped
        self.norm = nn.LayerNorm(width)
        self.taps = nn.Linear(3 * width, width)
        self.mix = nn.Linear(width, width)

    @property
    def memory(self) -> int:
        """The frames that it looks back."""
        return 2 * self.dilation

    def forward(self, window: Tensor) -> Tensor:
        """(B, N, W) of the last N frames of ``window`` (B, memory + N, W)."""
        return window[:, self.memory :] + self.mixed(self.norm(window))

    def mixed(self, normed: Tensor) -> Tensor:
        """What is added to the last N of frames (B, memory + N, W) whose norm is taken."""
        d = self.dilation
        taps = torch.cat((normed[:, : -2 * d], normed[:, d:-d], normed[:, 2 * d :]), dim=-1)
        told = F.silu(self.taps(taps))
        if self.training and self.dropped > 0.0:
            # The same numbers throughout a sequence: from one frame the next would tell the others.
            told = F.dropout1d(told.transpose(1, 2), self.dropped).transpose(1, 2)
        mixed: Tensor = self.mix(told)
        return mixed
