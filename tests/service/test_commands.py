import csv
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol

import openpyxl
import pytest
from click.testing import CliRunner, Result

from model import artefact
from model.purpose import PurposeReader
from service.caller import Caller
from service.cli import main
from service.commands.base import write_lines
from service.db import Database
from service.migrate import require_current
from service.tables import letters
from service.tokens import find_caller
from tests.commands import groups_and_commands
from tests.service.databases import accept_inserts, refuse_inserts
from tests.service.desk import LIFT, LIFT_AGAIN, QIAN, ROAD, WAGES, ZHAO, count

GOOD: list[dict[str, Any]] = [{"id": "a", "body": LIFT}, {"title": "修路", "body": ROAD}, {"id": 7, "text": WAGES}]
HEADINGS = ("留言编号", "留言主题", "留言详情", "留言时间", "姓名", "电话", "联名人", "渠道")
SHEET_ROWS = (
    ("1", "电梯", LIFT, "2026/3/5 9:07", "赵铁柱", "13812340000", "", "来信"),
    ("2", "电梯", LIFT_AGAIN, "2026/3/9 9:07", "赵铁柱", "13812340000", "钱多多；孙某", "网上"),
    ("3", "", "", "2026/3/9", "周某", "", "", ""),
    ("4", "修路", ROAD, "上周三", "", "", "", ""),
)


class Run(Protocol):
    """Run the command hongyan with its state in a folder of the test."""

    def __call__(self, *words: str | Path) -> Result: ...


@pytest.fixture
def environment(tmp_path: Path, model_folder: Path, empty_address: str) -> dict[str, str]:
    home = str(tmp_path / "var")
    return {"HONGYAN_HOME": home, "HONGYAN_MODEL": str(model_folder), "HONGYAN_DATABASE_URL": empty_address}


@pytest.fixture
def run(environment: Mapping[str, str], monkeypatch: pytest.MonkeyPatch) -> Run:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    def invoke(*words: str | Path) -> Result:
        # An exception that is no exit of the command fails the test where it was raised.
        return CliRunner(catch_exceptions=False).invoke(main, [str(word) for word in words])

    return invoke


@pytest.fixture
def database(run: Run, environment: Mapping[str, str]) -> Iterator[Database]:
    assert run("db", "upgrade").exit_code == 0
    opened = Database(environment["HONGYAN_DATABASE_URL"])
    yield opened
    opened.close()


def write(path: Path, *lines: object) -> Path:
    path.write_text("".join(f"{json.dumps(line, ensure_ascii=False)}\n" for line in lines), encoding="utf-8")
    return path


def sheet(path: Path) -> Path:
    book = openpyxl.Workbook()
    page = book.worksheets[0]
    for row in (HEADINGS, *SHEET_ROWS):
        page.append(row)
    book.save(path)
    return path


