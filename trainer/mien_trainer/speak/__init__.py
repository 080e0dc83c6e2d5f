"""Speech to faces with a trained network: from a file, or live from a pipe."""
