import json
from datetime import datetime
from pathlib import Path

import pytest

from model.when import OFFICE_ZONE
from tests.training.corpora import written
from training import corpus
from training.corpus import PAIR_WEIGHT, LabelledSpan, letter_of, pair_of, records


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty folder that stands for data/."""
    (tmp_path / "letters").mkdir()
    (tmp_path / "pairs").mkdir()
    monkeypatch.setattr("training.corpus.data_folder", lambda: tmp_path)
    return tmp_path


def test_letters_are_read_from_all_files_in_a_fixed_order(folder: Path) -> None:
    for name in ("b", "a", "c"):
        written(folder / "letters" / f"{name}.jsonl", {"id": name, "title": "", "body": "路灯坏了", "category": "x.y"})
    assert [example.letter.id for example in corpus.shipped_examples()] == ["a", "b", "c"]


def test_a_letter_without_purpose_is_an_appeal_and_without_level_not_judged(folder: Path) -> None:
    written(folder / "letters" / "a.jsonl", {"id": "1", "title": "路灯", "body": "坏了", "category": "x.y"})
    (example,) = corpus.shipped_examples()
    assert (example.purpose, example.level, example.people, example.spans) == ("appeal", None, None, ())


def test_spans_are_found_in_title_and_body(folder: Path) -> None:
    record = {
        "id": "1",
        "title": "三十户没有水",
        "body": "我们联名反映",
        "category": "x.y",
        "purpose": "appeal",
        "level": "watch",
        "people": {"count": 30, "unit": "household"},
        "spans": [{"text": "三十户", "label": "people_count"}, {"text": "联名反映", "label": "joint_letter"}],
    }
    written(folder / "letters" / "a.jsonl", record)
    (example,) = corpus.shipped_examples()
    assert example.spans == (
        LabelledSpan(0, 3, "三十户", "people_count"),
        LabelledSpan(9, 13, "联名反映", "joint_letter"),
    )
    assert example.people
    assert (example.people.count, example.people.unit) == (30, "household")


def test_written_pairs_count_less_than_letters_of_known_matters(folder: Path) -> None:
    pair = {"id": "p1", "label": "related", "a": {"id": "1", "body": "路灯"}, "b": {"id": "2", "body": "水管"}}
    written(folder / "pairs" / "pairs.jsonl", pair)
    (found,) = corpus.shipped_pairs()
    assert (found.group, found.label, found.weight) == ("p1", "related", PAIR_WEIGHT)
    assert PAIR_WEIGHT < 1.0


def test_letters_of_known_matters_carry_matter_and_group(folder: Path) -> None:
    written(folder / "pairs" / "matters.jsonl", {"id": "1", "body": "路灯", "matter": "g1.1", "group": "g1"})
    (found,) = corpus.shipped_matters()
    assert (found.letter.text, found.matter, found.group) == ("路灯", "g1.1", "g1")


def test_a_pair_without_id_is_a_group_of_its_own() -> None:
    pair = pair_of({"label": "different", "a": {"id": 1, "body": "路灯"}, "b": {"id": 2, "text": "水管"}})
    assert (pair.group, pair.weight) == ("1 2", 1.0)
    assert (pair.a.text, pair.b.text) == ("路灯", "水管")


def test_the_letters_of_a_pair_need_no_id() -> None:
    pair = pair_of({"id": "p1", "label": "different", "a": {"body": "路灯"}, "b": {"body": "水管"}})
    assert (pair.a.text, pair.b.text) == ("路灯", "水管")


def test_a_time_without_a_zone_is_that_of_the_office() -> None:
    found = letter_of({"id": "1", "body": "路灯", "received_at": "2026/3/5 9:07"})
    assert found.received_at == datetime(2026, 3, 5, 9, 7, tzinfo=OFFICE_ZONE)


def test_blank_lines_are_no_records(tmp_path: Path) -> None:
    assert list(records(written(tmp_path / "a.jsonl", {"a": 1}, "", "  ", {"b": 2}))) == [{"a": 1}, {"b": 2}]


def test_a_line_separator_inside_a_letter_does_not_end_its_record(tmp_path: Path) -> None:
    record = {"body": "一\u2028二\x85三"}
    file = written(tmp_path / "a.jsonl", json.dumps(record, ensure_ascii=False))
    assert list(records(file)) == [record]
