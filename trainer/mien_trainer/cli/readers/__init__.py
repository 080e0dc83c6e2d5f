"""The commands under `mien reader`."""
