"""What a change means for those who use a bank: one small rule a function."""
