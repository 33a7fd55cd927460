"""People keep a letter among accusations, or release it to all others if it was a mistake; both can be taken back."""

from sqlalchemy import Connection

from service import audit
from service.automatic import Decided, Judged, basis_of, latest, record_automatic, review
from service.caller import Caller
from service.engine import Engine
from service.errors import NotFound
from service.keys import Keys
from service.queries import letters as queries
from service.removal import transfer_letter
from service.sealing import masked_note


class Compartments:
    """Move letters for one caller, inside one write transaction that has not written yet."""

    def __init__(self, connection: Connection, engine: Engine, keys: Keys, caller: Caller) -> None:
        self.connection = connection
        self.engine = engine
        self.keys = keys
        self.caller = caller

    def release(self, letter_id: str, reason: str) -> str:
        """Let an accusation be a letter like any other, linked and counted among them; returns its matter.

        Raises NotFound if the caller may not read it. Nothing happens to a letter that is no accusation.
        """
        return self._move(letter_id, "release", restricted=False, reason=reason)

    def restrict(self, letter_id: str, reason: str) -> str:
        """Keep a letter among accusations from now on; returns its matter. Raises NotFound as `release` does."""
        return self._move(letter_id, "restrict", restricted=True, reason=reason)

    def _move(self, letter_id: str, decided: Decided, restricted: bool, reason: str) -> str:
        row = queries.find_letter(self.connection, letter_id, self.caller.sight)
        if row is None or not self.caller.reads(row.restricted):
            raise NotFound
        event = transfer_letter(self.connection, self.engine, letter_id, restricted)
        if event is None:
            return str(row.matter_id)
        audit.record(self.connection, self.caller, decided, audit.LETTER, [letter_id])
        before = latest(self.connection, letter_id, "compartment")
        undone_by = event if before is not None and before.outcome["restricted"] != restricted else None
        note = masked_note(self.keys, reason, [row])
        review(self.connection, self.caller, [letter_id], "compartment", decided, undone_by, note)
        moved = queries.letters_by_id(self.connection, [letter_id])[letter_id]
        judged = Judged(moved, basis_of(self.engine.analyser))
        record_automatic(self.connection, self.keys, [judged], kinds={"link"})
        return str(moved.matter_id)
