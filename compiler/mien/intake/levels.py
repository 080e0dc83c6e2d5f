"""One face over all intensities: weaker ones by stated ratios."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

REST = "neutral"
"""The label whose middle intensity is at rest."""

WEAKEST, STRONGEST = 0.35, 1.0


def default_ratios(count: int) -> tuple[float, ...]:
    """For ``count`` intensities, the lowest first: even steps from `WEAKEST` to `STRONGEST`.

    Of three they are 0.35, 0.675 and 1.
    """
    if count == 1:
        return (STRONGEST,)
    step = (STRONGEST - WEAKEST) / (count - 1)
    return tuple(round(WEAKEST + step * at, 4) for at in range(count))


def spread(
    label: str,
    faces: Mapping[str, Mapping[str, float]],
    intensities: Sequence[str],
    ratios: Sequence[float],
) -> Mapping[str, Mapping[str, float]]:
    """A face at each intensity: as given, else the strongest one given, scaled.

    ``faces`` are those given, by intensity, and under "" one of none, which counts as it is where
    the ratio is 1. Scaled weights stay in [0, 1]; a weaker face breaks no cap that the whole one
    keeps, for lint bounds weights by constants, and by other weights that are scaled alike. The
    label neutral is at rest in the middle, as lint asks.
    """
    source = "" if "" in faces else max(faces, key=intensities.index)
    unit = 1.0 if source == "" else ratios[intensities.index(source)]
    found: dict[str, Mapping[str, float]] = {}
    for at, (intensity, ratio) in enumerate(zip(intensities, ratios, strict=True)):
        if intensity in faces:
            found[intensity] = faces[intensity]
        elif label == REST and at == len(intensities) // 2:
            found[intensity] = {}
        else:
            scale = ratio / unit
            found[intensity] = {
                name: min(1.0, weight * scale) for name, weight in faces[source].items()
            }
    return found
