from concurrent.futures import ThreadPoolExecutor
from typing import get_args

import numpy as np
import pytest

from model.analyse import Analyser
from model.reading import read
from model.segment import Name
from tests.factories import letter
from tests.model.letters import EXAMPLES, MATTERS

LETTERS = [letter(example.text, str(i)) for i, example in enumerate(EXAMPLES)]


def test_every_letter_gets_its_analysis_in_order(small_analyser: Analyser) -> None:
    found = small_analyser.analyse(LETTERS)
    assert [analysis.id for analysis in found] == [one.id for one in LETTERS]
    assert {analysis.model_version for analysis in found} == {"small"}
    for analysis in found:
        assert analysis.category
        assert analysis.purpose
        assert analysis.route
        assert analysis.group_visit


def test_a_letter_alone_is_judged_as_among_others(small_analyser: Analyser) -> None:
    for alone, among in zip(LETTERS, small_analyser.analyse(LETTERS), strict=True):
        (found,) = small_analyser.analyse([alone])
        assert (found.purpose, found.route, found.warnings) == (among.purpose, among.route, among.warnings)
        assert found.category
        assert among.category
        assert found.category.best.code == among.category.best.code
        assert found.category.unsure == among.category.unsure
        assert found.category.scores == pytest.approx(among.category.scores)
        assert found.group_visit
        assert among.group_visit
        assert found.group_visit.reasons == among.group_visit.reasons
        assert found.group_visit.score == pytest.approx(among.group_visit.score)


def test_letters_are_read_by_the_segmenter_of_the_model(small_analyser: Analyser) -> None:
    text = "春晖廉租房5-601漏水"
    for name in get_args(Name):
        profile = Analyser("small", relation=small_analyser.relation, segmenter=name).profiles([letter(text)])[0]
        assert profile.reading.words == read(text, name).words
    assert read(text, "jieba").words != read(text, "rjieba").words


def test_no_letters_have_no_analyses(small_analyser: Analyser) -> None:
    assert small_analyser.analyse([]) == []


def test_missing_parts_give_none() -> None:
    empty = Analyser("empty")
    (found,) = empty.analyse([letter("我不想活了")])
    assert (found.category, found.purpose, found.route, found.group_visit) == (None, None, None, None)
    assert [caution.code for caution in found.warnings] == ["danger_to_life"]
    assert empty.profiles([letter()]) == []
    assert empty.compare(letter(), letter()) is None
    assert empty.relate([]) == []


def test_one_missing_part_leaves_the_others(small_analyser: Analyser) -> None:
    without = Analyser("part", category=small_analyser.category)
    (found,), (whole,) = without.analyse(LETTERS[:1]), small_analyser.analyse(LETTERS[:1])
    assert found.category == whole.category
    assert found.purpose is None
    assert found.group_visit is None
    assert found.route == "ordinary"


def test_places_count_in_title_and_body_together(small_analyser: Analyser) -> None:
    text = letter("老伴说她不想活了", title="紧急😀求助")
    (found,) = small_analyser.analyse([text])
    caution = found.warnings[0]
    assert "不想活" in text.text[caution.start : caution.end]


def test_a_letter_of_nothing_readable_needs_review(small_analyser: Analyser) -> None:
    (found,) = small_analyser.analyse([letter("\u200b\u200b")])
    assert found.category
    assert found.category.needs_review
    assert found.category.evidence == ()


def test_a_comparison_tells_what_relating_prepared_letters_tells(small_analyser: Analyser) -> None:
    a, b = (letter(text) for text in MATTERS[0])
    first, second = small_analyser.profiles([a, b])
    (related,) = small_analyser.relate([(first, second)])
    compared = small_analyser.compare(a, b)
    assert compared
    assert (compared.score, compared.name) == (related.score, related.name)
    assert compared.shared


def test_a_letter_has_the_same_vector_alone_and_among_others(small_analyser: Analyser) -> None:
    together = small_analyser.vectors(LETTERS)
    for one, vector in zip(LETTERS, together, strict=True):
        np.testing.assert_array_equal(small_analyser.vectors([one])[0], vector)


def test_two_threads_see_what_one_sees(small_analyser: Analyser) -> None:
    expected = small_analyser.analyse(LETTERS)
    with ThreadPoolExecutor(2) as threads:
        found = list(threads.map(small_analyser.analyse, [LETTERS] * 6))
    assert found == [expected] * 6
