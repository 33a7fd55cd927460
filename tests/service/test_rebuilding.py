import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from sqlalchemy import delete, update

from service import rebuilding
from service.cli import main
from service.feedback import feedback_pairs
from service.office import Office
from service.queries.vectors import count_without_vector
from service.rebuilding import rebuild_vectors
from service.tables import changes, vectors
from tests.service.desk import LIFT, LIFT_AGAIN, RIVER, ROAD, Desk, LetIn, take
from tests.service.removing import remove_letter


def lacking(office: Office) -> int:
    with office.database.read() as connection:
        return count_without_vector(connection, office.engine.analyser.version)


def nearest(office: Office, letter_id: str) -> list[str]:
    with office.database.read() as connection:
        office.engine.catch_up(connection)
        (row,) = connection.execute(vectors.select().where(vectors.c.letter_id == letter_id))
    return office.engine.nearest(np.frombuffer(row.vector, np.uint8), False, 1, 0.9)


def test_vectors_of_another_model_are_made_anew(office: Office) -> None:
    letters = [take(office, body).row.id for body in (LIFT, ROAD, RIVER)]
    with office.database.write() as connection:
        connection.execute(update(vectors).values(model="older", vector=b"0" * 256))
    assert lacking(office) == 3
    assert sum(rebuild_vectors(office.database, office.engine)) == 3
    assert lacking(office) == 0
    assert nearest(office, letters[0]) == [letters[0]]


def test_a_rebuild_that_was_interrupted_goes_on(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rebuilding, "BATCH", 1)
    for body in (LIFT, ROAD, RIVER):
        take(office, body)
    with office.database.write() as connection:
        connection.execute(delete(vectors))
        connection.execute(delete(changes))
    assert next(rebuild_vectors(office.database, office.engine)) == 1
    assert lacking(office) == 2
    assert sum(rebuild_vectors(office.database, office.engine)) == 2


def test_a_removed_letter_gets_no_vector_again(office: Office) -> None:
    letter_id = take(office, LIFT).row.id
    with office.database.write() as connection:
        remove_letter(connection, letter_id)
    assert list(rebuild_vectors(office.database, office.engine)) == []


def test_standing_decisions_become_pairs_without_personal_fields(office: Office, clerk: Desk) -> None:
    one, two, other = (clerk.deliver(body)["id"] for body in (LIFT, LIFT_AGAIN, ROAD))
    matter = clerk.read(f"/letters/{one}")["matter"]["id"]
    assert clerk.post(f"/matters/{matter}/links", {"letter": two, "decision": "confirm"}).status_code == 200
    assert clerk.post(f"/matters/{matter}/links", {"letter": other, "decision": "reject"}).status_code == 200
    with office.database.read() as connection:
        pairs = list(feedback_pairs(connection))
    assert {pair["label"] for pair in pairs} == {"same_matter", "related"}
    assert all(set(pair[side]) == {"id", "title", "body", "received_at"} for pair in pairs for side in ("a", "b"))
    ids = [{pair["a"]["id"], pair["b"]["id"]} for pair in pairs if pair["label"] == "same_matter"]
    assert ids == [{one, two}]


def test_decisions_on_accusations_stay_behind_unless_asked_for(office: Office, let_in: LetIn) -> None:
    discipline = let_in("discipline")
    accused = {"accused": ["某人"]}
    one, two = (discipline.deliver(body, **accused)["id"] for body in (LIFT, LIFT_AGAIN))
    matter = discipline.read(f"/letters/{one}")["matter"]["id"]
    assert discipline.post(f"/matters/{matter}/links", {"letter": two, "decision": "confirm"}).status_code == 200
    with office.database.read() as connection:
        assert list(feedback_pairs(connection)) == []
        assert len(list(feedback_pairs(connection, restricted=True))) == 1


def test_the_commands_rebuild_and_hand_on(
    office: Office, clerk: Desk, tmp_path: Path, model_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = (clerk.deliver(body)["id"] for body in (LIFT, LIFT_AGAIN))
    matter = clerk.read(f"/letters/{one}")["matter"]["id"]
    clerk.post(f"/matters/{matter}/links", {"letter": two, "decision": "confirm"})
    monkeypatch.setenv("HONGYAN_HOME", str(office.settings.home_folder))
    monkeypatch.setenv("HONGYAN_MODEL", str(model_folder))
    assert CliRunner().invoke(main, ["index", "rebuild"]).exit_code == 0
    file = tmp_path / "pairs.jsonl"
    assert CliRunner().invoke(main, ["feedback", "pairs", "-o", str(file)]).exit_code == 0
    (line,) = file.read_text(encoding="utf-8").splitlines()
    assert json.loads(line)["label"] == "same_matter"
