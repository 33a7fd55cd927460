"""Chooses how to learn from an office's letters, by what tags its held-out letters best, within a time budget."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.metrics import f1_score
from sklearn.model_selection import GroupKFold

from model.linear import Aids, BlendedLinear, Labels, learnt

FOLDS = 3
FEW_LETTERS = 4000
# A gain below this is chance on a few thousand letters; the simpler plan, which comes first, is kept.
LEAST_GAIN = 0.001
PSEUDO_WEIGHT = 0.3
# The final machine and its five folds take about twice as long as one plan in three folds.
RESERVED_PLANS = 2.5


@dataclass(frozen=True)
class Plan:
    """A way to learn: the machine, and whether borrowed and unlabelled letters help it."""

    machine: BlendedLinear
    borrowing: bool = False
    unlabelled: bool = False

    def __str__(self) -> str:
        """Name the plan in a line."""
        helps = [name for name in ("borrowing", "unlabelled") if getattr(self, name)]
        settings = f"C={self.machine.C} alpha={self.machine.alpha} smoothing={self.machine.smoothing}"
        return " ".join([settings, *(f"+{name}" for name in helps)])


@dataclass(frozen=True)
class Material:
    """Everything that a plan may learn from: own rows, near-duplicate groups, borrowed rows and unlabelled ones."""

    rows: csr_matrix
    labels: Labels
    groups: NDArray[np.integer]
    borrowed: Aids | None = None
    unlabelled: csr_matrix | None = None

    def only(self, part: NDArray[np.intp]) -> "Material":
        """Return the material with these own rows only."""
        return replace(self, rows=self.rows[part], labels=self.labels[part], groups=self.groups[part])


def aids_of(plan: Plan, material: Material, rows: csr_matrix, labels: Labels) -> Aids | None:
    """Return the rows that help to learn from the given own rows under a plan."""
    borrowed = material.borrowed if plan.borrowing else None
    taught = pseudo_labelled(plan, material, rows, labels)
    return borrowed.with_others(taught) if borrowed and taught else borrowed or taught


def pseudo_labelled(plan: Plan, material: Material, rows: csr_matrix, labels: Labels) -> Aids | None:
    """Label the unlabelled rows for which exactly one class says yes, if the plan wants it.

    Self-training (Yarowsky, Unsupervised Word Sense Disambiguation Rivaling Supervised Methods, 1995).
    """
    if not plan.unlabelled or material.unlabelled is None:
        return None
    teacher = learnt(plan.machine, rows, labels, material.borrowed if plan.borrowing else None)
    decisions = teacher.decision_function(material.unlabelled)
    clear = np.flatnonzero((decisions > 0).sum(axis=1) == 1)
    guess = teacher.classes_[decisions[clear].argmax(axis=1)]
    return Aids(material.unlabelled[clear], guess, np.full(len(clear), PSEUDO_WEIGHT))


class Selection:
    """Tries plans one after the other and keeps the best; stops when the time left is needed for the final fit.

    `tried` lists each plan with the macro-F1 of its held-out letters, 0 to 1.
    """

    def __init__(self, material: Material, minutes: float, jobs: int, on_stage: Callable[[str], None]) -> None:
        self.material = material
        self.deadline = time.monotonic() + 60 * minutes
        self.jobs = jobs
        self.on_stage = on_stage
        self.tried: list[tuple[Plan, float]] = []
        self._longest = 0.0

    def best(self, plans: Sequence[Plan]) -> Plan:
        """Return the best plan: first of the given ones, then with what may help the best of them."""
        for plan in plans:
            self._try(plan)
        for name in ("borrowed", "unlabelled"):
            leader = self._leader()
            helped = replace(leader, borrowing=True) if name == "borrowed" else replace(leader, unlabelled=True)
            if getattr(self.material, name) is not None and helped != leader:
                self._try(helped)
        return self._leader()

    def _leader(self) -> Plan:
        leader, score = self.tried[0]
        for plan, reached in self.tried[1:]:
            if reached > score + LEAST_GAIN:
                leader, score = plan, reached
        return leader

    def _try(self, plan: Plan) -> None:
        """Measure a plan, unless the time left would not do for it and the final fit."""
        begun = time.monotonic()
        if self.tried and begun + (1 + RESERVED_PLANS) * self._longest > self.deadline:
            return
        self.on_stage(str(plan))
        self.tried.append((plan, held_out_f1(plan, self.material, self.jobs)))
        self._longest = max(self._longest, time.monotonic() - begun)


def held_out_f1(plan: Plan, material: Material, jobs: int = 1) -> float:
    """Return the macro-F1, 0 to 1, of a plan on letters that it did not learn from, near-duplicates kept together."""
    splits = GroupKFold(FOLDS, shuffle=True, random_state=plan.machine.seed).split(
        material.rows, material.labels, material.groups
    )
    guesses = Parallel(n_jobs=jobs)(delayed(_guess)(plan, material, learn, hold) for learn, hold in splits)
    guess, truth = np.concatenate([g for g, _ in guesses]), np.concatenate([t for _, t in guesses])
    return float(f1_score(truth, guess, average="macro", zero_division=0.0))


def _guess(plan: Plan, material: Material, learn: NDArray[np.intp], hold: NDArray[np.intp]) -> tuple[Labels, Labels]:
    rows, labels = material.rows[learn], material.labels[learn]
    machine = learnt(plan.machine, rows, labels, aids_of(plan, material, rows, labels))
    return machine.classes_[machine.decision_function(material.rows[hold]).argmax(axis=1)], material.labels[hold]


def machines(letters: int, seed: int) -> list[BlendedLinear]:
    """Return the machines worth trying on so many letters, the one that wins most often first.

    They differ little, and less the more letters there are; an archive spares the time of half of them.
    """
    settings = [(0.5, 0.0005, 1.0), (1.0, 0.0005, 0.5), (0.3, 0.0002, 1.0), (1.0, 0.001, 1.0)]
    tried = settings if letters <= FEW_LETTERS else settings[:2]
    return [BlendedLinear(C=c, smoothing=smoothing, alpha=alpha, seed=seed) for c, smoothing, alpha in tried]
