"""Errors of the service; those that reach a caller over HTTP become RFC 9457 problem documents."""

from collections.abc import Sequence


class ServiceError(Exception):
    """Base of everything that the service raises on purpose."""


class SettingError(ServiceError):
    """A setting is unknown or makes no sense."""


class DatabaseError(ServiceError):
    """The database is missing, locked or not migrated; the message names the command to run."""


class DatabaseAwayError(DatabaseError):
    """The database does not answer, or cannot be used as it is."""


class Problem(ServiceError):  # noqa: N818 - RFC 9457 calls it a problem
    """An answer that is no success: HTTP status, a sentence, and the fields at fault."""

    status = 400
    title = "Bad request"

    def __init__(self, detail: str, errors: Sequence[tuple[str, str]] = (), retry_after: int | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.errors = tuple(errors)
        self.retry_after = retry_after

    @property
    def blamed(self) -> tuple[str, str]:
        """Return the first field at fault and why; of a letter as a whole where no field is."""
        return self.errors[0] if self.errors else ("letter", self.detail)


class Invalid(Problem):
    """The request is understood, but a field of it is not acceptable."""

    status, title = 422, "Unprocessable content"


class TooLarge(Problem):
    """The request is larger than a limit, which the detail names."""

    status, title = 413, "Content too large"


class Unauthorized(Problem):
    """There is no valid token."""

    status, title = 401, "Unauthorized"


class NotFound(Problem):
    """What was asked for is not there, or not for this caller: both answer alike."""

    status, title = 404, "Not found"

    def __init__(self) -> None:
        super().__init__("There is nothing here that you may see.")


class Conflict(Problem):
    """The request contradicts what is stored."""

    status, title = 409, "Conflict"


class PreconditionRequired(Problem):
    """A change must say which state it was made for."""

    status, title = 428, "Precondition required"

    def __init__(self) -> None:
        super().__init__("Send If-Match with the ETag of the state that you saw.", [("If-Match", "is missing")])


class PreconditionFailed(Problem):
    """Somebody changed it since; `etag` is today's."""

    status, title = 412, "Precondition failed"

    def __init__(self, etag: str) -> None:
        reason = "names an older state; read it again and decide anew"
        super().__init__("It was changed since you read it.", [("If-Match", reason)])
        self.etag = etag


class UnsupportedMedia(Problem):
    """The body is in a form that is not read here."""

    status, title = 415, "Unsupported media type"


class TooMany(Problem):
    """The caller sends more requests than it may."""

    status, title = 429, "Too many requests"


class Busy(Problem):
    """The service cannot answer now; the caller should try again after a while."""

    status, title = 503, "Service unavailable"


class Failed(Problem):
    """Something went wrong on our side; the log knows what."""

    status, title = 500, "Internal server error"
