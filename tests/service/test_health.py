from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from service.audit import OPERATOR
from service.jobs import enqueue
from service.migrate import downgrade
from service.office import Office
from service.tables import jobs
from tests.service.databases import Shelf
from tests.service.desk import Desk


def test_a_healthy_service_says_so_without_a_token(client: FlaskClient) -> None:
    alive, ready = client.get("/healthz"), client.get("/readyz")
    assert (alive.status_code, alive.json) == (200, {"status": "ok"})
    names = ("database", "migrations", "model", "index", "queue", "process", "accusations")
    assert (ready.status_code, ready.json) == (
        200,
        {"status": "ok", "checks": dict.fromkeys(names, "ok"), "model": None},
    )


def test_a_server_that_stops_says_so_and_answers_still(app: Flask, clerk: Desk) -> None:
    app.extensions["stopping"].set()
    answer = app.test_client().get("/readyz")
    assert answer.status_code == 503
    assert (answer.json or {})["checks"]["process"] == "stopping"
    assert clerk.get("/letters").status_code == 200


def test_a_job_that_waits_too_long_is_named_and_refuses_no_letters(client: FlaskClient, office: Office) -> None:
    with office.database.write() as connection:
        job = enqueue(connection, "import", {})
        connection.execute(update(jobs).where(jobs.c.id == job).values(run_after="2020-01-01T00:00:00.000000+00:00"))
    answer = client.get("/readyz")
    assert (answer.status_code, (answer.json or {})["checks"]["queue"]) == (200, "late")
    numbers = client.get("/metrics").text
    assert 'hongyan_jobs{kind="import",state="queued"} 1.0' in numbers


def test_users_without_anybody_for_accusations_are_not_ready(client: FlaskClient, office: Office) -> None:
    office.accounts.add("li", "clerk", None, OPERATOR)
    answer = client.get("/readyz")
    assert (answer.status_code, (answer.json or {})["checks"]["accusations"]) == (503, "unattended")
    office.accounts.add("zhou", "discipline", None, OPERATOR)
    assert client.get("/readyz").status_code == 200
    office.accounts.change("zhou", {"disabled": True}, OPERATOR)
    assert client.get("/readyz").status_code == 503


def test_a_database_that_is_not_migrated_is_not_ready(client: FlaskClient, office: Office) -> None:
    downgrade(office.database, "base")
    answer = client.get("/readyz")
    assert (answer.status_code, (answer.json or {})["status"]) == (503, "unavailable")
    assert (answer.json or {})["checks"]["migrations"] == "unavailable"
    assert client.get("/healthz").status_code == 200


def test_a_database_that_cannot_be_read_is_not_ready(client: FlaskClient, databases: Shelf, address: str) -> None:
    databases.ruin(address)
    assert client.get("/readyz").status_code == 503
    assert client.get("/healthz").status_code == 200
