import pickle
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from model import artefact
from model.analyse import Analyser
from model.category import CategoryClassifier
from model.group_visit import GroupVisitReader
from model.profile import Profiler
from model.purpose import PurposeReader
from model.relation import RelationScorer
from tests.factories import letter
from tests.model.letters import EXAMPLES, MATTERS
from tests.training.conftest import Fold
from tests.training.corpora import SMALL_EXAMPLES, SMALL_PAIRS, small_taxonomy, stand_in
from training import fit, relation
from training.archive import Options, fit_categories
from training.corpus import Example, Pair
from training.fit import ReadCorpus
from training.fitted import Fitted
from training.relation import Material, fit_relation
from training.relation_pairs import prepare

WITH_COPIES = [
    *SMALL_EXAMPLES,
    *(
        replace(example, letter=letter(f"{example.letter.body}请回复。", f"{example.letter.id}-again"))
        for example in SMALL_EXAMPLES[::4]
    ),
]


SHIPPED = Options(shipped=True)


def fit_category(examples: Sequence[Example]) -> Fitted:
    return fit_categories(examples, small_taxonomy(), SHIPPED, print)


def fit_all(corpus: ReadCorpus) -> dict[str, Fitted]:
    return {
        "category": fit_category(corpus.examples),
        "purpose": fit.fit_purpose(corpus, 0),
        "relation": fit_relation(corpus, 0),
        "risk": fit.fit_risk(corpus, 0),
    }


def saved(folder: Path, fitted: dict[str, Fitted]) -> str:
    return artefact.save(folder, {name: entry.part for name, entry in fitted.items()}, {})


@pytest.fixture(scope="module")
def fitted(small_corpus: ReadCorpus) -> dict[str, Fitted]:
    """Return all parts, fitted on the small corpus; tests must not change them."""
    with pytest.MonkeyPatch.context() as patch:
        stand_in(patch)
        return fit_all(small_corpus)


@pytest.mark.usefixtures("small_shipped")
def test_the_same_letters_and_seed_give_the_same_version(fitted: dict[str, Fitted], tmp_path: Path) -> None:
    first = saved(tmp_path / "first", fitted)
    assert saved(tmp_path / "second", fit_all(fit.read_corpus(SMALL_EXAMPLES))) == first


def test_other_letters_give_another_version(fitted: dict[str, Fitted], tmp_path: Path) -> None:
    first = saved(tmp_path / "first", {"purpose": fitted["purpose"]})
    fewer = fit.read_corpus(SMALL_EXAMPLES[:-6])
    assert saved(tmp_path / "second", {"purpose": fit.fit_purpose(fewer, 0)}) != first


def test_letters_that_nobody_has_judged_teach_no_level(fitted: dict[str, Fitted], tmp_path: Path) -> None:
    unjudged = [replace(example, level=None) for example in SMALL_EXAMPLES if example.code.startswith("labour.")]
    judged = [example for example in SMALL_EXAMPLES if not example.code.startswith("labour.")]
    both = fit.fit_risk(fit.read_corpus([*unjudged, *judged]), 0)
    assert both.metrics["letters"] == len(judged) < fitted["risk"].metrics["letters"]
    alone = saved(tmp_path / "alone", {"risk": fit.fit_risk(fit.read_corpus(judged), 0)})
    assert saved(tmp_path / "both", {"risk": both}) == alone


def test_a_corpus_arrives_whole_in_another_process(small_corpus: ReadCorpus) -> None:
    arrived = pickle.loads(pickle.dumps(small_corpus))  # noqa: S301 - made on the line itself
    assert arrived.examples == small_corpus.examples
    assert arrived.groups == small_corpus.groups
    assert [reading.words for reading in arrived.readings] == [reading.words for reading in small_corpus.readings]


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
def test_near_duplicates_never_stand_on_both_sides_of_a_fold(part: str, folds: list[Fold]) -> None:
    if part == "category":
        fit_category(WITH_COPIES)
    elif part == "purpose":
        fit.fit_purpose(fit.read_corpus(WITH_COPIES), 0)
    else:
        fit.fit_risk(fit.read_corpus(WITH_COPIES), 0)
    place = {example.letter.id: i for i, example in enumerate(WITH_COPIES)}
    copies = [(place[name.removesuffix("-again")], i) for name, i in place.items() if name.endswith("-again")]
    whole = [fold for fold in folds if fold[0] >= len(WITH_COPIES)]
    assert len(whole) >= 5
    for _, learn, hold in whole:
        assert all((a in learn) == (b in learn) and (a in hold) == (b in hold) for a, b in copies)


@pytest.mark.usefixtures("small_shipped")
def test_copies_of_a_letter_share_a_fold_in_every_category(folds: list[Fold]) -> None:
    """The machines of level 2 see a part of the letters; each must still split by the same groups."""
    one = [example for example in SMALL_EXAMPLES if example.code.startswith("labour.")]
    doubled = [*one, *(Example(letter(example.letter.body, f"{example.letter.id}-2"), example.code) for example in one)]
    fit_category(doubled)
    within = [fold for fold in folds if fold[0] == len(doubled)]
    assert within
    for _, learn, hold in within:
        assert all((i in learn) == (i + len(one) in learn) for i in range(len(one)))
        assert not learn & hold


@pytest.mark.usefixtures("small_shipped")
def test_pairs_of_one_group_never_stand_on_both_sides(
    small_corpus: ReadCorpus, monkeypatch: pytest.MonkeyPatch, folds: list[Fold]
) -> None:
    materials: list[Material] = []
    real = relation._measured

    def watched(material: Material, profiler: Profiler) -> dict[str, Any]:
        materials.append(material)
        return real(material, profiler)

    monkeypatch.setattr(relation, "_measured", watched)
    fit_relation(small_corpus, 0)
    (material,) = materials
    groups = [pair.group for pair in material.pairs]
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


def test_the_measurements_are_of_letters_not_seen() -> None:
    """Random labels cannot be learnt: whoever measures on what it has seen would be nearly always right."""
    rng = np.random.default_rng(0)
    codes = [example.code for example in SMALL_EXAMPLES]
    shuffled = [Example(e.letter, codes[i]) for e, i in zip(SMALL_EXAMPLES, rng.permutation(len(codes)), strict=True)]
    assert fit_category(shuffled).metrics["accuracy"] < 0.5


def test_the_relation_is_measured_on_rewritten_pairs_and_on_pairs_as_written(fitted: dict[str, Fitted]) -> None:
    metrics = fitted["relation"].metrics
    assert metrics["pairs"] == 3 * 6
    assert metrics["as_written"]["pairs"] == len(SMALL_PAIRS) + 3 * 6


def test_an_offices_own_pairs_are_learnt_beside_the_shipped_ones(small_corpus: ReadCorpus) -> None:
    alike, apart = letter(MATTERS[0][0], "x"), letter(MATTERS[1][0], "y")
    own = [Pair(alike, apart, "same_matter", f"own-{i}", 200.0) for i in range(3)]
    taught, plain = (fit_relation(small_corpus, 0, pairs).part for pairs in (own, ()))
    assert isinstance(taught, RelationScorer)
    assert isinstance(plain, RelationScorer)
    pairs = prepare(taught.profiler, own[:1])
    assert taught.score(pairs)[0].score > plain.score(pairs)[0].score


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
