"""A clip with our face: as a page that plays, or as a film."""
