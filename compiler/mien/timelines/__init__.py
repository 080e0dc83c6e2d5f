"""Faces in time: what a label's dynamics and sequences make of its face, its head and its gaze."""
