"""What tests of several folders share."""

import copy
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings

from model import artefact
from model.analyse import Analyser
from model.category import CategoryClassifier
from model.comparison import compare
from model.group_visit import GroupVisitReader
from model.profile import Profiler
from model.purpose import PurposeReader
from model.reading import read
from model.relation import QUESTIONS, RelationScorer
from model.storage import Part
from tests.factories import letter, taxonomy
from tests.model.letters import EXAMPLES, labelled_pairs

# A slow machine must not fail a test, and a run must be repeatable.
settings.register_profile("repeatable", deadline=None, derandomize=True)
settings.load_profile("repeatable")


@pytest.fixture(scope="session")
def small_analyser() -> Analyser:
    """Return an analyser whose four parts have learnt from a small corpus; tests must not change it."""
    readings = [read(example.text) for example in EXAMPLES]
    groups = range(len(EXAMPLES))
    codes = [example.code for example in EXAMPLES]
    profiler = Profiler().fit(readings)
    pairs = labelled_pairs()
    profiles = [(profiler.profile(letter(a)), profiler.profile(letter(b))) for a, b, _ in pairs]
    labels = np.asarray([label for _, _, label in pairs])
    return Analyser(
        "small",
        CategoryClassifier(taxonomy(*dict.fromkeys(codes))).fit(readings, codes, groups),
        PurposeReader().fit(readings, [example.purpose for example in EXAMPLES], groups),
        RelationScorer(profiler).fit(compare(profiles), labels, dict.fromkeys(QUESTIONS, np.full(len(pairs), 10.0))),
        GroupVisitReader().fit(readings, [example.level for example in EXAMPLES], groups, [[] for _ in EXAMPLES]),
    )


@pytest.fixture(scope="session")
def model_folder(tmp_path_factory: pytest.TempPathFactory, small_analyser: Analyser) -> Path:
    """Return a trained folder with all four parts."""
    named = {"category": small_analyser.category, "purpose": small_analyser.purpose}
    more = {"relation": small_analyser.relation, "risk": small_analyser.risk}
    parts: dict[str, Part] = {name: part for name, part in (named | more).items() if part is not None}
    folder = tmp_path_factory.mktemp("trained") / "model"
    artefact.save(folder, parts, {})
    return folder


@pytest.fixture(scope="session")
def newer_folder(tmp_path_factory: pytest.TempPathFactory, small_analyser: Analyser) -> Path:
    """Return another trained folder, whose relation part weighs terms otherwise."""
    relation = copy.deepcopy(small_analyser.relation)
    assert relation
    assert small_analyser.category
    noise = np.random.default_rng(5)
    weights = relation.profiler.idf_
    relation.profiler.idf_ = {
        kind: (values * noise.uniform(0.7, 1.3, len(values))).astype(np.float32) for kind, values in weights.items()
    }
    folder = tmp_path_factory.mktemp("trained") / "newer"
    artefact.save(folder, {"category": small_analyser.category, "relation": relation}, {"source": "newer"})
    return folder
