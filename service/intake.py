"""The way of letters into the database: analysed, linked and stored in one transaction, once."""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row
from sqlalchemy.exc import OperationalError
from ulid import ULID

from model.errors import LetterError
from model.packing import pack
from model.records import Letter
from model.signatures import Signature
from service import audit
from service.accused import hashes_of
from service.automatic import Basis, Judged, basis_of, record_automatic
from service.caller import Caller
from service.db import Database
from service.errors import Busy, Conflict, Failed, Invalid, Problem, ServiceError
from service.flagging import Flagger, flags_follow
from service.keys import Keys
from service.linking import NOTHING, Ahead, Arrival, compare_ahead, find_links, join_matters
from service.model_watch import ModelWatch
from service.preparing import maker_of
from service.queries import letters as queries
from service.queries.additions import Additions
from service.queries.letters import moment
from service.queries.sealed import identity_key
from service.regrouping import Place
from service.repeats import Delivery, Repeats
from service.rounds import MOST_IN_ROUND
from service.schemas.letters import LetterIn
from service.schemas.results import AnalysisOut
from service.sealing import masked_letter, sealed_of, who_wrote
from service.search_words import Words, words_of
from service.shadowing import Reading, Shadow

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Stored:
    """A stored letter; `new` is False where an equal request had stored it before."""

    row: Row[Any]
    new: bool


@dataclass(frozen=True, slots=True)
class ReadLetter:
    """A letter that a version of the model has read and that is not stored yet."""

    letter: Letter
    analysis: AnalysisOut
    vector: Signature | None
    prepared: bytes | None
    basis: Basis
    words: Words


# Of each delivery: why it was refused, or whether the letter is new.
Alongside = Callable[[Connection, Sequence[tuple[Delivery, Problem | bool]]], None]


def _nothing(_connection: Connection, _became: Sequence[tuple[Delivery, Problem | bool]]) -> None:
    """Write nothing more."""


