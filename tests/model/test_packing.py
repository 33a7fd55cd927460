from dataclasses import fields

import numpy as np
import pytest

from model.analyse import Analyser
from model.packing import Packed
from model.profile import Profile
from tests.factories import letter
from tests.model.letters import EXAMPLES


@pytest.fixture(scope="module")
def profiles(small_analyser: Analyser) -> list[Profile]:
    texts = [example.text for example in EXAMPLES[:6]]
    return small_analyser.profiles([letter(text, str(i)) for i, text in enumerate([*texts, "翠竹云邸3号楼电梯坏了"])])


def test_a_packed_profile_has_the_same_terms(profiles: list[Profile]) -> None:
    for whole in profiles:
        kept = Packed.of(whole).profile(whole.letter)
        assert list(kept.terms) == list(whole.terms)
        for kind, terms in kept.terms.items():
            np.testing.assert_array_equal(terms.buckets, whole.terms[kind].buckets)
            np.testing.assert_array_equal(terms.weights, whole.terms[kind].weights)


def test_a_packed_profile_knows_the_same_things(profiles: list[Profile]) -> None:
    for whole in profiles:
        kept = Packed.of(whole).profile(whole.letter)
        np.testing.assert_array_equal(kept.topics, whole.topics)
        for field in fields(Profile):
            if field.name not in ("terms", "topics", "reading"):
                assert getattr(kept, field.name) == getattr(whole, field.name)
        assert (kept.reading.clean.text, kept.reading.words) == (whole.reading.clean.text, ())


def test_packed_profiles_are_scored_alike(small_analyser: Analyser, profiles: list[Profile]) -> None:
    kept = [Packed.of(whole).profile(whole.letter) for whole in profiles]
    pairs, packed = ([(one, other) for one in them for other in them] for them in (profiles, kept))
    assert small_analyser.relate(packed) == small_analyser.relate(pairs)
