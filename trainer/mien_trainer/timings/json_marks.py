"""The JSON of speech services: Rhubarb, Azure, Polly, ElevenLabs, TalkingHead.

One document, or one a line (Polly's speech marks, logs of Azure's viseme events).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import median

from mien.errors import SourceError
from mien.text.fault import Fault, fault, refusal
from mien.text.json_nodes import parse_json
from mien.text.node import MappingNode, Node, Place, ScalarNode, SequenceNode
from mien_trainer.timings.letters import sounds_of_letters
from mien_trainer.timings.symbols import AZURE, OCULUS, POLLY, RHUBARB
from mien_trainer.timings.timed import Mark, TimedSpeech, timed_speech

_TICKS = 10_000_000.0
"""Azure's ticks a second."""

_AZURE_TIMES = ("audioOffset", "AudioOffset", "audio_offset", "offset", "Offset")
_AZURE_IDS = ("visemeId", "VisemeId", "viseme_id", "VisemeID")


def recognises(text: str) -> bool:
    """Whether a text is JSON."""
    return text.lstrip()[:1] in ("{", "[")


def read(text: str, file: str) -> TimedSpeech:
    """The timed speech of a text.

    Raises:
        SourceError: it is no JSON, none of the known forms, or as `timed_speech`.
    """
    root = document(text, file)
    for form in (_rhubarb, _elevenlabs, _talkinghead, _polly, _azure):
        found = form(root, file)
        if found is not None:
            return found
    message = "this JSON has no times of speech that are known"
    hint = (
        "expected Rhubarb's mouthCues, Azure's visemeId with audioOffset, Polly's speech marks, "
        "ElevenLabs' alignment, or visemes with vtimes"
    )
    raise refusal(file, "timings-unknown", message, hint)


def document(text: str, file: str) -> Node:
    """One document, or the list of those that stand on a line each."""
    lines = [(n, line) for n, line in enumerate(text.splitlines(), 1) if line.strip()]
    alone = [line.strip() for _, line in lines]
    if len(alone) > 1 and all(line.startswith("{") and line.endswith("}") for line in alone):
        nodes: list[Node] = []
        faults: list[Fault] = []
        for number, line in lines:
            # So many line ends before it that its places are those of the file.
            node, wrong = parse_json("\n" * (number - 1) + line, file)
            faults += wrong
            nodes += [node] if node is not None else []
        if faults:
            raise SourceError(faults)
        return SequenceNode(items=tuple(nodes), place=nodes[0].place, span=nodes[0].span)
    node, wrong = parse_json(text, file)
    if node is None or wrong:
        raise SourceError(wrong)
    return node


def _get(node: Node, *names: str) -> Node | None:
    for name in names:
        found = node.get(name) if isinstance(node, MappingNode) else None
        if found is not None:
            return found
    return None


def _list(node: Node | None) -> tuple[Node, ...]:
    return node.items if isinstance(node, SequenceNode) else ()


def _text(node: Node | None) -> str:
    value = node.value if isinstance(node, ScalarNode) else None
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        return str(value)
    raise _wrong(node, "a text")


def _number(node: Node | None) -> float:
    value = node.value if isinstance(node, ScalarNode) else None
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    raise _wrong(node, "a number")


def _wrong(node: Node | None, expected: str) -> SourceError:
    place = node.place if node is not None else Place("")
    return SourceError([fault(place, "timings-line", f"expected {expected} here")])


def _place(node: Node) -> Place:
    return node.place


def _rhubarb(root: Node, file: str) -> TimedSpeech | None:
    cues = _get(root, "mouthCues")
    if cues is None:
        return None
    marks = [
        Mark(
            text=_text(_get(cue, "value") or cue),
            start=_number(_get(cue, "start") or cue),
            end=_number(_get(cue, "end") or cue),
            place=_place(cue),
        )
        for cue in _list(cues)
    ]
    return timed_speech(marks, file=file, title="Rhubarb", sets=(RHUBARB,))


