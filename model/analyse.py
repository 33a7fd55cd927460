"""The one door to the model: everything that service and commands ask of it."""

import copy
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from model import segment
from model.category import CategoryClassifier
from model.caution import find_dangers
from model.gathering import JOIN_FROM
from model.group_visit import GroupVisitReader
from model.profile import Profile, ReadProfile
from model.purpose import PurposeReader, route_of
from model.reading import PAGE_SIZE, pages, read
from model.records import Analysis, Letter, Relation
from model.relation import RelationScorer
from model.signatures import BYTES


class Analyser:
    """Analyse letters with whichever parts are trained. Safe for use by several threads."""

    def __init__(
        self,
        version: str,
        category: CategoryClassifier | None = None,
        purpose: PurposeReader | None = None,
        relation: RelationScorer | None = None,
        risk: GroupVisitReader | None = None,
        segmenter: segment.Name = segment.DEFAULT,
    ) -> None:
        self.version = version
        self.category = category
        self.purpose = purpose
        self.relation = relation
        self.risk = risk
        self.segmenter = segmenter
        # Who gathers letters into matters says from which score on; decisions are recorded with it.
        self.join_from = JOIN_FROM
        segment.segmenter(segmenter)

    def with_category(self, category: CategoryClassifier | None, join_from: float = JOIN_FROM) -> "Analyser":
        """Return the same analyser with another category part, for letters that are joined from a score on."""
        other = copy.copy(self)
        other.category = category
        other.join_from = join_from
        return other

    def analyse(self, letters: Sequence[Letter]) -> list[Analysis]:
        """Return the analysis of each letter, in order; a part that is not trained is None."""
        return [
            analysis
            for first in range(0, len(letters), PAGE_SIZE)
            for analysis in self._analyse_page(letters[first : first + PAGE_SIZE])
        ]

    def _analyse_page(self, letters: Sequence[Letter]) -> list[Analysis]:
        originals = [letter.text for letter in letters]
        readings = [read(text, self.segmenter) for text in originals]
        nothing = [None] * len(letters)
        categories = self.category.predict(readings, originals) if self.category else nothing
        purposes = self.purpose.predict(readings) if self.purpose else nothing
        visits = self.risk.predict(readings, originals) if self.risk else nothing
        return [
            Analysis(
                id=letter.id,
                category=categories[i],
                purpose=purposes[i],
                route=route_of(purposes[i], categories[i], self.category.taxonomy if self.category else None),
                group_visit=visits[i],
                warnings=tuple(find_dangers(readings[i].clean)),
                model_version=self.version,
            )
            for i, letter in enumerate(letters)
        ]

    def profiles(self, letters: Sequence[Letter]) -> list[ReadProfile]:
        """Prepare letters for comparison; none without a relation part."""
        return self.relation.profiler.profiles(letters, self.segmenter) if self.relation else []

    def vectors(self, letters: Sequence[Letter]) -> NDArray[np.uint8]:
        """Return the signatures of letters, shape (letters, 128), by which their nearest are found."""
        if self.relation is None:
            return np.zeros((0, BYTES), np.uint8)
        return self.relation.profiler.signatures(letters, self.segmenter)

    def unknown_shares(self, letters: Sequence[Letter]) -> list[float]:
        """Return for each letter the share, 0 to 1, of its words and word pairs that training never saw.

        None at all without a category part.
        """
        if self.category is None:
            return []
        readings = [read(letter.text, self.segmenter) for letter in letters]
        counted = (self.category.features_.count(page) for page in pages(readings))
        return [1 - float(share) for page in counted for share in page.known_share]

    def relate(self, pairs: Sequence[tuple[Profile, Profile]]) -> list[Relation]:
        """Score pairs of prepared letters, without reasons and evidence; needs a relation part."""
        return self.relation.score(pairs) if self.relation else []

    def compare(self, a: Letter, b: Letter) -> Relation | None:
        """Return the relation of b to a with evidence; None without a relation part."""
        if self.relation is None:
            return None
        return self.relation.explain(*self.profiles([a, b]))
