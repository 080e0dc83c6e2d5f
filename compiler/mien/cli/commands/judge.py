"""`mien judge`: what people make of the faces of a bank."""

from mien.cli.main import LazyGroup

command = LazyGroup(
    "judge",
    help="Score what people see in faces without names (see `mien sheet --blind`).",
    package="mien.cli.judge",
    table={"score": "Say which faces of blind sheets observers recognised."},
)
