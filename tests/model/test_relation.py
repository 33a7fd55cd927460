from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.analyse import Analyser
from model.profile import Profiler, ReadProfile
from model.reading import read
from model.relation import RelationScorer, shared_passages
from tests.factories import letter
from tests.model.letters import EXAMPLES, MATTERS
from tests.model.strategies import messy_texts

ELEVATOR, ELEVATOR_AGAIN = MATTERS[0]
ROAD = MATTERS[1][0]


@pytest.fixture(scope="module")
def scorer(small_analyser: Analyser) -> RelationScorer:
    assert small_analyser.relation
    return small_analyser.relation


def prepared(scorer: RelationScorer, *texts: str) -> list[ReadProfile]:
    return [scorer.profiler.profile(letter(text)) for text in texts]


def test_the_same_text_scores_above_the_same_matter_and_that_above_another(scorer: RelationScorer) -> None:
    a, edited, again, other = prepared(scorer, ELEVATOR, f"{ELEVATOR}谢谢！", ELEVATOR_AGAIN, ROAD)
    scores = [relation.score for relation in scorer.score([(a, edited), (a, again), (a, other)])]
    assert scores == sorted(scores, reverse=True)
    assert scores[0] > 0.5 > scores[2]


def test_the_name_agrees_with_the_score(scorer: RelationScorer) -> None:
    profiles = prepared(scorer, *(text for matter in MATTERS for text in matter))
    for relation in scorer.score([(a, b) for a in profiles for b in profiles]):
        assert (relation.name in {"same_text", "same_matter"}) == (relation.score >= 0.5)


def test_a_letter_and_itself_are_the_same_text(scorer: RelationScorer) -> None:
    (a,) = prepared(scorer, ELEVATOR)
    assert scorer.score([(a, a)])[0].name == "same_text"


def test_exchanging_the_letters_keeps_the_score(scorer: RelationScorer) -> None:
    a, b = prepared(scorer, ELEVATOR, ELEVATOR_AGAIN)
    there, back = scorer.score([(a, b), (b, a)])
    assert there == back


def test_who_wrote_moves_no_score(scorer: RelationScorer) -> None:
    facts: dict[str, Any] = {"petitioners": frozenset({"p1"}), "channel": "web", "region": "东湖区"}
    plain, signed, other = (
        scorer.profiler.profile(letter(ELEVATOR)),
        scorer.profiler.profile(letter(ELEVATOR, **facts)),
        scorer.profiler.profile(letter(ROAD, **facts)),
    )
    assert scorer.score([(plain, other)]) == scorer.score([(signed, other)])
    assert scorer.explain(plain, other).reasons == scorer.explain(signed, other).reasons


def test_the_reasons_say_in_what_two_letters_agree_and_differ(scorer: RelationScorer) -> None:
    a, again, other = prepared(scorer, ELEVATOR, ELEVATOR_AGAIN, ROAD)
    same, apart = scorer.explain(a, again), scorer.explain(a, other)
    assert {"same_place", "same_problem"} <= set(same.reasons)
    assert {"other_place", "other_problem"} <= set(apart.reasons)


def test_letters_from_different_counties_are_not_said_to_agree_in_the_place(scorer: RelationScorer) -> None:
    text = "{}绿源养殖场把污水直接排进河里,气味难闻,村民多次反映没有人管,请环保局到现场查处,还大家一条干净的河。"
    here, again, elsewhere = prepared(
        scorer, text.format("云河县"), f"{text.format('云河县')}盼复。", text.format("明湖县")
    )
    same, apart = scorer.explain(here, again), scorer.explain(here, elsewhere)
    assert ("same_place" in same.reasons, "same_place" in apart.reasons) == (True, False)


def test_no_pairs_have_no_relations(scorer: RelationScorer) -> None:
    assert scorer.score([]) == []


def test_what_is_new_in_b_is_quoted_and_what_is_known_is_not(scorer: RelationScorer) -> None:
    addition = "昨天夜里还有孩子被困在里面"
    a, b = prepared(scorer, ELEVATOR, f"{ELEVATOR}{addition}。")
    assert [span.text for span in scorer.explain(a, b).new_in_b] == [addition]
    assert scorer.explain(a, a).new_in_b == ()


def test_what_both_letters_say_is_shown_in_each(scorer: RelationScorer) -> None:
    a, b = prepared(scorer, "老闆說翠竹花園小區三號樓电梯坏了", "请看：翠竹花园小区三号楼\u200b电梯停用")
    (shared,) = shared_passages(a, b)
    assert a.letter.text[shared.a_start : shared.a_end] == "翠竹花園小區三號樓电梯"
    assert b.letter.text[shared.b_start : shared.b_end] == "翠竹花园小区三号楼\u200b电梯"


def test_fewer_than_four_common_characters_are_not_shown(scorer: RelationScorer) -> None:
    a, b = prepared(scorer, "河水发臭", "河水很清")
    assert shared_passages(a, b) == ()


PROFILER = Profiler().fit([read(example.text) for example in EXAMPLES[:5]])


@given(messy_texts, messy_texts)
def test_shared_passages_say_the_same_in_both_letters(first: str, second: str) -> None:
    a, b = PROFILER.profile(letter(first)), PROFILER.profile(letter(second))
    for shared in shared_passages(a, b):
        left, right = read(first[shared.a_start : shared.a_end]), read(second[shared.b_start : shared.b_end])
        assert left.clean.text == right.clean.text


@given(text=st.sampled_from(EXAMPLES).map(lambda example: example.text), other=messy_texts)
def test_new_passages_quote_the_original(scorer: RelationScorer, text: str, other: str) -> None:
    a, b = prepared(scorer, text, other)
    for span in scorer.explain(a, b).new_in_b:
        assert span.text == other[span.start : span.end]
