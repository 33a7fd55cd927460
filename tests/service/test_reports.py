"""Reports of months and years: the same figures in every form, nobody's name, and nothing that a program would run."""

import io
import re
import zipfile
from collections.abc import Iterator
from html import unescape
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from click.testing import CliRunner
from docx import Document
from flask import Flask
from openpyxl import load_workbook

from service.caller import OFFICE
from service.cli import main
from service.office import Office
from service.report_rows import change_text
from service.sessions import make_login_link
from service.texts import text
from tests.service.desk import BRIBE, LIFT, ZHAO, Desk, LetIn, assert_problem, take
from tests.service.ledger import put, take_step

EAST = "江州市东湖区"
FORMULA = '=HYPERLINK("http://evil.example","x")'
# Of each count: where its figures stand in a row of the table.
COLUMNS = {"letters": 1, "visits": 6, "people": 11}


@pytest.fixture
def march(office: Office) -> Office:
    """Return an office with letters of March 2026 and before, one of a region that looks like a formula."""
    for number in range(1, 6):
        facts: dict[str, Any] = {"region": EAST, "channel": "letter", "level2": "labour.wages"}
        verdict = "repeat" if number in (2, 3) else "first"
        put(office, f"a{number}", f"2026-03-0{number}", matter="m-a1", verdict=verdict, **facts)
    put(office, "a6", "2026-03-06", region=FORMULA, channel="visit", people_present=9, category="environment")
    put(office, "b1", "2026-02-06", region=EAST, channel="phone", review="accepted")
    put(office, "b2", "2026-02-07", region=EAST, channel="phone")
    put(office, "c1", "2025-03-06", region=EAST, channel="web")
    put(office, "a7", "2026-03-07", channel="web", category="environment", suggested="labour")
    for kind, at in (("arrived", "2026-03-02"), ("accepted", "2026-03-09")):
        take_step(office, "m-a1", kind, at)
    return office


def file_of(desk: Desk, path: str, **query: Any) -> io.BytesIO:
    answer = desk.get(path, **query)
    assert answer.status_code == 200, answer.text
    return io.BytesIO(answer.data)


def lines_of(report: Any) -> Iterator[Any]:
    """Yield the lines of a report in the order of its table."""
    yield report["total"]
    for part in ("categories", "channels", "regions"):
        yield None
        yield from report[part]


def rows_of(page: str, section: str) -> list[list[str]]:
    """Return the cells of the rows that a section of the table on the page of reports holds."""
    inside = page.split(f">{section}</th></tr>")[1].split('<tr class="section">')[0].split("</tbody>")[0]
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in re.findall(r"<tr>(.*?)</tr>", inside, re.S)]
    return [[unescape(re.sub(r"<[^>]+>", "", cell)) for cell in row] for row in cells]


@pytest.mark.usefixtures("march")
def test_a_report_holds_the_figures_of_the_statistics(clerk: Desk) -> None:
    report = clerk.read("/reports/monthly", month="2026-03")
    for by, part in (("category", "categories"), ("class", "classes"), ("region", "regions"), ("channel", "channels")):
        found = clerk.read("/stats", period="2026-03", by=by)
        assert report[part] == found["items"]
    for part in ("total", "matters", "quality", "quality_by_category", "period", "previous", "year_before"):
        assert report[part] == found[part]
    assert report["course"] == clerk.read("/stats", period="2026-03", by="day")["items"]
    by_matters = clerk.read("/stats", period="2026-03", formula="matters")["rates"][0]
    assert report["rates"] == [found["rates"][0], by_matters, *found["rates"][1:]]
    assert (report["total"]["letters"]["value"], report["total"]["people"]["value"]) == (7, 15)


@pytest.mark.usefixtures("march")
def test_the_paper_shows_the_figures_of_the_api(clerk: Desk) -> None:
    report = clerk.read("/reports/monthly", month="2026-03")
    paper = Document(file_of(clerk, "/reports/monthly", month="2026-03", format="docx"))
    counts, rates = paper.tables
    rows = [[cell.text for cell in row.cells] for row in counts.rows][2:]
    lines = list(lines_of(report))
    assert len(rows) == len(lines)
    for row, line in zip(rows, lines, strict=True):
        if line is not None:
            assert row[0] == line["name"]
            for count, column in COLUMNS.items():
                assert row[column : column + 2] == [str(line[count]["value"]), str(line[count]["previous"])]
                assert row[column + 3] == str(line[count]["year_before"])
    shown = [[cell.text for cell in row.cells][1:3] for row in rates.rows[1:]]
    assert shown == [[str(rate["numerator"]), str(rate["denominator"])] for rate in report["rates"]]
    whole = "\n".join(paragraph.text for paragraph in paper.paragraphs)
    assert "2026年3月信访统计表" in whole
    assert all(rate["formula"] in whole for rate in report["rates"])


