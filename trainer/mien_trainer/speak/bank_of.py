"""The bank that a network was trained on, and no other."""

from __future__ import annotations

from mien.bank import Bank, load
from mien.queries import QueryError
from mien.resources import presets
from mien_trainer.fault import TrainerError
from mien_trainer.speak.onnx_file import NetworkCard


def bank_of(card: NetworkCard, given: str | None = None) -> Bank:
    """The bank ``given``, else the release of the card's bank and version that ships.

    Raises:
        TrainerError: it is not the artifact that the network learned, or none ships.
        QueryError: there is no bank ``given``.
    """
    released = presets() / "releases" / card.bank / card.version / f"{card.bank}.safetensors"
    if given is None and not released.is_file():
        raise TrainerError(
            f"the network was trained on {card.bank} {card.version}, which does not ship; "
            "give its bank with --bank"
        )
    try:
        bank = load(given if given is not None else released)
    except OSError as error:
        raise QueryError(f"{given or released}: {error.strerror or error}") from error
    if bank.digest != card.artifact:
        raise TrainerError(
            f"the network was trained on artifact {card.artifact} ({card.bank} {card.version}), "
            f"found {bank.digest} ({bank.id} {bank.version})"
        )
    return bank