def lines_of(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_analyze_prints_one_line_for_each_letter(run: Run, tmp_path: Path) -> None:
    result = run("analyze", write(tmp_path / "in.jsonl", *GOOD))
    assert result.exit_code == 0
    assert result.stderr == ""
    lines = lines_of(result)
    assert [line["id"] for line in lines] == ["a", "2", "7"]
    assert [line["category"]["code"] for line in lines] == ["construction", "transport", "labour"]
    assert all("scores" not in line["category"] for line in lines)


def test_analyze_shows_scores_when_asked(run: Run, tmp_path: Path) -> None:
    (line,) = lines_of(run("analyze", "--scores", write(tmp_path / "in.jsonl", GOOD[0])))
    scores = line["category"]["scores"]
    assert sum(scores.values()) == pytest.approx(1, abs=1e-4)
    assert scores[line["category"]["code"]] == line["category"]["confidence"]
    assert len(scores) == 6


def test_a_refused_line_still_yields_a_line(run: Run, tmp_path: Path) -> None:
    path = write(tmp_path / "in.jsonl", GOOD[0], {"id": "b", "body": ""}, 5, {"id": "d", "body": LIFT, "channel": "x"})
    path.write_bytes(path.read_bytes() + b"{broken\n" + '{"body": "电梯"}\n'.encode("gb18030") + b'{"body": "x"}')
    result = run("analyze", path)
    assert result.exit_code == 1
    lines = lines_of(result)
    assert [line["id"] for line in lines] == ["a", "b", "3", "d", "5", "6", "7"]
    refused = [line for line in lines if "error" in line]
    assert [line["id"] for line in refused] == ["b", "3", "d", "5", "6"]
    for line in refused:
        assert line.keys() == {"id", "error"}
        assert line["error"].keys() == {"field", "reason"}
    assert [line["error"]["field"] for line in refused] == ["body", "line", "channel", "line", "line"]


@pytest.mark.parametrize(
    "line", ['{"id": "\\ud800", "body": "电梯坏了"}', '{"body": "电梯坏了", "received_at": "\\ud800"}']
)
@pytest.mark.parametrize("command", ["analyze", "link", "import"])
def test_half_a_surrogate_breaks_no_command(
    run: Run, tmp_path: Path, database: Database, command: str, line: str
) -> None:
    path = tmp_path / "in.jsonl"
    path.write_text(f'{line}\n{{"id": "b", "body": "路灯坏了"}}\n', encoding="utf-8")
    result = run(command, path)
    assert result.exit_code in (0, 1)
    if command == "import":
        assert count(database, "letters") >= 1
    else:
        assert lines_of(result)[1]["id"] == "b"


def test_an_unreadable_time_is_a_warning_of_analyze(run: Run, tmp_path: Path) -> None:
    result = run("analyze", write(tmp_path / "in.jsonl", {"body": LIFT, "received_at": "上周三"}))
    assert result.exit_code == 0
    assert [warning["code"] for warning in lines_of(result)[0]["warnings"]] == ["unreadable_time"]


def test_an_unreadable_time_is_a_warning_of_compare(run: Run, tmp_path: Path) -> None:
    good, bad = {"body": LIFT}, {"body": LIFT, "received_at": "上周三"}
    result = run("compare", write(tmp_path / "in.jsonl", {"a": good, "b": good}, {"a": bad, "b": good}))
    assert result.exit_code == 0
    without, with_one = lines_of(result)
    assert without["warnings"] == []
    assert [(one["code"], one["letter"], one["detail"]) for one in with_one["warnings"]] == [
        ("unreadable_time", "a", "上周三")
    ]


def test_an_unreadable_time_is_a_warning_of_link(run: Run, tmp_path: Path) -> None:
    letters = [{"body": LIFT}, {"body": ""}, {"body": ROAD, "received_at": "上周三"}, {"body": WAGES}]
    path = write(tmp_path / "in.jsonl", *letters)
    linked = [line.get("warnings") for line in lines_of(run("link", path))]
    analysed = [line.get("warnings") for line in lines_of(run("analyze", path))]
    assert [bool(warnings) for warnings in linked] == [False, False, True, False]
    assert linked == analysed


def test_a_missing_part_is_null(run: Run, tmp_path: Path, small_analyser: Any) -> None:
    purpose: PurposeReader = small_analyser.purpose
    artefact.save(tmp_path / "part", {"purpose": purpose}, {})
    result = run("analyze", "--model", tmp_path / "part", write(tmp_path / "in.jsonl", GOOD[0]))
    assert result.exit_code == 0
    (line,) = lines_of(result)
    assert (line["category"], line["group_visit"], line["purpose"]) == (None, None, "appeal")
    for command in ("compare", "link"):
        refused = run(command, "--model", tmp_path / "part", tmp_path / "in.jsonl")
        assert refused.exit_code == 2
        assert "hongyan-train fit" in refused.stderr


@pytest.mark.parametrize("command", ["analyze", "compare", "link"])
def test_a_missing_model_names_the_command_to_run(run: Run, tmp_path: Path, command: str) -> None:
    result = run(command, "--model", tmp_path / "none", write(tmp_path / "in.jsonl", *GOOD))
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "hongyan-train fit" in result.stderr


@pytest.mark.parametrize("name", ["none.jsonl", "letters.txt", "empty.csv", "fake.xlsx", "noise.csv"])
@pytest.mark.parametrize("command", ["analyze", "compare", "link", "import"])
def test_a_file_that_cannot_be_read_ends_with_a_sentence(
    run: Run, tmp_path: Path, database: Database, command: str, name: str
) -> None:
    for other, content in (("letters.txt", b"x"), ("empty.csv", b""), ("fake.xlsx", b"x"), ("noise.csv", b"\xff\xff")):
        (tmp_path / other).write_bytes(content)
    result = run(command, tmp_path / name)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert name in result.stderr
    assert count(database, "letters") == 0


def test_an_output_file_is_complete_or_not_there(run: Run, tmp_path: Path) -> None:
    path, out = write(tmp_path / "in.jsonl", *GOOD), tmp_path / "out.jsonl"
    printed = run("analyze", path)
    result = run("analyze", path, "-o", out)
    assert (result.exit_code, result.stdout) == (0, "")
    assert out.read_text(encoding="utf-8") == printed.stdout
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["in.jsonl", "out.jsonl"]


def test_a_failure_keeps_the_earlier_output(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    out.write_text("earlier", encoding="utf-8")
    (tmp_path / "bad.csv").write_text('内容\n电梯坏了\n"开着的引号', encoding="utf-8")
    result = run("analyze", tmp_path / "bad.csv", "-o", out)
    assert result.exit_code == 2
    assert out.read_text(encoding="utf-8") == "earlier"
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["bad.csv", "out.jsonl"]


def test_an_interrupt_leaves_no_output(tmp_path: Path) -> None:
    def interrupted() -> Any:
        yield {"id": "1"}
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_lines(interrupted(), tmp_path / "out.jsonl")
    assert list(tmp_path.iterdir()) == []


def test_an_output_folder_that_is_missing_is_a_wrong_call(run: Run, tmp_path: Path) -> None:
    path = write(tmp_path / "in.jsonl", *GOOD)
    assert run("analyze", path, "-o", tmp_path / "none" / "out.jsonl").exit_code == 2


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_analyze_reads_csv_with_chinese_headings(run: Run, tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "信件.csv"
    with path.open("w", encoding=encoding, newline="") as out:
        csv.writer(out).writerows((HEADINGS, *SHEET_ROWS))
    result = run("analyze", path)
    lines = lines_of(result)
    assert result.exit_code == 1
    assert [line["id"] for line in lines] == ["1", "2", "3", "4"]
    assert lines[2]["error"]["field"] == "body"
    assert lines[0]["category"]["code"] == "construction"


def test_analyze_reads_spreadsheets(run: Run, tmp_path: Path) -> None:
    lines = lines_of(run("analyze", sheet(tmp_path / "信件.xlsx")))
    assert [line["id"] for line in lines] == ["1", "2", "3", "4"]
    assert [("error" in line) for line in lines] == [False, False, True, False]


def test_compare_prints_one_line_for_each_pair(run: Run, tmp_path: Path) -> None:
    pairs = [{"a": {"body": a}, "b": {"body": b}} for a, b in ((LIFT, LIFT_AGAIN), (LIFT, ROAD), (LIFT, LIFT))]
    result = run("compare", write(tmp_path / "pairs.jsonl", *pairs))
    assert result.exit_code == 0
    lines = lines_of(result)
    assert [line["relation"] for line in lines] == ["same_matter", "different", "same_text"]
    assert [line["score"] >= 0.5 for line in lines] == [True, False, True]


def test_compare_names_the_side_at_fault(run: Run, tmp_path: Path) -> None:
    good = {"body": LIFT}
    pairs = [{"a": good}, {"a": good, "b": 5}, {"a": {"body": ""}, "b": good}, {"a": good, "b": good}]
    result = run("compare", write(tmp_path / "pairs.jsonl", *pairs))
    assert result.exit_code == 1
    lines = lines_of(result)
    assert [line["error"]["field"] for line in lines[:3]] == ["b", "b", "a.body"]
    assert lines[3]["relation"] == "same_text"


def test_link_puts_every_letter_into_a_matter(run: Run, tmp_path: Path) -> None:
    letters = [
        {"id": "a", "body": LIFT, "petitioner": ZHAO, "received_at": "2026-03-01"},
        {"id": "b", "body": ROAD, "petitioner": ZHAO},
        {"id": "c", "body": LIFT_AGAIN, "petitioner": ZHAO, "received_at": "2026-03-02"},
        {"id": "d", "body": ""},
        {"id": "e", "body": f"{LIFT}请尽快处理。", "petitioner": QIAN, "received_at": "2026-03-03"},
        {"id": "a", "body": WAGES},
    ]
    result = run("link", write(tmp_path / "in.jsonl", *letters))
    assert result.exit_code == 1
    lines = lines_of(result)
    assert [line["id"] for line in lines] == ["a", "b", "c", "d", "e", "a"]
    assert [line["error"]["field"] for line in (lines[3], lines[5])] == ["body", "id"]
    linked = {line["id"]: line for line in (*lines[:3], lines[4])}
    for line in linked.values():
        assert line.keys() == {"id", "matter", "verdict", "candidates", "warnings"}
        assert line["warnings"] == []
        assert isinstance(line["matter"], str)
        assert line["matter"]
        scores = [candidate["score"] for candidate in line["candidates"]]
        assert scores == sorted(scores, reverse=True)
        assert line["id"] not in [candidate["id"] for candidate in line["candidates"]]
    assert linked["a"]["matter"] == linked["c"]["matter"] == linked["e"]["matter"] != linked["b"]["matter"]
    assert [linked[name]["verdict"] for name in "abce"] == ["first", "first", "repeat", "joint"]
    assert [candidate["id"] for candidate in linked["a"]["candidates"]] == ["e", "c"]
    assert linked["a"]["candidates"][0].keys() == {"id", "score", "relation"}


def test_link_does_not_depend_on_the_order(run: Run, tmp_path: Path) -> None:
    bodies = (LIFT, ROAD, LIFT_AGAIN, WAGES, f"{WAGES}谢谢。")
    letters = [{"id": str(number), "body": body, "received_at": "2026-03-01"} for number, body in enumerate(bodies)]
    there = lines_of(run("link", write(tmp_path / "in.jsonl", *letters)))
    back = lines_of(run("link", write(tmp_path / "in.jsonl", *letters[::-1])))
    assert there == back[::-1]


def test_link_shows_as_many_candidates_as_asked(run: Run, tmp_path: Path) -> None:
    letters = [{"body": f"{LIFT}{'谢' * number}"} for number in range(6)]
    path = write(tmp_path / "in.jsonl", *letters)
    for top in (1, 3):
        assert {len(line["candidates"]) for line in lines_of(run("link", path, "--top", str(top)))} == {top}
    assert run("link", path, "--top", "0").exit_code == 2


def test_an_import_stores_every_row_or_names_it(run: Run, tmp_path: Path, database: Database) -> None:
    path = sheet(tmp_path / "信件.xlsx")
    result = run("import", path)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert "2 stored, 0 were stored before, 2 refused" in result.stderr
    with (tmp_path / "信件.xlsx.errors.csv").open(encoding="utf-8-sig", newline="") as errors:
        rows = list(csv.reader(errors))
    assert [row[:2] for row in rows] == [["row", "field"], ["3", "body"], ["4", "received_at"]]
    assert all(row[2] for row in rows)
    assert count(database, "letters") == 2
    assert count(database, "matters") == 1


def test_importing_twice_stores_nothing_twice(run: Run, tmp_path: Path, database: Database) -> None:
    path = write(tmp_path / "in.jsonl", *GOOD, *GOOD)
    first, second = run("import", path), run("import", path)
    assert (first.exit_code, second.exit_code) == (0, 0)
    assert "6 stored, 0 were stored before, 0 refused" in first.stderr
    assert "0 stored, 6 were stored before, 0 refused" in second.stderr
    assert count(database, "letters") == 6
    assert not (tmp_path / "in.jsonl.errors.csv").exists()


def test_an_import_that_was_killed_goes_on_and_loses_nothing(
    run: Run, tmp_path: Path, database: Database, environment: Mapping[str, str]
) -> None:
    bodies = [f"翠竹小区{number}号楼的电梯坏了，物业一直没有修，请过问。" for number in range(300)]
    file = write(tmp_path / "in.jsonl", *({"body": body} for body in bodies))
    command = [sys.executable, "-c", "from service.cli import main; main()", "import", str(file)]
    whole = {**os.environ, **environment}
    with subprocess.Popen(command, env=whole, stderr=subprocess.DEVNULL) as process:  # noqa: S603 - our own command
        while count(database, "letters") < 20:
            time.sleep(0.05)
        process.kill()
    assert 20 <= count(database, "letters") < len(bodies)
    assert run("import", file).exit_code == 0
    with database.read() as connection:
        stored = [row.body for row in connection.execute(letters.select())]
    assert sorted(stored) == sorted(bodies)


def test_an_import_run_again_stores_what_could_not_be_stored(run: Run, tmp_path: Path, database: Database) -> None:
    path = write(tmp_path / "in.jsonl", *GOOD)
    refuse_inserts(database, "letters", when="(SELECT count(*) FROM letters) >= 2")
    assert "2 stored, 0 were stored before, 1 refused" in run("import", path).stderr
    accept_inserts(database, "letters")
    assert count(database, "letters") == 2
    assert "1 stored, 2 were stored before, 0 refused" in run("import", path).stderr


def test_a_mended_file_takes_its_errors_away(run: Run, tmp_path: Path, database: Database) -> None:
    path = write(tmp_path / "in.jsonl", {"external_id": "1", "body": LIFT}, {"external_id": "2", "body": ""})
    assert run("import", path).exit_code == 1
    assert (tmp_path / "in.jsonl.errors.csv").exists()
    write(path, {"external_id": "1", "body": LIFT}, {"external_id": "2", "body": ROAD})
    assert run("import", path).exit_code == 0
    assert not (tmp_path / "in.jsonl.errors.csv").exists()
    assert count(database, "letters") == 2


def test_token_add_prints_the_token_and_nothing_else(run: Run, database: Database) -> None:
    result = run("token", "add", "east", "--role", "integrator")
    assert result.exit_code == 0
    assert result.stdout.count("\n") == 1
    assert find_caller(database, result.stdout.strip()) == Caller("east", "integrator")
    refused = run("token", "add", "east", "--role", "clerk")
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert run("token", "add", "west", "--role", "king").exit_code == 2


def test_login_link_prints_an_address(run: Run, database: Database) -> None:
    result = run("login-link", "demo", "--role", "clerk")
    assert result.exit_code == 0
    assert result.stdout.startswith("http://127.0.0.1:8000/login/")
    assert count(database, "login_links") == 1


def test_db_upgrade_makes_the_database_and_may_be_repeated(run: Run, database: Database) -> None:
    require_current(database)
    assert run("db", "upgrade").exit_code == 0


@pytest.mark.parametrize("words", [("token", "add", "x", "--role", "clerk"), ("import", "in.jsonl"), ("serve",)])
def test_a_database_that_is_not_migrated_names_the_command(run: Run, words: tuple[str, ...]) -> None:
    result = run(*words)
    assert result.exit_code == 2
    assert "hongyan db upgrade" in result.stderr


def test_serving_without_a_model_names_the_command(
    run: Run, database: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    require_current(database)
    monkeypatch.setenv("HONGYAN_MODEL", str(tmp_path / "none"))
    for words in (("serve",), ("import", "in.jsonl")):
        result = run(*words)
        assert result.exit_code == 2
        assert "hongyan-train fit" in result.stderr


@pytest.mark.parametrize(
    ("name", "value"), [("HONGYAN_PORT", "x"), ("HONGYAN_DATABASE_URL", "nonsense"), ("HONGYAN_CONFIG", "/none")]
)
def test_a_setting_that_makes_no_sense_ends_with_a_sentence(
    run: Run, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    result = run("db", "upgrade")
    assert result.exit_code == 2
    assert name in result.stderr


def test_a_home_that_cannot_be_made_ends_with_a_sentence(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    monkeypatch.delenv("HONGYAN_DATABASE_URL")
    monkeypatch.setenv("HONGYAN_HOME", str(tmp_path / "file"))
    result = run("db", "upgrade")
    assert result.exit_code == 2
    assert str(tmp_path / "file") in result.stderr


def test_the_demo_prints_the_table_on_standard_output(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sample").mkdir()
    sheet(tmp_path / "sample" / "inbox.xlsx")
    monkeypatch.setattr("service.commands.demo.data_folder", lambda: tmp_path)
    for _ in range(2):
        result = run("demo", "--no-serve")
        assert result.exit_code == 0
        assert len(result.stdout.splitlines()) == 3
        assert "电梯" in result.stdout
        assert [line.split(":")[0] for line in result.stderr.splitlines()] == ["row 3", "row 4"]


@pytest.mark.usefixtures("database")
def test_the_demo_leaves_the_database_of_an_office_alone(run: Run, tmp_path: Path) -> None:
    (tmp_path / "letters.jsonl").write_text(json.dumps({"id": "1", "body": LIFT}), encoding="utf-8")
    assert run("import", str(tmp_path / "letters.jsonl")).exit_code == 0
    result = run("demo", "--no-serve")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "holds letters of an office" in result.stderr


def test_every_command_explains_itself() -> None:
    for path, _ in groups_and_commands():
        result = CliRunner().invoke(main, [*path, "--help"])
        assert result.exit_code == 0
        assert result.stdout.startswith("Usage:")
        assert len(result.stdout.splitlines()) > 3


@pytest.mark.parametrize("command", ["db", "token", "user", "login-link", "audit", "jobs"])
def test_a_command_that_reads_no_letter_does_not_wait_for_what_reads_them(command: str) -> None:
    script = f"import sys, click; from service.cli import main; main.get_command(click.Context(main), {command!r})"
    script += "; print([name for name in ('scipy', 'sklearn', 'jieba') if name in sys.modules])"
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)  # noqa: S603 - our own
    assert found.stdout == "[]\n"


def test_an_unknown_command_is_a_wrong_call() -> None:
    assert CliRunner().invoke(main, ["guess"]).exit_code == 2
