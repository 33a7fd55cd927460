"""Turns the learned parts into arrays and small tables, and back."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import skops.io
from numpy.typing import NDArray

from model.agreement import Agreement
from model.calibration import TEMPERATURES, CalibratedLinear
from model.category import Branch, CategoryClassifier
from model.errors import ArtefactError
from model.features import HashedTfidf
from model.group_visit import GroupVisitReader
from model.lexicon import Lexicon
from model.likeness import WordLikeness
from model.linear import BlendedLinear, Narrowing
from model.monotone import MonotoneLogistic
from model.profile import Profiler
from model.purpose import PurposeReader
from model.relation import QUESTIONS, RelationScorer
from model.taxonomy import content_of, taxonomy_of
from model.term_classifier import TermClassifier
from model.thresholds import HeldOut
from model.topics import TopicSpace
from model.utterance_scorer import UtteranceScorer

Part = CategoryClassifier | PurposeReader | RelationScorer | GroupVisitReader


class PartWriter:
    """Write one part's arrays, tables and estimators into a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True)

    def array(self, name: str, values: NDArray[Any]) -> None:
        """Write an array as name.npy."""
        np.save(self.folder / f"{name}.npy", values, allow_pickle=False)

    def table(self, name: str, content: Any) -> None:
        """Write a small table as name.json."""
        text = json.dumps(content, ensure_ascii=False, sort_keys=True, indent=1)
        (self.folder / f"{name}.json").write_text(text, encoding="utf-8")

    def estimator(self, name: str, fitted: Any) -> None:
        """Write a scikit-learn estimator as name.skops."""
        skops.io.dump(fitted, self.folder / f"{name}.skops")

    def tfidf(self, name: str, features: HashedTfidf) -> None:
        """Write hashed features."""
        self.table(
            name, {"kinds": features.kinds, "min_df": features.min_df, "bits": features.bits, "sizes": features.sizes_}
        )
        self.array(f"{name}.idf", features.idf_)
        for kind in features.kinds:
            self.array(f"{name}.{kind}.columns", features.columns_[kind])

    def linear(self, name: str, fitted: CalibratedLinear) -> None:
        """Write a calibrated linear machine, without its held-out decisions."""
        machine, temperature = fitted.machine_, fitted.temperature_
        settings = {"classes": machine.classes_.tolist(), "sizes": fitted.sizes_, "machine": machine.get_params()}
        self.table(name, {**settings, "temperature": type(temperature).__name__})
        self.array(f"{name}.coef", machine.coef_)
        self.array(f"{name}.intercept", machine.intercept_)
        self.array(f"{name}.temperature", np.vstack([temperature.weights_, temperature.mean_, temperature.scale_]))

    def monotone(self, name: str, model: MonotoneLogistic) -> None:
        """Write a logistic regression with fixed signs."""
        self.table(name, {"signs": model.signs, "intercept": model.intercept_})
        self.array(f"{name}.weights", np.vstack([model.coef_, model.mean_, model.scale_]))


