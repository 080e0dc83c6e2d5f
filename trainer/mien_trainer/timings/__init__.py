"""Files that say when which sound or mouth shape is spoken, made by other programs."""
