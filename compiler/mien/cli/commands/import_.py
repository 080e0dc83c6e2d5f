"""`mien import`: takes, or drafts of archetypes, made of other programs' files."""

from __future__ import annotations

from pathlib import Path

import click

from mien.cli.importing import Import
from mien.cli.options import as_record

_DRAFTS = (".yaml", ".yml")


@click.command("import")
@as_record(Import)
def command(asked: Import) -> None:
    """Make takes or drafts of archetypes of other programs' files.

    FILE is a recording in any format that is read: Live Link Face, MediaPipe, Audio2Face,
    iFacialMocap, a table of named channels, an animation of glTF or VRM. A take is written whole,
    by the names of its channels. A draft (-o NAME.yaml) needs --at or --range; what lint says of it
    stands in it as comments. FILE is never changed, and no file of YAML is written over.

    FILE may be a folder as the app Live Link Face leaves it: of every take the calibrated curves
    are taken, and the sound of its film beside them, where ffmpeg is installed.

    FILE may be a table of faces without time: weights by name in JSON, YAML or CSV, TalkingHead's
    moods (.mjs), the pose of a glTF file or the expressions of a VRM. Each becomes a draft over all
    intensities, under the label of BANK that its name means.

    With --anchors, FILE is a team's table (CSV, JSON, YAML) of labels, levels and points of VAD.
    """
    from mien.cli.draft_import import draft_faces, draft_moment
    from mien.cli.take_import import import_folder, import_take

    file, out = asked.file, asked.out
    if not (file.exists() or file.is_symlink()):
        raise click.BadParameter(f"there is no file {file}", param_hint="FILE")
    if out.resolve() == file.resolve():
        raise click.BadParameter("this is FILE itself; name another one", param_hint="-o")
    for name, given in (("--scale", asked.scale is not None), ("--known-only", asked.known_only)):
        if given and not asked.anchors:
            raise click.UsageError(f"{name} is of a table of points: give --anchors")
    if asked.anchors:
        from mien.cli.anchor_import import import_anchors

        import_anchors(asked)
        return
    drafted = out.suffix.lower() in _DRAFTS
    timed = asked.at is not None or asked.span is not None or asked.peak
    if file.is_dir() and not (timed or drafted):
        click.get_current_context().exit(import_folder(file, out, asked.rate))
    if (drafted or not out.suffix) and not timed and draft_faces(asked):
        return
    if asked.percent:
        raise click.UsageError("--percent is of a table of faces, and FILE is none")
    if drafted:
        draft_moment(asked)
        return
    own: dict[str, object] = {"--at": asked.at, "--range": asked.span, "--peak": asked.peak or None}
    own |= {"--label": asked.label, "--ratios": asked.ratios, "--intensity": asked.intensity}
    if drafting := [name for name, value in own.items() if value is not None]:
        verb = "make" if len(drafting) > 1 else "makes"
        more = "" if asked.at is not None or asked.span else ", and give --at S or --range S S"
        message = f"{' and '.join(drafting)} {verb} a draft of a moment: end -o in .yaml{more}"
        raise click.UsageError(message)
    if not out.suffix:
        _refuse_still(file)
    if out.is_dir():
        raise click.BadParameter(f"{out} is a folder; name a file", param_hint="-o")
    import_take(file, out, asked.rate)


def _refuse_still(file: Path) -> None:
    """Refuse a folder of drafts for a recording or an animation, which holds moments.

    Raises:
        click.UsageError: always, but where no format that is read ends so.
    """
    from mien.formats.registry import EndingError, recorded_format

    try:
        title = recorded_format(file).title
    except EndingError:
        return
    message = (
        f"FILE is read as {title} and holds no faces by their names, with weights by those of "
        "channels, such as joy with mouthSmile: of a recording, write a take (-o NAME.csv), or "
        "draft a moment of it (-o NAME.yaml with --at S or --range S S)"
    )
    raise click.UsageError(message)
