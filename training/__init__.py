"""Offline learning: from letters with labels to a model folder."""
