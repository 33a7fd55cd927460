from typing import Any

import pytest

from model.analyse import Analyser
from service.schemas.letters import letter_in
from service.schemas.results import AnalysisOut, RelationOut
from service.stateless import analysis_line
from tests.factories import letter
from tests.service.desk import BRIBE, GATHERING, LIFT, LIFT_AGAIN, ROAD

PURPOSES = {"suggestion", "accusation", "appeal"}
ROUTES = {"ordinary", "litigation", "arbitration", "discipline", "reconsideration", "suggestion"}
SCORED = {"code", "name", "confidence"}
SPAN = {"start", "end", "text"}


def result_of(analyser: Analyser, scores: bool = False, /, **fields: str) -> dict[str, Any]:
    return analysis_line(analyser, letter_in(fields), "1", scores)


def test_a_result_of_analyze_has_the_contracts_shape(small_analyser: Analyser) -> None:
    result = result_of(small_analyser, title="电梯", body=f"{LIFT}我们六十户{GATHERING}我不想活了。")
    assert result.keys() == {"id", "category", "purpose", "route", "group_visit", "warnings", "model"}
    category = result["category"]
    assert category.keys() == {
        *SCORED, "needs_review", "review_reasons", "level2", "level2_alternatives", "alternatives", "also",
        "evidence", "rest",
    }  # fmt: skip
    assert category["level2"].keys() == SCORED
    assert len(category["alternatives"]) >= 2
    assert all(entry.keys() == SCORED for entry in (*category["alternatives"], *category["also"]))
    assert category["evidence"]
    assert all(span.keys() == SPAN | {"weight"} for span in category["evidence"])
    assert result["purpose"] in PURPOSES
    assert result["route"] in ROUTES
    visit = result["group_visit"]
    assert visit.keys() == {"level", "score", "people", "reasons"}
    assert visit["level"] == "warning"
    assert visit["people"] == {"count": 60, "unit": "household"}
    assert all(span.keys() == SPAN | {"code"} for span in visit["reasons"])
    assert [warning["code"] for warning in result["warnings"]] == ["danger_to_life"]
    assert result["model"] == {"version": "small"}


@pytest.mark.parametrize("fields", [{"title": "😀题", "body": LIFT}, {"title": LIFT}, {"text": f"𠮷{LIFT}{GATHERING}"}])
def test_spans_count_code_points_and_equal_their_text(small_analyser: Analyser, fields: dict[str, str]) -> None:
    result = result_of(small_analyser, **fields)
    text = "\n".join(fields.values())
    spans = result["category"]["evidence"] + result["group_visit"]["reasons"]
    assert spans
    for span in spans:
        assert text[span["start"] : span["end"]] == span["text"]
        assert 0 < len(span["text"]) <= 60


def test_alternatives_come_best_first_without_the_best(small_analyser: Analyser) -> None:
    category = result_of(small_analyser, True, body=ROAD)["category"]
    confidences = [entry["confidence"] for entry in category["alternatives"]]
    assert confidences == sorted(confidences, reverse=True)
    assert category["confidence"] >= confidences[0]
    assert category["code"] not in [entry["code"] for entry in category["alternatives"]]
    assert sum(category["scores"].values()) == pytest.approx(1, abs=1e-4)


def test_scores_appear_only_when_asked_for(small_analyser: Analyser) -> None:
    assert "scores" not in result_of(small_analyser, body=LIFT)["category"]
    assert len(result_of(small_analyser, True, body=LIFT)["category"]["scores"]) == 6


def test_untrained_parts_are_null() -> None:
    result = result_of(Analyser("empty"), body=LIFT)
    names = ("category", "purpose", "route", "group_visit")
    assert [result[name] for name in names] == [None] * 4
    assert result["warnings"] == []


def test_a_result_of_compare_has_the_contracts_shape(small_analyser: Analyser) -> None:
    relation = small_analyser.compare(letter(LIFT), letter(LIFT_AGAIN))
    assert relation
    result = RelationOut.of(relation).model_dump(mode="json")
    assert result.keys() == {"score", "relation", "reasons", "evidence", "warnings"}
    assert result["evidence"].keys() == {"shared", "new_in_b"}
    assert result["evidence"]["shared"]
    for span in result["evidence"]["shared"]:
        assert span.keys() == {"a_start", "a_end", "b_start", "b_end"}
        assert LIFT[span["a_start"] : span["a_end"]] == LIFT_AGAIN[span["b_start"] : span["b_end"]]
    assert result["evidence"]["new_in_b"]
    for span in result["evidence"]["new_in_b"]:
        assert span.keys() == SPAN
        assert LIFT_AGAIN[span["start"] : span["end"]] == span["text"]


def test_numbers_have_few_digits_and_stay_probabilities(small_analyser: Analyser) -> None:
    (analysis,) = small_analyser.analyse([letter(BRIBE)])
    category = AnalysisOut.of(analysis, scores=True).category
    assert category
    assert category.scores
    for value in (category.confidence, *category.scores.values()):
        assert 0 <= value <= 1
        assert value == round(value, 6)
