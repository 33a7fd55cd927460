"""Lets a new model read stored letters: what people said of them stays, and what belongs together is found anew."""

from collections.abc import Mapping, Sequence
from time import monotonic
from typing import Any

from sqlalchemy import Connection, Row

from model.analyse import Analyser
from model.gathering import Link
from model.records import Letter
from model.signatures import Signature
from service.automatic import Judged, Kind, basis_of, record_automatic
from service.corrected import accuses, applied, columns_of, standing
from service.db import Database
from service.engine import Engine
from service.flagging import Flagger, flags_follow
from service.jobs import JobError, Progress
from service.keys import Keys
from service.linking import Arrival, find_links
from service.queries import corrections as correction_queries
from service.queries import letters as queries
from service.queries import links as link_queries
from service.queries import matters as matter_queries
from service.queries import vectors as vector_queries
from service.queries.thresholds import join_from
from service.rebuilding import rebuild_vectors
from service.regrouping import Why, settle
from service.removal import transfer_letter
from service.schemas.results import AnalysisOut
from service.stored import letter_of_row

BATCH = 128
# So many letters share a transaction, or fewer: the others that write wait for no more than one beyond so many seconds.
PIECE = 16
MOST_SECONDS = 0.2
WHY = Why("a new model read the letters")
ALWAYS: tuple[Kind, ...] = ("category", "group_visit")

Read = Mapping[str, Any]


