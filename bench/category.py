"""Compares tagging with an office's straightforward pipeline: jieba.lcut, TfidfVectorizer, LinearSVC.

Both are trained on the same four fifths of the shipped letters and tag the rest, in one process, one after the
other. Speeds are letters per second of one processor's time, evidence included in ours. What one letter takes, and
what a loaded model needs of time and memory, is measured in a process of its own. Run: python -m bench.category
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import jieba
import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import f1_score
from sklearn.model_selection import GroupShuffleSplit
from sklearn.pipeline import make_pipeline
from sklearn.svm import LinearSVC

from model import artefact, segment
from model.category import CategoryClassifier
from model.reading import read
from training.corpus import Example, shipped_examples, shipped_taxonomy
from training.duplicates import duplicate_groups

ROUNDS = 3


def peer(learn: Sequence[Example], truth: Sequence[str]) -> Callable[[Sequence[str]], list[str]]:
    """Train the straightforward pipeline and return its predictor."""
    pipeline = make_pipeline(TfidfVectorizer(tokenizer=jieba.lcut, token_pattern=None), LinearSVC(C=0.5))
    pipeline.fit([example.letter.text for example in learn], truth)
    return lambda texts: [str(label) for label in pipeline.predict(texts)]


def ours(learn: Sequence[Example], groups: Sequence[int]) -> CategoryClassifier:
    """Train our classifier."""
    classifier = CategoryClassifier(shipped_taxonomy())
    return classifier.fit([read(example.letter.text) for example in learn], [example.code for example in learn], groups)


def measure(name: str, predict: Callable[[Sequence[str]], list[str]], texts: Sequence[str], truth: list[str]) -> float:
    """Print quality and speed of a predictor and return its letters a second, the best of three rounds."""
    seconds = []
    guess: list[str] = []
    for _ in range(ROUNDS):
        start = time.process_time()
        guess = predict(texts)
        seconds.append(time.process_time() - start)
    speed = len(texts) / min(seconds)
    sys.stdout.write(f"{name:8s} macro-F1 {f1_score(truth, guess, average='macro'):.3f}  {speed:8.0f} letters/s\n")
    return speed


def main() -> None:
    """Run the comparison."""
    examples = shipped_examples()
    parents = shipped_taxonomy().parents
    labels = np.array([parents.get(example.code, example.code) for example in examples])
    groups = duplicate_groups([read(example.letter.text) for example in examples])
    learn, hold = next(GroupShuffleSplit(1, test_size=0.2, random_state=0).split(labels, labels, groups))
    chosen = [examples[i] for i in learn]
    texts, truth = [examples[i].letter.text for i in hold], labels[hold].tolist()
    slow = measure("peer", peer(chosen, labels[learn].tolist()), texts, truth)
    classifier = ours(chosen, groups[learn].tolist())
    fast = measure("hongyan", lambda given: codes_of(classifier, given), texts, truth)
    sys.stdout.write(f"ratio of speed {fast / slow:.2f} (ours with evidence), segmenter {segment.identity('rjieba')}\n")
    with tempfile.TemporaryDirectory() as folder:
        artefact.save(Path(folder) / "model", {"category": classifier}, {})
        command = [sys.executable, "-m", "bench.one_letter", str(Path(folder) / "model")]
        subprocess.run(command, check=True)  # noqa: S603 - our own module on our own folder


def codes_of(classifier: CategoryClassifier, texts: Sequence[str]) -> list[str]:
    """Tag texts, evidence included, and return the codes."""
    return [result.best.code for result in classifier.predict([read(text) for text in texts], texts)]


if __name__ == "__main__":
    main()
