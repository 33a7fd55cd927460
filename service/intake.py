"""The way of letters into the database: analysed, linked and stored in one transaction, once."""

import hashlib
import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from sqlalchemy import Connection, Row
from sqlalchemy.exc import OperationalError
from ulid import ULID

from model.errors import LetterError
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
from service.linking import Arrivals, find_links, join_matter
from service.model_watch import ModelWatch
from service.queries import letters as queries
from service.queries.letters import moment
from service.queries.matters import insert_links
from service.rounds import MOST_IN_ROUND, Rounds
from service.schemas.letters import LetterIn
from service.schemas.results import AnalysisOut
from service.sealing import is_same_content, masked_letter, seal_letter, who_wrote
from service.shadowing import Reading, Shadow

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Delivery:
    """A letter that a caller brings, under an idempotency key if it has one."""

    given: LetterIn
    caller: Caller
    key: str | None = None

    @cached_property
    def content_hash(self) -> str:
        """Return a hash of everything that a caller sent and we understand."""
        return content_hash_of(self.given)


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
    basis: Basis


# Of each delivery: why it was refused, or whether the letter is new.
Alongside = Callable[[Connection, Sequence[tuple[Delivery, Problem | bool]]], None]


def _nothing(_connection: Connection, _became: Sequence[tuple[Delivery, Problem | bool]]) -> None:
    """Write nothing more."""


class Intake:
    """Take in letters, those that several threads bring at the same time together."""

    def __init__(self, database: Database, watch: ModelWatch, keys: Keys, flagger: Flagger, shadow: Shadow) -> None:
        self.database = database
        self.shadow = shadow
        self.watch = watch
        self.engine = watch.engine
        self.keys = keys
        self.flagger = flagger
        self._rounds = Rounds(self._take_piece)

    def take(self, delivery: Delivery) -> Stored:
        """Store a letter, analysed and linked, unless an equal request did so before.

        Raises Conflict, naming the stored letter, if external id or key came before with other content, and Invalid if
        the time cannot be read.
        """
        outcome = self._rounds.ask(delivery)
        if isinstance(outcome, Problem):
            raise outcome
        return outcome

    def take_all(self, deliveries: Sequence[Delivery], alongside: Alongside = _nothing) -> list[Stored | Problem]:
        """Take in letters; returns for each, in order, what is stored or why it was refused.

        Up to 32 share a transaction. If one of them cannot be stored for a reason of its own, they are stored one by
        one, so that it disturbs no other. `alongside` is called in each transaction with what became of its deliveries,
        once for each, in order, and may write too. Raises Busy, or what the driver raises, if the database does not
        answer, and any error of the service that `alongside` raises.
        """
        pieces = [deliveries[first : first + MOST_IN_ROUND] for first in range(0, len(deliveries), MOST_IN_ROUND)]
        return [outcome for piece in pieces for outcome in self._take_piece(piece, alongside)]

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
        with self.database.write() as connection:
            self.engine.catch_up(connection)
            arrivals = Arrivals()
            with flags_follow(connection, self.flagger) as touched:
                places = [
                    self._store_once(connection, delivery, read, arrivals, touched)
                    for delivery, read in zip(deliveries, ready, strict=True)
                ]
            _record_arrivals(connection, deliveries, places)
            for version in {read.basis.model for read in ready if isinstance(read, ReadLetter)}:
                self.watch.mark(connection, version)
            ids = [place[0] for place in places if not isinstance(place, Problem)]
            rows = queries.letters_by_id(connection, ids)
            record_automatic(connection, self.keys, _judged(deliveries, ready, places, rows))
            became = [place if isinstance(place, Problem) else place[1] for place in places]
            alongside(connection, list(zip(deliveries, became, strict=True)))
        self.engine.keep(self.database)
        self.shadow.offer(
            [
                Reading(read.letter, read.analysis)
                for read, place in zip(ready, places, strict=True)
                if isinstance(read, ReadLetter) and not isinstance(place, Problem) and place[1]
            ]
        )
        return [place if isinstance(place, Problem) else Stored(rows[place[0]], place[1]) for place in places]

    def _read_new(self, deliveries: Sequence[Delivery]) -> list[ReadLetter | Problem | None]:
        """Return for each delivery what the model reads in it, None if it was stored before, or why it is refused."""
        found: list[Letter | Problem | None] = []
        with self.database.read() as connection:
            for delivery in deliveries:
                try:
                    known = self._known(connection, delivery)
                    found.append(self._letter(delivery.given) if known is None else None)
                except Problem as problem:
                    found.append(problem)
        letters = [letter for letter in found if isinstance(letter, Letter)]
        read = iter(self._read(letters))
        return [next(read) if isinstance(letter, Letter) else letter for letter in found]

    def _read(self, letters: Sequence[Letter]) -> list[ReadLetter]:
        """Read letters before they are taken in; many at once are read several times as fast."""
        analyser = self.engine.analyser
        analyses = analyser.analyse(letters)
        vectors: Sequence[Signature | None] = list(analyser.vectors(letters)) or [None] * len(letters)
        # Linking takes them one by one, in the transaction; prepared here they cost a third, and nobody waits for it.
        self.engine.profiles(letters)
        basis = basis_of(analyser)
        return [
            ReadLetter(letter, AnalysisOut.of(analysis), vector, basis)
            for letter, analysis, vector in zip(letters, analyses, vectors, strict=True)
        ]

    def _store_once(
        self,
        connection: Connection,
        delivery: Delivery,
        read: ReadLetter | Problem | None,
        arrivals: Arrivals,
        touched: set[str],
    ) -> tuple[str, bool] | Problem:
        """Return the id of a letter and whether it is new, or why it is refused; what is known is stored no more."""
        if isinstance(read, Problem):
            return read
        try:
            letter_id = self._known(connection, delivery)
        except Conflict as conflict:
            return conflict
        new = letter_id is None and read is not None
        if read is not None and letter_id is None:
            touched.add(self._store(connection, delivery, read, arrivals))
            letter_id = read.letter.id
        if letter_id is None:
            raise Busy("The letter was removed at this moment; send the request again.", retry_after=1)
        self._remember(connection, delivery, letter_id)
        return letter_id, new

    def _remember(self, connection: Connection, delivery: Delivery, letter_id: str) -> None:
        owner, key = delivery.caller.name, delivery.key
        if key and queries.find_by_idempotency_key(connection, owner, key) is None:
            content_hash = self.keys.content_hash(delivery.content_hash)
            queries.remember_key(connection, owner, key, content_hash, letter_id)

    def _letter(self, given: LetterIn) -> Letter:
        try:
            letter = given.letter(str(ULID()))
        except LetterError as error:
            raise Invalid("The letter is not acceptable.", [(error.field, error.reason)]) from error
        return masked_letter(replace(letter, received_at=letter.received_at or datetime.now(UTC)), given)

    def _known(self, connection: Connection, delivery: Delivery) -> str | None:
        """Return the id of the letter that an equal request stored before."""
        owner, key, external_id = delivery.caller.name, delivery.key, delivery.given.external_id
        found = queries.find_by_external_id(connection, owner, external_id) if external_id else None
        if found is not None and not is_same_content(self.keys, found.content_hash, delivery.content_hash):
            raise _conflict("external_id", found.id)
        before = queries.find_by_idempotency_key(connection, owner, key) if key else None
        if before is not None and not is_same_content(self.keys, before.content_hash, delivery.content_hash):
            raise _conflict("Idempotency-Key", before.letter_id)
        return found.id if found is not None else before.letter_id if before is not None else None

    def _store(self, connection: Connection, delivery: Delivery, read: ReadLetter, arrivals: Arrivals) -> str:
        """Store a letter and its links; returns its matter."""
        given, analysis, vector = delivery.given, read.analysis, read.vector
        letter = who_wrote(connection, self.keys, given, read.letter)
        restricted = is_accusation(given, analysis)
        found = find_links(connection, self.engine, letter, vector, restricted, arrivals)
        place = join_matter(connection, letter, restricted, found)
        values = {
            **_plain_values(delivery, letter),
            "content_hash": self.keys.content_hash(delivery.content_hash),
            **_analysed_values(analysis),
            "named": _is_named(given),
            "restricted": restricted,
            "review": "pending",
            "matter_id": place.matter,
            "verdict": place.verdict,
        }
        made = vector.tobytes() if vector is not None else None
        queries.insert_letter(connection, values, made, read.basis.model, letter.petitioners)
        seal_letter(connection, self.keys, given, letter)
        queries.insert_accused(connection, letter.id, hashes_of(self.keys, given.accused or ()))
        insert_links(connection, found)
        arrivals.add(letter, vector, restricted)
        return place.matter


