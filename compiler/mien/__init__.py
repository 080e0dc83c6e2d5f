"""mien: emotion presets that look the same today, tomorrow and after the next retraining."""

__version__ = "0.1.0"
