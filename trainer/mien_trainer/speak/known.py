"""Whether a network hears what it is asked to wear."""

from __future__ import annotations

from mien_trainer.fault import TrainerError
from mien_trainer.speak.onnx_file import NetworkCard


def check_known(card: NetworkCard, label: str, *, moved: bool) -> None:
    """See that the network can wear ``label``; ``moved``: at a place that a person chose.

    A network that is told no label at all wears any, by its VAD.

    Raises:
        TrainerError: it was not trained on the label, or is not told where.
    """
    if card.knows and label not in card.knows:
        raise TrainerError(
            f"the network {card.name} was not trained on {label}; it knows {', '.join(card.knows)}"
        )
    if moved and not card.vad:
        raise TrainerError(
            f"the network {card.name} is told no VAD, so it wears {label} in one way only: leave "
            "--vad, --at and --intensity out"
        )
