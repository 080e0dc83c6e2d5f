"""Training targets: (audio, conditions, weights), made, kept, audited and shown."""
