"""Several processes that take one step together, as torchrun starts them."""

from __future__ import annotations

import os
from collections.abc import Generator
from contextlib import contextmanager

import torch
import torch.distributed as dist
from attrs import frozen
from torch import Tensor, nn

from mien_trainer.model.typed import split, sum_over_processes, wait_for_processes


@frozen(kw_only=True)
class Processes:
    """This process among ``world``; it computes on ``device``."""

    rank: int
    world: int
    device: torch.device

    @property
    def first(self) -> bool:
        """Whether this is the one that writes."""
        return self.rank == 0

    def average(self, tensors: list[Tensor]) -> None:
        """Replace tensors by their means over all processes."""
        if self.world == 1:
            return
        flat = torch.cat([one.reshape(-1) for one in tensors])
        sum_over_processes(flat)
        flat /= self.world
        means = split(flat, [one.numel() for one in tensors])
        for one, mean in zip(tensors, means, strict=True):
            one.copy_(mean.view_as(one))

    def average_gradients(self, model: nn.Module) -> None:
        """Every process took a part of equal size, so that this is the whole step's gradient."""
        self.average([one.grad for one in model.parameters() if one.grad is not None])

    def wait(self) -> None:
        """Until all are here."""
        if self.world > 1:
            wait_for_processes()


@contextmanager
def processes() -> Generator[Processes]:
    """The processes that torchrun started, or this one alone; a GPU each where there are any."""
    rank, world = int(os.environ.get("RANK", "0")), int(os.environ.get("WORLD_SIZE", "1"))
    local = int(os.environ.get("LOCAL_RANK", "0"))
    gpu = torch.cuda.is_available()
    device = torch.device("cuda", local) if gpu else torch.device("cpu")
    if world > 1:
        dist.init_process_group("nccl" if gpu else "gloo")
    try:
        yield Processes(rank=rank, world=world, device=device)
    finally:
        if world > 1:
            dist.destroy_process_group()
