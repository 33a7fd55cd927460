"""A process of its own that takes letters and removes them, told so line by line; started by test_processes."""

import json
import sys
import time
from typing import Any

from sqlalchemy import insert

from service.office import Office
from service.settings import Settings
from service.tables import matters
from tests.service.desk import stored_letter, take
from tests.service.removing import remove_letter


def obey(office: Office, order: dict[str, Any]) -> Any:
    """Carry out one order and return what is to be told."""
    if "take" in order:
        row = take(office, order["take"]).row
        return {"id": row.id, "matter": row.matter_id, "verdict": row.verdict}
    if "remove" in order:
        with office.database.write() as connection:
            remove_letter(connection, order["remove"])
        return None
    if "hold" in order:
        with office.database.write() as connection:
            connection.execute(insert(matters).values(id=order["hold"], created_at="2026", restricted=False))
            sys.stdout.write("null\n")
            sys.stdout.flush()
            time.sleep(60)
    vector = office.engine.vector(stored_letter("new", order["near"]))
    if vector is None:
        raise ValueError("the model has no relation part")
    with office.database.read() as connection:
        office.engine.catch_up(connection)
    return office.engine.nearest(vector, False, 100, 0.9)


if __name__ == "__main__":
    here = Office.open(Settings.from_env())
    for line in sys.stdin:
        sys.stdout.write(json.dumps(obey(here, json.loads(line))) + "\n")
        sys.stdout.flush()
