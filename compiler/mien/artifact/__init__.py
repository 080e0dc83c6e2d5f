"""Tables to bytes and back: the frozen lookup file."""
