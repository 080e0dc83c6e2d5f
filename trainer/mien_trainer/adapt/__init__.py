"""A network for a bank of one's own, from one for another bank and from speech that is there."""
