"""Weights to pictures: a vector face as data, drawn as SVG or PNG."""
