import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from service.cli import main
from service.corrected import applied, review_of, said_by, standing
from service.office import Office
from service.queries import letters as letter_queries
from service.tables import audit, corrections
from tests.service.desk import BRIBE, GATHERING, LIFT, LIFT_AGAIN, ROAD, Desk, LetIn, assert_problem, count, ids
from training.corpus import shipped_taxonomy
from training.dataset import read_dataset


def other_than(letter: Any, office: Office) -> str:
    """Return the code of a category that a letter does not have and that is no accusation."""
    classifier = office.engine.analyser.category
    assert classifier is not None
    codes = [category.code for category in classifier.taxonomy.categories]
    return next(code for code in codes if code not in (letter["category"]["code"], "discipline"))


def etag(desk: Desk, letter: Any) -> str:
    return desk.get(f"/letters/{letter['id']}").headers["ETag"]


def test_a_corrected_category_holds_everywhere_and_the_automatic_one_stays_beside_it(
    clerk: Desk, office: Office
) -> None:
    letter = clerk.deliver(LIFT)
    code = other_than(letter, office)
    corrected = clerk.correct(letter["id"], category=code, reason="读过原信")
    assert corrected["category"]["code"] == code
    assert corrected["category"]["needs_review"] is False
    assert corrected["category"]["evidence"] == []
    assert corrected["review"] == "corrected"
    assert corrected["automatic"]["category"]["code"] == letter["category"]["code"]
    assert clerk.read(f"/letters/{letter['id']}") == corrected
    assert ids(clerk.read("/letters", category=code)["items"]) == [letter["id"]]
    assert clerk.read("/letters", category=letter["category"]["code"])["items"] == []
    assert ids(clerk.read("/letters", review="corrected")["items"]) == [letter["id"]]
    assert clerk.read(f"/matters/{letter['matter']['id']}")["letters"][0] == corrected


def test_every_step_is_kept_and_can_be_taken_back(clerk: Desk, office: Office) -> None:
    letter = clerk.deliver(LIFT)
    before = clerk.read(f"/letters/{letter['id']}")
    code = other_than(letter, office)
    clerk.correct(letter["id"], category=code, reason="看错了")
    assert clerk.correct(letter["id"], category=None) == before
    with office.database.read() as connection:
        rows = list(connection.execute(select(corrections).order_by(corrections.c.number)))
    assert [(row.actor, row.letter_id, row.reason) for row in rows] == [
        ("clerk", letter["id"], "看错了"),
        ("clerk", letter["id"], None),
    ]
    said = {"code": code, "level2": None}
    assert [(row.before, row.after) for row in rows] == [
        ({"category": None}, {"category": said}),
        ({"category": said}, {"category": None}),
    ]


def test_a_class_brings_its_name_and_its_route(clerk: Desk, office: Office) -> None:
    letter = clerk.deliver(LIFT)
    with office.database.read() as connection:
        automatic = letter_queries.letters_by_id(connection, [letter["id"]])[letter["id"]].analysis
    taxonomy = shipped_taxonomy()
    below = next(entry for entry in taxonomy.classes_by_code.values() if entry.route == "litigation")
    said = {"category": {"code": taxonomy.parents[below.code], "level2": below.code}, "purpose": "appeal"}
    held = applied(automatic, said, taxonomy)
    assert held["category"]["level2"] == {"code": below.code, "name": below.name, "confidence": 1.0}
    assert held["route"] == "litigation"
    assert applied(automatic, {**said, "route": "ordinary"}, taxonomy)["route"] == "ordinary"
    assert applied(automatic, {"purpose": "accusation"}, taxonomy)["route"] == "discipline"


def test_a_route_that_a_person_names_wins(clerk: Desk) -> None:
    letter = clerk.deliver(LIFT)
    corrected = clerk.correct(letter["id"], route="arbitration")
    assert (corrected["route"], corrected["automatic"]["route"]) == ("arbitration", letter["route"])


def test_accepting_says_that_all_is_right(clerk: Desk) -> None:
    letter = clerk.deliver(LIFT)
    accepted = clerk.correct(letter["id"], review="accepted")
    assert accepted["review"] == "accepted"
    assert accepted["automatic"] is None
    assert accepted["category"] == letter["category"]
    assert clerk.correct(letter["id"], review="pending")["review"] == "pending"


def test_naming_the_category_that_the_model_named_accepts_it(clerk: Desk) -> None:
    letter = clerk.deliver(LIFT)
    category = letter["category"]
    said = {"code": category["code"], "level2": category["level2"]}
    assert clerk.correct(letter["id"], category=said)["review"] == "accepted"


