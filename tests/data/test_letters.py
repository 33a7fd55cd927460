from collections import Counter
from typing import Any, get_args

import numpy as np
import pytest

from model.cues import ACT_CODES, SPEAKER_CODES
from model.records import LEVELS, LONGEST_QUOTE, Letter, Purpose
from training.corpus import corpus_files, letter_of, records, shipped_examples, shipped_taxonomy
from training.fit import read_corpus

TAXONOMY = shipped_taxonomy()
REQUIRED = {"id", "title", "body", "category"}
OPTIONAL = {"purpose", "level", "people", "spans"}
LABELS = {*SPEAKER_CODES, *ACT_CODES, "denial", "danger_to_life"}
FEWEST = 4_000
FEWEST_OF_A_CATEGORY = 90
FEWEST_OF_A_CLASS = 8
FEWEST_OF_A_LEVEL = 200

LINES: list[dict[str, Any]] = [record for file in corpus_files("letters") for record in records(file)]
LETTERS: list[Letter] = [letter_of(record) for record in LINES]
JUDGED = [record for record in LINES if "level" in record]


def breaking(rule: Any, lines: list[dict[str, Any]] = LINES) -> list[str]:
    """Return the ids of the lines on which the rule does not hold."""
    return [record["id"] for record in lines if not rule(record)]


def text_of(record: dict[str, Any]) -> str:
    return letter_of(record).text


def labels_of(record: dict[str, Any]) -> set[str]:
    return {span["label"] for span in record.get("spans", ())}


def test_there_are_letters_enough() -> None:
    assert len(LINES) >= FEWEST


def test_every_line_has_the_fields_of_the_card_and_no_other() -> None:
    assert breaking(lambda record: REQUIRED <= set(record) <= REQUIRED | OPTIONAL) == []
    assert breaking(lambda record: all(isinstance(record[field], str) for field in REQUIRED)) == []
    assert breaking(lambda record: record["body"].strip()) == []


def test_ids_are_unique_over_all_files() -> None:
    assert [name for name, times in Counter(record["id"] for record in LINES).items() if times > 1] == []


@pytest.mark.parametrize("file", corpus_files("letters"), ids=lambda file: file.name)
def test_an_id_names_its_file(file: Any) -> None:
    assert all(record["id"].startswith(f"{file.stem}-") for record in records(file))


def test_every_category_is_a_class_of_level_2() -> None:
    assert breaking(lambda record: record["category"] in TAXONOMY.classes_by_code) == []


def test_purpose_and_level_are_known() -> None:
    """A line without a purpose is an appeal; one without a level was not judged."""
    assert breaking(lambda record: record.get("purpose", "appeal") in get_args(Purpose)) == []
    assert breaking(lambda record: record["level"] in LEVELS, JUDGED) == []


def test_a_letter_that_was_not_judged_tells_nothing_of_acting_together() -> None:
    """Whoever marks a number or an act has judged the letter; a danger to life stands apart from the level."""
    others = [record for record in LINES if "level" not in record]
    assert others
    assert breaking(lambda record: "people" not in record and labels_of(record) <= {"danger_to_life"}, others) == []


@pytest.mark.parametrize("file", corpus_files("letters"), ids=lambda file: file.name)
def test_the_letters_of_a_file_are_all_judged_or_none_is(file: Any) -> None:
    assert len({"level" in record for record in records(file)}) == 1


def test_every_purpose_and_level_has_letters_to_learn_from() -> None:
    purposes = Counter(record.get("purpose", "appeal") for record in LINES)
    assert min(purposes[name] for name in get_args(Purpose)) >= FEWEST_OF_A_CATEGORY
    levels = Counter(record["level"] for record in JUDGED)
    assert min(levels[name] for name in LEVELS) >= FEWEST_OF_A_LEVEL


@pytest.mark.parametrize("code", TAXONOMY.by_code)
def test_every_category_has_letters_enough(code: str) -> None:
    assert sum(TAXONOMY.parents[record["category"]] == code for record in LINES) >= FEWEST_OF_A_CATEGORY


def test_every_class_of_level_2_has_letters_to_learn_from() -> None:
    classes = Counter(record["category"] for record in LINES)
    assert [code for code in TAXONOMY.classes_by_code if classes[code] < FEWEST_OF_A_CLASS] == []


def test_a_span_stands_in_its_letter_and_is_short_enough_to_quote() -> None:
    spans = [(record["id"], text_of(record), span) for record in LINES for span in record.get("spans", ())]
    assert spans
    assert [name for name, text, span in spans if span["text"] not in text] == []
    assert [name for name, _, span in spans if not 0 < len(span["text"]) <= LONGEST_QUOTE] == []
    assert {frozenset(span) for _, _, span in spans} == {frozenset(("text", "label"))}


def test_the_labels_of_spans_are_the_cues_and_cautions_of_the_model() -> None:
    assert breaking(lambda record: labels_of(record) <= LABELS) == []


def test_a_level_above_none_is_shown_by_a_span() -> None:
    assert breaking(lambda record: record["level"] == "none" or record.get("spans"), JUDGED) == []


def test_a_warning_quotes_an_act() -> None:
    def quotes_an_act(record: dict[str, Any]) -> bool:
        return not labels_of(record).isdisjoint(ACT_CODES)

    assert breaking(lambda record: quotes_an_act(record) == (record["level"] == "warning"), JUDGED) == []


def test_stated_people_are_positive_and_share_a_grievance() -> None:
    stated = [(record["id"], record["people"], record["level"]) for record in JUDGED if record.get("people")]
    assert stated
    for name, people, level in stated:
        assert set(people) == {"count", "unit"}, name
        assert type(people["count"]) is int, name
        assert people["count"] > 0, name
        assert people["unit"] in {"person", "household"}, name
        assert level != "none", name


def test_no_two_letters_are_near_duplicates() -> None:
    groups = read_corpus(shipped_examples()).groups
    crowded = {group for group, times in Counter(groups).items() if times > 1}
    assert [letter.id for letter, group in zip(LETTERS, groups, strict=True) if group in crowded] == []


def test_letters_are_short_and_long() -> None:
    """Measured on 4,683 letters: median 167, 6.0 % above 850, 10.8 % below 80. The card counts the present ones."""
    lengths = np.array([len(letter.text) for letter in LETTERS])
    assert 120 <= np.median(lengths) <= 260
    assert (lengths > 850).mean() >= 0.04
    assert (lengths < 80).mean() >= 0.05
