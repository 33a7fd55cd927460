from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
import pytest

from model.reading import read
from model.records import Letter
from model.taxonomy import Taxonomy
from tests.factories import taxonomy
from tests.training.corpora import LENDERS, OWN_LABELS, SMALL_EXAMPLES, literal_taxonomy, small_taxonomy
from training.borrowing import BORROWED_WEIGHT, SPARSE, Loan, loans, meaning_of_categories
from training.corpus import Example

CODES = [example.code for example in SMALL_EXAMPLES]


@pytest.fixture(autouse=True)
def lenders(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a dozen letters stand for all that ship."""
    monkeypatch.setattr("training.borrowing.shipped_examples", lambda: LENDERS)
    monkeypatch.setattr("training.borrowing.shipped_taxonomy", small_taxonomy)


def letters_of(codes: Sequence[str]) -> list[Example]:
    """Return an own letter for each code."""
    return [Example(Letter(id=str(number), body=f"第{number}封来信"), code) for number, code in enumerate(codes)]


def lent(own: Taxonomy, codes: Sequence[str], meaning: Mapping[str, str] | None = None) -> list[Loan]:
    """Return the letters among the loans; the rest are the words of the taxonomy."""
    texts = {example.letter.text for example in LENDERS}
    return [loan for loan in loans(own, letters_of(codes), meaning or {}) if loan.text in texts]


def codes_of(found: Sequence[Loan]) -> Counter[str]:
    return Counter(loan.code for loan in found)


def test_only_labels_with_few_letters_borrow() -> None:
    codes = ["labour.wages"] * SPARSE + ["transport.road"] * (SPARSE - 1) + ["health.hospital"]
    assert codes_of(lent(small_taxonomy(), codes)) == {"transport.road": 2, "health.hospital": 2}


def test_nothing_is_lent_where_every_label_has_a_hundred_letters() -> None:
    assert lent(small_taxonomy(), [*small_taxonomy().classes_by_code] * SPARSE) == []


def test_a_label_without_any_letter_borrows_nothing() -> None:
    assert lent(small_taxonomy(), []) == []


def test_a_letter_that_is_lent_counts_less_than_an_own_one() -> None:
    assert {loan.weight for loan in lent(small_taxonomy(), ["labour"])} == {BORROWED_WEIGHT}
    assert 0 < BORROWED_WEIGHT < 1


def test_the_words_of_the_taxonomy_serve_every_class_however_many_letters_it_has() -> None:
    own = small_taxonomy()
    found = loans(own, letters_of([*own.classes_by_code] * SPARSE), {})
    assert codes_of(found) == dict.fromkeys(own.classes_by_code, 1)
    assert {loan.weight for loan in found} == {1.0}


def test_letters_serve_the_classes_of_a_category_that_the_office_does_not_divide() -> None:
    found = lent(small_taxonomy(), ["labour"] * SPARSE)
    assert {loan.code.split(".")[0] for loan in found} == {"labour"}
    assert {loan.weight for loan in found} == {0.0}


def test_a_category_that_the_office_does_not_use_is_lent_nothing() -> None:
    assert {loan.code.split(".")[0] for loan in loans(small_taxonomy(), letters_of(["labour.wages"]), {})} == {"labour"}


def test_a_letter_that_the_office_has_itself_is_not_lent() -> None:
    own = next(example for example in LENDERS if example.code.startswith("labour"))
    assert own.letter.text not in {loan.text for loan in loans(small_taxonomy(), [own], {})}


def test_a_letter_keeps_its_own_code_where_the_taxonomy_has_it() -> None:
    own = taxonomy("labour.wages", "labour.insurance", "weather")
    assert codes_of(lent(own, ["labour", "weather"], {"labour": "weather"})) == {"labour.wages": 2}


def test_a_letter_goes_to_its_category_where_the_taxonomy_has_no_classes() -> None:
    assert codes_of(lent(taxonomy("labour", "weather"), ["labour", "weather"])) == {"labour": 2}


def test_a_letter_goes_to_the_label_that_its_category_means() -> None:
    own = literal_taxonomy("欠薪社保", "出行", "其他")
    meaning = {"labour": "欠薪社保", "environment": "其他"}
    assert codes_of(lent(own, ["欠薪社保", "出行", "其他"], meaning)) == {"欠薪社保": 2, "其他": 2}
    assert codes_of(lent(own, ["欠薪社保"] * SPARSE + ["其他"], meaning)) == {"其他": 2}


def test_a_letter_whose_category_means_no_label_is_not_lent() -> None:
    assert lent(literal_taxonomy("欠薪社保", "出行"), ["欠薪社保", "出行"]) == []


def meaning_of(labels: Sequence[str]) -> dict[str, str]:
    readings = [read(example.letter.text) for example in SMALL_EXAMPLES]
    return meaning_of_categories(readings, np.asarray(labels), seed=0)


@pytest.fixture
def many_lenders(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the whole small corpus lend: a machine has to learn its categories."""
    monkeypatch.setattr("training.borrowing.shipped_examples", lambda: SMALL_EXAMPLES)


@pytest.mark.usefixtures("many_lenders")
def test_categories_find_the_labels_of_another_naming() -> None:
    categories = [code.split(".")[0] for code in CODES]
    names = {**{code: code for code in categories}, **OWN_LABELS}
    assert meaning_of([names[code] for code in categories]) == names


@pytest.mark.usefixtures("many_lenders")
def test_a_label_that_joins_categories_is_meant_by_each_of_them() -> None:
    found = meaning_of(["民生" if code.startswith(("labour", "health")) else "其余" for code in CODES])
    assert found["labour"] == found["health"] == "民生"
    assert found["transport"] == found["education"] == "其余"


@pytest.mark.usefixtures("many_lenders")
def test_a_category_divided_among_labels_means_none_of_them() -> None:
    """Half of its letters are too few to be sure."""
    found = meaning_of([f"{code.split('.')[0]}{i % 2}" if i < 12 else "其余" for i, code in enumerate(CODES)])
    assert "labour" not in found
    assert found["transport"] == "其余"


@pytest.mark.usefixtures("many_lenders")
def test_two_letters_are_too_few_to_give_a_category_its_meaning() -> None:
    chosen = [i for i, code in enumerate(CODES) if code.startswith("labour")]
    few = [*chosen[:2], *(i for i, code in enumerate(CODES) if code.startswith("health"))]
    readings = [read(SMALL_EXAMPLES[i].letter.text) for i in few]
    labels = np.asarray([CODES[i].split(".")[0].upper() for i in few])
    assert meaning_of_categories(readings, labels, seed=0) == {"health": "HEALTH"}