def test_pending_takes_back_all_that_people_said(clerk: Desk, office: Office) -> None:
    letter = clerk.deliver(LIFT)
    before = clerk.read(f"/letters/{letter['id']}")
    clerk.correct(letter["id"], category=other_than(letter, office), group_visit="warning", purpose="suggestion")
    assert clerk.correct(letter["id"], review="pending") == before


def test_the_flag_of_the_matter_follows(clerk: Desk) -> None:
    letter = clerk.deliver(f"{LIFT}{GATHERING}")
    matter = f"/matters/{letter['matter']['id']}"
    level = clerk.read(matter)["flag"]["level"]
    assert level != "none"
    clerk.correct(letter["id"], group_visit={"level": "none"})
    assert clerk.read(matter)["flag"]["level"] == "none"
    assert ids(clerk.read("/matters", level=level)["items"]) == []
    assert "corrected" in [event["kind"] for event in clerk.read(matter)["events"]]
    clerk.correct(letter["id"], group_visit=None)
    assert clerk.read(matter)["flag"]["level"] == level


def test_a_correction_needs_the_state_that_it_was_made_for(clerk: Desk, let_in: LetIn, office: Office) -> None:
    letter = clerk.deliver(LIFT)
    path, tag = f"/letters/{letter['id']}", etag(clerk, letter)
    assert_problem(clerk.patch(path, {"review": "accepted"}), 428, "If-Match")
    code = other_than(letter, office)
    assert clerk.patch(path, {"category": code}, tag).status_code == 200
    late = let_in("supervisor").patch(path, {"review": "accepted"}, tag)
    assert_problem(late, 412, "If-Match")
    assert late.headers["ETag"] == etag(clerk, letter) != tag
    assert clerk.read(path)["category"]["code"] == code
    assert clerk.patch(path, {"review": "pending"}, "*").status_code == 200


def test_a_letter_that_was_linked_meanwhile_can_be_corrected_still(clerk: Desk) -> None:
    letter = clerk.deliver(LIFT)
    tag = etag(clerk, letter)
    clerk.deliver(LIFT_AGAIN)
    assert etag(clerk, letter) != tag
    assert clerk.patch(f"/letters/{letter['id']}", {"review": "accepted"}, tag).status_code == 200


@pytest.mark.parametrize(
    ("content", "field"),
    [
        ({}, "body"),
        ({"reason": "x"}, "body"),
        ({"category": "nowhere"}, "category"),
        ({"category": {"code": "labour", "level2": "nowhere"}}, "category.level2"),
        ({"category": 5}, "category"),
        ({"group_visit": "alarm"}, "group_visit"),
        ({"purpose": "other"}, "purpose"),
        ({"route": "other"}, "route"),
        ({"review": "corrected"}, "review"),
        ({"colour": "red"}, "colour"),
        ({"review": "accepted", "reason": "x" * 501}, "reason"),
        ({"review": "accepted", "reason": "\x00"}, "reason"),
    ],
)
def test_a_correction_that_makes_no_sense_is_refused(clerk: Desk, content: Any, field: str) -> None:
    letter = clerk.deliver(LIFT)
    content = json.loads(json.dumps(content).replace("labour", letter["category"]["code"]))
    assert_problem(clerk.patch(f"/letters/{letter['id']}", content, "*"), 422, field)


def test_who_may_not_read_a_letter_cannot_correct_it(clerk: Desk, let_in: LetIn) -> None:
    bribe = let_in("discipline").deliver(BRIBE, accused=["李某"])
    east = let_in("integrator", "east")
    own = east.deliver(ROAD)
    refused = [
        clerk.patch(f"/letters/{bribe['id']}", {"review": "accepted"}, '"1"'),
        clerk.patch("/letters/0", {"review": "accepted"}, '"1"'),
        east.patch(f"/letters/{own['id']}", {"review": "accepted"}, '"1"'),
        let_in("analyst").patch(f"/letters/{own['id']}", {"review": "accepted"}, '"1"'),
    ]
    assert {answer.status_code for answer in refused} == {404}
    assert len({answer.data for answer in refused}) == 1


def test_what_turns_out_to_be_an_accusation_goes_to_discipline(clerk: Desk, let_in: LetIn) -> None:
    letter = clerk.deliver(LIFT)
    withheld = clerk.patch(f"/letters/{letter['id']}", {"purpose": "accusation"}, "*")
    assert withheld.status_code == 200
    assert (withheld.json or {})["body"] is None
    assert_problem(clerk.get(f"/letters/{letter['id']}"), 404)
    seen = let_in("discipline").read(f"/letters/{letter['id']}")
    assert (seen["purpose"], seen["route"], seen["review"]) == ("accusation", "discipline", "corrected")


