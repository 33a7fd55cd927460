"""Signatures and scored pairs of very many letters, in batches that joblib may run anywhere."""

import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import TypeVar

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray

from model.analyse import Analyser
from model.gathering import LINK_FROM, Link
from model.records import Letter
from service.spool import Spool

BATCH = 512
# Letters are prepared anew in every batch of pairs, so that these must be large; each letter takes some 20 KB.
PAIRS_IN_BATCH = 16_384
# Below so many letters one process is done before others have started.
FEWEST_FOR_PROCESSES = 2000

T = TypeVar("T")
Pairs = NDArray[np.int64]


def processes(letters: int, jobs: int) -> int:
    """Return how many processes are worth starting."""
    return jobs if letters >= FEWEST_FOR_PROCESSES else 1


def vectors_of(analyser: Analyser, spool: Spool, jobs: int) -> Iterator[NDArray[np.uint8]]:
    """Yield the signatures of the letters of a spool, batch by batch, in order."""
    batches = (range(start, min(start + BATCH, len(spool))) for start in range(0, len(spool), BATCH))
    yield from _run(analyser.vectors, ((spool.take(numbers),) for numbers in batches), processes(len(spool), jobs))


def links_of(analyser: Analyser, spool: Spool, pairs: Pairs, jobs: int) -> Iterator[list[tuple[int, int, Link]]]:
    """Yield the links among pairs of letters, shape (pairs, 2), batch by batch; pairs that score little are left out.

    Pairs that stand near each other should share letters: each letter is prepared once a batch.
    """
    yield from _run(_Scorer(analyser), _batches_of_pairs(spool, pairs), processes(len(spool), jobs))


def _batches_of_pairs(spool: Spool, pairs: Pairs) -> Iterator[tuple[list[Letter], Pairs, Pairs]]:
    for start in range(0, len(pairs), PAIRS_IN_BATCH):
        part = pairs[start : start + PAIRS_IN_BATCH]
        numbers, places = np.unique(part, return_inverse=True)
        yield spool.take(numbers.tolist()), part, places.reshape(part.shape)


class _Scorer:
    """Score pairs of a batch; it travels to other processes without the parts of the model that it does not need."""

    def __init__(self, analyser: Analyser) -> None:
        self.analyser = Analyser(analyser.version, relation=analyser.relation, segmenter=analyser.segmenter)

    def __call__(self, letters: Sequence[Letter], pairs: Pairs, places: Pairs) -> list[tuple[int, int, Link]]:
        """Return the links with the numbers of both letters."""
        ready = self.analyser.profiles(letters)
        relations = self.analyser.relate([(ready[a], ready[b]) for a, b in places.tolist()])
        return [
            (a, b, Link(letters[i].id, letters[j].id, relation.score, relation.name))
            for (a, b), (i, j), relation in zip(pairs.tolist(), places.tolist(), relations, strict=True)
            if relation.score >= LINK_FROM
        ]


def _run(work: Callable[..., T], batches: Iterable[tuple[object, ...]], jobs: int) -> Iterator[T]:
    """Yield the results of batches in order, with few of them in memory at a time."""
    if jobs == 1:
        yield from (work(*batch) for batch in batches)
        return
    source = iter(batches)
    with warnings.catch_warnings(), Parallel(n_jobs=jobs, return_as="generator") as parallel:
        # joblib renews a worker that has grown, and says so; its jobs are done all the same.
        warnings.filterwarnings("ignore", message="A worker stopped while some jobs were given", category=UserWarning)
        while chosen := list(islice(source, 4 * jobs)):
            yield from parallel(delayed(work)(*batch) for batch in chosen)
