"""A new model reads stored letters: what people said stays, and what it finds is as if it had read them at first."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Connection, delete, insert, select, update

from model.analyse import Analyser
from model.records import Analysis, Letter
from service import reanalysis
from service.jobs import LEASE, Progress, enqueue_alone
from service.office import Office
from service.queries import letters as queries
from service.tables import automatic_decisions, deadline_scopes, deadlines, jobs, letters, links, vectors
from service.worker import Worker
from tests.service.desk import BRIBE, LIFT, LIFT_AGAIN, ROAD, WAGES, ZHAO, Desk, LetIn, take
from tests.service.removing import remove_letter
from tests.service.test_jobs import Watch

KIND = "letters.reanalyse"


class Newer(Analyser):
    """A model of another version that may read letters otherwise."""

    otherwise: Callable[[Analysis, Letter], Analysis] = staticmethod(lambda analysis, _: analysis)

    def analyse(self, letters: Sequence[Letter]) -> list[Analysis]:
        return [self.otherwise(*pair) for pair in zip(super().analyse(letters), letters, strict=True)]


def newer(office: Office, otherwise: Callable[[Analysis, Letter], Analysis] | None = None) -> None:
    old = office.engine.analyser
    made = Newer("newer", old.category, old.purpose, old.relation, old.risk)
    if otherwise:
        made.otherwise = otherwise
    office.engine.switch(made)


def order(office: Office) -> None:
    with office.database.write() as connection:
        enqueue_alone(connection, KIND)


def reanalyse(office: Office) -> Any:
    order(office)
    assert Worker(office).run_one()
    with office.database.read() as connection:
        row = connection.execute(select(jobs).where(jobs.c.kind == KIND)).one()
    assert (row.state, row.error, row.done) == ("done", None, row.total)
    return row


def kept(office: Office, *columns: Any) -> list[tuple[Any, ...]]:
    with office.database.read() as connection:
        return sorted(tuple(row) for row in connection.execute(select(*columns)))


def versions(office: Office) -> list[str]:
    return [analysis["model"]["version"] for (analysis,) in rows(office, letters.c.analysis)]


def rows(office: Office, *columns: Any) -> list[Any]:
    with office.database.read() as connection:
        return list(connection.execute(select(*columns)))


def test_every_letter_is_read_anew(office: Office) -> None:
    for body in (LIFT, ROAD, WAGES):
        take(office, body)
    newer(office)
    assert reanalyse(office).done == 3
    assert versions(office) == ["newer"] * 3
    assert kept(office, vectors.c.model) == [("newer",)] * 3


def test_letters_that_take_long_have_a_transaction_each(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    for body in (LIFT, ROAD, WAGES):
        take(office, body)
    newer(office)
    monkeypatch.setattr(reanalysis, "MOST_SECONDS", -1.0)
    told: list[int] = []
    advance = Progress.advance

    def tell(progress: Progress, connection: Connection, done: int, total: int | None = None, **more: Any) -> None:
        told.append(done)
        advance(progress, connection, done, total, **more)

    monkeypatch.setattr(Progress, "advance", tell)
    assert reanalyse(office).done == 3
    assert versions(office) == ["newer"] * 3
    assert told[-3:] == [1, 2, 3]


def test_the_same_reading_changes_no_pair_and_no_matter(office: Office) -> None:
    for body in (LIFT, ROAD, LIFT_AGAIN, f"{LIFT}请尽快处理。"):
        take(office, body, petitioner=ZHAO)
    before = kept(office, links), kept(office, letters.c.id, letters.c.matter_id, letters.c.verdict)
    assert before[0]
    newer(office)
    reanalyse(office)
    assert (kept(office, links), kept(office, letters.c.id, letters.c.matter_id, letters.c.verdict)) == before


def test_pairs_and_matters_become_what_the_new_model_finds(office: Office) -> None:
    ids = [take(office, body).row.id for body in (LIFT, LIFT_AGAIN, f"{LIFT}请尽快处理。", ROAD)]
    pairs, matters = kept(office, links), kept(office, letters.c.id, letters.c.matter_id)
    with office.database.write() as connection:
        connection.execute(delete(links))
        wrong = {"a_id": ids[0], "b_id": ids[3], "score": 0.99, "relation": "same_matter"}
        connection.execute(insert(links), wrong)
        queries.move_letter(connection, ids[3], matters[0][1], "repeat")
    newer(office)
    reanalyse(office)
    assert kept(office, links) == pairs
    place = dict(kept(office, letters.c.id, letters.c.matter_id))
    assert place[ids[0]] == place[ids[1]] == place[ids[2]] != place[ids[3]]


def test_what_people_said_holds_over_what_the_new_model_says(office: Office, clerk: Desk) -> None:
    stored = clerk.deliver(LIFT)
    path = f"/letters/{stored['id']}"
    tag = clerk.get(path).headers["ETag"]
    said = clerk.call("PATCH", path, headers={"If-Match": tag}, json={"category": "labour", "reason": "x"})
    assert said.status_code == 200, said.text
    newer(office)
    reanalyse(office)
    found = clerk.read(path)
    assert (found["category"]["code"], found["review"]) == ("labour", "corrected")
    (row,) = rows(office, letters)
    assert (row.category, row.automatic["model"]["version"]) == ("labour", "newer")
    assert row.automatic["category"]["code"] == "construction"


def accused(analysis: Analysis, letter: Letter) -> Analysis:
    return replace(analysis, purpose="accusation") if letter.body in (ROAD, WAGES) else analysis


def test_what_the_new_model_takes_for_an_accusation_is_restricted(office: Office, clerk: Desk, let_in: LetIn) -> None:
    made = [clerk.deliver(body)["id"] for body in (LIFT, ROAD)]
    owed = len(kept(office, deadlines))
    newer(office, accused)
    reanalyse(office)
    assert owed == len(kept(office, deadlines)) == len(kept(office, deadline_scopes)) == 2
    assert set(kept(office, deadline_scopes.c.restricted)) == {(False,), (True,)}
    assert [item["id"] for item in clerk.read("/letters")["items"]] == made[:1]
    assert {item["id"] for item in let_in("discipline").read("/letters")["items"]} == set(made)
    with office.database.read() as connection:
        said = select(automatic_decisions.c.outcome).where(automatic_decisions.c.kind == "compartment")
        outcomes = [row.outcome for row in connection.execute(said.order_by(automatic_decisions.c.number))]
    assert outcomes[-1] == {"restricted": True, "because": ["purpose"]}


def test_no_letter_is_released_or_restricted_against_what_people_decided(office: Office) -> None:
    bribe = take(office, BRIBE).row
    assert bribe.restricted
    released = take(office, ROAD).row
    with office.database.write() as connection:
        known = {**released.analysis, "purpose": "accusation"}
        connection.execute(update(letters).where(letters.c.id == released.id).values(analysis=known))
    newer(office, lambda analysis, letter: replace(accused(analysis, letter), category=None))
    reanalyse(office)
    assert dict(kept(office, letters.c.id, letters.c.restricted)) == {bribe.id: True, released.id: False}


def test_a_letter_that_was_removed_is_linked_no_more(office: Office) -> None:
    first, second = (take(office, body).row.id for body in (LIFT, LIFT_AGAIN))
    with office.database.write() as connection:
        remove_letter(connection, first)
    newer(office)
    reanalyse(office)
    assert kept(office, links) == []
    assert kept(office, vectors.c.letter_id) == [(second,)]


@pytest.mark.parametrize("after", [1, 3, 4])
def test_a_reanalysis_that_breaks_off_goes_on_and_records_each_letter_once(
    office: Office, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    monkeypatch.setattr(reanalysis, "PIECE", 1)
    for body in (LIFT, ROAD, WAGES, LIFT_AGAIN, BRIBE):
        take(office, body)
    newer(office)
    order(office)
    watch, seen = Watch(), [0]
    revise = queries.revise_letter

    def power_cut(*given: Any) -> None:
        revise(*given)
        seen[0] += 1
        if seen[0] == after:
            raise KeyboardInterrupt

    monkeypatch.setattr(queries, "revise_letter", power_cut)
    with pytest.raises(KeyboardInterrupt):
        Worker(office, clock=watch).run_one()
    assert versions(office).count("newer") == after - 1
    watch.pass_by(LEASE)
    assert Worker(office, clock=watch).run_one()
    (row,) = rows(office, jobs)
    assert (row.state, row.done, row.total) == ("done", 5, 5)
    assert versions(office) == ["newer"] * 5
    decided = [row.letter_id for row in rows(office, automatic_decisions) if row.kind == "category"]
    assert sorted(decided) == sorted(2 * [one for (one,) in kept(office, letters.c.id)])


def test_another_model_that_comes_into_use_ends_it(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reanalysis, "PIECE", 1)
    for body in (LIFT, ROAD):
        take(office, body)
    older = office.engine.analyser
    newer(office)
    revise = queries.revise_letter

    def switch(*given: Any) -> None:
        revise(*given)
        office.engine.switch(older)

    monkeypatch.setattr(queries, "revise_letter", switch)
    order(office)
    assert Worker(office).run_one()
    (row,) = rows(office, jobs)
    assert (row.state, row.error) == ("failed", "another model came into use; start it again")
