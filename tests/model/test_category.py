import copy
from collections.abc import Sequence
from dataclasses import astuple, replace
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from model.analyse import Analyser
from model.category import ALSO_FROM, BITS, CLOSEST, CategoryClassifier, category_features
from model.linear import Aids
from model.reading import PAGE_SIZE, Reading, read
from model.records import LONGEST_QUOTE, CategoryResult
from model.thresholds import NEVER
from tests.factories import taxonomy
from tests.model.letters import EXAMPLES
from tests.model.strategies import messy_texts

WAGES = "老板拖欠我们的工资和加班费，我多次讨要没有结果，请劳动部门帮助要回工资。"
TRAFFIC = "公交车半个小时才来一班，请公交公司增加公交车班次，方便市民出行。"
CODES = [example.code.split(".")[0] for example in EXAMPLES]
TRUTH = np.asarray(CODES)
RURAL = (
    "村里的耕地承包合同到期没有续签，请农业部门处理耕地。",
    "耕地被占用种树，承包地没有补偿，请农业部门查处。",
    "土地承包经营权证没有发到农户手中，请核实耕地面积。",
    "农业补贴没有发到农户，承包耕地的面积算错了。",
)

pieces = st.sampled_from([example.text for example in EXAMPLES]) | messy_texts
letters = st.lists(pieces, max_size=3).map("".join)
batches = st.lists(letters, min_size=2, max_size=6)


@pytest.fixture(scope="module")
def classifier(small_analyser: Analyser) -> CategoryClassifier:
    assert small_analyser.category
    return small_analyser.category


def results(classifier: CategoryClassifier, texts: Sequence[str]) -> list[CategoryResult]:
    return classifier.predict([read(text) for text in texts], texts)


def result(classifier: CategoryClassifier, text: str) -> CategoryResult:
    return results(classifier, [text])[0]


def fitted(texts: Sequence[str], codes: Sequence[str], **settings: Any) -> CategoryClassifier:
    readings = [read(text) for text in texts]
    return CategoryClassifier(taxonomy(*dict.fromkeys(codes)), **settings).fit(readings, codes, range(len(codes)))


@cache
def one_level(precision: float) -> CategoryClassifier:
    """Fit on level-1 codes alone."""
    return fitted([example.text for example in EXAMPLES], CODES, precision=precision)


@cache
def with_a_rare_category() -> CategoryClassifier:
    """Fit on the small corpus and four letters of another category."""
    texts = [*(example.text for example in EXAMPLES), *RURAL]
    return fitted(texts, [*CODES, *["rural"] * len(RURAL)], precision=0.5)


def helped(
    codes: Sequence[str], helping: Sequence[str], weights: Sequence[float], texts: Sequence[str] = RURAL
) -> CategoryClassifier:
    """Fit on the small corpus with texts that help."""
    readings = [read(example.text) for example in EXAMPLES]
    others = [read(text) for text in texts]
    classifier = CategoryClassifier(taxonomy(*dict.fromkeys([*codes, *helping])))
    classifier.features_ = category_features(min_df=1).fit([*readings, *others])
    aids = Aids(classifier.features_.transform(others), np.asarray(helping), np.asarray(weights)) if helping else None
    return classifier.fit_rows(classifier.features_.transform(readings), codes, np.arange(len(codes)), aids)


def without_numbers(found: CategoryResult) -> tuple[object, ...]:
    """Return everything that a result says in codes, names and quotes."""
    return (
        found.best.code,
        found.level2 and (found.level2.code, found.level2.name),
        [scored.code for scored in found.alternatives],
        [scored.code for scored in found.also],
        [astuple(replace(passage, weight=0)) for passage in found.evidence],
        list(found.scores),
        found.unsure,
    )


def numbers(found: CategoryResult) -> list[float]:
    level2 = [found.level2.confidence] if found.level2 else []
    return [*found.scores.values(), *(passage.weight for passage in found.evidence), found.rest, *level2]


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
    below = [found.level2, *found.level2_alternatives]
    assert [one.confidence for one in below] == sorted((one.confidence for one in below), reverse=True)
    assert len({one.code for one in below}) == len(below) <= 3
    assert sum(one.confidence for one in below) <= found.best.confidence + 1e-9


def test_scores_hold_every_category_and_add_up_to_one(classifier: CategoryClassifier) -> None:
    found = result(classifier, WAGES)
    assert found.scores.keys() == classifier.taxonomy.by_code.keys()
    assert sum(found.scores.values()) == pytest.approx(1)
    assert found.scores[found.best.code] == found.best.confidence == max(found.scores.values())


