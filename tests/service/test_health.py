import pytest
from flask.testing import FlaskClient

from service.migrate import downgrade
from service.office import Office
from tests.service.databases import Shelf


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_a_healthy_service_says_so_without_a_token(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.json) == (200, {"status": "ok"})


def test_a_database_that_is_not_migrated_is_not_ready(client: FlaskClient, office: Office) -> None:
    downgrade(office.database, "base")
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json) == (503, {"status": "unavailable"})
    assert client.get("/healthz").status_code == 200


def test_a_database_that_cannot_be_read_is_not_ready(client: FlaskClient, databases: Shelf, address: str) -> None:
    databases.ruin(address)
    assert client.get("/readyz").status_code == 503
    assert client.get("/healthz").status_code == 200
