import zlib

import numpy as np
import pytest

from model.profile import Profiler
from model.reading import read
from model.signatures import BITS, BYTES, Signature, cosine_of, farthest, signatures
from tests.factories import letter
from tests.model.letters import EXAMPLES


@pytest.fixture(scope="module")
def profiler() -> Profiler:
    return Profiler().fit([read(example.text) for example in EXAMPLES])


def signed(*terms: int) -> Signature:
    """Return the signature of a letter with these terms of one kind, all of one weight."""
    buckets = np.array(terms, np.int32)
    kind = np.zeros(len(terms), np.int32), buckets, np.ones(len(terms), np.float32)
    return signatures([kind], 1).ravel()


def cosine(a: Signature, b: Signature) -> float:
    return float(cosine_of(int(np.bitwise_count(a ^ b).sum())))


def test_a_letter_has_one_signature_alone_and_among_others(profiler: Profiler) -> None:
    letters = [letter(example.text, str(i)) for i, example in enumerate(EXAMPLES)]
    together = profiler.signatures(letters)
    assert together.shape == (len(letters), BYTES)
    for one, signature in zip(letters, together, strict=True):
        np.testing.assert_array_equal(profiler.signatures([one])[0], signature)


def test_no_letters_have_no_signatures(profiler: Profiler) -> None:
    assert profiler.signatures([]).shape == (0, BYTES)


def test_a_letter_of_nothing_readable_has_no_bit_set(profiler: Profiler) -> None:
    assert not profiler.signatures([letter("\u200b")]).any()


def test_a_copy_with_small_edits_is_near_and_another_letter_is_not(profiler: Profiler) -> None:
    text = EXAMPLES[0].text
    original, copy, other = profiler.signatures([letter(t) for t in (text, text[3:] + "请尽快", EXAMPLES[-1].text)])
    assert cosine(original, copy) > 0.8
    assert cosine(original, other) < 0.5


@pytest.mark.parametrize("shared", [0, 50, 100, 150, 200])
def test_the_share_of_equal_bits_tells_the_share_of_terms_in_common(shared: int) -> None:
    one, other = signed(*range(200)), signed(*range(200 - shared, 400 - shared))
    assert cosine(one, other) == pytest.approx(shared / 200, abs=0.12)


def test_the_order_of_terms_does_not_matter() -> None:
    np.testing.assert_array_equal(signed(3, 700, 12), signed(700, 12, 3))


def test_signatures_stay_what_databases_already_hold() -> None:
    assert zlib.crc32(signed(*range(0, 1000, 7)).tobytes()) == 4248909002


def test_the_farthest_of_a_cosine_is_its_distance() -> None:
    assert [farthest(float(cosine_of(bits))) for bits in range(BITS + 1)] == list(range(BITS + 1))
    assert farthest(float(cosine_of(100)) + 1e-6) == 99
