import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from service.audit import OPERATOR
from service.caller import ROLES
from service.commands.serving import warn
from service.jobs import enqueue
from service.migrate import downgrade
from service.office import Office
from service.tables import jobs
from tests.service.databases import Shelf
from tests.service.desk import BRIBE, Desk, LetIn


def test_a_healthy_service_says_so_without_a_token(client: FlaskClient) -> None:
    alive, ready = client.get("/healthz"), client.get("/readyz")
    assert (alive.status_code, alive.json) == (200, {"status": "ok"})
    names = ("database", "migrations", "keys", "model", "index", "queue", "process", "accusations")
    assert (ready.status_code, ready.json) == (
        200,
        {"status": "ok", "checks": dict.fromkeys(names, "ok"), "unseen": None, "model": None},
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


@pytest.fixture
def concerned(office: Office, let_in: LetIn) -> str:
    """Return an accusation of the only user of discipline."""
    office.accounts.add("王强", "discipline", None, OPERATOR, unit="县纪委")
    delivered: str = let_in("clerk").deliver(BRIBE, addressee="县纪委", accused=["纪委干部王强"])["id"]
    return delivered


def told(client: FlaskClient, desk: Desk) -> tuple[int, str, int | None]:
    """Return what somebody with a token is told: the status, the check of accusations, and how many nobody sees."""
    answer = client.get("/readyz", headers={"Authorization": f"Bearer {desk.token}"})
    content = answer.json or {}
    return answer.status_code, content["checks"]["accusations"], content["unseen"]


@pytest.mark.usefixtures("concerned")
def test_an_admin_is_told_how_many_accusations_nobody_may_see_until_somebody_may(
    client: FlaskClient, office: Office, let_in: LetIn
) -> None:
    admin = let_in("admin")
    assert told(client, admin) == (200, "unseen", 1)
    office.accounts.add("周正", "discipline", None, OPERATOR)
    assert told(client, admin) == (200, "ok", 0)
    office.accounts.change("周正", {"disabled": True}, OPERATOR)
    assert told(client, admin) == (200, "unseen", 1)


@pytest.mark.usefixtures("concerned")
def test_an_accusation_from_where_nobody_of_discipline_looks_is_unseen_too(
    client: FlaskClient, office: Office, let_in: LetIn
) -> None:
    office.accounts.add("周正", "discipline", None, OPERATOR, regions=["东湖区"])
    assert told(client, let_in("admin")) == (200, "unseen", 1)
    office.accounts.change("周正", {"regions": []}, OPERATOR)
    assert told(client, let_in("admin")) == (200, "ok", 0)


def test_nobody_but_an_admin_learns_that_an_accusation_waits(
    client: FlaskClient, let_in: LetIn, concerned: str
) -> None:
    callers = [{}, {"Authorization": "Bearer wrong"}]
    callers += [{"Authorization": f"Bearer {let_in(role).token}"} for role in ROLES if role != "admin"]
    callers += [{"Authorization": f"Bearer {let_in('discipline', '王强').token}"}]
    with_it = [client.get("/readyz", headers=caller).data for caller in callers]
    let_in("discipline", "周正").post(f"/letters/{concerned}/release", {"reason": "错报"})
    assert told(client, let_in("admin")) == (200, "ok", 0)
    assert with_it == [client.get("/readyz", headers=caller).data for caller in callers]


@pytest.mark.usefixtures("concerned")
def test_a_server_that_starts_says_how_many_accusations_nobody_may_see(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    warn(office)
    assert "accusations that nobody of the role discipline sees: 1;" in capsys.readouterr().err
    office.accounts.add("周正", "discipline", None, OPERATOR)
    warn(office)
    assert capsys.readouterr().err == ""


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