def _record_arrivals(
    connection: Connection, deliveries: Sequence[Delivery], places: Sequence[tuple[str, bool] | Problem]
) -> None:
    """Record who delivered each letter that is new."""
    brought: dict[Caller, list[str]] = {}
    for delivery, place in zip(deliveries, places, strict=True):
        if not isinstance(place, Problem) and place[1]:
            brought.setdefault(delivery.caller, []).append(place[0])
    for caller, letter_ids in brought.items():
        audit.record(connection, caller, "receive", audit.LETTER, letter_ids)


def _judged(
    deliveries: Sequence[Delivery],
    ready: Sequence[ReadLetter | Problem | None],
    places: Sequence[tuple[str, bool] | Problem],
    rows: Mapping[str, Row[Any]],
) -> list[Judged]:
    """Return the letters that are new, as they were judged."""
    return [
        Judged(rows[place[0]], read.basis, reasons_to_restrict(delivery.given, read.analysis))
        for delivery, read, place in zip(deliveries, ready, places, strict=True)
        if isinstance(read, ReadLetter) and not isinstance(place, Problem) and place[1]
    ]


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


def content_hash_of(given: LetterIn) -> str:
    """Return a hash of everything that a caller sent and we understand."""
    content = json.dumps(given.model_dump(mode="json"), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()


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
        "visit_level": analysis.group_visit.level if analysis.group_visit else None,
        "needs_review": analysis.category.needs_review if analysis.category else True,
    }


def _conflict(field: str, letter_id: str) -> Conflict:
    reason = f"was used for letter {letter_id} with other content; send a new one for a new letter"
    return Conflict(f"The stored letter {letter_id} differs from this one.", [(field, reason)])
