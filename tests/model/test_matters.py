from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model import gathering
from model.gathering import JOIN_FROM, Link, gather
from model.matters import verdicts
from model.records import Letter, RelationName, Verdict
from model.when import OFFICE_ZONE
from tests.factories import letter

MARCH = datetime(2026, 3, 1, 9, tzinfo=OFFICE_ZONE)
LETTERS = "abcdef"
PAIRS = [frozenset((a, b)) for a in LETTERS for b in LETTERS if a < b]
# Tenths make ties and means on the border, where an order of adding up could show.
SCORES = st.dictionaries(st.sampled_from(PAIRS), st.integers(0, 10).map(lambda tenths: tenths / 10))
SOME_PAIRS = st.sets(st.sampled_from(PAIRS), max_size=4)


def link(a: str, b: str, score: float = 0.9) -> Link:
    return Link(a, b, score, "same_matter")


def links(scores: dict[frozenset[str], float]) -> list[Link]:
    return [link(min(pair), max(pair), score) for pair, score in scores.items()]


def matters(*groups: str) -> list[frozenset[str]]:
    return [frozenset(group) for group in groups]


def verdict(one: Letter, others: Sequence[Letter], relations: dict[str, RelationName]) -> Verdict:
    """Return what a letter is to others, by its relations to them."""
    return verdicts([one, *others], {one.id: relations})[one.id]


@given(SCORES, SOME_PAIRS, SOME_PAIRS, st.randoms(use_true_random=False))
def test_the_order_of_letters_and_links_changes_nothing(
    scores: dict[frozenset[str], float], confirmed: set[frozenset[str]], rejected: set[frozenset[str]], random: Any
) -> None:
    def shuffled(things: Sequence[Any]) -> list[Any]:
        return list(random.sample(things, len(things)))

    ordered = gather(LETTERS, links(scores), sorted(confirmed, key=sorted), sorted(rejected, key=sorted))
    turned = [Link(one.b, one.a, one.score, one.relation) for one in shuffled(links(scores))]
    mixed = gather(shuffled(LETTERS), turned, shuffled(sorted(confirmed, key=sorted)), shuffled(list(rejected)))
    assert ordered == mixed


def test_a_pair_scored_twice_gives_the_same_matters_in_any_order() -> None:
    twice = [link("a", "b", 0.9), link("b", "a", 0.1)]
    assert gather("ab", twice) == gather("ab", reversed(twice))


def test_a_mean_on_the_border_comes_out_the_same_in_any_order() -> None:
    confirmed = [frozenset("ab"), frozenset("bc")]
    scored = [link("a", "d", 0.2), link("b", "d", 0.6), link("c", "d", 0.7)]
    results = {tuple(gather("abcd", ordered, confirmed)) for ordered in permutations(scored)}
    assert len(results) == 1


@given(SCORES, SOME_PAIRS, SOME_PAIRS)
def test_every_letter_stands_in_one_matter(
    scores: dict[frozenset[str], float], confirmed: set[frozenset[str]], rejected: set[frozenset[str]]
) -> None:
    found = gather(LETTERS, links(scores), confirmed, rejected)
    assert sorted(one for matter in found for one in matter) == list(LETTERS)


@given(SCORES, SOME_PAIRS)
def test_confirmed_letters_stay_together(scores: dict[frozenset[str], float], confirmed: set[frozenset[str]]) -> None:
    found = gather(LETTERS, links(scores), confirmed)
    assert all(any(pair <= matter for matter in found) for pair in confirmed)


@given(SCORES, SOME_PAIRS)
def test_rejected_letters_stay_apart(scores: dict[frozenset[str], float], rejected: set[frozenset[str]]) -> None:
    found = gather(LETTERS, links(scores), rejected=rejected)
    assert not any(pair <= matter for matter in found for pair in rejected)


@given(SCORES)
def test_no_two_matters_are_left_that_fit_together(scores: dict[frozenset[str], float]) -> None:
    found = gather(LETTERS, links(scores))
    for one in found:
        for other in found:
            across = [scores.get(frozenset((a, b)), 0) for a in one for b in other]
            assert one == other or sum(across) / len(across) < JOIN_FROM + 1e-9


def test_letters_without_links_stand_alone() -> None:
    assert gather("ab", []) == matters("a", "b")


def test_a_chain_of_strong_steps_does_not_join_its_ends() -> None:
    assert gather("abcd", [link("a", "b"), link("b", "c", 0.8), link("c", "d")]) == matters("ab", "cd")


