"""The counter for letters: what callers bring at the same time is taken in, and shown to them, together."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from service.caller import Caller
from service.db import Database
from service.errors import Busy, Problem
from service.intake import Intake, Stored
from service.reading import Reader
from service.repeats import Delivery
from service.rounds import Rounds
from service.schemas.views import LetterOut


@dataclass(frozen=True, slots=True)
class Received:
    """A stored letter as its sender sees it, with the tag of its state; `new` if it was not known before."""

    view: LetterOut
    tag: str
    new: bool
    restricted: bool


class Reception:
    """Take letters from callers, those of several threads in rounds; one for each process."""

    def __init__(self, database: Database, intake: Intake, reader: Callable[[Connection, Caller], Reader]) -> None:
        self._database = database
        self._intake = intake
        self._reader = reader
        self._rounds = Rounds(self.receive_all)

    def receive(self, delivery: Delivery) -> Received:
        """Store a letter, analysed and linked, unless an equal request did so before, and show it.

        Raises Conflict, naming the stored letter, if external id or key came before with other content, and Invalid if
        the time cannot be read.
        """
        outcome = self._rounds.ask(delivery)
        if isinstance(outcome, Problem):
            raise outcome
        return outcome

    def receive_all(self, deliveries: Sequence[Delivery]) -> list[Received | Problem]:
        """Store letters and show them; returns for each, in order, what became of it or why it was refused.

        Raises Busy if the database does not answer before any is stored.
        """
        outcomes = self._taken(deliveries)
        callers: dict[Caller, list[Stored]] = {}
        for delivery, outcome in zip(deliveries, outcomes, strict=True):
            if not isinstance(outcome, Problem):
                callers.setdefault(delivery.caller, []).append(outcome)
        with self._database.read() as connection:
            shown = {caller: iter(self._show(connection, caller, stored)) for caller, stored in callers.items()}
        return [
            outcome if isinstance(outcome, Problem) else next(shown[delivery.caller])
            for delivery, outcome in zip(deliveries, outcomes, strict=True)
        ]

    def _taken(self, deliveries: Sequence[Delivery]) -> list[Stored | Problem]:
        outcomes: list[Stored | Problem] = []
        try:
            for piece in self._intake.take_pieces(deliveries):
                outcomes += piece
        except Busy as busy:
            if not outcomes:
                raise
            # What is stored already is told; the rest can be sent again.
            outcomes += [busy] * (len(deliveries) - len(outcomes))
        return outcomes

    def _show(self, connection: Connection, caller: Caller, stored: Sequence[Stored]) -> list[Received]:
        reader = self._reader(connection, caller)
        views = reader.views([one.row for one in stored])
        return [
            Received(view, reader.tag(one.row), one.new, one.row.restricted)
            for one, view in zip(stored, views, strict=True)
        ]
