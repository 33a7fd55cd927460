import itertools
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from model.linear import Aids, BlendedLinear, Labels
from model.reading import read
from tests.model.letters import EXAMPLES
from tests.training.conftest import Fold
from tests.training.corpora import SMALL_EXAMPLES
from training.duplicates import duplicate_groups
from training.selection import (
    FEW_LETTERS,
    FOLDS,
    PSEUDO_WEIGHT,
    Material,
    Plan,
    Selection,
    aids_of,
    held_out_f1,
    machines,
    pseudo_labelled,
)

KINDS = 3
WORDS = 20
NAMES = np.asarray(["labour", "land", "health"])


def letters_of(kinds: Sequence[int] | Labels, seed: int, words: int = 2) -> csr_matrix:
    """Return rows of letters; each has a few of the twenty words of its kind and one word that all kinds share."""
    rng = np.random.default_rng(seed)
    rows = np.zeros((len(kinds), (KINDS + 1) * WORDS), np.float32)
    for row, kind in zip(rows, kinds, strict=True):
        row[kind * WORDS + rng.choice(WORDS, words, replace=False)] = 1.0
        row[KINDS * WORDS + rng.integers(WORDS)] = 1.0
    return csr_matrix(rows / np.sqrt(words + 1))


OWN = np.repeat(np.arange(KINDS), 8)
MORE = np.repeat(np.arange(KINDS), 100)
FEW = Material(letters_of(OWN, 1), NAMES[OWN], np.arange(len(OWN)))
CLEAR = Material(letters_of(MORE, 2, 8), NAMES[MORE], np.arange(len(MORE)))


def lent(kinds: Labels, labels: Labels, weight: float) -> Aids:
    return Aids(letters_of(kinds, 3, 4), NAMES[labels], np.full(len(kinds), weight))


def with_help(borrowed: Aids | None = None, unlabelled: csr_matrix | None = None) -> Material:
    return replace(FEW, borrowed=borrowed, unlabelled=unlabelled)


PLANS = [Plan(machine) for machine in machines(len(OWN), seed=0)]
FIRST = PLANS[0]
HELPFUL = lent(MORE, MORE, 0.3)
MISLEADING = lent(MORE, (MORE + 1) % KINDS, 1.0)


def chosen(material: Material, minutes: float = 10.0, plans: int = 1) -> tuple[Plan, Selection]:
    selection = Selection(material, minutes, 1, lambda _: None)
    return selection.best(PLANS[:plans]), selection


def test_letters_that_help_are_borrowed() -> None:
    best, selection = chosen(with_help(HELPFUL))
    assert best.borrowing
    assert len(selection.tried) == 2
    assert selection.tried[1][1] > selection.tried[0][1]


def test_letters_that_mislead_are_not_borrowed() -> None:
    best, selection = chosen(with_help(MISLEADING))
    assert not best.borrowing
    assert selection.tried[1][1] < selection.tried[0][1]


def test_letters_without_labels_are_used_where_they_help() -> None:
    material = with_help(unlabelled=letters_of(MORE, 4, 4))
    best, selection = chosen(material)
    assert best.unlabelled
    assert selection.tried[1][1] > selection.tried[0][1]


def test_letters_without_labels_are_left_where_they_do_not_help() -> None:
    best, selection = chosen(replace(CLEAR, unlabelled=letters_of(MORE, 4)))
    assert [reached for _, reached in selection.tried] == [1.0, 1.0]
    assert not best.unlabelled


def test_help_is_added_to_the_best_of_the_plans_before_it() -> None:
    best, selection = chosen(with_help(HELPFUL, letters_of(MORE, 4, 4)), plans=4)
    plans = [plan for plan, _ in selection.tried]
    assert [(plan.borrowing, plan.unlabelled) for plan in plans[:4]] == [(False, False)] * 4
    assert (plans[4].borrowing, plans[4].unlabelled) == (True, False)
    assert (plans[5].borrowing, plans[5].unlabelled) == (True, True)
    assert best in plans


