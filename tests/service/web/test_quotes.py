from service.schemas.results import SpanOut
from service.web.marks import quotes

TEXT = "题目\n漏水还在漏，厨房也漏了。物业说没钱。\n请派人来。"


def span(passage: str) -> SpanOut:
    start = TEXT.index(passage)
    return SpanOut(start=start, end=start + len(passage), text=passage)


def test_clauses_that_only_a_comma_parts_are_one_quote() -> None:
    assert quotes(TEXT, [span("漏水还在漏"), span("厨房也漏了")]) == ["漏水还在漏，厨房也漏了"]


def test_words_between_two_passages_keep_them_apart() -> None:
    assert quotes(TEXT, [span("漏水还在漏"), span("物业说没钱")]) == ["漏水还在漏", "物业说没钱"]


def test_a_new_sentence_begins_a_new_quote() -> None:
    assert quotes(TEXT, [span("厨房也漏了"), span("物业说没钱")]) == ["厨房也漏了", "物业说没钱"]


def test_a_new_line_begins_a_new_quote() -> None:
    assert quotes(TEXT, [span("物业说没钱"), span("请派人来")]) == ["物业说没钱", "请派人来"]


def test_every_quote_stands_in_the_text_whatever_the_order_of_the_spans() -> None:
    found = quotes(TEXT, [span("请派人来"), span("厨房也漏了"), span("漏水还在漏")])
    assert found == ["漏水还在漏，厨房也漏了", "请派人来"]


def test_punctuation_alone_is_not_quoted() -> None:
    assert quotes(TEXT, [span("。")]) == []
    assert quotes(TEXT, []) == []
