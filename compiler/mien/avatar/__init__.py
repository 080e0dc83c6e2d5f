"""Faces drawn on a 3-D head by a browser that is already on the machine."""
