"""The bank that a network was trained on, and no other."""

from __future__ import annotations

from typing import Protocol

from mien.bank import Bank, load
from mien.errors import QueryError
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
    """The bank ``given``, else the release of the card's bank and version.

    Raises:
        TrainerError: it is not the artifact that the network learned, or there is no such release.
        QueryError: there is no bank ``given``.
    """
    released = f"{card.bank}@{card.version}"
    try:
        bank = load(released if given is None else given)
    except OSError as error:
        raise QueryError(f"{given or released}: {error.strerror or error}") from error
    except QueryError as error:
        if given is not None:
            raise
        raise TrainerError(
            f"the network was trained on {card.bank} {card.version}, which does not ship; "
            "give its bank with --bank"
        ) from error
    if bank.digest != card.artifact:
        raise TrainerError(
            f"the network was trained on artifact {card.artifact} ({card.bank} {card.version}), "
            f"found {bank.digest} ({bank.id} {bank.version})"
        )
    return bank
