"""Puts new keys in place of old ones while the service runs, and masks what earlier versions stored in the clear.

Every step is a short transaction after which the next run can go on. Both changes of the file of keys happen inside a
write transaction: no letter can be sealed with a key in the moment in which that key is retired.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection

from service import audit
from service.db import Database
from service.errors import SettingError
from service.key_file import KeyFile, key_id, new_identity_key, new_storage_key
from service.keys import KEYED, Keys
from service.known import Forms
from service.queries import imports, reports
from service.queries import sealed as queries
from service.queries.search import replace_words
from service.sealing import PARTS, identities_in, masked, with_passages
from service.search_words import words_of

BATCH = 100
# Of files that wait for their import, a mebibyte each.
PIECES = 8
KEY = "key"
# Columns that quote the text.
SAID = ("analysis", "automatic")
Progress = Callable[[int], None]


def rotate_storage_key(database: Database, keys: Keys, progress: Progress) -> str:
    """Seal everything with a new key, retire the old ones, and return the name of the new one.

    A rotation that was interrupted is gone on with. `progress` is told the size of each batch. Raises SettingError if
    texts of an earlier version are not masked yet.
    """
    with database.write() as connection:
        if queries.is_any_unmasked(connection):
            raise SettingError("letters of an earlier version are not masked yet: run hongyan keys mask")
        file = KeyFile.read(keys.path)
        if len(file.storage) == 1:
            file = replace(file, storage=(new_storage_key(), *file.storage))
            file.replace(keys.path)
            audit.record(connection, audit.OPERATOR, "make", KEY, [key_id(file.storage[0])])
    newest = key_id(file.storage[0])
    while True:
        with database.write() as connection:
            done = _reseal(connection, keys, newest)
            if not done:
                _retire(connection, keys, replace(file, storage=file.storage[:1]), file.storage[1:])
                return newest
        progress(done)


def _reseal(connection: Connection, keys: Keys, newest: str) -> int:
    """Seal some of what another key has sealed with the newest one; returns how much of it there was."""
    rows = queries.sealed_otherwise(connection, newest, BATCH)
    for row in rows:
        queries.put_sealed(connection, row.letter_id, *keys.seal(keys.unseal(row.content)))
    pieces = imports.pieces_sealed_otherwise(connection, newest, PIECES)
    for piece in pieces:
        imports.put_piece(connection, piece.job_id, piece.number, *keys.seal(keys.unseal(piece.content)))
    kept = reports.sealed_otherwise(connection, newest, PIECES)
    for one in kept:
        reports.put_content(connection, one.job_id, *keys.seal(keys.unseal(one.content)))
    return len(rows) + len(pieces) + len(kept)


def rotate_identity_key(database: Database, keys: Keys, progress: Progress) -> str:
    """Make all hashes of who wrote anew with a new key, retire the old ones, and return the name of the new one.

    The new hashes are made beside the old ones, by which letters are linked meanwhile, and take their place at once.
    """
    with database.write() as connection:
        file = KeyFile.read(keys.path)
        if len(file.identity) == 1:
            queries.forget_successors(connection)
            file = replace(file, identity=(new_identity_key(), *file.identity))
            file.replace(keys.path)
            audit.record(connection, audit.OPERATOR, "make", KEY, [key_id(file.identity[0])])
    newest = key_id(file.identity[0])
    while True:
        with database.write() as connection:
            present = queries.identity_key(connection)
            if present == newest:
                _retire(connection, keys, replace(file, identity=file.identity[:1]), file.identity[1:])
                return newest
            rows = queries.letters_to_rehash(connection, BATCH)
            for row in rows:
                people = keys.decrypt(row.content)["petitioners"] if row.content else []
                successors = {
                    keys.identity_hash(identity, present): keys.identity_hash(identity, newest)
                    for identity in identities_in(people)
                }
                queries.set_successors(connection, row.letter_id, successors)
            if not rows:
                queries.put_successors_in_place(connection, newest)
        progress(len(rows))


def _retire(connection: Connection, keys: Keys, file: KeyFile, retired: tuple[str, ...]) -> None:
    file.replace(keys.path)
    audit.record(connection, audit.OPERATOR, "retire", KEY, [key_id(key) for key in retired])


def mask_stored(database: Database, keys: Keys, progress: Progress) -> int:
    """Mask the texts that an earlier version stored in the clear, and key the hashes of contents.

    Analyses quote the masked text afterwards; vectors are due to be made anew. Returns how many letters were masked.
    """
    done = 0
    while True:
        with database.write() as connection:
            rows = queries.letters_unmasked(connection, BATCH)
            for row in rows:
                _mask_row(connection, keys, row._asdict())
            audit.record(connection, audit.OPERATOR, "mask", audit.LETTER, [row.id for row in rows])
            hashes = queries.key_hashes(connection, keys.content_hash, KEYED, 10 * BATCH)
        if not rows and not hashes:
            return done
        done += len(rows)
        progress(len(rows))


def _mask_row(connection: Connection, keys: Keys, row: Mapping[str, Any]) -> None:
    people = keys.decrypt(row["content"])
    forms = Forms(people["petitioners"], people["accused"])
    shown = {part: masked(row[part], forms) for part in PARTS}
    queries.put_sealed(connection, row["id"], *keys.seal_value(with_passages(people, row, shown)))
    replace_words(connection, row["id"], row["received_at"], words_of(shown["title"], shown["body"]))
    if any(shown[part] != row[part] for part in PARTS):
        text = "\n".join(part for part in shown.values() if part)
        queries.replace_text(connection, row["id"], {**shown, **{name: _requoted(row[name], text) for name in SAID}})


def _requoted(value: Any, text: str) -> Any:
    """Return an analysis in which every passage quotes a text of the same length."""
    if isinstance(value, list):
        return [_requoted(entry, text) for entry in value]
    if not isinstance(value, dict):
        return value
    found = {name: _requoted(entry, text) for name, entry in value.items()}
    if {"start", "end", "text"} <= found.keys() and found["start"] is not None:
        found["text"] = text[found["start"] : found["end"]]
    return found
