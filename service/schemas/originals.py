"""The original of one letter, as few may see it for a reason."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints

from service.schemas.letters import storable

LEAST_REASON = 4


class UnmaskIn(BaseModel):
    """Why somebody must see the original of a letter; kept in the audit, numbers and known names masked."""

    model_config = ConfigDict(extra="ignore")

    reason: Annotated[
        str,
        StringConstraints(strip_whitespace=True, min_length=LEAST_REASON, max_length=500),
        AfterValidator(storable),
    ]


class PersonOut(BaseModel):
    """A petitioner or co-signer as the fields of a letter tell, or the opaque key that stands for one."""

    key: str | None = None
    name: str | None = None
    id_number: str | None = None
    phone: str | None = None
    address: str | None = None

    @classmethod
    def of(cls, person: str | dict[str, str | None]) -> "PersonOut":
        """Show somebody."""
        return cls(key=person) if isinstance(person, str) else cls.model_validate(person)


class OriginalOut(BaseModel):
    """The original of one letter, shown for a reason. `accused` is null for who does not handle accusations.

    What was anonymised is gone: the texts stay masked and nobody is named.
    """

    id: str
    title: str | None
    body: str | None
    petitioners: list[PersonOut]
    accused: list[str] | None
