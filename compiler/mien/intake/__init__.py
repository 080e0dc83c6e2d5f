"""What comes in from phones, other projects and other people's tables."""
