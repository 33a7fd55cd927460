import numpy as np
import pytest
from hypothesis import given, settings

from model.analyse import Analyser
from model.category import ALSO_FROM, CategoryClassifier
from model.features import Reading, read
from model.records import LONGEST_QUOTE, CategoryResult
from tests.factories import taxonomy
from tests.model.letters import EXAMPLES
from tests.model.strategies import messy_texts

WAGES = "老板拖欠我们的工资和加班费，我多次讨要没有结果，请劳动部门帮助要回工资。"


@pytest.fixture(scope="module")
def classifier(small_analyser: Analyser) -> CategoryClassifier:
    assert small_analyser.category
    return small_analyser.category


def result(classifier: CategoryClassifier, text: str) -> CategoryResult:
    return classifier.predict([read(text)], [text])[0]


def one_level(precision: float) -> CategoryClassifier:
    """Fit on level-1 codes alone."""
    codes = [example.code.split(".")[0] for example in EXAMPLES]
    readings = [read(example.text) for example in EXAMPLES]
    return CategoryClassifier(taxonomy(*dict.fromkeys(codes)), precision=precision).fit(
        readings, codes, range(len(codes))
    )


@pytest.mark.parametrize(
    ("text", "category", "level2"),
    [
        (WAGES, "labour", "labour.wages"),
        ("村里的医生太少，老人看病要走很远，请给卫生室安排乡村医生。", "health", "health.village"),
        ("物业公司收了物业费不打扫卫生，业主要求更换物业。", "construction", "construction.property"),
    ],
)
def test_a_letter_gets_its_category_and_class(
    classifier: CategoryClassifier, text: str, category: str, level2: str
) -> None:
    found = result(classifier, text)
    assert found.best.code == found.best.name == category
    assert found.level2
    assert found.level2.code == level2
    assert 0 < found.level2.confidence <= found.best.confidence


def test_scores_hold_every_category_and_add_up_to_one(classifier: CategoryClassifier) -> None:
    found = result(classifier, WAGES)
    assert found.scores.keys() == classifier.taxonomy.by_code.keys()
    assert sum(found.scores.values()) == pytest.approx(1)
    assert found.scores[found.best.code] == found.best.confidence == max(found.scores.values())


def test_alternatives_are_the_next_categories_best_first(classifier: CategoryClassifier) -> None:
    found = result(classifier, WAGES)
    ranked = sorted(found.scores, key=lambda code: -found.scores[code])
    assert [scored.code for scored in found.alternatives] == ranked[1:6]


def test_every_further_category_that_is_likely_is_named_too(classifier: CategoryClassifier) -> None:
    found = [result(classifier, a.text + b.text) for a in EXAMPLES[::12] for b in EXAMPLES[5::12]]
    assert any(one.also for one in found)
    for one in found:
        assert one.also == tuple(scored for scored in one.alternatives if scored.confidence >= ALSO_FROM)


@pytest.mark.parametrize(
    "text",
    [
        WAGES,
        "老闆拖\u200b欠工資<br/>，請勞動部門😀幫助討回工資！",
        "ＡＢＣ公司\r\n\r\n拖欠㈱工资" * 20,
        "\u200b",
        "x" * 200,
    ],
)
def test_weights_and_rest_add_up_to_the_difference_of_the_two_best_decisions(
    classifier: CategoryClassifier, text: str
) -> None:
    found = result(classifier, text)
    decisions = np.sort(classifier.level1_.decision_function(classifier.features_.transform([read(text)]))[0])
    total = sum(passage.weight for passage in found.evidence) + found.rest
    assert total == pytest.approx(float(decisions[-1] - decisions[-2]), abs=1e-4)


def test_the_evidence_of_a_plain_letter_carries_most_of_the_decision(classifier: CategoryClassifier) -> None:
    found = result(classifier, WAGES)
    assert "工资" in "".join(passage.text for passage in found.evidence)
    assert sum(passage.weight for passage in found.evidence) > 0


@given(text=messy_texts)
@settings(max_examples=40)
def test_evidence_quotes_short_passages_of_the_original(classifier: CategoryClassifier, text: str) -> None:
    for passage in result(classifier, text).evidence:
        assert passage.text == text[passage.start : passage.end]
        assert 0 < len(passage.text) <= LONGEST_QUOTE


@pytest.mark.parametrize(
    ("text", "doubt"),
    [
        ("拖欠工资", "too_short"),
        ("The company has not paid our wages for three months, please help us.", "too_short"),
        ("量子纠缠态于希尔伯特空间呈现非局域关联，波函数坍缩诠释众说纷纭。", "unlike_training"),
    ],
)
def test_a_letter_that_training_did_not_prepare_for_needs_review(
    classifier: CategoryClassifier, text: str, doubt: str
) -> None:
    found = result(classifier, text)
    assert found.needs_review
    assert doubt in found.unsure


def test_a_promise_that_was_never_kept_sends_every_letter_to_review() -> None:
    assert result(one_level(precision=1.01), WAGES).unsure == ("below_precision",)


def test_a_modest_promise_lets_a_plain_letter_pass() -> None:
    assert not result(one_level(precision=0.5), WAGES).needs_review


def test_a_higher_promise_never_lowers_the_threshold() -> None:
    thresholds = [one_level(precision).threshold_ for precision in (0.5, 0.9, 1.0)]
    assert thresholds == sorted(thresholds)


def test_letters_above_the_threshold_keep_the_promise_on_held_out_folds() -> None:
    classifier = one_level(precision=0.9)
    proba = classifier.level1_.probabilities(classifier.level1_.held_out_)
    truth = np.asarray([example.code.split(".")[0] for example in EXAMPLES])
    sure = proba.max(axis=1) >= classifier.threshold_
    right = classifier.level1_.classes_[proba.argmax(axis=1)] == truth
    assert sure.any()
    assert right[sure].mean() >= 0.9


def test_a_label_set_of_one_level_gives_no_level2() -> None:
    found = result(one_level(precision=0.5), WAGES)
    assert found.best.code == "labour"
    assert found.level2 is None


def test_a_label_set_of_a_single_category_is_no_error() -> None:
    readings: list[Reading] = [read(WAGES), read("工厂拖欠工资")]
    classifier = CategoryClassifier(taxonomy("labour")).fit(readings, ["labour", "labour"], [0, 1])
    found = result(classifier, WAGES)
    assert found.scores == {"labour": 1.0}
    assert found.alternatives == ()
