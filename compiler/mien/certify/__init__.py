"""Tables to proofs: upper bounds on how fast a face can change."""