class PartReader:
    """Read what PartWriter wrote; arrays stay on disk until they are used."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def array(self, name: str) -> NDArray[Any]:
        """Return a read-only array that is read from disk where it is used."""
        return np.asarray(np.load(self.folder / f"{name}.npy", mmap_mode="r", allow_pickle=False))

    def holds(self, name: str) -> bool:
        """Say whether there is an array of this name."""
        return (self.folder / f"{name}.npy").is_file()

    def table(self, name: str) -> Any:
        """Return a small table."""
        return json.loads((self.folder / f"{name}.json").read_text(encoding="utf-8"))

    def estimator(self, name: str) -> Any:
        """Return a scikit-learn estimator; raises ArtefactError on a type that skops does not trust."""
        file = self.folder / f"{name}.skops"
        unknown = skops.io.get_untrusted_types(file=file)
        if unknown:
            raise ArtefactError(f"{file}: holds types that are not trusted: {', '.join(unknown)}; train it anew")
        return skops.io.load(file, trusted=[])

    def tfidf(self, name: str) -> HashedTfidf:
        """Return hashed features."""
        settings = self.table(name)
        features = HashedTfidf(settings["kinds"], settings["min_df"], settings["bits"])
        features.sizes_ = tuple(settings["sizes"])
        features.idf_ = self.array(f"{name}.idf")
        features.columns_ = {kind: self.array(f"{name}.{kind}.columns") for kind in features.kinds}
        return features

    def linear(self, name: str) -> CalibratedLinear:
        """Return a calibrated linear machine."""
        settings = self.table(name)
        machine = BlendedLinear(**settings["machine"])
        machine.classes_ = np.asarray(settings["classes"])
        machine.coef_ = self.array(f"{name}.coef")
        machine.intercept_ = np.asarray(self.array(f"{name}.intercept"))
        fitted = CalibratedLinear(machine, TEMPERATURES[settings["temperature"]])
        fitted.machine_ = machine
        fitted.sizes_ = tuple(settings["sizes"])
        fitted.temperature_ = fitted.temperature()
        values = np.asarray(self.array(f"{name}.temperature"))
        fitted.temperature_.weights_, fitted.temperature_.mean_, fitted.temperature_.scale_ = values
        return fitted

    def monotone(self, name: str) -> MonotoneLogistic:
        """Return a logistic regression with fixed signs."""
        settings = self.table(name)
        model = MonotoneLogistic(settings["signs"])
        model.coef_, model.mean_, model.scale_ = np.asarray(self.array(f"{name}.weights"))
        model.intercept_ = settings["intercept"]
        return model


def _write_category(part: CategoryClassifier, out: PartWriter) -> None:
    out.table("taxonomy", content_of(part.taxonomy))
    out.table("settings", {"precision": part.precision})
    out.array("thresholds", part.thresholds_)
    if part.held_out_ is not None:
        held = part.held_out_
        out.array("held_out", np.vstack([held.confidence, held.guess, held.truth]))
    out.tfidf("features", part.features_)
    out.linear("level1", part.level1_)
    # An office's codes may hold any character, so files are numbered.
    out.table("categories", sorted(part.level2_))
    for number, code in enumerate(sorted(part.level2_)):
        out.array(f"level2.{number}.columns", part.level2_[code].narrowing.places)
        out.linear(f"level2.{number}", part.level2_[code].machine)


def _read_category(source: PartReader) -> CategoryClassifier:
    settings = source.table("settings")
    taxonomy = taxonomy_of(source.table("taxonomy"), str(source.folder))
    part = CategoryClassifier(taxonomy, precision=settings["precision"])
    part.thresholds_ = np.asarray(source.array("thresholds"))
    part.held_out_ = None
    # Models of earlier versions did not keep them: they promise the precision that they were trained for.
    if source.holds("held_out"):
        confidence, guess, truth = source.array("held_out")
        part.held_out_ = HeldOut(confidence, guess.astype(np.intp), truth.astype(np.intp))
    part.features_ = source.tfidf("features")
    part.level1_ = source.linear("level1")
    part.machine = part.level1_.machine
    part.level2_ = {
        code: Branch(Narrowing(source.array(f"level2.{number}.columns")), source.linear(f"level2.{number}"))
        for number, code in enumerate(source.table("categories"))
    }
    return part


def _write_purpose(part: PurposeReader, out: PartWriter) -> None:
    out.tfidf("features", part.features_)
    out.linear("machine", part.machine_)


def _read_purpose(source: PartReader) -> PurposeReader:
    part = PurposeReader()
    part.features_ = source.tfidf("features")
    part.machine_ = source.linear("machine")
    return part


def _write_relation(part: RelationScorer, out: PartWriter) -> None:
    profiler = part.profiler
    for kind, weights in profiler.idf_.items():
        out.array(f"idf.{kind}", weights)
    out.table("profiler", {"kinds": sorted(profiler.idf_), "rare_from": profiler.rare_from_})
    out.array("lexicon", profiler.lexicon_.hashes_)
    likeness = profiler.likeness_
    for name, values in (("words", likeness.words_), ("like", likeness.like_), ("likeness", likeness.likeness_)):
        out.array(f"likeness.{name}", values)
    out.tfidf("topics", profiler.topics_.features_)
    out.array("topics.components", profiler.topics_.components_)
    out.array("agreement", np.vstack([part.agreement_.mean_, part.agreement_.scale_]))
    for name, model in part.models_.items():
        out.monotone(name, model)


def _read_relation(source: PartReader) -> RelationScorer:
    profiler = Profiler()
    settings = source.table("profiler")
    profiler.idf_ = {kind: source.array(f"idf.{kind}") for kind in settings["kinds"]}
    profiler.rare_from_ = settings["rare_from"]
    profiler.lexicon_ = Lexicon()
    profiler.lexicon_.hashes_ = source.array("lexicon")
    profiler.likeness_ = likeness = WordLikeness()
    likeness.words_, likeness.like_, likeness.likeness_ = (
        source.array(f"likeness.{name}") for name in ("words", "like", "likeness")
    )
    profiler.topics_ = TopicSpace()
    profiler.topics_.features_ = source.tfidf("topics")
    profiler.topics_.components_ = source.array("topics.components")
    part = RelationScorer(profiler)
    part.agreement_ = Agreement()
    part.agreement_.mean_, part.agreement_.scale_ = np.asarray(source.array("agreement"))
    part.models_ = {name: source.monotone(name) for name in QUESTIONS}
    return part


def _write_risk(part: GroupVisitReader, out: PartWriter) -> None:
    for name, scorer in (("acting", part.acting_), ("sharing", part.sharing_)):
        out.table(name, {"C": scorer.C, "min_df": scorer.min_df, "terms": list(scorer.terms_)})
        out.array(f"{name}.keys", scorer.keys_)
        out.array(f"{name}.coef", np.append(scorer.coef_, scorer.intercept_))
    out.array("prior", part.prior_)
    out.array("plain", part.plain_)
    out.estimator("judge", part.judge_)
    out.table("whole", {"C": part.whole_.C, "min_df": part.whole_.min_df, "terms": list(part.whole_.terms_)})
    out.array("whole.idf", part.whole_.idf_)
    out.estimator("whole", part.whole_.model_)


def _read_risk(source: PartReader) -> GroupVisitReader:
    part = GroupVisitReader()
    part.acting_, part.sharing_ = (_read_scorer(source, name) for name in ("acting", "sharing"))
    part.prior_ = source.array("prior")
    part.plain_ = np.asarray(source.array("plain"))
    part.judge_ = source.estimator("judge")
    whole = source.table("whole")
    part.whole_ = TermClassifier(whole["C"], whole["min_df"])
    part.whole_.know(whole["terms"], source.array("whole.idf"))
    part.whole_.model_ = source.estimator("whole")
    return part


def _read_scorer(source: PartReader, name: str) -> UtteranceScorer:
    settings = source.table(name)
    weights = source.array(f"{name}.coef")
    scorer = UtteranceScorer(settings["C"], settings["min_df"])
    return scorer.learnt(settings["terms"], source.array(f"{name}.keys"), weights[:-1], float(weights[-1]))


WRITERS: dict[str, Callable[[Any, PartWriter], None]] = {
    "category": _write_category,
    "purpose": _write_purpose,
    "relation": _write_relation,
    "risk": _write_risk,
}
READERS: dict[str, Callable[[PartReader], Any]] = {
    "category": _read_category,
    "purpose": _read_purpose,
    "relation": _read_relation,
    "risk": _read_risk,
}