def _azure(root: Node, file: str) -> TimedSpeech | None:
    events = [one for one in _list(root) if _get(one, *_AZURE_IDS) is not None]
    if not events:
        return None
    times = [_number(_get(one, *_AZURE_TIMES) or one) for one in events]
    # The services give ticks; samples print milliseconds. A viseme lasts some 0.1 s.
    steps = [after - before for before, after in pairwise(times) if after > before]
    unit = _TICKS if steps and median(steps) > 5_000 else 1000.0
    marks = [
        Mark(text=_whole(_get(one, *_AZURE_IDS) or one), start=time / unit, place=_place(one))
        for one, time in zip(events, times, strict=True)
    ]
    return timed_speech(marks, file=file, title="Azure", sets=(AZURE,))


def _whole(node: Node) -> str:
    number = _number(node)
    return str(int(number)) if number.is_integer() else str(number)


def _polly(root: Node, file: str) -> TimedSpeech | None:
    marks = [one for one in _list(root) if _get(one, "type") and _get(one, "time")]
    shapes = [one for one in marks if _text(_get(one, "type")) == "viseme"]
    if not shapes:
        return None
    words = [one for one in marks if _text(_get(one, "type")) == "word"]
    return timed_speech(
        _polly_marks(shapes), _polly_marks(words), file=file, title="Polly", sets=(POLLY,)
    )


def _polly_marks(marks: Sequence[Node]) -> list[Mark]:
    return [
        Mark(
            text=_text(_get(one, "value")),
            start=_number(_get(one, "time")) / 1000.0,
            place=_place(one),
        )
        for one in marks
    ]


def _talkinghead(root: Node, file: str) -> TimedSpeech | None:
    """Lists of visemes, their starts and their lengths in milliseconds; words likewise."""
    if _get(root, "visemes") is None or _get(root, "vtimes") is None:
        return None
    marks = _columns(root, "visemes", "vtimes", "vdurations")
    words = _columns(root, "words", "wtimes", "wdurations") if _get(root, "words") else []
    return timed_speech(marks, words, file=file, title="TalkingHead", sets=(OCULUS,))


def _columns(root: Node, texts: str, starts: str, lengths: str) -> list[Mark]:
    found = [_list(_get(root, name)) for name in (texts, starts, lengths)]
    if len({len(one) for one in found}) != 1:
        counts = ", ".join(str(len(one)) for one in found)
        message = f"{texts}, {starts} and {lengths} have {counts} entries, expected as many each"
        raise refusal(_place(root), "timings-line", message)
    return [
        Mark(
            text=_text(said),
            start=_number(start) / 1000.0,
            end=(_number(start) + _number(length)) / 1000.0,
            place=_place(said),
        )
        for said, start, length in zip(*found, strict=True)
    ]


def _elevenlabs(root: Node, file: str) -> TimedSpeech | None:
    """Characters with their starts and ends; the spoken form where there is one."""
    inner = _get(root, "normalized_alignment", "normalizedAlignment", "alignment") or root
    characters = _get(inner, "characters", "chars")
    starts = _get(inner, "character_start_times_seconds")
    ends = _get(inner, "character_end_times_seconds")
    if characters is None or starts is None or ends is None:
        return None
    lists = [_list(one) for one in (characters, starts, ends)]
    if len({len(one) for one in lists}) != 1:
        counts = ", ".join(str(len(one)) for one in lists)
        message = f"characters, starts and ends have {counts} entries, expected as many each"
        raise refusal(_place(characters), "timings-line", message)
    letters = [
        Mark(text=_text(said), start=_number(start), end=_number(end), place=_place(said))
        for said, start, end in zip(*lists, strict=True)
    ]
    words = list(_spoken_words(letters))
    marks = [mark for word in words for mark in sounds_of_letters(word)]
    whole = [
        Mark(
            text="".join(one.text for one in word),
            start=word[0].start,
            end=word[-1].end,
            place=word[0].place,
        )
        for word in words
    ]
    return timed_speech(marks, whole, file=file, title="ElevenLabs")


def _spoken_words(letters: Sequence[Mark]) -> Iterator[list[Mark]]:
    word: list[Mark] = []
    for letter in letters:
        if letter.text.isalpha() or letter.text in ("'", "\u2019"):
            word.append(letter)
            continue
        if word:
            yield word
        word = []
    if word:
        yield word
