from collections.abc import Sequence

from model.reading import read
from tests.factories import letter
from tests.model.letters import EXAMPLES
from tests.training.corpora import SMALL_EXAMPLES, SMALL_MATTERS
from training.corpus import Example, Pair
from training.relation_pairs import COPY_WEIGHT, NEIGHBOUR_WEIGHT, NEIGHBOURS, edited_copies, matter_pairs
from training.relation_pairs import neighbour_pairs as _neighbour_pairs

LONG = letter("".join(example.text for example in EXAMPLES[:6]), "long", title="六件事")


def neighbour_pairs(examples: Sequence[Example]) -> list[Pair]:
    return list(_neighbour_pairs(examples, [read(example.letter.text) for example in examples]))


def test_letters_of_one_matter_are_the_same_and_those_of_its_group_related() -> None:
    matters = {entry.letter.id: entry for entry in SMALL_MATTERS}
    pairs = list(matter_pairs(SMALL_MATTERS))
    assert {pair.label for pair in pairs} == {"same_matter", "related"}
    for pair in pairs:
        a, b = matters[pair.a.id], matters[pair.b.id]
        assert (pair.label == "same_matter") == (a.matter == b.matter)
        assert pair.group == a.group == b.group


def test_every_pair_of_a_group_comes_once_and_none_across_groups() -> None:
    found = [frozenset((pair.a.id, pair.b.id)) for pair in matter_pairs(SMALL_MATTERS)]
    assert len(found) == len(set(found)) == 3 * 6


def test_neighbours_are_related_in_one_class_and_different_across() -> None:
    codes = {example.letter.id: example.code for example in SMALL_EXAMPLES}
    pairs = neighbour_pairs(SMALL_EXAMPLES)
    assert len(pairs) == NEIGHBOURS * len(SMALL_EXAMPLES)
    for pair in pairs:
        assert pair.label == ("related" if codes[pair.a.id] == codes[pair.b.id] else "different")
        assert pair.group == pair.a.id
        assert pair.weight == NEIGHBOUR_WEIGHT


def test_a_letter_is_no_neighbour_of_itself() -> None:
    assert all(pair.a.id != pair.b.id for pair in neighbour_pairs(SMALL_EXAMPLES))


def test_a_letter_is_no_neighbour_of_itself_where_letters_are_few() -> None:
    assert all(pair.a.id != pair.b.id for pair in neighbour_pairs(SMALL_EXAMPLES[:NEIGHBOURS]))


def test_letters_of_known_matters_are_no_neighbours_within_their_group() -> None:
    groups = {entry.letter.id: entry.group for entry in SMALL_MATTERS}
    known = [Example(entry.letter, entry.group) for entry in SMALL_MATTERS]
    for pair in neighbour_pairs([*SMALL_EXAMPLES, *known]):
        assert pair.a.id not in groups or groups[pair.a.id] != groups.get(pair.b.id)


def test_a_copy_keeps_most_of_the_letter() -> None:
    for pair in edited_copies([LONG] * 20, seed=0):
        assert pair.label == "same_text"
        assert pair.group == LONG.id
        assert pair.weight == COPY_WEIGHT
        assert pair.b.id != pair.a.id
        assert pair.b.title in {LONG.title, ""}
        assert set(pair.b.body) <= set(LONG.body)
        assert 0 < len(pair.b.body) <= len(LONG.body)


def test_copies_differ_from_each_other_and_repeat_with_the_seed() -> None:
    copies = [pair.b.body for pair in edited_copies([LONG] * 5, seed=3)]
    assert len(set(copies)) > 1
    assert copies == [pair.b.body for pair in edited_copies([LONG] * 5, seed=3)]
    assert copies != [pair.b.body for pair in edited_copies([LONG] * 5, seed=4)]


def test_a_letter_without_body_has_no_copy() -> None:
    assert list(edited_copies([letter("", "1", title="路灯")], seed=0)) == []
