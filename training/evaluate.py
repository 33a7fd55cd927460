"""Measures a trained model on labelled letters that it has not seen."""

from collections.abc import Sequence
from typing import Any, TypeVar

import numpy as np

from model.analyse import Analyser
from model.errors import ModelError
from model.records import Letter
from training.corpus import Example, Pair
from training.measures import calibration_error, macro_f1, per_class, ranking

_P = TypeVar("_P")


def evaluate_category(analyser: Analyser, examples: Sequence[Example]) -> dict[str, Any]:
    """Return the quality of level-1 categories, with calibration and the share that needs no review."""
    classifier = _part(analyser.category, "category")
    parents = classifier.taxonomy.parents
    truth = [parents.get(example.code, example.code) for example in examples]
    results = [analysis.category for analysis in analyser.analyse([example.letter for example in examples])]
    found = [result for result in results if result is not None]
    guess = [result.best.code for result in found]
    right = [expected == got for expected, got in zip(truth, guess, strict=True)]
    kept = [correct for correct, result in zip(right, found, strict=True) if not result.needs_review]
    classes = per_class(truth, guess)
    return {
        "letters": len(truth),
        "accuracy": float(np.mean(right)),
        "macro_f1": macro_f1(classes),
        "calibration_error": calibration_error([result.best.confidence for result in found], right),
        "accepted": len(kept) / len(right),
        "accepted_precision": float(np.mean(kept)) if kept else None,
        "classes": classes,
    }


def evaluate_risk(analyser: Analyser, examples: Sequence[Example]) -> dict[str, Any]:
    """Return the quality of the group-visit levels and of the stated numbers of people."""
    _part(analyser.risk, "risk")
    results = analyser.analyse([example.letter for example in examples])
    visits = [analysis.group_visit for analysis in results if analysis.group_visit is not None]
    truth = [example.level for example in examples]
    classes = per_class(truth, [visit.level for visit in visits])
    warning = np.asarray([level == "warning" for level in truth])
    sizes = [
        visit.people is not None and visit.people.count == example.people.count
        for visit, example in zip(visits, examples, strict=True)
        if example.people
    ]
    return {
        "letters": len(truth),
        "macro_f1": macro_f1(classes),
        "warning": ranking(warning, np.asarray([visit.score for visit in visits])) or None,
        "size_exact": float(np.mean(sizes)) if sizes else None,
        "classes": classes,
    }


def evaluate_relation(analyser: Analyser, pairs: Sequence[Pair]) -> dict[str, Any]:
    """Return the quality of the relation of pairs; same_text and same_matter count as the same matter."""
    scorer = _part(analyser.relation, "relation")
    profiles: dict[str, Any] = {}

    def profile(letter: Letter) -> Any:
        return profiles.setdefault(letter.text, scorer.profiler.profile(letter))

    relations = scorer.score([(profile(pair.a), profile(pair.b)) for pair in pairs])
    truth = np.asarray([pair.label.startswith("same") for pair in pairs])
    score = np.asarray([relation.score for relation in relations])
    classes = per_class([pair.label for pair in pairs], [relation.name for relation in relations])
    return {
        "pairs": len(pairs),
        **ranking(truth, score),
        "relation_accuracy": float(np.mean([p.label == r.name for p, r in zip(pairs, relations, strict=True)])),
        "calibration_error": calibration_error(score.tolist(), truth.tolist()),
        "classes": classes,
    }


def _part(part: _P | None, name: str) -> _P:
    if part is None:
        raise ModelError(f"the model has no part {name!r}; train it: hongyan-train fit {name} --out DIR")
    return part
