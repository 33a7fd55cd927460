from dataclasses import fields

import numpy as np
import pytest

from model.analyse import Analyser
from model.packing import FORMAT, pack, unpack
from model.profile import Profile, ReadProfile
from model.terms import KINDS
from tests.factories import letter
from tests.model.letters import EXAMPLES


@pytest.fixture(scope="module")
def profiles(small_analyser: Analyser) -> list[ReadProfile]:
    texts = [example.text for example in EXAMPLES[:6]]
    return small_analyser.profiles([letter(text, str(i)) for i, text in enumerate([*texts, "翠竹云邸3号楼电梯坏了"])])


def test_a_packed_profile_has_the_same_terms(profiles: list[ReadProfile]) -> None:
    for whole in profiles:
        kept = unpack(pack(whole))
        assert list(kept.terms) == list(whole.terms)
        for kind, terms in kept.terms.items():
            np.testing.assert_array_equal(terms.buckets, whole.terms[kind].buckets)
            np.testing.assert_array_equal(terms.weights, whole.terms[kind].weights)


def test_a_packed_profile_knows_the_same_things(profiles: list[ReadProfile]) -> None:
    for whole in profiles:
        kept = unpack(pack(whole))
        np.testing.assert_array_equal(kept.topics, whole.topics)
        for field in fields(Profile):
            if field.name not in ("terms", "topics", "names", "gist_names"):
                assert getattr(kept, field.name) == getattr(whole, field.name)
        for found, expected in ((kept.names, whole.names), (kept.gist_names, whole.gist_names)):
            named = [[(name.kind, name.stem, name.grams) for name in names] for names in (found, expected)]
            assert named[0] == named[1]


def test_a_profile_is_packed_into_the_same_bytes_each_time(profiles: list[ReadProfile]) -> None:
    for whole in profiles:
        assert pack(unpack(pack(whole))) == pack(whole)


def test_packed_profiles_are_scored_alike(small_analyser: Analyser, profiles: list[ReadProfile]) -> None:
    kept = [unpack(pack(whole)) for whole in profiles]
    packed = small_analyser.relate([(one, other) for one in kept for other in kept])
    assert packed == small_analyser.relate([(one, other) for one in profiles for other in profiles])


def test_who_changes_what_is_packed_raises_the_format() -> None:
    kinds = "word character pair ordinary specific wide gist_character gist_pair gist_ordinary gist_rare gist_specific"
    held = "text terms topics regions names gist_names gist_numbered numbered numbers"
    assert FORMAT == 1
    assert list(KINDS) == [*kinds.split(), "four", "eight"]
    assert [field.name for field in fields(Profile)] == held.split()
