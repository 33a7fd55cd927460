import json
import math
from typing import Any

import pytest
from sklearn.metrics import accuracy_score, f1_score

from model.analyse import Analyser
from model.errors import ModelError
from model.records import People
from tests.factories import letter
from tests.model.letters import EXAMPLES
from tests.training.corpora import SMALL_EXAMPLES, SMALL_PAIRS
from training.corpus import Example, Pair
from training.evaluate import evaluate_category, evaluate_relation, evaluate_risk
from training.measures import calibration_error

NEGATIVE = ("related", "different")


def assert_plain(found: dict[str, Any]) -> None:
    """Assert that JSON can hold the measurements: no NaN, no array."""
    json.dumps(found, allow_nan=False)


def test_categories_are_measured_at_level_1(small_analyser: Analyser) -> None:
    found = evaluate_category(small_analyser, SMALL_EXAMPLES)
    results = [a.category for a in small_analyser.analyse([example.letter for example in SMALL_EXAMPLES])]
    truth = [example.code.split(".")[0] for example in SMALL_EXAMPLES]
    guess = [result.best.code for result in results if result]
    right = [a == b for a, b in zip(truth, guess, strict=True)]
    assert found["letters"] == len(SMALL_EXAMPLES)
    assert found["accuracy"] == pytest.approx(accuracy_score(truth, guess))
    assert found["macro_f1"] == pytest.approx(f1_score(truth, guess, average="macro"))
    confidence = [result.best.confidence for result in results if result]
    assert found["calibration_error"] == pytest.approx(calibration_error(confidence, right))
    assert found["accuracy"] <= found["top3"] <= 1.0
    assert set(found["classes"]) == set(truth)
    assert_plain(found)


def test_what_needs_no_review_is_measured_apart(small_analyser: Analyser) -> None:
    found = evaluate_category(small_analyser, SMALL_EXAMPLES)
    results = [a.category for a in small_analyser.analyse([example.letter for example in SMALL_EXAMPLES])]
    kept = sum(not result.needs_review for result in results if result)
    assert found["accepted"] == pytest.approx(kept / len(SMALL_EXAMPLES))
    assert kept
    assert 0.0 <= found["accepted_precision"] <= 1.0


def test_where_all_need_review_there_is_no_precision_to_give(small_analyser: Analyser) -> None:
    found = evaluate_category(small_analyser, [Example(letter("路灯"), "labour"), Example(letter("水管"), "transport")])
    assert (found["accepted"], found["accepted_precision"]) == (0.0, None)


def test_levels_are_measured_with_the_ranking_of_warnings(small_analyser: Analyser) -> None:
    found = evaluate_risk(small_analyser, SMALL_EXAMPLES)
    visits = [a.group_visit for a in small_analyser.analyse([example.letter for example in SMALL_EXAMPLES])]
    truth, guess = [example.level for example in SMALL_EXAMPLES], [visit.level for visit in visits if visit]
    assert found["macro_f1"] == pytest.approx(f1_score(truth, guess, average="macro"))
    assert found["warning"]["average_precision"] > 0.9
    assert found["size_exact"] is None
    assert_plain(found)


def test_the_stated_size_must_be_exact(small_analyser: Analyser) -> None:
    text = "我们八十名职工多次到市政府集体上访静坐，至今没有结果。"
    examples = [
        Example(letter(text), "", level="warning", people=People(80, "person")),
        Example(letter(text), "", level="warning", people=People(79, "person")),
        Example(letter("路灯坏了，请修理。"), "", level="watch", people=People(9, "person")),
        Example(letter("路灯坏了，请修理。"), ""),
    ]
    assert evaluate_risk(small_analyser, examples)["size_exact"] == pytest.approx(1 / 3)


def test_letters_without_a_warning_have_no_ranking(small_analyser: Analyser) -> None:
    calm = [example for example in SMALL_EXAMPLES if example.level == "none"]
    found = evaluate_risk(small_analyser, calm)
    assert found["warning"] is None
    assert_plain(found)


def test_pairs_are_measured_as_the_same_matter_or_not_and_by_relation(small_analyser: Analyser) -> None:
    found = evaluate_relation(small_analyser, SMALL_PAIRS)
    names = [relation.name for relation in (small_analyser.compare(p.a, p.b) for p in SMALL_PAIRS) if relation]
    assert found["pairs"] == len(SMALL_PAIRS)
    assert found["relation_accuracy"] == pytest.approx(accuracy_score([pair.label for pair in SMALL_PAIRS], names))
    assert found["average_precision"] > 0.8
    assert set(found["classes"]) == {"same_text", "same_matter", "related", "different"}
    assert_plain(found)


def test_same_text_counts_as_the_same_matter(small_analyser: Analyser) -> None:
    text = EXAMPLES[0].text
    copy = Pair(letter(text, "1"), letter(text, "2"), "same_text", "1")
    other = Pair(letter(text, "1"), letter(EXAMPLES[40].text, "3"), "different", "2")
    found = evaluate_relation(small_analyser, [copy, other])
    assert found["average_precision"] == 1.0


def test_pairs_without_a_common_matter_have_no_ranking(small_analyser: Analyser) -> None:
    found = evaluate_relation(small_analyser, [pair for pair in SMALL_PAIRS if pair.label in NEGATIVE])
    assert found["relation_accuracy"] > 0.5
    assert not any(isinstance(value, float) and math.isnan(value) for value in found.values())
    assert_plain(found)


@pytest.mark.parametrize("part", ["category", "relation", "risk"])
def test_a_part_that_is_not_trained_is_named_with_the_remedy(part: str) -> None:
    measure: dict[str, Any] = {"category": evaluate_category, "relation": evaluate_relation, "risk": evaluate_risk}
    with pytest.raises(ModelError, match=f"no part '{part}'; train it: hongyan-train fit {part}"):
        measure[part](Analyser("empty"), SMALL_PAIRS if part == "relation" else SMALL_EXAMPLES)
