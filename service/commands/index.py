"""Commands for the index of similar letters."""

import click

from service.commands.base import clear_errors, progress
from service.office import Office
from service.queries.search import count_without_words
from service.queries.vectors import count_without_vector
from service.rebuilding import fill_words, rebuild_vectors
from service.settings import Settings


@click.group()
def index() -> None:
    """Look after the index of similar letters."""


@index.command("rebuild")
@clear_errors
def rebuild_command() -> None:
    """Give every letter a vector of the model in use, and the words that it is found by.

    Can be interrupted, and goes on when it is run again.
    """
    office = Office.open(Settings.from_env())
    with office.database.read() as connection:
        lacking = count_without_vector(connection, office.engine.analyser.version)
    batches = rebuild_vectors(office.database, office.engine)
    done = sum(1 for _ in progress((one for count in batches for one in range(count)), "rebuild", lacking))
    with office.database.read() as connection:
        office.engine.catch_up(connection)
    office.engine.keep(office.database)
    with office.database.read() as connection:
        wordless = count_without_words(connection)
    worded = fill_words(office.database)
    found = sum(1 for _ in progress((one for count in worded for one in range(count)), "words", wordless))
    click.echo(
        f"{done} vectors made, the index holds {len(office.engine.indexes)} letters; words of {found} stored", err=True
    )
