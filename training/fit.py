"""Fits the parts of a model on the shipped corpus or on an office's own letters."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.group_visit import GroupVisitReader
from model.profile import Profiler
from model.purpose import PurposeReader
from model.reading import Reading, read
from model.records import LEVELS
from model.relation import RelationScorer
from training.corpus import Example, Pair, shipped_matters, shipped_pairs
from training.duplicates import duplicate_groups
from training.fitted import Fitted, classification_metrics, level_metrics, relation_metrics
from training.relation_pairs import edited_copies, matter_pairs, neighbour_pairs, prepare

COPIED_EVERY = 3


@dataclass(frozen=True)
class ReadCorpus:
    """Examples with their readings and near-duplicate groups, made once for all parts."""

    examples: Sequence[Example]
    readings: Sequence[Reading]
    groups: Sequence[int]


def read_corpus(examples: Sequence[Example]) -> ReadCorpus:
    """Read the letters and group the near-duplicates among them."""
    readings = [read(example.letter.text) for example in examples]
    return ReadCorpus(examples, readings, duplicate_groups(readings).tolist())


def fit_purpose(corpus: ReadCorpus, seed: int) -> Fitted:
    """Fit the purposes."""
    purposes = [example.purpose for example in corpus.examples]
    reader = PurposeReader(seed=seed).fit(corpus.readings, purposes, corpus.groups)
    return Fitted(reader, classification_metrics(reader.machine_, purposes))


def fit_risk(corpus: ReadCorpus, seed: int) -> Fitted:
    """Fit the group-visit levels on the letters that somebody has judged."""
    judged = [i for i, example in enumerate(corpus.examples) if example.level is not None]
    levels = [str(corpus.examples[i].level) for i in judged]
    reader = GroupVisitReader(seed=seed).fit(
        [corpus.readings[i] for i in judged], levels, [corpus.groups[i] for i in judged]
    )
    return Fitted(reader, level_metrics(reader.held_out_, LEVELS, levels))


def fit_relation(corpus: ReadCorpus, seed: int, own: Sequence[Pair] = ()) -> Fitted:
    """Fit the relation of letters on the shipped pairs, known matters, near misses, edited copies and an office's own.

    Pairs of the same matter count as much together as all others.
    """
    matters = shipped_matters()
    examples = [*corpus.examples, *(Example(entry.letter, entry.group) for entry in matters)]
    readings = [*corpus.readings, *(read(entry.letter.text) for entry in matters)]
    written = [*own, *shipped_pairs(), *matter_pairs(matters)]
    pairs = [
        *written,
        *neighbour_pairs(examples, readings),
        *edited_copies([example.letter for example in examples[::COPIED_EVERY]], seed),
    ]
    scorer = RelationScorer(Profiler(seed).fit(readings))
    rows = scorer.features(prepare(scorer.profiler, pairs))
    labels = np.asarray([pair.label for pair in pairs])
    same = np.char.startswith(labels, "same").astype(float)
    weights = balanced(same, np.asarray([pair.weight for pair in pairs]))
    scorer.fit_features(rows, labels, weights)
    groups = [pair.group for pair in pairs]
    return Fitted(scorer, relation_metrics(rows, same, weights, groups, len(written), scorer))


def balanced(truth: NDArray[np.float64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return weights of which the true and the untrue have half each; their sum stays."""
    parts = [float(weights[truth == side].sum()) for side in (0, 1)]
    if not all(parts):
        return weights
    return weights * np.where(truth == 1, sum(parts) / (2 * parts[1]), sum(parts) / (2 * parts[0]))


def data_hash(examples: Sequence[Example]) -> str:
    """Return a hash of the training letters and their labels."""
    digest = hashlib.sha256()
    for example in examples:
        digest.update(f"{example.letter.text}\x00{example.code}\x00{example.purpose}\x00{example.level}\x01".encode())
    return digest.hexdigest()
