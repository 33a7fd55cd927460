import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from model import artefact, segment, storage
from tests.factories import letter
from tests.model.letters import EXAMPLES, MATTERS
from tests.training.corpora import OWN_LABELS as OWN
from tests.training.corpora import SMALL_EXAMPLES, SMALL_PAIRS, labelled, stand_in, written
from training.cli import LENGTHY, MOST_WARNINGS, main
from training.fit import data_hash
from training.html_card import PAGE, SECTIONS
from training.texts import text

OWN_TAXONOMY = "categories:\n- {code: a, name: 甲}\n- {code: b, name: 乙}\n"

pytestmark = pytest.mark.usefixtures("small_shipped")


def run(*arguments: Any) -> Result:
    """Run the command; what escapes from it is an error of the test."""
    return CliRunner().invoke(main, [str(argument) for argument in arguments], catch_exceptions=False)


def fit(*arguments: Any) -> Result:
    """Train in one process, where the small corpus stands for what ships."""
    return run("fit", *arguments, "--jobs", 1)


def refused(*arguments: Any) -> str:
    """Run the command, assert that it calls the call wrong, and return what it says."""
    result = run(*arguments)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    return result.stderr


def manifest(folder: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    return content


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a model folder of all parts, fitted by the command on the small corpus."""
    folder = tmp_path_factory.mktemp("trained") / "model"
    with pytest.MonkeyPatch.context() as patch:
        stand_in(patch)
        assert fit("all", "--out", folder).exit_code == 0
    return folder


def test_all_parts_are_fitted_into_a_complete_folder(trained: Path) -> None:
    analyser = artefact.load(trained)
    assert all((analyser.category, analyser.purpose, analyser.relation, analyser.risk))
    about = manifest(trained)
    assert about["parts"] == ["category", "purpose", "relation", "risk"]
    assert about["version"] == analyser.version
    assert about["letters"] == len(SMALL_EXAMPLES)
    assert about["data_hash"] == data_hash(SMALL_EXAMPLES)
    assert set(about["metrics"]) == {"category", "purpose", "relation", "risk"}
    card = (trained / "card.md").read_text(encoding="utf-8")
    assert "**Not for**" in card
    assert about["data_hash"] in card


def test_an_offices_own_labels_make_a_model_of_one_level(tmp_path: Path) -> None:
    file = written(tmp_path / "archive.jsonl", *labelled(OWN))
    result = fit("category", "--letters", file, "--out", tmp_path / "deep" / "model")
    assert result.exit_code == 0
    assert result.stdout == ""
    analyser = artefact.load(tmp_path / "deep" / "model")
    assert analyser.version in result.stderr
    (found,) = analyser.analyse([letter(EXAMPLES[0].text)])
    assert found.category
    assert found.category.best.code == found.category.best.name == "欠薪社保"
    assert found.category.level2 is None
    assert set(found.category.scores) == {OWN.get(row["label"], row["label"]) for row in labelled()}
    assert (found.group_visit, analyser.relation) == (None, None)
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["model"]
    assert manifest(tmp_path / "deep" / "model")["source"] == "archive.jsonl"


def test_an_offices_spreadsheet_of_shipped_codes_keeps_both_levels(tmp_path: Path) -> None:
    lines = ["留言详情,一级标签", *(f"{example.text},{example.code}" for example in EXAMPLES)]
    file = tmp_path / "archive.csv"
    file.write_bytes("\n".join(lines).encode("gb18030"))
    assert fit("category", "--letters", file, "--out", tmp_path / "model").exit_code == 0
    (found,) = artefact.load(tmp_path / "model").analyse([letter(EXAMPLES[0].text)])
    assert found.category
    assert found.category.level2
    assert found.category.level2.code == "labour.wages"


def test_the_same_file_and_seed_give_the_same_version_in_any_number_of_processes(tmp_path: Path) -> None:
    file = written(tmp_path / "archive.jsonl", *labelled(OWN))
    for jobs in ("1", "2"):
        call = ("category", "--letters", file, "--seed", 3, "--jobs", jobs, "--out", tmp_path / jobs)
        assert run("fit", *call).exit_code == 0
    assert manifest(tmp_path / "1")["version"] == manifest(tmp_path / "2")["version"]


def test_the_manifest_tells_how_the_categories_were_learnt(trained: Path, tmp_path: Path) -> None:
    file = written(tmp_path / "archive.jsonl", *labelled(OWN))
    assert fit("category", "--letters", file, "--minutes", 1, "--out", tmp_path / "model").exit_code == 0
    about = manifest(tmp_path / "model")
    assert about["segmenter"] == segment.identity(segment.DEFAULT)
    measured = about["metrics"]["category"]
    assert len(measured["plans"]) >= 2
    assert all(plan.startswith("C=") and 0 <= reached <= 1 for plan, reached in measured["plans"].items())
    assert measured["learning_curve"]
    assert {"top3", "confusion", "reliability", "accept_curve", "doubtful_labels"} <= set(measured)
    assert manifest(trained)["metrics"]["category"]["plans"] == {}


def test_a_bad_row_is_told_and_the_rest_is_learnt(tmp_path: Path) -> None:
    rows = labelled()
    file = written(tmp_path / "archive.jsonl", *rows[:30], '{"text": "半行', *rows[30:], {"label": "labour"})
    result = fit("category", "--letters", file, "--out", tmp_path / "model")
    assert result.exit_code == 1
    assert "row 31" in result.stderr
    assert f"row {len(rows) + 2}" in result.stderr
    assert manifest(tmp_path / "model")["letters"] == len(rows)


def test_rows_without_text_are_named_and_the_rest_is_learnt(tmp_path: Path) -> None:
    """The model is written, and the exit code says that it is not learnt from all."""
    rows = labelled(OWN)
    empty = [{"text": "", "label": "出行"}, {"title": " ", "body": "\n", "label": "出行"}, {"label": "出行"}]
    file = written(tmp_path / "archive.jsonl", *rows[:10], *empty, *rows[10:])
    result = fit("category", "--letters", file, "--out", tmp_path / "model")
    assert result.exit_code == 1
    for row in (11, 12, 13):
        assert f"row {row}: has no text" in result.stderr
    assert manifest(tmp_path / "model")["letters"] == len(rows)
    assert artefact.load(tmp_path / "model").category


def test_a_bad_row_amid_thousands_is_named_by_its_number(tmp_path: Path) -> None:
    lines = [json.dumps({"text": f"第{i}封：{EXAMPLES[i % 66].text[:12]}", "label": str(i % 2)}) for i in range(3000)]
    lines[1499] = lines[1499][:20]
    file = written(tmp_path / "archive.jsonl", *lines)
    result = fit("category", "--letters", file, "--minutes", 0.1, "--out", tmp_path / "model")
    assert result.exit_code == 1
    assert "row 1500: the line is not JSON" in result.stderr
    assert result.stderr.count("row ") == 1
    assert manifest(tmp_path / "model")["letters"] == 2999


def test_of_many_bad_rows_the_first_are_named_and_the_others_counted(tmp_path: Path) -> None:
    file = written(tmp_path / "archive.jsonl", *[{"label": "出行"}] * (MOST_WARNINGS + 7), *labelled(OWN))
    result = fit("category", "--letters", file, "--out", tmp_path / "model")
    assert result.exit_code == 1
    assert result.stderr.count("has no text") == MOST_WARNINGS
    assert "and 7 more" in result.stderr


def test_letters_without_labels_help(tmp_path: Path) -> None:
    file = written(tmp_path / "archive.jsonl", *labelled(OWN))
    others = written(tmp_path / "others.jsonl", *({"text": text} for pair in MATTERS for text in pair))
    result = fit("category", "--letters", file, "--unlabelled", others, "--out", tmp_path / "model")
    assert result.exit_code == 0
    about = manifest(tmp_path / "model")
    assert about["letters"] == len(labelled())
    assert any("+unlabelled" in plan for plan in about["metrics"]["category"]["plans"])


@pytest.mark.parametrize(
    ("part", "option"), [("risk", "--letters"), ("risk", "--unlabelled"), ("relation", "--unlabelled")]
)
def test_an_offices_letters_do_not_serve_every_part(part: str, option: str, tmp_path: Path) -> None:
    file = written(tmp_path / "archive.jsonl", *labelled(OWN))
    said = refused("fit", part, option, file, "--out", tmp_path / "model")
    assert "--letters serves category, relation and all, --unlabelled category and all" in said
    assert [path.name for path in tmp_path.iterdir()] == ["archive.jsonl"]


def test_an_offices_judged_pairs_serve_the_relation(tmp_path: Path) -> None:
    rows = [{"a": {"body": pair.a.body}, "b": {"body": pair.b.body}, "label": pair.label} for pair in SMALL_PAIRS]
    file = written(tmp_path / "pairs.jsonl", *rows)
    assert fit("relation", "--letters", file, "--out", tmp_path / "model").exit_code == 0
    about = manifest(tmp_path / "model")
    assert about["pairs"] == len(SMALL_PAIRS)
    assert about["source"] == "pairs.jsonl and the letters that ship with Hongyan"


def test_a_file_of_pairs_that_cannot_be_read_names_the_row(tmp_path: Path) -> None:
    file = written(tmp_path / "pairs.jsonl", {"a": {"body": "路灯"}, "b": {"body": "路灯坏了"}, "label": "alike"})
    said = refused("fit", "relation", "--letters", file, "--out", tmp_path / "model")
    assert "row 1: label must be one of" in said


@pytest.mark.parametrize("content", [None, "", '{"body": ""}', "{半行"])
def test_a_file_without_letters_cannot_help(content: str | None, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / "others.jsonl").write_text(content, encoding="utf-8")
    said = refused("fit", "category", "--unlabelled", tmp_path / "others.jsonl", "--out", tmp_path / "out" / "model")
    assert "others.jsonl" in said
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("minutes", ["0", "-1", "viel"])
def test_the_time_for_choosing_must_be_some_minutes(minutes: str, tmp_path: Path) -> None:
    assert "--minutes" in refused("fit", "category", "--minutes", minutes, "--out", tmp_path / "model")


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("letters.jsonl", None, "cannot be opened"),
        ("letters.jsonl", b"", "two labels"),
        (
            "letters.jsonl",
            '{"body": "工资", "label": "甲"}\n{"body": "路灯", "label": "乙"}'.encode("gb18030"),
            "UTF-8",
        ),
        ("letters.jsonl", b"\x00\xff\n[1]\nnull", "row 1"),
        ("letters.csv", "内容,标签,类别\n工资,甲,甲\n路灯,乙,乙\n".encode(), "two columns"),
        ("letters.csv", "天气,标签\n晴,甲\n雨,乙\n".encode(), "天气"),
        ("letters.csv", "内容,label,label\n工资,甲,甲\n路灯,乙,乙\n".encode(), "two columns"),
        ("letters.csv", "内容\n工资\n路灯\n".encode(), "has no label"),
        ("letters.csv", "内容,标签\n工资,甲\n路灯,甲\n".encode(), "two labels"),
        ("letters.csv", "内容,标签\n工资,甲\n路灯,乙\n".encode("utf-16"), "UTF-8"),
        ("letters.jsonl", '{"body": "工资"}\n{"body": "路灯"}'.encode(), "row 1: has no label"),
        ("letters.jsonl", '{"body": "工资", "label": "甲"}\n{"body": "路灯", "label": "甲"}'.encode(), "two labels"),
        ("letters.jsonl", '{"body": " ", "label": "甲"}\n{"body": "", "label": "乙"}'.encode(), "row 1: has no text"),
        ("letters.xlsx", b"PK", "xlsx"),
        ("letters.txt", "内容".encode(), ".jsonl"),
    ],
)
def test_a_bad_file_is_refused_and_leaves_nothing_behind(
    tmp_path: Path, name: str, content: bytes | None, says: str
) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "out").mkdir()
    if content is not None:
        (tmp_path / "in" / name).write_bytes(content)
    assert says in refused("fit", "category", "--letters", tmp_path / "in" / name, "--out", tmp_path / "out" / "model")
    assert list((tmp_path / "out").iterdir()) == []


def test_with_a_taxonomy_unknown_labels_are_refused_by_row(tmp_path: Path) -> None:
    file = written(tmp_path / "letters.jsonl", {"body": "工资", "label": "甲"}, {"body": "路灯", "label": "丙"})
    (tmp_path / "own.yaml").write_text(OWN_TAXONOMY, encoding="utf-8")
    said = refused(
        "fit", "category", "--letters", file, "--taxonomy", tmp_path / "own.yaml", "--out", tmp_path / "model"
    )
    assert "row 2: '丙'" in said
    assert not (tmp_path / "model").exists()


def test_the_letters_that_ship_do_not_fit_a_taxonomy_of_other_codes(tmp_path: Path) -> None:
    """Their labels are unknown to it: an error, as for a file."""
    (tmp_path / "own.yaml").write_text(OWN_TAXONOMY, encoding="utf-8")
    refused("fit", "category", "--taxonomy", tmp_path / "own.yaml", "--out", tmp_path / "model")
    assert not (tmp_path / "model").exists()


def test_nothing_half_written_stays_after_a_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> None:
        raise OSError("no space left on device")

    monkeypatch.setitem(storage.WRITERS, "purpose", broken)
    file = written(tmp_path / "archive.jsonl", *labelled(OWN))
    (tmp_path / "out").mkdir()
    said = refused("fit", "category", "--letters", file, "--jobs", 1, "--out", tmp_path / "out" / "model")
    assert "no space left on device" in said
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize("content", [None, b"categories: [", b"categories: {}"])
def test_a_bad_taxonomy_is_refused_by_name(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "own.yaml").write_bytes(content)
    said = refused("fit", "category", "--taxonomy", tmp_path / "own.yaml", "--out", tmp_path / "model")
    assert "own.yaml" in said
    assert not (tmp_path / "model").exists()


def test_a_folder_of_other_things_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "notes.txt").write_text("mine", encoding="utf-8")
    assert "work" in refused("fit", "risk", "--out", tmp_path / "work")
    assert [path.name for path in tmp_path.rglob("*")] == ["work", "notes.txt"]


def test_a_model_is_replaced_by_the_next(tmp_path: Path) -> None:
    assert fit("risk", "--out", tmp_path / "model").exit_code == 0
    file = written(tmp_path / "letters.jsonl", *labelled(OWN))
    assert fit("category", "--letters", file, "--out", tmp_path / "model").exit_code == 0
    analyser = artefact.load(tmp_path / "model")
    assert analyser.category
    assert analyser.risk is None


@pytest.mark.parametrize(
    "arguments",
    [
        ("fit", "weather", "--out", "model"),
        ("fit", "category"),
        ("fit", "category", "--out", "model", "--precision", "2"),
        ("evaluate", "weather", "--model", "model", "--data", "x.jsonl"),
        ("evaluate", "all", "--model", "model", "--data", "x.jsonl"),
        ("evaluate", "category", "--model", "model"),
        ("weather",),
    ],
)
def test_a_wrong_call_exits_2(arguments: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    refused(*arguments)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("arguments", [(), ("fit",), ("evaluate",)])
def test_every_command_explains_itself(arguments: tuple[str, ...]) -> None:
    result = run(*arguments, "--help")
    assert result.exit_code == 0
    assert "Usage" in result.stdout


def data_for(part: str, folder: Path) -> Path:
    if part == "category":
        return written(folder / "data.jsonl", *labelled())
    if part == "risk":
        return written(folder / "data.jsonl", *({"body": e.text, "level": e.level} for e in EXAMPLES))
    pairs = ({"a": {"id": p.a.id, "body": p.a.body}, "b": {"id": p.b.id, "body": p.b.body}} for p in SMALL_PAIRS)
    return written(
        folder / "data.jsonl", *({**row, "label": pair.label} for row, pair in zip(pairs, SMALL_PAIRS, strict=True))
    )


@pytest.mark.parametrize(("part", "measured"), [("category", "letters"), ("relation", "pairs"), ("risk", "letters")])
def test_a_part_is_measured_as_one_json_object(part: str, measured: str, trained: Path, tmp_path: Path) -> None:
    file = data_for(part, tmp_path)
    result = run("evaluate", part, "--model", trained, "--data", file, "--json")
    assert result.exit_code == 0
    (line,) = result.stdout.splitlines()
    found = json.loads(line)
    assert found[measured] == len(file.read_text(encoding="utf-8").splitlines())
    assert {"classes"} < set(found)
    readable = run("evaluate", part, "--model", trained, "--data", file)
    assert json.loads(readable.stdout) == {name: value for name, value in found.items() if name not in LENGTHY}
    assert len(readable.stdout.splitlines()) > 10


def test_the_report_is_a_page_with_every_section_and_no_text_of_a_letter(tmp_path: Path) -> None:
    rows = labelled(OWN)
    wrong = next(i for i, row in enumerate(rows) if "户口在本区" in row["text"])
    rows[wrong]["label"] = "出行"
    file = written(tmp_path / "archive.jsonl", *rows)
    assert fit("category", "--letters", file, "--out", tmp_path / "model").exit_code == 0
    call = ("evaluate", "category", "--model", tmp_path / "model", "--data", file, "--json")
    result = run(*call, "--report", tmp_path / "card" / "page")
    assert result.exit_code == 0
    assert result.stdout == run(*call).stdout
    assert [path.name for path in (tmp_path / "card" / "page").iterdir()] == [PAGE]
    assert PAGE in result.stderr
    page = (tmp_path / "card" / "page" / PAGE).read_text(encoding="utf-8")
    assert [name for name in SECTIONS if f'<section id="{name}"' not in page] == []
    for told in (manifest(tmp_path / "model")["version"], "archive.jsonl", *set(OWN.values()), segment.DEFAULT):
        assert told in page
    assert text("section.doubtful") in page
    assert f"<td>{wrong + 1}</td>" in page
    assert [row["text"] for row in rows if row["text"][:8] in page] == []


@pytest.mark.parametrize("part", ["relation", "risk"])
def test_only_the_categories_have_a_report(part: str, trained: Path, tmp_path: Path) -> None:
    file = data_for(part, tmp_path)
    said = refused("evaluate", part, "--model", trained, "--data", file, "--report", tmp_path / "card")
    assert "--report" in said
    assert not (tmp_path / "card").exists()


def test_data_that_cannot_be_measured_has_no_report(trained: Path, tmp_path: Path) -> None:
    file = written(tmp_path / "data.jsonl", {"body": "路灯坏了", "label": "天气"}, {"body": "工资", "label": "labour"})
    refused("evaluate", "category", "--model", trained, "--data", file, "--report", tmp_path / "card")
    assert not (tmp_path / "card").exists()


def test_letters_of_a_pair_need_no_id(trained: Path, tmp_path: Path) -> None:
    pairs = ({"a": {"body": pair.a.body}, "b": {"body": pair.b.body}, "label": pair.label} for pair in SMALL_PAIRS)
    file = written(tmp_path / "data.jsonl", *pairs)
    result = run("evaluate", "relation", "--model", trained, "--data", file, "--json")
    assert json.loads(result.stdout)["pairs"] == len(SMALL_PAIRS)


LETTER = '{"id": "1", "body": "路灯坏了"}'


@pytest.mark.parametrize("part", ["category", "relation", "risk"])
@pytest.mark.parametrize("content", [None, "", "{半行", "[1]", "{}"])
def test_data_that_cannot_be_measured_is_refused(part: str, content: str | None, trained: Path, tmp_path: Path) -> None:
    file = tmp_path / "data.jsonl"
    if content is not None:
        file.write_text(content, encoding="utf-8")
    said = refused("evaluate", part, "--model", trained, "--data", file, "--json")
    assert "data.jsonl" in said


@pytest.mark.parametrize(
    ("part", "line"),
    [
        ("relation", f'{{"a": {LETTER}, "b": {LETTER}}}'),
        ("relation", f'{{"a": {LETTER}, "b": {LETTER}, "label": "alike"}}'),
        ("relation", f'{{"a": {LETTER}, "b": "路灯", "label": "related"}}'),
        ("relation", f'{{"a": {LETTER}, "label": "related"}}'),
        ("risk", '{"body": "路灯坏了", "level": "high"}'),
        ("risk", '{"body": "路灯坏了", "level": 1, "size": "十多"}'),
        ("category", '{"body": "路灯坏了", "label": "天气"}'),
    ],
)
def test_a_line_that_cannot_be_measured_is_named(part: str, line: str, trained: Path, tmp_path: Path) -> None:
    good = data_for(part, tmp_path).read_text(encoding="utf-8").splitlines()[0]
    file = written(tmp_path / "data.jsonl", good, line)
    assert "row 2" in refused("evaluate", part, "--model", trained, "--data", file)


def test_a_folder_without_model_or_without_the_part_names_the_command_to_run(tmp_path: Path) -> None:
    file = data_for("category", tmp_path)
    assert "hongyan-train fit" in refused("evaluate", "category", "--model", tmp_path / "none", "--data", file)
    assert fit("risk", "--out", tmp_path / "model").exit_code == 0
    for part in ("category", "relation"):
        said = refused("evaluate", part, "--model", tmp_path / "model", "--data", data_for(part, tmp_path))
        assert f"hongyan-train fit {part}" in said
