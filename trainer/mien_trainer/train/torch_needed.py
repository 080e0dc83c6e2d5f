"""Whether what a training needs is installed."""

from __future__ import annotations

from importlib.util import find_spec

from mien_trainer.fault import TrainerError


class TorchMissing(TrainerError):
    """A package of the extra mien[train] is not installed."""


def need_torch() -> None:
    """See that training is possible, before anything imports it.

    Raises:
        TorchMissing: it is not.
    """
    for name in ("torch", "safetensors", "pyarrow"):
        if find_spec(name) is None:
            raise TorchMissing(f"{name} is not installed: pip install 'mien[train]'")
