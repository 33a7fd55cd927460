"""The one shape of errors (RFC 9457)."""

from pydantic import BaseModel


class FaultOut(BaseModel):
    """A field at fault, and why."""

    field: str
    reason: str


class ProblemOut(BaseModel):
    """A problem document."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    errors: list[FaultOut] = []
    request_id: str | None = None
