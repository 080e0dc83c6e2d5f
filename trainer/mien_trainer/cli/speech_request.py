"""What is asked of `mien speak`: its arguments and options, and which of them go together."""

from __future__ import annotations

import sys
from os.path import isdir
from pathlib import Path
from typing import TYPE_CHECKING

import click
from attrs import frozen

from mien.formats.registry import FormatError, format_of, writable

if TYPE_CHECKING:
    from mien.scores.record import LipSettings

PIPE = "-"
NETWORK, SOUNDS = "network", "sounds"
JSON = "json"


@frozen(kw_only=True)
class SpeechRequest:
    """The options as they were given; ``sounds`` is one sound once they are `check`-ed."""

    sounds: tuple[str, ...]
    label: str | None
    at: str | None
    vad: tuple[float, float, float] | None
    intensity: float | None
    style: str | None
    score: Path | None
    text: str | None
    times: Path | None
    lips: str | None
    recogniser: str | None
    model: Path | None
    delay: str | None
    bank: str | None
    no_life: bool
    no_prosody: bool
    arousal_from_voice: bool
    seed: int | None
    cues: str | None
    out: Path | None
    output: str

    @property
    def audio(self) -> str:
        """The sound file, or `PIPE`."""
        return self.sounds[0]

    @property
    def piped(self) -> bool:
        """Whether the sound comes from a pipe."""
        return self.audio == PIPE

    @property
    def live(self) -> bool:
        """Whether a network gives the lips, as far as the options tell."""
        return self.piped or self.lips == NETWORK or self.model is not None

    def check(self) -> None:
        """Refuse options that do not go together.

        Raises:
            click.UsageError: some do not.
        """
        self._check_sound()
        self._check_usage()
        if self.score is not None:
            self._check_score_alone()
        self._check_lips()
        if self.recogniser is not None:
            self._check_recogniser()

    def lip_settings(self) -> LipSettings | None:
        """The lips of a score that is performed on another sound; None where its own stay."""
        from mien.scores.record import LipSettings

        if self.model is not None:
            return LipSettings(kind=NETWORK, network=self.model)
        if self.times is not None:
            return LipSettings(kind="times", file=self.times)
        if self.text is not None:
            from mien.text.words_or_file import words_or_file

            file, words = words_or_file(self.text)
            return LipSettings(kind="words", file=file, text=words)
        if self.recogniser is not None:
            return LipSettings(kind=SOUNDS, recogniser=self.recogniser)
        return None if self.lips is None else LipSettings(kind=self.lips)

    def _check_sound(self) -> None:
        many = 'for f in *.wav; do mien speak "$f" --label joy -o "${f%.*}.csv"; done'
        if len(self.sounds) > 1:
            raise click.UsageError(
                f"{len(self.sounds)} sounds, and one is spoken at a time: {many}"
            )
        if not self.audio:
            raise click.UsageError("AUDIO is empty: name a sound file, or - for a pipe")
        if not self.piped and Path(self.audio).is_dir():
            raise click.UsageError(
                f"{self.audio} is a folder, and one sound is spoken at a time: {many}"
            )

    def _check_usage(self) -> None:
        if (self.label is None) == (self.score is None):
            raise click.UsageError(
                "give --label or --score"
                if self.label is None
                else "give one of --label and --score"
            )
        if self.piped and self.score is not None:
            raise click.UsageError(
                "a score is performed on a file; a pipe takes --label and --cues"
            )
        if not self.piped and self.cues is not None:
            raise click.UsageError("--cues are for a pipe; for a file write a score")
        if self.piped and self.out is not None:
            raise click.UsageError(
                "faces of a pipe go to stdout: do without -o, and write > take.csv"
            )
        if self.piped and is_terminal():
            raise click.UsageError("- takes samples from a pipe, and nothing is piped in")
        if self.out is not None:
            try:
                format_of(self.out, writable())
            except FormatError as error:
                raise click.BadParameter(str(error), param_hint="'-o' / '--out'") from error
        elif self.output == JSON:
            hint = "a pipe has none" if self.piped else "name it (-o)"
            raise click.UsageError(f"--format json tells of the take that is written: {hint}")

    def _check_score_alone(self) -> None:
        given = {
            "--at": self.at is not None,
            "--vad": self.vad is not None,
            "--intensity": self.intensity is not None,
            "--style": self.style is not None,
            "--seed": self.seed is not None,
            "--no-prosody": self.no_prosody,
            "--arousal-from-voice": self.arousal_from_voice,
        }
        if named := [name for name, one in given.items() if one]:
            verb = "is" if len(named) == 1 else "are"
            raise click.UsageError(
                f"{' and '.join(named)} {verb} for --label; a score says it itself"
            )

    def _check_lips(self) -> None:
        text, lips = self.text, self.lips
        given = [
            name for name, one in (("--text", text), ("--times", self.times)) if one is not None
        ]
        if text is not None and not text.strip():
            raise click.UsageError("--text is empty: leave it out where nothing is known")
        if text is not None and isdir(text):  # noqa: PTH112  it may be too long for a path
            raise click.UsageError(
                f"--text {text} is a folder, expected words or a file that has them"
            )
        if len(given) > 1:
            raise click.UsageError("give one of --text and --times: both say what is spoken when")
        other = given[0] if given else "" if lips in (None, NETWORK) else f"--lips {lips}"
        if self.piped and other:
            raise click.UsageError(f"{other} is for a file; the lips of a pipe are a network's")
        needed = {"words": "--text", "times": "--times"}.get(lips or "")
        if needed and needed not in given:
            raise click.UsageError(f"--lips {lips} needs {needed}")
        if given and lips in (NETWORK, SOUNDS):
            raise click.UsageError(f"--lips {lips} takes no {given[0]}: leave one of them out")
        if self.model is not None and other:
            raise click.UsageError(
                f"--network and {other} both give the lips: leave one of them out"
            )

    def _check_recogniser(self) -> None:
        if self.piped:
            raise click.UsageError("--recogniser is for a file; the lips of a pipe are a network's")
        given = {"--text": self.text, "--times": self.times, "--network": self.model}
        named = [name for name, one in given.items() if one is not None]
        if self.lips not in (None, SOUNDS):
            named.append(f"--lips {self.lips}")
        if named:
            raise click.UsageError(f"--recogniser and {named[0]} both give the lips: leave one out")


def is_terminal() -> bool:
    """Whether stdin is a person's keyboard."""
    return sys.stdin.isatty()