@pytest.mark.usefixtures("march")
def test_the_workbook_holds_numbers_and_formulas_with_their_results(clerk: Desk) -> None:
    report = clerk.read("/reports/monthly", month="2026-03")
    file = file_of(clerk, "/reports/monthly", month="2026-03", format="xlsx")
    results, formulas = load_workbook(file, data_only=True), load_workbook(file)
    name = text("report.sheet_table")
    for row, line in enumerate(lines_of(report), start=6):
        if line is None:
            continue
        shown = [cell.value for cell in results[name][row]]
        assert shown[0] == line["name"]
        for count, column in COLUMNS.items():
            figure = line[count]
            assert shown[column : column + 2] == [figure["value"], figure["previous"]]
            change = figure["change"]
            assert shown[column + 2] == (text("report.nothing") if change is None else change)
            assert str(formulas[name][row][column + 2].value).startswith("=IF(")
    rates = results[text("report.sheet_rates")]
    for row, rate in enumerate(report["rates"], start=2):
        assert [cell.value for cell in rates[row]][1:3] == [rate["numerator"], rate["denominator"]]
        assert rates[row][3].value == (text("report.nothing") if rate["value"] is None else rate["value"])
    course: Any = results[text("report.sheet_course")]
    assert len(course._charts) == 1
    assert results[text("report.sheet_classes")]["B2"].value == 5


@pytest.mark.usefixtures("march")
def test_what_others_wrote_never_becomes_a_formula_or_a_link(clerk: Desk) -> None:
    file = file_of(clerk, "/reports/monthly", month="2026-03", format="xlsx")
    sheet = load_workbook(file)[text("report.sheet_table")]
    (cell,) = (cell for row in sheet for cell in row if cell.value == FORMULA)
    assert cell.data_type == "s"
    with zipfile.ZipFile(file) as parts:
        whole = b"".join(parts.read(name) for name in parts.namelist() if name.endswith((".xml", ".rels")))
    assert b"<f>HYPERLINK" not in whole
    assert b'Target="http://evil' not in whole


@pytest.mark.usefixtures("march")
def test_the_analysis_tells_figures_and_draws_charts_of_the_program(clerk: Desk) -> None:
    file = file_of(clerk, "/reports/monthly", month="2026-03", format="docx", paper="analysis")
    whole = "\n".join(paragraph.text for paragraph in Document(file).paragraphs)
    assert "本月共收到信访件 7 件次，环比上升 250.0%，同比上升 600.0%" in whole
    assert "labour 5 件次（占 71.4%，环比上升 150.0%" in whole
    assert text("report.draft") in whole
    with zipfile.ZipFile(file) as parts:
        charts = sorted(name for name in parts.namelist() if name.startswith("word/charts/"))
        course, kinds = (ET.fromstring(parts.read(name)) for name in charts)  # noqa: S314 - made by ourselves
    values = [point.text for point in course.iter("{http://schemas.openxmlformats.org/drawingml/2006/chart}v")]
    assert values.count("上年同期") == 1
    assert len(list(kinds.iter("{http://schemas.openxmlformats.org/drawingml/2006/main}pattFill"))) == 1


def test_the_analysis_says_what_there_is_nothing_to_compare_with(office: Office, clerk: Desk) -> None:
    put(office, "a1", "2026-03-05", channel="visit", people_present=9)
    paper = Document(file_of(clerk, "/reports/monthly", month="2026-03", format="docx", paper="analysis"))
    whole = "\n".join(paragraph.text for paragraph in paper.paragraphs)
    assert "群众来访 1 批次，9 人次。上月和上年同月没有信访件，不作环比、同比。" in whole
    assert text("report.said_no_rate", name=text("report.rate_handled_in_time")) in whole
    assert not re.search(r"环比(上升|下降|持平)|0÷0", whole)
    empty = Document(file_of(clerk, "/reports/annual", year="2020", format="docx", paper="analysis"))
    told = [paragraph.text for paragraph in empty.paragraphs]
    assert text("report.said_nothing", now=text("report.now_year")) in told
    assert [line for line in told if line[1:2] == "、"] == ["一、基本情况", "二、办理情况", "三、工作建议"]


def test_the_analysis_names_the_categories_that_rose_most(office: Office, clerk: Desk) -> None:
    for number in range(9):
        put(office, f"now{number}", "2026-03-05")
        put(office, f"more{number}", "2026-03-05", category="environment")
    for number in range(3):
        put(office, f"then{number}", "2026-02-05")
    paper = Document(file_of(clerk, "/reports/monthly", month="2026-03", format="docx", paper="analysis"))
    assert "与上期相比，件次增加较多的是：labour增加 6 件次。" in "\n".join(one.text for one in paper.paragraphs)


