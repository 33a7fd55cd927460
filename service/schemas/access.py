"""Users and tokens, as admins manage them."""

from datetime import datetime
from typing import Annotated, Literal, cast

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Row

from service.caller import Role
from service.schemas.letters import Line

# The audit keeps no longer id of what was changed.
LONGEST_NAME = 64
# What names look like, for those who describe them to others; `Accounts` decides.
NAME = r"^[!-~\u4e00-\u9fff]+$"
Password = Annotated[Line, Field(json_schema_extra={"minLength": 10, "maxLength": 200})]
Region = Annotated[Line, Field(min_length=1)]


class UserPath(BaseModel):
    """Which user."""

    name: str = Field(max_length=100)


class TokenPath(BaseModel):
    """Which token."""

    token_id: str = Field(max_length=64)


class UserIn(BaseModel):
    """A new user; without a password only a login link or OpenID Connect lets in."""

    model_config = ConfigDict(extra="ignore", json_schema_extra={"example": {"name": "li", "role": "clerk"}})

    name: Annotated[Line, Field(json_schema_extra={"maxLength": LONGEST_NAME, "pattern": NAME})]
    role: Role
    password: Password | None = None
    unit: Line | None = None
    regions: list[Region] = Field(default=[], max_length=100)


class UserChangeIn(BaseModel):
    """What to change of a user; what is not named stays."""

    model_config = ConfigDict(extra="ignore", json_schema_extra={"example": {"disabled": False}})

    role: Role | None = None
    password: Password | None = None
    unit: Line | None = None
    regions: list[Region] | None = Field(default=None, max_length=100)
    disabled: bool | None = None


class UserOut(BaseModel):
    """A user of the office; no password is ever shown."""

    name: str
    role: Role
    unit: str | None
    regions: list[str]
    has_password: bool
    disabled: bool
    created_at: datetime

    @classmethod
    def of(cls, row: Row[object]) -> "UserOut":
        """Show a user."""
        return cls(
            name=row.name,
            role=cast(Role, row.role),
            unit=row.unit,
            regions=row.regions,
            has_password=row.password_hash is not None,
            disabled=row.disabled_at is not None,
            created_at=row.created_at,
        )


class UserList(BaseModel):
    """All users by name."""

    items: list[UserOut]


class TokenIn(BaseModel):
    """A new token."""

    model_config = ConfigDict(
        extra="ignore", json_schema_extra={"example": {"name": "case-system", "role": "integrator"}}
    )

    name: Annotated[Line, Field(min_length=1, max_length=100)]
    role: Role
    unit: Line | None = None
    regions: list[Region] = Field(default=[], max_length=100)
    expires_in_days: Annotated[int, Field(ge=1, le=3650)] | None = None


class TokenOut(BaseModel):
    """What is known of a token; the token itself is not."""

    id: str
    name: str
    role: Role
    unit: str | None
    regions: list[str]
    created_at: datetime
    expires_at: datetime | None
    used_on: str | None
    revoked_at: datetime | None

    @classmethod
    def of(cls, row: Row[object]) -> "TokenOut":
        """Show a token."""
        return cls(
            id=row.id,
            name=row.name,
            role=cast(Role, row.role),
            unit=row.unit,
            regions=row.regions or [],
            created_at=row.created_at,
            expires_at=row.expires_at,
            used_on=row.used_at,
            revoked_at=row.revoked_at,
        )


class TokenList(BaseModel):
    """All tokens, revoked ones too, oldest first."""

    items: list[TokenOut]


class NewTokenOut(BaseModel):
    """A new token, shown this once."""

    token: str
    kind: Literal["Bearer"] = "Bearer"
