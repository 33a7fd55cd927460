"""Errors that a caller of the model library can answer."""


class ModelError(Exception):
    """Base of everything that this library raises on purpose."""


class ArtefactError(ModelError):
    """A trained folder is missing, damaged or made for another environment."""


class LetterError(ModelError):
    """One letter, row or field cannot be used; names the field and the remedy."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


class FileError(ModelError):
    """A file of letters cannot be read as a whole; the message says what to do, and `plain` so without quoting it."""

    def __init__(self, message: str, plain: str | None = None) -> None:
        super().__init__(message)
        self.plain = plain or message


class TaxonomyError(ModelError):
    """A taxonomy file is broken or a label is not in it."""


class SnapshotError(ModelError):
    """A snapshot of an index is missing, damaged or of another format; the index must be filled anew."""
