"""A trained network as one ONNX file that speaks without torch, and its card."""
