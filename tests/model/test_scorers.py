import numpy as np
import pytest

from model.reading import read
from model.term_classifier import TermClassifier
from model.utterance_scorer import UtteranceScorer
from model.utterances import Utterances, common_words, utterances

ACTING = (
    "业主去售楼部静坐，电梯坏了",
    "村民把工地围住，道路很脏",
    "工人去劳动局讨薪，天气很热",
    "家长到教育局静坐，学校很远",
)
QUIET = ("电梯坏了很久，物业不修", "道路很脏，没有人打扫", "天气很热，停电三天", "学校很远，没有校车")


def heard(text: str) -> Utterances:
    return utterances(read(text), common_words())


@pytest.fixture(scope="module")
def scorer() -> UtteranceScorer:
    letters = [heard(text) for text in (*ACTING, *QUIET)]
    marks = [np.asarray([1, -1])] * len(ACTING) + [np.asarray([0, 0])] * len(QUIET)
    return UtteranceScorer(C=10.0, min_df=1).fit(letters, marks)


def test_a_clause_that_says_it_scores_highest(scorer: UtteranceScorer) -> None:
    (scores,) = scorer.decision_function([heard("天气很热。物业不修。村民去信访局静坐。")])
    assert scores.argmax() == 2
    assert scores[2] > scores[:2].max()


def test_a_clause_is_heard_with_the_one_before_it_in_its_sentence_only(scorer: UtteranceScorer) -> None:
    texts = ("村民去信访局静坐，物业不修。", "村民去信访局静坐。物业不修。")
    together, apart = scorer.decision_function([heard(text) for text in texts])
    assert together[1] > apart[1]


def test_unknown_words_say_nothing(scorer: UtteranceScorer) -> None:
    assert scorer.decision_function([heard("彩虹")])[0][0] == pytest.approx(scorer.intercept_)


def test_an_empty_letter_has_no_clauses(scorer: UtteranceScorer) -> None:
    assert len(scorer.decision_function([heard("。。")])[0]) == 0


def test_what_was_learnt_can_be_taken_over(scorer: UtteranceScorer) -> None:
    other = UtteranceScorer().learnt(scorer.terms_, scorer.keys_, scorer.coef_, scorer.intercept_)
    (expected,), (scores,) = (one.decision_function([heard(ACTING[0])]) for one in (scorer, other))
    assert scores.tolist() == expected.tolist()


def test_letters_are_heard_alike_alone_and_together(scorer: UtteranceScorer) -> None:
    letters = [heard(text) for text in (ACTING[0], "。。", "物业不修", ACTING[1])]
    for letter, together in zip(letters, scorer.decision_function(letters), strict=True):
        assert scorer.decision_function([letter])[0].tolist() == together.tolist()


def test_letters_are_told_apart_by_their_terms() -> None:
    letters = [heard(text) for text in (*ACTING, *QUIET)]
    truth = np.asarray([1] * len(ACTING) + [0] * len(QUIET))
    classifier = TermClassifier(min_df=1).fit(letters, truth)
    proba = classifier.predict_proba([heard("居民去信访局静坐"), heard("物业不修电梯")])
    assert proba.shape == (2, 2)
    assert proba.sum(axis=1) == pytest.approx([1, 1])
    assert proba[0, 1] > proba[1, 1]


def test_a_letter_without_known_terms_can_be_judged() -> None:
    letters = [heard(text) for text in (*ACTING, *QUIET)]
    classifier = TermClassifier(min_df=1).fit(letters, np.asarray([1] * len(ACTING) + [0] * len(QUIET)))
    assert np.isfinite(classifier.predict_proba([heard("")])).all()
