"""A letter as callers send it."""

from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from model.errors import LetterError
from model.identity import identity_of
from model.letter_file import Row
from model.records import Letter
from model.when import parse_time
from model.words.tables import table

MOST_CHARACTERS = 100_000
CHANNELS = {word: channel for channel, words in table("channels").items() for word in words}
# What times look like, for those who describe them to others; `parse_time` decides.
_YEAR = r"(19|20|21)[0-9]{2}"
TIME = (
    rf"^({_YEAR}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])"
    r"([T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]{1,6})?)?(Z|[+-](0[0-9]|1[0-3]):[0-5][0-9])?)?"
    rf"|{_YEAR}[-/](0?[1-9]|1[0-2])[-/](0?[1-9]|1[0-9]|2[0-8])( ([01]?[0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?)?)$"
)
LEAST_TEXT = "give a title, a body or a text that is not empty"


def storable(value: str) -> str:
    """Return a text that every database can hold; raises ValueError otherwise."""
    if any(part == "\x00" or "\ud800" <= part <= "\udfff" for part in value):
        raise ValueError("holds a NUL or half a surrogate pair; send proper Unicode text")
    return value


Text = Annotated[str, AfterValidator(storable), Field(json_schema_extra={"pattern": "^[^\\x00]*$"})]
Line = Annotated[Text, Field(max_length=500)]


def _as_text(value: Any) -> Any:
    """Accept whole numbers where a key is expected: spreadsheets and databases have them."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _as_list(value: Any) -> Any:
    """Accept one name where several are expected."""
    return [value] if isinstance(value, str | dict) else value


def _filled(value: str) -> str | None:
    """Take a blank key for none."""
    return value.strip() or None


Key = Annotated[Annotated[Text, Field(max_length=200), AfterValidator(_filled)] | None, BeforeValidator(_as_text)]


class Person(BaseModel):
    """Who wrote, as far as it is known."""

    model_config = ConfigDict(extra="ignore", json_schema_extra={"title": "Person"})

    name: Line | None = None
    id_number: Annotated[Line | None, BeforeValidator(_as_text)] = None
    phone: Annotated[Line | None, BeforeValidator(_as_text)] = None
    address: Line | None = None


Petitioner = Line | Person


class LetterIn(BaseModel):
    """A letter. Only a title or a body that is not empty is required; unknown fields are ignored."""

    model_config = ConfigDict(
        extra="ignore",
        json_schema_extra={
            "anyOf": [
                {"required": [name], "properties": {name: {"type": "string", "pattern": r"\S"}}}
                for name in ("body", "title", "text")
            ],
            "example": {
                "body": "The lift of our house has stood still for three months.",
                "channel": "web",
                "petitioner": {"name": "Zhao Tiezhu", "address": "12 Cuizhu Road"},
            },
        },
    )

    id: Key = None
    external_id: Key = None
    title: Text | None = None
    body: Text | None = None
    text: Text | None = Field(default=None, description="May stand for title and body.")
    received_at: Annotated[str, Field(json_schema_extra={"pattern": TIME})] | None = Field(
        default=None, description="ISO 8601; a time without a zone is Asia/Shanghai."
    )
    channel: Literal["letter", "visit", "web", "phone"] | None = None
    addressee: Line | None = None
    region: Line | None = None
    petitioner: Annotated[Petitioner | None, BeforeValidator(_as_text)] = None
    co_signers: Annotated[list[Petitioner] | None, BeforeValidator(_as_list)] = Field(default=None, max_length=10_000)
    people_present: Annotated[int | None, Field(ge=0, le=10_000_000)] = None
    accused: Annotated[list[Line] | None, BeforeValidator(_as_list)] = Field(default=None, max_length=100)

    @field_validator("channel", mode="before")
    @classmethod
    def _known_channel(cls, value: Any) -> Any:
        return CHANNELS.get(value.strip(), value) if isinstance(value, str) else value

    @model_validator(mode="after")
    def _has_text(self) -> "LetterIn":
        if not any((part or "").strip() for part in (self.title, self.body, self.text)):
            raise LetterValueError("body", LEAST_TEXT)
        size = len(self.title or "") + len(self.body or self.text or "")
        if size > MOST_CHARACTERS:
            raise LetterValueError("body", f"has {size:,} characters; the limit is {MOST_CHARACTERS:,}")
        return self

    def people(self) -> list[str | dict[str, str | None]]:
        """Return the petitioner and the co-signers, as `identity_of` takes them."""
        everybody = [self.petitioner, *(self.co_signers or ())]
        return [person if isinstance(person, str) else person.model_dump() for person in everybody if person]

    def identities(self) -> frozenset[str]:
        """Return the normalised identities of everybody who wrote; the anonymous have none."""
        return frozenset(identity for person in self.people() if (identity := identity_of(person)))

    def letter(self, letter_id: str, strict: bool = True) -> Letter:
        """Return the record of this letter.

        Raises LetterError on a time that cannot be read if `strict`; otherwise such a time is left out.
        """
        try:
            received_at = parse_time(self.received_at) if self.received_at else None
        except (ValueError, OverflowError) as error:
            if strict:
                raise LetterError("received_at", "is no time; write 2026-03-05T09:30") from error
            received_at = None
        return Letter(
            id=letter_id,
            title=self.title or "",
            body=self.body or self.text or "",
            received_at=received_at,
            channel=self.channel,
            addressee=self.addressee or "",
            region=self.region or "",
            petitioners=self.identities(),
        )


class LetterValueError(ValueError):
    """A fault of a letter as a whole that belongs to one field."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(reason)
        self.name = name
        self.reason = reason


def faults(error: ValidationError) -> list[tuple[str, str]]:
    """Return the field and the reason of each fault, in plain words."""
    found = []
    for entry in error.errors():
        cause = entry.get("ctx", {}).get("error")
        name = ".".join(str(part) for part in entry["loc"] if _is_field(part))
        if isinstance(cause, LetterValueError):
            name = ".".join(part for part in (name, cause.name) if part)
        found.append((name or "body", entry["msg"].removeprefix("Value error, ")))
    return found


def _is_field(part: int | str) -> bool:
    """Tell names and positions of fields from the names that the validator gives its own alternatives."""
    return isinstance(part, int) or (part not in ("str", "Person") and part.isidentifier())


def letter_in_row(row: Row) -> LetterIn:
    """Check the letter of a row of a file; raises LetterError, naming the field at fault."""
    if row.error:
        raise LetterError("line", row.error)
    return letter_in(row.fields)


def letter_in(record: Any) -> LetterIn:
    """Check a letter; raises LetterError, naming the first field at fault."""
    try:
        return LetterIn.model_validate(record)
    except ValidationError as error:
        name, reason = faults(error)[0]
        raise LetterError(name, reason) from error
