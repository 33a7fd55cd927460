"""The letters that a change may touch, and what is known of them."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from sqlalchemy import Connection, Row

from model.gathering import Link
from model.records import Letter
from service.queries import decisions as decision_queries
from service.queries import letters as letter_queries
from service.queries import links as link_queries
from service.queries.decisions import Kind
from service.queries.ties import joined_with, matters_around
from service.stored import letter_of_row

# From so many letters on, which have five thousand pairs, a matter stays whole: to gather all of them anew for each
# letter that comes would take seconds, and one letter more tells little of so many.
LARGE_FROM = 100


@dataclass(frozen=True, slots=True)
class Coming:
    """Letters that are about to be stored, among accusations or among all others, with their scored pairs."""

    letters: Sequence[Letter] = ()
    links: Sequence[Link] = ()
    restricted: bool = False


NOBODY = Coming()


class Circle:
    """Hold whole matters with their letters, and reach further from letters whose matters change.

    Letters reach others by what people confirmed, and by links of a score of `at_least`, which can join. These lead
    into a matter of very many letters, but out of it only from those that a person has `placed` there or elsewhere.

    `letters` are those of the matters and those that come, by id, `rows` what is stored of them; `before` is the matter
    of each stored one, or where a person has put it; `large` are the matters of very many letters.
    """

    def __init__(
        self, connection: Connection, at_least: float, placed: Mapping[str, str | None], coming: Coming = NOBODY
    ) -> None:
        self.at_least = at_least
        self.letters = {letter.id: letter for letter in coming.letters}
        self.rows: dict[str, Row[Any]] = {}
        self.before = dict(placed)
        self.large: set[str] = set()
        self._connection = connection
        self._placed = placed
        self._coming = coming
        self._followed: set[str] = set()
        self._parted: set[str] = set()

    def take_in(self, ids: Collection[str]) -> None:
        """Add stored letters with all others of their matters."""
        if not ids:
            return
        fresh = sorted((set(ids) | matters_around(self._connection, ids).keys()) - self.rows.keys())
        people = letter_queries.identities_of(self._connection, fresh)
        found = letter_queries.texts_by_id(self._connection, fresh)
        self.rows |= found
        self.letters |= {one: letter_of_row(row, people[one]) for one, row in found.items()}
        self.before = {one: row.matter_id for one, row in self.rows.items()} | dict(self._placed)
        letters = Counter(self.before.values())
        self.large = {matter for matter, number in letters.items() if matter and number >= LARGE_FROM}

    def follow(self, ids: AbstractSet[str]) -> bool:
        """Reach further from letters, each once, and take in what they lead to; says whether there was anything new."""
        unseen = (ids & self.rows.keys()) - self._followed
        self._followed |= unseen
        leading = {one for one in unseen if self.before[one] not in self.large or one in self._placed}
        reached = joined_with(self._connection, leading, self.at_least) - self.rows.keys()
        if reached:
            self.take_in(reached)
        return bool(reached)

    def unsettled(self, groups: Iterable[frozenset[str]]) -> set[str]:
        """Return the letters to follow, once decisions were read: those of groups that are no matter as it is stored.

        Where a person has put a letter apart, what it leaves and what is near to it may join in another order for what
        lies outside (`gather`): such matters are followed, too.
        """
        stored: dict[str, set[str]] = {}
        for one, row in self.rows.items():
            stored.setdefault(row.matter_id, set()).add(one)
        apart = {self.rows[one].matter_id for one in self._parted if one in self.rows}
        standing = {frozenset(letters) for matter, letters in stored.items() if matter not in apart}
        return {one for group in groups if group not in standing for one in group}

    def read_links(self) -> list[Link]:
        """Return the scored pairs of the letters; those inside of large matters are left out."""
        if self.large:
            small = [one for one, matter in self.before.items() if matter not in self.large]
            found = link_queries.links_of_letters(self._connection, small)
        else:
            found = link_queries.links_among(self._connection, list(self.before))
        return [link for link in (*found, *self._coming.links) if link.a in self.letters and link.b in self.letters]

    def read_decisions(self) -> tuple[list[frozenset[str]], list[frozenset[str]]]:
        """Return the pairs that stay together and those that stay apart, by what people decided.

        A matter with a confirmed pair stays whole, and so does a large one.
        """
        standing = decision_queries.standing_pairs(self._connection, list(self.letters))
        self._parted = {end for row in standing if row.kind == "reject" for end in (row.a_id, row.b_id)}
        together, apart = (_pairs_of(kind, standing, self.letters) for kind in decision_queries.KINDS)
        inside = ({self.before.get(one) for one in pair} for pair in together)
        kept = sorted(self.large | {at for places in inside if len(places) == 1 for at in places if at})
        members = {matter: sorted(one for one, at in self.before.items() if at == matter) for matter in kept}
        together += [frozenset(step) for group in members.values() for step in pairwise(group)]
        return together, apart


def _pairs_of(kind: Kind, standing: Sequence[Row[Any]], letters: Mapping[str, Letter]) -> list[frozenset[str]]:
    return [
        frozenset((row.a_id, row.b_id))
        for row in standing
        if row.kind == kind and row.a_id in letters and row.b_id in letters
    ]
