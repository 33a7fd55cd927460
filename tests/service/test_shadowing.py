from pathlib import Path
from typing import Any

import pytest

from service import shadowing
from service.audit import OPERATOR
from service.office import Office
from service.schemas.results import AnalysisOut
from service.tables import disagreements, shadow_counts
from tests.service.desk import BRIBE, LIFT, RIVER, ROAD, WAGES, LetIn, assert_problem, count, stored_letter, take
from tests.service.removing import remove_letter

BODIES = (LIFT, ROAD, WAGES, RIVER)


@pytest.fixture
def candidate(office: Office, newer_folder: Path) -> str:
    """Let another version read in the shadow."""
    version = office.registry.add(newer_folder, OPERATOR)
    office.registry.shadow(version, OPERATOR)
    office.shadow.look()
    assert office.shadow.analyser
    return version


def contrary(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the version in the shadow call every letter a matter of schools."""
    assert office.shadow.analyser
    usual = AnalysisOut.of

    def other(analysis: Any, scores: bool = False) -> Any:
        said = usual(analysis, scores)
        assert said.category
        category = said.category.model_copy(update={"code": "education"})
        return said.model_copy(update={"category": category})

    monkeypatch.setattr(AnalysisOut, "of", other)


def test_agreements_are_counted_and_disagreements_kept(
    office: Office, candidate: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = [take(office, body).row.id for body in BODIES]
    assert office.shadow.read_some() == 4
    assert count(office.database, "disagreements") == 0
    ids += [take(office, f"{body}请尽快。").row.id for body in BODIES]
    contrary(office, monkeypatch)
    assert office.shadow.read_some() == 4
    with office.database.read() as connection:
        rows = list(connection.execute(disagreements.select().order_by(disagreements.c.number)))
        counts = {row.field: (row.agreed, row.differed) for row in connection.execute(shadow_counts.select())}
    assert [(row.letter_id, row.field, row.candidate, row.model) for row in rows] == [
        (one, "category", "education", candidate) for one in ids[4:]
    ]
    # The candidate has no part for group visits.
    assert counts == {"category": (4, 4), "route": (8, 0)}


def test_what_comes_too_fast_is_dropped_and_nothing_waits(office: Office, candidate: str) -> None:
    assert candidate
    analysis = AnalysisOut.model_validate(take(office, LIFT).row.analysis)
    assert office.shadow.read_some() == 1
    office.shadow.offer([shadowing.Reading(stored_letter("x"), analysis)] * 1000)
    read = 0
    while some := office.shadow.read_some():
        read += some
    assert read == shadowing.MOST_WAITING
    # None of them is stored, so that none counts.
    assert count(office.database, "shadow_counts") == 2


def test_without_a_version_in_the_shadow_nothing_is_read(office: Office, candidate: str) -> None:
    office.registry.end_shadow(candidate, OPERATOR)
    office.shadow.look()
    take(office, LIFT)
    assert office.shadow.read_some() == 0


def test_a_version_that_cannot_be_loaded_reads_nothing(office: Office, candidate: str) -> None:
    path = office.registry.folders.of(candidate) / "manifest.json"
    path.chmod(0o644)
    path.write_text("{}", encoding="utf-8")
    office.shadow.analyser = None
    office.shadow.look()
    take(office, LIFT)
    assert office.shadow.read_some() == 0


def test_who_may_see_what_of_disagreements(
    office: Office, candidate: str, let_in: LetIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = [take(office, body).row.id for body in BODIES]
    secret = take(office, BRIBE, accused=["某人"]).row.id
    contrary(office, monkeypatch)
    office.shadow.read_some()
    path = f"/models/{candidate}/disagreements"
    analyst, supervisor, discipline = (let_in(role).get(path) for role in ("analyst", "supervisor", "discipline"))
    assert analyst.json
    assert supervisor.json
    assert discipline.json
    assert analyst.json["items"] == []
    assert not any(one in analyst.text for one in (*plain, secret, "letter_id", LIFT))
    assert sum(kind["letters"] for kind in analyst.json["kinds"]) == 4
    assert {one["field"]: one["differed"] for one in analyst.json["agreements"]}["category"] == 4
    assert [one["letter"] for one in supervisor.json["items"]] == plain[::-1]
    assert secret not in supervisor.text
    assert {one["letter"] for one in discipline.json["items"]} == {*plain, secret}
    for role in ("clerk", "integrator"):
        assert_problem(let_in(role).get(path), 404)
    assert_problem(let_in("analyst").get("/models/none/disagreements"), 404)


def test_disagreements_come_in_pages(
    office: Office, candidate: str, let_in: LetIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = [take(office, body).row.id for body in BODIES]
    contrary(office, monkeypatch)
    office.shadow.read_some()
    supervisor, path, found = let_in("supervisor"), f"/models/{candidate}/disagreements", []
    page = supervisor.read(path, limit=3)
    found += page["items"]
    page = supervisor.read(path, limit=3, cursor=page["next"])
    assert page["next"] is None
    assert [one["letter"] for one in found + page["items"]] == ids[::-1]
    assert_problem(supervisor.get(path, cursor="x"), 422)


def test_a_letter_that_was_removed_meanwhile_is_passed_over(office: Office, candidate: str) -> None:
    assert candidate
    letter_id = take(office, LIFT).row.id
    with office.database.write() as connection:
        remove_letter(connection, letter_id)
    assert office.shadow.read_some() == 1


def test_numbers_and_cursors_of_disagreements_tell_of_no_hidden_letter(
    office: Office, candidate: str, let_in: LetIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = [take(office, body).row.id for body in BODIES]
    contrary(office, monkeypatch)
    office.shadow.read_some()
    path, cursors = f"/models/{candidate}/disagreements", []
    assert let_in("clerk").post(f"/letters/{ids[1]}/restrict", {"reason": "检举"}).status_code == 200
    page = let_in("supervisor").read(path, limit=1)
    differed = sum(one["differed"] for one in page["agreements"])
    assert differed == sum(kind["letters"] for kind in page["kinds"])
    while page["next"]:
        cursors.append(page["next"])
        page = let_in("supervisor").read(path, limit=1, cursor=page["next"])
    assert not any(cursor.isdecimal() for cursor in cursors)
    assert len(cursors) == differed - 1
