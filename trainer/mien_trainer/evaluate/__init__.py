"""How a trained network keeps the presets and how it speaks, in numbers and pictures."""
