"""What a backup says of itself."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

FORMAT: Literal["hongyan-backup-1"] = "hongyan-backup-1"
Name = Annotated[str, Field(pattern=r"^[a-z_]{1,63}$")]
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
# Below the folder of models, never out of it: no part begins with a dot.
ModelFile = Annotated[str, Field(pattern=r"^models(/[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}){2,5}$")]


class TableEntry(BaseModel):
    """A table: its columns in the order of the values of its rows, and what its rows must be."""

    model_config = ConfigDict(extra="forbid")

    name: Name
    columns: list[Name]
    rows: Annotated[int, Field(ge=0)]
    sha256: Digest


class FileEntry(BaseModel):
    """A file of a model."""

    model_config = ConfigDict(extra="forbid")

    name: ModelFile
    sha256: Digest


class Manifest(BaseModel):
    """All that a backup holds, its tables in the order in which they must be put back."""

    model_config = ConfigDict(extra="forbid")

    format: Literal["hongyan-backup-1"] = FORMAT
    revision: Annotated[str, Field(pattern=r"^[0-9]{4}$")]
    made_at: str
    # Of the program and of the kind of database that it was taken from.
    versions: dict[str, str]
    tables: list[TableEntry]
    files: list[FileEntry]
    # The digest of the file of keys, where that is in the backup too.
    keys: Digest | None