@pytest.mark.usefixtures("march")
@pytest.mark.parametrize("paper", ["table", "analysis"])
def test_papers_have_the_fonts_of_offices_and_numbers_on_their_pages(clerk: Desk, paper: str) -> None:
    made = Document(file_of(clerk, "/reports/monthly", month="2026-03", format="docx", paper=paper))
    for style, font in (("Normal", "仿宋"), ("Title", "黑体"), ("Heading 1", "黑体")):
        fonts: Any = made.styles[style].element.rPr.rFonts
        assert set(fonts.attrib.values()) == {font}, "no font of a theme, which would win for Chinese"
    assert 'w:instr="PAGE"' in made.sections[0].footer.paragraphs[0]._p.xml
    assert any("Title" in str(one.style and one.style.name) for one in made.paragraphs)


@pytest.mark.usefixtures("march")
def test_an_annual_report_goes_by_months(clerk: Desk) -> None:
    report = clerk.read("/reports/annual", year="2026")
    assert [line["letters"]["value"] for line in report["course"]] == [0, 2, 7, *[0] * 9]
    assert [line["letters"]["year_before"] for line in report["course"]][2] == 1
    assert report["title"] == "2026年信访统计表"
    for query in ({"format": "xlsx"}, {"format": "docx"}, {"format": "docx", "paper": "analysis"}):
        assert file_of(clerk, "/reports/annual", year="2026", **query).read(2) == b"PK"


@pytest.mark.parametrize("query", [{"format": "xlsx"}, {"format": "docx"}, {"format": "docx", "paper": "analysis"}])
def test_a_month_without_letters_has_a_report(clerk: Desk, query: dict[str, str]) -> None:
    assert file_of(clerk, "/reports/monthly", month="2024-02", **query).read(2) == b"PK"
    report = clerk.read("/reports/monthly", month="2024-02")
    assert (len(report["course"]), report["main_matters"], report["rising"]) == (29, [], [])


def test_nobody_is_named_in_any_report(office: Office, clerk: Desk) -> None:
    title = "赵铁柱反映三号楼电梯停运"
    for body in (LIFT, f"{LIFT}请尽快处理。"):
        take(office, body, title=title, petitioner=ZHAO, received_at="2026-03-05")
    report = clerk.read("/reports/monthly", month="2026-03")
    (matter,) = report["main_matters"]
    assert matter["letters"] == 2
    assert "电梯停运" in matter["title"]
    texts = [clerk.get("/reports/monthly", month="2026-03").text]
    for query in ({"format": "xlsx"}, {"format": "docx"}, {"format": "docx", "paper": "analysis"}):
        with zipfile.ZipFile(file_of(clerk, "/reports/monthly", month="2026-03", **query)) as parts:
            texts += [parts.read(name).decode("utf-8", "replace") for name in parts.namelist()]
    for secret in ("赵铁柱", "铁柱", str(ZHAO["id_number"]), str(ZHAO["phone"])):
        assert secret not in "\n".join(texts)


@pytest.mark.parametrize("role", sorted(OFFICE - {"discipline"}))
def test_accusations_are_in_no_report_of_others(march: Office, let_in: LetIn, role: Any) -> None:
    desk = let_in(role, "somebody")

    def told() -> list[Any]:
        made = [desk.read("/reports/monthly", month="2026-03"), desk.read("/reports/annual", year=2026)]
        return [{name: value for name, value in report.items() if name != "made_at"} for report in made]

    before = told()
    for number in range(4):
        put(
            march,
            f"s{number}",
            "2026-03-10",
            matter="m-s",
            region="江州市南山区",
            category="discipline",
            restricted=True,
        )
    assert told() == before
    assert not before[0]["accusations"]


def test_a_report_with_accusations_says_so_and_discipline_can_leave_them_out(office: Office, let_in: LetIn) -> None:
    desk = let_in("discipline")
    for body in (BRIBE, f"{BRIBE}再次举报。"):
        take(office, body, received_at="2026-03-10")
    whole = desk.read("/reports/monthly", month="2026-03")
    assert whole["accusations"]
    assert whole["total"]["letters"]["value"] == 2
    paper = Document(file_of(desk, "/reports/monthly", month="2026-03", format="docx"))
    assert text("restricted") in "\n".join(paragraph.text for paragraph in paper.paragraphs)
    open_ = desk.read("/reports/monthly", month="2026-03", restricted="false")
    assert not open_["accusations"]
    assert (open_["total"]["letters"]["value"], open_["main_matters"], open_["rising"]) == (0, [], [])


