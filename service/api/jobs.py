"""Background jobs, for those who run the service."""

from flask import Response

from service.api.base import answer, api_blueprint
from service.auth import allow, this_caller
from service.caller import Role
from service.errors import NotFound
from service.office import this_office
from service.orders import call_off, order, order_again
from service.paging import cursor_of, position_of
from service.queries.jobs import find_job, page_of_jobs
from service.requests import without_json
from service.schemas.jobs import JobIn, JobOut, JobPage, JobPath
from service.schemas.requests import PageQuery

jobs_api = api_blueprint("jobs")
ADMIN: frozenset[Role] = frozenset({"admin"})


@jobs_api.get("/jobs", responses={200: JobPage})
@allow(ADMIN)
def list_jobs(query: PageQuery) -> Response:
    """List jobs, newest first."""
    after = position_of(query.cursor) if query.cursor else None
    with this_office().database.read() as connection:
        rows = page_of_jobs(connection, query.limit + 1, after)
    last = rows[query.limit - 1] if len(rows) > query.limit else None
    more = cursor_of(last.created_at, last.id) if last else None
    return answer(JobPage(items=[JobOut.of(row) for row in rows[: query.limit]], next=more))


@jobs_api.post("/jobs", responses={202: JobOut})
@allow(ADMIN)
def start_job(body: JobIn) -> Response:
    """Put a job into the queue, or answer with the one of its kind that waits or runs."""
    job_id = order(this_office().database, this_caller(), body.kind)
    return _shown(job_id, 202)


@jobs_api.get("/jobs/<job_id>", responses={200: JobOut})
@allow(ADMIN)
def read_job(path: JobPath) -> Response:
    """Return a job."""
    return _shown(path.job_id)


@jobs_api.post("/jobs/<job_id>/cancel", responses={200: JobOut})
@allow(ADMIN)
@without_json
def cancel_job(path: JobPath) -> Response:
    """Cancel a job: at once if it waits, soon if it runs; one that has ended stays as it is."""
    call_off(this_office().database, this_caller(), path.job_id)
    return _shown(path.job_id)


@jobs_api.post("/jobs/<job_id>/retry", responses={200: JobOut})
@allow(ADMIN)
@without_json
def retry_job(path: JobPath) -> Response:
    """Put a job that failed into the queue again; it goes on where it stood."""
    order_again(this_office().database, this_caller(), path.job_id)
    return _shown(path.job_id)


def _shown(job_id: str, status: int = 200) -> Response:
    with this_office().database.read() as connection:
        row = find_job(connection, job_id)
    if row is None:
        raise NotFound
    return answer(JobOut.of(row), status)
