"""What the labels and the snap are worth: the same training without them, side by side."""
