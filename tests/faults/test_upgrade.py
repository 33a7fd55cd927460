"""A database that is upgraded, or is of a newer version, while a server runs on it."""

from pathlib import Path
from random import Random

from sqlalchemy import Column, MetaData, String, Table, select, update

from service.db import Database
from tests.faults.conftest import Power
from tests.faults.letters import letters_of
from tests.faults.site import Site, opened

REVISION = Table("alembic_version", MetaData(), Column("version_num", String))


def set_revision(address: str, revision: str) -> str:
    """Give a database another revision, as a newer version would; returns the one that it had."""
    database = Database(address)
    with database.write() as connection:
        before = str(connection.execute(select(REVISION.c.version_num)).scalar_one())
        connection.execute(update(REVISION).values(version_num=revision))
    database.close()
    return before


def test_an_upgrade_beside_a_running_server_disturbs_nothing(
    power: Power, tmp_path: Path, model_folder: Path, chance: Random
) -> None:
    with opened(Site(tmp_path, power.address, model_folder)) as site:
        token = site.token()
        server = site.serve()
        first, second = letters_of(chance, 2)
        stored = site.deliver(token, **first).json["id"]
        assert site.command("db", "upgrade").returncode == 0
        assert site.is_ready()
        again = site.deliver(token, **first)
        assert (again.status, again.json["id"]) == (200, stored)
        assert site.deliver(token, **second).status == 201

        before = set_revision(power.address, "9999")
        ready = site.call("GET", "/readyz")
        assert (ready.status, ready.json["checks"]["migrations"]) == (503, "unavailable")
        for words in (["serve"], ["db", "upgrade"]):
            refused = site.command(*words)
            assert refused.returncode == 2
            assert "Traceback" not in refused.stderr
            assert "newer" in refused.stderr

        set_revision(power.address, before)
        assert site.is_ready()
        assert server.poll() is None
        assert site.deliver(token, **second).status == 200
