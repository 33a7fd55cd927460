"""What sparse categories of an office borrow: the taxonomy's own words, and letters that ship with Hongyan."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from model.features import HashedTfidf
from model.linear import BlendedLinear, Labels
from model.reading import Reading, read
from model.taxonomy import Taxonomy
from training.corpus import Example, shipped_examples, shipped_taxonomy
from training.knowledge import knowledge_of

SPARSE = 100
BORROWED_WEIGHT = 0.3
SURE_FROM = 0.6
FEWEST_SEEN = 3


@dataclass(frozen=True)
class Loan:
    """A text that helps to learn a category, with its code in the office's taxonomy and its weight, 0 to 1."""

    text: str
    code: str
    weight: float


def loans(taxonomy: Taxonomy, own: Sequence[Example], meaning: Mapping[str, str]) -> list[Loan]:
    """Return what an office may borrow for its letters.

    The names and definitions of the taxonomy serve the classes of every category that it uses. Shipped letters serve
    the categories that have fewer than a hundred letters, under their own code where the taxonomy has it, else under
    the label that their category means. Where the office tells no classes of a category apart, shipped letters of
    its classes serve level 2 alone: their weight is 0.
    """
    labels = Counter(taxonomy.parents.get(example.code, example.code) for example in own)
    divided = {taxonomy.parents[example.code] for example in own if example.code in taxonomy.parents}
    texts = {example.letter.text for example in own}
    parents = shipped_taxonomy().parents
    lent = []
    for example in shipped_examples():
        code = _own_code(example.code, parents.get(example.code, example.code), taxonomy, meaning)
        label = taxonomy.parents.get(code, code)
        sparse = labels[label] < SPARSE
        undivided = label not in divided and code in taxonomy.parents
        if labels[label] and (sparse or undivided) and example.letter.text not in texts:
            lent.append(Loan(example.letter.text, code, BORROWED_WEIGHT if sparse else 0.0))
    return [*(loan for loan in words_of(taxonomy) if labels[taxonomy.parents[loan.code]]), *lent]


def words_of(taxonomy: Taxonomy) -> list[Loan]:
    """Return the names and definitions of a taxonomy, which help to learn every class."""
    return [Loan(example.letter.text, example.code, 1.0) for example in knowledge_of(taxonomy)]


def _own_code(code: str, parent: str, taxonomy: Taxonomy, meaning: Mapping[str, str]) -> str:
    """Return the code under which an office's taxonomy borrows a shipped letter, empty if under none."""
    return taxonomy.find(code) or taxonomy.find(parent) or meaning.get(parent) or ""


def meaning_of_categories(readings: Iterable[Reading], labels: Labels, seed: int) -> dict[str, str]:
    """Find out which shipped categories mean which of the office's labels.

    A category means a label if at least six of ten of the office's letters that a machine trained on the shipped
    letters puts into it carry the label.
    """
    shipped, parents = shipped_examples(), shipped_taxonomy().parents
    lenders = [read(example.letter.text) for example in shipped]
    features = HashedTfidf(min_df=3).fit(lenders)
    machine = BlendedLinear(seed=seed).fit(
        features.transform(lenders), [parents.get(example.code, example.code) for example in shipped]
    )
    guess = machine.classes_[machine.decision_function(features.transform(readings)).argmax(axis=1)]
    found = {}
    for category in np.unique(guess):
        seen = Counter(labels[guess == category].tolist())
        label, count = seen.most_common(1)[0]
        if count >= FEWEST_SEEN and count / seen.total() >= SURE_FROM:
            found[str(category)] = str(label)
    return found