def test_alternatives_are_the_next_categories_best_first(classifier: CategoryClassifier) -> None:
    found = result(classifier, WAGES)
    ranked = sorted(found.scores, key=lambda code: -found.scores[code])
    assert [scored.code for scored in found.alternatives] == ranked[1:6]


def test_a_second_issue_is_named_too(classifier: CategoryClassifier) -> None:
    found = result(classifier, WAGES + TRAFFIC)
    assert {found.best.code, *(scored.code for scored in found.also)} == {"labour", "transport"}
    assert [result(classifier, text).also for text in (WAGES, TRAFFIC)] == [(), ()]


def test_every_further_category_that_is_likely_or_speaks_for_itself_is_named(classifier: CategoryClassifier) -> None:
    texts = [a.text + b.text for a in EXAMPLES[::12] for b in EXAMPLES[5::12]]
    found = results(classifier, texts)
    decisions = classifier.level1_.decision_function(classifier.features_.transform([read(text) for text in texts]))
    for one, values in zip(found, decisions, strict=True):
        strength = dict(zip(classifier.level1_.classes_.tolist(), values.tolist(), strict=True))
        likely = {code for code, score in one.scores.items() if score >= ALSO_FROM or strength[code] > 0}
        assert [scored.code for scored in one.also] == sorted(
            likely - {one.best.code}, key=lambda code: -strength[code]
        )
    assert any(one.also for one in found)


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
    found = results(classifier, [TRAFFIC, text, WAGES])[1]
    decisions = np.sort(classifier.level1_.decision_function(classifier.features_.transform([read(text)]))[0])
    total = sum(passage.weight for passage in found.evidence) + found.rest
    assert total == pytest.approx(float(decisions[-1] - decisions[-2]), abs=1e-4)


def test_the_evidence_of_a_plain_letter_carries_most_of_the_decision(classifier: CategoryClassifier) -> None:
    found = result(classifier, WAGES)
    assert "工资" in "".join(passage.text for passage in found.evidence)
    assert sum(passage.weight for passage in found.evidence) > 0


@given(texts=batches)
@settings(max_examples=60)
@example(
    texts=[
        "老闆拖\u200b欠工資<br/>。",
        "\ud83d",
        "",
        "ＡＢＣ１２３拖欠工资㈱",
        "𠮷祥村😀的公交車，<p class='x'>公\ufeff交車",
    ]
)
def test_evidence_quotes_short_passages_of_the_original_of_its_own_letter(
    classifier: CategoryClassifier, texts: list[str]
) -> None:
    for text, found in zip(texts, results(classifier, texts), strict=True):
        ordered = sorted(found.evidence, key=lambda passage: passage.start)
        assert all(left.end <= right.start for left, right in pairwise(ordered))
        for passage in found.evidence:
            assert passage.text == text[passage.start : passage.end]
            assert 0 < len(passage.text) <= LONGEST_QUOTE


@given(texts=st.lists(st.tuples(st.sampled_from(EXAMPLES), messy_texts), min_size=2, max_size=6))
@settings(max_examples=60)
def test_a_letter_among_others_is_judged_as_alone(classifier: CategoryClassifier, texts: list[tuple[Any, str]]) -> None:
    batch = [sample.text + noise for sample, noise in texts]
    for text, among in zip(batch, results(classifier, batch), strict=True):
        alone = result(classifier, text)
        assert without_numbers(among) == without_numbers(alone)
        assert numbers(among) == pytest.approx(numbers(alone), rel=1e-5, abs=1e-7)


@given(texts=batches)
@settings(max_examples=60)
@example(texts=[])
def test_there_is_one_result_for_each_letter_whatever_it_holds(
    classifier: CategoryClassifier, texts: list[str]
) -> None:
    found = results(classifier, texts)
    assert len(found) == len(texts)
    for one in found:
        assert sum(one.scores.values()) == pytest.approx(1)


def test_more_letters_than_a_page_holds_keep_their_order(classifier: CategoryClassifier) -> None:
    texts = [f"{EXAMPLES[i % len(EXAMPLES)].text}{i}" for i in range(PAGE_SIZE + 30)]
    found = results(classifier, texts)
    for i in (0, PAGE_SIZE - 1, PAGE_SIZE, PAGE_SIZE + 29):
        assert without_numbers(found[i]) == without_numbers(result(classifier, texts[i]))


