"""What a running service holds: settings, database, model, keys."""

from dataclasses import dataclass, field

from flask import current_app
from sqlalchemy import Connection

from service.accounts import Accounts
from service.caller import Caller
from service.class_list import ClassList
from service.db import Database
from service.drift import Drift
from service.engine import Engine
from service.errors import Conflict
from service.flagging import Flagger
from service.intake import Intake
from service.issue_board import IssueBoards
from service.keys import Keys, load_keys
from service.migrate import require_current
from service.model_watch import ModelWatch
from service.queries.sealed import keys_used
from service.reading import Reader
from service.reception import Reception
from service.registry import Registry, folder_in_use
from service.settings import Settings
from service.shadowing import Shadow


@dataclass(frozen=True)
class Office:
    """The parts of a running service; made once for each process."""

    settings: Settings
    database: Database
    engine: Engine
    keys: Keys
    flagger: Flagger = field(init=False)
    intake: Intake = field(init=False)
    reception: Reception = field(init=False)
    registry: Registry = field(init=False)
    watch: ModelWatch = field(init=False)
    shadow: Shadow = field(init=False)
    drift: Drift = field(init=False)
    issues: IssueBoards = field(init=False)

    def __post_init__(self) -> None:
        """Make the keeper of flags, the way in for letters and the watch over models: one of each in a process."""
        object.__setattr__(self, "flagger", Flagger(self.settings))
        object.__setattr__(self, "registry", Registry(self.settings, self.database))
        object.__setattr__(self, "watch", ModelWatch(self.settings, self.database, self.engine))
        object.__setattr__(self, "drift", Drift(self.database, self.engine))
        object.__setattr__(self, "issues", IssueBoards())
        object.__setattr__(self, "shadow", Shadow(self.settings, self.database))
        object.__setattr__(self, "intake", Intake(self.database, self.watch, self.keys, self.flagger, self.shadow))
        object.__setattr__(self, "reception", Reception(self.database, self.intake, self.reader))

    @classmethod
    def open(cls, settings: Settings) -> "Office":
        """Open database, model and index.

        Raises DatabaseError if the database is not migrated, SettingError if the keys are not those that sealed it, and
        ArtefactError if there is no usable model; all say what to do.
        """
        office = cls.prepare(settings)
        office.start()
        return office

    @classmethod
    def prepare(cls, settings: Settings) -> "Office":
        """Open all that processes share: the model, and no connection to the database; raises what `open` raises."""
        database = Database(settings.database_address, int(settings.threads))
        require_current(database)
        with database.read() as connection:
            keys = load_keys(settings.keys_file, keys_used(connection))
        engine = Engine.load(settings, folder_in_use(settings, database), database)
        database.close()
        return cls(settings, database, engine, keys)

    def start(self) -> None:
        """Open what a process has for itself: connections and the index."""
        with self.database.read() as connection:
            self.engine.start(connection)
        self.watch.look()
        self.engine.keep(self.database)

    @property
    def accounts(self) -> Accounts:
        """Return the people of the office."""
        return Accounts(self.database)

    def reader(self, connection: Connection, caller: Caller) -> Reader:
        """Return a reader for a caller."""
        return Reader(connection, self.keys, caller, self.flagger)


def class_list(caller: Caller) -> ClassList:
    """Return the categories of the current application for a caller; raises Conflict if the model has none."""
    office = this_office()
    trained = office.watch.trained.category
    if trained is None:
        raise Conflict("The active model has no categories.", [("category", "train and activate a category part")])
    return ClassList(office.database, trained.taxonomy, caller)


def this_office() -> Office:
    """Return the office of the current application."""
    office = current_app.extensions["hongyan"]
    if not isinstance(office, Office):
        raise TypeError("create_app has not put an Office into the application")
    return office
