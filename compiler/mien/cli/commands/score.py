"""`mien score`: check, format, plan and lock performances that are written as text."""

from mien.cli.main import LazyGroup

command = LazyGroup(
    "score",
    help="Check, format, plan and lock scores: performances as text. `mien perform` performs them.",
    package="mien.cli.scores",
    table={
        "check": "Check scores: names, moments, sound and lips.",
        "fmt": "Put scores into canonical order and spacing.",
        "plan": "Write what a score shows as a table that games play.",
        "lock": "Pin what a score is performed with, what comes out, and its proved smoothness.",
    },
)