@pytest.mark.parametrize(
    ("text", "doubt"),
    [
        ("拖欠工资", "too_short"),
        ("The company has not paid our wages for three months, please help us.", "too_short"),
        ("The company has not paid our wages for three months, please help us.", "unreadable"),
        (f"老板拖欠工资不发，请帮助。{'abc' * 40}", "unreadable"),
        ("\u200b<br/>", "unreadable"),
        ("量子纠缠态于希尔伯特空间呈现非局域关联，波函数坍缩诠释众说纷纭。", "unlike_training"),
    ],
)
def test_a_letter_that_training_did_not_prepare_for_needs_review(
    classifier: CategoryClassifier, text: str, doubt: str
) -> None:
    found = result(classifier, text)
    assert found.needs_review
    assert doubt in found.unsure


def test_a_readable_letter_is_not_called_unreadable(classifier: CategoryClassifier) -> None:
    found = result(classifier, "工资卡号6222021234567890，老板拖欠工资三个月，请劳动部门帮助。")
    assert not {"unreadable", "too_short"} & set(found.unsure)


def test_a_close_call_is_named_exactly_where_the_second_category_is_nearly_as_likely(
    classifier: CategoryClassifier,
) -> None:
    found = results(classifier, [a.text + b.text for a in EXAMPLES[::4] for b in EXAMPLES[3::9]])
    close = [one.best.confidence - one.alternatives[0].confidence < CLOSEST for one in found]
    assert ["close_call" in one.unsure for one in found] == close
    assert any(close)
    assert not all(close)


def test_a_promise_that_was_never_kept_sends_every_letter_to_review() -> None:
    assert result(one_level(precision=1.01), WAGES).unsure == ("below_precision",)


def test_a_modest_promise_lets_a_plain_letter_pass() -> None:
    assert not result(one_level(precision=0.5), WAGES).needs_review


def test_a_higher_promise_never_lowers_a_threshold() -> None:
    thresholds = [one_level(precision).thresholds_ for precision in (0.5, 0.9, 0.98, 1.0)]
    assert (np.diff(thresholds, axis=0) >= 0).all()


@pytest.mark.parametrize("precision", [0.9, 0.98, 1.0])
def test_letters_above_the_thresholds_keep_the_promise_on_held_out_folds(precision: float) -> None:
    classifier = one_level(precision)
    machine = classifier.level1_
    proba = machine.temperature_.predict_proba(machine.held_out_)
    guess = proba.argmax(axis=1)
    sure = proba.max(axis=1) >= classifier.thresholds_[guess]
    assert sure.any()
    assert (machine.classes_[guess] == TRUTH)[sure].mean() >= precision


def test_a_category_of_fewer_than_five_letters_is_kept_but_never_accepted() -> None:
    classifier = with_a_rare_category()
    thresholds = dict(zip(classifier.level1_.classes_.tolist(), classifier.thresholds_.tolist(), strict=True))
    assert thresholds.pop("rural") == NEVER
    assert max(thresholds.values()) < 1
    for text in RURAL:
        found = result(classifier, text)
        assert found.best.code == "rural"
        assert "below_precision" in found.unsure


def test_a_rare_category_does_not_keep_others_from_being_accepted() -> None:
    assert not result(with_a_rare_category(), WAGES).needs_review


def test_aids_teach_a_category_that_no_letter_has() -> None:
    classifier = helped(CODES, ["rural"] * len(RURAL), [1.0] * len(RURAL))
    assert len(classifier.level1_.held_out_) == len(CODES)
    found = result(classifier, RURAL[0])
    assert found.best.code == "rural"
    assert "below_precision" in found.unsure


def test_aids_of_a_class_teach_its_category_and_the_class() -> None:
    codes = [example.code for example in EXAMPLES]
    found = result(helped(codes, ["labour.land"] * len(RURAL), [1.0] * len(RURAL)), RURAL[0])
    assert found.best.code == "labour"
    assert found.level2
    assert found.level2.code == "labour.land"


def test_aids_without_weight_teach_the_class_and_leave_the_categories_alone() -> None:
    codes = [example.code for example in EXAMPLES]
    classifier = helped(codes, ["labour.land"] * len(RURAL), [0.0] * len(RURAL))
    without = helped(codes, [], [])
    np.testing.assert_array_equal(classifier.level1_.machine_.coef_, without.level1_.machine_.coef_)
    assert "labour.land" in classifier.level2_["labour"].machine.classes_
    assert "labour.land" not in without.level2_["labour"].machine.classes_


