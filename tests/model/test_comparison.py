import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.comparison import DIRECTIONS, FEATURES, compare
from model.profile import Profile, Profiler
from model.reading import read
from tests.factories import letter
from tests.model.letters import EXAMPLES, MATTERS

PROFILER = Profiler().fit([read(example.text) for example in EXAMPLES])
TEXTS = [text for matter in MATTERS for text in matter] + ["", "12345678", "翠竹花园"]
PROFILES = [PROFILER.profile(letter(text)) for text in TEXTS]


def features(a: Profile, b: Profile) -> dict[str, float]:
    return dict(zip(FEATURES, compare([(a, b)])[0].tolist(), strict=True))


def features_of(a: str, b: str) -> dict[str, float]:
    return features(PROFILER.profile(letter(a)), PROFILER.profile(letter(b)))


@given(st.sampled_from(PROFILES), st.sampled_from(PROFILES))
def test_exchanging_the_letters_changes_nothing(a: Profile, b: Profile) -> None:
    np.testing.assert_allclose(compare([(a, b)]), compare([(b, a)]), atol=1e-6)


@given(st.sampled_from(PROFILES), st.sampled_from(PROFILES))
def test_cosines_and_shares_lie_between_zero_and_one(a: Profile, b: Profile) -> None:
    for name, value in features(a, b).items():
        assert -1e-6 <= value <= 1 + 1e-6, name


def test_a_letter_and_itself_agree_in_everything() -> None:
    found = features(PROFILES[0], PROFILES[0])
    for name in ("word_cosine", "gist_pairs_more", "fours_less", "meaning_less", "names_shared"):
        assert found[name] == pytest.approx(1)
    assert found["places_conflict"] == 0


def test_letters_without_a_common_word_share_nothing() -> None:
    found = features_of("河水发臭", "路灯损坏")
    for name in ("word_cosine", "eights_more", "gist_pairs_more", "names_shared"):
        assert found[name] == 0


def test_other_places_of_the_same_kind_conflict() -> None:
    problem = "的电梯坏了两个月没有人修"
    found = features_of(f"翠竹花园{problem}", f"银杏花园{problem}")
    assert found["places_conflict"] > 0
    assert found["names_shared"] == 0


def test_the_same_place_agrees_although_its_name_is_shortened() -> None:
    found = features_of("红星机械厂拖欠工资", "红星厂不发工资")
    assert found["names_shared"] > 0
    assert found["places_conflict"] == 0


def test_equal_numbers_are_shared() -> None:
    assert features_of("房号1202", "1202室漏水")["numbers_shared"] == 1
    assert features_of("房号1202", "房号1203")["numbers_shared"] == 0


def test_a_part_is_contained_in_the_whole() -> None:
    whole = "白云化工厂偷排污水，河水发臭。开发商延期交房，房子漏水。"
    found = features_of(whole, "白云化工厂偷排污水")
    assert found["fours_more"] > found["fours_less"] > 0


def test_who_wrote_and_when_changes_nothing() -> None:
    plain = PROFILER.profile(letter(TEXTS[0]))
    signed = PROFILER.profile(letter(TEXTS[0], petitioners=frozenset({"p1"}), channel="web", addressee="住建局"))
    np.testing.assert_array_equal(compare([(plain, PROFILES[1])]), compare([(signed, PROFILES[1])]))


def test_every_feature_states_its_direction() -> None:
    assert set(DIRECTIONS.values()) <= {1, 0, -1}
    assert compare([(PROFILES[0], PROFILES[1])]).shape == (1, len(DIRECTIONS))


def test_a_pair_is_compared_alike_alone_and_among_others() -> None:
    pairs = [(a, b) for a in PROFILES for b in PROFILES]
    together = compare(pairs)
    for pair, row in zip(pairs, together, strict=True):
        np.testing.assert_allclose(compare([pair])[0], row, atol=1e-6)


def test_no_pairs_have_no_features() -> None:
    assert compare([]).shape == (0, len(FEATURES))


def test_other_districts_conflict_and_cities_do_not() -> None:
    assert features_of("A3区的路灯坏了", "B7区的路灯坏了")["regions_conflict"] == 1
    assert features_of("A3区的路灯坏了", "A市A3区的路灯不亮")["regions_conflict"] == 0
    assert features_of("A市的路灯坏了", "A市A3区的路灯不亮")["regions_conflict"] == 0
    assert features_of("青岚县的路灯坏了", "白河县的路灯坏了")["regions_conflict"] == 1
