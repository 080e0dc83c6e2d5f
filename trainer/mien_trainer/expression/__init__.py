"""From labels and VAD paths to the curves of an expression, by the compiled bank."""
