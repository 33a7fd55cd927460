from collections import Counter

from bench.inbox import Inbox, sentences_of

INBOX = Inbox(7)


def test_a_letter_is_the_same_for_the_same_seed_and_another_for_another() -> None:
    assert Inbox(7).letter(3) == INBOX.letter(3)
    assert Inbox(8).letter(3) != INBOX.letter(3)
    assert INBOX.letter(4) != INBOX.letter(3)


def test_unplanted_letters_share_less_than_a_fifth_of_their_sentences() -> None:
    letters = [sentences_of(INBOX.letter(number)) for number in range(5000)]
    times = Counter(sentence for letter in letters for sentence in set(letter))
    assert all(sum(times[sentence] > 1 for sentence in letter) < 0.2 * len(letter) for letter in letters)


def test_a_sentence_is_of_clauses_and_ends_with_its_mark() -> None:
    for sentence in sentences_of(INBOX.letter(0)):
        assert sentence[-1] in "。！？"
        assert 2 <= sentence.count("，") <= 4
