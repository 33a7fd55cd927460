"""What the tests of training share: fits on a small corpus."""

import pytest

from tests.training.corpora import SMALL_EXAMPLES, SMALL_MATTERS, SMALL_PAIRS, small_taxonomy
from training.fit import ReadCorpus, read_corpus


@pytest.fixture(scope="session")
def small_corpus() -> ReadCorpus:
    """Return the small corpus, read; tests must not change it."""
    return read_corpus(SMALL_EXAMPLES)


@pytest.fixture
def small_shipped(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the small corpus stand for all that ships."""
    monkeypatch.setattr("training.cli.shipped_examples", lambda: SMALL_EXAMPLES)
    monkeypatch.setattr("training.cli.shipped_taxonomy", small_taxonomy)
    monkeypatch.setattr("training.fit.shipped_pairs", lambda: SMALL_PAIRS)
    monkeypatch.setattr("training.fit.shipped_matters", lambda: SMALL_MATTERS)