@pytest.mark.parametrize(
    ("path", "query", "field"),
    [
        ("monthly", {}, "month"),
        ("monthly", {"month": "2026"}, "month"),
        ("monthly", {"month": "2026-13"}, "month"),
        ("monthly", {"month": "2026-03", "format": "pdf"}, "format"),
        ("annual", {"year": "26"}, "year"),
    ],
)
def test_what_is_no_report_is_refused(clerk: Desk, path: str, query: dict[str, str], field: str) -> None:
    assert_problem(clerk.get(f"/reports/{path}", **query), 422, field)


@pytest.mark.usefixtures("march")
def test_the_page_shows_the_figures_and_leads_to_letters(app: Flask, office: Office, clerk: Desk) -> None:
    browser = app.test_client()
    browser.get(f"/login/{make_login_link(office.database, 'demo', 'supervisor')}")
    page = browser.get("/reports?month=2026-03")
    assert page.status_code == 200
    report = clerk.read("/reports/monthly", month="2026-03")
    assert report["title"] in page.text
    for line in report["categories"]:
        assert f'<th scope="row">{line["name"]}</th>' in page.text
    assert 'href="/letters?since=2026-03-01&amp;until=2026-04-01">7</a>' in page.text
    assert page.text.count("<svg") == 1
    assert report["rates"][0]["formula"] in page.text
    for line in [*report["categories"], *report["regions"], *report["channels"], *report["course"], *report["classes"]]:
        for count in ("letters", "repeats"):
            if line[count]["value"] and line[count]["query"]:
                listed = browser.get(f"/letters?{line[count]['query']}").text
                assert listed.count('<td role="cell" class="c-day">') == line[count]["value"], line
    assert browser.get("/reports?year=2026").status_code == 200
    assert browser.get("/reports").status_code == 200
    for query in ("month=2026-13", "month=2026-W03", "format=pdf"):
        assert browser.get(f"/reports?{query}").status_code == 422
    file = browser.get("/reports?period=2026-03&format=xlsx")
    assert file.headers["Content-Disposition"] == "attachment; filename=table-2026-03.xlsx"
    assert load_workbook(io.BytesIO(file.data))[text("report.sheet_table")]["B6"].value == 7


@pytest.mark.parametrize("by", ["category", "channel", "region"])
@pytest.mark.parametrize("period", ["2026-03", "2026-02", "2026", "2024-05"])
@pytest.mark.usefixtures("march")
def test_the_page_shows_each_group_as_the_statistics_count_it(
    app: Flask, office: Office, clerk: Desk, period: str, by: str
) -> None:
    browser = app.test_client()
    browser.get(f"/login/{make_login_link(office.database, 'demo', 'supervisor')}")
    found = clerk.read("/stats", period=period, by=by)
    rows = rows_of(browser.get(f"/reports?period={period}").text, text(f"report.section_{by}"))
    told = []
    for line in found["items"]:
        figures = []
        for count in COLUMNS:
            now, before, year_before = (line[count][part] for part in ("value", "previous", "year_before"))
            changes = [change_text(line[count][part]) for part in ("change", "change_year")]
            figures += [f"{now:,}", f"{before:,}", changes[0], f"{year_before:,}", changes[1]]
        told.append([line["name"], *figures])
    assert rows == told


@pytest.mark.usefixtures("march")
def test_a_look_at_a_report_is_recorded(clerk: Desk, let_in: LetIn) -> None:
    clerk.get("/reports/monthly", month="2026-03", format="xlsx")
    (entry,) = (one for one in let_in("admin").read("/audit")["items"] if one["action"] == "report")
    assert entry["detail"] == {"period": "2026-03", "format": "xlsx", "restricted": None}


@pytest.mark.usefixtures("march")
def test_the_command_makes_the_same_report(
    office: Office, clerk: Desk, model_folder: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HONGYAN_HOME", str(office.settings.home_folder))
    monkeypatch.setenv("HONGYAN_MODEL", str(model_folder))
    file = tmp_path / "march.xlsx"
    made = CliRunner().invoke(main, ["report", "2026-03", "--format", "xlsx", "-o", str(file)])
    assert made.exit_code == 0, made.output
    report = clerk.read("/reports/monthly", month="2026-03")
    sheet = load_workbook(file, data_only=True)[text("report.sheet_table")]
    assert sheet["B6"].value == report["total"]["letters"]["value"]
    assert CliRunner().invoke(main, ["report", "2026-03-05"]).exit_code == 2
    assert CliRunner().invoke(main, ["report", "march"]).exit_code == 2
