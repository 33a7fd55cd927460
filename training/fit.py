"""Fits the parts of a model on the shipped corpus or on an office's own letters."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from model.cues import ACT_CODES, SPEAKER_CODES
from model.group_visit import GroupVisitReader, Mark
from model.purpose import PurposeReader
from model.reading import Reading, read
from model.records import LEVELS
from training.corpus import Example
from training.duplicates import duplicate_groups
from training.fitted import Fitted, classification_metrics, level_metrics


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
    readings = [corpus.readings[i] for i in judged]
    marks = [list(_marks(corpus.examples[i], corpus.readings[i])) for i in judged]
    reader = GroupVisitReader(seed=seed).fit(readings, levels, [corpus.groups[i] for i in judged], marks)
    return Fitted(reader, level_metrics(reader.held_out_, LEVELS, levels))


def _marks(example: Example, reading: Reading) -> Iterator[Mark]:
    """Yield the marked passages of a letter by their places in its clean text."""
    known = {*SPEAKER_CODES, *ACT_CODES, "denial"}
    for span in example.spans:
        start, end = np.searchsorted(reading.clean.starts, [span.start, span.end]).tolist()
        if span.label in known and start < end:
            yield Mark(start, end, span.label)


def data_hash(examples: Sequence[Example]) -> str:
    """Return a hash of the training letters and their labels."""
    digest = hashlib.sha256()
    for example in examples:
        digest.update(f"{example.letter.text}\x00{example.code}\x00{example.purpose}\x00{example.level}\x01".encode())
    return digest.hexdigest()
