"""The bank that a network was trained on, and no other."""

from __future__ import annotations

from typing import Protocol

from mien.bank import Bank, load
from mien.errors import QueryError
from mien.resources import presets
from mien_trainer.fault import TrainerError


class Learned(Protocol):
    """What a network or a checkpoint says of the bank that it learned."""

    @property
    def bank(self) -> str:
        """The bank's name."""
        ...

    @property
    def version(self) -> str:
        """Its version."""
        ...

    @property
    def artifact(self) -> str:
        """The sha256 in hex of its artifact."""
        ...


def bank_of(card: Learned, given: str | None = None) -> Bank:
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
