"""What the README shows is what the program says, and its picture is drawn from the real bank.

After a change of either, run `MIEN_UPDATE_EXPECTED=1 pytest tests/test_readme.py` and look at the
picture before committing it.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import tomllib
from html import escape
from math import sqrt
from pathlib import Path

import click
import numpy as np
import pytest
from tests.child import finished
from tests.program import ended, ran

import mien
from mien.cli.main import COMMANDS, LazyGroup, cli
from mien.drawing.document import shipped_face
from mien.drawing.svg import shapes

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "README.md"
REPOSITORY = ROOT / "compiler" / "mien" / "docs" / "repository.md"
PICTURE = ROOT / "compiler" / "mien" / "docs" / "text-to-face.svg"
UPDATE = os.environ.get("MIEN_UPDATE_EXPECTED") == "1"

PAD = 250
"""Pixels of the side of the valence and arousal pad."""

STYLE = """
text { font: 13px ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace; fill: #2b2440 }
.small { font-size: 11px; fill: #6a6478 } .head { font: 600 15px system-ui, sans-serif }
.card { fill: #fbfaf7; stroke: #d9d4c8 } .line { stroke: #b8b2c4; fill: none }
.plateau { fill: #e8a33d; fill-opacity: .28; stroke: #e8a33d } .anchor { fill: #4a3560 }
"""


def test_the_picture_is_drawn_from_the_bank() -> None:
    drawn = picture()
    if UPDATE:
        PICTURE.write_text(drawn)
    assert PICTURE.read_text() == drawn


def picture() -> str:
    """Text on the left, its point and plateau in the middle, the face on the right."""
    parts = [
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1120 400" width="1120" height="400"'
        ' role="img" aria-label="Preset text becomes a point with a plateau becomes a face">',
        f"<style>{STYLE}</style>",
        '<rect class="card" x="1" y="1" width="1118" height="398" rx="14"/>',
        *_text_card(30, 40),
        _arrow(395),
        *_pad(430, 80),
        _arrow(705),
        *_face(740, 52),
        "</svg>\n",
    ]
    return "\n".join(parts)


def _text_card(x: int, y: int) -> list[str]:
    source = (ROOT / "presets" / "default" / "emotions" / "joy.yaml").read_text()
    start = source.index("  high:\n", source.index("archetypes:"))
    lines = ["archetypes:", *source[start:].split("\n")[:11], "    ..."]
    rows = [
        f'<text x="{x}" y="{y + 40 + 22 * row}" xml:space="preserve">{escape(line)}</text>'
        for row, line in enumerate(lines)
    ]
    return [f'<text class="head" x="{x}" y="{y}">joy.yaml, reviewed as text</text>', *rows]


def _pad(x: int, y: int) -> list[str]:
    bank = mien.load("default")
    table = bank.tables.labels[bank.labels.index("joy")]
    scale = PAD / 2
    parts = [
        f'<text class="head" x="{x}" y="40">joy in valence and arousal</text>',
        f'<rect class="line" x="{x}" y="{y}" width="{PAD}" height="{PAD}" rx="6"/>',
        f'<path class="line" d="M{x} {y + scale:.0f}h{PAD}M{x + scale:.0f} {y}v{PAD}"/>',
        f'<text class="small" x="{x}" y="{y + PAD + 18}">a plateau: the preset, bit for bit</text>',
    ]
    for k, name in enumerate(bank.intensities):
        valence, arousal = (float(axis) for axis in table.anchors[k, :2])
        flat = sqrt(float(table.plateau_outer[k]) - float(table.plateau_span[k]))
        cx, cy = x + scale * (1 + valence), y + scale * (1 - arousal)
        parts.append(
            f'<ellipse class="plateau" cx="{cx:.1f}" cy="{cy:.1f}" rx="{scale * flat:.1f}"'
            f' ry="{scale * flat / sqrt(float(bank.tables.metric[1])):.1f}"/>'
            f'<circle class="anchor" cx="{cx:.1f}" cy="{cy:.1f}" r="3"/>'
            f'<text class="small" x="{cx - 38:.1f}" y="{cy + 4:.1f}">{name}</text>'
        )
    return parts


def _face(x: int, y: int) -> list[str]:
    bank = mien.load("default")
    weights = dict(zip(bank.channels, bank.face("joy", at="high").tolist(), strict=True))
    drawn = shapes(shipped_face(), weights, prefix="joy")
    return [
        f'<text class="head" x="{x}" y="40">52 weights, the same bits everywhere</text>',
        f'<g transform="translate({x} {y}) scale(.55)">\n{drawn}</g>',
    ]


def _arrow(x: int) -> str:
    return f'<path class="line" stroke-width="2" d="M{x} 205h22m-7 -6l7 6l-7 6"/>'


def blocks() -> list[tuple[str, str]]:
    """Each `console` block's commands with the output shown under them."""
    text = README.read_text() + REPOSITORY.read_text()
    found = re.findall(r"```console\n(.*?)```", text, flags=re.DOTALL)
    shown: list[tuple[str, str]] = []
    for block in found:
        for piece in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = piece.partition("\n")
            shown.append((command, output))
    return shown


@pytest.mark.parametrize(
    ("command", "output"), [(c, o) for c, o in blocks() if c.startswith("mien ")]
)
def test_a_command_says_what_the_readme_shows(
    command: str, output: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if command.startswith("mien compile"):  # it writes an artifact
        monkeypatch.chdir(tmp_path)
        (tmp_path / "presets").symlink_to(ROOT / "presets")
    else:
        monkeypatch.chdir(ROOT)
    said = ran(*shlex.split(command)[1:]).stdout
    if UPDATE:
        shown = f"$ {command}\n"
        for page in (README, REPOSITORY):
            page.write_text(page.read_text().replace(shown + output, shown + said))
    else:
        assert said == output


def test_the_python_of_the_readme_gives_what_it_shows() -> None:
    (block,) = re.findall(r"```python\n(.*?)```", README.read_text(), re.DOTALL)
    vads = np.array([[0.7, 0.4, 0.3], [0.1, 0.5, -0.1]])
    names: dict[str, object] = {"labels": ["joy", "awe"], "vads": vads}
    shown: dict[str, str] = {}
    for line in block.splitlines():
        code, _, said = line.partition("  # ")
        exec(f"found = {code}" if code.startswith("bank.") else code, names)  # noqa: S102
        if isinstance(found := names.pop("found", None), float | str):
            shown[str(found)] = said
    assert len(shown) == 2
    assert all(found == said for found, said in shown.items())


def shell_lines() -> list[str]:
    """Each command of mien in a `sh` block of a page that ships."""
    found: list[str] = []
    for page in (README, *ROOT.glob("compiler/mien/**/*.md"), *ROOT.glob("trainer/**/*.md")):
        for block in re.findall(r"```sh\n(.*?)```", page.read_text(), re.DOTALL):
            for line in block.replace("\\\n", " ").splitlines():
                words = shlex.split(line, comments=True)
                parts = "\n".join(words).replace("&&", "|").replace(";", "|").split("|")
                found += [part.strip() for part in parts]
    return sorted({one for one in found if one.startswith("mien\n")})


def test_every_command_that_a_page_shows_is_understood() -> None:
    lines = shell_lines()
    assert len(lines) > 50
    for line in lines:
        words = line.split("\n")[1:]
        command: click.Command = cli
        context = click.Context(cli)
        while isinstance(command, click.Group):
            name, *words = words
            found = command.get_command(context, name)
            assert found is not None, line
            command, context = found, click.Context(found, parent=context)
        given, _, _ = command.make_parser(context).parse_args(words)  # refuses what it has not
        for one in command.params:
            if isinstance(one.type, click.Choice) and one.name in given:
                one.type_cast_value(context, given[one.name])


def test_every_command_is_in_the_readme_and_has_help() -> None:
    text = README.read_text()
    group = cli
    assert isinstance(group, LazyGroup)
    with cli.make_context("mien", ["--help"], resilient_parsing=True) as context:
        for name in group.list_commands(context):
            command = group.get_command(context, name)
            assert command is not None
            assert command.help
            assert f"`mien {name}" in text, f"mien {name} is not in the README"
    assert set(group.list_commands(context)) == set(COMMANDS)


def test_every_extra_is_in_the_readme_with_what_it_brings() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    brought = {
        extra: [re.split(r"[>=<]", one)[0] for one in packages]
        for extra, packages in project["optional-dependencies"].items()
    }
    table = README.read_text().partition("| extra | for | brings |\n")[2].partition("\n\n")[0]
    rows = [[cell.strip() for cell in row.split("|")[1:4]] for row in table.splitlines()[1:]]
    assert {extra.strip("`"): packages.split(", ") for extra, _, packages in rows} == brought


def test_the_rig_of_the_readme_starts_a_bank_that_is_drawn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (block,) = re.findall(r"```yaml\n(schema: mien/rig/1\n.*?)```", README.read_text(), re.DOTALL)
    Path("robot.yaml").write_text(block)
    command = "mien init presets/ours --rig robot.yaml"
    assert f"`{command}`" in README.read_text()
    ended(0, *shlex.split(command)[1:])
    neutral = Path("presets/ours/emotions/neutral.yaml")
    neutral.write_text(neutral.read_text().replace("high: {}", "high: {Grin: 0.1}"))
    ended(0, "check", "presets/ours")
    ended(0, "face", "presets/ours", "neutral", "--at", "high", "-o", "face.svg")


def test_the_edit_of_the_readme_does_what_it_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bank is started and released, one number edited; lock and check say what is shown."""
    monkeypatch.chdir(tmp_path)
    text = README.read_text()
    ended(0, "init", "presets/ours")
    manifest = Path("presets/ours/bank.yaml")
    manifest.write_text(manifest.read_text().replace("put your name here", "Ours"))
    for command in ("compile", "release"):
        ended(0, command, "presets/ours")
    assert not any(name.startswith("build/") for name in git_would_add(tmp_path))
    lock = Path("presets/ours/mien.lock")
    before = lock.read_text().splitlines()
    joy = Path("presets/ours/emotions/joy.yaml")
    removed, added = changed_lines(text[text.index("## Edit a preset") :])
    assert joy.read_text().count(f"{removed[0]}\n") == 1
    joy.write_text(joy.read_text().replace(removed[0], added[0]))
    ended(0, "compile", "presets/ours")
    removed, added = changed_lines(text[text.index("   ```diff\n    artifact:") :])
    assert set(removed) <= set(before)
    assert set(added) <= set(lock.read_text().splitlines()) - set(before)
    told = ended(
        1, "check", "presets/ours", "--against", "ours@latest", "--format", "github"
    ).stdout
    said = " ".join(told.split())
    shown = text.partition("   ```text\n   ::error ")[2].partition("```")[0]
    for error in f"::error {shown}".split("::error ")[1:]:
        assert f"::error {' '.join(error.split())}" in said


def changed_lines(text: str) -> tuple[list[str], list[str]]:
    """The lines that the first diff of the text takes away and adds."""
    block = text[text.index("```diff\n") :].split("```")[1].splitlines()[1:]
    indent = min(len(line) - len(line.lstrip(" ")) for line in block if line.strip())
    lines = [line[indent:] for line in block]
    removed, added = ([one[1:] for one in lines if one.startswith(sign)] for sign in "-+")
    return removed, added


def git_would_add(folder: Path) -> list[str]:
    subprocess.run(["git", "init", "-q"], cwd=folder, check=True)
    listed = ["git", "ls-files", "--others", "--exclude-standard"]
    return finished(listed, cwd=folder).stdout.splitlines()
