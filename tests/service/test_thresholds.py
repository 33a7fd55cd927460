"""The office chooses from where on letters need no review and are joined; every process follows."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from model import artefact
from model.analyse import Analyser
from model.gathering import JOIN_FROM
from service.errors import Conflict, Invalid
from service.office import Office
from service.queries.letters import letters_by_id
from service.queries.thresholds import insert_thresholds
from service.thresholds import Chosen, choose, undo
from tests.service.databases import office_at
from tests.service.desk import BRIBE, CLERK, LIFT, LIFT_AGAIN, ROAD, Desk, LetIn, assert_problem, count, take

WISH = {"precision": 0.9, "join_from": 0.8, "seen": 0}


@pytest.fixture
def admin(let_in: LetIn) -> Desk:
    return let_in("admin")


@pytest.fixture
def other_process(address: str, tmp_path: Path, small_analyser: Analyser) -> Iterator[Office]:
    with office_at(address, tmp_path / "other", small_analyser) as opened:
        yield opened


def put(desk: Desk, content: dict[str, Any]) -> Any:
    return desk.call("PUT", "/thresholds", json=content)


def test_at_first_the_model_keeps_what_it_was_trained_for(admin: Desk) -> None:
    found = admin.read("/thresholds")
    assert found == {
        "number": 0, "precision": None, "join_from": JOIN_FROM, "promised": 0.98, "adjustable": True, "history": [],
    }  # fmt: skip


def test_a_choice_holds_in_every_process_and_says_who_made_it(
    admin: Desk, office: Office, other_process: Office
) -> None:
    assert put(admin, {**WISH, "reason": "试行"}).json["precision"] == 0.9
    for one in (office, other_process):
        one.watch.look()
        assert one.engine.analyser.category
        assert one.engine.analyser.category.precision == 0.9
        assert one.engine.analyser.join_from == 0.8
    (choice,) = admin.read("/thresholds")["history"]
    assert (choice["actor"], choice["reason"], choice["undoes"]) == ("admin", "试行", None)
    (entry,) = admin.read("/audit", kind="thresholds")["items"]
    assert entry["detail"]["before"] == {"precision": None, "join_from": JOIN_FROM}


def test_letters_are_judged_by_the_precision_that_holds(office: Office) -> None:
    assert office.engine.analyser.category
    low = office.engine.analyser.category.thresholds_at(0.8)
    choose(office.database, CLERK, Chosen(0.8, JOIN_FROM), 0)
    office.watch.look()
    letter = take(office, LIFT).row.analysis["category"]
    unsure = letter["confidence"] < (low or {})[letter["code"]]
    assert ("below_precision" in letter["review_reasons"]) == unsure


def test_decisions_are_recorded_with_the_thresholds_that_held(office: Office, clerk: Desk) -> None:
    choose(office.database, CLERK, Chosen(0.9, 0.7), 0)
    office.watch.look()
    letter = clerk.deliver(LIFT)
    decisions = clerk.read(f"/letters/{letter['id']}/decisions")["items"]
    assert {one["thresholds"]["join"] for one in decisions} == {0.7}


def test_letters_are_joined_from_the_score_that_holds(office: Office) -> None:
    first = take(office, LIFT).row
    # Both letters say nearly the same: higher than anybody may choose.
    values = {"at": "2026", "actor": "x", "precision": None, "join_from": 0.9999}
    with office.database.write() as connection:
        insert_thresholds(connection, values)
    apart = take(office, LIFT_AGAIN).row
    assert apart.matter_id != first.matter_id
    undo(office.database, CLERK, 1)
    # The next letter that touches them brings all of them together.
    assert take(office, f"{LIFT_AGAIN}请尽快处理。").row.matter_id in {first.matter_id, apart.matter_id}
    with office.database.read() as connection:
        rows = letters_by_id(connection, [first.id, apart.id])
    assert len({row.matter_id for row in rows.values()}) == 1


def test_undo_brings_back_what_held_before_and_can_itself_be_undone(office: Office) -> None:
    choose(office.database, CLERK, Chosen(0.9, 0.7), 0)
    choose(office.database, CLERK, Chosen(0.95, 0.7), 1)
    undo(office.database, CLERK, 2)
    office.watch.look()
    assert office.engine.analyser.category
    assert office.engine.analyser.category.precision == 0.9
    undo(office.database, CLERK, 3)
    office.watch.look()
    assert office.engine.analyser.category.precision == 0.95


def test_undoing_the_first_choice_returns_to_what_the_model_was_trained_for(office: Office) -> None:
    choose(office.database, CLERK, Chosen(0.9, 0.7), 0)
    office.watch.look()
    undo(office.database, CLERK, 1)
    office.watch.look()
    assert office.engine.analyser.category
    assert (office.engine.analyser.category.precision, office.engine.analyser.join_from) == (0.98, JOIN_FROM)


def test_nobody_overruns_the_choice_of_another(admin: Desk, office: Office) -> None:
    choose(office.database, CLERK, Chosen(0.9, 0.7), 0)
    assert_problem(put(admin, WISH), 409)
    assert_problem(admin.post("/thresholds/undo", {"seen": 0}), 409)
    assert count(office.database, "thresholds") == 1


def test_there_is_nothing_to_undo_at_first(office: Office) -> None:
    with pytest.raises(Conflict):
        undo(office.database, CLERK, 0)


@pytest.mark.parametrize("wish", [(0.5, 0.65), (1.0, 0.65), (0.98, 0.1), (0.98, 1.0)])
def test_what_makes_no_sense_is_refused(office: Office, wish: tuple[float, float]) -> None:
    with pytest.raises(Invalid):
        choose(office.database, CLERK, Chosen(*wish), 0)


@pytest.mark.parametrize("content", [{}, {**WISH, "precision": "x"}, {**WISH, "seen": -1}, {**WISH, "join_from": None}])
def test_what_cannot_be_read_is_refused(admin: Desk, content: dict[str, Any]) -> None:
    assert_problem(put(admin, content), 422)


def test_a_new_model_keeps_what_the_office_chose(office: Office, newer_folder: Path) -> None:
    choose(office.database, CLERK, Chosen(0.9, 0.7), 0)
    office.watch.look()
    version = office.registry.add(newer_folder, CLERK)
    office.registry.activate(version, CLERK)
    office.watch.look()
    assert office.engine.analyser.version == version
    assert office.engine.analyser.category
    assert office.engine.analyser.category.precision == 0.9


def test_a_model_that_kept_no_held_out_letters_stays_at_its_own_precision(
    office: Office, admin: Desk, model_folder: Path
) -> None:
    analyser = artefact.load(model_folder)
    assert analyser.category
    analyser.category.held_out_ = None
    office.watch.trained = analyser
    assert put(admin, WISH).status_code == 200
    office.watch.look()
    found = admin.read("/thresholds")
    assert (found["precision"], found["promised"], found["adjustable"]) == (0.9, 0.98, False)
    tried = admin.read("/thresholds/simulation")["acceptances"]
    assert [one["precision"] for one in tried] == [0.98]


def test_a_simulation_counts_letters_and_what_persons_made_of_them(admin: Desk, clerk: Desk) -> None:
    first, second, third = (
        clerk.deliver(body, received_at=day)
        for body, day in ((LIFT, "2026-03-01"), (LIFT_AGAIN, "2026-03-05"), (ROAD, "2026-03-10"))
    )
    clerk.correct(first["id"], review="accepted")
    wrong = next(code for code in ("health", "rural") if code != second["category"]["code"])
    clerk.correct(second["id"], category=wrong)
    clerk.post(f"/matters/{first['matter']['id']}/links", {"letter": third["id"], "decision": "reject"})
    clerk.post(f"/matters/{first['matter']['id']}/links", {"letter": second["id"], "decision": "confirm"})
    found = admin.read("/thresholds/simulation", precision=0.85, join_from=0.33)
    assert (found["letters"], found["judged"], found["days"]) == (3, 2, 10)
    assert 0.85 in [one["precision"] for one in found["acceptances"]]
    for one in found["acceptances"]:
        assert one["accepted"]["of"] == 3
        assert one["right"]["few"]
        assert one["kept"] is None
    (tried,) = [one for one in found["joinings"] if one["join_from"] == 0.33]
    assert tried["found"] == {**tried["found"], "count": 1, "of": 1}
    assert found["pairs"] >= 1


def test_accusations_stay_out_of_a_simulation(admin: Desk, let_in: LetIn) -> None:
    let_in("discipline").deliver(BRIBE)
    assert admin.read("/thresholds/simulation")["letters"] == 0
