"""Speech with the times of its phonemes, from synthesisers, recordings and takes."""
