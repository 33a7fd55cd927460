"""Compares tagging with an office's straightforward pipeline: jieba.lcut, TfidfVectorizer, LinearSVC.

Both are trained on the same four fifths of the shipped letters and tag the rest, in one process, one after the
other. Speeds are letters per second of one processor's time. Run it with: python -m bench.category
"""

import resource
import sys
import time
from collections.abc import Callable, Sequence

import jieba
import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import f1_score
from sklearn.model_selection import GroupShuffleSplit
from sklearn.pipeline import make_pipeline
from sklearn.svm import LinearSVC

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


def ours(learn: Sequence[Example], groups: Sequence[int]) -> Callable[[Sequence[str]], list[str]]:
    """Train our classifier and return its predictor, evidence included."""
    classifier = CategoryClassifier(shipped_taxonomy())
    classifier.fit([read(example.letter.text) for example in learn], [example.code for example in learn], groups)
    return lambda texts: [result.best.code for result in classifier.predict([read(text) for text in texts], texts)]


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
    fast = measure("hongyan", ours(chosen, groups[learn].tolist()), texts, truth)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(f"ratio of speed {fast / slow:.2f} (ours gives evidence too), peak memory of both {peak:.0f} MB\n")


if __name__ == "__main__":
    main()
