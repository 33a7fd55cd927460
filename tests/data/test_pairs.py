from collections import Counter, defaultdict
from typing import Any, get_args

import pytest

from model.package_data import data_folder
from model.records import RelationName
from model.when import parse_time
from training.corpus import letter_of, records, shipped_examples, shipped_matters, shipped_pairs

SHINGLE = 6
LETTER_FIELDS = {"id", "title", "body", "received_at", "petitioner"}
PAIRS: list[dict[str, Any]] = list(records(data_folder() / "pairs" / "pairs.jsonl"))
MATTERS: list[dict[str, Any]] = list(records(data_folder() / "pairs" / "matters.jsonl"))
# Letters of which place and problem are known apart.
PLACED: list[dict[str, Any]] = [
    record for file in sorted((data_folder() / "pairs").glob("matters-*.jsonl")) for record in records(file)
]
LETTERS: list[dict[str, Any]] = [*(pair[side] for pair in PAIRS for side in ("a", "b")), *MATTERS, *PLACED]


def shared(pair: dict[str, Any]) -> float:
    """Return which share of the six-character passages of the letter with fewer stands in the other."""
    texts = (letter_of(pair["a"]).text, letter_of(pair["b"]).text)
    a, b = ({text[i : i + SHINGLE] for i in range(len(text) - SHINGLE + 1)} for text in texts)
    return len(a & b) / min(len(a), len(b))


def test_every_pair_has_its_fields() -> None:
    assert [pair["id"] for pair in PAIRS if set(pair) != {"id", "kind", "label", "a", "b"}] == []
    assert [pair["id"] for pair in PAIRS for side in ("a", "b") if set(pair[side]) != LETTER_FIELDS] == []


def test_every_letter_has_text_and_a_time() -> None:
    assert [letter["id"] for letter in LETTERS if not letter["body"].strip()] == []
    assert all(parse_time(letter["received_at"]) for letter in LETTERS)


def test_ids_are_unique_over_pairs_matters_and_letters() -> None:
    ids = Counter(
        [
            *(pair["id"] for pair in PAIRS),
            *(letter["id"] for letter in LETTERS),
            *(example.letter.id for example in shipped_examples()),
        ]
    )
    assert [name for name, times in ids.items() if times > 1] == []


def test_there_are_pairs_enough_of_every_relation() -> None:
    assert len(PAIRS) >= 300
    labels = Counter(pair["label"] for pair in PAIRS)
    assert set(labels) == set(get_args(RelationName))
    assert min(labels.values()) >= 40


def test_pairs_of_the_same_text_share_half_of_it_and_those_of_one_matter_little() -> None:
    assert [pair["id"] for pair in PAIRS if pair["label"] == "same_text" and shared(pair) < 0.5] == []
    assert [pair["id"] for pair in PAIRS if pair["label"] == "same_matter" and shared(pair) > 0.25] == []


def test_shared_wording_alone_does_not_tell_the_same_matter() -> None:
    """The hard pairs: other matters told in nearly the same words."""
    assert sum(pair["label"] in {"related", "different"} and shared(pair) > 0.5 for pair in PAIRS) >= 20


@pytest.mark.parametrize("label", get_args(RelationName))
def test_a_kind_of_pair_says_more_than_the_label(label: str) -> None:
    assert len({pair["kind"] for pair in PAIRS if pair["label"] == label}) >= 3


def test_every_letter_of_a_matter_has_its_fields() -> None:
    assert [letter["id"] for letter in MATTERS if set(letter) != LETTER_FIELDS | {"group", "matter"}] == []


def test_a_matter_belongs_to_one_group_and_a_group_holds_several() -> None:
    groups: dict[str, set[str]] = defaultdict(set)
    for letter in MATTERS:
        groups[letter["group"]].add(letter["matter"])
    assert sum(len(matters) for matters in groups.values()) == len({letter["matter"] for letter in MATTERS})
    assert [group for group, matters in groups.items() if len(matters) < 2] == []
    assert [
        group for group, matters in groups.items() if any(not name.startswith(f"{group}.") for name in matters)
    ] == []


def test_every_group_has_a_matter_of_several_letters() -> None:
    matters = Counter(letter["matter"] for letter in MATTERS)
    groups = {letter["group"] for letter in MATTERS}
    assert groups == {letter["group"] for letter in MATTERS if matters[letter["matter"]] > 1}


def test_everything_is_read_by_the_training() -> None:
    assert len(shipped_pairs()) == len(PAIRS)
    assert len(shipped_matters()) == len(MATTERS) + len(PLACED)


def test_every_placed_letter_has_its_fields() -> None:
    needed = LETTER_FIELDS | {"group", "place", "problem"}
    assert [letter["id"] for letter in PLACED if set(letter) - {"copy_of"} != needed] == []


def test_a_copy_comes_behind_a_letter_of_the_same_place_and_problem() -> None:
    before: dict[str, dict[str, Any]] = {}
    for letter in PLACED:
        if "copy_of" in letter:
            original = before[letter["copy_of"]]
            assert all(letter[key] == original[key] for key in ("group", "place", "problem")), letter["id"]
        before[letter["id"]] = letter


def test_a_placed_group_holds_related_matters_and_one_of_several_letters() -> None:
    groups: dict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
    for letter in PLACED:
        groups[letter["group"]][letter["place"], letter["problem"]] += 1
    for group, matters in groups.items():
        assert len(matters) > 1, group
        assert max(matters.values()) > 1, group
