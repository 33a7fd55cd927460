"""Gives letters what they lack: vectors of the model in use, words."""

from collections.abc import Iterator

from service.db import Database
from service.engine import Engine
from service.queries import search
from service.queries import vectors as queries
from service.search_words import words_of
from service.stored import letter_of_row

BATCH = 512


def rebuild_vectors(database: Database, engine: Engine) -> Iterator[int]:
    """Give every letter that lacks it a vector of the model in use; yields how many after each batch.

    Each batch is a transaction of its own: what was interrupted is gone on with by the next run, and letters that
    arrive meanwhile are taken in as ever. Another model that comes into use meanwhile makes the rest, and then the
    vectors that are made already.
    """
    while True:
        analyser = engine.analyser
        with database.read() as connection:
            rows = queries.letters_without_vector(connection, analyser.version, BATCH)
        vectors = analyser.vectors([letter_of_row(row) for row in rows])
        if not len(vectors):
            return
        with database.write() as connection:
            for row, vector in zip(rows, vectors, strict=True):
                queries.put_vector(connection, row.id, vector.tobytes(), analyser.version)
        yield len(rows)


def fill_words(database: Database) -> Iterator[int]:
    """Store the words of every masked letter that lacks them, so that it can be found; yields how many each time.

    Each batch is a transaction of its own; what was interrupted is gone on with by the next run.
    """
    after = ""
    while True:
        with database.read() as connection:
            rows = search.letters_without_words(connection, after, BATCH)
        if not rows:
            return
        words = {row.id: words_of(row.title, row.body) for row in rows}
        with database.write() as connection:
            # Others may have stored or masked some of them meanwhile.
            for row in search.letters_without_words(connection, after, BATCH):
                if row.id in words:
                    search.put_words(connection, [(row.id, row.received_at, words[row.id])])
        after = rows[-1].id
        yield len(rows)
