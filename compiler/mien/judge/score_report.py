"""What observers made of blind sheets, as lines and as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from attrs import asdict

from mien.judge.key import HiddenFace, Key
from mien.judge.scores import RoundScore, Scores, Share, total
from mien.text.fault import counted


def score_lines(key: Key, scores: Scores) -> tuple[str, ...]:
    """The report for a terminal."""
    return tuple(_lines(key, scores))


def _lines(key: Key, scores: Scores) -> Iterator[str]:
    rounds = {name: one for name, one in _rounds(scores).items() if one is not None}
    observers = dict.fromkeys(name for one in rounds.values() for name in one.observers)
    yield (
        f"{key.source}: {counted(len(key.faces), 'face')} on {', '.join(key.heads)}, "
        f"{counted(len(observers), 'observer')} ({', '.join(observers)})"
    )
    for name, one in rounds.items():
        yield ""
        yield from _round_lines(name, key, one)
    if scores.unmatched:
        yield ""
        yield "free names that no list has, counted as wrong:"
        for found in scores.unmatched:
            face = found.face
            yield (
                f"  {found.name} ({found.observer}, face {found.number}: "
                f"{face.label} {face.intensity})"
            )


def _rounds(scores: Scores) -> Mapping[str, RoundScore | None]:
    return {"free": scores.free, "forced": scores.forced}


def _round_lines(name: str, key: Key, one: RoundScore) -> Iterator[str]:
    yield f"{name}: {_share(one.all)} right ({one.all.right / one.all.of:.0%})"
    if len(one.observers) > 1:
        yield from (f"  {who}: {_share(share)}" for who, share in one.observers.items())
    if one.agreement is not None:
        kappa = "" if one.agreement.kappa is None else f", Fleiss' kappa {one.agreement.kappa:.2f}"
        yield f"  observers agree in {one.agreement.share:.0%} of pairs{kappa}"
    if len(key.heads) > 1:
        for head in key.heads:
            yield f"  on {head}: {_share(one.where(head=head))}"
    yield from _table(key, one)
    wrong = {shown: _others(given, shown) for shown, given in one.confusion.items()}
    named = [shown for shown in key.labels if wrong.get(shown)]
    if named:
        yield "  taken for another:"
        width = max(len(shown) for shown in named)
        for shown in named:
            said = ", ".join(f"{answer} {count}" for answer, count in wrong[shown])
            yield f"    {shown:<{width}}  {said}"


def _others(given: Counter[str], shown: str) -> list[tuple[str, int]]:
    found = sorted((answer, count) for answer, count in given.items() if answer != shown)
    return sorted(found, key=lambda one: -one[1])


def _table(key: Key, one: RoundScore) -> Iterator[str]:
    shown = {face.intensity for face in one.faces}
    intensities = [name for name in key.intensities if name in shown]
    rows: list[tuple[str, ...]] = [("", *intensities, "all")]
    for label in (*key.labels, ""):
        cells = [one.where(label=label, intensity=name) for name in intensities]
        if any(cell.of for cell in cells):
            rows.append((label or "all", *(_share(cell) for cell in (*cells, total(cells)))))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for first, *texts in rows:
        line = "  ".join(f"{text:>{width}}" for text, width in zip(texts, widths[1:], strict=True))
        yield f"  {first:<{widths[0]}}  {line}"


def _share(share: Share) -> str:
    return f"{share.right} of {share.of}" if share.of else "-"


def score_json(key: Key, scores: Scores) -> dict[str, Any]:
    """The report for programs; a round that nobody answered is null."""
    return {
        "bank": key.bank,
        "version": key.version,
        "source": key.source,
        "key": key.digest,
        "faces": len(key.faces),
        "heads": list(key.heads),
        **{
            name: None if one is None else _round_json(key, one)
            for name, one in _rounds(scores).items()
        },
        "unmatched": [
            {
                "name": found.name,
                "observer": found.observer,
                "number": found.number,
                **asdict(found.face),
            }
            for found in scores.unmatched
        ],
    }


def _round_json(key: Key, one: RoundScore) -> dict[str, Any]:
    return {
        **asdict(one.all),
        "observers": [{"observer": who, **asdict(share)} for who, share in one.observers.items()],
        "agreement": None if one.agreement is None else asdict(one.agreement),
        "faces": [{**asdict(face), **asdict(share)} for face, share in _sorted(key, one)],
        "confusion": {
            shown: dict(sorted(one.confusion[shown].items()))
            for shown in key.labels
            if shown in one.confusion
        },
    }


def _sorted(key: Key, one: RoundScore) -> Iterator[tuple[HiddenFace, Share]]:
    def rank(face: HiddenFace) -> tuple[int, int, str]:
        return key.labels.index(face.label), key.intensities.index(face.intensity), face.head

    yield from sorted(one.faces.items(), key=lambda item: rank(item[0]))
