"""Judges a letter as a whole by its terms."""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import chain, pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import normalize

from model.linear import probabilities
from model.utterances import Utterances
from model.vocabulary import Vocabulary


class TermClassifier:
    """Classify letters with a logistic regression over their terms and pairs of neighbouring terms.

    Terms are weighed by sublinear frequency and inverse document frequency, rows have length 1 (as TfidfVectorizer
    does). Terms and pairs of fewer than `min_df` letters are left out.

    Learned: `terms_` (t,), `idf_` (t,) and `model_`, with every class weighing the same.
    """

    def __init__(self, C: float = 5.0, min_df: int = 3, seed: int = 0) -> None:  # noqa: N803 - scikit-learn's name
        self.C = C
        self.min_df = min_df
        self.seed = seed

    def fit(self, letters: Sequence[Utterances], truth: NDArray[np.int64]) -> "TermClassifier":
        """Learn from letters and the numbers of their classes."""
        counts = Counter(term for letter in letters for term in set(letter.terms))
        self._words = Vocabulary(term for term, count in counts.items() if count >= self.min_df)
        counts = Counter(term for letter in letters for term in set(self._terms(letter)))
        terms = sorted(term for term, count in counts.items() if count >= self.min_df)
        frequency = np.asarray([counts[term] for term in terms], np.float64)
        self.know(terms, np.log((1 + len(letters)) / (1 + frequency)) + 1)
        self.model_ = LogisticRegression(C=self.C, class_weight="balanced", max_iter=5000, random_state=self.seed)
        self.model_.fit(self._rows(letters), truth)
        return self

    def know(self, terms: Iterable[str], idf: NDArray[np.float64]) -> None:
        """Take over terms and their weights."""
        self.terms_, self.idf_ = Vocabulary(terms), idf
        self._words = self.terms_

    def predict_proba(self, letters: Sequence[Utterances]) -> NDArray[np.float64]:
        """Return the probability of each class, shape (letters, classes)."""
        return probabilities(self.model_, self._rows(letters))

    def _rows(self, letters: Sequence[Utterances]) -> csr_matrix:
        """Return the weighed terms, shape (letters, terms)."""
        terms = [self._terms(letter) for letter in letters]
        numbers = self.terms_.numbers([*chain.from_iterable(terms)])
        owners = np.repeat(np.arange(len(letters)), [len(theirs) for theirs in terms])
        size = len(self.terms_) + 1
        found, counts = np.unique((owners * size + numbers)[numbers >= 0], return_counts=True)
        rows, columns = np.divmod(found, size)
        weights = (1 + np.log(counts)) * self.idf_[columns]
        bounds = np.searchsorted(rows, np.arange(len(letters) + 1))
        return csr_matrix(normalize(csr_matrix((weights, columns, bounds), shape=(len(letters), size - 1))))

    def _terms(self, letter: Utterances) -> list[str]:
        """Return the terms of a letter that the classifier knows, and the pairs of those that follow each other."""
        numbers = self._words.numbers(letter.terms).tolist()
        known = [term for term, number in zip(letter.terms, numbers, strict=True) if number >= 0]
        return [*known, *(f"{one} {other}" for one, other in pairwise(known))]
