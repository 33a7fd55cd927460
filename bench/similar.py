"""Finds planted copies among a million invented letters, beside datasketch's MinHashLSH.

Prints the recall at ten for every kind of copy, the time to build, memory, and what one query takes on one core.
Run: python -m bench.similar models/starter [--size 1000000] [--peer-size 200000] [--copies 300] [--seed N]
"""

import argparse
import random
import resource
import secrets
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
from datasketch import MinHash, MinHashLSH
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from bench.inbox import Inbox, sentences_of
from bench.planted import COPYISTS
from model import artefact
from model.analyse import Analyser
from model.records import Letter
from model.similar import EmbeddedIndex, Entry

BATCH = 1024
PERMUTATIONS = 128
THRESHOLD = 0.3
SHINGLE = 3
SHOWN = 10

Find = Callable[[str], Sequence[str]]


def say(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def memory() -> float:
    """Return the most memory that this process held, in GB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


def batches(inbox: Inbox, size: int) -> Iterator[list[Letter]]:
    """Yield the letters of an inbox, batch by batch."""
    for start in range(0, size, BATCH):
        yield [Letter(f"{number:07d}", body=inbox.letter(number)) for number in range(start, min(start + BATCH, size))]


def build(analyser: Analyser, inbox: Inbox, size: int) -> EmbeddedIndex:
    """Fill our index, and print what it took."""
    index = EmbeddedIndex()
    signing = adding = 0.0
    for letters in batches(inbox, size):
        begun = time.process_time()
        vectors = analyser.vectors(letters)
        signed = time.process_time()
        index.add(Entry(letter.id, vector) for letter, vector in zip(letters, vectors, strict=True))
        signing += signed - begun
        adding += time.process_time() - signed
    speed = size / signing
    say(f"hongyan: {size} letters, signatures {speed:.0f} letters/s of a core, {signing:.0f} s; adding {adding:.1f} s")
    return index


def build_peer(inbox: Inbox, size: int) -> Find:
    """Fill the peer, print what it took, and return its search."""
    begun = time.process_time()
    peer = MinHashLSH(threshold=THRESHOLD, num_perm=PERMUTATIONS)
    kept: dict[str, MinHash] = {}
    for letters in batches(inbox, size):
        for letter in letters:
            kept[letter.id] = sketch(letter.body)
            peer.insert(letter.id, kept[letter.id], check_duplication=False)
    say(f"MinHashLSH: {size} letters in {time.process_time() - begun:.0f} s of a core")

    def find(text: str) -> list[str]:
        wanted = sketch(text)
        found = peer.query(wanted)
        return sorted(found, key=lambda name: (-wanted.jaccard(kept[name]), name))[:SHOWN]

    return find


def sketch(text: str) -> MinHash:
    """Return the peer's sketch of a text."""
    made = MinHash(num_perm=PERMUTATIONS)
    made.update_batch([text[i : i + SHINGLE].encode() for i in range(len(text) - SHINGLE + 1)])
    return made


def measure(name: str, find: Find, inbox: Inbox, size: int, copies: int) -> NDArray[np.float64]:
    """Print the recall of every kind of copy, and return what each query took, shape (queries, 2).

    The first column holds the milliseconds that passed, the second those of the processor.
    """
    seconds: list[tuple[float, float]] = []
    for kind, copyist in COPYISTS.items():
        rng = random.Random(f"{inbox.seed}-{kind}")  # noqa: S311 - no secret depends on it
        found = 0
        for number in rng.sample(range(size), copies):
            text = copyist(inbox.letter(number), inbox, rng)
            begun, worked = time.perf_counter(), time.process_time()
            names = find(text)
            seconds.append((time.perf_counter() - begun, time.process_time() - worked))
            found += f"{number:07d}" in names
        say(f"{name}: {kind:14s} recall at {SHOWN} {found / copies:.3f}")
    return np.array(seconds) * 1000


def say_times(name: str, milliseconds: NDArray[np.float64]) -> None:
    """Print what a query took."""
    for kind, column in zip(("passed", "of processor time"), milliseconds.T, strict=True):
        middle, late = np.percentile(column, [50, 99])
        say(f"{name}: a query with reading, one core: {middle:.1f} ms (p50), {late:.1f} ms (p99) {kind}")


def reopened(index: EmbeddedIndex) -> EmbeddedIndex:
    """Save an index and open it as a new process would, and print what it took."""
    with tempfile.TemporaryDirectory() as name:
        begun = time.perf_counter()
        index.save(Path(name), 1)
        saved = time.perf_counter()
        opened, _ = EmbeddedIndex.open(Path(name))
        seconds = time.perf_counter() - saved
        size = sum(path.stat().st_size for path in Path(name).rglob("*") if path.is_file()) / 1e6
    say(f"hongyan: snapshot of {size:.0f} MB, saved in {saved - begun:.1f} s, opened in {seconds:.2f} s")
    return opened


def say_likeness(inbox: Inbox, size: int, sample: int) -> None:
    """Print the greatest share of sentences that an unplanted letter of a sample has in common with another."""
    numbers = random.Random(inbox.seed).sample(range(size), sample)  # noqa: S311 - no secret depends on it
    asked = {number: sentences_of(inbox.letter(number)) for number in numbers}
    owners: dict[str, set[int]] = {sentence: set() for sentences in asked.values() for sentence in sentences}
    for number in range(size):
        for sentence in owners.keys() & set(sentences_of(inbox.letter(number))):
            owners[sentence].add(number)
    most = 0.0
    for number, sentences in asked.items():
        others = Counter(other for sentence in sentences for other in owners[sentence] - {number})
        most = max(most, max(others.values(), default=0) / len(sentences))
    say(f"inbox: of {sample} letters none shares more than {most:.1%} of its sentences with another of {size}")


def search_of(analyser: Analyser, index: EmbeddedIndex) -> Find:
    """Return the search of our index."""

    def find(text: str) -> list[str]:
        (vector,) = analyser.vectors([Letter("query", body=text)])
        return [neighbour.id for neighbour in index.search(vector, SHOWN)]

    return find


def run(analyser: Analyser, inbox: Inbox, size: int, peer_size: int, copies: int) -> None:
    """Run the comparison."""
    say_likeness(inbox, size, min(size, 500))
    index = build(analyser, inbox, size)
    say(f"hongyan: {memory():.2f} GB of memory at most, model and {size} letters included")
    index = reopened(index)
    say_times("hongyan", measure("hongyan", search_of(analyser, index), inbox, size, copies))
    (vector,) = analyser.vectors([Letter("new", body=inbox.letter(size))])
    begun = time.perf_counter()
    index.add([Entry("new", vector)])
    say(f"hongyan: one letter more in {(time.perf_counter() - begun) * 1000:.2f} ms, nothing rebuilt")
    if peer_size:
        find = build_peer(inbox, peer_size)
        say_times("MinHashLSH", measure("MinHashLSH", find, inbox, peer_size, copies))
        say(f"both: {memory():.2f} GB of memory at most")


def main() -> None:
    """Read the arguments and run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path, help="folder of a model with a relation part")
    parser.add_argument("--size", type=int, default=1_000_000)
    parser.add_argument("--peer-size", type=int, default=200_000)
    parser.add_argument("--copies", type=int, default=300)
    parser.add_argument("--seed", type=int, default=None)
    arguments = parser.parse_args()
    seed = secrets.randbelow(1_000_000) if arguments.seed is None else arguments.seed
    say(f"seed {seed}")
    with threadpool_limits(1):
        run(artefact.load(arguments.model), Inbox(seed), arguments.size, arguments.peer_size, arguments.copies)


if __name__ == "__main__":
    main()
