"""What a letter is about, as a point in a space of topics, so that the same thing said in other words meets."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.decomposition import TruncatedSVD

from model.features import HashedTfidf
from model.reading import Reading


class TopicSpace:
    """Latent semantic analysis (Deerwester et al. 1990) over the words of letters.

    Learned: `features_` and `components_` (topics, features) float32.
    """

    def __init__(self, topics: int = 150, seed: int = 0) -> None:
        self.topics = topics
        self.seed = seed

    def fit(self, readings: Sequence[Reading]) -> "TopicSpace":
        """Learn the topics of a corpus; there are never more than letters."""
        self.features_ = HashedTfidf(kinds=("word",)).fit(readings)
        rows = self.features_.transform(readings)
        topics = max(1, min(self.topics, min(rows.shape) - 1))
        self.components_ = TruncatedSVD(topics, random_state=self.seed).fit(rows).components_.astype(np.float32)
        return self

    def transform(self, readings: Sequence[Reading]) -> NDArray[np.float32]:
        """Return a vector of length 1 for each letter, shape (letters, topics); 0 where no word is known."""
        points = np.asarray(self.features_.transform(readings) @ self.components_.T, np.float32)
        return np.asarray(points / np.maximum(np.linalg.norm(points, axis=1, keepdims=True), 1e-9), np.float32)
