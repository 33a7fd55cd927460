"""Comparisons with named peers: speed, memory and quality, never part of the tests."""
