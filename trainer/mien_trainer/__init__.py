"""The neural layer of mien: speech in, faces out, snapped to the presets of a compiled bank."""

import os

# Without this onnxruntime counts its uses under an identity that it gives the device.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
