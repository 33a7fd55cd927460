from dataclasses import FrozenInstanceError

import pytest

from model.records import CategoryResult, Letter, Scored


@pytest.mark.parametrize(
    ("title", "body", "text"),
    [("标题", "正文", "标题\n正文"), ("标题", "", "标题"), ("", "正文", "正文"), ("", "", "")],
)
def test_the_text_joins_title_and_body(title: str, body: str, text: str) -> None:
    assert Letter("1", title, body).text == text


@pytest.mark.parametrize(("unsure", "needs_review"), [((), False), (("too_short",), True)])
def test_any_doubt_asks_for_review(unsure: tuple[str, ...], needs_review: bool) -> None:
    best = Scored("labour", "劳动社保", 0.9)
    assert CategoryResult(best, None, (), (), (), 0.0, {}, unsure).needs_review is needs_review


def test_records_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        Letter("1").body = "other"  # type: ignore[misc]