def test_classes_known_from_aids_alone_are_told_apart() -> None:
    """All letters of labour are known by their category only; the classes come from what helps."""
    ours = [example for example in EXAMPLES if example.code.startswith("labour.")]
    classifier = helped(CODES, [example.code for example in ours], [0.0] * len(ours), [one.text for one in ours])
    found = result(classifier, WAGES)
    assert found.level2
    assert (found.best.code, found.level2.code) == ("labour", "labour.wages")


def test_a_label_set_of_one_level_gives_no_level2() -> None:
    found = result(one_level(precision=0.5), WAGES)
    assert found.best.code == "labour"
    assert found.level2 is None


def test_a_label_set_of_two_categories_has_one_alternative() -> None:
    chosen = [
        (example.text, code) for example, code in zip(EXAMPLES, CODES, strict=True) if code in ("labour", "health")
    ]
    found = result(fitted([text for text, _ in chosen], [code for _, code in chosen]), WAGES)
    assert found.best.code == "labour"
    assert [scored.code for scored in found.alternatives] == ["health"]
    assert found.evidence


def test_a_label_set_of_a_single_category_is_no_error() -> None:
    readings: list[Reading] = [read(WAGES), read("工厂拖欠工资")]
    classifier = CategoryClassifier(taxonomy("labour")).fit(readings, ["labour", "labour"], [0, 1])
    found = result(classifier, WAGES)
    assert found.scores == {"labour": 1.0}
    assert found.alternatives == found.also == ()
    assert "close_call" not in found.unsure


def test_categories_have_room_for_the_features_of_an_archive(classifier: CategoryClassifier) -> None:
    assert [len(columns) for columns in classifier.features_.columns_.values()] == [1 << BITS] * 2


def test_the_same_letters_teach_the_same_weights() -> None:
    first, second = (fitted([example.text for example in EXAMPLES], CODES) for _ in range(2))
    assert first.level1_.machine_.coef_.tobytes("A") == second.level1_.machine_.coef_.tobytes("A")
    np.testing.assert_array_equal(first.thresholds_, second.thresholds_)


def test_dropping_columns_leaves_calibration_and_evidence_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """Held-out decisions come from all columns; what remains still adds up."""
    codes = [example.code for example in EXAMPLES]
    readings = [read(example.text) for example in EXAMPLES]
    everything = CategoryClassifier(taxonomy(*dict.fromkeys(codes))).fit(readings, codes, range(len(codes)))
    monkeypatch.setattr("model.category.FEWEST_COLUMNS", 10)
    fewer = CategoryClassifier(taxonomy(*dict.fromkeys(codes))).fit(readings, codes, range(len(codes)))
    assert fewer.features_.size < everything.features_.size / 2
    np.testing.assert_array_equal(fewer.level1_.held_out_, everything.level1_.held_out_)
    np.testing.assert_array_equal(fewer.thresholds_, everything.thresholds_)
    found = result(fewer, WAGES)
    decisions = np.sort(fewer.level1_.decision_function(fewer.features_.transform([read(WAGES)]))[0])
    total = sum(passage.weight for passage in found.evidence) + found.rest
    assert total == pytest.approx(float(decisions[-1] - decisions[-2]), abs=1e-4)
    assert found.best.code == result(everything, WAGES).best.code
    assert found.level2


def test_classes_known_from_aids_alone_outlive_the_dropping_of_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("model.category.FEWEST_COLUMNS", 10)
    codes = [example.code for example in EXAMPLES]
    found = result(helped(codes, ["labour.land"] * len(RURAL), [0.0] * len(RURAL)), RURAL[0])
    assert sum(found.scores.values()) == pytest.approx(1)


def test_another_precision_moves_the_thresholds_as_training_for_it_would() -> None:
    trained, asked = one_level(0.98), one_level(0.9)
    other = trained.promising(0.9)
    np.testing.assert_array_equal(other.thresholds_, asked.thresholds_)
    assert (other.precision, trained.precision) == (0.9, 0.98)
    assert other.level1_ is trained.level1_
    assert trained.thresholds_at(0.9) == dict(
        zip(asked.level1_.classes_.tolist(), asked.thresholds_.tolist(), strict=True)
    )


def test_a_classifier_without_held_out_letters_keeps_its_promise() -> None:
    trained = copy.copy(one_level(0.98))
    trained.held_out_ = None
    assert trained.promising(0.9) is trained
    assert trained.thresholds_at(0.9) is None
