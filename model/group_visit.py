"""What one letter says of acting together: level, people who share the grievance, and the words that say so."""

from collections.abc import Sequence
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold, cross_val_predict

from model.calibration import CalibratedLinear
from model.cues import ACT_CODES, SPEAKER_CODES, CueReading, find_cues
from model.evidence import explain
from model.features import HashedTfidf
from model.linear import BlendedLinear
from model.reading import Page, Reading
from model.records import LEVELS, LONGEST_QUOTE, GroupVisit, People, Reason, VisitLevel

MOST_REASONS = 6
_CODES = (*SPEAKER_CODES, *ACT_CODES, "denial")


class GroupVisitReader:
    """Read the group-visit level of a letter from its cues and its wording.

    Two opinions weigh the same: one on the cues of the table, one on the wording, which a machine over n-grams judges.
    The first knows what the table says, the second what it lacks; joined in one model the second drowned the first,
    because our own letters are more alike in wording than an office's. Only the text counts: no field about a person
    is a feature.

    Learned: `features_`, `wording_` (over n-grams), `by_cues_` and `by_wording_` (the two opinions, every level
    weighing the same), `prior_` (3,), by which the score is brought back to how often a level occurs, and `held_out_`
    (letters, 3), the judgement of models that had not seen the letter.
    """

    def __init__(self, C: float = 0.05, seed: int = 0) -> None:  # noqa: N803 - scikit-learn's name
        self.C = C
        self.seed = seed

    def fit(self, readings: Sequence[Reading], levels: Sequence[str], groups: Sequence[int]) -> "GroupVisitReader":
        """Learn from letters and their levels (none, watch, warning); groups hold near-duplicates together."""
        self.features_ = HashedTfidf(min_df=3).fit(readings)
        rows = self.features_.transform(readings)
        self.wording_ = CalibratedLinear(BlendedLinear(C=0.2, seed=self.seed)).fit(rows, levels, groups)
        truth = np.asarray([LEVELS.index(cast(VisitLevel, level)) for level in levels])
        self.prior_ = np.bincount(truth, minlength=len(LEVELS)) / len(truth)
        cues = _cue_inputs([find_cues(reading.clean.text) for reading in readings])
        wording = self.wording_.held_out_.sum(axis=1).astype(np.float64)
        self.by_cues_, seen_by_cues = self._opinion(cues, truth, groups)
        self.by_wording_, seen_by_wording = self._opinion(wording, truth, groups)
        self.held_out_ = (seen_by_cues + seen_by_wording) / 2
        return self

    def _opinion(
        self, inputs: NDArray[np.float64], truth: NDArray[np.int64], groups: Sequence[int]
    ) -> tuple[LogisticRegression, NDArray[np.float64]]:
        """Fit one opinion and return it with its held-out probabilities, shape (letters, 3)."""
        model = LogisticRegression(C=self.C, class_weight="balanced", max_iter=5000, random_state=self.seed)
        splits = GroupKFold(5, shuffle=True, random_state=self.seed)
        proba = cross_val_predict(model, inputs, truth, groups=groups, cv=splits, method="predict_proba")
        return model.fit(inputs, truth), np.asarray(proba)

    def predict(self, readings: Sequence[Reading], originals: Sequence[str]) -> list[GroupVisit]:
        """Return the level of each letter; every level above none quotes its evidence from the original text."""
        rows = self.features_.transform(readings)
        wording = self.wording_.decision_function(rows).astype(np.float64)
        cues = [find_cues(reading.clean.text) for reading in readings]
        proba = (self.by_cues_.predict_proba(_cue_inputs(cues)) + self.by_wording_.predict_proba(wording)) / 2
        return [self._result(readings[i], originals[i], cues[i], proba[i], wording[i]) for i in range(len(readings))]

    def _result(
        self, reading: Reading, original: str, cues: CueReading, proba: NDArray[Any], wording: NDArray[Any]
    ) -> GroupVisit:
        level = LEVELS[int(proba.argmax())]
        reasons = _reasons(cues, reading, original) if level != "none" else ()
        if level != "none" and not reasons:
            reasons = self._wording_reasons(reading, original, level, wording)
        if level != "none" and not reasons:
            level = "none"
        weighted = proba * self.prior_
        return GroupVisit(level, float(weighted[2] / weighted.sum()), _largest(cues), reasons)

    def _wording_reasons(
        self, reading: Reading, original: str, level: VisitLevel, wording: NDArray[Any]
    ) -> tuple[Reason, ...]:
        """Quote the words that speak for the level against none, where no cue of the table matched."""
        place, none = (list(self.wording_.classes_).index(name) for name in (level, "none"))
        page = Page.of([reading])
        counted = self.features_.count(page)
        coef = np.asarray(self.wording_.machine_.coef_).T[counted.rows.indices]
        difference = np.asarray([wording[place] - wording[none]], np.float32)
        ((passages, _),) = explain(page, counted, [original], coef[:, place] - coef[:, none], difference)
        strong = [passage for passage in passages if passage.weight > 0][:2]
        return tuple(Reason(passage.start, passage.end, passage.text, "wording") for passage in strong)


def _largest(cues: CueReading) -> People | None:
    stated = [found.people for found in cues.people]
    return max(stated, key=lambda people: people.count, default=None)


def _cue_inputs(cues: Sequence[CueReading]) -> NDArray[np.float64]:
    """Return the features of the cues: how many of each (log), people (log), whether a group speaks, acts, both."""
    counts = np.asarray([[np.log1p(reading.count(code)) for code in _CODES] for reading in cues])
    largest = [_largest(reading) for reading in cues]
    people = np.asarray([[np.log1p(stated.count if stated else 0)] for stated in largest])
    acts = np.asarray([[sum(reading.count(code) for code in ACT_CODES)] for reading in cues], np.float64)
    acting = (acts > 0).astype(np.float64)
    sharing = (counts[:, : len(SPEAKER_CODES)].sum(axis=1, keepdims=True) > 0).astype(np.float64)
    return np.hstack([counts, people, acting, sharing, acting * sharing, np.log1p(acts)])


def _reasons(cues: CueReading, reading: Reading, original: str) -> tuple[Reason, ...]:
    """Quote the cues, acts first, without overlaps, without saying the same twice, and of numbers the largest only."""
    largest = _largest(cues)
    smaller = {found.start for found in cues.people if found.people != largest}
    telling = [cue for cue in cues.cues if cue.code != "people_count" or cue.start not in smaller]
    chosen: list[Reason] = []
    for cue in sorted(telling, key=lambda cue: (cue.code not in ACT_CODES, -_CODES.index(cue.code), cue.start)):
        start, end = reading.clean.original(cue.start, cue.end)
        quote = original[start:end]
        overlaps = any(start < reason.end and reason.start < end for reason in chosen)
        said = any(reason.text == quote for reason in chosen)
        if not overlaps and not said and 0 < end - start <= LONGEST_QUOTE:
            chosen.append(Reason(start, end, quote, cue.code))
    return tuple(chosen[:MOST_REASONS])
