"""What an office keeps of itself: units that matters are routed to, and its categories."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator
from sqlalchemy import Row

from model.taxonomy import Category, Taxonomy
from service.schemas.letters import Line, Text

Name = Annotated[Line, Field(min_length=1, max_length=200)]
Code = Annotated[Line, Field(min_length=1, max_length=200)]


class UnitIn(BaseModel):
    """A unit and what it handles; without regions or categories it handles all."""

    model_config = ConfigDict(
        extra="ignore", json_schema_extra={"example": {"name": "Housing office", "categories": ["construction"]}}
    )

    name: Name
    regions: list[Name] = Field(default=[], max_length=100)
    categories: list[Code] = Field(default=[], max_length=100)

    @field_validator("name")
    @classmethod
    def _is_one_word(cls, value: str) -> str:
        if "/" in value or not value.strip():
            raise ValueError("give a name without slashes")
        return value.strip()


class UnitPath(BaseModel):
    """Which unit."""

    name: str = Field(max_length=200)


class UnitOut(BaseModel):
    """A unit that the office knows."""

    name: str
    regions: list[str]
    categories: list[str]

    @classmethod
    def of(cls, row: Row[Any]) -> "UnitOut":
        """Show a unit."""
        return cls.model_validate(row._mapping)


class UnitList(BaseModel):
    """All units by name."""

    items: list[UnitOut]


class ClassIn(BaseModel):
    """A new class below a category."""

    model_config = ConfigDict(
        extra="ignore", json_schema_extra={"example": {"category": "labour", "name": "Work by app"}}
    )

    category: Code
    name: Name
    definition: Annotated[Text, Field(max_length=1000)] = ""

    @field_validator("name")
    @classmethod
    def _says_something(cls, value: str) -> str:
        if not value.strip():
            raise ValueError("give a name")
        return value.strip()


class ClassChangeIn(BaseModel):
    """Another name for a class or category, or the class that stands for it from now on."""

    model_config = ConfigDict(
        extra="ignore",
        json_schema_extra={
            "example": {"code": "labour.wages", "name": "Pay"},
            "anyOf": [
                {"required": [given], "properties": {given: {"type": "string"}, other: {"type": "null"}}}
                for given, other in (("name", "replaced_by"), ("replaced_by", "name"))
            ],
        },
    )

    code: Code
    name: Name | None = None
    replaced_by: Code | None = None

    @model_validator(mode="after")
    def _says_one_thing(self) -> "ClassChangeIn":
        if (self.name is None or not self.name.strip()) == (self.replaced_by is None):
            raise ValueError("give either a name or the class that stands for it")
        return self


class KnownClassOut(BaseModel):
    """A class of a category."""

    code: str
    name: str


class KnownCategoryOut(BaseModel):
    """A category with its classes."""

    code: str
    name: str
    classes: list[KnownClassOut]

    @classmethod
    def of(cls, one: Category) -> "KnownCategoryOut":
        """Show a category."""
        return cls(
            code=one.code,
            name=one.name,
            classes=[KnownClassOut(code=entry.code, name=entry.name) for entry in one.classes],
        )


class TaxonomyOut(BaseModel):
    """The categories as they are now; `replaced` gives for old codes those that stand for them."""

    categories: list[KnownCategoryOut]
    replaced: dict[str, str]

    @classmethod
    def of(cls, taxonomy: Taxonomy) -> "TaxonomyOut":
        """Show the categories."""
        return cls(
            categories=[KnownCategoryOut.of(one) for one in taxonomy.categories], replaced=dict(taxonomy.replaced)
        )
