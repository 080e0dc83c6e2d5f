"""Fits the network of live lips to examples; the same examples and seed give the same network.

Dimension letters: B sequences, N frames of a window, R frames before it, M mel bands, K kinds of
contact, D channels.
"""

# torch annotates too little for pyright's strictest rules; mypy strict checks this file.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
import torch
from attrs import evolve, frozen
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812  torch's own habit

from mien_trainer.frames import F32, FRAME_RATE
from mien_trainer.lip_training.examples import Example, taught_channels, taught_sounds
from mien_trainer.lip_training.pieces import between, told_anew
from mien_trainer.lips.read import shipped_table
from mien_trainer.lips.table import Contact
from mien_trainer.mel import MELS, SILENCE
from mien_trainer.model.lip_net import DELAYS, LipNet
from mien_trainer.train.augmentation import augmented
from mien_trainer.train.config import Augmentation

SEQUENCES, WINDOW = 16, 224
"""Sequences of a step, and the frames of each that are learned from."""

PEOPLE, VOICES, NOBODY = 0.58, 0.36, 0.06
"""The shares of people, of made voices, and of sounds in which nobody speaks, where there are all.
"""

MOST = 900.0
"""Seconds, and what is played of them, above which a speaker is not drawn more often."""

AS_IT_WAS = 0.25
"""The share of sound that is not degraded."""

TOLD_ANEW = 0.8
"""The share of sound whose pieces come in another order."""

DROPPED = 0.06
"""The share of each block's numbers that learning does without, others for each sequence."""

TAUGHT = 0.6
"""How much what other networks say counts beside what the labels say, where there are others."""

CONTACT_ODDS = 3.0
"""By how much a contact that is missed costs more than one that is made for nothing."""

RATE, LEAST_RATE, WARM = 2e-3, 1e-5, 60
"""The learning rate at its height and at the end, and the steps in which it comes up."""

_SMOOTHING, _CONTACTS, _WEIGHTS = 0.05, 1.0, 4.0
_DECAY, _CLIP, _MEAN = 0.02, 1.0, 0.003
_BEFORE = 60
_VARIED = Augmentation(vocal_tract=0.12, equalisation_db=6.0, gain_db=10.0)


@frozen(kw_only=True, eq=False)
class Batch:
    """Mel (B, R + N, M), and visemes and sounds (B, N), contacts (B, N, K) and weights (B, N, D).

    ``there`` (B, N) is 1 where there is sound.
    """

    mel: F32
    visemes: npt.NDArray[np.int64]
    sounds: npt.NDArray[np.int64]
    contacts: F32
    weights: F32
    there: F32


@frozen(kw_only=True, eq=False)
class Shelf:
    """Examples of one kind, how often one up to each is drawn, and the draw that is not theirs."""

    examples: tuple[Example, ...]
    ends: npt.NDArray[np.float64]
    top: float

    def drawn(self, rng: np.random.Generator) -> Example:
        """One at random, longer ones more often."""
        place = int(np.searchsorted(self.ends, rng.random()))
        return self.examples[min(place, len(self.examples) - 1)]


def shelves_of(taught: Sequence[Example]) -> list[Shelf]:
    """One for each kind of which there is any, by their tops."""
    kinds = (
        (PEOPLE, [one for one in taught if one.real]),
        (VOICES, [one for one in taught if one.spoken and not one.real]),
        (NOBODY, [one for one in taught if not one.spoken]),
    )
    found = [(share, kind) for share, kind in kinds if kind]
    ends = np.cumsum([share for share, _ in found])
    tops: list[float] = (ends / ends[-1]).tolist()
    return [_shelf(kind, top) for top, (_, kind) in zip(tops, found, strict=True)]


def _shelf(examples: Sequence[Example], top: float) -> Shelf:
    """A shelf with these, of which there is one at least: nobody is heard above all others."""
    frames: Counter[str] = Counter()
    for one in examples:
        frames[one.speaker] += len(one.visemes)
    most = MOST * FRAME_RATE
    ends = np.cumsum([len(one.visemes) * min(1.0, most / frames[one.speaker]) for one in examples])
    return Shelf(examples=tuple(examples), ends=ends / ends[-1], top=top)


