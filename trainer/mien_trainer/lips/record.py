"""What a table of visemes says. Channel names are full: shorthands are expanded."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from attrs import frozen


class Contact(Enum):
    """What touches: both lips (p, b, m), or the lower lip and the upper teeth (f, v)."""

    LIPS = "lips"
    TEETH = "teeth"


@frozen(kw_only=True)
class Group:
    """Channels that move together: ``pace`` stretches every reach, ``lead`` is in seconds."""

    channels: tuple[str, ...]
    pace: float
    lead: float


@frozen(kw_only=True)
class SoundClass:
    """How sounds of a kind pull: ``strength`` by group, reaches in seconds for a pace of 1."""

    strength: Mapping[str, float]
    before: float
    after: float
    power: float


@frozen(kw_only=True)
class ContactTiming:
    """How a contact is made and undone, in seconds; it rules the channels ``holds`` alone."""

    holds: tuple[str, ...]
    lead: float
    closing: float
    pressing: float
    opening: float


@frozen(kw_only=True)
class Viseme:
    """A mouth shape: its class, the contact it keeps, its IPA symbols and its weights."""

    class_: str
    contact: Contact | None
    sounds: tuple[str, ...]
    weights: Mapping[str, float]
