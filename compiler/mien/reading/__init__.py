"""From text to a label, a point and a strength of a bank: tags, words, emoji."""