def fit(
    taught: Sequence[Example],
    width: int,
    steps: int,
    seed: int,
    step: Callable[[float], None],
    begun: LipNet | None = None,
    teachers: Sequence[LipNet] = (),
) -> LipNet:
    """The mean of a network's last states, after so many steps; ``step`` gets each one's loss.

    It begins as ``begun``, which has the same width, and learns from ``teachers`` besides
    (knowledge distillation, Hinton et al. 2015): what several networks agree on is surer than what
    one says, and one that learned it knows nearly as much.
    """
    torch.manual_seed(seed)
    torch.set_num_threads(1)  # more wait for each other longer than they work on one so small
    rng = np.random.default_rng(seed)
    visemes, channels = len(shipped_table().visemes), len(taught_channels())
    net = LipNet(visemes + len(Contact) + channels, width=width, dropped=DROPPED)
    if begun is not None:
        net.load_state_dict(begun.state_dict())
    shelves = shelves_of(taught)
    # Naming sounds that look alike teaches to hear; what names them is not kept.
    sounds = nn.Linear(width, len(DELAYS) * len(taught_sounds()))
    learned = [*net.parameters(), *sounds.parameters()]
    mean = {name: value.clone() for name, value in net.state_dict().items()}
    adam = torch.optim.AdamW(learned, lr=RATE, weight_decay=_DECAY)
    for done in range(steps):
        for group in adam.param_groups:
            group["lr"] = rate(done, steps)
        batch = batch_of(shelves, net.context, rng)
        loss = loss_of(net, sounds, batch, visemes, told_by(teachers, batch))
        adam.zero_grad()
        torch.autograd.backward(loss)
        torch.nn.utils.clip_grad_norm_(learned, _CLIP)
        adam.step()
        with torch.no_grad():
            for name, value in net.state_dict().items():
                mean[name].lerp_(value, max(_MEAN, 1.0 / (done + 2)))
        step(float(loss.detach()))
    net.load_state_dict(mean)
    return net.eval()


def rate(done: int, steps: int) -> float:
    """The learning rate after ``done`` of ``steps``: up in `WARM`, then down as a cosine."""
    return (
        RATE * min(1.0, (done + 1) / WARM) * 0.5 * (1.0 + math.cos(math.pi * done / steps))
        + LEAST_RATE
    )


