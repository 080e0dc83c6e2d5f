"""What a set of training targets would teach, measured before anything learns from it."""
