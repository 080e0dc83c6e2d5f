"""The neural layer of mien: speech in, faces out, snapped to the presets of a compiled bank."""
