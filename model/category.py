"""Which category a letter belongs to, how sure that is, and which words decided."""

import copy
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import compress

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from model.calibration import AgreementTemperature, CalibratedLinear
from model.evidence import Explained, explain
from model.features import Counted, HashedTfidf
from model.linear import Aids, BlendedLinear, Decisions, Labels, Narrowing
from model.reading import Page, Reading, pages
from model.records import CategoryResult, Scored
from model.taxonomy import Taxonomy
from model.text import is_han
from model.thresholds import HeldOut

BITS = 22
TELLING = 0.35
FEWEST_COLUMNS = 20_000
SHORTEST = 8
LEAST_KNOWN_SHARE = 0.25
LEAST_HAN_SHARE = 0.3
CLOSEST = 0.1
ALSO_FROM = 0.2
LIKELIEST = 5
# Of the classes below the best category, so many beside the likeliest.
LIKELIEST_BELOW = 2


def category_features(min_df: int = 3) -> HashedTfidf:
    """Return the features of categories, not fitted yet."""
    return HashedTfidf(min_df=min_df, bits=BITS)


@dataclass
class Branch:
    """The classes of one category: a machine, and the columns that it uses."""

    narrowing: Narrowing
    machine: CalibratedLinear

    @classmethod
    def fitted(
        cls, fresh: CalibratedLinear, rows: csr_matrix, codes: Labels, groups: NDArray[np.integer], aids: Aids | None
    ) -> "Branch":
        """Learn the classes from rows of the category and from what helps."""
        narrowing = Narrowing.to([rows, aids.rows] if aids else [rows])
        helping = Aids(narrowing(aids.rows), aids.labels, aids.weights) if aids else None
        return cls(narrowing, fresh.fit(narrowing(rows), codes, groups, aids=helping))

    def relearn(self, before: csr_matrix, rows: csr_matrix, codes: Labels, aids: Aids | None) -> None:
        """Learn the same classes anew from rows of other columns than before; the calibration stays."""
        like = self.machine.decision_function(self.narrowing(before))
        self.narrowing = Narrowing.to([rows, aids.rows] if aids else [rows])
        helping = Aids(self.narrowing(aids.rows), aids.labels, aids.weights) if aids else None
        self.machine.relearn(self.narrowing(rows), codes, like, (self.narrowing.size,), helping)


