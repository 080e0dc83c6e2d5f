"""Records to tables to faces: the numbered arithmetic."""
