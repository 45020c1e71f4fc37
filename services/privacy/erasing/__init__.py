"""Being forgotten: from the preview to the proof that nothing is left."""
