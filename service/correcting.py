"""People correct what the model said of a letter; what it said stays beside it, and every step can be undone."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row

from model.taxonomy import Taxonomy
from service import audit
from service.automatic import Decided, Kind, review
from service.caller import Caller
from service.corrected import FIELDS, accuses, applied, columns_of, said_by, standing
from service.engine import Engine
from service.errors import Invalid, NotFound
from service.keys import Keys
from service.lives import Lives
from service.preconditions import require_unchanged
from service.queries import corrections as queries
from service.queries import letters as letter_queries
from service.queries import matters as matter_queries
from service.removal import transfer_letter
from service.schemas.corrections import CorrectionIn
from service.sealing import masked_note

# What the software decides by itself and people may correct.
REVIEWED: tuple[Kind, ...] = ("category", "group_visit")


class Corrector:
    """Correct for one caller, inside one write transaction that has not written yet."""

    def __init__(self, connection: Connection, engine: Engine, keys: Keys, caller: Caller) -> None:
        self.connection = connection
        self.engine = engine
        self.keys = keys
        self.caller = caller
        classifier = engine.analyser.category
        self.taxonomy: Taxonomy | None = classifier.taxonomy if classifier else None

    def correct(self, letter_id: str, wanted: CorrectionIn, if_match: str | None) -> None:
        """Let what a person says hold for a letter.

        A letter that becomes an accusation goes to those who handle these; none is released by a correction. Raises
        NotFound if the caller may not read it, Invalid for a class that does not exist, and what `require_unchanged`
        raises.
        """
        row = self._row(letter_id)
        self._require_unchanged(row, if_match)
        automatic = row.automatic or row.analysis
        before = standing(queries.steps_of(self.connection, letter_id))
        after = self._after(row, before, wanted)
        said = standing([before, after])
        analysis = applied(automatic, said, self.taxonomy)
        self._transfer_accusation(row, analysis)
        letter_queries.revise_letter(self.connection, letter_id, columns_of(automatic, analysis, said))
        changed = {name: before.get(name) for name in after}
        self._record(row, changed, after, masked_note(self.keys, wanted.reason, [row]))

    def _row(self, letter_id: str) -> Row[Any]:
        row = letter_queries.find_letter(self.connection, letter_id, self.caller.insight)
        if row is None:
            raise NotFound
        return row

    def _require_unchanged(self, row: Row[Any], if_match: str | None) -> None:
        require_unchanged(if_match, row.revision, Lives(self.connection, datetime.now(UTC)).tag(row))

    def _after(self, row: Row[Any], before: Mapping[str, Any], wanted: CorrectionIn) -> dict[str, Any]:
        """Return what the request says, field by field; None for what it takes back."""
        given = wanted.given()
        if given.get("category") is not None:
            given["category"] = self._known(given["category"])
        if wanted.review == "accepted":
            present = {name: value for name, value in said_by(row.analysis).items() if value is not None}
            return present | given
        if wanted.review == "pending":
            return dict.fromkeys(before) | given
        return given

    def _known(self, choice: Mapping[str, Any]) -> dict[str, Any]:
        """Return category and class by their codes; a class alone names its category too."""
        code, below = choice["code"], choice["level2"]
        if self.taxonomy is None:
            raise Invalid("The active model has no categories.", [("category", "train and activate a category part")])
        code, below = self.taxonomy.current(code), self.taxonomy.current(below) if below else None
        if below is None and code in self.taxonomy.parents:
            code, below = self.taxonomy.parents[code], code
        if code not in self.taxonomy.by_code:
            raise Invalid("There is no such category.", [("category", "give the code of a category")])
        if below is not None and self.taxonomy.parents.get(below) != code:
            raise Invalid("There is no such class.", [("category.level2", "give the code of a class of the category")])
        return {"code": code, "level2": below}

    def _transfer_accusation(self, row: Row[Any], analysis: Mapping[str, Any]) -> None:
        if accuses(analysis) and not row.restricted:
            transfer_letter(self.connection, self.engine, row.id, restricted=True)

    def _record(self, row: Row[Any], before: Mapping[str, Any], after: Mapping[str, Any], reason: str | None) -> None:
        now = datetime.now(UTC)
        values = {"actor": self.caller.name, "letter_id": row.id, "before": before, "after": after, "reason": reason}
        queries.insert_correction(self.connection, now, values)
        present = letter_queries.letters_by_id(self.connection, [row.id])[row.id]
        fields = sorted(after, key=FIELDS.index)
        detail = {"letter": row.id, "fields": fields, "actor": self.caller.name, "reason": reason}
        event = matter_queries.insert_event(self.connection, present.matter_id, now, "corrected", detail)
        self._review(row, present, after, event, reason)
        told = {"fields": fields, "restricted": bool(present.restricted)}
        audit.record(self.connection, self.caller, "correct", audit.LETTER, [row.id], told)

    def _review(
        self, row: Row[Any], present: Row[Any], after: Mapping[str, Any], event: int, reason: str | None
    ) -> None:
        """Write beside what the software had decided what the caller made of it."""
        automatic = said_by(row.automatic or row.analysis)
        for name in REVIEWED:
            if name in after:
                stands = after[name] in (None, automatic[name])
                decided: Decided = "undo" if after[name] is None else "accept" if stands else "correct"
                review(self.connection, self.caller, [row.id], name, decided, None if stands else event, reason)
        if present.restricted != row.restricted:
            review(self.connection, self.caller, [row.id], "compartment", "restrict", event, reason)