class Reanalysis:
    """Read every letter with the model in use, in the order of their ids, from where another attempt stopped."""

    def __init__(self, database: Database, engine: Engine, flagger: Flagger, keys: Keys, progress: Progress) -> None:
        self.database = database
        self.engine = engine
        self.flagger = flagger
        self.keys = keys
        self.progress = progress
        self.analyser: Analyser = engine.analyser
        self._done = progress.job.done

    def run(self) -> None:
        """Do all of it; raises Stopped between two pieces, and JobError if another model comes into use."""
        for _ in rebuild_vectors(self.database, self.engine):
            self.progress.check()
        with self.database.read() as connection:
            total = queries.count_letters(connection)
        self.progress.report(self._done, total)
        after = self.progress.job.position or ""
        while True:
            with self.database.read() as connection:
                rows = queries.letters_after(connection, after, BATCH)
            if not rows:
                return
            self._take(rows)
            after = rows[-1].id

    def _take(self, rows: Sequence[Row[Any]]) -> None:
        """Read a batch at once and store it in pieces."""
        fresh = [row for row in rows if _version_of(row) != self.analyser.version]
        letters = [letter_of_row(row) for row in fresh]
        found = zip(letters, self.analyser.analyse(letters), strict=True)
        read = {letter.id: AnalysisOut.of(analysis).model_dump(mode="json") for letter, analysis in found}
        vectors = dict(zip(read, self.analyser.vectors(letters), strict=False))
        for start in range(0, len(rows), PIECE):
            self._check()
            ids = [row.id for row in rows[start : start + PIECE]]
            self._restrict([one for one in ids if one in read], read)
            while ids := ids[self._store(ids, read, vectors) :]:
                self._check()

    def _check(self) -> None:
        """Raise Stopped if this is to go on no more, and JobError if another model came into use."""
        self.progress.check()
        if self.engine.analyser is not self.analyser:
            raise JobError("another model came into use; start it again")

    def _restrict(self, ids: Sequence[str], read: Mapping[str, Read]) -> None:
        """Take letters to those who handle accusations that are found to be some, each in a transaction of its own.

        What was an accusation to the model before and is kept among others was released by people, and stays there.
        """
        with self.database.read() as connection:
            rows = queries.letters_by_id(connection, ids)
            found = [
                row.id
                for row in rows.values()
                if not row.restricted
                and not accuses(row.analysis)
                and accuses(self._holds(connection, row, read[row.id]))
            ]
        for letter_id in found:
            with self.database.write() as connection, flags_follow(connection, self.flagger) as touched:
                transfer_letter(connection, self.engine, letter_id, restricted=True)
                row = queries.letters_by_id(connection, [letter_id])[letter_id]
                touched.add(row.matter_id)
                self._revise(connection, row, read[letter_id], restricted_now=True)
                self.progress.advance(connection, self._done)

    def _store(self, ids: Sequence[str], read: Mapping[str, Read], vectors: Mapping[str, Signature]) -> int:
        """Store what was read of the first of some letters; returns of how many."""
        stored, until = 0, monotonic() + MOST_SECONDS
        with self.database.write() as connection:
            self.engine.catch_up(connection)
            rows = queries.letters_by_id(connection, ids)
            present = vector_queries.with_vector(connection, ids)
            people = queries.identities_of(connection, ids)
            with flags_follow(connection, self.flagger) as touched:
                while stored < len(ids) and (stored == 0 or monotonic() < until):
                    letter_id, stored = ids[stored], stored + 1
                    row = rows[letter_id]
                    if letter_id not in read or _version_of(row) == self.analyser.version:
                        continue
                    if letter_id in present and letter_id in vectors:
                        letter = letter_of_row(row, people[letter_id])
                        self._link(connection, letter, vectors[letter_id], row.restricted)
                    self._revise(connection, row, read[letter_id])
                    touched.add(row.matter_id)
            self._done += stored
            self.progress.advance(connection, self._done, position=ids[stored - 1])
        return stored

    def _link(self, connection: Connection, letter: Letter, vector: Signature, restricted: bool) -> None:
        """Replace the pairs of a letter, and gather anew what they touch if that changes any.

        Pairs with letters that were read before it, by this model, are as good as those found now, and stay.
        """
        found = find_links(connection, self.engine, [Arrival(letter, vector, restricted)])[0]
        before = link_queries.links_of_letter(connection, letter.id)
        others = queries.letters_by_id(connection, [link.other(letter.id) for link in before])
        ends = {link.ends for link in found}
        old = [link for link in before if _version_of(others[link.other(letter.id)]) != self.analyser.version]
        gone = [link for link in before if link in old or link.ends in ends]
        if _pairs(gone) == _pairs(found):
            return
        matter_queries.delete_pairs(connection, gone)
        matter_queries.insert_links(connection, found)
        reached = {one for link in (*before, *found) for one in link.ends}
        settle(connection, {letter.id, *reached}, join_from(connection), WHY)

    def _revise(self, connection: Connection, row: Row[Any], automatic: Read, restricted_now: bool = False) -> None:
        """Store what the model says now, and over it what people said."""
        said = standing(correction_queries.steps_of(connection, row.id))
        analysis = self._holds(connection, row, automatic)
        queries.revise_letter(connection, row.id, columns_of(automatic, analysis, said))
        present = queries.letters_by_id(connection, [row.id])[row.id]
        because = [name for name, accusing in _signs(analysis).items() if accusing] if restricted_now else []
        kinds: tuple[Kind, ...] = (*ALWAYS, "compartment", "link") if restricted_now else (*ALWAYS, "link")
        record_automatic(connection, self.keys, [Judged(present, basis_of(self.analyser), because)], kinds)

    def _holds(self, connection: Connection, row: Row[Any], automatic: Read) -> dict[str, Any]:
        said = standing(correction_queries.steps_of(connection, row.id))
        classifier = self.analyser.category
        return applied(automatic, said, classifier.taxonomy if classifier else None)


def _signs(analysis: Read) -> dict[str, bool]:
    category = analysis["category"]
    return {
        "category": category is not None and category["code"] == "discipline",
        "purpose": analysis["purpose"] == "accusation",
    }


def _version_of(row: Row[Any]) -> str:
    """Return which version of the model read a letter last."""
    return str((row.automatic or row.analysis)["model"]["version"])


def _pairs(links: Sequence[Link]) -> set[tuple[str, str, float, str]]:
    return {(link.a, link.b, link.score, link.relation) for link in links}