def test_without_help_only_the_given_plans_are_tried() -> None:
    _, selection = chosen(FEW, plans=4)
    assert [plan for plan, _ in selection.tried] == PLANS


def test_of_plans_that_reach_the_same_the_first_is_kept() -> None:
    best, selection = chosen(CLEAR, plans=4)
    assert {reached for _, reached in selection.tried} == {1.0}
    assert best is selection.tried[0][0]


@pytest.mark.parametrize(("reached", "best"), [([0.8, 0.8005, 0.8009, 0.8], 0), ([0.8, 0.8005, 0.8009, 0.802], 3)])
def test_a_gain_that_may_be_chance_does_not_decide(
    reached: list[float], best: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    scores = iter(reached)
    monkeypatch.setattr("training.selection.held_out_f1", lambda *_: next(scores))
    assert chosen(FEW, plans=4)[0] is PLANS[best]


def test_a_spent_time_budget_still_gives_a_plan() -> None:
    best, selection = chosen(with_help(HELPFUL), minutes=0, plans=4)
    assert [plan for plan, _ in selection.tried] == [best]
    assert 0 <= selection.tried[0][1] <= 1


class Clock:
    """Goes only when it is told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now

    def work(self, *_: object) -> float:
        """Take ten seconds, and reach the same as ever."""
        self.now += 10
        return 0.5


def test_no_plan_is_tried_in_the_time_that_the_final_fit_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    """A plan takes ten seconds and the final fit twenty-five: of a minute three plans may be tried."""
    clock = Clock()
    monkeypatch.setattr("training.selection.time", clock)
    monkeypatch.setattr("training.selection.held_out_f1", clock.work)
    assert [plan for plan, _ in chosen(FEW, minutes=1, plans=4)[1].tried] == PLANS[:3]


def test_what_was_tried_is_listed_with_what_it_reached() -> None:
    _, selection = chosen(with_help(HELPFUL), plans=2)
    assert [reached for _, reached in selection.tried] == [
        held_out_f1(plan, with_help(HELPFUL)) for plan, _ in selection.tried
    ]


def test_every_plan_is_told_before_it_is_tried() -> None:
    told: list[str] = []
    selection = Selection(with_help(HELPFUL), 10, 1, told.append)
    selection.best([FIRST])
    assert told == [str(plan) for plan, _ in selection.tried]


def test_a_plan_names_its_settings_and_what_helps_it() -> None:
    machine = BlendedLinear(C=0.3, alpha=2.0, smoothing=0.01)
    assert str(Plan(machine)) == "C=0.3 alpha=2.0 smoothing=0.01"
    assert str(Plan(machine, borrowing=True, unlabelled=True)).endswith(" +borrowing +unlabelled")
    assert len({str(plan) for plan in PLANS}) == len(PLANS)


def test_an_archive_tries_fewer_machines_and_the_same_one_first() -> None:
    few, many = machines(FEW_LETTERS, seed=3), machines(FEW_LETTERS + 1, seed=3)
    assert len(many) < len(few)
    assert [machine.get_params() for machine in many] == [machine.get_params() for machine in few[: len(many)]]
    assert {machine.seed for machine in few} == {3}


def test_letters_that_are_clear_are_told_apart_wherever_they_are_held_out() -> None:
    assert held_out_f1(FIRST, CLEAR) == 1.0


def test_labels_that_mean_nothing_cannot_be_learnt() -> None:
    """Whoever learnt from the letters that it is measured on would be nearly always right."""
    shuffled = np.random.default_rng(0).permutation(CLEAR.labels)
    assert held_out_f1(FIRST, replace(CLEAR, labels=shuffled)) < 0.5


def test_the_number_of_processes_changes_no_score() -> None:
    plan = replace(FIRST, borrowing=True)
    assert held_out_f1(plan, with_help(HELPFUL), 2) == held_out_f1(plan, with_help(HELPFUL), 1)


def test_near_duplicates_never_stand_on_both_sides_of_a_fold(folds: list[Fold]) -> None:
    texts = [example.text for example in EXAMPLES]
    copies = [f"{text}请回复。" for text in texts[::3]]
    groups = duplicate_groups([read(text) for text in [*texts, *copies]])
    labels = np.asarray([example.code.split(".")[0] for example in [*SMALL_EXAMPLES, *SMALL_EXAMPLES[::3]]])
    rows = letters_of(np.zeros(len(labels), int), 5)
    held_out_f1(FIRST, Material(rows, labels, groups))
    assert len(folds) == FOLDS
    for count, learn, hold in folds:
        assert count == len(labels)
        assert not learn & hold
        assert {groups[i] for i in learn}.isdisjoint({groups[i] for i in hold})
    assert sorted(itertools.chain.from_iterable(hold for _, _, hold in folds)) == list(range(len(labels)))


def unread(*words: Sequence[int]) -> csr_matrix:
    """Return rows that hold all words of these kinds; a row of no kinds holds nothing."""
    rows = np.zeros((len(words), (KINDS + 1) * WORDS), np.float32)
    for row, kinds in zip(rows, words, strict=True):
        for kind in kinds:
            row[kind * WORDS : (kind + 1) * WORDS] = 1.0
    return csr_matrix(rows)


def test_a_letter_is_labelled_only_where_exactly_one_class_says_yes() -> None:
    rows = unread([0], [], [1], [0, 1], [2])
    material = replace(CLEAR, unlabelled=rows)
    plan = replace(FIRST, unlabelled=True)
    taught = pseudo_labelled(plan, material, CLEAR.rows, CLEAR.labels)
    assert taught
    yes = BlendedLinear().fit(CLEAR.rows, CLEAR.labels).decision_function(rows) > 0
    assert yes.sum(axis=1).tolist() == [1, 0, 1, 2, 1]
    assert taught.labels.tolist() == ["labour", "land", "health"]
    np.testing.assert_array_equal(taught.rows.toarray(), rows.toarray()[[0, 2, 4]])
    assert set(taught.weights) == {PSEUDO_WEIGHT}


def test_letters_that_no_class_is_sure_of_teach_nothing() -> None:
    material = replace(CLEAR, unlabelled=unread([], []))
    plan = replace(FIRST, unlabelled=True)
    taught = pseudo_labelled(plan, material, CLEAR.rows, CLEAR.labels)
    assert taught
    assert taught.labels.tolist() == []
    assert held_out_f1(plan, material) == 1.0


@pytest.mark.parametrize("borrowing", [False, True])
@pytest.mark.parametrize("unlabelled", [False, True])
def test_a_plan_takes_the_help_that_it_names(borrowing: bool, unlabelled: bool) -> None:
    material = replace(CLEAR, borrowed=HELPFUL, unlabelled=unread([0], [1]))
    taken = aids_of(Plan(FIRST.machine, borrowing, unlabelled), material, CLEAR.rows, CLEAR.labels)
    assert (0 if taken is None else len(taken.labels)) == borrowing * len(MORE) + unlabelled * 2


def test_a_part_of_the_letters_keeps_all_that_helps() -> None:
    material = with_help(HELPFUL, letters_of(MORE, 4))
    part = material.only(np.asarray([0, 9, 20]))
    assert part.labels.tolist() == ["labour", "land", "health"]
    assert part.groups.tolist() == [0, 9, 20]
    np.testing.assert_array_equal(part.rows.toarray(), FEW.rows.toarray()[[0, 9, 20]])
    assert part.borrowed is material.borrowed
    assert part.unlabelled is material.unlabelled


def test_the_only_letter_of_a_class_is_missed_and_does_no_harm() -> None:
    rows = letters_of([*OWN, 0], 6, 8)
    labels = np.asarray([*NAMES[OWN], "finance"])
    assert 0.5 < held_out_f1(FIRST, Material(rows, labels, np.arange(len(labels)))) < 1
