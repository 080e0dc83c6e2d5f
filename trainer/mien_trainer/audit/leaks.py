"""What no single clip shows: ids, sentences, voices and whole clips that come more than once."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping

from attrs import field, frozen

from mien_trainer.audit.fault import Faults
from mien_trainer.audit.limits import HELD_OUT
from mien_trainer.speech import Split
from mien_trainer.targets.clip import Clip

_WORDS = re.compile(r"[^\W_]+(?:'[^\W_]+)*")


@frozen(kw_only=True)
class _Seen:
    shard: str
    clip: str
    split: Split

    def __str__(self) -> str:
        return f"{self.clip} of {self.shard} ({self.split.value})"


@frozen
class _Voice:
    counts: dict[Split, int] = field(factory=lambda: dict.fromkeys(Split, 0))
    first: dict[Split, _Seen] = field(factory=dict[Split, _Seen])


class Leaks:
    """Remembers of every clip its id and a digest, of every sentence and voice where it was met."""

    def __init__(self, faults: Faults) -> None:
        self._faults = faults
        self._ids: dict[str, str] = {}
        self._texts: dict[str, _Seen] = {}
        self._contents: dict[bytes, _Seen] = {}
        self._voices: dict[tuple[str, str], _Voice] = {}

    def see(self, clip: Clip, shard: str) -> None:
        """Compare a clip with all before it."""
        if clip.id in self._ids:
            told = f"{self._ids[clip.id]} has a clip of this id, too"
            self._faults.add("same-id", shard, clip.id, told)
        self._ids.setdefault(clip.id, shard)
        seen = _Seen(shard=shard, clip=clip.id, split=clip.split)
        self._see_text(clip, seen)
        self._see_content(clip, seen)
        if clip.voice and clip.phonemes:
            voice = self._voices.setdefault((clip.source, clip.voice), _Voice())
            voice.counts[clip.split] += 1
            voice.first.setdefault(clip.split, seen)

    def end(self) -> Mapping[tuple[str, str], Mapping[Split, int]]:
        """Judge the voices, of which all clips must be known; clips by split, a source's voice."""
        for (_, name), voice in sorted(self._voices.items()):
            learned = voice.counts[Split.TRAIN]
            if learned:
                self._judge_learned(name, voice, learned)
            elif voice.counts[Split.VALIDATION] and voice.counts[Split.TEST]:
                first = voice.first[Split.TEST]
                told = f"voice {name} is held out for test and for validation"
                self._faults.add("voice-leak", first.shard, first.clip, told)
        return {name: dict(voice.counts) for name, voice in sorted(self._voices.items())}

    def _judge_learned(self, name: str, voice: _Voice, learned: int) -> None:
        """A voice to learn from says most sentences in training; one held out says none there."""
        clips = sum(voice.counts.values())
        if learned < HELD_OUT * clips:
            first = voice.first[Split.TRAIN]
            told = f"voice {name} is held out ({clips - learned} of {clips} clips), and trains here"
            self._faults.add("voice-leak", first.shard, first.clip, told)

    def _see_text(self, clip: Clip, seen: _Seen) -> None:
        words = " ".join(_WORDS.findall(clip.text.casefold()))
        before = self._texts.setdefault(words, seen) if words else seen
        if before.split is not seen.split:
            told = f"in {seen.split.value}, and its sentence is in {before}"
            self._faults.add("sentence-leak", seen.shard, seen.clip, told)

    def _see_content(self, clip: Clip, seen: _Seen) -> None:
        digest = hashlib.blake2b(digest_size=16)
        for values in (clip.mel, clip.conditions, clip.targets):
            digest.update(values.tobytes())
        before = self._contents.setdefault(digest.digest(), seen)
        if before is not seen:
            code = "duplicate" if before.split is seen.split else "duplicate-leak"
            self._faults.add(code, seen.shard, seen.clip, f"the same, value by value, as {before}")
