"""What is said in which stretch of a sound: recognisers' JSON, and subtitles.

Read are the JSON of Whisper (openai-whisper, lists of faster-whisper's segments, WhisperX, OpenAI's
service), of whisper.cpp and of Vosk, SRT and WebVTT. Their times say where words are to be looked
for; when lips close is found by aligning them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from attrs import evolve, field, frozen

from mien.errors import SourceError
from mien.formats.text_file import read_text
from mien.text.core_schema import MAX_FAULTS
from mien.text.fault import Fault, fault, refusal
from mien.text.files import shown_path
from mien.text.node import MappingNode, Node, Place, items, number, text
from mien_trainer.alignment.passages import Passage
from mien_trainer.timings.json_marks import document
from mien_trainer.timings.timed import time_fault

ENDINGS = (".json", ".srt", ".vtt")
"""What files with passages are called."""

_APART = 0.5
"""Seconds without a word that part passages, where a recogniser gives words alone."""

_CUE = re.compile(r"\s*(\S+)\s+-->\s+(\S+)")
_CLOCK = re.compile(r"(?:(\d{1,3}):)?(\d{1,2}):(\d{1,2}(?:[.,]\d{1,3})?)\Z")
_NO_CUES = ("WEBVTT", "NOTE", "STYLE", "REGION")


@frozen(kw_only=True)
class Transcript:
    """The passages of a sound in order; ``language`` as its maker calls it, "" if it does not."""

    passages: tuple[Passage, ...]
    language: str = field(default="")


@frozen(kw_only=True)
class _Placed:
    """A passage, and where it stands."""

    passage: Passage
    place: Place


def is_transcript(path: Path) -> bool:
    """Whether a file's name says that it has passages."""
    return path.suffix.lower() in ENDINGS


def read_transcript(path: Path) -> Transcript:
    """The transcript in a file.

    Raises:
        SourceError: it cannot be read, is none of the known forms, says nothing, or has times that
            make no sense: all faults.
    """
    file, whole = shown_path(path), read_text(path)
    if path.suffix.lower() == ".json":
        found, language = _of_json(document(whole, file), file)
    else:
        found, language = list(_of_cues(whole, file)), ""
    times = [(one.place, one.passage.start, one.passage.end) for one in found]
    faults = [wrong for one in times if (wrong := time_fault(*one)) is not None]
    if not faults and not any(one.passage.text.strip() for one in found):
        faults.append(fault(file, "timings-empty", "nothing is said in it"))
    if faults:
        raise SourceError(faults[:MAX_FAULTS])
    passages = sorted((one.passage for one in found), key=lambda one: one.start)
    return Transcript(passages=tuple(passages), language=language)


def _of_json(root: Node, file: str) -> tuple[list[_Placed], str]:
    language = text(root, "language") or text(root, "result", "language") or ""
    segments = items(root, "segments") or (items(root) if _has(root, "text", "start") else ())
    if segments:
        return _placed(segments, "text"), language
    told = items(root, "transcription")
    if told:
        return _placed(told, "text", ("offsets", "from"), ("offsets", "to"), 1000.0), language
    parts = items(root) or (root,)
    words = [one for part in parts for name in ("result", "words") for one in items(part, name)]
    if words:
        return list(_joined(_placed(words, "word"))), language
    message = "this JSON holds no words with times that are known"
    hint = (
        "expected segments with start, end and text (Whisper), transcription with offsets "
        "(whisper.cpp), or result with words (Vosk); times of sounds are for --times"
    )
    raise refusal(file, "timings-unknown", message, hint)


def _has(root: Node, *names: str) -> bool:
    """Whether each item of a list has all these keys."""
    told = items(root)
    return bool(told) and all(
        isinstance(one, MappingNode) and all(one.get(name) is not None for name in names)
        for one in told
    )


def _placed(
    nodes: Sequence[Node],
    said: str,
    start: tuple[str, ...] = ("start",),
    end: tuple[str, ...] = ("end",),
    unit: float = 1.0,
) -> list[_Placed]:
    """Passages by the names of what is said, and of its start and end in ``unit`` to a second."""
    found: list[_Placed] = []
    faults: list[Fault] = []
    for node in nodes:
        words, first, last = text(node, said), number(node, *start), number(node, *end)
        if words is None or first is None or last is None:
            names = f"the text {said} and the numbers {'.'.join(start)} and {'.'.join(end)}"
            faults.append(fault(node.place, "timings-line", f"expected {names} here"))
            continue
        passage = Passage(text=words.strip(), start=first / unit, end=last / unit)
        found.append(_Placed(passage=passage, place=node.place))
    if faults:
        raise SourceError(faults[:MAX_FAULTS])
    return found


def _joined(words: Sequence[_Placed]) -> Iterator[_Placed]:
    """Words that follow one another as passages."""
    held: list[_Placed] = []
    for word in words:
        if held and word.passage.start - held[-1].passage.end >= _APART:
            yield _as_one(held)
            held = []
        held.append(word)
    if held:
        yield _as_one(held)


def _as_one(words: Sequence[_Placed]) -> _Placed:
    said = " ".join(one.passage.text for one in words)
    first, last = words[0].passage, words[-1].passage
    return evolve(words[0], passage=Passage(text=said, start=first.start, end=last.end))


def _of_cues(whole: str, file: str) -> Iterator[_Placed]:
    """Subtitles: blocks of lines between empty ones, with their times in the first or second."""
    faults: list[Fault] = []
    for line_number, lines in _blocks(whole):
        if lines[0].startswith(_NO_CUES):
            continue
        at = next((place for place, line in enumerate(lines[:2]) if "-->" in line), 0)
        match = _CUE.match(lines[at])
        start, end = map(_seconds, match.groups()) if match else (None, None)
        place = Place(file, line_number + at, 1)
        if start is None or end is None:
            found = f"found {lines[at].strip()[:60]!r}"
            message = f"{found}, expected times such as 00:00:01,000 --> 00:00:02,500"
            faults.append(fault(place, "timings-line", message))
            continue
        said = " ".join(line.strip() for line in lines[at + 1 :])
        yield _Placed(passage=Passage(text=said, start=start, end=end), place=place)
    if faults:
        raise SourceError(faults[:MAX_FAULTS])


def _blocks(whole: str) -> Iterator[tuple[int, list[str]]]:
    """Lines between empty ones, and the number of the first of them."""
    lines: list[str] = []
    for line_number, line in enumerate([*whole.splitlines(), ""], 1):
        if line.strip():
            lines.append(line)
        elif lines:
            yield line_number - len(lines), lines
            lines = []


def _seconds(clock: str) -> float | None:
    match = _CLOCK.match(clock)
    if match is None:
        return None
    hours, minutes, seconds = match.groups()
    return int(hours or 0) * 3600.0 + int(minutes) * 60.0 + float(seconds.replace(",", "."))
