"""Adds a letter to a saved index and is killed while it saves: `python -m tests.model.killed_saver FOLDER STEP`."""

import os
import pkgutil
import signal
import sys
from pathlib import Path
from typing import Any
from unittest.mock import patch

from model.similar import EmbeddedIndex
from tests.model.index_contract import entry


def main(folder: Path, step: str) -> None:
    """Die at the second time that a step such as `numpy.save` is taken, or at the first if it is taken once."""
    index, _ = EmbeddedIndex.open(folder)
    index.add([entry("3", 3)])
    original, times = pkgutil.resolve_name(step), 0

    def take(*arguments: Any, **named: Any) -> Any:
        nonlocal times
        times += 1
        if times == 2 or step in ("pathlib.Path.replace", "shutil.rmtree"):
            os.kill(os.getpid(), signal.SIGKILL)
        return original(*arguments, **named)

    with patch(step, take):
        index.save(folder, 2)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
