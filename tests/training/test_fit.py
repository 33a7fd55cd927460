from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.model_selection import GroupKFold

from model import artefact
from model.analyse import Analyser
from model.category import CategoryClassifier
from model.group_visit import GroupVisitReader
from model.purpose import PurposeReader
from model.relation import RelationScorer
from tests.factories import letter
from tests.model.letters import EXAMPLES, MATTERS
from tests.training.corpora import SMALL_EXAMPLES, SMALL_MATTERS, SMALL_PAIRS, small_taxonomy
from training import fit
from training.corpus import Example, Pair
from training.fit import ReadCorpus
from training.fitted import Fitted, relation_metrics
from training.relation_pairs import prepare

WITH_COPIES = [
    *SMALL_EXAMPLES,
    *(
        Example(letter(f"{example.letter.body}请回复。", f"{example.letter.id}-again"), example.code, example.purpose)
        for example in SMALL_EXAMPLES[::4]
    ),
]


class RecordingGroupKFold(GroupKFold):  # type: ignore[misc]
    """Keeps what every fold learns from and is measured on."""

    folds: list[tuple[int, set[int], set[int]]]

    def split(self, X: Any, y: Any = None, groups: Any = None) -> Iterator[tuple[Any, Any]]:
        for learn, hold in super().split(X, y, groups):
            self.folds.append((len(groups), set(learn.tolist()), set(hold.tolist())))
            yield learn, hold


@pytest.fixture
def folds(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, set[int], set[int]]]:
    """Return a list that fills with the folds of every split."""
    monkeypatch.setattr(RecordingGroupKFold, "folds", [], raising=False)
    for module in ("model.linear", "model.group_visit", "training.fitted"):
        monkeypatch.setattr(f"{module}.GroupKFold", RecordingGroupKFold)
    return RecordingGroupKFold.folds


def fit_all(corpus: ReadCorpus, seed: int = 0) -> dict[str, Fitted]:
    return {
        "category": fit.fit_category(corpus, small_taxonomy(), seed),
        "purpose": fit.fit_purpose(corpus, seed),
        "relation": fit.fit_relation(corpus, seed),
        "risk": fit.fit_risk(corpus, seed),
    }


def saved(folder: Path, fitted: dict[str, Fitted]) -> str:
    return artefact.save(folder, {name: entry.part for name, entry in fitted.items()}, {})


