"""What letters are to their matters and which letters are linked to them, read for many letters at once."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row

from model.gathering import Link
from model.records import Candidate
from service.caller import Caller
from service.queries import decisions as decision_queries
from service.queries import letters as letter_queries
from service.queries import links as link_queries
from service.schemas.results import CandidateOut
from service.schemas.views import MatterOfLetterOut

MOST_CANDIDATES = 10
# So many links of a letter are looked through first: some may be out of sight, or put apart by a person.
LOOKED_AT = 20
EVERY = 2**31 - 1


class Nearby:
    """Hold what is linked to some letters and what people decided on them, as far as a caller may read it."""

    def __init__(self, connection: Connection, caller: Caller, letter_ids: Sequence[str]) -> None:
        standing = decision_queries.standing_pairs(connection, letter_ids) if letter_ids else []
        rejected = [row for row in standing if row.kind == "reject"]
        self._confirmed = {one for row in standing if row.kind == "confirm" for one in (row.a_id, row.b_id)}
        self._apart = {frozenset((row.a_id, row.b_id)) for row in rejected}
        self._turned_away = {row.b_id for row in rejected if row.action == "reject"}
        self._seen: set[str] = set()
        self._links = self._best(connection, caller, letter_ids, LOOKED_AT)
        # Of some letters, most that they are linked to may be out of sight.
        full = [one for one, links in self._links.items() if len(links) == LOOKED_AT]
        lacking = [one for one in full if len(self._candidates(one)) < MOST_CANDIDATES]
        self._links |= self._best(connection, caller, lacking, EVERY)

    def _best(self, connection: Connection, caller: Caller, ids: Sequence[str], most: int) -> dict[str, list[Link]]:
        """Return the best links of letters, and learn which letters at their ends may be seen."""
        found = link_queries.best_links(connection, ids, most)
        linked = {end for links in found.values() for link in links for end in link.ends}
        self._seen |= letter_queries.seen_among(connection, linked, caller.insight)
        return found

    def matter_of(self, row: Row[Any]) -> MatterOfLetterOut:
        """Return the matter of one of the letters, what it is to it, and its candidates."""
        turned_away = row.id in self._turned_away
        return MatterOfLetterOut(
            id=row.matter_id,
            verdict=row.verdict,
            decision="confirmed" if row.id in self._confirmed else "rejected" if turned_away else None,
            candidates=[CandidateOut.of(candidate) for candidate in self._candidates(row.id)],
        )

    def _candidates(self, letter_id: str) -> list[Candidate]:
        """Return the letters linked to a letter, best first, but those that a person has put apart from it."""
        shown = [
            Candidate(link.other(letter_id), link.score, link.relation)
            for link in self._links[letter_id]
            if link.ends not in self._apart and link.other(letter_id) in self._seen
        ]
        return shown[:MOST_CANDIDATES]
