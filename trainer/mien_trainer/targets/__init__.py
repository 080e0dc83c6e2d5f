"""Training targets: (audio, 19 conditions, 52 weights), made, kept, audited and shown."""
