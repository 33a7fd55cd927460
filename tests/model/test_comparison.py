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
    return dict(zip(FEATURES, compare(a, b), strict=True))


def features_of(a: str, b: str) -> dict[str, float]:
    return features(PROFILER.profile(letter(a)), PROFILER.profile(letter(b)))


@given(st.sampled_from(PROFILES), st.sampled_from(PROFILES))
def test_exchanging_the_letters_changes_nothing(a: Profile, b: Profile) -> None:
    assert compare(a, b) == compare(b, a)


@given(st.sampled_from(PROFILES), st.sampled_from(PROFILES))
def test_cosines_and_shares_lie_between_zero_and_one(a: Profile, b: Profile) -> None:
    for name, value in features(a, b).items():
        assert -1e-6 <= value <= 1 + 1e-6, name


def test_a_letter_and_itself_agree_in_everything() -> None:
    found = features(PROFILES[0], PROFILES[0])
    for name in ("word_cosine", "title_cosine", "more_contained", "less_contained", "names_less_shared"):
        assert found[name] == pytest.approx(1)
    assert found["places_conflict"] == 0


def test_letters_without_a_common_word_share_nothing() -> None:
    found = features_of("河水发臭", "路灯损坏")
    for name in ("word_cosine", "title_cosine", "more_contained", "shingles_more_contained", "names_more_shared"):
        assert found[name] == 0


def test_other_places_of_the_same_kind_conflict() -> None:
    problem = "的电梯坏了两个月没有人修"
    found = features_of(f"翠竹花园{problem}", f"银杏花园{problem}")
    assert found["places_conflict"] > 0
    assert found["names_more_shared"] == 0


def test_the_same_place_agrees_although_its_name_is_shortened() -> None:
    found = features_of("红星机械厂拖欠工资", "红星厂不发工资")
    assert found["names_more_shared"] > 0
    assert found["places_conflict"] == 0


def test_equal_numbers_are_shared() -> None:
    assert features_of("房号1202", "1202室漏水")["numbers_shared"] == 1
    assert features_of("房号1202", "房号1203")["numbers_shared"] == 0


def test_a_part_is_contained_in_the_whole() -> None:
    whole = "白云化工厂偷排污水，河水发臭。开发商延期交房，房子漏水。"
    found = features_of(whole, "白云化工厂偷排污水")
    assert found["more_contained"] > found["less_contained"] > 0


def test_who_wrote_and_when_changes_nothing() -> None:
    plain = PROFILER.profile(letter(TEXTS[0]))
    signed = PROFILER.profile(letter(TEXTS[0], petitioners=frozenset({"p1"}), channel="web", addressee="住建局"))
    assert compare(plain, PROFILES[1]) == compare(signed, PROFILES[1])


def test_every_feature_states_its_direction() -> None:
    assert set(DIRECTIONS.values()) <= {1, 0, -1}
    assert len(compare(PROFILES[0], PROFILES[1])) == len(DIRECTIONS)
