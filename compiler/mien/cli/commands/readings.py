"""`mien readings`: what labels of corpora mean in a bank's labels."""

from mien.cli.main import LazyGroup

command = LazyGroup(
    "readings",
    help="Check readings: what the labels of corpora of texts mean in the labels of a bank.",
    package="mien.cli.readings",
    table={"check": "Check readings: sums, names, and labels of the bank that nothing reads into."},
)
