"""The way of a letter into the database: analysed, linked and stored in one transaction, once."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row
from ulid import ULID

from model.errors import LetterError
from model.records import Letter
from model.signatures import Signature
from service.caller import Caller
from service.db import Database
from service.engine import Engine
from service.errors import Conflict, Invalid
from service.flagging import Flagger, flags_follow
from service.keys import Keys
from service.linking import find_links, join_matter
from service.queries import letters as queries
from service.queries.letters import moment
from service.queries.matters import insert_links
from service.schemas.letters import LetterIn
from service.schemas.results import AnalysisOut


@dataclass(frozen=True, slots=True)
class Stored:
    """A stored letter; `new` is False where an equal request had stored it before."""

    row: Row[Any]
    new: bool


@dataclass(frozen=True, slots=True)
class ReadLetter:
    """A letter that the model has read and that is not stored yet."""

    letter: Letter
    analysis: AnalysisOut
    vector: Signature | None


class Intake:
    """Take in letters."""

    def __init__(self, database: Database, engine: Engine, keys: Keys, flagger: Flagger) -> None:
        self.database = database
        self.engine = engine
        self.keys = keys
        self.flagger = flagger

    def read(self, given: Sequence[LetterIn]) -> list[ReadLetter]:
        """Read letters before they are taken in; many at once are read several times as fast.

        Raises Invalid if the time of any cannot be read.
        """
        letters = [self._letter(one) for one in given]
        analyses = self.engine.analyser.analyse(letters)
        vectors: Sequence[Signature | None] = list(self.engine.analyser.vectors(letters)) or [None] * len(letters)
        return [
            ReadLetter(letter, AnalysisOut.of(analysis), vector)
            for letter, analysis, vector in zip(letters, analyses, vectors, strict=True)
        ]

    def knows(self, given: LetterIn, caller: Caller, key: str) -> bool:
        """Say whether a letter was taken in under a key or its external id, with whatever content."""
        with self.database.read() as connection:
            try:
                return self._known(connection, given, caller, key, content_hash_of(given)) is not None
            except Conflict:
                return True

    def take(self, given: LetterIn, caller: Caller, key: str | None = None, read: ReadLetter | None = None) -> Stored:
        """Store a letter, analysed and linked, unless an equal request did so before.

        `key` is an idempotency key, `read` what `read` made of the letter, if it was read before. Raises Conflict,
        naming the stored letter, if external id or key came before with other content, and Invalid if the time cannot
        be read.
        """
        content_hash = content_hash_of(given)
        if (known := self._stored_before(given, caller, key, content_hash)) is not None:
            return Stored(known, new=False)
        # Reading the letter takes longest; it is done before other writers have to wait.
        read = read or self.read([given])[0]
        with self.database.write() as connection:
            known = self._known(connection, given, caller, key, content_hash)
            if known is not None:
                return Stored(known, new=False)
            with flags_follow(connection, self.flagger) as touched:
                touched.add(self._store(connection, given, read, caller, content_hash))
            letter_id = read.letter.id
            if key:
                queries.remember_key(connection, caller.name, key, content_hash, letter_id)
            stored = Stored(queries.letters_by_id(connection, [letter_id])[letter_id], new=True)
        self.engine.keep(self.database)
        return stored

    def _stored_before(self, given: LetterIn, caller: Caller, key: str | None, content_hash: str) -> Row[Any] | None:
        """Return the letter that an equal request stored, and remember a key that is new to it."""
        with self.database.read() as connection:
            known = self._known(connection, given, caller, key, content_hash)
            remembered = not key or queries.find_by_idempotency_key(connection, caller.name, key) is not None
        if known is not None and key and not remembered:
            with self.database.write() as connection:
                if queries.find_by_idempotency_key(connection, caller.name, key) is None:
                    queries.remember_key(connection, caller.name, key, content_hash, known.id)
        return known

    def _letter(self, given: LetterIn) -> Letter:
        try:
            letter = given.letter(str(ULID()))
        except LetterError as error:
            raise Invalid("The letter is not acceptable.", [(error.field, error.reason)]) from error
        hashes = frozenset(self.keys.identity_hash(identity) for identity in letter.petitioners)
        received_at = letter.received_at or datetime.now(UTC)
        return Letter(
            letter.id, letter.title, letter.body, received_at, letter.channel, letter.addressee, letter.region, hashes
        )

    def _known(
        self, connection: Connection, given: LetterIn, caller: Caller, key: str | None, content_hash: str
    ) -> Row[Any] | None:
        """Return the letter that an equal request stored before."""
        found = queries.find_by_external_id(connection, caller.name, given.external_id) if given.external_id else None
        if found is not None and found.content_hash != content_hash:
            raise _conflict("external_id", given.external_id, found.id)
        before = queries.find_by_idempotency_key(connection, caller.name, key) if key else None
        if before is not None and before.content_hash != content_hash:
            raise _conflict("Idempotency-Key", key, before.letter_id)
        if found is None and before is not None:
            found = queries.letters_by_id(connection, [before.letter_id])[before.letter_id]
        return found

    def _store(
        self, connection: Connection, given: LetterIn, read: ReadLetter, caller: Caller, content_hash: str
    ) -> str:
        """Store a letter and its links; returns its matter."""
        letter, analysis, vector = read.letter, read.analysis, read.vector
        restricted = is_accusation(given, analysis)
        found = find_links(connection, self.engine, letter, vector, restricted)
        place = join_matter(connection, letter, restricted, found)
        values = {
            **_plain_values(given, letter, caller, content_hash),
            **_analysed_values(analysis),
            "people": self.keys.encrypt({"petitioners": given.people(), "accused": given.accused or []}),
            "named": _is_named(given),
            "restricted": restricted,
            "review": "pending",
            "matter_id": place.matter,
            "verdict": place.verdict,
        }
        made = vector.tobytes() if vector is not None else None
        queries.insert_letter(connection, values, made, self.engine.analyser.version, letter.petitioners)
        insert_links(connection, found)
        return place.matter


def is_accusation(given: LetterIn, analysis: AnalysisOut) -> bool:
    """Say whether a letter must be kept from all but those who handle accusations (Article 30)."""
    disciplinary = analysis.category is not None and analysis.category.code == "discipline"
    return bool(given.accused) or disciplinary or analysis.purpose == "accusation"


def content_hash_of(given: LetterIn) -> str:
    """Return a hash of everything that a caller sent and we understand."""
    content = json.dumps(given.model_dump(mode="json"), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()


def _is_named(given: LetterIn) -> bool:
    """Say whether name and address are clear, so that the notice of acceptance is owed (Article 23)."""
    person = given.petitioner
    return person is not None and not isinstance(person, str) and bool(person.name and (person.address or person.phone))


def _plain_values(given: LetterIn, letter: Letter, caller: Caller, content_hash: str) -> dict[str, Any]:
    return {
        "id": letter.id,
        "owner": caller.name,
        "external_id": given.external_id,
        "content_hash": content_hash,
        "title": letter.title,
        "body": letter.body,
        "received_at": moment(letter.received_at or datetime.now(UTC)),
        "stored_at": moment(datetime.now(UTC)),
        "channel": letter.channel,
        "addressee": letter.addressee,
        "region": letter.region,
        "people_present": given.people_present,
    }


def _analysed_values(analysis: AnalysisOut) -> dict[str, Any]:
    return {
        "analysis": analysis.model_dump(mode="json"),
        "category": analysis.category.code if analysis.category else None,
        "visit_level": analysis.group_visit.level if analysis.group_visit else None,
        "needs_review": analysis.category.needs_review if analysis.category else True,
    }


def _conflict(field: str, value: str | None, letter_id: str) -> Conflict:
    reason = f"{value!r} was used for letter {letter_id} with other content; send a new one for a new letter"
    return Conflict(f"The stored letter {letter_id} differs from this one.", [(field, reason)])
