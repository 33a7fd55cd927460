"""Which deliveries were made before: known by the external id of their sender, or by an idempotency key."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import Connection

from service.caller import Caller
from service.errors import Conflict
from service.keys import Keys
from service.queries import letters as queries
from service.schemas.letters import LetterIn
from service.sealing import is_same_content

# Whose, and which external id or key.
Name = tuple[str, str]


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

    @property
    def external(self) -> Name | None:
        """Return the external id of the letter, if it has one, which is unique for its sender."""
        return (self.caller.name, self.given.external_id) if self.given.external_id else None

    @property
    def keyed(self) -> Name | None:
        """Return the idempotency key, if there is one."""
        return (self.caller.name, self.key) if self.key else None


def line_keys(key: str | None, lines: int) -> list[str | None]:
    """Return an idempotency key for each line of a batch that was sent under one, none without it."""
    if key is None:
        return [None] * lines
    whole = hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
    return [f"{whole}/{line}" for line in range(1, lines + 1)]


class Repeats:
    """Hold what was stored under the names of some deliveries, and what is stored under them from now on."""

    def __init__(self, connection: Connection, keys: Keys, deliveries: Sequence[Delivery]) -> None:
        self._keys = keys
        external = [delivery.external for delivery in deliveries if delivery.external]
        keyed = [delivery.keyed for delivery in deliveries if delivery.keyed]
        self._external = {
            (row.owner, row.external_id): (row.id, row.content_hash)
            for row in queries.letters_of_external_ids(connection, external)
        }
        self._keyed = {
            (row.owner, row.key): (row.letter_id, row.content_hash)
            for row in queries.idempotency_keys_among(connection, keyed)
        }
        self._fresh: list[dict[str, Any]] = []

    def find(self, delivery: Delivery) -> str | None:
        """Return the id of the letter that an equal delivery stored; raises Conflict, naming it, if it was another."""
        found = None
        for field, known in (
            ("external_id", self._external.get(delivery.external) if delivery.external else None),
            ("Idempotency-Key", self._keyed.get(delivery.keyed) if delivery.keyed else None),
        ):
            if known is None:
                continue
            letter_id, content_hash = known
            if not is_same_content(self._keys, content_hash, delivery.content_hash):
                raise _conflict(field, letter_id)
            found = found or letter_id
        return found

    def remember(self, delivery: Delivery, letter_id: str) -> None:
        """Know a delivery from now on by its names."""
        content_hash = self._keys.content_hash(delivery.content_hash)
        if delivery.external:
            self._external.setdefault(delivery.external, (letter_id, content_hash))
        if delivery.keyed and delivery.keyed not in self._keyed:
            self._keyed[delivery.keyed] = (letter_id, content_hash)
            owner, key = delivery.keyed
            values = {"owner": owner, "key": key, "content_hash": content_hash, "letter_id": letter_id}
            self._fresh.append(values)

    def keep(self, connection: Connection) -> None:
        """Store the idempotency keys that are new, once their letters are stored."""
        queries.insert_idempotency_keys(connection, self._fresh)
        self._fresh = []


def content_hash_of(given: LetterIn) -> str:
    """Return a hash of everything that a caller sent and we understand."""
    content = json.dumps(given.model_dump(mode="json"), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()


def _conflict(field: str, letter_id: str) -> Conflict:
    reason = f"was used for letter {letter_id} with other content; send a new one for a new letter"
    return Conflict(f"The stored letter {letter_id} differs from this one.", [(field, reason)])
