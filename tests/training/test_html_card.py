import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from training import html_card
from training.html_card import SECTIONS, CategoryReport, render, write_report
from training.measures import category_quality
from training.texts import text, texts

NAMES = {"labour": "劳动社保", "land": "国土资源", "health": "卫生健康"}
TRUTH = ["labour"] * 40 + ["land"] * 5 + ["health"] * 2
GUESS = ["labour"] * 38 + ["land"] * 2 + ["land"] * 5 + ["health", "land"]
CONFIDENCE = [0.99] * 30 + [0.7] * 17
ATTACK = "<script>alert('1')</script>"
VOID = {"meta", "link", "br"}


def quality(kept: int = 30) -> dict[str, Any]:
    ranked = [[code, "other", "finance"] for code in GUESS]
    return category_quality(TRUTH, GUESS, CONFIDENCE, [i < kept for i in range(len(TRUTH))], ranked=ranked)


def doubt(**values: Any) -> dict[str, Any]:
    usual = {
        "row": 7,
        "id": "2025-7",
        "label": "land",
        "suggested": "labour",
        "quality": 0.034,
        "excerpt": "工资拖欠三个月。",
    }
    return {**usual, **values}


REPORT = CategoryReport(
    version="3f9a1c",
    created="2026-03-05",
    segmenter="rjieba 0.2",
    data_name="archive.xlsx",
    names=NAMES,
    precision=0.98,
    test=quality(),
    training=quality(),
    learning_curve=[{"letters": 300, "macro_f1": 0.61}, {"letters": 1200, "macro_f1": 0.74}],
    doubtful=[doubt()],
)


