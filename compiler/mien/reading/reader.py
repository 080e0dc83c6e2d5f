"""A reader at work: lines of text in, a reading for each unit out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import cast

from attrs import evolve, field, fields, frozen

from mien.bank import Bank
from mien.errors import QueryError
from mien.queries import unit
from mien.reading.linear import Scores, confidence_of, sigmoids, strength_at
from mien.reading.model import Model, model_of, read_model
from mien.reading.reading import VAD, Reading, Span, WordPart, snapped, strength_of
from mien.reading.released import find_reader
from mien.reading.tags import Tag, TagWords, idle_tags, tags_of
from mien.reading.tokens import Kind, Token, script_of, tokens_of
from mien.reading.units import PER, sentences, spoken_by
from mien.reading.weights import READER, Facts
from mien.release.pinned import read_pinned
from mien.resolve import load_bank, resolve
from mien.text.suggest import did_you_mean, label_hint, nearest

_FADE = 0.5
"""What a line earlier counts, as a share of the line after it, where there is context."""

_PREFERRED = 1.0
"""By how much the logit of a preferred label is raised where nothing else is said."""


@frozen(kw_only=True)
class Options:
    """How a text is read.

    ``per`` is sentence, line or all; ``context`` so many earlier units count too, each half of the
    one after it; ``prefer`` raises the logits of labels; ``strength`` in [0, 1] is how much of what
    is read is shown; ``snap`` puts the point on the nearest anchor; ``explain`` says which words
    moved the label; of a script only the lines of ``speaker`` are read, where one is given.
    """

    per: str = "sentence"
    context: int = 0
    prefer: Mapping[str, float] = field(factory=dict[str, float])
    strength: float = 1.0
    snap: bool = True
    explain: bool = False
    speaker: str = ""


class Reader:
    """Text to readings. The same text gives the same reading on every machine."""

    __slots__ = ("_bank", "_model", "_options", "_past", "_weights", "_words")

    def __init__(self, model: Model | Facts, bank: Bank, options: Options | None = None) -> None:
        self._model = model_of(model) if isinstance(model, Facts) else model
        weights = self._weights = self._model.weights
        self._bank = bank
        self._options = _checked(options or Options(), bank)
        self._past: list[tuple[float, ...]] = []
        anchors = {one: (*bank.intensities, *bank.styles(one)) for one in bank.labels}
        self._words = TagWords(labels=bank.labels, own=bank.aliases, anchors=anchors)
        missing = [label for label in weights.labels if label not in bank.labels]
        if missing:
            raise QueryError(_for_others(weights, bank, missing))

    def __repr__(self) -> str:
        return f"<Reader {self._weights.name} {self._weights.version} for {self._bank.source}>"

    @property
    def bank(self) -> Bank:
        """The bank that it reads into."""
        return self._bank

    @property
    def options(self) -> Options:
        """How it reads."""
        return self._options

    def with_options(self, options: Options) -> Reader:
        """A reader with the same weights and bank that reads in another way.

        Raises:
            QueryError: an option is out of range.
        """
        return Reader(self._model, self._bank, options)

    def as_json(self) -> dict[str, str]:
        """Which reader and bank it is, as programs read it."""
        weights = self._weights
        return {"name": weights.name, "version": weights.version, "bank": self._bank.source}

    @property
    def weights(self) -> Facts:
        """What its file says of it, and what its numbers mean."""
        return self._weights

    @property
    def model(self) -> Model:
        """The numbers behind it, ready to read."""
        return self._model

    def __call__(self, text: str) -> Reading:
        """The reading of a whole text as one unit; tags count, and the first one decides.

        Raises:
            QueryError: it is no text.
        """
        if not isinstance(cast("object", text), str):
            raise QueryError(f"text is {text!r:.80}, expected one text; lines are read by `read`")
        self._past.clear()
        return next(self._units(text, 1, "all"))

    def read(self, lines: Iterable[str]) -> Iterator[Reading]:
        """The readings of lines, a unit at a time, as soon as each line is there.

        Empty lines have none. Of ``per`` all there is one reading, after the last line. What stands
        first in a line as the name of who speaks it is not read: see `spoken_by`.

        Raises:
            QueryError: no line is the speaker's that the options name, or they are one text.
        """
        if isinstance(lines, str):
            raise QueryError("lines is one text, expected one text a line: text.splitlines()")
        self._past.clear()
        spoken = self._spoken(line.rstrip("\r\n") for line in lines)
        if self._options.per == "all":
            yield from self._units("\n".join(text for _, _, text in spoken), 1, "all")
            return
        for number, name, text in spoken:
            for one in self._units(text, number, self._options.per) if text.strip() else ():
                yield evolve(one, speaker=name) if name else one

    def _spoken(self, lines: Iterable[str]) -> Iterator[tuple[int, str, str]]:
        """The number, the speaker and the text of each line that is to be read."""
        wanted = self._options.speaker
        heard: dict[str, None] = {}
        for number, line in enumerate(lines, 1):
            name, text = spoken_by(line, any_case=bool(wanted))
            if not wanted or name.casefold() == wanted.casefold():
                yield number, name, text
            heard[name] = None
        names = [name for name in heard if name]
        if wanted and wanted.casefold() not in (name.casefold() for name in names):
            hint = did_you_mean(wanted, names)
            raise QueryError(f"no line is spoken by {wanted}" + (f"; {hint}" if hint else ""))

    def _units(self, text: str, line: int, per: str) -> Iterator[Reading]:
        tags, unknown = tags_of(text, self._words)
        idle = idle_tags(text, tags, line)
        for start, end, tag in _stretches(text, tags):
            pieces = list(sentences(text[start:end])) if per == "sentence" else [(0, end - start)]
            for first, last in pieces or [(0, 0)]:
                span = Span(line, start + first, start + last)
                notes = tuple(one.message for one in unknown if span.start <= one.start < span.end)
                found = self._reading(text[span.start : span.end].strip(), span, tag, notes)
                unused = None if tag is None else idle.get(tag.start)
                yield found if unused is None else evolve(found, idle=unused)

    def _reading(self, text: str, span: Span, tag: Tag | None, notes: tuple[str, ...]) -> Reading:
        tokens = tokens_of(text)
        scores = self._model.scores(text, tokens)
        by = _kind(tokens)
        if tag is not None:
            return self._tagged(text, span, tag, scores, notes)
        probabilities = self._preferred(scores) if by != "nothing" else None
        if probabilities is None:
            return self._nothing(text, span, notes)
        probabilities = self._with_context(probabilities)
        top = max(range(len(probabilities)), key=probabilities.__getitem__)
        confidence = confidence_of(self._weights, script_of(tokens), probabilities[top])
        intensity = strength_at(self._weights, top, scores.vad)
        label = self._weights.labels[top]
        at, vad, intensity = self._place(label, intensity)
        return Reading(
            text=text,
            span=span,
            by=by,
            label=label,
            labels=_sorted(self._weights.labels, probabilities),
            confidence=confidence,
            strength=strength_of(confidence) * self._options.strength,
            intensity=intensity,
            at=at,
            vad=vad,
            because=self._because(text, tokens, top) if self._options.explain else (),
            notes=notes,
        )

    def _tagged(
        self, text: str, span: Span, tag: Tag, scores: Scores, notes: tuple[str, ...]
    ) -> Reading:
        intensity = tag.intensity
        if intensity is None and tag.label in self._weights.labels and text:
            top = self._weights.labels.index(tag.label)
            intensity = strength_at(self._weights, top, scores.vad)
        if tag.at is not None:
            at, vad = tag.at, _point(self._bank, tag.label, tag.at)
            names = self._bank.intensities
            intensity = names.index(at) / max(len(names) - 1, 1) if at in names else 0.5
        elif tag.intensity is not None:
            point = self._bank.point(tag.label, intensity=tag.intensity)
            at, vad, intensity = None, _triple(point.tolist()), tag.intensity
        else:
            at, vad, intensity = self._place(tag.label, 0.5 if intensity is None else intensity)
        return Reading(
            text=text,
            span=span,
            by="tag",
            label=tag.label,
            labels={tag.label: 1.0},
            confidence=1.0,
            strength=self._options.strength,
            intensity=intensity,
            at=at,
            vad=vad,
            notes=notes,
        )

    def _nothing(self, text: str, span: Span, notes: tuple[str, ...]) -> Reading:
        neutral = self._weights.neutral
        at, vad, intensity = self._place(neutral, 0.0)
        return Reading(
            text=text,
            span=span,
            by="nothing",
            label=neutral,
            labels={neutral: 0.0},
            confidence=0.0,
            strength=0.0,
            intensity=intensity,
            at=at,
            vad=vad,
            notes=notes,
        )

    def _preferred(self, scores: Scores) -> tuple[float, ...]:
        prefer = self._options.prefer
        if not prefer:
            return scores.probabilities
        return sigmoids(
            [
                logit + prefer.get(label, 0.0)
                for label, logit in zip(self._weights.labels, scores.logits, strict=True)
            ]
        )

    def _with_context(self, own: tuple[float, ...]) -> tuple[float, ...]:
        """The mean of the unit's and the earlier ones' own probabilities, each half of the next."""
        if not self._options.context:
            return own
        total, share, whole = list(own), 1.0, 1.0
        for earlier in reversed(self._past):
            share *= _FADE
            whole += share
            total = [one + share * other for one, other in zip(total, earlier, strict=True)]
        self._past = [*self._past, own][-self._options.context :]
        return tuple(one / whole for one in total)

    def _place(self, label: str, intensity: float) -> tuple[str | None, VAD, float]:
        names = self._bank.intensities
        if self._options.snap:
            position = snapped(intensity, len(names))
            at = names[position]
            return at, _point(self._bank, label, at), position / max(len(names) - 1, 1)
        return None, _triple(self._bank.point(label, intensity=intensity).tolist()), intensity

    def _because(self, text: str, tokens: list[Token], label: int) -> tuple[WordPart, ...]:
        """The words and emoji that moved the label, those that moved it most first."""
        moves = self._model.moves(text, tokens, label)
        parts = [
            WordPart(token.text, move) for token, move in zip(tokens, moves, strict=True) if move
        ]
        return tuple(sorted(parts, key=lambda part: -abs(part.moves)))


def reader(
    source: str | Path | None = None, *, bank: str | Path | Bank = "default", **options: object
) -> Reader:
    """A reader of text: the one that ships, or the one that ``source`` means.

    That is a file, or the name of a released reader: ``NAME`` (its newest release) or
    ``NAME@VERSION``. ``bank`` is a bank, or what `mien.load` takes; ``options`` are those of
    `Options`. Call it with a text for one reading, or use ``read`` for lines.

    Raises:
        QueryError: there is no such reader, the bank has other labels, or an option is out of
            range.
        ArtifactError: the file is no reader, is damaged, or is not what its ledger pins.
        OSError: the file cannot be read.
    """
    known = {one.name for one in fields(Options)}
    extra = sorted(set(options) - known)
    if extra:
        raise QueryError(f"no option {extra[0]}; the options are {', '.join(sorted(known))}")
    loaded = bank if isinstance(bank, Bank) else load_bank(resolve(bank))
    return Reader(load_model(source), loaded, Options(**options))  # type: ignore[arg-type]


def load_model(source: str | Path | None = None) -> Model:
    """The numbers of the reader that ``source`` means; a released one is that of its ledger.

    Raises:
        QueryError: there is none.
        ArtifactError: the file is no reader, is damaged, or is not what its ledger pins.
        OSError: the file cannot be read.
    """
    found = find_reader(source)
    if not found.sha256:
        return read_model(found.path)
    return read_model(read_pinned(found.path, READER, found.sha256))


def preference(text: str, bank: Bank) -> tuple[str, float]:
    """The label and the raise of its logit that ``joy`` or ``joy=0.5`` stands for.

    Raises:
        QueryError: an unknown label, or a raise that is no number from -10 to 10.
    """
    name, equals, written = text.partition("=")
    if name not in bank.labels:
        raise QueryError(f"no label '{name}': {label_hint(name, bank.labels, bank.aliases)}")
    try:
        value = float(written) if equals else _PREFERRED
    except ValueError:
        value = float("nan")
    if not -10.0 <= value <= 10.0:
        raise QueryError(f"{text}: expected LABEL or LABEL=RAISE with a raise from -10 to 10")
    return name, value


def _for_others(weights: Facts, bank: Bank, missing: list[str]) -> str:
    hints = {one: nearest(one, bank.labels) for one in missing}
    near = [f"{one} (nearest: {hint})" if hint else one for one, hint in hints.items()]
    return (
        f"the reader {weights.name} {weights.version} is for other labels: {bank.source} has no "
        f"{', '.join(near)}; its labels are {', '.join(bank.labels)}. Train a reader with readings "
        "into them"
    )


def _checked(options: Options, bank: Bank) -> Options:
    if options.per not in PER:
        raise QueryError(f"per is {options.per!r}, expected one of {', '.join(PER)}")
    if options.context < 0:
        raise QueryError(f"context is {options.context}, expected 0 or more")
    unit("strength", options.strength)
    for name in options.prefer:
        if name not in bank.labels:
            raise QueryError(f"no label '{name}': {label_hint(name, bank.labels, bank.aliases)}")
    return options


def _stretches(text: str, tags: list[Tag]) -> Iterator[tuple[int, int, Tag | None]]:
    """The text before the first tag, and what follows each in its line, then the lines after it.

    A tag alone is an empty stretch; one that closes another has what follows it read as text.
    """
    first = tags[0].start if tags else len(text)
    if text[:first].strip() or not any(tag.label for tag in tags):
        yield 0, first, None
    ends = [*(tag.start for tag in tags[1:]), len(text)]
    for tag, end in zip(tags, ends, strict=False):
        held = text.find("\n", tag.end, end) if tag.label else tag.end
        held = end if held < 0 else held
        if tag.label:
            yield tag.end, held, tag
        if text[held:end].strip():
            yield held, end, None


def _kind(tokens: list[Token]) -> str:
    words = sum(token.spoken for token in tokens)
    emoji = sum(token.kind is Kind.EMOJI for token in tokens)
    if emoji and not words:
        return "emoji"
    return "words" if words else "nothing"


def _sorted(labels: tuple[str, ...], probabilities: tuple[float, ...]) -> dict[str, float]:
    order = sorted(range(len(labels)), key=lambda i: (-probabilities[i], i))
    return {labels[i]: probabilities[i] for i in order}


def _point(bank: Bank, label: str, at: str) -> VAD:
    return _triple(bank.anchor(label, at).tolist())


def _triple(values: list[float]) -> VAD:
    valence, arousal, dominance = values
    return valence, arousal, dominance
