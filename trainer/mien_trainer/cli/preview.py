"""`mien targets preview`: one clip of the targets, with our face."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from mien.cli.options import EXISTING_FILE, FOLDER, OutputFile
from mien.cli.terminal import progress, say

if TYPE_CHECKING:
    from mien_trainer.frames import F32
    from mien_trainer.targets.clip import Clip


@click.command("preview")
@click.argument("folder", metavar="DIR", type=FOLDER)
@click.argument("clip", metavar="CLIP")
@click.option(
    "-o",
    "--out",
    type=OutputFile(".html", ".mp4", ".gif"),
    metavar="FILE",
    help="The .html, .mp4 or .gif file to write (default: CLIP.html; films need ffmpeg and the "
    "extra mien[png]).",
)
@click.option(
    "--audio",
    "sound_file",
    type=EXISTING_FILE,
    metavar="FILE",
    help="The sound of the clip, instead of making it again.",
)
@click.option(
    "--recipe",
    metavar="RECIPE",
    default="",
    show_default=False,
    help="The recipe that DIR was made from, if it does not ship.",
)
@click.option("--silent", is_flag=True, help="Leave the sound out.")
def command(
    folder: Path, clip: str, out: Path | None, sound_file: Path | None, recipe: str, silent: bool
) -> int:
    """Show the clip with the id CLIP in DIR: its face, sound, phonemes, curves and VAD.

    The page plays in any browser, without a network. Shards hold no sound: it is made again from
    its source. If that is not possible, the clip plays without sound.
    """
    from mien.drawing.svg import PngUnavailableError
    from mien_trainer.preview.content import preview_clip
    from mien_trainer.preview.load import find_clip
    from mien_trainer.preview.output import count_steps, write_preview

    path = out or Path(f"{clip.replace('/', '-')}.html")
    try:
        found, head = find_clip(folder, clip)
        audio = None if silent else _sound(folder, found, sound_file, recipe)
        show = preview_clip(found, head, audio)
        with progress("drawing", count_steps(path, show)) as step:
            write_preview(path, show, step)
    except PngUnavailableError as missing:
        raise click.UsageError(str(missing)) from missing
    lacking = ", without sound" if show.audio is None else ""
    say(f"{path}: {found.label}, {show.seconds:.2f} s{lacking}")
    return 0


def _sound(folder: Path, clip: Clip, sound_file: Path | None, recipe: str) -> F32 | None:
    """The clip's sound, as given or made anew; None, with a note, where it cannot be."""
    if sound_file is not None:
        from mien_trainer.audio import read_audio

        return read_audio(sound_file).samples
    from mien_trainer.preview.load import NoSoundError, rerendered_sound

    try:
        return rerendered_sound(folder, clip, recipe)
    except NoSoundError as reason:
        if recipe:
            raise
        say(f"no sound: {reason}", err=True)
        return None
