"""The commands under `mien score`."""
