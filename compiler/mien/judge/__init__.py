"""What a stranger sees in a bank's faces: drawn on an avatar, read back by MediaPipe."""
