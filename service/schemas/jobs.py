"""Background jobs and imports: what callers ask and see."""

from datetime import datetime
from typing import Any, Literal, get_args

from flask_openapi3.models.file import FileStorage
from pydantic import BaseModel, ConfigDict, Field, field_validator
from sqlalchemy import Row
from werkzeug.datastructures import FileStorage as WerkzeugFile

from service.schemas.letters import Line

State = Literal["queued", "running", "done", "failed", "cancelled"]
STATES: tuple[State, ...] = get_args(State)
# What a person may ask for; all else comes with its cause.
Startable = Literal["audit.verify", "flags.refresh", "index.rebuild", "letters.reanalyse", "retention.run"]
STARTABLE: tuple[Startable, ...] = get_args(Startable)


class JobOut(BaseModel):
    """A job: how far it is, how often it was tried since it last got on, and what the last error was."""

    id: str
    kind: str
    state: State
    cancelling: bool
    done: int
    total: int | None
    attempts: int
    error: str | None
    created_at: datetime
    created_by: str
    run_after: datetime
    started_at: datetime | None
    finished_at: datetime | None

    @classmethod
    def of(cls, row: Row[Any]) -> "JobOut":
        """Show a job."""
        return cls.model_validate({name: getattr(row, name) for name in cls.model_fields})


class JobPage(BaseModel):
    """A page of jobs, newest first."""

    items: list[JobOut]
    next: str | None


class ImportOut(BaseModel):
    """An import: how far it is, and what became of its rows so far.

    `kind` is the end of the file's name; one that is `held` waits for its sender to look at the file first.
    """

    id: str
    kind: str
    state: State
    held: bool
    cancelling: bool
    done: int
    total: int | None
    stored: int
    known: int
    refused: int
    error: str | None
    created_at: datetime
    finished_at: datetime | None

    @classmethod
    def of(cls, row: Row[Any]) -> "ImportOut":
        """Show an import with its job."""
        values = {name: getattr(row, name) for name in cls.model_fields}
        return cls.model_validate({**values, "held": bool(row.held) and row.state == "queued"})


class ImportPage(BaseModel):
    """A page of imports, newest first."""

    items: list[ImportOut]
    next: str | None


class ImportPath(BaseModel):
    """Which import."""

    import_id: str = Field(max_length=64)


class JobPath(BaseModel):
    """Which job."""

    job_id: str = Field(max_length=64)


class JobIn(BaseModel):
    """What is to be done."""

    model_config = ConfigDict(extra="ignore")

    kind: Startable


class ImportForm(BaseModel):
    """A file of letters, .jsonl, .csv or .xlsx, up to 50 MiB."""

    model_config = ConfigDict(extra="ignore")

    file: FileStorage
    columns: dict[Line, Line | None] | None = Field(
        default=None,
        max_length=1000,
        description="For .csv and .xlsx, as JSON: the field of a heading, null to leave it out. Headings that are "
        "not named are taken for what they usually mean.",
    )

    @field_validator("file")
    @classmethod
    def _is_file(cls, value: Any) -> Any:
        if not isinstance(value, WerkzeugFile):
            raise ValueError("is no file; send it as a part with a file name")
        return value
