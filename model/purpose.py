"""What a letter is for: a suggestion, an accusation or an appeal; and the legal route that follows."""

from collections.abc import Sequence
from typing import cast

from model.calibration import CalibratedLinear
from model.features import HashedTfidf
from model.linear import BlendedLinear
from model.reading import Reading
from model.records import CategoryResult, Purpose, Route
from model.taxonomy import Taxonomy


class PurposeReader:
    """Tell suggestions, accusations and appeals apart by their wording.

    Learned: `features_` and `machine_`.
    """

    def __init__(self, C: float = 0.3, seed: int = 0) -> None:  # noqa: N803 - scikit-learn's name
        self.C = C
        self.seed = seed

    def fit(self, readings: Sequence[Reading], purposes: Sequence[str], groups: Sequence[int]) -> "PurposeReader":
        """Learn from letters and their purposes; letters of one group are near-duplicates."""
        self.features_ = HashedTfidf(min_df=3).fit(readings)
        rows = self.features_.transform(readings)
        self.machine_ = CalibratedLinear(BlendedLinear(self.C, seed=self.seed)).fit(rows, purposes, groups)
        return self

    def predict(self, readings: Sequence[Reading]) -> list[Purpose]:
        """Return the likeliest purpose of each letter."""
        best = self.machine_.decision_function(self.features_.transform(readings)).argmax(axis=1)
        return [cast(Purpose, str(self.machine_.classes_[i])) for i in best]


def route_of(purpose: Purpose | None, category: CategoryResult | None, taxonomy: Taxonomy | None) -> Route | None:
    """Return the legal route: accusations go to discipline, suggestions are studied, appeals follow their class."""
    if purpose == "accusation":
        return "discipline"
    if purpose == "suggestion":
        return "suggestion"
    if category is None or taxonomy is None:
        return None
    entry = taxonomy.classes_by_code.get(category.level2.code) if category.level2 else None
    return entry.route if entry else "ordinary"


def route_of_codes(purpose: Purpose | None, code: str, level2: str | None, taxonomy: Taxonomy) -> Route:
    """Return the legal route of a letter whose category a person named.

    Without a class of level 2 it is the route that all classes of the category share, if they do.
    """
    if purpose in ("accusation", "suggestion"):
        return "discipline" if purpose == "accusation" else "suggestion"
    classes = taxonomy.by_code[code].classes
    routes = {entry.route for entry in classes if level2 in (None, entry.code)}
    return routes.pop() if len(routes) == 1 else "ordinary"
