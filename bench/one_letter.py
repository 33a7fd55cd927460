"""Measures a loaded model: seconds to load it, milliseconds for one letter, megabytes of memory.

Run: python -m bench.one_letter MODEL
"""

import sys
import time
from pathlib import Path

import numpy as np

from model import artefact
from model.errors import ModelError
from model.reading import read
from training.corpus import shipped_examples

LONGEST = 1000
ROUNDS = 3


def main(folder: Path) -> None:
    """Load a model and tag the shipped letters, cut at a thousand characters, one by one."""
    begun = time.perf_counter()
    classifier = artefact.load(folder).category
    loaded = time.perf_counter() - begun
    if classifier is None:
        raise ModelError(f"{folder}: has no categories")
    texts = [example.letter.text[:LONGEST] for example in shipped_examples()[::3]]
    times = []
    for _ in range(ROUNDS):
        for text in texts:
            begun = time.process_time()
            classifier.predict([read(text)], [text])
            times.append(1000 * (time.process_time() - begun))
    first, middle, last = np.percentile(times[len(texts) :], [50, 99, 100])
    sys.stdout.write(f"loading {loaded:.2f} s; one letter p50 {first:.1f} p99 {middle:.1f} max {last:.1f} ms; ")
    sys.stdout.write(f"peak memory {_peak_megabytes():.0f} MB\n")


def _peak_megabytes() -> float:
    """Return the peak of this program alone; getrusage would count that of the process that started it too."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) / 1024


if __name__ == "__main__":
    main(Path(sys.argv[1]))
