"""Commands for the categories of the office."""

from pathlib import Path

import click
import yaml

from model import artefact
from model.errors import ArtefactError
from model.taxonomy import content_of
from service.commands.base import clear_errors
from service.db import Database
from service.migrate import require_current
from service.own_classes import edited
from service.queries.classes import every_class
from service.registry import folder_in_use
from service.settings import Settings


@click.group()
def taxonomy() -> None:
    """Hand on the categories of the office, for training."""


@taxonomy.command("export")
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="File to write to.")
@clear_errors
def export_taxonomy(output: Path | None) -> None:
    """Print the categories with the office's own classes, for `hongyan-train fit category --taxonomy`."""
    settings = Settings.from_env()
    database = Database(settings.database_address)
    require_current(database)
    trained = artefact.load(folder_in_use(settings, database)).category
    if trained is None:
        raise ArtefactError("the model in use has no categories; train and activate a category part")
    with database.read() as connection:
        present = edited(trained.taxonomy, every_class(connection))
    database.close()
    content = yaml.safe_dump(content_of(present), allow_unicode=True, sort_keys=False)
    if output:
        output.write_text(content, encoding="utf-8")
    else:
        click.echo(content, nl=False)