class Page(HTMLParser):
    """A page read back: whether its elements nest, its sections, headings, tables and what it refers to."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.attributes: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] not in ("style", "title", "desc"):
            self.words.append(data)

    def ids(self) -> list[str]:
        return [str(attributes["id"]) for _, attributes in self.attributes if "id" in attributes]

    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


WRITTEN = render(REPORT)
PAGE = Page(WRITTEN)


def cells(name: str, page: str = WRITTEN) -> list[list[str]]:
    """Return the texts of the cells of the table in a section, row by row."""
    section = page.split(f'<section id="{name}"')[1].split("</section>")[0]
    rows = re.findall(r"<tr>(.*?)</tr>", section, flags=re.DOTALL)
    return [[re.sub(r"<[^>]+>", " ", cell).strip() for cell in re.findall(r"<t[hd].*?</t[hd]>", row)] for row in rows]


def test_the_elements_of_the_page_nest() -> None:
    assert PAGE.open == []
    assert ("html", {"lang": "zh-CN"}) in PAGE.attributes


def test_the_page_has_every_section_with_its_heading_and_a_way_to_it() -> None:
    ids, links = PAGE.ids(), [attributes.get("href") for tag, attributes in PAGE.attributes if tag == "a"]
    for name in SECTIONS:
        assert name in ids
        assert f"#{name}" in links
        assert text(f"section.{name}") in PAGE.text()
    assert [tag for tag, _ in PAGE.attributes].count("h1") == 1


def test_no_two_elements_have_one_name_and_labels_lead_somewhere() -> None:
    assert len(PAGE.ids()) == len(set(PAGE.ids()))
    named = [str(a["aria-labelledby"]).split() for _, a in PAGE.attributes if "aria-labelledby" in a]
    assert {name for names in named for name in names} <= set(PAGE.ids())


def test_the_page_asks_nothing_of_the_network() -> None:
    for tag, attributes in PAGE.attributes:
        assert tag not in {"script", "iframe", "img", "object", "embed", "form"}
        for key in {"src", "href", "action", "srcset", "xlink:href"} & set(attributes):
            assert str(attributes[key]).startswith(("#", "data:")), (tag, attributes)
    assert set(re.findall(r"https?://[^\"' <]*", WRITTEN)) == {"http://www.w3.org/2000/svg"}
    assert not re.search(r"url\((?!#)|@import", WRITTEN)


def test_the_page_says_where_the_numbers_come_from() -> None:
    for value in ("3f9a1c", "2026-03-05", "rjieba 0.2", "archive.xlsx", "47"):
        assert value in PAGE.text()


def test_the_key_figures_are_those_of_the_test() -> None:
    figures = dict(re.findall(r'<dt>([^<]+)</dt><dd class="value">([^<]+)</dd>', WRITTEN))
    assert figures == {
        "测试来信": "47",
        "正确率": "93.6%",
        "宏平均 F1": f"{REPORT.test['macro_f1']:.3f}",
        "前三命中率": "93.6%",
        "校准误差": f"{REPORT.test['calibration_error']:.3f}",
        "免核对占比": "63.8%",
        "免核对的实际准确率": "100.0%",
    }


def test_the_page_compares_with_the_training_letters_if_they_were_measured() -> None:
    assert ["正确率", "93.6%", "93.6%"] in cells("summary")
    alone = render(replace(REPORT, training=None))
    assert cells("summary", alone) == []
    assert text("summary.compare") not in alone


def test_a_measure_that_was_not_taken_in_training_is_unknown() -> None:
    older = {key: value for key, value in quality().items() if key != "top3"}
    assert ["前三命中率", "93.6%", "未测"] in cells("summary", render(replace(REPORT, training=older)))


@pytest.mark.parametrize(
    ("kept", "precision", "state", "sentence"),
    [
        (30, 0.98, "kept", "达到承诺：实际准确率 100.0%，不低于承诺的 98%。"),
        (47, 0.985, "missed", "没有达到承诺：实际准确率 93.6%，低于承诺的 98.5%。"),
        (0, 0.98, "missed", "没有来信的置信度达到承诺的准确率（98%）"),
    ],
)
def test_the_page_says_whether_the_promise_was_kept(kept: int, precision: float, state: str, sentence: str) -> None:
    page = render(replace(REPORT, test=quality(kept), precision=precision))
    assert f'<p class="state {state}">{sentence}' in page


def test_classes_stand_by_their_names_those_of_most_letters_first() -> None:
    assert cells("classes")[1:] == [
        ["劳动社保", "100.0%", "95.0%", "0.974", "40"],
        ["国土资源 少于 30 封，仅供参考", "62.5%", "100.0%", "0.769", "5"],
        ["卫生健康 少于 30 封，仅供参考", "100.0%", "50.0%", "0.667", "2"],
    ]


def test_the_confusion_matrix_shows_every_count_with_headers_on_both_sides() -> None:
    assert cells("confusion") == [
        ["真实类别 ＼ 判为", "劳动社保", "国土资源", "卫生健康", "合计"],
        ["劳动社保", "38", "2", "0", "40"],
        ["国土资源", "0", "5", "0", "5"],
        ["卫生健康", "0", "1", "1", "2"],
    ]
    assert "真实为“劳动社保”，判为“国土资源”：2 封，占该类的 5.0%" in PAGE.text()
    assert '<td class="right s5">38</td>' in WRITTEN


def test_every_table_names_its_columns_and_rows() -> None:
    headers = [attributes.get("scope") for tag, attributes in PAGE.attributes if tag == "th"]
    assert set(headers) == {"col", "row"}


def test_charts_stand_inside_the_page() -> None:
    assert [attributes.get("role") for tag, attributes in PAGE.attributes if tag == "svg"] == ["img"] * 3
    without = Page(render(replace(REPORT, learning_curve=())))
    assert [tag for tag, _ in without.attributes].count("svg") == 2
    assert text("learning.absent") in without.text()


def test_doubtful_labels_are_shown_for_a_person_to_decide() -> None:
    assert cells("doubtful")[1:] == [["7", "2025-7", "国土资源", "劳动社保", "0.03", "工资拖欠三个月。"]]
    assert text("doubtful.person") in PAGE.text()
    assert text("doubtful.private") in PAGE.text()


def test_without_excerpts_the_page_has_no_column_for_them() -> None:
    page = render(replace(REPORT, doubtful=[doubt(excerpt="")]))
    assert cells("doubtful", page)[0] == ["行号", "编号", "现有标签", "建议", "标签可信度"]
    assert text("doubtful.private") not in page


def test_a_page_without_doubtful_labels_says_so() -> None:
    assert text("doubtful.absent") in render(replace(REPORT, doubtful=()))


def test_the_page_says_what_the_model_must_not_be_used_for() -> None:
    section = WRITTEN.split('<section id="use"')[1].split("</section>")[0]
    for misuse in ("打分、排名、列名单或建档案", "寻找组织者", "处罚或报复信访人", "拒收", "代替人决定实体问题"):
        assert misuse in section
    for part in ("intended", "forbidden", "limits", "person"):
        assert all(item in section for item in texts(f"use.{part}_items"))
    assert text("page.notice") in PAGE.text()


def test_what_others_wrote_is_escaped() -> None:
    report = replace(
        REPORT,
        version=ATTACK,
        created=ATTACK,
        segmenter=ATTACK,
        data_name=ATTACK,
        names={**NAMES, "labour": ATTACK},
        doubtful=[doubt(row=ATTACK, id=ATTACK, label=ATTACK, suggested=ATTACK, excerpt=ATTACK)],
    )
    page = render(report)
    assert "<script" not in page
    assert page.count("&lt;script&gt;") >= 10
    assert Page(page).open == []


def test_labels_that_are_codes_of_their_own_are_shown_and_escaped() -> None:
    test = category_quality([ATTACK, "b"], [ATTACK, ATTACK], [0.9, 0.8], [True, True])
    page = render(replace(REPORT, names={}, test=test, training=None))
    assert "<script" not in page
    assert "&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;" in page


def test_the_same_report_gives_the_same_page() -> None:
    assert render(REPORT) == WRITTEN


def test_a_report_is_one_file_in_its_folder(tmp_path: Path) -> None:
    page = write_report(tmp_path / "new" / "report", REPORT)
    assert page == tmp_path / "new" / "report" / "index.html"
    assert [path.name for path in page.parent.iterdir()] == ["index.html"]
    assert page.read_text(encoding="utf-8") == WRITTEN


def test_an_earlier_report_is_replaced_and_other_files_stay(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("old", encoding="utf-8")
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    write_report(tmp_path, REPORT)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["index.html", "notes.txt"]
    assert "3f9a1c" in (tmp_path / "index.html").read_text(encoding="utf-8")
    assert (tmp_path / "notes.txt").read_text(encoding="utf-8") == "mine"


def test_a_report_that_cannot_be_rendered_leaves_no_folder(tmp_path: Path) -> None:
    with pytest.raises(KeyError):
        write_report(tmp_path / "report", replace(REPORT, test={"letters": 3}))
    assert list(tmp_path.iterdir()) == []


def test_a_report_that_cannot_be_written_leaves_the_earlier_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "index.html").write_text("old", encoding="utf-8")
    monkeypatch.setattr(html_card, "render", lambda _: "half a page \ud800")
    with pytest.raises(UnicodeEncodeError):
        write_report(tmp_path, REPORT)
    assert [path.name for path in tmp_path.iterdir()] == ["index.html"]
    assert (tmp_path / "index.html").read_text(encoding="utf-8") == "old"


def test_texts_of_the_card_are_apart_from_its_code_and_its_templates() -> None:
    folder = Path(html_card.__file__).parent
    files = [
        *folder.glob("templates/**/*.*"),
        *(folder / f"{name}.py" for name in ("html_card", "card_tables", "charts")),
    ]
    assert len(files) > 10
    assert [path.name for path in files if re.search("[\u3400-\u9fff]", path.read_text(encoding="utf-8"))] == []
