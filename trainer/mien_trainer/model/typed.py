"""What torch gives no full types for, with its types: pyright then knows what comes back."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import torch
import torch.distributed as dist
from torch import Tensor

_torch = cast("Any", torch)
_dist = cast("Any", dist)


def to_tensor(array: npt.NDArray[Any], device: torch.device | None = None) -> Tensor:
    """An array as a tensor of its type; on a CPU the memory may be shared."""
    return cast("Tensor", _torch.as_tensor(array, device=device))


def to_floats(array: npt.NDArray[Any], device: torch.device) -> Tensor:
    """Numbers of any type as a float32 tensor."""
    return to_tensor(np.require(array, np.float32, ["W"]), device)


def to_array(tensor: Tensor) -> npt.NDArray[Any]:
    """A tensor as an array of its type; on a CPU the memory is shared."""
    return cast("npt.NDArray[Any]", cast("Any", tensor.detach().cpu().contiguous()).numpy())


def to_list(tensor: Tensor) -> list[float]:
    """The numbers of a tensor of one dimension."""
    return cast("list[float]", cast("Any", tensor).tolist())


def split(tensor: Tensor, sizes: Sequence[int], dim: int = 0) -> tuple[Tensor, ...]:
    """A tensor in parts of these sizes."""
    return cast("tuple[Tensor, ...]", cast("Any", tensor).split(list(sizes), dim=dim))


def backward(loss: Tensor) -> None:
    """Add the gradients of a loss to the parameters'."""
    cast("Any", loss).backward()


def take_step(optimizer: torch.optim.Optimizer) -> None:
    """Follow the gradients."""
    cast("Any", optimizer).step()


def be_deterministic() -> None:
    """Let the same numbers come out each time, on the same machine with as many threads."""
    # A GPU's matrices need a fixed workspace for it; a CPU takes no notice.
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    torch.use_deterministic_algorithms(mode=True)
    # New memory is always written before it is read here, so that filling it only takes time.
    _torch.utils.deterministic.fill_uninitialized_memory = False


def seed_random(seed: int) -> None:
    """Begin torch's random numbers anew."""
    _torch.manual_seed(seed)


def random_state() -> Tensor:
    """The state (n,) uint8 of torch's random numbers."""
    return cast("Tensor", _torch.get_rng_state())


def set_random_state(state: Tensor) -> None:
    """Go on with the random numbers after ``state``."""
    _torch.set_rng_state(state)


def sum_over_processes(tensor: Tensor) -> None:
    """Replace a tensor by its sum over all processes."""
    _dist.all_reduce(tensor)


def wait_for_processes() -> None:
    """Until every process is here."""
    _dist.barrier()


def load_weights(path: Path) -> object:
    """What a file of torch's holds, if it is tensors in plain containers and nothing else.

    Raises:
        pickle.UnpicklingError: it is more than that; nothing of it was run.
    """
    return cast("object", _torch.load(path, map_location="cpu", weights_only=True))


def compiled(function: Callable[..., Tensor]) -> Callable[..., Tensor]:
    """The function as torch.compile makes it."""
    return cast("Callable[..., Tensor]", _torch.compile(function))
