"""The network: a small causal one over log-mel frames, with FiLM from the conditions.

    base  = what the conditions alone give              a perceptron of two hidden layers
    heard = log(1 + exp(mel - QUIET))                   next to nothing below a quiet room
    x     = blocks of causal convolutions over sound    scaled and shifted by the conditions (FiLM)
    free  = squash(base * (1 - squash(fade(x))) + move(x))
    sure  = sigmoid(SHARPNESS * (log-odds(x) - least))  for lips on lips, and for lip on teeth
    touch = sure, or a part of what it was one or two frames ago, if that is more
    held  = free * (1 - touch * holds)
    face  = held + touch * max(0, presses - held)

So the face at rest is the base, sound lets parts of it fade, and moves the rest. A contact is all
or nothing: where its sound may well be heard it takes what would part the lips to 0 and presses
them, and it is let go over three frames, since lips need 50 ms to part. Left to the weights alone a
mouth that cannot tell p from t for certain would half close for both. Nothing looks ahead: the
look-ahead of 20 ms lies within the log-mel frames.

Dimension letters: B sequences, N frames, R frames of context, M mel bands, D conditions (labels
one-hot in the bank's order, then V, A, D), W width, C channels, G kinds of contact.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812  torch's own habit

from mien_trainer.lips.touching import ContactShapes
from mien_trainer.mel import SILENCE
from mien_trainer.model.shape import NetShape
from mien_trainer.model.squash import squash
from mien_trainer.model.typed import to_tensor

QUIET = -12.5
"""The log-mel energy of a quiet room: about what white noise of -60 dBFS has in each band."""

SHARPNESS = 6.0
"""How fast a contact is made as its log-odds grow: from a tenth to nine tenths within 0.7."""

LETTING_GO = (0.67, 0.33)
"""What is left of a contact one frame and two frames later."""

_UNHEARD = -10.0
"""The log-odds of contacts that a new network begins with: it makes none."""


def audible(mel: Tensor) -> Tensor:
    """Log-mel energies as they are heard, in a quiet room: from 0 up, the same where it is loud."""
    return F.softplus(mel - QUIET)


class FaceNet(nn.Module):
    """Weights in [0, 1] for log-mel frames and conditions.

    ``columns`` are the places of the conditions that it listens to; it may be handed all. The mean
    and standard deviation of its input are buffers, (M,) each, and so are the contacts' shapes,
    (G, C) each.
    """

    mean: Tensor
    deviation: Tensor
    columns: Tensor
    holds: Tensor
    presses: Tensor

    def __init__(
        self, shape: NetShape, columns: Sequence[int], contacts: ContactShapes, *, mels: int = 80
    ) -> None:
        super().__init__()
        self.shape = shape
        self._least = math.log(shape.doubt / (1.0 - shape.doubt))
        width, told = shape.width, len(columns)
        kinds, channels = contacts.holds.shape
        self.register_buffer("mean", torch.full((mels,), 3.0))
        self.register_buffer("deviation", torch.full((mels,), 2.0))
        self.register_buffer("columns", torch.tensor(columns, dtype=torch.int32))
        self.register_buffer("holds", to_tensor(contacts.holds))
        self.register_buffer("presses", to_tensor(contacts.presses))
        self.base = Base(told, shape.hidden, channels)
        self.listen = nn.Linear(mels, width)
        self.blocks = nn.ModuleList(Block(width, told, d) for d in shape.dilations)
        self.heads = nn.Linear(width, 2 * channels)
        self.odds = nn.Linear(width, kinds)
        for head, bias in ((self.heads, 0.0), (self.odds, _UNHEARD)):
            nn.init.zeros_(head.weight)
            nn.init.constant_(head.bias, bias)

    @property
    def context(self) -> int:
        """R: what it hears before a frame, and before the frames in which contacts are let go."""
        return self.shape.context + len(LETTING_GO)

    def forward(self, mel: Tensor, conditions: Tensor) -> Tensor:
        """Faces (B, N, C) of the last N frames of mel (B, R + N, M), conditions (B, R + N, D)."""
        free, odds = self._frames(mel, conditions)
        return self._touched(free[:, len(LETTING_GO) :], self._let_go(self._likely(odds)))

    def taught(self, mel: Tensor, conditions: Tensor, touching: Tensor) -> tuple[Tensor, Tensor]:
        """As `forward`, where contacts are made as ``touching`` (B, N, G) says, and their log-odds.

        It needs only as many frames before as its shape has for context. So the weights learn what
        lips do where they are free, and the log-odds (B, N, G) learn from contacts alone.
        """
        free, odds = self._frames(mel, conditions)
        return self._touched(free, touching), odds

    def whole(self, mel: Tensor, conditions: Tensor) -> Tensor:
        """Faces (B, N, C) from the first frame of mel (B, N, M) on, with silence before it."""
        mel = F.pad(mel, (0, 0, self.context, 0), value=SILENCE)
        return self.forward(mel, self._before(conditions))

    def last(self, mel: Tensor, conditions: Tensor) -> Tensor:
        """Faces (B, K, C) as in `moments`, with contacts as likely as in the frames before."""
        free, odds = self.moments(mel, conditions)
        return self._touched(free, self._likely(odds))

    def moments(self, mel: Tensor, conditions: Tensor) -> tuple[Tensor, Tensor]:
        """Faces (B, K, C) without contacts, and the contacts' log-odds (B, K, G).

        They are those at the end of mel (B, context of the shape + 1, M) under K steady conditions
        (B, K, D). Only what they depend on is computed, and what does not depend on the conditions
        only once.
        """
        told = self._told(conditions)[:, :, None]
        x = self._heard(mel)[:, None]
        for block in self._blocks():
            x = block(x, told, prune=True)
        return self._free(x, told)[:, :, 0], self.odds(x)[:, :, 0]

    def start(self, conditions: Tensor) -> Tensor:
        """The state (B, R, W) before the first frame, for its conditions (B, D).

        Where only `step` is at hand, R steps of silence from any state lead to the same.
        """
        told = self._told(conditions)[:, None]
        silence = self.mean.new_full((len(conditions), 1, len(self.mean)), SILENCE)
        x = self._heard(silence)
        state: list[Tensor] = []
        for block in self._blocks():
            state.append(x.expand(-1, block.memory, -1))
            x = block(x.expand(-1, 3, -1), told, prune=True)
        state.append(x.expand(-1, len(LETTING_GO), -1))
        return torch.cat(state, dim=1)

    def step(self, mel: Tensor, conditions: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        """The face (B, C) for one frame (B, M), conditions (B, D), and the state after it."""
        faces, after = self.advance(mel[:, None], conditions[:, None], state)
        return faces[:, 0], after

    def advance(self, mel: Tensor, conditions: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        """Faces (B, N, C) for frames (B, N, M), conditions (B, N, D), and the state after them."""
        told = self._told(conditions)
        x = self._heard(mel)
        after: list[Tensor] = []
        at = 0
        for block in self._blocks():
            seen = torch.cat((state[:, at : at + block.memory], x), dim=1)
            at += block.memory
            after.append(seen[:, -block.memory :])
            x = block(seen, told)
        seen = torch.cat((state[:, at:], x), dim=1)
        after.append(seen[:, -len(LETTING_GO) :])
        made = self._let_go(self._likely(self.odds(seen)))
        return self._touched(self._free(x, told), made), torch.cat(after, dim=1)

    def _frames(self, mel: Tensor, conditions: Tensor) -> tuple[Tensor, Tensor]:
        """As `forward`, without contacts, and their log-odds (B, N, G)."""
        told = self._told(conditions)
        x = self._heard(mel)
        for block in self._blocks():
            x = block(x, told)
        return self._free(x, told), self.odds(x)

    def _blocks(self) -> list[Block]:
        return [block for block in self.blocks if isinstance(block, Block)]

    def _told(self, conditions: Tensor) -> Tensor:
        return conditions.index_select(-1, self.columns)

    def _heard(self, mel: Tensor) -> Tensor:
        heard: Tensor = self.listen((audible(mel) - self.mean) / self.deviation)
        return heard

    def _before(self, conditions: Tensor) -> Tensor:
        """Conditions (B, R + N, D) with the first frame's before it."""
        first = conditions[:, :1].expand(-1, self.context, -1)
        return torch.cat((first, conditions), dim=1)

    def _free(self, x: Tensor, told: Tensor) -> Tensor:
        base: Tensor = self.base(told[..., -x.shape[-2] :, :])
        fade, move = self.heads(x).chunk(2, dim=-1)
        return squash(base * (1.0 - squash(fade)) + move)

    def _likely(self, odds: Tensor) -> Tensor:
        """How far contacts are made that are so likely."""
        return torch.sigmoid(SHARPNESS * (odds - self._least))

    def _let_go(self, made: Tensor) -> Tensor:
        """Contacts (B, N, G) from those made in these and the frames before (B, 2 + N, G)."""
        frames = made.shape[1] - len(LETTING_GO)
        left = made[:, len(LETTING_GO) :]
        for ago, share in enumerate(LETTING_GO, start=1):
            start = len(LETTING_GO) - ago
            left = torch.maximum(left, share * made[:, start : start + frames])
        return left

    def _touched(self, face: Tensor, touch: Tensor) -> Tensor:
        # Lips on lips come last, since they are felt the most where both are made.
        for kind in reversed(range(len(self.holds))):
            made = touch[..., kind : kind + 1]
            face = face * (1.0 - made * self.holds[kind])
            face = face + made * (self.presses[kind] - face).clamp(min=0.0)
        return face


