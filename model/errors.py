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
    """A whole input file cannot be read; the message says what to do."""


class TaxonomyError(ModelError):
    """A taxonomy file is broken or a label is not in it."""


class SnapshotError(ModelError):
    """A snapshot of an index is missing, damaged or of another format; the index must be filled anew."""
