"""People decide which letters belong together; what they decide outweighs every score and can be undone."""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

from sqlalchemy import Connection, Row

from service import audit
from service.automatic import Decided, letters_undone_by, review
from service.caller import Caller
from service.errors import Invalid, NotFound
from service.keys import Keys
from service.queries import decisions as queries
from service.queries import letters as letter_queries
from service.queries import links as link_queries
from service.queries import matters as matter_queries
from service.queries.decisions import Act, Action, Pair
from service.queries.thresholds import join_from
from service.regrouping import EVERYTHING, Why, open_matter, settle
from service.sealing import masked_note
from service.standing import allow_together, leave

EVENT_KINDS: dict[Action, str] = {"confirm": "confirmed", "reject": "rejected", "merge": "merged", "split": "split"}
DECIDED = "a person decided"
UNDONE = "a decision was undone"


class Decider:
    """Decide for one caller, inside one write transaction.

    Letters and matters that the caller may not see, or that lie in the other compartment, raise NotFound as if they did
    not exist. What makes no sense raises Invalid, naming the field.
    """

    def __init__(self, connection: Connection, caller: Caller, keys: Keys) -> None:
        self.connection = connection
        self.caller = caller
        self.keys = keys

    def confirm(self, matter_id: str, letter_id: str, note: str | None = None) -> None:
        """Keep a letter in a matter; if it is in another one, it moves here and stays apart from that one."""
        letter, others = self._letter_and_others(matter_id, letter_id)
        note = masked_note(self.keys, note, [letter, *others])
        act = self._open("confirm", {matter_id: {"letter": letter_id}}, note)
        self._record("confirm", [letter_id], act.event if letter.matter_id != matter_id else None, note)
        pairs = [Pair("confirm", self._partner(letter_id, others), letter_id)]
        if letter.matter_id != matter_id:
            leave(self.connection, letter_id, act.event)
            left = self._members(letter.matter_id)
            pairs += [Pair("reject", row.id, letter_id) for row in left if row.id != letter_id]
        allow_together(self.connection, {letter_id}, {row.id for row in others}, act.event)
        self._carry_out(act, pairs, {letter_id: matter_id})

    def reject(self, matter_id: str, letter_id: str, note: str | None = None) -> None:
        """Keep a letter out of a matter, apart from each letter that is in it now."""
        letter, others = self._letter_and_others(matter_id, letter_id)
        note = masked_note(self.keys, note, [letter, *others])
        act = self._open("reject", {matter_id: {"letter": letter_id}}, note)
        self._record("reject", [letter_id], act.event, note)
        inside = letter.matter_id == matter_id
        if inside:
            leave(self.connection, letter_id, act.event)
        pairs = [Pair("reject", row.id, letter_id) for row in others]
        self._carry_out(act, pairs, {letter_id: None} if inside else {})

    def merge(self, matter_id: str, other_id: str, note: str | None = None) -> None:
        """Put all letters of another matter into a matter, for good."""
        members = self._members(matter_id)
        if other_id == matter_id:
            raise Invalid("A matter cannot be merged with itself.", [("matter_id", "name another matter")])
        others = self._members(other_id, members[0].restricted)
        ids, moved = [row.id for row in members], [row.id for row in others]
        details = {matter_id: {"matter": other_id}, other_id: {"matter": matter_id}}
        note = masked_note(self.keys, note, [*members, *others])
        act = self._open("merge", details, note)
        audit.record(self.connection, self.caller, "merge", audit.MATTER, details)
        review(self.connection, self.caller, moved, "link", "merge", act.event, note)
        allow_together(self.connection, set(ids), set(moved), act.event)
        self._carry_out(act, _chain([*ids, *moved]), dict.fromkeys(moved, matter_id))

    def split(self, matter_id: str, letter_ids: Sequence[str], note: str | None = None) -> None:
        """Put some letters of a matter into a new one; both parts stay whole, and apart from each other."""
        members = self._members(matter_id)
        wanted = set(letter_ids)
        for letter_id in letter_ids:
            if self._letter(letter_id, members[0].restricted).matter_id != matter_id:
                raise Invalid(
                    "Only letters of this matter can leave it.", [("letter_ids", f"{letter_id} is not in it")]
                )
        leaving, staying = ([row.id for row in members if (row.id in wanted) == goes] for goes in (True, False))
        if not staying:
            raise Invalid("A matter cannot lose all its letters.", [("letter_ids", "leave at least one letter")])
        fresh = open_matter(self.connection, members[0].restricted)
        details = {matter_id: {"letters": leaving, "matter": fresh}, fresh: {"letters": leaving, "matter": matter_id}}
        note = masked_note(self.keys, note, members)
        act = self._open("split", details, note)
        self._record("split", leaving, act.event, note)
        self._cut(wanted, act)
        pairs = [*_chain(leaving), *_chain(staying), Pair("reject", staying[0], leaving[0])]
        self._carry_out(act, pairs, dict.fromkeys(leaving, fresh))

    def undo(self, matter_id: str, letter_id: str) -> str:
        """Take back the last standing decision on a letter in a matter, with all that it did.

        Letters that it moved go back, unless they were moved since or only this decision held them there.
        Returns the matter, or that of the letter if no letter is left in it. Raises NotFound if no decision stands.
        """
        restricted = self._members(matter_id)[0].restricted
        self._letter(letter_id, restricted)
        row = queries.last_act_on(self.connection, letter_id, matter_id)
        if row is None:
            raise NotFound
        touched = {one for pair in queries.pairs_of_act(self.connection, row.act) for one in (pair.a_id, pair.b_id)}
        told, back = self._consequences(row.act)
        event = self._tell("undone", {one: {"letter": letter_id, "decision": row.action} for one in told}, None)
        queries.take_back(self.connection, row.act, event)
        self._record("undo", [letter_id, *sorted(letters_undone_by(self.connection, row.act) - {letter_id})])
        self._settle(touched, back, Why(UNDONE, event))
        left = letter_queries.letters_of_matters(self.connection, [matter_id], self.caller.sight)
        return matter_id if left else str(self._letter(letter_id, restricted).matter_id)

    def _record(
        self, decided: Decided, letter_ids: Sequence[str], undone_by: int | None = None, note: str | None = None
    ) -> None:
        """Record what was decided on letters, for the audit and beside what the software had decided."""
        audit.record(self.connection, self.caller, decided, audit.LETTER, letter_ids)
        review(self.connection, self.caller, letter_ids, "link", decided, undone_by, note)

    def _letter(self, letter_id: str, restricted: bool) -> Row[Any]:
        row = letter_queries.find_letter(self.connection, letter_id, self.caller.insight)
        if row is None or row.restricted != restricted:
            raise NotFound
        return row

    def _members(self, matter_id: str, restricted: bool | None = None) -> list[Row[Any]]:
        """Return the letters of a matter, oldest first."""
        rows = letter_queries.letters_of_matters(self.connection, [matter_id], self.caller.insight)
        if not rows or restricted not in (None, rows[0].restricted):
            raise NotFound
        return rows

    def _letter_and_others(self, matter_id: str, letter_id: str) -> tuple[Row[Any], list[Row[Any]]]:
        members = self._members(matter_id)
        letter = self._letter(letter_id, members[0].restricted)
        others = [row for row in members if row.id != letter_id]
        if not others:
            raise Invalid(
                "There is no other letter to decide on.", [("letter_id", "is the only letter of this matter")]
            )
        return letter, others

    def _partner(self, letter_id: str, others: Sequence[Row[Any]]) -> str:
        """Return the letter that a letter links to best, else the earliest; those already confirmed come first."""
        ids = [row.id for row in others]
        rows = queries.standing_pairs(self.connection, ids, "confirm")
        sure = {one for row in rows for one in (row.a_id, row.b_id)}
        candidates = [one for one in ids if one in sure] or ids
        for link in link_queries.links_of_letter(self.connection, letter_id):
            if link.other(letter_id) in candidates:
                return link.other(letter_id)
        return str(candidates[0])

    def _cut(self, leaving: Collection[str], act: Act) -> None:
        """Put out of force what keeps letters that leave with letters that stay."""
        rows = queries.standing_pairs(self.connection, leaving, "confirm")
        crossing = [row.number for row in rows if (row.a_id in leaving) != (row.b_id in leaving)]
        queries.supersede(self.connection, crossing, act.event)

    def _open(self, action: Action, details: Mapping[str, dict[str, Any]], note: str | None) -> Act:
        return Act(self._tell(EVENT_KINDS[action], details, note), self.caller.name, action, note)

    def _tell(self, kind: str, details: Mapping[str, dict[str, Any]], note: str | None) -> int:
        """Record an event in each matter; returns the first, which is the cause of the others."""
        first: int | None = None
        for matter_id, detail in details.items():
            whole = {**detail, "actor": self.caller.name, "reason": note}
            number = matter_queries.insert_event(self.connection, matter_id, datetime.now(UTC), kind, whole, first)
            first = first or number
        if first is None:
            raise ValueError("an event needs a matter")
        return first

    def _consequences(self, act: int) -> tuple[list[str], dict[str, str]]:
        """Return the matters that were told of an act, and where the letters that it moved were before."""
        caused = matter_queries.events_caused_by(self.connection, act)
        told = [event.matter_id for event in caused if event.kind in EVENT_KINDS.values()]
        moves = [event.detail for event in caused if event.kind == "moved"]
        rows = letter_queries.letters_by_id(self.connection, [move["letter"] for move in moves])
        there = {move["letter"]: move for move in moves if rows[move["letter"]].matter_id == move["to"]}
        return told, {letter_id: move["from"] for letter_id, move in there.items()}

    def _carry_out(self, act: Act, pairs: Sequence[Pair], placed: Mapping[str, str | None]) -> None:
        queries.insert_pairs(self.connection, datetime.now(UTC), act, pairs)
        touched = {one for pair in pairs for one in (pair.a, pair.b)}
        self._settle(touched, placed, Why(DECIDED, act.event))

    def _settle(self, touched: Collection[str], placed: Mapping[str, str | None], why: Why) -> None:
        places = sorted({place for place in placed.values() if place})
        there = letter_queries.letters_of_matters(self.connection, places, EVERYTHING)
        starts = {*touched, *placed, *(row.id for row in there)}
        settle(self.connection, starts, join_from(self.connection), why, placed)


def _chain(ids: Sequence[str]) -> list[Pair]:
    return [Pair("confirm", one, other) for one, other in pairwise(ids)]
