"""The network: a small causal one over log-mel frames, with FiLM from the conditions.

    base     = what the conditions alone give                a perceptron of two hidden layers
    features = log(1 + exp(mel - QUIET))                     next to nothing below a quiet room
    x        = blocks of causal convolutions over sound      scaled and shifted by FiLM
    free     = clamp01(base * (1 - clamp01(fade(x))) + move(x))
    onset    = sigmoid(SHARPNESS * (logits(x) - threshold))  for lips on lips, and for lip on teeth
    contact  = onset, or a part of what it was one or two frames ago, if that is more
    held     = free * (1 - contact * attenuation)
    face     = held + contact * max(0, targets - held)

So the face at rest is the base, sound lets parts of it fade, and moves the rest. A contact is all
or nothing: where its sound is likely enough it takes what would part the lips to 0 and presses
them, and it is released over three frames, since lips need 50 ms to part. Left to the weights alone
a mouth that cannot tell p from t for certain would half close for both. Nothing looks ahead: the
look-ahead of 20 ms lies within the log-mel frames.

Dimension letters: B sequences, N frames, R frames of context, M mel bands, L labels of the bank, D
its conditions (L labels one-hot in the bank's order, then V, A, D: L + 3), T those of them that
this network is given, K conditions of one sound, W width, C channels, G kinds of contact.
"""

# torch annotates too little for pyright's strictest rules; mypy strict checks this file.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812  torch's own habit

from mien_trainer.lips.touching import ContactShapes
from mien_trainer.mel import SILENCE
from mien_trainer.model.shape import NetShape

QUIET = -12.5
"""The log-mel energy of a quiet room: about what white noise of -60 dBFS has in each band."""

SHARPNESS = 6.0
"""How fast a contact is made as its logit grows: from a tenth to nine tenths within 0.7."""

RELEASE_KERNEL = (0.67, 0.33)
"""What is left of a contact one frame and two frames later."""

_INITIAL_CONTACT_LOGIT = -10.0
"""What a new network begins with: it makes no contacts."""


def features(mel: Tensor) -> Tensor:
    """Log-mel energies (..., M) above a quiet room: from 0 up, the same where it is loud."""
    return F.softplus(mel - QUIET)


def clamp01(x: Tensor) -> Tensor:
    """``x`` clamped to [0, 1]; outside, only gradients that lead back inside pass."""
    if not torch.is_grad_enabled():
        return x.clamp(0.0, 1.0)
    return cast("Tensor", cast("Any", _Clamp01).apply(x))


class _Clamp01(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:  # noqa: ANN401  torch's own type is private
        ctx.save_for_backward(x)
        return x.clamp(0.0, 1.0)

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Tensor) -> Tensor:  # noqa: ANN401  as above
        (x,) = ctx.saved_tensors
        (gradient,) = grad_outputs
        # A step goes against the gradient: one of the other sign than what is too much leads away.
        leads_away = (x - x.clamp(0.0, 1.0)) * gradient < 0.0
        return gradient.masked_fill(leads_away, 0.0)


