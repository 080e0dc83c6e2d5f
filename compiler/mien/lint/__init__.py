"""Records to faults: what a bank means, checked beyond its schema."""
