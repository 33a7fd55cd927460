"""Learns the categories, from the shipped letters or from an office's own archive of any size."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from model.category import CategoryClassifier, category_features
from model.features import HashedTfidf
from model.linear import Aids
from model.reading import Reading, read
from model.taxonomy import Taxonomy
from training.borrowing import SPARSE, Loan, loans, meaning_of_categories, words_of
from training.corpus import Example, shipped_taxonomy
from training.doubtful import doubtful_labels
from training.duplicates import duplicate_groups
from training.fitted import Fitted, classification_metrics
from training.selection import FOLDS, Material, Plan, Selection, held_out_f1, machines, pseudo_labelled

# On two cores, trying two plans, the final fit and its folds take about a minute for so many letters.
LETTERS_A_MINUTE = 8_000
MOST_UNLABELLED = 20_000
CURVE = (0.125, 0.25, 0.5, 1.0)


@dataclass(frozen=True)
class Options:
    """How to learn.

    `minutes` is the time for choosing, `jobs` the number of processes, `shipped` says that the letters are those that
    ship with Hongyan, and `unlabelled` holds the texts without labels.
    """

    seed: int = 0
    precision: float = 0.98
    minutes: float = 10.0
    jobs: int = 1
    shipped: bool = False
    unlabelled: Sequence[str] = ()


class OnDemand:
    """The readings of texts, made anew each time they are run through, so that an archive fits into memory."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.texts = texts

    def __iter__(self) -> Iterator[Reading]:
        return map(read, self.texts)


def fit_categories(
    examples: Sequence[Example], taxonomy: Taxonomy, options: Options, on_stage: Callable[[str], None]
) -> Fitted:
    """Fit the categories on labelled letters; `on_stage` hears what is being done.

    With more letters than the time allows, a sample learns, in which every sparse category keeps all its letters.
    """
    chosen = [examples[i] for i in affordable(examples, options)]
    return _Training(chosen, taxonomy, options, on_stage).fitted()


def affordable(examples: Sequence[Example], options: Options) -> list[int]:
    """Return the places of the letters that the time allows to learn from, in their order."""
    most = int(LETTERS_A_MINUTE * max(options.minutes, 1.0))
    if len(examples) <= most:
        return list(range(len(examples)))
    codes = np.asarray([example.code for example in examples])
    names, place, count = np.unique(codes, return_inverse=True, return_counts=True)
    share = _fair_share(count, most)
    shuffled = np.random.default_rng(options.seed).permutation(len(codes))
    order = shuffled[np.argsort(place[shuffled], kind="stable")]
    ranks = np.arange(len(order)) - np.searchsorted(place[order], np.arange(len(names)))[place[order]]
    return sorted(order[ranks < share[place[order]]].tolist())


def _fair_share(counts: NDArray[np.int64], most: int) -> NDArray[np.int64]:
    """Return how many letters of each class to take: all of small ones, of the others as many as fit."""
    low, high = 0, int(counts.max())
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if np.minimum(counts, middle).sum() <= most else (low, middle - 1)
    return np.minimum(counts, low)


def _aids_of_loans(offered: Sequence[Loan], rows: csr_matrix) -> Aids | None:
    if not offered:
        return None
    return Aids(rows, np.asarray([loan.code for loan in offered]), np.asarray([loan.weight for loan in offered]))