class FaceNet(nn.Module):
    """Weights in [0, 1] for log-mel frames and conditions.

    ``columns`` (T,) are the places of its own conditions among all D, which it is handed. The mean
    and standard deviation of its features are buffers, (M,) each, and so is what contacts do:
    ``contact_attenuation`` and ``contact_targets``, (G, C) each.
    """

    mean: Tensor
    std: Tensor
    columns: Tensor
    contact_attenuation: Tensor
    contact_targets: Tensor

    def __init__(
        self, shape: NetShape, columns: Sequence[int], contacts: ContactShapes, *, mels: int = 80
    ) -> None:
        super().__init__()
        self.shape = shape
        threshold = shape.contact_threshold
        self._threshold_logit = math.log(threshold / (1.0 - threshold))
        width, conditions = shape.width, len(columns)
        kinds, channels = contacts.attenuation.shape
        self.register_buffer("mean", torch.full((mels,), 3.0))
        self.register_buffer("std", torch.full((mels,), 2.0))
        self.register_buffer("columns", torch.tensor(columns, dtype=torch.int32))
        self.register_buffer("contact_attenuation", torch.as_tensor(contacts.attenuation))
        self.register_buffer("contact_targets", torch.as_tensor(contacts.targets))
        self.base = Base(conditions, shape.hidden, channels)
        self.input = nn.Linear(mels, width)
        self.blocks = nn.ModuleList(Block(width, conditions, d) for d in shape.dilations)
        self.face_head = nn.Linear(width, 2 * channels)
        self.contact_head = nn.Linear(width, kinds)
        for head, bias in ((self.face_head, 0.0), (self.contact_head, _INITIAL_CONTACT_LOGIT)):
            nn.init.zeros_(head.weight)
            nn.init.constant_(head.bias, bias)

    @property
    def context(self) -> int:
        """R: the frames that it needs before a frame, those of releasing contacts among them."""
        return self.shape.context + len(RELEASE_KERNEL)

    def hearing(self) -> Iterator[nn.Parameter]:
        """What it hears with, whatever its conditions: all of the blocks but FiLM, and contacts."""
        yield from self.input.parameters()
        for block in self._blocks():
            yield from block.taps.parameters()
            yield from block.mix.parameters()
        yield from self.contact_head.parameters()

    def forward(self, mel: Tensor, conditions: Tensor) -> Tensor:
        """Faces (B, N, C) of the last N frames of mel (B, R + N, M), conditions (B, R + N, D)."""
        free, logits = self._frames(mel, conditions)
        contacts = self._released(self._onsets(logits))
        return self._with_contacts(free[:, len(RELEASE_KERNEL) :], contacts)

    def teacher_forced(
        self, mel: Tensor, conditions: Tensor, contacts: Tensor
    ) -> tuple[Tensor, Tensor]:
        """As `forward` with the contacts (B, N, G) that targets have, and the contact logits.

        It needs only as many frames before as its shape has for context. So the weights learn what
        lips do where they are free, and the logits (B, N, G) learn from contacts alone.
        """
        free, logits = self._frames(mel, conditions)
        return self._with_contacts(free, contacts), logits

    def clip(self, mel: Tensor, conditions: Tensor) -> Tensor:
        """Faces (B, N, C) from the first frame of mel (B, N, M) on, with silence before it."""
        mel = F.pad(mel, (0, 0, self.context, 0), value=SILENCE)
        before = conditions[:, :1].expand(-1, self.context, -1)
        return self.forward(mel, torch.cat((before, conditions), dim=1))

    def last_face(self, mel: Tensor, conditions: Tensor) -> Tensor:
        """Faces (B, K, C) as in `last_frame`, with contacts as likely as in the frames before."""
        free, logits = self.last_frame(mel, conditions)
        return self._with_contacts(free, self._onsets(logits))

    def last_frame(self, mel: Tensor, conditions: Tensor) -> tuple[Tensor, Tensor]:
        """Faces (B, K, C) without contacts, and the contact logits (B, K, G).

        They are those at the end of mel (B, context of the shape + 1, M) under K steady conditions
        (B, K, D). Only what they depend on is computed, and what does not depend on the conditions
        only once.
        """
        own = self._own(conditions)[:, :, None]
        x = self._last(mel, own)
        return self._free(x, own)[:, :, 0], self.contact_head(x)[:, :, 0]

    def last_sound(self, mel: Tensor, conditions: Tensor) -> tuple[Tensor, Tensor]:
        """What sound does to the face at rest at the end of mel, (B, K, C) each; as `last_frame`.

        The share of it that is left, and what moves it.
        """
        fade, move = self.face_head(self._last(mel, self._own(conditions)[:, :, None])).chunk(2, -1)
        return 1.0 - clamp01(fade)[:, :, 0], move[:, :, 0]

    def initial_state(self, conditions: Tensor) -> Tensor:
        """The state (B, R, W) before the first frame, for its conditions (B, D).

        Where only `step` is at hand, R steps of silence from any state lead to the same.
        """
        own = self._own(conditions)[:, None]
        silence = self.mean.new_full((len(conditions), 1, len(self.mean)), SILENCE)
        x = self._embedded(silence)
        state: list[Tensor] = []
        for block in self._blocks():
            state.append(x.expand(-1, block.memory, -1))
            x = block(x.expand(-1, 3, -1), own, prune=True)
        state.append(x.expand(-1, len(RELEASE_KERNEL), -1))
        return torch.cat(state, dim=1)

    def step(self, mel: Tensor, conditions: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        """The face (B, C) for one frame (B, M), conditions (B, D), and the state after it."""
        faces, after = self.stream(mel[:, None], conditions[:, None], state)
        return faces[:, 0], after

    def stream(self, mel: Tensor, conditions: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        """Faces (B, N, C) for frames (B, N, M), conditions (B, N, D), and the state after them."""
        own = self._own(conditions)
        x = self._embedded(mel)
        after: list[Tensor] = []
        at = 0
        for block in self._blocks():
            window = torch.cat((state[:, at : at + block.memory], x), dim=1)
            at += block.memory
            after.append(window[:, -block.memory :])
            x = block(window, own)
        window = torch.cat((state[:, at:], x), dim=1)
        after.append(window[:, -len(RELEASE_KERNEL) :])
        contacts = self._released(self._onsets(self.contact_head(window)))
        return self._with_contacts(self._free(x, own), contacts), torch.cat(after, dim=1)

    def _frames(self, mel: Tensor, conditions: Tensor) -> tuple[Tensor, Tensor]:
        """As `forward`, without contacts, and their logits (B, N, G)."""
        own = self._own(conditions)
        x = self._embedded(mel)
        for block in self._blocks():
            x = block(x, own)
        return self._free(x, own), self.contact_head(x)

    def _last(self, mel: Tensor, own: Tensor) -> Tensor:
        """Numbers (B, K, 1, W) at the end of mel (B, R + 1, M), conditions (B, K, 1, T)."""
        x = self._embedded(mel)[:, None]
        for block in self._blocks():
            x = block(x, own, prune=True)
        return x

    def _blocks(self) -> list[Block]:
        return [block for block in self.blocks if isinstance(block, Block)]

    def _own(self, conditions: Tensor) -> Tensor:
        """Its own conditions (..., T) of all (..., D)."""
        return conditions.index_select(-1, self.columns)

    def _embedded(self, mel: Tensor) -> Tensor:
        """Numbers (..., W) for log-mel frames (..., M)."""
        embedded: Tensor = self.input((features(mel) - self.mean) / self.std)
        return embedded

    def _free(self, x: Tensor, own: Tensor) -> Tensor:
        """Faces (..., N, C) without contacts, from x (..., N, W), conditions (..., >= N, T)."""
        base: Tensor = self.base(own[..., -x.shape[-2] :, :])
        fade, move = self.face_head(x).chunk(2, dim=-1)
        return clamp01(base * (1.0 - clamp01(fade)) + move)

    def _onsets(self, logits: Tensor) -> Tensor:
        """How far contacts with these logits are made."""
        return torch.sigmoid(SHARPNESS * (logits - self._threshold_logit))

    def _released(self, onsets: Tensor) -> Tensor:
        """Contacts (B, N, G) from the onsets in these frames and before them (B, 2 + N, G)."""
        frames = onsets.shape[1] - len(RELEASE_KERNEL)
        contacts = onsets[:, len(RELEASE_KERNEL) :]
        for ago, share in enumerate(RELEASE_KERNEL, start=1):
            start = len(RELEASE_KERNEL) - ago
            contacts = torch.maximum(contacts, share * onsets[:, start : start + frames])
        return contacts

    def _with_contacts(self, face: Tensor, contacts: Tensor) -> Tensor:
        """Faces (..., C) with contacts (..., G) made in them."""
        # Lips on lips come last, since they are felt the most where both are made.
        for kind in reversed(range(len(self.contact_attenuation))):
            contact = contacts[..., kind : kind + 1]
            face = face * (1.0 - contact * self.contact_attenuation[kind])
            face = face + contact * (self.contact_targets[kind] - face).clamp(min=0.0)
        return face


class Base(nn.Module):
    """The face at rest: from conditions (..., T) to (..., C), not yet clamped."""

    def __init__(self, conditions: int, hidden: int, channels: int) -> None:
        super().__init__()
        self.input = nn.Linear(conditions, hidden)
        self.hidden = nn.Linear(hidden, hidden)
        self.output = nn.Linear(hidden, channels)

    def forward(self, conditions: Tensor) -> Tensor:
        """The face at rest."""
        face: Tensor = self.output(F.silu(self.hidden(F.silu(self.input(conditions)))))
        return face


class Block(nn.Module):
    """A residual block: a causal convolution of three taps, FiLM, and a mix of its numbers."""

    def __init__(self, width: int, conditions: int, dilation: int) -> None:
        super().__init__()
        self.dilation = dilation
        self.taps = nn.Linear(3 * width, width)
        self.film = nn.Linear(conditions, 2 * width)
        self.mix = nn.Linear(width, width)
        nn.init.zeros_(self.film.weight)
        with torch.no_grad():
            self.film.bias.copy_(torch.tensor([1.0, 0.0]).repeat_interleave(width))

    @property
    def memory(self) -> int:
        """The frames that it looks back."""
        return 2 * self.dilation

    def forward(self, x: Tensor, conditions: Tensor, *, prune: bool = False) -> Tensor:
        """(..., N, W) for the last N frames of x (..., memory + N, W).

        The conditions are (..., 1 or >= N, T). With ``prune`` x has only every ``dilation``th
        frame, and of the result every second is kept, so that all that is left is what the next
        block needs.
        """
        apart, stride = (1, 2) if prune else (self.dilation, 1)
        end = x.shape[-2] - 2 * apart
        now = x[..., 2 * apart :: stride, :]
        middle = x[..., apart : apart + end : stride, :]
        window = torch.cat((x[..., :end:stride, :], middle, now), dim=-1)
        scale, shift = self.film(conditions[..., -now.shape[-2] :, :]).chunk(2, dim=-1)
        mixed: Tensor = self.mix(F.silu(torch.addcmul(shift, self.taps(window), scale)))
        return now + mixed


RENAMED = {
    "deviation": "std",
    "holds": "contact_attenuation",
    "presses": "contact_targets",
    "base.told": "base.input",
    "base.face": "base.output",
    "listen": "input",
    "heads": "face_head",
    "odds": "contact_head",
}
"""Tensors and modules of networks that were kept before checkpoints' second version."""


def current_name(name: str) -> str:
    """Today's name of a tensor called ``name`` in a network of any version."""
    for old, new in RENAMED.items():
        if name == old or name.startswith(f"{old}."):
            return new + name.removeprefix(old)
    return name
