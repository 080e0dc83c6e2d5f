"""Which bank speaks through a network, and how: by what was trained, or by composition."""

from __future__ import annotations

from attrs import frozen

from mien.bank import Bank, load
from mien.errors import QueryError
from mien_trainer.speak.lips import composed_words
from mien_trainer.speak.network import NetworkCard, check_names

DEFAULT = "default"


@frozen(kw_only=True)
class Way:
    """How a bank speaks: ``trained`` where the network's own faces are shown, and ``said`` that.

    By composition the network's neutral lips are under the bank's own faces, and ``said`` is why.
    """

    trained: bool
    said: str


def speaking_bank(card: NetworkCard, given: str | None, *, shipped: bool) -> Bank:
    """The bank that speaks.

    That is the one ``given``; else for the network that ships the newest release of the default
    bank, and for another one the release that it was trained on, if that is there.

    Raises:
        QueryError: there is no bank ``given``.
        ArtifactError: it is damaged.
    """
    if given is None and not shipped:
        try:
            return load(f"{card.bank}@{card.version}")
        except (QueryError, OSError):
            pass
    return given_bank(given)


def given_bank(given: str | None) -> Bank:
    """The bank ``given``, else the newest release of the default bank.

    Raises:
        QueryError: there is no such bank.
        ArtifactError: it is damaged.
    """
    name = DEFAULT if given is None else given
    try:
        return load(name)
    except OSError as error:
        raise QueryError(f"{name}: {error.strerror or error}") from error


def way_of(card: NetworkCard, bank: Bank, label: str | None, *, moved: bool) -> Way:
    """How ``bank`` speaks with ``label``, one plain label of it, or None for anything else.

    ``moved``: at a place that a person chose.

    Raises:
        TrainerError: the card names this bank's artifact and has not its labels and channels.
    """
    ours, theirs = f"{bank.id} {bank.version}", f"{card.bank} {card.version}"
    if bank.digest != card.artifact:
        same = ours == theirs
        what = f"artifact {card.artifact[:8]}, this is {bank.digest[:8]}" if same else theirs
        return Way(trained=False, said=f"{composed_words(card, bank)} (it was trained on {what})")
    check_names(card, bank)
    if label is None:
        return Way(trained=False, said=composed_words(card, bank))
    if card.knows and label not in card.knows:
        known = f"it was not trained on {label}; it knows {', '.join(card.knows)}"
        return Way(trained=False, said=f"{composed_words(card, bank)} ({known})")
    if moved and not card.vad:
        fixed = f"it takes no VAD, so it shows {label} in one way only"
        return Way(trained=False, said=f"{composed_words(card, bank)} ({fixed})")
    return Way(trained=True, said=f"faces of the network {card.name}, trained on {ours}")
