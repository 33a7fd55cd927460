"""Where the shipped taxonomy, corpus and sample lie: inside the installed package, or beside it in a checkout."""

from pathlib import Path


def data_folder() -> Path:
    """Return the folder that holds taxonomy.yaml, letters/, pairs/ and sample/."""
    package = Path(__file__).resolve().parent
    inside = package / "data"
    return inside if inside.is_dir() else package.parent / "data"
