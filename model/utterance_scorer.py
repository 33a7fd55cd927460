"""Scores clauses: which of a letter's say a thing that marked passages of other letters say."""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import chain

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from model.utterances import FARTHEST, Utterances
from model.vocabulary import Vocabulary

Scores = NDArray[np.float64]


class UtteranceScorer:
    """Score clauses with a logistic regression over terms and pairs of terms.

    A clause is read together with the one before it in its sentence. A pair are two terms at most four apart; whether
    they stand side by side counts. Terms and pairs of fewer than `min_df` letters are left out.

    Learned: `terms_` (t,), `keys_` (f,) ascending, which features count: t, or t * a + b for a pair, beyond that for
    neighbours; `coef_` (f,) and `intercept_`.
    """

    def __init__(self, C: float = 0.1, min_df: int = 3, seed: int = 0) -> None:  # noqa: N803 - scikit-learn's name
        self.C = C
        self.min_df = min_df
        self.seed = seed

    def fit(self, letters: Sequence[Utterances], marks: Sequence[NDArray[np.int64]]) -> "UtteranceScorer":
        """Learn from letters and for each clause 1 (says it), 0 (does not) or -1 (nobody knows)."""
        counts = Counter(chain.from_iterable(set(letter.terms) for letter in letters))
        self.terms_ = Vocabulary(sorted(term for term, count in counts.items() if count >= self.min_df))
        seen = Counter(chain.from_iterable(np.unique(self._features(letter)[0]).tolist() for letter in letters))
        self.keys_ = np.asarray(sorted(key for key, count in seen.items() if count >= self.min_df), np.int64)
        known = [mark >= 0 for mark in marks]
        rows = [self._rows(letter)[chosen] for letter, chosen in zip(letters, known, strict=True) if chosen.any()]
        truth = np.concatenate([mark[chosen] for mark, chosen in zip(marks, known, strict=True)])
        self.coef_, self.intercept_ = np.zeros(len(self.keys_)), 0.0
        if len(self.keys_) and len(np.unique(truth)) == 2:
            stacked = _stacked(rows, len(self.keys_))
            model = LogisticRegression(C=self.C, solver="liblinear", random_state=self.seed).fit(stacked, truth)
            self.coef_, self.intercept_ = model.coef_[0], float(model.intercept_[0])
        return self

    def decision_function(self, letters: Sequence[Utterances]) -> list[Scores]:
        """Return for each letter the log-odds of each clause, read with the one before it, shape (clauses,)."""
        if not letters:
            return []
        everything = Utterances.joined(letters)
        clauses, columns = self._known(everything)
        scores = np.bincount(clauses, self.coef_[columns], len(everything.bounds)) + self.intercept_
        return np.split(scores, np.cumsum([len(letter.bounds) for letter in letters])[:-1])

    def learnt(
        self, terms: Iterable[str], keys: NDArray[np.int64], coef: NDArray[np.float64], intercept: float
    ) -> "UtteranceScorer":
        """Take over what another scorer has learned."""
        self.terms_ = Vocabulary(terms)
        self.keys_, self.coef_, self.intercept_ = keys, coef, intercept
        return self

    def _rows(self, letter: Utterances) -> csr_matrix:
        """Return a binary matrix of shape (clauses, features)."""
        clauses, columns = self._known(letter)
        shape = (len(letter.bounds), len(self.keys_))
        return csr_matrix((np.ones(len(columns)), (clauses, columns)), shape=shape)

    def _known(self, letter: Utterances) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the features that count of each clause, each once, as pairs of clause and column."""
        keys, clauses = self._features(letter)
        columns = np.searchsorted(self.keys_, keys)
        known = np.flatnonzero(np.append(self.keys_, -1)[columns] == keys)
        found = np.unique(clauses[known] * (len(self.keys_) + 1) + columns[known])
        return np.divmod(found, len(self.keys_) + 1)

    def _features(self, letter: Utterances) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the keys of a letter's features, each with a clause that is read with it."""
        found = self.terms_.numbers(letter.terms)
        numbers, clauses = found[found >= 0], letter.clauses[found >= 0]
        size = len(self.terms_)
        # A feature of one clause is read with that clause and with the next one of the sentence.
        following = np.append(np.where(letter.opens[1:], len(letter.bounds), np.arange(1, len(letter.bounds))), 1 << 30)
        keys, owners = [numbers, numbers], [clauses, following[clauses]]
        for distance in range(1, FARTHEST + 1):
            first, second = numbers[:-distance], numbers[distance:]
            before, after = clauses[:-distance], clauses[distance:]
            pairs = size + first * size + second + (size * size if distance == 1 else 0)
            near = (after == before) | (after == following[before])
            keys += [pairs[near], pairs[after == before]]
            owners += [after[near], following[after[after == before]]]
        owner = np.concatenate(owners)
        inside = owner < len(letter.bounds)
        return np.concatenate(keys)[inside], owner[inside]


def _stacked(rows: Iterable[csr_matrix], features: int) -> csr_matrix:
    """Lay rows one below the other, shape (clauses, features)."""
    parts = list(rows)
    indices = np.concatenate([part.indices for part in parts])
    lengths = np.concatenate([np.diff(part.indptr) for part in parts])
    bounds = np.concatenate([[0], np.cumsum(lengths)])
    return csr_matrix((np.ones(len(indices)), indices, bounds), shape=(len(lengths), features))
