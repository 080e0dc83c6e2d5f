"""The transformer of shared layers in torch, for training; `mien.reading.transformer` runs it.

After ALBERT (Lan et al. 2020): one layer passed several times and a factorised embedding; squared
ReLU after Primer (So et al. 2021), RMS norms, and attention that knows distances (Shaw et al.
2018). Heads for the teacher and for masked words are left behind in training.
"""

from __future__ import annotations

import math
from typing import cast

import torch
from attrs import frozen
from torch import Tensor, nn
from torch.nn import functional

from mien.reading.transformer_weights import Shape

_EPSILON = 1e-6


@frozen(kw_only=True)
class Widths:
    """How wide the parts of a transformer are."""

    embedding: int
    hidden: int
    feed: int
    pool: int


class Transformer(nn.Module):
    """Numbers of pieces (B, n) with how many there are (B,) to outputs (B, K)."""

    def __init__(self, shape: Shape, widths: Widths, pieces: int, outputs: int) -> None:
        super().__init__()
        self.shape = shape
        hidden = widths.hidden
        self.embedding = nn.Embedding(pieces, widths.embedding)
        self.embedding_norm = nn.Parameter(torch.ones(widths.embedding))
        self.project = nn.Linear(widths.embedding, hidden)
        self.attention_norm = nn.Parameter(torch.ones(shape.passes, hidden))
        self.feed_norm = nn.Parameter(torch.ones(shape.passes, hidden))
        self.last_norm = nn.Parameter(torch.ones(hidden))
        self.inward = nn.Linear(hidden, 3 * hidden)
        self.outward = nn.Linear(hidden, hidden)
        self.distance = nn.Parameter(torch.zeros(shape.heads, 2 * shape.reach + 1))
        self.widen = nn.Linear(hidden, widths.feed)
        self.narrow = nn.Linear(widths.feed, hidden)
        self.pool = nn.Linear(2 * hidden, widths.pool)
        self.head = nn.Linear(widths.pool, outputs)
        self._start()

    def _start(self) -> None:
        """Small numbers at first, smaller still for what is added at every pass."""
        nn.init.normal_(self.embedding.weight, std=1.0)
        for linear in (self.project, self.inward, self.widen, self.pool):
            nn.init.normal_(linear.weight, std=linear.in_features**-0.5)
            nn.init.zeros_(linear.bias)
        for linear in (self.outward, self.narrow, self.head):
            share = (2 * self.shape.passes * linear.in_features) ** -0.5
            nn.init.normal_(linear.weight, std=share)
            nn.init.zeros_(linear.bias)

    def forward(self, pieces: Tensor, lengths: Tensor, drop: float = 0.0) -> Tensor:
        """The outputs of texts."""
        return cast("Tensor", self.head(self.pooled(self.words(pieces, lengths, drop), lengths)))

    def words(self, pieces: Tensor, lengths: Tensor, drop: float = 0.0) -> Tensor:
        """What is known of each piece (B, n, H); ``drop`` is the rate of dropout."""
        many, long = pieces.shape
        heads, reach = self.shape.heads, self.shape.reach
        places = torch.arange(long)
        between = (places[None, :] - places[:, None]).clamp(-reach, reach) + reach
        there = places[None, :] < lengths[:, None]
        unseen = torch.zeros(many, 1, 1, long).masked_fill(~there[:, None, None, :], -1e9)
        mask = self.distance[:, between][None] + unseen
        x = self.project(_rms(self.embedding(pieces), self.embedding_norm))
        x = functional.dropout(x, drop, self.training)
        for turn in range(self.shape.passes):
            y = self.inward(_rms(x, self.attention_norm[turn]))
            q, k, v = y.view(many, long, 3, heads, -1).permute(2, 0, 3, 1, 4)
            seen = (q @ k.transpose(-1, -2) / math.sqrt(q.shape[-1]) + mask).softmax(-1)
            said = (seen @ v).transpose(1, 2).reshape(many, long, -1)
            x = x + functional.dropout(self.outward(said), drop, self.training)
            wide = functional.relu(self.widen(_rms(x, self.feed_norm[turn]))).square()
            x = x + functional.dropout(self.narrow(wide), drop, self.training)
        return _rms(x, self.last_norm)

    def pooled(self, words: Tensor, lengths: Tensor, drop: float = 0.0) -> Tensor:
        """What is known of each text (B, D)."""
        there = (torch.arange(words.shape[1])[None, :] < lengths[:, None])[..., None]
        mean = (words * there).sum(1) / lengths[:, None]
        most = words.masked_fill(~there, -1e9).amax(1)
        pooled = functional.relu(self.pool(torch.cat((mean, most), -1)))
        return functional.dropout(pooled, drop, self.training)


def _rms(x: Tensor, gain: Tensor) -> Tensor:
    return x * torch.rsqrt(x.square().mean(-1, keepdim=True) + _EPSILON) * gain
