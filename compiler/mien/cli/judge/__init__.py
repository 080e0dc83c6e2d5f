"""The commands under `mien judge`."""
