"""Measures a trained model on labelled letters that it has not seen."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import numpy as np

from model.analyse import Analyser
from model.category import CategoryClassifier
from model.errors import ModelError
from training.corpus import Example, Pair
from training.html_card import CategoryReport
from training.measures import calibration_error, category_quality, level_quality, per_class, ranking
from training.relation_pairs import prepare

_P = TypeVar("_P")


def evaluate_category(analyser: Analyser, examples: Sequence[Example]) -> dict[str, Any]:
    """Return the quality of level-1 categories, with calibration and the share that needs no review."""
    classifier = require_part(analyser.category, "category")
    parents = classifier.taxonomy.parents
    truth = [parents.get(example.code, example.code) for example in examples]
    results = [analysis.category for analysis in analyser.analyse([example.letter for example in examples])]
    found = [result for result in results if result is not None]
    ranked = [[scored.code for scored in (result.best, *result.alternatives[:2])] for result in found]
    confidence = [result.best.confidence for result in found]
    kept = [not result.needs_review for result in found]
    return category_quality(truth, [names[0] for names in ranked], confidence, kept, ranked=ranked)


def category_report(
    manifest: Mapping[str, Any], classifier: CategoryClassifier, data_name: str, test: Mapping[str, Any]
) -> CategoryReport:
    """Return the model card: what was measured on a test file, and on held-out letters while training."""
    trained = manifest["metrics"]["category"]
    return CategoryReport(
        version=manifest["version"],
        created=manifest["created"],
        segmenter=manifest["segmenter"],
        data_name=data_name,
        names={category.code: category.name for category in classifier.taxonomy.categories},
        precision=classifier.precision,
        test=test,
        training=trained,
        learning_curve=trained["learning_curve"],
        doubtful=[{**entry, "excerpt": ""} for entry in trained["doubtful_labels"]],
    )


def evaluate_risk(analyser: Analyser, examples: Sequence[Example]) -> dict[str, Any]:
    """Return the quality of the group-visit levels and of the stated numbers of people."""
    require_part(analyser.risk, "risk")
    results = analyser.analyse([example.letter for example in examples])
    visits = [analysis.group_visit for analysis in results if analysis.group_visit is not None]
    truth = [str(example.level) for example in examples]
    sizes = [
        visit.people is not None and visit.people.count == example.people.count
        for visit, example in zip(visits, examples, strict=True)
        if example.people
    ]
    score = np.asarray([visit.score for visit in visits])
    quality = level_quality(truth, [visit.level for visit in visits], score)
    return {**quality, "size_exact": float(np.mean(sizes)) if sizes else None}


def evaluate_relation(analyser: Analyser, pairs: Sequence[Pair]) -> dict[str, Any]:
    """Return the quality of the relation of pairs; same_text and same_matter count as the same matter."""
    scorer = require_part(analyser.relation, "relation")
    relations = scorer.score(prepare(scorer.profiler, pairs))
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


def require_part(part: _P | None, name: str) -> _P:
    """Return a part of a model; raises ModelError, naming the command to run, if it is not trained."""
    if part is None:
        raise ModelError(f"the model has no part {name!r}; train it: hongyan-train fit {name} --out DIR")
    return part
