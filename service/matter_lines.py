"""Matters as lines of lists, by those of their letters that one caller may read."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row

from service.caller import Caller
from service.flag_card import card_of, names_of
from service.flagging import Flagged, Flagger
from service.keys import Keys
from service.matters import MatterFlag
from service.queries.letters import letters_of_matters
from service.queries.matters import matters_by_id
from service.quotes import masked_quote
from service.registration import number_of
from service.schemas.views import MatterFlagOut, MatterLineOut


class MatterLines:
    """Show matters to a caller as they are at a time; each is read and judged once, however often it is asked for."""

    def __init__(self, connection: Connection, keys: Keys, caller: Caller, flagger: Flagger, now: datetime) -> None:
        self.connection = connection
        self.keys = keys
        self.caller = caller
        self.flagger = flagger
        self.now = now
        self._held: dict[str, list[Row[Any]]] = {}
        self._judged: dict[str, Flagged] = {}

    def learn(self, matter_ids: Iterable[str]) -> None:
        """Read and judge matters that are not known yet, with as many statements for many as for one."""
        unknown: dict[str, list[Row[Any]]] = {one: [] for one in sorted(set(matter_ids) - self._held.keys())}
        if not unknown:
            return
        for row in letters_of_matters(self.connection, list(unknown), self.caller.insight):
            unknown[row.matter_id].append(row)
        self._held |= unknown
        seen = {one: rows for one, rows in unknown.items() if rows}
        self._judged |= self.flagger.judge(self.connection, seen, self.now)

    def of(self, matter_ids: Sequence[str]) -> list[MatterLineOut]:
        """Show matters in the given order; those of which the caller may see no letter are left out."""
        self.learn(matter_ids)
        seen = [one for one in matter_ids if one in self._judged]
        stored = matters_by_id(self.connection, seen)
        return [self._line(stored[one], self._held[one], self._judged[one]) for one in seen]

    def flags(self, matter_ids: Sequence[str]) -> dict[str, MatterFlag]:
        """Return the flags of matters by the letters that the caller may read; of no letter there is none."""
        self.learn(matter_ids)
        return {one: self._judged[one].flag for one in matter_ids if one in self._judged}

    def _line(self, matter: Row[Any], rows: Sequence[Row[Any]], judged: Flagged) -> MatterLineOut:
        flag = card_of(judged, rows, self.keys, self.now, self.flagger.on)
        return MatterLineOut(
            id=matter.id,
            title=title_of(rows[0], flag, self.keys),
            **standing_of(matter, judged),
            letters=len(rows),
            last_received_at=datetime.fromisoformat(rows[-1].received_at),
            category=rows[0].category,
            flag=flag,
        )


def title_of(row: Row[Any], flag: MatterFlagOut, keys: Keys) -> str:
    """Return the title of a matter's first letter or its beginning; over a flag, without who, when and where to."""
    title = str(row.title or row.body[:30])
    return title if flag.level == "none" else masked_quote(title, names_of(row, keys))


def standing_of(matter: Row[Any], judged: Flagged) -> dict[str, Any]:
    """Return where a matter stands: its number, unit and status."""
    number = number_of(matter)
    status = judged.life.status
    return {
        "registration": number,
        "unit": judged.life.unit,
        "status": "registered" if status == "received" and number else status,
    }
