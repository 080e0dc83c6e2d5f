"""What is asked of `mien speak`: its arguments and options, and which of them go together."""

from __future__ import annotations

import sys
from os.path import isdir
from pathlib import Path
from typing import TYPE_CHECKING

import click
from attrs import frozen

from mien.cli.options import (
    OutputFile,
    argument,
    at_option,
    format_option,
    intensity_option,
    option,
    shared,
    vad_option,
)
from mien.formats.registry import FormatError, format_of, listed, writable

if TYPE_CHECKING:
    from mien.scores.record import LipSettings

PIPE = "-"
NETWORK, SOUNDS = "network", "sounds"
JSON = "json"
DELAY = click.Choice(("20", "53", "87", "120"))
"""Milliseconds after the sound, of networks of lips."""


@frozen(kw_only=True)
class SpeechRequest:
    """The options as they were given; ``sounds`` is one sound once they are `check`-ed."""

    sounds: tuple[str, ...] = argument(metavar="AUDIO", nargs=-1, required=True)
    label: str | None = option(
        metavar="LABEL", help="The emotion to show, or a mixture: joy:0.6,surprise:0.4."
    )
    at: str | None = shared(at_option)
    vad: tuple[float, float, float] | None = shared(vad_option)
    intensity: float | None = shared(intensity_option)
    style: str | None = option(
        metavar="S", help="A style of the label, at its own point unless one is given."
    )
    score: Path | None = option(
        type=click.Path(path_type=Path, dir_okay=False),
        help="Perform this score's cues, gaze and life on AUDIO, in place of one LABEL.",
    )
    text: str | None = option(
        metavar="TEXT",
        help="What AUDIO says, or the file that has it, also JSON of Whisper, whisper.cpp or Vosk, "
        "SRT and WebVTT: its words give the lips. English, in 10 minutes of sound at most.",
    )
    times: Path | None = option(
        type=click.Path(path_type=Path, dir_okay=False),
        help="A file with the times of its sounds or visemes, which give the lips: TextGrid, JSON "
        "of Rhubarb, Azure, Polly, ElevenLabs, or lines of start, end and name.",
    )
    lips: str | None = option(
        type=click.Choice(("network", "words", "sounds", "times")),
        help="Where the lips come from.  [default: words or times where given, sounds (a "
        "recogniser) for a file, the network for a pipe and with --network]",
    )
    recogniser: str | None = option(
        metavar="pocketsphinx|whisper[:FOLDER]",
        help="Who hears the words, in English: Whisper, with lips nearly as good as with --text "
        "(mien[whisper]; FOLDER has a model in CTranslate2's form), or the small model that "
        "mien[speak] brings. "
        "[default: with --label, Whisper where installed; else pocketsphinx]",
    )
    model: Path | None = option(
        "--network",
        type=click.Path(path_type=Path, dir_okay=False),
        help="An exported network (.onnx), of faces or of lips, or the word default: the network "
        "of whole faces that ships for BANK, else the newest one. If left out, lips that ship.",
    )
    delay: str | None = option(
        type=DELAY,
        help="How many milliseconds after the sound the face comes, where a network of lips gives "
        "it: the more, the better.  [default: 87]",
    )
    bank: str | None = option(
        metavar="BANK",
        help="The bank whose faces are shown, any one.  [default: the bank that --network was "
        "trained on if mien ships it, else default]",
    )
    no_life: bool = option(
        is_flag=True, help="No blinks, glances, head movements, breath and prosody."
    )
    no_prosody: bool = option(
        is_flag=True, help="Brows, head and intensity do not follow how loud and high the voice is."
    )
    arousal_from_voice: bool = option(
        is_flag=True,
        help="Let the voice move the point's arousal, by 0.2 at most: up while it is higher and "
        "brighter than the speaker's own usual way. A hint, no reading of emotions.",
    )
    seed: int | None = option(
        type=click.IntRange(0, 2**32 - 1), help="What life follows from.  [default: 0]"
    )
    cues: str | None = option(
        metavar="FILE",
        help="Cues while a pipe speaks, a line of JSON each, from a named pipe or a file "
        'descriptor: {"label": "anger", "at": "high", "transition": 0.3} or {"look": '
        '"left"}.',
    )
    out: Path | None = option(
        "-o",
        type=OutputFile(),
        help=f"The take to write: {listed(writable())}.  [default: CSV on stdout]",
    )
    output: str = shared(format_option)

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
