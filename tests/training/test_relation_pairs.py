import re
from collections.abc import Iterator, Sequence

from model.lexicon import Lexicon
from model.records import Letter
from tests.factories import letter
from tests.model.letters import EXAMPLES
from tests.training.corpora import SMALL_MATTERS
from training.corpus import MatterLetter, Pair, matters_of
from training.relation_pairs import COPY_WEIGHT, edited_copies, matter_pairs, rewritten_pairs

LONG = letter("".join(example.text for example in EXAMPLES[:6]), "long", title="六件事")


def copies_of(letters: Sequence[Letter], seed: int) -> Iterator[Pair]:
    return edited_copies(letters, seed, lambda _: "six")


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


LEXICON = Lexicon().fit()


def rewritten(seed: int = 0) -> list[Pair]:
    return list(rewritten_pairs(SMALL_MATTERS, LEXICON, seed))


def test_every_pair_of_a_group_is_rewritten_with_its_label() -> None:
    written = {frozenset((pair.a.id, pair.b.id)): pair.label for pair in matter_pairs(SMALL_MATTERS)}
    pairs = rewritten()
    assert len(pairs) == len(written)
    for pair in pairs:
        assert pair.label == written[frozenset((pair.a.id, pair.b.id.removeprefix(f"{pair.a.id}+").removesuffix("+")))]


def test_who_writes_again_keeps_words_of_the_first_letter() -> None:
    bodies = {entry.letter.id: entry.letter.body for entry in SMALL_MATTERS}
    for pair in (pair for pair in rewritten() if pair.label == "same_matter"):
        own = bodies[pair.b.id.removeprefix(f"{pair.a.id}+")]
        assert set(pair.b.body) <= set(pair.a.body) | set(own)
        assert any(clause in pair.b.body for clause in re.split("[，。]", pair.a.body) if clause)


def test_letters_of_other_matters_take_over_only_what_names_nothing() -> None:
    named = MatterLetter(letter("翠竹云邸三号楼漏水，请领导过问一下。", "a"), "1", "g")
    other = MatterLetter(letter("电梯停了。", "b"), "2", "g")
    pairs = [pair for seed in range(40) for pair in rewritten_pairs([named, other], LEXICON, seed)]
    bodies = {pair.b.body for pair in pairs if pair.a.id == "a"}
    assert any("请领导过问一下" in body for body in bodies)
    assert not any("翠竹云邸" in body for body in bodies)


def test_rewriting_repeats_with_the_seed() -> None:
    assert [pair.b.body for pair in rewritten(1)] == [pair.b.body for pair in rewritten(1)]
    assert [pair.b.body for pair in rewritten(1)] != [pair.b.body for pair in rewritten(2)]


def test_a_copy_is_the_same_text_and_place_and_problem_make_the_rest() -> None:
    rows = [("a", "p1", "q1"), ("b", "p1", "q1"), ("c", "p1", "q2"), ("d", "p2", "q2"), ("e", "p1", "q1")]
    entries = [{"id": name, "group": "g", "place": p, "problem": q, "body": name} for name, p, q in rows]
    entries[-1]["copy_of"] = "a"
    found = {pair.a.id + pair.b.id: pair.label for pair in matter_pairs(list(matters_of(entries)))}
    assert (found["ab"], found["ac"], found["ad"], found["ae"]) == ("same_matter", "related", "different", "same_text")
    assert (found["be"], found["cd"]) == ("same_matter", "related")


def test_a_copy_keeps_most_of_the_letter() -> None:
    for pair in copies_of([LONG] * 20, seed=0):
        assert pair.label == "same_text"
        assert pair.group == "six"
        assert pair.weight == COPY_WEIGHT
        assert pair.b.id != pair.a.id
        assert pair.b.title in {LONG.title, ""}
        assert set(pair.b.body) <= set(LONG.body)
        assert 0 < len(pair.b.body) <= len(LONG.body)


def test_copies_differ_from_each_other_and_repeat_with_the_seed() -> None:
    copies = [pair.b.body for pair in copies_of([LONG] * 5, seed=3)]
    assert len(set(copies)) > 1
    assert copies == [pair.b.body for pair in copies_of([LONG] * 5, seed=3)]
    assert copies != [pair.b.body for pair in copies_of([LONG] * 5, seed=4)]


def test_a_letter_without_body_has_no_copy() -> None:
    assert list(copies_of([letter("", "1", title="路灯")], seed=0)) == []
