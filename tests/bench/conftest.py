"""Leaves these tests out where the segmenter that invents letters has no package."""

from importlib.util import find_spec

collect_ignore_glob = [] if find_spec("rjieba") else ["test_*.py"]
