"""How the service is."""

from typing import Literal

from pydantic import BaseModel, Field

Check = Literal["database", "migrations", "keys", "model", "index", "queue", "process", "accusations"]
State = Literal["ok", "unavailable", "behind", "late", "other", "stopping", "unattended", "unfit", "unseen"]


class HealthOut(BaseModel):
    """That the service is alive."""

    status: Literal["ok"]


class ReadyOut(BaseModel):
    """Whether the service is ready, check by check; a late queue alone is a reason to look."""

    status: Literal["ok", "unavailable"]
    checks: dict[Check, State]
    unseen: int | None = Field(
        default=None,
        description="With the token of an admin: how many accusations nobody of the role discipline may see.",
    )
    model: str | None = Field(default=None, description="Why another model than the active one reads letters.")
