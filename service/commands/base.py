"""What the commands share: where results go, how errors end, how progress shows."""

import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import wraps
from io import TextIOWrapper
from pathlib import Path
from typing import Any, BinaryIO, TextIO, TypeVar

import click
from rich.console import Console
from rich.progress import track

from model.errors import ModelError
from service.db import Database
from service.errors import Problem, ServiceError
from service.migrate import require_current
from service.settings import Settings

T = TypeVar("T")

output_option = click.option(
    "-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="Write here instead of standard output."
)
letters_argument = click.argument("file", type=click.Path(path_type=Path, dir_okay=False))


def clear_errors(command: Callable[..., T]) -> Callable[..., T]:
    """End a command that cannot be carried out with a sentence and exit code 2."""

    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> T:
        try:
            return command(*args, **kwargs)
        except (ModelError, ServiceError) as error:
            raise click.UsageError(_said(error)) from error

    return run


def _said(error: Exception) -> str:
    """Return what an error says, with the fields at fault."""
    faults = error.errors if isinstance(error, Problem) else ()
    return " ".join([str(error), *(f"{field}: {reason}" for field, reason in faults)])


def open_database() -> Database:
    """Open the database of the settings; raises DatabaseError, naming the command to run, if it is not migrated."""
    database = Database(Settings.from_env().database_address)
    require_current(database)
    return database


@contextmanager
def result_file(output: Path | None) -> Iterator[TextIO]:
    """Open standard output, or a file that appears only when it is complete, for text."""
    if output is None:
        yield sys.stdout
        sys.stdout.flush()
        return
    with bytes_file(output) as file:
        written = TextIOWrapper(file, encoding="utf-8")
        yield written
        written.detach()


@contextmanager
def bytes_file(output: Path | None) -> Iterator[BinaryIO]:
    """Open standard output, or a file that appears only when it is complete, for bytes."""
    if output is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    try:
        handle, making = tempfile.mkstemp(dir=output.absolute().parent, prefix=f".{output.name}-")
    except OSError as error:
        raise click.UsageError(f"{output}: cannot be written: {error.strerror}") from error
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
        Path(making).chmod(0o644)
        Path(making).replace(output)
    except BaseException:
        Path(making).unlink(missing_ok=True)
        raise


def write_lines(results: Iterable[dict[str, Any]], output: Path | None) -> bool:
    """Write one JSON line for each result; returns whether every input was accepted."""
    clean = True
    with result_file(output) as file:
        for result in results:
            clean = clean and "error" not in result
            file.write(json.dumps(result, ensure_ascii=False) + "\n")
    return clean


def progress(items: Iterable[T], what: str, total: int | None = None) -> Iterable[T]:
    """Show a progress bar on a terminal while items pass by."""
    if not sys.stderr.isatty():
        return items
    return track(items, what, total=total, console=Console(stderr=True))