class Intake:
    """Take in letters, many together."""

    def __init__(self, database: Database, watch: ModelWatch, keys: Keys, flagger: Flagger, shadow: Shadow) -> None:
        self.database = database
        self.shadow = shadow
        self.watch = watch
        self.engine = watch.engine
        self.keys = keys
        self.flagger = flagger

    def take_all(self, deliveries: Sequence[Delivery], alongside: Alongside = _nothing) -> list[Stored | Problem]:
        """Take in letters; returns for each, in order, what is stored or why it was refused.

        Up to 32 share a transaction. If one of them cannot be stored for a reason of its own, they are stored one by
        one, so that it disturbs no other. `alongside` is called in each transaction with what became of its deliveries,
        once for each, in order, and may write too. Raises Busy, or what the driver raises, if the database does not
        answer, and any error of the service that `alongside` raises.
        """
        return [outcome for piece in self.take_pieces(deliveries, alongside) for outcome in piece]

    def take_pieces(
        self, deliveries: Sequence[Delivery], alongside: Alongside = _nothing
    ) -> Iterator[list[Stored | Problem]]:
        """Yield what `take_all` returns, transaction by transaction: what was yielded is stored, whatever comes."""
        for first in range(0, len(deliveries), MOST_IN_ROUND):
            yield self._take_piece(deliveries[first : first + MOST_IN_ROUND], alongside)

    def _take_piece(self, deliveries: Sequence[Delivery], alongside: Alongside = _nothing) -> list[Stored | Problem]:
        try:
            return self._take_together(deliveries, alongside)
        except (ServiceError, OperationalError):
            raise
        except Exception as error:
            if len(deliveries) > 1:
                return [outcome for delivery in deliveries for outcome in self._take_piece([delivery], alongside)]
            logger.error("a letter could not be stored", exc_info=error)
            failed = Failed("Something went wrong on our side; it has been logged.")
            with self.database.write() as connection:
                alongside(connection, [(deliveries[0], failed)])
            return [failed]

    def _take_together(self, deliveries: Sequence[Delivery], alongside: Alongside) -> list[Stored | Problem]:
        # Reading letters takes longest; it is done before other writers have to wait.
        ready = self._read_new(deliveries)
        ahead = self._compare(
            [(delivery, one) for delivery, one in zip(deliveries, ready, strict=True) if isinstance(one, ReadLetter)]
        )
        with self.database.write() as connection:
            self.engine.catch_up(connection)
            repeats = Repeats(connection, self.keys, deliveries)
            places = [_place(repeats, *each) for each in zip(deliveries, ready, strict=True)]
            fresh = [
                (delivery, read)
                for delivery, read, place in zip(deliveries, ready, places, strict=True)
                if isinstance(read, ReadLetter) and place == (read.letter.id, True)
            ]
            with flags_follow(connection, self.flagger) as touched:
                touched |= self._store(connection, fresh, ahead)
            repeats.keep(connection)
            _record_arrivals(connection, fresh)
            for version in {read.basis.model for _, read in fresh}:
                self.watch.mark(connection, version)
            rows = queries.letters_by_id(connection, [place[0] for place in places if not isinstance(place, Problem)])
            record_automatic(connection, self.keys, [_judged(*each, rows) for each in fresh])
            became = [place if isinstance(place, Problem) else place[1] for place in places]
            alongside(connection, list(zip(deliveries, became, strict=True)))
        self.engine.keep(self.database)
        self.shadow.offer([Reading(read.letter, read.analysis) for _, read in fresh])
        return [place if isinstance(place, Problem) else Stored(rows[place[0]], place[1]) for place in places]

    def _read_new(self, deliveries: Sequence[Delivery]) -> list[ReadLetter | Problem | None]:
        """Return for each delivery what the model reads in it, None if it was stored before, or why it is refused."""
        found: list[Letter | Problem | None] = []
        with self.database.read() as connection:
            repeats = Repeats(connection, self.keys, deliveries)
        for delivery in deliveries:
            try:
                found.append(_letter(delivery.given) if repeats.find(delivery) is None else None)
            except Problem as problem:
                found.append(problem)
        letters = [letter for letter in found if isinstance(letter, Letter)]
        read = iter(self._read(letters))
        return [next(read) if isinstance(letter, Letter) else letter for letter in found]

    def _read(self, letters: Sequence[Letter]) -> list[ReadLetter]:
        """Read letters before they are taken in; many at once are read several times as fast."""
        analyser = self.engine.analyser
        analyses = analyser.analyse(letters)
        nothing: list[None] = [None] * len(letters)
        vectors: Sequence[Signature | None] = list(analyser.vectors(letters)) or nothing
        prepared: Sequence[bytes | None] = [pack(profile) for profile in analyser.profiles(letters)] or nothing
        basis = basis_of(analyser)
        return [
            ReadLetter(letter, AnalysisOut.of(analysis), vector, packed, basis, words_of(letter.title, letter.body))
            for letter, analysis, vector, packed in zip(letters, analyses, vectors, prepared, strict=True)
        ]

    def _compare(self, fresh: Sequence[tuple[Delivery, ReadLetter]]) -> Ahead:
        """Compare letters with those that are stored, before other writers have to wait."""
        if not fresh:
            return NOTHING
        with self.database.read() as connection:
            return compare_ahead(connection, self.engine, self._arrivals(connection, fresh))

    def _arrivals(self, connection: Connection, fresh: Sequence[tuple[Delivery, ReadLetter]]) -> list[Arrival]:
        key = identity_key(connection)
        return [
            Arrival(
                who_wrote(self.keys, key, delivery.given, read.letter),
                read.vector,
                is_accusation(delivery.given, read.analysis),
                read.prepared,
                read.basis.model,
            )
            for delivery, read in fresh
        ]

    def _store(self, connection: Connection, fresh: Sequence[tuple[Delivery, ReadLetter]], ahead: Ahead) -> set[str]:
        """Store new letters and their links, in order; returns their matters."""
        arrivals = self._arrivals(connection, fresh)
        links = find_links(connection, self.engine, arrivals, ahead)
        additions, matters = Additions(connection), set[str]()
        places = join_matters(connection, arrivals, links)
        for (delivery, read), arrival, found in zip(fresh, arrivals, links, strict=True):
            place = places.get(arrival.letter.id) or _opened(additions, arrival)
            values = {**self._values(delivery, read, arrival), "matter_id": place.matter, "verdict": place.verdict}
            additions.letter(values, arrival.letter.petitioners, found)
            additions.words(arrival.letter.id, values["received_at"], read.words)
            if arrival.vector is not None:
                additions.vector(arrival.letter.id, arrival.vector.tobytes(), read.basis.model)
            if read.prepared is not None:
                additions.prepared(arrival.letter.id, read.prepared, maker_of(read.basis.model))
            hidden = sealed_of(self.keys, delivery.given, arrival.letter)
            additions.kept_apart(arrival.letter.id, *hidden, hashes_of(self.keys, delivery.given.accused or ()))
            matters.add(place.matter)
        additions.write()
        return matters

    def _values(self, delivery: Delivery, read: ReadLetter, arrival: Arrival) -> dict[str, Any]:
        return {
            **_plain_values(delivery, arrival.letter),
            "content_hash": self.keys.content_hash(delivery.content_hash),
            **_analysed_values(read.analysis),
            "named": _is_named(delivery.given),
            "restricted": arrival.restricted,
            "review": "pending",
        }


