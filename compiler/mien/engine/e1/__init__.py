"""Engine 1. Frozen with the first release that used it: change a bit of it and releases break."""
