"""In what two letters agree: wording, place and problem, each one number made of many features."""

import numpy as np
from numpy.typing import NDArray

from model.comparison import DIRECTIONS, FEATURES

WORDING = (
    "word_cosine",
    "character_cosine",
    "gist_pairs_more",
    "gist_pairs_less",
    "gist_characters_more",
    "gist_characters_less",
)
PLACE = (
    "specific_cosine",
    "specific_less",
    "gist_rare_more",
    "gist_rare_less",
    "gist_specific_more",
    "gist_specific_less",
    "gist_names_more",
    "gist_names_less",
    "names_shared",
    "places_conflict",
    "regions_shared",
    "regions_conflict",
    "numbered_conflict",
)
PROBLEM = (
    "ordinary_cosine",
    "topic_cosine",
    "meaning_more",
    "meaning_less",
    "gist_meaning_more",
    "gist_meaning_less",
    "gist_characters_less",
)
PARTS = {"wording": WORDING, "place": PLACE, "problem": PROBLEM}
COLUMNS = (*PARTS, "weaker", "stronger")
_SIGNS = np.asarray([DIRECTIONS[feature] for feature in FEATURES])
_COLUMNS_OF = {name: [FEATURES.index(feature) for feature in features] for name, features in PARTS.items()}
# How sharply the weaker of place and problem decides: the mean of both at 0, the minimum without end.
_SHARPNESS = 2.0

Values = NDArray[np.float64]


class Agreement:
    """Bring the features of pairs to wording, place and problem, and to the weaker and stronger of the latter two.

    Within each, standardised features count alike. Equal weights hold where training pairs differ from those that an
    office meets, which fitted weights do not (Dawes 1979). One matter is the same place and the same problem: so the
    weaker of the two decides, and no likeness in one makes up for the other.

    Learned: `mean_` and `scale_`, shape (len(FEATURES),).
    """

    def fit(self, rows: Values) -> "Agreement":
        """Learn what is usual from the features of pairs, shape (pairs, len(FEATURES))."""
        self.mean_ = rows.mean(axis=0)
        self.scale_ = np.maximum(rows.std(axis=0), 1e-6)
        return self

    def transform(self, rows: Values) -> Values:
        """Return the agreement of pairs, shape (pairs, len(COLUMNS)), 0 where it is as usual."""
        standard = (rows - self.mean_) / self.scale_ * _SIGNS
        parts = {name: standard[:, columns].mean(axis=1) for name, columns in _COLUMNS_OF.items()}
        place, problem = _SHARPNESS * parts["place"], _SHARPNESS * parts["problem"]
        weaker, stronger = -np.logaddexp(-place, -problem) / _SHARPNESS, np.logaddexp(place, problem) / _SHARPNESS
        return np.column_stack([*parts.values(), weaker, stronger])
