from typing import Any

from training.report import model_card

METRICS: dict[str, dict[str, Any]] = {
    "category": {
        "letters": 1234,
        "accuracy": 0.8765,
        "accepted_precision": None,
        "classes": {"labour": {"precision": 0.91, "recall": 0.82, "f1": 0.86, "support": 45}},
    },
    "risk": {"letters": 1234, "macro_f1": 0.7, "warning": {"average_precision": 0.654}},
}
DETAILS = {
    "created": "2026-03-05T09:07:00+00:00",
    "source": "archive.xlsx",
    "letters": 1234,
    "data_hash": "abcdef",
    "seed": 7,
    "metrics": METRICS,
}
CARD = model_card(DETAILS)


def test_a_card_says_where_the_model_comes_from() -> None:
    for line in ("created: 2026-03-05T09:07:00+00:00", "source: archive.xlsx", "letters: 1234", "data_hash: abcdef"):
        assert f"- {line}\n" in CARD
    assert "- seed: 7\n" in CARD


def test_a_card_gives_the_quality_of_each_part() -> None:
    assert CARD.index("## Quality") < CARD.index("### category") < CARD.index("### risk")
    assert "- accuracy: 0.876\n" in CARD or "- accuracy: 0.877\n" in CARD
    assert "- warning average_precision: 0.654\n" in CARD


def test_a_card_gives_the_quality_of_each_class() -> None:
    assert "| labour | 0.91 | 0.82 | 0.86 | 45 |" in CARD


def test_a_card_says_how_the_quality_was_measured() -> None:
    assert "held-out" in CARD
    assert "hongyan-train evaluate" in CARD


def test_a_card_says_what_the_model_must_not_be_used_for() -> None:
    purposes = CARD.split("**Not for**")[1].split("##")[0]
    for misuse in ("ranking", "scoring", "profiling people", "refusing or closing letters", "predicting who will come"):
        assert misuse in purposes
    assert "measure against petitioners" in purposes


def test_a_card_leaves_out_what_could_not_be_measured() -> None:
    assert "None" not in CARD
    assert "accepted_precision" not in CARD


def test_a_part_without_warnings_among_its_letters_has_a_card() -> None:
    assert "macro_f1" in model_card({**DETAILS, "metrics": {"risk": {"macro_f1": 0.5, "warning": None}}})