def _place(repeats: Repeats, delivery: Delivery, read: ReadLetter | Problem | None) -> tuple[str, bool] | Problem:
    """Return the id of a letter and whether it is new, or why it is refused."""
    if isinstance(read, Problem):
        return read
    try:
        known = repeats.find(delivery)
    except Conflict as conflict:
        return conflict
    letter_id = known or (read.letter.id if read is not None else None)
    if letter_id is None:
        raise Busy("The letter was removed at this moment; send the request again.", retry_after=1)
    repeats.remember(delivery, letter_id)
    return letter_id, known is None


def _opened(additions: Additions, arrival: Arrival) -> Place:
    """Open a matter for a letter that joins no other; it need not be looked at."""
    matter_id = str(ULID())
    additions.matter(matter_id, datetime.now(UTC), arrival.restricted)
    return Place(matter_id, "first")


def _letter(given: LetterIn) -> Letter:
    try:
        letter = given.letter(str(ULID()))
    except LetterError as error:
        raise Invalid("The letter is not acceptable.", [(error.field, error.reason)]) from error
    return masked_letter(replace(letter, received_at=letter.received_at or datetime.now(UTC)), given)


def _record_arrivals(connection: Connection, fresh: Sequence[tuple[Delivery, ReadLetter]]) -> None:
    """Record who delivered each letter."""
    brought: dict[Caller, list[str]] = {}
    for delivery, read in fresh:
        brought.setdefault(delivery.caller, []).append(read.letter.id)
    for caller, letter_ids in brought.items():
        audit.record(connection, caller, "receive", audit.LETTER, letter_ids)


def _judged(delivery: Delivery, read: ReadLetter, rows: Mapping[str, Row[Any]]) -> Judged:
    """Return a new letter as it was judged."""
    return Judged(rows[read.letter.id], read.basis, reasons_to_restrict(delivery.given, read.analysis))


def is_accusation(given: LetterIn, analysis: AnalysisOut) -> bool:
    """Say whether a letter must be kept from all but those who handle accusations (Article 30)."""
    return bool(reasons_to_restrict(given, analysis))


def reasons_to_restrict(given: LetterIn, analysis: AnalysisOut) -> list[str]:
    """Return which of `accused`, `category` and `purpose` make an accusation of a letter."""
    category = analysis.category.code if analysis.category else None
    signs = {
        "accused": bool(given.accused),
        "category": category == "discipline",
        "purpose": analysis.purpose == "accusation",
    }
    return [name for name, present in signs.items() if present]


def _is_named(given: LetterIn) -> bool:
    """Say whether name and address are clear, so that the notice of acceptance is owed (Article 23)."""
    person = given.petitioner
    return person is not None and not isinstance(person, str) and bool(person.name and (person.address or person.phone))


def _plain_values(delivery: Delivery, letter: Letter) -> dict[str, Any]:
    return {
        "id": letter.id,
        "owner": delivery.caller.name,
        "external_id": delivery.given.external_id,
        "title": letter.title,
        "body": letter.body,
        "received_at": moment(letter.received_at or datetime.now(UTC)),
        "stored_at": moment(datetime.now(UTC)),
        "channel": letter.channel,
        "addressee": letter.addressee,
        "region": letter.region,
        "people_present": delivery.given.people_present,
    }


def _analysed_values(analysis: AnalysisOut) -> dict[str, Any]:
    return {
        "analysis": analysis.model_dump(mode="json"),
        "category": analysis.category.code if analysis.category else None,
        "class_code": analysis.category.level2.code if analysis.category and analysis.category.level2 else None,
        "visit_level": analysis.group_visit.level if analysis.group_visit else None,
        "needs_review": analysis.category.needs_review if analysis.category else True,
    }
