"""Takes of a phone's folder, written beside their sound: all of a take, or nothing of it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from attrs import frozen

from mien.formats import livelink
from mien.formats.registry import read_take, write_take
from mien.formats.take import Take
from mien.intake.film_sound import SoundError, write_sound
from mien.intake.phone_folder import PhoneTake
from mien.text.atomic import draft_folder, sync_folder

_SOUND = ".wav"
_SAME = 1e-3
"""Seconds between film and curves that are none."""


@frozen(kw_only=True)
class Imported:
    """A take that was written: the files, and what there is to say of it."""

    take: Take
    curves: Path
    sound: Path | None
    notes: tuple[str, ...]


def import_take(one: PhoneTake, curves: Path, rate: float | None = None) -> Imported:
    """Write a take into ``curves``, its format by the ending, and its sound beside it.

    Raises:
        FormatError: no format that is written ends as ``curves`` does.
        SourceError: with every fault of the take's file.
        OSError: a file cannot be written.
    """
    take = read_take(one.curves, rate=rate)
    notes = list(_notes(one, take))
    sound = None
    with draft_folder(curves) as draft:
        write_take(draft / curves.name, take)
        if one.film is not None:
            name = curves.name.removesuffix("".join(curves.suffixes[-1:])) + _SOUND
            try:
                notes += _sound(one, one.film, draft / name)
                sound = curves.with_name(name)
            except SoundError as error:
                notes.append(f"{error}; the take is written without it")
        for path in (curves, sound):
            if path is not None:
                os.replace(draft / path.name, path)  # noqa: PTH105  across folders, as one step
    sync_folder(curves.parent)
    return Imported(take=take, curves=curves, sound=sound, notes=tuple(notes))


def _sound(one: PhoneTake, film: Path, out: Path) -> list[str]:
    start = livelink.start_of(one.curves)
    lead = write_sound(film, out, -1e9 if start is None else start).lead
    if lead is None:
        said = f"{film.name} does not tell by the clock of the take when it began"
        return [f"{said}: its sound is taken to begin with it"]
    if abs(lead) <= _SAME:
        return []
    did = "cut off" if lead > 0.0 else "filled with silence"
    return [f"{abs(lead):.3f} s at the start of the sound {did}, so that it begins as the take"]


def _notes(one: PhoneTake, take: Take) -> Iterator[str]:
    rows = len(take.times) + take.repairs.lost + take.repairs.repeated
    if one.facts.frames is not None and one.facts.frames != rows:
        yield f"take.json counts {one.facts.frames} frames, the curves have {rows} rows"
    if one.calibrated is False:
        yield f"{one.curves.name} is not calibrated, and no calibrated one lies beside it"
    if one.film is None:
        yield "there is no film with its sound"
