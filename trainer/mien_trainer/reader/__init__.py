"""Training and measuring readers of text: corpora, their readings, the linear fit, the report."""
