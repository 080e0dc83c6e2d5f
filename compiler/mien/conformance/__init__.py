"""One set of banks and queries, answered in many settings: every answer must have the same bits."""