class Base(nn.Module):
    """The face at rest: from the conditions told (..., T) to (..., C), not yet squashed."""

    def __init__(self, told: int, hidden: int, channels: int) -> None:
        super().__init__()
        self.told = nn.Linear(told, hidden)
        self.hidden = nn.Linear(hidden, hidden)
        self.face = nn.Linear(hidden, channels)

    def forward(self, told: Tensor) -> Tensor:
        """The face at rest."""
        face: Tensor = self.face(F.silu(self.hidden(F.silu(self.told(told)))))
        return face


class Block(nn.Module):
    """A residual block: a causal convolution of three taps, FiLM, and a mix of its numbers."""

    def __init__(self, width: int, told: int, dilation: int) -> None:
        super().__init__()
        self.dilation = dilation
        self.taps = nn.Linear(3 * width, width)
        self.film = nn.Linear(told, 2 * width)
        self.mix = nn.Linear(width, width)
        nn.init.zeros_(self.film.weight)
        with torch.no_grad():
            self.film.bias.copy_(torch.tensor([1.0, 0.0]).repeat_interleave(width))

    @property
    def memory(self) -> int:
        """The frames that it looks back."""
        return 2 * self.dilation

    def forward(self, x: Tensor, told: Tensor, *, prune: bool = False) -> Tensor:
        """(..., N, W) for the last N frames of x (..., memory + N, W); told (..., 1 or >= N, T).

        With ``prune`` x has only every ``dilation``th frame, and of the result every second is
        kept, so that all that is left is what the next block needs.
        """
        apart, stride = (1, 2) if prune else (self.dilation, 1)
        end = x.shape[-2] - 2 * apart
        now = x[..., 2 * apart :: stride, :]
        middle = x[..., apart : apart + end : stride, :]
        seen = torch.cat((x[..., :end:stride, :], middle, now), dim=-1)
        scale, shift = self.film(told[..., -now.shape[-2] :, :]).chunk(2, dim=-1)
        mixed: Tensor = self.mix(F.silu(torch.addcmul(shift, self.taps(seen), scale)))
        return now + mixed
