"""Speech by synthesisers, with the times of its phonemes."""
