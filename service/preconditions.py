"""Tags of states: which state of a letter or matter somebody saw, and whether it is still so."""

from werkzeug.http import parse_etags

from service.errors import PreconditionFailed, PreconditionRequired


def tag_of(revision: int, *aspects: int) -> str:
    """Return the tag of a state: the revision of the thing itself, and numbers of what else an answer shows of it."""
    return '"' + "-".join(map(str, (revision, *aspects))) + '"'


def require_unchanged(header: str | None, revision: int, tag: str, required: bool = True) -> None:
    """Check that a change was made for the present state; only the revision of the thing itself decides.

    `header` is If-Match, `tag` that of the present state. Raises PreconditionRequired if the header is missing and
    `required`, and PreconditionFailed if it names other states.
    """
    if header is None:
        if required:
            raise PreconditionRequired
        return
    given = parse_etags(header)
    seen = {one.partition("-")[0] for one in given.as_set(include_weak=True)}
    if not given.star_tag and str(revision) not in seen:
        raise PreconditionFailed(tag)


def is_known(header: str | None, tag: str) -> bool:
    """Say whether the caller, who sent this If-None-Match, has the present state already."""
    return header is not None and parse_etags(header).contains_weak(tag.strip('"'))
