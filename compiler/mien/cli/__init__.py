"""The `mien` program."""
