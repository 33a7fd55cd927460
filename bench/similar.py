"""Finds planted copies among a million invented letters, beside datasketch's MinHashLSH.

Prints the recall at ten for every kind of copy, the time to build, memory, and what one query takes on one core.
Run: python -m bench.similar models/starter [--size 1000000] [--peer-size 200000] [--copies 300] [--seed N]
"""

import argparse
import random
import resource
import secrets
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
from datasketch import MinHash, MinHashLSH
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from bench.planted import COPYISTS, Inbox, sentences_of
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
    """Print the recall of every kind of copy, and return the seconds of every query."""
    seconds = []
    for kind, copyist in COPYISTS.items():
        rng = random.Random(f"{inbox.seed}-{kind}")  # noqa: S311 - no secret depends on it
        found = 0
        for number in rng.sample(range(size), copies):
            text = copyist(inbox.letter(number), inbox, rng)
            begun = time.perf_counter()
            names = find(text)
            seconds.append(time.perf_counter() - begun)
            found += f"{number:07d}" in names
        say(f"{name}: {kind:14s} recall at {SHOWN} {found / copies:.3f}")
    return np.array(seconds) * 1000


def say_times(name: str, milliseconds: NDArray[np.float64]) -> None:
    """Print what a query took."""
    middle, late = np.percentile(milliseconds, [50, 99])
    say(f"{name}: a query, reading the letter included, {middle:.1f} ms (p50), {late:.1f} ms (p99), one core")


def say_likeness(inbox: Inbox, size: int, sample: int) -> None:
    """Print the greatest share of sentences that an unplanted letter of a sample has in common with another."""
    owners: dict[str, set[int]] = {}
    for number in range(size):
        for sentence in sentences_of(inbox.letter(number)):
            owners.setdefault(sentence, set()).add(number)
    most = 0.0
    for number in random.Random(inbox.seed).sample(range(size), sample):  # noqa: S311 - no secret depends on it
        sentences = sentences_of(inbox.letter(number))
        others = [other for sentence in sentences for other in owners[sentence] - {number}]
        most = max(most, max((others.count(other) for other in set(others)), default=0) / len(sentences))
    say(f"inbox: of {sample} letters none shares more than {most:.1%} of its sentences with another of {size}")


def search_of(analyser: Analyser, index: EmbeddedIndex) -> Find:
    """Return the search of our index."""

    def find(text: str) -> list[str]:
        (vector,) = analyser.vectors([Letter("query", body=text)])
        return [neighbour.id for neighbour in index.search(vector, SHOWN)]

    return find


def run(analyser: Analyser, inbox: Inbox, size: int, peer_size: int, copies: int) -> None:
    """Run the comparison."""
    say_likeness(inbox, min(size, 20_000), min(size, 500))
    index = build(analyser, inbox, size)
    say(f"hongyan: {memory():.2f} GB of memory at most, model and {size} letters included")
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