class _Training:
    """One run of learning the categories."""

    def __init__(
        self,
        examples: Sequence[Example],
        taxonomy: Taxonomy,
        options: Options,
        on_stage: Callable[[str], None],
    ) -> None:
        self.examples = examples
        self.taxonomy = taxonomy
        self.options = options
        self.on_stage = on_stage
        self.codes = [example.code for example in examples]
        self.level1 = np.asarray([taxonomy.parents.get(code, code) for code in self.codes])

    def fitted(self) -> Fitted:
        """Return the classifier with what was measured."""
        self.on_stage("read letters")
        readings = OnDemand([example.letter.text for example in self.examples])
        offered = self._loans(readings)
        lent = OnDemand([loan.text for loan in offered])
        features = category_features().fit(chain(readings, lent))
        self.lent = _aids_of_loans(offered, features.transform(lent))
        self.material = Material(
            rows=features.transform(readings),
            labels=self.level1,
            groups=duplicate_groups(readings),
            borrowed=self._borrowed(),
            unlabelled=self._unlabelled(features),
        )
        plan, self.tried = self._plan()
        self.on_stage("fit and calibrate")
        classifier = self._classifier(plan, features)
        self.on_stage("measure")
        return Fitted(classifier, {**self._metrics(classifier, plan), "plans": self.tried})

    def _loans(self, readings: OnDemand) -> list[Loan]:
        """Return what may be borrowed; where the shipped letters themselves learn, that is the taxonomy's words."""
        if self.options.shipped:
            return words_of(self.taxonomy)
        foreign = any(self.taxonomy.find(code) is None for code in shipped_taxonomy().by_code)
        sparse = min(Counter(self.level1.tolist()).values()) < SPARSE
        meaning = meaning_of_categories(readings, self.level1, self.options.seed) if foreign and sparse else {}
        return loans(self.taxonomy, self.examples, meaning)

    def _borrowed(self) -> Aids | None:
        """Return what level 1 may borrow, by category."""
        weighty = self.lent.weighty() if self.lent else None
        if weighty is None:
            return None
        labels = [self.taxonomy.parents.get(code, code) for code in weighty.labels]
        return Aids(weighty.rows, np.asarray(labels), weighty.weights)

    def _unlabelled(self, features: HashedTfidf) -> csr_matrix | None:
        texts = self.options.unlabelled[:MOST_UNLABELLED]
        return features.transform(OnDemand(texts)) if texts else None

    def _plan(self) -> tuple[Plan, dict[str, float]]:
        """Return the plan to follow and the macro-F1 of every plan tried; the shipped letters need no choice."""
        plans = [
            Plan(machine, borrowing=self.options.shipped) for machine in machines(len(self.codes), self.options.seed)
        ]
        if self.options.shipped:
            plans = plans[:1]
            if self.material.unlabelled is None:
                return plans[0], {}
        selection = Selection(self.material, self.options.minutes, self.options.jobs, self.on_stage)
        best = selection.best(plans)
        return best, {str(plan): score for plan, score in selection.tried}

    def _classifier(self, plan: Plan, features: HashedTfidf) -> CategoryClassifier:
        classifier = CategoryClassifier(
            self.taxonomy, plan.machine, precision=self.options.precision, jobs=self.options.jobs
        )
        classifier.features_ = features
        return classifier.fit_rows(self.material.rows, self.codes, self.material.groups, self._aids(plan))

    def _aids(self, plan: Plan) -> Aids | None:
        """Return what helps both levels. What level 1 does not borrow serves level 2 alone, with no weight above."""
        taught = pseudo_labelled(plan, self.material, self.material.rows, self.level1)
        if self.lent is None:
            return taught
        lent = Aids(self.lent.rows, self.lent.labels, self.lent.weights * plan.borrowing)
        return lent.with_others(taught) if taught else lent

    def _metrics(self, classifier: CategoryClassifier, plan: Plan) -> dict[str, Any]:
        """Return the held-out quality, the learning curve and the labels that a person should look at again."""
        machine = classifier.level1_
        proba = machine.temperature_.predict_proba(machine.held_out_)
        doubtful = doubtful_labels(self.level1.tolist(), machine.classes_.tolist(), proba)
        return {
            **classification_metrics(machine, self.level1.tolist(), classifier.thresholds_),
            "learning_curve": self._learning_curve(plan),
            "doubtful_labels": [self._doubtful(entry) for entry in doubtful],
        }

    def _doubtful(self, entry: Mapping[str, Any]) -> dict[str, Any]:
        """Name a doubtful label by row and id; the text stays in the office's file."""
        example = self.examples[entry["place"]]
        named = {"row": example.row, "id": example.letter.id}
        return {**named, **{key: entry[key] for key in ("label", "suggested", "quality")}}

    def _learning_curve(self, plan: Plan) -> list[dict[str, float]]:
        """Return the macro-F1 of machines that learnt from growing shares of the letters."""
        shuffled = np.random.default_rng(self.options.seed).permutation(len(self.level1))
        curve = []
        for share in CURVE:
            part = np.sort(shuffled[: int(share * len(shuffled))])
            if len(np.unique(self.material.groups[part])) >= FOLDS and len(np.unique(self.level1[part])) > 1:
                known = self.tried.get(str(plan)) if share == 1.0 else None
                reached = known or held_out_f1(plan, self.material.only(part), self.options.jobs)
                curve.append({"letters": round(len(part) * (FOLDS - 1) / FOLDS), "macro_f1": reached})
        return curve
