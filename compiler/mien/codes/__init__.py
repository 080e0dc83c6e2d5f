"""Every code that a fault can carry, explained: see `mien.codes.catalogue`."""