@pytest.fixture(scope="module")
def fitted(small_corpus: ReadCorpus) -> dict[str, Fitted]:
    """Return all parts, fitted on the small corpus; tests must not change them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("training.fit.shipped_pairs", lambda: SMALL_PAIRS)
        patch.setattr("training.fit.shipped_matters", lambda: SMALL_MATTERS)
        return fit_all(small_corpus)


@pytest.mark.usefixtures("small_shipped")
def test_the_same_letters_and_seed_give_the_same_version(fitted: dict[str, Fitted], tmp_path: Path) -> None:
    first = saved(tmp_path / "first", fitted)
    assert saved(tmp_path / "second", fit_all(fit.read_corpus(SMALL_EXAMPLES))) == first


def test_other_letters_give_another_version(fitted: dict[str, Fitted], tmp_path: Path) -> None:
    first = saved(tmp_path / "first", {"purpose": fitted["purpose"]})
    fewer = fit.read_corpus(SMALL_EXAMPLES[:-6])
    assert saved(tmp_path / "second", {"purpose": fit.fit_purpose(fewer, 0)}) != first


def test_the_fitted_parts_analyse_a_letter(fitted: dict[str, Fitted]) -> None:
    parts: dict[str, Any] = {name: entry.part for name, entry in fitted.items()}
    assert isinstance(parts["category"], CategoryClassifier)
    assert isinstance(parts["purpose"], PurposeReader)
    assert isinstance(parts["relation"], RelationScorer)
    assert isinstance(parts["risk"], GroupVisitReader)
    analyser = Analyser("small", **parts)
    strike = next(example for example in EXAMPLES if "集体罢工" in example.text)
    (found,) = analyser.analyse([letter(strike.text)])
    assert found.category
    assert found.category.best.code == "labour"
    assert found.category.level2
    assert found.category.level2.code == "labour.wages"
    assert found.purpose == "appeal"
    assert found.group_visit
    assert found.group_visit.level == "warning"
    relation = analyser.compare(letter(MATTERS[0][0]), letter(MATTERS[0][0] + "谢谢！"))
    assert relation
    assert relation.score > 0.5


@pytest.mark.usefixtures("small_shipped")
@pytest.mark.parametrize("part", ["category", "purpose", "risk"])
def test_near_duplicates_never_stand_on_both_sides_of_a_fold(
    part: str, folds: list[tuple[int, set[int], set[int]]]
) -> None:
    corpus = fit.read_corpus(WITH_COPIES)
    if part == "category":
        fit.fit_category(corpus, small_taxonomy(), 0)
    elif part == "purpose":
        fit.fit_purpose(corpus, 0)
    else:
        fit.fit_risk(corpus, 0)
    place = {example.letter.id: i for i, example in enumerate(WITH_COPIES)}
    copies = [(place[name.removesuffix("-again")], i) for name, i in place.items() if name.endswith("-again")]
    whole = [fold for fold in folds if fold[0] >= len(WITH_COPIES)]
    assert len(whole) >= 5
    for _, learn, hold in whole:
        assert all((a in learn) == (b in learn) and (a in hold) == (b in hold) for a, b in copies)


@pytest.mark.usefixtures("small_shipped")
def test_copies_of_a_letter_share_a_fold_in_every_category(folds: list[tuple[int, set[int], set[int]]]) -> None:
    """The machines of level 2 see a part of the letters; each must still split by the same groups."""
    one = [example for example in SMALL_EXAMPLES if example.code.startswith("labour.")]
    doubled = [*one, *(Example(letter(example.letter.body, f"{example.letter.id}-2"), example.code) for example in one)]
    fit.fit_category(fit.read_corpus(doubled), small_taxonomy(), 0)
    within = [fold for fold in folds if fold[0] == len(doubled) + 2]
    assert within
    for _, learn, hold in within:
        assert all((i in learn) == (i + len(one) in learn) for i in range(len(one)))
        assert not learn & hold


@pytest.mark.usefixtures("small_shipped")
def test_pairs_of_one_group_never_stand_on_both_sides(
    small_corpus: ReadCorpus, monkeypatch: pytest.MonkeyPatch, folds: list[tuple[int, set[int], set[int]]]
) -> None:
    seen: list[list[str]] = []
    real = relation_metrics

    def watched(rows: Any, same: Any, weights: Any, groups: list[str], *rest: Any) -> dict[str, Any]:
        seen.append(groups)
        return real(rows, same, weights, groups, *rest)

    monkeypatch.setattr("training.fit.relation_metrics", watched)
    fit.fit_relation(small_corpus, 0)
    (groups,) = seen
    measured = [fold for fold in folds if fold[0] == len(groups)]
    assert len(measured) == 5
    for _, learn, hold in measured:
        assert not {groups[i] for i in learn} & {groups[i] for i in hold}


def test_the_measurements_cover_the_letters_and_not_the_taxonomy(fitted: dict[str, Fitted]) -> None:
    metrics = fitted["category"].metrics
    assert metrics["letters"] == len(SMALL_EXAMPLES)
    assert sum(entry["support"] for entry in metrics["classes"].values()) == len(SMALL_EXAMPLES)
    for name in ("accuracy", "macro_f1", "calibration_error", "accepted"):
        assert 0.0 <= metrics[name] <= 1.0


def test_the_measurements_are_of_letters_not_seen(small_corpus: ReadCorpus) -> None:
    """Random labels cannot be learnt: whoever measures on what it has seen would be nearly always right."""
    rng = np.random.default_rng(0)
    codes = [example.code for example in SMALL_EXAMPLES]
    shuffled = [Example(e.letter, codes[i]) for e, i in zip(SMALL_EXAMPLES, rng.permutation(len(codes)), strict=True)]
    corpus = ReadCorpus(shuffled, small_corpus.readings, small_corpus.groups)
    assert fit.fit_category(corpus, small_taxonomy(), 0).metrics["accuracy"] < 0.5


def test_the_relation_is_measured_on_written_pairs_and_matters_alone(fitted: dict[str, Fitted]) -> None:
    assert fitted["relation"].metrics["pairs"] == len(SMALL_PAIRS) + 3 * 6


def test_each_letter_of_many_pairs_is_prepared_once(small_analyser: Analyser) -> None:
    assert small_analyser.relation
    profiler = small_analyser.relation.profiler
    a, b, c = (letter(example.text, str(i)) for i, example in enumerate(EXAMPLES[:3]))
    first, second = prepare(profiler, [Pair(a, b, "related", "1"), Pair(a, c, "related", "2")])
    assert first[0] is second[0]
    assert first[1] is not second[1]


def test_the_hash_of_the_data_follows_text_and_labels() -> None:
    base = fit.data_hash(SMALL_EXAMPLES)
    first = SMALL_EXAMPLES[0]
    assert fit.data_hash(list(SMALL_EXAMPLES)) == base
    for changed in (
        Example(letter(first.letter.body + "。"), first.code, first.purpose, first.level),
        Example(first.letter, "other", first.purpose, first.level),
        Example(first.letter, first.code, "suggestion", first.level),
        Example(first.letter, first.code, first.purpose, "watch"),
    ):
        assert fit.data_hash([changed, *SMALL_EXAMPLES[1:]]) != base