def test_a_weak_link_joins_nothing() -> None:
    assert gather("ab", [link("a", "b", JOIN_FROM - 0.01)]) == matters("a", "b")
    assert gather("ab", [link("a", "b", JOIN_FROM)]) == matters("ab")


def test_of_a_flood_of_letters_no_more_count_than_are_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    together = [frozenset(pair) for pair in ("ab", "bc", "cd")]
    compared = [link("e", "a"), link("e", "b")]
    assert gather("abcde", compared, together) == matters("abcd", "e")
    monkeypatch.setattr(gathering, "MOST_COMPARED", 2)
    assert gather("abcde", compared, together) == matters("abcde")
    assert gather("abcde", compared[:1], together) == matters("abcd", "e")


def test_a_link_to_a_letter_that_is_not_there_is_ignored() -> None:
    assert gather("a", [link("a", "z")], [frozenset("az")], [frozenset("ay")]) == matters("a")


def test_a_rejected_pair_stays_apart_through_a_third_letter() -> None:
    all_linked = [link("a", "b"), link("b", "c", 0.8), link("a", "c", 0.7)]
    assert gather("abc", all_linked, rejected=[frozenset("ac")]) == matters("ab", "c")


@pytest.mark.parametrize(("score", "expected"), [(0.95, ("abcd", "x")), (0.85, ("abc", "dx"))])
def test_a_rejected_letter_draws_none_after_it_that_fits_the_matter_as_well(
    score: float, expected: tuple[str, str]
) -> None:
    new = [link("d", "x", 0.98), *(link("d", one, score) for one in "abc")]
    apart = [frozenset((one, "x")) for one in "abc"]
    assert gather("abcdx", new, [frozenset("ab"), frozenset("bc")], apart) == matters(*expected)


EARLIER = letter(letter_id="1", received_at=MARCH, petitioners=frozenset({"li"}), addressee="住建局", channel="web")


def later(days: float = 1, **facts: Any) -> Letter:
    given_facts = {"petitioners": frozenset({"li"}), "addressee": "住建局", "channel": "web", **facts}
    return letter(letter_id="2", received_at=MARCH + timedelta(days=days), **given_facts)


@pytest.mark.parametrize(
    ("second", "relation", "expected"),
    [
        (later(), "same_matter", "repeat"),
        (later(), "same_text", "repeat"),
        (later(petitioners=frozenset({"li", "wang"})), "same_matter", "repeat"),
        (later(petitioners=frozenset({"wang"})), "same_matter", "joint"),
        (later(petitioners=frozenset()), "same_matter", "joint"),
        (later(petitioners=frozenset()), "same_text", "joint"),
        (later(addressee="信访局"), "same_text", "copy"),
        (later(channel="visit"), "same_text", "copy"),
        (later(addressee="信访局", petitioners=frozenset()), "same_text", "copy"),
        (later(addressee="信访局", petitioners=frozenset({"wang"})), "same_text", "joint"),
        (later(addressee="信访局", petitioners=frozenset({"li", "wang"})), "same_text", "copy"),
        (later(addressee="信访局"), "same_matter", "repeat"),
        (later(30, addressee="信访局"), "same_text", "copy"),
        (later(30.1, addressee="信访局"), "same_text", "repeat"),
        (later(-1), "same_text", "first"),
    ],
)
def test_verdicts(second: Letter, relation: RelationName, expected: Verdict) -> None:
    assert verdict(second, [EARLIER], {"1": relation}) == expected


def test_two_anonymous_letters_share_no_petitioner() -> None:
    nobody: frozenset[str] = frozenset()
    anonymous = letter(letter_id="1", received_at=MARCH, petitioners=nobody)
    assert verdict(later(petitioners=nobody), [anonymous], {"1": "same_matter"}) == "joint"


def test_a_letter_alone_is_first() -> None:
    assert verdict(EARLIER, [], {}) == "first"


def test_of_two_letters_at_one_moment_exactly_one_is_first() -> None:
    twin = later(0)
    assert {verdict(twin, [EARLIER], {}), verdict(EARLIER, [twin], {})} == {"first", "repeat"}


def test_a_letter_without_time_comes_last() -> None:
    undated = letter(letter_id="0", petitioners=frozenset({"li"}))
    assert verdict(EARLIER, [undated], {}) == "first"
    assert verdict(undated, [EARLIER], {}) == "repeat"
