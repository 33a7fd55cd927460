"""Measures the flag of matters on simulated years, in which some matters build up to a visit of many.

Prints for every seed how many build-ups were warned of before the day of the visit and how long before, how many
warnings were false, and the same for a plain threshold on letters a week; at the end the worst of all seeds.
Run: python -m bench.build_ups models/starter [--seeds 5] [--seed N] [--letters 50000] [--build-ups 40] [--jobs 2]
"""

import argparse
import resource
import secrets
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from bench.replay import Count, Replay, count, false_by_kind
from bench.simulated_year import DAYS, Matter, Year, build_ups
from model import artefact
from model.analyse import Analyser
from model.gathering import LINK_FROM, MOST_COMPARED, NEAR_FROM, Link
from model.records import GroupVisit, Letter
from model.similar import EmbeddedIndex, Entry

BATCH = 1024
PAIRS = 8192
Pairs = NDArray[np.int64]
T = TypeVar("T")


def say(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


@dataclass(frozen=True, slots=True)
class Read:
    """All that the model says of a year: scored pairs, and what each letter says of acting together."""

    links: Sequence[Link]
    visits: Sequence[GroupVisit]


def read_year(analyser: Analyser, year: Year, jobs: int) -> Read:
    """Sign, link and read the letters of a year once, and print what it took.

    The nearest letters are taken from the whole year; the replay uses only those that have come.
    """
    begun = time.perf_counter()
    vectors = analyser.vectors(year.letters)
    signed = time.perf_counter()
    pairs = near_pairs(vectors)
    links = links_of(analyser, year.letters, pairs, jobs)
    linked = time.perf_counter()
    visits = visits_of(analyser, year.letters, jobs)
    ended = time.perf_counter()
    size = len(year.letters)
    say(
        f"{size} letters, {size / (ended - begun):.0f} letters/s: signed in {signed - begun:.0f} s, "
        f"{len(pairs)} pairs compared in {linked - signed:.0f} s, read in {ended - linked:.0f} s"
    )
    return Read(links, visits)


def near_pairs(vectors: NDArray[np.uint8]) -> Pairs:
    """Return the numbers of letters that the service compares, each pair once, shape (pairs, 2)."""
    index = EmbeddedIndex()
    index.add(Entry(f"{number:06d}", vector) for number, vector in enumerate(vectors))
    found = [
        np.array([(min(number, int(near.id)), max(number, int(near.id))) for near in neighbours], np.int32)
        for number, neighbours in enumerate(index.search_many(vectors, MOST_COMPARED, NEAR_FROM))
        if neighbours
    ]
    pairs = np.unique(np.concatenate(found).astype(np.int64), axis=0)
    return pairs[pairs[:, 0] < pairs[:, 1]]


def links_of(analyser: Analyser, letters: Sequence[Letter], pairs: Pairs, jobs: int) -> list[Link]:
    """Score pairs of letters; each letter is prepared once and shared with the processes that compare."""
    scorer = _Scorer(analyser, letters)
    batches = ((pairs[start : start + PAIRS],) for start in range(0, len(pairs), PAIRS))
    return [link for batch in each(scorer, batches, jobs) for link in batch]


class _Scorer:
    """Score pairs of prepared letters."""

    def __init__(self, analyser: Analyser, letters: Sequence[Letter]) -> None:
        self.analyser = analyser
        self.letters = letters
        self.profiles = analyser.profiles(letters)

    def __call__(self, pairs: Pairs) -> list[Link]:
        """Return the links among pairs, shape (pairs, 2); those that score little are left out."""
        numbers = pairs.tolist()
        relations = self.analyser.relate([(self.profiles[a], self.profiles[b]) for a, b in numbers])
        return [
            Link(self.letters[a].id, self.letters[b].id, relation.score, relation.name)
            for (a, b), relation in zip(numbers, relations, strict=True)
            if relation.score >= LINK_FROM
        ]


def visits_of(analyser: Analyser, letters: Sequence[Letter], jobs: int) -> list[GroupVisit]:
    """Return what each letter says of acting together."""
    reader = Analyser(analyser.version, risk=analyser.risk, segmenter=analyser.segmenter)

    def read(batch: Sequence[Letter]) -> list[GroupVisit]:
        return [analysis.group_visit for analysis in reader.analyse(batch) if analysis.group_visit]

    batches = ((letters[start : start + BATCH],) for start in range(0, len(letters), BATCH))
    return [visit for batch in each(read, batches, jobs) for visit in batch]


def each(work: Callable[..., T], arguments: Iterator[tuple[object, ...]], jobs: int) -> Iterator[T]:
    """Yield the results of work in order, by this process or by forks of it, which share what it holds."""
    if jobs == 1:
        yield from (work(*given) for given in arguments)
        return
    _working.append(work)
    try:
        with get_context("fork").Pool(jobs) as pool:
            yield from pool.imap(_worked, arguments)
    finally:
        _working.pop()


# What the forks are to do, handed over by being there when they are made.
_working: list[Callable[..., object]] = []


def _worked(given: tuple[object, ...]) -> object:
    return _working[-1](*given)


def say_count(name: str, counted: Count) -> None:
    """Print how a rule did."""
    planted = len(counted.days) + len(counted.missed)
    days = median(counted.days) if counted.days else 0
    say(
        f"{name}: {len(counted.days)} of {planted} in time, {days:.0f} days before (median), "
        f"{weekly(counted):.2f} false warnings a week ({counted.false})"
    )


def weekly(counted: Count) -> float:
    """Return the false warnings a week."""
    return counted.false / (DAYS / 7)


def say_missed(matter: Matter, year: Year) -> None:
    """Print what kind of build-up was missed."""
    times = [
        letter.received_at
        for letter, number in zip(year.letters, year.matter_of, strict=True)
        if number == matter.number and letter.received_at
    ]
    days = (max(times) - min(times)).days + 1
    way = "no word of acting together" if matter.silent else f"letters say {matter.way}"
    say(f"  missed: {matter.petitioners} people in {days} days, {way}, {matter.plot['category']}")


def run(analyser: Analyser, year: Year, jobs: int) -> dict[str, Count]:
    """Measure one year, and print it."""
    found = read_year(analyser, year, jobs)
    begun = time.perf_counter()
    replay = Replay(year, found.links, found.visits)
    replay.run()
    counts = {"flag": count(year, replay.flag)}
    counts |= {f"{most} letters a week": count(year, warnings) for most, warnings in replay.plain.items()}
    say(f"replayed in {time.perf_counter() - begun:.0f} s, {memory():.2f} GB of memory at most")
    for name, counted in counts.items():
        say_count(name, counted)
    for matter in counts["flag"].missed:
        say_missed(matter, year)
    by_kind = ", ".join(f"{kind} {number}" for kind, number in sorted(false_by_kind(year, replay.flag).items()))
    say(f"  false: {by_kind or 'none'}")
    return counts


def memory() -> float:
    """Return the most memory that this process held, in GB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


def say_worst(all_counts: Sequence[dict[str, Count]]) -> None:
    """Print for every rule the worst of all seeds, number by number."""
    for name in all_counts[0]:
        counted = [counts[name] for counts in all_counts]
        caught = min(len(one.days) for one in counted)
        days = min(median(one.days) if one.days else 0 for one in counted)
        false = max(weekly(one) for one in counted)
        say(f"worst of {len(counted)}: {name}: {caught} in time, {days:.0f} days before, {false:.2f} false a week")


def main() -> None:
    """Read the arguments and run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path, help="folder of a model with relation and risk parts")
    parser.add_argument("--seeds", type=int, default=5, help="how many years")
    parser.add_argument("--seed", type=int, default=None, help="repeat the one year of this seed")
    parser.add_argument("--letters", type=int, default=50_000)
    parser.add_argument("--build-ups", type=int, default=40)
    parser.add_argument("--jobs", type=int, default=2)
    given = parser.parse_args()
    analyser = artefact.load(given.model)
    seeds = [secrets.randbelow(1_000_000) for _ in range(given.seeds)] if given.seed is None else [given.seed]
    all_counts = []
    for seed in seeds:
        year = Year(seed, given.letters, given.build_ups)
        silent = sum(matter.silent for matter in build_ups(year))
        say(f"seed {seed}: {given.build_ups} build-ups, {silent} without a word of acting together")
        with threadpool_limits(1):
            all_counts.append(run(analyser, year, given.jobs))
    say_worst(all_counts)


if __name__ == "__main__":
    main()
