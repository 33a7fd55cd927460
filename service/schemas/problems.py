"""The one shape of errors (RFC 9457)."""

from pydantic import BaseModel


class ProblemOut(BaseModel):
    """A problem document; `errors` names each field at fault and the reason."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    errors: list[dict[str, str]] = []
    request_id: str | None = None
