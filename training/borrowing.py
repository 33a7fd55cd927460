"""What sparse categories of an office borrow: the taxonomy's own words, and letters that ship with Hongyan."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from model.features import HashedTfidf
from model.linear import BlendedLinear, Labels
from model.reading import Reading, read
from model.taxonomy import Taxonomy
from training.corpus import shipped_examples, shipped_taxonomy
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


def loans(taxonomy: Taxonomy, labels: Sequence[str], meaning: Mapping[str, str]) -> list[Loan]:
    """Return what the labels of an office may borrow.

    The names and definitions of the taxonomy serve every class. Shipped letters serve the categories that have fewer
    than a hundred letters, under their own code where the taxonomy has it, else under the label that their category
    means.
    """
    sparse = {label for label, count in Counter(labels).items() if count < SPARSE}
    known = [Loan(example.letter.text, example.code, 1.0) for example in knowledge_of(taxonomy)]
    shipped = shipped_taxonomy()
    lent = []
    for example in shipped_examples() if sparse else ():
        parent = shipped.parents.get(example.code, example.code)
        code = taxonomy.find(example.code) or taxonomy.find(parent) or meaning.get(parent)
        if code is not None and taxonomy.parents.get(code, code) in sparse:
            lent.append(Loan(example.letter.text, code, BORROWED_WEIGHT))
    return [*known, *lent]


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
