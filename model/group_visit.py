"""What one letter says of acting together: level, people who share the grievance, and the words that say so."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold, cross_val_predict

from model.cues import ACT_CODES, SPEAKER_CODES, Cue, CueReading, find_cues
from model.linear import probabilities
from model.reading import Reading
from model.records import LEVELS, LONGEST_QUOTE, GroupVisit, People, Reason, VisitLevel
from model.term_classifier import TermClassifier
from model.utterance_scorer import Scores, UtteranceScorer
from model.utterances import Utterances, common_words, utterances
from model.vocabulary import Vocabulary

MOST_REASONS = 6
_CODES = ("wording", *SPEAKER_CODES, *ACT_CODES, "denial")
# What one clause with a cue of acting weighs, and each further one, beside the log-odds of the wording.
_ACT = 2.5
_FURTHER_ACT = 0.5
_MOST_ACTS = 4
# Clauses below these log-odds say nothing, so that what is said about anything else moves no score.
_SAYS_ACTING = -2.0
_SAYS_SHARING = -2.0
_MOST_SPEAKERS = 2
_END_OF_CLAUSE = re.compile(r"[,。;!?\n]")
FOLDS = 5
PLAIN_CODES = ("collective_action_planned", "collective_action_threatened")


@dataclass(frozen=True, slots=True)
class Mark:
    """A passage [start, end) of a clean text that shows acting (a code of acts), sharing or a denial."""

    start: int
    end: int
    code: str


@dataclass(frozen=True, slots=True)
class Heard:
    """A letter as the reader hears it: its clean text, its clauses, its cues and the log-odds of each clause."""

    text: str
    spoken: Utterances
    cues: CueReading
    acting: Scores
    sharing: Scores


class GroupVisitReader:
    """Read the group-visit level of a letter from its cues and its wording.

    Two opinions weigh the same. One hears single clauses: two scorers, which learn from marked passages, tell who
    shares a grievance and who acts together, and the letter counts by its clauses that say so most clearly; for acting
    the table of cues is the better where it speaks, the scorer where the table lacks the words. The other opinion
    judges the letter as a whole by its terms. Names of persons, places and bodies are no terms, nor is criticism of
    those who govern, and no field about a person is a feature.

    Where the table knows a plan or threat, how often such letters warn weighs as much as both together.

    Learned: `acting_` and `sharing_` (the scorers), `judge_` (levels from what they heard), `whole_` (levels from all
    terms), every level weighing the same; `plain_` (3,), the levels of letters with a plan or threat in plain words;
    `prior_` (3,), by which the score is brought back to how often a level occurs; `held_out_` (letters, 3), the
    judgement of models that had not seen the letter.
    """

    def __init__(self, C: float = 1.0, seed: int = 0) -> None:  # noqa: N803 - scikit-learn's name
        self.C = C
        self.seed = seed

    def fit(
        self,
        readings: Sequence[Reading],
        levels: Sequence[str],
        groups: Sequence[int],
        marks: Sequence[Sequence[Mark]],
    ) -> "GroupVisitReader":
        """Learn from letters, their levels (none, watch, warning) and the passages that show them.

        Groups hold near-duplicates together. A letter above none without marked passages is taken to say so anywhere.
        """
        spoken = [utterances(reading, common_words()) for reading in readings]
        acting = [_acting_marks(*each) for each in zip(spoken, levels, marks, strict=True)]
        sharing = [_sharing_marks(*each) for each in zip(spoken, levels, marks, strict=True)]
        cues = [find_cues(reading.clean.text) for reading in readings]
        scores = (self._held_out(spoken, marked, groups) for marked in (acting, sharing))
        texts = [reading.clean.text for reading in readings]
        heard = [Heard(*each) for each in zip(texts, spoken, cues, *scores, strict=True)]
        truth = np.asarray([LEVELS.index(cast(VisitLevel, level)) for level in levels])
        self.prior_ = np.bincount(truth, minlength=len(LEVELS)) / len(truth)
        judge = LogisticRegression(C=self.C, class_weight="balanced", max_iter=5000, random_state=self.seed)
        inputs = np.asarray([_inputs(each) for each in heard])
        by_clauses = cross_val_predict(judge, inputs, truth, groups=groups, cv=self._folds(), method="predict_proba")
        proba = (np.asarray(by_clauses) + self._held_out_whole(spoken, truth, groups)) / 2
        self.plain_ = self._levels_of([level for level, each in zip(truth, heard, strict=True) if _is_plain(each)])
        self.held_out_ = np.asarray([self._with_plain(*each) for each in zip(proba, heard, strict=True)])
        self.judge_ = judge.fit(inputs, truth)
        self.whole_ = TermClassifier(seed=self.seed).fit(spoken, truth)
        self.acting_ = UtteranceScorer(seed=self.seed).fit(spoken, acting)
        self.sharing_ = UtteranceScorer(seed=self.seed).fit(spoken, sharing)
        return self

    @cached_property
    def words(self) -> Vocabulary:
        """Return the terms that any part of the reader has learnt; no others need to be found."""
        return Vocabulary({*self.acting_.terms_, *self.sharing_.terms_, *self.whole_.terms_})

    def _folds(self) -> GroupKFold:
        return GroupKFold(FOLDS, shuffle=True, random_state=self.seed)

    def _held_out(
        self, spoken: Sequence[Utterances], marks: Sequence[NDArray[np.int64]], groups: Sequence[int]
    ) -> list[Scores]:
        """Return the scores of clauses by scorers that have not seen the letter."""
        scores: list[Scores] = [np.zeros(0)] * len(spoken)
        for learning, asked in self._folds().split(np.zeros(len(spoken)), groups=groups):
            scorer = UtteranceScorer(seed=self.seed).fit([spoken[i] for i in learning], [marks[i] for i in learning])
            for i, score in zip(asked, scorer.decision_function([spoken[i] for i in asked]), strict=True):
                scores[i] = score
        return scores

    def _levels_of(self, plain: Sequence[int]) -> NDArray[np.float64]:
        """Return the levels of letters with a plan or threat in plain words, every level weighing the same."""
        shares = np.bincount(plain, minlength=len(LEVELS)) / np.maximum(self.prior_, 1e-9)
        return shares / shares.sum() if len(plain) else np.zeros(len(LEVELS))

    def _with_plain(self, proba: NDArray[np.float64], heard: Heard) -> NDArray[np.float64]:
        """Return the levels of a letter, to which a plan or threat in plain words adds an opinion of equal weight."""
        return (proba + self.plain_) / 2 if _is_plain(heard) and self.plain_.any() else proba

    def _held_out_whole(
        self, spoken: Sequence[Utterances], truth: NDArray[np.int64], groups: Sequence[int]
    ) -> NDArray[np.float64]:
        """Return the levels from all terms by classifiers that have not seen the letter, shape (letters, 3)."""
        proba = np.zeros((len(spoken), len(LEVELS)))
        for learning, asked in self._folds().split(np.zeros(len(spoken)), groups=groups):
            classifier = TermClassifier(seed=self.seed).fit([spoken[i] for i in learning], truth[learning])
            proba[np.ix_(asked, classifier.model_.classes_)] = classifier.predict_proba([spoken[i] for i in asked])
        return proba

    def predict(self, readings: Sequence[Reading], originals: Sequence[str]) -> list[GroupVisit]:
        """Return the level of each letter; every level above none quotes its evidence from the original text."""
        heard = self._hear(readings)
        proba = self._proba(heard) if heard else ()
        return [self._judged(*each) for each in zip(heard, proba, readings, originals, strict=True)]

    def _hear(self, readings: Sequence[Reading]) -> list[Heard]:
        texts = [reading.clean.text for reading in readings]
        spoken = [utterances(reading, self.words) for reading in readings]
        scores = (scorer.decision_function(spoken) for scorer in (self.acting_, self.sharing_))
        return [Heard(*each) for each in zip(texts, spoken, map(find_cues, texts), *scores, strict=True)]

    def _proba(self, heard: Sequence[Heard]) -> NDArray[np.float64]:
        """Return the levels of letters by both opinions, shape (letters, 3)."""
        by_clauses = probabilities(self.judge_, np.asarray([_inputs(each) for each in heard]))
        return np.asarray((by_clauses + self.whole_.predict_proba([each.spoken for each in heard])) / 2)

    def _judged(self, heard: Heard, proba: NDArray[np.float64], reading: Reading, original: str) -> GroupVisit:
        proba = self._with_plain(proba, heard)
        level = LEVELS[int(proba[: 3 if _can_be_quoted(heard) else 2].argmax())]
        reasons = _reasons(heard, level, reading, original) if level != "none" else ()
        weighted = proba * self.prior_
        return GroupVisit(level if reasons else "none", float(weighted[2] / weighted.sum()), _largest(heard), reasons)


def _is_plain(heard: Heard) -> bool:
    """Say whether a letter states in plain words that a group plans or threatens to act."""
    return any(cue.code in PLAIN_CODES for cue in heard.cues.cues)


def _can_be_quoted(heard: Heard) -> bool:
    """Say whether a cue, or a clause that more likely than not speaks of acting, can be quoted for a warning."""
    return any(cue.code in ACT_CODES for cue in heard.cues.cues) or bool(heard.acting.max(initial=-1.0) > 0)


def _acting_marks(spoken: Utterances, level: str, marks: Sequence[Mark]) -> NDArray[np.int64]:
    """Say of each clause whether it speaks of acting: 1, 0, or -1 where nobody knows."""
    if level != "warning":
        return np.zeros(len(spoken.bounds), np.int64)
    said = np.where(_marked(spoken, [mark for mark in marks if mark.code in ACT_CODES]), 1, -1)
    said[_marked(spoken, [mark for mark in marks if mark.code == "denial"])] = 0
    return said if (said > 0).any() else np.ones(len(spoken.bounds), np.int64)


def _sharing_marks(spoken: Utterances, level: str, marks: Sequence[Mark]) -> NDArray[np.int64]:
    """Say of each clause whether several speak or act in it: 1, 0, or -1 where nobody knows."""
    if level == "none":
        return np.zeros(len(spoken.bounds), np.int64)
    said = np.where(_marked(spoken, [mark for mark in marks if mark.code != "denial"]), 1, -1)
    return said if (said > 0).any() else np.ones(len(spoken.bounds), np.int64)


def _marked(spoken: Utterances, marks: Iterable[Mark]) -> NDArray[np.bool_]:
    """Say which clauses share at least half of themselves or of a mark, or six characters, with a mark."""
    starts, ends = spoken.bounds[:, 0], spoken.bounds[:, 1]
    found = np.zeros(len(starts), bool)
    for mark in marks:
        shared = np.minimum(mark.end, ends) - np.maximum(mark.start, starts)
        found |= shared >= np.minimum(6, np.minimum((mark.end - mark.start) / 2, (ends - starts) / 2))
    return found


def _inputs(heard: Heard) -> list[float]:
    """Return what the judge sees: how clearly a clause says acting, sharing, further sharing, and who speaks."""
    acts = {cue.start // LONGEST_QUOTE for cue in heard.cues.cues if cue.code in ACT_CODES}
    by_cues = _ACT + _FURTHER_ACT * (min(len(acts), _MOST_ACTS) - 1) if acts else 0.0
    acting = np.maximum(heard.acting - _SAYS_ACTING, 0)
    sharing = np.sort(np.maximum(heard.sharing - _SAYS_SHARING, 0))[::-1]
    speakers = sum(heard.cues.count(code) for code in SPEAKER_CODES)
    return [
        max(by_cues, float(acting.max(initial=0))),
        float(sharing[:1].sum()),
        float(sharing[1:3].sum() / 2),
        min(speakers, _MOST_SPEAKERS),
    ]


def _largest(heard: Heard) -> People | None:
    return max((found.people for found in heard.cues.people), key=lambda people: people.count, default=None)


def _reasons(heard: Heard, level: VisitLevel, reading: Reading, original: str) -> tuple[Reason, ...]:
    """Quote the cues, acts first, without overlaps, without saying the same twice, and of numbers the largest only.

    Where no cue tells the level, the clause is quoted that says it most clearly.
    """
    largest = _largest(heard)
    smaller = {found.start for found in heard.cues.people if found.people != largest}
    telling = [cue for cue in heard.cues.cues if cue.code != "people_count" or cue.start not in smaller]
    passages = [(*_whole(heard, cue), cue.code) for cue in telling]
    needed = ACT_CODES if level == "warning" else SPEAKER_CODES
    scores = heard.acting if level == "warning" else heard.sharing
    if len(scores) and not any(code in needed for _, _, code in passages):
        passages.append((*heard.spoken.passage(int(scores.argmax())), "wording"))
    chosen: list[Reason] = []
    for start, end, code in sorted(passages, key=_order):
        first, last = reading.clean.original(start, end)
        quote = original[first:last]
        overlaps = any(first < reason.end and reason.start < last for reason in chosen)
        if not overlaps and quote not in {reason.text for reason in chosen} and 0 < len(quote) <= LONGEST_QUOTE:
            chosen.append(Reason(first, last, quote, code))
    return tuple(chosen[:MOST_REASONS])


def _whole(heard: Heard, cue: Cue) -> tuple[int, int]:
    """Return where a cue stands, one of acting together with the rest of its clause if that can be quoted."""
    if cue.code not in ACT_CODES:
        return cue.start, cue.end
    rest = _END_OF_CLAUSE.search(heard.text, cue.end)
    end = rest.start() if rest else len(heard.text)
    return cue.start, end if end - cue.start <= LONGEST_QUOTE else cue.end


def _order(passage: tuple[int, int, str]) -> tuple[Any, ...]:
    start, _, code = passage
    return (code not in (*ACT_CODES, "wording"), -_CODES.index(code), start)
