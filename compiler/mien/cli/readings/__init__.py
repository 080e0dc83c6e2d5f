"""The commands under `mien readings`."""
