"""The same faces from PyTorch on the CPU: eager float32 tensors, one thread, no gradients.

Queries are grouped by label; of each label only the channels and antagonists that take part are
computed, a channel a contiguous row, in blocks that stay in the cache. Distances are written out,
since `torch.cdist` is slower for a handful of anchors.
"""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np

from mien.bench.numpy_peers import active_channels, between
from mien.engine.tables import F32, I32, LabelTable, Tables

BLOCK = 4096
"""Queries at a time: the fastest of 1024 to 65536 on the machine tried."""


def has_torch() -> bool:
    """Whether PyTorch is installed; the bench does without it."""
    return find_spec("torch") is not None


class TorchPipeline:
    """A bank's faces by PyTorch. Sets the process's PyTorch to one thread."""

    def __init__(self, tables: Tables) -> None:
        self._torch: Any = import_module("torch")
        self._torch.set_num_threads(1)
        self._channels = len(tables.channels)
        self._labels = [_Label(self._torch, tables, label) for label in tables.labels]

    def faces(self, labels: I32, vads: F32) -> F32:
        """Faces (n, C) of labels (n,) at vads (n, 3)."""
        torch = self._torch
        out = np.zeros((len(labels), self._channels), dtype=np.float32)
        with torch.inference_mode():
            kinds, points, faces = map(torch.from_numpy, (labels, vads, out))
            order = torch.argsort(kinds, stable=True)
            steps = torch.arange(len(self._labels) + 1, dtype=kinds.dtype)
            ends = torch.searchsorted(kinds[order], steps).tolist()
            for position, label in enumerate(self._labels):
                for start in range(ends[position], ends[position + 1], BLOCK):
                    rows = order[start : min(start + BLOCK, ends[position + 1])]
                    found = label.faces(points[rows].T.contiguous())
                    faces[rows[:, None], label.used] = found.T
        return out


class _Label:
    """One label's tensors, of the channels that take part."""

    def __init__(self, torch: Any, tables: Tables, label: LabelTable) -> None:  # noqa: ANN401
        def tensor(values: F32) -> Any:  # noqa: ANN401  PyTorch may be absent, so is its type
            return torch.from_numpy(np.array(values, dtype=np.float32))

        used = active_channels(tables, label)
        self._torch = torch
        self.used = torch.from_numpy(used)
        self._rules = tensor(tables.rules[used])
        self._half_strength = tensor(label.strength[used][:, None] * np.float32(0.5))
        self._weights = tensor(label.weights[:, used].T)
        self._archetypes = tensor(label.archetypes[:, used].T)
        self._anchors = tensor(label.anchors[:, :, None])
        self._metric = tensor(tables.metric[:, None])
        self._outer = tensor(label.plateau_outer[:, None])
        self._per_span = tensor(np.reciprocal(label.plateau_span)[:, None])
        self._per_support = 1 / float(tables.support[0])
        self._pairs = [(a, b, float(cap)) for a, b, cap in between(used, tables.pairs, tables.caps)]
        self._ceilings = [
            (a, b, float(slack)) for a, b, slack in between(used, tables.ceilings, tables.slacks)
        ]

    def faces(self, vads: Any) -> Any:  # noqa: ANN401
        """Faces (used, n) at vads (3, n)."""
        return self._resolved(self._field(vads))

    def _field(self, vads: Any) -> Any:  # noqa: ANN401
        """Before conflicts."""
        torch = self._torch
        V, A, D = vads
        squared = ((vads - self._anchors).square_() * self._metric).sum(dim=1)
        u = squared.sqrt().mul_(self._per_support)
        p = (1 - u).clamp_(min=0).square_().square_()
        phi = p.mul_(u.mul_(4).add_(1))
        terms = torch.stack((torch.ones_like(V), V, A, D, V * V, A * A, D * D, V * A, V * D, A * D))
        q = self._rules @ terms
        q.mul_(torch.rsqrt(q.square().add_(1))).add_(1).mul_(self._half_strength)
        q.addmm_(self._weights, phi).clamp_(0, 1)
        t = (self._outer - squared).mul_(self._per_span).clamp_(0, 1)
        blend = t.square().mul_(3 - 2 * t)
        q.mul_(1 - blend.sum(dim=0))
        return q.addmm_(self._archetypes, blend).clamp_(max=1)

    def _resolved(self, x: Any) -> Any:  # noqa: ANN401
        """``x`` (used, n) without conflicts."""
        torch = self._torch
        result = x.clone() if self._pairs else x
        for a, b, cap in self._pairs:
            over = torch.minimum(x[a], x[b]).sub_(cap).clamp_(min=0)
            torch.minimum(result[a], x[a] - over, out=result[a])
            torch.minimum(result[b], x[b] - over, out=result[b])
        for channel, under, slack in self._ceilings:
            torch.minimum(result[channel], result[under] + slack, out=result[channel])
        return result
