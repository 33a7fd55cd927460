"""What the tests of training share: fits on a small corpus, and the folds that they make."""

from collections.abc import Iterator
from typing import Any

import pytest
from sklearn.model_selection import GroupKFold

from tests.training.corpora import SMALL_EXAMPLES, stand_in
from training.fit import ReadCorpus, read_corpus

Fold = tuple[int, set[int], set[int]]


class RecordingGroupKFold(GroupKFold):  # type: ignore[misc]  # scikit-learn has no types
    """Keeps what every fold learns from and is measured on."""

    folds: list[Fold]

    def split(self, X: Any, y: Any = None, groups: Any = None) -> Iterator[tuple[Any, Any]]:
        for learn, hold in super().split(X, y, groups):
            self.folds.append((len(groups), set(learn.tolist()), set(hold.tolist())))
            yield learn, hold


@pytest.fixture
def folds(monkeypatch: pytest.MonkeyPatch) -> list[Fold]:
    """Return a list that fills with the folds of every split: how many rows, which learn, which are held out."""
    monkeypatch.setattr(RecordingGroupKFold, "folds", [], raising=False)
    for module in ("model.calibration", "model.group_visit", "training.relation", "training.selection"):
        monkeypatch.setattr(f"{module}.GroupKFold", RecordingGroupKFold)
    return RecordingGroupKFold.folds


@pytest.fixture(scope="session")
def small_corpus() -> ReadCorpus:
    """Return the small corpus, read; tests must not change it."""
    return read_corpus(SMALL_EXAMPLES)


@pytest.fixture
def small_shipped(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the small corpus stand for all that ships."""
    stand_in(monkeypatch)