class CategoryClassifier:
    """Tag letters with a level-1 category and, within it, a level-2 class.

    Level 1 is a calibrated linear machine over word and character n-grams. Level 2 has a machine of its own in
    every category, so that the probabilities of its classes add up to the category's.

    Learned: `features_`, `level1_`, `level2_` (a branch for each category that has classes), `thresholds_`
    (categories,), the confidence from which `precision` was kept on held-out folds, and `held_out_`, the letters of
    these folds as they were judged; None in a model that was trained without keeping them.
    """

    def __init__(
        self,
        taxonomy: Taxonomy,
        machine: BlendedLinear | None = None,
        precision: float = 0.98,
        jobs: int = 1,
    ) -> None:
        self.taxonomy = taxonomy
        self.machine = machine or BlendedLinear()
        self.precision = precision
        self.jobs = jobs

    def speaking(self, taxonomy: Taxonomy) -> "CategoryClassifier":
        """Return the same classifier with other names for its classes, or others in place of some."""
        other = copy.copy(self)
        other.taxonomy = taxonomy
        other.__dict__.pop("_names", None)
        return other

    def fit(self, readings: Iterable[Reading], codes: Sequence[str], groups: Sequence[int]) -> "CategoryClassifier":
        """Learn from letters and their codes, of level 1 or 2; `readings` is run through twice.

        Letters of one group are near-duplicates: they never stand on both sides of an inner split.
        """
        self.features_ = category_features().fit(readings)
        return self.fit_rows(self.features_.transform(readings), codes, np.asarray(groups))

    def fit_rows(
        self, rows: csr_matrix, codes: Sequence[str], groups: NDArray[np.integer], aids: Aids | None = None
    ) -> "CategoryClassifier":
        """Learn from the rows that `features_` made of letters.

        `aids` help to learn and are never measured on; level 1 weighs them, level 2 takes all of them. Once all is
        calibrated, columns that tell little are dropped: most do, and a letter is read faster without them. They are
        chosen with all labels in sight, so nothing is measured or calibrated on what remains.
        """
        level1, sizes = self._level1_codes(codes), self.features_.sizes_
        above = self._above(aids) if aids else None
        self.level1_ = CalibratedLinear(self.machine, AgreementTemperature, jobs=self.jobs).fit(
            rows, level1, groups, sizes, above
        )
        self.held_out_: HeldOut | None = self._held_out(level1)
        self.thresholds_ = self.held_out_.thresholds(len(self.level1_.classes_), self.precision)
        self.level2_ = self._fit_level2(rows, np.asarray(codes), groups, aids)
        self._drop_columns(rows, level1, np.asarray(codes), aids)
        return self

    def _held_out(self, level1: Labels) -> HeldOut:
        proba = self.level1_.temperature_.predict_proba(self.level1_.held_out_)
        truth = np.searchsorted(self.level1_.classes_, level1)
        return HeldOut(proba.max(axis=1), proba.argmax(axis=1), truth)

    def thresholds_at(self, precision: float) -> dict[str, float] | None:
        """Return by code the confidence from which letters need no review at another precision.

        None where the model was trained without keeping what that takes.
        """
        if self.held_out_ is None:
            return None
        thresholds = self.held_out_.thresholds(len(self.level1_.classes_), precision)
        return dict(zip(self._codes, thresholds.tolist(), strict=True))

    def promising(self, precision: float) -> "CategoryClassifier":
        """Return the same classifier with the thresholds of another precision; itself where it cannot know them."""
        if self.held_out_ is None or precision == self.precision:
            return self
        other = copy.copy(self)
        other.precision = precision
        other.thresholds_ = self.held_out_.thresholds(len(self.level1_.classes_), precision)
        return other

    def _drop_columns(self, rows: csr_matrix, level1: Labels, codes: Labels, aids: Aids | None) -> None:
        """Keep the columns with the largest weights, rare ones counting as their value does, and learn from them."""
        most = max(int(self.features_.size * TELLING), FEWEST_COLUMNS)
        if most >= self.features_.size:
            return
        weights = np.abs(self.level1_.machine_.coef_).max(axis=0) * self.features_.idf_
        kept = np.sort(np.argsort(-weights, kind="stable")[:most])
        fewer = self.features_.cut(rows, kept)
        helping = Aids(self.features_.cut(aids.rows, kept), aids.labels, aids.weights) if aids else None
        self.features_ = self.features_.only(kept)
        above = self._above(helping) if helping else None
        like = self.level1_.decision_function(rows)
        self.level1_.relearn(fewer, level1, like, self.features_.sizes_, above)
        for code, branch in self.level2_.items():
            inside = [entry.code for entry in self.taxonomy.by_code[code].classes]
            own = np.isin(codes, inside)
            lent = helping.only(np.isin(helping.labels, inside)).equal() if helping else None
            if own.any():
                branch.relearn(rows[own], fewer[own], codes[own], lent)
            elif aids and lent:
                branch.relearn(aids.rows[np.isin(aids.labels, inside)], lent.rows, lent.labels, None)

    def _above(self, aids: Aids) -> Aids | None:
        """Return the aids as level 1 takes them: by category, without those that have no weight."""
        weighty = aids.weighty()
        return Aids(weighty.rows, self._level1_codes(weighty.labels), weighty.weights) if weighty else None

    def _level1_codes(self, codes: Iterable[str]) -> NDArray[np.str_]:
        parents = self.taxonomy.parents
        return np.asarray([parents.get(code, code) for code in codes])

    def _fit_level2(
        self, rows: csr_matrix, codes: Labels, groups: NDArray[np.integer], aids: Aids | None
    ) -> dict[str, Branch]:
        """Fit a branch for every category of which classes are known, if only from the aids."""
        branches = {}
        for category in self.taxonomy.categories:
            inside = [entry.code for entry in category.classes]
            chosen = np.flatnonzero(np.isin(codes, inside))
            helping = aids.only(np.isin(aids.labels, inside)).equal() if aids else None
            fresh = CalibratedLinear(self.machine)
            if len(chosen):
                branches[category.code] = Branch.fitted(fresh, rows[chosen], codes[chosen], groups[chosen], helping)
            elif helping and len(helping.labels):
                alone = np.arange(len(helping.labels))
                branches[category.code] = Branch.fitted(fresh, helping.rows, helping.labels, alone, None)
        return branches

    def predict(self, readings: Sequence[Reading], originals: Sequence[str]) -> list[CategoryResult]:
        """Return a result for each letter; `originals` are the texts that spans count in."""
        texts = iter(originals)
        return [
            result
            for page in pages(readings)
            for result in self._page_results(page, [next(texts) for _ in page.readings])
        ]

    def _page_results(self, page: Page, originals: Sequence[str]) -> list[CategoryResult]:
        counted = self.features_.count(page)
        parts = self.level1_.decision_parts(counted.rows)
        decisions = parts.sum(axis=1)
        proba = self.level1_.temperature_.predict_proba(parts)
        order = np.argsort(-decisions, axis=1, kind="stable")
        first, second = order[:, 0], order[:, min(1, order.shape[1] - 1)]
        explained = explain(page, counted, originals, *self._against_second(counted, decisions, first, second))
        level2 = self._level2(counted.rows, first)
        further = (proba >= ALSO_FROM) | (decisions > 0)
        doubts = self._doubts(page, counted, proba, first, second)
        judged = zip(order.tolist(), proba.tolist(), further.tolist(), level2, explained, doubts, strict=True)
        return [self._result(*of_letter) for of_letter in judged]

    def _against_second(
        self, counted: Counted, decisions: Decisions, first: NDArray[np.intp], second: NDArray[np.intp]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return the weight of each entry for the best class less that for the second, and the difference of both."""
        weights = np.asarray(self.level1_.machine_.coef_).T
        classes = weights.shape[1]
        # One flat index is twice as fast as rows and columns.
        flat, begin = weights.ravel(), counted.rows.indices.astype(np.int64) * classes
        if classes == 1:
            return flat.take(begin), decisions[:, 0]
        rows = np.arange(len(decisions))
        difference = decisions[rows, first] - decisions[rows, second]
        return flat.take(begin + first[counted.letters]) - flat.take(begin + second[counted.letters]), difference

    def _level2(self, rows: csr_matrix, best: NDArray[np.intp]) -> list[list[tuple[str, float]]]:
        """Return for each row the likeliest classes of its best category, best first, and their shares of it."""
        found: list[list[tuple[str, float]]] = [[] for _ in best]
        for place in np.unique(best):
            branch = self.level2_.get(self._codes[place])
            chosen = np.flatnonzero(best == place)
            if branch is not None:
                proba = branch.machine.predict_proba(branch.narrowing.of(rows, chosen))
                order = np.argsort(-proba, axis=1, kind="stable")[:, : LIKELIEST_BELOW + 1]
                classes = branch.machine.classes_[order].tolist()
                shares = np.take_along_axis(proba, order, axis=1).tolist()
                for i, codes, of_codes in zip(chosen.tolist(), classes, shares, strict=True):
                    found[i] = list(zip(codes, of_codes, strict=True))
        return found

    def _doubts(
        self,
        page: Page,
        counted: Counted,
        proba: NDArray[np.float64],
        first: NDArray[np.intp],
        second: NDArray[np.intp],
    ) -> list[tuple[str, ...]]:
        """Name for each letter why a person should look; nothing where the promised precision covers it."""
        rows = np.arange(len(proba))
        confidence = proba[rows, first]
        han = np.bincount(page.letters, weights=is_han(page.points), minlength=len(proba))
        signs = {
            "below_precision": confidence < self.thresholds_[first],
            "close_call": (confidence - proba[rows, second] < CLOSEST) & (first != second),
            "too_short": han < SHORTEST,
            "unreadable": han / np.maximum(np.diff(page.bounds), 1) < LEAST_HAN_SHARE,
            "unlike_training": counted.known_share < LEAST_KNOWN_SHARE,
        }
        found = np.column_stack(list(signs.values())).tolist()
        return [tuple(compress(signs, present)) for present in found]

    def _result(
        self,
        order: list[int],
        scores: list[float],
        further: list[bool],
        level2: list[tuple[str, float]],
        explained: Explained,
        doubts: tuple[str, ...],
    ) -> CategoryResult:
        ranked = [self._scored(i, scores) for i in order[: LIKELIEST + 1]]
        below: dict[str, Scored] = {}
        for code, share in level2:
            scored = self._level2_scored(code, share, ranked[0].confidence)
            # A class may stand for another one by now.
            below.setdefault(scored.code, scored)
        return CategoryResult(
            best=ranked[0],
            level2=next(iter(below.values()), None),
            alternatives=tuple(ranked[1:]),
            also=tuple(self._scored(i, scores) for i in order[1:] if further[i]),
            evidence=explained[0],
            rest=explained[1],
            scores=dict(zip(self._codes, scores, strict=True)),
            unsure=doubts,
            level2_alternatives=tuple(below.values())[1:],
        )

    @cached_property
    def _codes(self) -> list[str]:
        return [str(code) for code in self.level1_.classes_]

    @cached_property
    def _names(self) -> list[str]:
        return [self.taxonomy.by_code[code].name for code in self._codes]

    def _scored(self, place: int, scores: list[float]) -> Scored:
        return Scored(self._codes[place], self._names[place], scores[place])

    def _level2_scored(self, code: str, share: float, confidence: float) -> Scored:
        now = self.taxonomy.current(code)
        return Scored(now, self.taxonomy.classes_by_code[now].name, share * confidence)