def test_corrections_are_audited_without_what_was_written(clerk: Desk, office: Office) -> None:
    letter = clerk.deliver(LIFT)
    clerk.correct(letter["id"], review="accepted", reason="赵铁柱来过电话")
    with office.database.read() as connection:
        rows = list(connection.execute(select(audit).where(audit.c.action == "correct")))
    assert [(row.actor, row.role, row.object_kind, row.object_id) for row in rows] == [
        ("clerk", "clerk", "letter", letter["id"])
    ]
    assert "赵铁柱" not in json.dumps(rows[0].detail, ensure_ascii=False)
    assert rows[0].detail["fields"][0] == "category"


def test_corrections_are_written_as_a_file_to_learn_from(
    clerk: Desk, let_in: LetIn, office: Office, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    first, second = clerk.deliver(LIFT), clerk.deliver(ROAD)
    discipline = let_in("discipline")
    bribe = discipline.deliver(BRIBE, accused=["李某"])
    code = other_than(first, office)
    clerk.correct(first["id"], category=code)
    clerk.correct(second["id"], review="accepted")
    discipline.correct(bribe["id"], review="accepted")
    monkeypatch.setenv("HONGYAN_HOME", str(office.settings.home_folder))
    monkeypatch.setenv("HONGYAN_DATABASE_URL", office.settings.database_url)
    out = tmp_path / "letters.jsonl"
    assert CliRunner().invoke(main, ["feedback", "export", "-o", str(out)]).exit_code == 0
    lines = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert ids(lines) == [first["id"], second["id"]]
    assert lines[0]["label"] == code
    assert [line["review"] for line in lines] == ["corrected", "accepted"]
    classifier = office.engine.analyser.category
    assert classifier is not None
    learnt = read_dataset(out, classifier.taxonomy, classifier.taxonomy)
    assert [(one.letter.text, one.code) for one in learnt.examples] == [(line["body"], line["label"]) for line in lines]
    everything = CliRunner().invoke(main, ["feedback", "export", "--restricted"])
    assert len(everything.stdout.splitlines()) == 3


def test_a_stale_matter_is_not_decided_on(clerk: Desk) -> None:
    letter, other = clerk.deliver(LIFT), clerk.deliver(ROAD)
    path = f"/matters/{letter['matter']['id']}"
    tag = clerk.get(path).headers["ETag"]
    step = {"type": "routed", "unit": "住建局"}
    assert clerk.call("POST", f"{path}/events", headers={"If-Match": tag}, json=step).status_code == 201
    late = clerk.call("POST", f"{path}/events", headers={"If-Match": tag}, json=step)
    assert_problem(late, 412, "If-Match")
    assert late.headers["ETag"] == clerk.get(path).headers["ETag"] != tag
    merging = {"matter": other["matter"]["id"]}
    assert_problem(clerk.call("POST", f"{path}/merge", headers={"If-Match": tag}, json=merging), 412)
    assert clerk.call("POST", f"{path}/merge", headers={"If-Match": late.headers["ETag"]}, json=merging).json
    assert clerk.post(f"{path}/events", step).status_code == 201


def test_who_has_the_present_state_is_told_so(clerk: Desk, office: Office) -> None:
    letter = clerk.deliver(LIFT)
    for path in (f"/letters/{letter['id']}", f"/matters/{letter['matter']['id']}"):
        tag = clerk.get(path).headers["ETag"]
        known = clerk.call("GET", path, headers={"If-None-Match": tag})
        assert (known.status_code, known.data, known.headers["ETag"]) == (304, b"", tag)
    clerk.deliver(LIFT_AGAIN)
    for path in (f"/letters/{letter['id']}", f"/matters/{letter['matter']['id']}"):
        fresh = clerk.call("GET", path, headers={"If-None-Match": tag})
        assert fresh.status_code == 200
    assert count(office.database, "corrections") == 0


def test_what_is_withheld_has_a_tag_that_tells_nothing(let_in: LetIn) -> None:
    east, discipline = let_in("integrator", "east"), let_in("discipline")
    letter = east.deliver(BRIBE, accused=["李某"])
    tag = etag(east, letter)
    discipline.correct(letter["id"], review="accepted")
    assert etag(east, letter) == tag
    assert etag(discipline, letter) != tag


def test_a_correction_outlasts_a_new_result_of_the_model(clerk: Desk, office: Office) -> None:
    letter = clerk.deliver(LIFT)
    clerk.correct(letter["id"], review="accepted")
    with office.database.read() as connection:
        row = letter_queries.letters_by_id(connection, [letter["id"]])[letter["id"]]
        (step,) = connection.execute(select(corrections.c.after)).scalars()
    classifier = office.engine.analyser.category
    assert classifier is not None
    anew = {**row.analysis, "category": {**row.analysis["category"], "code": other_than(letter, office)}}
    said = standing([step])
    held = applied(anew, said, classifier.taxonomy)
    assert said_by(held) == said_by(row.analysis)
    assert review_of(anew, held, said) == "corrected"
