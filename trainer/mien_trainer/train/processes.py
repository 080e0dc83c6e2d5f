"""What a training runs on: several processes that share each step, and a GPU where there is one."""

# torch annotates too little for pyright's strictest rules; mypy strict checks this file.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from __future__ import annotations

import os
from collections.abc import Generator
from contextlib import contextmanager

import torch
import torch.distributed as dist
from attrs import frozen
from torch import Tensor, nn

from mien_trainer.fault import TrainerError, brief
from mien_trainer.model.net import FaceNet


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
        with _others_told():
            dist.all_reduce(flat)
        flat /= self.world
        for one, mean in zip(tensors, flat.split([one.numel() for one in tensors]), strict=True):
            one.copy_(mean.view_as(one))

    def average_gradients(self, model: nn.Module) -> None:
        """Every process took a part of equal size, so that this is the whole step's gradient."""
        self.average([one.grad for one in model.parameters() if one.grad is not None])

    def wait(self) -> None:
        """Until all are here."""
        if self.world > 1:
            with _others_told():
                dist.barrier()


@contextmanager
def _others_told() -> Generator[None]:
    """Say it plainly where another process has ended."""
    try:
        yield
    except RuntimeError as error:  # all that torch raises of a lost connection
        raise TrainerError(
            f"another process of this training has ended ({brief(error)}); --resume goes on from "
            "the last checkpoint"
        ) from error


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


def make_reproducible(seed: int, threads: int) -> None:
    """Let the same numbers come out each time, on the same machine with as many threads."""
    torch.set_num_threads(threads)
    # A GPU's matrices need a fixed workspace for it; a CPU takes no notice.
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    torch.use_deterministic_algorithms(mode=True)
    # New memory is always written before it is read here, so that filling it only takes time.
    setattr(torch.utils.deterministic, "fill_uninitialized_memory", False)  # noqa: B010  untyped
    torch.manual_seed(seed)


@contextmanager
def one_thread() -> Generator[None]:
    """Meanwhile torch computes on one thread: on networks so small more wait longer than they work.

    The bits that come out do not depend on how many cores there are.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def compile_for_gpu(model: FaceNet) -> None:
    """Compile both passes of a training, with the blocks over sound in half precision.

    The face itself stays in float32: bfloat16 knows a weight to 1/256 only, which is coarser than
    the presets are held.
    """
    half = torch.autocast("cuda", dtype=torch.bfloat16)
    for block in model.blocks:
        setattr(block, "forward", half(block.forward))  # noqa: B010  a method of one object
    for name in ("teacher_forced", "last_frame"):
        setattr(model, name, torch.compile(getattr(model, name)))
