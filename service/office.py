"""What a running service holds: settings, database, model, keys."""

from dataclasses import dataclass, field

from flask import current_app
from sqlalchemy import Connection

from service.caller import Caller
from service.db import Database
from service.engine import Engine
from service.flagging import Flagger
from service.intake import Intake
from service.keys import Keys, load_keys
from service.migrate import require_current
from service.reading import Reader
from service.settings import Settings


@dataclass(frozen=True)
class Office:
    """The parts of a running service; made once for each process."""

    settings: Settings
    database: Database
    engine: Engine
    keys: Keys
    flagger: Flagger = field(init=False)
    intake: Intake = field(init=False)

    def __post_init__(self) -> None:
        """Make the keeper of flags and the way in for letters, which each process has one of."""
        object.__setattr__(self, "flagger", Flagger(self.settings))
        object.__setattr__(self, "intake", Intake(self.database, self.engine, self.keys, self.flagger))

    @classmethod
    def open(cls, settings: Settings) -> "Office":
        """Open database and model.

        Raises DatabaseError if the database is not migrated and ArtefactError if there is no usable model; both name
        the command to run.
        """
        database = Database(settings.database_address)
        require_current(database)
        office = cls(settings, database, Engine.load(settings), load_keys(settings.keys_file))
        with database.read() as connection:
            office.engine.start(connection)
        office.engine.keep(database)
        return office

    def reader(self, connection: Connection, caller: Caller) -> Reader:
        """Return a reader for a caller."""
        return Reader(connection, self.keys, caller, self.flagger)


def this_office() -> Office:
    """Return the office of the current application."""
    office = current_app.extensions["hongyan"]
    if not isinstance(office, Office):
        raise TypeError("create_app has not put an Office into the application")
    return office