def batch_of(shelves: Sequence[Shelf], context: int, rng: np.random.Generator) -> Batch:
    """Windows at random: of longer examples more, of each kind its share."""
    whole = context + WINDOW
    channels = shelves[0].examples[0].weights.shape[1]
    batch = Batch(
        mel=np.full((SEQUENCES, whole, MELS), SILENCE, dtype=np.float32),
        visemes=np.zeros((SEQUENCES, WINDOW), dtype=np.int64),
        sounds=np.full((SEQUENCES, WINDOW), -1, dtype=np.int64),
        contacts=np.zeros((SEQUENCES, WINDOW, len(Contact)), dtype=np.float32),
        weights=np.zeros((SEQUENCES, WINDOW, channels), dtype=np.float32),
        there=np.zeros((SEQUENCES, WINDOW), dtype=np.float32),
    )
    for row in range(SEQUENCES):
        draw = rng.random()
        one = next(shelf for shelf in shelves if draw < shelf.top).drawn(rng)
        form = 0 if rng.random() < AS_IT_WAS else int(rng.integers(len(one.forms)))
        order = np.arange(len(one.visemes), dtype=np.float64)
        if rng.random() < TOLD_ANEW:
            order = told_anew(one.sounds, rng)
        frames = len(order)
        at = int(rng.integers(-_BEFORE, max(1, frames - WINDOW // 2)))
        low, first, end = max(0, at - context), max(0, at), min(frames, at + WINDOW)
        heard = between(one.forms[form], order[low:end])
        batch.mel[row, low - at + context : end - at + context] = heard
        part, frame = slice(first - at, end - at), np.rint(order[first:end]).astype(np.int64)
        batch.visemes[row, part] = one.visemes[frame]
        batch.sounds[row, part] = one.sounds[frame]
        batch.contacts[row, part] = one.contacts[frame]
        batch.weights[row, part] = one.weights[frame]
        batch.there[row, part] = 1.0
    return evolve(batch, mel=augmented(batch.mel, _VARIED, rng))


def told_by(teachers: Sequence[LipNet], batch: Batch) -> Tensor | None:
    """The mean of what the longest heads of other networks say (B, N, O); None without any."""
    if not teachers:
        return None
    mel = torch.as_tensor(batch.mel)
    with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16):
        heads = [one.whole(mel)[0][:, DELAYS[-1] :, -1].float() for one in teachers]
    return torch.stack(heads).mean(dim=0)


def loss_of(
    net: LipNet, sounds: nn.Linear, batch: Batch, visemes: int, told: Tensor | None = None
) -> Tensor:
    """Cross entropy of visemes, sounds and contacts, squared errors of weights, over all heads.

    `TAUGHT` parts of it are against what is ``told`` (B, N, O), where that is given.
    """
    with torch.autocast("cpu", dtype=torch.bfloat16):  # half the time, and as good
        heads, told_from = net.whole(torch.as_tensor(batch.mel))
        named = sounds(told_from).unflatten(-1, (len(DELAYS), -1))
    heads, named = heads.float(), named.float()
    length = WINDOW - DELAYS[-1]  # the moments that all heads speak of
    there = torch.as_tensor(batch.there[:, :length])
    total = torch.zeros(())
    for place, delay in enumerate(DELAYS):
        head = heads[:, delay : delay + length, place]
        each = _beside_labels(head, batch, visemes)
        if told is not None:
            each = (1.0 - TAUGHT) * each + TAUGHT * _beside(head, told, visemes)
        each += F.cross_entropy(
            named[:, delay : delay + length, place].transpose(1, 2),
            torch.as_tensor(batch.sounds[:, :length]),
            reduction="none",
            label_smoothing=_SMOOTHING,
            ignore_index=-1,
        )
        total = total + (each * there).sum() / there.sum()
    return total


def _beside_labels(head: Tensor, batch: Batch, visemes: int) -> Tensor:
    length, contacts_end = head.shape[1], visemes + len(Contact)
    said = F.cross_entropy(
        head[..., :visemes].transpose(1, 2),
        torch.as_tensor(batch.visemes[:, :length]),
        reduction="none",
        label_smoothing=_SMOOTHING,
    )
    met = F.binary_cross_entropy_with_logits(
        head[..., visemes:contacts_end],
        torch.as_tensor(batch.contacts[:, :length]),
        reduction="none",
        pos_weight=torch.full((len(Contact),), CONTACT_ODDS),
    )
    shown = head[..., contacts_end:] - torch.as_tensor(batch.weights[:, :length])
    return said + _CONTACTS * met.sum(dim=-1) + _WEIGHTS * shown.square().sum(dim=-1)


def _beside(head: Tensor, told: Tensor, visemes: int) -> Tensor:
    """The same against what other networks say, whose logits of contacts have the odds already."""
    contacts_end = visemes + len(Contact)
    said = F.cross_entropy(
        head[..., :visemes].transpose(1, 2),
        told[..., :visemes].softmax(dim=-1).transpose(1, 2),
        reduction="none",
    )
    met = F.binary_cross_entropy_with_logits(
        head[..., visemes:contacts_end], told[..., visemes:contacts_end].sigmoid(), reduction="none"
    )
    shown = head[..., contacts_end:] - told[..., contacts_end:]
    weight = 0.5 * (1.0 + CONTACT_ODDS) * _CONTACTS
    return said + weight * met.sum(dim=-1) + _WEIGHTS * shown.square().sum(dim=-1)
